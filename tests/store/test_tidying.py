"""Packing goes on while the loop is idle, and ends with the server."""

import asyncio
import time

import pytest

from mockserver.store.memory import MemoryStore
from mockserver.store.tidying import tidy_while_idle


class Untidy(MemoryStore):
    """A store with so much to tidy, that tells when it is done."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left
        self.done = asyncio.Event()

    def tidy(self) -> bool:
        """Count down."""
        if self.left:
            self.left -= 1
            return True
        self.done.set()
        return False


async def test_a_store_is_tidied_until_nothing_is_left_to_do() -> None:
    store = Untidy(1000)
    task = asyncio.create_task(tidy_while_idle(store))

    async with asyncio.timeout(10):
        await store.done.wait()
    task.cancel()

    assert store.left == 0


async def test_nothing_is_tidied_while_the_loop_has_other_work_though_it_wakes_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "thread_time", time.monotonic)  # as if all the time went into work
    store = Untidy(1000)
    task = asyncio.create_task(tidy_while_idle(store))

    await asyncio.sleep(0.15)
    task.cancel()

    assert store.left == 1000
