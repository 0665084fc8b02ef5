"""Messages v1 over HTTP: every documented error to the letter, updates, magic values, and what the journal keeps.

The words of errors are copied here from the facts on purpose, as a second source beside our document.
"""

import time
import uuid
from dataclasses import dataclass

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from mockserver.contract.oracle import Oracle
from mockserver.contract.specs import Specs, load_specs
from mockserver.core.magic import Magic
from mockserver.model import Account, Application, Json, Provider, Rate, Rates
from mockserver.service.messages import Arrival
from tests.web.conftest import STATUS_URL, Api, OpenApi, basic, sms

PATH = "/v1/messages"
UNKNOWN = "0e7d4b2a-5c91-4f36-8a0d-93b1c2e7f654"
APPLICATION = "1f6a9c3e-2d84-4b70-9e15-c7d0a8b3f462"
ROWS = load_specs().magic.rows


@dataclass(frozen=True)
class Words:
    """What an error says. Source: domain facts, messages-v1 part 7."""

    status: int
    type: str
    title: str
    detail: str


_BASE = "https://developer.vonage.com/api-errors"
CREDENTIALS = Words(
    401,
    f"{_BASE}/#unathorized",
    "You did not provide correct credentials.",
    "Check that you're using the correct credentials, and that your account has this feature enabled",
)
UNPROVISIONED = Words(
    401,
    f"{_BASE}/#unprovisioned",
    "The crendentials provided do not have access to the requested product",
    "Check your API key is correct and has been whitelisted",
)
NO_CREDIT = Words(
    402,
    f"{_BASE}/#low-balance",
    "Low balance",
    "This request could not be performed due to your account balance being low.",
)
NOT_FOUND = Words(404, f"{_BASE}#not-found", "Not Found", f"External Id not found for message {UNKNOWN}.")
CHANNEL = Words(422, f"{_BASE}/messages#1100", "Unsupported channel", "The specified channel is not supported.")
OPTIONS = Words(
    422,
    f"{_BASE}/messages#1110",
    "Invalid channel parameters",
    "The value of one or more parameters is invalid.",
)
SENDER = Words(
    422, f"{_BASE}/messages#1120", "Invalid sender", "The `from` parameter is invalid for the given channel."
)
RECIPIENT = Words(
    422, f"{_BASE}/messages#110", "Invalid recipient", "The `to` parameter is invalid for the given channel."
)
KIND = Words(
    422, f"{_BASE}/messages#1140", "Invalid message type", "The `to` parameter is invalid for the given channel."
)
CONTENT = Words(422, f"{_BASE}/messages#1150", "Invalid params", "The value of one or more parameters is invalid.")
REFERENCE = Words(
    422,
    f"{_BASE}/messages#1060",
    "Invalid client reference",
    "The client reference can be a string of up to 40 characters.",
)
UNSUPPORTED = Words(422, "", "Operation not supported", "This operation is not supported for this channel.")
THROTTLED = Words(429, f"{_BASE}/messages#1000", "Rate Limit Hit", "Please wait, then retry your request")
INTERNAL = Words(
    500, f"{_BASE}/messages#1000", "Internal error", "There was an error processing your request in the Platform."
)
_MESSENGER = {"channel": "messenger", "to": "9988776655443322", "from": "110022003300"}


def body(**changes: Json) -> Json:
    """Return a small valid SMS body of v1; a change to ``None`` takes the member out."""
    whole: dict[str, Json] = {
        "channel": "sms",
        "message_type": "text",
        "to": "447700900161",
        "from": "BISTRO",
        "text": "At eight",
    }
    return {name: each for name, each in (whole | changes).items() if each is not None}


def rcs(**changes: Json) -> Json:
    """Return a small valid RCS body."""
    return body(channel="rcs", **{"from": "BistroAgent"}, **changes)


async def post(api: Api, sent: Json, **headers: str) -> httpx2.Response:
    """Send with key and secret unless headers say otherwise."""
    return await api.client.post(PATH, json=sent, headers=headers or basic("mockkey1"))


