"""Whether a message, a request or a webhook is what someone asked for, and if not, field by field why.

A subject is a plain dict of fields, such as ``{"channel": "sms", "to": "447700900101", "body": {...}}``; what fields
there are is for others to know. Nothing here reads files or asks a store.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final, TypeAlias

from mockserver.core.words import choices
from mockserver.model import Json

Subject: TypeAlias = Mapping[str, Json]
"""Fields by name."""

_SHOWN: Final = 80
_MISSING: Final = "nothing"
_PART: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class PatternError(ValueError):
    """What was written is no pattern: ``says`` why, and ``fix`` how to mend it, if there is more to say."""

    def __init__(self, says: str, fix: str = "") -> None:
        super().__init__(f"{says}. {fix}" if fix else says)
        self.says = says
        self.fix = fix

    def of(self, name: str) -> "PatternError":
        """Return the same of a field."""
        return PatternError(f"{name}: {self.says}", self.fix)


@dataclass(frozen=True, slots=True)
class Miss:
    """One condition that does not hold: the field, what was expected in words, and what was found."""

    field: str
    expected: str
    found: Json

    def line(self) -> str:
        """Return it as a sentence."""
        return f"{self.field} is {shown(self.found)}; expected {self.expected}"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a matcher says of a subject. ``groups`` are the named groups of the expressions that fit."""

    misses: tuple[Miss, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """True if every condition holds."""
        return not self.misses


@dataclass(frozen=True, slots=True)
class Test:
    """One thing a value must be: ``words`` say it, ``holds`` decides; a regular expression also gives its groups.

    ``only`` is the one text it holds for, where there is but one.
    """

    words: str
    holds: Callable[[Json], bool]
    expression: re.Pattern[str] | None = None
    only: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What one field must be. ``path`` leads into the field, by names and indexes; empty for the field itself."""

    name: str
    tests: tuple[Test, ...]
    field: str
    path: tuple[str | int, ...] = ()

    def judge(self, subject: Subject) -> tuple[tuple[Miss, ...], dict[str, str]]:
        """Return what does not hold, and the groups of what does."""
        value = reached(subject.get(self.field), self.path)
        misses = tuple(Miss(self.name, each.words, value) for each in self.tests if not each.holds(value))
        groups: dict[str, str] = {}
        for each in () if misses else self.tests:
            found = each.expression.search(str(value)) if each.expression is not None else None
            if found is not None:
                groups |= {name: text for name, text in found.groupdict().items() if text is not None}
        return misses, groups


@dataclass(frozen=True, slots=True)
class Matcher:
    """Conditions that must all hold; without any, everything fits."""

    conditions: tuple[Condition, ...] = ()

    def judge(self, subject: Subject) -> Judged:
        """Return whether a subject fits, what does not, and the named groups."""
        misses: list[Miss] = []
        groups: dict[str, str] = {}
        for each in self.conditions:
            missed, found = each.judge(subject)
            misses += missed
            groups |= found
        return Judged(tuple(misses), {} if misses else groups)

    def known(self) -> list[tuple[str, str]]:
        """Return the fields that must be one text each, and those texts: enough to look for what may fit."""
        return [
            (each.field, test.only)
            for each in self.conditions
            if not each.path
            for test in each.tests
            if test.only is not None
        ]

    def words(self) -> str:
        """Return what is asked for on one line."""
        asked = (f"{each.name} {' and '.join(test.words for test in each.tests)}" for each in self.conditions)
        return "; ".join(asked) or "anything"


def reached(value: Json, path: tuple[str | int, ...]) -> Json:
    """Return what a path leads to inside a value, ``None`` where it leads nowhere."""
    for part in path:
        if isinstance(part, str):
            value = value.get(part) if isinstance(value, Mapping) else None
        else:
            value = value[part] if isinstance(value, list) and part < len(value) else None
    return value


def read_path(text: str) -> tuple[str | int, ...]:
    """Return the parts of a dotted path such as ``message.content.text`` or ``$.content[0].url``."""
    bare = text.removeprefix("$").removeprefix(".")
    return tuple(name or int(index) for name, index in _PART.findall(bare))


def tests_of(pattern: Json) -> tuple[Test, ...]:
    """Return what a pattern asks of a value; raise PatternError, whose words name the fault, for what is no pattern.

    A scalar asks for an equal value, a list for one of its items, a mapping for all its members:
    ``{"contains": "order", "not": {"matches": "^test"}}``.
    """
    if isinstance(pattern, Mapping):
        if not pattern:
            raise PatternError("an empty mapping asks for nothing")
        return tuple(_test(name, wanted) for name, wanted in pattern.items())
    return (_one_of(pattern) if isinstance(pattern, list) else _equals(pattern),)


def _test(name: str, wanted: Json) -> Test:
    maker = TESTS.get(name)
    if maker is None:
        raise PatternError(f"{name!r} is no test", choices(name, TESTS))
    return maker(wanted)


def _equals(wanted: Json) -> Test:
    only = wanted if isinstance(wanted, str) else None
    return Test(shown(wanted), lambda value: _same(value, wanted), only=only)


def _one_of(wanted: Json) -> Test:
    if not isinstance(wanted, list) or not wanted:
        raise PatternError("one_of needs a list of values")
    return Test(f"one of {', '.join(map(shown, wanted))}", lambda value: any(_same(value, each) for each in wanted))


def _contains(wanted: Json) -> Test:
    def holds(value: Json) -> bool:
        if isinstance(value, list):
            return any(_same(each, wanted) for each in value)
        return isinstance(value, str) and str(wanted) in value

    return Test(f"something that contains {shown(wanted)}", holds)


def _starts_with(wanted: Json) -> Test:
    return Test(f"a text that starts with {shown(wanted)}", lambda value: str(value or "").startswith(str(wanted)))


def _glob(wanted: Json) -> Test:
    pattern = str(wanted).replace("[", "[[]")  # wild in fnmatch, but not here
    return Test(f"like {shown(wanted)}", lambda value: value is not None and fnmatchcase(str(value), pattern))


def _matches(wanted: Json) -> Test:
    try:
        expression = re.compile(str(wanted))
    except re.error as error:
        raise PatternError(f"{wanted!r} is no regular expression: {error}") from error
    return Test(
        f"a text that matches {shown(wanted)}",
        lambda value: isinstance(value, str | int | float) and expression.search(str(value)) is not None,
        expression,
    )


def _not(wanted: Json) -> Test:
    tests = tests_of(wanted)
    words = " and ".join(each.words for each in tests)
    return Test(f"anything but {words}", lambda value: not all(each.holds(value) for each in tests))


def _exists(wanted: Json) -> Test:
    if not isinstance(wanted, bool):
        raise PatternError("exists is true or false")
    return Test("a value" if wanted else "no value", lambda value: (value is not None) is wanted)


def _at_least(wanted: Json) -> Test:
    least = _number(wanted, "at_least")
    return Test(f"at least {shown(wanted)}", lambda value: _is_number(value) and value >= least)


def _at_most(wanted: Json) -> Test:
    most = _number(wanted, "at_most")
    return Test(f"at most {shown(wanted)}", lambda value: _is_number(value) and value <= most)


TESTS: Final[Mapping[str, Callable[[Json], Test]]] = {
    "equals": _equals,
    "one_of": _one_of,
    "contains": _contains,
    "starts_with": _starts_with,
    "matches": _matches,
    "glob": _glob,
    "not": _not,
    "exists": _exists,
    "at_least": _at_least,
    "at_most": _at_most,
}
"""The tests of a pattern by their names."""


def shown(value: Json) -> str:
    """Return a value on one line, cut where it is long; ``nothing`` for what is not there."""
    if value is None:
        return _MISSING
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _same(value: Json, wanted: Json) -> bool:
    """Return whether two values are equal; a number written in a file is taken for the text it stands for."""
    if isinstance(value, str) and isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return value == str(wanted)
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


def _number(value: Json, name: str) -> float:
    if not _is_number(value):
        raise PatternError(f"{name} needs a number")
    return float(value)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
