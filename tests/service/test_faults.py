"""Faults of an account: kept, counted, chosen; what they do to webhooks, of which none is lost by accident."""

import asyncio
import hashlib
import time
from collections import Counter
from typing import Final, TypeAlias

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.clock import ManualClock
from mockserver.contract.specs import Specs
from mockserver.delivery import Depth
from mockserver.errors import UnknownError, UsageError
from mockserver.model import Account, Deliver, Delivery, EntryKind, Json, Message, Planned, Status
from mockserver.service.accounts import Caller
from mockserver.service.fates import Fate
from mockserver.service.messages import Arrival
from mockserver.service.runtime import Runtime
from mockserver.settings import Settings
from tests.bodies import body_of
from tests.fakes import FakePoster, Post
from tests.service.conftest import INBOUND_URL, KEY, START_S, STATUS_URL, OpenWorld, World

_SECRET: Final = Settings().signature_secret
_DAY_S: Final = 86_400


async def broken(world: World, do: str, **members: Json) -> str:
    """Break webhooks on purpose; return the id of the fault."""
    standing = await world.runtime.faults.add(KEY, {"on": "webhooks", "do": do, **members})
    return standing.fault.id


async def scripted(world: World, *steps: Planned) -> Message:
    """Accept a message with steps of its own."""
    caller = Caller(await world.account())
    message = await world.runtime.messages.read(caller, "v0.1", "viber", body_of("viber", "text"))
    await world.runtime.messages.accept(message, Fate(steps=steps))
    return message


def read_script(**deliver: Deliver) -> tuple[Planned, ...]:
    """Return submitted, delivered and read, a second apart, delivered as said."""
    statuses = (Status.SUBMITTED, Status.DELIVERED, Status.READ)
    return tuple(
        Planned(number, status, deliver=deliver.get(status.value)) for number, status in enumerate(statuses, start=1)
    )


async def arrive(world: World, text: str) -> Delivery:
    """Let a user's message arrive."""
    arrival = Arrival("sms", "text", "447700900123", "447700900001", {"text": text})
    _, delivery = await world.runtime.messages.receive(await world.account(), arrival)
    return delivery


# Kept


async def test_faults_are_numbered_listed_in_order_and_removed(world: World) -> None:
    faults = world.runtime.faults
    for do in ("drop", "unsigned", "trickle"):
        await broken(world, do)

    await faults.remove(KEY, "f2")

    assert ["f1", "f3"] == [each.fault.id for each in await faults.listed(KEY)]
    assert "trickle" == (await faults.one(KEY, "f3")).fault.do


async def test_an_unknown_fault_is_told_with_those_there_are(world: World) -> None:
    await broken(world, "drop")

    with pytest.raises(UnknownError, match=r"no fault 'f9' in account mockkey1. Known: f1\."):
        await world.runtime.faults.remove(KEY, "f9")


async def test_a_number_is_never_used_again(world: World) -> None:
    await broken(world, "drop")

    assert 1 == await world.runtime.faults.clear(KEY)
    assert "f2" == await broken(world, "drop")


async def test_put_replaces_all_or_changes_nothing(world: World) -> None:
    faults = world.runtime.faults
    await broken(world, "drop")

    with pytest.raises(UsageError):
        await faults.put(KEY, [{"on": "webhooks", "do": "unsigned"}, {"on": "webhooks", "do": "nothing"}])
    before = [each.fault.do for each in await faults.listed(KEY)]
    await faults.put(KEY, [{"on": "webhooks", "do": "unsigned"}])

    assert (["drop"], ["unsigned"]) == (before, [each.fault.do for each in await faults.listed(KEY)])


async def test_a_reset_of_messages_leaves_faults_and_their_counts_and_one_of_faults_mends_all(world: World) -> None:
    await broken(world, "drop", next=5)
    await world.send()
    await world.advance(1)
    account, faults = await world.account(), world.runtime.faults

    await world.runtime.reset(account, "messages")
    [kept] = await faults.listed(KEY)
    await world.runtime.reset(account, "faults")

    assert (2, 2) == (kept.count.seen, kept.count.hits)
    assert [] == await faults.listed(KEY)


