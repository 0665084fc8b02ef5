"""Drives a program with wrk and reads what it measured; any answer but the expected one ends the benchmark."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec

from bench.programs import BenchError, Program, post
from bench.request import RECIPIENT, SERIAL, Load

CONNECTIONS: Final = 32
TIMEOUT_S: Final = 30
"""A slow answer is to show as slow; wrk's own patience is two seconds."""
BROKEN: Final = ("connect", "read", "write", "timeout")

SCRIPT: Final = """
wrk.method = "POST"
wrk.body = [==[%(body)s]==]
%(headers)s
%(more)s
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\\n{"requests": %%d, "duration_us": %%d, "p50_us": %%d, "p99_us": %%d, "max_us": %%d,'
      .. ' "status": %%d, "connect": %%d, "read": %%d, "write": %%d, "timeout": %%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    e.status, e.connect, e.read, e.write, e.timeout))
end
"""

# The body is of one length, so its head is written once and two numbers are put in place.
VARY: Final = """
local number = %(first)d
local text = wrk.body
request = function()
  local body = text:gsub("%(serial)s", string.format("%%08d", number))
  body = body:gsub("%(recipient)s", string.format("%%08d", number %% 100000))
  number = number + 1
  return wrk.format(nil, nil, nil, body)
end
"""

# Each connection waits a while before each request, drawn so that they do not march in step.
PACE: Final = """
delay = function() return math.random(0, %(twice_ms)d) end
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of load measured."""

    per_s: float
    p50_ms: float
    p99_ms: float
    max_ms: float = 0.0
    requests: int = 0
    refused: int = 0
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard to drive: so many requests a second in all, or as many as there can be; ``first`` numbers the bodies."""

    per_s: float | None = None
    first: int = 0


def wrk() -> str:
    """Return the path of wrk; raise BenchError with the remedy if it is not installed."""
    found = shutil.which("wrk")
    if found is None:
        raise BenchError("wrk, the load generator, is not installed; on Debian: apt-get install wrk")
    return found


def drive(program: Program, load: Load, seconds: int, pace: Pace | None = None) -> Round:
    """Load a program for some seconds; raise BenchError on any fault, unexpected answer, or if it answered nothing."""
    check(program, load)
    measured = drive_through(program, load, seconds, pace or Pace())
    believe(program.name, load, measured)
    return measured


def believe(name: str, load: Load, measured: Round) -> None:
    """Raise BenchError unless all of a round went as expected."""
    refused = measured.requests if load.status >= HTTPStatus.BAD_REQUEST else 0
    if measured.broken or not measured.requests or measured.refused != refused:
        raise BenchError(
            f"{name}: {measured.requests} answers, of which {measured.refused} refusals, and"
            f" {measured.broken} broken; nothing here can be compared"
        )


def check(program: Program, load: Load) -> None:
    """Raise BenchError unless one request is answered as expected; wrk itself tells refusals from all others only."""
    status = post(program.port, load.path, load.sample(), load.headers)
    if status != load.status:
        raise BenchError(f"{program.name}: a request was answered {status}, not {int(load.status)}")


def drive_through(program: Program, load: Load, seconds: int, pace: Pace) -> Round:
    """Load a program for some seconds, whatever it answers."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        script.write_text(script_of(load, pace), encoding="utf-8")
        command = [
            wrk(),
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds}s",
            f"--timeout={TIMEOUT_S}s",
            "--latency",
            "-s",
            str(script),
        ]
        run = subprocess.run([*command, program.url + load.path], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise BenchError(f"wrk failed on {program.name}: {run.stderr.strip()}")
    return read_round(run.stdout.strip().rpartition("\n")[2])


def script_of(load: Load, pace: Pace) -> str:
    """Return the Lua that has wrk send a request at some pace."""
    more = VARY % {"first": pace.first, "serial": SERIAL, "recipient": RECIPIENT} if load.is_varied else ""
    if pace.per_s is not None:
        more += PACE % {"twice_ms": max(1, round(2000 * CONNECTIONS / pace.per_s))}
    return SCRIPT % {"body": load.body.decode(), "headers": _headers(load.headers), "more": more}


def _headers(headers: Mapping[str, str]) -> str:
    return "\n".join(f"wrk.headers[{name!r}] = {value!r}" for name, value in headers.items())


def read_round(line: str) -> Round:
    """Read the line that the wrk script prints."""
    found: dict[str, int] = msgspec.json.decode(line, type=dict[str, int])
    return Round(
        per_s=found["requests"] * 1e6 / found["duration_us"],
        p50_ms=found["p50_us"] / 1000,
        p99_ms=found["p99_us"] / 1000,
        max_ms=found["max_us"] / 1000,
        requests=found["requests"],
        refused=found["status"],
        broken=sum(found[each] for each in BROKEN),
    )
