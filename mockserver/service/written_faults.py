"""Reads a fault as a tester writes it, in JSON; every mistake is named with the nearest valid choice."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from msgspec import convert

from mockserver.core.asking import Vocabulary, canonical, check_names
from mockserver.core.faults import (
    BY_NAME,
    KINDS,
    PERCENTILES,
    SELECTORS,
    UNASKED,
    Armed,
    Delay,
    Fault,
    Kind,
)
from mockserver.core.headers import wrong_with
from mockserver.core.matching import PatternError, shown
from mockserver.core.words import choices
from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.scenario.durations import DurationError, read_duration

_Reader: TypeAlias = Callable[[str, Json], Json]
_SIDES: Final = tuple(dict.fromkeys(each.on for each in KINDS))
_STATUSES: Final = range(200, 600)
_MOST_COPIES: Final = 100


@dataclass(frozen=True, slots=True)
class Names:
    """Names that are not this module's: those of the documents, and errors by name."""

    known: Vocabulary
    problems: tuple[str, ...]


def read_fault(written: Json, names: Names) -> Fault:
    """Return the fault that was written, times in seconds or as in ``"50ms"``; raise UsageError for what is none."""
    if not isinstance(written, Mapping):
        raise UsageError(f"a fault is {shown(written)}", fix='Write {"on": "webhooks", "do": "drop", "next": 1}.')
    kind = _kind(written)
    members = {name: _member(kind, name, value, names) for name, value in written.items() if value is not None}
    _check_choice(kind, members)
    if kind.needs and not any(name in members for name in kind.needs):
        raise UsageError(f"{kind.name} needs {' or '.join(kind.needs)}", fix=f"Give {kind.needs[0]}.")
    fault = convert(members, Fault)
    try:
        Armed.of(fault)
    except PatternError as error:
        raise UsageError(f"when: {error}") from None
    return fault


def _kind(written: Mapping[str, Json]) -> Kind:
    on, do = written.get("on"), written.get("do")
    if on not in _SIDES:
        raise UsageError(_is("on", on), fix=choices(on, _SIDES))
    names = tuple(each.name for each in KINDS if each.on == on)
    if do not in names:
        elsewhere = next((each.on for each in KINDS if each.name == do), None)
        hint = "" if elsewhere is None else f"It is a fault on {elsewhere}. "
        raise UsageError(_is("do", do), fix=hint + choices(do, names))
    return BY_NAME[on, do]


def _member(kind: Kind, name: str, value: Json, names: Names) -> Json:
    if name == "when":
        return _when(kind, value, names.known)
    if name not in kind.members:
        raise UsageError(f"{name} is no member of {kind.name} on {kind.on}", fix=choices(name, kind.members))
    if name == "problem" and value not in names.problems:
        raise UsageError(_is(name, value), fix=choices(value, names.problems))
    return _READERS[name](name, value)


def _when(kind: Kind, value: Json, known: Vocabulary) -> Json:
    if not isinstance(value, Mapping):
        raise UsageError(_is("when", value), fix='Write a mapping such as {"channel": "sms"}.')
    for name in UNASKED[kind.on]:
        if name in value:
            raise UsageError(f"when: {name} is not known yet when a fault is chosen", fix="Leave it out.")
    try:
        check_names(value, known)
    except PatternError as error:
        raise UsageError(f"when: {error}") from None
    return canonical(value, known.aliases)


def _check_choice(kind: Kind, members: Mapping[str, Json]) -> None:
    chosen = [name for name in SELECTORS if name in members]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} do not go together", fix="Keep one of them.")
    limits = [name for name in ("per_s", "after") if name in members]
    if len(limits) > 1:
        raise UsageError(f"{' and '.join(limits)} do not go together", fix="Keep one of them.")
    if limits and chosen and chosen != ["next"]:
        raise UsageError(f"{chosen[0]} does not go with {kind.name}", fix="Use next, or leave it out.")


def _yes_or_no(name: str, value: Json) -> Json:
    if not isinstance(value, bool):
        raise UsageError(_is(name, value), fix="Write true or false.")
    return value


def _share(name: str, value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise UsageError(_is(name, value), fix="Write a number from 0 to 1.")
    return float(value)


def _rate(name: str, value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise UsageError(_is(name, value), fix="Write a number above 0.")
    return float(value)


def _whole(least: int, most: int | None = None) -> _Reader:
    def read(name: str, value: Json) -> Json:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or value < least or (most is not None and value > most):
            upper = "" if most is None else f" to {most}"
            raise UsageError(_is(name, value), fix=f"Write a whole number from {least}{upper}.")
        return value

    return read


def _seconds(name: str, value: Json) -> Json:
    try:
        return read_duration(value)
    except DurationError as error:
        raise UsageError(f"{_is(name, value)}, {error.says}", fix=error.fix) from None


def _delay(name: str, value: Json) -> Delay:
    if not isinstance(value, Mapping):
        return float(_seconds(name, value))
    if set(value) == {"fixed"}:
        return float(_seconds(f"{name}.fixed", value["fixed"]))
    times = {part: float(_seconds(f"{name}.{part}", each)) for part, each in value.items() if each is not None}
    is_range = set(times) == {"min", "max"}
    if not is_range and (not times or not PERCENTILES.keys() >= times.keys()):
        known = '"2s", {"min": "1s", "max": "3s"} or {"p50": "100ms", "p95": "1s"}'
        raise UsageError(_is(name, value), fix=f"Write {known}.")
    order = [times[part] for part in ("min", "max", *PERCENTILES) if part in times]
    if order != sorted(order):
        raise UsageError(_is(name, value), fix="Write the shorter times before the longer ones.")
    return times


def _headers(name: str, value: Json) -> Json:
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value.values()):
        raise UsageError(_is(name, value), fix="Write a mapping of texts.")
    for header, text in value.items():
        if wrong := wrong_with(header, text):
            raise UsageError(f"{_is(f'{name}.{header}', text)}, {wrong[0]}", fix=wrong[1])
    return dict(value)


_READERS: Final[Mapping[str, _Reader]] = {
    "on": lambda _, value: value,
    "do": lambda _, value: value,
    "next": _whole(1),
    "nth": _whole(1),
    "every": _whole(1),
    "probability": _share,
    "delay": _delay,
    "status": _whole(_STATUSES[0], _STATUSES[-1]),
    "problem": lambda _, value: value,
    "body": lambda _, value: value,
    "headers": _headers,
    "retry_after": _seconds,
    "per_s": _rate,
    "after": _whole(0),
    "copies": _whole(2, _MOST_COPIES),
    "within": _seconds,
    "over": _seconds,
    "tries": _whole(1),
    "taken": _yes_or_no,
}


def _is(name: str, value: Json) -> str:
    return f"{name} is missing" if value is None else f"{name} is {shown(value)}"
