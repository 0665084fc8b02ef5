"""``mockserver run``: scenario files run against systems under test that are processes of their own."""

import json
import os
import shlex
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockserver.data import bundled
from mockserver.model import Json
from tests.cli import junit_schema
from tests.cli.conftest import PATIENCE_S, Cli, OpenServer, measured

BOOKING = f"{shlex.quote(sys.executable)} {shlex.quote(str(bundled('examples') / 'booking' / 'app.py'))}"
REMINDER = """\
scenario: reminder
about: A reminder is sent, and confirmed by its user.
vars: {sut: "http://127.0.0.1:1", word: booked}
given: {inbound_url: "${vars.sut}/webhooks/inbound", status_url: "${vars.sut}/webhooks/status"}
rules:
  - id: reminder
    when: {text: {contains: Tomorrow}}
    capture: {uuid: message.uuid, who: message.to, us: message.from}
    then: [{status: submitted}, {status: delivered, after: 50ms}]
timeline:
  - http: {url: "${vars.sut}/remind", json: {channel: sms, to: "447700900101", text: "Tomorrow at ten?"}}
    expect: {answered: 202}
  - await: {rule: reminder}
  - await: {deliveries: {event: delivered, message: "${uuid}"}, within: 5s}
  - inbound: {channel: sms, kind: text, from: "${who}", to: "${us}", text: "yes"}
    expect: {answered: 2xx}
  - expect: {messages: {to: "${who}", text: {contains: "${vars.word}"}}, within: 300ms}
  - await: {deliveries: {event: delivered, message: {not: "${uuid}"}}, within: 5s}
verify:
  - {messages: {direction: outbound}, count: 2}
  - {violations: 0}
"""
SELF_SERVED = """\
scenario: NAME
vars: {api_url: "http://127.0.0.1:1", account: nobody}
timeline:
  - http:
      url: "${vars.api_url}/v0.1/messages"
      headers: {Authorization: "Basic bW9ja2tleTE6eA=="}
      json:
        from: {type: sms, number: ACME}
        to: {type: sms, number: "447700900123"}
        message: {content: {type: text, text: "from ${vars.account}"}}
    expect: {answered: 202}
verify:
  - {messages: {text: from mockkey1}, count: 1}
"""
"""It sends by itself, as the default account, so it needs no system under test."""
WAITS = """\
scenario: waits
vars: {sut: "http://127.0.0.1:1"}
timeline:
  - await: {messages: {}, within: 10m}
"""
SILENT_SUT = """\
import http.server, os, pathlib

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        pathlib.Path("sut.pid").write_text(str(os.getpid()))
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
"""It is ready as soon as it answered once, and notes its number then."""


def self_served(name: str, more: str = "") -> str:
    """Return a scenario that needs no system under test."""
    return SELF_SERVED.replace("NAME", name) + more


def put(folder: Path, **files: str) -> None:
    """Write scenario files by name."""
    for name, text in files.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def lines_like(text: str, *starts: str) -> list[str]:
    """Return the lines that begin with one of these, indents aside."""
    return [line.strip() for line in text.splitlines() if line.strip().startswith(starts)]


# One command


def test_one_command_starts_server_and_system_and_ends_with_0_if_all_is_well(cli: Cli, tmp_path: Path) -> None:
    put(tmp_path, reminder=REMINDER)

    outcome = cli("run", "reminder.yaml", "--command", BOOKING, "--junit", "out/junit.xml", "--report", "out/run.json")

    assert 0 == outcome.code, outcome.out
    first, *_, ending, total = outcome.out.splitlines()
    assert "reminder  reminder.yaml, account run-reminder" == first
    assert ending.startswith("reminder passed: 6 steps, 2 checks in ")
    assert total.startswith("1 scenario passed in ")
    assert 8 == len(lines_like(outcome.out, "ok "))
    assert outcome.err.startswith("API  http://127.0.0.1:")
    xml = (tmp_path / "out" / "junit.xml").read_bytes()
    assert [] == junit_schema.mistakes(xml)
    assert 8 == len(ET.fromstring(xml).findall("testsuite/testcase"))  # noqa: S314 - our own output
    report = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert (True, 0) == (report["passed"], report["exit_code"])


def test_a_failure_tells_its_place_the_difference_and_what_came_near(cli: Cli, tmp_path: Path) -> None:
    put(tmp_path, reminder=REMINDER)

    outcome = cli("run", "reminder.yaml", "--command", BOOKING, "--set", "word=boked", "--junit", "junit.xml")

    assert 1 == outcome.code
    (failed,) = lines_like(outcome.out, "FAIL")
    assert failed.endswith("reminder.yaml:17:5")
    assert 'text is "You are booked."; expected something that contains "boked"' in outcome.out
    assert ["skip"] == [line.split()[0] for line in lines_like(outcome.out, "skip")]
    assert 'POST /webhooks/status HTTP/1.1" 200' in outcome.out, "the end of what the system printed"
    assert "; seed " in lines_like(outcome.out, "reminder failed")[0]
    xml = (tmp_path / "junit.xml").read_bytes()
    assert [] == junit_schema.mistakes(xml)
    (failure,) = ET.fromstring(xml).iter("failure")  # noqa: S314 - our own output
    assert (failure.text or "").startswith("reminder.yaml:17:5: ")
    assert 'expected something that contains "boked"' in (failure.text or "")


def test_files_that_run_at_once_have_an_account_and_a_system_each(cli: Cli, tmp_path: Path) -> None:
    put(
        tmp_path / "all", one=REMINDER.replace("reminder\n", "one\n", 1), two=REMINDER.replace("reminder\n", "two\n", 1)
    )

    outcome = cli("run", "all", "--command", BOOKING, "--ready-url", "/reminders", "--jobs", "2", "--json")

    assert 0 == outcome.code, outcome.out
    ran = outcome.json["scenarios"]
    assert [("all/one.yaml", "run-one"), ("all/two.yaml", "run-two")] == [
        (each["file"], each["account"]) for each in ran
    ]
    asked = {each["report"]["steps"][0]["detail"] for each in ran}
    assert 2 == len(asked), "each asked its own system"


def test_lines_of_files_that_run_at_once_are_not_mixed(cli: Cli, tmp_path: Path) -> None:
    put(
        tmp_path / "all", one=REMINDER.replace("reminder\n", "one\n", 1), two=REMINDER.replace("reminder\n", "two\n", 1)
    )

    outcome = cli("run", "all", "--command", BOOKING, "--jobs", "2")

    words = [line.split()[0] for line in outcome.out.splitlines()]
    assert ["one", *["ok"] * 8, "one", "two", *["ok"] * 8, "two", "2"] == words


def test_a_command_can_be_told_its_port_by_its_arguments(cli: Cli, tmp_path: Path) -> None:
    put(tmp_path, reminder=REMINDER)
    command = f"sh -c 'PORT={{port}} exec {BOOKING}'"

    outcome = cli(
        "run", "reminder.yaml", "--command", command, "--target", "http://localhost:{port}", PATH=os.environ["PATH"]
    )

    assert 0 == outcome.code, outcome.out


# One system for all


def test_without_a_command_files_run_one_by_one_in_the_default_account_put_back_each_time(
    cli: Cli, tmp_path: Path
) -> None:
    poor = self_served("poor").replace("answered: 202", "answered: 400").replace("count: 1", "absent: true")
    put(tmp_path, a=poor + 'given: {balance: "0"}\n', b=self_served("rich"))

    outcome = cli("run", "a.yaml", "b.yaml", "--json")

    assert 0 == outcome.code, outcome.out
    assert ["mockkey1", "mockkey1"] == [each["account"] for each in outcome.json["scenarios"]]


def test_a_target_is_waited_for_and_known_to_the_files(cli: Cli, tmp_path: Path, open_server: OpenServer) -> None:
    put(
        tmp_path,
        asks='scenario: asks\nvars: {sut: ""}\ntimeline:\n  - http: {url: "${vars.sut}/_mock/livez"}\n'
        "    expect: {answered: 200}\n",
    )
    with open_server() as other:
        outcome = cli("run", "asks.yaml", "--target", other.url, "--ready-url", "/_mock/readyz")

    assert 0 == outcome.code, outcome.out
    assert f"GET {other.url}/_mock/livez answered 200" in outcome.out


def test_a_running_server_can_be_used(cli: Cli, tmp_path: Path, open_server: OpenServer) -> None:
    put(tmp_path, one=self_served("one"))
    with open_server() as api:
        outcome = cli("run", "one.yaml", "--url", api.url)
        found = cli("messages", "--json", "--url", api.url)

    assert (0, "") == (outcome.code, outcome.err)
    assert ["from mockkey1"] == [each["text"] for each in found.json["messages"]]


def test_the_same_seed_gives_the_same_ids(cli: Cli, tmp_path: Path) -> None:
    rule = "rules:\n  - {id: any, capture: {uuid: message.uuid}}\n"
    moves = self_served("one").replace("verify:", '  - status: {message: "${uuid}", status: submitted}\nverify:')
    put(tmp_path, one=moves + rule)

    reports = [cli("run", "one.yaml", "--seed", seed, "--json").json["scenarios"][0]["report"] for seed in "778"]

    assert [7, 7, 8] == [each["seed"] for each in reports]
    same, again, other = (each["steps"][1]["detail"] for each in reports)
    assert (same == again, same == other) == (True, False), same


def test_the_report_has_the_same_keys_whatever_happened(cli: Cli, tmp_path: Path) -> None:
    put(tmp_path, good=self_served("good"), bad=self_served("bad").replace("count: 1", "count: 2"))

    outcome = cli("run", "good.yaml", "bad.yaml", "--json", "--report", "run.json")

    good, bad = outcome.json["scenarios"]
    assert shape(good["report"]) == shape(bad["report"])
    assert set(good) == set(bad)
    assert outcome.json == json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))


def shape(report: Json) -> Json:
    """Return the keys of a report and of the things in it."""
    keys = {name: sorted(report[name][0]) for name in ("steps", "checks")}
    return {"report": sorted(report), **keys}


def test_a_scenario_without_steps_is_a_case_of_its_own(cli: Cli, tmp_path: Path) -> None:
    put(tmp_path, quiet="scenario: quiet\n")

    outcome = cli("run", "quiet.yaml", "--junit", "junit.xml")

    assert 0 == outcome.code
    assert [] == junit_schema.mistakes((tmp_path / "junit.xml").read_bytes())


def test_only_runs_the_scenarios_named(cli: Cli, tmp_path: Path) -> None:
    put(tmp_path / "all", one=self_served("one"), two=self_served("two"))

    outcome = cli("run", "all", "--only", "two", "--json")

    assert ["two"] == [each["id"] for each in outcome.json["scenarios"]]


def test_colours_are_for_those_who_look(cli: Cli, tmp_path: Path) -> None:
    put(tmp_path, one=self_served("one"))

    plain, coloured = cli("run", "one.yaml", FORCE_COLOR="1", NO_COLOR="1"), cli("run", "one.yaml", FORCE_COLOR="1")

    assert (False, True) == ("\x1b[32m" in plain.out, "\x1b[32m" in coloured.out)


# What cannot be run


def test_every_mistake_of_every_file_is_told_and_nothing_is_run(cli: Cli, tmp_path: Path) -> None:
    put(tmp_path, a="scenario: a\nrulse: []\n", b=self_served("b"), c="scenario: c\nclock: fast\nseed: x\n")

    outcome = cli("run", "a.yaml", "b.yaml", "c.yaml", "gone.yaml")

    assert (2, "") == (outcome.code, outcome.out)
    places = [line.split(": ")[1] for line in outcome.err.splitlines()]
    assert ["a.yaml:2:1", "c.yaml:2:8", "c.yaml:3:7", "gone.yaml"] == places


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("one.yaml", "--only", "on"), "--only: no scenario is called on. Did you mean one?"),
        (("one.yaml", "--set", "acount=x"), "--set: no file has a variable acount. Did you mean account?"),
        (("one.yaml", "--set", "account"), '--set: "account" has no equals sign. Write it like name=value.'),
        (("one.yaml", "twin.yaml"), "twin.yaml: The scenario is called one, as that of one.yaml."),
        (("empty",), "empty holds no scenario file. Name a file, or another folder."),
        (("one.yaml", "--jobs", "2"), "--jobs: several files at once need a system under test each."),
        (("one.yaml", "--command", " "), "--command: the command is empty."),
        (("one.yaml", "--command", "'"), "--command: the command cannot be read: No closing quotation."),
        (("one.yaml", "--target", "localhost"), "--target: the URL of the system under test is "),
        (("one.yaml", "--ready-url", "/health"), "--ready-url: the URL that says it is ready is "),
        (("one.yaml", "--ready-within", "soon"), '--ready-within: "soon" is no duration.'),
        (("one.yaml", "--url", "http://127.0.0.1:1", "--seed", "7"), "--seed: --seed is for a server of our own."),
        (
            ("one.yaml", "--jobs", "2", "--command", "x", "--target", "http://127.0.0.1:1"),
            "--jobs: all systems under test would have the same port.",
        ),
        (("one.yaml", "--junit", "empty"), "--junit: "),
        (("one.yaml", "--report", "one.yaml/x"), "--report: "),
    ],
)
def test_wrong_use_is_told_in_a_sentence(cli: Cli, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    put(tmp_path, one=self_served("one"), twin=self_served("one"))
    (tmp_path / "empty").mkdir()

    outcome = cli("run", *words)

    assert (2, True) == (outcome.code, f"mockserver: {said}" in outcome.err), outcome.err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("gone-program", "gone-program cannot be started: No such file or directory"),
        ("PYTHON -c 'print(\"I cannot\"); raise SystemExit(3)'", "the command ended with code 3 before it was ready"),
        ("PYTHON -c 'import time; time.sleep(60)'", "is not ready after 0.5 s: Connection refused"),
    ],
)
def test_a_system_that_does_not_start_ends_with_3(cli: Cli, tmp_path: Path, command: str, said: str) -> None:
    put(tmp_path, one=self_served("one"))
    command = command.replace("PYTHON", shlex.quote(sys.executable))

    outcome = cli("run", "one.yaml", "--command", command, "--ready-within", "500ms", "--junit", "junit.xml")

    assert (3, True) == (outcome.code, said in outcome.out), outcome.out
    assert ("I cannot" in command) == ("| I cannot" in outcome.out)
    assert [] == junit_schema.mistakes((tmp_path / "junit.xml").read_bytes())


def test_a_system_that_goes_away_is_told_of(cli: Cli, tmp_path: Path) -> None:
    put(
        tmp_path,
        one='scenario: one\nvars: {sut: ""}\ntimeline:\n  - {http: {url: "${vars.sut}/"}, expect: {answered: 200}}\n',
    )
    script = (
        "import os, socket; s = socket.create_server(('127.0.0.1', int(os.environ['PORT']))); s.accept(); s.accept()"
    )

    outcome = cli("run", "one.yaml", "--command", f"{shlex.quote(sys.executable)} -c {shlex.quote(script)}")

    assert (1, True) == (outcome.code, "(the command ended by itself with code 0)" in outcome.out), outcome.out


def test_a_server_that_does_not_answer_ends_with_3(cli: Cli, tmp_path: Path) -> None:
    put(tmp_path, one=self_served("one"))

    outcome = cli("run", "one.yaml", "--url", "http://127.0.0.1:1")

    assert (3, True) == (outcome.code, "No server answers at http://127.0.0.1:1" in outcome.out)


def test_characters_xml_cannot_hold_are_written_out(cli: Cli, tmp_path: Path) -> None:
    odd = self_served("odd").replace("from ${vars.account}", r"a\u0001b\ufffec").replace("from mockkey1", r'"a\u0001b"')
    put(tmp_path, odd=odd)

    outcome = cli("run", "odd.yaml", "--junit", "junit.xml")

    assert 1 == outcome.code, outcome.out
    xml = (tmp_path / "junit.xml").read_bytes()
    assert [] == junit_schema.mistakes(xml)
    assert r"a\x01b\ufffec" in xml.decode()


# Processes


@contextmanager
def running(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command as a process of its own for the length of a ``with`` block."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONUNBUFFERED": "1", **measured()}
    environ |= {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    command = [sys.executable, "-m", "mockserver", "run", *words]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=folder, env=environ, text=True, **streams) as process:  # type: ignore[call-overload]  # streams by name
        try:
            yield process
        finally:
            process.kill()


def until(process: subprocess.Popen[str], start: str) -> str:
    """Read what a process prints up to a line that begins so; return that line."""
    assert process.stdout
    return next(line for line in process.stdout if line.startswith(start))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_and_what_it_started(tmp_path: Path, number: signal.Signals, code: int) -> None:
    put(tmp_path, waits=WAITS)
    (tmp_path / "sut.py").write_text(SILENT_SUT, encoding="utf-8")
    with running(
        tmp_path, "waits.yaml", "--command", f"{shlex.quote(sys.executable)} sut.py", "--ready-url", "/"
    ) as run:
        until(run, "API ")
        pid = wait_for_text(tmp_path / "sut.pid")
        run.send_signal(number)
        run.communicate(timeout=PATIENCE_S)

    assert code == run.returncode
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def wait_for_text(path: Path) -> str:
    """Return what another process writes into a file, once it has."""
    script = f"while [ ! -s {shlex.quote(str(path))} ]; do sleep 0.05; done"
    subprocess.run(["/bin/sh", "-c", script], check=True, timeout=PATIENCE_S)
    return path.read_text(encoding="utf-8")


def test_watch_runs_a_file_again_when_it_changes_and_a_broken_edit_only_complains(tmp_path: Path) -> None:
    put(tmp_path, one=self_served("one"), two=self_served("two"))
    with running(tmp_path, "one.yaml", "two.yaml", "--watch", "--junit", "junit.xml") as run:
        first = until(run, "2 scenarios")
        until(run, "Watching")
        put(tmp_path, two=self_served("two").replace("count: 1", "count: 2"))
        failed = until(run, "1 of 1 scenario")
        xml = (tmp_path / "junit.xml").read_bytes() if until_written(tmp_path / "junit.xml") else b""
        put(tmp_path, two="scenario: two\nrulse: []\n")
        broken = until(run, "mockserver: ")
        put(tmp_path, one=self_served("one", "seed: 3\n"))
        until(run, "mockserver: ")
        put(tmp_path, two=self_served("two"))
        mended = until(run, "2 scenarios")
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=PATIENCE_S)

    assert first.startswith("2 scenarios passed in ")
    assert failed.startswith("1 of 1 scenario failed (two) in ")
    assert broken.startswith("mockserver: two.yaml:2:1: rulse is ")
    assert mended.startswith("2 scenarios passed in ")
    assert (130, []) == (run.returncode, junit_schema.mistakes(xml))


def until_written(path: Path) -> bool:
    """Return whether a file of two suites is there."""
    return path.read_bytes().count(b"<testsuite ") == 2


def test_watch_path_runs_all_again_when_something_there_changes(tmp_path: Path) -> None:
    put(tmp_path, one=self_served("one"))
    (tmp_path / "src").mkdir()
    with running(tmp_path, "one.yaml", "--watch-path", "src") as run:
        until(run, "Watching")
        (tmp_path / "src" / "app.py").write_text("", encoding="utf-8")
        again = until(run, "1 scenario")
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=PATIENCE_S)

    assert (130, True) == (run.returncode, again.startswith("1 scenario passed in "))


REPLACED = """\
scenario: one
vars: {api_url: "http://127.0.0.1:1"}
timeline:
  - sleep: 3s
  - http:
      method: PUT
      url: "${vars.api_url}/_mock/scenarios/one?account=mine"
      json: {scenario: one, timeline: [{sleep: 2s}]}
  - sleep: 5s
verify: [{messages: {text: never}, count: 1}]
"""
"""It puts another in its own place, as a second run of the same name in the same account would."""


def test_a_run_never_takes_the_verdict_of_another(cli: Cli, tmp_path: Path, open_server: OpenServer) -> None:
    (tmp_path / "one.yaml").write_text(REPLACED, encoding="utf-8")

    with open_server() as api:
        outcome = cli("run", "one.yaml", "--url", api.url, "--account", "mine")

    assert outcome.code != 0
    assert "another run took the place of scenario one in account mine" in outcome.out + outcome.err


def test_a_run_replaced_at_once_is_told_from_the_other(cli: Cli, tmp_path: Path, open_server: OpenServer) -> None:
    """The other run is there before anybody could look at this one; it would pass."""
    (tmp_path / "one.yaml").write_text(REPLACED.replace("  - sleep: 3s\n", ""), encoding="utf-8")

    with open_server() as api:
        outcome = cli("run", "one.yaml", "--url", api.url, "--account", "mine")

    assert outcome.code != 0
    said = outcome.out + outcome.err
    assert "another run took the place of scenario one" in said or "its text was replaced" in said
