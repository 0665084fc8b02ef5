"""The route of Dispatch, in process: what is accepted, refused and journalled."""

import re
import uuid

import msgspec
import pytest

from mockserver.model import Account, Json, Provider
from tests.web.conftest import STATUS_URL, Api, OpenApi, basic, sms

PATHS = ["/v0.1/dispatch", "/v0.1/dispatch/", "/v0.1/dispatch?", "/beta/workflows", "/beta/workflows/"]
EMPTY = "The workflow JSON Object cannot be empty"


def messenger(**failover: Json) -> Json:
    """Return a step that a user is to read, and that another follows."""
    return {
        "from": {"type": "messenger", "id": "104455667788990"},
        "to": {"type": "messenger", "id": "2233445566778899"},
        "message": {"content": {"type": "text", "text": "Server down"}},
        "failover": {"expiry_time": 600, "condition_status": "read", **failover},
    }


def workflow(*steps: Json, **changes: Json) -> Json:
    """Return a workflow, of a message to read or else an SMS if no steps are given."""
    return {"template": "failover", "workflow": list(steps) or [messenger(), sms()], **changes}


async def dispatched(api: Api, body: Json, path: str = "/v0.1/dispatch") -> Json:
    """Start a workflow that is accepted."""
    answer = await api.send(body, path=path)
    assert answer.status_code == 202, answer.text
    return answer.json()


@pytest.mark.parametrize("path", PATHS)
async def test_workflow_is_accepted_at_every_documented_path(api: Api, path: str) -> None:
    answer = await api.send(workflow(), path=path)

    assert answer.status_code == 202
    assert answer.headers["content-type"] == "application/json"
    assert ["dispatch_uuid"] == list(answer.json())
    assert str(uuid.UUID(answer.json()["dispatch_uuid"])) == answer.json()["dispatch_uuid"]
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-nexmo-trace-id"])


async def test_unread_message_is_followed_by_the_next_and_the_report(api: Api) -> None:
    started = await dispatched(api, workflow())

    await api.advance(700)

    assert {STATUS_URL} == {url for url, _ in api.receiver.got}
    told = [(body["_links"].get("workflow"), body["status"]) for _, body in api.receiver.got]
    link = started | {"href": f"/workflows/{started['dispatch_uuid']}"}
    assert [*[(link, status) for status in ["submitted", "delivered"] * 2], (None, "completed")] == told
    report = api.receiver.got[-1][1]
    assert started["dispatch_uuid"] == report["dispatch_uuid"]
    assert [("messenger", "delivered"), ("sms", "delivered")] == [
        (each["channel"], each["status"]) for each in report["_links"]["messages"]
    ]


@pytest.mark.parametrize("raw", [b"", b"  ", b"{}", b"null"], ids=["no bytes", "blanks", "no members", "null"])
async def test_empty_body_is_refused_in_the_known_words(api: Api, raw: bytes) -> None:
    headers = basic("mockkey1") | {"Content-Type": "application/json"}

    answer = await api.client.post("/v0.1/dispatch", content=raw, headers=headers)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "https://www.nexmo.com/messages/Errors#InvalidParams"
    assert problem["detail"] == "Found errors validating 1 of your submitted parameters."
    assert [{"name": "body", "reason": EMPTY}] == problem["invalid_parameters"]


async def test_empty_body_of_a_message_has_words_of_its_own(api: Api) -> None:
    headers = basic("mockkey1") | {"Content-Type": "application/json"}

    answer = await api.client.post("/v0.1/messages", content=b"", headers=headers)

    assert ["The body is empty; expected a JSON object."] == [
        each["reason"] for each in answer.json()["invalid_parameters"]
    ]


async def test_broken_json_is_refused_where_it_breaks(api: Api) -> None:
    headers = basic("mockkey1") | {"Content-Type": "application/json"}

    answer = await api.client.post("/v0.1/dispatch", content=b'{"template": "failover",}', headers=headers)

    [item] = answer.json()["invalid_parameters"]
    assert item["reason"].startswith("The body is not JSON: ")


async def test_violations_are_named_by_step_and_nothing_is_sent(api: Api) -> None:
    body = workflow(messenger(), sms(message={"content": {"type": "text", "text": ""}}))

    answer = await api.send(body, path="/v0.1/dispatch")
    await api.advance(86400)

    assert answer.status_code == 400
    assert ["workflow[1].message.content.text"] == [each["name"] for each in answer.json()["invalid_parameters"]]
    assert [] == api.receiver.got
    assert [] == (await api.client.get("/_mock/messages")).json()["messages"]


async def test_refused_workflow_is_journalled_with_its_nearest_form(api: Api) -> None:
    await api.send(workflow(messenger(expiry_time="600"), sms()), path="/v0.1/dispatch")

    [entry] = await api.journal(verdict="refused")
    [violation] = entry["request"]["violations"]
    assert ("workflow[0].failover.expiry_time", "600", 600) == (
        violation["name"],
        violation["found"],
        violation["nearest"],
    )
    whole = await api.client.get(f"/_mock/journal/{entry['id']}")
    assert whole.json()["nearest"] == workflow()


async def test_accepted_workflow_is_journalled_with_its_first_message(api: Api) -> None:
    await dispatched(api, workflow())

    [entry] = await api.journal(kind="request")
    [message] = (await api.client.get("/_mock/messages")).json()["messages"]
    assert entry["about"] == "POST /v0.1/dispatch 202 workflow of 2 steps: messenger to 2233445566778899 first"
    assert entry["message_uuid"] == message["message_uuid"]
    assert ("messenger", "text") == (entry["request"]["channel"], entry["request"]["kind"])


