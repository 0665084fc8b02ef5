"""Things to do at their time, in order; it follows whatever clock it is given and knows nothing of what it runs."""

import asyncio
import heapq
import logging
from itertools import count
from typing import Protocol

from mockserver.clock import Clock, ManualClock

_log = logging.getLogger(__name__)
_BATCH = 16
"""Jobs run before others get the event loop again, a few milliseconds; a memory store never yields by itself."""


class Job(Protocol):
    """Something to do later, or to give up in words if the server stops first."""

    async def run(self) -> None:
        """Do it; may schedule more."""
        ...

    async def abandon(self) -> str | None:
        """Record that it will not be done; return one line for the log, or ``None`` if it no longer matters."""
        ...


class Schedule:
    """A heap of jobs by due time (seconds since 1970); jobs of the same moment run in the order they came."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, str, Job]] = []
        self._order = count()
        self._wake: asyncio.Event | None = None

    def __len__(self) -> int:
        """Return how many jobs wait."""
        return len(self._heap)

    def at(self, due_s: float, job: Job, account: str = "") -> None:
        """Run ``job`` of an account at a moment; a moment already past means as soon as may be."""
        heapq.heappush(self._heap, (due_s, next(self._order), account, job))
        if self._wake is not None and self._heap[0][0] == due_s:
            self._wake.set()

    def after(self, delay_s: float, job: Job) -> None:
        """Run ``job`` in so many seconds."""
        self.at(self._clock.seconds() + delay_s, job)

    def next_due_s(self, account: str | None = None) -> float | None:
        """Return the moment of the next job, of one account if named."""
        if account is None:
            return self._heap[0][0] if self._heap else None
        return min((due_s for due_s, _, whose, _ in self._heap if whose == account), default=None)

    def take(self, account: str) -> list[tuple[float, Job]]:
        """Take out what waits for an account, in order, each with its moment."""
        taken = sorted((each for each in self._heap if each[2] == account), key=lambda each: each[:2])
        self._heap = [each for each in self._heap if each[2] != account]
        heapq.heapify(self._heap)
        return [(due_s, job) for due_s, _, _, job in taken]

    def drop(self, account: str, kind: type[Job]) -> None:
        """Take out all jobs of a kind that wait for an account."""
        left = [each for each in self._heap if each[2] != account or not isinstance(each[3], kind)]
        if len(left) < len(self._heap):
            self._heap = left
            heapq.heapify(left)

    def drain(self) -> list[Job]:
        """Take out everything that waits, in order."""
        jobs = [job for _, _, _, job in sorted(self._heap, key=lambda each: each[:2])]
        self._heap.clear()
        return jobs

    async def run_due(self) -> int:
        """Run what is due now, including what that makes due; return how many jobs ran."""
        ran = 0
        while self._heap and self._heap[0][0] <= self._clock.seconds():
            _, _, _, job = heapq.heappop(self._heap)
            try:
                await job.run()
            except Exception:  # noqa: BLE001 - the one recorder of the schedule: a raise would end all later webhooks
                _log.exception("a scheduled job failed: %r", job)
            ran += 1
            if ran % _BATCH == 0:
                await asyncio.sleep(0)
        return ran

    async def run(self) -> None:
        """Run jobs as the real clock reaches them, until cancelled."""
        self._wake = asyncio.Event()
        while True:
            await self.run_due()
            self._wake.clear()
            due_s = self.next_due_s()
            wait_s = None if due_s is None else max(due_s - self._clock.seconds(), 0.0) / self._clock.rate
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def move_to_next(self, clock: ManualClock, until_s: float) -> bool:
        """Move a manual clock to the next job up to ``until_s`` and run what is due; false if there is none."""
        due_s = self.next_due_s()
        if due_s is None or due_s > until_s:
            clock.move_to(until_s)
            return False
        clock.move_to(due_s)
        await self.run_due()
        return True
