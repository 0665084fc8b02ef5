"""Measures the server beside baselines and peers on the same machine in the same minutes, and holds it to its goals.

``python -m bench.run`` writes bench/RESULTS.md; ``--quick`` measures a little of everything but the peers and writes
nothing; ``--only sends,starts`` measures some parts, and writes nothing either. The exit code is 1 if a full run misses
a goal, and 2 if something could not be measured as it should be.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from bench.conditions import conditions, load_average
from bench.days import measure_day
from bench.lives import measure_lives
from bench.load import wrk
from bench.pending import measure_pending
from bench.programs import BenchError
from bench.report import Measured, goals_of, goals_section, sections_of
from bench.request import Effort
from bench.results import write_report
from bench.sends import measure_sends
from bench.starts import measure_starts
from bench.storage import measure_storage

FULL: Final = Effort(
    rounds=7,
    seconds=2,
    warm_s=5,
    lives_s=1,
    stored=1_000_000,
    asked=300,
    waiting=10_000,
    starts=5,
    retried=1000,
    peers=True,
)
QUICK: Final = Effort(
    rounds=1,
    seconds=1,
    warm_s=0,
    lives_s=1,
    stored=2000,
    asked=20,
    waiting=500,
    starts=1,
    retried=20,
    peers=False,
)
PARTS: Final[Mapping[str, Callable[[Effort], Any]]] = {
    "starts": measure_starts,
    "sends": measure_sends,
    "lives": measure_lives,
    "pending": measure_pending,
    "day": measure_day,
    "stored": measure_storage,
}
"""What each part is called in ``Measured`` and on the command line, in the order they are measured."""


def measure(effort: Effort, parts: tuple[str, ...]) -> Measured:
    """Measure some parts, one after the other."""
    found = {}
    for name in parts:
        print(f"bench: {name} ...", file=sys.stderr, flush=True)
        found[name] = PARTS[name](effort)
    return Measured(**found)


def report_of(found: Measured, effort: Effort, load_before: str) -> str:
    """Return the whole report."""
    versions = found.sends.versions if found.sends is not None else {}
    sections = (
        "# Benchmark\n\nWritten by `make bench`; see [docs/performance.md](../docs/performance.md).\n",
        conditions(load_before, versions),
        goals_section(goals_of(found)),
        *sections_of(found, effort),
    )
    return "\n".join(sections)


def main(arguments: list[str]) -> int:
    """Measure, print, and write the results of a full run; return the exit code."""
    flags = _read_flags(arguments)
    effort = QUICK if flags.quick else FULL
    if flags.stored is not None:
        effort = replace(effort, stored=flags.stored)
    load_before = load_average()
    try:
        wrk()
        found = measure(effort, flags.only)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    report = report_of(found, effort, load_before)
    print(report)
    if flags.quick or flags.only != tuple(PARTS):
        return 0
    write_report(report)
    return 1 if any(goal.is_missed for goal in goals_of(found)) else 0


def _read_flags(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measure the server; see docs/performance.md.")
    parser.add_argument("--quick", action="store_true", help="a little of everything but the peers; write nothing")
    parser.add_argument("--only", type=_parts, default=tuple(PARTS), metavar="PARTS", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--stored", type=int, metavar="N", help="messages to store, a million unless told otherwise")
    return parser.parse_args(arguments)


def _parts(text: str) -> tuple[str, ...]:
    """Read names with commas between; any other word is a mistake that argparse reports."""
    parts = tuple(text.split(","))
    if unknown := [each for each in parts if each not in PARTS]:
        raise argparse.ArgumentTypeError(f"there is no part {unknown[0]}; there are {', '.join(PARTS)}")
    return parts


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
