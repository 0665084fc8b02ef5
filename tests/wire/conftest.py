"""What tests of the dialects share: the documents and the contract, read once."""

import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.specs import Specs, load_specs


@pytest.fixture(scope="session")
def specs() -> Specs:
    """Read the documents."""
    return load_specs()


@pytest.fixture(scope="session")
def contract(specs: Specs) -> MessagesContract:
    """Return the contract of v0.1."""
    return MessagesContract(specs)
