"""What every store keeps: order, isolation of accounts, and numbers that are never used twice."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
import pytest

from mockserver.model import (
    Account,
    Application,
    Delivery,
    DeliveryState,
    Direction,
    Entry,
    EntryKind,
    Message,
    Status,
)
from mockserver.store.base import Store
from mockserver.store.memory import MemoryStore
from mockserver.store.shelf import Loose
from mockserver.store.world import Room

_T = TypeVar("_T")
_SMALL = Room(Loose(2, 1), Loose(2, 1), Loose(2, 1), block=2)
_STORES: dict[str, Callable[[], Store]] = {"memory": MemoryStore, "packed": lambda: MemoryStore(room=_SMALL)}
_AT = datetime(2021, 6, 1, tzinfo=UTC)


@pytest.fixture(params=list(_STORES))
def store(request: pytest.FixtureRequest) -> Store:
    """Return an empty store, of each sort in turn."""
    return _STORES[request.param]()


def _message(uuid: str, account: str = "key-a", status: Status = Status.ACCEPTED) -> Message:
    return Message(
        uuid=uuid,
        account=account,
        direction=Direction.OUTBOUND,
        dialect="v0.1",
        channel="sms",
        kind="text",
        sender="BISTRO",
        recipient="447700900111",
        content={"text": "Hello"},
        at=_AT,
        status=status,
    )


def _delivery(identity: str, account: str = "key-a", message: str = "m-1") -> Delivery:
    return Delivery(identity, account, message, "submitted", "http://x.test/", b"{}", _AT)


def _entry(about: str = "something", message: str | None = None) -> Entry:
    return Entry(id=0, at=_AT, kind=EntryKind.REQUEST, about=about, message=message)


async def _all(found: AsyncIterator[_T]) -> list[_T]:
    return [each async for each in found]


async def _journal(store: Store, *abouts: str, account: str = "key-a") -> list[Entry]:
    return [await store.append(account, _entry(about)) for about in abouts]


# Accounts


async def test_accounts_are_returned_oldest_first_and_replaced_in_place(store: Store) -> None:
    for account in (Account("key-b"), Account("key-a"), Account("key-b", secrets=("s",))):
        await store.put_account(account)

    assert await store.accounts() == [Account("key-b", secrets=("s",)), Account("key-a")]
    assert await store.account("key-b") == Account("key-b", secrets=("s",))
    assert await store.account("key-c") is None


async def test_account_of_application_follows_the_newest_form_of_the_account(store: Store) -> None:
    await store.put_account(Account("key-a", applications=(Application("app-1"), Application("app-2"))))
    newer = Account("key-a", applications=(Application("app-2"), Application("app-3")))
    await store.put_account(newer)

    found = [await store.account_of_application(each) for each in ("app-1", "app-2", "app-3", "app-9", "")]

    assert found == [None, newer, newer, None, None]


async def test_remove_account_forgets_it_and_all_that_happened_in_it(store: Store) -> None:
    await store.put_account(Account("key-a", applications=(Application("app-1"),)))
    await store.put_message(_message("m-1"))
    await store.put_delivery(_delivery("d-1"))
    await store.append("key-a", _entry(message="m-1"))

    assert await store.remove_account("key-a")

    assert await store.accounts() == []
    assert await store.account("key-a") is None
    assert await store.account_of_application("app-1") is None
    assert await store.message("key-a", "m-1") is None
    assert await store.delivery("key-a", "d-1") is None
    assert await _all(store.messages("key-a")) == []
    assert await _all(store.deliveries("key-a")) == []
    assert await store.deliveries_of("key-a", "m-1") == []
    assert await store.entries("key-a") == []
    assert await store.entries_of("key-a", "m-1") == []


async def test_remove_account_leaves_others_alone(store: Store) -> None:
    other = Account("key-b", applications=(Application("app-2"),))
    await store.put_account(Account("key-a", applications=(Application("app-1"),)))
    await store.put_account(other)
    await store.put_message(_message("m-1", "key-b"))

    await store.remove_account("key-a")

    assert await store.accounts() == [other]
    assert await store.account_of_application("app-2") == other
    assert await store.message("key-b", "m-1") == _message("m-1", "key-b")


async def test_remove_account_of_an_unknown_one_is_false(store: Store) -> None:
    assert not await store.remove_account("key-a")


async def test_remove_account_never_lets_a_number_be_used_again(store: Store) -> None:
    """Ids are made of numbers; steps and retries of the old world must not meet their likes in the new one."""
    await store.put_account(Account("key-a"))
    await store.count("key-a", "message")
    await _journal(store, "one", "two")

    await store.remove_account("key-a")
    await store.put_account(Account("key-a"))

    assert await store.count("key-a", "message") == 2
    assert [each.id for each in await _journal(store, "three")] == [3]


# Messages


async def test_messages_are_yielded_newest_first(store: Store) -> None:
    for uuid in ("m-1", "m-2", "m-3"):
        await store.put_message(_message(uuid))

    assert [each.uuid async for each in store.messages("key-a")] == ["m-3", "m-2", "m-1"]


async def test_put_message_replaces_a_known_one_where_it_stands(store: Store) -> None:
    for uuid in ("m-1", "m-2"):
        await store.put_message(_message(uuid))
    moved = _message("m-1", status=Status.DELIVERED)
    await store.put_message(moved)

    assert await store.message("key-a", "m-1") == moved
    assert await _all(store.messages("key-a")) == [_message("m-2"), moved]


async def test_message_is_found_in_its_own_account_only(store: Store) -> None:
    await store.put_message(_message("m-1"))

    assert await store.message("key-b", "m-1") is None
    assert await _all(store.messages("key-b")) == []


async def test_messages_can_change_during_a_walk(store: Store) -> None:
    for uuid in ("m-1", "m-2", "m-3"):
        await store.put_message(_message(uuid))
    walk = store.messages("key-a")
    seen = [(await anext(walk)).uuid]

    await store.put_message(_message("m-4"))
    await store.put_message(_message("m-2", status=Status.DELIVERED))

    assert seen + [each.uuid async for each in walk] == ["m-3", "m-2", "m-1"]


@pytest.mark.parametrize("what", ["messages", "deliveries"])
async def test_a_walk_ends_if_all_is_cleared(store: Store, what: str) -> None:
    for number in ("1", "2"):
        await store.put_message(_message(f"m-{number}"))
        await store.put_delivery(_delivery(f"d-{number}"))
    walk: AsyncIterator[object] = getattr(store, what)("key-a")
    await anext(walk)

    await store.clear("key-a", "messages")

    assert await _all(walk) == []


# The journal


async def test_append_numbers_entries_from_1_within_their_account(store: Store) -> None:
    numbers = [
        entry.id for account in ("key-a", "key-b", "key-a") for entry in await _journal(store, "x", account=account)
    ]

    assert numbers == [1, 1, 2]
    assert [each.id for each in await store.entries("key-a")] == [1, 2]


@pytest.mark.parametrize(
    ("after", "limit", "numbers"),
    [(0, 100, [1, 2, 3, 4, 5]), (0, 2, [1, 2]), (3, 100, [4, 5]), (4, 1, [5]), (5, 100, []), (9, 100, [])],
)
async def test_entries_are_those_above_a_number_oldest_first(
    store: Store, after: int, limit: int, numbers: list[int]
) -> None:
    await _journal(store, *"abcde")

    assert [each.id for each in await store.entries("key-a", after=after, limit=limit)] == numbers


@pytest.mark.parametrize(
    ("before", "limit", "numbers"),
    [
        (None, 100, [5, 4, 3, 2, 1]),
        (None, 2, [5, 4]),
        (4, 100, [3, 2, 1]),
        (4, 2, [3, 2]),
        (1, 100, []),
        (6, 2, [5, 4]),
        (1000, 2, [5, 4]),
        (0, 2, []),
    ],
)
async def test_entries_back_are_those_below_a_number_newest_first(
    store: Store, before: int | None, limit: int, numbers: list[int]
) -> None:
    await _journal(store, *"abcde")

    assert [each.id async for each in store.entries_back("key-a", before=before)][:limit] == numbers


async def test_entry_is_found_by_its_number(store: Store) -> None:
    first, second = await _journal(store, "one", "two")

    found = [await store.entry("key-a", number) for number in (0, 1, 2, 3, -1)]

    assert found == [None, first, second, None, None]
    assert await store.entry("key-b", 1) is None


async def test_entries_of_a_message_are_oldest_first(store: Store) -> None:
    for message in ("m-1", "m-2", None, "m-1"):
        await store.append("key-a", _entry(message=message))

    assert [each.id for each in await store.entries_of("key-a", "m-1")] == [1, 4]
    assert await store.entries_of("key-a", "m-9") == []
    assert await store.entries_of("key-b", "m-1") == []


async def test_clear_of_the_journal_never_lets_a_number_be_used_again(store: Store) -> None:
    await store.append("key-a", _entry(message="m-1"))
    await _journal(store, "two")

    await store.clear("key-a", "journal")
    [third] = await _journal(store, "three")

    assert third.id == 3
    assert await store.entries("key-a") == [third]
    assert await store.entries("key-a", after=1) == [third]
    assert [each async for each in store.entries_back("key-a", before=3)] == []
    assert [each async for each in store.entries_back("key-a", before=2)] == []
    assert await store.entry("key-a", 1) is None
    assert await store.entry("key-a", 3) == third
    assert await store.entries_of("key-a", "m-1") == []


async def test_clear_of_the_journal_leaves_messages_and_other_accounts_alone(store: Store) -> None:
    await store.put_message(_message("m-1"))
    others = await _journal(store, "other", account="key-b")
    await _journal(store, "one")

    await store.clear("key-a", "journal")

    assert await store.message("key-a", "m-1") == _message("m-1")
    assert await store.entries("key-b") == others


# Deliveries


async def test_deliveries_are_yielded_newest_first_and_replaced_in_place(store: Store) -> None:
    for identity in ("d-1", "d-2"):
        await store.put_delivery(_delivery(identity))
    done = msgspec.structs.replace(_delivery("d-1"), state=DeliveryState.DELIVERED)
    await store.put_delivery(done)

    assert await _all(store.deliveries("key-a")) == [_delivery("d-2"), done]
    assert await store.delivery("key-a", "d-1") == done
    assert await store.delivery("key-b", "d-1") is None


async def test_deliveries_of_a_message_are_oldest_first(store: Store) -> None:
    for identity, message in (("d-1", "m-1"), ("d-2", "m-2"), ("d-3", "m-1"), ("d-1", "m-1")):
        await store.put_delivery(_delivery(identity, message=message))

    assert [each.id for each in await store.deliveries_of("key-a", "m-1")] == ["d-1", "d-3"]
    assert await store.deliveries_of("key-a", "m-9") == []


async def test_clear_of_messages_takes_their_deliveries_and_leaves_the_journal(store: Store) -> None:
    await store.put_account(Account("key-a"))
    await store.put_message(_message("m-1"))
    await store.put_delivery(_delivery("d-1"))
    entry = await store.append("key-a", _entry(message="m-1"))

    await store.clear("key-a", "messages")

    assert await _all(store.messages("key-a")) == []
    assert await _all(store.deliveries("key-a")) == []
    assert await store.deliveries_of("key-a", "m-1") == []
    assert await store.entries_of("key-a", "m-1") == [entry]
    assert await store.account("key-a") == Account("key-a")


async def test_clear_leaves_other_accounts_alone(store: Store) -> None:
    await store.put_message(_message("m-1", "key-b"))
    await store.put_delivery(_delivery("d-1", "key-b"))

    await store.clear("key-a", "messages")

    assert await store.message("key-b", "m-1") == _message("m-1", "key-b")
    assert await store.delivery("key-b", "d-1") == _delivery("d-1", "key-b")


# Counters


async def test_count_goes_up_for_each_account_and_name(store: Store) -> None:
    calls = [("key-a", "message"), ("key-a", "message"), ("key-a", "delivery"), ("key-b", "message")]

    assert [await store.count(*call) for call in calls] == [1, 2, 1, 1]


@pytest.mark.parametrize("what", ["messages", "journal"])
async def test_count_goes_on_after_a_clear(store: Store, what: str) -> None:
    await store.count("key-a", "message")

    await store.clear("key-a", what)

    assert await store.count("key-a", "message") == 2


async def test_values_come_back_with_every_member(store: Store) -> None:
    message = msgspec.structs.replace(_message("m-1"), client_ref="ref", options={"ttl": 60}, application="app")
    delivery = msgspec.structs.replace(_delivery("d-1"), next_at=_AT + timedelta(seconds=5), body=b"\xff\x00")

    await store.put_message(message)
    await store.put_delivery(delivery)

    assert await store.message("key-a", "m-1") == message
    assert await store.delivery("key-a", "d-1") == delivery
