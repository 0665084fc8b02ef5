"""Counts what happens in each account by cells of the contract; knows neither which there are nor what a share is.

It lies beside the store, so that what is reset or dropped there stays counted.
"""

from collections import Counter
from collections.abc import Mapping

from mockserver.core.cells import Cell


class Tally:
    """The counts of all accounts of one server."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[Cell, int]] = {}
        self._gone: Counter[Cell] = Counter()

    def count(self, account: str, cell: Cell) -> None:
        """Count a cell once more; called for each request, so it does no more than that."""
        counts = self._counts.get(account)
        if counts is None:
            counts = self._counts[account] = {}
        counts[cell] = counts.get(cell, 0) + 1

    def of(self, account: str) -> Mapping[Cell, int]:
        """Return the counts of an account."""
        return dict(self._counts.get(account, {}))

    def whole(self) -> Mapping[Cell, int]:
        """Return the counts of all accounts, also those that were removed."""
        whole = Counter(self._gone)
        for each in self._counts.values():
            whole.update(each)
        return whole

    def reset(self, account: str) -> None:
        """Forget the counts of an account."""
        self._counts.pop(account, None)

    def retire(self, account: str) -> None:
        """Keep the counts of an account that is removed among those of all."""
        self._gone.update(self._counts.pop(account, {}))
