"""One real run of the demo's plot, for the tests that look at what was seen of it."""

from pathlib import Path

import pytest

from mockserver.demo.play import play, set_up
from mockserver.demo.plot import Seen


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Play the plot once, with the server and the bundled service, and return what was seen."""
    log: Path = tmp_path_factory.mktemp("demo") / "booking.log"
    with set_up(log) as stage:
        return play(stage)
