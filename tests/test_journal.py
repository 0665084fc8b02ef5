"""The journal numbers and times its entries, and wakes whoever waits for them."""

import asyncio

import pytest

from mockserver.clock import ManualClock, at
from mockserver.journal import Journal
from mockserver.model import Attempt, Delivery, Direction, Entry, EntryKind, Message, Move, Status
from mockserver.store.memory import MemoryStore
from mockserver.times import Times

_START_S = 1_790_000_000.0
_LONG_S = 60.0
"""Longer than any test: a wait that is not woken makes its test fail by the time-out around it."""


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that stands still."""
    return ManualClock(_START_S)


@pytest.fixture
def store() -> MemoryStore:
    """Return an empty store."""
    return MemoryStore()


@pytest.fixture
def journal(clock: ManualClock, store: MemoryStore) -> Journal:
    """Return an empty journal."""
    return Journal(store, Times(clock))


async def _wanted(entry: Entry) -> bool:
    return entry.about == "wanted"


async def _started(task: "asyncio.Task[object]") -> None:
    """Let a task run until it waits."""
    await asyncio.sleep(0)
    assert not task.done()


async def test_write_numbers_times_and_returns_the_entry(journal: Journal, clock: ManualClock) -> None:
    clock.move_to(_START_S + 5)

    entry = await journal.write("key", EntryKind.STATUS, "sms text is delivered", message="m-1")

    assert entry == Entry(1, at(_START_S + 5), EntryKind.STATUS, "sms text is delivered", message="m-1")
    assert await journal.follow("key", after=0, wait_s=0) == ([entry], 1)


async def test_follow_returns_what_is_there_without_waiting(journal: Journal) -> None:
    entries = [await journal.write("key", EntryKind.INBOUND, str(number)) for number in range(3)]

    assert await journal.follow("key", after=1, wait_s=_LONG_S) == (entries[1:], 3)
    assert await journal.follow("key", after=0, wait_s=_LONG_S, limit=2) == (entries[:2], 2)


async def test_follow_does_not_wait_unless_asked(journal: Journal) -> None:
    async with asyncio.timeout(5):
        assert await journal.follow("key", after=7, wait_s=0) == ([], 7)


async def test_follow_waits_for_the_next_entry_of_its_account(journal: Journal) -> None:
    async with asyncio.timeout(5):
        waiting = asyncio.create_task(journal.follow("key", after=0, wait_s=_LONG_S))
        await _started(waiting)
        await journal.write("other", EntryKind.INBOUND, "elsewhere")
        await _started(waiting)

        entry = await journal.write("key", EntryKind.INBOUND, "here")

        assert await waiting == ([entry], 1)


async def test_write_wakes_everyone_who_waits(journal: Journal) -> None:
    async with asyncio.timeout(5):
        waiting = [asyncio.create_task(journal.wait("key", _LONG_S)) for _ in range(3)]
        await _started(waiting[-1])

        await journal.write("key", EntryKind.INBOUND, "here")

        assert await asyncio.gather(*waiting) == [True, True, True]


async def test_wait_is_over_when_its_time_is(journal: Journal) -> None:
    assert not await journal.wait("key", 0)
    assert await journal.follow("key", after=0, wait_s=1e-9) == ([], 0)


async def test_wait_after_one_that_timed_out_is_woken(journal: Journal) -> None:
    await journal.wait("key", 0)
    async with asyncio.timeout(5):
        waiting = asyncio.create_task(journal.wait("key", _LONG_S))
        await _started(waiting)

        await journal.write("key", EntryKind.INBOUND, "here")

        assert await waiting


async def test_write_does_not_mind_someone_who_stopped_waiting(journal: Journal) -> None:
    async with asyncio.timeout(5):
        gone, waiting = (asyncio.create_task(journal.wait("key", _LONG_S)) for _ in range(2))
        await _started(waiting)
        gone.cancel()

        await journal.write("key", EntryKind.INBOUND, "here")

        assert await waiting
    assert gone.cancelled() or gone.done()


async def test_wake_all_lets_everyone_go(journal: Journal) -> None:
    async with asyncio.timeout(5):
        waiting = [asyncio.create_task(journal.wait(key, _LONG_S)) for key in ("a", "b", "a")]
        await _started(waiting[-1])

        journal.wake_all()

        assert await asyncio.gather(*waiting) == [False, False, False]


async def test_follow_goes_on_waiting_past_entries_that_do_not_fit(journal: Journal) -> None:
    async with asyncio.timeout(5):
        waiting = asyncio.create_task(journal.follow("key", _wanted, after=0, wait_s=_LONG_S))
        await _started(waiting)
        await journal.write("key", EntryKind.INBOUND, "other")
        await asyncio.sleep(0)

        entry = await journal.write("key", EntryKind.INBOUND, "wanted")

        assert await waiting == ([entry], 2)


async def test_newest_looks_behind_any_number_that_do_not_fit(journal: Journal) -> None:
    wanted = [await journal.write("key", EntryKind.INBOUND, "wanted") for _ in range(3)]
    for _ in range(1200):
        await journal.write("key", EntryKind.STATUS, "other")

    found = await journal.newest("key", _wanted, before=None, limit=2)

    assert found == [wanted[2], wanted[1]]


# With what an entry tells of


def _moved(clock: ManualClock) -> Message:
    move = Move(Status.DELIVERED, at(clock.seconds()))
    return Message(
        uuid="m-1",
        account="key",
        direction=Direction.OUTBOUND,
        dialect="v1",
        channel="sms",
        kind="text",
        sender="CAFE",
        recipient="447700900161",
        content={"text": "Hello"},
        at=move.at,
        status=move.status,
        moves=(move,),
    )


def _tried(clock: ManualClock) -> Delivery:
    moment = at(clock.seconds())
    return Delivery("d-1", "key", "m-1", "delivered", "", b"{}", moment, attempts=(Attempt(1, moment, 2.5, 200),))


async def test_a_move_is_written_with_its_message(journal: Journal, store: MemoryStore, clock: ManualClock) -> None:
    message = _moved(clock)

    waiting = asyncio.create_task(journal.follow("key", after=0, wait_s=_LONG_S))
    await _started(waiting)
    await journal.write_move(message, "sms text is delivered")

    async with asyncio.timeout(5):
        found, _ = await waiting
    assert found == [Entry(1, message.at, EntryKind.STATUS, "sms text is delivered", "m-1", move=message.moves[0])]
    assert await store.message("key", "m-1") == message


async def test_an_attempt_is_written_with_its_delivery(
    journal: Journal, store: MemoryStore, clock: ManualClock
) -> None:
    tried = _tried(clock)
    await store.put_delivery(_tried(clock))
    clock.move_to(_START_S + 1)

    waiting = asyncio.create_task(journal.follow("key", after=0, wait_s=_LONG_S))
    await _started(waiting)
    assert await journal.write_attempt(tried, "try 1")

    async with asyncio.timeout(5):
        found, _ = await waiting
    expected = Entry(1, at(_START_S + 1), EntryKind.ATTEMPT, "try 1", "m-1", "d-1", attempt=tried.attempts[0])
    assert found == [expected]
    assert await store.delivery("key", "d-1") == tried


async def test_an_attempt_of_what_is_gone_is_not_written(
    journal: Journal, store: MemoryStore, clock: ManualClock
) -> None:
    assert not await journal.write_attempt(_tried(clock), "try 1")

    assert await journal.follow("key", after=0, wait_s=0) == ([], 0)
    assert await store.delivery("key", "d-1") is None
