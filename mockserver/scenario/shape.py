"""Holds a file against the models: what is of the wrong shape, and what is left of the file without it.

What is left is looked at further, so that a file's mistakes are told all at once and not one kind after the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mockserver.config.places import KeyPath
from mockserver.model import Json
from mockserver.scenario.complaints import Mistake, from_pydantic, written_path
from mockserver.scenario.models import ScenarioFile

_ITEMS: Final[Mapping[str, Mapping[str, Json]]] = {
    "rules": {"id": "unnamed-"},
    "timeline": {"sleep": 0},
    "verify": {"violations": 0},
}
"""What stands for an item that is wrong, so that those after it keep their numbers."""
_NAMELESS: Final = {"scenario": "unnamed"}


@dataclass(frozen=True, slots=True)
class Shape:
    """A file as far as its shape is right: ``value`` without what is wrong, and the mistakes of the rest."""

    file: ScenarioFile
    value: Mapping[str, Json]
    mistakes: tuple[Mistake, ...] = ()
    left_out: tuple[KeyPath, ...] = ()

    def explains(self, mistake: Mistake) -> bool:
        """Return whether a mistake may well be there only because something was left out beside or above it."""
        around = (mistake.path, mistake.path[:-1]) if mistake.at_key else (mistake.path,)
        rests_on = mistake.rests_on
        return any(
            out[:-1] in around
            or mistake.path[: len(out)] == out
            or (rests_on is not None and out[: len(rests_on)] == rests_on)
            for out in self.left_out
        )


def check_shape(value: Mapping[str, Json]) -> Shape:
    """Return what is right of a file's value, and what is not."""
    mistakes: tuple[Mistake, ...] = ()
    left_out: list[KeyPath] = []
    while True:
        try:
            return Shape(ScenarioFile.model_validate(value), value, mistakes, tuple(left_out))
        except ValidationError as error:
            found = error.errors(include_url=False)
            mistakes = mistakes or tuple(from_pydantic(found, ScenarioFile, value))
            paths = sorted({_place(each) for each in found}, key=len, reverse=True)
            rest = _without(value, paths)
            if rest == value:  # pragma: no cover, a mistake of ours; without this it would never end
                raise
            left_out += paths
            value = rest


def _place(error: ErrorDetails) -> KeyPath:
    """Return the path of what has to go: of the whole, where a part is missing."""
    path = written_path(error["loc"])
    return path[:-1] if error["type"] == "missing" else path


def _without(value: Mapping[str, Json], paths: Iterable[KeyPath]) -> Mapping[str, Json]:
    for path in filter(None, paths):
        value = _removed(value, path, None)
    return {**_NAMELESS, **value}


def _removed(value: Json, path: KeyPath, stand_in: Json) -> Json:
    """Return a value without what stands at a path: ``None`` for a list, unless something stands in for its item."""
    first, *rest = path
    if isinstance(value, Mapping):
        if first not in value:  # it went with something else
            return value
        inner = _removed(value[first], tuple(rest), _ITEMS.get(str(first))) if rest else None
        return {**value, first: inner} if inner is not None else {key: value[key] for key in value if key != first}
    index = int(first)
    item = _removed(value[index], tuple(rest), None) if rest else stand_in
    return None if item is None else [*value[:index], item, *value[index + 1 :]]
