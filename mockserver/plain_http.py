"""Plain HTTP/1.1 over kept connections, for many small requests to few hosts; knows no TLS, proxies or redirects.

A general client costs four times the processor time of all else that a webhook takes, which bounds a load test.
What is out of the ordinary is left to one: see ``poster``.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import httptools
from msgspec import Struct
from yarl import URL

from mockserver.deadlines import Deadlines
from mockserver.errors import PostError

_FINAL_STATUS: Final = 200
_SWITCHING: Final = 101
_USUAL: Final = b"Accept: */*\r\nAccept-Encoding: gzip, deflate\r\n"


class Place(Struct, frozen=True, gc=False):
    """Where a URL leads: a host and a port, and the first lines of a request to it but for the method."""

    host: str
    port: int
    start: bytes


class Connections:
    """Connections to all hosts, each kept for a while after its answer."""

    def __init__(self, *, connect_timeout_s: float, answer_timeout_s: float, keep_s: float, most_bytes: int) -> None:
        self._connect_s = connect_timeout_s
        self._keep_s = keep_s
        self._most_bytes = most_bytes
        self._idle: dict[tuple[str, int], deque[_Connection]] = {}
        self._open: set[_Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._writes = _Writes()
        late = f"no answer within {answer_timeout_s:g} s"
        self._waits = Deadlines[_Connection](answer_timeout_s, lambda each: each.give_up(late))

    @staticmethod
    @lru_cache(maxsize=1024)
    def place_of(url: str) -> Place | None:
        """Return where a URL leads, ``None`` if it is not of the kind spoken here; raise ValueError if it is none."""
        parsed = URL(url)
        if parsed.scheme != "http" or not parsed.raw_host or parsed.user is not None or parsed.password is not None:
            return None
        port = 80 if parsed.port is None else parsed.port
        host = f"[{parsed.raw_host}]" if ":" in parsed.raw_host else parsed.raw_host
        named = host if port == 80 else f"{host}:{port}"  # noqa: PLR2004, the port that http means
        start = f" {parsed.raw_path_qs} HTTP/1.1\r\nHost: {named}\r\n"
        return Place(parsed.raw_host, port, start.encode())

    async def ask(self, method: str, place: Place, body: bytes, headers: Mapping[str, str]) -> int:
        """Send a request and return the status of the answer; raise PostError if there is none.

        Of the answer's body no more than a bounded part is read.
        """
        connection = self._kept(place) or await self._connect(place)
        head = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        if body or method != "GET":
            head += f"Content-Length: {len(body)}\r\n"
        request = b"%b%b%b%b\r\n%b" % (method.encode(), place.start, _USUAL, head.encode("latin-1"), body)
        try:
            return await connection.ask(request)
        finally:
            connection.asked()
            self._keep(place, connection)

    def _kept(self, place: Place) -> "_Connection | None":
        """Return the connection used last, if it is fresh enough; close the others that are not."""
        idle = self._idle.get((place.host, place.port))
        while idle:
            connection = idle.pop()
            if connection.is_kept(self._keep_s):
                return connection
            connection.close()
        return None

    def _keep(self, place: Place, connection: "_Connection") -> None:
        if not connection.is_reusable:
            connection.close()
            return
        self._idle.setdefault((place.host, place.port), deque()).append(connection)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._keep_s, self._close_stale)

    def _close_stale(self) -> None:
        """Close the connections that nobody used for a while, and look again later while there are others."""
        for place, idle in tuple(self._idle.items()):
            while idle and not idle[0].is_kept(self._keep_s):
                idle.popleft().close()
            if not idle:
                del self._idle[place]
        self._sweep = asyncio.get_running_loop().call_later(self._keep_s, self._close_stale) if self._idle else None

    async def _connect(self, place: Place) -> "_Connection":
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_s):
                _, connection = await loop.create_connection(
                    lambda: _Connection(loop, self._writes, self._waits, self._most_bytes, self._open),
                    place.host,
                    place.port,
                )
        except TimeoutError:
            raise PostError(f"no connection within {self._connect_s:g} s") from None
        except ValueError as error:  # no host that could be looked up, such as one with a label too long
            raise PostError(f"{type(error).__name__}: {error}") from error
        except OSError as error:
            what = f"ClientConnectorError: Cannot connect to host {place.host}:{place.port} [{error}]"
            raise PostError(what) from error
        return connection

    def close(self) -> None:
        """Let go of all connections."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        self._idle.clear()
        for each in tuple(self._open):
            each.close()
        self._waits.close()