async def patch(api: Api, target: str, update: Json, **headers: str) -> httpx2.Response:
    """Update a message with key and secret unless headers say otherwise."""
    return await api.client.patch(f"{PATH}/{target}", json=update, headers=headers or basic("mockkey1"))


async def sent(api: Api, message: Json) -> str:
    """Send a message that is taken and return its id."""
    answer = await post(api, message)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["message_uuid"])


async def arrived(api: Api, dialect: str = "v1", channel: str = "whatsapp") -> str:
    """Let a user write, in either version, and return the id of that."""
    account = await api.app.runtime.accounts.find(None)
    assert account is not None
    arrival = Arrival(
        channel=channel,
        kind="text",
        sender="447700900161",
        recipient="447700900199" if channel == "whatsapp" else "31007",
        content={"text": "Is it open?"},
        options={"context_status": "none"} if (dialect, channel) == ("v1", "whatsapp") else {},
        dialect=dialect,
    )
    message, _ = await api.app.runtime.messages.receive(account, arrival)
    return message.uuid


async def message(api: Api, target: str, account: str = "mockkey1") -> Json:
    """Return a message as the control API shows it, with its timeline."""
    answer = await api.client.get(f"/_mock/messages/{target}", params={"account": account})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def token() -> dict[str, str]:
    """Return the header of a token that an application signed; nobody knows its key."""
    claims = {"application_id": APPLICATION, "iat": int(time.time()), "jti": str(uuid.uuid4())}
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return {"Authorization": "Bearer " + jwt.encode(claims, key, algorithm="RS256")}


def said(answer: httpx2.Response) -> Words:
    """Return the words of an error, whose form is checked on the way."""
    problem = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert problem["instance"] == answer.headers["x-nexmo-trace-id"]
    assert {"type", "title", "detail", "instance"} <= problem.keys()
    assert problem.keys() <= {"type", "title", "detail", "details", "instance", "invalid_parameters"}
    assert problem.get("details", problem["detail"]) == problem["detail"]
    return Words(answer.status_code, problem["type"], problem["title"], problem["detail"])


def named(answer: httpx2.Response) -> list[str]:
    """Return the names of the invalid parameters, each of which has a reason."""
    listed = answer.json().get("invalid_parameters", [])
    assert all(list(each) == ["name", "reason"] and each["reason"] for each in listed)
    return [each["name"] for each in listed]


# Sending


@pytest.mark.parametrize("path", [PATH, f"{PATH}/", f"{PATH}?", f"{PATH}?x=1"])
async def test_send_accepts_a_message_at_its_path_however_it_ends(api: Api, path: str) -> None:
    answer = await api.send(body(), path=path)

    assert answer.status_code == 202
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["message_uuid"]
    assert str(uuid.UUID(answer.json()["message_uuid"])) == answer.json()["message_uuid"]


async def test_send_with_others_to_try_answers_with_the_workflow(api: Api) -> None:
    answer = await post(api, rcs(failover=[body()]))
    await api.advance(10)

    assert answer.status_code == 202
    assert list(answer.json()) == ["message_uuid", "workflow_id"]
    assert [answer.json()["workflow_id"]] * 2 == [each["workflow"]["workflow_id"] for _, each in api.receiver.got]
    [entry] = await api.journal(kind="request")
    assert entry["request"]["answer"] == answer.json()
    assert entry["about"].endswith("rcs text to 447700900161, with 1 other to try")


async def test_an_empty_failover_is_taken_for_none_with_a_finding(api: Api) -> None:
    answer = await post(api, body(failover=[]))

    assert list(answer.json()) == ["message_uuid"]
    [entry] = await api.journal(kind="request")
    assert [each["rule"] for each in entry["request"]["findings"]] == ["empty_failover"]


async def test_the_control_api_shows_what_only_v1_has(api: Api) -> None:
    answer = await post(api, rcs(failover=[body()], webhook_url="http://own.test/", webhook_version="v1"))

    shown = (await message(api, answer.json()["message_uuid"]))["message"]
    assert ("v1", "http://own.test/", "v1", []) == (
        shown["version"],
        shown["webhook_url"],
        shown["webhook_version"],
        shown["updates"],
    )
    assert (answer.json()["workflow_id"], 1, 2) == (shown["workflow_id"], shown["item"], shown["items"])
    assert "dispatch_uuid" not in shown


