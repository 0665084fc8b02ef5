"""Which number belongs to a name, for millions of names in a dozen bytes each; grows without a pause."""

from collections.abc import Iterator
from typing import Final

_BUCKETS: Final = 1 << 14
_HASH_BYTES: Final = 7
_NUMBER_BYTES: Final = 5
_RECORD_BYTES: Final = _HASH_BYTES + _NUMBER_BYTES


class Names:
    """Numbers by the hash of their name. Two names may share a hash, so whoever asks compares the name itself.

    Not a dict: that takes ten times the memory for a name, and stands still for as long as it grows (0.1 s at a
    million). A bucket of records that lie end to end is searched at the speed of memory.
    """

    def __init__(self) -> None:
        self._buckets: dict[int, bytearray] = {}

    def add(self, name: str, number: int) -> None:
        """Note the number of a name."""
        key, tag = _key(name)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = bytearray()
        bucket += tag + number.to_bytes(_NUMBER_BYTES, "little")

    def find(self, name: str) -> Iterator[int]:
        """Yield the numbers that may be those of a name."""
        key, tag = _key(name)
        bucket = self._buckets.get(key)
        if bucket is not None:
            for start in _places(bucket, tag):
                yield int.from_bytes(bucket[start + _HASH_BYTES : start + _RECORD_BYTES], "little")

    def remove(self, name: str, number: int) -> None:
        """Forget the number of a name."""
        key, tag = _key(name)
        bucket = self._buckets.get(key, bytearray())
        record = tag + number.to_bytes(_NUMBER_BYTES, "little")
        for start in _places(bucket, record):
            del bucket[start : start + _RECORD_BYTES]
            break
        if not bucket:
            self._buckets.pop(key, None)


def _key(name: str) -> tuple[int, bytes]:
    """Return the bucket of a name and what marks it there; Python's hash is keyed anew in each process."""
    number = hash(name) & 0xFFFFFFFFFFFFFFFF
    return number % _BUCKETS, (number // _BUCKETS).to_bytes(_HASH_BYTES, "little")


def _places(bucket: bytearray, wanted: bytes) -> Iterator[int]:
    """Yield where records begin with these bytes."""
    start = bucket.find(wanted)
    while start >= 0:
        if start % _RECORD_BYTES == 0:
            yield start
        start = bucket.find(wanted, start + 1)
