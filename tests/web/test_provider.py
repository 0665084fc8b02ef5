"""The provider's rules over HTTP: told by the control API, answered and journalled, ended by a webhook."""

import pytest

from mockserver.model import Json
from tests.bodies import body_of
from tests.web.conftest import Api, OpenApi, basic, sms

ACCOUNT = "/_mock/accounts/mockkey1"
SANDBOX = "messages-sandbox.nexmo.com"


async def tell(api: Api, **provider: Json) -> Json:
    """Tell the provider's side of the default account, and return the answer."""
    answer = await api.client.put(ACCOUNT, json={"provider": provider})
    return answer.json() | {"status": answer.status_code}


async def told(api: Api, uuid: str) -> list[tuple[str, Json]]:
    """Return the statuses and errors that webhooks told of a message."""
    await api.advance(10)
    bodies = [body for _, body in api.receiver.got if body["message_uuid"] == uuid]
    return [(body["status"], body.get("error")) for body in bodies]


async def write(api: Api, channel: str, sender: str, recipient: str, text: str) -> None:
    """Let a user write."""
    body = {"channel": channel, "kind": "text", "from": sender, "to": recipient, "text": text, "version": "v0.1"}
    answer = await api.client.post("/_mock/inbound", json=body)
    assert 201 == answer.status_code, answer.text


async def test_a_rule_told_by_put_ends_in_a_signed_webhook_with_its_code(api: Api) -> None:
    template = {"name": "bistro:ns:login", "channel": "whatsapp", "languages": ["en-US"], "parameters": 2}
    answer = await tell(api, templates=[template])
    assert {"templates": [template]} == answer["provider"]

    sent = await api.send(body_of("whatsapp", "template"))

    assert 202 == sent.status_code
    error = {"code": 1022, "reason": "Invalid template"}
    assert [("rejected", error)] == await told(api, sent.json()["message_uuid"])


async def test_the_journal_says_which_rule_decided_and_why(api: Api) -> None:
    await tell(api, opt_outs=["447700900123"])
    await api.send(sms())

    [entry] = await api.journal(kind="request")

    [finding] = entry["request"]["findings"]
    assert {
        "name": "to.number",
        "rule": "opt_out",
        "detail": "447700900123 has opted out; the real API would end it in 1240 (rule opt_out).",
    } == finding


async def test_a_user_s_stop_and_start_take_effect(api: Api) -> None:
    body = sms(**{"from": {"type": "sms", "number": "447700900300"}})
    await write(api, "sms", "447700900123", "447700900300", "STOP")
    stopped = await api.send(body)
    await write(api, "sms", "447700900123", "447700900300", "start")
    started = await api.send(body)

    assert [("rejected", {"code": 1240, "reason": "Illegal Number"})] == await told(api, stopped.json()["message_uuid"])
    assert [("submitted", None), ("delivered", None)] == await told(api, started.json()["message_uuid"])


async def test_a_window_closes_a_day_after_the_user_wrote(api: Api) -> None:
    await write(api, "whatsapp", "447700900113", "447700900199", "hello")
    inside = await api.send(body_of("whatsapp", "text"))
    await api.advance(86_400)
    outside = await api.send(body_of("whatsapp", "text"))

    assert ("delivered", None) == (await told(api, inside.json()["message_uuid"]))[-1]
    error = {"code": 1340, "reason": "Outside of the allowed window"}
    assert [("rejected", error)] == await told(api, outside.json()["message_uuid"])


async def test_too_fast_is_answered_with_a_429(api: Api) -> None:
    await tell(api, rates={"key": {"per_s": 1}})

    first, second = await api.send(sms()), await api.send(sms())

    assert [202, 429] == [first.status_code, second.status_code]
    assert "application/problem+json" == second.headers["content-type"]
    assert {
        "type": "https://developer.nexmo.com/api-errors#throttled",
        "title": "Rate Limit Hit",
        "detail": "The key has sent more messages than its rate allows.",
        "instance": second.headers["x-nexmo-trace-id"],
    } == second.json()


