"""The stream of events: in process, over real sockets, with clients that leave or do not read, and at the end."""

import asyncio
import json
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mockserver.model import Json
from mockserver.settings import Settings
from mockserver.web.listeners import Running
from mockserver.web.server import serving
from tests.web.conftest import Api, OpenApi, basic, sms

_MOMENT_S = 20
"""Far more than a busy machine needs."""
_SOON_S = 1.3
"""How soon a server ends that only streams are open at; it would take 1.5 s to cut them."""


@dataclass
class Heard:
    """One event as it came."""

    name: str
    told: Json
    mark: str | None


def read(block: str) -> Heard | None:
    """Return the event of a block, ``None`` if it is a comment."""
    fields = dict(line.partition(": ")[::2] for line in block.splitlines() if not line.startswith(":"))
    return Heard(fields["event"], json.loads(fields["data"]), fields.get("id")) if "data" in fields else None


@dataclass
class Listener:
    """A client of an ASGI application in this process."""

    api: Api
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    sent: list[bytes] = field(default_factory=list)
    is_over: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    may_read: asyncio.Event = field(default_factory=asyncio.Event)
    taken: int = 0

    async def run(self, query: str = "", mark: str | None = None, method: str = "GET") -> None:
        """Ask for events, and take them until the answer is over."""
        self.may_read.set()
        headers = [(b"host", b"mockserver")] + ([(b"last-event-id", mark.encode())] if mark is not None else [])
        scope = {
            "type": "http",
            "method": method,
            "path": "/_mock/events",
            "query_string": query.encode(),
            "headers": headers,
            "extensions": {},
        }
        await self.api.app(scope, self._receive, self._send)

    async def _receive(self) -> Any:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        await self.may_read.wait()
        self.sent.append(message.get("body", b""))
        self.is_over = not message.get("more_body", False)
        self.more.set()

    async def events(self, count: int) -> list[Heard]:
        """Wait for so many events more and return them."""
        async with asyncio.timeout(_MOMENT_S):
            while len(found := self.heard()[self.taken :]) < count:
                self.more.clear()
                await self.more.wait()
        self.taken += count
        return found[:count]

    def heard(self) -> list[Heard]:
        """Return all events so far."""
        blocks = b"".join(self.sent).decode().split("\n\n")
        return [each for each in map(read, blocks) if each is not None]


@asynccontextmanager
async def listening(api: Api, query: str = "", mark: str | None = None) -> AsyncIterator[Listener]:
    """Listen for the length of a block; then leave, upon which the answer is over."""
    listener = Listener(api)
    running = asyncio.create_task(listener.run(query, mark))
    try:
        yield listener
    finally:
        listener.gone.set()
        async with asyncio.timeout(_MOMENT_S):
            await running


async def test_a_send_is_told_as_the_journal_has_it(api: Api) -> None:
    async with listening(api) as listener:
        [hello] = await listener.events(1)
        await api.send(sms())
        [told] = await listener.events(1)

    [entry] = await api.journal()
    boot = hello.told["boot"]
    assert ("hello", "mockkey1", 0) == (hello.name, hello.told["account"], hello.told["last"])
    assert ("entry", entry, f"{boot}-1") == (told.name, told.told, told.mark)
    assert listener.status == 200
    assert listener.headers["content-type"].startswith("text/event-stream")
    assert "content-length" not in listener.headers
    assert "retry: 1000" in b"".join(listener.sent).decode()


async def test_a_browser_that_comes_back_is_told_what_it_missed(api: Api) -> None:
    async with listening(api) as listener:
        await listener.events(1)
        await api.send(sms())
        [told] = await listener.events(1)
    await api.send(sms(client_ref="missed"))

    async with listening(api, "after=0", told.mark) as listener:
        hello, missed = await listener.events(2)

    assert (hello.mark, 2, "missed") == (
        told.mark,
        missed.told["id"],
        json.loads(missed.told["request"]["body"])["client_ref"],
    )


@pytest.mark.parametrize("mark", ["0badb007-1", "what is this"], ids=["another process", "no mark of ours"])
async def test_a_browser_that_comes_back_to_another_process_is_told_so(api: Api, mark: str) -> None:
    await api.send(sms())

    async with listening(api, mark=mark) as listener:
        hello, restarted = await listener.events(2)

    assert ("restarted", {"boot": hello.told["boot"], "last": 1}) == (restarted.name, restarted.told)
    assert restarted.mark == hello.mark == f"{hello.told['boot']}-1"


async def test_a_tool_may_ask_for_what_came_after_a_number(api: Api) -> None:
    for _ in range(3):
        await api.send(sms())

    async with listening(api, "after=1") as listener:
        _, *entries = await listener.events(3)

    assert [2, 3] == [each.told["id"] for each in entries]


