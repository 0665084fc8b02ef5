"""Measures how long a day of retries takes on a manual clock, with a receiver that refuses everything."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from bench.control import Control
from bench.pending import send_exactly
from bench.programs import BenchError, our_server, script
from bench.request import ACCOUNT, V0_1, Effort

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
    messages = effort.retried
    with script("receiver") as receiver:
        settings = {"STATUS_URL": receiver.url + "/refuse", "CLOCK": "manual"}
        with our_server(settings) as server, Control(server) as control:
            asyncio.run(send_exactly(server, V0_1, messages))
            begun_s = time.monotonic()
            moved = control.call("POST", "/_mock/clock/advance", {"by": "24h"}, account=ACCOUNT, limit="1")
            seconds = time.monotonic() - begun_s
    tries = moved["counts"]["attempt"]
    if tries < messages * _TRIES or tries % messages:
        raise BenchError(f"{tries} tries were made, not {_TRIES} or more for each of {messages} messages")
    return Day(messages, tries, seconds)
