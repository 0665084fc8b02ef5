"""Answers with something wrong on purpose: late, none, reset, cut in the middle, broken; knows not why."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final, TypeAlias

from msgspec import Struct
from starlette.types import Receive, Scope, Send

from mockserver.core.faults import Hit
from mockserver.service.waiting import until_first
from mockserver.web.incoming import answer

TRANSPORT: Final = "mockserver.transport"
"""The extension of a scope that holds the transport of its connection; servers other than ours have none."""
WHOLE: Final = "mockserver.whole"
"""The extension of a scope that writes a whole answer at one go, given what ``receive`` is a method of.

It returns false where it cannot; see ``web.protocol``. It is no method itself: that would tie each request into a knot
that only the garbage collector undoes.
"""
UNANSWERED: Final = frozenset({"hang", "reset"})
"""Faults that leave a request without an answer."""
_RESET: Final = struct.pack("ii", 1, 0)
"""Closing drops what is unsent and resets the connection (SO_LINGER for 0 s)."""


class Reply(Struct, frozen=True, gc=False):
    """A whole answer, as it would be if nothing were wrong. ``headers`` need no Content-Length."""

    status: int
    headers: dict[bytes, bytes]
    content: bytes


class Line(Struct, frozen=True):
    """The way back to a client. ``stopping`` is set when the server stops."""

    scope: Scope
    receive: Receive
    send: Send
    stopping: asyncio.Event

    @property
    def transport(self) -> asyncio.Transport | None:
        """What carries the connection, where the server tells."""
        found: asyncio.Transport | None = self.scope.get("extensions", {}).get(TRANSPORT)
        return found


async def give(line: Line, reply: Reply, hit: Hit | None) -> None:
    """Give an answer as a fault has it, or as it is.

    Without a transport, as in tests in one process, a reset or the end of a hang is raised as ConnectionResetError.
    """
    if hit is None:
        if not _is_written_whole(line, reply):
            await _usual(line, reply)
        return
    await asyncio.sleep(0)  # so that it runs in a task, which a request need not do up to here; timeouts want one
    await hold(line, hit)
    await _WAYS.get(hit.fault.do, _usual)(line, reply)


def _is_written_whole(line: Line, reply: Reply) -> bool:
    write = line.scope.get("extensions", {}).get(WHOLE)
    if write is None:
        return False
    written: bool = write(
        line.receive.__self__,  # type: ignore[attr-defined]  # see WHOLE
        reply.status,
        reply.headers,
        reply.content,
    )
    return written


async def hold(line: Line, hit: Hit) -> None:
    """Let real time pass, for a client's patience is real; a server that stops answers at once."""
    if hit.delay_s:
        with suppress(TimeoutError):
            async with asyncio.timeout(hit.delay_s):
                await line.stopping.wait()


async def _usual(line: Line, reply: Reply) -> None:
    await answer(line.send, reply.status, reply.headers, reply.content)


async def _malformed(line: Line, reply: Reply) -> None:
    await answer(line.send, reply.status, reply.headers, reply.content[:-1] + b',"')


async def _hang(line: Line, _: Reply) -> None:
    await until_first(_left(line.receive), line.stopping.wait())
    await _cut(line)


async def _reset(line: Line, _: Reply) -> None:
    transport = line.transport
    found = transport.get_extra_info("socket") if transport is not None else None
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    await _cut(line)


async def _truncate(line: Line, reply: Reply) -> None:
    content = reply.content or b"{}"
    headers = [*reply.headers.items(), (b"content-length", b"%d" % len(content))]
    await line.send({"type": "http.response.start", "status": reply.status, "headers": headers})
    half, transport = content[: len(content) // 2], line.transport
    await line.send({"type": "http.response.body", "body": half, "more_body": transport is not None})
    if transport is not None:
        transport.close()
        await _left(line.receive)


async def _cut(line: Line) -> None:
    """End a connection at once."""
    if line.transport is None:
        raise ConnectionResetError("the connection was reset on purpose")
    line.transport.abort()
    await _left(line.receive)


async def _left(receive: Receive) -> None:
    """Wait until the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


_Way: TypeAlias = Callable[[Line, Reply], Awaitable[None]]
_WAYS: Final[Mapping[str, _Way]] = {
    "hang": _hang,
    "reset": _reset,
    "truncate": _truncate,
    "malformed": _malformed,
}
SPOILERS: Final = frozenset(_WAYS)
"""Faults that change how an answer is given, and not only what it says or when."""
