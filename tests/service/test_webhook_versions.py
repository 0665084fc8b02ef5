"""Where the statuses of both versions go and in which version they are written, side by side in one account."""

from typing import Literal

import pytest

from mockserver.core.forms import V0_1, V1
from mockserver.model import Account, Application, DeliveryState, Json, Message, Sender
from mockserver.service.accounts import Caller
from tests.service.conftest import INBOUND_URL, KEY, STATUS_URL, OpenWorld, World

_OWN = "http://own.test/status"
_OF_APPLICATION = "http://application.test/status"
_OF_ACCOUNT = "http://account.test/status"
_RECEIPTS = "http://account.test/receipts"
Version = Literal["v0.1", "v1"]


def _body(channel: str = "sms", **changes: Json) -> Json:
    body = {"channel": channel, "message_type": "text", "to": "447700900151", "from": "BISTRO", "text": "At eight"}
    return body | changes


async def _send(
    world: World, body: Json, *, key: str = KEY, application: str | None = None, dialect: str = V1
) -> Message:
    verdict = world.runtime.versions.contracts[dialect].check(body)
    assert verdict.violations == ()
    caller = Caller(await world.account(key), application)
    sent = await world.runtime.messages.send(caller, verdict.channel or "", body, dialect)
    assert sent.message is not None, sent.fate
    await world.advance(10)
    return sent.message


def _versions(world: World) -> set[str]:
    """Return the versions webhooks were written in, by what only one of them has."""
    return {V1 if "channel" in each else V0_1 for each in world.poster.bodies()}


# Where to


@pytest.mark.parametrize(
    ("own", "of_application", "of_account", "expected"),
    [
        (_OWN, _OF_APPLICATION, _OF_ACCOUNT, _OWN),
        (None, _OF_APPLICATION, _OF_ACCOUNT, _OF_APPLICATION),
        (None, None, _OF_ACCOUNT, _OF_ACCOUNT),
        (None, None, None, STATUS_URL),
        (_OWN, "", "", _OWN),
    ],
    ids=["message", "application", "account", "server", "message-though-others-want-none"],
)
async def test_the_most_particular_url_takes_the_statuses(
    open_world: OpenWorld, own: str | None, of_application: str | None, of_account: str | None, expected: str
) -> None:
    application = Application("app-1", status_url=of_application)
    world = await open_world(Account("key", status_url=of_account, applications=(application,)))
    more = {} if own is None else {"webhook_url": own}

    await _send(world, _body(**more), key="key", application="app-1")

    assert [each.url for each in world.poster.posts] == [expected, expected]
    assert {each.claims["application_id"] for each in world.poster.posts} == {"app-1"}


async def test_the_url_of_a_message_is_for_its_own_statuses_only(world: World) -> None:
    await _send(world, _body(webhook_url=_OWN))
    await _send(world, _body())

    assert [each.url for each in world.poster.posts] == [_OWN, _OWN, STATUS_URL, STATUS_URL]


async def test_what_users_write_does_not_go_to_the_url_of_a_message(world: World) -> None:
    sent = await _send(world, _body("whatsapp", **{"from": "447700900199"}, webhook_url=_OWN))

    inbound = world.runtime.messages.webhooks.inbound_target(await world.account(), "whatsapp", sent.sender)

    assert inbound.url == INBOUND_URL


# Receipts of the older SMS API


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        (V1, _body()),
        (
            V0_1,
            {
                "to": {"type": "sms", "number": "447700900151"},
                "from": {"type": "sms", "number": "BISTRO"},
                "message": {"content": {"type": "text", "text": "At eight"}},
            },
        ),
    ],
)
async def test_receipts_go_first_for_sms_sent_with_a_key_in_either_version(
    open_world: OpenWorld, dialect: str, body: Json
) -> None:
    world = await open_world(Account("key", sms_receipt_url=_RECEIPTS))

    await _send(world, body, key="key", dialect=dialect)

    assert [(each.method, each.url.partition("?")[0]) for each in world.poster.posts] == [("GET", _RECEIPTS)] * 2


