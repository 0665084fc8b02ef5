"""Events, without a web: what is told of a journal, of what is no entry, and of what is gone."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from mockserver.clock import ManualClock
from mockserver.journal import Journal
from mockserver.model import Entry, EntryKind
from mockserver.service import events
from mockserver.service.events import MOST, Changed, Entries, Event, Events, Gap, Hello, Mark, Restarted
from mockserver.store.memory import MemoryStore
from mockserver.times import Times

KEY = "abcd1234"
_MOMENT_S = 10
"""Far more than a busy machine needs."""


class Room:
    """A store with its journal, and events of both."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.journal = Journal(self.store, Times(ManualClock(1_790_000_000.0)))
        self.events = Events(self.store, self.journal)

    async def write(self, count: int = 1) -> list[Entry]:
        """Write so many entries."""
        return [await self.journal.write(KEY, EntryKind.INBOUND, "something") for _ in range(count)]


@pytest.fixture
def room() -> Room:
    """Return an empty room."""
    return Room()


@asynccontextmanager
async def listening(room: Room, since: Mark | None = None) -> AsyncIterator[AsyncGenerator[Event]]:
    """Listen for the length of a block, and not for ever."""
    async with asyncio.timeout(_MOMENT_S), aclosing(room.events.follow(KEY, since)) as heard:
        yield heard


async def test_the_first_event_says_where_the_journal_stands(room: Room) -> None:
    await room.write(3)

    async with listening(room) as heard:
        assert Hello(after=3, last=3) == await anext(heard)


async def test_an_entry_is_told_once_it_is_written(room: Room) -> None:
    async with listening(room) as heard:
        await anext(heard)
        following = asyncio.ensure_future(anext(heard))
        await asyncio.sleep(0)
        assert not following.done()
        [entry] = await room.write()

        assert Entries([entry]) == await following


async def test_entries_since_a_mark_are_told_again(room: Room) -> None:
    entries = await room.write(4)

    async with listening(room, Mark(2, room.events.boot)) as heard:
        assert Hello(after=2, last=4) == await anext(heard)
        assert Entries(entries[2:]) == await anext(heard)


async def test_a_number_alone_is_a_mark_too(room: Room) -> None:
    entries = await room.write(2)

    async with listening(room, Mark(0)) as heard:
        await anext(heard)
        assert Entries(entries) == await anext(heard)


async def test_who_is_too_far_behind_hears_of_a_gap_and_goes_on_after_it(room: Room) -> None:
    await room.write(MOST + 7)

    async with listening(room, Mark(2)) as heard:
        await anext(heard)
        assert Gap(3, MOST + 7) == await anext(heard)
        [entry] = await room.write()
        assert Entries([entry]) == await anext(heard)


async def test_as_many_entries_as_are_told_at_once_are_no_gap(room: Room) -> None:
    entries = await room.write(MOST)

    async with listening(room, Mark(0)) as heard:
        await anext(heard)
        assert Entries(entries) == await anext(heard)


@pytest.mark.parametrize("mark", [Mark(1, "other"), Mark(0, "other"), Mark(9)], ids=["boot", "empty boot", "future"])
async def test_a_mark_of_another_process_or_of_no_entry_begins_anew(room: Room, mark: Mark) -> None:
    await room.write(2)

    async with listening(room, mark) as heard:
        assert [Hello(2, 2), Restarted(2)] == [await anext(heard), await anext(heard)]
        [entry] = await room.write()
        assert Entries([entry]) == await anext(heard)


async def test_a_mark_that_was_forgotten_begins_anew(room: Room) -> None:
    await room.write(2)
    await room.store.clear(KEY, "journal")

    async with listening(room, Mark(2, room.events.boot)) as heard:
        assert [Hello(0, 0), Restarted(0)] == [await anext(heard), await anext(heard)]
        [entry] = await room.write()
        assert (Entries([entry]), 3) == (await anext(heard), entry.id)


async def test_numbers_go_on_over_a_reset(room: Room) -> None:
    await room.write(MOST * 2)

    async with listening(room) as heard:
        await anext(heard)
        await room.store.clear(KEY, "journal")
        [entry] = await room.write()
        assert Entries([entry]) == await anext(heard)


async def test_what_is_no_entry_is_told_by_name_and_only_where_it_happened(room: Room) -> None:
    async with listening(room) as heard:
        await anext(heard)
        room.journal.tell("faults", KEY)
        room.journal.tell("clock", KEY)
        room.journal.tell("clock", KEY)
        room.journal.tell("scenarios", "other")
        room.journal.tell("accounts")

        assert Changed(("accounts", "clock", "faults")) == await anext(heard)


async def test_a_change_wakes_who_listens(room: Room) -> None:
    async with listening(room) as heard:
        await anext(heard)
        following = asyncio.ensure_future(anext(heard))
        await asyncio.sleep(0)
        room.journal.tell("accounts")

        assert Changed(("accounts",)) == await following


async def test_silence_is_told_after_a_while(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "QUIET_S", 0.001)

    async with listening(room) as heard:
        await anext(heard)
        assert events.Quiet() == await anext(heard)


async def test_entries_gather_while_a_listener_is_told_of_others(room: Room) -> None:
    async with listening(room) as heard:
        await anext(heard)
        await room.write()
        await anext(heard)
        more = await room.write(20)

        assert Entries(more) == await anext(heard)
