"""The verbs of the benchmark: what they refuse, and that a quick run measures and writes nothing."""

import shutil
import subprocess
import sys

import pytest

from bench.results import RESULTS
from bench.run import main

NEEDS_WRK = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk, the load generator, is not installed")


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "starts,sleeps"])

    assert "there is no part sleeps" in capsys.readouterr().err


def test_without_wrk_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")

    assert main(["--quick"]) == 2
    assert "apt-get install wrk" in capsys.readouterr().err


@NEEDS_WRK
@pytest.mark.slow
def test_a_quick_run_measures_and_writes_nothing() -> None:
    before = RESULTS.read_bytes()

    run = subprocess.run(
        [sys.executable, "-m", "bench.run", "--quick", "--only", "lives,pending"],
        cwd=RESULTS.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert "| whole lives against bare sends | >= 0.35 |" in run.stdout
    assert "webhook came, and came once." in run.stdout
    assert "500 webhooks to a receiver that refuses connections" in run.stdout
    assert before == RESULTS.read_bytes()