async def test_the_url_of_a_message_goes_before_receipts(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", sms_receipt_url=_RECEIPTS))

    await _send(world, _body(webhook_url=_OWN), key="key")

    assert [(each.method, each.url) for each in world.poster.posts] == [("POST", _OWN)] * 2
    assert _versions(world) == {V1}


async def test_receipts_take_no_statuses_of_a_token(open_world: OpenWorld) -> None:
    account = Account("key", sms_receipt_url=_RECEIPTS, applications=(Application("app-1"),))
    world = await open_world(account)

    await _send(world, _body(), key="key", application="app-1")

    assert {each.url for each in world.poster.posts} == {STATUS_URL}


# In which version


@pytest.mark.parametrize(
    ("own", "of_application", "of_account", "setting", "expected"),
    [
        ("v0.1", "v1", "v1", "v1", V0_1),
        ("v1", "v0.1", "v0.1", "v0.1", V1),
        (None, "v0.1", "v1", "v1", V0_1),
        (None, None, "v0.1", "v1", V0_1),
        (None, None, None, "v0.1", V0_1),
        (None, None, None, "auto", V1),
    ],
    ids=["message-0", "message-1", "application", "account", "setting", "nobody-asked"],
)
async def test_the_most_particular_version_is_written(
    open_world: OpenWorld,
    own: Version | None,
    of_application: Version | None,
    of_account: Version | None,
    setting: str,
    expected: str,
) -> None:
    application = Application("app-1", webhook_version=of_application)
    account = Account("key", webhook_version=of_account, applications=(application,))
    world = await open_world(account, webhook_version=setting)
    more = {} if own is None else {"webhook_version": own}

    await _send(world, _body(**more), key="key", application="app-1")

    assert _versions(world) == {expected}


async def test_the_version_of_an_application_is_not_that_of_what_is_sent_with_the_key(open_world: OpenWorld) -> None:
    application = Application("app-1", webhook_version="v0.1")
    world = await open_world(Account("key", applications=(application,)))

    await _send(world, _body(), key="key")

    assert _versions(world) == {V1}


@pytest.mark.parametrize("asked", [{"webhook_version": "v0.1"}, {}])
async def test_a_channel_that_v0_1_does_not_have_is_told_of_in_v1(open_world: OpenWorld, asked: Json) -> None:
    world = await open_world(Account("key", webhook_version="v0.1"))

    await _send(world, _body("rcs", **asked), key="key")

    assert [each["channel"] for each in world.poster.bodies()] == ["rcs", "rcs"]


async def test_both_versions_live_side_by_side_in_one_account(world: World) -> None:
    new = await _send(world, _body(client_ref="new"))
    old = await world.send("whatsapp", client_ref="old")
    await world.advance(10)

    bodies = {each["client_ref"]: each for each in world.poster.bodies()}
    assert len(world.poster.posts) == 4
    assert (bodies["new"]["message_uuid"], bodies["new"]["to"]) == (new.uuid, "447700900151")
    assert bodies["old"]["message_uuid"] == old.uuid
    assert bodies["old"]["to"] == {"number": "447700900113", "type": "whatsapp"}


_OLD: Json = {
    "from": {"type": "sms", "number": "BISTRO"},
    "to": {"type": "sms", "number": "447700900151"},
    "message": {"content": {"type": "text", "text": "At eight"}},
}


@pytest.mark.parametrize(
    ("other", "dialect"),
    [(_body(webhook_version="v0.1"), V1), (_OLD, V0_1)],
    ids=["asked-for-by-the-message", "sent-in-it"],
)
async def test_a_message_in_the_other_version_changes_nothing_for_those_around_it(
    world: World, other: Json, dialect: str
) -> None:
    await _send(world, _body())
    between = await _send(world, other, dialect=dialect)
    await _send(world, _body())

    versions = [V1 if "channel" in each else V0_1 for each in world.poster.bodies()]
    assert versions == [V1, V1, V0_1, V0_1, V1, V1]
    assert {each["message_uuid"] for each in world.poster.bodies()[2:4]} == {between.uuid}


async def test_no_more_ways_than_a_few_are_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.service.webhooks.MOST_WAYS", 2)

    for name in ("CAFE", "BISTRO", "TAVERN", "CAFE"):
        await _send(world, _body(**{"from": name}))

    assert [each["from"] for each in world.poster.bodies()[::2]] == ["CAFE", "BISTRO", "TAVERN", "CAFE"]
    assert world.runtime.messages.webhooks.ways <= 2


async def test_each_of_many_urls_is_told_of_its_own_message(world: World) -> None:
    for number in (0, 1, 2, 0):
        await _send(world, _body(webhook_url=f"http://{number}.test/"))

    assert [each.url for each in world.poster.posts[::2]] == [f"http://{number}.test/" for number in (0, 1, 2, 0)]
    assert world.runtime.messages.webhooks.ways == 0  # they may be of any length


# Signatures


@pytest.mark.parametrize("version", ["v0.1", "v1"])
async def test_a_signature_names_the_key_and_the_application(open_world: OpenWorld, version: str) -> None:
    world = await open_world(Account("key", applications=(Application("app-1"),)))

    await _send(world, _body(webhook_url=_OWN, webhook_version=version), key="key", application="app-1")

    assert [(each.claims["api_key"], each.claims["application_id"]) for each in world.poster.posts] == [
        ("key", "app-1"),
        ("key", "app-1"),
    ]


async def test_a_signature_names_the_application_that_the_sender_is_linked_to(open_world: OpenWorld) -> None:
    account = Account("key", applications=(Application("app-1"),), senders=(Sender("sms", "BISTRO", "app-1"),))
    world = await open_world(account)

    await _send(world, _body(webhook_url=_OWN), key="key")

    assert {each.claims["application_id"] for each in world.poster.posts} == {"app-1"}


async def test_a_signature_of_what_a_key_sent_names_no_application(world: World) -> None:
    await _send(world, _body(webhook_url=_OWN))

    assert [each.claims for each in world.poster.posts if "application_id" in each.claims] == []
    assert {each.claims["api_key"] for each in world.poster.posts} == {KEY}


# Where a URL is none


@pytest.mark.parametrize("url", ["http://[::1", "http://\u2100/", "http://host:port/"])
async def test_a_url_that_is_none_fails_by_itself_and_is_tried_again(world: World, url: str) -> None:
    world.poster.answer(url, "InvalidURL")

    sent = await _send(world, _body(webhook_url=url))
    await _send(world, _body())

    [submitted, delivered] = await world.deliveries(sent.uuid)
    assert [each.state for each in (submitted, delivered)] == [DeliveryState.DELIVERED] * 2
    assert [each.error for each in submitted.attempts] == ["InvalidURL", None]
    assert [each.url for each in world.poster.posts][-2:] == [STATUS_URL, STATUS_URL]
    assert world.runtime.outbox.depth.queued == 0
