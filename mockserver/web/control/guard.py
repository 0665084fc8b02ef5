"""Keeps pages of other sites from driving the control API through the browser of whoever tests."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

from mockserver.core.urls import is_loopback
from mockserver.settings import Settings

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_USUAL_PORTS: Final = {"http": 80, "https": 443}
_LOCAL: Final = (".localhost", ".local", ".internal", ".test")
"""Ends of names that nobody can buy: RFC 6761, RFC 6762, and the private-use domain of ICANN."""


class Refusal(NamedTuple):
    """Why a call is refused, and what to do."""

    what: str
    fix: str


class Guard:
    """Judges calls by what only browsers say; tools and programs say none of it and are never refused."""

    def __init__(self, settings: Settings) -> None:
        self._is_local = is_loopback(settings.host)
        self._names = settings.tls_name

    def refusal(self, request: Request) -> Refusal | None:
        """Return why a call must not be answered, ``None`` if it may.

        A browser says by ``Origin`` which site makes it ask; that of our own page is the host it asks. And where only
        this machine reaches the server, a browser has no reason to ask for it by a name from the internet: such a name
        was pointed here by whoever owns it, so that his page may read the answers (DNS rebinding).
        """
        host = request.headers.get("host", "")
        origin = request.headers.get("origin")
        if origin is not None and request.method not in _READING and not _is_of(origin, host):
            return Refusal(
                f"a page of {origin} may not change anything here (the host is {host})",
                "Use the server's own page, or a program that sends no Origin.",
            )
        if self._is_local and _is_browser(request.headers) and not _is_near(_name(host), self._names):
            return Refusal(
                f"the server listens on this machine only, and is no {_name(host)}",
                f"Ask by localhost, or start it with --tls-name {_name(host)} if that name is yours.",
            )
        return None


def _is_browser(headers: Headers) -> bool:
    """Return whether a browser asks.

    A page may have some of them give another ``User-Agent``, but none leave out ``Accept-Language``. Programs seldom
    send that; those built on the ``fetch`` of Node.js do, beside ``Sec-Fetch-Mode``, which browsers keep for addresses
    that are safe from rebinding, and which no page can set.
    """
    if "origin" in headers or headers.get("user-agent", "").startswith("Mozilla/"):
        return True
    return "accept-language" in headers and "sec-fetch-mode" not in headers


def _is_of(origin: str, host: str) -> bool:
    """Return whether an origin is a page of a host; the port may be left out where it is the usual one."""
    try:
        parts = urlsplit(origin)
        own = urlsplit(f"{parts.scheme}://{host}")
        usual = _USUAL_PORTS.get(parts.scheme)
        return bool(parts.hostname) and (parts.hostname, parts.port or usual) == (own.hostname, own.port or usual)
    except ValueError:
        return False


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return host


def _is_near(name: str, own: Iterable[str]) -> bool:
    """Return whether a name is no public one: an address, a name without dots, one that nobody can buy, or our own."""
    try:
        ip_address(name)
    except ValueError:
        return "." not in name.rstrip(".") or name.endswith(_LOCAL) or name in {each.lower() for each in own}
    return True
