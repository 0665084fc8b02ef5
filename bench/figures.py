"""Turns measured values into medians, paired ratios, goals and table cells; measures nothing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median


class Bound(StrEnum):
    """On which side of its limit a goal is met."""

    AT_LEAST = ">="
    AT_MOST = "<="
    UNDER = "<"


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with the range it came from."""

    median: float
    low: float
    high: float

    def text(self, digits: int) -> str:
        """Return ``median [low-high]``."""
        return f"{self.median:,.{digits}f} [{self.low:,.{digits}f}-{self.high:,.{digits}f}]"


@dataclass(frozen=True, slots=True)
class Goal:
    """A line to hold; ``measured`` is nothing where it could not be measured, which ``note`` explains."""

    name: str
    bound: Bound
    limit: float
    measured: float | None
    note: str = ""

    @property
    def is_met(self) -> bool:
        """True if the measured value is on the right side of the limit."""
        if self.measured is None:
            return False
        match self.bound:
            case Bound.AT_LEAST:
                return self.measured >= self.limit
            case Bound.AT_MOST:
                return self.measured <= self.limit
            case Bound.UNDER:
                return self.measured < self.limit

    @property
    def is_missed(self) -> bool:
        """True if it was measured and is on the wrong side."""
        return self.measured is not None and not self.is_met

    def text(self) -> str:
        """Return a row of the table of goals."""
        verdict = "met" if self.is_met else "MISSED" if self.is_missed else "not measured"
        shown = "" if self.measured is None else f"{self.measured:,.2f}"
        noted = f"{verdict}: {self.note}" if self.note else verdict
        return f"| {self.name} | {self.bound} {self.limit:g} | {shown} | {noted} |"


def spread(values: Sequence[float]) -> Spread:
    """Return the median and the range of some values."""
    return Spread(median(values), min(values), max(values))


def paired(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    """Return the ratio of each round; both sides of a round ran within a minute of each other."""
    return tuple(our / their for our, their in zip(ours, theirs, strict=True))


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Return the median of the paired ratios; nothing if either was not measured."""
    return median(paired(ours, theirs)) if ours and theirs else None


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that so many percent of all values do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def raw(values: Sequence[float], digits: int) -> str:
    """Return all values in the order they were measured."""
    return ", ".join(f"{value:,.{digits}f}" for value in values)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
