"""Measures what starting costs: the server to its first accepted send, the import, and the plugin in an empty run."""

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from bench.programs import START_S, BenchError, free_port, post, serve_command, serve_environment, stop
from bench.request import V0_1, Effort

DISTRIBUTION: Final = "messages-mockserver"
EMPTY_TEST: Final = "def test_nothing() -> None:\n    pass\n"


@dataclass(slots=True)
class Starts:
    """Seconds of each start, taken in turns, so that they can be subtracted; and the name of the plugin, if any."""

    plugin: str | None
    first_answer: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    imported: list[float] = field(default_factory=list)
    with_plugin: list[float] = field(default_factory=list)
    without_plugin: list[float] = field(default_factory=list)


def measure_starts(effort: Effort) -> Starts:
    """Return the seconds of all kinds of starts."""
    found = Starts(plugin_name())
    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder) / "test_empty.py"
        test.write_text(EMPTY_TEST, encoding="utf-8")
        _first_answer_s()  # once ahead of all, so that no turn pays for compiling
        for _ in range(effort.starts):
            found.first_answer.append(_first_answer_s())
            found.bare.append(_python_s("-c", "pass"))
            found.imported.append(_python_s("-c", "import mockserver"))
            if found.plugin is not None:
                found.without_plugin.append(_pytest_s(test, "-p", f"no:{found.plugin}"))
                found.with_plugin.append(_pytest_s(test))
    return found


def plugin_name() -> str | None:
    """Return the name of our pytest plugin; nothing if it is not installed, or pytest is not."""
    if find_spec("pytest") is None:
        return None
    ours = (each for each in entry_points(group="pytest11") if each.dist and each.dist.name == DISTRIBUTION)
    return next((each.name for each in ours), None)


def _first_answer_s() -> float:
    """Start the server as a user would, https included, and time its first 202."""
    port = free_port()
    environment = serve_environment(port, {"TLS_PORT": str(free_port())})
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        begun = time.perf_counter()
        process = subprocess.Popen(serve_command(), cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            status = _first_status(process, port, begun)
            taken_s = time.perf_counter() - begun
        finally:
            stop(process)
        if status != HTTPStatus.ACCEPTED:
            log.seek(0)
            raise BenchError(f"the first send was answered {status}, not 202:\n{log.read().decode()}")
        return taken_s


def _first_status(process: subprocess.Popen[bytes], port: int, begun: float) -> int:
    """Ask until the server answers; return 0 if it ended instead, or took too long."""
    while (status := post(port, V0_1.path, V0_1.body, V0_1.headers)) == 0:
        if process.poll() is not None or time.perf_counter() - begun > START_S:
            break
        time.sleep(0.002)
    return status


def _python_s(*arguments: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True)
    return time.perf_counter() - begun


def _pytest_s(test: Path, *flags: str) -> float:
    begun = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *flags, str(test)]
    subprocess.run(command, cwd=test.parent, check=True, capture_output=True)
    return time.perf_counter() - begun
