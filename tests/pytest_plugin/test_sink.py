"""The sink believes only what is signed, keeps what comes, and says what is missing."""

import hashlib
import http.client
import json
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest

from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.pytest_plugin.sink import MessagesSink, Sinks, read_token, serving_sinks
from mockserver.wire.signing import webhook_token

SECRET = "a-signature-secret-of-at-least-32-bytes"
STATUS = b'{"message_uuid":"u1","status":"delivered"}'


def token_of(raw: bytes, secret: str = SECRET) -> str:
    """Return the token that the server would send with a body."""
    return webhook_token(raw, secret, issued_s=1e9, token_id="t1", api_key="k1", application=None)


def post(url: str, raw: bytes, token: str | None = None) -> int:
    """Send a webhook, rightly signed unless a token is given; return the status of the answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("POST", parts.path, raw, {"Authorization": f"Bearer {token or token_of(raw)}"})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.fixture(scope="module")
def sinks() -> Iterator[Sinks]:
    """Run the server of sinks."""
    with serving_sinks() as sinks:
        yield sinks


@pytest.fixture
def sink(sinks: Sinks) -> Iterator[MessagesSink]:
    """Open a sink."""
    with sinks.opened(SECRET) as sink:
        yield sink


def test_token_of_the_server_is_believed() -> None:
    claims, reason = read_token(f"Bearer {token_of(STATUS)}", STATUS, SECRET)

    assert reason is None
    assert (claims["api_key"], claims["iss"]) == ("k1", "Vonage")


def unsigned() -> str:
    """Return a token with the right claims and without a signature."""
    claims = {"payload_hash": hashlib.sha256(STATUS).hexdigest()}
    return jwt.encode(claims, "", algorithm="none")


@pytest.mark.parametrize(
    ("header", "raw", "expected"),
    [
        pytest.param(None, STATUS, "it has no Authorization header", id="unsigned"),
        pytest.param("Basic a2V5", STATUS, "its Authorization header holds no Bearer token", id="basic"),
        pytest.param("Bearer ", STATUS, "its Authorization header holds no Bearer token", id="empty"),
        pytest.param("Bearer nonsense", STATUS, "its token cannot be read", id="no-jwt"),
        pytest.param(f"Bearer {unsigned()}", STATUS, "its token cannot be read", id="algorithm-none"),
        pytest.param(
            f"Bearer {token_of(STATUS, 'b' * 40)}", STATUS, "its token is signed with another secret", id="secret"
        ),
        pytest.param(f"Bearer {token_of(STATUS)}", STATUS + b" ", "its body is not the one that was signed", id="body"),
    ],
)
def test_other_tokens_are_not(header: str | None, raw: bytes, expected: str) -> None:
    _, reason = read_token(header, raw, SECRET)

    assert reason is not None
    assert reason.startswith(expected)


def test_received_webhooks_are_kept_by_path(sink: MessagesSink) -> None:
    assert 200 == post(sink.status_url, STATUS)
    assert 200 == post(sink.inbound_url, b'{"text":"yes"}')

    assert [{"message_uuid": "u1", "status": "delivered"}] == [each.body for each in sink.statuses]
    assert [{"text": "yes"}] == [each.body for each in sink.inbound]
    assert STATUS == sink.received[0].raw
    assert "k1" == sink.received[0].claims["api_key"]


def test_body_that_is_no_json_is_kept_as_text(sink: MessagesSink) -> None:
    post(sink.status_url, b"{nonsense")

    assert ["{nonsense"] == [each.body for each in sink.received]


def test_wrongly_signed_webhook_is_refused_and_kept_apart(sink: MessagesSink) -> None:
    assert 401 == post(sink.status_url, STATUS, token_of(b"other"))
    assert () == sink.received

    assert ["its body is not the one that was signed"] == [each.reason for each in sink.unasserted()]
    assert () == sink.unasserted()  # they have been looked at
    assert 1 == len(sink.refused)


def test_looking_at_refused_webhooks_asserts_them(sink: MessagesSink) -> None:
    post(sink.status_url, STATUS, token_of(b"other"))

    assert 1 == len(sink.refused)
    assert () == sink.unasserted()


def test_next_answers_can_be_told(sink: MessagesSink) -> None:
    sink.answer(503, times=2, headers={"Retry-After": "1"})

    assert [503, 503, 200] == [post(sink.status_url, STATUS) for _ in range(3)]
    sink.answer(500)
    assert [500, 401, 500] == [
        post(sink.status_url, STATUS),
        post(sink.status_url, STATUS, token_of(b"other")),
        post(sink.status_url, STATUS),
    ]


def test_cleared_sink_is_as_new(sink: MessagesSink) -> None:
    sink.answer(500)
    post(sink.status_url, STATUS)
    post(sink.status_url, STATUS, token_of(b"other"))

    sink.clear()

    assert ((), ()) == (sink.received, sink.unasserted())
    assert 200 == post(sink.status_url, STATUS)


def test_wait_returns_what_fits(sink: MessagesSink) -> None:
    def send() -> None:
        for body in ({"status": "submitted"}, {"status": "delivered"}):
            post(sink.status_url, json.dumps(body).encode())

    sender = threading.Thread(target=send)
    sender.start()

    [hook] = sink.wait(path="/status", status="delivered", within_s=10)

    sender.join()
    assert {"status": "delivered"} == hook.body
    assert 2 == len(sink.wait(2))


def test_wait_for_refused_ones_looks_at_them(sink: MessagesSink) -> None:
    post(sink.status_url, STATUS, token_of(b"other"))

    assert 1 == len(sink.wait_refused())
    assert () == sink.unasserted()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            {"status": "read"},
            (
                "expected 1 webhook status='read' within 0 s, found 0\n"
                'received 1:\n  /status {"message_uuid":"u1","status":"delivered"}\n'
                'refused 1:\n  its body is not the one that was signed: /inbound {"text":"yes"}'
            ),
        ),
        (
            {"path": "/inbound", "count": 2},
            "expected 2 webhooks to /inbound within 0 s, found 0\nreceived 1:",
        ),
    ],
    ids=["member", "path"],
)
def test_wait_in_vain_says_what_came_instead(sink: MessagesSink, asked: dict[str, Json], expected: str) -> None:
    post(sink.status_url, STATUS)
    post(sink.inbound_url, b'{"text":"yes"}', token_of(b"other"))

    with pytest.raises(AssertionError) as error:
        sink.wait(within_s=0, **asked)

    assert str(error.value).startswith(expected)


def test_wait_in_vain_for_anything_says_so(sink: MessagesSink) -> None:
    with pytest.raises(AssertionError, match=r"^expected 1 webhook within 0 s, found 0\nnothing came at all$"):
        sink.wait(within_s=0)


def test_only_the_last_few_are_listed(sink: MessagesSink) -> None:
    for number in range(6):
        post(sink.status_url, json.dumps({"number": number}).encode())

    with pytest.raises(AssertionError) as error:
        sink.wait(7, within_s=0)

    assert "received 6, the last 5:" in str(error.value)
    assert '"number": 0' not in str(error.value)


def test_closed_sink_takes_nothing(sinks: Sinks) -> None:
    with sinks.opened(SECRET) as sink:
        pass

    assert 404 == post(sink.status_url, STATUS)
    assert () == sink.received


WRONG = {
    "text": (lambda sink: sink.answer("503"), "status is '503', expected a status from 200 to 599. Write answer(503)."),
    "no status": (lambda sink: sink.answer(99), "status is 99, expected a status from 200 to 599"),
    "times": (lambda sink: sink.answer(503, times="2"), "times is '2', expected a whole number, 0 or more"),
    "header with two lines": (
        lambda sink: sink.answer(503, headers={"X-A": "a\r\nX-B: b"}),
        r"headers['X-A'] is 'a\r\nX-B: b', not all of which can be sent. Write printable ASCII.",
    ),
    "header that is counted": (
        lambda sink: sink.answer(503, headers={"content-length": "5"}),
        "headers['content-length'] is '5', but who sends it counts the body. Leave it out;",
    ),
    "headers": (lambda sink: sink.answer(503, headers=["x"]), "headers is ['x'], expected a mapping such as"),
    "header": (
        lambda sink: sink.answer(503, headers={"Retry-After": 5}),
        "headers['Retry-After'] is 5, expected a text",
    ),
    "count": (lambda sink: sink.wait("1"), "count is '1', expected a whole number, 0 or more"),
    "path": (lambda sink: sink.wait(path=5), "path is 5, expected a text such as /inbound or /status"),
    "within_s": (lambda sink: sink.wait_refused(within_s="soon"), "within_s is 'soon', expected seconds, 0 or more"),
}


@pytest.mark.parametrize(("call", "says"), WRONG.values(), ids=WRONG)
def test_argument_of_a_wrong_type_is_told(sink: MessagesSink, call: Callable[[Any], object], says: str) -> None:
    with pytest.raises(UsageError, match="^" + re.escape(says)):
        call(sink)


def test_wait_takes_durations_as_texts(sink: MessagesSink) -> None:
    post(sink.status_url, STATUS)

    assert 1 == len(sink.wait(within_s="5s"))
