"""Which fields can be asked of messages, requests and deliveries, and the matcher that members of a file ask for."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Final, Literal, TypeAlias

from mockserver.core.match import Term, read_terms
from mockserver.core.matching import Condition, Matcher, PatternError, Test, read_path, shown, tests_of
from mockserver.errors import UsageError
from mockserver.model import DeliveryState, Direction, Json, Status

About: TypeAlias = Literal["messages", "requests", "deliveries", "sends", "answers", "entries"]
"""What is asked: ``sends`` are those under decision, ``answers`` are what the system under test answered us.

``entries`` are those of the journal, asked for what they tell of: a message, a request or a webhook.
"""

_MESSAGE: Final = (
    *("channel", "kind", "from", "to", "text", "client_ref", "application", "version", "direction", "status", "uuid"),
    *("content", "options", "error_code", "workflow"),
)
_REQUEST: Final = (
    *("operation", "method", "path", "version", "channel", "kind", "from", "to", "text", "client_ref", "application"),
    *("status", "verdict", "body", "violations", "findings", "fault"),
)
_DELIVERY: Final = (
    *("event", "status", "message", "channel", "to", "from", "url", "state", "acknowledged", "attempts"),
    *("answered", "body"),
)
_SEND: Final = (
    *("operation", "version", "channel", "kind", "from", "to", "text", "client_ref", "application", "content"),
    *("options", "workflow", "method", "path"),
)

FIELDS: Final[Mapping[About, tuple[str, ...]]] = {
    "messages": (*_MESSAGE, "json", "q"),
    "requests": (*_REQUEST, "json", "headers", "q"),
    "deliveries": (*_DELIVERY, "json", "q"),
    "sends": (*_SEND, "json", "headers", "state", "q"),
    "answers": ("status", "text", "json", "headers"),
    "entries": (*dict.fromkeys((*_MESSAGE, *_REQUEST, *_DELIVERY)), "q"),
}
"""What can be asked, by what it is asked of.

