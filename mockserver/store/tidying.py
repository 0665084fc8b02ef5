"""When a store does the work that has no hurry: while nothing else wants the event loop."""

import asyncio
from typing import Final

from mockserver.store.base import Store

_PAUSE_S: Final = 0.02
_LATE_S: Final = 0.004
"""Woken later than that, the loop has other work."""
_SPELL_S: Final = 0.004
"""How long tidying goes on at once; a send that comes meanwhile waits no longer."""
_REST_S: Final = 0.25
"""How long there is nothing to tidy once all is tidy."""


async def tidy_while_idle(store: Store) -> None:
    """Have a store tidied up little by little, until cancelled."""
    loop = asyncio.get_running_loop()
    pause_s = _PAUSE_S
    while True:
        due_s = loop.time() + pause_s
        await asyncio.sleep(pause_s)
        now_s = loop.time()
        if now_s - due_s < _LATE_S:
            pause_s = _PAUSE_S
            while loop.time() - now_s < _SPELL_S:
                if not store.tidy():
                    pause_s = _REST_S
                    break
