"""What matchers ask for, as written, and what of it is no pattern; knows no file and no other part of a scenario."""

import re
from collections.abc import Iterable, Iterator, Mapping

from mockserver.config.places import KeyPath
from mockserver.config.values import shown
from mockserver.core.asking import About, matcher_of
from mockserver.core.expressions import may_hold_names
from mockserver.core.matching import PatternError
from mockserver.model import Json
from mockserver.scenario.complaints import Mistake
from mockserver.scenario.words import Strict


def fields_of(model: Strict, without: Iterable[str] = ()) -> dict[str, Json]:
    """Return what the user wrote of a model, without some keys."""
    fields = model.model_dump(by_alias=True, exclude_unset=True)
    return {name: each for name, each in fields.items() if name not in set(without)}


def item_of(item: Strict) -> tuple[About, Strict]:
    """Return what an item of a sequence is about, and what it asks for."""
    about: About = next(each for each in ("messages", "requests", "deliveries") if each in type(item).model_fields)
    return about, getattr(item, about)


def patterns(about: About, fields: Mapping[str, Json], path: KeyPath) -> Iterator[Mistake]:
    """Yield a mistake for each pattern that is none."""
    for name, asked in fields.items():
        found = list(_expressions(asked, (*path, name)))
        yield from found
        if not found and not may_hold_names(asked):
            yield from _pattern(about, name, asked, (*path, name))


def groups(asked: Json) -> Iterator[str]:
    """Yield the named groups of the regular expressions in a matcher."""
    if isinstance(asked, Mapping):
        for name, each in asked.items():
            if name == "matches" and isinstance(each, str):
                yield from re.findall(r"\(\?P<(\w+)>", each)
            elif name != "not":
                yield from groups(each)


def _pattern(about: About, name: str, asked: Json, path: KeyPath) -> Iterator[Mistake]:
    try:
        matcher_of(about, {name: asked})
    except PatternError as error:
        says, _, fix = str(error).removeprefix(f"{name}: ").partition(". ")
        yield Mistake(path, f"cannot be asked: {says.rstrip('.')}.", fix or None)


def _expressions(asked: Json, path: KeyPath) -> Iterator[Mistake]:
    """Yield a mistake for each regular expression that does not compile."""
    if isinstance(asked, Mapping):
        for name, each in asked.items():
            if name == "matches" and isinstance(each, str) and not may_hold_names(each):
                yield from _regex(each, (*path, name))
            else:
                yield from _expressions(each, (*path, name))


def _regex(written: str, path: KeyPath) -> Iterator[Mistake]:
    try:
        re.compile(written)
    except (re.error, OverflowError, RecursionError) as error:
        yield Mistake(path, f"is {shown(written)}, no regular expression: {error}.")
