"""Fills our server with messages and their webhooks; measures memory, pauses, and how quickly it answers questions."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Final

from bench.control import Control, wait_until_drained
from bench.figures import percentile
from bench.lives import AT_ONCE, check_counts
from bench.load import CONNECTIONS, Pace, check, drive, drive_through
from bench.prober import Pauses, Prober
from bench.programs import BenchError, Program, our_server, post, resident_bytes, script, wait_until_idle
from bench.request import ACCOUNT, RECIPIENT, SERIAL, VARIED, Effort

STATUSES: Final = ("submitted", "delivered")
LEG_S: Final = 3
"""Sends outrun webhooks, so they stop every few seconds until all have come."""
MEANWHILE_PER_S: Final = 1000
"""Sends a second that go on while questions are asked."""
ASKING_S: Final = 20.0
RECIPIENTS: Final = 100_000
WAIT_S: Final = "10s"


@dataclass(frozen=True, slots=True)
class Answers:
    """How often one kind of question was asked, and how long the answers took, in ms."""

    asked: int
    p50_ms: float
    p99_ms: float
    longest_ms: float


@dataclass(frozen=True, slots=True)
class Stored:
    """What so many messages cost, and how questions were answered beside them."""

    messages: int
    seconds: float
    before_bytes: int
    after_bytes: int
    pauses: Pauses
    answers: dict[str, Answers]

    @property
    def bytes_each(self) -> float:
        """How much memory a message takes with all that belongs to it."""
        return (self.after_bytes - self.before_bytes) / self.messages


def measure_storage(effort: Effort) -> Stored:
    """Fill a server and ask it; every webhook of each message must have come by then."""
    with (
        script("receiver") as receiver,
        our_server(AT_ONCE | {"KEEP": "0", "STATUS_URL": receiver.url + "/status"}) as server,
        Control(server) as control,
    ):
        _warm(server, control)
        before_bytes = resident_bytes(server)
        begun_s = time.monotonic()
        with Prober(server) as prober:
            sent = _fill(server, control, effort.stored)
        seconds = time.monotonic() - begun_s
        with Control(receiver) as counter:
            counted = counter.call("GET", "/", statuses=",".join(STATUSES))
        check_counts(counted, sent, STATUSES)
        wait_until_idle(server)  # what was told of last is still being packed
        after_bytes = resident_bytes(server)
        answers = _ask_all(server, counted["messages"], effort.asked)
        return Stored(counted["messages"], seconds, before_bytes, after_bytes, prober.pauses(), answers)


def _warm(server: Program, control: Control) -> None:
    """Have everything loaded that one message needs, so that no message is charged for it."""
    check(server, VARIED)
    wait_until_drained(control)


def _fill(server: Program, control: Control, wanted: int) -> range:
    """Send until so many messages are stored and told of; return how many may have been accepted."""
    sent, legs = 1, 0  # one was sent to warm up
    while sent < wanted:
        sent += drive(server, VARIED, LEG_S if wanted - sent > RECIPIENTS else 1, Pace(first=sent)).requests + 1
        legs += 1
        wait_until_drained(control)
    return range(sent, sent + legs * CONNECTIONS + 1)


def _ask_all(server: Program, stored: int, asked: int) -> dict[str, Answers]:
    """Ask each kind of question so many times, one after the other, while sends go on."""
    numbers = count()
    with Control(server) as control, _sends_going_on(server, stored):

        def list_newest() -> None:
            control.call("GET", "/_mock/messages", account=ACCOUNT, limit="50")

        def search() -> None:
            recipient = next(numbers) * 7919 % min(stored, RECIPIENTS)
            query = f"to:4477{recipient:08d}"
            if not control.call("GET", "/_mock/messages", account=ACCOUNT, q=query, limit="50")["messages"]:
                raise BenchError(f"no message was found by {query}")

        def wait() -> None:
            reference = f"wait-{next(numbers):04d}"
            control.begin("GET", "/_mock/wait", account=ACCOUNT, q=f"ref:{reference}", within=WAIT_S)
            _send_one(server, reference)
            if not control.end()["matched"]:
                raise BenchError(f"the wait for {reference} found nothing")

        questions: dict[str, Callable[[], None]] = {
            "list the newest 50": list_newest,
            "search by recipient": search,
            "wait for a message that is sent then": wait,
        }
        return {name: _times(question, asked) for name, question in questions.items()}


def _times(question: Callable[[], None], asked: int) -> Answers:
    """Ask so many times, or for so long, which is enough to tell slow answers; the sends pile up meanwhile."""
    found: list[float] = []
    until_s = time.monotonic() + ASKING_S
    while len(found) < asked and time.monotonic() < until_s:
        begun = time.perf_counter()
        question()
        found.append((time.perf_counter() - begun) * 1000)
    return Answers(len(found), percentile(found, 50), percentile(found, 99), max(found))


def _send_one(server: Program, reference: str) -> None:
    body = VARIED.body.replace(f"ref-{SERIAL}".encode(), reference.encode())
    body = body.replace(SERIAL.encode(), b"00000000").replace(RECIPIENT.encode(), b"99999999")
    status = post(server.port, VARIED.path, body, VARIED.headers)
    if status != VARIED.status:
        raise BenchError(f"a send was answered {status}, not {int(VARIED.status)}")


@contextmanager
def _sends_going_on(server: Program, stored: int) -> Iterator[None]:
    """Send at a steady pace, a second at a time, until the block ends."""
    ended = threading.Event()
    broken: list[str] = []

    def send() -> None:
        first = stored
        while not ended.is_set():
            measured = drive_through(server, VARIED, 1, Pace(MEANWHILE_PER_S, first))
            first += measured.requests
            if measured.refused or measured.broken:
                broken.append(f"sends that went on meanwhile: {measured}")

    thread = threading.Thread(target=send, name="sends")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    if broken:
        raise BenchError(broken[0])
