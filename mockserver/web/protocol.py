"""The HTTP/1.1 protocol of uvicorn, made quicker for requests that wait for nothing; and whole answers at one go."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Generator, Mapping
from functools import partial
from http import HTTPStatus
from types import coroutine
from typing import Any, Final, TypeAlias

from starlette.types import Message, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mockserver.deadlines import Deadlines

_Running: TypeAlias = Coroutine[Any, Any, None]

_OFFER: Final = re.compile(rb"(?im)^upgrade(?=[ \t]*:)")
_OVERLOOKED: Final = b"x-offer"
"""As long as what it replaces, so that no length changes."""
_END_OF_HEADERS: Final = b"\r\n\r\n"
_STATUS_LINES: Final = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode() for each in HTTPStatus}
_CLOSE: Final = b"connection"
_UNPRINTABLE: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_AT_ONCE: Final = 32
"""After how many requests the answers so far are written, so that none waits long for the others of its turn."""


class Turns:
    """The quick requests of one server: all that came in one turn of the loop are read, then handled, then answered.

    Each call into the system empties what the processor had at hand of the program: with reads and writes between the
    requests, sends were a third slower.
    """

    def __init__(self) -> None:
        self._begun: list[tuple[Parser, _Running]] = []
        self._written: list[tuple[asyncio.Transport, bytes]] | None = None

    def add(self, parser: "Parser", begun: _Running) -> None:
        """Have a request handled in the next turn of the loop."""
        if not self._begun:
            parser.loop.call_soon(self._handle)
        self._begun.append((parser, begun))

    def _handle(self) -> None:
        begun, self._begun = self._begun, []
        for start in range(0, len(begun), _AT_ONCE):
            self._written = []
            for parser, each in begun[start : start + _AT_ONCE]:
                parser.run(each)
            written, self._written = self._written, None
            for transport, content in written:
                if not transport.is_closing():
                    transport.write(content)

    def write_whole(
        self, cycle: RequestResponseCycle, status: int, headers: Mapping[bytes, bytes], content: bytes
    ) -> bool:
        """Write a whole answer at one go; false, and nothing is written, where that would not be as good as piecemeal.

        Two ASGI messages and two writes cost a tenth of a send. What is out of the ordinary is left to uvicorn: a
        client that reads slowly or has left, an answer that must have no body, a connection that is to end, a header
        that does not stand on one line.
        """
        if (
            cycle.response_started
            or cycle.more_body
            or cycle.disconnected
            or cycle.flow.write_paused
            or not cycle.keep_alive
            or _CLOSE in headers
            or cycle.scope["method"] == "HEAD"
            or status not in _STATUS_LINES
            or _UNPRINTABLE.search(b"".join(headers.values()))
        ):
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        parts = [_STATUS_LINES[status]]
        for name, value in (*cycle.default_headers, *headers.items()):
            parts += name, b": ", value, b"\r\n"
        parts.append(b"content-length: %d\r\n\r\n" % len(content))
        parts.append(content)
        if self._written is None:
            cycle.transport.write(b"".join(parts))
        else:
            self._written.append((cycle.transport, b"".join(parts)))
        cycle.message_event.set()
        cycle.on_response()
        return True


class Parser(HttpToolsProtocol):
    """Reads the body of a request that offers an upgrade, as the real API does, and begins requests at once.

    Java's client and ``curl --http2`` offer HTTP/2 with every first request. The parser underneath takes such an offer
    for accepted and drops the body, so the header gets a name that means nothing to it.

    A task for each request, and the turn of the loop until it runs, cost a fifth of a send. So a request that
    ``is_quick`` is begun with the others of its turn, and becomes a task only where it has to wait. What it does up to
    then runs in no task: it must use nothing that needs one, such as a timeout.

    A request that is answered before all of it came is the last of its connection, as its answer says, and is read to
    its end: to close amid that resets the connection, and then many clients never see why they were refused.
    """

    def __init__(
        self, *args: Any, turns: Turns, quiet: "Deadlines[Parser]", is_quick: Callable[[Scope], bool], **named: Any
    ) -> None:
        super().__init__(*args, **named)
        self._turns = turns
        self._quiet = quiet
        self._is_quick = is_quick
        self._is_reading = False
        self._begun: _Running | None = None
        self._is_in_body = False
        self._early: RequestResponseCycle | None = None
        self._is_body_to_come = False
        self._is_last = False
        self._current: RequestResponseCycle | None = None

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client; an offer is looked for among headers only, for a body must stay as it is."""
        if not self._is_in_body and (b"pgrade" in data or b"PGRADE" in data):
            head, end, rest = data.partition(_END_OF_HEADERS)
            data = _OFFER.sub(_OVERLOOKED, head) + end + rest
        self._is_reading = True
        self._quiet.end(self)
        try:
            super().data_received(data)
        finally:
            self._is_reading = False
        begun, self._begun = self._begun, None
        if begun is not None:
            self._turns.add(self, begun)
        elif self._is_last:
            self._quiet.begin(self, self.loop)

    def on_headers_complete(self) -> None:
        """Note that what follows is a body."""
        self._is_in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that what follows is another request, or the end."""
        self._is_in_body = False
        super().on_message_complete()
        if self._is_last:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read, unless it belongs to a request that has its answer."""
        if self._is_last:
            self.transport.close()
        else:
            super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the request under way that the client is gone; uvicorn tells the last that was sent ahead."""
        current = self._current
        self._quiet.end(self)
        super().connection_lost(exc)
        if current is not None and not current.response_complete:
            current.disconnected = True
            current.message_event.set()

    def on_response_complete(self) -> None:
        """Begin the request that was sent ahead, or wait for the next; as uvicorn does it, but for the timer.

        Behind an answer that was begun early the connection ends, now or once the rest of the request was read.
        """
        if self._early is not None:
            self._is_last = self._early.more_body and self._is_body_to_come
            if not self._is_last:
                self.transport.close()
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._quiet.begin(self, self.loop)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Begin a request, but none behind the last; a quick one once all bytes are read that came with it."""
        if self.transport.is_closing():
            return
        self._current = cycle
        if self._is_reading and self._begun is None and self._is_quick(cycle.scope):  # type: ignore[arg-type]  # a dict
            self._begun = cycle.run_asgi(app)
        else:
            cycle.__class__ = _Watched  # its body is yet to be read
            super()._start_asgi_task(cycle, app)

    def begin_early(self, cycle: RequestResponseCycle) -> None:
        """Note that a request is answered before all of it came.

        A client that waits to be asked for its body, and is answered instead, need not send any.
        """
        self._early = cycle
        self._is_body_to_come = bool(cycle.body) or not cycle.waiting_for_100_continue

    def run(self, begun: _Running) -> None:
        """Run a request up to where it has to wait, and have a task do the rest."""
        cycle = self._current
        if cycle is not None and cycle.more_body:
            cycle.__class__ = _Watched
        try:
            waited_for = begun.send(None)
        except StopIteration:
            return
        task = self.loop.create_task(_rest(begun, waited_for))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)


class _Watched(RequestResponseCycle):
    """A request that is handled before all of it came."""

    async def send(self, message: Message) -> None:  # type: ignore[override]  # uvicorn has types of its own
        """Send a part of an answer; begun before all of the request came, it tells that it ends the connection."""
        if self.response_started or not self.more_body:
            await super().send(message)  # type: ignore[arg-type]  # see above
            return
        parser: Parser = self.on_response.__self__  # type: ignore[attr-defined]  # a method, until all is sent
        parser.begin_early(self)
        self.keep_alive = False
        await super().send(message)  # type: ignore[arg-type]  # see above
        self.keep_alive = True  # uvicorn would end it at once


@coroutine
def _rest(begun: _Running, waited_for: Any) -> Generator[Any, Any, None]:
    """Go on with a coroutine that was begun outside a task and waits for something."""
    while True:
        try:
            yield waited_for
        except BaseException as error:  # noqa: BLE001, the coroutine's own to handle: a cancellation, for one
            resume = partial(begun.throw, error)
        else:
            resume = partial(begun.send, None)
        try:
            waited_for = resume()
        except StopIteration:
            return
