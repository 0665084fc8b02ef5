"""Seeded decisions: the same seed and parts give the same chance and ids in every run; it keeps no state."""

import random
from hashlib import blake2b
from typing import Final, Protocol

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""The digit of RFC 9562's variant (two fixed bits) that each hex digit becomes."""

_BITS: Final = 53
"""As many as a float between 0 and 1 can tell apart."""
_BYTES: Final = 8


class Draws(Protocol):
    """Numbers one after the other; a ``random.Random`` is such."""

    def random(self) -> float:
        """Return the next one, from 0 to below 1."""
        ...


class _Digests:
    """Draws by digest. Seeding a random generator costs three times as much as a draw, and 30 times as much as none.

    That matters where each request and each webhook may be broken on purpose by several faults.
    """

    __slots__ = ("_count", "_parts", "_seed")

    def __init__(self, seed: int, parts: tuple[object, ...]) -> None:
        self._seed = seed
        self._parts = parts
        self._count = 0

    def random(self) -> float:
        """See ``Draws.random``."""
        spelled = _spelled(self._seed, (*self._parts, self._count))
        self._count += 1
        drawn = int.from_bytes(blake2b(spelled.encode(), digest_size=_BYTES).digest(), "big")
        return (drawn >> (8 * _BYTES - _BITS)) / (1 << _BITS)


def draws_for(seed: int, *parts: object) -> Draws:
    """Return the draws of a decision that needs few of them or none, such as ``draws_for(7, account, "fault", n)``."""
    return _Digests(seed, parts)


def random_for(seed: int, *parts: object) -> random.Random:
    """Return the source of chance of something that takes many draws, such as ``random_for(7, account, "inbound")``."""
    return random.Random(_spelled(seed, parts))


def uuid_for(seed: int, *parts: object) -> str:
    """Return the version 4 UUID, lower case with dashes, of a seed and the parts that name its owner.

    A digest and not a random generator: seeding one costs five times as much, and this is on the send path.
    """
    return _uuid(digest_for(seed, *parts))


def numbered_uuid(seed: int, owner: str, number: int, purpose: str) -> str:
    """Return ``uuid_for`` of these parts, in less time: each send and each webhook needs one."""
    return _uuid(_hashed(f"{seed}:{owner}:{number}:{purpose}"))


def _uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"


def digest_for(seed: int, *parts: object) -> str:
    """Return the 32 hex digits that belong to a seed and parts: for ids that need not be UUIDs."""
    return _hashed(_spelled(seed, parts))


def _spelled(seed: int, parts: tuple[object, ...]) -> str:
    return ":".join(map(str, (seed, *parts)))


def _hashed(spelled: str) -> str:
    return blake2b(spelled.encode(), digest_size=16).hexdigest()
