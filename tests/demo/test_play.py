"""The demo must show the main job, and must say loudly what is missing when something is."""

import io
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockserver.data import bundled
from mockserver.demo import run_demo


@pytest.fixture
def broken_service(tmp_path: Path) -> Callable[[str, str], Path]:
    """Return a function that writes the sample service with one piece of its code replaced."""

    def write(piece: str, replacement: str) -> Path:
        code = (bundled("examples") / "booking" / "app.py").read_text()
        assert piece in code
        program = tmp_path / "broken.py"
        program.write_text(code.replace(piece, replacement))
        return program

    return write


def is_listening(url: str) -> bool:
    """Return whether anything accepts connections at a URL."""
    place = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((place.hostname or "", place.port or 0)) == 0


def test_demo_plays_well_and_leaves_nothing_running() -> None:
    out = io.StringIO()

    code = run_demo(out)

    report = out.getvalue()
    assert code == 0, report
    assert re.search(r"^All 7 checks passed in \d+\.\d s\.$", report, re.MULTILINE)
    assert "FAILED" not in report
    assert "\x1b" not in report
    urls = re.findall(r"http://127\.0\.0\.1:\d+", report)
    assert [is_listening(url) for url in urls] == [False, False]


def test_demo_with_a_service_that_never_confirms_names_the_confirmation(
    broken_service: Callable[[str, str], Path],
) -> None:
    out = io.StringIO()
    program = broken_service('startswith("yes")', 'startswith("never")')

    code = run_demo(out, program=program, patience_s=5)

    report = out.getvalue()
    assert code == 1
    assert "FAILED  the service confirmed, and the confirmation was read" in report
    assert "missing: a confirmation in GET /reminders" in report
    assert re.search(r"^FAILED  \d of 7 checks$", report, re.MULTILINE)


def test_demo_with_a_service_that_believes_no_webhook_shows_the_end_of_its_log(
    broken_service: Callable[[str, str], Path],
) -> None:
    out = io.StringIO()

    code = run_demo(out, program=broken_service('"Vonage"', '"Nobody"'))

    report = out.getvalue()
    assert code == 1
    assert "missing: sms: expected submitted, delivered; arrived nothing" in report
    assert "refused a webhook: invalid_claim" in report.partition("The end of the booking service's log")[2]


def test_demo_with_a_service_that_does_not_start_says_so_with_its_traceback(
    broken_service: Callable[[str, str], Path],
) -> None:
    out = io.StringIO()

    code = run_demo(out, program=broken_service('"""An app', 'raise RuntimeError("no luck today")\n"""An app'))

    report = out.getvalue()
    assert code == 1
    assert "FAILED  the booking service ended with code 1 before it listened" in report
    assert "RuntimeError: no luck today" in report


def test_demo_with_a_service_that_never_listens_gives_up_and_ends_it(tmp_path: Path) -> None:
    out = io.StringIO()
    program = tmp_path / "idle.py"
    program.write_text("import signal\nsignal.pause()\n")

    code = run_demo(out, program=program, patience_s=0.3)

    assert code == 1
    assert "FAILED  the booking service did not listen within 0.3 s" in out.getvalue()
    assert "  (empty)" in out.getvalue()


def test_demo_with_a_service_that_dies_on_the_way_says_where(
    broken_service: Callable[[str, str], Path],
) -> None:
    out = io.StringIO()
    program = broken_service('"""Show what was sent and what came of it, oldest first."""', "os._exit(3)")

    code = run_demo(out, program=program)

    assert code == 1
    assert "FAILED  the booking service gave no answer to GET /reminders" in out.getvalue()


def test_demo_told_to_end_takes_its_service_along() -> None:
    code = "import sys; from mockserver.demo import run_demo; sys.exit(run_demo(sys.stdout))"

    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        urls = [demo.stdout.readline().split()[-1] for _ in range(2)]
        were_listening = [is_listening(url) for url in urls]
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=20)

    assert were_listening == [True, True]
    assert demo.returncode == 128 + signal.SIGTERM
    assert [is_listening(url) for url in urls] == [False, False]
