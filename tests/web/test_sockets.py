"""A real server over real sockets: worlds under load, retries, slow receivers, broken HTTP, and the end."""

import asyncio
import json
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from mockserver.model import Json
from mockserver.settings import Settings
from mockserver.web.listeners import Running
from mockserver.web.server import serving
from tests.web.conftest import basic, sms

PATIENCE_S = 20.0
ACCOUNTS = ("aaaa1111", "bbbb2222", "cccc3333")


@dataclass
class Sink:
    """A webhook receiver on a free port: the statuses it is to answer with, then 204 for ever."""

    answers: list[int] = field(default_factory=list)
    takes_s: float = 0
    answered: list[Json] = field(default_factory=list)
    got: list[tuple[float, str, Json]] = field(default_factory=list)
    url: str = ""
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def got_all(self, count: int) -> None:
        """Wait until so many webhooks were answered."""
        while len(self.answered) < count:
            self.more.clear()
            await self.more.wait()

    async def take(self, request: web.Request) -> web.Response:
        """Keep the webhook and answer as told."""
        raw = await request.read()
        body = json.loads(raw)
        self.got.append((asyncio.get_running_loop().time(), request.headers["Authorization"], body))
        await asyncio.sleep(self.takes_s)
        self.answered.append(body)
        self.more.set()
        return web.Response(status=self.answers.pop(0) if self.answers else 204)


