"""Which cells of the contract a run exercised, whether that is enough, and what is missing; as JSON as well."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Self, TypeAlias

from msgspec import Meta, ValidationError, convert

from mockserver.core.cells import ANSWER, DIMENSIONS, OPERATION, Cell, Dimension, cell_of, cells_like, is_like, name_of
from mockserver.errors import UsageError
from mockserver.model import Json

FORMAT: Final = 1
"""The version of reports as JSON."""
EVERY_ACCOUNT: Final = "*"
"""What stands for all accounts where one is asked for."""
Count: TypeAlias = Annotated[int, Meta(ge=0)]
_ANEW: Final = "Write it with `mockserver coverage --json`."
_PARTS: Final = {each.name: len(each.parts) for each in DIMENSIONS}
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a dimension was exercised."""

    dimension: Dimension
    covered: int
    total: int

    @property
    def percent(self) -> float:
        """The share in percent; see ``percent_of``."""
        return percent_of(self.covered, self.total)


@dataclass(frozen=True, slots=True)
class Report:
    """How often each cell was exercised. ``counts`` has every known cell, in order, those never exercised with 0.

    ``beyond`` are cells that were met though no document has them, such as a status that a fault answered with.
    """

    counts: Mapping[Cell, int]
    beyond: Mapping[Cell, int] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Iterable[Cell], counted: Mapping[Cell, int]) -> Self:
        """Return the report of what was counted; that an operation was accepted follows from its answers."""
        whole: Counter[Cell] = Counter(counted)
        for cell, count in counted.items():
            if cell[0] == ANSWER and cell[2].startswith("2"):
                whole[OPERATION, cell[1]] += count
        counts = {cell: whole.pop(cell, 0) for cell in known}
        return cls(counts, dict(sorted(whole.items())))

    @property
    def covered(self) -> int:
        """How many cells were exercised."""
        return sum(count > 0 for count in self.counts.values())

    @property
    def total(self) -> int:
        """How many cells there are."""
        return len(self.counts)

    @property
    def percent(self) -> float:
        """The share of cells that were exercised; see ``percent_of``."""
        return percent_of(self.covered, self.total)

    @property
    def missing(self) -> tuple[Cell, ...]:
        """The cells that were not exercised."""
        return tuple(cell for cell, count in self.counts.items() if not count)

    def shares(self) -> tuple[Share, ...]:
        """Return how much of each dimension was exercised, but for those without cells here."""
        by_name: dict[str, list[int]] = {}
        for cell, count in self.counts.items():
            by_name.setdefault(cell[0], []).append(count)
        return tuple(
            Share(each, sum(count > 0 for count in by_name[each.name]), len(by_name[each.name]))
            for each in DIMENSIONS
            if each.name in by_name
        )

    def only(self, patterns: Sequence[str]) -> Self:
        """Return the part of a report that patterns name, all of it without any; raise as ``cells_like`` does."""
        if not patterns:
            return self
        wanted = {cell for pattern in patterns for cell in cells_like(pattern, self.counts)}
        counts = {cell: count for cell, count in self.counts.items() if cell in wanted}
        beyond = {cell: count for cell, count in self.beyond.items() if any(is_like(cell, each) for each in patterns)}
        return type(self)(counts, beyond)


def percent_of(covered: int, total: int) -> float:
    """Return a share in percent, rounded down to tenths: only all of it is 100."""
    return covered * _WHOLE * 10 // total / 10 if total else float(_WHOLE)


def merged(reports: Iterable[Report]) -> Report:
    """Return what several servers or runs exercised together.

    A cell that only some of them know, being of another release, is known to the whole.
    """
    counts: dict[Cell, int] = {}
    beyond: dict[Cell, int] = {}
    for report in reports:
        for whole, part in ((counts, report.counts), (beyond, report.beyond)):
            for cell, count in part.items():
                whole[cell] = whole.get(cell, 0) + count
    places = {each.name: place for place, each in enumerate(DIMENSIONS)}
    ordered = sorted(counts, key=lambda cell: places.get(cell[0], len(places)))
    return Report(
        {cell: counts[cell] + beyond.get(cell, 0) for cell in ordered},
        {cell: count for cell, count in sorted(beyond.items()) if cell not in counts},
    )


