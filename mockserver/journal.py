"""The journal: every request, move and attempt in order, account by account; it can be waited on."""

import asyncio
from typing import Any

from mockserver.clock import Clock, at
from mockserver.model import Entry, EntryKind
from mockserver.store.base import Store


class Journal:
    """Writes entries to the store and wakes those who wait for them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}

    async def write(self, account: str, kind: EntryKind, about: str, **details: Any) -> Entry:
        """Add an entry; ``details`` are further fields of ``Entry``. Return it with its number."""
        entry = Entry(id=0, at=at(self._clock.seconds()), kind=kind, about=about, **details)
        numbered = await self._store.append(account, entry)
        for future in self._waiting.pop(account, ()):
            if not future.done():
                future.set_result(None)
        return numbered

    async def follow(self, account: str, *, after: int, wait_s: float, limit: int = 1000) -> list[Entry]:
        """Return the entries numbered above ``after``; if there are none, wait for one up to ``wait_s`` seconds."""
        entries = await self._store.entries(account, after=after, limit=limit)
        if not entries and wait_s > 0:
            await self.wait(account, wait_s)
            entries = await self._store.entries(account, after=after, limit=limit)
        return entries

    async def wait(self, account: str, wait_s: float) -> bool:
        """Wait for the next entry of an account; false if none came within ``wait_s`` seconds."""
        future = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(account, set())
        waiting.add(future)
        try:
            async with asyncio.timeout(wait_s):
                await future
        except TimeoutError:
            return False
        finally:
            waiting.discard(future)
        return True

    def wake_all(self) -> None:
        """Let go of everyone who waits; for shutdown."""
        for waiting in self._waiting.values():
            for future in waiting:
                if not future.done():
                    future.set_result(None)
        self._waiting.clear()
