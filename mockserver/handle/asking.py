"""What tests ask for, from keywords to what the control API takes: fields with patterns, expectations; asks nothing."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from mockserver.errors import UsageError
from mockserver.handle import given
from mockserver.model import Json

Term: TypeAlias = Any
"""What a field must be: a value, a list of some, a pattern such as ``{"contains": "order"}``, or a compiled regex."""

_FLAGS: Final = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s", re.VERBOSE: "x"}
_UUID: Final = "message_uuid"
_STATES: Final = frozenset({"state", "attempts"})
_ASKS_ATTEMPTS: Final = re.compile(r"(?<!\S)-?attempts:", re.IGNORECASE)
_TRIED: Final[Mapping[str, Json]] = {"attempts": {"at_least": 1}}
_NOT_DROPPED: Final[Mapping[str, Json]] = {"state": {"not": "dropped"}}


def fields_of(query: str, terms: Mapping[str, Term]) -> dict[str, Json]:
    """Return the fields of a search and of keywords, whose trailing ``_`` only parts them from Python's own words."""
    named = {name.removesuffix("_"): given.term(name, _pattern(value)) for name, value in terms.items()}
    return ({"q": query} if given.query(query) else {}) | named


def sent_fields(query: str, terms: Mapping[str, Term]) -> dict[str, Json]:
    """Return the fields of messages that the system under test sent."""
    return {"direction": "outbound", **fields_of(query, terms)}


def tried_fields(query: str, terms: Mapping[str, Term], *, none: bool) -> dict[str, Json]:
    """Return the fields of webhooks that were tried; where there must be ``none``, also of those about to be.

    Who asks for a state or for attempts says already which are meant.
    """
    fields = fields_of(query, terms)
    if _STATES & fields.keys() or _ASKS_ATTEMPTS.search(query):
        return fields
    return {**fields, **(_NOT_DROPPED if none else _TRIED)}


def dropped_fields(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Return the fields of webhooks that would have fitted ``tried_fields``, had they a URL; none for other fields."""
    asked = {name: each for name, each in fields.items() if name not in {*_TRIED, "acknowledged"}}
    return {**asked, "state": "dropped"} if fields.items() >= _TRIED.items() else {}


def expectation(about: str, fields: Mapping[str, Json], count: int | None, within_s: given.Seconds) -> dict[str, Json]:
    """Return an expectation as ``verify`` takes it; without a ``count``, of at least one."""
    counted, waited_s = given.number_or_none("count", count), given.seconds("within_s", within_s)
    bounds = {"at_least": 1} if counted is None else {"count": counted}
    return {about: dict(fields), **bounds, **({"within": waited_s} if waited_s else {})}


def uuid_of(message: Json) -> str:
    """Return the uuid of a message, or of what names one: its uuid, the answer to a send, a webhook's body."""
    found = message.get(_UUID) if isinstance(message, Mapping) else message
    if not isinstance(found, str):
        what = f"{message!r} names no message"
        raise UsageError(what, fix="Give one of sent(), the answer to a send, or a message_uuid.")
    return found


def content_of(members: Mapping[str, Json]) -> dict[str, Json]:
    """Return members of a body by their names there; raise UsageError for one that cannot be written as JSON."""
    return {name.removesuffix("_"): given.json(name, value) for name, value in members.items() if value is not None}


def read_scenario(path: str | os.PathLike[str]) -> str:
    """Return the text of a scenario file; raise UsageError if it cannot be read."""
    path = given.path("the path of a scenario", path)
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        fix = None if Path(path).is_absolute() else f"Looked for in {Path.cwd()}."
        raise UsageError(f"it cannot be read: {error.strerror or error}", where=str(path), fix=fix) from None
    except UnicodeDecodeError:
        raise UsageError("it is not UTF-8 text", where=str(path)) from None


def _pattern(value: Term) -> Json:
    if isinstance(value, re.Pattern):
        flags = "".join(letter for flag, letter in _FLAGS.items() if value.flags & flag)
        return {"matches": f"(?{flags}){value.pattern}" if flags else value.pattern}
    if isinstance(value, Mapping):
        return {str(name): _pattern(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_pattern(each) for each in value]
    return value
