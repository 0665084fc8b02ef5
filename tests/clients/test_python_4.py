"""The official Python client of Messages v1, version 4, sends to a running server by https and takes its webhooks."""

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import jwt
import pytest

from mockserver.model import Json
from tests.clients.messages_python import ABSTRACT, CASES, INDICATOR, MMS, RCS, SMS, TEXT, WHATSAPP, models_in, of
from tests.clients.python import (
    API_SECRET,
    APPLICATION,
    KEY,
    SECRET,
    PythonClient,
    Stage,
    new_key,
    pem,
    shown_of_received,
    staged,
)
from tests.clients.table import Results, Row

pytestmark = pytest.mark.python_client

CLIENT = PythonClient("python-4", "vonage4.py")
ACCOUNT = {"api_key": KEY, "api_secret": API_SECRET}
DOCS = "https://developer.vonage.com/api-errors"
UNAUTHORIZED = {
    "type": f"{DOCS}/#unathorized",
    "title": "You did not provide correct credentials.",
    "detail": "Check that you're using the correct credentials, and that your account has this feature enabled",
}
LOW_BALANCE = {
    "type": f"{DOCS}/#low-balance",
    "title": "Low balance",
    "detail": "This request could not be performed due to your account balance being low.",
}
THROTTLED = {
    "type": f"{DOCS}/messages#1000",
    "title": "Rate Limit Hit",
    "detail": "Please wait, then retry your request",
}
INTERNAL = {
    "type": f"{DOCS}/messages#1000",
    "title": "Internal error",
    "detail": "There was an error processing your request in the Platform.",
}
INVALID = {
    "type": f"{DOCS}/messages#1150",
    "title": "Invalid params",
    "detail": "The value of one or more parameters is invalid.",
}
NOT_SUPPORTED = {
    "type": "",
    "title": "Operation not supported",
    "detail": "This operation is not supported for this channel.",
}
ERRORS = {
    401: ("AuthenticationError", UNAUTHORIZED),
    402: ("HttpRequestError", LOW_BALANCE),
    422: ("HttpRequestError", INVALID),
    429: ("RateLimitedError", THROTTLED),
    500: ("ServerError", INTERNAL),
}


def send(message: Json, *failover: Json) -> Json:
    """Return the step that sends a message."""
    return {"do": "send", "message": message, **({"failover": failover} if failover else {})}


def problem(result: Json) -> Json:
    """Return what an error says, without the trace that is another one each time."""
    assert len(result["body"]["instance"]) >= 32
    return {name: result["body"][name] for name in ("type", "title", "detail")}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Set the stage."""
    with staged(CLIENT, tmp_path_factory.mktemp("tls")) as stage:
        yield stage


def test_messages_here_use_every_model_of_the_client(stage: Stage) -> None:
    [names] = stage.do({"do": "models"})

    assert models_in([INDICATOR, *(case.message for case in CASES)]) | ABSTRACT == set(names)


def test_client_sends_every_message(stage: Stage) -> None:
    results = stage.do(*(send(case.message) for case in CASES))

    assert [] == [result for result in results if result.keys() != {"message_uuid"}]
    uuids = [result["message_uuid"] for result in results]
    assert [str(UUID(uuid)) for uuid in uuids] == uuids
    assert len(CASES) == len(set(uuids))
    seen = [request for uuid in uuids for request in stage.requests(uuid)]
    assert [("POST", "/v1/messages", 202, case.channel, case.kind) for case in CASES] == [
        (each["method"], each["path"], each["status"], body["channel"], body["message_type"])
        for each in seen
        for body in [json.loads(each["body"])]
    ]


def test_client_does_what_its_results_say(stage: Stage, results: Results) -> None:
    """Every status and inbound webhook of every channel and kind is taken by the client's own helper."""
    told = stage.told(*(send(case.message) for case in CASES))

    rows = [*shown_of_sent(stage, told["results"]), *shown_of_received(stage)]

    assert [] == [row for row in rows if False in (row.accepted or not row.sent, row.statuses, row.inbound)]
    results.check(CLIENT.place, client="Python vonage", version=told["version"], rows=rows)


def shown_of_sent(stage: Stage, answers: list[Json]) -> list[Row]:
    """Return what each message showed: whether it was accepted, and whether both its statuses were taken."""
    hooks = {
        answer["message_uuid"]: stage.receiver.wait("/status", 2, message_uuid=answer["message_uuid"])
        for answer in answers
        if "message_uuid" in answer
    }
    taken = stage.taken([hook for each in hooks.values() for hook in each])
    rows = []
    for case, answer in zip(CASES, answers, strict=True):
        mine = hooks.get(answer.get("message_uuid"), [])
        told = [(hook.body["channel"], hook.body["status"], taken[hook.token]) for hook in mine]
        expected = [(case.channel, status, True) for status in ("submitted", "delivered")]
        rows.append(Row(case.channel, case.kind, sent=True, accepted=bool(mine), statuses=expected == told))
    return rows


@pytest.mark.parametrize(
    ("auth", "claims"),
    [(None, {"api_key": KEY, "application_id": APPLICATION}), (ACCOUNT, {"api_key": KEY})],
    ids=["application", "key and secret"],
)
def test_client_sends_with_either_kind_of_credentials(auth: Json, claims: Json, stage: Stage) -> None:
    [result] = stage.do(send(TEXT), auth=auth)

    for hook in stage.receiver.wait("/status", 2, message_uuid=result["message_uuid"]):
        said = jwt.decode(hook.token, SECRET, algorithms=["HS256"])
        assert claims == {name: said[name] for name in said.keys() & {"api_key", "application_id"}}


