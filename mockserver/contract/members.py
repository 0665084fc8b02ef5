"""Which members a schema knows, object by object, so that strangers are noticed quickly."""

from dataclasses import dataclass

from msgspec import Struct

from mockserver.model import Json


@dataclass(frozen=True, slots=True)
class KnownMembers:
    """The members of one object, and the objects among them. ``path`` is dotted, empty for the whole body."""

    path: str
    names: frozenset[str]
    objects: tuple[tuple[str, "KnownMembers"], ...]

    def name(self, member: str) -> str:
        """Return the dotted name of a member of this object."""
        return f"{self.path}.{member}" if self.path else member

    def at(self, path: str) -> "KnownMembers | None":
        """Return what is known of the object at a dotted path; ``None`` of one that takes any members."""
        found: KnownMembers | None = self
        for member in path.split(".") if path else ():
            found = dict(found.objects).get(member) if found is not None else None
        return found


def known_members(schema: Json, path: str = "") -> KnownMembers:
    """Return what a schema knows. An object that declares no members takes any, and is left out."""
    properties: dict[str, Json] = schema.get("properties", {})
    objects = []
    for name, child in properties.items():
        if "properties" in child:
            objects.append((name, known_members(child, f"{path}.{name}" if path else name)))
    return KnownMembers(path, frozenset(properties), tuple(objects))


class Oddities(Struct, frozen=True, gc=False):
    """What a body holds beside what it should: members no schema knows, each with its object, and known ones null."""

    strangers: list[tuple[KnownMembers, str]]
    nulls: list[str]


def oddities(known: KnownMembers, body: Json) -> Oddities:
    """Return the oddities of a body, in one walk: this is on the send path."""
    found = Oddities([], [])
    _collect(known, body, found)
    return found


def is_ordinary(known: KnownMembers, value: Json) -> bool:
    """Return whether a body has no oddities; quicker than to collect them, and most bodies have none."""
    if not value.keys() <= known.names or None in value.values():
        return False
    for name, child in known.objects:
        inner = value.get(name)
        if inner.__class__ is dict and not is_ordinary(child, inner):
            return False
    return True


def _collect(known: KnownMembers, value: Json, found: Oddities) -> None:
    if not value.keys() <= known.names:
        found.strangers.extend((known, name) for name in value if name not in known.names)
    if None in value.values():
        found.nulls.extend(known.name(name) for name, each in value.items() if each is None and name in known.names)
    for name, child in known.objects:
        inner = value.get(name)
        if inner.__class__ is dict:
            _collect(child, inner, found)
