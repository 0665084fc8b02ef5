"""Bodies that would choke a validator: lone surrogates, which no UTF-8 can carry, and nesting without end."""

from collections.abc import Iterator
from typing import Final

import msgspec

from mockserver.contract.reasons import dotted
from mockserver.model import Json
from mockserver.problem import Violation

_DEPTH: Final = 100
"""Deeper than any documented body; jsonschema-rs refuses to report on values nested deeper than about 250."""

LONGEST: Final = 500
"""Items of a list that are looked through; explaining half a million wrong ones would stop the server for a minute."""


def is_plain(body: Json) -> bool:
    """Return whether the body can be written as UTF-8. Encoding it is the quickest way to know."""
    try:
        msgspec.json.encode(body)
    except UnicodeEncodeError:
        return False
    except RecursionError:
        return not any(unpaired_surrogates(body))
    return True


def is_ordinary(body: Json) -> bool:
    """Return whether a body can be explained as it stands: nothing torn, no endless nesting, no endless list.

    Quicker than to look for these, and nearly all bodies are so: brackets and commas bound both.
    """
    try:
        written = msgspec.json.encode(body)
    except (UnicodeEncodeError, RecursionError):
        return False
    return written.count(b"{") + written.count(b"[") <= _DEPTH and written.count(b",") < LONGEST


def unpaired_surrogates(body: Json) -> Iterator[Violation]:
    """Yield a violation for every string with half a surrogate pair, down to a reasonable depth."""
    for path, text in _strings(body, ()):
        if not text.isascii() and _is_torn(text):
            name = dotted(path)
            reason = f"`{name}` holds half of a surrogate pair; expected text that can be written as UTF-8."
            yield Violation(name, "unicode", reason, expected="text that can be written as UTF-8")


def plain_copy(value: Json, depth: int = 0) -> Json:
    """Return a copy that can be explained: torn characters replaced, endless nesting and endless lists cut."""
    if isinstance(value, str):
        return _mended(value)
    if depth > _DEPTH and isinstance(value, dict | list):
        return "..."
    if isinstance(value, dict):
        return {_mended(name): plain_copy(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list):
        return [plain_copy(each, depth + 1) for each in value[:LONGEST]]
    return value


def has_long_list(value: Json, depth: int = 0) -> bool:
    """Return whether some list is longer than what is looked through."""
    if depth > _DEPTH:
        return False
    if isinstance(value, dict):
        return any(has_long_list(each, depth + 1) for each in value.values())
    return isinstance(value, list) and (len(value) > LONGEST or any(has_long_list(each, depth + 1) for each in value))


def _strings(value: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif len(path) > _DEPTH:
        return
    elif isinstance(value, dict):
        for name, each in value.items():
            yield (*path, _mended(name)), name
            yield from _strings(each, (*path, _mended(name)))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _strings(each, (*path, index))


def _is_torn(text: str) -> bool:
    return any("\ud800" <= each <= "\udfff" for each in text)


def _mended(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode() if _is_torn(text) else text
