"""Which part of the contract each account exercised: puts what was counted beside what there is, and counts answers."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from mockserver.contract.specs import Specs
from mockserver.core.cells import ANSWER, FAULT, Cell, cells_like, known_cells
from mockserver.core.coverage import Goals, Report
from mockserver.core.faults import Hit
from mockserver.errors import ConfigError, UsageError
from mockserver.model import Json
from mockserver.settings import Settings
from mockserver.tally import Tally

PATTERNS: Final = ("coverage_required", "coverage_only")
"""The settings that hold patterns of cells."""


class Coverage:
    """The coverage of all accounts of one server, and the goals its settings ask of a run."""

    def __init__(self, settings: Settings, specs: Specs, tally: Tally) -> None:
        """Raise ConfigError for a goal that names cells which are not there."""
        self.goals = goals_of(settings)
        self._specs = specs
        self._tally = tally
        for mistake in goal_mistakes({name: getattr(settings, name) for name in PATTERNS}, specs):
            raise mistake

    @cached_property
    def known(self) -> tuple[Cell, ...]:
        """Every cell of the contract."""
        return cells_of(self._specs)

    def of(self, account: str) -> Report:
        """Return what an account exercised."""
        return Report.of(self.known, self._tally.of(account))

    def whole(self) -> Report:
        """Return what all accounts exercised, also those that were removed."""
        return Report.of(self.known, self._tally.whole())

    def answered(self, account: str, operation: str | None, status: int, hit: Hit | None) -> None:
        """Count an answer of an operation, and the fault that hit it; one that cannot be read counts as none.

        ``operation`` is ``None`` for a request that asked for none that there is.
        """
        if hit is not None:
            self._tally.count(account, (FAULT, hit.fault.on, hit.fault.do))
            if hit.fault.kind.taken:
                return
        if operation is not None:
            self._tally.count(account, (ANSWER, operation, str(status)))


def cells_of(specs: Specs) -> tuple[Cell, ...]:
    """Return every cell of the contract."""
    codes = {code: each.dialects for code, each in specs.errors.items()}
    return known_cells(specs.capabilities, codes, specs.documents)


def goal_mistakes(settings: Mapping[str, Json], specs: Specs) -> Iterator[ConfigError]:
    """Yield a mistake for each pattern among settings that names no cell; its place is the name of the setting."""
    asked = [(name, pattern) for name in PATTERNS for pattern in settings.get(name, ())]
    known = cells_of(specs) if asked else ()
    for name, pattern in asked:
        try:
            cells_like(pattern, known)
        except UsageError as error:
            yield ConfigError(error.what, where=name, fix=error.fix)


def goals_of(settings: Settings) -> Goals:
    """Return what settings ask of a run."""
    return Goals(settings.coverage_fail_under, settings.coverage_required, settings.coverage_only)
