"""What the provider notes and what follows from it: windows, opt-outs, balance, rates and the sandbox, end to end."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from mockserver.config import account_from
from mockserver.errors import ConfigError
from mockserver.model import Account, Delivery, Json, MediaFile, Message, Provider, Rate, Rates, Sender, Template
from mockserver.service.accounts import Caller
from mockserver.service.fates import Fate
from mockserver.service.messages import Arrival, Sent
from tests.bodies import body_of
from tests.service.conftest import KEY, START_S, OpenWorld, World

HOUR_S, DAY_S = 3600.0, 86_400.0
USER, NUMBER = "447700900113", "447700900199"
SMS_USER, SHORT_CODE, MMS_USER = "447700900111", "70707", "12025550177"
SANDBOX = {"whatsapp": "14157386170", "viber": "16273", "messenger": "107083064136738"}
PHRASE = "join the mock sandbox"


async def send(world: World, body: Json, *, sandbox: bool = False, key: str = KEY) -> Sent:
    """Send a body; unlike World.send, a refusal is an answer, too."""
    names = {"viber_service_msg": "viber"}
    channel = names.get(body["to"]["type"], body["to"]["type"])
    caller = Caller(await world.account(key), sandbox=sandbox)
    return await world.runtime.messages.send(caller, channel, body)


async def write(world: World, channel: str, text: str, sender: str, recipient: str, key: str = KEY) -> Delivery:
    """Let a user write."""
    account = await world.account(key)
    _, delivery = await world.runtime.messages.receive(
        account, Arrival(channel, "text", sender=sender, recipient=recipient, content={"text": text})
    )
    return delivery


async def ended(world: World, message: Message | None) -> list[tuple[str, int | None]]:
    """Return the statuses that webhooks told of a message, each with its code, a day later."""
    assert message is not None
    await world.advance(600)
    bodies = [each for each in world.poster.bodies() if each["message_uuid"] == message.uuid and "status" in each]
    return [(each["status"], each.get("error", {}).get("code")) for each in bodies]


DELIVERED = [("submitted", None), ("delivered", None)]


def rejected(code: int) -> list[tuple[str, int | None]]:
    """Return the webhooks of a message that was rejected."""
    return [("rejected", code)]


def rules_of(fate: Fate) -> list[str]:
    """Return the rules that findings name."""
    return [each.rule for each in fate.findings]


# Nothing told


async def test_the_first_text_of_a_newcomer_is_delivered_and_the_journal_says_what_was_missing(world: World) -> None:
    sent = await send(world, body_of("whatsapp", "text"))

    assert DELIVERED == await ended(world, sent.message)
    assert ["sender", "window"] == rules_of(sent.fate)
    assert "only within 24 hours of a message of the user" in sent.fate.findings[1].detail


async def test_a_plain_sms_has_nothing_to_be_said_of_it(world: World) -> None:
    assert () == (await send(world, body_of("sms", "text"))).fate.findings


async def test_the_wrong_extension_is_accepted_and_then_rejected(world: World) -> None:
    body = body_of("whatsapp", "image")
    body["message"]["content"]["image"]["url"] = "https://files.example.org/door.bmp"

    sent = await send(world, body)

    assert rejected(1382) == await ended(world, sent.message)
    assert "The file is of type .bmp, supported are .jpg, .jpeg, .png" in sent.fate.findings[-1].detail


async def test_strict_realism_rejects_the_first_text(open_world: OpenWorld) -> None:
    world = await open_world(realism="strict")

    assert rejected(1140) == await ended(world, (await send(world, body_of("whatsapp", "text"))).message)


async def test_strict_realism_delivers_what_was_prepared(open_world: OpenWorld) -> None:
    told = Provider(templates=(Template("bistro:ns:login", parameters=2),), known_recipients={"whatsapp": (USER,)})
    world = await open_world(Account(KEY, senders=(Sender("whatsapp", NUMBER),), provider=told), realism="strict")

    assert DELIVERED == await ended(world, (await send(world, body_of("whatsapp", "template"))).message)
    assert rejected(1340) == await ended(world, (await send(world, body_of("whatsapp", "text"))).message)
    await write(world, "whatsapp", "hi", USER, NUMBER)
    assert DELIVERED == await ended(world, (await send(world, body_of("whatsapp", "text"))).message)


# Windows


async def test_a_user_who_writes_opens_the_window_for_a_day(world: World) -> None:
    await write(world, "whatsapp", "hello", USER, NUMBER)

    assert DELIVERED == await ended(world, (await send(world, body_of("whatsapp", "text"))).message)
    await world.advance(DAY_S - 601)
    inside = await send(world, body_of("whatsapp", "text"))
    await world.advance(1)
    outside = await send(world, body_of("whatsapp", "text"))
    template = await send(world, body_of("whatsapp", "template"))
    await write(world, "whatsapp", "hello again", USER, NUMBER)
    again = await send(world, body_of("whatsapp", "text"))

    assert DELIVERED == await ended(world, inside.message)
    assert rejected(1340) == await ended(world, outside.message)
    assert DELIVERED == await ended(world, template.message)
    assert DELIVERED == await ended(world, again.message)


async def test_one_user_who_writes_closes_the_window_of_all_others_on_that_channel(world: World) -> None:
    await write(world, "whatsapp", "hello", "447700900555", NUMBER)

    assert rejected(1340) == await ended(world, (await send(world, body_of("whatsapp", "text"))).message)
    assert DELIVERED == await ended(world, (await send(world, body_of("viber", "text"))).message)


async def test_the_window_of_one_account_is_not_another_s(open_world: OpenWorld) -> None:
    world = await open_world(Account("other"))
    await write(world, "whatsapp", "hello", "447700900555", NUMBER)

    assert ["sender", "window"] == rules_of((await send(world, body_of("whatsapp", "text"), key="other")).fate)


async def test_messenger_lets_a_tag_pass_outside_the_window(world: World) -> None:
    page, user = "110022003300", "9988776655443322"
    await write(world, "messenger", "hello", user, page)
    await world.advance(DAY_S)
    response = body_of("messenger", "image")
    update = body_of("messenger", "image")
    update["message"]["messenger"] = {"category": "update"}

    assert rejected(1340) == await ended(world, (await send(world, response)).message)
    assert rejected(1340) == await ended(world, (await send(world, update)).message)
    assert DELIVERED == await ended(world, (await send(world, body_of("messenger", "text"))).message)


async def test_a_user_of_messenger_nobody_heard_of_is_unknown_once_others_wrote(world: World) -> None:
    await write(world, "messenger", "hello", "1234", "110022003300")

    assert rejected(1300) == await ended(world, (await send(world, body_of("messenger", "text"))).message)


async def test_resetting_messages_forgets_what_was_heard(world: World) -> None:
    await write(world, "whatsapp", "hello", "447700900555", NUMBER)
    await world.runtime.reset(await world.account(), "messages")

    assert DELIVERED == await ended(world, (await send(world, body_of("whatsapp", "text"))).message)


# Opting out


async def test_stop_opts_out_and_start_in_again(world: World) -> None:
    await write(world, "mms", "Stop", MMS_USER, SHORT_CODE)
    stopped = await send(world, body_of("mms", "text"))
    stopped_to_another = body_of("mms", "text", to={"type": "mms", "number": "12025550178"})
    other = await send(world, stopped_to_another)
    await write(world, "mms", "START", MMS_USER, SHORT_CODE)
    started = await send(world, body_of("mms", "text"))

    assert rejected(1240) == await ended(world, stopped.message)
    assert DELIVERED == await ended(world, other.message)
    assert DELIVERED == await ended(world, started.message)


async def test_a_later_message_of_the_user_does_not_undo_stop(world: World) -> None:
    await write(world, "mms", "STOP", MMS_USER, SHORT_CODE)
    await write(world, "mms", "why do you still write", MMS_USER, SHORT_CODE)

    assert rejected(1240) == await ended(world, (await send(world, body_of("mms", "text"))).message)


# Viber


async def test_a_promotion_is_remarked_on_until_the_user_got_another_message(world: World) -> None:
    promotion, text = body_of("viber", "image"), body_of("viber", "text")

    first = await send(world, promotion)
    again = await send(world, promotion)
    await send(world, text)
    after = await send(world, promotion)

    assert [["sender", "first_message"], ["sender", "first_message"], ["sender"]] == [
        rules_of(each.fate) for each in (first, again, after)
    ]


async def test_a_rule_switched_on_rejects_the_first_promotion_only(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(rules={"first_message": "on"})))

    first = await send(world, body_of("viber", "image"))
    await send(world, body_of("viber", "text"))
    after = await send(world, body_of("viber", "image"))

    assert rejected(1140) == await ended(world, first.message)
    assert DELIVERED == await ended(world, after.message)


async def test_a_message_to_an_unreachable_user_is_lost_when_its_ttl_ends_and_costs_nothing(
    open_world: OpenWorld,
) -> None:
    told = Provider(unreachable=("447700900112", SMS_USER), balance="10")
    world = await open_world(Account(KEY, provider=told))
    sent = await send(world, body_of("viber", "image"))
    forever = await send(world, body_of("viber", "text"))
    sms = await send(world, body_of("sms", "text"))
    assert sent.message is not None

    await world.advance(899)
    assert ["submitted"] == world.statuses(sent.message.uuid)
    await world.advance(1)

    assert [("submitted", None), ("undeliverable", 1360)] == await ended(world, sent.message)
    assert [("submitted", None)] == await ended(world, forever.message)
    assert [("submitted", None), ("undeliverable", 1180)] == await ended(world, sms.message)
    assert all("usage" not in each for each in world.poster.bodies())
    assert (await world.runtime.messages.fates.provider.seen(KEY))["balance"] is None


# Media


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (MediaFile("files.example.org", reachable=False), rejected(1380)),
        (MediaFile("https://files.example.org/door.jpg", bytes=67_108_865), rejected(1381)),
        (MediaFile("https://files.example.org/door.jpg", bytes=67_108_864), DELIVERED),
        (MediaFile("other.example.org", reachable=False), DELIVERED),
    ],
    ids=str,
)
async def test_media_are_as_the_table_says(
    open_world: OpenWorld, file: MediaFile, expected: list[tuple[str, int | None]]
) -> None:
    world = await open_world(Account(KEY, provider=Provider(media=(file,))))

    assert expected == await ended(world, (await send(world, body_of("whatsapp", "image"))).message)


# Senders


async def test_strict_auth_lets_in_only_senders_owned_and_linked(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, senders=(Sender("whatsapp", NUMBER, "app"),)), auth="strict")
    linked = await send(world, body_of("whatsapp", "text"))
    await world.runtime.accounts.put(Account(KEY, senders=(Sender("whatsapp", NUMBER),)))
    unlinked = await send(world, body_of("whatsapp", "text"))
    await world.runtime.accounts.put(Account(KEY))
    gone = await send(world, body_of("whatsapp", "text"))

    assert DELIVERED == await ended(world, linked.message)
    assert rejected(1140) == await ended(world, unlinked.message)
    assert rejected(1140) == await ended(world, gone.message)


# Balance and prices


async def test_a_balance_is_charged_by_parts_and_refuses_when_it_is_used_up(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(balance="0.1")))
    long = body_of("sms", "text")
    long["message"]["content"]["text"] = "a" * 161

    first = await send(world, long)
    second = await send(world, body_of("whatsapp", "text"))
    third = await send(world, body_of("whatsapp", "text"))

    await world.advance(10)
    assert first.message is not None
    [price] = [
        each["usage"]["price"] for each in world.poster.bodies() if each.get("usage", {}).get("price") == "0.0666"
    ]
    assert "0.0666" == price
    assert second.message is not None
    assert "0.0001" == (await world.runtime.messages.fates.provider.seen(KEY))["balance"]
    assert third.message is None
    problem = third.fate.problem
    assert problem is not None
    assert (400, "https://developer.vonage.com/api-errors#low-balance") == (problem.status, problem.type)
    assert ("Bad Request", "Insufficient balance, please check your nexmo account.") == (problem.title, problem.detail)
    assert "the balance is 0.0001, the message costs 0.0333" == problem.reason


async def test_a_balance_just_enough_is_enough(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(balance="0.0333")))

    assert (await send(world, body_of("whatsapp", "text"))).message is not None
    assert (await send(world, body_of("whatsapp", "text"))).message is None


async def test_a_low_balance_may_be_told_by_a_status(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(balance="0.01", low_balance="rejected")))

    sent = await send(world, body_of("sms", "text"))

    assert rejected(1070) == await ended(world, sent.message)
    assert ["balance"] == rules_of(sent.fate)


async def test_another_balance_begins_anew_and_a_rejected_message_is_free(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(balance="0.05", opt_outs=(SMS_USER,))))
    await send(world, body_of("sms", "text"))
    assert (await send(world, body_of("whatsapp", "text"))).message is not None
    assert (await send(world, body_of("whatsapp", "text"))).message is None

    await world.runtime.accounts.put(Account(KEY, provider=Provider(balance="0.06")))

    assert (await send(world, body_of("whatsapp", "text"))).message is not None


async def test_an_account_s_own_price_is_told_and_charged(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(balance="1", prices={"viber_service_msg": "0.25"})))
    await send(world, body_of("viber", "text"))

    await world.advance(10)

    assert ["0.2500"] == [each["usage"]["price"] for each in world.poster.bodies() if "usage" in each]
    assert "0.7500" == (await world.runtime.messages.fates.provider.seen(KEY))["balance"]


# Rates


@pytest.mark.parametrize("scope", ["key", "sender"])
async def test_a_rate_refuses_what_is_too_fast_by_the_clock_of_the_account(open_world: OpenWorld, scope: str) -> None:
    rates = Rates(**{scope: Rate(2, burst=2)})
    world = await open_world(Account(KEY, provider=Provider(rates=rates)))
    body = body_of("sms", "text")

    first, second, third = [await send(world, body) for _ in range(3)]
    await world.advance(0.5)
    fourth, fifth = [await send(world, body) for _ in range(2)]

    assert [True, True, False, True, False] == [
        each.message is not None for each in (first, second, third, fourth, fifth)
    ]
    problem = third.fate.problem
    assert problem is not None
    assert (429, "Rate Limit Hit") == (problem.status, problem.title)
    assert "https://developer.nexmo.com/api-errors#throttled" == problem.type


async def test_each_sender_has_a_bucket_of_its_own(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(rates=Rates(sender=Rate(1)))))

    sent = [
        await send(world, body_of("sms", "text", **{"from": {"type": "sms", "number": number}}))
        for number in ("A", "B", "A")
    ]

    assert [True, True, False] == [each.message is not None for each in sent]


async def test_what_is_too_fast_may_be_told_by_a_status(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(rates=Rates(key=Rate(1)), throttled="rejected")))
    await send(world, body_of("sms", "text"))

    sent = await send(world, body_of("sms", "text"))

    assert rejected(1000) == await ended(world, sent.message)
    assert ["rate"] == rules_of(sent.fate)


async def test_too_many_to_one_recipient_are_always_told_by_a_status(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(rates=Rates(recipient=Rate(1)))))
    first = await send(world, body_of("sms", "text"))
    second = await send(world, body_of("sms", "text"))

    assert DELIVERED == await ended(world, first.message)
    assert rejected(1241) == await ended(world, second.message)


# The sandbox


def from_sandbox(channel: str, kind: str = "text", **changes: Json) -> Json:
    """Return a body sent from the sandbox's own sender."""
    body = body_of(channel, kind, **changes)
    body["from"][next(each for each in body["from"] if each != "type")] = SANDBOX[channel]
    return body


