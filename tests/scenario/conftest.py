"""The documents, loaded once, and scenario files read from a text."""

import textwrap
from typing import Protocol

import pytest

from mockserver.contract.specs import Specs, load_specs
from mockserver.core.scenario_values import Scenario
from mockserver.scenario.load import ScenarioErrors, load_text


class Load(Protocol):
    """Reads the text of a scenario file."""

    def __call__(self, text: str, **overrides: str) -> Scenario:
        """Return the scenario of a text, named ``f.yaml``; its common indentation is taken off."""
        ...


class Mistakes(Protocol):
    """Reads the text of a broken scenario file."""

    def __call__(self, text: str, **overrides: str) -> list[str]:
        """Return what is wrong with a text, the name of the file taken off."""
        ...


@pytest.fixture(scope="session")
def specs() -> Specs:
    return load_specs()


@pytest.fixture(scope="session")
def load(specs: Specs) -> Load:
    def read(text: str, **overrides: str) -> Scenario:
        return load_text(textwrap.dedent(text), "f.yaml", overrides, specs=specs)

    return read


@pytest.fixture(scope="session")
def mistakes(load: Load) -> Mistakes:
    def read(text: str, **overrides: str) -> list[str]:
        with pytest.raises(ScenarioErrors) as raised:
            load(text, **overrides)
        return [str(each).removeprefix("f.yaml:") for each in raised.value.errors]

    return read
