"""The older official Python client of Messages v1, version 3: that it sends, is refused, updates and verifies."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from mockserver.model import Json
from tests.clients.messages_v1 import MESSAGES, of
from tests.clients.python import API_SECRET, KEY, SECRET, PythonClient, Stage, shown_of_received, staged
from tests.clients.table import Results, Row

pytestmark = pytest.mark.python_client

CLIENT = PythonClient("python-3", "vonage3.py")
LACKING = {
    ("mms", "text"),
    ("mms", "file"),
    ("mms", "content"),
    ("rcs", "card"),
    ("rcs", "carousel"),
    ("whatsapp", "reaction"),
}
"""Channels and kinds that the client refuses to send."""
DEFAULTS: dict[str, dict[str, Any]] = {"viber_service": {"viber_service": {}}}
"""Members without which the client sends nothing on a channel."""


def cell(message: Json) -> tuple[str, str]:
    """Return the channel and the kind of a message."""
    return message["channel"], message["message_type"]


SENDABLE = [DEFAULTS.get(each["channel"], {}) | each for each in MESSAGES if cell(each) not in LACKING]
TEXT = of("sms", "text")
ERRORS = {
    401: ("AuthenticationError", "Authentication failed."),
    422: ("ClientError", "Invalid params: The value of one or more parameters is invalid. (https://"),
    500: ("ServerError", "500 response from 127.0.0.1"),
}
"""The class of each error, and how its text begins; the client drops the body of a 401 and of a 5xx."""


def send(message: Json, **members: Json) -> Json:
    """Return the step that sends a message with some members set otherwise."""
    return {"do": "send", "message": {**message, **members}}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Set the stage."""
    with staged(CLIENT, tmp_path_factory.mktemp("tls")) as stage:
        yield stage


def test_messages_here_are_of_every_kind_the_client_sends(stage: Stage) -> None:
    [kinds] = stage.do({"do": "kinds"})

    assert {(channel, kind) for channel, each in kinds.items() for kind in each} == set(map(cell, SENDABLE))


def test_client_does_what_its_results_say(stage: Stage, results: Results) -> None:
    """It sends one message of each kind it can; the helper it brings along takes every webhook."""
    told = stage.told(*map(send, SENDABLE))

    assert [] == [answer for answer in told["results"] if answer.keys() != {"message_uuid"}]
    hooks = [stage.receiver.wait("/status", 2, message_uuid=answer["message_uuid"]) for answer in told["results"]]
    taken = stage.taken([hook for each in hooks for hook in each])
    assert [["submitted", "delivered"]] * len(SENDABLE) == [[hook.body["status"] for hook in each] for each in hooks]
    sent = [
        Row(*cell(message), sent=True, accepted=True, statuses=all(taken[hook.token] for hook in each))
        for message, each in zip(SENDABLE, hooks, strict=True)
    ]
    rows = [*sent, *shown_of_received(stage)]
    assert [] == [row for row in rows if False in (row.statuses, row.inbound)]
    results.check(CLIENT.place, client="Python vonage", version=told["version"], rows=rows)


def test_client_sends_with_key_and_secret(stage: Stage) -> None:
    [result] = stage.do(send(TEXT), auth={"key": KEY, "secret": API_SECRET})

    assert {"message_uuid"} == result.keys()


def test_client_is_told_the_workflow_of_a_message_with_failover(stage: Stage) -> None:
    [result] = stage.do(send(of("rcs", "text"), failover=[TEXT]))

    assert {"message_uuid", "workflow_id"} == result.keys()


def test_client_updates_messages(stage: Stage) -> None:
    [sent] = stage.do(send(of("rcs", "text"), client_ref="mock:undelivered"))

    results = stage.do(
        {"do": "read", "uuid": stage.arrive("whatsapp", "text")}, {"do": "revoke", "uuid": sent["message_uuid"]}
    )

    assert [None, None] == results


@pytest.mark.parametrize("status", ERRORS)
def test_client_raises_the_error_of_a_status(status: int, stage: Stage) -> None:
    error, words = ERRORS[status]

    [result] = stage.do(send(TEXT, client_ref=f"mock:http:{status}"))

    assert error == result["error"]
    assert result["text"].startswith(words)


def test_client_is_told_what_cannot_be_updated(stage: Stage) -> None:
    unknown = str(uuid4())

    [result] = stage.do({"do": "read", "uuid": unknown})

    assert "ClientError" == result["error"]
    assert f"Not Found: External Id not found for message {unknown}." in result["text"]


def test_client_refuses_a_webhook_of_another(stage: Stage) -> None:
    [sent] = stage.do(send(TEXT))
    first, second = stage.receiver.wait("/status", 2, message_uuid=sent["message_uuid"])
    tampered = f"{first.token.rpartition('.')[0]}.{second.token.rpartition('.')[2]}"

    results = stage.do(
        {"do": "verify", "token": first.token, "secret": SECRET},
        {"do": "verify", "token": tampered, "secret": SECRET},
    )

    assert [True, False] == results