async def test_what_is_no_mark_is_refused(api: Api) -> None:
    answer = await api.client.get("/_mock/events", params={"after": "yesterday"})

    assert (400, "after is 'yesterday'") == (answer.status_code, answer.json()["detail"])
    assert answer.json()["fix"] == "Give the id of an event, or the number of a journal entry."


async def test_an_unknown_account_is_refused(api: Api) -> None:
    assert (await api.client.get("/_mock/events", params={"account": "nobody"})).status_code == 404


async def test_a_head_is_answered_without_a_stream(api: Api) -> None:
    listener = Listener(api)
    async with asyncio.timeout(_MOMENT_S):
        await listener.run(method="HEAD")

    assert (200, [b""], True) == (listener.status, listener.sent, listener.is_over)


async def test_an_account_hears_nothing_of_another(api: Api) -> None:
    await api.send(sms(), key="aaaa1111")
    async with listening(api, "account=aaaa1111") as listener:
        [hello] = await listener.events(1)
        await api.send(sms())
        await api.send(sms(), key="aaaa1111")
        [told] = await listener.events(1)

    assert ("aaaa1111", 1, 2) == (hello.told["account"], hello.told["last"], told.told["id"])


@pytest.mark.parametrize(
    ("method", "path", "body", "what"),
    [
        pytest.param("PUT", "clock", {"mode": "manual"}, ["clock"], id="clock set"),
        pytest.param("POST", "clock/advance", {"by": 5}, ["clock"], id="clock moved"),
        pytest.param("POST", "faults", {"on": "webhooks", "do": "drop"}, ["faults"], id="fault"),
        pytest.param("DELETE", "accounts/bbbb2222", None, ["accounts"], id="account forgotten"),
        pytest.param("PUT", "accounts/cccc3333", {}, ["accounts"], id="account made"),
        pytest.param("POST", "reset?what=journal", None, ["journal"], id="journal forgotten"),
        pytest.param(
            "POST", "reset", None, ["clock", "faults", "journal", "messages", "scenarios"], id="all forgotten"
        ),
    ],
)
async def test_what_no_entry_tells_is_told_by_name(
    open_api: OpenApi, method: str, path: str, body: Json, what: list[str]
) -> None:
    async with open_api(clock="manual") as api:
        await api.client.put("/_mock/accounts/bbbb2222", json={})
        async with listening(api) as listener:
            await listener.events(1)
            content = None if body is None else json.dumps(body)
            assert (await api.client.request(method, f"/_mock/{path}", content=content)).is_success
            [told] = await listener.events(1)

    assert ("state", {"what": what}, None) == (told.name, told.told, told.mark)


async def test_a_new_key_is_told_where_others_listen(api: Api) -> None:
    async with listening(api) as listener:
        await listener.events(1)
        await api.send(sms(), key="aaaa1111")
        [told] = await listener.events(1)

    assert {"what": ["accounts"]} == told.told


async def heard_until(listener: Listener, is_last: Callable[[Heard], bool]) -> list[Heard]:
    """Return the events up to one."""
    found = await listener.events(1)
    while not is_last(found[-1]):
        found += await listener.events(1)
    return found


async def test_a_scenario_tells_how_it_goes(api: Api) -> None:
    text = "scenario: short\ntimeline:\n  - inbound: {channel: sms, kind: text, text: Hello}\n"
    async with listening(api) as listener:
        await listener.events(1)
        assert (await api.client.post("/_mock/scenarios", content=text)).is_success
        [loaded] = await listener.events(1)
        await api.client.post("/_mock/scenarios/short/run")
        told = await heard_until(listener, lambda each: each.told.get("about") == "scenario short ends: passed")
        ended = await heard_until(listener, lambda each: "scenarios" in each.told.get("what", ()))

    assert {"what": ["scenarios"]} == loaded.told
    assert ended[-1].name == "state"
    assert {"scenario", "inbound"} <= {each.told["kind"] for each in told if each.name == "entry"}


async def test_numbers_go_on_after_the_account_was_forgotten(api: Api) -> None:
    await api.send(sms(), key="aaaa1111")
    async with listening(api, "account=aaaa1111") as listener:
        await listener.events(1)
        await api.client.delete("/_mock/accounts/aaaa1111")
        [forgotten] = await listener.events(1)
        await api.send(sms(), key="aaaa1111")
        told = await listener.events(2)

    assert {"accounts", "journal", "messages"} <= set(forgotten.told["what"])
    assert ("entry", 2) in [(each.name, each.told.get("id")) for each in told]


