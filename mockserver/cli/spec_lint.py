"""Finds every mistake in one of the documents of ``specs/`` and the line it stands on."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import yaml

from mockserver.config import nearest, shown
from mockserver.config.places import KeyPath, Source
from mockserver.config.yaml_places import YAML_LOADER, yaml_lines
from mockserver.contract import lint
from mockserver.contract.specs import DIALECTS, DOCUMENTS, ErrorCode, load_specs
from mockserver.core import capabilities, clients, magic, provider
from mockserver.data import bundled
from mockserver.errors import MockServerError, SpecError
from mockserver.model import Json

_ROLES = {
    "openapi": f"messages-{DIALECTS[0]}.yaml",
    "rows": "capabilities.yaml",
    "errors": "errors.yaml",
    "recipients": "magic.yaml",
    "rules": "provider.yaml",
    "clients": "clients.yaml",
}
"""The member that tells what a document is, and the name it has in ``specs/``, unless it bears or serves another's."""

_FILES = (*(f"{name}.yaml" for name in DOCUMENTS), "capabilities.yaml", "errors.yaml", "magic.yaml", "provider.yaml")
"""The files of ``specs/``, which are only sound together."""

_MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What reading documents runs into where the outer members are of other types than the reader walks through."""
_COMPARE = "Compare its members (paths, webhooks, components) with those of the bundled one."
_AT = re.compile(r"(?: - at|,? at) `\$(?P<at>[^`]*)`")
_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]+)`")
_NAMED = re.compile(r" \((?P<name>[^)]*)\)$")
_STRUCTS: dict[str, tuple[object, ...]] = {
    "rows": tuple(vars(capabilities).values()),
    "errors": (ErrorCode,),
    "recipients": tuple(vars(magic).values()),
    "rules": tuple(vars(provider).values()),
    "clients": tuple(vars(clients).values()),
}
"""The tables a document is made of, by the member that tells what it is."""


def spec_mistakes(path: Path) -> Iterator[MockServerError]:
    """Yield the mistakes of a document: its own, or if it has none, where it does not fit the others.

    Raise SpecError if it cannot be read, or is none of ours.
    """
    text = _text(path)
    document, source = _parsed(path, text), Source(str(path), yaml_lines(text))
    role = _role(document)
    if role is None:
        what = "This document is none of ours."
        raise SpecError(what, where=str(path), fix=f"It needs one of the members {', '.join((*_ROLES, 'scenario'))}.")
    own = [_located(place, what, document, source) for place, what in _LINTERS[role](document)]
    name = path.name if path.name in _FILES else _bundled_name(role, document)
    yield from own or _misfits(path, name, document, source)


def _role(document: Json) -> str | None:
    """Return the member that tells what a document is, ``None`` if it is none of ours."""
    return next((name for name in _ROLES if isinstance(document, dict) and name in document), None)


def _bundled_name(role: str, document: Json) -> str:
    """Return the file of ``specs/`` that a document stands for: of OpenAPI documents, one that has one of its paths."""
    served = document.get("paths")
    for name in DOCUMENTS if isinstance(served, dict) else ():
        bundle = yaml.load((bundled("specs") / f"{name}.yaml").read_text(encoding="utf-8"), YAML_LOADER)  # noqa: S506, both loaders are the safe ones
        if not served.keys().isdisjoint(bundle["paths"]):
            return f"{name}.yaml"
    return _ROLES[role]


def _members(document: Json) -> tuple[str, ...]:
    """Return every member that a document of this sort may have anywhere."""
    found = (
        name
        for each in _STRUCTS.get(_role(document) or "", ())
        if isinstance(each, type) and issubclass(each, msgspec.Struct)
        for name in each.__struct_encode_fields__
    )
    return tuple(dict.fromkeys(found))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def _parsed(path: Path, text: str) -> Json:
    try:
        return yaml.load(text, YAML_LOADER)  # noqa: S506, both loaders are the safe ones
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        what = f"This is not YAML: {getattr(error, 'problem', None) or error}."
        raise SpecError(what, where=where) from None


def _row_mistakes(document: Json) -> Iterable[tuple[str, str]]:
    """Return the places and sentences against a capability table."""
    try:
        return list(lint.row_mistakes(capabilities.read_capabilities(document)))
    except msgspec.ValidationError as error:
        return [_split(str(error))]


def _error_mistakes(document: Json) -> Iterable[tuple[str, str]]:
    """Return the place and the sentence against a table of error codes."""
    try:
        msgspec.convert(document["errors"], tuple[ErrorCode, ...])
    except msgspec.ValidationError as error:
        place, what = _split(str(error))
        return [(f"errors{place}", what)]
    return []


def _magic_mistakes(document: Json) -> Iterable[tuple[str, str]]:
    """Return the place and the sentence against a table of magic values."""
    try:
        msgspec.convert(document, magic.MagicFile)
    except msgspec.ValidationError as error:
        return [_split(str(error))]
    return []


def _rule_mistakes(document: Json) -> Iterable[tuple[str, str]]:
    """Return the place and the sentence against the provider's rules."""
    try:
        provider.read_provider_rules(document)
    except msgspec.ValidationError as error:
        return [_split(str(error))]
    return []