async def test_statuses_go_to_the_url_and_in_the_version_a_message_names(api: Api) -> None:
    await sent(api, body(webhook_url="http://own.test/s", webhook_version="v0.1"))
    await sent(api, body())
    await api.advance(10)

    assert len(api.receiver.got) == 4
    assert {("http://own.test/s", False), (STATUS_URL, True)} == {
        (url, "channel" in each) for url, each in api.receiver.got
    }


# Errors of the body


BROKEN = [
    pytest.param(body(channel="email"), CHANNEL, ["channel"], id="1100-unknown-channel"),
    pytest.param(body(channel=None), CHANNEL, ["channel"], id="1100-no-channel"),
    pytest.param(body(channel="viber_service_msg"), CHANNEL, ["channel"], id="1100-name-of-v0.1"),
    pytest.param(body(message_type="image"), KIND, ["message_type"], id="1140-not-on-this-channel"),
    pytest.param(body(message_type=None), KIND, ["message_type"], id="1140-none"),
    pytest.param(body(**{"from": ""}), SENDER, ["from"], id="1120-empty"),
    pytest.param(body(**{"from": 7}), SENDER, ["from"], id="1120-number"),
    pytest.param(body(to="+447700900161"), RECIPIENT, ["to"], id="110-plus"),
    pytest.param(body(to="00447700900161"), RECIPIENT, ["to"], id="110-zeros"),
    pytest.param(body(to=None), RECIPIENT, ["to"], id="110-none"),
    pytest.param(body(client_ref="r" * 101), REFERENCE, ["client_ref"], id="1060-long"),
    pytest.param(body(client_ref=7), REFERENCE, ["client_ref"], id="1060-number"),
    pytest.param(body(sms={"encoding_type": "ascii"}), OPTIONS, ["sms.encoding_type"], id="1110-sms"),
    pytest.param(
        body(**_MESSENGER, messenger={"category": "news"}), OPTIONS, ["messenger.category"], id="1110-messenger"
    ),
    pytest.param(
        body(**_MESSENGER, messenger={"category": "message_tag"}), CONTENT, ["messenger.tag"], id="1150-no-tag"
    ),
    pytest.param(body(text=None), CONTENT, ["text"], id="1150-no-text"),
    pytest.param(body(text="t" * 1001), CONTENT, ["text"], id="1150-long-text"),
    pytest.param(body(ttl="60"), CONTENT, ["ttl"], id="1150-ttl"),
    pytest.param(body(webhook_version="v2"), CONTENT, ["webhook_version"], id="1150-webhook-version"),
    pytest.param(body(webhook_url="hooks"), CONTENT, ["webhook_url"], id="1150-webhook-url"),
    pytest.param(rcs(message_type="image", text=None, image={}), CONTENT, ["image.url"], id="1150-no-url"),
    pytest.param(body(failover={}), CONTENT, ["failover"], id="1150-failover-no-list"),
    pytest.param(body(failover=["x"]), CONTENT, ["failover[0]"], id="1150-item-no-object"),
    pytest.param(body(failover=[body(text=None)]), CONTENT, ["failover[0].text"], id="1150-item"),
    pytest.param(body(failover=[body(), body(to="+1")]), RECIPIENT, ["failover[1].to"], id="110-item"),
    pytest.param(body(failover=[body(channel="fax")]), CHANNEL, ["failover[0].channel"], id="1100-item"),
    pytest.param([], CONTENT, ["body"], id="1150-list"),
]


@pytest.mark.parametrize(("broken", "words", "names"), BROKEN)
async def test_a_broken_rule_is_answered_in_the_documented_words(
    api: Api, broken: Json, words: Words, names: list[str]
) -> None:
    answer = await post(api, broken)

    assert words == said(answer)
    assert names == named(answer)


