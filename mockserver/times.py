"""Time by account: the server's clock and schedule, and those of accounts that were given a clock of their own."""

import asyncio
import contextlib
from dataclasses import dataclass

from mockserver.clock import Clock, ManualClock
from mockserver.schedule import Job, Schedule


@dataclass(slots=True)
class _Line:
    """A clock with what waits for it, and the task that runs it; none for a clock that stands still."""

    clock: Clock
    schedule: Schedule
    task: asyncio.Task[None] | None = None


class Times:
    """Tells the time in each account, and runs what is due there."""

    def __init__(self, clock: Clock) -> None:
        self._shared = _Line(clock, Schedule(clock))
        self._own: dict[str, _Line] = {}
        self._skipped_s: dict[str, float] = {}
        self._is_running = False

    def __len__(self) -> int:
        """Return how many jobs wait, in all accounts."""
        return sum(len(each.schedule) for each in (self._shared, *self._own.values()))

    def clock(self, account: str) -> Clock:
        """Return the clock of an account."""
        return self._line(account).clock

    def has_own(self, account: str) -> bool:
        """Return whether an account has a clock of its own."""
        return account in self._own

    def seconds(self, account: str) -> float:
        """Return the present moment in an account, in seconds since 1970."""
        return self._own.get(account, self._shared).clock.seconds()

    def passed_s(self, account: str) -> float:
        """Return a measure of the time that passed in an account, which goes on evenly where its clock is set."""
        return self.seconds(account) - self.skipped_s(account)

    def skipped_s(self, account: str) -> float:
        """Return by how much an account's clock was set forward in all, less how much back."""
        return self._skipped_s.get(account, 0.0)

    def at(self, account: str, due_s: float, job: Job) -> None:
        """Run ``job`` at a moment of an account; a moment already past means as soon as may be."""
        self._line(account).schedule.at(due_s, job, account)

    def after(self, account: str, delay_s: float, job: Job) -> None:
        """Run ``job`` in so many seconds of an account."""
        self.at(account, self.seconds(account) + delay_s, job)

    def next_due_s(self, account: str) -> float | None:
        """Return the moment of the account's next job."""
        return self._line(account).schedule.next_due_s(account)

    def set_clock(self, account: str, clock: Clock | None) -> None:
        """Give an account a clock of its own, or with ``None`` the server's again; what waits there goes along.

        A clock that begins elsewhere in time than the present one moves what waits by the same distance.
        """
        before = self._line(account)
        after = self._shared if clock is None else _Line(clock, Schedule(clock))
        shift_s = after.clock.seconds() - before.clock.seconds()
        self._skipped_s[account] = self.skipped_s(account) + shift_s
        jobs = before.schedule.take(account)
        if before is not self._shared:
            self._end(before)
            del self._own[account]
        if after is not self._shared:
            self._own[account] = after
            self._begin(after)
        for due_s, job in jobs:
            after.schedule.at(due_s + shift_s, job, account)

    def forget_all(self) -> None:
        """Give every account the server's clock again."""
        for account in tuple(self._own):
            self.set_clock(account, None)

    def start(self) -> None:
        """Let time run, in the running loop."""
        self._is_running = True
        for line in (self._shared, *self._own.values()):
            self._begin(line)

    async def stop(self) -> None:
        """Run nothing more."""
        self._is_running = False
        for line in (self._shared, *self._own.values()):
            task, line.task = line.task, None
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def run_due(self, account: str) -> int:
        """Run what is due now in an account's schedule; return how many jobs ran."""
        return await self._line(account).schedule.run_due()

    async def move_to_next(self, account: str, clock: ManualClock, until_s: float) -> bool:
        """Move a manual clock to its next job up to ``until_s`` and run what is due; false if there is none."""
        return await self._line(account).schedule.move_to_next(clock, until_s)

    def drop(self, account: str, kind: type[Job]) -> None:
        """Let no job of a kind that waits for an account be run."""
        self._line(account).schedule.drop(account, kind)

    def drain(self) -> list[Job]:
        """Take out everything that waits, account by account, each in order."""
        return [job for each in (self._shared, *self._own.values()) for job in each.schedule.drain()]

    def _line(self, account: str) -> _Line:
        return self._own.get(account, self._shared)

    def _begin(self, line: _Line) -> None:
        if self._is_running and line.task is None and not isinstance(line.clock, ManualClock):
            line.task = asyncio.get_running_loop().create_task(line.schedule.run())

    def _end(self, line: _Line) -> None:
        """Stop running a line. The task may be the one that asks for it, so it is not waited for."""
        if line.task is not None:
            line.task.cancel()
            line.task = None
