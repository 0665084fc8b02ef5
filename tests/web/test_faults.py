"""Faults on answers, in process: which request they hit, what the client gets, what the journal says."""

import asyncio
import json

import httpx2
import pytest

from mockserver.model import Json
from tests.web.conftest import Api, OpenApi, basic, sms

V1 = {"message_type": "text", "text": "Hi", "to": "447700900123", "from": "ACME", "channel": "sms"}
WORKFLOW = {
    "template": "failover",
    "workflow": [
        {**sms(), "failover": {"expiry_time": 600, "condition_status": "delivered"}},
        sms(),
    ],
}


async def broken(api: Api, do: str, **members: Json) -> Json:
    """Break answers on purpose; return the fault."""
    answer = await api.client.post("/_mock/faults", json={"on": "answers", "do": do, **members})
    assert 201 == answer.status_code, answer.text
    return answer.json()


async def newest(api: Api) -> Json:
    """Return the newest request in the journal."""
    return next(each for each in await api.journal() if "request" in each)


async def sent(api: Api) -> int:
    """Return how many messages there are."""
    return len((await api.client.get("/_mock/messages")).json()["messages"])


# The control API


async def test_a_fault_is_added_shown_and_removed(api: Api) -> None:
    added = await broken(api, "status", status=503, when={"channel": "sms"}, next=2)

    listed = (await api.client.get("/_mock/faults")).json()
    one = (await api.client.get("/_mock/faults/f1")).json()
    removed = await api.client.delete("/_mock/faults/f1")

    assert {
        "id": "f1", "on": "answers", "do": "status", "status": 503, "when": {"channel": "sms"}, "next": 2,
        "seen": 0, "hits": 0, "spent": False,
    } == added  # fmt: skip
    assert {"account": "mockkey1", "faults": [added]} == listed
    assert (added, 204) == (one, removed.status_code)
    assert [] == (await api.client.get("/_mock/faults")).json()["faults"]


async def test_what_was_shown_can_be_put_back(api: Api) -> None:
    await broken(api, "hang")
    await broken(api, "latency", delay={"min": "1s", "max": "3s"})
    shown = (await api.client.get("/_mock/faults")).json()["faults"]

    put = await api.client.put("/_mock/faults", json={"faults": shown})

    again = put.json()["faults"]
    assert ["f3", "f4"] == [each["id"] for each in again]
    assert [{**each, "id": ""} for each in shown] == [{**each, "id": ""} for each in again]


async def test_a_fixed_delay_may_be_named_so(api: Api) -> None:
    added = await broken(api, "latency", delay={"fixed": "200ms"})

    assert 0.2 == added["delay"]


async def test_all_can_be_mended_at_once(api: Api) -> None:
    await broken(api, "hang")

    answer = await api.client.delete("/_mock/faults")

    assert (204, []) == (answer.status_code, (await api.client.get("/_mock/faults")).json()["faults"])


async def test_faults_can_be_reset(api: Api) -> None:
    await broken(api, "hang")

    answer = await api.client.post("/_mock/reset?what=faults")

    assert (200, []) == (answer.status_code, (await api.client.get("/_mock/faults")).json()["faults"])


