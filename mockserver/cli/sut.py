"""The system under test as a program of its own: starts it, waits until it answers, ends it; knows no scenario."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPException
from io import FileIO
from pathlib import Path
from threading import Event, Thread
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import ProxyHandler, build_opener

from mockserver.cli.output import one_line
from mockserver.config import check_url
from mockserver.errors import MockServerError, UnreachableError, UsageError

PORT: Final = "{port}"
"""What stands for the port picked for a program, in its command line and its URLs."""
_LOOK_EVERY_S: Final = 0.05
_ANSWER_S: Final = 2.0
_END_S: Final = 5.0
_LEFT_S: Final = 1.0
"""How long what a program started may outlive it."""
_LAST_LINES: Final = 20
_WIDTH: Final = 200
_MOST_BYTES: Final = 1_000_000
"""How much of what it printed is looked at."""
_MOST_LOGGED: Final = 100_000_000
"""Bytes of a log beyond which it is cut."""
_SERVER_ERRORS: Final = 500


@dataclass(frozen=True, slots=True)
class Program:
    """How the system under test is started and reached.

    ``url`` is where it listens; ``ready_url`` (also a path at ``url``) is what answers once it is ready, without one
    its port takes connections. ``command`` is ``None`` for one that is started by somebody else; ``flag`` is where it
    was named.
    """

    command: str | None = None
    url: str | None = None
    ready_url: str | None = None
    ready_within_s: float = 30.0
    flag: str = "--command"

    def on_free_port(self) -> tuple["Program", int]:
        """Return the program with a free port of this machine in the place of ``{port}``."""
        port = _free_port()
        return self.on_port(port), port

    def on_port(self, port: int) -> "Program":
        """Return the program with a port in the place of ``{port}``."""
        command, url, ready_url = (_at_port(each, port) for each in (self.command, self.url, self.ready_url))
        return replace(self, command=command, url=url, ready_url=ready_url)

    @property
    def words(self) -> list[str]:
        """The command line, as a shell would part it; raise UsageError where it cannot."""
        try:
            return shlex.split(self.command or "")
        except ValueError as error:
            fix = "Quote it as a shell would read it."
            raise UsageError(f"the command cannot be read: {error}", where=self.flag, fix=fix) from None


def checked(program: Program) -> Program:
    """Return a program as it is; raise UsageError for a command that cannot be read, or a URL that is none."""
    if program.command is not None and not program.words:
        raise UsageError("the command is empty", where="--command", fix="Write: --command 'python app.py'.")
    ready_url = program.ready_url
    if ready_url is not None and not (ready_url.startswith("/") and program.url is not None):
        check_url("the URL that says it is ready", ready_url.replace(PORT, "1"), "--ready-url")
    return program


@dataclass(frozen=True, slots=True)
class Started:
    """A program under way; ``log`` takes what it prints."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def last_lines(self) -> list[str]:
        """Return the end of what it printed."""
        return printed(self.log).splitlines()[-_LAST_LINES:]

    @property
    def ended(self) -> int | None:
        """The code it ended with by itself, ``None`` while it runs."""
        return self.process.poll()

    def ended_within(self, patience_s: float) -> int | None:
        """Return the code it ended with by itself, ``None`` if it runs on after so long."""
        try:
            return self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            return None


def printed(log: Path) -> str:
    """Return what a program printed, of very much the end: one that goes round in circles prints gigabytes."""
    return _end_of(log).decode("utf-8", "replace")


def _end_of(log: Path) -> bytes:
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - _MOST_BYTES, 0))
        return file.read(_MOST_BYTES)


@contextmanager
def started(
    program: Program, environ: Mapping[str, str], folder: Path, log: Path, *, stopped: Callable[[], bool]
) -> Iterator[Started]:
    """Run a program for the length of a ``with`` block, which begins once it is ready.

    Raise UnreachableError if it does not start, ends, or is not ready in time. ``stopped`` says that nobody waits for
    it any more. At the end the program and what it started are told to go, and made to after some seconds.
    """
    log.write_bytes(b"")
    with log.open("ab", buffering=0) as output, _bounded(log, output):
        running = Started(_open(program, environ, folder, output.fileno()), log)
        try:
            wait_until_ready(program, running=running, stopped=stopped)
            yield running
        finally:
            _end(running.process)


