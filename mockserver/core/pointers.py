"""Where in a body a rule was broken: the name of a field as a JSON pointer; judges nothing."""

import re
from dataclasses import dataclass
from typing import Final

from mockserver.model import Json

WHOLE: Final = "body"
"""The name that stands for the whole body."""
_INDEX: Final = re.compile(r"\[(\d{1,9})\]", re.ASCII)
_MEMBER: Final = re.compile(r"\.?([^.\[]+)")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a body. Of one that is not there, ``holder`` is the nearest around it that is."""

    pointer: str
    holder: str

    @property
    def is_missing(self) -> bool:
        """True if nothing stands there."""
        return self.pointer != self.holder


def place_of(body: Json, name: str) -> Place:
    """Return the place of a field, such as ``failover[0].message.content`` or ``body`` for all of it.

    Members may have dots and brackets in their names, so what is there is looked at first.
    """
    if name == WHOLE and not (isinstance(body, dict) and name in body):
        return Place("", "")
    pointer, rest, value = "", name, body
    while rest:
        step = _step(value, rest)
        if step is None:
            return Place(pointer + _pointer(rest), pointer)
        key, taken = step
        pointer += f"/{escaped(str(key))}"
        rest, value = rest[taken:], value[key]
    return Place(pointer, pointer)


def _step(value: Json, rest: str) -> tuple[str | int, int] | None:
    """Return the member or index that is there and begins what is left of a name, and how much of it that takes."""
    if isinstance(value, list):
        index = _INDEX.match(rest)
        return (int(index[1]), index.end()) if index is not None and int(index[1]) < len(value) else None
    if not isinstance(value, dict):
        return None
    dot = rest.startswith(".")
    fitting = [each for each in value if rest.startswith(each, dot) and _ends(rest, dot + len(each))]
    longest = max(fitting, key=len, default=None)
    return None if longest is None else (longest, dot + len(longest))


def _ends(text: str, at: int) -> bool:
    """Return whether a name may end there."""
    return at == len(text) or text[at] in ".["


def _pointer(rest: str) -> str:
    """Return what is left of a name, of which nothing is there, as a pointer."""
    parts: list[str] = []
    while rest:
        found = _INDEX.match(rest) or _MEMBER.match(rest)
        if found is None:
            parts.append(rest)
            break
        parts.append(found[1])
        rest = rest[found.end() :]
    return "".join(f"/{escaped(each)}" for each in parts)


def escaped(part: str) -> str:
    """Return a part of a pointer as RFC 6901 writes it."""
    return part.replace("~", "~0").replace("/", "~1")
