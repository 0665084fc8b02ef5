"""Failovers of v1: when the next message goes out, when it does not, and what its statuses tell."""

from collections import Counter

import pytest

from mockserver.core.forms import V1
from mockserver.model import Account, EntryKind, Json, Message, Provider, Status
from mockserver.service.accounts import Caller
from tests.service.conftest import KEY, START_S, STATUS_URL, OpenWorld, World

_USER = "447700900141"
_REJECTED = "mock:rejected:1300"
_LONG_S = 100_000.0


def _body(client_ref: str | None = None, **changes: Json) -> Json:
    """Return an SMS of v1; its ``client_ref`` says what becomes of it."""
    body = {"channel": "sms", "message_type": "text", "to": _USER, "from": "BISTRO", "text": "Tonight at eight"}
    return body | ({} if client_ref is None else {"client_ref": client_ref}) | changes


def _rcs(client_ref: str | None = None, **changes: Json) -> Json:
    return _body(client_ref, channel="rcs", **{"from": "BistroAgent"}, **changes)


async def _start(world: World, *items: Json, key: str = KEY, sandbox: bool = False) -> Message:
    """Send the first item with the others to try, once the contract has taken it, and return its message."""
    body = {**items[0], "failover": list(items[1:])}
    verdict = world.runtime.versions.v1_contract.check(body)
    assert verdict.violations == ()
    caller = Caller(await world.account(key), sandbox=sandbox)
    sent = await world.runtime.failovers.start(caller, verdict.channel or "", body)
    assert sent.message is not None, sent.fate
    return sent.message


def _told(world: World) -> list[tuple[str, str]]:
    """Return what webhooks told, in order: the number of the item, its status."""
    return [(each["workflow"]["items_number"], each["status"]) for each in world.poster.bodies()]


async def _sent(world: World, key: str = KEY) -> list[Message]:
    """Return the messages of an account, the first one first."""
    return [each async for each in world.runtime.store.messages(key)][::-1]


# When the next message goes out


async def test_the_next_message_goes_out_once_the_one_before_is_rejected(world: World) -> None:
    first = await _start(world, _rcs(_REJECTED), _body("second"))
    before = await _sent(world)

    await world.advance(10)

    assert before == [first]
    [_, second] = await _sent(world)
    assert _told(world) == [("1", "rejected"), ("2", "submitted"), ("2", "delivered")]
    assert (second.channel, second.client_ref, second.dialect) == ("sms", "second", V1)
    assert [each.about for each in await world.entries(EntryKind.WORKFLOW)] == [
        f"workflow {first.workflow}: item 1 is rejected; step 2 goes out, sms text to {_USER}"
    ]


@pytest.mark.parametrize(
    ("client_ref", "statuses"),
    [
        ("mock:undeliverable:1331", ["submitted", "undeliverable"]),
        ("mock:undelivered", ["submitted"]),
        ("mock:delivered", ["submitted", "delivered"]),
        ("mock:read", ["submitted", "delivered", "read"]),
        ("mock:silent", []),
    ],
)
async def test_nothing_but_a_rejection_sends_the_next_message(
    world: World, client_ref: str, statuses: list[str]
) -> None:
    await _start(world, _rcs(client_ref), _body())

    await world.advance(_LONG_S)

    assert _told(world) == [("1", status) for status in statuses]
    assert len(await _sent(world)) == 1


async def test_items_are_tried_in_order_until_one_comes_through(world: World) -> None:
    await _start(world, _rcs(_REJECTED), _body(_REJECTED), _body("third"), _body("fourth"))

    await world.advance(10)

    assert _told(world) == [("1", "rejected"), ("2", "rejected"), ("3", "submitted"), ("3", "delivered")]
    assert [each.client_ref for each in await _sent(world)] == [_REJECTED, _REJECTED, "third"]


async def test_a_rejected_last_item_ends_it(world: World) -> None:
    await _start(world, _rcs(_REJECTED), _body(_REJECTED))

    await world.advance(_LONG_S)

    assert _told(world) == [("1", "rejected"), ("2", "rejected")]
    assert len(await _sent(world)) == 2


async def test_a_rejection_by_hand_sends_the_next_message(world: World) -> None:
    first = await _start(world, _rcs("mock:undelivered"), _body())
    await world.advance(1)

    await world.runtime.messages.move(await world.message(first.uuid), Status.REJECTED, 1300)
    await world.advance(10)

    assert _told(world) == [("1", "submitted"), ("1", "rejected"), ("2", "submitted"), ("2", "delivered")]


async def test_a_second_rejection_of_an_item_sends_nothing_again(world: World) -> None:
    first = await _start(world, _rcs(_REJECTED), _body(), _body())
    await world.advance(10)

    await world.runtime.messages.move(await world.message(first.uuid), Status.REJECTED, 1300)
    await world.advance(10)

    assert len(await _sent(world)) == 2