@pytest.mark.parametrize(
    ("body", "detail", "fix"),
    [
        ({"do": "drop"}, "on is missing", "Known: answers, webhooks."),
        ({"on": "answer", "do": "drop"}, 'on is "answer"', "Did you mean answers? Known: answers, webhooks."),
        (
            {"on": "answers", "do": "drop"},
            'do is "drop"',
            "It is a fault on webhooks. Known: status, latency, hang, reset, truncate, malformed, throttle.",
        ),
        (
            {"on": "answers", "do": "hnag"},
            'do is "hnag"',
            "Did you mean hang? Known: status, latency, hang, reset, truncate, malformed, throttle.",
        ),
        (
            {"on": "webhooks", "do": "drop", "copies": 2},
            "copies is no member of drop on webhooks",
            "Known: on, do, when, next, nth, every, probability.",
        ),
        (
            {"on": "answers", "do": ["hang"]},
            'do is ["hang"]',
            "Did you mean hang? Known: status, latency, hang, reset, truncate, malformed, throttle.",
        ),
        ({"on": "answers", "do": "status"}, "status needs status or problem", "Give status."),
        (
            {"on": "answers", "do": "reset", "nth": 1, "every": 2},
            "nth and every do not go together",
            "Keep one of them.",
        ),
        (
            {"on": "answers", "do": "throttle", "after": 1, "per_s": 2},
            "per_s and after do not go together",
            "Keep one of them.",
        ),
        (
            {"on": "answers", "do": "throttle", "after": 1, "nth": 2},
            "nth does not go with throttle",
            "Use next, or leave it out.",
        ),
        ({"on": "answers", "do": "reset", "nth": 0}, "nth is 0", "Write a whole number from 1."),
        ({"on": "answers", "do": "reset", "nth": True}, "nth is true", "Write a whole number from 1."),
        (
            {"on": "answers", "do": "reset", "probability": 1.5},
            "probability is 1.5",
            "Write a number from 0 to 1.",
        ),
        ({"on": "answers", "do": "throttle", "per_s": 0}, "per_s is 0", "Write a number above 0."),
        ({"on": "answers", "do": "reset", "taken": "no"}, 'taken is "no"', "Write true or false."),
        (
            {"on": "answers", "do": "status", "status": 99},
            "status is 99",
            "Write a whole number from 200 to 599.",
        ),
        (
            {"on": "webhooks", "do": "duplicate", "copies": 101},
            "copies is 101",
            "Write a whole number from 2 to 100.",
        ),
        (
            {"on": "answers", "do": "status", "problem": "throtled"},
            'problem is "throtled"',
            (
                "Did you mean throttled? Known: low_balance, unauthorised, forbidden, not_found, too_large, "
                "wrong_type, invalid, throttled, internal_error, unavailable."
            ),
        ),
        (
            {"on": "answers", "do": "latency", "delay": "soon"},
            'delay is "soon", no duration',
            "Write it like 50ms, 2s, 5m, 2h or 1d; a bare number is seconds.",
        ),
        (
            {"on": "answers", "do": "latency", "delay": {"p50": 2, "max": 3}},
            'delay is {"p50": 2, "max": 3}',
            'Write "2s", {"min": "1s", "max": "3s"} or {"p50": "100ms", "p95": "1s"}.',
        ),
        (
            {"on": "answers", "do": "latency", "delay": {"min": 3, "max": 2}},
            'delay is {"min": 3, "max": 2}',
            "Write the shorter times before the longer ones.",
        ),
        (
            {"on": "answers", "do": "reset", "when": {"chanel": "sms"}},
            (
                "when: chanel is no field of sends. Did you mean channel? Known: operation, version, channel, kind, "
                "from, to, text, client_ref, application, content, options, workflow, method, path, json, "
                "headers, state, q."
            ),
            None,
        ),
        (
            {"on": "answers", "do": "reset", "when": {"text": {"like": "x"}}},
            (
                "when: text: 'like' is no test. Known: equals, one_of, contains, starts_with, matches, glob, not, "
                "exists, at_least, at_most."
            ),
            None,
        ),
        (
            {"on": "webhooks", "do": "drop", "when": {"attempts": 2}},
            "when: attempts is not known yet when a fault is chosen",
            "Leave it out.",
        ),
        ({"on": "answers", "do": "reset", "when": []}, "when is []", 'Write a mapping such as {"channel": "sms"}.'),
        (
            {"on": "answers", "do": "status", "status": 500, "headers": {"X-A": "a\nb"}},
            'headers.X-A is "a\\nb", not all of which can be sent',
            "Write printable ASCII.",
        ),
        (
            {"on": "answers", "do": "status", "status": 500, "headers": {"Transfer-Encoding": "chunked"}},
            'headers.Transfer-Encoding is "chunked", but who sends it counts the body',
            "Leave it out; the faults truncate and malformed break answers.",
        ),
        (
            {"on": "answers", "do": "status", "status": 500, "headers": {"X:A": "a"}},
            'headers.X:A is "a", and that is no name of a header',
            "Write letters, digits and hyphens, such as X-Test.",
        ),
        (
            {"on": "answers", "do": "status", "status": 500, "headers": {"X-A": 1}},
            'headers is {"X-A": 1}',
            "Write a mapping of texts.",
        ),
    ],
)
async def test_what_is_no_fault_is_refused_with_the_nearest_choice(
    api: Api, body: Json, detail: str, fix: str | None
) -> None:
    answer = await api.client.post("/_mock/faults", json=body)

    assert (400, detail, fix) == (answer.status_code, answer.json()["detail"], answer.json().get("fix"))


