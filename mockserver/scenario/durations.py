"""How long something takes, as people write it: ``50ms``, ``2s``, ``1h30m``, or a number of seconds."""

import math
import re
from typing import Final

from mockserver.model import Json

UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
"""Seconds by unit."""
LONGEST_S: Final = 366 * 86400.0
"""The longest time accepted: nothing the API knows lasts longer, so more is a slip."""
PATTERN: Final = r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+"
"""What a written duration looks like as a whole."""
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_WHOLE: Final = re.compile(PATTERN, re.ASCII)
_NEEDED: Final = "Write it like 50ms, 2s, 5m, 2h or 1d; a bare number is seconds."


class DurationError(ValueError):
    """What was written is no duration; ``says`` goes on from its name, ``fix`` tells what to write."""

    def __init__(self, says: str, fix: str = _NEEDED) -> None:
        super().__init__(f"{says}; {fix}")
        self.says = says
        self.fix = fix


def read_duration(written: Json) -> float:
    """Return the seconds of ``90``, ``"90s"`` or ``"1m30s"``; raise DurationError for anything else."""
    seconds = _seconds(written)
    if seconds is None:
        raise DurationError("no duration")
    if seconds > LONGEST_S:
        raise DurationError("longer than a year", "The longest is 366d.")
    return seconds


def spelt(seconds: float) -> str:
    """Return seconds as people write them, in the largest unit that leaves a whole number."""
    for unit, size in reversed(UNITS.items()):
        if seconds and math.isclose(seconds / size, round(seconds / size)):
            return f"{round(seconds / size)}{unit}"
    return f"{seconds:g}s"


def _seconds(written: Json) -> float | None:
    if isinstance(written, bool):
        return None
    if isinstance(written, int | float):
        # Compared first: a whole number may be too large for a float. What is no number at all compares as false.
        return 2 * LONGEST_S if written > LONGEST_S else float(written) if written >= 0 else None
    if isinstance(written, str) and _WHOLE.fullmatch(written.strip()):
        return math.fsum(float(number) * UNITS[unit] for number, unit in _PART.findall(written))
    return None
