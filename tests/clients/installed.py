"""What a test does if the client it drives is not installed: skip at home, fail in CI, where `.ci/run` installs all."""

from collections.abc import Mapping
from typing import NoReturn

import pytest


def missing(what: str, make: str, environ: Mapping[str, str]) -> NoReturn:
    """Skip the test; in CI, fail it. ``make`` is the Makefile's verb that installs what is missing."""
    reason = f"{what} missing: run `make {make}`"
    if "CI" in environ:
        pytest.fail(reason)
    pytest.skip(reason)
