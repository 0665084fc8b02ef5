"""Starts the programs under measurement on free ports of this machine, and ends each by its own handle."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
FOLDER: Final = Path(__file__).parent
START_S: Final = 30.0
STOP_S: Final = 10.0
IDLE_STEP_S: Final = 0.3
IDLE_S: Final = 60.0
_NO_BYTECODE: Final = "PYTHONDONTWRITEBYTECODE"


class BenchError(Exception):
    """The measurement cannot be trusted, or cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Program:
    """A running program and the port it answers on."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def serve_command() -> list[str]:
    """Return the command that starts our server."""
    return [sys.executable, "-m", "mockserver", "serve"]


def serve_environment(port: int, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that gives our server its port and settings, and none of the tester's own.

    It may keep its bytecode, as an installed server does, wherever this Python is told not to.
    """
    ours = "MESSAGES_MOCKSERVER_"
    clean = {name: value for name, value in os.environ.items() if not name.startswith((ours, _NO_BYTECODE))}
    chosen = {"PORT": str(port), "LOG_LEVEL": "error", **settings}
    return clean | {ours + name: value for name, value in chosen.items()}


@contextmanager
def our_server(settings: Mapping[str, str]) -> Iterator[Program]:
    """Run our server over http with settings such as ``{"READ": "true"}`` until the block ends."""
    port = free_port()
    environment = serve_environment(port, {"TLS": "false", **settings})
    with running("mockserver", serve_command(), port, environment) as program:
        yield program


@contextmanager
def script(name: str) -> Iterator[Program]:
    """Run a program of this folder until the block ends."""
    port = free_port()
    command = [sys.executable, str(FOLDER / f"{name}.py"), str(port)]
    with running(name, command, port) as program:
        yield program


@contextmanager
def running(
    name: str, command: list[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Run a program that is going to listen on a port until the block ends; raise BenchError if it does not."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            if not _listens(process, port):
                log.seek(0)
                raise BenchError(f"{name} did not start:\n{log.read().decode(errors='replace')}")
            yield Program(name, port, process)
        finally:
            stop(process)


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection((HOST, port), timeout=1):
                return True
        except OSError:
            time.sleep(0.02)
    return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program we started: ask, then insist."""
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until_idle(program: Program) -> None:
    """Wait until a program has worked off what a round left behind, so that it does not slow the next one."""
    deadline = time.monotonic() + IDLE_S
    spent = _cpu_ticks(program)
    while time.monotonic() < deadline:
        time.sleep(IDLE_STEP_S)
        before, spent = spent, _cpu_ticks(program)
        if spent - before <= 1:
            return
    raise BenchError(f"{program.name} is still busy {IDLE_S:g} s after a round")


def _cpu_ticks(program: Program) -> int:
    """Return the processor time used; 0 always where the system does not tell, so that one step is waited."""
    try:
        stat = Path(f"/proc/{program.process.pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return 0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return int(user) + int(system)


def resident_bytes(program: Program) -> int:
    """Return how much memory a program holds; raise BenchError where the system does not tell."""
    pages = _of_process(program, "statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def open_files(program: Program) -> int:
    """Return how many file descriptors a program has open; raise BenchError where the system does not tell."""
    return len(list(_of_process(program, "fd").iterdir()))


def _of_process(program: Program, name: str) -> Path:
    path = Path(f"/proc/{program.process.pid}") / name
    if not path.exists():
        raise BenchError(f"{path} does not exist: memory and open files are read there, so this needs Linux")
    return path


def post(port: int, path: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send one request and return the status of the answer; 0 if there was none."""
    connection = HTTPConnection(HOST, port, timeout=15)
    try:
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()
