"""Values made by chance from a schema, all of them valid; members nobody documents among them. It knows no rules."""

from collections.abc import Callable
from typing import Final

import jsonschema_rs
from hypothesis import strategies as st

from mockserver.model import Json

JsonStrategy = st.SearchStrategy[Json]

_LONGEST: Final = 40
"""Characters of a text made one by one; beside those are texts as long as may be."""
_TEXT: Final = st.characters(codec="utf-8")
_STRANGERS: Final = st.dictionaries(
    st.sampled_from(["x_note", "x_more", "failsafe"]),
    st.none() | st.booleans() | st.integers(0, 9) | st.text(_TEXT, max_size=5) | st.just({"in": ["side"]}),
    max_size=1,
)
"""Members that no schema knows."""
_TELLING: Final = ("oneOf", "if", "not", "dependentRequired", "pattern")
"""Keywords that values are tried against, rather than made for."""


def values(schema: Json) -> JsonStrategy:
    """Return the valid values of a schema without references, but for null."""
    made = _values(schema)
    if any(each in schema for each in _TELLING):
        return made.filter(jsonschema_rs.Draft202012Validator(schema).is_valid)
    return made


def _values(schema: Json) -> JsonStrategy:
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from([each for each in schema["enum"] if each is not None])
    if "anyOf" in schema and "properties" not in schema:
        return st.one_of([values(each) for each in schema["anyOf"]])
    return _MAKERS[_main_type(schema)](schema)


def _main_type(schema: Json) -> str:
    kinds = schema.get("type", "object")
    named = [kinds] if isinstance(kinds, str) else kinds
    return next(str(each) for each in named if each != "null")


def _strings(schema: Json) -> JsonStrategy:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10**6)
    if "pattern" not in schema:
        short = st.text(_TEXT, min_size=least, max_size=min(most, least + _LONGEST))
        return short | _TEXT.map(lambda each: each * most) if "maxLength" in schema else short
    made = st.from_regex(schema["pattern"], alphabet=_TEXT)
    return st.one_of([made, *map(st.just, schema.get("examples", ()))]).filter(lambda each: least <= len(each) <= most)


def _integers(schema: Json) -> JsonStrategy:
    return st.integers(schema.get("minimum", -(10**9)), schema.get("maximum", 10**9))


def _numbers(schema: Json) -> JsonStrategy:
    return st.floats(schema.get("minimum", -1e6), schema.get("maximum", 1e6), allow_nan=False)


def _lists(schema: Json) -> JsonStrategy:
    least = schema.get("minItems", 0)
    return st.lists(values(schema["items"]), min_size=least, max_size=min(schema.get("maxItems", 99), least + 2))


def _objects(schema: Json) -> JsonStrategy:
    members = {name: values(each) for name, each in schema.get("properties", {}).items()}
    needed = {name: each for name, each in members.items() if name in schema.get("required", ())}
    known = st.fixed_dictionaries(needed, optional={name: each for name, each in members.items() if name not in needed})
    if schema.get("additionalProperties") is False:
        return known
    least = schema.get("minProperties", 0)
    return st.tuples(known, _STRANGERS).map(lambda pair: pair[0] | pair[1]).filter(lambda made: len(made) >= least)


_MAKERS: Final[dict[str, Callable[[Json], JsonStrategy]]] = {
    "string": _strings,
    "integer": _integers,
    "number": _numbers,
    "boolean": lambda _: st.booleans(),
    "array": _lists,
    "object": _objects,
}
"""What makes the values of a type."""
