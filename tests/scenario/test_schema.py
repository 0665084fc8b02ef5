"""The JSON Schema says of a file what the models say, and the committed one is fresh."""

import re
from pathlib import Path

import jsonschema_rs
import pytest

from mockserver.contract.specs import Specs
from mockserver.core.asking import FIELDS, About
from mockserver.model import Account, Json, Provider
from mockserver.scenario.document import parse
from mockserver.scenario.load import load_text
from mockserver.scenario.models import ScenarioFile
from mockserver.scenario.schema import FILE_NAME, scenario_schema, written
from tests.scenario.test_load import CASES

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = re.findall(
    r"^```yaml\n(.*?)^```$", (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
BY_NAMES = (
    *("two keys", "impossible", "bad expression", "json nowhere", "unknown machine", "unknown name", "two answers"),
    *(
        "body without",
        "nothing said",
        "mixed delay",
        "falling",
        "upside down",
        "bounds upside",
        "then after",
        "never reported",
    ),
    *(
        "cannot follow",
        "nothing follows",
        "code of a success",
        "before ",
        "inbound of another",
        "set of no",
        "capture of",
    ),
    *("capture in", "reserved name", "open brace", "no expression", "unknown rule", "no channel", "stranger"),
    *("advance of", "set of nothing", "needed in", "two selectors", "relative url", "two bodies", "later name"),
    *(
        "answer where",
        "two counts",
        "machine in",
        "no bounds",
        "sequence of an",
        "sequence of no",
        "sequence of a word",
    ),
    *("unknown field", "unknown mode", "price of", "no amount", "no url", "sender twice", "expression of the run"),
    *("channel of the search", "status of the search"),
    *("unknown initial", "key of nothing", "unknown in not", "expression for a number", "long duration"),
)
"""How the names of cases begin whose mistakes no schema can see: names, order, contradictions, other files."""


@pytest.fixture(scope="module")
def schema(specs: Specs) -> dict[str, Json]:
    return scenario_schema(specs)


@pytest.fixture(scope="module")
def validator(schema: dict[str, Json]) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(schema)


def test_schema_is_one(schema: dict[str, Json]) -> None:
    jsonschema_rs.meta.validate(schema)


def test_committed_schema_is_fresh(schema: dict[str, Json]) -> None:
    text = (ROOT / "docs" / FILE_NAME).read_text(encoding="utf-8")

    assert written(schema) == text, "run: mockserver schema scenario > docs/scenario.schema.json"


def test_every_reference_leads_somewhere(schema: dict[str, Json]) -> None:
    references = set(re.findall(r'"\$ref": "#/\$defs/([^"]+)"', written(schema)))

    assert references == set(schema["$defs"])


def test_every_key_is_described(schema: dict[str, Json]) -> None:
    described = {"root": schema, **schema["$defs"]}
    silent = [
        f"{name}.{key}"
        for name, each in described.items()
        for key, member in each.get("properties", {}).items()
        if not member.get("description")
    ]

    assert [] == silent


@pytest.mark.parametrize("text", EXAMPLES, ids=[f"example-{number}" for number in range(len(EXAMPLES))])
def test_example_of_the_docs_loads_and_fits(text: str, validator: jsonschema_rs.Validator, specs: Specs) -> None:
    value = parse(text, "docs").value

    scenario = load_text(text, "docs", specs=specs)

    assert value["scenario"] == scenario.id
    assert [] == [each.message for each in validator.iter_errors(value)]


def test_docs_begin_with_an_example_that_names_the_schema() -> None:
    assert len(EXAMPLES) > 5
    assert EXAMPLES[0].startswith(f"# yaml-language-server: $schema={FILE_NAME}\n")


@pytest.mark.parametrize(
    "text", [text for name, (text, _) in CASES.items() if not name.partition(", ")[2].startswith(BY_NAMES)]
)
def test_file_of_a_wrong_shape_does_not_fit(text: str, validator: jsonschema_rs.Validator) -> None:
    assert not validator.is_valid(parse(text, "f.yaml").value)


@pytest.mark.parametrize("name", BY_NAMES)
def test_each_reason_not_to_ask_the_schema_is_needed(name: str) -> None:
    assert any(each.partition(", ")[2].startswith(name) for each in CASES)


@pytest.mark.parametrize(
    ("model", "about", "without", "beside"),
    [
        ("MessageMatcher", "messages", set(), set()),
        ("RequestMatcher", "requests", set(), set()),
        ("DeliveryMatcher", "deliveries", set(), set()),
        ("SendMatcher", "sends", {"state"}, set()),
        ("When", "sends", set(), {"nth", "times", "every", "probability"}),
        ("Answered", "answers", {"status"}, {"answered", "within"}),
    ],
)
def test_keys_of_a_matcher_are_what_can_be_asked(
    model: str, about: About, without: set[str], beside: set[str], schema: dict[str, Json]
) -> None:
    assert set(FIELDS[about]) - without | beside == set(schema["$defs"][model]["properties"])


def test_given_takes_every_member_of_account_and_provider(schema: dict[str, Json]) -> None:
    members = {*Account.__struct_fields__, *Provider.__struct_fields__} - {"api_key", "provider"}

    assert members | {"windows", "settings"} == set(schema["$defs"]["Given"]["properties"])


@pytest.mark.parametrize(
    ("model", "definition"),
    [("applications", "Application"), ("senders", "Sender"), ("templates", "Template"), ("media", "MediaFile")],
)
def test_tables_below_given_take_every_member(model: str, definition: str, schema: dict[str, Json]) -> None:
    field = next(each for each in (Account, Provider) if model in each.__struct_fields__)
    struct = field.__annotations__[model].__args__[0]

    assert set(struct.__struct_fields__) == set(schema["$defs"][definition]["properties"])


def test_models_take_no_other_file() -> None:
    assert "include" not in ScenarioFile.model_fields
