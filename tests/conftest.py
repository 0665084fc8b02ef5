"""What every test shares: Hypothesis profiles, Ctrl-C, and the event loop of asynchronous tests."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]
"""For test runs inside of a test run; pytest takes this only here."""

# CI must not fail on a different example each time; at home, chance finds what CI will not.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if "CI" in os.environ else "dev")

# A shell starts jobs in the background without Ctrl-C, and so would be the programs that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio, as the server does."""
    return "asyncio"
