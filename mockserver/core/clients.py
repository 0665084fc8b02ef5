"""The official clients: how each is pointed at a server, from rows to code filled in; knows no server and no file.

The rows stand in ``specs/clients.yaml``.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit

from msgspec import Struct, convert

from mockserver.model import Json

Scheme: TypeAlias = Literal["https", "http", "either"]
Quotes: TypeAlias = Literal["double", "single", "shell"]

_PLACE: Final = re.compile(r"\{\{(\w+)\}\}")


class Export(Struct, frozen=True, forbid_unknown_fields=True):
    """A variable of the environment that the client reads."""

    name: str
    value: str


class Raised(Struct, frozen=True, forbid_unknown_fields=True):
    """What a client makes of an error: the HTTP status in words, and what its caller gets."""

    answer: str
    raises: str


class Client(Struct, frozen=True, forbid_unknown_fields=True):
    """One official client. ``page`` names its page in ``docs/clients/``, ``language`` is that of its code."""

    name: str
    title: str
    page: str
    package: str
    version: str
    install: str
    speaks: str
    scheme: Scheme
    trust: str
    tested: bool
    language: str
    quotes: Quotes
    snippet: str
    notes: tuple[str, ...]
    errors: tuple[Raised, ...]
    aliases: tuple[str, ...] = ()
    exports: tuple[Export, ...] = ()
    webhook: str = ""
    file: str = ""
    run: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that holds places for values."""
        return (self.snippet, self.webhook, *(each.value for each in self.exports))


class Absent(Struct, frozen=True, forbid_unknown_fields=True):
    """What people ask for that has no Messages API, and why."""

    names: tuple[str, ...]
    why: str


class Clients(Struct, frozen=True, forbid_unknown_fields=True):
    """``specs/clients.yaml`` as it is written."""

    version: int
    source: str
    clients: tuple[Client, ...]
    absent: tuple[Absent, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name and alias of a client."""
        return tuple(name for each in self.clients for name in (each.name, *each.aliases))

    def find(self, name: str) -> Client | Absent | None:
        """Return the client of a name or an alias, or why there is none; letter case does not count."""
        wanted = name.lower()
        found = (each for each in self.clients if wanted in (each.name, *each.aliases))
        return next(found, None) or next((each for each in self.absent if wanted in each.names), None)


@dataclass(frozen=True, slots=True)
class Values:
    """What the places in code stand for. Without https there is neither ``tls_url`` nor ``ca_file``."""

    url: str
    tls_url: str
    ca_file: str
    api_key: str
    api_secret: str
    application_id: str
    private_key_file: str
    signature_secret: str

    def named(self) -> dict[str, str | int]:
        """Return every value by the name of its place."""
        plain = urlsplit(self.url)
        host = f"[{plain.hostname}]" if ":" in (plain.hostname or "") else plain.hostname
        return {
            "url": self.url,
            "origin": f"{plain.scheme}://{host}",
            "port": plain.port or _PORTS[plain.scheme],
            "tls_host": urlsplit(self.tls_url).netloc,
            "ca_file": self.ca_file,
            "api_key": self.api_key,
            "api_secret": self.api_secret,
            "application_id": self.application_id,
            "private_key_file": self.private_key_file,
            "signature_secret": self.signature_secret,
        }


_PORTS: Final = {"http": 80, "https": 443}
_EXAMPLE: Final = Values("http://localhost", "https://localhost", "", "", "", "", "", "")


def _single(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _double(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_QUOTED: Final[Mapping[Quotes, Callable[[str], str]]] = {"double": _double, "single": _single, "shell": shlex.quote}


def snippet_of(client: Client, values: Values) -> str:
    """Return the program that sends one message."""
    return _filled(client.snippet, client.quotes, values)


def webhook_of(client: Client, values: Values) -> str:
    """Return the code that checks a webhook's signature; empty for a client that has none."""
    return _filled(client.webhook, client.quotes, values)


def exports_of(client: Client, values: Values) -> dict[str, str]:
    """Return the variables of the environment; those that speak of a CA file only if there is one."""
    named = values.named()
    filled = {each.name: _PLACE.sub(lambda place: str(named[place[1]]), each.value) for each in client.exports}
    return {name: value for name, value in filled.items() if value}


def _filled(text: str, quotes: Quotes, values: Values) -> str:
    """Return code with each value written as the language writes it."""
    named = values.named()

    def literal(place: re.Match[str]) -> str:
        value = named[place[1]]
        return str(value) if isinstance(value, int) else _QUOTED[quotes](value)

    return _PLACE.sub(literal, text)


def read_clients(document: Json) -> Clients:
    """Return the rows of ``specs/clients.yaml``; raise ValidationError if it does not fit."""
    return convert(document, Clients)


def mistakes(clients: Clients) -> Iterator[tuple[str, str]]:
    """Yield what types cannot say of the rows: the place of a row, and a sentence."""
    seen: set[str] = set()
    for index, each in enumerate(clients.clients):
        place = f"clients[{index}]"
        yield from _twice(f"{place}.aliases", (each.name, *each.aliases), seen)
        for text in each.texts:
            yield from ((place, f"{{{{{name}}}}} is no value.") for name in _unknown(text))
        for member in _unreachable(each):
            yield f"{place}.snippet", f"A client of scheme {each.scheme} cannot use {{{{{member}}}}}."
    for index, row in enumerate(clients.absent):
        yield from _twice(f"absent[{index}].names", row.names, seen)


def _twice(place: str, names: tuple[str, ...], seen: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the names that are seen once more, or could never be found."""
    for name in names:
        if name in seen:
            yield place, f"The name {name} stands here twice."
        if name != name.lower():
            yield place, f"The name {name} is not in small letters."
        seen.add(name)


def _unknown(text: str) -> list[str]:
    known = _EXAMPLE.named()
    return [name for name in _PLACE.findall(text) if name not in known]


_REACH: Final[Mapping[Scheme, tuple[str, ...]]] = {
    "https": ("url", "origin", "port"),
    "http": ("tls_host", "url"),
    "either": ("tls_host",),
}
"""The places whose value a client of that scheme does not understand."""


def _unreachable(client: Client) -> list[str]:
    return [name for name in _PLACE.findall(client.snippet) if name in _REACH[client.scheme]]
