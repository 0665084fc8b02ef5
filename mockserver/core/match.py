"""The search grammar: ``channel:sms to:4477* status:delivered text:"order" has:error`` as a predicate over messages."""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TypeVar

from mockserver.errors import UsageError
from mockserver.model import Message

_T = TypeVar("_T")
Predicate = Callable[[Message], bool]

_TERM = re.compile(r'(?P<not>-)?(?:(?P<field>[A-Za-z_]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))')

_FIELDS: Mapping[str, Callable[[Message], str]] = {
    "uuid": lambda message: message.uuid,
    "channel": lambda message: message.channel,
    "kind": lambda message: message.kind,
    "from": lambda message: message.sender,
    "to": lambda message: message.recipient,
    "status": lambda message: message.status.value,
    "direction": lambda message: message.direction.value,
    "ref": lambda message: message.client_ref or "",
    "application": lambda message: message.application or "",
    "version": lambda message: message.dialect,
}
_HAS: Mapping[str, Predicate] = {
    "error": lambda message: any(move.code is not None for move in message.moves),
    "ref": lambda message: message.client_ref is not None,
    "options": lambda message: bool(message.options),
}
FIELDS = (*_FIELDS, "text", "has")


def text_of(message: Message) -> str:
    """Return every piece of text in a message's content, for searching and for showing on one line."""
    return " ".join(_strings(message.content))


def _strings(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for each in value.values() for text in _strings(each)]
        case list():
            return [text for each in value for text in _strings(each)]
        case _:
            return []


def parse_query(query: str, aliases: Mapping[str, str] | None = None) -> Predicate:
    """Return the predicate a query stands for; every term must hold, ``-term`` must not, ``*`` and ``?`` are wild.

    ``aliases`` maps other spellings of a channel to its name here. Raises UsageError for an unknown field.
    """
    tests: list[Predicate] = []
    position = 0
    while (rest := query[position:]).strip():
        start = position + len(rest) - len(rest.lstrip())
        found = _TERM.match(query, start)
        if found is None:
            raise UsageError(f"cannot read the query {query!r} from character {start + 1} on", fix="Close the quote.")
        tests.append(_term(found, aliases or {}))
        position = found.end()
    return lambda message: all(test(message) for test in tests)


def parse_term(field: str, wanted: str, aliases: Mapping[str, str] | None = None) -> Predicate:
    """Return the predicate of one field with a value taken as it is; raise UsageError for an unknown field."""
    return _test(field, wanted, aliases or {})


def _term(found: re.Match[str], aliases: Mapping[str, str]) -> Predicate:
    wanted = found["quoted"] if found["quoted"] is not None else found["bare"]
    field = found["field"].lower() if found["field"] else None
    test = _test(field, wanted, aliases)
    return (lambda message: not test(message)) if found["not"] else test


def _test(field: str | None, wanted: str, aliases: Mapping[str, str]) -> Predicate:
    if field is None or field == "text":
        within = f"*{wanted.casefold()}*".replace("[", "[[]")
        return lambda message: fnmatchcase(text_of(message).casefold(), within)
    if field == "has":
        return _lookup(_HAS, wanted, "has:")
    read = _lookup(_FIELDS, field, "", others=("text", "has"))
    pattern = aliases.get(wanted, wanted) if field == "channel" else wanted
    pattern = pattern.replace("[", "[[]")  # wild in fnmatch, but not here
    return lambda message: fnmatchcase(read(message), pattern)


def _lookup(table: Mapping[str, _T], name: str, prefix: str, others: tuple[str, ...] = ()) -> _T:
    if name in table:
        return table[name]
    choices = (*table, *others)
    near = get_close_matches(name, choices, 1)
    hint = f"Did you mean {prefix}{near[0]}? " if near else ""
    raise UsageError(f"the search knows no {prefix or 'field '}{name}", fix=f"{hint}Known: {', '.join(choices)}.")
