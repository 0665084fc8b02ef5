"""Measures how long a day of retries takes on a manual clock, with a receiver that refuses everything."""

import asyncio
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import aiohttp
import msgspec

from bench.load import CONNECTIONS
from bench.programs import BenchError, Program, our_server, script
from bench.request import ACCOUNT, BODY, HEADERS, PATH, Effort

_DEADLINE_S: Final = 600.0
_TRIES: Final = 103
"""How often a webhook is tried by the documented schedule; it is given up before the day ends, and the next begins."""


@dataclass(frozen=True, slots=True)
class Day:
    """How many messages waited, how many tries a day made of that, and how long it took."""

    messages: int
    tries: int
    seconds: float


def measure_day(effort: Effort) -> Day:
    """Send messages whose first webhook is refused, and advance the clock by a day."""
    with script("receiver") as receiver:
        settings = {"TLS": "false", "STATUS_URL": receiver.url + "/refuse", "CLOCK": "manual"}
        with our_server(settings) as server:
            return asyncio.run(_day(server, effort.retried))


async def _day(server: Program, messages: int) -> Day:
    timeout = aiohttp.ClientTimeout(_DEADLINE_S)
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as client:
        for _ in range(messages):
            async with client.post(server.url + PATH, data=BODY, headers=HEADERS) as answer:
                if answer.status != HTTPStatus.ACCEPTED:
                    raise BenchError(f"a send was answered {answer.status}, not 202")
        begun_s = time.monotonic()
        address = f"{server.url}/_mock/clock/advance?account={ACCOUNT}&limit=1"
        async with client.post(address, json={"by": "24h"}) as answer:
            found = msgspec.json.decode(await answer.read())
    tries = found["counts"]["attempt"]
    if tries < messages * _TRIES or tries % messages:
        raise BenchError(f"{tries} tries were made, not {_TRIES} or more for each of {messages} messages")
    return Day(messages, tries, time.monotonic() - begun_s)
