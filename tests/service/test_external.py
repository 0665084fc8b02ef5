"""External accounts as the service keeps them: linked or not, and where messages go because of it."""

import pytest

from mockserver.errors import ConfigError
from mockserver.model import Account, Application, EntryKind, Json, Sender
from mockserver.problem import Problem
from mockserver.service.accounts import Caller
from mockserver.service.external import External, Page, link_fault, sender_of, with_sender
from mockserver.service.messages import Arrival
from mockserver.wire import accounts as wire
from tests.service.conftest import INBOUND_URL, KEY, START_S, OpenWorld, World, basic

FIRST = Application("app-1", inbound_url="http://sut.test/first", status_url="http://sut.test/first-status")
SECOND = Application("app-2", inbound_url="http://sut.test/second")
WHATSAPP = Sender("whatsapp", "447700900201", name="Support line")
VIBER = Sender("viber", "31007")
SMS = Sender("sms", "ACME")
SEEDED = Account(KEY, applications=(FIRST, SECOND), senders=(VIBER, SMS, WHATSAPP))
NEW: Json = {"external_id": "104", "access_token": "page-token-1"}


@pytest.fixture
async def seeded(open_world: OpenWorld) -> World:
    """Return a world with two applications, a Viber service, a WhatsApp number and a sender that is no account."""
    return await open_world(SEEDED)


def external(world: World) -> External:
    """Return the external accounts of a world."""
    return world.runtime.external


async def inbound_url(world: World, channel: str, recipient: str, key: str = KEY) -> str:
    """Let a user write to a sender; return where the webhook went."""
    sender = "447700900555" if channel != "messenger" else "9988776655"
    account = await world.account(key)
    message, delivery = await world.runtime.messages.receive(
        account, Arrival(channel, "text", sender=sender, recipient=recipient, content={"text": "Hello"})
    )
    await world.runtime.settle()
    assert [delivery.url] == [post.url for post in world.poster.posts if post.json["message_uuid"] == message.uuid]
    return delivery.url


def problem(found: Sender | Problem) -> tuple[int, str]:
    """Return status and detail of a problem."""
    assert isinstance(found, Problem)
    return found.status, found.detail


async def test_created_account_is_a_sender_at_the_end(seeded: World) -> None:
    created = await external(seeded).create(KEY, "messenger", {**NEW, "name": "Cafe", "applications": ["app-1"]})

    expected = Sender("messenger", "104", "app-1", "Cafe", "page-token-1")
    assert expected == created
    assert (VIBER, SMS, WHATSAPP, expected) == (await seeded.account()).senders


async def test_the_same_account_cannot_be_created_twice(seeded: World) -> None:
    await external(seeded).create(KEY, "messenger", NEW)

    again = await external(seeded).create(KEY, "messenger", {**NEW, "access_token": "other"})

    assert (409, "The account 104 exists already") == problem(again)
    assert "page-token-1" == (await seeded.account()).senders[-1].access_token


async def test_the_same_id_on_another_channel_is_another_account(seeded: World) -> None:
    created = await external(seeded).create(KEY, "messenger", {**NEW, "external_id": VIBER.id})

    assert isinstance(created, Sender)
    assert VIBER == await external(seeded).show(KEY, "viber", VIBER.id)


async def test_account_cannot_be_created_with_an_unknown_application(seeded: World) -> None:
    created = await external(seeded).create(KEY, "messenger", {**NEW, "applications": ["app-9"]})

    assert (403, "Cannot link application") == problem(created)
    assert 3 == len((await seeded.account()).senders)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Sender("messenger", "104", "app-1", None, "page-token-1")),
        ({"name": "Bar"}, Sender("messenger", "104", "app-1", "Bar", "page-token-1")),
        ({"applications": ["app-2"]}, Sender("messenger", "104", "app-2", None, "page-token-1")),
        ({"applications": []}, Sender("messenger", "104", None, None, "page-token-1")),
    ],
    ids=["nothing", "name", "another application", "no application"],
)
async def test_update_changes_what_it_names_and_keeps_the_place(changes: Json, expected: Sender, seeded: World) -> None:
    await external(seeded).create(KEY, "messenger", {**NEW, "applications": ["app-1"]})
    await external(seeded).create(KEY, "messenger", {**NEW, "external_id": "105"})

    updated = await external(seeded).update(KEY, "messenger", "104", changes)

    assert expected == updated
    assert expected == (await seeded.account()).senders[-2]


async def test_update_to_an_unknown_application_changes_nothing(seeded: World) -> None:
    await external(seeded).create(KEY, "messenger", NEW)

    updated = await external(seeded).update(KEY, "messenger", "104", {"name": "Bar", "applications": ["app-9"]})

    assert (403, "Cannot link application") == problem(updated)
    assert (await seeded.account()).senders[-1].name is None


async def test_deleted_account_is_gone_and_the_others_stay(seeded: World) -> None:
    await external(seeded).create(KEY, "messenger", NEW)

    deleted = await external(seeded).delete(KEY, "messenger", "104")

    assert isinstance(deleted, Sender)
    assert wire.UNKNOWN == await external(seeded).show(KEY, "messenger", "104")
    assert (VIBER, SMS, WHATSAPP) == (await seeded.account()).senders