@pytest.mark.parametrize("body", [{}, {"faults": {}}, {"faults": [], "more": 1}])
async def test_put_takes_a_list_and_nothing_else(api: Api, body: Json) -> None:
    answer = await api.client.put("/_mock/faults", json=body)

    assert (400, "the body is no list of faults") == (answer.status_code, answer.json()["detail"])


async def test_put_refuses_what_is_no_fault(api: Api) -> None:
    answer = await api.client.put("/_mock/faults", json={"faults": ["drop"]})

    assert (400, 'a fault is "drop"') == (answer.status_code, answer.json()["detail"])


# A status


@pytest.mark.parametrize(
    ("path", "body", "members", "status", "title"),
    [
        ("/v0.1/messages", sms(), {"problem": "throttled"}, 429, "Rate Limit Hit"),
        ("/v1/messages", V1, {"problem": "throttled"}, 429, "Rate Limit Hit"),
        ("/v0.1/messages", sms(), {"problem": "low_balance"}, 400, "Bad Request"),
        ("/v1/messages", V1, {"problem": "low_balance"}, 402, "Low balance"),
        ("/v0.1/messages", sms(), {"problem": "unauthorised"}, 401, "Unauthorised"),
        ("/v1/messages", V1, {"problem": "unauthorised"}, 401, "You did not provide correct credentials."),
        ("/v0.1/messages", sms(), {"status": 503}, 503, "Service Unavailable"),
        ("/v1/messages", V1, {"status": 418}, 418, "I'm a Teapot"),
        ("/v0.1/messages", sms(), {"status": 599}, 599, "Status"),
        ("/v0.1/messages", sms(), {"problem": "throttled", "status": 503}, 503, "Rate Limit Hit"),
    ],
)
async def test_a_status_is_answered_in_the_words_of_the_version(
    api: Api, path: str, body: Json, members: Json, status: int, title: str
) -> None:
    await broken(api, "status", **members)

    answer = await api.send(body, path=path)

    assert (status, title) == (answer.status_code, answer.json()["title"])
    assert 0 == await sent(api)


async def test_a_workflow_is_told_of_low_balance_in_its_own_words(api: Api) -> None:
    await broken(api, "status", problem="low_balance", when={"operation": "dispatch", "channel": "sms"})

    answer = await api.send(WORKFLOW, path="/v0.1/dispatch")

    assert 400 == answer.status_code
    assert ["balance"] == [each["name"] for each in answer.json()["invalid_parameters"]]


async def test_a_status_is_journalled_as_a_fault_and_no_failure_of_ours(api: Api) -> None:
    await broken(api, "status", status=500)

    await api.send(sms())

    entry = await newest(api)
    assert ("request", "POST /v0.1/messages 500, fault status (f1)") == (entry["kind"], entry["about"])
    assert ("status", "refused", 500) == tuple(entry["request"][name] for name in ("fault", "verdict", "status"))


async def test_a_status_may_say_when_to_come_back_and_have_headers_and_a_body_of_its_own(api: Api) -> None:
    await broken(api, "status", status=503, retry_after="1500ms", headers={"X-Why": "me"}, body={"busy": True})

    answer = await api.send(sms())

    assert (503, {"busy": True}) == (answer.status_code, answer.json())
    assert ("2", "me") == (answer.headers["retry-after"], answer.headers["x-why"])


async def test_a_body_that_is_a_text_goes_out_as_it_is(api: Api) -> None:
    await broken(api, "status", status=502, body="<h1>Bad Gateway</h1>", headers={"content-type": "text/html"})

    answer = await api.send(sms())

    assert ("text/html", "<h1>Bad Gateway</h1>") == (answer.headers["content-type"], answer.text)


