"""The official Node client of Messages v1, in two releases, sends to a running server and takes its webhooks."""

import base64
import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from mockserver.contract.specs import load_specs
from mockserver.model import Json
from tests.clients.messages_v1 import EMAIL, MESSAGES, of
from tests.clients.node_v3 import (
    API_SECRET,
    APPLICATION,
    CLIENTS,
    KEY,
    SECRET,
    UNFIT,
    Stage,
    camel,
    classes_in,
    made,
    staged,
)
from tests.clients.python import new_key, pem
from tests.clients.receiver import Hook
from tests.clients.table import Results, Row

pytestmark = pytest.mark.node

EMAIL_CLASSES = {"node-v3": set[str](), "node-v3-next": {"EmailContent", "EmailHTML", "EmailText"}}
"""Classes of the channel email, which no published document of the API has."""
TEXT = of("sms", "text")


@pytest.fixture(scope="module", params=CLIENTS, ids=lambda client: client.place)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Set the stage for each client."""
    with staged(request.param, tmp_path_factory.mktemp("tls")) as stage:
        yield stage


def test_messages_here_use_every_class_of_the_client(stage: Stage) -> None:
    told = stage.told()

    assert classes_in([made(each) for each in MESSAGES]) | EMAIL_CLASSES[stage.client.place] == set(told["classes"])


@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("auth", [None, {"apiKey": KEY, "apiSecret": API_SECRET}], ids=["token", "key and secret"])
def test_client_sends_every_message_as_written(auth: Json, stage: Stage, *, https: bool) -> None:
    results = stage.do(*({"send": made(each)} for each in MESSAGES), auth=auth, https=https)

    assert [] == [result["error"] for result in results if "error" in result]
    uuids = [result["answer"]["messageUUID"] for result in results]
    assert [str(UUID(uuid)) for uuid in uuids] == uuids
    assert len(MESSAGES) == len(set(uuids))
    seen = [request for uuid in uuids for request in stage.requests(uuid)]
    assert [("POST", "/v1/messages", 202)] * len(MESSAGES) == [(r["method"], r["path"], r["status"]) for r in seen]
    assert MESSAGES == [json.loads(request["body"]) for request in seen]


def test_client_does_what_its_results_say(stage: Stage, results: Results) -> None:
    """The client's own helper takes every status and inbound webhook of every channel and kind."""
    uuids = stage.send(*map(made, MESSAGES))
    statuses = [stage.receiver.wait("/status", 2, message_uuid=uuid) for uuid in uuids]
    inbound = [stage.receiver.wait("/inbound", 1, message_uuid=uuid)[0] for uuid in arrivals(stage)]

    is_taken = stage.taken([hook for hooks in [*statuses, inbound] for hook in hooks])

    results.check(
        stage.client.place,
        client=stage.client.package,
        version=stage.client.version,
        rows=[
            *(row_of(message, hooks, is_taken) for message, hooks in zip(MESSAGES, statuses, strict=True)),
            *(Row(*kind_of(hook), inbound=is_taken[hook.token]) for hook in inbound),
        ],
    )
    assert [["submitted", "delivered"]] * len(uuids) == [[hook.body["status"] for hook in hooks] for hooks in statuses]
    assert inbound_kinds() == [kind_of(hook) for hook in inbound]


def row_of(message: Json, hooks: list[Hook], is_taken: dict[str, bool]) -> Row:
    """Return the row of a message that was accepted."""
    taken = all(is_taken[hook.token] for hook in hooks)
    return Row(message["channel"], message["message_type"], sent=True, accepted=True, statuses=taken)


def inbound_kinds() -> list[tuple[str, str]]:
    """Return every channel and kind that can come in, as v1 names them."""
    capabilities = load_specs().capabilities
    rows = [row for row in capabilities.rows_in("v1") if row.direction == "inbound" and row.is_supported]
    return [(capabilities.channels[row.channel].names["v1"], row.kind) for row in rows]


def arrivals(stage: Stage) -> list[str]:
    """Let one message of each inbound kind arrive; return their uuids."""
    return [stage.arrive(channel, kind) for channel, kind in inbound_kinds()]


def kind_of(hook: Hook) -> tuple[str, str]:
    """Return the channel and the kind that an inbound webhook tells of."""
    return hook.body["channel"], hook.body.get("message_type", "text")


def test_client_with_key_and_secret_sends_and_the_account_hears_of_it(stage: Stage) -> None:
    [result] = stage.do({"send": made(TEXT)}, auth={"apiKey": KEY, "apiSecret": API_SECRET})

    hooks = stage.receiver.wait("/account", 2, message_uuid=result["answer"]["messageUUID"])
    assert ["submitted", "delivered"] == [hook.body["status"] for hook in hooks]


def test_status_goes_where_the_message_says_and_in_the_version_it_says(stage: Stage) -> None:
    own = {**TEXT, "webhook_url": f"{stage.receiver.url}/own", "webhook_version": "v0.1"}

    [uuid] = stage.send(made(own))

    hooks = stage.receiver.wait("/own", 2, message_uuid=uuid)
    assert [{"type": "sms", "number": TEXT["to"]}] * 2 == [hook.body["to"] for hook in hooks]


def test_next_message_is_sent_when_the_first_is_rejected(stage: Stage) -> None:
    """The client hands the uuid on, but drops the id of the workflow."""
    first = {**camel(of("whatsapp", "text")), "clientRef": "mock:rejected:1300"}

    [uuid] = stage.send({**first, "failover": [made(of("rcs", "text")), made(TEXT)]})

    [request] = stage.requests(uuid)
    step = {"workflow_id": request["answer"]["workflow_id"], "items_total": "3"}
    [rejected] = stage.receiver.wait("/status", 1, message_uuid=uuid)
    assert ("rejected", {**step, "items_number": "1"}) == (rejected.body["status"], rejected.body["workflow"])
    followed = stage.receiver.wait("/status", 2, workflow={**step, "items_number": "2"})
    assert [("rcs", "submitted"), ("rcs", "delivered")] == [(h.body["channel"], h.body["status"]) for h in followed]


