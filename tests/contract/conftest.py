"""The documents, the contract and the oracle, loaded once; none of them holds state."""

import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.oracle import Oracle
from mockserver.contract.schemas import Schemas
from mockserver.contract.specs import Specs, load_specs


@pytest.fixture(scope="session")
def specs() -> Specs:
    return load_specs()


@pytest.fixture(scope="session")
def schemas(specs: Specs) -> Schemas:
    return specs.schemas("v0.1")


@pytest.fixture(scope="session")
def contract(specs: Specs) -> MessagesContract:
    return MessagesContract(specs)


@pytest.fixture(scope="session")
def oracle(specs: Specs) -> Oracle:
    return Oracle(specs.documents["messages-v0.1"])
