"""Values with ``${...}`` in them: which names they hold, and what they come to; knows no file and runs no code.

An expression is a dotted path into a context, such as ``${vars.clinic}``, ``${message.to}`` or
``${answer.json.items[0].id}``. ``$${`` stands for ``${`` itself.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from mockserver.core.matching import read_path
from mockserver.model import Json

Context: TypeAlias = Mapping[str, Json]
"""What names stand for: ``{"vars": {"clinic": "4477..."}, "uuid": "..."}``."""

PATH: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+|\[\d+\])*")
"""What may stand between the braces."""
_ANY: Final = re.compile(r"\$\$\{|\$\{(?P<inside>[^{}]*)(?P<close>\})?")
_ESCAPED: Final = "$${"


class ExpressionError(ValueError):
    """An expression that cannot be read, or that stands for nothing; the text says which and why."""


def has_names(value: Json) -> bool:
    """Return whether anything in a value has yet to be worked out."""
    return next(names_in(value), None) is not None


def may_hold_names(value: Json) -> bool:
    """Return whether a value holds expressions, those among them that cannot be read."""
    try:
        return has_names(value)
    except ExpressionError:
        return True


def names_in(value: Json) -> Iterator[str]:
    """Yield the path of each expression in a value, keys of mappings left out; raise ExpressionError for a bad one."""
    if isinstance(value, str):
        for found in _ANY.finditer(value):
            if found[0] != _ESCAPED:
                yield _path_of(found)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from names_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from names_in(each)


def evaluate(value: Json, context: Context) -> Json:
    """Return a value with every expression replaced by what it stands for; raise ExpressionError for an unknown name.

    A text that is one expression and nothing else becomes the value itself, whatever its type.
    """
    if isinstance(value, str):
        return _text(value, lambda path, _written: look_up(path, context))
    if isinstance(value, Mapping):
        return {name: evaluate(each, context) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [evaluate(each, context) for each in value]
    return value


def settle(value: Json, context: Context, roots: frozenset[str]) -> Json:
    """Return a value with those expressions replaced that begin with one of ``roots``; others and ``$${`` stay."""
    if isinstance(value, str):
        return _settled(value, context, roots)
    if isinstance(value, Mapping):
        return {name: settle(each, context, roots) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [settle(each, context, roots) for each in value]
    return value


def look_up(path: str, context: Context) -> Json:
    """Return what a path stands for; raise ExpressionError if that is nothing at all."""
    value: Json = context
    for part in read_path(path):
        found, value = _inside(value, part)
        if not found:
            raise ExpressionError(f"${{{path}}} stands for nothing: there is no {part}.")
    return value


def root_of(path: str) -> str:
    """Return the name a path begins with."""
    return str(read_path(path)[0])


def _inside(value: Json, part: str | int) -> tuple[bool, Json]:
    if isinstance(part, int):
        known = isinstance(value, list | tuple) and part < len(value)
        return known, value[part] if known else None
    known = isinstance(value, Mapping) and part in value
    return known, value[part] if known else None


def _path_of(found: re.Match[str]) -> str:
    inside = found["inside"].strip()
    if found["close"] is None:
        raise ExpressionError(f"{found[0]} has no closing brace; write $${{ where ${{ itself is meant.")
    if not PATH.fullmatch(inside):
        raise ExpressionError(f"{found[0]} is no expression; write a name such as ${{vars.clinic}}.")
    return inside


def _text(value: str, look: Callable[[str, str], Json]) -> Json:
    whole = _ANY.fullmatch(value)
    if whole is not None and whole[0] != _ESCAPED:
        return look(_path_of(whole), value)

    def written(found: re.Match[str]) -> str:
        if found[0] == _ESCAPED:
            return "${"
        return _spelt(look(_path_of(found), found[0]))

    return _ANY.sub(written, value)


def _settled(value: str, context: Context, roots: frozenset[str]) -> Json:
    whole = _ANY.fullmatch(value)
    if whole is not None and whole[0] != _ESCAPED:
        path = _path_of(whole)
        return _kept(look_up(path, context)) if root_of(path) in roots else value

    def written(found: re.Match[str]) -> str:
        if found[0] == _ESCAPED or root_of(_path_of(found)) not in roots:
            return found[0]
        return str(_kept(_spelt(look_up(_path_of(found), context))))

    return _ANY.sub(written, value)


def _kept(value: Json) -> Json:
    """Return what was looked up so that it is not taken for an expression later."""
    return value.replace("${", _ESCAPED) if isinstance(value, str) else value


def _spelt(value: Json) -> str:
    """Return a value as it stands inside a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