async def test_a_client_that_does_not_read_keeps_nothing_and_catches_up_by_a_gap(api: Api) -> None:
    async with listening(api) as listener:
        await listener.events(1)
        listener.may_read.clear()
        await api.send(sms())
        await asyncio.sleep(0.2)
        for _ in range(600):
            await api.send(sms())
        assert len(listener.sent) == 1
        listener.may_read.set()
        first, gap = await listener.events(2)

    assert (1, "gap", {"from": 2, "to": 601}) == (first.told["id"], gap.name, gap.told)


async def test_the_end_of_the_runtime_is_the_end_of_a_stream(api: Api) -> None:
    listener = Listener(api)
    running = asyncio.create_task(listener.run())
    await listener.events(1)

    async with asyncio.timeout(_MOMENT_S):
        await api.app.runtime.stop(0)
        await running

    assert listener.is_over


# Over sockets


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[aiohttp.StreamReader]:
    """Listen to a server for the length of a block."""
    async with aiohttp.ClientSession(url) as client, client.get("/_mock/events") as answer:
        yield answer.content


async def next_event(content: aiohttp.StreamReader) -> Heard:
    """Return the next event."""
    async with asyncio.timeout(_MOMENT_S):
        while True:
            heard = read((await content.readuntil(b"\n\n")).decode())
            if heard is not None:
                return heard


async def test_a_stream_over_a_socket_ends_with_the_server_in_a_thread_at_once() -> None:
    with ExitStack() as stack:
        running = stack.enter_context(serving(Settings(port=0, tls=False)))
        async with connected(running.url) as content:
            assert (await next_event(content)).name == "hello"
            async with aiohttp.ClientSession(running.url) as client:
                await client.post("/v0.1/messages", json=sms(), headers=basic("mockkey1"))
            assert (await next_event(content)).name == "entry"
            began_s = time.monotonic()
            await asyncio.to_thread(stack.close)
            took_s = time.monotonic() - began_s

            assert await content.read() == b""
    assert took_s < _SOON_S


def deaf(running: Running) -> socket.socket:
    """Return a connection that asked for events and will not read them."""
    host, _, port = running.url.removeprefix("http://").rpartition(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((host, int(port)))
    client.sendall(b"GET /_mock/events HTTP/1.1\r\nHost: mockserver\r\n\r\n")
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


async def test_a_client_that_does_not_read_does_not_hold_up_the_end(caplog: pytest.LogCaptureFixture) -> None:
    with ExitStack() as stack:
        running = stack.enter_context(serving(Settings(port=0, tls=False)))
        with deaf(running):
            long = sms(message={"content": {"type": "text", "text": "x" * 60_000}})
            async with aiohttp.ClientSession(running.url) as client:
                for _ in range(200):
                    async with client.post("/v0.1/messages", json=long, headers=basic("mockkey1")) as answer:
                        assert answer.status == 400
            await asyncio.sleep(0.3)
            began_s = time.monotonic()
            await asyncio.to_thread(stack.close)
            took_s = time.monotonic() - began_s

    assert took_s < _SOON_S
    assert [] == [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]


async def test_a_client_that_leaves_is_forgotten() -> None:
    with serving(Settings(port=0, tls=False)) as running:
        async with aiohttp.ClientSession(running.url) as client:

            async def tasks() -> int:
                async with client.get("/_mock/health") as answer:
                    count: int = (await answer.json())["tasks"]
                    return count

            before = await tasks()

            async def is_as_before() -> bool:
                return await tasks() <= before

            async with connected(running.url) as content:
                await next_event(content)
                assert await tasks() > before
            await until(is_as_before)


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again until it is so, which nothing tells of."""
    async with asyncio.timeout(_MOMENT_S):
        while not await is_so():  # noqa: ASYNC110 - it happens in another process or thread
            await asyncio.sleep(0.01)


async def test_sigterm_is_answered_at_once_with_open_streams(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"

    async def is_ready() -> bool:
        return await asyncio.to_thread(ready.exists)

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mockserver", "serve", "--port", "0", "--no-tls", "--ready-file", str(ready),
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_MOMENT_S * 3):
            await until(is_ready)
            url = json.loads(ready.read_text())["url"]
            async with connected(url) as first, connected(url) as second:
                assert ["hello", "hello"] == [(await next_event(each)).name for each in (first, second)]
                began_s = time.monotonic()
                process.send_signal(signal.SIGTERM)
                code = await process.wait()
                took_s = time.monotonic() - began_s
                assert [b"", b""] == [await first.read(), await second.read()]
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    assert (0, True) == (code, took_s < _SOON_S)