def test_client_is_told_the_workflow_of_a_message_with_failover(stage: Stage) -> None:
    rejected = of("WhatsappText", WHATSAPP, text="Server down", client_ref="mock:rejected:1300")

    [result] = stage.do(send(rejected, of("RcsText", RCS, text="Server down"), TEXT))

    assert {"message_uuid", "workflow_id"} == result.keys()
    workflow = {"workflow_id": result["workflow_id"], "items_total": "3"}
    [first] = stage.receiver.wait("/status", 1, message_uuid=result["message_uuid"])
    assert ("rejected", {**workflow, "items_number": "1"}) == (first.body["status"], first.body["workflow"])
    followed = stage.receiver.wait("/status", 2, workflow={**workflow, "items_number": "2"})
    assert [("rcs", "submitted"), ("rcs", "delivered")] == [
        (hook.body["channel"], hook.body["status"]) for hook in followed
    ]


@pytest.mark.parametrize("auth", [None, ACCOUNT], ids=["application", "key and secret"])
def test_client_marks_a_message_as_read_and_shows_that_it_types(auth: Json, stage: Stage) -> None:
    uuid = stage.arrive("whatsapp", "text")

    results = stage.do(
        {"do": "read", "uuid": uuid, "replying_indicator": INDICATOR}, {"do": "read", "uuid": uuid}, auth=auth
    )

    assert [None, None] == results
    seen = stage.requests(uuid)
    assert [("PATCH", f"/v1/messages/{uuid}", 202)] * 2 == [(r["method"], r["path"], r["status"]) for r in seen]
    assert [{"status": "read", "replying_indicator": {"show": True, "type": "text"}}, {"status": "read"}] == [
        json.loads(request["body"]) for request in seen
    ]


def test_client_revokes_a_message(stage: Stage) -> None:
    [sent] = stage.do(send(of("RcsText", RCS, text="Too late", client_ref="mock:undelivered")))

    assert [None] == stage.do({"do": "revoke", "uuid": sent["message_uuid"]})


@pytest.mark.parametrize("status", ERRORS)
@pytest.mark.parametrize("by", ["client_ref", "recipient"])
def test_client_raises_the_error_of_a_status(by: str, status: int, stage: Stage) -> None:
    error, expected = ERRORS[status]
    magic = {"client_ref": {"client_ref": f"mock:http:{status}"}, "recipient": {"to": f"99900000{status}"}}

    [result] = stage.do(send({**TEXT, **magic[by]}))

    assert (error, status, expected) == (result["error"], result["status"], problem(result))
    assert expected["detail"] in result["text"]


@pytest.mark.parametrize(
    "auth",
    [{"application_id": APPLICATION, "private_key": pem(new_key())}, {"api_key": KEY, "api_secret": "another"}],
    ids=["another key", "another secret"],
)
def test_client_with_wrong_credentials_is_turned_away(auth: Json, stage: Stage) -> None:
    [result] = stage.do(send(TEXT), auth=auth)

    assert ("AuthenticationError", 401, UNAUTHORIZED) == (result["error"], result["status"], problem(result))


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (of("MmsImage", MMS, image=of("MmsResource", url="box.jpg")), "image.url"),
        (of("WhatsappCustom", WHATSAPP), "custom"),
        (of("Sms", SMS, text="x" * 1001), "text"),
    ],
    ids=["URL", "nothing custom", "text too long"],
)
def test_error_names_the_field_that_is_wrong(message: Json, field: str, stage: Stage) -> None:
    [result] = stage.do(send(message))

    assert ("HttpRequestError", 422, INVALID) == (result["error"], result["status"], problem(result))
    assert [field] == [each["name"] for each in result["body"]["invalid_parameters"]]
    assert f'"name": "{field}"' in result["text"]


def test_client_is_told_what_cannot_be_updated(stage: Stage) -> None:
    unknown = str(uuid4())
    [sent] = stage.do(send(TEXT))

    missing, impossible, wrong = stage.do(
        {"do": "read", "uuid": unknown},
        {"do": "read", "uuid": sent["message_uuid"]},
        {"do": "revoke", "uuid": stage.arrive("whatsapp", "text")},
    )

    expected = {
        "type": f"{DOCS}#not-found",
        "title": "Not Found",
        "detail": f"External Id not found for message {unknown}.",
    }
    assert ("NotFoundError", 404, expected) == (missing["error"], missing["status"], problem(missing))
    for result in (impossible, wrong):
        assert ("HttpRequestError", 422, NOT_SUPPORTED) == (result["error"], result["status"], problem(result))


def test_client_refuses_a_webhook_of_another(stage: Stage) -> None:
    [sent] = stage.do(send(TEXT))
    first, second = stage.receiver.wait("/status", 2, message_uuid=sent["message_uuid"])
    tampered = f"{first.token.rpartition('.')[0]}.{second.token.rpartition('.')[2]}"

    results = stage.do(
        {"do": "verify", "token": first.token, "secret": SECRET},
        {"do": "verify", "token": tampered, "secret": SECRET},
        {"do": "verify", "token": first.token, "secret": f"not {SECRET}"},
    )

    assert [True, False, False] == results
