"""A webhook receiver that acknowledges and counts, or refuses; it has its own clock, so that nobody has to be believed.

``python receiver.py PORT``. No more than a parser of HTTP, so that it takes little of the machine from the server it
listens to: less than half of what an application takes that uvicorn serves.

``POST /status`` acknowledges, ``POST /flaky`` does so but refuses one in fifty, and ``POST /refuse`` refuses all.
``GET /`` answers ``{"messages": 1, "doubled": 0, "statuses": {"delivered": 1}, "complete": 0, "first_s": 1.5, ...}``;
``complete`` counts the messages of which all of ``?statuses=submitted,delivered`` came. ``DELETE /`` forgets all.
"""

import asyncio
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

import httptools
import msgspec
import uvloop

FLAKY_EVERY: Final = 50


class Told(msgspec.Struct):
    """The members of a webhook that are counted by."""

    message_uuid: UUID
    status: str


@dataclass(slots=True)
class Tally:
    """Which statuses came of which message, how many came twice, when the first and the last did (monotonic clock)."""

    bits: dict[str, int] = field(default_factory=dict)
    messages: dict[int, int] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    doubled: int = 0
    refused: int = 0
    first_s: float = 0.0
    last_s: float = 0.0

    def take(self, body: bytes) -> None:
        """Count one webhook that is acknowledged."""
        self.last_s = time.monotonic()
        self.first_s = self.first_s or self.last_s
        told = _DECODER.decode(body)
        bit = self.bits.setdefault(told.status, 1 << len(self.bits))
        seen = self.messages.get(told.message_uuid.int, 0)
        self.messages[told.message_uuid.int] = seen | bit
        self.doubled += bool(seen & bit)
        self.statuses[told.status] += 1

    def counts(self, wanted: list[str]) -> dict[str, Any]:
        """Return all counts; complete are the messages of which every wanted status came."""
        mask = sum(self.bits.get(each, 0) for each in wanted)
        is_known = all(each in self.bits for each in wanted)
        return {
            "messages": len(self.messages),
            "complete": sum(seen & mask == mask for seen in self.messages.values()) if is_known else 0,
            "doubled": self.doubled,
            "refused": self.refused,
            "statuses": self.statuses,
            "first_s": self.first_s,
            "last_s": self.last_s,
        }


_DECODER: Final = msgspec.json.Decoder(Told)


class Book:
    """What was told: one tally that can be begun anew."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._came = 0

    def answer(self, method: bytes, path: bytes, query: bytes, body: bytes) -> tuple[HTTPStatus, bytes]:
        """Answer one request."""
        match method:
            case b"POST":
                return self._take(path, body), b""
            case b"DELETE":
                self.tally = Tally()
                return HTTPStatus.OK, b""
            case _:
                wanted = parse_qs(query.decode()).get("statuses", [""])[0]
                return HTTPStatus.OK, msgspec.json.encode(self.tally.counts(wanted.split(",") if wanted else []))

    def _take(self, path: bytes, body: bytes) -> HTTPStatus:
        self._came += 1
        if path == b"/refuse" or (path == b"/flaky" and self._came % FLAKY_EVERY == 0):
            self.tally.refused += 1
            return HTTPStatus.SERVICE_UNAVAILABLE
        self.tally.take(body)
        return HTTPStatus.OK


class Receiver(asyncio.Protocol):
    """One connection; those of a program share what was told."""

    def __init__(self, told: Book) -> None:
        self._book = told
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._target = self._body = b""

    def connection_made(
        self,
        transport: asyncio.Transport,  # type: ignore[override]  # what create_server makes; uvloop's is no subclass
    ) -> None:
        """Begin."""
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        """End."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Read a part of a request; what is none ends the connection."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if self._transport is not None:
                self._transport.abort()

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._target = self._body = b""

    def on_url(self, part: bytes) -> None:
        """Note a part of the path and the query."""
        self._target += part

    def on_body(self, part: bytes) -> None:
        """Note a part of the body."""
        self._body += part

    def on_message_complete(self) -> None:
        """Answer."""
        path, _, query = self._target.partition(b"?")
        status, answer = self._book.answer(self._parser.get_method(), path, query, self._body)
        if self._transport is not None:
            head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Length: {len(answer)}\r\n\r\n"
            self._transport.write(head.encode() + answer)


async def serve(port: int) -> None:
    """Receive until ended."""
    book = Book()
    server = await asyncio.get_running_loop().create_server(lambda: Receiver(book), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