@pytest.mark.parametrize(("broken", "words", "names"), BROKEN)
async def test_realism_strict_lists_parameters_only_where_it_is_documented(
    open_api: OpenApi, broken: Json, words: Words, names: list[str]
) -> None:
    async with open_api(realism="strict") as api:
        answer = await post(api, broken)

    assert words == said(answer)
    assert named(answer) == (names if words in {OPTIONS, CONTENT} else [])


@pytest.mark.parametrize(
    ("broken", "words", "names"),
    [
        (body(channel="fax", to=None, client_ref=7), CHANNEL, ["channel", "to", "client_ref"]),
        (body(message_type="image", to="+1", client_ref=7), KIND, ["message_type", "to", "client_ref"]),
        (body(**{"from": ""}, to="+1", text=None), SENDER, ["from", "to", "text"]),
        (body(to="+1", client_ref=7, text=None), RECIPIENT, ["to", "client_ref", "text"]),
        (
            body(client_ref=7, sms={"encoding_type": 7}, text=None),
            REFERENCE,
            ["client_ref", "sms.encoding_type", "text"],
        ),
        (body(sms={"encoding_type": 7}, text=None), OPTIONS, ["sms.encoding_type", "text"]),
        (body(text=None, failover=[body(to="+1")]), RECIPIENT, ["failover[0].to", "text"]),
    ],
    ids=["channel", "kind", "sender", "recipient", "reference", "options", "item"],
)
async def test_of_several_broken_rules_the_first_documented_answers_and_all_are_listed(
    api: Api, broken: Json, words: Words, names: list[str]
) -> None:
    answer = await post(api, broken)

    assert words == said(answer)
    assert names == named(answer)


@pytest.mark.parametrize("raw", [b"", b"{", b'{"a" "b"}', b"\xff", b"[" * 5000])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_body_that_is_no_json_gets_a_422_that_says_where_it_breaks(api: Api, method: str, raw: bytes) -> None:
    path = PATH if method == "POST" else f"{PATH}/{UNKNOWN}"
    headers = basic("mockkey1") | {"Content-Type": "application/json"}

    answer = await api.client.request(method, path, content=raw, headers=headers)

    words = said(answer)
    assert (422, f"{_BASE}#invalid-json") == (words.status, words.type)
    assert words.title == "The request body did not contain valid JSON"
    assert words.detail.startswith("The body is")
    assert "invalid_parameters" not in answer.json()


async def test_a_body_of_v0_1_is_told_so_with_its_nearest_form(api: Api) -> None:
    answer = await post(api, sms())

    assert answer.status_code == 422
    [first, *_] = answer.json()["invalid_parameters"]
    assert first["name"] == "body"
    assert "Messages v0.1 lives at /v0.1/messages" in first["reason"]
    [entry] = await api.journal(verdict="refused")
    whole = await api.client.get(f"/_mock/journal/{entry['id']}")
    assert (await post(api, whole.json()["nearest"])).status_code == 202


async def test_strict_turns_findings_into_refusals(open_api: OpenApi) -> None:
    async with open_api(strict=True) as api:
        answer = await post(api, body(colour="red"))

    assert CONTENT == said(answer)
    assert named(answer) == ["colour"]


# Errors of the caller


@pytest.mark.parametrize("headers", [{"X-None": "1"}, {"Authorization": "Basic !!"}, {"Authorization": "Bearer x"}])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_wrong_credentials_get_a_401(api: Api, method: str, headers: dict[str, str]) -> None:
    path = PATH if method == "POST" else f"{PATH}/{UNKNOWN}"

    answer = await api.client.request(method, path, json=body(), headers=headers)

    assert CREDENTIALS == said(answer)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_an_application_without_the_capability_is_not_provisioned(
    open_api: OpenApi, token: dict[str, str], method: str
) -> None:
    path = PATH if method == "POST" else f"{PATH}/{UNKNOWN}"
    account = Account("key", applications=(Application(APPLICATION, messages=False),))
    async with open_api(account) as api:
        answer = await api.client.request(method, path, json=body(), headers=token)

        assert UNPROVISIONED == said(answer)
        [entry] = await api.journal(account="key")
        assert "lacks the Messages capability" in entry["request"]["reason"]


