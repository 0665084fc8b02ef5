"""A request as plain values, read straight from ASGI: the send path does without a framework's request object."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from msgspec import Struct
from starlette.types import Receive, Scope, Send

_SHOWN: Final = 6
"""Characters of a credential kept in the journal."""
_SECRET: Final = re.compile(r"(?<=secret=)[^&]+")
_REMEMBERED: Final = 1024
"""Sets of headers kept read."""


class TooLargeError(Exception):
    """The body is larger than the limit."""


class LeftError(Exception):
    """The client went away before its body was complete."""


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of a request: names in lower case; ``shown`` has credentials shortened, for the journal.

    ``host`` is the name of the host without a port.
    """

    values: dict[str, str]
    authorizations: list[str]
    shown: dict[str, str]
    media_type: str
    host: str


class Incoming(Struct, frozen=True, gc=False):
    """What a client asked for. ``target`` is the path with its query, secrets shortened; ``query`` is as it came."""

    method: str
    path: str
    target: str
    headers: Headers
    query: str = ""


class Reader:
    """Reads requests. Clients send the same headers again and again, so those already read are kept and shared."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[bytes, bytes], ...], Headers] = {}

    def read(self, scope: Scope) -> Incoming:
        """Return the request of an ASGI scope."""
        raw = tuple(scope["headers"])
        headers = self._known.get(raw)
        if headers is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            headers = self._known[raw] = read_headers(raw)
        path, query = scope["path"], scope["query_string"].decode("latin-1")
        target = f"{path}?{_SECRET.sub(_masked, query)}" if query else path
        return Incoming(scope["method"], path, target, headers, query)


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the headers of an ASGI scope as text."""
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
    values = dict(pairs)
    authorizations = [value for name, value in pairs if name == "authorization"]
    shown = values | {"authorization": _shortened(authorizations[0])} if authorizations else values
    media_type = values.get("content-type", "").partition(";")[0].strip().lower()
    return Headers(values, authorizations, shown, media_type, values.get("host", "").partition(":")[0])


def _masked(found: re.Match[str]) -> str:
    return _begun(found[0])


def _shortened(authorization: str) -> str:
    scheme, _, rest = authorization.partition(" ")
    return f"{scheme} {_begun(rest)}" if rest else _begun(scheme)


def _begun(credential: str) -> str:
    """Return how a credential begins; of a short one no more than half."""
    return f"{credential[: min(_SHOWN, len(credential) // 2)]}..."


async def read_body(receive: Receive, declared: str | None, limit: int) -> bytes:
    """Return the whole body, chunked or not; raise TooLargeError beyond ``limit`` bytes, LeftError if it breaks off.

    ``declared`` is the Content-Length, so that a body too large is refused before it is read.
    """
    if declared is not None and declared.isdecimal() and int(declared) > limit:
        raise TooLargeError
    message = await receive()
    body: bytes = message.get("body", b"")
    chunks = [body]
    size = len(body)
    while message.get("more_body") or message["type"] == "http.disconnect" or size > limit:
        if size > limit:
            raise TooLargeError
        if message["type"] == "http.disconnect":
            raise LeftError
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
    return body if len(chunks) == 1 else b"".join(chunks)


async def answer(send: Send, status: int, headers: dict[bytes, bytes], content: bytes) -> None:
    """Send a whole answer; ``headers`` need no Content-Length."""
    raw = [*headers.items(), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
