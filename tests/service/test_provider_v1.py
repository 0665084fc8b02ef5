"""The provider's rules for messages of v1: the same rules, with RCS, and with codes and statuses as v1 has them."""

import pytest

from mockserver.core.forms import V1
from mockserver.model import Account, Json, MediaFile, Message, Provider, Rate, Rates, Sender
from mockserver.service.accounts import Caller
from mockserver.service.messages import Sent
from tests.service.conftest import KEY, START_S, OpenWorld, World

USER, AGENT, NUMBER = "447700900111", "AcmeAgent", "447700900199"
SMS: Json = {"channel": "sms", "message_type": "text", "to": USER, "from": "BISTRO", "text": "Your table is ready"}
RCS: Json = SMS | {"channel": "rcs", "from": AGENT}
MMS: Json = SMS | {"channel": "mms", "from": "12015550123"}
VIBER: Json = SMS | {"channel": "viber_service", "from": "31007"}
STICKER: Json = {"channel": "whatsapp", "message_type": "sticker", "to": USER, "from": NUMBER}
CHANNELS = {"rcs": "rcs", "sms": "sms", "mms": "mms", "viber_service": "viber", "whatsapp": "whatsapp"}


async def send(world: World, body: Json, **caller: Json) -> Sent:
    """Send a body of v1, with others to try if it names some."""
    runtime, by_key = world.runtime, Caller(await world.account(), **caller)
    assert runtime.versions.contracts[V1].check(body).is_valid
    if "failover" in body:
        return await runtime.failovers.start(by_key, CHANNELS[body["channel"]], body)
    return await runtime.messages.send(by_key, CHANNELS[body["channel"]], body, V1)


async def moves(world: World, message: Message | None, after_s: float = 3600) -> list[tuple[str, float, int | None]]:
    """Return what became of a message: each status with the seconds since the send, and its code."""
    assert message is not None
    await world.advance(after_s)
    found = (await world.message(message.uuid)).moves
    return [(each.status.value, each.at.timestamp() - START_S, each.code) for each in found]


def last(found: list[tuple[str, float, int | None]]) -> tuple[str, int | None]:
    """Return the last status and its code."""
    status, _, code = found[-1]
    return status, code


@pytest.mark.parametrize(
    "body",
    [SMS | {"ttl": 60}, MMS | {"ttl": 300}, RCS | {"ttl": 300}, VIBER | {"viber_service": {"ttl": 60}}],
    ids=lambda body: str(body["channel"]),
)
async def test_a_message_of_v1_is_rejected_once_its_ttl_has_passed(body: Json, open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(unreachable=(USER,))))
    ttl_s = body.get("ttl", 60)

    found = await moves(world, (await send(world, body)).message, ttl_s - 1)
    later = await moves(world, (await send(world, body)).message)

    assert ["submitted"] == [status for status, _, _ in found]
    assert ["submitted", "rejected"] == [status for status, _, _ in later]
    assert ("rejected", 1360) == last(later)
    *_, webhook = [each for each in world.poster.bodies() if each.get("status") == "rejected"]
    assert "1360" == webhook["error"]["title"]


async def test_a_failover_goes_on_once_the_ttl_of_a_message_has_passed(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(unreachable=(USER,))))

    await send(world, RCS | {"ttl": 300, "failover": [SMS | {"to": "447700900112"}]})
    await world.advance(299)
    before = {each["channel"] for each in world.poster.bodies()}
    await world.advance(10)

    assert {"rcs"} == before
    ends = [(each["channel"], each["status"], each["workflow"]["items_number"]) for each in world.poster.bodies()]
    assert [("rcs", "submitted", "1"), ("rcs", "rejected", "1")] == ends[:2]
    assert [("sms", "submitted", "2"), ("sms", "delivered", "2")] == ends[2:]


async def test_without_a_ttl_an_rcs_message_to_an_unreachable_user_stays_submitted(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(unreachable=(USER,))))

    assert ("submitted", None) == last(await moves(world, (await send(world, RCS)).message, 86_400 * 3))


@pytest.mark.parametrize(
    ("told", "body", "code"),
    [
        (Provider(whitelist=()), RCS, 1160),
        (Provider(known_recipients={"rcs": ("1",)}), RCS, 1300),
        (Provider(opt_outs=(USER,)), RCS, 1240),
        (Provider(numbers={USER: 1473}), RCS, 1473),
        (Provider(unreachable=(USER,)), SMS, 1180),
        (
            Provider(media=(MediaFile("files.example.org", reachable=False),)),
            STICKER | {"sticker": {"url": "https://files.example.org/a.webp"}},
            1380,
        ),
        (Provider(), STICKER | {"sticker": {"url": "https://files.example.org/a.png"}}, 1382),
        (Provider(), MMS | {"message_type": "vcard", "vcard": {"url": "https://files.example.org/a.txt"}}, 1382),
    ],
    ids=["whitelist", "recipient", "opt-out", "number table", "unreachable", "media", "media type", "vcard"],
)
async def test_a_message_of_v1_that_breaks_a_rule_is_rejected(
    told: Provider, body: Json, code: int, open_world: OpenWorld
) -> None:
    world = await open_world(Account(KEY, provider=told))

    assert ("rejected", code) == last(await moves(world, (await send(world, body)).message))


async def test_a_sticker_named_by_its_id_has_no_file_to_look_at(open_world: OpenWorld) -> None:
    told = Provider(media=(MediaFile("files.example.org", reachable=False),))
    world = await open_world(Account(KEY, provider=told))

    sent = await send(world, STICKER | {"sticker": {"id": "5b1e6c2a-8d5f-4a7e-9c3b-1f2e3d4c5b6a"}})

    assert ("delivered", None) == last(await moves(world, sent.message))


async def test_an_rcs_agent_is_matched_by_its_exact_id(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, senders=(Sender("rcs", AGENT),)))

    own = await send(world, RCS)
    other = await send(world, RCS | {"from": AGENT.lower()})

    assert ("delivered", None) == last(await moves(world, own.message))
    assert ("rejected", 1420) == last(await moves(world, other.message))


async def test_an_rcs_agent_nobody_told_of_is_remarked_upon(world: World) -> None:
    sent = await send(world, RCS)

    assert [("from", "sender")] == [(each.name, each.rule) for each in sent.fate.findings]
    assert ("delivered", None) == last(await moves(world, sent.message))


async def test_limits_are_told_in_the_words_of_v1(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(balance="0.01")))
    quick = await open_world(Account(KEY, provider=Provider(rates=Rates(key=Rate(1)))))

    poor = (await send(world, SMS)).fate.problem
    await send(quick, SMS)
    throttled = (await send(quick, SMS)).fate.problem

    assert poor is not None
    assert (402, "https://developer.vonage.com/api-errors/#low-balance") == (poor.status, poor.type)
    assert throttled is not None
    assert (429, "https://developer.vonage.com/api-errors/messages#1000") == (throttled.status, throttled.type)


@pytest.mark.parametrize(
    ("body", "type_"),
    [(SMS, "#1100"), (VIBER, "#1120")],
    ids=["a channel it does not carry", "a sender that is not its own"],
)
async def test_the_sandbox_refuses_in_the_words_of_v1(body: Json, type_: str, open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY))

    problem = (await send(world, body, sandbox=True)).fate.problem

    assert problem is not None
    assert (422, f"https://developer.vonage.com/api-errors/messages{type_}") == (problem.status, problem.type)
