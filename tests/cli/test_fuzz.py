"""``mockserver fuzz``: what it finds, how it says so, and that a scenario file shows it again."""

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mockserver.data import bundled
from mockserver.model import Json
from tests.cli import junit_schema
from tests.cli.conftest import PATIENCE_S, Cli, measured

PYTHON = shlex.quote(sys.executable)
BREAK = f"{PYTHON} {shlex.quote(str(bundled('examples') / 'ci' / 'break.py'))}"
SECRET = "a-secret-of-my-own-for-all-webhooks"
ENDPOINTS = ("--inbound-url", "/webhooks/inbound")
SENDS = """\
import json, os, sys, urllib.request, urllib.error, base64
body = {"from": {"type": "sms", "number": "ACME"}, "to": {"type": "sms", "number": "447700900101"},
        "message": {"content": {"type": "text", "text": "Hi"}}}
key = os.environ["MESSAGES_API_KEY"] + ":" + os.environ["MESSAGES_API_SECRET"]
headers = {"Content-Type": "application/json", "Authorization": "Basic " + base64.b64encode(key.encode()).decode()}
request = urllib.request.Request(os.environ["MESSAGES_API_URL"] + "/v0.1/messages", json.dumps(body).encode(), headers)
try:
    urllib.request.urlopen(request, timeout=1).read()
except urllib.error.HTTPError as error:
    sys.exit(CODE)
except Exception:
    sys.exit(1)
"""
"""It does not try again, and ends with a code of its own where it is refused."""


class Sut:
    """A system under test in this process that answers each webhook as it is told."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: Callable[[str, bytes], int | None] = lambda *_: 200

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The flags that name its endpoints."""
        return ("--inbound-url", f"{self.url}/inbound", "--status-url", f"{self.url}/status")


@pytest.fixture
def sut() -> Iterator[Sut]:
    """Serve a system under test; ``None`` as its answer closes the connection, 0 is silence until the test is over."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.respond(405)

        def do_POST(self) -> None:
            status = told.answers(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            if status == 0:
                over.wait(PATIENCE_S)
            if status:
                self.respond(status)

        def respond(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        told = Sut(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield told
        over.set()
        server.shutdown()
        thread.join()


QUICK = ("--examples", "5", "--seed", "7", "--settle", "0s", "--channel", "sms", "--version", "v1")


def is_text(content: bytes) -> bool:
    """Tell whether a webhook is a text in JSON, which is no object."""
    return content == b'"text"'


def test_a_system_that_bears_all_passes(cli: Cli, sut: Sut) -> None:
    outcome = cli("fuzz", *sut.endpoints, *QUICK)

    assert 0 == outcome.code, outcome.out
    assert "  ok    no-5xx at inbound: no webhook, whatever is in it, is answered with a 5xx (" in outcome.out
    assert "refuses" not in outcome.out
    assert outcome.out.rpartition("\n")[0].rpartition("\n")[2].startswith("all ")
    assert outcome.out.endswith("; seed 7\n")


def test_a_failure_is_told_with_its_smallest_case_and_saved(cli: Cli, sut: Sut, tmp_path: Path) -> None:
    sut.answers = lambda path, content: 500 if path == "/status" and is_text(content) else 200

    outcome = cli("fuzz", *sut.endpoints, *QUICK)

    assert 1 == outcome.code
    assert '  FAIL  no-5xx at status: it answered 500\n        status webhook (a text): "text"\n' in outcome.out
    assert "again: mockserver run fuzz-found/no-5xx-status.yaml\n" in outcome.out
    assert ["no-5xx-status.yaml"] == [each.name for each in (tmp_path / "fuzz-found").iterdir()]


def test_the_saved_scenario_fails_as_long_as_the_system_does(cli: Cli, sut: Sut) -> None:
    sut.answers = lambda _, content: 500 if is_text(content) else 200
    cli("fuzz", *sut.endpoints, *QUICK)

    broken = cli("run", "fuzz-found/no-5xx-inbound.yaml")
    sut.answers = lambda *_: 400
    mended = cli("run", "fuzz-found/no-5xx-inbound.yaml")

    assert (1, 0) == (broken.code, mended.code)
    assert "status is 500; expected 100 to 199" in broken.out


@pytest.mark.parametrize(
    ("answer", "expected", "said"),
    [(None, "no-break", "no answer: RemoteDisconnected"), (0, "no-hang", "it did not answer in time")],
)
def test_no_answer_is_a_failure(cli: Cli, sut: Sut, answer: int | None, expected: str, said: str) -> None:
    sut.answers = lambda _, content: answer if is_text(content) else 200

    outcome = cli("fuzz", *sut.endpoints, *QUICK, "--timeout", "300ms", "--json")

    failed = {each["check"]: each["said"] for each in outcome.json["checks"] if not each["passed"]}
    assert [expected] == list(failed)
    assert failed[expected].startswith(said)


def test_json_and_junit_hold_every_check(cli: Cli, sut: Sut, tmp_path: Path) -> None:
    sut.answers = lambda path, content: 500 if path == "/inbound" and is_text(content) else 200

    outcome = cli("fuzz", *sut.endpoints, *QUICK, "--json", "--junit", "reports/junit.xml")

    report = outcome.json
    assert ["passed", "exit_code", "seed", "examples", "tried", "took_s", "checks"] == list(report)
    assert (False, 1, 7, 5) == (report["passed"], report["exit_code"], report["seed"], report["examples"])
    (failed,) = (each for each in report["checks"] if each["passed"] is False)
    assert {"check": "no-5xx", "at": "inbound", "scenario": "fuzz-found/no-5xx-inbound.yaml"}.items() <= failed.items()
    xml = (tmp_path / "reports" / "junit.xml").read_bytes()
    assert [] == junit_schema.mistakes(xml)
    cases = ET.fromstring(xml).iter("testcase")  # noqa: S314 - our own output
    assert {(f"{each['check']} at {each['at']}", each["passed"]) for each in report["checks"]} == {
        (each.get("name"), each.find("failure") is None) for each in cases
    }


def test_a_check_that_another_hid_is_never_ok(cli: Cli, sut: Sut, tmp_path: Path) -> None:
    """A service that takes every token cannot show what it does with a webhook that it refuses."""
    words = ("fuzz", *sut.endpoints[:2], *QUICK, "--secret", SECRET, "--junit", "junit.xml")

    told = cli(*words)
    report = cli(*words, "--json").json

    assert "  skip  heeds-no-refused at inbound: not judged: hidden by refuses\n" in told.out
    assert "ok    heeds-no-refused" not in told.out
    (hidden,) = (each for each in report["checks"] if each["passed"] is None)
    assert {
        "check": "heeds-no-refused",
        "judged": 0,
        "said": "not judged: hidden by refuses",
        "hidden_by": ["refuses"],
    }.items() <= hidden.items()
    xml = (tmp_path / "junit.xml").read_bytes()
    assert [] == junit_schema.mistakes(xml)
    skipped = [each.text for each in ET.fromstring(xml).iter("skipped")]  # noqa: S314 - our own output
    assert ["not judged: hidden by refuses"] == skipped


def test_a_check_that_failed_beside_another_is_never_ok(cli: Cli, sut: Sut) -> None:
    """A service that answers the words of one user with 500 does not acknowledge them; others' it does."""
    sut.answers = lambda _, content: 500 if b'"%s{0}"' in content else 200

    told = cli("fuzz", *sut.endpoints[:2], *QUICK)

    assert "  FAIL  no-5xx at inbound: it answered 500\n" in told.out
    assert "  skip  acknowledges at inbound: not judged: hidden by no-5xx\n" in told.out


