"""Measures the server beside a bare echo on the same machine in the same minutes, and holds it to its goals.

``python -m bench.run`` writes bench/RESULTS.md; ``--quick`` measures less and writes nothing.
The exit code is 1 if a goal is missed.
"""

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.days import Day, measure_day
from bench.figures import Goal, paired, raw, spread
from bench.load import CONNECTIONS, Round, wrk
from bench.programs import BenchError
from bench.request import BODY, Effort
from bench.sends import measure_sends
from bench.starts import measure_starts
from bench.webhooks import Flow, measure_webhooks

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
FULL: Final = Effort(rounds=7, seconds=3, starts=5, messages=4000, retried=1000)
QUICK: Final = Effort(rounds=3, seconds=1, starts=3, messages=500, retried=100)
LIBRARIES: Final = (
    "starlette",
    "uvicorn",
    "uvloop",
    "httptools",
    "msgspec",
    "aiohttp",
    "jsonschema-rs",
    "PyJWT",
)


def conditions(load_before: str) -> str:
    """Return what the numbers depend on: machine, load, versions."""
    generator = subprocess.run([wrk(), "-v"], capture_output=True, text=True, check=False).stdout.partition("[")[0]
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"- {datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()},"
        f" {os.cpu_count()} processors.\n"
        f"- Load average {load_before} before and {load_average()} after.\n"
        f"- {platform.python_implementation()} {platform.python_version()}, {libraries}.\n"
        f"- Load by {generator.strip()}.\n"
        "- Everything ran on this one machine, load generator and receiver included: read the ratios.\n"
    )


def load_average() -> str:
    """Return the load of the last minute."""
    return f"{os.getloadavg()[0]:.2f}"


def sends_section(ours: Sequence[Round], theirs: Sequence[Round], effort: Effort) -> str:
    """Return the section on the send path."""
    ratios = paired(*([each.per_s for each in rounds] for rounds in (ours, theirs)))
    rows = "".join(_send_row(name, rounds) for name, rounds in (("mockserver", ours), ("bare echo", theirs)))
    return (
        "## Sends\n\n"
        f"One SMS of {len(BODY)} bytes over {CONNECTIONS} connections,"
        f" {effort.rounds} rounds of {effort.seconds} s, the order alternating."
        " The server authenticates, validates, stores, journals and plans each message's statuses;"
        " the echo decodes JSON and encodes it again.\n\n"
        "| | per s, median [range] | p50 ms | p99 ms | per s, each round |\n| --- | --- | --- | --- | --- |\n"
        f"{rows}\n"
        f"Ratio of each round: **{spread(ratios).text(2)}** ({raw(ratios, 2)}).\n"
    )


def _send_row(name: str, rounds: Sequence[Round]) -> str:
    per_s = [each.per_s for each in rounds]
    p50 = spread([each.p50_ms for each in rounds]).median
    p99 = spread([each.p99_ms for each in rounds]).median
    return f"| {name} | {spread(per_s).text(0)} | {p50:.2f} | {p99:.2f} | {raw(per_s, 0)} |\n"


def starts_section(ours: Sequence[float], bare: Sequence[float]) -> str:
    """Return the section on the cold start."""
    return (
        "## Cold start\n\n"
        "From starting the process, https included, to the first 202; beside it `python -c pass`.\n\n"
        "| | s, median [range] | s, each |\n| --- | --- | --- |\n"
        f"| mockserver | {spread(ours).text(3)} | {raw(ours, 3)} |\n"
        f"| bare interpreter | {spread(bare).text(3)} | {raw(bare, 3)} |\n"
    )


def webhooks_section(flow: Flow, effort: Effort) -> str:
    """Return the section on webhooks."""
    return (
        "## Webhooks\n\n"
        f"{effort.messages} messages, two signed webhooks each, due at once; counted by the receiver.\n\n"
        f"- Webhooks received: {flow.hooks_per_s:,.0f} per s.\n"
        f"- Messages from first send to last webhook: {flow.lives_per_s:,.0f} per s.\n"
    )


def day_section(day: Day) -> str:
    """Return the section on a day of retries."""
    return (
        "## A day of retries\n\n"
        f"{day.messages} messages whose receiver refuses everything, on a manual clock advanced by 24 h at once.\n\n"
        f"- {day.tries:,} signed tries in {day.seconds:.1f} s.\n"
    )


def goals_section(goals: Sequence[Goal]) -> str:
    """Return the table of goals."""
    rows = "\n".join(goal.text() for goal in goals)
    return f"## Goals\n\n| Goal | Limit | Measured | |\n| --- | --- | --- | --- |\n{rows}\n"


def measure(effort: Effort) -> tuple[str, tuple[Goal, ...]]:
    """Measure everything; return the report and the goals."""
    wrk()
    load_before = load_average()
    starts, bare = measure_starts(effort)
    ours, theirs = measure_sends(effort)
    flow = measure_webhooks(effort)
    day = measure_day(effort)
    ratio = spread(paired([each.per_s for each in ours], [each.per_s for each in theirs])).median
    goals = (
        Goal("Sends, as a part of a bare echo's", 0.5, ratio),
        Goal("Cold start to the first 202, s", 1.0, spread(starts).median, under=True),
    )
    sections = (
        "# Benchmark\n\nWritten by `make bench`.\n",
        conditions(load_before),
        goals_section(goals),
        sends_section(ours, theirs, effort),
        starts_section(starts, bare),
        webhooks_section(flow, effort),
        day_section(day),
    )
    return "\n".join(sections), goals


def main(arguments: list[str]) -> int:
    """Measure, print, and write the results unless told to be quick; return the exit code."""
    quick = "--quick" in arguments
    try:
        report, goals = measure(QUICK if quick else FULL)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(report)
    if not quick:
        RESULTS.write_text(report, encoding="utf-8")
    return 0 if all(goal.is_met for goal in goals) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
