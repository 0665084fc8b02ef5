"""The contract of the External Accounts API: its operations by path, and what is wrong with a request or an answer.

The document is the only table: paths, verbs, schemas and providers are read from it. It knows no account.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from msgspec.structs import replace

from mockserver.contract.findings import null_member, unknown_member
from mockserver.contract.judges import Judges
from mockserver.contract.members import KnownMembers, known_members, oddities
from mockserver.contract.reasons import shown
from mockserver.contract.schemas import expanded
from mockserver.contract.specs import EXTERNAL_ACCOUNTS, Specs
from mockserver.core.capabilities import Capabilities
from mockserver.core.forms import V0_1
from mockserver.model import Json
from mockserver.problem import Finding, Violation

PREFIX: Final = "/beta/chatapp-accounts"
DIALECT: Final = V0_1
"""The dialect whose names of channels are the names of providers here."""

_VERBS: Final = ("get", "post", "patch", "delete")
_SECRETS: Final = ("access_token",)
"""Members whose values no reason quotes."""
_IMMUTABLE: Final = Violation("external_id", "immutable", "'external_id' parameter cannot be changed")
_WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: its name in paths and bodies, our channel, and whether its accounts show an access token."""

    name: str
    channel: str
    has_token: bool


@dataclass(frozen=True)
class Operation:
    """One verb on one path of the document. ``provider`` is the one its path is for, if it is for one only."""

    id: str
    method: str
    path: str
    provider: str | None
    parts: Json = field(repr=False)

    @cached_property
    def body(self) -> Json | None:
        """The schema of the request body, ``None`` if the operation takes none."""
        return _schema_of(self.parts.get("requestBody"))

    @cached_property
    def needs_body(self) -> bool:
        """Whether an empty request body is an error."""
        return bool(self.parts.get("requestBody", {}).get("required"))

    @cached_property
    def query(self) -> Json | None:
        """The schema of the query as one object, ``None`` if the operation takes none."""
        named = {each["name"]: each["schema"] for each in self.parts.get("parameters", ()) if each["in"] == "query"}
        return {"type": "object", "properties": named} if named else None

    @cached_property
    def success(self) -> int:
        """The status of a success."""
        return min(int(each) for each in self.parts["responses"])

    @cached_property
    def members(self) -> KnownMembers:
        """The members the request body knows."""
        return known_members(self.body)


@dataclass(frozen=True, slots=True)
class Found:
    """An operation, and the values its path was given."""

    operation: Operation
    values: dict[str, str]

    @property
    def provider(self) -> str | None:
        """The provider the path names, be it literally or as a parameter."""
        return self.operation.provider or self.values.get("provider")


