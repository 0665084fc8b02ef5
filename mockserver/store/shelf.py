"""Numbered values, of which all but the latest lie packed; knows nothing of what the values are."""

import sys
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from msgspec import Struct

from mockserver.store.names import Names
from mockserver.store.packing import Opened, Packer

T = TypeVar("T")
SIZE: Final = 64
"""Values of a block. Measured: twice as many save up to a tenth of the memory; reading one value would take longer."""
_OPEN: Final = 16
"""Blocks that stay open for the next question."""
_TAG_BYTES: Final = 4

Tags = Callable[[T], Iterable[str]]
"""Returns what a value can be looked up by."""


class _Block(Struct, gc=False):
    """Values with numbers in a row.

    Bits tell which are there at all, which are in ``packed``, and which were put since. Those of numbers that are still
    to come are set from the start among the first and the last, so that adding a value touches none of them.
    ``tags`` are short hashes, end to end, of all that the packed values can be looked up by. The garbage collector does
    not know of blocks, of which there are a hundred thousand to a million messages.
    """

    there: int = 0
    inside: int = 0
    loose: int = 0
    packed: bytes = b""
    tags: bytes = b""


@dataclass(frozen=True, slots=True)
class Loose:
    """How many values lie unpacked: at most, and at least where there was time to pack."""

    most: int
    least: int


