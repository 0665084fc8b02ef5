"""A running system under test as the fuzzer sees it: what it sent, however much that is."""

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from mockserver.cli.client import Server
from mockserver.cli.entries import entries_after
from mockserver.cli.fuzz_sut import Keeper, LiveSut, Reach
from mockserver.cli.sut import Program
from mockserver.fuzz.trial import Reply
from mockserver.model import Json

MANY = 2500


@dataclass(frozen=True)
class Paged(Server):
    """A server with so many entries in its journal as ``numbers`` holds; it gives 1000 at the most."""

    url: str = "http://127.0.0.1:1"
    numbers: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def get(self, path: str, *_: object, **query: Any) -> Json:
        """Return a page."""
        assert "journal" == path
        after = query.get("after")
        if after is None:
            return {"entries": [entry(each) for each in self.numbers[-1:]]}
        self.asked.append(after)
        page = [each for each in self.numbers if each > after][: query["limit"]]
        return {"entries": [entry(each) for each in page], "next": max(page, default=after)}


def entry(number: int) -> Json:
    """Return an entry, every second one a request."""
    request = {"verdict": "accepted", "channel": "sms"}
    return {"id": number, **({"request": request} if number % 2 else {})}


@pytest.mark.parametrize(("since", "asked"), [(0, [0, 1000, 2000, 2500]), (2500, [2500])])
def test_the_journal_is_read_to_its_end(since: int, asked: list[int]) -> None:
    server = Paged(numbers=list(range(1, MANY + 1)))

    numbers = [each["id"] for each in entries_after(server, since)]

    assert list(range(since + 1, MANY + 1)) == numbers
    assert asked == server.asked


def test_every_send_of_a_case_counts_though_they_fill_many_pages(tmp_path: Path) -> None:
    server = Paged()
    reach = Reach({"inbound": "http://127.0.0.1:1"}, settle_s=0.0)
    sut = LiveSut(reach, server, Keeper(Program(), {}, tmp_path, tmp_path / "log"))

    sut.begin(is_judged=True)
    server.numbers.extend(range(1, MANY + 1))

    assert MANY // 2 == sut.sends()


@contextmanager
def answering(pieces: Callable[[], Iterable[bytes]]) -> Iterator[str]:
    """Serve raw bytes, piece by piece as they come, to whoever connects; yield the URL."""

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    for each in pieces():
                        connection.sendall(each)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def trickling(start: bytes) -> Callable[[], Iterable[bytes]]:
    """Return what begins an answer and never ends it, a byte now and then."""

    def pieces() -> Iterator[bytes]:
        yield start
        while True:
            Event().wait(0.01)
            yield b"x"

    return pieces


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (lambda: [b"HTTP/1.1 204 No Content\r\n\r\n"], Reply(204)),
        (trickling(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), Reply()),
        (trickling(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n"), Reply()),
        (trickling(b"HTTP/1.1 200 OK\r\nX-Long: "), Reply()),
        (lambda: [b"HTTP/1.1 \x1b[2J\r\n\r\n"], Reply(broken=r"BadStatusLine: HTTP/1.1 \x1b[2J")),
    ],
    ids=["whole", "body", "chunk", "header", "garbage"],
)
def test_an_answer_that_trickles_on_is_none_in_time(
    pieces: Callable[[], Iterable[bytes]], expected: Reply, tmp_path: Path
) -> None:
    with answering(pieces) as url:
        reach = Reach({"inbound": url}, patience_s=0.3)
        sut = LiveSut(reach, Paged(), Keeper(Program(), {}, tmp_path, tmp_path / "log"))

        reply = sut.post("inbound", b"{}", {})

    assert expected == reply
