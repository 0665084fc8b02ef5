"""Python's garbage collector in a process of our own: a little at a time, so that it stops no request for long."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NEW_S: Final = 0.05
"""What is new is looked through so often. Measured under load: 3 ms at most, where Python waited for 60 ms of it.

Nearly all of it are tuples of messages and webhooks, which leave its books when it has seen them once.
"""
_MIDDLE: Final = 200
"""After so many times that, what has lived for a while is, too: each 10 s."""
_ALL: Final = 6000
"""After so many times, everything is: each 5 minutes."""
_THRESHOLDS: Final = (50_000, 50, 100)
"""When Python would look by itself: nearly never."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Have the collector wait while a program loads: all it makes stays; to go through it took a tenth of the start."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def calm_collector() -> None:
    """Leave alone what is there now; it stays, and the collector went through all of it again and again."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


async def collect_often() -> None:
    """Collect garbage a little at a time, until cancelled."""
    times = 0
    while True:
        await asyncio.sleep(_NEW_S)
        times += 1
        gc.collect(0 if times % _MIDDLE else 1 if times % _ALL else 2)
