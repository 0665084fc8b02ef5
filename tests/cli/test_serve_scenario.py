"""``mockserver serve --scenario FILE --watch``: a real process that plays files and loads them anew as they change."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mockserver.model import Json
from tests.cli.conftest import PATIENCE_S, Cli, measured

BUSY = """
scenario: story
rules:
  - id: busy
    respond: {problem: throttled}
"""
LOW = BUSY.replace("throttled", "low_balance")
BROKEN = BUSY.replace("throttled", "throtled")
SMS = {
    "from": {"type": "sms", "number": "ACME"},
    "to": {"type": "sms", "number": "447700900123"},
    "message": {"content": {"type": "text", "text": "Hello"}},
}


class Served:
    """A server of its own in a process, and what it prints."""

    def __init__(self, running: subprocess.Popen[str], folder: Path) -> None:
        self._running = running
        self.lines = self.until("Try ")
        self.url = json.loads((folder / "ready.json").read_text(encoding="utf-8"))["url"]

    def until(self, start: str) -> list[str]:
        """Return the lines printed up to one that holds a text."""
        assert self._running.stderr
        lines = [next(self._running.stderr)]
        while start not in lines[-1]:
            lines.append(next(self._running.stderr))
        return [line.rstrip("\n") for line in lines]

    def send(self) -> int:
        """Send an SMS; return the status of the answer."""
        headers = {
            "Content-Type": "application/json",
            "Authorization": "Basic " + base64.b64encode(b"mockkey1:x").decode(),
        }
        request = Request(f"{self.url}/v0.1/messages", json.dumps(SMS).encode(), headers)
        try:
            with urlopen(request, timeout=PATIENCE_S) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code

    def get(self, path: str) -> Json:
        """Return what a control call answers."""
        with urlopen(f"{self.url}/_mock/{path}", timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def end(self) -> int:
        """Tell it to stop; return its exit code."""
        self._running.send_signal(signal.SIGTERM)
        self._running.communicate(timeout=PATIENCE_S)
        return self._running.returncode


@contextmanager
def serving(folder: Path, *argv: str) -> Iterator[Served]:
    """Serve for the length of a ``with`` block."""
    environ = {"XDG_STATE_HOME": str(folder), "PATH": os.environ["PATH"], **measured()}
    command = ["serve", "--port", "0", "--no-tls", "--ready-file", "ready.json", *argv]
    with subprocess.Popen(
        [sys.executable, "-m", "mockserver", *command],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield Served(running, folder)
        finally:
            running.kill()


def written(folder: Path, text: str, name: str = "story.yaml") -> Path:
    """Write a file as editors do: whole, under another name, then put in place."""
    aside = folder / f"{name}.new"
    aside.write_text(text, encoding="utf-8")
    return aside.rename(folder / name)


def test_files_are_played_from_the_start_and_told_in_a_line_each(tmp_path: Path) -> None:
    written(tmp_path, BUSY)
    written(tmp_path, "scenario: other\ntimeline: [{sleep: 1ms}]\nverify: [{violations: 0}]", "other.yaml")

    with serving(tmp_path, "--scenario", "story.yaml", "--scenario", "other.yaml") as served:
        status = served.send()
        report = served.get("scenarios/other/report?wait_s=20")
        code = served.end()

    assert [
        f"Scenario     story ({tmp_path / 'story.yaml'}): 1 rule, 0 steps",
        f"Scenario     other ({tmp_path / 'other.yaml'}): 0 rules, 1 step",
    ] == [line for line in served.lines if line.startswith("Scenario")]
    assert (429, "passed", 0) == (status, report["outcome"], code)


def test_watched_file_is_loaded_anew_and_a_broken_edit_keeps_the_old_one(tmp_path: Path) -> None:
    path = written(tmp_path, BUSY)
    with serving(tmp_path, "--scenario", "story.yaml", "--watch") as served:
        before = served.send()

        written(tmp_path, BROKEN)
        told = served.until("stays as it was")
        kept, broken = served.send(), served.get("scenarios/story")

        written(tmp_path, LOW)
        served.until("was loaded anew")
        after, mended = served.send(), served.get("scenarios/story")

        written(tmp_path, LOW.replace("story", "renamed"))
        served.until("was loaded anew")
        listed = served.get("scenarios")["scenarios"]

    assert [429, 429, 400] == [before, kept, after]
    assert any(f"{path}:5:24: " in line and "throttled" in line for line in told)
    assert f"ERROR mockserver.cli.served_scenarios: scenario story stays as it was: {path} is broken" == told[-1]
    assert ("running", 1) == (broken["outcome"], len(broken["broken"]))
    assert f"{path}:5:24: " in broken["broken"][0]
    assert ("running", []) == (mended["outcome"], mended["broken"])
    assert [("renamed", "running")] == [(each["id"], each["outcome"]) for each in listed]


def test_reset_begins_the_scenarios_of_the_command_line_anew(tmp_path: Path) -> None:
    written(tmp_path, BUSY.replace("respond", "when: {times: 1}\n    respond"))
    with serving(tmp_path, "--scenario", "story.yaml") as served:
        statuses = [served.send(), served.send()]
        with urlopen(Request(f"{served.url}/_mock/reset", method="POST"), timeout=PATIENCE_S):
            statuses.append(served.send())

    assert [429, 202, 429] == statuses


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BROKEN, "story.yaml:5:24: rules[0].respond.problem is"),
        ("[]", "story.yaml:1:1: "),
        (None, "story.yaml: The file cannot be read: No such file or directory"),
    ],
    ids=["mistake", "no mapping", "no file"],
)
def test_broken_file_ends_the_command_with_2_and_its_place(
    text: str | None, words: str, cli: Cli, tmp_path: Path
) -> None:
    if text is not None:
        written(tmp_path, text)

    outcome = cli("serve", "--port", "0", "--no-tls", "--scenario", "story.yaml")

    assert 2 == outcome.code
    assert words in outcome.err
    assert "Traceback" not in outcome.err


def test_two_files_of_one_name_are_refused(cli: Cli, tmp_path: Path) -> None:
    written(tmp_path, BUSY)
    written(tmp_path, LOW, "again.yaml")

    outcome = cli("serve", "--port", "0", "--no-tls", "--scenario", "story.yaml", "--scenario", "again.yaml")

    assert 2 == outcome.code
    assert (
        f"{tmp_path / 'again.yaml'}: The scenario is called story, as that of {tmp_path / 'story.yaml'}." in outcome.err
    )


def test_server_without_scenarios_loads_nothing_that_reads_them() -> None:
    code = (
        "import sys; from mockserver.web.app import create_app; from mockserver.cli import main, serve;"
        "import mockserver.cli.served_scenarios;"
        "print([each for each in ('pydantic', 'ruamel.yaml', 'watchfiles') if each in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE_S)

    assert "[]\n" == done.stdout
