"""The clock of each account: real, manual or sped up, and what happened while a manual one was moved."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from mockserver.clock import REAL, Clock, ManualClock, SystemClock, at, clock_of, mode_of
from mockserver.delivery import Outbox
from mockserver.errors import ConflictError, UsageError
from mockserver.model import DeliveryState
from mockserver.surroundings import Surroundings

_PAGE: Final = 500
_BREATH_S: Final = 0.001
"""How long what is due is left to the schedule before another look."""
EARLIEST_S: Final = 0.0
LATEST_S: Final = 32_503_680_000.0
"""The end of the year 2999; Python's dates end at 9999, and what is planned must fit before that."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How an account's clock stands. ``is_own``: not the server's. ``next_at``: when the next thing is due there."""

    account: str
    mode: str
    now: datetime
    is_own: bool
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Advanced:
    """What happened in an account while its clock was moved.

    ``counts`` are the journal entries written, by kind; ``after`` is the number of the last entry before them.
    """

    account: str
    began: datetime
    ended: datetime
    counts: Mapping[str, int]
    after: int

    @property
    def total(self) -> int:
        """How many entries were written."""
        return sum(self.counts.values())


class Clocks:
    """Sets and moves the clocks of accounts. What waits for a clock goes along with it, none of it lost or doubled.

    Signed tokens do not follow these clocks: clients and receivers hold them against the real time.
    """

    def __init__(self, around: Surroundings, outbox: Outbox, wall: Clock | None = None) -> None:
        self._default = around.settings.api_key
        self._store = around.store
        self._journal = around.journal
        self._times = around.times
        self._outbox = outbox
        self._wall = wall or SystemClock()
        self._locks: defaultdict[str | None, asyncio.Lock] = defaultdict(asyncio.Lock)

    def read(self, account: str) -> Reading:
        """Return how an account's clock stands."""
        next_s = self._times.next_due_s(account)
        return Reading(
            account,
            mode_of(self._times.clock(account)),
            at(self._times.seconds(account)),
            self._times.has_own(account),
            None if next_s is None else at(next_s),
        )

    async def set(self, account: str, mode: str, at_s: float | None = None) -> Reading:
        """Give an account a clock of its own in a mode, from a moment on, and return how it stands.

        Without a moment time goes on from where the account is; a real clock also catches up with the machine's, but
        never goes back to it. Time that is skipped so does not pass for what waits: it waits as long as before.
        """
        if at_s is not None:
            _check_moment(at_s)
        async with self._locks[account]:
            await self._put(account, self._clock(account, mode, at_s))
            return self.read(account)

    async def reset(self, account: str) -> Reading:
        """Give an account the server's clock again."""
        async with self._locks[account]:
            if self._times.has_own(account):
                await self._put(account, None)
            return self.read(account)

    async def reset_all(self) -> None:
        """Give every account the server's clock again."""
        for account in await self._store.accounts():
            await self.reset(account.api_key)

    def _clock(self, account: str, mode: str, at_s: float | None) -> Clock:
        now_s = self._times.seconds(account)
        if mode != REAL or at_s is not None:
            return clock_of(mode, self._wall, now_s if at_s is None else at_s)
        return clock_of(REAL, self._wall, now_s if now_s > self._wall.seconds() else None)

    async def _put(self, account: str, clock: Clock | None) -> None:
        before_s = self._times.seconds(account)
        self._times.set_clock(account, clock)
        self._journal.tell("clock", account)
        await self._shift(account, self._times.seconds(account) - before_s)

    async def _shift(self, account: str, seconds: float) -> None:
        """Let the webhooks that wait for their next try say when that is by the clock as it is now."""
        if not seconds:
            return
        async for each in self._store.deliveries(account, [("state", "pending")]):
            if each.state is DeliveryState.PENDING and each.next_at is not None:
                next_at = at(each.next_at.timestamp() + seconds)
                await self._store.put_delivery(msgspec.structs.replace(each, next_at=next_at))

    async def advance(self, seconds: float, account: str | None = None) -> Advanced:
        """Move a manual clock, run everything due on the way in order, and return once all of it has been tried.

        An account that goes by the server's manual clock gets one of its own, so that no other is moved with it;
        without an account the default one is meant, and where that has none of its own, the server's clock.
        """
        named = account or self._default
        alone = account is not None or self._times.has_own(named)
        async with self._locks[named if alone else None]:
            clock = self._movable(named, alone=alone)
            began_s, after = clock.seconds(), await self._journal.last_number(named)
            _check_moment(began_s + seconds)
            await self._run(named, clock, began_s + seconds, alone=alone)
            counts = await self._counts(named, after)
            self._journal.tell("clock", named if alone else None)
            return Advanced(named, at(began_s), at(clock.seconds()), counts, after)

    async def settle(self, account: str, within_s: float) -> None:
        """Wait until all that is due within so many real seconds has happened, and each webhook in line was tried.

        By a manual clock nothing more becomes due, so only what is due by now is run.
        """
        clock = self._times.clock(account)
        until_s = clock.seconds() + within_s * clock.rate
        await self._outbox.settle(account)
        while (due_s := self._times.next_due_s(account)) is not None and due_s <= until_s:
            if isinstance(clock, ManualClock):
                async with self._locks[account]:
                    await self._times.run_due(account)
            else:
                await asyncio.sleep(max((due_s - clock.seconds()) / clock.rate, _BREATH_S))
            await self._outbox.settle(account)

    def _movable(self, account: str, *, alone: bool) -> ManualClock:
        clock = self._times.clock(account)
        if not isinstance(clock, ManualClock):
            what = f"the clock of account {account} runs by itself; only a manual clock can be advanced"
            fix = 'Set it first: PUT /_mock/clock {"mode": "manual"}, or `mockserver clock manual`.'
            raise ConflictError(what, fix=fix)
        if alone and not self._times.has_own(account):
            clock = ManualClock(clock.seconds())
            self._times.set_clock(account, clock)
        return clock

    async def _run(self, account: str, clock: ManualClock, until_s: float, *, alone: bool) -> None:
        await self._times.run_due(account)
        await self._settle(account, alone=alone)
        while await self._times.move_to_next(account, clock, until_s):
            await self._settle(account, alone=alone)

    async def _settle(self, account: str, *, alone: bool) -> None:
        """Wait until all webhooks in line were tried, of those accounts whose clock is moved."""
        if alone:
            await self._outbox.settle(account)
            return
        known = [each.api_key for each in await self._store.accounts()]
        apart = [each for each in known if self._times.has_own(each)]
        if not apart:
            await self._outbox.settle()
            return
        for each in known:
            if each not in apart:
                await self._outbox.settle(each)

    async def _counts(self, account: str, after: int) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        while page := await self._store.entries(account, after=after, limit=_PAGE):
            counts.update(each.kind.value for each in page)
            after = page[-1].id
        return counts


def _check_moment(seconds: float) -> None:
    if not EARLIEST_S <= seconds <= LATEST_S:
        raise UsageError("the clock would leave the years 1970 to 2999", fix="Choose a moment between them.")
