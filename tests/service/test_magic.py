"""What becomes of a message with a magic value: each row of the table, with the webhooks that tell of it."""

import pytest

from mockserver.contract.specs import load_specs
from mockserver.core.magic import Magic
from mockserver.model import Account, EntryKind, Json, Status
from mockserver.service.accounts import Caller
from tests.bodies import body_of
from tests.service.conftest import KEY, OpenWorld, World

TABLE = load_specs().magic
AFTER_202 = [row for row in TABLE.rows if row.answer is None]
AT_ONCE = [row for row in TABLE.rows if row.answer is not None]
LONG_S = 3600


def told(row: Magic, *, without: Status | None = None) -> list[Json]:
    """Return what the webhooks of a row are to say: each status with its error, so many times."""
    errors = load_specs().errors
    return [
        (step.status.value, {"code": step.code, "reason": errors[step.code].label} if step.code else None)
        for step in row.steps
        for _ in range(row.copies)
        if step.status is not without
    ]


def heard(world: World, uuid: str) -> list[Json]:
    """Return what webhooks said of a message."""
    bodies = [each for each in world.poster.bodies() if each["message_uuid"] == uuid]
    return [(each["status"], each.get("error")) for each in bodies]


@pytest.mark.parametrize("row", AFTER_202, ids=lambda row: row.directive)
async def test_client_ref_decides_what_becomes_of_a_message(row: Magic, world: World) -> None:
    """On Messenger, which has no numbers and reports every status."""
    sent = await world.send("messenger", "text", client_ref=TABLE.directive(row))

    await world.advance(LONG_S)

    assert told(row) == heard(world, sent.uuid)
    assert {TABLE.directive(row)} >= {each["client_ref"] for each in world.poster.bodies()}


@pytest.mark.parametrize("row", AFTER_202, ids=lambda row: row.directive)
async def test_recipient_decides_what_becomes_of_a_message(row: Magic, world: World) -> None:
    to = {"type": "viber_service_msg", "number": TABLE.recipient(row)}
    sent = await world.send("viber", "text", to=to)

    await world.advance(LONG_S)

    assert told(row) == heard(world, sent.uuid)
    assert (row.steps[-1].status if row.steps else Status.ACCEPTED) == (await world.message(sent.uuid)).status


@pytest.mark.parametrize("row", AFTER_202, ids=lambda row: row.directive)
async def test_sms_leaves_out_what_it_never_reports(row: Magic, world: World) -> None:
    sent = await world.send(client_ref=TABLE.directive(row))

    await world.advance(LONG_S)

    assert told(row, without=Status.READ) == heard(world, sent.uuid)


@pytest.mark.parametrize("row", AT_ONCE, ids=lambda row: row.directive)
async def test_answer_at_once_leaves_no_message_and_no_webhook(row: Magic, world: World) -> None:
    caller = Caller(await world.account())

    sent = await world.runtime.messages.send(caller, "sms", body_of("sms", "text", client_ref=TABLE.directive(row)))
    await world.advance(LONG_S)

    assert row.answer is not None
    assert sent.message is None
    assert sent.fate.problem is not None
    assert row.answer.status == sent.fate.problem.status
    assert [] == [each async for each in world.runtime.store.messages(KEY)]
    assert [] == world.poster.posts


async def test_slow_message_is_delivered_after_its_time_and_not_before(world: World) -> None:
    sent = await world.send(client_ref="mock:slow")

    await world.advance(29.9)
    before = world.statuses(sent.uuid)
    await world.advance(0.1)

    assert ["submitted"] == before
    assert ["submitted", "delivered"] == world.statuses(sent.uuid)


async def test_copies_have_one_body_and_a_token_each(world: World) -> None:
    sent = await world.send(client_ref="mock:duplicate")

    await world.advance(LONG_S)

    first, second, third, fourth = world.poster.posts
    assert (first.body, third.body) == (second.body, fourth.body)
    assert first.body != third.body
    assert 4 == len({each.claims["jti"] for each in world.poster.posts})
    assert 4 == len({each.id for each in await world.deliveries(sent.uuid)})
    assert 1 == len({each.claims["payload_hash"] for each in (first, second)})


async def test_receipts_of_a_duplicate_are_sent_twice(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, sms_receipt_url="http://sut.test/receipts"))
    await world.send(client_ref="mock:duplicate")

    await world.advance(LONG_S)

    urls = [each.url for each in world.poster.posts]
    assert 4 == len(urls)
    assert (urls[0], urls[2]) == (urls[1], urls[3])


async def test_copy_that_is_refused_is_tried_again_by_itself(world: World) -> None:
    sent = await world.send(client_ref="mock:duplicate")
    world.poster.answer("http://sut.test/status", 500)

    await world.advance(LONG_S)

    assert ["submitted"] * 3 + ["delivered"] * 2 == world.statuses(sent.uuid)
    assert [2, 1, 1, 1] == [len(each.attempts) for each in await world.deliveries(sent.uuid)]


async def test_read_is_not_added_to_what_a_magic_value_asks_for(open_world: OpenWorld) -> None:
    world = await open_world(read=True)
    sent = await world.send("whatsapp", "text", client_ref="mock:delivered")

    await world.advance(LONG_S)

    assert ["submitted", "delivered"] == world.statuses(sent.uuid)


@pytest.mark.parametrize("client_ref", ["mock:slwo", "order-7781"])
async def test_other_references_take_the_usual_way(client_ref: str, world: World) -> None:
    sent = await world.send(client_ref=client_ref)

    await world.advance(LONG_S)

    assert ["submitted", "delivered"] == world.statuses(sent.uuid)


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"client_ref": "mock:rejected:1181"}, "client_ref", "Did you mean mock:undeliverable:1180?"),
        ({"to": {"type": "sms", "number": "99900001305"}}, "to", "Did you mean 99900001300?"),
    ],
)
async def test_misspelt_value_is_a_finding(changes: dict[str, Json], name: str, words: str, world: World) -> None:
    caller = Caller(await world.account())

    sent = await world.runtime.messages.send(caller, "sms", body_of("sms", "text", **changes))

    [finding] = [each for each in sent.fate.findings if each.rule == "magic"]
    assert name == finding.name
    assert words in finding.detail
    assert sent.message is not None


async def test_magic_can_be_switched_off(open_world: OpenWorld) -> None:
    world = await open_world(magic=False)
    one = await world.send(client_ref="mock:http:429")
    other = await world.send(to={"type": "sms", "number": "99900001300"}, client_ref="mock:slwo")

    await world.advance(LONG_S)

    assert ["submitted", "delivered"] == world.statuses(one.uuid) == world.statuses(other.uuid)


async def test_steps_of_a_magic_value_stand_in_the_journal(world: World) -> None:
    sent = await world.send(client_ref="mock:undeliverable:1180")

    await world.advance(LONG_S)

    entries = await world.entries(EntryKind.STATUS)
    assert [(None), 1180] == [each.move.code for each in entries if each.move is not None]
    assert "sms text to 447700900111 is undeliverable (1180 Absent Subscriber Temporary)" == entries[-1].about
    assert Status.UNDELIVERABLE == (await world.message(sent.uuid)).status
