"""Packing goes on while the loop is idle, and ends with the server."""

import asyncio

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
