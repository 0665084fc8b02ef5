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
    """The machine's clock as it stood at the start, from then on carried by one that no correction sets back.

    A step back of the machine's clock would stall every planned status and retry for as long.
    """

    def __init__(self) -> None:
        self._offset_s = time.time() - time.monotonic()

    def seconds(self) -> float:
        """Return the present moment."""
        self._offset_s = max(self._offset_s, time.time() - time.monotonic())
        return time.monotonic() + self._offset_s


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
