"""A scenario file as text: its values as plain JSON, and the line and column of each; it knows none of their meaning.

YAML is read as JSON with comments: no tags, no code, no other files, so a file runs nothing of its own.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mockserver.config.places import KeyPath, dotted
from mockserver.errors import ScenarioError
from mockserver.model import Json

MAX_BYTES: Final = 1_000_000
"""The largest file read: the bundled ones have a few thousand bytes."""
MAX_DEPTH: Final = 40
"""How deep values may be nested; the format itself needs ten levels."""
MAX_VALUES: Final = 100_000
"""How many values a file may come to, counting what aliases repeat."""
_TAG: Final = "tag:yaml.org,2002:"
_WORDS: Final = {"true": True, "false": False}
_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d{0,30})|0x[0-9a-fA-F]{1,24}", re.ASCII)
"""A whole number as JSON and people write it. Others, such as +44 or 007, would lose a sign or a digit."""
_TAB: Final = re.compile("\t")


@dataclass(frozen=True, slots=True)
class Spot:
    """A line and a column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text read: ``value`` is plain JSON, ``keys`` and ``values`` the spots of what stands at a path."""

    name: str
    value: Json
    keys: Mapping[KeyPath, Spot] = field(default_factory=dict)
    values: Mapping[KeyPath, Spot] = field(default_factory=dict)

    def at_key(self, *path: str | int) -> str:
        """Return ``file:line:column`` of a key, of a list's item, or of what is around it."""
        return self._at(self.keys, path)

    def at(self, *path: str | int) -> str:
        """Return ``file:line:column`` of a value, or of what is around it."""
        return self._at(self.values, path)

    def _at(self, spots: Mapping[KeyPath, Spot], path: KeyPath) -> str:
        for end in range(len(path), -1, -1):
            spot = (spots if end == len(path) else self.values).get(path[:end])
            if spot is not None:
                return f"{self.name}:{spot.line}:{spot.column}"
        return self.name


def read_text(path: Path) -> str:
    """Return the text of a file; raise ScenarioError for one that cannot be read or is too large."""
    name = str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError(f"The file cannot be read: {reason}.", where=name) from None
    if len(raw) > MAX_BYTES:
        raise _too_large(name)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(f"The file is not UTF-8 text (byte {error.start}).", where=name) from None


def parse(text: str, name: str) -> Document:
    """Return a text as a document; raise ScenarioError at the place where it cannot be read."""
    if len(text) > MAX_BYTES:
        raise _too_large(name)
    if name.endswith(".json"):
        text = _checked_json(text, name)
    node = _composed(text, name)
    if node is None:
        raise ScenarioError("The file is empty.", where=name, fix="Begin with `scenario: NAME`.")
    reading = _Reading(name)
    value = reading.value(node, ())
    return Document(name, value, reading.keys, reading.values)


def _too_large(name: str) -> ScenarioError:
    return ScenarioError("The file is larger than 1 MB.", where=name, fix="Split it into several scenarios.")


def _checked_json(text: str, name: str) -> str:
    """Return a JSON text fit to be read as YAML, which it is but for tabs; raise ScenarioError if it is no JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise ScenarioError(f"This is not JSON: {error.msg}.", where=f"{name}:{error.lineno}:{error.colno}") from None
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError as error:  # a number of too many digits
        raise ScenarioError(f"This is not JSON: {error}.", where=name) from None
    return _TAB.sub(" ", text)


def _composed(text: str, name: str) -> Any:
    """Return the tree of nodes of a YAML text, ``None`` for an empty one."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return YAML(typ="rt").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark is not None else name
        raise ScenarioError(f"This is not YAML: {error.problem or error.context}.", where=where) from None
    except YAMLError as error:
        raise ScenarioError(f"This is not YAML: {_one_line(error)}.", where=name) from None
    except RecursionError:
        raise _too_deep(name) from None
    except (ValueError, OverflowError) as error:  # an escape for no character
        raise ScenarioError(f"This is not YAML: {_one_line(error)}.", where=name) from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _too_deep(where: str) -> ScenarioError:
    return ScenarioError("This is nested too deeply to be read.", where=where, fix="Write it flatter.")


class _Reading:
    """One walk over a tree of nodes."""

    def __init__(self, name: str) -> None:
        self.keys: dict[KeyPath, Spot] = {}
        self.values: dict[KeyPath, Spot] = {}
        self._name = name
        self._left = MAX_VALUES

    def value(self, node: Any, path: KeyPath) -> Json:
        """Return what a node says, the spots below it noted."""
        spot = _spot(node)
        self.values[path] = spot
        self._left -= 1
        if len(path) > MAX_DEPTH or self._left < 0:
            raise _too_deep(self._where(spot))
        match node.id:
            case "mapping":
                self._check_tag(node, "map")
                return {key: self.value(value, (*path, key)) for key, value in self._members(node, path)}
            case "sequence":
                self._check_tag(node, "seq")
                return [self._item(each, (*path, index)) for index, each in enumerate(node.value)]
            case _:
                return self._scalar(node, path)

    def _members(self, node: Any, path: KeyPath) -> Iterator[tuple[str, Any]]:
        seen: dict[str, Spot] = {}
        for key, value in node.value:
            spot = _spot(key)
            if key.id != "scalar":
                raise ScenarioError("A key is no plain text.", where=self._where(spot))
            name = self._clean(key.value, spot)
            if name in seen:
                what = f"{dotted((*path, name))} stands here twice, first in line {seen[name].line}."
                raise ScenarioError(what, where=self._where(spot), fix="Remove one of them.")
            seen[name] = self.keys[(*path, name)] = spot
            yield name, value

    def _item(self, node: Any, path: KeyPath) -> Json:
        self.keys[path] = _spot(node)
        return self.value(node, path)

    def _scalar(self, node: Any, path: KeyPath) -> Json:
        kind = str(node.tag).removeprefix(_TAG)
        text = node.value
        match kind:
            case "str" | "timestamp":  # a date is a text here, as in JSON
                return self._clean(text, _spot(node))
            case "null":
                return None
            case "bool" if text.lower() in _WORDS:
                return _WORDS[text.lower()]
            case "int" | "float":
                return self._number(text, kind, _spot(node), path)
        raise self._tagged(node)

    def _number(self, text: str, kind: str, spot: Spot, path: KeyPath) -> int | float:
        try:
            number = _int(text) if kind == "int" else float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            what = f"{dotted(path) or 'This'} is {text[:40]}, no number that JSON knows."
            raise ScenarioError(what, where=self._where(spot), fix="Write it in quotes if it is a text.")
        return number

    def _clean(self, text: str, spot: Spot) -> str:
        """Return a text with pairs of surrogates joined, which JSON writes for characters beyond U+FFFF."""
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise ScenarioError("A text holds half a character.", where=self._where(spot)) from None

    def _check_tag(self, node: Any, kind: str) -> None:
        if str(node.tag) != _TAG + kind:
            raise self._tagged(node)

    def _tagged(self, node: Any) -> ScenarioError:
        what = f"The tag {str(node.tag).replace(_TAG, '!!')} is not taken: a scenario holds plain values only."
        return ScenarioError(what, where=self._where(_spot(node)), fix="Remove the tag.")

    def _where(self, spot: Spot) -> str:
        return f"{self._name}:{spot.line}:{spot.column}"


def _int(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text, 0)


def _spot(node: Any) -> Spot:
    return Spot(node.start_mark.line + 1, node.start_mark.column + 1)
