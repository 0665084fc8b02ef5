"""The search grammar: ``channel:sms to:4477* status:delivered text:"order" has:error`` as terms; knows no field."""

import re
from dataclasses import dataclass

from mockserver.errors import UsageError
from mockserver.model import Json, Message

_TERM = re.compile(r'(?P<not>-)?(?:(?P<field>[A-Za-z_]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a query: ``-channel:sms`` is not ``sms`` in ``channel``; without a field, any text of a message."""

    field: str | None
    wanted: str
    is_not: bool = False

    def written(self) -> str:
        """Return the term as it is written in a query."""
        return f'{"-" if self.is_not else ""}{f"{self.field}:" if self.field else ""}"{self.wanted}"'


def text_of(message: Message) -> str:
    """Return every piece of text in a message's content, for searching and for showing on one line."""
    return text_in(message.content)


def text_in(value: Json) -> str:
    """Return every piece of text in a value."""
    return " ".join(_strings(value))


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


def read_terms(query: str) -> tuple[Term, ...]:
    """Return the terms of a query, whatever their fields; raise UsageError for what is none."""
    terms: list[Term] = []
    position = 0
    while (rest := query[position:]).strip():
        start = position + len(rest) - len(rest.lstrip())
        found = _TERM.match(query, start)
        if found is None:
            raise UsageError(f"cannot read the query {query!r} from character {start + 1} on", fix="Close the quote.")
        wanted = found["quoted"] if found["quoted"] is not None else found["bare"]
        terms.append(Term(found["field"].lower() if found["field"] else None, wanted, is_not=bool(found["not"])))
        position = found.end()
    return tuple(terms)