@pytest.mark.parametrize("by_host", [False, True])
@pytest.mark.parametrize("channel", ["sms", "mms"])
async def test_the_sandbox_carries_no_sms(open_world: OpenWorld, channel: str, by_host: bool) -> None:
    world = await open_world(sandbox=not by_host)

    sent = await send(world, body_of(channel, "text"), sandbox=by_host)

    assert sent.fate.problem is not None
    [violation] = sent.fate.problem.violations
    assert (400, "to.type") == (sent.fate.problem.status, violation.name)


@pytest.mark.parametrize("channel", SANDBOX)
async def test_the_sandbox_sends_from_its_own_senders_only(world: World, channel: str) -> None:
    sent = await send(world, body_of(channel, "text"), sandbox=True)

    assert sent.fate.problem is not None
    [violation] = sent.fate.problem.violations
    assert (violation.rule, violation.nearest) == ("sandbox", SANDBOX[channel])
    assert violation.name in {"from.number", "from.id"}


@pytest.mark.parametrize(
    ("channel", "user"), [("whatsapp", USER), ("viber", "447700900112"), ("messenger", "9988776655443322")]
)
async def test_the_sandbox_reaches_who_sent_the_pass_phrase(world: World, channel: str, user: str) -> None:
    before = await send(world, from_sandbox(channel), sandbox=True)
    await write(world, channel, "hello", user, SANDBOX[channel])
    await world.advance(1)
    hello = await send(world, from_sandbox(channel), sandbox=True)
    await write(world, channel, f" {PHRASE.upper()} ", user, SANDBOX[channel])
    await world.advance(1)
    after = await send(world, from_sandbox(channel), sandbox=True)

    assert rejected(1160) == await ended(world, before.message)
    assert rejected(1160) == await ended(world, hello.message)
    assert DELIVERED == await ended(world, after.message)


