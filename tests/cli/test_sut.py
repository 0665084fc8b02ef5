"""A program under test is started, watched and ended with all that it started."""

import os
import shlex
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from mockserver.cli.sut import Program, printed, started
from tests.cli.conftest import PATIENCE_S, measured

STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork():
    sys.exit(0)
print(os.getpid(), flush=True)
time.sleep(600)
"""


def environment() -> dict[str, str]:
    """Return what a program under test is started with."""
    return {"PATH": os.environ["PATH"], **measured()}


@pytest.mark.skipif(sys.platform == "win32", reason="there are no groups of processes there")
def test_what_a_program_started_is_ended_though_it_outlives_it_and_heeds_no_sigterm(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = shlex.join((sys.executable, "-c", STUBBORN))
    with started(Program(command), environment(), tmp_path, log, stopped=lambda: False) as running:
        code = running.ended_within(PATIENCE_S)
        is_printed = comes(lambda: printed(log).endswith("\n"))

    assert (0, True) == (code, is_printed)
    assert comes(lambda: is_gone(int(printed(log))))


def comes(is_so: Callable[[], bool]) -> bool:
    """Return whether something comes true in time."""
    until_s = time.monotonic() + PATIENCE_S
    while not is_so() and time.monotonic() < until_s:
        time.sleep(0.01)
    return is_so()


def is_gone(process: int) -> bool:
    """Return whether a process has ended; one that nobody has fetched yet has."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return True
    return state == "Z"


def test_program_that_prints_without_end_does_not_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.cli.sut._MOST_LOGGED", 1_000_000)
    log = tmp_path / "log"
    command = shlex.join((sys.executable, "-c", "while True: print('y' * 999)"))
    sizes = [0]

    def is_cut_twice() -> bool:
        sizes.append(log.stat().st_size)
        return sum(after < before for before, after in pairwise(sizes)) >= 2

    with started(Program(command), environment(), tmp_path, log, stopped=lambda: False) as running:
        is_cut = comes(is_cut_twice)
        code = running.ended

    assert (True, None) == (is_cut, code)
    assert {"y", "\n"} == set(printed(log))


def test_last_words_are_kept_of_a_program_that_printed_very_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.cli.sut._MOST_LOGGED", 2_000_000)
    talk = "import time; print('y\\n' * 2_000_000, end='', flush=True); time.sleep(1); print('the reason')"
    command = shlex.join((sys.executable, "-c", talk))
    log = tmp_path / "log"
    with started(Program(command), environment(), tmp_path, log, stopped=lambda: False) as running:
        running.ended_within(PATIENCE_S)
        is_cut = comes(lambda: log.stat().st_size <= 2_000_000)

    assert (True, ["y", "the reason"]) == (is_cut, running.last_lines()[-2:])


def test_log_of_a_program_started_again_is_its_own(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for word in ("first", "second"):
        command = shlex.join((sys.executable, "-c", f"print({word!r})"))
        with started(Program(command), environment(), tmp_path, log, stopped=lambda: False) as running:
            running.ended_within(PATIENCE_S)

    assert "second\n" == printed(log)


def test_of_what_was_printed_the_end_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"y\n" * 2_000_000 + b"\xffend\n")

    text = printed(log)

    assert text.endswith("y\n\ufffdend\n")
    assert 1_000_000 == len(text)