``json`` looks into the body (of a message, which has none, into its own fields) by dotted path, ``headers`` at headers
by name, ``state`` at machines by name; ``q`` searches.
"""

_STATUSES: Final = tuple(each.value for each in Status)
_EVENTS: Final = ("inbound", "report", *_STATUSES)
_CHOSEN: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "messages": {"status": _STATUSES, "direction": tuple(each.value for each in Direction)},
    "requests": {"verdict": ("accepted", "refused", "failed")},
    "deliveries": {"status": _STATUSES, "event": _EVENTS, "state": tuple(each.value for each in DeliveryState)},
}
"""Fields that can only be one of a few words: another word could never be found, so asking for it is a mistake."""

_Q_NAMES: Final = {"ref": "client_ref", "error": "error_code"}
"""What the search grammar calls otherwise."""
_Q_HAS: Final = {
    "error": "error_code",
    "ref": "client_ref",
    "options": "options",
    "violation": "violations",
    "finding": "findings",
    "fault": "fault",
}
"""The words after ``has:``, and the field that must hold something."""
_NOT_SEARCHED: Final = frozenset({"body", "content", "options", "json", "headers", "state", "q"})
"""Fields of more than one value, which a search does not look at."""


def matcher_of(about: About, fields: Mapping[str, Json]) -> Matcher:
    """Return the matcher of fields as they stand in a file or a request; raise PatternError, which names the field.

    ``{"channel": ["sms", "mms"], "text": {"contains": "order"}, "json": {"message.content.type": "text"}}``
    """
    return Matcher(tuple(each for name, asked in fields.items() for each in _conditions(about, name, asked)))


def search(about: About, terms: Iterable[Term], aliases: Mapping[str, str]) -> Matcher:
    """Return the matcher of terms of the search grammar; raise PatternError for a field nobody knows."""
    return Matcher(tuple(_term(about, _respelt(each, aliases)) for each in terms))


def searched(about: About) -> tuple[str, ...]:
    """Return the fields the search grammar knows, ``has`` among them where something can be had."""
    shorter = (short for short, field in _Q_NAMES.items() if field in FIELDS[about])
    held = ("has",) if words_of_has(about) else ()
    return (*(each for each in FIELDS[about] if each not in _NOT_SEARCHED), *shorter, *held)


def words_of_has(about: About) -> tuple[str, ...]:
    """Return what ``has:`` can ask for."""
    return tuple(word for word, field in _Q_HAS.items() if field in FIELDS[about])


def choices(about: About) -> dict[str, tuple[str, ...]]:
    """Return the fields the search grammar knows, each with the words it can be, none where it can be anything."""
    chosen = _CHOSEN.get(about) or {name: words for each in _CHOSEN.values() for name, words in each.items()}
    return {name: words_of_has(about) if name == "has" else chosen.get(name, ()) for name in searched(about)}


def canonical(fields: Mapping[str, Json], aliases: Mapping[str, str]) -> dict[str, Json]:
    """Return fields with each other spelling of a channel replaced by its name here."""
    found = dict(fields)
    if "channel" in found:
        found["channel"] = _renamed(found["channel"], aliases)
    if isinstance(found.get("q"), str):
        with suppress(UsageError):  # an unreadable query is told of where it is made a matcher
            found["q"] = " ".join(_respelt(each, aliases).written() for each in read_terms(found["q"]))
    return found


def _respelt(term: Term, aliases: Mapping[str, str]) -> Term:
    return replace(term, wanted=aliases.get(term.wanted, term.wanted)) if term.field == "channel" else term


def _renamed(pattern: Json, aliases: Mapping[str, str]) -> Json:
    if isinstance(pattern, str):
        return aliases.get(pattern, pattern)
    if isinstance(pattern, list):
        return [_renamed(each, aliases) for each in pattern]
    if isinstance(pattern, Mapping):
        renamed = {"equals", "one_of", "not"}
        return {name: _renamed(each, aliases) if name in renamed else each for name, each in pattern.items()}
    return pattern


def _conditions(about: About, name: str, asked: Json) -> Iterator[Condition]:
    known = FIELDS[about]
    if name not in known:
        raise PatternError(f"{name} is no field of {about}", _choices(name, known))
    match name:
        case "json":
            yield from (_inside(about, path, each) for path, each in _members(name, asked))
        case "headers":
            yield from (
                _condition(f"headers {each}", wanted, name, (each.lower(),)) for each, wanted in _members(name, asked)
            )
        case "state" if about == "sends":
            yield from (_condition(f"state {each}", wanted, name, (each,)) for each, wanted in _members(name, asked))
        case "q":
            yield from _searched(about, asked)
        case _:
            check_words(name, asked, _CHOSEN.get(about, {}).get(name, ()))
            yield _condition(name, asked, name)


def check_words(name: str, asked: Json, words: tuple[str, ...]) -> None:
    """Refuse a plain word, or one in a list, that the field can never be."""
    for each in asked if isinstance(asked, list) else [asked]:
        if words and isinstance(each, str) and each not in words:
            raise PatternError(f"{name} is {shown(each)}, which it can never be", _choices(each, words))


def _inside(about: About, path: str, asked: Json) -> Condition:
    parts = read_path(path)
    if not parts:
        raise PatternError(f"json: {path!r} leads nowhere; write a path such as message.content.text")
    if about == "answers":
        return _condition(f"json {path}", asked, "json", parts)
    if about == "messages":
        return _condition(f"json {path}", asked, str(parts[0]), parts[1:])
    return _condition(f"json {path}", asked, "body", parts)


def _condition(name: str, asked: Json, field: str, path: tuple[str | int, ...] = ()) -> Condition:
    try:
        return Condition(name, tests_of(asked), field, path)
    except PatternError as error:
        raise error.of(name) from error


def _members(name: str, asked: Json) -> Iterator[tuple[str, Json]]:
    if not isinstance(asked, Mapping) or not asked:
        raise PatternError(f"{name} is {shown(asked)}; write a mapping of what to look at and what it must be")
    yield from ((str(each), wanted) for each, wanted in asked.items())


def _searched(about: About, query: Json) -> Iterator[Condition]:
    try:
        terms = read_terms(str(query))
    except UsageError as error:
        raise PatternError(f"q: {error.what}", error.fix or "") from error
    yield from (_term(about, each) for each in terms)


def _term(about: About, term: Term) -> Condition:
    field, test = _sought(about, term)
    if term.is_not:
        test = Test(f"anything but {test.words}", lambda value, holds=test.holds: not holds(value))  # type: ignore[misc]
    return Condition(field, (test,), field)


def _sought(about: About, term: Term) -> tuple[str, Test]:
    """Return the field a term of a search looks at, and what it must be."""
    if term.field is None or term.field == "text":
        return "text", _like(f"*{term.wanted}*", folded=True)
    if term.field == "has":
        if term.wanted not in words_of_has(about):
            fix = _choices(term.wanted, words_of_has(about))
            raise PatternError(f"q: the search knows no has:{term.wanted} of {about}", fix)
        return _Q_HAS[term.wanted], Test("something", bool)
    field = _Q_NAMES.get(term.field, term.field)
    if field not in FIELDS[about] or field in _NOT_SEARCHED:
        fix = _choices(term.field, searched(about))
        raise PatternError(f"q: the search knows no field {term.field} of {about}", fix)
    return field, _like(term.wanted, folded=False)


def _like(pattern: str, *, folded: bool) -> Test:
    wild = pattern.replace("[", "[[]")  # wild in fnmatch, but not here
    if folded:
        return Test(f"like {shown(pattern)}", lambda value: fnmatchcase(_spelt(value).casefold(), wild.casefold()))
    only = None if "*" in pattern or "?" in pattern else pattern
    return Test(f"like {shown(pattern)}", lambda value: fnmatchcase(_spelt(value), wild), only=only)


def _spelt(value: Json) -> str:
    """Return a value as people write it; what is not there is the empty text."""
    if isinstance(value, list | tuple):
        return " ".join(map(_spelt, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _choices(name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name, known, 1)
    return (f"Did you mean {near[0]}? " if near else "") + f"Known: {', '.join(known)}."
