"""The error answers of Messages v1, read from its document: which there are, and which one answers a broken rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mockserver.contract.schemas import Schemas, expanded
from mockserver.model import Json
from mockserver.problem import Problem, Violation

_PREFIX: Final = "Error"
_STATUS: Final = "x-status"
_FIELDS: Final = "x-fields"
_BLOCK: Final = "<block>"
"""Stands for every member of a channel's options object."""
_ANY: Final = "*"
_WHOLE: Final = "body"
"""The name of a violation that is about the body as a whole; what it says explains all others."""


@dataclass(frozen=True, slots=True)
class Documented:
    """One documented error: its words, and the fields it answers for, by name or by ``<block>`` or ``*``.

    ``when`` says what it answers, ``lists`` whether the published one has room for the fields it is about.
    """

    name: str
    when: str
    status: int
    type: str
    title: str
    detail: str
    fields: tuple[str, ...]
    lists: bool


class Problems:
    """The documented errors by the names of their schemas. ``blocks`` are the names of the channels' options."""

    def __init__(self, document: Json, blocks: Iterable[str]) -> None:
        components = Schemas(document).components()
        self._rows = {name: _row(document, name, each) for name, each in components.items() if _STATUS in each}
        self._blocks = frozenset(blocks)
        self._answering = [row for row in self._rows.values() if row.fields]
        self._ranks: dict[str, int] = {}
        for rank, row in reversed(list(enumerate(self._answering))):
            self._ranks |= dict.fromkeys(row.fields, rank)
        self._listing = {
            exact: {(row.type, row.title) for row in self._rows.values() if (row.lists if exact else row.fields)}
            for exact in (True, False)
        }

    @property
    def documented(self) -> tuple[Documented, ...]:
        """Every documented error, in the order of the document."""
        return tuple(self._rows.values())

    def of(
        self, name: str, *, detail: str | None = None, reason: str | None = None, violations: tuple[Violation, ...] = ()
    ) -> Problem:
        """Return a documented error; ``detail`` replaces its words where they are an example, ``reason`` is ours."""
        row = self._rows[_PREFIX + name]
        return Problem(row.status, row.title, detail or row.detail, type=row.type, violations=violations, reason=reason)

    def refusal(self, violations: tuple[Violation, ...]) -> Problem:
        """Return the error that answers broken rules: the first documented one that a broken field calls for.

        It lists all of them, those it is about in front, so that a reader can mend everything at once.
        """
        if len(violations) == 1:
            row = self._answering[self._rank(violations[0].name)]
            return Problem(row.status, row.title, row.detail, type=row.type, violations=violations)
        ranks = [self._rank(each.name) for each in violations]
        row = self._answering[min(ranks)]
        by_rank = sorted(zip(ranks, violations, strict=True), key=lambda pair: (pair[1].name != _WHOLE, pair[0]))
        return Problem(row.status, row.title, row.detail, type=row.type, violations=tuple(each for _, each in by_rank))

    def lists(self, problem: Problem, *, exact: bool) -> bool:
        """Return whether an error names the fields it is about: all that are about some, if exact the published few."""
        return (problem.type, problem.title) in self._listing[exact]

    def _rank(self, name: str) -> int:
        """Return the place of the error for a field; of those that fit, the one that says it most exactly."""
        own = name.partition("].")[2] if name.startswith("failover[") and "]." in name else name
        head = own.partition(".")[0].partition("[")[0]
        block = _BLOCK if own != head and head in self._blocks else head
        for wanted in (own, block, _ANY):
            if wanted in self._ranks:
                return self._ranks[wanted]
        raise LookupError(f"no documented error answers for {name!r}")


def _row(document: Json, name: str, schema: Json) -> Documented:
    members = expanded(document, schema)["properties"]
    words = {word: _said(members[word]) for word in ("type", "title", "detail")}
    return Documented(
        name=name.removeprefix(_PREFIX),
        when=schema["description"],
        status=schema[_STATUS],
        fields=tuple(schema.get(_FIELDS, ())),
        lists=not {_BLOCK, _ANY}.isdisjoint(schema.get(_FIELDS, ())),
        **words,
    )


def _said(schema: Json) -> str:
    """Return the one value of a member, else its example, else nothing where any words may stand."""
    return str(schema.get("const", next(iter(schema.get("examples", ())), "")))
