"""Which word was probably meant by one that is not known: how much two words look alike, whatever they name."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from mockserver.model import Json

_CUTOFF: Final = 0.6
_REMEMBERED: Final = 2000
"""Words whose close one is remembered: a client that misspells a member does so in each request."""
_LONGEST: Final = 100
"""Longer ones are not, since they would take memory and are rarely met again."""
_ALSO: Final = {
    "to": ("recipient", "receiver", "msisdn", "phone", "number"),
    "from": ("sender", "originator"),
    "text": ("body", "message", "content"),
    "url": ("link", "href", "src"),
    "message_type": ("type", "kind"),
}
"""What people call members by mistake; used for hints only, never accepted."""


def close_word(word: Json, words: Iterable[str], cutoff: float = _CUTOFF) -> str | None:
    """Return the word that looks most like the one given, ``None`` if none does. Case does not matter."""
    if not isinstance(word, str):
        return None
    find = _closest if len(word) <= _LONGEST else _closest.__wrapped__
    return find(word.strip().casefold(), tuple(words), cutoff)


@lru_cache(_REMEMBERED)
def _closest(given: str, words: tuple[str, ...], cutoff: float) -> str | None:
    by_folded = {each.casefold(): each for each in words}
    best, closest = cutoff, None
    for each in by_folded:
        likeness = _likeness(each, given, best)
        if likeness > best or (likeness == best and (closest is None or each > closest)):
            best, closest = likeness, each
    return None if closest is None else by_folded[closest]


def close_member(name: str, names: Iterable[str]) -> str | None:
    """Return the name that probably stands for a member: one that looks like it, or that people use for it."""
    given = list(names)
    return close_word(name, given) or next((each for each in _ALSO.get(name, ()) if each in given), None)


def _likeness(one: str, other: str, least: float) -> float:
    """Return how alike two words are, from 0 to 1 as difflib counts it; 0 if that is less than ``least``.

    A refusal asks for a dozen of these, and difflib is made for files: most words differ so much that their lengths
    and letters tell, and the others are so short that looking for each part of them costs a tenth.
    """
    length = len(one) + len(other)
    if not length:
        return 1.0
    if (
        2.0 * min(len(one), len(other)) / length < least
        or 2.0 * sum(map(other.__contains__, one)) / length < least
        or 2.0 * sum(map(one.__contains__, other)) / length < least
    ):
        return 0.0
    likeness = 2.0 * _matching(one, other) / length
    return likeness if likeness >= least else 0.0


def _matching(one: str, other: str) -> int:
    """Return how many characters match: those of the longest common part, then of what is left and right of it."""
    start = size = 0
    for begin in range(len(one)):
        while begin + size < len(one) and one[begin : begin + size + 1] in other:
            start, size = begin, size + 1
    if not size:
        return 0
    at = other.index(one[start : start + size])
    left = _matching(one[:start], other[:at]) if start and at else 0
    return left + size + _matching(one[start + size :], other[at + size :])
