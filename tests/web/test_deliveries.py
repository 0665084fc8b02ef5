"""Webhooks looked at: held back and let go by account, and what the token of each try says."""

import hashlib

import jwt
import msgspec
import pytest

from mockserver.model import Account, Json
from mockserver.tokens import Tokens
from tests.web.conftest import Api, OpenApi, sms


async def test_deliveries_are_paused_and_resumed_by_account(api: Api) -> None:
    paused = (await api.client.post("/_mock/deliveries/pause")).json()
    await api.send(sms())
    await api.send(sms(), key="aaaa1111")
    await api.advance(10)
    listed = (await api.client.get("/_mock/deliveries")).json()
    health = (await api.client.get("/_mock/health")).json()
    got = [body["message_uuid"] for _, body in api.receiver.got]
    resumed = (await api.client.post("/_mock/deliveries/resume")).json()
    await api.app.runtime.settle()

    assert {"account": "mockkey1", "paused": True, "held": 0} == paused
    assert (True, 2, 2) == (listed["paused"], listed["held"], len(listed["deliveries"]))
    assert ["mockkey1"] == health["paused"]
    assert len(set(got)) == 1
    assert {"account": "mockkey1", "paused": False, "sent": 2} == resumed
    assert ["submitted", "delivered"] == [
        body["status"] for _, body in api.receiver.got if body["message_uuid"] not in got
    ]
    assert (await api.client.get("/_mock/deliveries")).json()["paused"] is False


@pytest.mark.parametrize("what", ["all", "messages", "accounts"])
async def test_a_reset_resumes(api: Api, what: str) -> None:
    await api.client.post("/_mock/deliveries/pause")

    await api.client.post("/_mock/reset", params={"what": what})

    assert (await api.client.get("/_mock/health")).json()["paused"] == []


async def signature(api: Api) -> Json:
    """Return what is told of the token of the newest webhook's last try."""
    [delivery, *_] = (await api.client.get("/_mock/deliveries")).json()["deliveries"]
    whole = (await api.client.get(f"/_mock/deliveries/{delivery['id']}")).json()
    return whole["attempts"][-1]["signature"]


async def test_a_token_is_told_with_what_it_is_held_against(open_api: OpenApi) -> None:
    async with open_api(Account("mockkey1", signature_secret="x" * 32), delivered_after_s=60) as api:
        await api.send(sms())
        await api.advance(1)
        told = await signature(api)
        [(_, body)] = api.receiver.got

    actual = hashlib.sha256(msgspec.json.encode(body)).hexdigest()
    assert told["claims"] == jwt.decode(told["token"], "x" * 32, algorithms=["HS256"])
    assert {"alg": "HS256", "typ": "JWT"} == told["header"]
    assert ("Vonage", "mockkey1") == (told["claims"]["iss"], told["claims"]["api_key"])
    assert told["verifies"] is True
    assert {"claimed": actual, "actual": actual, "matches": True} == told["payload_hash"]


@pytest.mark.parametrize(
    ("do", "verifies", "matches"),
    [("wrong_signature", False, True), ("changed_body", True, False), ("stale_signature", True, True)],
)
async def test_a_token_that_is_wrong_on_purpose_is_told_to_be(api: Api, do: str, verifies: bool, matches: bool) -> None:
    await api.client.post("/_mock/faults", json={"on": "webhooks", "do": do})
    await api.send(sms())
    await api.advance(1)

    told = await signature(api)

    assert (verifies, matches) == (told["verifies"], told["payload_hash"]["matches"])


async def test_a_secret_that_was_changed_since_does_not_verify(api: Api) -> None:
    await api.send(sms())
    await api.advance(1)
    await api.client.put("/_mock/accounts/mockkey1", json={"signature_secret": "y" * 32})

    assert (await signature(api))["verifies"] is False


def test_only_the_newest_tokens_are_kept() -> None:
    tokens = Tokens(kept=2)
    for number in (1, 2, 3):
        tokens.keep("d", number, f"t{number}")

    assert [None, "t2", "t3", None] == [tokens.of("d", number) for number in (1, 2, 3, 4)]
