"""The ends of waits that all last as long, with one timer for all; knows not what is waited for."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Deadlines(Generic[T]):
    """Things in the order they began to wait, which is that of their ends, since each waits for ``seconds``.

    A timer for each, set and cancelled, takes a microsecond (measured with uvloop).
    """

    def __init__(self, seconds: float, over: Callable[[T], None]) -> None:
        self._seconds = seconds
        self._over = over
        self._ends_s: dict[T, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, thing: T, loop: asyncio.AbstractEventLoop) -> None:
        """Have ``over`` called with a thing that does not wait yet, once its time is over, unless ended before.

        ``loop`` is the running one: to ask for it is a call into the system.
        """
        self._ends_s[thing] = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._look, loop)

    def end(self, thing: T) -> None:
        """Let a thing be, whether it waits or not."""
        self._ends_s.pop(thing, None)

    def close(self) -> None:
        """Let everything be."""
        self._ends_s.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell of those whose time is over, and look again when the next one's is."""
        self._timer = None
        while self._ends_s:
            thing, end_s = next(iter(self._ends_s.items()))
            if end_s > loop.time():
                self._timer = loop.call_at(end_s, self._look, loop)
                return
            del self._ends_s[thing]
            self._over(thing)