def test_a_person_sees_how_far_it_is(cli: Cli, sut: Sut) -> None:
    sut.answers = lambda _, content: 500 if is_text(content) else 200

    outcome = cli("fuzz", *sut.endpoints[:2], *QUICK, FORCE_COLOR="1", NO_COLOR="1")

    assert "fuzzing, 1 found" in outcome.err


def test_only_one_endpoint_is_tried_where_one_is_named(cli: Cli, sut: Sut) -> None:
    outcome = cli("fuzz", *sut.endpoints[:2], *QUICK, "--json")

    assert {"inbound"} == {each["at"] for each in outcome.json["checks"]}


def test_checks_left_out_are_not_told_of(cli: Cli, sut: Sut) -> None:
    sut.answers = lambda *_: 400

    outcome = cli("fuzz", *sut.endpoints, *QUICK, "--without", "unknown-members", "--without", "acknowledges", "--json")

    assert outcome.json["passed"]
    assert {"no-5xx", "no-hang", "no-break", "sends-once"} == {each["check"] for each in outcome.json["checks"]}


def test_a_planted_bug_is_found_in_a_program_and_shown_again(cli: Cli, tmp_path: Path) -> None:
    environ: dict[str, Any] = {"PATH": os.environ["PATH"], "BOOKING_BUG": "counts-twice", **measured()}
    asks = """POST /remind {"channel": "whatsapp", "to": "{user}", "text": "Tomorrow?"}"""
    checks = ("--without", "unknown-members", "--without", "no-5xx", "--without", "state-once")
    program = ("--command", BREAK, "--ready-url", "/health")
    search = (
        "--secret",
        SECRET,
        "--ask",
        asks,
        "--seed",
        "1",
        "--settle",
        "50ms",
        "--examples",
        "1",
        "--version",
        "v0.1",
        *checks,
    )

    outcome = cli("fuzz", *ENDPOINTS, *program, *search, **environ)

    assert 1 == outcome.code, outcome.out + outcome.err
    (file, *_) = sorted((tmp_path / "fuzz-found").iterdir())
    broken = cli("run", str(file), *program, **environ)
    mended = cli(
        "run", str(file), *program[:1], BREAK.replace("ci/break.py", "booking/app.py"), *program[2:], **environ
    )
    assert (1, 0) == (broken.code, mended.code), broken.out + mended.out


