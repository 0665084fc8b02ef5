"""Measures how long sends take while thousands of webhooks wait for a receiver that is dead."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp

from bench.control import Control, forget, health, wait_until_pending, wait_until_told
from bench.load import CONNECTIONS, Round, check, drive
from bench.programs import HOST, BenchError, Program, our_server
from bench.request import ACCOUNT, V1, Effort, Load, basic

DEAD: Final = "deadkey"
"""The account whose receiver is dead; the sends that are measured are another's, which has no receiver."""
SETTINGS: Final = {"SUBMITTED_AFTER_S": "0", "DELIVERED_AFTER_S": "3600"}
BACKLOG: Final = 4096
ROUND_S: Final = 1
KINDS: Final = ("takes connections and never answers", "refuses connections")


@dataclass(frozen=True, slots=True)
class Pending:
    """How many webhooks waited for which kind of dead receiver, and the rounds with and without them."""

    kind: str
    webhooks: int
    rounds: list[Round]
    idle: list[Round]


def measure_pending(effort: Effort) -> list[Pending]:
    """Return what was measured for each kind of dead receiver."""
    return [_measure(kind, effort) for kind in KINDS]


def _measure(kind: str, effort: Effort) -> Pending:
    """Measure one server idle and with webhooks pending, in turns: a second server would take its share meanwhile."""
    found = Pending(kind, effort.waiting, [], [])
    with _dead_receiver(kind) as url, our_server(SETTINGS) as server, Control(server) as control:
        control.call("PUT", f"/_mock/accounts/{DEAD}", {"status_url": url})
        check(server, V1)
        for _ in range(effort.rounds):
            _forget(control)
            found.idle.append(drive(server, V1, ROUND_S))
            _forget(control)
            asyncio.run(send_exactly(server, Load(V1.path, V1.body, basic(DEAD)), effort.waiting))
            # A send is answered before its step is taken, and steps take turns with tries, so some are still to come.
            wait_until_pending(control, effort.waiting)
            found.rounds.append(drive(server, V1, ROUND_S))
            _check_pending(control, effort.waiting)
    return found


def _forget(control: Control) -> None:
    """Have the server be as it was at first, with nothing that waits."""
    for account in (ACCOUNT, DEAD):
        forget(control, account)
    wait_until_told(control)


def _check_pending(control: Control, wanted: int) -> None:
    """Raise BenchError if fewer wait: one that waits for its next try counts as one that is with the receiver does."""
    found = health(control)
    if found.pending < wanted:
        raise BenchError(f"only {found.pending} webhooks wait for the dead receiver, not {wanted}")


@contextmanager
def _dead_receiver(kind: str) -> Iterator[str]:
    """Hold a port that behaves so, and return its URL; the kernel itself takes connections that nobody accepts."""
    with socket.socket() as holder:
        holder.bind((HOST, 0))
        if kind == KINDS[0]:
            holder.listen(BACKLOG)
        yield f"http://{HOST}:{holder.getsockname()[1]}/status"


async def send_exactly(server: Program, load: Load, messages: int) -> None:
    """Send so many messages; raise BenchError if one is not accepted."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as client:
        shares = (len(range(place, messages, CONNECTIONS)) for place in range(CONNECTIONS))
        await asyncio.gather(*(_send(client, server, load, share) for share in shares))


async def _send(client: aiohttp.ClientSession, server: Program, load: Load, messages: int) -> None:
    for _ in range(messages):
        async with client.post(server.url + load.path, data=load.body, headers=load.headers) as answer:
            if answer.status != load.status:
                raise BenchError(f"a send was answered {answer.status}, not {int(load.status)}")
