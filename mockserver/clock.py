"""Time as something handed in: the real clock, and one a test can move."""

import re
import time
from datetime import UTC, datetime
from typing import Final, Protocol

import msgspec

REAL: Final = "real"
MANUAL: Final = "manual"
MODE_FORM: Final = "real, manual, or so many times as fast, such as 60x"
"""The modes of a clock in words."""
_MODE: Final = re.compile(r"real|manual|[1-9][0-9]{0,5}x", re.ASCII)


class Clock(Protocol):
    """Tells the time in seconds since 1970, UTC."""

    @property
    def rate(self) -> float:
        """How many of its seconds pass in a real one; 0 if it stands still."""
        ...

    def seconds(self) -> float:
        """Return the present moment."""
        ...


def at(seconds: float) -> datetime:
    """Return the aware UTC datetime of a moment in seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def to_the_second(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, without fractions or a zone; by msgspec, a fifth of ``isoformat``'s time."""
    written: str = msgspec.to_builtins(moment.astimezone(UTC))
    return written[: len("2020-02-11T13:50:00")]


class SystemClock:
    """The machine's clock, but for corrections that set it back: those would stall all that is planned for as long."""

    rate = 1.0

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

    rate = 0.0

    def __init__(self, start_s: float | None = None) -> None:
        self._now_s = time.time() if start_s is None else start_s

    def seconds(self) -> float:
        """Return the moment it was last moved to."""
        return self._now_s

    def move_to(self, seconds: float) -> None:
        """Move forward to a moment; a moment already past changes nothing."""
        self._now_s = max(self._now_s, seconds)


class ScaledClock:
    """A clock that runs so many times as fast as another, from a moment on."""

    def __init__(self, real: Clock, rate: float, start_s: float | None = None) -> None:
        self.rate = rate
        self._real = real
        self._real_start_s = real.seconds()
        self._start_s = self._real_start_s if start_s is None else start_s

    def seconds(self) -> float:
        """Return the present moment of this clock."""
        return self._start_s + (self._real.seconds() - self._real_start_s) * self.rate


def is_mode(word: str) -> bool:
    """Tell whether a word is a mode of a clock: ``real``, ``manual``, or a speed such as ``60x``."""
    return _MODE.fullmatch(word) is not None


def clock_of(mode: str, real: Clock, start_s: float | None = None) -> Clock:
    """Return a clock of a mode that begins at a moment, by default the present one of the real clock."""
    if mode == MANUAL:
        return ManualClock(real.seconds() if start_s is None else start_s)
    if mode == REAL:
        return real if start_s is None else ScaledClock(real, 1.0, start_s)
    return ScaledClock(real, float(mode.removesuffix("x")), start_s)


def mode_of(clock: Clock) -> str:
    """Return the mode a clock is in."""
    if clock.rate in {0.0, 1.0}:
        return REAL if clock.rate else MANUAL
    return f"{clock.rate:g}x"
