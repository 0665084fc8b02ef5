"""Which of several schemas a value was meant for: by the member whose constants tell them apart, else by likeness."""

from dataclasses import dataclass

from mockserver.contract.compiled import compiled
from mockserver.model import Json


@dataclass(frozen=True, slots=True)
class Tag:
    """The member that tells alternatives apart, such as ``type``, and the values each of them has for it."""

    name: str
    values: tuple[tuple[str, ...], ...]

    def all_values(self) -> list[str]:
        """Return every value there is, in the order of the alternatives."""
        return [each for values in self.values for each in values]


def tag_of(alternatives: list[Json]) -> Tag | None:
    """Return the member that all alternatives have, each with constants of its own; ``None`` if there is none."""
    shared = [name for name in _properties(alternatives[0]) if all(name in _properties(each) for each in alternatives)]
    for name in shared:
        values = tuple(_constants(_properties(each)[name]) for each in alternatives)
        if all(values):
            return Tag(name, values)
    return None


def meant(alternatives: list[Json], tag: Tag, value: dict[str, Json], close: str | None) -> int:
    """Return the index of the alternative a value was meant for.

    It is the one whose tag it has; else the one that leaves least to complain about, then the one whose tag is
    ``close``, the word most like what was said.
    """
    said = value.get(tag.name)
    named = next((index for index, values in enumerate(tag.values) if said in values), None)
    if named is not None:
        return named
    costs = [
        (_cost(each, {**value, tag.name: values[0]}), close not in values)
        for each, values in zip(alternatives, tag.values, strict=True)
    ]
    return costs.index(min(costs))


def _cost(schema: Json, value: dict[str, Json]) -> int:
    """Return how many complaints a schema has about a value, counting members it does not know."""
    errors = list(compiled(schema).iter_errors(value))
    return len(errors) + len([name for name in value if name not in _properties(schema)])


def _properties(schema: Json) -> dict[str, Json]:
    properties: dict[str, Json] = schema.get("properties", {})
    return properties


def _constants(schema: Json) -> tuple[str, ...]:
    return (schema["const"],) if "const" in schema else tuple(schema.get("enum", ()))
