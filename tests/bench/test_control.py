"""What the benchmark waits for before it measures: what it asks for may come late, and is not waited for for ever."""

from collections.abc import Iterator
from typing import Any

import pytest

from bench.control import Control, wait_until_drained, wait_until_pending, wait_until_told
from bench.programs import BenchError


class Told(Control):
    """A server whose webhooks in line are told beforehand, the last number over and over; a step is always planned."""

    def __init__(self, *queued: int, patience_s: float = 60.0) -> None:
        self.patience_s = patience_s
        self.left = list(queued)
        self._numbers = self._told()

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Answer as ``GET /_mock/health`` does."""
        assert (method, path, body, query) == ("GET", "/_mock/health", None, {})
        return {"webhooks": {"queued": next(self._numbers), "in_flight": 1, "retrying": 2, "parked": 0}, "scheduled": 1}

    def _told(self) -> Iterator[int]:
        while len(self.left) > 1:
            yield self.left.pop(0)
        while True:
            yield self.left[0]


def test_webhooks_that_are_written_late_are_waited_for() -> None:
    """The 10,000th send is answered before its step is taken: 9123 webhooks once stood for a lack of 877."""
    control = Told(5, 6, 7, 8)

    wait_until_pending(control, 10)

    assert control.left == [8]


@pytest.mark.parametrize("queued", [pytest.param(6, id="one-too-few"), pytest.param(0, id="those-being-tried")])
def test_webhooks_that_never_come_end_the_benchmark(queued: int) -> None:
    with pytest.raises(BenchError, match=f"after 0 s, {queued + 3} webhooks and 1 steps still wait"):
        wait_until_pending(Told(queued, patience_s=0), 10)


def test_a_planned_step_is_waited_for_only_where_all_is_to_be_over() -> None:
    wait_until_told(Told(-3))

    with pytest.raises(BenchError, match="0 webhooks and 1 steps still wait"):
        wait_until_drained(Told(-3, patience_s=0))