def fuzzed_sends(cli: Cli, folder: Path, code: int, *flags: str) -> Json:
    """Return the report on the answers to a program that sends."""
    (folder / "send.py").write_text(SENDS.replace("CODE", str(code)), encoding="utf-8")
    checks = ("no-loss", "heeds-hint", "no-hang")
    without = [word for each in checks for word in ("--without", each)]
    words = (
        "fuzz",
        "--sends",
        "--seed",
        "7",
        "--examples",
        "1",
        *without,
        *flags,
        "--json",
        "--",
        sys.executable,
        "send.py",
    )
    environ: dict[str, Any] = {"PATH": os.environ["PATH"], **measured()}
    return cli(*words, **environ).json


def test_a_program_that_sends_and_ends_with_a_code_it_declares_passes(cli: Cli, tmp_path: Path) -> None:
    report = fuzzed_sends(cli, tmp_path, 3, "--exit-codes", "0,1,3")

    assert (True, 0) == (report["passed"], report["exit_code"]), report


def test_a_program_that_keeps_a_loss_to_itself_is_found_and_shown_again(cli: Cli, tmp_path: Path) -> None:
    report = fuzzed_sends(cli, tmp_path, 0)

    (failed,) = (each for each in report["checks"] if not each["passed"])
    assert ("tells-of-loss", "sends") == (failed["check"], failed["at"])
    sender = ("--sender", f"{PYTHON} send.py")
    broken = cli("run", failed["scenario"], *sender, PATH=os.environ["PATH"])
    (tmp_path / "send.py").write_text(SENDS.replace("CODE", "1"), encoding="utf-8")
    mended = cli("run", failed["scenario"], *sender, PATH=os.environ["PATH"])
    assert (1, 0) == (broken.code, mended.code), broken.out + mended.out
    assert "the sender: it ended with code 0, and a message was not taken" in broken.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "there is nothing to fuzz. Give --inbound-url, --status-url, or both; or --sends and a command."),
        (("--inbound-url", "nowhere"), "--inbound-url: "),
        (("--inbound-url", "http://127.0.0.1:1", "x"), 'COMMAND: "x" is not expected here. Write --sends before it'),
        (
            ("--inbound-url", "http://127.0.0.1:1", "--channel", "snail"),
            "--channel: there is no channel snail. There are",
        ),
        (("--inbound-url", "http://127.0.0.1:1", "--channel", "smss"), "Did you mean sms?"),
        (
            ("--inbound-url", "http://127.0.0.1:1", "--channel", "rcs", "--version", "v0.1"),
            "--channel: rcs has no webhooks in v0.1. Name another channel, or leave out --version.",
        ),
        (("--inbound-url", "http://127.0.0.1:1", "--version", "v2"), "--version: there is no version v2. "),
        (
            ("--inbound-url", "http://127.0.0.1:1", "--without", "x"),
            "--without: there is no check x. There are: no-5xx",
        ),
        (("--inbound-url", "http://127.0.0.1:1", "--ask", "GET"), '--ask: "GET" is no request. '),
        (
            ("--inbound-url", "http://127.0.0.1:1", "--ask", 'POST /remind {"to": "1"}'),
            '--ask: "POST /remind {"to": "1"}" names no {user}. Write {user} where the recipient\'s number stands: ',
        ),
        (
            ("--inbound-url", "http://127.0.0.1:1", "--ask", "GET http://:1/{user}"),
            '--ask: its URL is "http://:1/1", expected an absolute http or https URL. ',
        ),
        (
            ("--inbound-url", "http://127.0.0.1:1", "--state-url", "ftp://127.0.0.1/state"),
            '--state-url: the URL of the state is "ftp://127.0.0.1/state", expected an absolute http or https URL.',
        ),
        (("--inbound-url", "/x", "--command", "x", "--ready-url", "health"), "--ready-url: the URL that says"),
        (("--inbound-url", "http://127.0.0.1:1", "--timeout", "0s"), '--timeout: "0s" leaves no time for an answer. '),
        (("--inbound-url", "http://127.0.0.1:1", "--exit-codes", "0"), "--exit-codes: --exit-codes is for --sends. "),
        (
            ("--inbound-url", "http://127.0.0.1:1", "--url", "http://127.0.0.1:1", "--port", "7671"),
            "--port: --port is for a server of our own. Give it to `mockserver serve`, or leave out --url.",
        ),
        (("--inbound-url", "http://127.0.0.1:1", "--secret", ""), "--secret: --secret is empty. Give it a value,"),
        (("--inbound-url", "http://127.0.0.1:1", "--account", " "), "--account: --account is empty. "),
        (("--sends", "--", sys.executable, "-c", r"print('\x1b[2Jno')"), "It printed:\n  | \\x1b[2Jno\n"),
        (("--inbound-url", "http://127.0.0.1:1", "--junit", "."), "is a folder. Name a file in it."),
        (
            ("--inbound-url", "http://127.0.0.1:1", "--junit", "file/junit.xml"),
            "file is no folder. Name another place.",
        ),
        (("--inbound-url", "http://127.0.0.1:1", "--save", "file/found"), "file is no folder. Name another place."),
        (("--inbound-url", "http://127.0.0.1:1", "--database", "file"), "--database: "),
        (("--inbound-url", "/x", "--command", " "), "--command: the command is empty. "),
        (("--inbound-url", "/x", "--command", "'x"), "--command: the command cannot be read: No closing quotation. "),
        (("--sends",), "COMMAND: there is no command. Write it behind --"),
        (("--sends", "--exit-codes", "x", "--", "x"), '--exit-codes: "x" are no exit codes. '),
        (("--sends", "--exit-codes", "0,256", "--", "x"), "Write numbers from 0 to 255, such as --exit-codes 0,1."),
        (("--sends", "--settle", "1s", "--", "x"), "--settle: --settle does not go with --sends. "),
        (("--sends", "--account", "key", "--", "x"), "--account: --account does not go with --sends. "),
        (("--sends", "--timeout", "0", "--", "x"), '--timeout: "0" leaves no time for an answer. '),
        (("--sends", "--channel", "sms"), "--channel: --channel does not go with --sends."),
        (("--sends", "--inbound-url", "http://127.0.0.1:1"), "--inbound-url: --inbound-url does not go with --sends."),
        (
            ("--sends", "--", sys.executable, "-c", "pass"),
            "COMMAND: with nothing wrong, the command ended with code 0 and",
        ),
    ],
)
def test_wrong_use_is_told_in_one_message(cli: Cli, tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    outcome = cli("fuzz", *words, PATH=os.environ["PATH"])

    assert 2 == outcome.code
    assert expected in outcome.err
    assert "Traceback" not in outcome.err
    assert "API  " not in outcome.err or "COMMAND: with nothing wrong" in outcome.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--inbound-url", "http://127.0.0.1:1/x"), "nothing answers at http://127.0.0.1:1/x"),
        (("--inbound-url", "/x", "--command", "no-such-program"), "--command: no-such-program cannot be started"),
        (("--sends", "--", "no-such-program"), "COMMAND: no-such-program cannot be started"),
        (("--inbound-url", "http://127.0.0.1:1/x", "--url", "http://127.0.0.1:1"), "No server answers at"),
    ],
)
def test_what_cannot_be_reached_ends_with_3(cli: Cli, words: tuple[str, ...], expected: str) -> None:
    outcome = cli("fuzz", *words, PATH=os.environ["PATH"])

    assert 3 == outcome.code
    assert expected in outcome.err