async def test_an_account_may_have_a_pass_phrase_of_its_own(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(pass_phrase="join red fox")))
    await write(world, "whatsapp", "join red fox", USER, SANDBOX["whatsapp"])

    assert DELIVERED == await ended(world, (await send(world, from_sandbox("whatsapp"), sandbox=True)).message)


async def test_the_last_approval_of_a_user_wins(open_world: OpenWorld) -> None:
    world = await open_world(Account("other"), sandbox=True)
    await write(world, "whatsapp", PHRASE, USER, SANDBOX["whatsapp"])
    await write(world, "whatsapp", PHRASE, USER, SANDBOX["whatsapp"], "other")

    assert rejected(1160) == await ended(world, (await send(world, from_sandbox("whatsapp"))).message)
    sent = await send(world, from_sandbox("whatsapp"), key="other")
    assert sent.message is not None
    assert [] == [each for each in rules_of(sent.fate) if each != "sender"]


async def test_a_reset_takes_the_approval_back(open_world: OpenWorld) -> None:
    world = await open_world(sandbox=True)
    await write(world, "whatsapp", PHRASE, USER, SANDBOX["whatsapp"])
    await world.runtime.reset(await world.account(), "all")

    assert rejected(1160) == await ended(world, (await send(world, from_sandbox("whatsapp"))).message)


