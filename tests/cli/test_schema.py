"""``mockserver schema``: the JSON Schema of what a tester writes."""

import jsonschema_rs
import pytest

from mockserver.contract.specs import load_specs
from mockserver.scenario.schema import scenario_schema
from tests.cli.conftest import Cli


@pytest.mark.parametrize("arguments", [(), ("scenario",)])
def test_schema_prints_that_of_scenarios(arguments: tuple[str, ...], cli: Cli) -> None:
    outcome = cli("schema", *arguments)

    assert (0, "") == (outcome.code, outcome.err)
    assert scenario_schema(load_specs()) == outcome.json
    assert jsonschema_rs.is_valid(outcome.json, {"scenario": "a"})


def test_schema_of_something_else_is_wrong_use(cli: Cli) -> None:
    outcome = cli("schema", "scenarios")

    assert (2, "") == (outcome.code, outcome.out)
