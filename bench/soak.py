"""Drives the server for minutes at half of what it can take, with faults on, and looks for what is lost or leaks.

``python -m bench.soak --minutes 10`` writes a section of bench/RESULTS.md. The exit code is 1 if a goal is missed, and
2 if webhooks were lost or doubled, or something could not be measured as it should be.
"""

import argparse
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

from bench.conditions import load_average
from bench.control import Control, health, wait_until_drained
from bench.figures import Bound, Goal, table
from bench.lives import STATUSES, check_counts, take_lives, whole_lives
from bench.load import CONNECTIONS, Pace, Round, drive_through, wrk
from bench.programs import BenchError, Program, open_files, our_server, resident_bytes, script
from bench.request import ACCOUNT, SECRET, VARIED_READ
from bench.results import write_soak

SHARE: Final = 0.5
LEG_S: Final = 10
SAMPLE_S: Final = 1.0
CALIBRATION_S: Final = 3
ROWS: Final = 12
MEGA: Final = 1_000_000
GROWTH: Final = 1.05
"""Memory may be this much higher in the last quarter than in the first one after so many messages are kept."""
SPARE: Final = 10
"""Connections kept open and timers move about by a few."""
REST_S: Final = 3.0
"""After so long at rest no connection is kept open for another webhook."""
SETTINGS: Final = {
    "READ": "true",
    "SUBMITTED_AFTER_S": "0.05",
    "DELIVERED_AFTER_S": "0.1",
    "READ_AFTER_S": "0.15",
    "RETRY_DELAYS_S": "0.2,0.5",
    "RETRY_EVERY_S": "1",
}
FAULTS: Final = (
    {"on": "answers", "do": "status", "status": 503, "probability": 0.02},
    {"on": "answers", "do": "reset", "probability": 0.002},
    {"on": "answers", "do": "latency", "delay": "20ms", "probability": 0.02},
    {"on": "webhooks", "do": "delay", "delay": "300ms", "probability": 0.02},
    {"on": "webhooks", "do": "reorder", "within": "1s", "probability": 0.02},
    {"on": "webhooks", "do": "wrong_signature", "tries": 1, "probability": 0.02},
)
"""All that loses no webhook and doubles none; the receiver refuses some on top, so that they are tried again."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How the server was at one moment."""

    at_s: float
    sent: int
    resident_bytes: int
    open_files: int
    tasks: int | None
    pending: int


@dataclass(slots=True)
class Soak:
    """What a soak measured."""

    keep: int
    top_per_s: float
    before: Sample | None = None
    after: Sample | None = None
    samples: list[Sample] = field(default_factory=list)
    legs: list[Round] = field(default_factory=list)
    counted: Any = None

    @property
    def sent(self) -> int:
        """How many sends were accepted so far."""
        return sum(each.requests - each.refused for each in self.legs)


def soak(minutes: float, keep: int) -> Soak:
    """Drive the server for so long; raise BenchError if a webhook is lost or doubled."""
    with script("receiver") as receiver:
        found = Soak(keep, _top_per_s(receiver))
        settings = SETTINGS | {"KEEP": str(keep), "STATUS_URL": receiver.url + "/flaky"}
        with our_server(settings) as server, Control(server) as control:
            control.call("PUT", f"/_mock/accounts/{ACCOUNT}", {"secrets": [SECRET]})
            for fault in FAULTS:
                control.call("POST", "/_mock/faults", fault, account=ACCOUNT)
            _drive_leg(found, server, 1)
            _come_to_rest(control)
            found.before = _sample(found, server, control, 0.0)
            with _sampling(found, server):
                until_s = time.monotonic() + minutes * 60
                while (left_s := until_s - time.monotonic()) > 0:
                    _drive_leg(found, server, max(1, min(LEG_S, round(left_s))))
            _come_to_rest(control)
            found.after = _sample(found, server, control, minutes * 60)
        with Control(receiver) as counter:
            found.counted = counter.call("GET", "/", statuses=",".join(STATUSES))
    broken = sum(each.broken for each in found.legs)
    check_counts(found.counted, range(found.sent, found.sent + broken + len(found.legs) * CONNECTIONS + 1), STATUSES)
    return found


def _top_per_s(receiver: Program) -> float:
    """Return how many whole lives a second the server can do without faults."""
    with whole_lives(receiver) as server:
        top = take_lives(server, receiver, CALIBRATION_S).per_s
    with Control(receiver) as counter:
        counter.call("DELETE", "/")
    return top


def _come_to_rest(control: Control) -> None:
    wait_until_drained(control)
    time.sleep(REST_S)


def _drive_leg(found: Soak, server: Program, seconds: int) -> None:
    numbered = sum(each.requests + each.broken + CONNECTIONS for each in found.legs)
    found.legs.append(drive_through(server, VARIED_READ, seconds, Pace(found.top_per_s * SHARE, numbered)))


