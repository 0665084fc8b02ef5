"""An answer that goes on for as long as its client listens; knows nothing of what it says."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.service.waiting import until_first
from mockserver.web.faulty import TRANSPORT

_LAST_WORD_S: Final = 0.05
"""How long the end of the answer may take: a client that has stopped reading would never let it through."""


class Stream(Response):
    """Sends parts as they come, until the client leaves or ``closing`` is set.

    A part is made only once the one before has gone to the connection, so a client that does not read makes nothing
    grow.
    """

    media_type = "text/event-stream"

    def __init__(
        self, parts: AsyncGenerator[bytes], closing: asyncio.Event, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no", **(headers or {})})
        del self.headers["content-length"]
        self._parts = parts
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; only its headers where those were asked for."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if scope["method"] != "HEAD":
            writing = asyncio.ensure_future(self._write(send))
            await until_first(writing, _left(receive), self._closing.wait())
            if not writing.cancelled():
                writing.result()
        await _end(scope, receive, send)

    async def _write(self, send: Send) -> None:
        async with aclosing(self._parts) as parts:
            async for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})


async def _left(receive: Receive) -> None:
    """Wait until the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _end(scope: Scope, receive: Receive, send: Send) -> None:
    """End the answer, or break off the connection of a client that does not read."""
    with suppress(OSError):  # what some servers raise for a client that is gone
        try:
            async with asyncio.timeout(_LAST_WORD_S):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            transport = scope.get("extensions", {}).get(TRANSPORT)
            if transport is not None:
                transport.abort()
                await _left(receive)