@pytest.mark.parametrize(
    ("name", "locale", "count", "expected"),
    [
        ("verify", "en-US", 3, DELIVERED),
        ("verify", "ja", 3, DELIVERED),
        ("verify", "de", 3, rejected(1022)),
        ("verify", "en-US", 2, rejected(1022)),
        ("sandbox_shipping_update", "en_GB", 4, DELIVERED),
        ("mine", "en-US", 3, rejected(1022)),
    ],
)
async def test_the_sandbox_has_templates_of_its_own(
    open_world: OpenWorld, name: str, locale: str, count: int, expected: list[tuple[str, int | None]]
) -> None:
    world = await open_world(Account(KEY, provider=Provider(templates=(Template("mine:mine"),))), sandbox=True)
    await write(world, "whatsapp", PHRASE, USER, SANDBOX["whatsapp"])
    body = from_sandbox("whatsapp", "template")
    namespace = "9b6b4fcb_da19_4a26_8fe8_78074a91b584"
    body["message"]["content"]["template"] = {"name": f"{namespace}:{name}", "parameters": ["x"] * count}
    body["message"]["whatsapp"]["locale"] = locale

    assert expected == await ended(world, (await send(world, body)).message)


async def test_the_sandbox_takes_one_message_a_second_and_costs_nothing(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(balance="0")), sandbox=True)
    await write(world, "whatsapp", PHRASE, USER, SANDBOX["whatsapp"])

    first = await send(world, from_sandbox("whatsapp"))
    await world.advance(0.9)
    second = await send(world, from_sandbox("whatsapp"))
    await world.advance(0.1)
    third = await send(world, from_sandbox("whatsapp"))

    assert first.message is not None
    assert second.fate.problem is not None
    assert 429 == second.fate.problem.status
    assert third.message is not None


