"""What becomes of a message: its script, moves by hand, users' messages, and which webhooks tell of it."""

import dataclasses
import logging
from random import Random
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from mockserver.clock import at
from mockserver.contract.specs import Specs, load_specs
from mockserver.core import fake
from mockserver.core.capabilities import Row
from mockserver.errors import ConflictError, UnknownError, UsageError
from mockserver.model import (
    Account,
    Application,
    Delivery,
    DeliveryState,
    Direction,
    EntryKind,
    Message,
    Move,
    Sender,
    Status,
)
from mockserver.service.messages import Arrival
from mockserver.service.webhooks import SelfCheckError
from tests.bodies import CELLS
from tests.fakes import never
from tests.service.conftest import INBOUND_URL, KEY, START_S, STATUS_URL, OpenWorld, World

_RECEIPT_URL = "http://sut.test/receipt"
_DAY_S = 86_400.0
_INBOUND_ROWS = [row for row in load_specs().capabilities.rows if row.direction == "inbound" and row.is_supported]


# The script


async def test_send_returns_the_message_at_once_and_tells_nobody_yet(world: World) -> None:
    message = await world.send(client_ref="ref-1")

    assert message == await world.message(message.uuid)
    assert (message.status, message.moves, message.at) == (Status.ACCEPTED, (), at(START_S))
    assert (message.account, message.client_ref) == (KEY, "ref-1")
    assert world.poster.posts == []
    assert await world.entries() == []


async def test_a_message_is_submitted_and_delivered_by_default(world: World) -> None:
    sent = await world.send(client_ref="ref-1")

    await world.advance(0.05)
    submitted = await world.message(sent.uuid)
    await world.advance(10)
    delivered = await world.message(sent.uuid)

    assert submitted.moves == (Move(Status.SUBMITTED, at(START_S + 0.05)),)
    assert delivered.moves == (*submitted.moves, Move(Status.DELIVERED, at(START_S + 0.4)))
    assert [each.url for each in world.poster.posts] == [STATUS_URL, STATUS_URL]
    assert world.statuses(sent.uuid) == ["submitted", "delivered"]
    assert [each["client_ref"] for each in world.poster.bodies()] == ["ref-1", "ref-1"]
    assert world.poster.bodies()[0]["timestamp"] == "2026-09-21T14:13:20.050Z"
    about = [each.about for each in await world.entries(EntryKind.STATUS)]
    assert about == ["sms text to 447700900111 is submitted", "sms text to 447700900111 is delivered"]


@pytest.mark.parametrize(("channel", "kind"), CELLS)
async def test_every_cell_is_sent_and_told_of(world: World, channel: str, kind: str) -> None:
    """The self check of this world holds each webhook against our own document."""
    sent = await world.send(channel, kind)

    await world.advance(10)

    assert world.statuses(sent.uuid) == ["submitted", "delivered"]


async def test_delays_are_settings(open_world: OpenWorld) -> None:
    world = await open_world(submitted_after_s=1.0, delivered_after_s=60.0)
    await world.send()

    await world.advance(3600)

    assert [each.at_s - START_S for each in world.poster.posts] == [1, 60]


async def test_steps_keep_their_order_even_if_the_delays_do_not(open_world: OpenWorld) -> None:
    world = await open_world(submitted_after_s=5.0, delivered_after_s=0.0, read_after_s=1.0, read=True)
    sent = await world.send("whatsapp")

    await world.advance(5)

    assert world.statuses(sent.uuid) == ["submitted", "delivered", "read"]


@pytest.mark.parametrize(
    ("setting", "own", "channel", "is_read"),
    [
        (False, None, "whatsapp", False),
        (True, None, "whatsapp", True),
        (False, True, "whatsapp", True),
        (True, False, "whatsapp", False),
        (True, None, "viber", True),
        (True, None, "messenger", True),
        (True, True, "sms", False),
        (True, True, "mms", False),
    ],
)
async def test_a_message_is_read_only_where_asked_and_reported(
    open_world: OpenWorld, setting: bool, own: bool | None, channel: str, is_read: bool
) -> None:
    world = await open_world(Account("key", read=own), read=setting)
    sent = await world.send(channel, key="key")

    await world.advance(10)

    expected = ["submitted", "delivered", "read"] if is_read else ["submitted", "delivered"]
    assert world.statuses(sent.uuid) == expected
    assert await world.entries(EntryKind.SKIPPED, "key") == []


