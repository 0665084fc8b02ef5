"""Walks through a memory store while it is tidied: they find all that was there when they began."""

import asyncio

from mockserver.model import Status
from mockserver.store.memory import MemoryStore
from tests.store.test_laws import _KEY, _message

COUNT = 3000


async def test_a_search_finds_all_though_what_it_searches_is_packed_meanwhile() -> None:
    store = MemoryStore()
    for number in range(COUNT):
        await store.put_message(_message(f"m{number}", Status.ACCEPTED, str(number % 3), None))
    found = []

    async def search() -> None:
        async for each in store.messages(_KEY, where=[("to", "1")]):
            found.append(each.uuid)
            await asyncio.sleep(0)

    async def tidy() -> None:
        for _ in iter(store.tidy, False):
            await asyncio.sleep(0)

    await asyncio.gather(search(), tidy())

    assert [f"m{number}" for number in range(COUNT)[::-1] if number % 3 == 1] == [
        each for each in found if int(each[1:]) % 3 == 1
    ]
