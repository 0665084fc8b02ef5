"""A value that stays while its neighbours are dropped must not keep their bytes."""

import os
import tracemalloc
from typing import Any

import msgspec

from mockserver.store.packing import Packer
from mockserver.store.shelf import SIZE, Loose, Shelf

BLOCKS = 40
EACH = 3


class Note(msgspec.Struct):
    """A value that cannot be packed any smaller than its text."""

    name: str
    text: str
    more: Any = None


def _filled(more: object = None) -> Shelf[Note]:
    shelf: Shelf[Note] = Shelf(Packer(Note), Loose(1, 1), name="name")
    for number in range(BLOCKS * SIZE):
        shelf.add(Note(f"n{number}", os.urandom(100).hex(), more))
    return shelf


def _drop_all_but_a_few(shelf: Shelf[Note]) -> list[int]:
    stays = [number for number in range(shelf.next) if number % SIZE < EACH]
    for number in range(shelf.next):
        if number % SIZE >= EACH:
            assert shelf.drop(number)
    return stays


def test_dropping_most_of_each_pack_gives_their_memory_back() -> None:
    tracemalloc.start()
    shelf = _filled()
    full = tracemalloc.get_traced_memory()[0]

    _drop_all_but_a_few(shelf)

    left = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert left < full / 4


def test_what_stays_in_a_thinned_pack_is_found_by_number_and_name() -> None:
    for more in (None, 10**30):  # the second is beyond what msgspec writes
        shelf = _filled(more)
        kept = [shelf.get(number) for number in range(shelf.next) if number % SIZE < EACH]

        stays = _drop_all_but_a_few(shelf)

        assert [shelf.get(number) for number in stays] == kept
        assert [shelf.find(f"n{number}") for number in stays] == list(zip(stays, kept, strict=True))
        assert [found for found in shelf.newest() if found is not None] == list(zip(stays, kept, strict=True))[::-1]
        assert (shelf.get(EACH), shelf.find(f"n{EACH}"), len(shelf)) == (None, None, len(stays))


def test_a_value_changed_since_it_was_packed_survives_the_thinning() -> None:
    shelf = _filled()
    changed = Note("n0", "newer")
    shelf.put(0, changed)

    _drop_all_but_a_few(shelf)

    assert shelf.get(0) == changed
    assert shelf.drop(0)
    assert shelf.find("n0") is None
    assert not shelf.drop(0)
