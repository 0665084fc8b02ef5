"""What happens in an account, as it happens, for whoever listens; knows nothing of how they are told."""

import asyncio
import random
from collections.abc import AsyncGenerator
from typing import Final, TypeAlias

from msgspec import Struct

from mockserver.journal import Journal
from mockserver.model import Entry
from mockserver.store.base import Store

MOST: Final = 500
"""Entries told at once; who is further behind hears of a gap instead, and looks at the lists again."""
_BREATH_S: Final = 0.1
"""How long entries gather before the next are told: under load, a few looks a second instead of one for each entry."""
QUIET_S: Final = 15.0
"""How long nothing may be said: proxies and clients give up connections that seem dead."""


class Hello(Struct, frozen=True):
    """The first thing said: entries numbered above ``after`` follow; the newest there is now is ``last``."""

    after: int
    last: int


class Restarted(Struct, frozen=True):
    """What the listener knows is of another process, or gone: all of it is to be read anew."""

    last: int


class Entries(Struct, frozen=True):
    """Journal entries, oldest first, up to ``MOST``."""

    entries: list[Entry]


class Gap(Struct, frozen=True):
    """More entries than can be told at once; they are in the journal, as far as they are kept."""

    first: int
    last: int


class Changed(Struct, frozen=True):
    """Something changed that no entry tells of: ``clock``, ``faults``, ``scenarios``, ``deliveries``, ``accounts``.

    ``journal`` and ``messages`` where they were forgotten.
    """

    what: tuple[str, ...]


class Quiet(Struct, frozen=True):
    """Nothing happened for a while."""


Event: TypeAlias = Hello | Restarted | Entries | Gap | Changed | Quiet


class Mark(Struct, frozen=True):
    """Where a listener was: the number of an entry, and the process that gave it, if that is known."""

    number: int
    boot: str | None = None


class Events:
    """Reads the journal for those who listen, each at its own pace. No queue: who is slow keeps nothing here."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal
        self.boot = f"{random.SystemRandom().getrandbits(32):08x}"
        self.closing = asyncio.Event()

    def open(self) -> None:
        """Let events be listened to."""
        self.closing.clear()

    def close(self) -> None:
        """Let nobody listen any more; who does learns it by ``closing``."""
        self.closing.set()

    async def follow(self, account: str, since: Mark | None = None) -> AsyncGenerator[Event]:
        """Yield what happens in an account, from a mark or from now on, without an end."""
        told, last = self._journal.told(account), await self._journal.last_number(account)
        is_lost = since is not None and not await self._is_known(account, since)
        number = last if since is None or is_lost else since.number
        yield Hello(number, last)
        if is_lost:
            yield Restarted(last)
        while True:
            event = await self._next(account, number)
            if event is not None:
                yield event
                number = event.last if isinstance(event, Gap) else event.entries[-1].id
            told, before = self._journal.told(account), told
            changed = tuple(sorted(told - before))
            if changed:
                yield Changed(changed)
            if event is not None or changed:
                await asyncio.sleep(_BREATH_S)
            elif not await self._journal.wait(account, QUIET_S):
                yield Quiet()

    async def _next(self, account: str, number: int) -> Entries | Gap | None:
        page = await self._store.entries(account, after=number, limit=MOST + 1)
        if len(page) > MOST:
            return Gap(page[0].id, await self._journal.last_number(account))
        return Entries(page) if page else None

    async def _is_known(self, account: str, mark: Mark) -> bool:
        """Return whether a listener that was there has missed nothing but what can be told."""
        if mark.boot not in {None, self.boot}:
            return False
        return mark.number == 0 or await self._store.entry(account, mark.number) is not None
