"""Defects of Messages v1 that were found by attacking it, each held by a test over the whole application."""

import pytest

from mockserver.model import Account, Json
from tests.web.conftest import Api, OpenApi, basic

SMS: Json = {"channel": "sms", "message_type": "text", "to": "447700900101", "from": "AcmeCo", "text": "hi"}
RCS: Json = SMS | {"channel": "rcs"}


async def accepted(api: Api, body: Json) -> str:
    """Send a body that must be accepted; return the id of the message."""
    answer = await api.send(body, path="/v1/messages")
    assert answer.status_code == 202, answer.text
    return str(answer.json()["message_uuid"])


@pytest.mark.parametrize("version", [["v1"], {"a": 1}, "v9", 5])
async def test_version_that_rcs_does_not_declare_does_no_harm(api: Api, version: Json) -> None:
    lost = RCS | {"webhook_version": version, "client_ref": "mock:rejected:1300", "failover": [SMS]}

    await accepted(api, lost)
    await api.advance(5)

    told = [(each["channel"], each["status"]) for _, each in api.receiver.got]
    assert told == [("rcs", "rejected"), ("sms", "submitted"), ("sms", "delivered")]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        (
            {"channel": "whatsapp", "message_type": "template", "template": {"name": "a:b"}, "whatsapp": None},
            "whatsapp",
        ),
        (
            {
                "channel": "viber_service",
                "message_type": "video",
                "video": {"url": "https://cdn.example.org/a.mp4", "thumb_url": "https://cdn.example.org/a.jpg"},
                "viber_service": None,
            },
            "viber_service",
        ),
    ],
)
async def test_null_for_what_is_needed_is_refused(api: Api, changes: Json, name: str) -> None:
    answer = await api.send(SMS | {"from": "447700900200"} | changes, path="/v1/messages")

    assert answer.status_code == 422
    assert name in {each["name"] for each in answer.json()["invalid_parameters"]}


async def test_viber_image_without_a_button_needs_no_caption(api: Api) -> None:
    image = {"channel": "viber_service", "message_type": "image", "image": {"url": "https://cdn.example.org/a.jpg"}}

    assert await accepted(api, SMS | image | {"viber_service": None})


async def test_sender_of_any_length_can_be_told_of_in_v0_1(api: Api) -> None:
    await accepted(api, SMS | {"from": "A" * 60, "webhook_version": "v0.1"})
    await api.advance(5)

    assert [each["from"]["number"] for _, each in api.receiver.got] == ["A" * 60] * 2


async def test_failover_has_no_documented_limit(api: Api) -> None:
    assert await accepted(api, SMS | {"failover": [SMS] * 300})


@pytest.mark.parametrize(("encoding", "parts"), [("unicode", "2"), ("auto", "1"), ("text", "1")])
async def test_encoding_decides_on_the_parts(api: Api, encoding: str, parts: str) -> None:
    await accepted(api, SMS | {"text": "x" * 100, "sms": {"encoding_type": encoding}})
    await api.advance(5)

    assert {each["sms"]["count_total"] for _, each in api.receiver.got} == {parts}


async def test_text_of_gsm_is_not_looked_at(api: Api) -> None:
    await accepted(api, SMS | {"text": "\N{SNOWMAN}" * 100, "sms": {"encoding_type": "text"}})
    await api.advance(5)

    assert {each["sms"]["count_total"] for _, each in api.receiver.got} == {"1"}


async def test_status_forced_beyond_what_a_channel_reports_is_told_all_the_same(api: Api) -> None:
    uuid = await accepted(api, SMS)
    moved = await api.client.post(f"/_mock/messages/{uuid}/status", json={"status": "read", "force": True})
    await api.app.runtime.settle()

    assert moved.status_code == 200
    assert [each["status"] for _, each in api.receiver.got] == ["read"]


async def test_rejection_by_hand_carries_an_error_in_v1(api: Api) -> None:
    uuid = await accepted(api, SMS)
    await api.client.post(f"/_mock/messages/{uuid}/status", json={"status": "rejected"})
    await api.app.runtime.settle()

    assert [each["error"]["title"] for _, each in api.receiver.got] == ["1330"]


async def test_time_to_live_beyond_all_clocks_is_taken(open_api: OpenApi) -> None:
    async with open_api() as api:
        told = {"provider": {"unreachable": [SMS["to"]]}}
        await api.client.put("/_mock/accounts/mockkey1", json=told)
        await accepted(api, SMS | {"ttl": 10**400})
        await api.advance(5)

        assert [each["status"] for _, each in api.receiver.got] == ["submitted"]


async def test_update_takes_an_id_in_capitals_and_notes_strangers(api: Api) -> None:
    uuid = await accepted(api, RCS)
    answer = await api.client.patch(
        f"/v1/messages/{uuid.upper()}", json={"status": "revoked", "x": 1}, headers=basic("mockkey1")
    )

    assert answer.status_code == 202
    request = (await api.journal(kind="request"))[0]["request"]
    assert [each["name"] for each in request["findings"]] == ["x"]


async def test_version_that_a_message_asks_for_beats_the_receipts_of_its_account(open_api: OpenApi) -> None:
    account = Account("mockkey1", sms_receipt_url="http://127.0.0.1:9/receipt")
    async with open_api(account) as api:
        await accepted(api, SMS | {"webhook_version": "v1"})
        await api.advance(5)

        assert [each["status"] for _, each in api.receiver.got] == ["submitted", "delivered"]


async def test_strict_auth_does_not_let_in_a_default_account_without_a_secret(open_api: OpenApi) -> None:
    known = Account("known", secrets=("right",))
    async with open_api(known, auth="strict") as api:
        answers = [
            await api.client.post("/v1/messages", json=SMS, headers=basic(key, secret))
            for key, secret in (("mockkey1", "any"), ("known", "wrong"), ("known", "right"))
        ]

    assert [each.status_code for each in answers] == [401, 401, 202]