async def test_findings_of_the_body_and_of_the_first_step_are_journalled(api: Api) -> None:
    await dispatched(
        api, workflow({**sms(), "failover": {"expiry_time": 20, "condition_status": "read"}}, sms(), ref=1)
    )
    await dispatched(api, workflow({**messenger(), "failover": None}))

    second, first = await api.journal(kind="request")
    assert [("ref", "unknown_member"), ("workflow[0].failover.condition_status", "condition")] == [
        (each["name"], each["rule"]) for each in first["request"]["findings"]
    ]
    assert all(each["name"].startswith("workflow[0].") for each in second["request"]["findings"])
    assert len(second["request"]["findings"]) > 1


async def test_strict_turns_findings_into_refusals(open_api: OpenApi) -> None:
    step = {**sms(), "failover": {"expiry_time": 20, "condition_status": "read"}}
    async with open_api(strict=True) as api:
        answer = await api.send(workflow(step, sms()), path="/v0.1/dispatch")

    assert answer.status_code == 400
    [item] = answer.json()["invalid_parameters"]
    assert item["name"] == "workflow[0].failover.condition_status"


async def test_messages_of_a_workflow_are_shown_with_it(api: Api) -> None:
    started = await dispatched(api, workflow())
    await api.advance(700)

    found = (await api.client.get("/_mock/messages")).json()["messages"]
    assert [(started["dispatch_uuid"], 1), (started["dispatch_uuid"], 0)] == [
        (each["dispatch_uuid"], each["step"]) for each in found
    ]
    deliveries = (await api.client.get("/_mock/deliveries", params={"event": "report"})).json()["deliveries"]
    assert [started["dispatch_uuid"]] == [each["body"]["dispatch_uuid"] for each in deliveries]


async def test_message_moved_by_hand_takes_its_workflow_along(api: Api) -> None:
    await dispatched(api, workflow())
    await api.advance(1)
    [message] = (await api.client.get("/_mock/messages")).json()["messages"]

    moved = await api.client.post(f"/_mock/messages/{message['message_uuid']}/status", json={"status": "read"})
    await api.advance(1)

    assert moved.status_code == 200
    assert ["submitted", "delivered", "read", "completed"] == [body["status"] for _, body in api.receiver.got]


async def test_workflow_can_be_explained_without_sending_it(api: Api) -> None:
    body = workflow(messenger(), {**sms(), "failover": {}})

    told = (await api.client.post("/_mock/explain", json=body)).json()

    assert (False, "Workflow") == (told["valid"], told["branch"])
    assert ["workflow[1].failover"] == [each["name"] for each in told["violations"]]
    assert told["nearest"] == workflow()


async def test_missing_credentials_are_refused(api: Api) -> None:
    answer = await api.client.post("/v0.1/dispatch", json=workflow())

    assert answer.status_code == 401
    assert ("Unauthorised", "Invalid Token") == (answer.json()["title"], answer.json()["detail"])


async def test_other_methods_are_told_what_to_do(api: Api) -> None:
    answer = await api.client.get("/v0.1/dispatch", headers=basic("mockkey1"))

    assert (405, "POST") == (answer.status_code, answer.headers["allow"])
    assert answer.json()["detail"] == "GET is not allowed here; start a workflow with POST."


async def test_unknown_path_hints_at_dispatch(api: Api) -> None:
    answer = await api.send(workflow(), path="/v0.1/dispach")

    assert answer.status_code == 404
    assert "Did you mean /v0.1/dispatch?" in answer.json()["detail"]


async def test_want_of_credit_is_worded_as_dispatch_does(open_api: OpenApi) -> None:
    async with open_api(Account("mockkey1", provider=Provider(balance="0.0000"))) as api:
        answer = await api.send(workflow(sms()), path="/v0.1/dispatch")

        await api.advance(86400)

    assert answer.status_code == 400
    assert "https://developer.vonage.com/api-errors" == answer.json()["type"]
    assert [{"name": "balance", "reason": "Insufficient balance, please check your nexmo account."}] == (
        answer.json()["invalid_parameters"]
    )
    assert [] == api.receiver.got


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 415, 422, 429, 500, 503])
async def test_magic_recipient_of_the_first_step_is_answered_as_it_asks(api: Api, status: int) -> None:
    """Each answer is held against our document on its way out."""
    recipient = {"type": "sms", "number": f"9990000{status:04}"}

    answer = await api.send(workflow(sms(to=recipient)), path="/v0.1/dispatch")

    assert answer.status_code == status
    assert answer.json()["instance"] == answer.headers["x-nexmo-trace-id"]


async def test_stopping_server_takes_no_workflow(api: Api) -> None:
    await api.app.runtime.stop(0)

    answer = await api.send(workflow(), path="/v0.1/dispatch")

    assert answer.status_code == 503


async def test_same_body_twice_starts_two_workflows(api: Api) -> None:
    raw = msgspec.json.encode(workflow())
    headers = basic("mockkey1") | {"Content-Type": "application/json"}

    answers = [await api.client.post("/v0.1/dispatch", content=raw, headers=headers) for _ in range(2)]

    assert 2 == len({each.json()["dispatch_uuid"] for each in answers})
