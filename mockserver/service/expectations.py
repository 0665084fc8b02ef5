"""Reads what a tester expects, written in JSON; every mistake has its path in there and the nearest valid choice."""

from collections.abc import Mapping
from typing import Final

from mockserver.core.asking import About, Vocabulary, canonical, check_names, matcher_of
from mockserver.core.matching import Matcher, PatternError, shown
from mockserver.core.scenario_values import Bounds, Expect, Total, Wanted
from mockserver.core.scenario_values import Sequence as InOrder
from mockserver.core.words import choices
from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.scenario.durations import DurationError, read_duration
from mockserver.service.verify import Asked

LONGEST_WAIT_S: Final = 600.0
_SUBJECTS: Final[tuple[About, ...]] = ("messages", "requests", "deliveries")
_TOTALS: Final = ("violations", "findings")
VERBS: Final = (*_SUBJECTS, "sequence", *_TOTALS)
"""What an expectation is about, each by its member."""
_COUNTS: Final = ("count", "at_least", "at_most", "absent")
_MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "messages": (*_COUNTS, "within"),
    "requests": (*_COUNTS, "within"),
    "deliveries": (*_COUNTS, "acknowledged", "within"),
    "sequence": ("within",),
    "violations": (),
    "findings": (),
}
"""What may stand beside it."""


def read_expectations(written: Json, known: Vocabulary) -> tuple[Asked, ...]:
    """Return one expectation or a list of them; raise UsageError for what is none.

    ``{"messages": {"to": "447700900001"}, "count": 1, "within": "5s"}``; ``known`` are the names there are.
    """
    if isinstance(written, list):
        if not written:
            raise UsageError("nothing is expected", fix='Send [{"messages": {"channel": "sms"}, "count": 1}].')
        return tuple(_expectation(each, f"[{index}]", known) for index, each in enumerate(written))
    return (_expectation(written, "", known),)


def matcher_for(about: About, written: Json, where: str, known: Vocabulary) -> Matcher:
    """Return the matcher of fields, or of a text in the search grammar; raise UsageError with the path of a mistake."""
    fields = {"q": written} if isinstance(written, str) else written
    if not isinstance(fields, Mapping):
        fix = 'Write fields such as {"channel": "sms"}, or a search such as "channel:sms".'
        raise UsageError(f"what is asked of {about} is {shown(written)}", where=where or None, fix=fix)
    matchers = [_field(about, name, asked, where, known) for name, asked in fields.items()]
    return Matcher(tuple(condition for each in matchers for condition in each.conditions))


def read_bounds(written: Mapping[str, Json], where: str) -> Bounds:
    """Return how many there must be, at least 1 where nothing is said; raise UsageError for what cannot be."""
    counts = {name: _count(written[name], _at(where, name)) for name in _COUNTS[:3] if name in written}
    if "absent" in written and _flag(written["absent"], _at(where, "absent")):
        counts = {"count": 0, **counts} if not counts else _contradiction("absent", next(iter(counts)), where)
    if "count" in counts:
        if len(counts) > 1:
            _contradiction("count", next(each for each in counts if each != "count"), where)
        return Bounds(counts["count"], counts["count"])
    bounds = Bounds(counts.get("at_least", 0 if "at_most" in counts else 1), counts.get("at_most"))
    if bounds.at_most is not None and bounds.at_most < bounds.at_least:
        fix = "Swap them, or leave one out."
        raise UsageError(f"at_most is {bounds.at_most}, less than at_least", where=_at(where, "at_most"), fix=fix)
    return bounds


def read_within(written: Json, where: str) -> float:
    """Return how long to wait, in seconds; raise UsageError for what is no duration, or too long."""
    try:
        within_s = read_duration(written)
    except DurationError as error:
        raise UsageError(f"{where} is {shown(written)}, {error.says}", where=where, fix=error.fix) from None
    if within_s > LONGEST_WAIT_S:
        fix = f"The longest wait is {LONGEST_WAIT_S:g}s; ask again after it."
        raise UsageError(f"{where} is {shown(written)}", where=where, fix=fix)
    return within_s