async def test_a_reset_of_all_mends_all(world: World) -> None:
    await broken(world, "drop")

    await world.runtime.reset(await world.account(), "all")

    assert not await world.runtime.faults.has_any(KEY)


async def test_the_faults_of_an_account_are_its_own(open_world: OpenWorld) -> None:
    world = await open_world(Account("other"))
    await broken(world, "drop")

    there = await world.send(key="other")
    await world.advance(1)

    assert ["submitted", "delivered"] == world.statuses(there.uuid)


# Webhooks


async def test_a_dropped_webhook_is_kept_and_journalled_as_dropped_on_purpose(world: World) -> None:
    await broken(world, "drop", when={"status": "submitted"})

    message = await world.send()
    await world.advance(1)

    first, second = await world.deliveries(message.uuid)
    assert ["delivered"] == world.statuses(message.uuid)
    assert ("dropped", "delivered") == (first.state.value, second.state.value)
    assert ["submitted webhook dropped on purpose, fault drop (f1)"] == [
        each.about for each in await world.entries(EntryKind.DROPPED)
    ]


async def test_a_fault_for_the_next_one_leaves_those_after_it(world: World) -> None:
    await broken(world, "drop", next=1)

    message = await world.send()
    await world.advance(1)

    assert ["delivered"] == world.statuses(message.uuid)


async def test_a_duplicate_is_a_delivery_of_its_own_with_a_token_of_its_own(world: World) -> None:
    await broken(world, "duplicate", copies=3, when={"event": "delivered"})

    message = await world.send()
    await world.advance(1)

    assert ["submitted", "delivered", "delivered", "delivered"] == world.statuses(message.uuid)
    assert 4 == len({each.headers["Authorization"] for each in world.poster.posts})
    assert ["delivered webhook sent 3 times, fault duplicate (f1)"] == [
        each.about for each in await world.entries(EntryKind.FAULT)
    ]


async def test_a_delayed_webhook_comes_later_and_holds_up_none(world: World) -> None:
    await broken(world, "delay", delay="10s", when={"event": "submitted"})

    message = await world.send()
    await world.advance(5)
    in_between = world.statuses(message.uuid), world.runtime.outbox.depth
    await world.advance(10)

    assert (["delivered"], Depth(0, 0, 0, 1)) == in_between
    assert ["delivered", "submitted"] == world.statuses(message.uuid)
    assert {"delivered"} == {each.state.value for each in await world.deliveries(message.uuid)}


async def test_a_reordered_webhook_follows_the_next_of_its_message(world: World) -> None:
    await broken(world, "reorder", when={"event": "submitted"})

    message = await world.send()
    await world.advance(1)

    assert ["delivered", "submitted"] == world.statuses(message.uuid)


async def test_a_reordered_last_webhook_is_sent_when_the_script_ends(world: World) -> None:
    await broken(world, "reorder", when={"event": "delivered"})

    message = await world.send()
    await world.advance(1)

    assert ["submitted", "delivered"] == world.statuses(message.uuid)


async def test_a_reordered_webhook_that_nothing_follows_is_sent_when_its_time_is_over(world: World) -> None:
    await broken(world, "reorder", within=20)

    await arrive(world, "one")
    await world.advance(19)
    before = len(world.poster.posts)
    await world.advance(1)

    assert (0, 1) == (before, len(world.poster.posts))


async def test_an_inbound_webhook_is_reordered_with_the_next_inbound_one(world: World) -> None:
    await broken(world, "reorder", next=1)

    for text in ("one", "two"):
        await arrive(world, text)
        await world.runtime.settle()

    assert ["two", "one"] == [each["message"]["content"]["text"] for each in world.poster.bodies(INBOUND_URL)]


