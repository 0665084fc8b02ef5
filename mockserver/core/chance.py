"""Seeded decisions: the same seed and parts give the same chance and ids in every run; it keeps no state."""

import random
from hashlib import blake2b

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""The digit of RFC 9562's variant (two fixed bits) that each hex digit becomes."""


def random_for(seed: int, *parts: object) -> random.Random:
    """Return the source of chance for one decision, such as ``random_for(7, account, n, "price")``."""
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
