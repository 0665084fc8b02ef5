"""The journal: every request, move and attempt in order, account by account; it can be waited on."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from mockserver.clock import at
from mockserver.model import Delivery, Entry, EntryKind, Message
from mockserver.store.base import Store
from mockserver.store.tags import Where
from mockserver.times import Times

Fits = Callable[[Entry], Awaitable[bool]]
"""Tells whether an entry is wanted; it may have to ask the store for that."""

_PAGE = 500


async def _all(_: Entry) -> bool:
    return True


class Journal:
    """Writes entries to the store and wakes those who wait for them."""

    def __init__(self, store: Store, times: Times) -> None:
        self._store = store
        self._times = times
        self._waiting: dict[str, set[asyncio.Future[bool]]] = {}
        self._last: dict[str, int] = {}
        self.requests = 0
        """How many requests were journalled so far, in all accounts."""
        self._changes: defaultdict[str | None, Counter[str]] = defaultdict(Counter)

    async def write(self, account: str, kind: EntryKind, about: str, **details: Any) -> Entry:
        """Add an entry; ``details`` are further fields of ``Entry``. Return it with its number."""
        entry = Entry(id=0, at=at(self._times.seconds(account)), kind=kind, about=about, **details)
        numbered = await self._store.append(account, entry)
        if entry.exchange is not None:
            self.requests += 1
            self._last[account] = self.requests
        if account in self._waiting:
            self._wake(account)
        return numbered

    async def write_move(self, message: Message, about: str) -> None:
        """Keep a message that has moved, and add the entry of its last move."""
        move = message.moves[-1]
        entry = Entry(0, move.at, EntryKind.STATUS, about, message.uuid, move=move)
        await self._store.put_moved(message, entry)
        if message.account in self._waiting:
            self._wake(message.account)

    async def write_attempt(self, delivery: Delivery, about: str) -> bool:
        """Keep a delivery that was tried, and add the entry of its last attempt; false, and neither, if it is gone."""
        account = delivery.account
        moment = at(self._times.seconds(account))
        entry = Entry(0, moment, EntryKind.ATTEMPT, about, delivery.message, delivery.id, attempt=delivery.attempts[-1])
        if await self._store.put_tried(delivery, entry) is None:
            return False
        if account in self._waiting:
            self._wake(account)
        return True

    def _wake(self, account: str) -> None:
        for future in self._waiting.pop(account, ()):
            if not future.done():
                future.set_result(True)

    def tell(self, what: str, account: str | None = None) -> None:
        """Note that something changed that no entry tells of, everywhere or in one account; wake who waits there."""
        self._changes[account][what] += 1
        for each in tuple(self._waiting) if account is None else (account,):
            self._wake(each)

    def told(self, account: str) -> Counter[str]:
        """Return how often each thing changed that no entry tells of."""
        return self._changes[None] + self._changes[account]

    def last_request(self, account: str) -> int:
        """Return the number of an account's newest request among those of all accounts; 0 if it has none."""
        return self._last.get(account, 0)

    async def follow(
        self, account: str, fits: Fits = _all, *, after: int, wait_s: float, limit: int = _PAGE
    ) -> tuple[list[Entry], int]:
        """Return the entries that fit numbered above ``after``, oldest first, and the number to go on from.

        If there are none, wait for one up to ``wait_s`` seconds.
        """
        deadline_s = asyncio.get_running_loop().time() + wait_s
        while True:
            found, after = await self._fitting(account, fits, after, limit)
            left_s = deadline_s - asyncio.get_running_loop().time()
            if found or left_s <= 0 or not await self.wait(account, left_s):
                return found, after

    async def _fitting(self, account: str, fits: Fits, after: int, limit: int) -> tuple[list[Entry], int]:
        found: list[Entry] = []
        while page := await self._store.entries(account, after=after, limit=_PAGE):
            for entry in page:
                after = entry.id
                if await fits(entry):
                    found.append(entry)
                if len(found) == limit:
                    return found, after
            await asyncio.sleep(0)  # the journal may be long, and others want their turn
        return found, after

    async def last_number(self, account: str) -> int:
        """Return the number of the newest entry, 0 if there is none."""
        return await self._store.last_number(account)

    async def newest(
        self, account: str, fits: Fits = _all, *, before: int | None, limit: int, where: Where = ()
    ) -> list[Entry]:
        """Return the newest entries that fit numbered below ``before``, newest first.

        ``where`` is what is known of those that fit, so that others need not be looked at.
        """
        found: list[Entry] = []
        async for entry in self._store.entries_back(account, before=before, where=where):
            if await fits(entry):
                found.append(entry)
            if len(found) == limit:
                break
        return found

    async def wait(self, account: str, wait_s: float) -> bool:
        """Wait for the next entry of an account; false if none came within ``wait_s`` seconds or the server stops."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(account, set())
        waiting.add(future)
        try:
            async with asyncio.timeout(wait_s):
                return await future
        except TimeoutError:
            return False
        finally:
            waiting.discard(future)

    def wake_all(self) -> None:
        """Let go of everyone who waits; for shutdown."""
        for waiting in self._waiting.values():
            for future in waiting:
                if not future.done():
                    future.set_result(False)
        self._waiting.clear()
