"""The sample project passes its tests, with the official client, and fails as it should."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.python import PythonClient

pytestmark = pytest.mark.python_client

ROOT = Path(__file__).parent.parent.parent
CLIENT = PythonClient("python-4", "vonage4.py")
PATIENCE_S = 120
RUN = "import sys; sys.path += sys.argv.pop().split(':'); import pytest; sys.exit(pytest.main(sys.argv[1:]))"
"""The client's packages come last: they add what is missing here, and replace nothing."""


def run(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a project in an environment of our packages and the client's."""
    [packages] = CLIENT.python.parent.parent.glob("lib/python*/site-packages")
    absent = ("cacheprovider", "faker", "hypothesispytest", "randomly", "schemathesis")
    quiet = [f"-pno:{each}" for each in absent]
    return subprocess.run(
        [sys.executable, "-c", RUN, *quiet, *flags, str(packages)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the sample project, for those who break it."""
    CLIENT.ready()
    return Path(shutil.copytree(ROOT / "examples" / "pytest", tmp_path / "project"))


def test_sample_project_passes_its_tests(project: Path) -> None:
    result = run(project, "--messages-api-coverage", "--messages-api-coverage-fail-under", "3")

    assert 0 == result.returncode, result.stdout + result.stderr
    assert " passed" in result.stdout
    assert " skipped" not in result.stdout


BREAKS = {
    "library": (
        "reminders.py",
        ("text=text,", "text=text[:5],"),
        ["test_reminder_is_sent", 'text is "Tomor"', "messages_api: timeline"],
    ),
    "service": (
        "webhooks.py",
        ('answered.add(body["message_uuid"])', "pass"),
        ["test_yes_that_comes_twice", "found 2", "messages_api: timeline"],
    ),
}


@pytest.mark.parametrize(("file", "change", "expected"), BREAKS.values(), ids=BREAKS)
def test_broken_sample_project_fails_with_the_reason(
    project: Path, file: str, change: tuple[str, str], expected: list[str]
) -> None:
    source = (project / file).read_text(encoding="utf-8")
    assert change[0] in source
    (project / file).write_text(source.replace(*change), encoding="utf-8")

    result = run(project, "-k", expected[0])

    assert 1 == result.returncode, result.stdout + result.stderr
    assert [] == [each for each in expected if each not in result.stdout]
