"""Where the demo is played: runs the sample service as a program and speaks HTTP; knows no plot."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final
from urllib.parse import urlsplit

from mockserver.data import bundled
from mockserver.errors import MockServerError
from mockserver.model import Json

END_S: Final = 5.0
_ANSWER_S: Final = 10.0
_LOOK_EVERY_S: Final = 0.02
_LISTENING: Final = re.compile(r"running on (http://127\.0\.0\.1:\d+)")


class StageError(MockServerError):
    """Someone on stage does not do their part: not started, gone, or silent."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; ``body`` is ``None`` where there is no JSON."""

    status: int
    body: Json = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place that answers HTTP. ``name`` is what a reader calls it."""

    name: str
    url: str

    def call(self, method: str, path: str, body: Json = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request and return the answer; raise StageError if there is none."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_ANSWER_S)
        content = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, content, {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, _json(answer.read()))
        except (OSError, http.client.HTTPException) as error:
            raise StageError(f"{self.name} gave no answer to {method} {path}: {error!r}") from error
        finally:
            connection.close()

    def get(self, path: str) -> Json:
        """Return the body of a GET; raise StageError unless it is a 200."""
        return self.done("GET", path)

    def done(self, method: str, path: str, body: Json = None) -> Json:
        """Send one request and return the body of the answer; raise StageError unless it is a 200."""
        answer = self.call(method, path, body)
        if answer.status != http.HTTPStatus.OK:
            raise StageError(f"{self.name} answered {method} {path} with {answer.status}: {answer.body}")
        return answer.body


def _json(content: bytes) -> Json:
    try:
        return json.loads(content)
    except ValueError:
        return None


@contextmanager
def sample_service(
    environ: Mapping[str, str], log: Path, program: Path | None, *, patience_s: float, end_s: float = END_S
) -> Iterator[Site]:
    """Run the bundled sample service, or another program, on a free port for the length of a ``with`` block.

    ``environ`` is added to this process's own; the program's output goes to ``log``. Raise StageError if it
    does not say within ``patience_s`` seconds that it listens. At the end it has ``end_s`` seconds to go.
    """
    program = program or bundled("examples") / "booking" / "app.py"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603, our own example or what the caller names
            [sys.executable, str(program)],
            env={**os.environ, **environ, "PORT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Site("the booking service", _address(process, log, patience_s))
        finally:
            _end(process, end_s)


def _address(process: subprocess.Popen[bytes], log: Path, patience_s: float) -> str:
    """Return the URL the program says it listens on."""
    deadline_s = time.monotonic() + patience_s
    while time.monotonic() < deadline_s:
        found = _LISTENING.search(log.read_text(errors="replace"))
        if found:
            return found[1]
        if process.poll() is not None:
            raise StageError(f"the booking service ended with code {process.returncode} before it listened")
        time.sleep(_LOOK_EVERY_S)
    raise StageError(f"the booking service did not listen within {patience_s:g} s")


def _end(process: subprocess.Popen[bytes], end_s: float) -> None:
    process.terminate()
    try:
        process.wait(end_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the ``with`` block as an error would, so that nothing started in it is left behind.

    Only in the main thread, the one place where Python takes signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
