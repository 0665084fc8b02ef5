"""Whatever is written, reading it gives a scenario or mistakes with places, and nothing else."""

import json
import re
from typing import Final

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.contract.specs import Specs
from mockserver.errors import ScenarioError
from mockserver.model import Json
from mockserver.scenario.document import parse
from mockserver.scenario.load import ScenarioErrors, load_text
from mockserver.scenario.schema import scenario_schema
from tests.scenario.test_schema import EXAMPLES

VALUES: Final[tuple[Json, ...]] = (
    None,
    True,
    {},
    [],
    [1],
    {"a": 1},
    {"contains": "x"},
    0.5,
    ("key", "x"),
    ("key", "expect"),
    ("key", "set"),
)
SLOWLY = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
WORDS: Final = (
    *(
        "sms",
        "whatsapp",
        "text",
        "image",
        "v1",
        "read",
        "submitted",
        "accepted",
        "manual",
        "60x",
        "2s",
        "2xx",
        "r",
        "m",
    ),
    *("${message.to}", "${vars.a}", "${u}", "${", "$${", "message.uuid", "rule:r", "inbound:1", "answers", "webhooks"),
    *("drop", "status", "clear", "(", "http://h/", "", "a b", "1300"),
)


@pytest.fixture(scope="module")
def validator(specs: Specs) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(scenario_schema(specs))


def keys_of(schema: Json) -> set[str]:
    """Return the keys of every mapping of a format."""
    if isinstance(schema, list):
        return {key for each in schema for key in keys_of(each)}
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties", {})
    return set(own if isinstance(own, dict) else ()) | {key for each in schema.values() for key in keys_of(each)}


def files(keys: tuple[str, ...]) -> st.SearchStrategy[Json]:
    """Return files made of the keys and words of the format in any disorder."""
    scalars = st.sampled_from(WORDS) | st.integers(-2, 1400) | st.booleans() | st.none() | st.floats(-1, 2)
    values = st.recursive(
        scalars,
        lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(keys), below, max_size=4),
        max_leaves=25,
    )
    sections = ("given", "vars", "machines", "rules", "timeline", "verify", "clock", "seed", "about")
    return st.fixed_dictionaries({"scenario": st.just("a") | scalars}, optional=dict.fromkeys(sections, values))


def mistakes_in(text: str, name: str, specs: Specs) -> tuple[ScenarioError, ...]:
    """Return what is wrong with a text, nothing if it is a scenario."""
    try:
        load_text(text, name, specs=specs)
    except ScenarioErrors as errors:
        return errors.errors
    return ()


def unplaced(errors: tuple[ScenarioError, ...]) -> list[str]:
    """Return the mistakes that do not say line and column."""
    return [str(each) for each in errors if not re.fullmatch(r"f\.json:\d+:\d+", each.where or "")]


@SLOWLY
@given(data=st.data())
def test_any_file_is_a_scenario_or_has_mistakes_with_places(data: st.DataObject, specs: Specs) -> None:
    value = data.draw(files(tuple(sorted(keys_of(scenario_schema(specs))))))

    found = mistakes_in(json.dumps(value, indent=1), "f.json", specs)

    assert [] == unplaced(found)
    assert [] == [each.what for each in found if "Input should" in each.what or "<found>" in each.what]


@SLOWLY
@given(text=st.text(st.sampled_from("scenario:rlue -[]{}&*!|>'\"#%@,?\n\t$a1é\x00\ud800")))
def test_any_text_is_read_or_refused(text: str, specs: Specs) -> None:
    found = mistakes_in(text, "f.yaml", specs)

    assert all(each.what for each in found)


def paths_in(value: Json, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of everything below a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for key, below in items for each in ((*path, key), *paths_in(below, (*path, key)))]


def changed(value: Json, path: tuple[str | int, ...], new: Json) -> Json:
    """Return a value with what stands at a path replaced, or the key itself by a ``("key", NAME)``."""
    first, *rest = path
    items = dict(value.items() if isinstance(value, dict) else enumerate(value))
    if rest:
        items[first] = changed(items[first], tuple(rest), new)
    elif isinstance(new, tuple) and isinstance(value, dict):
        items[new[1]] = items.pop(first)
    elif not isinstance(new, tuple):
        items[first] = new
    return items if isinstance(value, dict) else list(items.values())


@SLOWLY
@given(data=st.data())
def test_a_sound_file_with_changes_is_a_scenario_or_has_mistakes_with_places(
    data: st.DataObject, specs: Specs, validator: jsonschema_rs.Validator
) -> None:
    value = parse(data.draw(st.sampled_from(EXAMPLES)), "f.yaml").value
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths_in(value)))
        new = data.draw(st.sampled_from(WORDS) | st.integers(-2, 1400) | st.sampled_from(VALUES))
        value = changed(value, path, new)

    found = mistakes_in(json.dumps(value), "f.json", specs)

    assert [] == unplaced(found)
    assert found or [] == [each.message for each in validator.iter_errors(value)], value


@SLOWLY
@given(data=st.data())
def test_what_loads_also_fits_the_json_schema(
    data: st.DataObject, specs: Specs, validator: jsonschema_rs.Validator
) -> None:
    value = data.draw(files(tuple(sorted(keys_of(scenario_schema(specs))))))

    found = mistakes_in(json.dumps(value), "f.json", specs)

    assert found or validator.is_valid(value), value