@pytest.mark.parametrize("call", ["show", "update", "delete", "link", "unlink"])
async def test_unknown_account_is_a_404_for_every_call(call: str, seeded: World) -> None:
    arguments: dict[str, tuple[Json, ...]] = {"update": ({},), "link": ("app-1",), "unlink": ("app-1",)}

    found = await getattr(external(seeded), call)(KEY, "messenger", "999", *arguments.get(call, ()))

    assert wire.UNKNOWN == found


@pytest.mark.parametrize(
    ("channel", "number", "size", "ids", "total"),
    [
        (None, 1, 20, ["31007", "447700900201"], 2),
        (None, 1, 1, ["31007"], 2),
        (None, 2, 1, ["447700900201"], 2),
        (None, 3, 1, [], 2),
        ("whatsapp", 1, 20, ["447700900201"], 1),
        ("messenger", 1, 20, [], 0),
    ],
    ids=["all", "first", "second", "beyond", "filtered", "none"],
)
async def test_page_holds_accounts_oldest_first_and_no_other_senders(
    channel: str | None, number: int, size: int, ids: list[str], total: int, seeded: World
) -> None:
    page = await external(seeded).page(KEY, channel, number=number, size=size)

    assert (ids, total) == ([each.id for each in page.accounts], page.total)


async def test_key_without_accounts_has_an_empty_page(seeded: World) -> None:
    assert Page((), 0) == await external(seeded).page("nobody11", None, number=1, size=20)


async def test_link_decides_where_inbound_messages_go_until_it_is_taken_away(seeded: World) -> None:
    urls = [await inbound_url(seeded, "whatsapp", WHATSAPP.id)]
    for application in ("app-1", "app-2"):
        await external(seeded).link(KEY, "whatsapp", WHATSAPP.id, application)
        urls.append(await inbound_url(seeded, "whatsapp", WHATSAPP.id))
        await external(seeded).unlink(KEY, "whatsapp", WHATSAPP.id, application)
        urls.append(await inbound_url(seeded, "whatsapp", WHATSAPP.id))

    assert [INBOUND_URL, FIRST.inbound_url, INBOUND_URL, SECOND.inbound_url, INBOUND_URL] == urls


async def test_link_of_one_account_leaves_the_others_alone(seeded: World) -> None:
    await external(seeded).link(KEY, "whatsapp", WHATSAPP.id, "app-1")

    assert INBOUND_URL == await inbound_url(seeded, "viber", VIBER.id)


async def test_deleted_account_routes_nothing_any_more(seeded: World) -> None:
    await external(seeded).create(KEY, "messenger", {**NEW, "applications": ["app-1"]})
    before = await inbound_url(seeded, "messenger", "104")

    await external(seeded).delete(KEY, "messenger", "104")

    assert (FIRST.inbound_url, INBOUND_URL) == (before, await inbound_url(seeded, "messenger", "104"))


async def test_update_moves_inbound_messages_to_another_application(seeded: World) -> None:
    await external(seeded).create(KEY, "messenger", {**NEW, "applications": ["app-1"]})

    await external(seeded).update(KEY, "messenger", "104", {"applications": ["app-2"]})

    assert SECOND.inbound_url == await inbound_url(seeded, "messenger", "104")


async def test_without_a_link_or_any_url_inbound_messages_are_dropped(open_world: OpenWorld) -> None:
    world = await open_world(SEEDED, inbound_url=None)
    await external(world).link(KEY, "viber", VIBER.id, "app-1")
    await external(world).unlink(KEY, "viber", VIBER.id, "app-1")

    await world.runtime.messages.receive(
        await world.account(),
        Arrival("viber", "text", sender="447700900555", recipient=VIBER.id, content={"text": "Hello"}),
    )

    (dropped,) = await world.entries(EntryKind.DROPPED)
    assert "no inbound URL is set" in dropped.about
    assert [] == world.poster.posts


async def test_link_decides_where_statuses_of_basic_senders_go(seeded: World) -> None:
    await external(seeded).create(KEY, "messenger", {**NEW, "external_id": "110022003300", "applications": ["app-1"]})

    sent = await seeded.send("messenger")
    await seeded.advance(10)

    urls = {post.url for post in seeded.poster.posts if post.json["message_uuid"] == sent.uuid}
    assert {FIRST.status_url} == urls


@pytest.mark.parametrize("again", ["app-1", "app-2"], ids=["the same", "another"])
async def test_second_link_is_a_conflict(again: str, seeded: World) -> None:
    await external(seeded).link(KEY, "viber", VIBER.id, "app-1")

    linked = await external(seeded).link(KEY, "viber", VIBER.id, again)

    assert (409, "Unable to link application") == problem(linked)
    assert Sender("viber", "31007", "app-1") == await external(seeded).show(KEY, "viber", VIBER.id)