# Moves by hand


async def test_a_move_by_hand_tells_at_once(world: World) -> None:
    sent = await world.send("whatsapp")

    moved = await world.runtime.messages.move(sent, Status.REJECTED, 1300)
    await world.runtime.settle()

    assert moved == await world.message(sent.uuid)
    assert moved.moves == (Move(Status.REJECTED, at(START_S), 1300),)
    [body] = world.poster.bodies(STATUS_URL)
    assert body["error"] == {"code": 1300, "reason": "Not part of the provider network"}
    [entry] = await world.entries(EntryKind.STATUS)
    assert entry.about == "whatsapp text to 447700900113 is rejected (1300 Not part of the provider network)"
    assert entry.move == moved.moves[0]


async def test_planned_steps_are_skipped_after_a_rejection_by_hand(world: World) -> None:
    sent = await world.send()

    await world.runtime.messages.move(sent, Status.REJECTED, 1240)
    await world.advance(10)

    assert world.statuses(sent.uuid) == ["rejected"]
    assert [each.about for each in await world.entries(EntryKind.SKIPPED)] == [
        "not submitted: A message on sms cannot go from rejected to submitted: rejected is its last status.",
        "not delivered: A message on sms cannot go from rejected to delivered: rejected is its last status.",
    ]
    assert {each.message for each in await world.entries()} == {sent.uuid}


async def test_a_planned_step_that_was_taken_by_hand_is_skipped_and_the_rest_goes_on(world: World) -> None:
    sent = await world.send()

    await world.runtime.messages.move(sent, Status.SUBMITTED)
    await world.advance(10)

    assert world.statuses(sent.uuid) == ["submitted", "delivered"]
    assert len(await world.entries(EntryKind.SKIPPED)) == 1


async def test_an_unknown_code_changes_nothing(world: World) -> None:
    sent = await world.send()

    with pytest.raises(KeyError):
        await world.runtime.messages.move(sent, Status.REJECTED, 9999)

    assert await world.message(sent.uuid) == sent
    assert await world.entries() == []


async def test_a_message_of_a_removed_account_is_told_to_nobody(open_world: OpenWorld) -> None:
    world = await open_world(Account("key"))
    sent = await world.send(key="key")
    await world.runtime.accounts.remove("key")

    await world.runtime.messages.move(sent, Status.SUBMITTED)
    await world.advance(10)

    assert world.poster.posts == []


# Where webhooks go


async def test_without_a_url_webhooks_are_journalled_as_dropped(open_world: OpenWorld) -> None:
    world = await open_world(status_url=None)
    sent = await world.send()

    await world.advance(10)

    assert world.poster.posts == []
    why = "no status URL is set: use --status-url, mockserver.toml or PUT /_mock/accounts/KEY"
    dropped = await world.entries(EntryKind.DROPPED)
    assert [each.about for each in dropped] == [
        f"submitted webhook dropped: {why}",
        f"delivered webhook dropped: {why}",
    ]
    deliveries = await world.deliveries(sent.uuid)
    assert [(each.state, each.url, each.event) for each in deliveries] == [
        (DeliveryState.DROPPED, "", "submitted"),
        (DeliveryState.DROPPED, "", "delivered"),
    ]
    assert [each.delivery for each in dropped] == [each.id for each in deliveries]
    assert msgspec.json.decode(deliveries[0].body)["status"] == "submitted"


