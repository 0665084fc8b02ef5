"""Turns measured values into medians, paired ratios and a Markdown report; measures nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


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
    """A line to hold: at least (or, for times, under) a limit."""

    name: str
    limit: float
    measured: float
    under: bool = False

    @property
    def is_met(self) -> bool:
        """True if the measured value is on the right side of the limit."""
        return self.measured < self.limit if self.under else self.measured >= self.limit

    def text(self) -> str:
        """Return a row of the table of goals."""
        sign = "<" if self.under else ">="
        verdict = "met" if self.is_met else "MISSED"
        return f"| {self.name} | {sign} {self.limit:g} | {self.measured:.2f} | {verdict} |"


def spread(values: Sequence[float]) -> Spread:
    """Return the median and the range of some values."""
    return Spread(median(values), min(values), max(values))


def paired(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    """Return the ratio of each round; both sides of a round ran within seconds of each other."""
    return tuple(our / their for our, their in zip(ours, theirs, strict=True))


def raw(values: Sequence[float], digits: int) -> str:
    """Return all values in the order they were measured."""
    return ", ".join(f"{value:,.{digits}f}" for value in values)
