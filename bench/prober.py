"""Asks a program over and over whether it lives, and keeps the longest time an answer took: a pause shows there."""

import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from typing import Final, Self

from bench.programs import HOST, BenchError, Program

PATH: Final = "/_mock/livez"
STEP_S: Final = 0.002


@dataclass(frozen=True, slots=True)
class Pauses:
    """The longest answer, and for comparison how late this prober itself was woken at worst, both in ms."""

    longest_ms: float
    own_ms: float
    probes: int


class Prober:
    """A thread that asks every few milliseconds while the block lasts."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prober")
        self._found = Pauses(0.0, 0.0, 0)
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def pauses(self) -> Pauses:
        """Return what was found, once the block has ended; raise BenchError if an answer failed to come."""
        if self._error is not None:
            raise BenchError(f"{self._program.name} left a probe without an answer: {self._error}")
        return self._found

    def _run(self) -> None:
        connection = HTTPConnection(HOST, self._program.port, timeout=30)
        longest_s, own_s, probes = 0.0, 0.0, 0
        try:
            while not self._ended.is_set():
                begun = time.perf_counter()
                connection.request("GET", PATH)
                connection.getresponse().read()
                answered = time.perf_counter()
                time.sleep(STEP_S)
                longest_s = max(longest_s, answered - begun)
                own_s = max(own_s, time.perf_counter() - answered - STEP_S)
                probes += 1
        except (OSError, HTTPException) as error:
            self._error = error
        finally:
            connection.close()
            self._found = Pauses(longest_s * 1000, own_s * 1000, probes)