async def test_no_credit_gets_a_402(open_api: OpenApi) -> None:
    async with open_api(Account("mockkey1", provider=Provider(balance="0.01"))) as api:
        answer = await post(api, body())

    assert NO_CREDIT == said(answer)


async def test_a_message_too_many_gets_a_429(open_api: OpenApi) -> None:
    async with open_api(Account("mockkey1", provider=Provider(rates=Rates(key=Rate(per_s=1))))) as api:
        answers = [await post(api, body()) for _ in range(2)]

    assert answers[0].status_code == 202
    assert THROTTLED == said(answers[1])
    assert "retry-after" not in answers[1].headers


async def test_key_and_secret_in_the_query_do_as_well_and_are_masked_in_the_journal(api: Api) -> None:
    answer = await api.client.post(f"{PATH}?api_key=querykey&api_secret=SecretOfTheQuery9", json=body())

    assert answer.status_code == 202
    [entry] = await api.journal(account="querykey")
    assert entry["request"]["path"] == f"{PATH}?api_key=querykey&api_secret=Secret..."
    assert "SecretOfTheQuery9" not in str(entry)


async def test_a_wrong_secret_in_the_query_gets_a_401(open_api: OpenApi) -> None:
    async with open_api(Account("querykey", secrets=("right-secret",))) as api:
        answer = await api.client.post(f"{PATH}?api_key=querykey&api_secret=wrong-secret", json=body())

    assert CREDENTIALS == said(answer)


async def test_a_header_goes_before_the_query(api: Api) -> None:
    answer = await api.client.post(f"{PATH}?api_key=querykey&api_secret=x", json=body(), headers=basic("headerkey"))

    assert (await message(api, answer.json()["message_uuid"], "headerkey"))["message"]["account"] == "headerkey"


async def test_our_own_mistake_is_the_documented_500_and_the_journal_says_whose_it_was(api: Api) -> None:
    async def broken(*_: object) -> object:
        raise ZeroDivisionError("a planted mistake")

    api.app.runtime.messages.send = broken  # type: ignore[method-assign,assignment]  # a planted mistake

    answer = await post(api, body())

    assert INTERNAL == said(answer)
    [entry] = await api.journal(kind="error")
    assert "The mock server itself failed: ZeroDivisionError: a planted mistake" in entry["about"]


# Errors of the path


