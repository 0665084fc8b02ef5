"""Makes the valid values of a schema without references; what stands at some places may be told. It knows no API."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import jsonschema_rs
from hypothesis import strategies as st

from mockserver.core.forms import joined
from mockserver.model import Json
from mockserver.strategies.known import Values
from mockserver.strategies.texts import texts
from mockserver.strategies.urls import URL_START, urls

_MOST_CHARS: Final = 1000
"""Characters of texts that have no limit."""
_TELLING: Final = ("if", "oneOf", "dependentRequired")
"""Keywords that say which members go together."""
_ASCII: Final = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
_INTEGERS: Final = 10**6
_NUMBERS: Final = 1e6
_MOST_ITEMS: Final = 3


_QUICK: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "00000000-0000-4000-8000-000000000000": st.uuids(version=4).map(str),
    "0" * 32: st.text("0123456789abcdef", min_size=32, max_size=32),
    "1" * 55: st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", min_size=55, max_size=55),
}
"""Ids and how to make them, each by one of its kind; by their patterns it takes twenty times as long."""


class Making:
    """Makes values. ``told`` has strategies for the places of a value, by dotted name, such as ``image.url``."""

    def __init__(self, told: Mapping[str, Values] | None = None) -> None:
        self._told = told or {}

    def values(self, schema: Json, at: str = "") -> Values:
        """Return the valid values of a schema, but for null; ``at`` is where they stand."""
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from([each for each in schema["enum"] if each is not None])
        if at in self._told:
            return self._told[at].filter(fits(schema))
        if "anyOf" in schema and "properties" not in schema:
            return st.one_of([self.values(each, at) for each in schema["anyOf"]])
        return self._of_type(schema, at)

    def _of_type(self, schema: Json, at: str) -> Values:
        kind = main_type(schema)
        if kind == "object":
            return self._objects(schema, at)
        if kind == "array":
            return self._lists(schema, at)
        return _PLAIN[kind](schema)

    def _lists(self, schema: Json, at: str) -> Values:
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", _MOST_ITEMS), max(least, _MOST_ITEMS))
        return st.lists(self.values(schema["items"], f"{at}[]"), min_size=least, max_size=most)

    def _objects(self, schema: Json, at: str) -> Values:
        members = {name: self.values(each, joined(at, name)) for name, each in schema.get("properties", {}).items()}
        if not members:
            return _any_objects(schema)
        made = _members(members, frozenset(schema.get("required", ())))
        return self._mended(made, schema, members, at) if any(each in schema for each in _TELLING) else made

    def _mended(self, made: Values, schema: Json, members: Mapping[str, Values], at: str) -> Values:
        """Return objects whose members go together as the schema says."""
        fork = [self._consequences(schema.get(each, {}), at) for each in ("then", "else")]
        needs = [schema.get(each, {}).get("required", ()) for each in ("then", "else")]
        condition = fits(schema["if"]) if "if" in schema else None

        @st.composite
        def objects(draw: st.DrawFn) -> Json:
            value = draw(made)
            if "oneOf" in schema:
                _choose(draw, value, schema["oneOf"], members)
            for name, others in schema.get("dependentRequired", {}).items():
                if name in value:
                    value |= {each: draw(members[each]) for each in others if each not in value}
            if condition is not None:
                index = 0 if condition(value) else 1
                for name, (fitting, values) in fork[index].items():
                    if (name in value and not fitting(value[name])) or (name in needs[index] and name not in value):
                        value[name] = draw(values)
            return value

        return objects()

    def _consequences(self, branch: Json, at: str) -> dict[str, tuple["Fits", Values]]:
        """Return what ``then`` or ``else`` asks of members: whether a value fits, and values that do."""
        return {
            name: (fits(each), self.values(each, joined(at, name)))
            for name, each in branch.get("properties", {}).items()
        }


@st.composite
def _members(draw: st.DrawFn, members: Mapping[str, Values], needed: frozenset[str]) -> Json:
    """Return objects with all members needed and some of the others, in the order of the schema."""
    return {name: draw(each) for name, each in members.items() if name in needed or draw(st.booleans())}


class Fits:
    """Tells whether a value fits a schema."""

    def __init__(self, schema: Json) -> None:
        self._schema = schema
        self._validator = jsonschema_rs.Draft202012Validator(schema)

    def __call__(self, value: Json) -> bool:
        """Tell whether a value fits."""
        return self._validator.is_valid(value)

    def __repr__(self) -> str:
        # Hypothesis shows it in its messages, where a whole schema would hide all else.
        return f"fits({self._schema.get('description', 'the schema')!r})"


def fits(schema: Json) -> Fits:
    """Return what tells whether a value fits a schema."""
    return Fits(schema)


def main_type(schema: Json) -> str:
    """Return the type of a schema's values, null left aside."""
    kinds = schema.get("type", "object")
    named = [kinds] if isinstance(kinds, str) else kinds
    return next((str(each) for each in named if each != "null"), "null")


def patterned(pattern: str) -> st.SearchStrategy[str]:
    """Return printable ASCII texts that a pattern fits as a whole."""
    for probe, values in _QUICK.items():
        if re.fullmatch(pattern, probe) and not re.fullmatch(pattern, probe[:-1]):
            return values
    return st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True, alphabet=_ASCII)


def _strings(schema: Json) -> Values:
    least, most = schema.get("minLength", 0), schema.get("maxLength", _MOST_CHARS)
    examples = [st.just(each) for each in schema.get("examples", ())[:1]]
    pattern = schema.get("pattern")
    if pattern is None:
        return st.one_of([*examples, texts(min_chars=least, max_chars=most)])
    if pattern.startswith(URL_START):
        endings = tuple(
            each.rpartition(".")[2] for each in schema.get("examples", ()) if "." in each.rpartition("/")[2]
        )
        return st.one_of([*examples, urls(endings, max_chars=most).filter(fits(schema))])
    return st.one_of([*examples, patterned(pattern).filter(fits(schema))])


_PLAIN: Final[Mapping[str, Callable[[Json], Values]]] = {
    "string": _strings,
    "integer": lambda schema: st.integers(schema.get("minimum", -_INTEGERS), schema.get("maximum", _INTEGERS)),
    "number": lambda schema: st.floats(schema.get("minimum", -_NUMBERS), schema.get("maximum", _NUMBERS), width=32),
    "boolean": lambda _: st.booleans(),
    "null": lambda _: st.none(),
}
"""What makes the values of a type that has no parts."""


def _any_objects(schema: Json) -> Values:
    """Return objects of whatever members: none is documented."""
    names = st.sampled_from(["name", "value", "note", "id"])
    plain = st.booleans() | st.integers(-9, 99) | texts(max_chars=20)
    inner = plain | st.lists(plain, max_size=2) | st.dictionaries(names, plain, max_size=2)
    return st.dictionaries(names, inner, min_size=schema.get("minProperties", 0), max_size=3)


def _choose(draw: st.DrawFn, value: dict[str, Json], ways: list[Json], members: Mapping[str, Values]) -> None:
    """Leave the members of one way only, of several that exclude each other."""
    chosen = draw(st.sampled_from(range(len(ways))))
    for index, way in enumerate(ways):
        for name in way["required"]:
            if index != chosen:
                value.pop(name, None)
            elif name not in value:
                value[name] = draw(members[name])
