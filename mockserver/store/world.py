"""What happened in one account, in shelves: messages with all that belongs to them, entries, deliveries."""

import sys
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mockserver.model import Delivery, DeliveryState, Entry, Json, Message
from mockserver.store.packing import Packer, entry_packer
from mockserver.store.shelf import SIZE, Loose, Shelf
from mockserver.store.tags import (
    DELIVERY_FIELDS,
    ENTRY_FIELDS,
    MESSAGE_FIELDS,
    Where,
    delivery_tags,
    entry_tags,
    message_tags,
    tags_of,
    texts_of,
)

IsUnderWay = Callable[[Message], bool]
"""Tells whether something is still to happen to a message."""
_NUMBER_BYTES: Final = 8
_AGAIN: Final = 2
"""Messages that were under way when they were first met and are looked at again at once: more than come meanwhile."""
_AT_REST: Final = 64
"""The same, where nothing else wants the event loop."""
_TRIES: Final = 32
"""Messages under way that are passed over at once on the way to one that can be dropped."""


class Folder(Struct, gc=False, array_like=True):
    """All that belongs to one message, by number; ``message`` is ``None`` where only the journal still tells of it.

    The numbers lie in bytes, end to end: the garbage collector walks lists, and stands still for a microsecond a list.
    """

    uuid: str
    message: Message | None = None
    entries: bytes = b""
    deliveries: bytes = b""


class Room(Struct, frozen=True):
    """How many values lie unpacked, and how many share a block.

    Packing costs a third of a send, so the most are what comes in some seconds of load (75 MB), and the least are those
    likely to change still.
    """

    folders: Loose = Loose(16_384, 1024)
    entries: Loose = Loose(65_536, 128)
    deliveries: Loose = Loose(32_768, 1024)
    block: int = SIZE


