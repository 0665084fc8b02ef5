"""A request as plain values, read straight from ASGI: the send path does without a framework's request object."""

from dataclasses import dataclass
from typing import Final

from starlette.types import Receive, Scope, Send

_SHOWN: Final = 6
"""Characters of a credential kept in the journal."""


class TooLargeError(Exception):
    """The body is larger than the limit."""


class LeftError(Exception):
    """The client went away before its body was complete."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a client asked for. ``target`` is the path with its query; header names are in lower case."""

    method: str
    path: str
    target: str
    headers: dict[str, str]
    authorizations: list[str]

    def media_type(self) -> str:
        """Return the type of the body without its parameters, in lower case; empty if none was given."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def shown_headers(self) -> dict[str, str]:
        """Return the headers for the journal, credentials shortened."""
        if not self.authorizations:
            return self.headers
        scheme, _, rest = self.authorizations[0].partition(" ")
        shortened = f"{scheme} {rest[:_SHOWN]}..." if rest else scheme[:_SHOWN]
        return self.headers | {"authorization": shortened}


def incoming(scope: Scope) -> Incoming:
    """Return the request of an ASGI scope."""
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    path, query = scope["path"], scope["query_string"]
    return Incoming(
        scope["method"],
        path,
        f"{path}?{query.decode('latin-1')}" if query else path,
        dict(pairs),
        [value for name, value in pairs if name == "authorization"],
    )


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


async def answer(send: Send, status: int, headers: dict[str, str], content: bytes) -> None:
    """Send a whole answer; ``headers`` need no Content-Length."""
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    raw.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
