"""Drives a program with wrk and reads what it measured; any answer but a success ends the benchmark."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from bench.programs import BenchError, Program

CONNECTIONS: Final = 32
FAULTS: Final = ("status", "connect", "read", "write", "timeout")

SCRIPT: Final = """
wrk.method = "POST"
wrk.body = [==[%(body)s]==]
%(headers)s
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\\n{"requests": %%d, "duration_us": %%d, "p50_us": %%d, "p99_us": %%d,'
      .. ' "status": %%d, "connect": %%d, "read": %%d, "write": %%d, "timeout": %%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.status, e.connect, e.read, e.write, e.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of load measured."""

    per_s: float
    p50_ms: float
    p99_ms: float


def wrk() -> str:
    """Return the path of wrk; raise BenchError with the remedy if it is not installed."""
    found = shutil.which("wrk")
    if found is None:
        raise BenchError("wrk, the load generator, is not installed; on Debian: apt-get install wrk")
    return found


def drive(program: Program, path: str, body: bytes, headers: Mapping[str, str], seconds: int) -> Round:
    """Load a program for some seconds; raise BenchError on any fault or if it answered nothing."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        script.write_text(_script(body, headers), encoding="utf-8")
        command = [wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script)]
        run = subprocess.run([*command, program.url + path], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise BenchError(f"wrk failed on {program.name}: {run.stderr.strip()}")
    return read_round(program.name, run.stdout.strip().rpartition("\n")[2])


def _script(body: bytes, headers: Mapping[str, str]) -> str:
    lines = "\n".join(f"wrk.headers[{name!r}] = {value!r}" for name, value in headers.items())
    return SCRIPT % {"body": body.decode(), "headers": lines}


def read_round(name: str, line: str) -> Round:
    """Read the line that the wrk script prints; raise BenchError if it tells of faults or of no answer."""
    found: dict[str, int] = msgspec.json.decode(line, type=dict[str, int])
    faults = {fault: found[fault] for fault in FAULTS if found[fault]}
    if faults or not found["requests"]:
        raise BenchError(f"{name}: {found['requests']} answers, faults {faults}; nothing here can be compared")
    return Round(
        per_s=found["requests"] * 1e6 / found["duration_us"],
        p50_ms=found["p50_us"] / 1000,
        p99_ms=found["p99_us"] / 1000,
    )
