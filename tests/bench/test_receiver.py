"""The receiver counts what it acknowledges by message and status, so that a lost or doubled webhook shows."""

import socket
from http.client import HTTPConnection

import msgspec
import pytest

from bench.lives import check_counts
from bench.programs import HOST, BenchError, script
from bench.receiver import FLAKY_EVERY, Book

STATUSES = ("submitted", "delivered")
ONE = "5e0f2c1d-77a4-4b0e-9d23-1c8a40f6b911"
OTHER = "5e0f2c1d-77a4-4b0e-9d23-1c8a40f6b912"


@pytest.fixture
def book() -> Book:
    return Book()


def tell(book: Book, uuid: str, status: str, path: bytes = b"/status") -> int:
    """Tell of a status; return how the webhook was answered."""
    body = msgspec.json.encode({"message_uuid": uuid, "status": status, "more": 1})
    return book.answer(b"POST", path, b"", body)[0]


def counts(book: Book) -> dict[str, object]:
    """Return what was counted."""
    status, answer = book.answer(b"GET", b"/", f"statuses={','.join(STATUSES)}".encode(), b"")
    assert status == 200
    return msgspec.json.decode(answer, type=dict[str, object])


def test_a_whole_life_is_complete(book: Book) -> None:
    answers = [tell(book, ONE, status) for status in STATUSES]

    found = counts(book)
    assert answers == [200, 200]
    assert (found["messages"], found["complete"], found["doubled"]) == (1, 1, 0)
    check_counts(found, range(1, 2), STATUSES)


@pytest.mark.parametrize(
    "webhooks",
    [
        pytest.param([(ONE, "submitted")], id="lost"),
        pytest.param([(ONE, "submitted"), (OTHER, "delivered")], id="lost-of-two"),
        pytest.param([(ONE, "submitted"), (ONE, "delivered"), (ONE, "delivered")], id="doubled"),
        pytest.param([], id="nothing-came"),
    ],
)
def test_a_life_that_is_not_whole_is_told(book: Book, webhooks: list[tuple[str, str]]) -> None:
    for uuid, status in webhooks:
        tell(book, uuid, status)

    with pytest.raises(BenchError, match="the receiver counted"):
        check_counts(counts(book), range(1, 3), STATUSES)


def test_more_messages_than_were_sent_are_told(book: Book) -> None:
    for uuid in (ONE, OTHER):
        for status in STATUSES:
            tell(book, uuid, status)

    with pytest.raises(BenchError, match="1 to 1 messages were accepted"):
        check_counts(counts(book), range(1, 2), STATUSES)


def test_a_refused_webhook_is_not_counted(book: Book) -> None:
    assert tell(book, ONE, "submitted", b"/refuse") == 503
    assert (counts(book)["messages"], counts(book)["refused"]) == (0, 1)


def test_a_flaky_receiver_refuses_one_in_so_many(book: Book) -> None:
    answers = [tell(book, ONE, "submitted", b"/flaky") for _ in range(FLAKY_EVERY)]

    assert answers == [*[200] * (FLAKY_EVERY - 1), 503]


def test_counting_can_begin_anew(book: Book) -> None:
    tell(book, ONE, "submitted")

    book.answer(b"DELETE", b"/", b"", b"")

    assert counts(book)["messages"] == 0


def test_requests_come_in_pieces_and_one_after_the_other() -> None:
    body = msgspec.json.encode({"message_uuid": ONE, "status": "submitted"})
    request = b"POST /status HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    with script("receiver") as receiver:
        with socket.create_connection((HOST, receiver.port), timeout=10) as sent:
            for piece in (request[:20], request[20:-7], request[-7:] + request):
                sent.sendall(piece)
            answers = b""
            while answers.count(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") < 2:
                answers += sent.recv(4096)

        connection = HTTPConnection(HOST, receiver.port, timeout=10)
        connection.request("GET", "/?statuses=submitted")
        found = msgspec.json.decode(connection.getresponse().read(), type=dict[str, object])
        connection.close()

    assert (found["messages"], found["complete"], found["doubled"]) == (1, 1, 1)


def test_what_is_no_request_ends_the_connection() -> None:
    with script("receiver") as receiver, socket.create_connection((HOST, receiver.port), timeout=10) as sent:
        sent.sendall(b"Hello\r\n\r\n")

        assert sent.recv(100) == b""