class Shelf(Generic[T]):
    """Values numbered from 0.

    Up to ``most`` are kept as they are; of more, the one that was put first, or taken out of its pack first, is packed
    with its neighbours: half a millisecond once in ``size`` values, never more at once. ``tidy`` packs more, down to
    ``least``, at times that do not matter.
    """

    def __init__(
        self,
        packer: Packer[T],
        loose: "Loose",
        *,
        size: int = SIZE,
        tags: Tags[T] = lambda _: (),
        name: str | None = None,
    ) -> None:
        self._packer = packer
        self._limits = loose
        self._most = loose.most
        self._size = size
        self._tags = tags
        self._name = name
        self._loose: dict[int, T] = {}
        self._numbers: dict[str, int] = {}
        self._names = Names()
        self._blocks: dict[int, _Block] = {}
        self._open: OrderedDict[int, Opened[T]] = OrderedDict()
        self._changing: dict[int, None] = {}
        self._fresh: dict[int, bytes] = {}
        self._joined: dict[int, array[int]] = {}
        self._packing = -1
        self._count = 0
        self._begun = -1
        self.next = 0

    def __len__(self) -> int:
        """Return how many values there are."""
        return self._count

    def __contains__(self, number: int) -> bool:
        """Return whether there is a value of that number."""
        block, bit = divmod(number, self._size)
        place = self._blocks.get(block)
        return place is not None and number < self.next and bool(place.there >> bit & 1)

    def add(self, value: T) -> int:
        """Put a value at the end and return its number."""
        number = self.next
        self.next = number + 1
        self._count += 1
        block = number // self._size
        if block != self._begun:
            self._begin(block)
        self._keep_loose(number, value, block)
        return number

    def _begin(self, block: int) -> None:
        """Make room for the value that is added and all to the end of its block, of which the start may be packed."""
        self._begun = block
        bits = (1 << self._size) - (1 << self.next - 1 - block * self._size)
        place = self._blocks.setdefault(block, _Block())
        place.there |= bits
        place.loose |= bits
        self._changing[block] = None

    def put(self, number: int, value: T) -> None:
        """Replace the value of a number that is there."""
        if number in self._loose:
            self._loose[number] = value
            if self._fresh:
                self._fresh.pop(number // self._size, None)
            return
        block, bit = divmod(number, self._size)
        self._loosen(number, value, block, self._blocks[block], 1 << bit)

    def _loosen(self, number: int, value: T, block: int, place: _Block, bit: int) -> None:
        if not place.loose:
            self._changing[block] = None
        place.loose |= bit
        self._keep_loose(number, value, block)

    def _keep_loose(self, number: int, value: T, block: int) -> None:
        if self._fresh:
            self._fresh.pop(block, None)
        self._loose[number] = value
        if self._name is not None:
            self._numbers[getattr(value, self._name)] = number
        if len(self._loose) > self._most:
            self._pack(next(iter(self._loose)) // self._size)

    def tidy(self) -> bool:
        """Pack one block more, if more values lie loose than have to."""
        if len(self._loose) <= self._limits.least:
            return False
        self._pack(next(iter(self._loose)) // self._size)
        return True

    def get(self, number: int) -> T | None:
        """Return the value of a number, if there is one."""
        found = self._loose.get(number)
        if found is not None:
            return found
        block, bit = divmod(number, self._size)
        place = self._blocks.get(block)
        if place is None or number >= self.next or not place.there >> bit & 1:
            return None
        return self._opened(block, place)[_index(place.inside, bit)]

    def find(self, name: str) -> tuple[int, T] | None:
        """Return the value of a name, with its number, where values have names."""
        number = self._numbers.get(name)
        if number is not None:
            return number, self._loose[number]
        for each in self._names.find(name):
            value = self.get(each)
            if value is not None and self._name is not None and getattr(value, self._name) == name:
                return each, value
        return None

    def drop(self, number: int) -> bool:
        """Forget a value; false if it is not there. Its number is never used again."""
        block, bit = divmod(number, self._size)
        place = self._blocks.get(block)
        if place is None or number >= self.next or not place.there >> bit & 1:
            return False
        self._forget_name(number, is_packed=bool(place.inside >> bit & 1))
        self._loose.pop(number, None)
        place.there &= ~(1 << bit)
        place.loose &= ~(1 << bit)
        self._count -= 1
        if place.there:
            self._thin(block, place)
            return True
        del self._blocks[block]
        for held in (self._open, self._changing, self._fresh):
            held.pop(block, None)
        self._joined.pop(block // _GROUP, None)
        return True

    def _forget_name(self, number: int, *, is_packed: bool) -> None:
        if self._name is None:
            return
        name = getattr(self.get(number), self._name)
        self._numbers.pop(name, None)
        if is_packed:
            self._names.remove(name, number)

    def _thin(self, block: int, place: _Block) -> None:
        """Leave out of a pack what was dropped, once it is most of it: one value that stays would keep all of them."""
        left = place.there & place.inside
        if not place.inside or left.bit_count() * _THIN > place.inside.bit_count():
            return
        places = [_index(place.inside, bit) for bit in range(self._size) if left >> bit & 1]
        place.packed = self._packer.thin(self._opened(block, place), places) if places else b""
        place.inside = left
        self._open.pop(block, None)

    def newest(
        self, before: int | None = None, wanted: Iterable[str] = (), texts: Sequence[bytes] = ()
    ) -> Iterator[tuple[int, T] | None]:
        """Yield values numbered below ``before`` with their numbers, newest first, as they are when it is their turn.

        With ``wanted``, only those that have all of these tags; ``texts`` are what such are sure to hold.
        ``None`` is yielded now and then in between, for nothing: there others may have their turn.
        """
        end = self.next if before is None else min(before, self.next)
        tags = frozenset(wanted)
        for block in self._blocks_with(tags, (end - 1) // self._size):
            place = None if block is None else self._blocks.get(block)
            if block is None or place is None:
                yield None
                continue
            packed, holding = b"", frozenset[int]()
            for number in self._numbers_in(block, place.there, end):
                if texts and number not in self._loose:
                    if place.packed is not packed:  # it may be packed anew while others have their turn
                        packed, holding = place.packed, self._opened(block, place).holding(texts)
                    if _index(place.inside, number - block * self._size) not in holding:
                        continue
                value = self.get(number)
                if value is not None and (not tags or tags.issubset(self._tags(value))):
                    yield number, value
            if block:
                yield None

    def _blocks_with(self, tags: frozenset[str], last: int) -> Iterator[int | None]:
        """Yield the blocks up to ``last`` in which something may have all of these tags, the newest first.

        ``None`` comes now and then in between.
        """
        hashes = [_hashed(each) for each in tags]
        changing: dict[int, list[int]] = {}
        for block in self._changing:
            changing.setdefault(block // _GROUP, []).append(block)
        for group in range(last // _GROUP, -1, -1):
            if (group + 1) * _GROUP * self._size <= self.first():
                return
            fresh = changing.get(group, [])
            if hashes:
                for block in fresh:
                    if block not in self._fresh:
                        self._fresh_tags(block)
                        yield None
            yield from self._blocks_of(group, fresh, hashes, last)
            if fresh or (group and not group % _BREATH):
                yield None

    def _blocks_of(self, group: int, fresh: list[int], hashes: list[bytes], last: int) -> Iterator[int]:
        """Yield the blocks of a group; ``fresh`` are those in which values lie loose."""
        begin = group * _GROUP
        if hashes and not _has_all(b"".join(map(self._fresh_tags, fresh)), hashes):
            fresh = []
        likely = range(begin, begin + _GROUP) if self._group_has_all(group, hashes) else ()
        for block in sorted({*likely, *fresh}, reverse=True):
            place = self._blocks.get(block)  # when it is its turn: it may have been packed since the walk began
            if place is None or block > last:
                continue
            if _has_all(place.tags, hashes) or (hashes and place.loose and _has_all(self._fresh_tags(block), hashes)):
                yield block

    def _fresh_tags(self, block: int) -> bytes:
        """Return the tags of the values of a block that lie loose."""
        tags = self._fresh.get(block)
        place = self._blocks.get(block)
        if tags is None and place is not None:
            loose = (self._loose.get(each) for each in self._numbers_in(block, place.loose, self.next))
            tags = self._fresh[block] = self._tags_in(each for each in loose if each is not None)
        return tags or b""

    def _group_has_all(self, group: int, hashes: list[bytes]) -> bool:
        """Return whether a block of a group may have some tags.

        The group that is being packed is not looked at as one: each of its packs would have it made anew.
        """
        if not hashes or group == self._packing:
            return True
        tags = self._tags_of_group(group)
        return all(_has(tags, int.from_bytes(each, sys.byteorder)) for each in hashes)

    def _tags_of_group(self, group: int) -> "array[int]":
        """Return the tags of the packed values of many blocks in order, so that one look at them can skip all."""
        found = self._joined.get(group)
        if found is None:
            places = (self._blocks.get(block) for block in range(group * _GROUP, (group + 1) * _GROUP))
            joined = memoryview(b"".join(each.tags for each in places if each is not None)).cast("I")
            found = self._joined[group] = array("I", sorted(set(joined)))
        return found

    def _tags_in(self, values: Iterable[T]) -> bytes:
        return b"".join(map(_hashed, {tag for value in values for tag in self._tags(value)}))

    def _numbers_in(self, block: int, bits: int, end: int) -> Iterator[int]:
        """Yield the numbers below ``end`` that bits of a block stand for, the highest first."""
        start = block * self._size
        while bits:
            bit = bits.bit_length() - 1
            bits ^= 1 << bit
            if start + bit < end:
                yield start + bit

    def oldest(self, start: int, limit: int) -> list[T]:
        """Return up to ``limit`` values numbered from ``start`` on, oldest first."""
        found: list[T] = []
        number = max(start, self.first())
        while number < self.next and len(found) < limit:
            if number % self._size == 0 and number // self._size not in self._blocks:
                number += self._size
                continue
            value = self.get(number)
            if value is not None:
                found.append(value)
            number += 1
        return found

    def first(self) -> int:
        """Return a number that no value's is below."""
        return next(iter(self._blocks)) * self._size if self._blocks else self.next

    def clear(self) -> None:
        """Forget every value; numbers go on."""
        self._loose.clear()
        self._numbers.clear()
        self._names = Names()
        self._blocks.clear()
        for held in (self._open, self._changing, self._fresh, self._joined):
            held.clear()
        self._count = 0
        self._begun = -1

    def _pack(self, block: int) -> None:
        """Pack all of a block that is not packed yet, or was changed since."""
        place = self._blocks[block]
        start = block * self._size
        end = min(self._size, self.next - start)
        values = [(start + bit, self.get(start + bit)) for bit in range(end) if place.there >> bit & 1]
        kept = [(number, value) for number, value in values if value is not None]
        inside = place.inside
        for number, value in kept:
            self._loose.pop(number, None)
            if self._name is not None:
                name = getattr(value, self._name)
                self._numbers.pop(name, None)
                if not inside >> (number - start) & 1:
                    self._names.add(name, number)
        place.packed = self._packer.pack([value for _, value in kept])
        place.tags = self._tags_in(value for _, value in kept)
        place.inside, place.loose = place.there & (1 << end) - 1, 0
        if end < self._size:  # what comes next begins the rest of it
            place.there, self._begun = place.inside, -1
        self._changing.pop(block, None)
        self._fresh.pop(block, None)
        self._open.pop(block, None)
        self._joined.pop(block // _GROUP, None)
        self._packing = block // _GROUP
        if block % _GROUP == _GROUP - 1:
            self._tags_of_group(block // _GROUP)  # here it is one more millisecond; on searching it would be many
            self._packing = -1

    def _opened(self, block: int, place: _Block) -> Opened[T]:
        found = self._open.get(block)
        if found is None:
            found = self._open[block] = self._packer.open(place.packed)
            if len(self._open) > _OPEN:
                self._open.popitem(last=False)
        return found


_GROUP: Final = 64
"""Blocks whose tags are looked at as one."""
_THIN: Final = 4
"""A pack of which only this part is left is made anew."""
_BREATH: Final = 64
"""Groups skipped for their tags before others get their turn: a tenth of a millisecond."""


def _index(bits: int, bit: int) -> int:
    """Return how many of these bits are set below one."""
    return (bits & ((1 << bit) - 1)).bit_count()


def _has(ordered: "array[int]", wanted: int) -> bool:
    place = bisect_left(ordered, wanted)
    return place < len(ordered) and ordered[place] == wanted


def _has_all(tags: bytes, hashes: list[bytes]) -> bool:
    return all(map(tags.__contains__, hashes))


def _hashed(tag: str) -> bytes:
    return (hash(tag) & 0xFFFFFFFF).to_bytes(_TAG_BYTES, sys.byteorder)
