"""The dialect of v1, by example: webhooks to the letter of the sources, and what each channel tells besides.

That both dialects read what they write is in ``test_laws``.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from mockserver.contract.oracle import Oracle
from mockserver.contract.specs import Specs, load_specs
from mockserver.core.forms import V0_1, V1
from mockserver.model import Direction, Json, Message, Move, Status
from mockserver.problem import Violation
from mockserver.service.versions import versions_of
from mockserver.wire import v1

_AT = datetime(2025, 8, 17, 6, 5, 4, 987_000, tzinfo=UTC)
_UUID = "2c8e5f17-6b3d-4a90-9d42-f1a07b6c3e58"
_WORKFLOW = "8Hq3" * 13 + "abc"
_FAILED = (Status.REJECTED, Status.UNDELIVERABLE)
_SPECS = load_specs()
_CHANNELS = _SPECS.capabilities.channels
_VERSIONS = versions_of(_SPECS, exact=False)
_PARTIES = {
    "sms": ("BISTRO", "447700900131"),
    "mms": ("12025550131", "12025550132"),
    "rcs": ("BistroAgent", "447700900131"),
    "viber": ("31007", "447700900131"),
    "messenger": ("110022003300", "9988776655443322"),
    "whatsapp": ("447700900199", "447700900131"),
}
_ORDER = ["message_uuid", "to", "from", "timestamp", "status", "channel"]
_TOLD = [
    pytest.param(channel, own, told, id=f"{channel}-sent-as-{own}-told-as-{told}")
    for channel, row in _CHANNELS.items()
    for own in row.names
    for told in row.names
]
_REPORTS = [(name, status) for name, row in _CHANNELS.items() for status in row.statuses]


def _message(channel: str, dialect: str = V1, **changes: Json) -> Message:
    sender, recipient = _PARTIES[channel]
    message = Message(
        uuid=_UUID,
        account="key",
        direction=Direction.OUTBOUND,
        dialect=dialect,
        channel=channel,
        kind="text",
        sender=sender,
        recipient=recipient,
        content={"text": "Tonight at eight"},
        at=_AT,
        status=Status.ACCEPTED,
    )
    return msgspec.structs.replace(message, **changes)


def _status(message: Message, status: Status, told: str = V1, code: int | None = None) -> Json:
    error = None if code is None else _SPECS.errors[code]
    return _VERSIONS.dialects[told].status_body(message, _CHANNELS[message.channel], Move(status, _AT, code), error)


@pytest.fixture(scope="module")
def oracles(specs: Specs) -> dict[str, Oracle]:
    """Return the slow authority of each version."""
    return {dialect: Oracle(specs.documents[f"messages-{dialect}"]) for dialect in (V0_1, V1)}


# Requests


def test_read_message_keeps_everything_a_body_says() -> None:
    body = {
        "channel": "viber_service", "message_type": "image", "to": "447700900131", "from": "31007",
        "image": {"url": "https://files.example.org/p.jpg", "caption": "P"}, "client_ref": "r-1",
        "viber_service": {"category": "promotion", "ttl": 600}, "webhook_url": "https://hooks.example.org/s",
        "webhook_version": "v0.1", "colour": "red",
    }  # fmt: skip

    message = v1.read_message(body, _CHANNELS["viber"], uuid=_UUID, account="key", application="app-1", at=_AT)

    assert message == _message(
        "viber",
        kind="image",
        content={"url": "https://files.example.org/p.jpg", "caption": "P"},
        application="app-1",
        client_ref="r-1",
        options={"category": "promotion", "ttl": 600},
        webhook_url="https://hooks.example.org/s",
        webhook_version="v0.1",
    )


@pytest.mark.parametrize(
    ("more", "options"),
    [
        ({"ttl": 60}, {"ttl": 60}),
        ({"sms": {"encoding_type": "unicode"}}, {"encoding_type": "unicode"}),
        ({"ttl": 60, "sms": {"pool_id": "north"}}, {"ttl": 60, "pool_id": "north"}),
        ({"ttl": 60, "sms": {"ttl": 5}}, {"ttl": 60}),
        ({"sms": {"ttl": 5}}, {}),
        ({"sms": {}}, {}),
        ({}, {}),
    ],
)
def test_read_message_takes_each_option_from_where_it_belongs(more: Json, options: Json) -> None:
    body = {"channel": "sms", "message_type": "text", "to": "447700900131", "from": "BISTRO", "text": "Hi", **more}

    message = v1.read_message(body, _CHANNELS["sms"], uuid=_UUID, account="key", application=None, at=_AT)

    assert message.options == options


def test_accepted_names_the_workflow_only_where_there_is_one() -> None:
    plain, first = _message("sms"), _message("sms", workflow=_WORKFLOW, step=0, steps=2)

    assert v1.accepted(plain) == {"message_uuid": _UUID}
    assert v1.accepted(first) == {"message_uuid": _UUID, "workflow_id": _WORKFLOW}


# Statuses


@pytest.mark.parametrize(("channel", "own", "told"), _TOLD)
def test_every_status_passes_its_document_by_contract_and_oracle(
    oracles: dict[str, Oracle], channel: str, own: str, told: str
) -> None:
    message = _message(channel, own, client_ref="r-1")

    for status in _CHANNELS[channel].statuses:
        body = _status(message, status, told)

        assert () == _VERSIONS.contracts[told].webhook_violations("message-status", body)
        assert [] == oracles[told].webhook_errors("messageStatus", body)
        assert (status.value, "r-1") == (body["status"], body["client_ref"])


@pytest.mark.parametrize(("channel", "own", "told"), _TOLD)
def test_every_error_passes_its_document(channel: str, own: str, told: str) -> None:
    bodies = [
        (code, _status(_message(channel, own), status, told, code)) for code in _SPECS.errors for status in _FAILED
    ]

    broken = {code: _VERSIONS.contracts[told].webhook_violations("message-status", body) for code, body in bodies}
    assert set() == {code for code, violations in broken.items() if violations}
    assert len(bodies) == 2 * len(_SPECS.errors)


@pytest.mark.parametrize("code", [1300, 1360, 1484])
@pytest.mark.parametrize("told", [V0_1, V1])
def test_an_error_passes_the_oracle(oracles: dict[str, Oracle], told: str, code: int) -> None:
    body = _status(_message("whatsapp"), Status.REJECTED, told, code)

    assert [] == oracles[told].webhook_errors("messageStatus", body)


@pytest.mark.parametrize(("told", "pattern"), [(V0_1, r"2025-08-17T06:05:04\.987Z"), (V1, r"2025-08-17T06:05:04Z")])
def test_timestamps_are_as_fine_as_their_version_has_them(told: str, pattern: str) -> None:
    body = _status(_message("sms"), Status.SUBMITTED, told)

    assert re.fullmatch(pattern, body["timestamp"])


def test_a_timestamp_is_in_utc_whatever_the_zone() -> None:
    moment = datetime(2025, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))

    assert v1.timestamp(moment) == "2024-12-31T23:30:00Z"


def test_a_status_is_that_of_the_sources_to_the_letter() -> None:
    """Source: domain facts, messages-v1 part 16, the second message of a failover; the values are ours."""
    message = _message(
        "sms", content={"text": "я" * 71}, client_ref="r-1", workflow=_WORKFLOW, step=1, steps=2, webhook_version="v1"
    )

    body = _status(message, Status.DELIVERED)

    assert body == {
        "message_uuid": _UUID,
        "to": "447700900131",
        "from": "BISTRO",
        "timestamp": "2025-08-17T06:05:04Z",
        "status": "delivered",
        "channel": "sms",
        "client_ref": "r-1",
        "usage": {"currency": "EUR", "price": "0.0666"},
        "destination": {"network_code": "23410"},
        "sms": {"count_total": "2"},
        "workflow": {"workflow_id": _WORKFLOW, "items_number": "2", "items_total": "2"},
    }
    assert list(body) == [*_ORDER, "client_ref", "usage", "destination", "sms", "workflow"]
    assert list(body["usage"]) == ["currency", "price"]
    assert list(body["workflow"]) == ["workflow_id", "items_number", "items_total"]


def test_an_error_is_that_of_the_sources_to_the_letter() -> None:
    body = _status(_message("viber", client_ref="r-1"), Status.REJECTED, code=1300)

    assert list(body) == [*_ORDER, "error", "client_ref"]
    assert list(body["error"]) == ["type", "title", "detail", "instance"]
    assert body["error"] == {
        "type": "https://developer.vonage.com/api-errors/messages#1300",
        "title": "1300",
        "detail": _SPECS.errors[1300].meaning,
        "instance": _UUID.replace("-", ""),
    }


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("sms", "sms"),
        ("mms", "mms"),
        ("rcs", "rcs"),
        ("viber", "viber_service"),
        ("messenger", "messenger"),
        ("whatsapp", "whatsapp"),
    ],
)
def test_a_status_names_its_channel_and_both_sides_as_text(channel: str, name: str) -> None:
    body = _status(_message(channel), Status.SUBMITTED)

    assert (body["channel"], body["from"], body["to"]) == (name, *_PARTIES[channel])


# What each status tells besides, straight from the tables: messages-v1 parts 8 and 16.
_USAGE = {
    "sms": {"submitted", "delivered"},
    "mms": {"submitted", "delivered"},
    "rcs": set(),
    "viber": {"delivered", "read"},
    "messenger": {"delivered", "read"},
    "whatsapp": {"delivered", "read"},
}


@pytest.mark.parametrize(("channel", "status"), _REPORTS)
def test_usage_stands_where_the_message_is_charged(channel: str, status: Status) -> None:
    body = _status(_message(channel), status)

    assert ("usage" in body) == (status.value in _USAGE[channel])


@pytest.mark.parametrize(("channel", "status"), _REPORTS)
def test_the_network_is_told_of_sms_mms_and_rcs_only(channel: str, status: Status) -> None:
    body = _status(_message(channel), status)

    assert ("destination" in body) == (channel in {"sms", "mms", "rcs"})


@pytest.mark.parametrize(
    ("recipient", "destination"),
    [("447700900131", {"network_code": "23410"}), ("12025550132", {"network_code": "310090"}), ("4915112345678", None)],
)
def test_the_network_is_that_of_the_country(recipient: str, destination: Json) -> None:
    assert destination == _status(_message("sms", recipient=recipient), Status.DELIVERED).get("destination")


@pytest.mark.parametrize(("channel", "status"), _REPORTS)
def test_parts_are_told_of_sms_only(channel: str, status: Status) -> None:
    body = _status(_message(channel), status)

    assert ({"count_total": "1"} if channel == "sms" else None) == body.get("sms")


@pytest.mark.parametrize(("channel", "status"), _REPORTS)
def test_pricing_and_conversation_stand_in_delivered_of_whatsapp_only(channel: str, status: Status) -> None:
    body = _status(_message(channel), status)

    assert ("whatsapp" in body) == (channel == "whatsapp" and status is Status.DELIVERED)


def test_a_failed_whatsapp_message_tells_neither_price_nor_conversation() -> None:
    body = _status(_message("whatsapp"), Status.REJECTED, code=1340)

    assert list(body) == [*_ORDER, "error"]


@pytest.mark.parametrize(("kind", "category"), [("template", "utility"), ("text", "service"), ("image", "service")])
def test_the_category_of_a_whatsapp_message_follows_its_kind(kind: str, category: str) -> None:
    body = _status(_message("whatsapp", kind=kind), Status.DELIVERED)

    assert (category, category) == (
        body["whatsapp"]["pricing"]["category"],
        body["whatsapp"]["conversation"]["origin"]["type"],
    )
    assert list(body["whatsapp"]["conversation"]) == ["id", "origin"]


# One version told in the form of the other


def test_a_v1_message_told_in_v0_1_has_the_form_of_v0_1() -> None:
    message = _message("viber", client_ref="r" * 100, webhook_version="v0.1")

    body = _status(message, Status.DELIVERED, V0_1)

    assert body == {
        "message_uuid": _UUID,
        "to": {"number": "447700900131", "type": "viber_service_msg"},
        "from": {"id": "31007", "type": "viber_service_msg"},
        "timestamp": "2025-08-17T06:05:04.987Z",
        "status": "delivered",
        "usage": {"price": "0.0333", "currency": "EUR"},
        "client_ref": "r" * 100,
    }
    assert () == _VERSIONS.contracts[V0_1].webhook_violations("message-status", body)


def test_a_failover_told_in_v0_1_does_not_pass_for_a_workflow_of_dispatch() -> None:
    message = _message("sms", workflow=_WORKFLOW, step=0, steps=2)

    body = _status(message, Status.SUBMITTED, V0_1)

    assert {"_links", "workflow"}.isdisjoint(body)
    assert () == _VERSIONS.contracts[V0_1].webhook_violations("message-status", body)


def test_a_workflow_of_dispatch_told_in_v1_does_not_pass_for_a_failover() -> None:
    message = _message("sms", V0_1, workflow=_UUID, step=0)

    body = _status(message, Status.SUBMITTED, V1)

    assert {"_links", "workflow"}.isdisjoint(body)
    assert () == _VERSIONS.contracts[V1].webhook_violations("message-status", body)


def test_a_workflow_of_dispatch_told_in_v0_1_links_to_it() -> None:
    message = _message("sms", V0_1, workflow=_UUID, step=0)

    links = _status(message, Status.SUBMITTED, V0_1)["_links"]

    assert links == {"workflow": {"dispatch_uuid": _UUID, "href": f"/workflows/{_UUID}"}}


@pytest.mark.parametrize("status", _CHANNELS["whatsapp"].statuses)
def test_a_whatsapp_user_id_can_be_told_in_both_versions(status: Status) -> None:
    message = _message("whatsapp", recipient="US.1349120")

    told = {dialect: _status(message, status, dialect) for dialect in (V0_1, V1)}

    assert {V0_1: {"number": "US.1349120", "type": "whatsapp"}, V1: "US.1349120"} == {
        dialect: body["to"] for dialect, body in told.items()
    }
    assert [(), ()] == [
        _VERSIONS.contracts[dialect].webhook_violations("message-status", body) for dialect, body in told.items()
    ]


# Errors


@pytest.mark.parametrize(
    ("name", "fragment"),
    [
        ("to", "110"),
        ("failover[1].to", "110"),
        ("content[0].to", "1150"),
        ("failover[1].content[0].to", "1150"),
        ("messenger.category", "1110"),
        ("failover[0].messenger.category", "1110"),
        ("messenger.tag", "1150"),
        ("failover[0].messenger.tag", "1150"),
        ("failover[0]", "1150"),
        ("body", "1150"),
    ],
)
def test_an_error_is_chosen_by_the_member_that_is_wrong(name: str, fragment: str) -> None:
    problem = _VERSIONS.v1.refusal((Violation(name, "rule", "It is wrong."),))

    assert problem.type == f"https://developer.vonage.com/api-errors/messages#{fragment}"
