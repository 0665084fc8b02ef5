"""Checks single values: of settings against their row, URLs, names of keys; knows no file and no flag."""

import math
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from difflib import get_close_matches
from ipaddress import ip_address
from types import NoneType
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec

from mockserver.clock import MANUAL, MODE_FORM, REAL, is_mode
from mockserver.config.places import KeyPath, Source, dotted
from mockserver.errors import ConfigError
from mockserver.model import Json
from mockserver.settings import SettingRow

_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True}
_BOOLEANS |= {"false": False, "no": False, "off": False, "0": False}
_LINE = 80
_CREDENTIALS = re.compile("//.*@", re.DOTALL)
_EXPECTED = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def shortened(secret: str) -> str:
    """Return a secret fit to be shown: its first 6 characters at most, and never more than half of it."""
    return secret[: min(6, len(secret) // 2)] + "..."


def nearest(word: Any, choices: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the choice closest to a word, letter case ignored; ``None`` if none is close."""
    by_lower = {each.lower(): each for each in choices}
    close = get_close_matches(str(word).lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[close[0]] if close else None


def mistake(source: Source, path: KeyPath, says: str, fix: str | None = None) -> ConfigError:
    """Return the mistake that what stands at ``path`` ``says``: its place, then a sentence that begins with it."""
    return ConfigError(f"{dotted(path) or 'This'} {says}", where=source.at(*path), fix=fix)


def unknown_key(path: KeyPath, known: Iterable[str], source: Source) -> ConfigError:
    """Return the mistake of a key nobody knows, with the key probably meant."""
    choices = tuple(known)
    near = nearest(path[-1], choices)
    fix = f"Did you mean {near}?" if near else f"Known here: {', '.join(choices)}."
    return mistake(source, path, "is not known.", fix)


def from_text(row: SettingRow, raw: Json, where: str) -> Json:
    """Return the value that the words of a flag or a variable stand for; lists may be written with commas."""
    value = raw
    if not all(map(_is_utf8, [raw] if isinstance(raw, str) else raw if isinstance(raw, list) else [])):
        raise ConfigError(f"{row.name} is not UTF-8 text.", where=where, fix="Write it in UTF-8.")
    if row.type is bool:
        value = _BOOLEANS.get(str(raw).lower(), raw)
    elif _is_many(row):
        words = [raw] if isinstance(raw, str) else raw
        value = [part.strip() for word in words for part in word.split(",") if part.strip()]
    return checked(row, value, where, strict=False)


def checked(row: SettingRow, value: Json, where: str, *, strict: bool = True) -> Json:
    """Return a value in the type of its setting; raise ConfigError if it is none, or out of bounds.

    Not ``strict``: numbers may be written as text. An empty URL counts as not set.
    """
    if row.form == "url" and value == "":
        return None
    try:
        fitting = msgspec.convert(value, row.type, strict=strict)
    except msgspec.ValidationError:
        raise _misfit(row, value, where) from None
    if not all(_fits(row, each) for each in _each(fitting)):
        raise _misfit(row, value, where)
    for each in _each(fitting):
        _FORMS.get(row.form, _any_form)(row.name, each, where)
    return fitting


def check_url(name: str, url: str, where: str) -> None:
    """Raise ConfigError unless a URL is absolute, http or https, names a host and carries no credentials."""
    fix = "Write it like http://127.0.0.1:9000/webhooks."
    if not _is_url(url):
        visible = _CREDENTIALS.sub("//...@", url).encode(errors="backslashreplace").decode()
        raise ConfigError(f"{name} is {shown(visible)}, expected an absolute http or https URL.", where=where, fix=fix)
    if "@" in urlsplit(url).netloc:
        # A webhook is signed in the header Authorization, which the credentials would need as well.
        what = f"{name} carries a user name or a password before its host, and neither can be sent."
        raise ConfigError(what, where=where, fix=fix)


def shown(value: Json, *, secret: bool = False) -> str:
    """Write a value found in an error: JSON, cut to a line, secrets shortened."""
    if secret:
        return f'"{shortened(str(value))}"'
    text = msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= _LINE else text[: _LINE - 3] + "..."


def expected(row: SettingRow) -> str:
    """Say what a setting takes: ``a whole number from 0 to 65535``."""
    if row.choices:
        return "one of " + ", ".join(f'"{each}"' for each in row.choices)
    types = [each for each in get_args(row.type) if each not in {NoneType, ...}] or [row.type]
    one = _EXPECTED[types[0]] + _bounds(row, types[0])
    return f"a list, each {one}" if _is_many(row) else one


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError:  # a port that is no number, an address half in brackets, a host like a..b
        return False
    if not _is_utf8(url):
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", url)


def _is_utf8(text: str) -> bool:
    """Tell whether a text can be written: Python keeps bytes of flags and variables that are none as surrogates."""
    return not re.search("[\ud800-\udfff]", text)


def _is_many(row: SettingRow) -> bool:
    return isinstance(row.default, tuple)


def _each(value: Json) -> tuple[Json, ...]:
    """Return the items of a list, or the one value; nothing for ``None``."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _fits(row: SettingRow, value: Json) -> bool:
    """Tell whether a single value is among the choices and within the bounds of its row."""
    if row.choices:
        return value in row.choices
    if isinstance(value, bool | str):
        return value != ""
    return math.isfinite(value) and row.at_least <= value <= row.at_most


def _misfit(row: SettingRow, value: Json, where: str) -> ConfigError:
    """Return the mistake: found, expected, and the nearest that would do."""
    found = shown(value, secret=row.form == "secret")
    near = nearest(value, row.choices)
    fix = f'Did you mean "{near}"?' if near else None
    return ConfigError(f"{row.name} is {found}, expected {expected(row)}.", where=where, fix=fix)


def _bounds(row: SettingRow, kind: type) -> str:
    """Say the bounds of a number."""
    if kind not in {int, float}:
        return ""
    if math.isfinite(row.at_most):
        return f" from {row.at_least} to {row.at_most}"
    return f" of at least {row.at_least}"


def _check_name(name: str, value: str, where: str) -> None:
    """Raise ConfigError unless a value is a host name or an address, as certificates know them."""
    with suppress(ValueError):
        ip_address(value)
        return
    labels = value.removeprefix("*.").split(".")
    if all(label and label.replace("-", "").isalnum() for label in labels):
        return
    what = f"{name} is {shown(value)}, expected a host name without scheme, port or path."
    raise ConfigError(what, where=where, fix="Write it like api.nexmo.com.")


def _check_clock(name: str, value: str, where: str) -> None:
    """Raise ConfigError unless a value is a mode of a clock."""
    if is_mode(value):
        return
    near = nearest(value, (REAL, MANUAL))
    fix = f'Did you mean "{near}"?' if near else "Write a whole number and x, from 1x to 999999x."
    raise ConfigError(f"{name} is {shown(value)}, expected {MODE_FORM}.", where=where, fix=fix)


def _any_form(_name: str, _value: Json, _where: str) -> None:
    """Accept any value."""


_FORMS: dict[str, Callable[[str, Any, str], None]] = {
    "url": check_url,
    "name": _check_name,
    "clock": _check_clock,
}
