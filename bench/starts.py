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
    while (status := post(port, PATH, BODY, HEADERS)) == 0:
        if process.poll() is not None or time.perf_counter() - begun > START_S:
            break
        time.sleep(0.002)
    return status


def _bare_start_s() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - begun
