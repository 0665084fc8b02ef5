"""The questions that every check of a scenario file asks: is there such a rule, a state, a name; is this a matcher."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from mockserver.config.places import KeyPath
from mockserver.config.values import shown
from mockserver.core.asking import FIELDS, About, check_names
from mockserver.core.expressions import PATH, may_hold_names
from mockserver.core.matching import PatternError
from mockserver.model import Json
from mockserver.scenario.asked import fields_of, patterns
from mockserver.scenario.cells import Cells
from mockserver.scenario.complaints import Mistake, choice
from mockserver.scenario.models import ScenarioFile
from mockserver.scenario.names import Names, unknown_name, unknown_names
from mockserver.scenario.words import Strict

Roots: TypeAlias = Mapping[str, tuple[str, ...] | None]
"""What can be named in one place, with its members; ``None`` where any member may be."""
_ASKING: Final = frozenset({"json", "q"})
"""Fields of matchers that are ways to ask, and no members."""


def _members(about: About) -> tuple[str, ...]:
    return tuple(each for each in FIELDS[about] if each not in _ASKING)


ROOTS: Final[Roots] = {
    "message": _members("messages"),
    "request": _members("requests"),
    "delivery": _members("deliveries"),
    "answer": FIELDS["answers"],
}
"""What can be named once something happened."""
AT_SEND: Final[Roots] = {
    "message": ROOTS["message"],
    "request": (*(each for each in _members("sends") if each in _members("requests")), "body"),
}
"""What can be named of a send that is not answered yet."""
_NAMED: Final = {"channel": "channels", "kind": "kinds", "version": "versions"}
"""Fields of matchers whose values are names of ``specs/``."""
_BARE: Final = "%s"


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of one file: its shape, its values as settled, the names it defines, and what ``specs/`` know."""

    file: ScenarioFile
    value: Mapping[str, Json]
    names: Names
    cells: Cells

    def states(self, states: Mapping[str, str], path: KeyPath) -> Iterator[Mistake]:
        """Yield a mistake for each machine or state that there is not."""
        for name, state in states.items():
            yield from self.state(name, state, (*path, name))

    def state(self, machine: str, state: Json, path: KeyPath) -> Iterator[Mistake]:
        """Yield the mistake of a machine that there is not, or of a state that it does not have."""
        known = self.names.machines.get(machine)
        if known is None:
            yield Mistake(path, "is no machine.", choice(machine, self.names.machines), at_key=True)
        elif state not in known and not may_hold_names(state):
            yield Mistake(path, f"is {shown(state)}, no state of {machine}.", choice(state, known))

    def rule(self, name: str, path: KeyPath, found: str | None = None) -> Iterator[Mistake]:
        """Yield the mistake of a rule that there is not."""
        if name not in self.names.rules and not may_hold_names(name):
            yield Mistake(path, f"is {shown(found or name)}, no rule.", choice(name, self.names.rules))

    def captured(
        self, capture: Mapping[str, str], path: KeyPath, roots: Roots, known: tuple[str, ...]
    ) -> Iterator[Mistake]:
        """Yield what is wrong with the values to be remembered."""
        for name, written in capture.items():
            at = (*path, "capture", name)
            if may_hold_names(written):
                yield from unknown_names(written, at, known, roots)
            elif not PATH.fullmatch(written):
                yield Mistake(at, f"is {shown(written)}, no path.", "Write it like message.uuid.")
            elif (mistake := unknown_name(at, written, known, roots, _BARE)) is not None:
                yield mistake

    def matcher(
        self, about: About, asked: Strict, path: KeyPath, known: tuple[str, ...], without: tuple[str, ...] = ()
    ) -> Iterator[Mistake]:
        """Yield what is wrong with a matcher: names of ``specs/``, patterns, expressions."""
        fields = fields_of(asked, without)
        for name, of in _NAMED.items():
            if name in fields:
                yield from self.cells.unknown_in(fields[name], of, (*path, name))
        if "q" in fields:
            yield from self._search(fields["q"], (*path, "q"))
        yield from patterns(about, fields, path)
        yield from unknown_names(fields, path, known, {})

    def _search(self, query: Json, path: KeyPath) -> Iterator[Mistake]:
        """Yield the mistake of a search for a name that ``specs/`` do not have."""
        try:
            check_names({"q": query}, self.cells.vocabulary)
        except PatternError as error:
            yield Mistake(path, f"cannot be asked: {error.says.removeprefix('q: ')}.", error.fix or None)


def roots_of(*names: str) -> dict[str, tuple[str, ...] | None]:
    """Return some of what can be named once something happened, with its members."""
    return {name: ROOTS[name] for name in names}