@pytest.mark.parametrize(
    ("path", "allowed"),
    [(PATH, "POST"), (f"{PATH}/", "POST"), (f"{PATH}/{UNKNOWN}", "PATCH"), (f"{PATH}/{UNKNOWN}/", "PATCH")],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST", "PATCH"])
async def test_other_methods_get_a_405(api: Api, path: str, allowed: str, method: str) -> None:
    answer = await api.client.request(method, path, json=body(), headers=basic("mockkey1"))

    assert (answer.status_code == 405) == (method != allowed)
    assert answer.headers.get("allow") == (None if method == allowed else allowed)
    assert len(await api.journal(kind="request")) == 1


@pytest.mark.parametrize("path", ["/v1/message", f"{PATH}/a/b", f"{PATH}//"])
async def test_an_unknown_path_gets_a_404(api: Api, path: str) -> None:
    answer = await api.client.post(path, json=body(), headers=basic("mockkey1"))

    assert answer.status_code == 404
    assert answer.json()["detail"].startswith(f"No operation is at {path}.")


# Updates


async def test_an_rcs_message_is_revoked_and_takes_no_further_status(api: Api) -> None:
    target = await sent(api, rcs())
    await api.advance(0.1)

    answer = await patch(api, target, {"status": "revoked"})
    await api.advance(60)

    assert (202, b"") == (answer.status_code, answer.content)
    assert ("application/json", "0") == (answer.headers["content-type"], answer.headers["content-length"])
    assert [each["status"] for _, each in api.receiver.got] == ["submitted"]
    whole = await message(api, target)
    assert [each["status"] for each in whole["message"]["updates"]] == ["revoked"]
    assert (await api.journal(kind="update"))[0]["about"].endswith("is revoked; no further status follows")


async def test_an_rcs_message_that_was_delivered_is_revoked_too_late(open_api: OpenApi) -> None:
    async with open_api(read=True) as api:
        target = await sent(api, rcs())
        await api.advance(0.5)

        answer = await patch(api, target, {"status": "revoked"})
        await api.advance(60)

        assert answer.status_code == 202
        assert [each["status"] for _, each in api.receiver.got] == ["submitted", "delivered", "read"]
        assert (await api.journal(kind="update"))[0]["about"].endswith("is to be revoked, too late: it is delivered")


async def test_the_journal_shows_an_update_and_what_it_caused(api: Api) -> None:
    target = await sent(api, rcs())

    await patch(api, target, {"status": "revoked"})

    [entry, *_] = await api.journal(kind="request")
    assert ("PATCH", f"{PATH}/{target}", 202, "accepted", None) == tuple(
        entry["request"][name] for name in ("method", "path", "status", "verdict", "answer")
    )
    assert entry["message_uuid"] == target
    assert "is revoked" in entry["about"]
    whole = await message(api, target)
    assert [each["kind"] for each in whole["journal"]] == ["request", "update", "request"]


@pytest.mark.parametrize("dialect", ["v0.1", "v1"])
@pytest.mark.parametrize("more", [{}, {"replying_indicator": {"show": True, "type": "text"}}], ids=["read", "typing"])
async def test_a_users_whatsapp_message_is_marked_read_whichever_version_told_of_it(
    api: Api, dialect: str, more: Json
) -> None:
    target = await arrived(api, dialect)

    answer = await patch(api, target, {"status": "read", **more})

    assert (202, b"") == (answer.status_code, answer.content)
    [update] = (await message(api, target))["message"]["updates"]
    assert ("read", more.get("replying_indicator")) == (update["status"], update.get("replying_indicator"))


async def test_an_update_may_be_made_twice(api: Api) -> None:
    target = await arrived(api)

    answers = [(await patch(api, target, {"status": "read"})).status_code for _ in range(2)]

    assert answers == [202, 202]
    assert len((await message(api, target))["message"]["updates"]) == 2


@pytest.mark.parametrize(
    ("made", "status"),
    [
        ("sms", "revoked"),
        ("sms", "read"),
        ("rcs", "read"),
        ("whatsapp", "read"),
        ("whatsapp", "revoked"),
        ("inbound whatsapp", "revoked"),
        ("inbound viber", "read"),
        ("v0.1 sms", "revoked"),
    ],
)
async def test_an_update_that_channel_or_direction_does_not_allow_has_an_empty_type(
    api: Api, made: str, status: str
) -> None:
    makers = {
        "sms": lambda: sent(api, body()),
        "rcs": lambda: sent(api, rcs()),
        "whatsapp": lambda: sent(api, body(channel="whatsapp", **{"from": "447700900199"})),
        "inbound whatsapp": lambda: arrived(api),
        "inbound viber": lambda: arrived(api, channel="viber"),
    }
    if made in makers:
        target = await makers[made]()
    else:
        target = (await api.send(sms())).json()["message_uuid"]

    answer = await patch(api, target, {"status": status})

    assert UNSUPPORTED == said(answer)
    assert "invalid_parameters" not in answer.json()
    [entry] = await api.journal(verdict="refused")
    assert f"cannot be {status}" in entry["request"]["reason"]
    assert (await message(api, target))["message"]["updates"] == []


@pytest.mark.parametrize("slash", ["", "/"])
async def test_an_update_of_an_unknown_message_names_it(api: Api, slash: str) -> None:
    answer = await patch(api, f"{UNKNOWN}{slash}", {"status": "read"})

    assert NOT_FOUND == said(answer)


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("no-uuid", "no-uuid"),
        ("a%0Ab", "a b"),
        ("%F0%9F%8D%BD", "🍽"),
        ("unknown_id", "unknown_id"),
        ("%2e%2e%20", ".. "),
    ],
)
async def test_an_update_of_what_is_no_id_is_a_404_all_the_same(api: Api, target: str, shown: str) -> None:
    answer = await patch(api, target, {"status": "read"})

    assert (404, f"External Id not found for message {shown}.") == (answer.status_code, said(answer).detail)