def _expectation(written: Json, where: str, known: Vocabulary) -> Asked:
    verb = _verb(written, where)
    for name in written:
        if name not in {verb, "name", *_MEMBERS[verb]}:
            members = (verb, *_MEMBERS[verb], "name")
            raise UsageError(f"{name} does not go with {verb}", where=_at(where, name), fix=choices(name, members))
    place, asked = _at(where, verb), written[verb]
    within_s = read_within(written["within"], _at(where, "within")) if "within" in written else 0.0
    if verb == "sequence":
        return InOrder(_items(asked, place, known), within_s)
    if verb in _TOTALS:
        return Total(verb, _amount(asked, place))  # type: ignore[arg-type]  # one of the two
    about: About = verb  # type: ignore[assignment]  # one of the three that are left
    acknowledged = written.get("acknowledged")
    if acknowledged is not None:
        acknowledged = _flag(acknowledged, _at(where, "acknowledged"))
    return Expect(_wanted(about, asked, place, known), read_bounds(written, where), within_s, acknowledged)


def _verb(written: Json, where: str) -> str:
    if not isinstance(written, Mapping):
        fix = 'Write {"messages": {"channel": "sms"}, "count": 1}.'
        raise UsageError(f"an expectation is {shown(written)}", where=where or None, fix=fix)
    found: list[str] = [each for each in written if each in VERBS]
    if len(found) == 1:
        return found[0]
    if found:
        what = f"{found[1]} stands beside {found[0]}"
        raise UsageError(what, where=_at(where, found[1]), fix="Write an expectation for each.")
    odd = next((each for each in written if each not in {*_COUNTS, "within", "acknowledged", "name"}), "")
    what = f"{odd} is nothing that can be expected" if odd else "it does not say what is expected"
    raise UsageError(what, where=_at(where, odd) or None, fix=choices(odd, VERBS))


def _wanted(about: About, asked: Json, where: str, known: Vocabulary) -> Wanted:
    """Return what is asked for; there are no expressions outside scenario files, so its matcher is made at once."""
    matcher = matcher_for(about, asked, where, known)
    return Wanted(about, asked if isinstance(asked, Mapping) else {"q": asked}, matcher)


def _field(about: About, name: str, asked: Json, where: str, known: Vocabulary) -> Matcher:
    try:
        check_names({name: asked}, known)
        return matcher_of(about, canonical({name: asked}, known.aliases))
    except PatternError as error:
        raise UsageError(error.says.removeprefix("q: "), where=_at(where, name), fix=error.fix or None) from None


def _items(written: Json, where: str, known: Vocabulary) -> tuple[Wanted, ...]:
    if not isinstance(written, list) or not written:
        fix = 'Write a list such as [{"messages": {}}, {"deliveries": {"status": "delivered"}}].'
        raise UsageError(f"sequence is {shown(written)}", where=where, fix=fix)
    return tuple(_item(each, f"{where}[{index}]", known) for index, each in enumerate(written))


def _item(written: Json, where: str, known: Vocabulary) -> Wanted:
    found = [each for each in written if each in _SUBJECTS] if isinstance(written, Mapping) else []
    if len(found) != 1 or len(written) != 1:
        fix = f"Write one of {', '.join(_SUBJECTS)} with what to ask of it; rules are for scenario files."
        raise UsageError(f"an item of the sequence is {shown(written)}", where=where, fix=fix)
    return _wanted(found[0], written[found[0]], _at(where, found[0]), known)


def _amount(written: Json, where: str) -> Bounds:
    if not isinstance(written, Mapping):
        number = _count(written, where)
        return Bounds(number, number)
    for name in written:
        if name not in _COUNTS[1:3]:
            raise UsageError(f"{name} is no bound", where=_at(where, name), fix=choices(name, _COUNTS[1:3]))
    return read_bounds(written, where)


def _count(written: Json, where: str) -> int:
    if type(written) is not int or written < 0:
        raise UsageError(f"{where} is {shown(written)}", where=where, fix="Write a whole number, 0 or more.")
    return written


def _flag(written: Json, where: str) -> bool:
    if not isinstance(written, bool):
        raise UsageError(f"{where} is {shown(written)}", where=where, fix="Write true or false.")
    return written


def _contradiction(first: str, second: str, where: str) -> dict[str, int]:
    raise UsageError(f"{second} stands beside {first}", where=_at(where, second), fix="Keep one of them.")


def _at(where: str, name: str) -> str:
    return ".".join(filter(None, (where, name)))