async def test_an_account_can_turn_webhooks_off(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", status_url=""))
    await world.send(key="key")

    await world.advance(10)

    assert world.poster.posts == []
    [first, _] = await world.entries(EntryKind.DROPPED, "key")
    assert first.about == "submitted webhook dropped: the status URL is set to nothing"


async def test_a_url_set_later_is_used_for_later_statuses(open_world: OpenWorld) -> None:
    world = await open_world(status_url=None)
    sent = await world.send()
    await world.advance(0.1)

    await world.runtime.accounts.put(Account(KEY, status_url="http://late.test/"))
    await world.advance(10)

    assert [(each.url, each.json["status"]) for each in world.poster.posts] == [("http://late.test/", "delivered")]
    assert (await world.message(sent.uuid)).status is Status.DELIVERED


async def test_statuses_of_a_token_go_to_its_application_and_name_it(open_world: OpenWorld) -> None:
    application = Application("app-1", status_url="http://app.test/status")
    world = await open_world(Account("key", applications=(application,)))
    await world.send(key="key", application="app-1")

    await world.advance(10)

    assert [each.url for each in world.poster.posts] == ["http://app.test/status"] * 2
    assert {each.claims["application_id"] for each in world.poster.posts} == {"app-1"}


async def test_statuses_by_key_name_no_application(world: World) -> None:
    await world.send()

    await world.advance(10)

    assert all("application_id" not in each.claims for each in world.poster.posts)
    assert {each.claims["api_key"] for each in world.poster.posts} == {KEY}


async def test_inbound_goes_to_the_linked_application(open_world: OpenWorld) -> None:
    account = Account(
        "key",
        applications=(Application("app-1", inbound_url="http://app.test/in"),),
        senders=(Sender("whatsapp", "447700900199", "app-1"),),
    )
    world = await open_world(account)

    message, delivery = await _receive(world, account, recipient="447700900199")

    assert (message.application, delivery.url) == ("app-1", "http://app.test/in")
    assert world.poster.posts[0].claims["application_id"] == "app-1"


# Receipts of the older SMS API


@pytest.mark.parametrize("url", [_RECEIPT_URL, f"{_RECEIPT_URL}?from=test"], ids=["plain", "with a query"])
async def test_receipts_by_get_are_in_the_query(open_world: OpenWorld, url: str) -> None:
    world = await open_world(Account("key", sms_receipt_url=url))
    sent = await world.send(key="key")

    await world.advance(10)

    assert [(each.method, each.body) for each in world.poster.posts] == [("GET", b""), ("GET", b"")]
    assert all(each.url.startswith(url) for each in world.poster.posts)
    queries = [dict(parse_qsl(urlsplit(each.url).query)) for each in world.poster.posts]
    assert [each["status"] for each in queries] == ["accepted", "delivered"]
    assert queries[0] == dict(parse_qsl(urlsplit(url).query)) | {
        "msisdn": "447700900111",
        "to": "BISTRO",
        "network-code": "23410",
        "messageId": sent.uuid,
        "price": "0.03330000",
        "status": "accepted",
        "scts": "2609211413",
        "err-code": "0",
        "message-timestamp": "2026-09-21 14:13:20",
    }


async def test_receipts_by_post_are_the_body_and_carry_no_token(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", sms_receipt_url=_RECEIPT_URL, sms_receipt_method="POST"))
    sent = await world.send(key="key")
    await world.runtime.messages.move(sent, Status.REJECTED, 1240)
    await world.runtime.settle()

    [post] = world.poster.posts

    assert (post.method, post.url) == ("POST", _RECEIPT_URL)
    assert (post.json["status"], post.json["err-code"]) == ("rejected", "1240")
    assert "Authorization" not in post.headers
    [delivery] = await world.deliveries(sent.uuid, "key")
    assert (delivery.signed, delivery.event, delivery.state) == (False, "rejected", DeliveryState.DELIVERED)


async def test_receipts_are_only_for_sms_by_key_and_secret(open_world: OpenWorld) -> None:
    application = Application("app-1")
    world = await open_world(Account("key", sms_receipt_url=_RECEIPT_URL, applications=(application,)))
    await world.send(key="key", application="app-1")
    await world.send("whatsapp", key="key")

    await world.advance(10)

    assert {each.url for each in world.poster.posts} == {STATUS_URL}
    assert len(world.poster.posts) == 4


async def test_a_receipt_is_retried_like_any_webhook(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", sms_receipt_url=_RECEIPT_URL, sms_receipt_method="POST"))
    world.poster.answer(_RECEIPT_URL, 500)
    await world.send(key="key")

    await world.advance(60)

    assert [each.json["status"] for each in world.poster.posts] == ["accepted", "accepted", "delivered"]


# Users' messages


async def _receive(
    world: World, account: Account, *, recipient: str = "447700900199", sender: str = "447700900113"
) -> tuple[Message, Delivery]:
    received = await world.runtime.messages.receive(
        account, Arrival("whatsapp", "text", sender=sender, recipient=recipient, content={"text": "Is it open?"})
    )
    await world.runtime.settle()
    return received


async def test_a_users_message_is_kept_journalled_and_told_of(world: World) -> None:
    message, delivery = await _receive(world, await world.account())

    assert message == await world.message(message.uuid)
    assert (message.direction, message.status) == (Direction.INBOUND, Status.RECEIVED)
    [entry] = await world.entries(EntryKind.INBOUND)
    assert (entry.about, entry.message) == ("whatsapp text from 447700900113 to 447700900199", message.uuid)
    [post] = world.poster.to(INBOUND_URL)
    assert post.body == delivery.body
    assert post.json == {
        "message_uuid": message.uuid,
        "to": {"number": "447700900199", "type": "whatsapp"},
        "from": {"number": "447700900113", "type": "whatsapp"},
        "timestamp": "2026-09-21T14:13:20.000Z",
        "direction": "inbound",
        "message": {"content": {"type": "text", "text": "Is it open?"}},
    }
    await world.advance(_DAY_S)
    assert len(world.poster.posts) == 1


@pytest.mark.parametrize("row", _INBOUND_ROWS, ids=lambda row: f"{row.dialect}-{row.channel}-{row.kind}")
async def test_every_inbound_cell_can_be_received(world: World, row: Row) -> None:
    rng = Random(3)
    pair = world.runtime.specs.capabilities.channels[row.channel].addresses["inbound"]
    shape = world.runtime.versions.inbound.of(row)

    message, _ = await world.runtime.messages.receive(
        await world.account(),
        Arrival(
            row.channel,
            row.kind,
            sender=fake.address(pair.sender.shape_in(row.dialect), rng),
            recipient=fake.address(pair.recipient.shape_in(row.dialect), rng),
            content=fake.inbound_content(row.kind, shape.members, rng),
            dialect=row.dialect,
        ),
    )
    await world.runtime.settle()

    assert [each["message_uuid"] for each in world.poster.bodies(INBOUND_URL)] == [message.uuid]


async def test_a_users_message_that_breaks_the_contract_is_refused_and_leaves_nothing(world: World) -> None:
    with pytest.raises(UsageError, match="such an inbound message would break the contract: "):
        await _receive(world, await world.account(), sender="")

    assert [each async for each in world.runtime.store.messages(KEY)] == []
    assert await world.entries() == []
    assert world.poster.posts == []


async def test_a_users_message_without_a_url_is_dropped(open_world: OpenWorld) -> None:
    world = await open_world(inbound_url=None)

    _, delivery = await _receive(world, await world.account())

    assert delivery.state is DeliveryState.DROPPED
    [entry] = await world.entries(EntryKind.DROPPED)
    assert entry.about.startswith("inbound webhook dropped: no inbound URL is set")


# Sending a webhook once more


async def _first_delivery(world: World, *, after_s: float = 0.1) -> Delivery:
    sent = await world.send()
    await world.advance(after_s)
    return (await world.deliveries(sent.uuid))[0]


async def test_redeliver_sends_a_delivered_webhook_again(world: World) -> None:
    delivery = await _first_delivery(world)
    assert delivery.state is DeliveryState.DELIVERED

    again = await world.runtime.messages.webhooks.redeliver(await world.account(), delivery.id)
    await world.runtime.settle()

    assert again.state is DeliveryState.PENDING
    assert [each.body for each in world.poster.posts] == [delivery.body, delivery.body]
    [found] = [each async for each in world.runtime.store.deliveries(KEY)]
    assert (found.id, found.state, len(found.attempts)) == (delivery.id, DeliveryState.DELIVERED, 2)


async def test_redeliver_sends_at_once_what_waits_for_its_next_try(world: World) -> None:
    world.poster.answer(STATUS_URL, 500)
    delivery = await _first_delivery(world)
    assert delivery.next_at == at(START_S + 5.05)

    await world.runtime.messages.webhooks.redeliver(await world.account(), delivery.id)
    await world.runtime.settle()

    assert [each.at_s - START_S for each in world.poster.posts] == pytest.approx([0.05, 0.1])
    found = await world.runtime.store.delivery(KEY, delivery.id)
    assert found is not None
    assert (found.state, found.next_at) == (DeliveryState.DELIVERED, None)


async def test_redeliver_sends_what_was_given_up(open_world: OpenWorld) -> None:
    world = await open_world(retry_for_s=0.0)
    world.poster.answer(STATUS_URL, 500)
    delivery = await _first_delivery(world)
    assert delivery.state is DeliveryState.GAVE_UP

    await world.runtime.messages.webhooks.redeliver(await world.account(), delivery.id)
    await world.runtime.settle()

    found = await world.runtime.store.delivery(KEY, delivery.id)
    assert found is not None
    assert found.state is DeliveryState.DELIVERED


async def test_redeliver_refuses_what_is_already_in_line(world: World) -> None:
    world.poster.then = never()
    sent = await world.send()
    await world.runtime.messages.move(sent, Status.SUBMITTED)
    await world.poster.arrived(1)
    [delivery] = await world.deliveries(sent.uuid)

    with pytest.raises(ConflictError, match="is already in line"):
        await world.runtime.messages.webhooks.redeliver(await world.account(), delivery.id)

    assert len(world.poster.posts) == 1


async def test_redeliver_refuses_what_has_nowhere_to_go(open_world: OpenWorld) -> None:
    world = await open_world(status_url=None)
    delivery = await _first_delivery(world)

    with pytest.raises(ConflictError, match="dropped for want of a URL"):
        await world.runtime.messages.webhooks.redeliver(await world.account(), delivery.id)


async def test_redeliver_knows_only_webhooks_of_the_account(open_world: OpenWorld) -> None:
    world = await open_world(Account("other"))
    delivery = await _first_delivery(world)

    with pytest.raises(UnknownError, match=f"no delivery '{delivery.id}' in account other"):
        await world.runtime.messages.webhooks.redeliver(await world.account("other"), delivery.id)


# The self check


@pytest.fixture
def broken_specs(specs: Specs) -> Specs:
    """Return documents by which a delivered SMS tells a price that our own document does not allow."""
    sms = msgspec.structs.replace(specs.capabilities.channels["sms"], price="free")
    channels = specs.capabilities.channels | {"sms": sms}
    capabilities = msgspec.structs.replace(specs.capabilities, channels=channels)
    return dataclasses.replace(specs, capabilities=capabilities)


async def test_self_check_raises_on_a_webhook_that_breaks_our_own_document(
    open_world: OpenWorld, broken_specs: Specs
) -> None:
    world = await open_world(specs=broken_specs)
    sent = await world.send()
    await world.advance(0.1)

    with pytest.raises(SelfCheckError, match=r"a message-status webhook of ours breaks .*usage\.price"):
        await world.runtime.messages.move(await world.message(sent.uuid), Status.DELIVERED)

    assert world.statuses(sent.uuid) == ["submitted"]


async def test_without_the_self_check_nothing_raises(open_world: OpenWorld, broken_specs: Specs) -> None:
    world = await open_world(specs=broken_specs, self_check=False)
    sent = await world.send()

    await world.advance(10)

    assert world.statuses(sent.uuid) == ["submitted", "delivered"]


async def test_a_step_that_fails_the_self_check_is_logged_and_the_script_goes_on(
    open_world: OpenWorld, specs: Specs, caplog: pytest.LogCaptureFixture
) -> None:
    whatsapp = msgspec.structs.replace(specs.capabilities.channels["whatsapp"], price="free")
    channels = specs.capabilities.channels | {"whatsapp": whatsapp}
    broken = dataclasses.replace(specs, capabilities=msgspec.structs.replace(specs.capabilities, channels=channels))
    world = await open_world(specs=broken, read=True)
    sent = await world.send("whatsapp")

    with caplog.at_level(logging.ERROR, "mockserver"):
        await world.advance(10)

    assert world.statuses(sent.uuid) == ["submitted", "read"]
    [record] = caplog.records
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], SelfCheckError)


# A full outbox


@pytest.mark.parametrize("per_target", [1, 3])
async def test_a_full_outbox_makes_events_wait_and_loses_none(open_world: OpenWorld, per_target: int) -> None:
    world = await open_world(delivery_queue=2, deliveries_per_target=per_target)
    gate = never()
    world.poster.then = gate
    sent = [await world.send() for _ in range(200)]
    await world.runtime.times.move_to_next(KEY, world.clock, START_S + 0.05)
    await world.poster.arrived(per_target)
    assert len(world.poster.posts) == per_target
    assert world.runtime.messages.scripts.held == 200 - per_target - 2
    assert world.runtime.outbox.room("mockkey1") == 0

    gate.set_result(204)
    await world.runtime.settle()
    await world.advance(60)

    assert world.runtime.messages.scripts.held == 0
    told = [world.statuses(each.uuid) for each in sent]
    assert told == [["submitted", "delivered"]] * 200


async def test_events_held_by_webhooks_to_be_retried_go_on_after_those(open_world: OpenWorld) -> None:
    world = await open_world(delivery_queue=1, deliveries_per_target=1)
    world.poster.answer(STATUS_URL, 500, 500)
    sent = [await world.send() for _ in range(5)]

    await world.advance(5)
    assert [each.at_s - START_S for each in world.poster.posts] == pytest.approx([0.05, 0.05])
    assert world.runtime.messages.scripts.held == 3 + 2  # the other messages, and what comes next of these two
    await world.advance(0.1)

    assert world.runtime.messages.scripts.held == 0
    assert [world.statuses(each.uuid)[-2:] for each in sent] == [["submitted", "delivered"]] * 5


async def test_events_held_in_one_account_hold_up_no_other_and_go_once_forgotten(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", status_url=f"{STATUS_URL}/key"), delivery_queue=1, deliveries_per_target=1)
    world.poster.answer(STATUS_URL, 500, 500)
    for _ in range(50):
        await world.send()
    kept = await world.send(key="key")
    await world.advance(1)
    assert world.runtime.messages.scripts.held == 50
    assert world.statuses(kept.uuid) == ["submitted", "delivered"]

    await world.runtime.reset(await world.account(), "messages")
    await world.advance(1)

    assert world.runtime.messages.scripts.held == 0


async def test_a_full_outbox_does_not_slow_a_day(open_world: OpenWorld) -> None:
    """Held events wait to be called; asking again and again would take a day's worth of questions."""
    world = await open_world(delivery_queue=1, deliveries_per_target=1)
    world.poster.then = 500
    for _ in range(1000):
        await world.send()

    await world.advance(_DAY_S - 3600)

    assert world.runtime.messages.scripts.held == 1000
    assert len(world.runtime.times) == 2


async def test_a_receiver_that_never_answers_does_not_hold_up_sends_or_others(open_world: OpenWorld) -> None:
    world = await open_world(Account("slow", status_url="http://slow.test/"), deliveries_per_target=1)
    world.poster.answer("http://slow.test/", never())
    for _ in range(50):
        await world.send(key="slow")
        await world.send()

    while await world.runtime.times.move_to_next(KEY, world.clock, START_S + 10):
        pass
    await world.poster.arrived(101)

    assert len(world.poster.to(STATUS_URL)) == 100
    assert len(world.poster.to("http://slow.test/")) == 1


# The same again


async def _run(world: World) -> list[tuple[str, str, bytes, str]]:
    for channel in ("sms", "whatsapp", "viber"):
        await world.send(channel, key="key", client_ref="ref")
    await _receive(world, await world.account("key"))
    world.poster.answer(STATUS_URL, 500)
    await world.advance(60)
    return [(each.method, each.url, each.body, each.claims["jti"]) for each in world.poster.posts]


async def test_the_same_seed_gives_the_same_ids_and_webhooks(open_world: OpenWorld) -> None:
    account = Account("key", read=True)
    first, second, other = [await _run(await open_world(account, seed=seed)) for seed in (11, 11, 12)]

    assert first == second
    assert not {body for _, _, body, _ in first} & {body for _, _, body, _ in other}


async def test_ids_of_one_account_do_not_depend_on_what_others_do(open_world: OpenWorld) -> None:
    quiet, busy = [await open_world(Account("key"), Account("other")) for _ in range(2)]
    await busy.send(key="other")
    await busy.advance(10)

    assert (await quiet.send(key="key")).uuid == (await busy.send(key="key")).uuid


async def test_accounts_never_share_an_id(open_world: OpenWorld) -> None:
    world = await open_world(Account("a"), Account("b"))

    uuids = {(await world.send(key=key)).uuid for key in ("a", "b") for _ in range(10)}

    assert len(uuids) == 20