async def test_a_status_without_a_body_has_none(api: Api) -> None:
    await broken(api, "status", status=204)

    answer = await api.send(sms())

    assert (204, b"") == (answer.status_code, answer.content)


async def test_a_message_may_be_taken_though_its_sender_is_told_otherwise(api: Api) -> None:
    await broken(api, "status", status=500, taken=True)

    answer = await api.send(sms())
    await api.advance(1)

    entry = await newest(api)
    assert (500, 1) == (answer.status_code, await sent(api))
    assert ["submitted", "delivered"] == [body["status"] for _, body in api.receiver.got]
    assert ("accepted", "status") == (entry["request"]["verdict"], entry["request"]["fault"])
    assert entry["about"].endswith("500 sms text to 447700900123, fault status (f1)")


# Which requests


async def test_a_throttle_refuses_what_comes_after_the_first_few(api: Api) -> None:
    await broken(api, "throttle", after=2, retry_after=1)

    answers = [await api.send(sms()) for _ in range(3)]

    assert [202, 202, 429] == [each.status_code for each in answers]
    assert "1" == answers[2].headers["retry-after"]


async def test_a_throttle_counts_by_the_clock_of_the_account(api: Api) -> None:
    await broken(api, "throttle", per_s=1)

    first, second = await api.send(sms()), await api.send(sms())
    await api.advance(1)
    third = await api.send(sms())

    assert [202, 429, 202] == [each.status_code for each in (first, second, third)]


@pytest.mark.parametrize(
    ("when", "hit"),
    [
        ({"channel": "sms"}, True),
        ({"channel": "txt"}, True),
        ({"channel": ["mms", "viber"]}, False),
        ({"text": {"matches": "^Table"}}, True),
        ({"to": {"starts_with": "4477"}, "from": "ACME"}, True),
        ({"json": {"message.content.type": "text"}}, True),
        ({"headers": {"x-request-id": {"exists": True}}}, False),
        ({"operation": "dispatch"}, False),
        ({"version": "v0.1", "path": "/v0.1/messages", "method": "POST"}, True),
        ({"q": "channel:sms to:4477* text:ready"}, True),
    ],
)
async def test_a_fault_hits_what_it_is_asked_to(api: Api, when: Json, hit: bool) -> None:
    await broken(api, "status", status=503, when=when)

    answer = await api.send(sms())

    assert (503 if hit else 202) == answer.status_code


async def test_a_request_that_breaks_the_contract_is_refused_as_ever_by_a_fault_that_looks_at_messages(
    api: Api,
) -> None:
    await broken(api, "status", status=503, when={"channel": "sms"})

    answer = await api.send(sms(to={"type": "sms", "number": "x"}))

    assert 400 == answer.status_code


@pytest.mark.parametrize("content", [b"{", b'{"from": 1}'])
async def test_a_fault_that_looks_at_no_message_hits_any_request_of_the_account(api: Api, content: bytes) -> None:
    await broken(api, "status", status=503, when={"operation": "send"})

    answer = await api.client.post("/v0.1/messages", content=content, headers=basic("mockkey1"))

    assert 503 == answer.status_code
    assert "refused" == (await newest(api))["request"]["verdict"]


async def test_a_request_without_credentials_is_none_of_the_accounts(open_api: OpenApi) -> None:
    async with open_api() as api:
        await broken(api, "status", status=503)

        answer = await api.client.post("/v0.1/messages", json=sms())

    assert 401 == answer.status_code


async def test_an_update_can_be_hit(api: Api) -> None:
    await broken(api, "status", status=503, when={"operation": "update", "method": "PATCH"})

    answer = await api.client.patch("/v1/messages/x", json={"status": "revoked"}, headers=basic("mockkey1"))

    assert 503 == answer.status_code


# Other faults


