"""Measures how many signed webhooks a second reach a receiver, while sends go on; the receiver counts."""

import asyncio
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import aiohttp
import msgspec

from bench.load import CONNECTIONS
from bench.programs import BenchError, Program, our_server, script
from bench.request import BODY, HEADERS, PATH, Effort

STATUSES: Final = ("submitted", "delivered")
DEADLINE_S: Final = 120.0
POLL_S: Final = 0.05


class Counted(msgspec.Struct, frozen=True):
    """What the receiver tells: see bench/receiver.py."""

    total: int
    statuses: dict[str, int]
    first_s: float
    last_s: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Webhooks a second while they came in, and messages a second from first send to last webhook."""

    hooks_per_s: float
    lives_per_s: float


def measure_webhooks(effort: Effort) -> Flow:
    """Send a number of messages whose statuses come due at once, and wait until every webhook has arrived."""
    with script("receiver") as receiver:
        settings = {
            "TLS": "false",
            "STATUS_URL": receiver.url + "/status",
            "SUBMITTED_AFTER_S": "0",
            "DELIVERED_AFTER_S": "0",
        }
        with our_server(settings) as server:
            return asyncio.run(_flow(server, receiver, effort.messages))


async def _flow(server: Program, receiver: Program, messages: int) -> Flow:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as client:
        begun_s = time.monotonic()
        shares = (len(range(place, messages, CONNECTIONS)) for place in range(CONNECTIONS))
        await asyncio.gather(*(_send(client, server, share) for share in shares))
        counted = await _count(client, receiver, messages)
    expected = dict.fromkeys(STATUSES, messages)
    if counted.statuses != expected:
        raise BenchError(f"the receiver counted {counted.statuses}, not {expected}")
    return Flow(
        hooks_per_s=counted.total / (counted.last_s - counted.first_s),
        lives_per_s=messages / (counted.last_s - begun_s),
    )


async def _send(client: aiohttp.ClientSession, server: Program, messages: int) -> None:
    for _ in range(messages):
        async with client.post(server.url + PATH, data=BODY, headers=HEADERS) as answer:
            if answer.status != HTTPStatus.ACCEPTED:
                raise BenchError(f"a send was answered {answer.status}, not 202")


async def _count(client: aiohttp.ClientSession, receiver: Program, messages: int) -> Counted:
    """Ask the receiver until it has every webhook, or the deadline has passed."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        async with client.get(receiver.url) as answer:
            counted = msgspec.json.decode(await answer.read(), type=Counted)
        if counted.total >= messages * len(STATUSES) or time.monotonic() > deadline:
            return counted
        await asyncio.sleep(POLL_S)
