"""Magic values over HTTP: each answer at once, and all 45 codes at a real receiver that checks the signatures."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import OctKey

from mockserver.contract.oracle import Oracle
from mockserver.contract.specs import Specs, load_specs
from mockserver.core.magic import Magic
from mockserver.model import Json
from mockserver.settings import Settings
from mockserver.web.server import serving
from tests.web.conftest import Api, OpenApi, basic, sms

TABLE = load_specs().magic
AT_ONCE = [row for row in TABLE.rows if row.answer is not None]
SECRET = "a-secret-of-more-than-thirty-two-bytes"
PATIENCE_S = 30

# Source: messages-v0.1 part 1.5 and 9, messages-v1 part 8; written out as an independent fact.
LITERALS = {
    400: (
        "https://developer.vonage.com/api-errors#low-balance",
        "Bad Request",
        "Insufficient balance, please check your nexmo account.",
    ),
    401: (None, "Unauthorised", "Invalid Token"),
    402: (
        "https://developer.vonage.com/api-errors/#low-balance",
        "Low balance",
        "This request could not be performed due to your account balance being low.",
    ),
    429: (
        "https://developer.nexmo.com/api-errors#throttled",
        "Rate Limit Hit",
        "Please wait, then retry your request",
    ),
    500: (
        "https://developer.vonage.com/api-errors/messages#1000",
        "Internal error",
        "There was an error processing your request in the Platform.",
    ),
}

# Source: messages-v1 part 7.
LITERALS_V1 = {
    401: (
        "https://developer.vonage.com/api-errors/#unathorized",
        "You did not provide correct credentials.",
        "Check that you're using the correct credentials, and that your account has this feature enabled",
    ),
    402: (
        "https://developer.vonage.com/api-errors/#low-balance",
        "Low balance",
        "This request could not be performed due to your account balance being low.",
    ),
    422: (
        "https://developer.vonage.com/api-errors/messages#1150",
        "Invalid params",
        "The value of one or more parameters is invalid.",
    ),
    429: (
        "https://developer.vonage.com/api-errors/messages#1000",
        "Rate Limit Hit",
        "Please wait, then retry your request",
    ),
    500: (
        "https://developer.vonage.com/api-errors/messages#1000",
        "Internal error",
        "There was an error processing your request in the Platform.",
    ),
}
SMS_V1 = {"channel": "sms", "message_type": "text", "to": "447700900123", "from": "ACME", "text": "Table ready"}


@pytest.mark.parametrize("row", AT_ONCE, ids=lambda row: row.directive)
@pytest.mark.parametrize("way", ["recipient", "client_ref"])
async def test_answer_comes_at_once_in_the_format_of_the_api(way: str, row: Magic, api: Api, specs: Specs) -> None:
    by_number = {"to": {"type": "sms", "number": TABLE.recipient(row)}}
    changes = by_number if way == "recipient" else {"client_ref": TABLE.directive(row)}

    answer = await api.send(sms(**changes))

    assert row.answer is not None
    assert int(row.digits) == answer.status_code == row.answer.status
    assert "application/problem+json" == answer.headers["content-type"]
    body = answer.json()
    assert answer.headers["x-nexmo-trace-id"] == body.pop("instance")
    assert (row.answer.type, row.answer.title, row.answer.detail) == (
        body.pop("type", None),
        body["title"],
        body["detail"],
    )
    assert {"title", "detail"} == body.keys()
    oracle = Oracle(specs.documents["messages-v0.1"])
    kind = answer.headers["content-type"]
    assert [] == oracle.answer_errors(answer.status_code, answer.json(), content_type=kind, headers=answer.headers)


@pytest.mark.parametrize("status", LITERALS)
async def test_words_of_an_answer_are_those_of_the_sources(status: int, api: Api) -> None:
    body = (await api.send(sms(client_ref=f"mock:http:{status}"))).json()

    assert LITERALS[status] == (body.get("type"), body["title"], body["detail"])


@pytest.mark.parametrize("status", LITERALS_V1)
@pytest.mark.parametrize("way", ["recipient", "client_ref", "id"])
async def test_words_of_an_answer_of_v1_are_those_of_its_own_document(way: str, status: int, api: Api) -> None:
    key, directive = basic("mockkey1"), f"mock:http:{status}"
    by_number = {"to": f"9990000{status:04}"} if way == "recipient" else {"client_ref": directive}

    if way == "id":
        answer = await api.client.patch(f"/v1/messages/{directive}", json={"status": "read"}, headers=key)
    else:
        answer = await api.client.post("/v1/messages", json=SMS_V1 | by_number, headers=key)

    body = answer.json()
    assert (status, "application/json") == (answer.status_code, answer.headers["content-type"])
    assert LITERALS_V1[status] == (body["type"], body["title"], body["detail"])
    [entry] = await api.journal()
    assert f"asked for by a magic value: http:{status}" == entry["request"]["reason"]


async def test_id_is_no_directive_where_magic_is_switched_off(open_api: OpenApi) -> None:
    async with open_api(magic=False) as api:
        path = "/v1/messages/mock:http:429"
        answer = await api.client.patch(path, json={"status": "read"}, headers=basic("mockkey1"))

    assert (404, "External Id not found for message mock:http:429.") == (answer.status_code, answer.json()["detail"])


@pytest.mark.parametrize("directive", ["mock:delivered", "mock:htpp:429", "mock:"])
async def test_id_that_asks_for_no_answer_is_an_unknown_one(directive: str, api: Api) -> None:
    answer = await api.client.patch(
        f"/v1/messages/{directive}", json={"status": "read"}, headers=basic("mockkey1")
    )  # fmt: skip

    assert (404, "Not Found") == (answer.status_code, answer.json()["title"])


async def test_answer_is_journalled_with_what_asked_for_it(api: Api) -> None:
    await api.send(sms(client_ref="mock:http:429 order-7781"))

    [entry] = await api.journal()

    assert ("request", 429, "refused") == (entry["kind"], entry["request"]["status"], entry["request"]["verdict"])
    assert "asked for by a magic value: http:429" == entry["request"]["reason"]


async def test_misspelt_directive_is_delivered_with_a_finding(api: Api) -> None:
    answer = await api.send(sms(client_ref="mock:htpp:429"))
    await api.advance(1)

    assert 202 == answer.status_code
    assert ["submitted", "delivered"] == [body["status"] for _, body in api.receiver.got]
    [finding] = (await api.journal(kind="request"))[0]["request"]["findings"]
    assert ("client_ref", "magic") == (finding["name"], finding["rule"])
    assert "Did you mean mock:http:429?" in finding["detail"]


async def test_contract_goes_before_magic(api: Api) -> None:
    answer = await api.send(sms(client_ref="mock:http:429", message={"content": {"type": "text"}}))

    assert 400 == answer.status_code
    assert "invalid_parameters" in answer.json()


async def test_magic_switched_off_sends_as_ever(open_api: OpenApi) -> None:
    async with open_api(magic=False) as api:
        answer = await api.send(sms(client_ref="mock:http:429"))

        assert 202 == answer.status_code
        assert [] == (await api.journal())[0]["request"]["findings"]


async def test_rules_list_the_magic_values(api: Api) -> None:
    listed = (await api.client.get("/_mock/rules")).json()["magic"]

    assert len(TABLE.rows) == len(listed)
    [row] = [each for each in listed if each["recipient"] == "99900001300"]
    assert ("mock:rejected:1300", "Not part of the provider network.") == (row["client_ref"], row["about"])


@dataclass
class Checking:
    """A receiver that checks each webhook as a careful client would; ``told`` maps a client_ref to what came."""

    wanted: int
    told: dict[str, list[Json]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    all_came: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        """Check token and hash; keep the body; answer 401 to what does not check out, so that the test fails."""
        raw = await request.read()
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, OctKey.import_key(SECRET), algorithms=["HS256"]).claims
        if claims["payload_hash"] != hashlib.sha256(raw).hexdigest() or claims["api_key"] != "mockkey1":
            return web.Response(status=401)
        self.tokens.add(claims["jti"])
        body = json.loads(raw)
        self.told.setdefault(body["client_ref"], []).append(body)
        if len(self.tokens) >= self.wanted:
            self.all_came.set()
        return web.Response(status=204)


@asynccontextmanager
async def listening(checking: Checking) -> AsyncIterator[Checking]:
    """Let a receiver listen on a free port for the length of a ``with`` block."""
    app = web.Application()
    app.router.add_post("/status", checking.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    checking.url = f"http://127.0.0.1:{runner.addresses[0][1]}/status"
    try:
        yield checking
    finally:
        await runner.cleanup()


async def test_every_code_reaches_a_real_receiver_signed(specs: Specs) -> None:
    """Over real sockets: 64 sends, each by its number; every webhook verified with another library than signed it."""
    rows = [row for row in TABLE.rows if row.steps and row.steps[-1].code is not None]
    wanted = sum(len(row.steps) for row in rows)
    async with listening(Checking(wanted)) as receiver, aiohttp.ClientSession() as session:
        settings = Settings(
            port=0, tls=False, self_check=True, status_url=receiver.url, signature_secret=SECRET,
            submitted_after_s=0.01, delivered_after_s=0.05,
        )  # fmt: skip
        with serving(settings) as running:
            for row in rows:
                body = sms(to={"type": "sms", "number": TABLE.recipient(row)}, client_ref=row.directive)
                async with session.post(f"{running.url}/v0.1/messages", json=body, headers=basic("mockkey1")) as answer:
                    assert 202 == answer.status
            async with asyncio.timeout(PATIENCE_S):
                await receiver.all_came.wait()

    last = {ref: bodies[-1] for ref, bodies in receiver.told.items()}
    assert {f"{each.status}:{code}": (each.status, code, each.label) for code, each in specs.errors.items()} == {
        ref: (body["status"], body["error"]["code"], body["error"]["reason"]) for ref, body in last.items()
    }
    assert 64 == len(last)
    assert {"submitted"} == {body["status"] for bodies in receiver.told.values() for body in bodies[:-1]}
    assert wanted == len(receiver.tokens)