def _parser(events: object) -> httptools.HttpResponseParser:
    """Return a parser as lenient as other clients: a test's own receiver may end its lines with a bare line feed."""
    parser = httptools.HttpResponseParser(events)
    parser.set_dangerous_leniencies(
        lenient_headers=True,
        lenient_optional_cr_before_lf=True,
        lenient_optional_lf_after_cr=True,
        lenient_spaces_after_chunk_size=True,
    )
    return parser


class _Writes:
    """Requests to be written, one right after the other at the end of a turn of the loop.

    Each call into the system empties what the processor had at hand of the program; see ``web.protocol.Turns``.
    """

    def __init__(self) -> None:
        self._held: list[tuple[asyncio.Transport, bytes]] = []

    def add(self, transport: asyncio.Transport, request: bytes) -> None:
        """Have a request written soon, unless its connection ends before."""
        if not self._held:
            asyncio.get_running_loop().call_soon(self._write)
        self._held.append((transport, request))

    def _write(self) -> None:
        held, self._held = self._held, []
        for transport, request in held:
            if not transport.is_closing():
                transport.write(request)


class _Connection(asyncio.Protocol):
    """One connection, with at most one request under way."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        writes: _Writes,
        waits: "Deadlines[_Connection]",
        most_bytes: int,
        every: "set[_Connection]",
    ) -> None:
        self._loop = loop
        self._writes = writes
        self._waits = waits
        self._most_bytes = most_bytes
        self._every = every
        self._parser = _parser(self)
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._status = 0
        self._size = 0
        self._declared: int | None = None
        self._idle_since_s = 0.0
        self.is_reusable = False

    def is_kept(self, keep_s: float) -> bool:
        """Return whether it can carry another request."""
        return self.is_reusable and self._loop.time() - self._idle_since_s < keep_s

    def ask(self, request: bytes) -> "asyncio.Future[int]":
        """Send a request; the future is of the status of its answer, or of a PostError if there is none in time.

        When it is done or not wanted any more, call ``asked``.
        """
        if self._transport is None:
            raise PostError("ServerDisconnectedError: Server disconnected")
        self._answer = answer = self._loop.create_future()
        self._status, self._size, self._declared, self.is_reusable = 0, 0, None, False
        self._waits.begin(self, self._loop)
        self._writes.add(self._transport, request)
        return answer

    def asked(self) -> None:
        """Await no answer any more."""
        self._waits.end(self)
        self._answer = None

    def give_up(self, why: str) -> None:
        """Wait for the answer no more."""
        self._end(PostError(why))

    def close(self) -> None:
        """Close it, if it is not."""
        self.is_reusable = False
        if self._transport is not None:
            self._transport.abort()

    def _end(self, outcome: int | PostError) -> None:
        """Give the answer, or why there is none, to who waits for it."""
        answer = self._answer
        if answer is None or answer.done():
            return
        if isinstance(outcome, PostError):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)

    # What the transport calls

    def connection_made(
        self,
        transport: asyncio.Transport,  # type: ignore[override]  # what create_connection makes; uvloop's is no subclass
    ) -> None:
        """Begin."""
        self._transport = transport
        self._every.add(self)

    def data_received(self, data: bytes) -> None:
        """Read a part of an answer; what nobody asked for ends the connection."""
        if self._answer is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._end(PostError(f"{type(error).__name__}: {error}"))
            self.close()
        except httptools.HttpParserUpgrade:
            self._end(self._status)
            self.close()

    def connection_lost(self, _: Exception | None) -> None:
        """End, with the answer if that was all of it."""
        self._transport = None
        self.is_reusable = False
        self._every.discard(self)
        is_whole = self._status and self._declared in {None, self._size}
        self._end(self._status if is_whole else PostError("ServerDisconnectedError: Server disconnected"))
        del self._parser  # it knows this connection, which knows it: else only the collector could free both

    # What the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note how long the body is said to be, or that its pieces will say where it ends."""
        if len(name) == len(b"content-length") and name.lower() == b"content-length":
            self._declared = int(value)
        elif len(name) == len(b"transfer-encoding") and name.lower() == b"transfer-encoding":
            self._declared = -1

    def on_headers_complete(self) -> None:
        """Note the status, unless it is one of those that come before the real one."""
        status = self._parser.get_status_code()
        if status >= _FINAL_STATUS or status == _SWITCHING:
            self._status = status

    def on_body(self, body: bytes) -> None:
        """Count the body; one without end is not read to it."""
        self._size += len(body)
        if self._size > self._most_bytes:
            self._end(self._status)
            self.close()

    def on_message_complete(self) -> None:
        """Give the answer; the connection may carry another if the receiver lets it."""
        if not self._status:
            self._declared = None  # that of an answer before the real one
            return
        self.is_reusable = self._transport is not None and self._parser.should_keep_alive()
        self._idle_since_s = self._loop.time()
        self._end(self._status)
