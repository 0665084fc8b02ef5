"""Speaks to the control API of our server, and to the receiver, over one connection kept open."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlencode

import msgspec

from bench.programs import HOST, BenchError, Program

TIMEOUT_S: Final = 300.0
DRAINED_S: Final = 300.0
KEPT_S: Final = 2.0
"""A connection idle for longer is opened anew; uvicorn closes those of five seconds."""
POLL_S: Final = 0.05


class Control:
    """A program that answers JSON, over one connection while it is in use; ``patience_s`` bounds each wait for it."""

    def __init__(self, program: Program, patience_s: float = DRAINED_S) -> None:
        self.patience_s = patience_s
        self._program = program
        self._connection = HTTPConnection(HOST, program.port, timeout=TIMEOUT_S)
        self._used_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Return what a call answers; raise BenchError for anything but a success."""
        self.begin(method, path, body, **query)
        return self.end()

    def begin(self, method: str, path: str, body: Any = None, **query: str) -> None:
        """Send a call whose answer ``end`` reads."""
        if time.monotonic() - self._used_s > KEPT_S:
            self._connection.close()
        sent = None if body is None else msgspec.json.encode(body)
        target = f"{path}?{urlencode(query)}" if query else path
        self._connection.request(method, target, sent, {"Content-Type": "application/json"} if sent else {})

    def end(self) -> Any:
        """Return the answer to the call begun last."""
        self._used_s = time.monotonic()
        try:
            return read_answer(self._program.name, self._connection.getresponse())
        except (OSError, HTTPException) as error:
            raise BenchError(f"{self._program.name} did not answer: {error!r}") from error


def read_answer(name: str, answer: HTTPResponse) -> Any:
    """Return the JSON of an answer; raise BenchError if it tells of a mistake."""
    text = answer.read()
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise BenchError(f"{name} answered {answer.status}: {text.decode(errors='replace')}")
    return msgspec.json.decode(text) if text else None


def forget(control: Control, account: str) -> None:
    """Have our server forget what an account sent and what came of it, so that each round begins alike."""
    control.call("POST", "/_mock/reset", account=account, what="messages,journal")


@dataclass(frozen=True, slots=True)
class Health:
    """What our server tells of itself: webhooks written and not done with, steps that are planned, tasks if told."""

    pending: int
    scheduled: int
    tasks: int | None


def health(control: Control) -> Health:
    """Ask our server how it is."""
    found = control.call("GET", "/_mock/health")
    return Health(sum(found["webhooks"].values()), found["scheduled"], found.get("tasks"))


def wait_until_drained(control: Control) -> None:
    """Wait until all that was due has been told; raise BenchError if that takes too long."""
    _wait(control, lambda found: not found.pending and not found.scheduled)


def wait_until_told(control: Control) -> None:
    """Wait until no webhook is on its way, whatever falls due later; raise BenchError if that takes too long."""
    _wait(control, lambda found: not found.pending)


def wait_until_pending(control: Control, webhooks: int) -> None:
    """Wait until so many webhooks are written and not done with; raise BenchError if that takes too long."""
    _wait(control, lambda found: found.pending >= webhooks)


def _wait(control: Control, is_over: Callable[[Health], bool]) -> None:
    deadline = time.monotonic() + control.patience_s
    while not is_over(found := health(control)):
        if time.monotonic() > deadline:
            waited = f"after {control.patience_s:g} s"
            raise BenchError(f"{waited}, {found.pending} webhooks and {found.scheduled} steps still wait")
        time.sleep(POLL_S)
