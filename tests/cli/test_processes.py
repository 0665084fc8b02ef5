"""Commands as processes of their own: following the journal, and every example of every help text."""

import io
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from mockserver.cli.options import DEFAULT_URL
from mockserver.cli.program import main, program
from mockserver.cli.shell import Shell
from mockserver.data import bundled
from tests.cli.conftest import PATIENCE_S, Api, OpenServer, Sink, measured

SERVES = "mockserver serve "
ENDS_WITH_1 = ("mockserver explain - ", "mockserver explain --version v1 ", "--fail-under 80")
"""The examples that show a refusal (the file they name is a v0.1 body) or a goal that one message does not reach."""


def examples() -> Iterator[str]:
    """Yield the commands that help texts end in."""
    for command in get_command(program()).commands.values():  # type: ignore[attr-defined]  # it is a group
        yield from (line.strip() for line in (command.epilog or "").splitlines() if line.startswith("  "))


EXAMPLES = list(examples())


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a folder with the files that examples name and with the program itself."""
    for name, words in (("mockserver", " -m mockserver"), ("python", "")):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)}{words} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    body = {
        "from": {"type": "sms", "number": "ACME"},
        "to": {"type": "sms", "number": "447700900123"},
        "message": {"content": {"type": "text", "text": "Hello"}},
    }
    (tmp_path / "message.json").write_text(json.dumps(body), encoding="utf-8")
    (tmp_path / "mockserver.toml").write_text("delivered_after_s = 0.1\n", encoding="utf-8")
    expected = "- {messages: {channel: sms}, count: 1}\n- {violations: 0}\n"
    (tmp_path / "expectations.yaml").write_text(expected, encoding="utf-8")
    report = {"format": 1, "cells": {"sent:v1:sms:text": 1}, "beyond": {}}
    (tmp_path / "coverage.json").write_text(json.dumps(report), encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text("scenario: quiet\n", encoding="utf-8")
    scenarios = tmp_path / "scenarios"
    scenarios.mkdir()
    for name in ("one", "two"):
        (scenarios / f"{name}.yaml").write_text(f"scenario: {name}\n", encoding="utf-8")
    for name in ("app.py", "reminders.py"):
        shutil.copy(bundled("examples") / "booking" / name, tmp_path)
    return tmp_path


def environment(shop: Path, **more: str) -> dict[str, str]:
    """Return what the examples find around them."""
    path = f"{shop / 'bin'}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(shop), "XDG_STATE_HOME": str(shop), **measured(), **more}


def run_in_process(line: str, folder: Path, **environ: str) -> int | str | None:
    """Run one command here; return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(line)[1:], shell=Shell(environ, io.BytesIO(), folder))
    return ended.value.code


def is_plain(line: str) -> bool:
    """Tell whether a line needs no shell and ends by itself soon."""
    return line.startswith("mockserver ") and not line.startswith((SERVES, "mockserver demo"))


def exit_code(line: str) -> int:
    """Return what an example ends with."""
    return 1 if any(each in line for each in ENDS_WITH_1) else 0


@pytest.mark.parametrize("line", [each for each in EXAMPLES if is_plain(each)])
def test_an_example_does_what_it_says(line: str, shop: Path, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url) as api:
        api.send()
        commands = line.replace(DEFAULT_URL, api.url).split(" && ")
        path = environment(shop)["PATH"]
        codes = {run_in_process(each, shop, MESSAGES_MOCKSERVER_URL=api.url, PATH=path) for each in commands}

    assert {exit_code(line)} == codes


@pytest.mark.parametrize("line", [each for each in EXAMPLES if not is_plain(each) and SERVES not in each])
def test_an_example_for_a_shell_does_what_it_says(line: str, shop: Path) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", line],
        check=False,
        cwd=shop,
        env=environment(shop),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )

    assert (exit_code(line), "") == (ended.returncode, ended.stderr)


