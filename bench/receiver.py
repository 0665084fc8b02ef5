"""A webhook receiver that acknowledges and counts, or refuses; it has its own clock, so that nobody has to be believed.

``python receiver.py PORT``. Bare ASGI, so that it takes little of the machine from the server it listens to.

``POST /status`` acknowledges, ``POST /flaky`` does so but refuses one in fifty, and ``POST /refuse`` refuses all.
``GET /`` answers ``{"messages": 1, "doubled": 0, "statuses": {"delivered": 1}, "complete": 0, "first_s": 1.5, ...}``;
``complete`` counts the messages of which all of ``?statuses=submitted,delivered`` came. ``DELETE /`` forgets all.
"""

import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
import uvicorn

FLAKY_EVERY: Final = 50

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


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


class Receiver:
    """The application: one tally that can be begun anew."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._came = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _body(receive)
        status, answer = self._answer(scope, body)
        length = str(len(answer)).encode()
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, scope: Scope, body: bytes) -> tuple[int, bytes]:
        match scope["method"], scope["path"]:
            case "POST", path:
                return self._take(path, body), b""
            case "DELETE", _:
                self.tally = Tally()
                return 204, b""
            case _:
                wanted = parse_qs(scope["query_string"].decode()).get("statuses", [""])[0]
                return 200, msgspec.json.encode(self.tally.counts(wanted.split(",") if wanted else []))

    def _take(self, path: str, body: bytes) -> int:
        self._came += 1
        if path == "/refuse" or (path == "/flaky" and self._came % FLAKY_EVERY == 0):
            self.tally.refused += 1
            return 503
        self.tally.take(body)
        return 200


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    while True:
        part = await receive()
        parts += part.get("body", b"")
        if not part.get("more_body"):
            return bytes(parts)


if __name__ == "__main__":
    uvicorn.run(Receiver(), port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off")