async def test_latency_holds_the_answer_back_in_real_time_while_webhooks_go_out(api: Api) -> None:
    await broken(api, "latency", delay="60ms")
    loop = asyncio.get_running_loop()

    began_s = loop.time()
    answer = await api.send(sms())

    assert 202 == answer.status_code
    assert loop.time() - began_s >= 0.06
    assert (await newest(api))["about"].endswith(", fault latency (f1), 0.06 s late")


async def test_a_server_that_stops_holds_no_answer_back(api: Api) -> None:
    await broken(api, "latency", delay="1h")

    waiting = asyncio.create_task(api.send(sms()))
    await _until_journalled(api)
    await api.app.runtime.stop(0)

    assert 202 == (await waiting).status_code


async def test_a_malformed_body_is_no_json_and_the_message_is_taken(api: Api) -> None:
    await broken(api, "malformed")

    answer = await api.send(sms())

    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert (202, 1) == (answer.status_code, await sent(api))


async def test_a_truncated_body_is_shorter_than_announced(api: Api) -> None:
    await broken(api, "truncate")

    answer = await api.send(sms())

    assert len(answer.content) == int(answer.headers["content-length"]) // 2


@pytest.mark.parametrize("do", ["truncate", "malformed"])
async def test_an_answer_without_a_body_is_spoilt_all_the_same(api: Api, do: str) -> None:
    arrived = await api.client.post("/_mock/inbound", json={"channel": "whatsapp", "kind": "text"})
    await broken(api, do)

    uuid = arrived.json()["message_uuid"]
    answer = await api.client.patch(f"/v1/messages/{uuid}", json={"status": "read"}, headers=basic("mockkey1"))

    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize(("taken", "count"), [(True, 1), (False, 0)])
async def test_without_a_connection_to_reset_the_reset_is_raised(api: Api, taken: bool, count: int) -> None:
    await broken(api, "reset", taken=taken)
    transport = httpx2.ASGITransport(app=api.app)

    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        with pytest.raises(ConnectionResetError, match="on purpose"):
            await client.post("/v0.1/messages", json=sms(), headers=basic("mockkey1"))

    entry = await newest(api)
    assert (count, 0, "reset") == (await sent(api), entry["request"]["status"], entry["request"]["fault"])
    assert entry["about"].startswith("POST /v0.1/messages unanswered")


async def test_a_hang_lasts_until_the_server_stops(api: Api) -> None:
    await broken(api, "hang")

    waiting = asyncio.create_task(api.send(sms()))
    await _until_journalled(api)
    is_done = waiting.done()
    await api.app.runtime.stop(0)
    answer = await waiting

    assert (False, 500) == (is_done, answer.status_code)


async def _until_journalled(api: Api) -> None:
    """Wait for the first entry."""
    answer = await api.client.get("/_mock/journal?after=0&wait_s=10")
    assert answer.json()["entries"]


async def test_a_rule_of_the_provider_still_refuses_what_a_fault_only_delays(open_api: OpenApi) -> None:
    async with open_api() as api:
        await api.client.put("/_mock/accounts/mockkey1", json={"provider": {"balance": "0", "prices": {"sms": "1"}}})
        await broken(api, "malformed", when={"channel": "sms"})

        answer = await api.send(sms())

    assert 400 == answer.status_code


# External accounts


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"do": "status", "problem": "throttled", "when": {"operation": "external"}}, 429),
        ({"do": "status", "status": 503, "body": "busy", "headers": {"content-type": "text/plain"}}, 503),
        ({"do": "status", "status": 503, "when": {"operation": "send"}}, 200),
        ({"do": "latency", "delay": 0.01}, 200),
        ({"do": "malformed"}, 200),
    ],
)
async def test_external_accounts_can_be_hit_too(api: Api, members: Json, status: int) -> None:
    await broken(api, **members)

    answer = await api.client.get("/beta/chatapp-accounts", headers=basic("mockkey1"))

    request = (await newest(api))["request"]
    assert status == answer.status_code
    assert (None if "operation" in members.get("when", {}) and status == 200 else members["do"]) == request["fault"]


