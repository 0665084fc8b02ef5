"""Searches for cases that fail, by Hypothesis, which makes them, makes them smaller, remembers them; judges nothing."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, Protocol, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy

from mockserver.fuzz.checks import Finding

CaseT = TypeVar("CaseT")
FailedT = TypeVar("FailedT")
SHRINK_S: Final = 30.0
"""How long failing cases are made smaller, counted from the last kind of failure that was new."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to search. ``database`` is a folder of cases that failed before; they are tried first."""

    seed: int
    examples: int = 100
    database: Path | None = None
    shrink_s: float = SHRINK_S


class Seen(Protocol):
    """Told of each case as it has been tried: how many were, how many are to be, how many kinds of findings."""

    def __call__(self, tried: int, planned: int, found: int, /) -> None:
        """Show it."""
        ...


class _FoundError(AssertionError):
    """A check does not hold; each kind of finding has a class of its own, for Hypothesis tells failures apart by it."""


class _EnoughError(BaseException):
    """The search has gone on for long enough. No ``Exception``, so that Hypothesis does not take it for a failure."""


@dataclass(slots=True)
class Hunt(Generic[CaseT, FailedT]):
    """One search: what it found, each kind by its smallest case, and how many cases it tried."""

    plan: Plan
    attempt: Callable[[CaseT], Finding[FailedT] | None]
    size: Callable[[Finding[FailedT]], Any]
    seen: Seen = lambda *_: None
    found: dict[tuple[str, str], Finding[FailedT]] = field(default_factory=dict)
    tried: int = 0
    _sizes: dict[tuple[str, str], Any] = field(default_factory=dict)
    _kinds: dict[tuple[str, str], type[_FoundError]] = field(default_factory=dict)
    _until_s: float | None = None
    _trouble: Exception | None = None

    def run(self, cases: SearchStrategy[CaseT], first: Iterable[CaseT] = ()) -> list[Finding[FailedT]]:
        """Try the ``first`` cases, then search; return what was found.

        What was found when it is interrupted stays in ``found``.
        """
        plan = self.plan
        database = None if plan.database is None else DirectoryBasedExampleDatabase(plan.database)

        @settings(
            max_examples=plan.examples,
            database=database,
            derandomize=False,  # what a CI system's profile of Hypothesis has, which goes with no database
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.reuse, Phase.generate, Phase.shrink),
            verbosity=Verbosity.quiet,
            print_blob=False,
        )
        @seed(plan.seed)  # beneath the settings, for it takes away their database
        @given(cases)
        def holds(case: CaseT) -> None:
            self._try(case)

        # What is reported is what we kept: the smallest of each kind, whether or not it can be made to fail once more.
        with suppress(_FoundError, _EnoughError, Flaky, BaseExceptionGroup):
            for case in first:
                with suppress(_FoundError):
                    self._try(case)
            holds()
        if self._trouble is not None:
            raise self._trouble
        return list(self.found.values())

    def _try(self, case: CaseT) -> None:
        if self._until_s is not None and time.monotonic() > self._until_s:
            raise _EnoughError
        try:
            finding = self.attempt(case)
        except Exception as error:
            # Else Hypothesis would take it for a failing case, and make it smaller.
            self._trouble = error
            raise _EnoughError from error
        self.tried += 1
        if finding is not None:
            self._keep(finding)
        self.seen(self.tried, self.plan.examples, len(self.found))
        if finding is not None:
            raise self._kind(finding.key)(finding.said)

    def _keep(self, finding: Finding[FailedT]) -> None:
        """Keep a finding if it is new, or smaller than the one of its kind."""
        key, size = finding.key, self.size(finding)
        if key not in self.found:
            self._until_s = time.monotonic() + self.plan.shrink_s
        elif size >= self._sizes[key]:
            return
        self.found[key], self._sizes[key] = finding, size

    def _kind(self, key: tuple[str, str]) -> type[_FoundError]:
        return self._kinds.setdefault(key, type(f"Found_{'_'.join(key)}", (_FoundError,), {}))