def test_client_marks_a_message_as_read_and_shows_that_it_types(stage: Stage) -> None:
    uuid = stage.arrive("whatsapp", "text")

    results = stage.do({"update": [uuid, "read", {"typingIndicator": "text"}]}, {"update": [uuid, "read"]})

    assert [{"answer": True}] * 2 == results
    seen = stage.requests(uuid)
    assert [("PATCH", f"/v1/messages/{uuid}", 202)] * 2 == [(r["method"], r["path"], r["status"]) for r in seen]
    assert [{"status": "read", "replying_indicator": {"show": True, "type": "text"}}, {"status": "read"}] == [
        json.loads(request["body"]) for request in seen
    ]


def test_client_revokes_a_message(stage: Stage) -> None:
    [uuid] = stage.send(made({**of("rcs", "text"), "client_ref": "mock:undelivered"}))

    assert [{"answer": True}] == stage.do({"update": [uuid, "revoked"]})


def test_client_is_told_what_cannot_be_updated(stage: Stage) -> None:
    [uuid] = stage.send(made(TEXT))

    unknown, impossible = stage.do({"update": [str(uuid4()), "read"]}, {"update": [uuid, "read"]})

    assert ("VetchError", 404, "Not Found") == read(unknown)
    assert ("VetchError", 422, "Operation not supported") == read(impossible)


def read(result: Json) -> tuple[str, int, str]:
    """Return what a client's user reads of an error: its class, its status and its title."""
    error = result["error"]
    assert {"type", "title", "detail", "instance"} <= error["body"].keys()
    return error["class"], error["status"], error["body"]["title"]


@pytest.mark.parametrize(
    ("status", "title"), [(402, "Low balance"), (429, "Rate Limit Hit"), (500, "Internal error")], ids=str
)
def test_client_reads_errors(status: int, title: str, stage: Stage) -> None:
    [result] = stage.do({"send": made({**TEXT, "client_ref": f"mock:http:{status}"})})

    assert ("VetchError", status, title) == read(result)


@pytest.mark.parametrize(
    "auth",
    [{"applicationId": APPLICATION, "privateKey": pem(new_key())}, {"apiKey": KEY, "apiSecret": "another"}],
    ids=["another key", "another secret"],
)
def test_client_with_wrong_credentials_is_turned_away(auth: Json, stage: Stage) -> None:
    [result] = stage.do({"send": made(TEXT)}, auth=auth)

    assert ("VetchError", 401, "You did not provide correct credentials.") == read(result)


def test_client_with_an_application_without_the_capability_is_turned_away(stage: Stage) -> None:
    [result] = stage.do({"send": made(TEXT)}, auth={**stage.application, "applicationId": UNFIT})

    assert ("VetchError", 401) == read(result)[:2]
    assert "https://developer.vonage.com/api-errors/#unprovisioned" == result["error"]["body"]["type"]


def test_client_reads_which_parameter_is_wrong(stage: Stage) -> None:
    wrong = camel(of("mms", "image"))
    del wrong["image"]["url"]

    [result] = stage.do({"send": wrong})

    assert ("VetchError", 422, "Invalid params") == read(result)
    assert ["image.url"] == [each["name"] for each in result["error"]["body"]["invalid_parameters"]]


def test_email_is_refused_as_no_channel(stage: Stage) -> None:
    settings = {"subject": "News", "from": {"email": EMAIL["from"], "name": "Acme"}}
    own = [{"class": name, "params": {**EMAIL, "email": settings}} for name in EMAIL_CLASSES[stage.client.place]]

    results = stage.do(*({"send": each} for each in [camel(EMAIL), *own]))

    assert {("VetchError", 422, "Unsupported channel")} == {read(result) for result in results}
    assert {"https://developer.vonage.com/api-errors/messages#1100"} == {
        result["error"]["body"]["type"] for result in results
    }


@pytest.mark.parametrize("path", ["/status", "/inbound"])
def test_client_refuses_a_webhook_of_another(path: str, stage: Stage) -> None:
    uuid = stage.arrive("sms", "text") if path == "/inbound" else stage.send(made(TEXT))[0]
    [hook, *_] = stage.receiver.wait(path, 1, message_uuid=uuid)

    results = stage.do(
        {"verify": [hook.token, SECRET]},
        {"verify": [tampered(hook.token), SECRET]},
        {"verify": [hook.token, SECRET[1:]]},
    )

    assert [True, False, False] == [result["answer"] for result in results]


def tampered(token: str) -> str:
    """Return a token that names another account under the same signature."""
    head, claims, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    other = base64.urlsafe_b64encode(json.dumps({**said, "api_key": "another"}).encode()).rstrip(b"=").decode()
    return f"{head}.{other}.{signature}"


def test_newer_client_rewrites_names_inside_what_it_should_hand_on(stage: Stage) -> None:
    """Known of the client, and no fault of the server: it shows in the journal what left the client."""
    message = {**camel(of("whatsapp", "custom")), "custom": {"locationName": "Clinic"}}

    [uuid] = stage.send(message)

    [request] = stage.requests(uuid)
    expected = {"node-v3": "locationName", "node-v3-next": "location_name"}[stage.client.place]
    assert {expected: "Clinic"} == json.loads(request["body"])["custom"]
