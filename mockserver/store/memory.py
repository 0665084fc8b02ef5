"""The store of one process: dictionaries, one set an account; nothing outlives the process."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import msgspec

from mockserver.model import Account, Delivery, Entry, Json, Message


@dataclass(slots=True)
class _World:
    """What happened in one account. ``first_entry`` is the number of ``entries[0]``."""

    messages: dict[str, Message] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    deliveries_by_message: dict[str, list[str]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    entries_by_message: dict[str, list[int]] = field(default_factory=dict)
    first_entry: int = 1
    documents: dict[str, dict[str, Json]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def found(self, number: int) -> Entry | None:
        """Return the entry of that number, if it is still here."""
        index = number - self.first_entry
        return self.entries[index] if 0 <= index < len(self.entries) else None

    def clear_journal(self) -> None:
        """Forget the entries; the next one's number stays what it would have been."""
        self.first_entry += len(self.entries)
        self.entries.clear()
        self.entries_by_message.clear()

    def clear_messages(self) -> None:
        """Forget messages, deliveries and what followed from them; the counters that make their ids go on."""
        self.messages.clear()
        self.documents.clear()
        self.deliveries.clear()
        self.deliveries_by_message.clear()


class MemoryStore:
    """Keeps everything in memory. Methods are coroutines for the sake of stores that are not."""

    def __init__(self) -> None:
        self._worlds: dict[str, _World] = {}
        self._accounts: dict[str, Account] = {}
        self._applications: dict[str, str] = {}

    def _world(self, account: str) -> _World:
        world = self._worlds.get(account)
        if world is None:
            world = self._worlds[account] = _World()
        return world

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
        self._world(message.account).messages[message.uuid] = message

    async def message(self, account: str, uuid: str) -> Message | None:
        """See ``Store.message``."""
        return self._world(account).messages.get(uuid)

    async def messages(self, account: str) -> AsyncIterator[Message]:
        """See ``Store.messages``; later changes of the account do not disturb the walk."""
        for uuid in reversed(tuple(self._world(account).messages)):
            message = self._world(account).messages.get(uuid)
            if message is not None:
                yield message

    async def append(self, account: str, entry: Entry) -> Entry:
        """See ``Store.append``."""
        world = self._world(account)
        numbered = msgspec.structs.replace(entry, id=world.first_entry + len(world.entries))
        world.entries.append(numbered)
        if entry.message is not None:
            world.entries_by_message.setdefault(entry.message, []).append(numbered.id)
        return numbered

    async def entries(self, account: str, *, after: int = 0, limit: int = 100) -> list[Entry]:
        """See ``Store.entries``."""
        world = self._world(account)
        start = max(after + 1 - world.first_entry, 0)
        return world.entries[start : start + limit]

    async def last_entries(self, account: str, *, before: int | None = None, limit: int = 100) -> list[Entry]:
        """See ``Store.last_entries``."""
        world = self._world(account)
        end = len(world.entries)
        if before is not None:
            end = min(max(before - world.first_entry, 0), end)
        return world.entries[max(end - limit, 0) : end][::-1]

    async def entry(self, account: str, number: int) -> Entry | None:
        """See ``Store.entry``."""
        return self._world(account).found(number)

    async def entries_of(self, account: str, message: str) -> list[Entry]:
        """See ``Store.entries_of``."""
        world = self._world(account)
        found = (world.found(number) for number in world.entries_by_message.get(message, ()))
        return [each for each in found if each is not None]

    async def put_delivery(self, delivery: Delivery) -> None:
        """See ``Store.put_delivery``."""
        world = self._world(delivery.account)
        if delivery.id not in world.deliveries:
            world.deliveries_by_message.setdefault(delivery.message, []).append(delivery.id)
        world.deliveries[delivery.id] = delivery

    async def delivery(self, account: str, identity: str) -> Delivery | None:
        """See ``Store.delivery``."""
        return self._world(account).deliveries.get(identity)

    async def deliveries(self, account: str) -> AsyncIterator[Delivery]:
        """See ``Store.deliveries``."""
        for identity in reversed(tuple(self._world(account).deliveries)):
            delivery = self._world(account).deliveries.get(identity)
            if delivery is not None:
                yield delivery

    async def deliveries_of(self, account: str, message: str) -> list[Delivery]:
        """See ``Store.deliveries_of``."""
        world = self._world(account)
        return [world.deliveries[each] for each in world.deliveries_by_message.get(message, ())]

    async def put_document(self, account: str, kind: str, key: str, value: Json) -> None:
        """See ``Store.put_document``."""
        kept = self._world(account).documents.setdefault(kind, {})
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value

    async def document(self, account: str, kind: str, key: str) -> Json:
        """See ``Store.document``."""
        return self._world(account).documents.get(kind, {}).get(key)

    async def documents(self, account: str, kind: str) -> dict[str, Json]:
        """See ``Store.documents``."""
        return dict(self._world(account).documents.get(kind, {}))

    async def count(self, account: str, name: str) -> int:
        """See ``Store.count``."""
        counters = self._world(account).counters
        counters[name] = counters.get(name, 0) + 1
        return counters[name]

    async def clear(self, account: str, what: str) -> None:
        """See ``Store.clear``."""
        if what == "journal":
            self._world(account).clear_journal()
        if what == "messages":
            self._world(account).clear_messages()
