"""A number that is still to come is no value's, whatever happened to those before it."""

import msgspec
import pytest

from mockserver.store.packing import Packer
from mockserver.store.shelf import Loose, Shelf

_SIZE = 4


class Note(msgspec.Struct):
    """A value."""

    name: str


def _shelf(most: int, values: int) -> Shelf[Note]:
    shelf: Shelf[Note] = Shelf(Packer(Note), Loose(most, 0), size=_SIZE, name="name")
    for number in range(values):
        assert shelf.add(Note(f"n{number}")) == number
    return shelf


@pytest.mark.parametrize("most", [1, 100], ids=["packed", "loose"])
@pytest.mark.parametrize("values", range(2 * _SIZE + 1))
def test_numbers_to_come_are_of_nothing(most: int, values: int) -> None:
    shelf = _shelf(most, values)

    for number in range(values, values + 2 * _SIZE):
        assert number not in shelf
        assert shelf.get(number) is None
        assert not shelf.drop(number)

    assert shelf.add(Note("next")) == values
    assert (shelf.get(values), shelf.find("next")) == (Note("next"), (values, Note("next")))
    assert [each for each in shelf.newest() if each is not None][::-1] == [
        *((number, Note(f"n{number}")) for number in range(values)),
        (values, Note("next")),
    ]


@pytest.mark.parametrize("values", range(1, 2 * _SIZE + 1))
def test_what_was_packed_before_its_block_was_full_is_added_to(values: int) -> None:
    shelf = _shelf(100, values)
    while shelf.tidy():
        pass
    for number in range(values):
        assert shelf.drop(number)

    for number in range(values, values + _SIZE):
        assert shelf.add(Note(f"n{number}")) == number

    kept = [(number, Note(f"n{number}")) for number in range(values, values + _SIZE)]
    assert [each for each in shelf.newest() if each is not None][::-1] == kept
    assert (len(shelf), [number in shelf for number, _ in kept]) == (_SIZE, [True] * _SIZE)
