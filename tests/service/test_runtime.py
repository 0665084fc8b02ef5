"""A runtime begins, forgets and ends without losing a webhook in silence; accounts stay worlds when all are busy."""

import asyncio
import logging
from collections import Counter

import pytest

from mockserver.clock import SystemClock
from mockserver.contract.specs import Specs
from mockserver.delivery import Depth
from mockserver.errors import UsageError
from mockserver.model import Account, DeliveryState, Entry, EntryKind, Status
from mockserver.poster import HttpPoster
from mockserver.service.accounts import Caller
from mockserver.service.runtime import Runtime, StopReport
from mockserver.settings import Settings
from tests.bodies import body_of
from tests.fakes import FakePoster, Turn, never
from tests.service.conftest import KEY, START_S, STATUS_URL, OpenWorld, World, basic

_DAY_S = 86_400.0


# Time


async def test_advance_needs_a_clock_that_can_be_moved(specs: Specs) -> None:
    runtime = Runtime(Settings(), specs=specs)

    with pytest.raises(UsageError, match="mockkey1 runs by itself; only a manual clock can be advanced"):
        await runtime.advance(1)


async def test_advance_moves_through_a_day_of_retries(world: World) -> None:
    world.poster.then = 500
    sent = await world.send()

    await world.advance(2 * _DAY_S + 1)

    states = [each.state for each in await world.deliveries(sent.uuid)]
    assert states == [DeliveryState.GAVE_UP, DeliveryState.GAVE_UP]
    assert world.statuses(sent.uuid).count("submitted") == 103
    assert world.clock.seconds() == START_S + 2 * _DAY_S + 1


async def test_the_real_clock_runs_by_itself(specs: Specs) -> None:
    poster = FakePoster(SystemClock())
    runtime = Runtime(
        Settings(status_url=STATUS_URL, submitted_after_s=0.0, delivered_after_s=0.001), specs=specs, poster=poster
    )
    await runtime.start()
    account = await runtime.accounts.find(None)
    assert account is not None

    await runtime.messages.send(Caller(account), "sms", body_of("sms", "text"))
    await poster.arrived(2)
    report = await runtime.stop(5)

    assert [each["status"] for each in poster.bodies()] == ["submitted", "delivered"]
    assert report.abandoned == ()


# Seeds


def test_runtimes_without_a_seed_pick_their_own(specs: Specs) -> None:
    assert Runtime(Settings(), specs=specs).seed != Runtime(Settings(), specs=specs).seed
    assert Runtime(Settings(seed=0), specs=specs).seed == 0


async def test_a_runtime_makes_its_own_poster_and_reads_its_own_documents() -> None:
    runtime = Runtime(Settings())
    await runtime.start()

    assert await runtime.accounts.find(None) == Account(KEY)
    assert runtime.specs.errors[1300].label == "Not part of the provider network"
    assert (await runtime.stop(0)).lines() == ["stopped: 0 webhooks finished while stopping, 0 abandoned"]


async def test_a_poster_can_be_that_of_production(specs: Specs) -> None:
    """Nobody listens there, and the journal says so."""
    poster = HttpPoster(connect_timeout_s=3, answer_timeout_s=5)
    runtime = Runtime(Settings(status_url="http://127.0.0.1:1/", submitted_after_s=0.0), specs=specs, poster=poster)
    await runtime.start()
    account = await runtime.accounts.find(None)
    assert account is not None
    await runtime.messages.send(Caller(account), "sms", body_of("sms", "text"))

    async with asyncio.timeout(10):
        entries: list[Entry] = []
        while EntryKind.ATTEMPT not in {each.kind for each in entries}:
            entries, _ = await runtime.journal.follow(KEY, after=len(entries), wait_s=5)
    await runtime.stop(0)

    assert "ClientConnectorError: Cannot connect to host 127.0.0.1:1" in entries[-1].about


# Worlds


async def test_accounts_never_see_each_other_under_load(open_world: OpenWorld) -> None:
    world = await open_world()
    keys = [f"key-{number}" for number in range(8)]
    for key in keys:
        await world.runtime.accounts.put(Account(key, status_url=f"http://{key}.test/"))

    async def talk(key: str) -> list[str]:
        uuids = []
        for number in range(25):
            uuids.append((await world.send(key=key, client_ref=f"{key} {number}")).uuid)
            await asyncio.sleep(0)
        return uuids

    sent = dict(zip(keys, await asyncio.gather(*map(talk, keys)), strict=True))
    await world.advance(10)

    for key in keys:
        assert {each.uuid async for each in world.runtime.store.messages(key)} == set(sent[key])
        assert {each.message for each in await world.entries(key=key)} == set(sent[key])
        posts = world.poster.to(f"http://{key}.test/")
        assert Counter(each.json["message_uuid"] for each in posts) == dict.fromkeys(sent[key], 2)
        assert {each.claims["api_key"] for each in posts} == {key}
        assert {each.json["client_ref"].split()[0] for each in posts} == {key}


