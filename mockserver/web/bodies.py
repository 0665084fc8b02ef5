"""Parses what a client sent as JSON, as leniently as the real API does, and says where it is broken."""

import json
from collections import Counter
from typing import Final

import msgspec
from msgspec import Struct

from mockserver.core.nesting import DEEPEST, is_deep
from mockserver.model import Json
from mockserver.problem import Finding, Violation

_BOM: Final = b"\xef\xbb\xbf"


class Parsed(Struct, frozen=True, gc=False):
    """A JSON value, what was odd about its spelling, and (instead of a value) why it cannot be read."""

    value: Json = None
    findings: tuple[Finding, ...] = ()
    violation: Violation | None = None


def parse_json(raw: bytes) -> Parsed:
    """Parse a body. A byte-order mark, a lone surrogate or a repeated key is a finding, not an error."""
    if not raw.strip():
        return _unreadable("The body is empty; expected a JSON object.")
    if is_deep(raw):
        return _unreadable(f"The body is nested deeper than {DEEPEST} levels.")
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _parse_leniently(raw)
    findings = _repeated_keys(raw) if _may_repeat_keys(raw, value) else ()
    return Parsed(value, findings)


def _parse_leniently(raw: bytes) -> Parsed:
    """Parse what the fast parser refuses but the standard library accepts, or say where it is broken."""
    findings: list[Finding] = []
    if raw.startswith(_BOM):
        findings.append(Finding("body", "byte_order_mark", "The body begins with a byte-order mark; send plain UTF-8."))
        raw = raw.removeprefix(_BOM)
    try:
        text = raw.decode()
        value = json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        return _unreadable(f"The body is not UTF-8: byte {error.start + 1} is 0x{raw[error.start]:02x}.")
    except json.JSONDecodeError as error:
        return _unreadable(_where(text, error))
    except (ValueError, RecursionError) as error:
        words = "a number in it has too many digits" if "int_max_str_digits" in str(error) else str(error)
        return _unreadable(f"The body cannot be read: {words}.")
    clean = _without_surrogates(value)
    if clean != value:
        detail = "A string holds half of a surrogate pair, which is no character; it was replaced by U+FFFD."
        findings.append(Finding("body", "lone_surrogate", detail))
    return Parsed(clean, tuple(findings) + _repeated_keys(raw))


def _where(text: str, error: json.JSONDecodeError) -> str:
    near = text[max(error.pos - 12, 0) : error.pos + 12].replace("\n", " ")
    return f"The body is not JSON: {error.msg} at line {error.lineno} column {error.colno}, near {near!r}."


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _unreadable(reason: str) -> Parsed:
    return Parsed(violation=Violation("body", "json", reason, expected="a JSON object"))


def _may_repeat_keys(raw: bytes, value: Json) -> bool:
    """A dropped key takes its quotes with it, so the value written anew has fewer; quotes may hide behind escapes."""
    return b"\\u" in raw or raw.count(b'"') > msgspec.json.encode(value).count(b'"')


def _repeated_keys(raw: bytes) -> tuple[Finding, ...]:
    repeated: list[str] = []

    def notice(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        repeated.extend(sorted(key for key, times in Counter(key for key, _ in pairs).items() if times > 1))
        return dict(pairs)

    json.loads(raw, object_pairs_hook=notice)
    return tuple(
        Finding("body", "repeated_key", f"The member `{key}` stands twice in one object; the last one counts.")
        for key in repeated
    )


def _without_surrogates(value: Json) -> Json:
    match value:
        case str():
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        case dict():
            return {_without_surrogates(key): _without_surrogates(each) for key, each in value.items()}
        case list():
            return [_without_surrogates(each) for each in value]
        case _:
            return value