# What is told by name


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Provider(rules={"windw": "on"}), "provider.rules.windw is not known. Did you mean window?"),
        (Provider(numbers={"447": 1301}), "provider.numbers.447 is 1301. The nearest error code is 1300."),
        (Provider(prices={"fax": "1"}), "provider.prices.fax is 'fax'. Known: sms, mms"),
        (Provider(countries={"vibr": ("1",)}), "provider.countries.vibr is 'vibr'. Did you mean viber?"),
        (Provider(known_recipients={"what": ()}), "provider.known_recipients.what is 'what'."),
        (Provider(templates=(Template("a", "fax"),)), "provider.templates[0].channel is 'fax'."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_name_that_nothing_has_is_a_mistake(world: World, told: Provider, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        await world.runtime.accounts.put(Account("key", provider=told))

    assert f"accounts.key.{words}" in str(caught.value)


async def test_channels_may_be_told_by_any_of_their_names(world: World) -> None:
    told = Provider(
        prices={"viber_service_msg": "1"}, countries={"wa": ("44",)}, templates=(Template("a", "viber_service_msg"),)
    )

    known = await world.runtime.accounts.put(Account("key", provider=told))

    expected = msgspec.structs.replace(
        told, prices={"viber": "1"}, countries={"whatsapp": ("44",)}, templates=(Template("a", "viber"),)
    )
    assert expected == known.provider


async def test_what_was_seen_can_be_shown(world: World) -> None:
    await write(world, "mms", "STOP", MMS_USER, SHORT_CODE)

    expected = {
        "channels_heard": ["mms"],
        "talks": {f"mms {SHORT_CODE} {MMS_USER}": {"heard_s": START_S, "stopped": True}},
        "balance": None,
        "buckets": {},
    }
    assert expected == await world.runtime.messages.fates.provider.seen(KEY)


async def test_a_window_can_be_opened_by_hand(world: World) -> None:
    side = world.runtime.messages.fates.provider
    await side.open_window(KEY, "whatsapp", sender=NUMBER, user=USER, heard_s=START_S - DAY_S + HOUR_S)

    inside = await send(world, body_of("whatsapp", "text"))
    await world.advance(HOUR_S)
    outside = await send(world, body_of("whatsapp", "text"))

    assert DELIVERED == await ended(world, inside.message)
    assert rejected(1340) == await ended(world, outside.message)


async def test_the_example_of_the_page_can_be_told(world: World) -> None:
    page = (Path(__file__).parents[2] / "docs" / "provider-rules.md").read_text(encoding="utf-8")
    table = tomllib.loads(page.partition("```toml\n")[2].partition("```")[0])["accounts"]["abcd1234"]

    known = await world.runtime.accounts.put(account_from({"api_key": "abcd1234", **table}, "docs"))

    assert known.provider is not None
    assert {"447700900106": 1300} == known.provider.numbers
    assert ["acme_ns:login_code"] == [each.name for each in known.provider.templates]
