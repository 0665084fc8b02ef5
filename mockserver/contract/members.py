"""Which members a schema knows, object by object, so that strangers are noticed quickly."""

from dataclasses import dataclass

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


def known_members(schema: Json, path: str = "") -> KnownMembers:
    """Return what a schema knows. An object that declares no members takes any, and is left out."""
    properties: dict[str, Json] = schema.get("properties", {})
    objects = []
    for name, child in properties.items():
        if "properties" in child:
            objects.append((name, known_members(child, f"{path}.{name}" if path else name)))
    return KnownMembers(path, frozenset(properties), tuple(objects))


def strangers(known: KnownMembers, value: Json) -> list[tuple[KnownMembers, str]]:
    """Return every member of a body that its schema does not know, with the object it stands in."""
    found: list[tuple[KnownMembers, str]] = []
    _collect_strangers(known, value, found)
    return found


def _collect_strangers(known: KnownMembers, value: Json, found: list[tuple[KnownMembers, str]]) -> None:
    if not value.keys() <= known.names:
        found.extend((known, name) for name in value if name not in known.names)
    for name, child in known.objects:
        inner = value.get(name)
        if inner.__class__ is dict:
            _collect_strangers(child, inner, found)


def nulls(known: KnownMembers, value: Json) -> list[str]:
    """Return the dotted names of the known members that are null."""
    found: list[str] = []
    _collect_nulls(known, value, found)
    return found


def _collect_nulls(known: KnownMembers, value: Json, found: list[str]) -> None:
    if None in value.values():
        found.extend(known.name(name) for name, each in value.items() if each is None and name in known.names)
    for name, child in known.objects:
        inner = value.get(name)
        if inner.__class__ is dict:
            _collect_nulls(child, inner, found)