async def test_a_message_of_another_account_is_unknown(api: Api) -> None:
    target = await sent(api, rcs())

    answer = await patch(api, target, {"status": "revoked"}, **basic("other001"))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("update", "names"),
    [
        ({}, ["status"]),
        ({"status": "seen"}, ["status"]),
        ({"status": None}, ["status"]),
        ({"status": "read", "replying_indicator": {}}, ["replying_indicator.show", "replying_indicator.type"]),
        ({"status": "read", "replying_indicator": {"show": "yes", "type": "text"}}, ["replying_indicator.show"]),
        ({"status": "read", "replying_indicator": {"show": True, "type": "voice"}}, ["replying_indicator.type"]),
        ([], ["body"]),
    ],
)
async def test_an_update_with_a_bad_body_lists_what_is_wrong(api: Api, update: Json, names: list[str]) -> None:
    answer = await patch(api, await arrived(api), update)

    assert CONTENT == said(answer)
    assert sorted(names) == sorted(named(answer))


@pytest.mark.parametrize("update", [{"status": "revoked"}, {"status": "seen"}, {}])
async def test_updates_can_be_for_tokens_only_and_then_say_so_first(open_api: OpenApi, update: Json) -> None:
    async with open_api(patch_auth="bearer") as api:
        target = await sent(api, rcs())
        answer = await patch(api, target, update)

        assert CREDENTIALS == said(answer)
        [entry] = await api.journal(verdict="refused")
        assert "patch_auth is bearer" in entry["request"]["reason"]


async def test_an_application_can_update_where_updates_are_for_tokens_only(
    open_api: OpenApi, token: dict[str, str]
) -> None:
    account = Account("key", applications=(Application(APPLICATION),))
    async with open_api(account, patch_auth="bearer") as api:
        target = (await post(api, rcs(), **token)).json()["message_uuid"]
        answer = await patch(api, target, {"status": "revoked"}, **token)

    assert answer.status_code == 202


# Magic values


AT_ONCE = [row for row in ROWS if row.answer is not None]
DOCUMENTED = {401: CREDENTIALS, 402: NO_CREDIT, 422: CONTENT, 429: THROTTLED, 500: INTERNAL}


@pytest.mark.parametrize("row", AT_ONCE, ids=lambda row: row.directive)
async def test_a_magic_answer_has_the_form_of_v1(api: Api, specs: Specs, row: Magic) -> None:
    answer = await post(api, body(client_ref=f"mock:{row.directive}"))

    words = said(answer)
    assert int(row.digits) == answer.status_code
    assert words == DOCUMENTED.get(answer.status_code, words)
    errors = Oracle(specs.documents["messages-v1"]).answer_errors(
        answer.status_code, answer.json(), content_type=answer.headers["content-type"], headers=answer.headers
    )
    assert errors == []


async def test_every_code_can_be_asked_for_in_v1(api: Api, specs: Specs) -> None:
    rows = [row for row in ROWS if row.steps and row.steps[-1].code is not None]
    for row in rows:
        await sent(api, body(to=f"9990000{row.digits}", client_ref=row.directive))

    await api.advance(10)

    errors = {each["client_ref"]: (each["status"], each["error"]) for _, each in api.receiver.got if "error" in each}
    assert len(errors) == len(rows) == len(specs.errors)
    codes = {row.directive: row.steps[-1].code or 0 for row in rows}
    assert {(each, specs.errors[code].carried_by("v1"), str(code)) for each, code in codes.items()} == {
        (directive, status, error["title"]) for directive, (status, error) in errors.items()
    }
    assert all(error["type"] == f"{_BASE}/messages#{error['title']}" for _, error in errors.values())
