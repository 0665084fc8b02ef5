"""When a store does the work that has no hurry: while nothing else wants the event loop."""

import asyncio
import time
from typing import Final

from mockserver.store.base import Store

_PAUSE_S: Final = 0.02
_LATE_S: Final = 0.004
"""Woken later than that, the loop has other work."""
_BUSY: Final = 0.5
"""So has it if it used this part of the pause."""
_SPELL_S: Final = 0.004
"""How long tidying goes on at once; a send that comes meanwhile waits no longer."""
_REST_S: Final = 0.25
"""How long there is nothing to tidy once all is tidy."""


async def tidy_while_idle(store: Store) -> None:
    """Have a store tidied up little by little, until cancelled."""
    loop = asyncio.get_running_loop()
    pause_s = _PAUSE_S
    while True:
        due_s, used_s = loop.time() + pause_s, time.thread_time()
        await asyncio.sleep(pause_s)
        now_s = loop.time()
        if now_s - due_s < _LATE_S and time.thread_time() - used_s < _BUSY * pause_s:
            pause_s = _PAUSE_S
            while loop.time() - now_s < _SPELL_S:
                if not store.tidy():
                    pause_s = _REST_S
                    break