async def test_no_credit_is_answered_with_a_400(api: Api) -> None:
    await tell(api, balance="0.01")

    answer = await api.send(sms())

    assert 400 == answer.status_code
    assert {
        "type": "https://developer.vonage.com/api-errors#low-balance",
        "title": "Bad Request",
        "detail": "Insufficient balance, please check your nexmo account.",
        "instance": answer.headers["x-nexmo-trace-id"],
    } == answer.json()


async def test_an_account_shows_what_was_told_and_what_was_seen(api: Api) -> None:
    await tell(api, balance="1", rates={"sender": {"per_s": 2, "burst": 5}}, rules={"window": "off"})
    await api.send(sms())
    await write(api, "whatsapp", "447700900113", "447700900199", "hello")

    shown = (await api.client.get(ACCOUNT)).json()

    assert {
        "balance": "1",
        "rates": {"sender": {"per_s": 2.0, "burst": 5}},
        "rules": {"window": "off"},
    } == shown["provider"]
    assert "0.9667" == shown["provider_seen"]["balance"]
    assert ["whatsapp"] == shown["provider_seen"]["channels_heard"]
    assert ["sender sms ACME"] == list(shown["provider_seen"]["buckets"])


@pytest.mark.parametrize(
    ("provider", "detail"),
    [
        ({"ruls": {}}, "provider.ruls is not known"),
        ({"rules": {"windo": "on"}}, "accounts.mockkey1.provider.rules.windo is not known."),
        ({"rules": {"window": "onn"}}, 'provider.rules.window is "onn", expected one of "auto", "on", "off"'),
    ],
)
async def test_a_mistake_in_what_is_told_is_named(api: Api, provider: Json, detail: str) -> None:
    answer = await tell(api, **provider)

    assert 400 == answer["status"]
    assert detail in answer["detail"]


async def test_an_sms_in_parts_says_so_and_costs_them(api: Api) -> None:
    sent = await api.send(sms(message={"content": {"type": "text", "text": "ж" * 71}}))
    uuid = sent.json()["message_uuid"]
    await api.advance(10)

    shown = (await api.client.get(f"/_mock/messages/{uuid}")).json()
    [entry] = await api.journal(kind="request")

    assert {"encoding": "ucs2", "units": 71, "parts": 2} == shown["message"]["sms"]
    assert entry["about"].endswith("sms text to 447700900123 in 2 parts")
    assert [{"price": "0.0666", "currency": "EUR"}] == [
        body["usage"] for _, body in api.receiver.got if "usage" in body
    ]


async def test_an_inbound_sms_costs_its_parts_too(api: Api) -> None:
    await write(api, "sms", "447700900123", "447700900300", "a" * 161)
    await api.advance(0)

    [(_, body)] = api.receiver.got
    assert ({"num_messages": "2"}, "0.0666") == (body["message"]["sms"], body["usage"]["price"])


@pytest.mark.parametrize("host", [SANDBOX, f"{SANDBOX}:7670"])
async def test_the_sandbox_answers_by_its_host_name(api: Api, host: str) -> None:
    answer = await api.client.post("/v0.1/messages", json=sms(), headers=basic("mockkey1") | {"Host": host})

    assert 400 == answer.status_code
    [violation] = answer.json()["invalid_parameters"]
    assert {
        "name": "to.type",
        "reason": "The sandbox carries no SMS; it carries whatsapp, viber, messenger.",
    } == violation


async def test_the_sandbox_is_a_setting_too(open_api: OpenApi) -> None:
    async with open_api(sandbox=True) as api:
        answer = await api.send(body_of("whatsapp", "text"))
        own = body_of("whatsapp", "text", **{"from": {"type": "whatsapp", "number": "14157386170"}})
        unapproved = await api.send(own)
        await write(api, "whatsapp", "447700900113", "14157386170", "join the mock sandbox")
        await api.advance(1)
        approved = await api.send(own)

        assert 400 == answer.status_code
        error = {"code": 1160, "reason": "Non White-listed Destination"}
        assert [("rejected", error)] == await told(api, unapproved.json()["message_uuid"])
        assert ("delivered", None) == (await told(api, approved.json()["message_uuid"]))[-1]


async def test_the_rules_are_listed(api: Api) -> None:
    listed = (await api.client.get("/_mock/rules")).json()["provider"]["rules"]

    assert {"whatsapp": 1340, "messenger": 1340} == next(
        each["channels"] for each in listed if each["name"] == "window"
    )