async def test_what_is_held_is_sent_at_once_by_hand(world: World) -> None:
    await broken(world, "reorder", next=1)
    held = await arrive(world, "one")

    await world.runtime.messages.webhooks.redeliver(await world.account(), held.id)
    await world.runtime.settle()

    assert ["one"] == [each["message"]["content"]["text"] for each in world.poster.bodies(INBOUND_URL)]


async def test_a_reset_forgets_what_is_held(world: World) -> None:
    await broken(world, "delay", delay=10)
    await arrive(world, "one")

    await world.runtime.reset(await world.account(), "messages")
    await world.advance(60)

    assert [] == world.poster.posts
    assert Depth(0, 0, 0) == world.runtime.outbox.depth


async def test_a_webhook_held_for_another_is_sent_when_the_server_stops_and_a_delayed_one_abandoned(
    world: World,
) -> None:
    await broken(world, "delay", delay=10, when={"json": {"message.content.text": "later"}})
    await broken(world, "reorder")
    for text in ("later", "held"):
        await arrive(world, text)

    report = await world.runtime.stop(1)

    assert ["held"] == [each["message"]["content"]["text"] for each in world.poster.bodies(INBOUND_URL)]
    assert (1, 1) == (report.delivered, len(report.abandoned))


async def test_a_receipt_of_the_older_api_is_dropped_but_never_spoilt(open_world: OpenWorld) -> None:
    account = Account(KEY, sms_receipt_url="http://sut.test/receipt")
    world = await open_world(account)
    await broken(world, "unsigned")
    await broken(world, "drop", when={"event": "delivered"})

    message = await world.send()
    await world.advance(1)

    states = {each.event: (each.state.value, each.fault) for each in await world.deliveries(message.uuid)}
    assert ("delivered", None) == states["submitted"]
    assert "dropped" == states["delivered"][0]


# Spoilt tries


def official_check(post: Post) -> str:
    """Return what a careful receiver makes of a webhook, as the documents tell receivers to check it."""
    header = post.headers.get("Authorization")
    if header is None:
        return "unsigned"
    try:
        claims = jwt.decode(header.removeprefix("Bearer "), _SECRET, algorithms=["HS256"])
    except jwt.InvalidSignatureError:
        return "wrong signature"
    if claims["payload_hash"] != hashlib.sha256(post.body).hexdigest():
        return "changed"
    return "fine" if abs(claims["iat"] - time.time()) < 300 else "stale"


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("unsigned", "unsigned"),
        ("wrong_signature", "wrong signature"),
        ("stale_signature", "stale"),
        ("changed_body", "changed"),
        ("truncate", "changed"),
        ("trickle", "fine"),
    ],
)
async def test_a_careful_receiver_refuses_a_spoilt_webhook_until_the_tries_are_over(
    world: World, do: str, expected: str
) -> None:
    world.poster.answer(INBOUND_URL, 401)
    await broken(world, do, tries=1)

    await arrive(world, "one")
    await world.advance(60)

    assert [expected, "fine"] == [official_check(each) for each in world.poster.posts]
    [first, second] = await world.entries(EntryKind.ATTEMPT)
    assert f"inbound webhook, try 1, to {INBOUND_URL}: answered 401, fault {do} (f1)" == first.about
    assert f"inbound webhook, try 2, to {INBOUND_URL}: answered 204" == second.about
    assert [do, None] == [None if each.attempt is None else each.attempt.fault for each in (first, second)]


async def test_without_a_number_of_tries_every_one_is_spoilt(world: World) -> None:
    world.poster.then = 401
    await broken(world, "unsigned")

    await arrive(world, "one")
    await world.advance(60)

    assert len(world.poster.posts) > 2
    assert {"unsigned"} == {official_check(each) for each in world.poster.posts}