async def test_an_external_account_may_be_made_though_its_maker_is_told_otherwise(api: Api) -> None:
    await broken(api, "status", status=500, taken=True, next=1)
    page = {"access_token": "abc", "external_id": "12345678", "name": "Shop"}

    made = await api.client.post("/beta/chatapp-accounts/messenger", json=page, headers=basic("mockkey1"))
    entry = await newest(api)
    found = await api.client.get("/beta/chatapp-accounts/messenger/12345678", headers=basic("mockkey1"))

    assert (500, 200) == (made.status_code, found.status_code)
    assert ("request", "accepted") == (entry["kind"], entry["request"]["verdict"])
    assert entry["about"].endswith("fault status (f1)")


@pytest.mark.parametrize(("do", "spoilt"), [("latency", False), ("truncate", True)])
async def test_an_answer_without_content_can_be_hit(api: Api, do: str, spoilt: bool) -> None:
    page = {"access_token": "abc", "external_id": "12345678", "name": "Shop"}
    await api.client.post("/beta/chatapp-accounts/messenger", json=page, headers=basic("mockkey1"))
    await broken(api, do, **({"delay": 0.01} if do == "latency" else {}))

    answer = await api.client.delete("/beta/chatapp-accounts/messenger/12345678", headers=basic("mockkey1"))

    assert (204, b"{" if spoilt else b"") == (answer.status_code, answer.content)


@pytest.mark.parametrize(("taken", "status"), [(True, 200), (False, 404)])
async def test_a_reset_of_an_external_account_does_its_deed_or_not(api: Api, taken: bool, status: int) -> None:
    await broken(api, "reset", taken=taken, next=1)
    page = {"access_token": "abc", "external_id": "12345678", "name": "Shop"}

    await api.client.post("/beta/chatapp-accounts/messenger", json=page, headers=basic("mockkey1"))
    request = (await newest(api))["request"]
    found = await api.client.get("/beta/chatapp-accounts/messenger/12345678", headers=basic("mockkey1"))

    assert status == found.status_code
    assert (0, "accepted" if taken else "refused") == (request["status"], request["verdict"])


async def test_a_request_that_breaks_its_contract_is_hit_only_by_faults_that_look_at_none_of_it(api: Api) -> None:
    await broken(api, "status", status=503, when={"channel": "messenger"})
    url, headers = "/beta/chatapp-accounts/messenger", basic("mockkey1")

    before = await api.client.post(url, json={}, headers=headers)
    await broken(api, "status", status=502)
    after = await api.client.post(url, json={}, headers=headers)

    assert before.status_code in {400, 422}
    assert 502 == after.status_code


# Webhooks


async def test_a_webhook_and_its_tries_show_what_was_done_to_them(api: Api) -> None:
    await api.client.post("/_mock/faults", json={"on": "webhooks", "do": "changed_body", "next": 1})

    await api.send(sms())
    await api.advance(1)

    delivered, submitted = (await api.client.get("/_mock/deliveries")).json()["deliveries"]
    assert {"do": "changed_body", "by": "f1"} == submitted["fault"]
    assert ["changed_body"] == [each["fault"] for each in submitted["attempts"]]
    assert (None, [None]) == (delivered["fault"], [each["fault"] for each in delivered["attempts"]])
    assert {"changed_on_purpose": True}.items() <= api.receiver.got[0][1].items()


async def test_the_document_tells_which_members_go_with_which_fault(api: Api) -> None:
    document = (await api.client.get("/_mock/openapi.json")).json()

    schema = document["paths"]["/_mock/faults"]["post"]["requestBody"]["content"]["application/json"]["schema"]

    latency = next(each for each in schema["x-kinds"] if each["do"] == "latency")
    assert ("answers", ["delay"], ["delay"]) == (latency["on"], latency["takes"], latency["needs"])
    assert {each["do"] for each in schema["x-kinds"]} == set(schema["properties"]["do"]["enum"])
    assert {name for each in schema["x-kinds"] for name in each["takes"]} <= schema["properties"].keys()
    assert ["next", "nth", "every", "probability"] == schema["x-selectors"]
    assert "event" in schema["x-when"]["webhooks"]
    assert "state" not in schema["x-when"]["answers"]
    assert all("description" in each for name, each in schema["properties"].items() if name not in {"on", "do"})
