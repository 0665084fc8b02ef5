"""What can be wrong with a value by its schema, rule by rule; each wrong breaks one and leaves the others alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from mockserver.contract.nearest import sample
from mockserver.core.forms import joined
from mockserver.core.places import dotted, put, removed
from mockserver.model import Json
from mockserver.strategies.making import main_type


class _Removed(Enum):
    REMOVED = "removed"


REMOVED: Final = _Removed.REMOVED
"""Stands for a member that is taken out."""
_FAR: Final = 10**9
_OF_OTHER_TYPE: Final[dict[str, tuple[Json, ...]]] = {
    "string": (7, True, {}, [], 0.5),
    "integer": ("7", "", True, {}, [7], 0.5),
    "number": ("0.5", True, {}, [0.5]),
    "boolean": ("true", 1, "", []),
    "array": ("text", 7, {}),
    "object": ("text", 7, [], True),
}
"""Values of another type than the one a schema asks for."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A way to break a rule: one of ``values`` in the place ``at``. ``field`` is what a refusal will name."""

    rule: str
    field: str
    at: str
    values: tuple[Json, ...]

    def applied(self, body: Json, index: int) -> Json:
        """Return a body with this wrong, in one of its ways."""
        value = self.values[index]
        if not self.at:
            return value
        place = dotted(self.at)
        return removed(body, place) if value is REMOVED else put(body, place, value)


def wrongs(schema: Json, value: Json, at: str = "") -> Iterator[Wrong]:
    """Yield what can be wrong with a valid value of a schema; ``at`` is where it stands."""
    for name in schema.get("required", ()):
        if name in value:
            place = joined(at, name)
            yield Wrong("required", place, place, (REMOVED,))
    for name, child in schema.get("properties", {}).items():
        place = joined(at, name)
        if "const" in child:
            continue
        yield from _of_value(child, value.get(name), place)
        inner = value.get(name, None if "required" in child else {})
        if "properties" in child and isinstance(inner, dict):
            yield from wrongs(child, inner, place)
    yield from _of_ways(schema, value, at)


def _of_value(schema: Json, value: Json, at: str) -> Iterator[Wrong]:
    if "enum" in schema:
        yield Wrong("enum", at, at, _no_choice(schema["enum"]))
        return
    if "anyOf" in schema:
        yield from _of_forms(schema["anyOf"], at)
        return
    kind = main_type(schema)
    others = [each for each in _OF_OTHER_TYPE[kind] if not _is_of(schema, each)]
    yield Wrong("type", at, at, tuple(others))
    yield from _of_size(schema, value, at)
    if "pattern" in schema:
        start = value if isinstance(value, str) else sample(schema)
        yield Wrong("pattern", at, at, _no_match(schema, start))


def _of_size(schema: Json, value: Json, at: str) -> Iterator[Wrong]:
    """Yield values too short, too long, too small and too large."""
    if "maxLength" in schema:
        start = value if isinstance(value, str) else sample(schema)
        missing = schema["maxLength"] + 1 - len(start)
        yield Wrong(
            "max_length", at, at, (start + "x" * missing, start + "👍" * missing, start + "x" * (missing + 999))
        )
    if schema.get("minLength", 0) > 0 and "pattern" not in schema:
        yield Wrong(
            "min_length", at, at, ("", *(("x" * (schema["minLength"] - 1),) if schema["minLength"] > 1 else ()))
        )
    if schema.get("minLength", 0) > len(_SHORT_URL) and re.search(schema.get("pattern", "$."), _SHORT_URL):
        yield Wrong("min_length", at, at, (_SHORT_URL,))
    if schema.get("minItems", 0) > 0:
        yield Wrong("min_length", at, at, ([],))
    if "minimum" in schema or "maximum" in schema:
        below = (schema["minimum"] - 1, -_FAR) if "minimum" in schema else ()
        above = (schema["maximum"] + 1, _FAR) if "maximum" in schema else ()
        yield Wrong("range", at, at, (*below, *above))


_SHORT_URL: Final = "http://a"


def _of_forms(forms: list[Json], at: str) -> Iterator[Wrong]:
    """Yield a list that mixes two forms of items, where it may have either: strings or objects."""
    items = [each.get("items") for each in forms]
    if len(items) > 1 and all(items) and [main_type(each) for each in items] == ["string", "object"]:
        text, entry = map(sample, items)
        yield Wrong("mixed_parameters", f"{at}[1]", at, ([text, entry], [entry, text]))


def _of_ways(schema: Json, value: Json, at: str) -> Iterator[Wrong]:
    """Yield an object with all of the members that exclude each other, and one with none."""
    names = [name for way in schema.get("oneOf", ()) for name in way["required"]]
    if names and at:
        samples = {name: sample(schema["properties"][name]) for name in names}
        without = {name: each for name, each in value.items() if name not in names}
        yield Wrong("one_of", at, at, ({**samples, **value}, without))


def _no_choice(choices: list[Json]) -> tuple[Json, ...]:
    words = [each for each in choices if isinstance(each, str)]
    tried = ["nonsense", "", *(f"{each}s" for each in words), *(each.swapcase() for each in words)]
    return tuple(dict.fromkeys(each for each in tried if each not in choices))


def _no_match(schema: Json, start: str) -> tuple[str, ...]:
    tried = (
        f"+{start}",
        f"0{start}",
        f"{start} ",
        f" {start}",
        start[:3],
        f"x{start}",
        start.replace(":", ""),
        "nonsense",
        f"{start}\n",
    )
    most = schema.get("maxLength", len(start) + 1)
    return tuple(dict.fromkeys(each for each in tried if not re.search(schema["pattern"], each) and len(each) <= most))


def _is_of(schema: Json, value: Json) -> bool:
    """Return whether a value is of a type that the schema allows besides, such as a number where both are."""
    kinds = schema.get("type", "object")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return any(
        isinstance(value, _TYPES[each]) and not (isinstance(value, bool) and each != "boolean") for each in kinds
    )


_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}
