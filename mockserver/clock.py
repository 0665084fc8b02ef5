"""Time as something handed in: the real clock, and one a test can move."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time in seconds since 1970, UTC."""

    def seconds(self) -> float:
        """Return the present moment."""
        ...


def at(seconds: float) -> datetime:
    """Return the aware UTC datetime of a moment in seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


class SystemClock:
    """The machine's clock, but for corrections that set it back: those would stall all that is planned for as long."""

    def __init__(self) -> None:
        self._latest_s = 0.0
        self._ahead_s = 0.0

    def seconds(self) -> float:
        """Return the present moment, never one before the last."""
        now_s = time.time() + self._ahead_s
        if now_s < self._latest_s:
            self._ahead_s += self._latest_s - now_s
            now_s = self._latest_s
        self._latest_s = now_s
        return now_s


class ManualClock:
    """A clock that stands still until it is moved; it never goes back."""

    def __init__(self, start_s: float | None = None) -> None:
        self._now_s = time.time() if start_s is None else start_s

    def seconds(self) -> float:
        """Return the moment it was last moved to."""
        return self._now_s

    def move_to(self, seconds: float) -> None:
        """Move forward to a moment; a moment already past changes nothing."""
        self._now_s = max(self._now_s, seconds)