@contextmanager
def _bounded(log: Path, output: FileIO) -> Iterator[None]:
    """Keep no more than the end of a log whenever it is very large: one that goes on and on fills the disk.

    What is printed in the very moment of the cut may be lost.
    """
    is_over = Event()

    def watch() -> None:
        while not is_over.wait(_LOOK_EVERY_S):
            if os.fstat(output.fileno()).st_size > _MOST_LOGGED:
                end = _end_of(log)
                output.truncate(0)
                output.write(end)

    watching = Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        is_over.set()
        watching.join()


def wait_until_ready(
    program: Program, *, stopped: Callable[[], bool] = lambda: False, running: Started | None = None
) -> None:
    """Wait until a program answers, or its port takes connections; raise UnreachableError if it does not in time."""
    place = ready_place(program)
    if place is None:
        return
    deadline_s = time.monotonic() + program.ready_within_s
    while (why := _unready(place)) is not None:
        if running is not None and running.ended is not None:
            raise _failed(f"the command ended with code {running.ended} before it was ready", running)
        if time.monotonic() > deadline_s or stopped():
            waited = f"{place} is not ready after {program.ready_within_s:g} s: {why}"
            raise _failed(waited, running)
        time.sleep(_LOOK_EVERY_S)


def ready_place(program: Program) -> str | None:
    """Return the URL that says whether a program is ready, ``host:port`` for one whose port does, or ``None``."""
    if program.ready_url is not None:
        return urljoin(program.url or "", program.ready_url)
    if program.url is None or program.command is None:
        return None
    parts = urlsplit(program.url)
    return f"{parts.hostname}:{parts.port or {'https': 443}.get(parts.scheme, 80)}"


def _failed(what: str, running: Started | None) -> MockServerError:
    said = "" if running is None else "\n".join(f"  | {one_line(each, _WIDTH)}" for each in running.last_lines())
    fix = f"It printed:\n{said}" if said else None
    return UnreachableError(what, fix=fix or "Give a longer time by --ready-within, or another URL by --ready-url.")


def _unready(place: str) -> str | None:
    """Return why a place does not answer yet, ``None`` if it does."""
    if "://" not in place:
        host, _, port = place.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=_ANSWER_S).close()
        except OSError as error:
            return error.strerror or str(error)
        return None
    try:
        build_opener(ProxyHandler({})).open(place, timeout=_ANSWER_S).close()
    except HTTPError as error:
        error.close()
        return f"it answered {error.code}" if error.code >= _SERVER_ERRORS else None
    except (OSError, HTTPException) as error:
        return str(getattr(error, "reason", error))
    return None


def _open(program: Program, environ: Mapping[str, str], folder: Path, output: int) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603 - the tester's own program
            program.words,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        what = f"{program.words[0]} cannot be started: {error.strerror}"
        raise UnreachableError(
            what, where=program.flag, fix="Name a program; a shell's words need `sh -c '...'`."
        ) from None


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a program and what it started, which share a group of its own number; also what outlives the program."""
    _signal(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_S)
    deadline_s = time.monotonic() + _LEFT_S
    while process.returncode is not None and _signal(process, 0) and time.monotonic() < deadline_s:
        time.sleep(_LOOK_EVERY_S)
    _signal(process, _LAST_SIGNAL)
    process.wait()


def _signal(process: "subprocess.Popen[bytes]", number: int) -> bool:
    """Send a signal to a program and what it started, 0 for none; return whether any of them was there."""
    if sys.platform == "win32":
        if number:
            process.terminate()
        return False
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


_LAST_SIGNAL: Final = getattr(signal, "SIGKILL", signal.SIGTERM)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _at_port(text: str | None, port: int) -> str | None:
    return None if text is None else text.replace(PORT, str(port))