def _client_mistakes(document: Json) -> Iterable[tuple[str, str]]:
    """Return the places and sentences against the table of clients."""
    try:
        return list(clients.mistakes(clients.read_clients(document)))
    except msgspec.ValidationError as error:
        return [_split(str(error))]


def _split(complaint: str) -> tuple[str, str]:
    """Return the place msgspec names, and the rest of what it says."""
    at = _AT.search(complaint)
    return (at["at"] if at else ""), f"{_AT.sub('', complaint)}."


_LINTERS: dict[str, Callable[[Json], Iterable[tuple[str, str]]]] = {
    "openapi": lint.document_mistakes,
    "rows": _row_mistakes,
    "errors": _error_mistakes,
    "recipients": _magic_mistakes,
    "rules": _rule_mistakes,
    "clients": _client_mistakes,
}


def _misfits(path: Path, name: str, document: Json, source: Source) -> Iterator[MockServerError]:
    """Yield where a document, sound by itself, does not fit the others of its folder, or the bundled ones."""
    beside = path.parent if all((path.parent / each).is_file() for each in _FILES) else bundled("specs")
    with tempfile.TemporaryDirectory() as folder:
        for each in _FILES:
            shutil.copyfile(beside / each, Path(folder) / each)
        shutil.copyfile(path, Path(folder) / name)
        try:
            load_specs(Path(folder))
        except SpecError as error:
            file, _, place = (error.where or "").partition(": ")
            if Path(file).name == name:
                yield _located(place, error.what, document, source)
        except _MISSHAPEN:
            yield SpecError(f"This document is not put together as a {name} is.", where=str(path), fix=_COMPARE)


def _located(place: str, what: str, document: Json, source: Source) -> SpecError:
    """Return a mistake with its line, the value found there, and the key probably meant."""
    path = _path(place, document, source)
    if unknown := _UNKNOWN.search(what):
        path = _any_like((*path, unknown["key"]), source)
        return SpecError(what, where=source.at(*path), fix=_meant(path, _members(document)))
    if "keyword" in what and path:
        return SpecError(what, where=source.at(*path), fix=_meant(path, lint.KEYWORDS))
    value = _value(path, document)
    fix = None if isinstance(value, dict | list | None) else f"Found: {shown(value)}."
    return SpecError(what, where=source.at(*path), fix=fix)


def _any_like(path: KeyPath, source: Source) -> KeyPath:
    """Return the first path of the text that fits one in which msgspec writes "..." for a key of a mapping."""
    alike = (
        each
        for each in source.lines
        if len(each) == len(path) and all(part in ("...", here) for part, here in zip(path, each, strict=True))
    )
    return next(alike, path)


def _meant(path: KeyPath, known: Iterable[str]) -> str:
    """Name the key probably meant, else all that are known."""
    choices = sorted(known)
    near = nearest(path[-1], choices)
    return f"Did you mean {near}?" if near else f"Known: {', '.join(choices)}."


def _value(path: KeyPath, document: Json) -> Json:
    """Return what stands at a path, ``None`` if nothing does."""
    for part in path:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def _path(place: str, document: Json, source: Source) -> KeyPath:
    """Return the path that a JSON pointer or ``rows[3].state`` stands for, as far as the document has it."""
    name = _NAMED.search(place)
    bare = _NAMED.sub("", place)
    parts = bare.lstrip("#/").split("/") if bare.startswith("#") else re.findall(r"\.\.\.|[^.\[\]]+", bare)
    path: KeyPath = ()
    for part in parts:
        key = part.replace("~1", "/").replace("~0", "~")
        is_index = key.isdecimal() and (*path, int(key)) in source.lines
        path = (*path, int(key) if is_index else key)
    return _row_named(name["name"], document) or path if name and path == ("rows",) else path


def _row_named(name: str, document: Json) -> KeyPath:
    """Return the path of the row whose branch has this name; empty if there is none."""
    named = (index for index, row in enumerate(document["rows"]) if name == row.get("schema"))
    return next((("rows", index) for index in named), ())