@pytest.mark.parametrize("line", [each for each in EXAMPLES if SERVES in each])
def test_an_example_of_serve_serves(line: str, shop: Path) -> None:
    environ = environment(shop, MESSAGES_MOCKSERVER_PORT="0")
    with subprocess.Popen(shlex.split(line), cwd=shop, env=environ, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        first = next((each for each in running.stderr if each.startswith("API ")), "")
        running.terminate()
        running.communicate(timeout=PATIENCE_S)

    assert (0, True) == (running.returncode, first.startswith("API          http://127.0.0.1:"))


def follow(api: Api, shop: Path) -> subprocess.Popen[str]:
    """Start to follow a server's journal."""
    command = [sys.executable, "-m", "mockserver", "tail", "--json", "--url", api.url]
    return subprocess.Popen(command, env=environment(shop), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_tail_follows_until_it_is_interrupted(shop: Path, open_server: OpenServer) -> None:
    with open_server(submitted_after_s=3600, delivered_after_s=3600) as api:
        api.send(to="447700900001")
        with follow(api, shop) as tail:
            assert tail.stdout
            old = json.loads(tail.stdout.readline())
            api.send(to="447700900002")
            new = json.loads(tail.stdout.readline())
            api.send(to="447700900003")
            newer = json.loads(tail.stdout.readline())
            tail.send_signal(signal.SIGINT)
            _, printed = tail.communicate(timeout=PATIENCE_S)

    assert ["447700900001", "447700900002", "447700900003"] == [each["about"].split()[-1] for each in (old, new, newer)]
    assert (130, "") == (tail.returncode, printed)


def test_tail_ends_with_3_when_the_server_does(shop: Path, open_server: OpenServer) -> None:
    with open_server() as api:
        api.send()
        tail = follow(api, shop)
        assert tail.stdout
        tail.stdout.readline()
    _, printed = tail.communicate(timeout=PATIENCE_S)

    assert (3, 1) == (tail.returncode, printed.count("\n"))
    assert printed.startswith("mockserver: No server answers at ")


def in_shell(line: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell to its end."""
    return subprocess.run(
        ["/bin/sh", "-c", line],
        check=False,
        cwd=folder,
        env=environment(folder, **environ),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


@pytest.mark.parametrize("closed", ["<&-", "<&- >&-"])
def test_a_server_needs_neither_standard_input_nor_output(closed: str, shop: Path) -> None:
    line = f"exec mockserver serve --port 0 --no-tls {closed}"
    with subprocess.Popen(
        ["/bin/sh", "-c", line], cwd=shop, env=environment(shop), stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr
        first = next((each for each in running.stderr if each.startswith("Try ")), "")
        running.terminate()
        _, printed = running.communicate(timeout=PATIENCE_S)

    assert (True, 0) == (bool(first), running.returncode)
    assert "stopped: 0 webhooks finished while stopping, 0 abandoned\n" == printed


@pytest.mark.parametrize("command", ["rules", "check", "--help", "--version"])
@pytest.mark.parametrize(
    ("where", "reason"),
    [
        (">&-", "Bad file descriptor"),
        pytest.param(
            ">/dev/full",
            "No space left on device",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it"),
        ),
    ],
)
def test_output_that_cannot_be_written_ends_with_2_and_a_sentence(
    command: str, where: str, reason: str, shop: Path
) -> None:
    ended = in_shell(f"mockserver {command} {where}", shop)

    assert (2, f"mockserver: Output cannot be written: {reason}. Send it elsewhere.\n") == (
        ended.returncode,
        ended.stderr,
    )


def test_closed_errors_do_not_land_in_the_output(shop: Path) -> None:
    ended = in_shell("mockserver check gone.toml 2>&-", shop)

    assert (2, True) == (ended.returncode, "gone.toml cannot be read" in ended.stdout)


def test_a_removed_working_folder_is_told_in_a_sentence(shop: Path) -> None:
    ended = in_shell("mkdir gone && cd gone && rmdir ../gone && mockserver rules", shop)

    expected = (
        "mockserver: The working folder cannot be used: No such file or directory."
        " It may have been removed; change to another.\n"
    )
    assert (2, True) == (ended.returncode, ended.stderr.endswith(expected))  # after words of the shell itself