# Reset


@pytest.mark.parametrize("what", ["messages", "all"])
async def test_reset_while_webhooks_are_pending_leaves_no_trace_and_no_error(
    world: World, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    gate = never()
    world.poster.answer(STATUS_URL, 500, gate)
    for _ in range(2):
        await world.send()
    while await world.runtime.times.move_to_next(KEY, world.clock, START_S + 0.06):
        pass
    await world.poster.arrived(2)
    await world.send()
    before = await world.entries()

    with caplog.at_level(logging.WARNING):
        await world.runtime.reset(await world.account(), what)
        gate.set_result(500)
        await world.advance(_DAY_S)

    assert caplog.records == []
    assert len(world.poster.posts) == 2
    assert [each async for each in world.runtime.store.messages(KEY)] == []
    assert [each async for each in world.runtime.store.deliveries(KEY)] == []
    assert await world.entries() == ([] if what == "all" else before)
    assert world.runtime.outbox.depth == Depth(0, 0, 0)
    assert len(world.runtime.times) == 0
    assert (await world.runtime.stop(0)).abandoned == ()


async def test_reset_of_the_journal_leaves_messages_and_webhooks_on_their_way(world: World) -> None:
    world.poster.answer(STATUS_URL, 500)
    sent = await world.send()
    await world.advance(0.1)
    last = (await world.entries())[-1].id

    await world.runtime.reset(await world.account(), "journal")
    assert await world.entries() == []
    await world.advance(60)

    assert world.statuses(sent.uuid) == ["submitted", "submitted", "delivered"]
    assert (await world.entries())[0].id == last + 1


async def test_reset_of_messages_leaves_nothing_planned_for_them(open_world: OpenWorld) -> None:
    world = await open_world(Account("other"))
    await world.send()
    await world.send(key="other")

    await world.runtime.reset(await world.account(), "messages")

    assert 1 == len(world.runtime.times)


async def test_reset_of_messages_leaves_no_next_try_of_their_webhooks(world: World) -> None:
    world.poster.answer(STATUS_URL, 500)
    await world.send()
    await world.advance(1)
    assert len(world.runtime.times)

    await world.runtime.reset(await world.account(), "messages")

    assert 0 == len(world.runtime.times)


async def test_reset_leaves_other_accounts_alone(open_world: OpenWorld) -> None:
    world = await open_world(Account("other"))
    world.poster.answer(STATUS_URL, 500)
    sent = await world.send(key="other")
    await world.advance(0.1)

    await world.runtime.reset(await world.account(), "all")
    await world.advance(60)

    assert world.statuses(sent.uuid) == ["submitted", "submitted", "delivered"]
    assert (await world.message(sent.uuid, "other")).status is Status.DELIVERED


async def test_reset_of_accounts_leaves_nothing_of_the_old_world_to_meet_the_new_one(world: World) -> None:
    world.poster.answer(STATUS_URL, 500)
    old = await world.send()
    await world.advance(0.1)

    await world.runtime.reset(await world.account(), "accounts")
    new = await world.send()
    await world.advance(60)

    assert old.uuid != new.uuid
    assert world.statuses(old.uuid) == ["submitted"]
    assert world.statuses(new.uuid) == ["submitted", "delivered"]
    assert {each.message for each in await world.entries()} == {new.uuid}


async def test_reset_of_something_unknown_is_refused(world: World) -> None:
    sent = await world.send()

    with pytest.raises(UsageError, match=r"'mesages' cannot be reset. Did you mean messages\? Known: "):
        await world.runtime.reset(await world.account(), "mesages")

    assert await world.message(sent.uuid) == sent


# The end


async def test_stop_finishes_what_is_with_receivers_and_says_how_many(world: World) -> None:
    gate = never()
    world.poster.answer(STATUS_URL, gate)
    sent = [await world.send(), await world.send()]
    for message in sent:
        await world.runtime.messages.move(message, Status.SUBMITTED)
    await world.poster.arrived(2)

    stopping = asyncio.create_task(world.runtime.stop(60))
    await asyncio.sleep(0)
    gate.set_result(204)
    report = await stopping

    assert report.delivered == 1
    assert not world.runtime.is_running
    assert [(each.state, each.event) for message in sent for each in await world.deliveries(message.uuid)] == [
        (DeliveryState.DELIVERED, "submitted")
    ] * 2


async def test_stop_journals_planned_statuses_as_abandoned(world: World) -> None:
    sent = await world.send()
    await world.advance(0.1)
    later = await world.send()

    report = await world.runtime.stop(0)

    left = {sent.uuid: "before delivered", later.uuid: "before submitted, delivered"}
    abandoned = await world.entries(EntryKind.ABANDONED)
    assert {each.message: each.about for each in abandoned} == {
        uuid: f"statuses abandoned: the server stopped {rest}" for uuid, rest in left.items()
    }
    assert set(report.abandoned) == {
        f"message {uuid} of account {KEY}: statuses abandoned: the server stopped {rest}" for uuid, rest in left.items()
    }


async def test_stop_says_nothing_of_what_a_reset_forgot(world: World) -> None:
    await world.send()
    await world.runtime.reset(await world.account(), "messages")

    assert await world.runtime.stop(0) == StopReport(0, ())
    assert await world.entries() == []


async def test_stop_in_the_middle_of_a_thousand_messages_leaves_every_one_delivered_or_abandoned(
    open_world: OpenWorld,
) -> None:
    """Some webhooks are done, some with a receiver that never answers, some to be tried again, some held."""
    world = await open_world(delivery_queue=300)
    turns: list[Turn] = [204, 500, never(), never()]
    world.poster.answer(STATUS_URL, *turns * 100)
    world.poster.then = never()
    sent = [await world.send() for _ in range(1000)]
    while await world.runtime.times.move_to_next(KEY, world.clock, START_S + 3):
        pass
    for _ in range(50):
        await asyncio.sleep(0)
    assert world.runtime.messages.scripts.held > 0
    assert world.runtime.outbox.depth.queued > 0
    assert world.runtime.outbox.depth.in_flight > 0
    assert world.runtime.outbox.depth.retrying > 0

    report = await world.runtime.stop(0)

    deliveries = [each async for each in world.runtime.store.deliveries(KEY)]
    states = Counter(each.state for each in deliveries)
    assert set(states) == {DeliveryState.DELIVERED, DeliveryState.ABANDONED}
    abandoned = await world.entries(EntryKind.ABANDONED)
    by_delivery = {each.delivery for each in abandoned if each.delivery is not None}
    by_message = {each.message for each in abandoned if each.delivery is None}
    assert by_delivery == {each.id for each in deliveries if each.state is DeliveryState.ABANDONED}
    assert len(abandoned) == len(report.abandoned)
    told_all = {each.message for each in deliveries if each.event == "delivered"}
    assert by_message == {each.uuid for each in sent} - told_all
    posted = len(world.poster.posts)
    await asyncio.sleep(0)
    assert len(world.poster.posts) == posted
    assert world.poster.is_closed


async def test_stop_can_come_before_the_start_and_twice(specs: Specs) -> None:
    runtime = Runtime(Settings(), specs=specs, poster=FakePoster(SystemClock()))

    assert await runtime.stop(0) == StopReport(0, ())
    await runtime.start()
    assert await runtime.stop(0) == StopReport(0, ())
    assert await runtime.stop(0) == StopReport(0, ())


async def test_stop_lets_those_who_follow_the_journal_go(world: World) -> None:
    following = asyncio.create_task(world.runtime.journal.follow(KEY, after=0, wait_s=60))
    await asyncio.sleep(0)

    await world.runtime.stop(0)

    async with asyncio.timeout(5):
        assert await following == ([], 0)


async def test_a_report_ends_with_the_totals() -> None:
    report = StopReport(3, ("submitted webhook d-1", "message m-1"))

    assert report.lines() == [
        "abandoned: submitted webhook d-1",
        "abandoned: message m-1",
        "stopped: 3 webhooks finished while stopping, 2 abandoned",
    ]


async def test_a_new_key_can_send_and_is_told(world: World) -> None:
    caller = await world.runtime.accounts.identify(basic("new-key"), START_S)
    assert isinstance(caller, Caller)

    sent = await world.runtime.messages.send(caller, "sms", body_of("sms", "text"))
    await world.advance(10)

    assert sent.message is not None
    assert world.statuses(sent.message.uuid) == ["submitted", "delivered"]
    assert {each.claims["api_key"] for each in world.poster.posts} == {"new-key"}
