"""The names that a test can allow: rules of the contract and of the provider, and fields of the documents."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Final

from mockserver.handle.opening import shared_specs
from mockserver.model import Json
from mockserver.problem import RULES

_BESIDE: Final = ("body", "path", "method", "Authorization", "Content-Type", "Content-Encoding")
"""What can be wrong with a request beside its members."""
_PARTS: Final = re.compile(r"[.\[]")


def unknown_name(name: object) -> str | None:
    """Return what is wrong with a name that is to be allowed, without a full stop; ``None`` if something has it."""
    if isinstance(name, str) and (name in RULES or name in rules() or is_field(name)):
        return None
    near = get_close_matches(str(name), (*rules(), *fields()), 1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    known = f"Rules are {', '.join(rules())}; fields are named as answers name them, such as 'message.content.text'"
    return f"allows {name!r}, which no rule and no field is called. {hint}{known}"


@cache
def rules() -> tuple[str, ...]:
    """Return every rule that can be broken."""
    return (*RULES, *shared_specs().provider.names)


@cache
def fields() -> tuple[str, ...]:
    """Return the name of every member in any document, and what else can be wrong with a request."""
    return (*_BESIDE, *dict.fromkeys(_members(shared_specs().documents)))


def is_field(name: str) -> bool:
    """Return whether a dotted name begins with a member of some document; what is below may be anybody's."""
    return _PARTS.split(name, maxsplit=1)[0] in fields()


def _members(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        properties = value.get("properties")
        if isinstance(properties, Mapping):
            yield from properties
        for each in value.values():
            yield from _members(each)
    elif isinstance(value, list):
        for each in value:
            yield from _members(each)
