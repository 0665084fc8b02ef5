"""One OpenAPI document as schemas to validate with: its references written out, its branches by name."""

from collections.abc import Iterable
from typing import Final

from mockserver.model import Json

_COMPONENTS: Final = "#/components/"


class Schemas:
    """The schemas of a document. Every schema it gives is free of ``$ref``."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def component(self, name: str) -> Json:
        """Return a component schema by its name."""
        return expanded(self._document, self._document["components"]["schemas"][name])

    def outbound(self) -> tuple[str, ...]:
        """Return the names of the branches a request body can be."""
        [path] = self._document["paths"].values()
        return _branches(path["post"])

    def webhook(self, name: str) -> tuple[str, ...]:
        """Return the names of the branches a webhook's body can be, such as those of ``messageStatus``."""
        return _branches(self._document["webhooks"][name]["post"])

    def has_answer(self, http_status: int) -> bool:
        """Return whether an answer of this status is documented."""
        return str(http_status) in self._responses()

    def answer(self, http_status: int) -> Json:
        """Return the schema of a documented answer's body."""
        response = expanded(self._document, self._responses()[str(http_status)])
        [media] = response["content"].values()
        return media["schema"]

    def _responses(self) -> dict[str, Json]:
        [path] = self._document["paths"].values()
        responses: dict[str, Json] = path["post"]["responses"]
        return responses


def cell_of_schema(branch: Json) -> tuple[Json, Json]:
    """Return the channel and kind a branch is for, by its constants; ``None`` where it has none."""
    members = branch["properties"]
    content = members.get("message", {}).get("properties", {}).get("content", {}).get("properties", {})
    return members["to"]["properties"]["type"].get("const"), content.get("type", {}).get("const")


def expanded(document: Json, node: Json) -> Json:
    """Return a node with its references written out; members beside a reference win over its own."""
    if isinstance(node, list):
        return [expanded(document, each) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return {**expanded(document, resolved(document, node["$ref"])), **expanded(document, beside)}
    return {key: expanded(document, value) for key, value in node.items()}


def resolved(document: Json, reference: str) -> Json:
    """Return what a reference inside the document points at; raise KeyError if it points at nothing."""
    node = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def _branches(operation: Json) -> tuple[str, ...]:
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return tuple(_names(each["$ref"] for each in schema["oneOf"]))


def _names(references: Iterable[str]) -> Iterable[str]:
    return (each.rsplit("/", 1)[1] for each in references)
