"""Plain HTTP against receivers that write their answers byte by byte: how they end, and what may be used again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from mockserver.errors import PostError
from mockserver.plain_http import Connections

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
PATIENCE_S = 10.0


@dataclass
class Receiver:
    """Answers each request with the next of some bytes; ``then_close`` ends the connection after each."""

    answers: list[bytes]
    then_close: bool = False
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""


class Talk(asyncio.Protocol):
    """One connection to a receiver."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._got = b""

    def connection_made(
        self,
        transport: asyncio.Transport,  # type: ignore[override]  # what create_server makes
    ) -> None:
        """Count it."""
        self._transport = transport
        self._receiver.connections += 1
        self._receiver.connected.set()

    def data_received(self, data: bytes) -> None:
        """Answer whole requests, which end with the body of all of them."""
        self._got += data
        if self._got.endswith(b"{}") and self._receiver.answers:
            self._receiver.requests.append(self._got)
            self._got = b""
            self._transport.write(self._receiver.answers.pop(0))
            if self._receiver.then_close:
                self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        """Note the end."""
        self._receiver.ended.set()


@asynccontextmanager
async def receiving(*answers: bytes, then_close: bool = False) -> AsyncIterator[Receiver]:
    """Let a receiver listen for the length of a block."""
    receiver = Receiver(list(answers), then_close)
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: Talk(receiver), "127.0.0.1", 0) as server, asyncio.timeout(PATIENCE_S):
        receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        yield receiver


@pytest.fixture
async def connections() -> AsyncIterator[Connections]:
    """Return connections that are kept for long."""
    made = Connections(connect_timeout_s=3, answer_timeout_s=5, keep_s=60, most_bytes=1000)
    yield made
    made.close()


async def ask(connections: Connections, url: str) -> int:
    """Post two bytes."""
    place = Connections.place_of(url)
    assert place is not None
    return await connections.ask("POST", place, b"{}", {"X-A": "b"})


async def test_a_request_is_written_as_documented(connections: Connections) -> None:
    async with receiving(OK) as receiver:
        await ask(connections, receiver.url)

    host = receiver.url.split("/")[2]
    assert [
        f"POST /hook HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\n"
        "X-A: b\r\nContent-Length: 2\r\n\r\n{}".encode()
    ] == receiver.requests


@pytest.mark.parametrize(
    ("answer", "status", "is_kept"),
    [
        pytest.param(OK, 204, True, id="no body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, True, id="length"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, True, id="chunks"
        ),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + OK, 204, True, id="hints before it"),
        pytest.param(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, True, id="bare line feeds"),
        pytest.param(b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n" + OK, 204, True, id="continue before it"),
        pytest.param(
            b"HTTP/1.1 500 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 500, False, id="said to end"
        ),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 200, False, id="old version"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + b"x" * 2000, 200, False, id="too much to read"
        ),
        pytest.param(b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", 101, False, id="switches"),
    ],
)
async def test_an_answer_is_read_and_its_connection_kept_where_it_may_be(
    connections: Connections, answer: bytes, status: int, *, is_kept: bool
) -> None:
    async with receiving(answer, OK) as receiver:
        first = await ask(connections, receiver.url)
        second = await ask(connections, receiver.url)

    assert (status, 204, 1 if is_kept else 2) == (first, second, receiver.connections)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nall there is", id="no length at all"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", id="length"),
    ],
)
async def test_an_answer_that_ends_with_its_connection_counts(connections: Connections, answer: bytes) -> None:
    async with receiving(answer, then_close=True) as receiver:
        assert 200 == await ask(connections, receiver.url)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(b"", "ServerDisconnectedError: Server disconnected", id="nothing"),
        pytest.param(b"HTTP/1.1 200", "ServerDisconnectedError: Server disconnected", id="half a line"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "ServerDisconnectedError: Server disconnected", id="cut"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok",
            "ServerDisconnectedError: Server disconnected",
            id="cut chunk",
        ),
        pytest.param(b"nonsense\r\n\r\n", "HttpParserError: ", id="no http"),
    ],
)
async def test_what_is_no_whole_answer_is_told(connections: Connections, answer: bytes, words: str) -> None:
    async with receiving(answer, then_close=True) as receiver:
        with pytest.raises(PostError) as caught:
            await ask(connections, receiver.url)

    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "a..b", ".example", "127.0.0.1:0"])
