"""Places in JSON values: finds them, puts something else there, takes away what stands there."""

from collections.abc import Iterator
from typing import TypeAlias

from mockserver.model import Json

Place: TypeAlias = tuple[str | int, ...]
"""The names and numbers that lead to a value from the outermost one."""


def path(place: Place) -> str:
    """Return a place as one word."""
    return ".".join(map(str, place))


def dotted(name: str) -> Place:
    """Return the place in objects that a dotted name leads to."""
    return tuple(name.split("."))


def places(value: Json, place: Place = ()) -> Iterator[tuple[Place, Json]]:
    """Yield every place in a JSON value with what stands there, the outermost first."""
    yield place, value
    if isinstance(value, dict):
        for name, each in value.items():
            yield from places(each, (*place, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from places(each, (*place, index))


def put(value: Json, place: Place, new: Json) -> Json:
    """Return a JSON value with another one at a place, objects made on the way where there are none."""
    if not place:
        return new
    first, *rest = place
    if isinstance(first, int):
        return [put(each, tuple(rest), new) if index == first else each for index, each in enumerate(value)]
    members = value if isinstance(value, dict) else {}
    return {**members, first: put(members.get(first), tuple(rest), new)}


def removed(value: Json, place: Place) -> Json:
    """Return a JSON value without what stands at a place."""
    first, *rest = place
    if isinstance(value, list):
        kept = [removed(each, tuple(rest)) if index == first and rest else each for index, each in enumerate(value)]
        return [each for index, each in enumerate(kept) if rest or index != first]
    if not rest:
        return {name: each for name, each in value.items() if name != first}
    return {**value, first: removed(value[first], tuple(rest))}
