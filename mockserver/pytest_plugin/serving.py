"""Where the server of a test run comes from: started here, or one that runs already."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from mockserver.handle import MockServer
from mockserver.pytest_plugin.case import plainly
from mockserver.pytest_plugin.options import Options
from mockserver.settings import Settings

USUAL: Final = Settings(port=0, submitted_after_s=0.0, delivered_after_s=0.02, read_after_s=0.04)
"""Tests wait for statuses; the half second that a server takes by itself would add up."""


@contextmanager
def started(settings: Settings) -> Iterator[MockServer]:
    """Run a server for the length of a block; fail with one sentence if it cannot listen."""
    with ExitStack() as held:
        with plainly():
            server = held.enter_context(MockServer.serving(settings))
        yield server


def connected(url: str, options: Options) -> MockServer:
    """Return the server that runs at a URL; fail with one sentence if none does."""
    with plainly():
        return MockServer.connect(url, tls_url=options.tls_url, ca_file=options.ca_file)
