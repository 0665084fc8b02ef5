"""Faults over real sockets: what a raw client sees of an answer, and what Python's own client makes of it."""

import asyncio
import hashlib
import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from mockserver.model import Json
from mockserver.settings import Settings
from mockserver.web.listeners import Running
from mockserver.web.server import serving
from tests.web.conftest import basic, sms

PATIENCE_S = 20.0
BODY = json.dumps(sms()).encode()
HEADERS = {"Content-Type": "application/json", **basic("mockkey1")}
FRESH_S = 300
LAST_OR_NOT = pytest.mark.parametrize("connection", ["close", "keep-alive"])


@pytest.fixture
def running() -> Iterator[Running]:
    """Serve without webhooks."""
    with serving(Settings(port=0, tls=False, self_check=True)) as running:
        yield running


def ask(url: str, method: str, path: str, body: Json = None) -> Json:
    """Ask the control API."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    connection.request(method, f"/_mock/{path}", None if body is None else json.dumps(body))
    answer = connection.getresponse().read()
    connection.close()
    return json.loads(answer) if answer else None


def broken(url: str, do: str, **members: Json) -> None:
    """Break answers on purpose."""
    added = ask(url, "POST", "faults", {"on": "answers", "do": do, **members})
    assert "id" in added, added


@contextmanager
def connected(url: str, **more: str) -> Iterator[socket.socket]:
    """Connect and send a message; ``more`` are further headers."""
    parts = urlsplit(url)
    headers = {"Host": "x", **HEADERS, "Content-Length": str(len(BODY)), **more}
    head = [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE_S) as connection:
        connection.sendall("\r\n".join(["POST /v0.1/messages HTTP/1.1", *head, "", ""]).encode() + BODY)
        yield connection


def read_all(connection: socket.socket) -> bytes:
    """Read until the server closes."""
    received = b""
    while more := connection.recv(65536):
        received += more
    return received


def read_answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Read one whole answer; return its head and its body."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head, body


def messages(url: str) -> int:
    """Return how many messages there are."""
    return len(ask(url, "GET", "messages")["messages"])


@LAST_OR_NOT
def test_a_reset_is_a_reset_without_a_byte_of_an_answer(running: Running, connection: str) -> None:
    broken(running.url, "reset")

    with connected(running.url, Connection=connection) as client, pytest.raises(ConnectionResetError):
        client.recv(1)

    assert 1 == messages(running.url)


def test_pythons_client_raises_what_it_raises_for_a_reset(running: Running) -> None:
    broken(running.url, "reset", taken=False)
    parts = urlsplit(running.url)
    client = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)

    client.request("POST", "/v0.1/messages", BODY, HEADERS)
    with pytest.raises(ConnectionResetError):
        client.getresponse()

    client.close()
    assert 0 == messages(running.url)


@LAST_OR_NOT
def test_a_truncated_answer_ends_in_the_middle_with_the_connection(running: Running, connection: str) -> None:
    broken(running.url, "truncate")

    with connected(running.url, Connection=connection) as client:
        head, _, body = read_all(client).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 202")
    announced = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert announced // 2 == len(body)
    assert body.startswith(b'{"message_uuid":"')


def test_pythons_client_raises_incomplete_read_for_a_truncated_answer(running: Running) -> None:
    broken(running.url, "truncate")
    parts = urlsplit(running.url)
    client = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    client.request("POST", "/v0.1/messages", BODY, HEADERS)
    answer = client.getresponse()

    with pytest.raises(http.client.IncompleteRead):
        answer.read()

    client.close()


def test_a_malformed_answer_leaves_the_connection_whole(running: Running) -> None:
    broken(running.url, "malformed", next=1)
    parts = urlsplit(running.url)
    client = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    bodies = []
    for _ in range(2):
        client.request("POST", "/v0.1/messages", BODY, HEADERS)
        bodies.append(client.getresponse().read())
    client.close()

    with pytest.raises(json.JSONDecodeError):
        json.loads(bodies[0])
    assert "message_uuid" in json.loads(bodies[1])


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"do": "status", "problem": "throttled", "retry_after": 3}, b"429"),
        ({"do": "throttle", "after": 0, "retry_after": 3}, b"429"),
    ],
)
def test_a_status_comes_with_the_header_that_says_when_to_try_again(
    running: Running, members: Json, status: bytes
) -> None:
    broken(running.url, **members)

    with connected(running.url) as connection:
        head, body = read_answer(connection)

    assert head.startswith(b"HTTP/1.1 " + status)
    assert b"retry-after: 3" in head
    assert "Rate Limit Hit" == json.loads(body)["title"]


def test_latency_comes_before_the_first_byte(running: Running) -> None:
    broken(running.url, "latency", delay="80ms")

    with connected(running.url) as connection:
        began_s = time.monotonic()
        head, _ = read_answer(connection)

    assert head.startswith(b"HTTP/1.1 202")
    assert time.monotonic() - began_s >= 0.06


def test_a_hang_gives_nothing_and_leaves_other_connections_alone(running: Running) -> None:
    broken(running.url, "hang", next=1)

    with connected(running.url) as connection:
        connection.settimeout(0.1)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        with connected(running.url) as other:
            head, _ = read_answer(other)

    assert head.startswith(b"HTTP/1.1 202")


def test_a_server_that_stops_ends_a_hang() -> None:
    with ExitStack() as held:
        with serving(Settings(port=0, tls=False)) as running:
            broken(running.url, "hang")
            connection = held.enter_context(connected(running.url))
            ask(running.url, "GET", "journal?after=0&wait_s=10")
            began_s = time.monotonic()
        took_s = time.monotonic() - began_s
        rest = rest_of(connection)

    assert b"" == rest
    assert took_s < PATIENCE_S / 4


def rest_of(connection: socket.socket) -> bytes:
    """Return what still comes until the end of a connection, orderly or not."""
    with suppress(ConnectionError):
        return read_all(connection)
    return b""


def test_a_reset_over_tls_is_a_broken_connection_too(tmp_path: Path) -> None:
    with serving(Settings(port=0, tls_port=0, tls_dir=str(tmp_path))) as running:
        broken(running.url, "reset")
        parts = urlsplit(running.tls_url or "")
        context = ssl.create_default_context(cafile=str(running.ca_file))
        client = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S, context=context)
        client.request("POST", "/v0.1/messages", BODY, HEADERS)
        with pytest.raises((ConnectionResetError, ssl.SSLError)):
            client.getresponse()
        client.close()


# Webhooks


@dataclass
class Got:
    """A webhook as it came: its raw body as far as it went, its token, and how long the body took."""

    body: bytes
    token: str | None
    took_s: float


def check(got: Got, secret: str) -> Json:
    """Return the body of a webhook that the provider made just now for exactly these bytes; raise for any other."""
    if got.token is None:
        raise PermissionError("unsigned")
    expected = jwt.JWTClaimsRegistry(
        leeway=10,
        iss={"essential": True, "value": "Vonage"},
        iat={"essential": True},
        payload_hash={"essential": True, "value": hashlib.sha256(got.body).hexdigest()},
    )
    claims = jwt.decode(got.token, OctKey.import_key(secret), algorithms=["HS256"]).claims
    expected.validate(claims)
    if claims["iat"] < time.time() - FRESH_S:
        raise PermissionError("stale")
    return json.loads(got.body)


async def received(fault: Json) -> Got:
    """Return the first inbound webhook that a receiver gets while something is wrong with it."""
    came: asyncio.Future[Got] = asyncio.get_running_loop().create_future()

    async def take(request: web.BaseRequest) -> web.Response:
        began_s = time.monotonic()
        body = await request.read()
        token = request.headers.get("Authorization")
        if not came.done():
            came.set_result(Got(body, token and token.removeprefix("Bearer "), time.monotonic() - began_s))
        return web.Response(status=204)

    runner = web.ServerRunner(web.Server(take), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/inbound"
    try:
        with serving(Settings(port=0, tls=False, inbound_url=url)) as running:
            async with aiohttp.ClientSession(running.url) as session, asyncio.timeout(PATIENCE_S):
                async with session.post("/_mock/faults", json={"on": "webhooks", **fault}) as added:
                    assert 201 == added.status
                async with session.post("/_mock/inbound", json={"channel": "sms", "kind": "text"}) as arrived:
                    assert 201 == arrived.status
                return await came
    finally:
        await runner.cleanup()


SECRET = Settings().signature_secret


@pytest.mark.parametrize(
    ("do", "error"),
    [
        ("unsigned", PermissionError),
        ("wrong_signature", JoseError),
        ("stale_signature", PermissionError),
        ("changed_body", JoseError),
        ("truncate", JoseError),
    ],
)
async def test_a_spoilt_webhook_does_not_pass_the_official_check(do: str, error: type[Exception]) -> None:
    got = await received({"do": do})

    with pytest.raises(error):
        check(got, SECRET)


async def test_a_trickling_webhook_takes_its_time_and_passes_the_official_check() -> None:
    got = await received({"do": "trickle", "over": "200ms"})

    assert "sms" == check(got, SECRET)["channel"]
    assert got.took_s >= 0.15
