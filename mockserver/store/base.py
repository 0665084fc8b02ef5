"""The protocol of a store: messages, entries, deliveries, accounts and counters, each within an account."""

from collections.abc import AsyncIterator
from typing import Protocol

from mockserver.model import Account, Delivery, Entry, Json, Message
from mockserver.store.tags import Where
from mockserver.store.world import IsUnderWay


class Store(Protocol):
    """State of all accounts. Values are frozen; putting one with a known id replaces it where it stands.

    A store may keep only so many messages of an account; the oldest are dropped, with their entries and deliveries.
    """

    def spare(self, is_under_way: IsUnderWay) -> None:
        """Drop no message from now on of which this is true, nor one with a delivery that is pending."""
        ...

    def tidy(self) -> bool:
        """Do a little work that has no hurry, for half a millisecond; false if there is none."""
        ...

    async def dropped(self, account: str) -> int:
        """Return how many messages of an account were dropped so far, since there were too many."""
        ...

    async def put_account(self, account: Account) -> None:
        """Keep what is known of an API key, and make its applications findable."""
        ...

    async def account(self, api_key: str) -> Account | None:
        """Return what is known of an API key."""
        ...

    async def account_of_application(self, application: str) -> Account | None:
        """Return the account an application belongs to."""
        ...

    async def accounts(self) -> list[Account]:
        """Return all accounts, oldest first."""
        ...

    async def remove_account(self, api_key: str) -> bool:
        """Forget an account and all that happened in it; false if it was unknown.

        Numbers and counts go on should it come back: an id given out once never means something else.
        """
        ...

    async def put_message(self, message: Message) -> None:
        """Keep a message, or its newer form."""
        ...

    async def message(self, account: str, uuid: str) -> Message | None:
        """Return one message of an account."""
        ...

    def messages(self, account: str, where: Where = (), *, before: str | None = None) -> AsyncIterator[Message]:
        """Yield the messages of an account, newest first; ``before``: only those older than the one of this id.

        With ``where``, those that do not fit may be left out; those that fit never are.
        """
        ...

    def numbered_messages(self, account: str, after: int) -> AsyncIterator[tuple[int, Message]]:
        """Yield the messages numbered above ``after`` with their numbers, newest first.

        Numbers grow in the order in which messages came, and none is used twice; -1 is before all of them.
        """
        ...

    async def message_numbered(self, account: str, number: int) -> Message | None:
        """Return the message of a number, ``None`` if it is gone."""
        ...

    async def gone(self, account: str, *, message: int | None = None, entry: int | None = None) -> bool:
        """Return whether the message or the entry of a number is not there any more; quicker than looking at it."""
        ...

    async def append(self, account: str, entry: Entry) -> Entry:
        """Add a journal entry; return it with its number, counted from 1 and never used again."""
        ...

    async def put_moved(self, message: Message, entry: Entry) -> Entry:
        """Keep a message's newer form and add the entry that tells of it, as ``put_message`` and ``append`` do."""
        ...

    async def entries(self, account: str, *, after: int = 0, limit: int = 100) -> list[Entry]:
        """Return the entries numbered above ``after``, oldest first."""
        ...

    def entries_back(self, account: str, *, before: int | None = None, where: Where = ()) -> AsyncIterator[Entry]:
        """Yield the entries numbered below ``before``, newest first; ``where`` as for messages."""
        ...

    async def last_number(self, account: str) -> int:
        """Return the number of the newest entry, 0 if there is none."""
        ...

    async def entry(self, account: str, number: int) -> Entry | None:
        """Return one entry."""
        ...

    async def entries_of(self, account: str, message: str) -> list[Entry]:
        """Return the entries about one message, oldest first."""
        ...

    async def put_delivery(self, delivery: Delivery) -> None:
        """Keep a delivery, or its newer form."""
        ...

    async def add_delivery(self, delivery: Delivery) -> None:
        """Keep a delivery whose id was never kept before; quicker than ``put_delivery``."""
        ...

    async def put_tried(self, delivery: Delivery, entry: Entry) -> Entry | None:
        """Keep a delivery's newer form and add the entry that tells of it; neither, and ``None``, if it is gone."""
        ...

    async def delivery(self, account: str, identity: str) -> Delivery | None:
        """Return one delivery."""
        ...

    def deliveries(self, account: str, where: Where = (), *, before: str | None = None) -> AsyncIterator[Delivery]:
        """Yield the deliveries of an account, newest first; ``where`` and ``before`` as for messages."""
        ...

    async def deliveries_of(self, account: str, message: str) -> list[Delivery]:
        """Return the deliveries of one message, oldest first."""
        ...

    async def put_document(self, account: str, kind: str, key: str, value: Json) -> None:
        """Keep a JSON value under a kind and a key of an account, or replace it; ``None`` removes it."""
        ...

    async def document(self, account: str, kind: str, key: str) -> Json:
        """Return the value kept there, ``None`` if there is none."""
        ...

    async def documents(self, account: str, kind: str) -> dict[str, Json]:
        """Return all values of a kind by key, in the order they were first put."""
        ...

    async def count(self, account: str, name: str) -> int:
        """Return 1, 2, 3 ... for each call with the same account and name."""
        ...

    async def clear(self, account: str, what: str) -> None:
        """Forget the ``messages`` (with their deliveries) or the ``journal`` of an account."""
        ...
