"""The store of one process, in its memory; nothing outlives the process."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

from mockserver.model import Account, Delivery, Entry, Json, Message
from mockserver.store.tags import Where
from mockserver.store.world import IsUnderWay, Room, World

T = TypeVar("T")
_PAGE = 500
"""Entries read at once; each page takes a few milliseconds."""
_SPELL_S = 0.004
"""How long a walk goes on before others get their turn.

At 300,000 messages beside 1,000 sends a second the median of a search was 7 ms, and 10 ms at half of this (a run each).
"""


class _Worlds(dict[str, World]):
    """What happened in each account, begun when it is first asked for."""

    def __init__(self, begin: Callable[[], World]) -> None:
        super().__init__()
        self._begin = begin

    def __missing__(self, account: str) -> World:
        world = self[account] = self._begin()
        return world


class MemoryStore:
    """Keeps everything in memory, what was left alone longest in packed form (see ``Shelf``).

    ``keep`` is how many messages of an account are kept, and how many journal entries about none of them; of more,
    the oldest that nothing is to happen to any more is dropped. 0 keeps all.
    """

    def __init__(self, keep: int = 0, room: Room | None = None) -> None:
        self._worlds = _Worlds(lambda: World(keep, room or Room()))
        self._accounts: dict[str, Account] = {}
        self._applications: dict[str, str] = {}
        self._is_under_way: IsUnderWay = lambda _: False

    def spare(self, is_under_way: IsUnderWay) -> None:
        """See ``Store.spare``."""
        self._is_under_way = is_under_way

    def tidy(self) -> bool:
        """See ``Store.tidy``."""
        return any(world.tidy(self._is_under_way) for world in self._worlds.values())

    async def dropped(self, account: str) -> int:
        """See ``Store.dropped``."""
        return self._worlds[account].dropped

    async def put_account(self, account: Account) -> None:
        """See ``Store.put_account``."""
        self._forget_applications(account.api_key)
        self._accounts[account.api_key] = account
        self._applications.update(dict.fromkeys((each.id for each in account.applications), account.api_key))

    async def account(self, api_key: str) -> Account | None:
        """See ``Store.account``."""
        return self._accounts.get(api_key)

    async def account_of_application(self, application: str) -> Account | None:
        """See ``Store.account_of_application``."""
        return self._accounts.get(self._applications.get(application, ""))

    async def accounts(self) -> list[Account]:
        """See ``Store.accounts``."""
        return list(self._accounts.values())

    async def remove_account(self, api_key: str) -> bool:
        """See ``Store.remove_account``."""
        self._forget_applications(api_key)
        await self.clear(api_key, "messages")
        await self.clear(api_key, "journal")
        return self._accounts.pop(api_key, None) is not None

    def _forget_applications(self, api_key: str) -> None:
        self._applications = {
            application: owner for application, owner in self._applications.items() if owner != api_key
        }

    async def put_message(self, message: Message) -> None:
        """See ``Store.put_message``."""
        self._worlds[message.account].put_message(message, self._is_under_way)

    async def message(self, account: str, uuid: str) -> Message | None:
        """See ``Store.message``."""
        return self._worlds[account].message(uuid)

    def messages(self, account: str, where: Where = (), *, before: str | None = None) -> AsyncIterator[Message]:
        """See ``Store.messages``; later changes of the account do not disturb the walk."""
        return _walk(self._worlds[account].messages(where, before))

    def numbered_messages(self, account: str, after: int) -> AsyncIterator[tuple[int, Message]]:
        """See ``Store.numbered_messages``."""
        return _walk(self._worlds[account].numbered_messages(after))

    async def message_numbered(self, account: str, number: int) -> Message | None:
        """See ``Store.message_numbered``."""
        return self._worlds[account].message_numbered(number)

    async def gone(self, account: str, *, message: int | None = None, entry: int | None = None) -> bool:
        """See ``Store.gone``."""
        return self._worlds[account].gone(message, entry)

    async def append(self, account: str, entry: Entry) -> Entry:
        """See ``Store.append``."""
        return self._worlds[account].append(entry)

    async def put_moved(self, message: Message, entry: Entry) -> Entry:
        """See ``Store.put_moved``."""
        return self._worlds[message.account].put_moved(message, entry, self._is_under_way)

    async def entries(self, account: str, *, after: int = 0, limit: int = 100) -> list[Entry]:
        """See ``Store.entries``."""
        found: list[Entry] = []
        while len(found) < limit:
            page = self._worlds[account].entries(after, min(limit - len(found), _PAGE))
            found += page
            if len(page) < _PAGE:
                break
            after = page[-1].id
            await asyncio.sleep(0)
        return found

    def entries_back(self, account: str, *, before: int | None = None, where: Where = ()) -> AsyncIterator[Entry]:
        """See ``Store.entries_back``."""
        return _walk(self._worlds[account].entries_back(before, where))

    async def entry(self, account: str, number: int) -> Entry | None:
        """See ``Store.entry``."""
        return self._worlds[account].entry(number)

    async def last_number(self, account: str) -> int:
        """See ``Store.last_number``."""
        return self._worlds[account].last_number

    async def entries_of(self, account: str, message: str) -> list[Entry]:
        """See ``Store.entries_of``."""
        return self._worlds[account].entries_of(message)

    async def put_delivery(self, delivery: Delivery) -> None:
        """See ``Store.put_delivery``."""
        self._worlds[delivery.account].put_delivery(delivery)

    async def add_delivery(self, delivery: Delivery) -> None:
        """See ``Store.add_delivery``."""
        self._worlds[delivery.account].add_delivery(delivery)

    async def put_tried(self, delivery: Delivery, entry: Entry) -> Entry | None:
        """See ``Store.put_tried``."""
        return self._worlds[delivery.account].put_tried(delivery, entry)

    async def delivery(self, account: str, identity: str) -> Delivery | None:
        """See ``Store.delivery``."""
        return self._worlds[account].delivery(identity)

    def deliveries(self, account: str, where: Where = (), *, before: str | None = None) -> AsyncIterator[Delivery]:
        """See ``Store.deliveries``."""
        return _walk(self._worlds[account].deliveries(where, before))

    async def deliveries_of(self, account: str, message: str) -> list[Delivery]:
        """See ``Store.deliveries_of``."""
        return self._worlds[account].deliveries_of(message)

    async def put_document(self, account: str, kind: str, key: str, value: Json) -> None:
        """See ``Store.put_document``."""
        kept = self._worlds[account].documents.setdefault(kind, {})
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value

    async def document(self, account: str, kind: str, key: str) -> Json:
        """See ``Store.document``."""
        return self._worlds[account].documents.get(kind, {}).get(key)

    async def documents(self, account: str, kind: str) -> dict[str, Json]:
        """See ``Store.documents``."""
        return dict(self._worlds[account].documents.get(kind, {}))

    async def count(self, account: str, name: str) -> int:
        """See ``Store.count``."""
        counters = self._worlds[account].counters
        counters[name] = counters.get(name, 0) + 1
        return counters[name]

    async def clear(self, account: str, what: str) -> None:
        """See ``Store.clear``."""
        if what == "journal":
            self._worlds[account].clear_journal()
        if what == "messages":
            self._worlds[account].clear_messages()


async def _walk(found: Iterator[T | None]) -> AsyncIterator[T]:
    """Yield what is found; at a ``None`` others get their turn once a walk has held them up long enough.

    Not at each: a turn of theirs may take milliseconds under load, and a search of 3 ms took 18.
    """
    until_s = time.perf_counter() + _SPELL_S
    for each in found:
        if each is not None:
            yield each
        elif time.perf_counter() > until_s:
            await asyncio.sleep(0)
            until_s = time.perf_counter() + _SPELL_S
