"""The tokens that webhooks were sent with, of the newest ones; knows not what they say."""

from collections import OrderedDict
from typing import Final

_KEPT: Final = 5000
"""Tries whose tokens are kept: 4 MB of them."""


class Tokens:
    """Keeps the token of each try until newer ones take its place. They are not in the store: each is 0.6 kB."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._tokens: OrderedDict[tuple[str, int], str] = OrderedDict()

    def keep(self, delivery: str, number: int, token: str) -> None:
        """Keep the token of a try, counted from 1."""
        self._tokens[delivery, number] = token
        if len(self._tokens) > self._kept:
            self._tokens.popitem(last=False)

    def of(self, delivery: str, number: int) -> str | None:
        """Return the token of a try, ``None`` if it had none or it is not kept any more."""
        return self._tokens.get((delivery, number))
