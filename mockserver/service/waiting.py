"""Waits for whichever of several things comes first; knows none of them."""

import asyncio
from collections.abc import Awaitable


async def until_first(*awaited: Awaitable[object]) -> None:
    """Wait until one of these has ended, however it did; the others are given up."""
    tasks = [asyncio.ensure_future(each) for each in awaited]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