class AccountsContract:
    """The document put to use. Compiles what it needs on first use; a body is never changed."""

    def __init__(self, specs: Specs) -> None:
        self._document = specs.documents[EXTERNAL_ACCOUNTS]
        self.providers = _providers(self._document, specs.capabilities)
        self._paths = [(_pattern(self._document, path), self._operations(path)) for path in self._document["paths"]]
        self._judges = Judges()

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All operations, in the order of the document."""
        return tuple(each for _, verbs in self._paths for each in verbs.values())

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths of the document."""
        return tuple(self._document["paths"])

    def find(self, method: str, path: str) -> Found | tuple[str, ...] | None:
        """Return the operation at a path, with or without a slash at its end.

        For another verb than those of the path, return these; for a path that is none, ``None``.
        """
        bare = path.removesuffix("/")
        for pattern, verbs in self._paths:
            match = pattern.fullmatch(bare)
            if match is not None:
                operation = verbs.get(method)
                return Found(operation, match.groupdict()) if operation is not None else tuple(verbs)
        return None

    def query_violations(
        self, operation: Operation, query: dict[str, str]
    ) -> tuple[dict[str, Json], tuple[Violation, ...]]:
        """Return the known parameters by their types, and what is wrong with them."""
        schema = operation.query or {"properties": {}}
        values = {
            name: _typed(value, schema["properties"][name])
            for name, value in query.items()
            if name in schema["properties"]
        }
        return values, self._violations(operation.id, "query", schema, values)

    def query_findings(self, operation: Operation, query: dict[str, str]) -> tuple[Finding, ...]:
        """Return what is odd about the parameters: those that nobody knows."""
        known = operation.query["properties"] if operation.query is not None else {}
        return tuple(unknown_member(each, each, known) for each in query if each not in known)

    def body_violations(self, operation: Operation, body: Json) -> tuple[Violation, ...]:
        """Return what is wrong with a request body; secrets are not quoted."""
        if not isinstance(body, dict) and operation.body is not None:
            words = operation.body["description"]
            return (Violation("body", "not_object", f"The body is {shown(body)}; expected {words}.", words),)
        found = self._violations(operation.id, "body", operation.body, body)
        return tuple(_without_secret(_IMMUTABLE if each.rule == "not" else each) for each in found)

    def body_findings(self, operation: Operation, body: Json) -> tuple[Finding, ...]:
        """Return what is odd about an object: members that nobody knows, and optional ones that are null."""
        if not isinstance(body, dict):
            return ()
        odd = oddities(operation.members, body)
        strangers = [unknown_member(holder.name(name), name, holder.names) for holder, name in odd.strangers]
        return (*strangers, *map(null_member, odd.nulls))

    def answer_violations(self, operation: Operation | None, http_status: int, body: Json) -> tuple[Violation, ...]:
        """Return what is wrong with an answer of ours, one of no operation included; ``None`` is no body."""
        if operation is None:
            problem = expanded(self._document, self._document["components"]["schemas"]["Problem"])
            return self._violations("", str(http_status), problem, body)
        response = operation.parts["responses"].get(str(http_status))
        if response is None:
            return (Violation("body", "branch", f"No answer of status {http_status} is documented."),)
        schema = _schema_of(response)
        if schema is None or body is None:
            agree = schema is None and body is None
            return () if agree else (Violation("body", "branch", f"A {http_status} has a body, or lacks one."),)
        return self._violations(operation.id, str(http_status), schema, body)

    def _violations(self, operation: str, what: str, schema: Json, body: Json) -> tuple[Violation, ...]:
        return self._judges.violations((operation, what), lambda: schema, body)

    def _operations(self, path: str) -> dict[str, Operation]:
        item = expanded(self._document, self._document["paths"][path])
        shared = item.get("parameters", [])
        provider = next((each for each in path.split("/") if each in self.providers), None)
        found = {}
        for verb in _VERBS:
            if verb in item:
                parts = {**item[verb], "parameters": [*shared, *item[verb].get("parameters", [])]}
                found[verb.upper()] = Operation(parts["operationId"], verb.upper(), path, provider, parts)
        return found


def _providers(document: Json, capabilities: Capabilities) -> dict[str, Provider]:
    """Return the providers by name. Whether one has tokens is what the answer to its GET says."""
    found = {}
    for name in document["components"]["schemas"]["Provider"]["enum"]:
        channel = capabilities.by_wire(DIALECT, name)
        if channel is None:
            raise KeyError(f"no channel is called {name!r} in {DIALECT}")
        shown = expanded(document, document["paths"][f"{PREFIX}/{name}/{{external_id}}"]["get"])
        schema = _schema_of(shown["responses"]["200"]) or {}
        found[name] = Provider(name, channel.name, "access_token" in schema.get("properties", {}))
    return found


def _pattern(document: Json, path: str) -> re.Pattern[str]:
    """Return what fits the paths of a template; a parameter with an enumeration fits only its values."""
    known = {each["name"]: expanded(document, each["schema"]) for each in document["components"]["parameters"].values()}

    def group(match: re.Match[str]) -> str:
        choices = known[match["name"]].get("enum")
        return f"(?P<{match['name']}>{'|'.join(map(re.escape, choices)) if choices else '[^/]+'})"

    return re.compile(re.sub(r"\{(?P<name>\w+)\}", group, path))


def _schema_of(part: Json) -> Json | None:
    """Return the schema of a request body or a response, ``None`` if there is none."""
    if part is None or "content" not in part:
        return None
    [media] = part["content"].values()
    return media["schema"]


def _typed(value: str, schema: Json) -> Json:
    """Return a query value as the type its schema asks for, as it is if it cannot be one."""
    if schema.get("type") == "integer" and _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    return value


def _without_secret(violation: Violation) -> Violation:
    """Take the value of a secret, whole or in part, out of a violation; a missing member may have it elsewhere."""
    if violation.rule == "required":
        return replace(violation, found=None, nearest=None)
    if violation.name not in _SECRETS:
        return violation
    reason = f"`{violation.name}` does not fit; expected {violation.expected}."
    return replace(violation, reason=reason, found=None, nearest=None)
