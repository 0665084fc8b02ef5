"""Waiting over real sockets: answered within a moment of what was waited for, and released when the server stops."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack

import aiohttp
import pytest

from mockserver.settings import Settings
from mockserver.web.server import serving
from tests.web.conftest import basic, sms

_LONG_S = 60
_MOMENT_S = 10
"""Far less than the wait, far more than a busy machine needs."""


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a client of a server that runs for this test."""
    with serving(Settings(port=0, tls=False, submitted_after_s=0, delivered_after_s=0)) as running:
        async with aiohttp.ClientSession(running.url) as session:
            yield session


async def _send(client: aiohttp.ClientSession) -> None:
    async with client.post("/v0.1/messages", json=sms(), headers=basic("mockkey1")) as answer:
        assert answer.status == 202


async def test_a_waiting_call_is_answered_within_a_moment_of_the_event(client: aiohttp.ClientSession) -> None:
    async def wait() -> dict[str, object]:
        async with client.get("/_mock/wait", params={"q": "status:delivered", "within": f"{_LONG_S}s"}) as answer:
            found: dict[str, object] = await answer.json()
            return found

    waiting = asyncio.create_task(wait())
    async with asyncio.timeout(_MOMENT_S):
        await _send(client)
        found = await waiting

    assert found["matched"] is True


async def test_a_waiting_verdict_is_reached_within_a_moment_of_the_event(client: aiohttp.ClientSession) -> None:
    expected = [{"messages": {"status": "delivered"}, "within": f"{_LONG_S}s"}, {"violations": 0}]

    async def verify() -> dict[str, object]:
        async with client.post("/_mock/verify", json=expected) as answer:
            found: dict[str, object] = await answer.json()
            return found

    verifying = asyncio.create_task(verify())
    async with asyncio.timeout(_MOMENT_S):
        await _send(client)
        found = await verifying

    assert found["passed"] is True


async def test_many_wait_at_once_and_the_server_still_answers(client: aiohttp.ClientSession) -> None:
    async def wait() -> bool:
        async with client.get("/_mock/wait", params={"q": "channel:sms", "within": f"{_LONG_S}s"}) as answer:
            return bool((await answer.json())["matched"])

    waiting = [asyncio.create_task(wait()) for _ in range(50)]
    async with asyncio.timeout(_MOMENT_S):
        await _send(client)
        matched = await asyncio.gather(*waiting)

    assert matched == [True] * 50


async def test_the_end_of_the_server_releases_a_waiting_call() -> None:
    with ExitStack() as stack:
        running = stack.enter_context(serving(Settings(port=0, tls=False)))
        async with aiohttp.ClientSession(running.url) as client:

            async def wait() -> dict[str, object]:
                async with client.get("/_mock/wait", params={"within": f"{_LONG_S}s"}) as answer:
                    found: dict[str, object] = await answer.json()
                    return found

            waiting = asyncio.create_task(wait())
            async with client.get("/_mock/health") as answer:
                assert answer.status == 200
            began_s = time.monotonic()
            stopping = threading.Thread(target=stack.close)
            stopping.start()
            found = await waiting
            await asyncio.to_thread(stopping.join)

    assert found["matched"] is False
    assert time.monotonic() - began_s < _MOMENT_S
