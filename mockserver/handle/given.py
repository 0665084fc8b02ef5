"""Reads what a test hands to a verb: what cannot be meant is told at once, with its name, before anything is asked."""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeAlias, TypeVar

import msgspec

from mockserver.errors import UsageError
from mockserver.model import Json

Seconds: TypeAlias = float | str | timedelta
"""A duration: seconds, or a text such as ``5s``, as the control API takes it."""

_T = TypeVar("_T")
_SHOWN: Final = 80
_SECONDS: Final = 'seconds, 0 or more, or a text such as "5s" or "24h"'
_TERM: Final = 'a value, a list of some, a pattern such as {"contains": "order"}, or a compiled regular expression'


def wrong(name: str, value: object, expected: str, fix: str | None = None) -> UsageError:
    """Return the mistake of an argument: its name, what was found, what was expected."""
    return UsageError(f"{name} is {_shown(value)}, expected {expected}", fix=fix)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({type(value).__name__})"


def instance(name: str, value: object, kind: type[_T], expected: str, fix: str | None = None) -> _T:
    """Return a value of a type; raise UsageError for any other. A boolean is no number."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise wrong(name, value, expected, fix)
    return value


def text(name: str, value: object, example: str) -> str:
    """Return a text; raise UsageError for anything else."""
    return instance(name, value, str, f"a text such as {example}")


def text_or_none(name: str, value: object, example: str) -> str | None:
    """Return a text, or ``None``; raise UsageError for anything else."""
    return None if value is None else text(name, value, example)


def flag(name: str, value: object) -> bool:
    """Return a boolean; raise UsageError for anything else."""
    return instance(name, value, bool, "True or False")


def number(name: str, value: object, least: int = 0) -> int:
    """Return a whole number no smaller than ``least``; raise UsageError for anything else."""
    expected = f"a whole number, {least} or more"
    found = instance(name, value, int, expected)
    if found < least:
        raise wrong(name, value, expected)
    return found


def number_or_none(name: str, value: object, least: int = 0) -> int | None:
    """Return a whole number, or ``None``; raise UsageError for anything else."""
    return None if value is None else number(name, value, least)


def seconds(name: str, value: object) -> float:
    """Return a duration in seconds; raise UsageError for what is none."""
    from mockserver.scenario.durations import DurationError, read_duration

    given = value.total_seconds() if isinstance(value, timedelta) else value
    try:
        found = read_duration(given)
    except DurationError:
        raise wrong(name, value, _SECONDS) from None
    return found


def moment(name: str, value: object) -> str | None:
    """Return a moment as a text, or ``None``; raise UsageError for anything else."""
    if isinstance(value, datetime):
        return value.isoformat()
    return text_or_none(name, value, '"2026-05-04T12:00:00Z", or an aware datetime')


def path(name: str, value: object) -> str:
    """Return the path of a file; raise UsageError for what is none."""
    if not isinstance(value, str | os.PathLike):
        raise wrong(name, value, "the path of a file")
    return os.fspath(value)


def texts(name: str, value: object, example: str) -> str:
    """Return one text, or several with commas between; raise UsageError for anything else."""
    if isinstance(value, list | tuple | set | frozenset) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    return text(name, value, example)


def identity(name: str, value: object, example: str) -> str:
    """Return the id of a thing, or of what has one as its ``id``; raise UsageError for anything else."""
    found = value.get("id") if isinstance(value, Mapping) else value
    if not isinstance(found, str | int) or isinstance(found, bool):
        raise wrong(name, value, f"an id, or what {example} returned")
    return str(found)


def query(value: object) -> str:
    """Return a search; raise UsageError for anything else, most likely fields that are to be keywords."""
    return instance("the search", value, str, 'a text such as "channel:sms"', 'Name fields: sent(channel="sms").')


def term(name: str, value: Json) -> Json:
    """Return what a field must be; raise UsageError for what no pattern can be made of."""
    return json(name, value, _TERM)


def json(name: str, value: Json, expected: str = "what can be written as JSON") -> Json:
    """Return a value that can be written as JSON; raise UsageError for any other."""
    if isinstance(value, bytes | bytearray):  # would be written as base64, which nobody means
        raise wrong(name, value, expected)
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        return value  # half a character: for the server to complain of
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise wrong(name, value, expected) from None
    return value


def members(found: Mapping[str, Json]) -> None:
    """Raise UsageError for a member that cannot be written as JSON."""
    for name, value in found.items():
        json(name, value)


def listed(name: str, value: object, kind: type[_T], expected: str) -> tuple[_T, ...]:
    """Return the items of a list, all of one type; raise UsageError for anything else."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise wrong(name, value, f"a list of {expected}")
    return tuple(instance(f"{name}[{index}]", each, kind, expected) for index, each in enumerate(value))
