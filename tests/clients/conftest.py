"""What the tests of official clients share: the files their results are held against."""

import os

import pytest

from tests.clients.table import Results


@pytest.fixture(scope="session")
def results() -> Results:
    """Return the files of results; with WRITE_CLIENT_RESULTS set, as `make clients` does, they are written anew."""
    return Results(is_writing="WRITE_CLIENT_RESULTS" in os.environ)