async def test_a_trickle_takes_as_long_as_it_says(world: World) -> None:
    await broken(world, "trickle", over="3s")

    await arrive(world, "one")
    await world.runtime.settle()

    assert [3.0] == [each.over_s for each in world.poster.posts]


# Steps of a script


async def test_a_step_may_have_its_webhook_go_before_another(world: World) -> None:
    message = await scripted(world, *read_script(read=Deliver(before=Status.DELIVERED)))

    await world.advance(10)

    assert ["submitted", "read", "delivered"] == world.statuses(message.uuid)
    assert ["delivered webhook held until that of read was tried, fault reorder (its script)"] == [
        each.about for each in await world.entries(EntryKind.FAULT)
    ]


async def test_a_webhook_held_for_a_step_that_never_comes_is_sent_when_the_script_ends(world: World) -> None:
    steps = (
        Planned(1, Status.SUBMITTED),
        Planned(2, Status.DELIVERED),
        Planned(3, Status.SUBMITTED, deliver=Deliver(before=Status.DELIVERED)),
    )
    message = await scripted(world, *steps)

    await world.advance(10)

    assert ["submitted", "delivered"] == world.statuses(message.uuid)
    assert 1 == len(await world.entries(EntryKind.SKIPPED))


@pytest.mark.parametrize(
    ("deliver", "expected"),
    [
        (Deliver(copies=2), ["submitted", "submitted", "delivered", "read"]),
        (Deliver(delay_s=1.5), ["delivered", "submitted", "read"]),
        (Deliver(fault="drop"), ["delivered", "read"]),
    ],
)
async def test_a_step_says_how_its_webhook_is_delivered(world: World, deliver: Deliver, expected: list[str]) -> None:
    message = await scripted(world, *read_script(submitted=deliver))

    await world.advance(10)

    assert expected == world.statuses(message.uuid)


async def test_a_step_may_spoil_its_webhook(world: World) -> None:
    await scripted(world, *read_script(delivered=Deliver(fault="wrong_signature")))

    await world.advance(10)

    assert ["fine", "wrong signature", "fine"] == [official_check(each) for each in world.poster.posts]


async def test_a_step_that_says_how_goes_before_the_faults_of_the_account(world: World) -> None:
    await broken(world, "drop")

    message = await scripted(world, *read_script(delivered=Deliver(copies=2)))
    await world.advance(10)

    assert ["delivered", "delivered"] == world.statuses(message.uuid)


# Whatever is broken


_Members: TypeAlias = dict[str, Json]
_SELECTED: Final[st.SearchStrategy[_Members]] = st.one_of(
    st.just({}),
    st.sampled_from(["next", "nth", "every"]).flatmap(
        lambda name: st.integers(1, 4).map(lambda number: {name: number})
    ),
    st.floats(0.1, 0.9).map(lambda share: {"probability": share}),
)
_DONE = st.one_of(
    st.sampled_from(["drop", "truncate", "unsigned", "wrong_signature", "stale_signature", "changed_body"]).map(
        lambda do: {"do": do}
    ),
    st.integers(2, 4).map(lambda copies: {"do": "duplicate", "copies": copies}),
    st.integers(0, 40).map(lambda within: {"do": "reorder", "within": within}),
    st.integers(0, 40).map(lambda delay: {"do": "delay", "delay": delay}),
    st.just({"do": "trickle", "over": 1}),
)
_WHEN: Final[st.SearchStrategy[_Members]] = st.one_of(
    st.just({}), st.sampled_from(["submitted", "delivered", "inbound"]).map(lambda it: {"when": {"event": it}})
)
_FAULT = st.tuples(_SELECTED, _DONE, _WHEN).map(lambda parts: {"on": "webhooks", **parts[0], **parts[1], **parts[2]})
_DELIVER = st.one_of(
    st.none(),
    st.builds(
        Deliver,
        copies=st.integers(1, 2),
        before=st.sampled_from([None, Status.SUBMITTED, Status.DELIVERED]),
        delay_s=st.sampled_from([0.0, 5.0]),
        fault=st.sampled_from([None, "drop", "unsigned"]),
    ),
)
_ANSWERS = st.lists(st.sampled_from([204, 500, "no answer"]), max_size=6)


