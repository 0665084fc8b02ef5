"""The tables of ``docs/scenarios.md``: every key of a scenario file, from its models, and every fault; no prose."""

import json
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from mockserver.contract.specs import load_specs
from mockserver.core.faults import KINDS
from mockserver.core.magic import problem_of
from mockserver.model import Json
from mockserver.scenario.schema import scenario_schema

Table: TypeAlias = tuple[tuple[str, ...], list[tuple[str, ...]]]
"""The heads of a table and its rows."""

_PREFIX: Final = "scenario"
_HEADS: Final = ("Key", "Takes", "Means", "Example")
MODELS: Final[Mapping[str, str]] = {
    "given": "Given",
    "application": "Application",
    "sender": "Sender",
    "template": "Template",
    "media": "MediaFile",
    "rates": "Rates",
    "rate": "Rate",
    "window": "Window",
    "settings": "GivenSettings",
    "machine": "Machine",
    "rule": "Rule",
    "when": "When",
    "pattern": "Tests",
    "respond": "RespondWith",
    "latency": "Latency",
    "then-status": "ThenStatus",
    "then-inbound": "ThenInbound",
    "then-set": "ThenSet",
    "deliver": "Deliver",
    "inbound": "InboundContent",
    "status": "MoveStatus",
    "http": "HttpRequest",
    "answered": "Answered",
    "fault-answers": "AnswerFaultSpec",
    "fault-webhooks": "WebhookFaultSpec",
    "messages": "MessageMatcher",
    "requests": "RequestMatcher",
    "deliveries": "DeliveryMatcher",
    "await-rule": "OfRule",
    "count": "OfDeliveries",
}
"""The models with a table of their own, by the name of the table."""
_TITLES: Final = {
    "Expression": "expression",
    "Duration": "duration",
    "Pattern": "pattern",
    "name-of-channels": "channel",
    "name-of-kinds": "kind",
    "name-of-versions": "version",
    "name-of-problems": "problem",
    "name-of-codes": "error code",
}
_TYPES: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "nothing",
}


def tables() -> Mapping[str, Table]:
    """Return a table for each model, and those of faults and problems."""
    schema = scenario_schema(load_specs())
    definitions = schema["$defs"]
    models = {f"{_PREFIX}-{name}": _table(definitions[model]) for name, model in MODELS.items()}
    return {
        f"{_PREFIX}-keys": _table(schema),
        **models,
        f"{_PREFIX}-faults": _faults(),
        f"{_PREFIX}-problems": _problems(),
    }


def _table(schema: Mapping[str, Json]) -> Table:
    needed = schema.get("required", ())
    return _HEADS, [_row(name, each, is_needed=name in needed) for name, each in schema["properties"].items()]


def _row(name: str, schema: Mapping[str, Json], *, is_needed: bool) -> tuple[str, ...]:
    example = next(iter(schema.get("examples", ())), None)
    shown = "" if example is None else f"`{_shown(example)}`"
    return f"`{name}`" + (" (needed)" if is_needed else ""), takes(schema), schema.get("description", ""), shown


def takes(schema: Mapping[str, Json]) -> str:
    """Return in words what a schema takes."""
    for member, words in _WAYS.items():
        if member in schema:
            return words(schema[member], schema)
    return "anything"


def _named(reference: str, _: Mapping[str, Json]) -> str:
    name = reference.rpartition("/")[2]
    return "pattern" if name.startswith("pattern-of-") else _TITLES.get(name, "mapping")


def _any_of(branches: list[Json], _: Mapping[str, Json]) -> str:
    words = dict.fromkeys(takes(each) for each in branches)
    return " or ".join(each for each in words if each != _TITLES["Expression"])


def _typed(kind: Json, schema: Mapping[str, Json]) -> str:
    if isinstance(kind, list):
        return " or ".join(_TYPES[each] for each in kind)
    if kind == "array":
        return f"list of {takes(schema.get('items', {}))}"
    if kind == "object":
        below = schema.get("additionalProperties")
        return f"mapping to {takes(below)}" if isinstance(below, Mapping) and below else "mapping"
    return _TYPES[kind]


_WAYS: Final[Mapping[str, Callable[[Json, Mapping[str, Json]], str]]] = {
    "$ref": _named,
    "enum": lambda values, _: " or ".join(f"`{each}`" for each in values),
    "const": lambda value, _: f"`{value}`",
    "anyOf": _any_of,
    "oneOf": _any_of,
    "type": _typed,
}
"""How to say what a schema takes, by the member of it that tells."""


def _shown(example: Json) -> str:
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)


def _faults() -> Table:
    rows: list[tuple[str, ...]] = [
        (f"`{each.on}`", f"`{each.name}`", each.about, ", ".join(f"`{name}`" for name in each.takes)) for each in KINDS
    ]
    return ("On", "Do", "What happens", "Takes besides"), rows


def _problems() -> Table:
    magic = load_specs().magic
    rows: list[tuple[str, ...]] = []
    for name, by_dialect in magic.problems.items():
        answers = [problem_of(magic.problem(name, dialect)) for dialect in by_dialect]
        statuses = dict.fromkeys(f"{each.status}" for each in answers if each is not None)
        rows.append((f"`{name}`", " or ".join(statuses)))
    return ("Problem", "HTTP status"), rows
