"""One OpenAPI document as schemas to validate with: its references written out, its branches by name."""

from collections.abc import Iterable
from typing import Final

from mockserver.core.forms import Form
from mockserver.model import Json

JUDGED_APART: Final = "x-judged-apart"
"""Marks a schema that its holder does not judge: its values are held against it one by one."""


class Schemas:
    """The schemas of a document. Every schema it gives is free of ``$ref``."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def component(self, name: str) -> Json:
        """Return a component schema by its name."""
        return expanded(self._document, self._document["components"]["schemas"][name])

    def outbound(self) -> tuple[str, ...]:
        """Return the names of the branches a request body can be."""
        return self._branches(self._operation("post"))

    def webhook(self, name: str) -> tuple[str, ...]:
        """Return the names of the branches a webhook's body can be, such as those of ``messageStatus``."""
        return self._branches(self._document["webhooks"][name]["post"])

    def has_answer(self, http_status: int, method: str = "post") -> bool:
        """Return whether an answer of this status is documented."""
        return str(http_status) in self._operation(method)["responses"]

    def answer(self, http_status: int, method: str = "post") -> Json:
        """Return the schema of a documented answer's body, ``None`` where it has none."""
        response = expanded(self._document, self._operation(method)["responses"][str(http_status)])
        media = next(iter(response.get("content", {}).values()), None)
        return None if media is None else media["schema"]

    def components(self) -> dict[str, Json]:
        """Return every component schema by its name, references and all."""
        schemas: dict[str, Json] = self._document["components"]["schemas"]
        return schemas

    def _operation(self, method: str) -> Json:
        return next(path[method] for path in self._document["paths"].values() if method in path)

    def _branches(self, operation: Json) -> tuple[str, ...]:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        if "$ref" in schema:
            schema = resolved(self._document, schema["$ref"])
        return tuple(_names(each["$ref"] for each in schema["oneOf"]))


def cell_of_schema(branch: Json, form: Form) -> tuple[Json, Json]:
    """Return the channel and kind a branch is for, by its constants; ``None`` where it has none."""
    return _constant(branch, form.channel_at[0]), _constant(branch, form.kind_at)


def _constant(branch: Json, name: str) -> Json:
    for member in name.split("."):
        branch = branch.get("properties", {}).get(member, {})
    return branch.get("const")


def expanded(document: Json, node: Json) -> Json:
    """Return a node with its references written out; members beside a reference win over its own.

    What is judged apart, such as the items of a failover, stays a plain object.
    """
    if isinstance(node, list):
        return [expanded(document, each) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        beside = {key: value for key, value in node.items() if key != "$ref"}
        target = resolved(document, node["$ref"])
        if isinstance(target, dict) and target.get(JUDGED_APART):
            target = {key: value for key, value in target.items() if key == "description"} | {"type": "object"}
        return {**expanded(document, target), **expanded(document, beside)}
    return {key: expanded(document, value) for key, value in node.items()}


def resolved(document: Json, reference: str) -> Json:
    """Return what a reference inside the document points at; raise KeyError if it points at nothing."""
    node = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def _names(references: Iterable[str]) -> Iterable[str]:
    return (each.rsplit("/", 1)[1] for each in references)
