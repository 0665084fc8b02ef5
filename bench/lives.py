"""Measures whole lives of messages, from the send to the last of three signed webhooks, beside bare sends."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from bench.control import Control, forget, wait_until_drained
from bench.load import CONNECTIONS, Round, drive
from bench.programs import BenchError, Program, our_server, script, wait_until_idle
from bench.request import ACCOUNT, VARIED_READ, Effort
from bench.sends import LATER

STATUSES: Final = ("submitted", "delivered", "read")
AT_ONCE: Final = {"SUBMITTED_AFTER_S": "0", "DELIVERED_AFTER_S": "0", "READ_AFTER_S": "0"}


@dataclass(frozen=True, slots=True)
class Life:
    """What one round of lives measured, as the receiver counted it."""

    messages: int
    per_s: float
    hooks_per_s: float


@dataclass(frozen=True, slots=True)
class Lives:
    """Rounds of whole lives, and the sends a second of the same bodies whose statuses fall due later."""

    whole: list[Life]
    bare: list[Round]


def measure_lives(effort: Effort) -> Lives:
    """Return rounds of both; who goes first alternates."""
    found = Lives([], [])
    with (
        script("receiver") as receiver,
        our_server(LATER | {"READ": "true"}) as quiet,
        whole_lives(receiver) as server,
    ):
        for place in range(effort.rounds):
            if place % 2:
                found.bare.append(_take_bare(quiet, effort.seconds))
            found.whole.append(take_lives(server, receiver, effort.lives_s))
            if not place % 2:
                found.bare.append(_take_bare(quiet, effort.seconds))
    return found


@contextmanager
def whole_lives(receiver: Program) -> Iterator[Program]:
    """Run our server so that each message is read at once, and a receiver is told of it."""
    with our_server(AT_ONCE | {"READ": "true", "STATUS_URL": receiver.url + "/status"}) as server:
        yield server


def _take_bare(server: Program, seconds: int) -> Round:
    measured = drive(server, VARIED_READ, seconds)
    _forget(server)
    return measured


def take_lives(server: Program, receiver: Program, seconds: int) -> Life:
    """Send for some seconds and wait until every webhook has come; raise BenchError if one is missing or doubled."""
    with Control(server) as control, Control(receiver) as counter:
        counter.call("DELETE", "/")
        begun_s = time.monotonic()
        sent = drive(server, VARIED_READ, seconds).requests
        wait_until_drained(control)
        counted = counter.call("GET", "/", statuses=",".join(STATUSES))
    # One more is sent ahead of a round, to see its status, and wrk ends before the last answers are read.
    check_counts(counted, range(sent + 1, sent + 2 + CONNECTIONS), STATUSES)
    _forget(server)
    messages = counted["messages"]
    hooks_s = counted["last_s"] - counted["first_s"]
    return Life(messages, messages / (counted["last_s"] - begun_s), messages * len(STATUSES) / hooks_s)


def check_counts(counted: Any, accepted: range, statuses: tuple[str, ...]) -> None:
    """Raise BenchError unless every status of each message accepted came once, as the receiver counted."""
    messages = counted["messages"]
    is_whole = counted["complete"] == messages and counted["statuses"] == dict.fromkeys(statuses, messages)
    if messages not in accepted or not is_whole or counted["doubled"]:
        raise BenchError(
            f"the receiver counted {counted}; {accepted.start} to {accepted.stop - 1} messages were accepted,"
            f" each with {', '.join(statuses)}"
        )


def _forget(server: Program) -> None:
    with Control(server) as control:
        forget(control, ACCOUNT)
    wait_until_idle(server)