@asynccontextmanager
async def receiving(sink: Sink) -> AsyncIterator[Sink]:
    """Let a sink listen for the length of a ``with`` block."""
    app = web.Application()
    app.router.add_post("/{path:.*}", sink.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    sink.url = f"http://127.0.0.1:{port}/status"
    try:
        yield sink
    finally:
        await runner.cleanup()


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """Serve without webhooks."""
    with serving(Settings(port=0, tls=False, self_check=True)) as running:
        yield running


async def send(session: aiohttp.ClientSession, url: str, key: str, **changes: Json) -> tuple[int, Json]:
    """Send an SMS; return status and body."""
    async with session.post(f"{url}/v0.1/messages", json=sms(**changes), headers=basic(key)) as answer:
        return answer.status, await answer.json()


async def everything(session: aiohttp.ClientSession, url: str, what: str, **query: str) -> list[Json]:
    """Return all pages of a control list."""
    items: list[Json] = []
    while True:
        async with session.get(f"{url}/_mock/{what}", params={"limit": "500", **query}) as answer:
            page = await answer.json()
        items += page[what]
        if page["next"] is None:
            return items
        query["cursor"] = page["next"]


async def until(session: aiohttp.ClientSession, url: str, delivery_state: str, count: int) -> list[Json]:
    """Wait until so many deliveries are in a state, by the journal's long poll."""
    after = 0
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = await everything(session, url, "deliveries", state=delivery_state)
            if len(found) >= count:
                return found
            async with session.get(f"{url}/_mock/journal", params={"after": str(after), "wait_s": "1"}) as answer:
                after = (await answer.json())["next"]


async def test_accounts_never_see_each_other_under_concurrent_load(server: Running) -> None:
    each_sends = 150
    async with aiohttp.ClientSession() as session:
        answers = await asyncio.gather(
            *(
                send(session, server.url, key, client_ref=f"{key}-{number}")
                for number in range(each_sends)
                for key in ACCOUNTS
            )
        )
        worlds = {key: await everything(session, server.url, "messages", account=key) for key in ACCOUNTS}

    assert {202} == {status for status, _ in answers}
    assert len({body["message_uuid"] for _, body in answers}) == each_sends * len(ACCOUNTS)
    for key, messages in worlds.items():
        assert {f"{key}-{number}" for number in range(each_sends)} == {each["client_ref"] for each in messages}


async def test_a_receiver_that_fails_three_times_gets_four_tries_at_the_right_times() -> None:
    delays = (0.2, 0.4, 0.8)
    async with receiving(Sink(answers=[500, 500, 500])) as sink, aiohttp.ClientSession() as session:
        settings = Settings(
            port=0,
            tls=False,
            status_url=sink.url,
            retry_delays_s=delays,
            submitted_after_s=0,
            delivered_after_s=0,
        )
        with serving(settings) as running:
            await send(session, running.url, "mockkey1")
            deliveries = await until(session, running.url, "delivered", 2)

    first = next(each for each in deliveries if each["event"] == "submitted")
    assert [500, 500, 500, 204] == [each["status"] for each in first["attempts"]]
    times = [at for at, _, body in sink.got if body["status"] == "submitted"]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    for gap, delay in zip(gaps, delays, strict=True):
        assert delay <= gap < delay + 1
    assert ["submitted"] * 4 + ["delivered"] == [body["status"] for _, _, body in sink.got]
    assert len({token for _, token, _ in sink.got}) == 5


async def test_a_receiver_that_never_answers_slows_neither_sends_nor_other_receivers() -> None:
    async with (
        receiving(Sink(takes_s=PATIENCE_S)) as dead,
        receiving(Sink()) as alive,
        aiohttp.ClientSession() as session,
    ):
        settings = Settings(
            port=0,
            tls=False,
            status_url=dead.url,
            submitted_after_s=0,
            delivered_after_s=0,
            shutdown_grace_s=0,
        )
        with serving(settings) as running:
            put = {"status_url": alive.url}
            async with session.put(f"{running.url}/_mock/accounts/aaaa1111", json=put) as answer:
                assert answer.status == 200
            async with asyncio.timeout(PATIENCE_S / 2):  # each dead webhook alone would take 5 s
                dead_sends = [await send(session, running.url, "mockkey1") for _ in range(100)]
                live_sends = [await send(session, running.url, "aaaa1111") for _ in range(20)]
                await alive.got_all(40)

    assert {202} == {status for status, _ in dead_sends + live_sends}
    assert len(dead.got) >= 1


def talk(url: str, *pieces: bytes) -> bytes:
    """Send raw bytes and return all that comes back until the server closes, or the first answer."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE_S) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        while b"\r\n\r\n" not in answer and (more := connection.recv(65536)):
            answer += more
        return answer


HEAD = b"POST /v0.1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Basic bW9ja2tleTE6eA==\r\n"


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        pytest.param((HEAD + b"Content-Length: 99999999\r\n\r\n",), b"413", id="declared too large"),
        pytest.param((HEAD + b"Content-Length: -5\r\n\r\n",), b"400", id="negative length"),
        pytest.param((HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\n"), b"400", id="chunked"),
        pytest.param((HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n"), b"400", id="bad chunk"),
        pytest.param((b"nonsense\r\n\r\n",), b"400", id="no http"),
        pytest.param((b"BREW /v0.1/messages HTTP/1.1\r\nHost: x\r\n\r\n",), b"40", id="odd verb"),
        pytest.param((HEAD + b"Content-Length: 2\r\nX: \xff\xfe\r\n\r\n{}",), b"400", id="odd header"),
    ],
)
def test_broken_http_gets_an_answer_and_the_server_goes_on(
    server: Running, pieces: tuple[bytes, ...], status: bytes
) -> None:
    answer = talk(server.url, *pieces)

    assert answer.startswith(b"HTTP/1.1 " + status)
    alive = talk(server.url, b"GET /_mock/livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert alive.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("name", [b"Upgrade", b"upgrade", b"UPGRADE"])
def test_a_body_sent_with_an_offer_to_upgrade_is_read_all_the_same(server: Running, name: bytes) -> None:
    """Java's client and ``curl --http2`` make such an offer."""
    body = json.dumps(sms()).encode()
    offer = b"Connection: Upgrade, HTTP2-Settings\r\n" + name + b": h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"
    head = HEAD + b"Content-Type: application/json\r\n" + offer + b"Content-Length: %d\r\n\r\n" % len(body)

    assert talk(server.url, head + body).startswith(b"HTTP/1.1 202")


@pytest.mark.parametrize("closes", [True, False], ids=["last", "kept"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/messages", 413),
        ("/v0.1/messages", 413),
        ("/v0.1/dispatch", 413),
        ("/v1/mesages", 404),
        ("/beta/chatapp-accounts", 405),
        ("/_mock/verify", 400),
        ("/_mock/typo", 404),
    ],
)
def test_client_that_sends_far_too_much_is_told_so(server: Running, path: str, status: int, *, closes: bool) -> None:
    """Most clients send all of a body before they read, so that a connection closed meanwhile hides the answer."""
    parts = urlsplit(server.url)
    headers = {"Content-Type": "application/json", "Authorization": basic("mockkey1")["Authorization"]}
    client = HTTPConnection(parts.hostname or "", parts.port or 0, timeout=PATIENCE_S)
    with closing(client):
        client.request("POST", path, b" " * 8_000_000, headers | ({"Connection": "close"} if closes else {}))
        answer = client.getresponse()
        answer.read()

        assert status == answer.status


def test_a_client_that_leaves_in_the_middle_is_journalled_and_does_no_harm(server: Running) -> None:
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n{")

    alive = talk(server.url, b"GET /_mock/livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert alive.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("takes_s", [0.02, PATIENCE_S], ids=["slow receiver", "dead receiver"])
async def test_sigterm_amid_a_thousand_deliveries_accounts_for_every_one(tmp_path: Path, takes_s: float) -> None:
    sends = 500
    ready = tmp_path / "ready.json"
    async with receiving(Sink(takes_s=takes_s)) as sink, aiohttp.ClientSession() as session:
        command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--no-tls"]
        flags = ["--ready-file", str(ready), "--status-url", sink.url, "--shutdown-grace-s", "0.5"]
        process = await asyncio.create_subprocess_exec(
            *command, *flags, "--delivered-after-s", "0.06", stderr=asyncio.subprocess.PIPE
        )
        try:
            url = await written_url(ready)
            answers = await asyncio.gather(*(send(session, url, "mockkey1") for _ in range(sends)))
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE_S):
                _, raw_log = await process.communicate()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
    log = raw_log.decode()

    assert {202} == {status for status, _ in answers}
    assert process.returncode == 0, log
    told = {(body["message_uuid"], body["status"]) for body in sink.answered}
    told |= abandoned_in(log)
    assert {(body["message_uuid"], status) for _, body in answers for status in ("submitted", "delivered")} == told


async def written_url(ready: Path) -> str:
    """Wait for the ready file and return the URL it names."""
    async with asyncio.timeout(PATIENCE_S):
        while not await asyncio.to_thread(ready.exists):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
    return str(json.loads(await asyncio.to_thread(ready.read_text))["url"])


def abandoned_in(log: str) -> set[tuple[str, str]]:
    """Return message and status of everything the final log calls abandoned."""
    found = set()
    for line in log.splitlines():
        if webhook := re.search(r"abandoned: (\w+) webhook \S+ of message (\S+) ", line):
            found.add((webhook[2], webhook[1]))
        if steps := re.search(r"abandoned: message (\S+) .* stopped before (.+)$", line):
            found |= {(steps[1], status) for status in steps[2].split(", ")}
    return found