class World:
    """Entries are numbered from 1, and ``entries`` of the shelf from 0: they differ by one.

    ``keep`` is how many messages are kept, and how many entries about none of them; 0 keeps all.
    """

    def __init__(self, keep: int, room: Room) -> None:
        self._keep = keep
        self._folders: Shelf[Folder] = Shelf(
            Packer(Folder), room.folders, size=room.block, tags=_folder_tags, name="uuid"
        )
        self._entries: Shelf[Entry] = Shelf(entry_packer(), room.entries, size=room.block, tags=entry_tags)
        self._deliveries: Shelf[Delivery] = Shelf(
            Packer(Delivery), room.deliveries, size=room.block, tags=delivery_tags, name="id"
        )
        self._messages = 0
        self._alone = 0
        self._alone_from = 0
        self._drop_from = 0
        self._cleared = 0
        self._spared: deque[int] = deque()
        self.dropped = 0
        self.documents: dict[str, dict[str, Json]] = {}
        self.counters: dict[str, int] = {}

    def tidy(self, is_under_way: IsUnderWay) -> bool:
        """Drop or pack a little of what there is too much of; false if there is nothing to do now."""
        kept = self._messages
        if self._keep and kept > self._keep:  # more than should be finished since the last one came
            self._trim_messages(is_under_way, _AT_REST)
        return self._messages < kept or self._entries.tidy() or self._deliveries.tidy() or self._folders.tidy()

    # Messages

    def put_message(self, message: Message, is_under_way: IsUnderWay) -> None:
        """Keep a message or its newer form, and drop an older one if they are too many."""
        found = self._found(message.uuid)
        if found is not None and found[1].message is not None:
            found[1].message = message
            self._folders.put(*found)
            return
        self._messages += 1
        if found is None:
            self._folders.add(Folder(message.uuid, message))
        else:  # the journal told of it before: as a message it is the newest
            number, folder = found
            self._folders.drop(number)
            entries = [each for each in _numbers(folder.entries) if each in self._entries]
            self._alone -= len(entries)
            self._folders.add(Folder(message.uuid, message, b"".join(map(_number, entries)), folder.deliveries))
        if self._keep and self._messages > self._keep:
            self._trim_messages(is_under_way, _AGAIN)

    def message(self, uuid: str) -> Message | None:
        """Return a message."""
        found = self._found(uuid)
        return None if found is None else found[1].message

    def _found(self, uuid: str) -> tuple[int, Folder] | None:
        """Return the folder of a message; one from before a clear has only its entries left, and becomes a new one."""
        found = self._folders.find(uuid)
        if found is None or found[0] >= self._cleared:
            return found
        self._folders.drop(found[0])
        folder = Folder(uuid, None, found[1].entries)
        return self._folders.add(folder), folder

    def messages(self, where: Where, before: str | None = None) -> Iterator[Message | None]:
        """Yield messages newest first, now and then ``None``; with ``where`` at least those that fit it.

        ``before``: only those older than the one of this id.
        """
        where = tuple(where)
        end: int | None = None
        if before is not None:
            last = self._found(before)
            if last is None or last[1].message is None:
                return
            end = last[0]
        uuid = dict(where).get("uuid")
        if uuid is not None:
            one = self._found(uuid)
            yield None if one is None or (end is not None and one[0] >= end) else one[1].message
            return
        tags, texts = tags_of(MESSAGE_FIELDS, where), texts_of(MESSAGE_FIELDS, where)
        for found in self._folders.newest(end, tags, texts):
            if found is not None and found[0] < self._cleared:
                return
            yield None if found is None else found[1].message

    def numbered_messages(self, after: int) -> Iterator[tuple[int, Message] | None]:
        """Yield messages numbered above ``after`` with their numbers, newest first, now and then ``None``."""
        for found in self._folders.newest():
            if found is None:
                yield None
                continue
            number, folder = found
            if number <= after or number < self._cleared:
                return
            if folder.message is not None:
                yield number, folder.message

    def message_numbered(self, number: int) -> Message | None:
        """Return the message of a number."""
        folder = self._folders.get(number) if number >= self._cleared else None
        return None if folder is None else folder.message

    def gone(self, message: int | None, entry: int | None) -> bool:
        """Return whether the message or the entry of a number is not there any more."""
        if message is not None and (message < self._cleared or message not in self._folders):
            return True
        return entry is not None and entry - 1 not in self._entries

    # The journal

    def append(self, entry: Entry) -> Entry:
        """Add an entry, and drop the oldest about no message if they are too many."""
        numbered = replace(entry, id=self._entries.next + 1)
        number = self._entries.add(numbered)
        if entry.message is not None:
            place, folder = self._found(entry.message) or self._begin(entry.message)
            folder.entries += _number(number)
            self._folders.put(place, folder)
            if folder.message is not None:
                return numbered
        self._alone += 1
        if self._keep and self._alone > self._keep:
            self._trim_entries()
        return numbered

    def put_moved(self, message: Message, entry: Entry, is_under_way: IsUnderWay) -> Entry:
        """Keep a message's newer form and add the entry that tells of it."""
        found = self._found(message.uuid)
        if found is None or found[1].message is None:
            self.put_message(message, is_under_way)
            return self.append(entry)
        place, folder = found
        numbered = replace(entry, id=self._entries.next + 1)
        folder.message = message
        folder.entries += _number(self._entries.add(numbered))
        self._folders.put(place, folder)
        return numbered

    def _begin(self, uuid: str) -> tuple[int, Folder]:
        """Return a new folder for what is told of a message that is not there."""
        folder = Folder(uuid)
        return self._folders.add(folder), folder

    def entry(self, number: int) -> Entry | None:
        """Return an entry."""
        return self._entries.get(number - 1)

    @property
    def last_number(self) -> int:
        """The number of the newest entry that is here, 0 if there is none."""
        return self._entries.next if len(self._entries) else 0

    def entries(self, after: int, limit: int) -> list[Entry]:
        """Return entries numbered above ``after``, oldest first."""
        return self._entries.oldest(max(after, 0), limit)

    def entries_back(self, before: int | None, where: Where) -> Iterator[Entry | None]:
        """Yield entries numbered below ``before`` newest first, now and then ``None``; at least those that fit."""
        where = tuple(where)
        message = dict(where).get("message")
        if message is not None:
            yield from (each for each in self.entries_of(message)[::-1] if before is None or each.id < before)
            return
        end = None if before is None else max(before - 1, 0)
        for found in self._entries.newest(end, tags_of(ENTRY_FIELDS, where), texts_of(ENTRY_FIELDS, where)):
            yield None if found is None else found[1]

    def entries_of(self, message: str) -> list[Entry]:
        """Return the entries about a message, oldest first."""
        found = self._found(message)
        entries = [] if found is None else [self._entries.get(number) for number in _numbers(found[1].entries)]
        return [each for each in entries if each is not None]

    # Deliveries

    def put_delivery(self, delivery: Delivery) -> None:
        """Keep a delivery or its newer form."""
        found = self._deliveries.find(delivery.id)
        if found is not None:
            self._deliveries.put(found[0], delivery)
        else:
            self.add_delivery(delivery)

    def add_delivery(self, delivery: Delivery) -> None:
        """Keep a delivery whose id was never kept before."""
        number = self._deliveries.add(delivery)
        place, folder = self._found(delivery.message) or self._begin(delivery.message)
        folder.deliveries += _number(number)
        self._folders.put(place, folder)

    def put_tried(self, delivery: Delivery, entry: Entry) -> Entry | None:
        """Keep a delivery's newer form and add the entry that tells of it; neither if it is not there."""
        found = self._deliveries.find(delivery.id)
        if found is None:
            return None
        self._deliveries.put(found[0], delivery)
        return self.append(entry)

    def delivery(self, identity: str) -> Delivery | None:
        """Return a delivery."""
        found = self._deliveries.find(identity)
        return None if found is None else found[1]

    def deliveries(self, where: Where, before: str | None = None) -> Iterator[Delivery | None]:
        """Yield deliveries newest first, now and then ``None``; at least those that fit ``where``.

        ``before``: only those older than the one of this id.
        """
        where = tuple(where)
        end: int | None = None
        if before is not None:
            last = self._deliveries.find(before)
            if last is None:
                return
            end = last[0]
        message = dict(where).get("message")
        if message is not None:
            folder = self._found(message)
            numbers = [] if folder is None else _numbers(folder[1].deliveries)[::-1]
            yield from (self._deliveries.get(each) for each in numbers if end is None or each < end)
            return
        tags, texts = tags_of(DELIVERY_FIELDS, where), texts_of(DELIVERY_FIELDS, where)
        for found in self._deliveries.newest(end, tags, texts):
            yield None if found is None else found[1]

    def deliveries_of(self, message: str) -> list[Delivery]:
        """Return the deliveries of a message, oldest first."""
        found = self._found(message)
        deliveries = [] if found is None else [self._deliveries.get(number) for number in _numbers(found[1].deliveries)]
        return [each for each in deliveries if each is not None]

    # Forgetting

    def clear_journal(self) -> None:
        """Forget the entries; the next one's number stays what it would have been. Folders keep dead numbers."""
        self._entries.clear()
        self._alone = 0
        if not self._messages and not len(self._deliveries):
            self._folders.clear()

    def clear_messages(self) -> None:
        """Forget messages, deliveries and what followed from them; the counters that make their ids go on.

        What the journal tells of them stays, so their folders do until they are asked for.
        """
        self._cleared = self._drop_from = self._folders.next
        self._deliveries.clear()
        self._spared.clear()
        self.documents.clear()
        self._messages = 0
        self._alone, self._alone_from = len(self._entries), self._entries.first()
        if not self._alone:
            self._folders.clear()

    def _trim_messages(self, is_under_way: IsUnderWay, again: int) -> None:
        """Drop the oldest messages that nothing is to happen to any more, as many as are found soon.

        So many of those that were spared are looked at again.
        """
        for _ in range(min(len(self._spared), again)):
            if self._messages > self._keep:
                self._drop_message(self._spared.popleft(), is_under_way)
        for _ in range(_TRIES):
            if self._messages <= self._keep or self._drop_from >= self._folders.next - 1:
                return
            self._drop_from += 1
            self._drop_message(self._drop_from - 1, is_under_way)

    def _drop_message(self, number: int, is_under_way: IsUnderWay) -> None:
        """Drop a message; one under way is looked at again after all that wait for that already."""
        folder = self._folders.get(number)
        if folder is None or folder.message is None:
            return
        if is_under_way(folder.message) or self._has_pending(folder):
            self._spared.append(number)
            return
        self._folders.drop(number)
        for each in _numbers(folder.entries):
            self._entries.drop(each)
        for each in _numbers(folder.deliveries):
            self._deliveries.drop(each)
        self._messages -= 1
        self.dropped += 1

    def _has_pending(self, folder: Folder) -> bool:
        deliveries = (self._deliveries.get(number) for number in _numbers(folder.deliveries))
        return any(each is not None and each.state is DeliveryState.PENDING for each in deliveries)

    def _trim_entries(self) -> None:
        """Drop the oldest entries about no message that is here, as many as are found soon."""
        for _ in range(_TRIES):
            if self._alone <= self._keep:
                return
            number, self._alone_from = self._alone_from, self._alone_from + 1
            entry = self._entries.get(number)
            folder = None if entry is None or entry.message is None else self._found(entry.message)
            if entry is None or (folder is not None and folder[1].message is not None):
                continue
            self._entries.drop(number)
            self._alone -= 1
            if folder is not None and _numbers(folder[1].entries)[-1] == number and not folder[1].deliveries:
                self._folders.drop(folder[0])


def _folder_tags(folder: Folder) -> list[str]:
    return [] if folder.message is None else message_tags(folder.message)


def _number(number: int) -> bytes:
    return number.to_bytes(_NUMBER_BYTES, sys.byteorder)


def _numbers(joined: bytes) -> list[int]:
    return memoryview(joined).cast("Q").tolist()
