"""What the numbers depend on: the machine, its load, and the versions of all that took part."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

from bench.load import wrk

LIBRARIES: Final = (
    "starlette",
    "uvicorn",
    "uvloop",
    "httptools",
    "msgspec",
    "aiohttp",
    "jsonschema-rs",
    "PyJWT",
    "openapi-core",
)
VERSION: Final = re.compile(r"\d+(\.\d+)+")


def load_average() -> str:
    """Return the load of the last minute."""
    return f"{os.getloadavg()[0]:.2f}"


def conditions(load_before: str, peers: Mapping[str, str]) -> str:
    """Return the list that stands in front of all numbers; ``peers`` are their versions by name."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors.",
        f"Load average {load_before} before and {load_average()} after, the benchmark's own load included.",
        f"{platform.python_implementation()} {platform.python_version()}, {libraries}.",
        f"Load by {_said_by(wrk(), '-v').partition('[')[0].strip()}.",
    ]
    if peers:
        named = ", ".join(f"{name} {number}" for name, number in peers.items())
        lines.append(f"Peers: {named}; on node {_tool('node', '--version')} and java {_tool('java', '-version')}.")
    lines.append("Everything ran on this one machine, load generator and receiver included: read the ratios.")
    return "".join(f"- {line}\n" for line in lines)


def _tool(name: str, flag: str) -> str:
    """Return the version of a program, or that it is missing."""
    found = VERSION.search(_said_by(name, flag)) if shutil.which(name) else None
    return found[0] if found else "(none)"


def _said_by(program: str, flag: str) -> str:
    run = subprocess.run([program, flag], capture_output=True, text=True, check=False)
    return run.stdout + run.stderr