async def test_a_ttl_that_runs_out_rejects_and_sends_the_next_message(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", provider=Provider(unreachable=("447700900149",))))
    await _start(world, _rcs(to="447700900149", ttl=300), _body(), key="key")

    await world.advance(299)
    before = _told(world)
    await world.advance(10)

    assert before == [("1", "submitted")]
    assert _told(world)[1:] == [("1", "rejected"), ("2", "submitted"), ("2", "delivered")]
    rejected = world.poster.bodies()[1]
    assert (rejected["error"]["title"], world.poster.posts[1].at_s) == ("1360", START_S + 300)


@pytest.mark.parametrize(("client_ref", "code"), [("mock:http:429", "1000"), ("mock:http:402", "1070")])
async def test_what_would_be_refused_becomes_a_status_and_sends_the_next_message(
    world: World, client_ref: str, code: str
) -> None:
    await _start(world, _rcs(_REJECTED), _body(client_ref), _body())

    await world.advance(10)

    assert _told(world) == [("1", "rejected"), ("2", "rejected"), ("3", "submitted"), ("3", "delivered")]
    assert world.poster.bodies()[1]["error"]["title"] == code
    [about, _] = [each.about for each in await world.entries(EntryKind.WORKFLOW)]
    status = client_ref.rpartition(":")[2]
    assert f"item 1 is rejected, and would be answered {status}; step 2 goes out" in about


async def test_a_refused_first_item_starts_nothing(world: World) -> None:
    body = {**_rcs("mock:http:429"), "failover": [_body()]}

    sent = await world.runtime.failovers.start(Caller(await world.account()), "rcs", body)
    await world.advance(10)

    assert sent.message is None
    assert sent.fate.problem is not None
    assert sent.fate.problem.status == 429
    assert await _sent(world) == []
    assert world.poster.posts == []


async def test_later_items_stay_in_the_sandbox(world: World) -> None:
    """Neither recipient ever sent the pass-phrase, so the sandbox rejects both."""
    viber = _body(channel="viber_service", **{"from": "16273"})
    await _start(world, viber, viber, sandbox=True)

    await world.advance(10)

    assert _told(world) == [("1", "rejected"), ("2", "rejected")]


# What statuses tell


async def test_each_item_has_an_id_and_a_reference_of_its_own_in_one_workflow(world: World) -> None:
    first = await _start(world, _rcs(f"{_REJECTED} one"), _body(f"{_REJECTED} two"), _body())

    await world.advance(10)

    uuids = [each.uuid for each in await _sent(world)]
    assert len(set(uuids)) == 3
    told = {each["message_uuid"]: each for each in world.poster.bodies()}
    assert [told[uuid].get("client_ref") for uuid in uuids] == [f"{_REJECTED} one", f"{_REJECTED} two", None]
    assert [each["workflow"] for each in told.values()] == [
        {"workflow_id": first.workflow, "items_number": number, "items_total": "3"} for number in ("1", "2", "3")
    ]


async def test_a_plain_message_tells_of_no_workflow(world: World) -> None:
    caller = Caller(await world.account())

    sent = await world.runtime.messages.send(caller, "sms", _body(), V1)
    await world.advance(10)

    assert sent.message is not None
    assert (sent.message.workflow, sent.message.steps) == (None, None)
    assert [each for each in world.poster.bodies() if "workflow" in each] == []


async def test_an_item_told_in_v0_1_is_told_soundly_and_does_not_hold_up_the_next(world: World) -> None:
    """The self check of this world holds each webhook against the document of its version."""
    await _start(world, _body(_REJECTED, webhook_version="v0.1"), _body("second"))

    await world.advance(10)

    [rejected, *others] = world.poster.bodies()
    assert rejected["error"] == {"code": 1300, "reason": "Not part of the provider network"}
    assert {"_links", "workflow", "channel"}.isdisjoint(rejected)
    assert [(each["status"], each["client_ref"]) for each in others] == [
        ("submitted", "second"),
        ("delivered", "second"),
    ]


async def test_each_item_has_a_webhook_url_of_its_own(world: World) -> None:
    await _start(world, _rcs(_REJECTED, webhook_url="http://own.test/first"), _body())

    await world.advance(10)

    assert [each.url for each in world.poster.posts] == ["http://own.test/first", STATUS_URL, STATUS_URL]


async def test_a_webhook_url_that_is_none_does_not_hold_up_the_next(world: World) -> None:
    world.poster.answer("http://[::1", "InvalidURL")
    await _start(world, _rcs(_REJECTED, webhook_url="http://[::1"), _body())

    await world.advance(3)

    assert [(each.url, each.json["status"]) for each in world.poster.posts[:3]] == [
        ("http://[::1", "rejected"),
        (STATUS_URL, "submitted"),
        (STATUS_URL, "delivered"),
    ]


# Seeds, crowds, and what ends it early


async def test_the_same_seed_gives_the_same_ids(open_world: OpenWorld) -> None:
    one, two, other = [await open_world(seed=seed) for seed in (3, 3, 4)]

    ids = [[(await _start(world, _rcs(), _body())).workflow for _ in range(3)] for world in (one, two, other)]

    assert ids[0] == ids[1]
    assert len({*ids[0], *ids[2]}) == 6


async def test_the_id_of_a_workflow_is_55_letters_and_digits_that_nobody_mistakes(world: World) -> None:
    found = await _start(world, _rcs(), _body())

    assert found.workflow is not None
    assert len(found.workflow) == 55
    assert found.workflow.isalnum()
    assert set("0OIl").isdisjoint(found.workflow)


async def test_many_failovers_at_once_do_not_get_in_each_others_way(world: World) -> None:
    firsts = [await _start(world, _rcs(_REJECTED), _body(_REJECTED), _body(f"n-{number}")) for number in range(150)]

    await world.advance(10)

    told = Counter((each["workflow"]["workflow_id"], each["status"]) for each in world.poster.bodies())
    assert len({each.workflow for each in firsts}) == 150
    assert told == {
        (each.workflow, status): times
        for each in firsts
        for status, times in (("rejected", 2), ("submitted", 1), ("delivered", 1))
    }


async def test_nothing_follows_after_a_reset(world: World) -> None:
    await _start(world, _rcs(_REJECTED), _body())

    await world.runtime.reset(await world.account(), "messages")
    await world.advance(10)

    assert await _sent(world) == []
    assert world.poster.posts == []


async def test_the_next_item_of_a_reset_failover_does_not_go_out(world: World) -> None:
    await _start(world, _rcs(_REJECTED), _body("mock:slow"), _body())
    await world.advance(1)

    await world.runtime.reset(await world.account(), "messages")
    await world.advance(60)

    assert await _sent(world) == []


async def test_a_removed_account_sends_nothing_more(open_world: OpenWorld) -> None:
    world = await open_world(Account("key"))
    await _start(world, _rcs(_REJECTED), _body(), key="key")

    await world.runtime.remove_account("key")
    await world.advance(10)

    assert await _sent(world, "key") == []
    assert world.poster.posts == []


async def test_a_stop_in_between_says_what_does_not_happen_any_more(world: World) -> None:
    first = await _start(world, _rcs(_REJECTED), _body())

    report = await world.runtime.stop(0)

    [line] = report.abandoned
    about = f"the server stopped before rejected, and before the next message of workflow {first.workflow}"
    assert line.endswith(about)
    assert [each.about for each in await world.entries(EntryKind.ABANDONED)] == [f"statuses abandoned: {about}"]


async def test_a_stop_does_not_speak_of_items_that_would_not_have_been_tried(world: World) -> None:
    await _start(world, _rcs(_REJECTED), _body(_REJECTED))
    await world.advance(0.05)
    await _start(world, _rcs(), _body())

    report = await world.runtime.stop(0)

    assert len(report.abandoned) > 1
    assert [each for each in report.abandoned if "next message" in each] == []


# What is kept


@pytest.mark.parametrize(
    "first",
    ["mock:delivered", "mock:undeliverable:1331", _REJECTED],
    ids=["comes through", "is undeliverable", "is rejected, and the last one sent"],
)
async def test_a_failover_is_forgotten_once_no_other_message_can_follow(world: World, first: str) -> None:
    message = await _start(world, _rcs(first), _body())
    store = world.runtime.store
    assert list(await store.documents(KEY, "failover")) == [message.workflow]

    await world.advance(10)

    assert await store.documents(KEY, "failover") == {}
    assert len(await _sent(world)) == (2 if first == _REJECTED else 1)


async def test_a_failover_is_kept_while_another_message_may_follow(world: World) -> None:
    message = await _start(world, _rcs("mock:undelivered"), _body(_REJECTED), _body())

    await world.advance(10)
    assert list(await world.runtime.store.documents(KEY, "failover")) == [message.workflow]
    submitted = await world.runtime.store.message(KEY, message.uuid)
    assert submitted is not None
    await world.runtime.messages.move(submitted, Status.REJECTED, 1300)
    await world.advance(10)

    assert len(await _sent(world)) == 3
    assert await world.runtime.store.documents(KEY, "failover") == {}


async def test_a_failover_is_forgotten_as_soon_as_its_last_message_is_sent(world: World) -> None:
    await _start(world, _rcs(_REJECTED), _body("mock:undelivered"))

    await world.advance(10)

    assert [each.status for each in await _sent(world)] == [Status.REJECTED, Status.SUBMITTED]
    assert await world.runtime.store.documents(KEY, "failover") == {}