@settings(max_examples=60)
@given(
    st.lists(_FAULT, max_size=4), st.lists(_DELIVER, min_size=3, max_size=3), _ANSWERS, st.sampled_from([0, 3, 90_000])
)
def test_no_webhook_is_lost_or_doubled_by_any_mix_of_faults(
    specs: Specs, wrong: list[Json], delivers: list[Deliver | None], answers: list[int | str], passing_s: int
) -> None:
    asyncio.run(_account_for_all(specs, wrong, delivers, answers, passing_s))


async def _account_for_all(
    specs: Specs, wrong: list[Json], delivers: list[Deliver | None], answers: list[int | str], passing_s: int
) -> None:
    clock = ManualClock(START_S)
    poster = FakePoster(clock)
    poster.answer(STATUS_URL, *answers)
    known = Settings(status_url=STATUS_URL, inbound_url=INBOUND_URL, seed=7, self_check=True)
    world = World(Runtime(known, specs=specs, clock=clock, poster=poster), clock, poster)
    await world.runtime.start()
    await world.runtime.faults.put(KEY, wrong)

    messages = [await world.send(), await world.send("whatsapp", "text")]
    by_status = dict(zip(("submitted", "delivered", "read"), delivers, strict=True))
    messages.append(await scripted(world, *read_script(**{name: each for name, each in by_status.items() if each})))
    for text in ("one", "two"):
        await arrive(world, text)
    await world.advance(passing_s)
    report = await world.runtime.stop(1)

    told = [each async for each in world.runtime.store.deliveries(KEY)]
    posted = Counter(
        hashlib.sha256(each.headers.get("Authorization", "").encode()).hexdigest() for each in poster.posts
    )
    tries = sum(len(each.attempts) for each in told)
    entries = await world.entries()
    kinds = Counter(each.kind.value for each in entries)
    by_state = Counter(each.state.value for each in told)
    assert {"delivered", "gave_up", "abandoned", "dropped"} >= set(by_state)
    assert tries == len(poster.posts)
    assert len(told) == len({each.id for each in told})
    assert by_state["dropped"] == kinds["dropped"]
    assert by_state["gave_up"] == kinds["gave_up"]
    assert sum(each.state.value == "abandoned" for each in told) == len(
        [line for line in report.abandoned if " webhook " in line]
    )
    assert all(count == 1 for token, count in posted.items() if token != hashlib.sha256(b"").hexdigest())
    assert Depth(0, 0, 0) == world.runtime.outbox.depth
    await _each_event_as_often_as_asked(world, told)


async def _each_event_as_often_as_asked(world: World, told: list[Delivery]) -> None:
    """Hold the webhooks against the moves and arrivals of the journal: one each, or as many as a fault asked for."""
    moves = Counter((each.message, each.move.status.value) for each in await world.entries() if each.move is not None)
    arrivals = Counter((each.message, "inbound") for each in await world.entries(EntryKind.INBOUND))
    expected = moves + arrivals
    more = {
        (each.message, each.delivery): int(each.about.partition(" times")[0].rpartition(" ")[2])
        for each in await world.entries(EntryKind.FAULT)
        if " times" in each.about
    }
    found = Counter((each.message, each.event) for each in told)
    extra: Counter[tuple[str | None, str]] = Counter()
    by_id = {each.id: each for each in told}
    for (message, delivery), copies in more.items():
        extra[message, by_id[delivery or ""].event] += copies - 1
    dropped = Counter((each.message, each.event) for each in told if each.state.value == "dropped")
    for key, count in found.items():
        most = expected[key] + extra[key]
        assert count == most or (dropped[key] and count >= expected[key]), (key, count, most)
    assert set(expected) == set(found)