async def test_a_host_that_cannot_be_is_told(connections: Connections, host: str) -> None:
    with pytest.raises(PostError, match=r"^\w+Error: "):
        await ask(connections, f"http://{host}/")


async def test_a_kept_connection_that_the_receiver_closed_is_not_used(connections: Connections) -> None:
    async with receiving(OK, OK, then_close=True) as receiver:
        await ask(connections, receiver.url)
        await receiver.ended.wait()
        for _ in range(5):  # turns of the loop, in which the end is noticed on this side too
            await asyncio.sleep(0)

        assert 204 == await ask(connections, receiver.url)
    assert 2 == receiver.connections


async def test_words_that_nobody_asked_for_end_a_kept_connection(connections: Connections) -> None:
    async with receiving(OK + OK, OK) as receiver:
        first = await ask(connections, receiver.url)

        assert (204, 204) == (first, await ask(connections, receiver.url))


async def test_connections_that_nobody_uses_are_closed() -> None:
    connections = Connections(connect_timeout_s=3, answer_timeout_s=5, keep_s=0.01, most_bytes=1000)
    async with receiving(OK) as receiver:
        await ask(connections, receiver.url)

        await receiver.ended.wait()
    connections.close()


async def test_closing_lets_go_of_who_waits(connections: Connections) -> None:
    async with receiving() as receiver:
        waiting = asyncio.create_task(ask(connections, receiver.url))
        await receiver.connected.wait()
        connections.close()

        with pytest.raises(PostError, match="Server disconnected"):
            await waiting


def test_it_works_on_the_loop_that_the_server_runs_on() -> None:
    uvloop = pytest.importorskip("uvloop", reason="not installed on this platform, where the server does without")

    async def two() -> tuple[int, int, int]:
        made = Connections(connect_timeout_s=3, answer_timeout_s=5, keep_s=60, most_bytes=1000)
        async with receiving(OK, OK) as receiver:
            found = (await ask(made, receiver.url), await ask(made, receiver.url), receiver.connections)
            made.close()
            await receiver.ended.wait()
        return found

    assert (204, 204, 1) == uvloop.run(two())


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "http://user@127.0.0.1/", "http://user:pass@127.0.0.1/", "http://", "hook", "ftp://x/"],
)
def test_what_is_not_plain_is_left_to_others(url: str) -> None:
    assert Connections.place_of(url) is None


@pytest.mark.parametrize(
    ("url", "host", "port", "start"),
    [
        ("http://localhost", "localhost", 80, b" / HTTP/1.1\r\nHost: localhost\r\n"),
        ("http://localhost:8080/a?b=c d#e", "localhost", 8080, b" /a?b=c+d HTTP/1.1\r\nHost: localhost:8080\r\n"),
        ("http://[::1]:81/\u00fc", "::1", 81, b" /%C3%BC HTTP/1.1\r\nHost: [::1]:81\r\n"),
    ],
)
def test_a_url_leads_to_a_place(url: str, host: str, port: int, start: bytes) -> None:
    found = Connections.place_of(url)

    assert found is not None
    assert (host, port, start) == (found.host, found.port, found.start)


async def test_each_wait_ends_at_its_own_time() -> None:
    """One timer serves all that wait: it must end those whose time is over and no other."""
    loop = asyncio.get_running_loop()
    connections = Connections(connect_timeout_s=PATIENCE_S, answer_timeout_s=1.5, keep_s=1, most_bytes=1000)

    async def ask(url: str) -> tuple[object, float]:
        place = connections.place_of(url)
        assert place is not None
        begun_s = loop.time()
        try:
            outcome: object = await connections.ask("POST", place, b"{}", {})
        except PostError as error:
            outcome = str(error)
        return outcome, loop.time() - begun_s

    async with receiving(OK, OK) as quick, receiving() as silent:
        first = asyncio.ensure_future(ask(silent.url))
        answered = [await ask(quick.url)]
        await asyncio.sleep(0.5)
        second = asyncio.ensure_future(ask(silent.url))
        answered.append(await ask(quick.url))
        late = [await first, await second]

    connections.close()
    assert [outcome for outcome, _ in answered] == [204, 204]
    assert [outcome for outcome, _ in late] == ["no answer within 1.5 s"] * 2
    assert all(1.4 <= took_s < PATIENCE_S for _, took_s in late)
