"""What the tests of the plugin share: test runs inside of a test run."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeAlias

import pytest

import mockserver.web.app  # noqa: F401 - a run inside of this process forgets what it imports, and PyYAML bears that once
from mockserver.settings import Settings
from mockserver.web.server import serving

Run: TypeAlias = Callable[..., pytest.RunResult]
_ABSENT: Final = ("cacheprovider", "cov", "faker", "hypothesispytest", "randomly", "schemathesis", "time_machine")
QUIET: Final = tuple(f"-pno:{each}" for each in _ABSENT)
"""What other plugins do here is no part of these tests."""
_SETTINGS: Final = """
import pytest
from mockserver import Settings

@pytest.fixture(scope="session")
def messages_api_settings():
    return Settings(port=0, tls=False, submitted_after_s=0, delivered_after_s=0.02)
"""
"""No https: a certificate takes longer than all else. The sample project has it."""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a file of tests in this process, with flags, as a user would."""
    monkeypatch.delenv("MESSAGES_MOCKSERVER_URL", raising=False)

    def run(source: str, *flags: str, conftest: str = "") -> pytest.RunResult:
        pytester.makepyfile(test_it=source)
        pytester.makeconftest(_SETTINGS + conftest)
        return pytester.runpytest_inprocess(*QUIET, *flags)

    return run


@pytest.fixture(scope="session")
def running_url() -> Iterator[str]:
    """Run a server for all inner runs that need no one of their own, and return its URL: to start one takes longest."""
    with serving(Settings(port=0, tls=False, submitted_after_s=0, delivered_after_s=0.02)) as running:
        yield running.url


@pytest.fixture
def run_there(run: Run, running_url: str) -> Run:
    """Return what runs a file of tests against a server that runs already."""
    return partial(run_with_url, run, running_url)


def run_with_url(run: Run, url: str, source: str, *flags: str, conftest: str = "") -> pytest.RunResult:
    """Run a file of tests against the server at a URL."""
    return run(source, f"--messages-api-url={url}", *flags, conftest=conftest)
