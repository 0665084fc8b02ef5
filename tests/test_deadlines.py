"""The ends of waits that all last as long: each at its own time, and none that ended before."""

import asyncio

from mockserver.deadlines import Deadlines

PATIENCE_S = 10.0


async def test_each_ends_in_the_order_it_began_but_for_those_let_be() -> None:
    over: list[str] = []
    last = asyncio.Event()
    loop = asyncio.get_running_loop()

    def note(thing: str) -> None:
        over.append(thing)
        if thing == "again":
            last.set()

    deadlines = Deadlines(0.2, note)
    begun_s = loop.time()
    for each in ("first", "let be", "second", "again"):
        deadlines.begin(each, asyncio.get_running_loop())
    deadlines.end("let be")
    deadlines.end("unknown")
    await asyncio.sleep(0.1)
    deadlines.end("again")
    deadlines.begin("again", asyncio.get_running_loop())
    async with asyncio.timeout(PATIENCE_S):
        await last.wait()

    assert over == ["first", "second", "again"]
    assert loop.time() - begun_s >= 0.29


async def test_once_closed_nothing_ends_but_what_begins_later() -> None:
    over: list[str] = []
    is_over = asyncio.Event()

    def note(thing: str) -> None:
        over.append(thing)
        is_over.set()

    deadlines = Deadlines(0.01, note)
    deadlines.begin("first", asyncio.get_running_loop())

    deadlines.close()
    await asyncio.sleep(0.05)
    assert over == []

    deadlines.begin("second", asyncio.get_running_loop())
    async with asyncio.timeout(PATIENCE_S):
        await is_over.wait()
    assert over == ["second"]