def test_an_ask_that_sends_nothing_is_told(cli: Cli, sut: Sut) -> None:
    sut.answers = lambda *_: 404

    outcome = cli("fuzz", *sut.endpoints, "--ask", "POST /remind/{user}")

    assert 2 == outcome.code
    assert "--ask: asked by POST /remind/{user}, it sent no message to {user}" in outcome.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_in_which_nothing_can_be_written_is_told_before_anything_runs(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(0o500)

    outcome = cli("fuzz", "--inbound-url", "http://127.0.0.1:1", "--save", "locked/found")

    assert (2, True) == (outcome.code, "--save: nothing can be written in " in outcome.err)


def test_ctrl_c_ends_it_with_130_and_what_was_found(sut: Sut, tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **measured()}
    environ |= {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    command = [sys.executable, "-m", "mockserver", "fuzz", *sut.endpoints, "--examples", "100000", "--json"]
    seen = threading.Event()

    def answers(path: str, content: bytes) -> int:
        if path == "/status" and not is_text(content):
            seen.set()
        return 500 if is_text(content) else 200

    sut.answers = answers
    with subprocess.Popen(command, cwd=tmp_path, env=environ, text=True, stdout=subprocess.PIPE) as running:
        assert seen.wait(PATIENCE_S)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=PATIENCE_S)

    assert 130 == running.returncode
    assert not json.loads(out)["passed"]
    assert list((tmp_path / "fuzz-found").glob("no-5xx-*.yaml"))