async def test_unknown_application_cannot_be_linked_even_where_there_is_a_link(seeded: World) -> None:
    await external(seeded).link(KEY, "viber", VIBER.id, "app-1")

    linked = await external(seeded).link(KEY, "viber", VIBER.id, "app-9")

    assert (403, "Cannot link application") == problem(linked)


@pytest.mark.parametrize("application", ["app-1", "app-9"], ids=["known", "unknown"])
async def test_unlinking_what_is_not_linked_is_a_conflict(application: str, seeded: World) -> None:
    await external(seeded).link(KEY, "viber", VIBER.id, "app-2")

    unlinked = await external(seeded).unlink(KEY, "viber", VIBER.id, application)

    assert (409, "Unable to unlink application") == problem(unlinked)
    assert Sender("viber", "31007", "app-2") == await external(seeded).show(KEY, "viber", VIBER.id)


async def test_application_of_another_key_cannot_be_linked(open_world: OpenWorld) -> None:
    world = await open_world(SEEDED, Account("other111", applications=(Application("app-other"),)))

    linked = await external(world).link(KEY, "viber", VIBER.id, "app-other")

    assert (403, "Cannot link application") == problem(linked)


async def test_each_change_builds_on_the_one_before(seeded: World) -> None:
    """The account is read anew for each; one recognised earlier would bring back what was changed since."""
    headers = basic(KEY)
    caller = await seeded.runtime.accounts.identify(headers, START_S)
    await external(seeded).link(KEY, "viber", VIBER.id, "app-1")
    await external(seeded).link(KEY, "whatsapp", WHATSAPP.id, "app-2")

    again = await seeded.runtime.accounts.identify(headers, START_S)

    assert isinstance(caller, Caller)
    assert isinstance(again, Caller)
    assert [None, None, None] == [each.application for each in caller.account.senders]
    assert ["app-1", None, "app-2"] == [each.application for each in again.account.senders]


async def test_two_keys_may_have_the_same_page_and_never_notice(seeded: World) -> None:
    for key in ("aaaa1111", "bbbb2222"):
        await external(seeded).create(key, "messenger", {**NEW, "name": key})

    await external(seeded).delete("aaaa1111", "messenger", "104")

    assert wire.UNKNOWN == await external(seeded).delete("aaaa1111", "messenger", "104")
    assert Sender("messenger", "104", None, "bbbb2222", "page-token-1") == await external(seeded).show(
        "bbbb2222", "messenger", "104"
    )


async def test_account_the_configuration_gives_to_another_key_cannot_be_linked(seeded: World) -> None:
    linked = await external(seeded).link("aaaa1111", "viber", VIBER.id, "app-1")
    unlinked = await external(seeded).unlink("aaaa1111", "viber", VIBER.id, "app-1")

    assert (403, "Cannot link application") == problem(linked)
    assert (403, "Cannot unlink application") == problem(unlinked)
    assert wire.UNKNOWN == await external(seeded).show("aaaa1111", "viber", VIBER.id)


async def test_page_the_configuration_gives_to_another_key_cannot_be_touched(open_world: OpenWorld) -> None:
    world = await open_world(Account("owner111", senders=(Sender("facebook", "104"),)))

    assert wire.SOMEBODY_ELSES == await external(world).create(KEY, "messenger", NEW)
    assert wire.SOMEBODY_ELSES == await external(world).update(KEY, "messenger", "104", {})
    assert wire.SOMEBODY_ELSES == await external(world).delete(KEY, "messenger", "104")
    assert wire.UNKNOWN == await external(world).show(KEY, "messenger", "104")
    assert Sender("messenger", "104") == await external(world).show("owner111", "messenger", "104")


async def test_reset_puts_accounts_back_as_configured(seeded: World) -> None:
    await external(seeded).create(KEY, "messenger", NEW)
    await external(seeded).link(KEY, "viber", VIBER.id, "app-1")

    await seeded.runtime.reset(await seeded.account(), "accounts")

    assert Page((VIBER, WHATSAPP), 2) == await external(seeded).page(KEY, None, number=1, size=20)


async def test_seeding_on_an_unknown_channel_is_a_testers_mistake(world: World) -> None:
    with pytest.raises(ConfigError, match="Did you mean viber"):
        await world.runtime.accounts.put(Account("aaaa1111", senders=(Sender("vibre", "1"),)))


def test_sender_is_found_by_channel_and_id() -> None:
    assert VIBER == sender_of(SEEDED, "viber", "31007")
    assert sender_of(SEEDED, "whatsapp", "31007") is None


def test_sender_takes_its_own_place() -> None:
    linked = Sender("sms", "ACME", "app-1")

    assert (VIBER, linked, WHATSAPP) == with_sender(SEEDED.senders, linked)
    assert (VIBER, linked) == with_sender((VIBER,), linked)


def test_no_application_is_never_at_fault() -> None:
    assert link_fault(Account("key"), None) is None


def test_fault_of_an_unknown_application_tells_the_journal_what_is_known() -> None:
    found = link_fault(SEEDED, "app-9")

    assert found is not None
    assert "the account has no application app-9; known: app-1, app-2" == found.reason