# What is asked of a run


@dataclass(frozen=True, slots=True)
class Goals:
    """What a run is to exercise.

    ``fail_under`` is the least share in percent; ``required`` are patterns of cells all of which must be exercised;
    ``only`` are patterns of what counts at all, everything without any.
    """

    fail_under: float | None = None
    required: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A goal that was missed, in words, and the cells that are missing for it."""

    says: str
    missing: tuple[Cell, ...]


def shortfalls(report: Report, goals: Goals) -> tuple[Shortfall, ...]:
    """Return the goals a run missed; raise as ``cells_like`` does."""
    found = [_missed(pattern, report) for pattern in goals.required]
    counted = report.only(goals.only)
    least = goals.fail_under
    if least is not None and counted.covered * _WHOLE < least * counted.total:
        says = f"{counted.percent:.1f} % of {counted.total} cells exercised, expected at least {least:g} %"
        found.append(Shortfall(says, counted.missing))
    return tuple(each for each in found if each is not None)


def _missed(pattern: str, report: Report) -> Shortfall | None:
    wanted = cells_like(pattern, report.counts)
    missing = tuple(cell for cell in wanted if not report.counts[cell])
    if not missing:
        return None
    how_many = "not exercised" if len(wanted) == 1 else f"{len(missing)} of {len(wanted)} cells not exercised"
    return Shortfall(f"required {pattern}: {how_many}", missing)


# Reports as JSON


def report_view(report: Report, goals: Goals | None = None) -> dict[str, Json]:
    """Return a report as JSON, with what came of the goals; ``read_report`` reads it again.

    ``{"format": 1, "covered": 3, "total": 600, "percent": 0.5, "dimensions": [...], "cells": {"sent:v1:sms:text": 2},
    "beyond": {}, "goals": {...}, "passed": true, "shortfalls": []}``; totals are of what ``goals.only`` lets count.
    """
    goals = goals or Goals()
    counted = report.only(goals.only)
    missed = shortfalls(report, goals)
    return {
        "format": FORMAT,
        "covered": counted.covered,
        "total": counted.total,
        "percent": counted.percent,
        "dimensions": [share_view(each) for each in counted.shares()],
        "goals": {"fail_under": goals.fail_under, "required": list(goals.required), "only": list(goals.only)},
        "passed": not missed,
        "shortfalls": [{"says": each.says, "missing": [name_of(cell) for cell in each.missing]} for each in missed],
        "cells": {name_of(cell): count for cell, count in report.counts.items()},
        "beyond": {name_of(cell): count for cell, count in report.beyond.items()},
    }


def share_view(share: Share) -> dict[str, Json]:
    """Return the share of one dimension as JSON."""
    dimension = share.dimension
    return {
        "name": dimension.name,
        "title": dimension.title,
        "covered": share.covered,
        "total": share.total,
        "percent": share.percent,
    }


def read_report(json: Json, where: str) -> Report:
    """Return the report that was written as JSON; raise UsageError, ``where`` being its place, for what is none."""
    if not isinstance(json, dict) or json.get("format") != FORMAT:
        raise UsageError("this is no report of coverage", where=where, fix=_ANEW)
    return Report(_counts(json, "cells", where), _counts(json, "beyond", where))


def _counts(json: dict[str, Json], member: str, where: str) -> dict[Cell, int]:
    try:
        found = {cell_of(name): count for name, count in convert(json.get(member), dict[str, Count]).items()}
    except ValidationError:
        raise UsageError(f"{member} is not an object of counts by cell", where=where, fix=_ANEW) from None
    for cell in found:
        if len(cell) - 1 != _PARTS.get(cell[0], len(cell) - 1):
            raise UsageError(f"{member} has {name_of(cell)!r}, which is no cell", where=where, fix=_ANEW)
    return found


def read_goals(json: Json, where: str) -> Goals:
    """Return the goals that a report came with, none without any; raise UsageError for what are none."""
    try:
        return convert(json.get("goals") or {}, Goals)
    except ValidationError:
        raise UsageError("goals are not goals of coverage", where=where, fix=_ANEW) from None
