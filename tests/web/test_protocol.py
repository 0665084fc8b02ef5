"""The protocol under our server: requests begun outside a task, and answers written at one go, over real sockets."""

import asyncio
import gc
import socket
import struct
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from mockserver.settings import Settings
from mockserver.web.faulty import Line, Reply, give
from mockserver.web.protocol import Parser, Turns
from mockserver.web.server import serving
from tests.web.test_server import Runtime

PATIENCE_S = 20.0
START: Message = {"type": "http.response.start", "status": 200, "headers": []}
MUCH = b" " * 3_000_000
CLOSE = b"Connection: close\r\n"
HEADERS = {b"content-type": b"text/plain"}
QUICK = pytest.mark.parametrize("is_quick", [True, False], ids=["begun at once", "in a task"])


@dataclass
class App:
    """Answers with the path and the body, after what the path says; whole wherever the server can do so."""

    all_quick: bool
    runtime: Runtime = field(default_factory=Runtime)
    had_task: list[bool] = field(default_factory=list)
    is_left: Event = field(default_factory=Event)

    def is_quick(self, _: Scope) -> bool:
        """Return whether requests are begun outside a task."""
        return self.all_quick

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self.had_task.append(asyncio.current_task() is not None)
        early = {
            "/unread": self._unread,
            "/unread-late": self._unread_late,
            "/begun": self._begun,
            "/cut": self._cut,
            "/leaving": self._leaving,
            "/gone": self._gone,
        }
        await early.get(scope["path"], self._usual)(scope, receive, send)

    async def _usual(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        headers = HEADERS
        match scope["path"]:
            case "/slow":
                await asyncio.sleep(0.01)
            case "/left":
                while (await receive())["type"] != "http.disconnect":
                    pass
                self.is_left.set()
            case "/wrong":
                raise RuntimeError("wrong on purpose")
            case "/late":
                await asyncio.sleep(0.01)
                raise RuntimeError("wrong after a wait")
            case "/last":
                headers = {**HEADERS, b"connection": b"close"}
            case "/odd":
                headers = {**HEADERS, b"x-odd": b"one\r\nx-two: two"}
        line = Line(scope, receive, send, asyncio.Event())
        await give(line, Reply(200, headers, scope["path"].encode() + body), None)

    async def _unread(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer without a look at the body."""
        await give(Line(scope, receive, send, asyncio.Event()), Reply(200, HEADERS, b"/unread"), None)

    async def _unread_late(self, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.2)
        await self._unread(scope, receive, send)

    async def _begun(self, _: Scope, receive: Receive, send: Send) -> None:
        """Begin the answer first, and end it once all of the body came."""
        await send(START)
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.body", "body": b"/begun"})

    async def _cut(self, _: Scope, __: Receive, send: Send) -> None:
        """Begin an answer and give up."""
        await send(START)

    async def _gone(self, _: Scope, receive: Receive, __: Send) -> None:
        """Give no answer once the client has left."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self.is_left.set()

    async def _leaving(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer once the client has left."""
        await self._gone(scope, receive, send)
        await self._unread(scope, receive, send)


@contextmanager
def connected(app: App) -> Iterator[socket.socket]:
    """Serve an application, and yield a connection to it."""
    with serving(Settings(port=0, tls=False), app=app) as running:
        parts = urlsplit(running.url)
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE_S) as connection:
            yield connection


class FakeTransport:
    """Takes what is written, or is closed."""

    def __init__(self, events: list[str] | None = None, *, is_closed: bool = False) -> None:
        self.events = [] if events is None else events
        self.written: list[bytes] = []
        self.is_closed = is_closed

    def is_closing(self) -> bool:
        """See ``asyncio.Transport``."""
        return self.is_closed

    def write(self, content: bytes) -> None:
        """See ``asyncio.Transport``."""
        self.events.append("written")
        self.written.append(content)


@dataclass
class FakeLoop:
    """Keeps what is to be done soon."""

    soon: list[Callable[[], None]] = field(default_factory=list)

    def call_soon(self, callback: Callable[[], None]) -> None:
        """See ``asyncio.AbstractEventLoop``."""
        self.soon.append(callback)


@dataclass
class FakeParser:
    """Answers its request at once, whatever it is."""

    loop: FakeLoop
    turns: Turns
    transport: FakeTransport

    def run(self, begun: Coroutine[Any, Any, None]) -> None:
        """See ``Parser.run``."""
        begun.close()
        self.transport.events.append("handled")
        cycle = SimpleNamespace(
            response_started=False,
            more_body=False,
            disconnected=False,
            flow=SimpleNamespace(write_paused=False),
            keep_alive=True,
            scope={"method": "POST"},
            default_headers=[],
            transport=self.transport,
            message_event=Event(),
            on_response=lambda: None,
        )
        assert self.turns.write_whole(cycle, 200, {}, b"ok")  # type: ignore[arg-type]  # as much as is needed


async def answering() -> None:
    """Stand for a request that was begun."""


def request(path: str, body: bytes = b"", more: bytes = b"", method: str = "POST") -> bytes:
    """Return the bytes of a request; ``more`` are further header lines."""
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n".encode()
    return head + more + b"\r\n" + body


def read_until(connection: socket.socket, end: bytes, times: int = 1) -> bytes:
    """Read until some bytes have come so many times; raise if the connection ends before."""
    got = b""
    while got.count(end) < times:
        piece = connection.recv(65_536)
        assert piece, f"the connection ended after {got!r}"
        got += piece
    return got


def read_all(connection: socket.socket) -> bytes:
    """Read until the connection ends."""
    got = b""
    while piece := connection.recv(65_536):
        got += piece
    return got


@QUICK
@pytest.mark.parametrize("path", ["/now", "/slow"])
def test_an_answer_comes_whether_or_not_it_has_to_wait(path: str, *, is_quick: bool) -> None:
    app = App(is_quick)
    with connected(app) as connection:
        connection.sendall(request(path, b"!"))
        got = read_until(connection, b"!")

    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    assert [not is_quick] == app.had_task


@QUICK
def test_a_body_in_pieces_is_waited_for(*, is_quick: bool) -> None:
    with connected(App(is_quick)) as connection:
        whole = request("/now", b"one two!")
        connection.sendall(whole[:-4])
        connection.sendall(whole[-4:])
        got = read_until(connection, b"!")

    assert got.endswith(b"/nowone two!")


@pytest.mark.parametrize("is_chunked", [True, False], ids=["chunks", "length"])
def test_a_piece_of_a_body_may_look_like_an_offer_to_upgrade(*, is_chunked: bool) -> None:
    with connected(App(all_quick=True)) as connection:
        if is_chunked:
            head = b"POST /now HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall(head + b"7\r\nplease \r\n9\r\nupgrade:!\r\n0\r\n\r\n")
        else:
            whole = request("/now", b"please upgrade:!", more=b"Expect: 100-continue\r\n")
            connection.sendall(whole[:-9])
            read_until(connection, b"100 Continue\r\n\r\n")
            connection.sendall(whole[-9:])
        got = read_until(connection, b"!")

    assert got.endswith(b"/nowplease upgrade:!")


@QUICK
def test_who_waits_for_the_client_to_leave_learns_of_it_though_more_was_sent_ahead(*, is_quick: bool) -> None:
    app = App(is_quick)
    with connected(app) as connection:
        connection.sendall(request("/left") + request("/now"))
        connection.close()

        assert app.is_left.wait(PATIENCE_S)


@QUICK
def test_requests_sent_ahead_are_answered_in_order(*, is_quick: bool) -> None:
    with connected(App(is_quick)) as connection:
        connection.sendall(b"".join(request(path, b"!") for path in ("/slow", "/now", "/slow", "/now")))
        got = read_until(connection, b"!", times=4)

    bodies = [part.partition(b"!")[0] for part in got.split(b"\r\n\r\n")[1:]]
    assert [b"/slow", b"/now", b"/slow", b"/now"] == bodies


@QUICK
@pytest.mark.parametrize("path", ["/wrong", "/late"])
def test_a_mistake_is_logged_and_answered_500(path: str, caplog: pytest.LogCaptureFixture, *, is_quick: bool) -> None:
    with connected(App(is_quick)) as connection:
        connection.sendall(request(path))
        got = read_until(connection, b"Internal Server Error", times=2)

    assert got.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert ["Exception in ASGI application\n"] == caplog.messages


@pytest.mark.parametrize(
    ("sent", "first", "last"),
    [
        pytest.param(request("/now", method="HEAD"), b"HTTP/1.1 200", b"content-length: 4\r\n\r\n", id="no body"),
        pytest.param(request("/last"), b"HTTP/1.1 200", b"/last", id="the server ends it"),
        pytest.param(request("/now", more=b"Connection: close\r\n"), b"HTTP/1.1 200", b"/now", id="the client ends it"),
    ],
)
def test_what_is_out_of_the_ordinary_is_answered_as_uvicorn_would(sent: bytes, first: bytes, last: bytes) -> None:
    with connected(App(all_quick=True)) as connection:
        connection.sendall(sent)
        got = read_until(connection, last)

    assert (True, True) == (got.startswith(first), got.endswith(last))


def test_a_header_on_two_lines_is_never_written(caplog: pytest.LogCaptureFixture) -> None:
    with connected(App(all_quick=True)) as connection:
        connection.sendall(request("/odd"))

        assert b"" == connection.recv(65_536)
    assert ["Exception in ASGI application\n"] == caplog.messages


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked() -> None:
    with connected(App(all_quick=True)) as connection:
        whole = request("/now", b"12!", more=b"Expect: 100-continue\r\n")
        connection.sendall(whole[:-3])
        asked = read_until(connection, b"\r\n\r\n")
        connection.sendall(whole[-3:])
        got = read_until(connection, b"!")

    assert (b"HTTP/1.1 100 Continue\r\n\r\n", True) == (asked, got.endswith(b"/now12!"))


def test_many_clients_at_once_are_each_answered_though_some_leave() -> None:
    with serving(Settings(port=0, tls=False), app=App(all_quick=True)) as running:
        parts = urlsplit(running.url)
        address = (parts.hostname or "", parts.port or 0)
        clients = [socket.create_connection(address, timeout=PATIENCE_S) for _ in range(80)]
        for number, client in enumerate(clients):
            client.sendall(request("/now", b"%d!" % number))
        for client in clients[::10]:  # with a reset, as of a client that crashed
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        left = {number: client for number, client in enumerate(clients) if number % 10}
        bodies = {number: read_until(client, b"!").rpartition(b"\r\n")[2] for number, client in left.items()}
        for client in left.values():
            client.close()

    assert {number: b"/now%d!" % number for number in left} == bodies


def test_a_client_that_left_before_its_answer_is_written_takes_no_other_answer_with_it() -> None:
    closed, kept = FakeTransport(is_closed=True), FakeTransport()
    loop = FakeLoop()
    turns = Turns()
    for transport in (closed, kept):
        turns.add(FakeParser(loop, turns, transport), answering())  # type: ignore[arg-type]  # as much as is needed

    assert 1 == len(loop.soon)
    loop.soon.pop()()

    assert ([], True) == (closed.written, kept.written[0].endswith(b"content-length: 2\r\n\r\nok"))


def test_all_of_a_turn_are_handled_before_any_answer_is_written_but_for_no_more_than_32() -> None:
    events: list[str] = []
    loop = FakeLoop()
    turns = Turns()
    for _ in range(40):
        turns.add(FakeParser(loop, turns, FakeTransport(events=events)), answering())  # type: ignore[arg-type]

    loop.soon.pop()()

    assert ["handled"] * 32 + ["written"] * 32 + ["handled"] * 8 + ["written"] * 8 == events


@QUICK
def test_a_connection_is_closed_once_it_waited_too_long_for_its_next_request(
    monkeypatch: pytest.MonkeyPatch, *, is_quick: bool
) -> None:
    monkeypatch.setattr("mockserver.web.lifetime._KEEP_ALIVE_S", 1.5)
    with connected(App(is_quick)) as idle, socket.create_connection(idle.getpeername(), PATIENCE_S) as busy:
        busy.sendall(request("/now", b"!"))
        read_until(busy, b"!")
        idle.sendall(request("/now", b"!"))
        read_until(idle, b"!")
        for _ in range(3):  # longer than one may be quiet, but never quiet for so long
            time.sleep(0.6)
            busy.sendall(request("/now", b"!"))
            read_until(busy, b"!")
        ends = [each.recv(1) for each in (idle, busy)]

    assert ends == [b"", b""]


@QUICK
def test_a_request_whose_body_takes_long_is_not_cut_off_as_quiet(
    monkeypatch: pytest.MonkeyPatch, *, is_quick: bool
) -> None:
    monkeypatch.setattr("mockserver.web.lifetime._KEEP_ALIVE_S", 0.5)
    with connected(App(is_quick)) as connection:
        connection.sendall(request("/now", b"!"))
        read_until(connection, b"!")
        connection.sendall(request("/now", b"?")[:-1])
        time.sleep(1)  # longer than it may be quiet
        connection.sendall(b"?")
        got = read_until(connection, b"?")

    assert got.startswith(b"HTTP/1.1 200")


@QUICK
@pytest.mark.parametrize("is_chunked", [True, False], ids=["chunks", "length"])
@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
@pytest.mark.parametrize("more", [b"", CLOSE], ids=["more may come", "the client ends it"])
def test_a_request_answered_before_all_of_it_came_is_the_last_and_read_to_its_end(
    version: bytes, more: bytes, *, is_quick: bool, is_chunked: bool
) -> None:
    """A client that sends all before it reads finds its answer, not a connection that was reset."""
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(MUCH), MUCH) if is_chunked else MUCH
    length = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % len(MUCH)
    with connected(App(is_quick)) as connection:
        connection.sendall(b"POST /unread HTTP/%b\r\nHost: x\r\n%b%b\r\n\r\n" % (version, more, length))
        answer = read_until(connection, b"/unread")
        connection.sendall(body)

        assert 1 == answer.count(b"\r\nconnection: close\r\n")
        assert b"" == connection.recv(1)


@QUICK
@pytest.mark.parametrize("path", ["/unread", "/begun"])
def test_nothing_behind_a_last_request_is_begun(path: str, *, is_quick: bool) -> None:
    app = App(is_quick)
    with connected(app) as connection:
        connection.sendall(request(path, b"12345")[:-5])
        read_until(connection, b"\r\n\r\n")
        connection.sendall(b"12345" + request("/now", b"!") * 2)

        rest = read_all(connection)
    assert (b"", 1) == (rest.replace(b"6\r\n/begun\r\n0\r\n\r\n", b""), len(app.had_task))


@QUICK
@pytest.mark.parametrize("sent", [0, 2], ids=["nothing", "a part"])
def test_a_client_that_leaves_off_in_an_answered_request_is_waited_for_no_longer_than_for_another(
    monkeypatch: pytest.MonkeyPatch, sent: int, *, is_quick: bool
) -> None:
    monkeypatch.setattr("mockserver.web.lifetime._KEEP_ALIVE_S", 0.5)
    with connected(App(is_quick)) as connection:
        connection.sendall(request("/unread", b"12345")[:-5])
        read_until(connection, b"/unread")
        connection.sendall(b"12345"[:sent])

        assert b"" == connection.recv(1)


@QUICK
def test_a_client_that_is_answered_where_it_waited_to_be_asked_for_its_body_need_not_send_it(*, is_quick: bool) -> None:
    with connected(App(is_quick)) as connection:
        connection.sendall(request("/unread", b"12345", b"Expect: 100-continue\r\n")[:-5])
        read_until(connection, b"/unread")

        assert b"" == connection.recv(1)  # at once: it might be quiet for a minute


@QUICK
def test_a_request_of_which_all_came_is_not_the_last_though_it_is_answered_in_parts(*, is_quick: bool) -> None:
    with connected(App(is_quick)) as connection:
        for _ in range(2):
            connection.sendall(request("/now", b"12", method="HEAD")[:-1])
            connection.sendall(b"2")
            answer = read_until(connection, b"\r\n\r\n")

            assert (True, False) == (answer.startswith(b"HTTP/1.1 200"), b"connection: close" in answer)


@QUICK
def test_a_client_that_does_not_wait_to_be_asked_for_its_body_is_read_to_the_end(*, is_quick: bool) -> None:
    with connected(App(is_quick)) as connection:
        connection.sendall(request("/unread-late", MUCH, b"Expect: 100-continue\r\n")[: 2 - len(MUCH)])
        read_until(connection, b"/unread")
        connection.sendall(MUCH[2:])

        assert b"" == connection.recv(1)


@QUICK
def test_a_body_that_nobody_reads_does_not_keep_its_client_from_sending_all(*, is_quick: bool) -> None:
    """Beyond what is kept for the application, nothing is read until there is an answer."""
    with connected(App(is_quick)) as connection:
        connection.sendall(request("/unread-late", MUCH * 4))

        assert read_all(connection).endswith(b"/unread")


@QUICK
def test_what_is_broken_behind_an_answer_gets_no_other(caplog: pytest.LogCaptureFixture, *, is_quick: bool) -> None:
    with connected(App(is_quick)) as connection:
        connection.sendall(b"POST /unread HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        read_until(connection, b"/unread")
        connection.sendall(b"no number\r\n")

        assert b"" == connection.recv(1)
    assert ["Invalid HTTP request received."] == caplog.messages


@QUICK
def test_an_answer_that_was_cut_short_ends_the_connection_though_not_all_of_the_request_came(
    caplog: pytest.LogCaptureFixture, *, is_quick: bool
) -> None:
    with connected(App(is_quick)) as connection:
        connection.sendall(request("/cut", b"12345")[:-5])
        read_until(connection, b"\r\n\r\n")

        assert b"" == connection.recv(1)
    assert ["ASGI callable returned without completing response."] == caplog.messages


@QUICK
def test_an_answer_to_a_client_that_left_amid_its_request_does_no_harm(
    caplog: pytest.LogCaptureFixture, *, is_quick: bool
) -> None:
    app = App(is_quick)
    with connected(app) as connection:
        connection.sendall(request("/leaving", b"12345")[:-5])
        connection.close()

        assert app.is_left.wait(PATIENCE_S)
    assert [] == caplog.messages  # the server has ended, and with it all requests


@pytest.mark.parametrize("target", [b"http://[", b"/\xc3\xa9", b"http://h:99999/"])
def test_a_target_that_cannot_be_read_is_refused_with_no_more_than_a_warning(
    caplog: pytest.LogCaptureFixture, target: bytes
) -> None:
    with connected(App(all_quick=True)) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = read_all(connection)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert ["Invalid HTTP request received."] == caplog.messages


def kept_objects() -> set[int]:
    """Return what tells connections and requests of a server apart that still exist."""
    return {id(each) for each in gc.get_objects() if isinstance(each, Parser | RequestResponseCycle)}


@QUICK
@pytest.mark.parametrize("path", ["/now", "/unread", "/gone"])
def test_a_connection_leaves_nothing_behind_that_only_the_collector_could_free(path: str, *, is_quick: bool) -> None:
    app = App(is_quick)
    before = kept_objects()
    gc.disable()
    try:
        with connected(app) as connection:
            for each in ("/now", path):
                connection.sendall(request(each, b"12!")[:-1])
                if each == "/now":
                    connection.sendall(b"!")
                    read_until(connection, b"/now12!")
            if path == "/unread":
                read_until(connection, b"/unread")
            connection.close()
            assert path != "/gone" or app.is_left.wait(PATIENCE_S)
        left = kept_objects() - before
    finally:
        gc.enable()

    assert set() == left
