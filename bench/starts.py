"""Measures the time from nothing to the first accepted send, beside an interpreter that does nothing."""

import subprocess
import sys
import tempfile
import time
from http import HTTPStatus

from bench.programs import START_S, BenchError, free_port, post, serve_command, serve_environment, stop
from bench.request import BODY, HEADERS, PATH, Effort


def measure_starts(effort: Effort) -> tuple[list[float], list[float]]:
    """Return the seconds of our starts and of the bare interpreter's, taken in turns."""
    pairs = [(_first_answer_s(), _bare_start_s()) for _ in range(effort.starts)]
    return [ours for ours, _ in pairs], [bare for _, bare in pairs]


def _first_answer_s() -> float:
    """Start the server as a user would, https included, and time its first 202."""
    port = free_port()
    environment = serve_environment(port, {"TLS_PORT": str(free_port())})
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        process = subprocess.Popen(
            serve_command(), cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            return _answer_s(process, port, begun)
        finally:
            stop(process)


def _answer_s(process: subprocess.Popen[bytes], port: int, begun: float) -> float:
    while (status := post(port, PATH, BODY, HEADERS)) == 0:
        if process.poll() is not None or time.perf_counter() - begun > START_S:
            raise BenchError("the server did not start")
        time.sleep(0.002)
    if status != HTTPStatus.ACCEPTED:
        raise BenchError(f"the first send was answered {status}, not 202")
    return time.perf_counter() - begun


def _bare_start_s() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - begun