def _sample(found: Soak, server: Program, control: Control, at_s: float) -> Sample:
    told = health(control)
    return Sample(at_s, found.sent, resident_bytes(server), open_files(server), told.tasks, told.pending)


@contextmanager
def _sampling(found: Soak, server: Program) -> Iterator[None]:
    """Look at the server every second until the block ends."""
    ended = threading.Event()
    errors: list[BenchError] = []
    begun_s = time.monotonic()

    def look() -> None:
        try:
            with Control(server) as control:
                while not ended.wait(SAMPLE_S):
                    found.samples.append(_sample(found, server, control, time.monotonic() - begun_s))
        except BenchError as error:
            errors.append(error)

    thread = threading.Thread(target=look, name="samples")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    if errors:
        raise errors[0]


def goals_of(found: Soak) -> list[Goal]:
    """Return the goals of a soak; that no webhook was lost or doubled was checked before."""
    before, after = found.before, found.after
    if before is None or after is None:
        return []
    full = [each.resident_bytes for each in found.samples if each.sent >= 2 * found.keep]
    growth = _growth(full)
    note = "" if growth is not None else f"too short to send {2 * found.keep:,} messages"
    tasks = None if before.tasks is None or after.tasks is None else after.tasks - before.tasks
    untold = "" if tasks is not None else "the server does not tell how many it has"
    return [
        Goal("webhooks lost or doubled", Bound.AT_MOST, 0, found.counted["doubled"]),
        Goal("memory, last quarter against the first with all kept", Bound.AT_MOST, GROWTH, growth, note),
        Goal("file descriptors more than before", Bound.AT_MOST, SPARE, after.open_files - before.open_files),
        Goal("tasks more than before", Bound.AT_MOST, SPARE, tasks, untold),
    ]


def _growth(resident: Sequence[int]) -> float | None:
    """Return the ratio of the last quarter of the samples to the first; nothing if there are too few."""
    quarter = len(resident) // 4
    return median(resident[-quarter:]) / median(resident[:quarter]) if quarter else None


def section_of(found: Soak, minutes: float, load_before: str) -> str:
    """Return the section of the results."""
    refused = sum(each.refused for each in found.legs)
    broken = sum(each.broken for each in found.legs)
    p99 = median(each.p99_ms for each in found.legs)
    goals = "\n".join(goal.text() for goal in goals_of(found))
    messages, webhooks = found.counted["messages"], sum(found.counted["statuses"].values())
    step = max(1, len(found.samples) // ROWS)
    rows = [_row(each) for each in (*found.samples[::step], found.after) if each is not None]
    return (
        "## Soak\n\n"
        f"Written by `make soak`: {minutes:g} minutes at half the top rate, which was {found.top_per_s:,.0f} whole"
        f" lives a second without faults; at most {found.keep:,} messages kept."
        " Some answers are refused, late or reset, some webhooks late, out of order or badly signed, and the receiver"
        " refuses one in fifty.\n\n"
        f"- {datetime.now(UTC):%Y-%m-%d}; load average {load_before} before and {load_average()} after.\n"
        f"- {messages:,} messages, each told of by {len(STATUSES)} webhooks that were acknowledged once: {webhooks:,}"
        f" in all, and {found.counted['refused']:,} more that the receiver refused first.\n"
        f"- {refused:,} sends refused and {broken:,} connections broken on purpose; p99 of a send {p99:.1f} ms.\n\n"
        f"| Goal | Limit | Measured | |\n| --- | --- | --- | --- |\n{goals}\n\n"
        + table(["minute", "accepted", "memory, MB", "file descriptors", "tasks", "webhooks on their way"], rows)
        + "\nThe last row is of the end, once all webhooks had come.\n"
    )


def _row(sample: Sample) -> list[str]:
    return [
        f"{sample.at_s / 60:.1f}",
        f"{sample.sent:,}",
        f"{sample.resident_bytes / MEGA:,.0f}",
        str(sample.open_files),
        "" if sample.tasks is None else str(sample.tasks),
        f"{sample.pending:,}",
    ]


def main(arguments: list[str]) -> int:
    """Soak the server, print what came of it and write it down; return the exit code."""
    parser = argparse.ArgumentParser(prog="soak", description="Look for what leaks; see docs/performance.md.")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long; 10 without it")
    parser.add_argument("--keep", type=int, default=50_000, help="messages kept; 50000 without it")
    parser.add_argument("--dry", action="store_true", help="print what was measured, and write nothing")
    flags = parser.parse_args(arguments)
    load_before = load_average()
    try:
        wrk()
        found = soak(flags.minutes, flags.keep)
    except BenchError as error:
        print(f"soak: {error}", file=sys.stderr)
        return 2
    section = section_of(found, flags.minutes, load_before)
    print(section)
    if not flags.dry:
        write_soak(section)
    return 1 if any(goal.is_missed for goal in goals_of(found)) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
