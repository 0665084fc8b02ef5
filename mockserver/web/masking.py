"""Keeps access tokens out of what the journal shows of a body, be it JSON or not."""

from typing import Final

import msgspec
from msgspec.structs import replace

from mockserver.config import shortened
from mockserver.model import Json
from mockserver.problem import Violation
from mockserver.web.bodies import parse_json

_OPEN: Final = frozenset({"external_id", "name", "application", "applications"})
"""Members whose values are shown; what stands under any other name may be a token, misspelt ones above all."""


def masked_body(raw: bytes) -> str:
    """Return a body as text, shortened wherever it may hold a token; as it came if it cannot."""
    parsed = parse_json(raw)
    if parsed.violation is not None:
        return f"({len(raw)} bytes that are no JSON, not shown since a token may be among them)" if raw.strip() else ""
    shown = _masked(parsed.value)
    return raw.decode("utf-8", "replace") if shown == parsed.value else msgspec.json.encode(shown).decode()


def _masked(value: Json) -> Json:
    if not isinstance(value, dict):
        return _shortened(value)
    return {name: each if name in _OPEN else _shortened(each) for name, each in value.items()}


def _shortened(value: Json) -> Json:
    """Return a value with every text in it shortened."""
    match value:
        case str():
            return shortened(value)
        case list():
            return [_shortened(each) for each in value]
        case dict():
            return {name: _shortened(each) for name, each in value.items()}
        case _:
            return value


def unquoted(violation: Violation) -> Violation:
    """Return why a body is no JSON, without the piece of it that would be shown: that may be of a token."""
    return replace(violation, reason=violation.reason.partition(", near ")[0].rstrip(".") + ".")
