"""The dialect of v0.1 reads what it writes, and writes nothing that its own documents would refuse."""

import json
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.check import MessagesContract
from mockserver.contract.inbound import InboundShapes
from mockserver.contract.specs import Specs, load_specs
from mockserver.core import fake
from mockserver.core.capabilities import ChannelRow, Row
from mockserver.model import Direction, Json, Message, Move, Status
from mockserver.problem import Problem, Violation
from mockserver.wire import v0_1
from tests.bodies import CELLS, body_of

_AT = datetime(2021, 6, 1, 12, 30, 5, 42_000, tzinfo=UTC)
_UUID = "0d9d1f4e-6a56-4c0e-9f0a-3c1b7a2e5d11"
_TRACE = "0123456789abcdef0123456789abcdef"
_SPECS = load_specs()
_CAPABILITIES = _SPECS.capabilities
_SHAPES = InboundShapes(_SPECS)
_INBOUND = [row for row in _CAPABILITIES.rows_in("v0.1") if row.direction == "inbound" and row.is_supported]
_REPORTS = [(channel.name, status) for channel in _CAPABILITIES.channels_in("v0.1") for status in channel.statuses]


def _channel(name: str) -> ChannelRow:
    return _CAPABILITIES.channels[name]


def _read(body: Json, channel: str) -> Message:
    return v0_1.read_message(body, _channel(channel), uuid=_UUID, account="key", application=None, at=_AT)


def _inbound(row: Row, content: dict[str, Json], rng: Random) -> Message:
    pair = _channel(row.channel).addresses["inbound"]
    return Message(
        uuid=_UUID,
        account="key",
        direction=Direction.INBOUND,
        dialect=v0_1.DIALECT,
        channel=row.channel,
        kind=row.kind,
        sender=fake.address(pair.sender.shape, rng),
        recipient=fake.address(pair.recipient.shape, rng),
        content=content,
        at=_AT,
        status=Status.RECEIVED,
    )


def test_bodies_cover_every_outbound_cell_that_has_a_schema() -> None:
    supported = {
        (row.channel, row.kind) for row in _CAPABILITIES.rows_in("v0.1") if row.direction == "outbound" and row.schema
    }

    assert set(CELLS) == supported


@pytest.mark.parametrize(("channel", "kind"), CELLS)
def test_bodies_pass_the_contract(contract: MessagesContract, channel: str, kind: str) -> None:
    assert contract.check(body_of(channel, kind)).violations == ()


@pytest.mark.parametrize(("channel", "kind"), CELLS)
def test_read_message_reads_back_what_was_written(channel: str, kind: str) -> None:
    message = _read(body_of(channel, kind, client_ref="ref-1"), channel)

    written = v0_1.write_request(message, _channel(channel))

    assert message == _read(written, channel)


def with_bare_parameters(body: Json) -> Json:
    """Return a body with template parameters as bare strings, which mean the same as objects with a default."""
    content = body["message"]["content"]
    template = content.get("template", {})
    bare = [each["default"] if isinstance(each, dict) else each for each in template.get("parameters", ())]
    if not bare:
        return body
    content = {**content, "template": {**template, "parameters": bare}}
    return {**body, "message": {**body["message"], "content": content}}


@pytest.mark.parametrize(("channel", "kind"), CELLS)
def test_write_request_writes_the_body_that_was_read(contract: MessagesContract, channel: str, kind: str) -> None:
    body = body_of(channel, kind, client_ref="ref-1")

    written = v0_1.write_request(_read(body, channel), _channel(channel))

    assert written == with_bare_parameters(body)
    assert contract.check(written).is_valid


@given(
    text=st.text(min_size=1, max_size=640),
    ref=st.none() | st.text(max_size=40),
    channel=st.sampled_from(["sms", "mms", "viber", "messenger", "whatsapp"]),
)
def test_reading_what_was_written_gives_the_same_message_for_any_text(text: str, ref: str | None, channel: str) -> None:
    original = msgspec.structs.replace(_read(body_of(channel, "text"), channel), content={"text": text}, client_ref=ref)

    assert original == _read(v0_1.write_request(original, _channel(channel)), channel)


def test_read_message_keeps_parties_content_options_and_reference() -> None:
    message = _read(body_of("viber", "image", client_ref="order-1"), "viber")

    assert message == Message(
        uuid=_UUID,
        account="key",
        direction=Direction.OUTBOUND,
        dialect="v0.1",
        channel="viber",
        kind="image",
        sender="31007",
        recipient="447700900112",
        content={"url": "https://files.example.org/parcel.jpg"},
        at=_AT,
        status=Status.ACCEPTED,
        client_ref="order-1",
        options={"category": "promotion", "ttl": 900},
    )


def test_read_message_takes_nulls_and_foreign_members_for_absent() -> None:
    body = body_of("whatsapp", "text", client_ref=None)
    body["message"]["whatsapp"] = None
    body["message"]["content"]["image"] = {"url": "https://files.example.org/unused.png"}

    message = _read(body, "whatsapp")

    assert message == _read(body_of("whatsapp", "text"), "whatsapp")
    assert (message.options, message.client_ref) == ({}, None)


def test_read_message_remembers_the_application() -> None:
    message = v0_1.read_message(
        body_of("sms", "text"), _channel("sms"), uuid=_UUID, account="key", application="app-1", at=_AT
    )

    assert message.application == "app-1"


def test_accepted_is_the_uuid_alone(contract: MessagesContract) -> None:
    body = v0_1.accepted(_read(body_of("sms", "text"), "sms"))

    assert body == {"message_uuid": _UUID}
    assert contract.answer_violations(202, body) == ()


@pytest.mark.parametrize(("channel", "status"), _REPORTS)
def test_status_body_passes_the_contract(contract: MessagesContract, channel: str, status: Status) -> None:
    message = _read(body_of(channel, "text", client_ref="ref-1"), channel)

    body = v0_1.status_body(message, _channel(channel), Move(status, _AT), None)

    assert contract.webhook_violations("message-status", body) == ()
    assert body["status"] == status.value


@pytest.mark.parametrize("channel", [each.name for each in _CAPABILITIES.channels_in("v0.1")])
@pytest.mark.parametrize("code", _SPECS.errors)
def test_status_body_with_an_error_passes_the_contract(
    contract: MessagesContract, specs: Specs, channel: str, code: int
) -> None:
    error = specs.errors[code]
    message = _read(body_of(channel, "text"), channel)

    body = v0_1.status_body(message, _channel(channel), Move(Status(error.status), _AT, code), error)

    assert contract.webhook_violations("message-status", body) == ()
    assert body["error"] == {"code": code, "reason": error.label}


@pytest.mark.parametrize(("channel", "kind"), CELLS)
def test_status_body_writes_the_parties_as_the_request_did(channel: str, kind: str) -> None:
    request = body_of(channel, kind)

    body = v0_1.status_body(_read(request, channel), _channel(channel), Move(Status.SUBMITTED, _AT), None)

    assert (body["from"], body["to"]) == (request["from"], request["to"])
    assert [list(body[side])[-1] for side in ("from", "to")] == ["type", "type"]


def test_status_body_keeps_the_key_order_of_the_wire(specs: Specs) -> None:
    message = _read(body_of("sms", "text", client_ref="ref-1"), "sms")
    delivered = v0_1.status_body(message, _channel("sms"), Move(Status.DELIVERED, _AT), None)
    rejected = v0_1.status_body(message, _channel("sms"), Move(Status.REJECTED, _AT, 1240), specs.errors[1240])

    start = ["message_uuid", "to", "from", "timestamp", "status"]
    assert list(delivered) == [*start, "usage", "client_ref"]
    assert list(rejected) == [*start, "error", "client_ref"]
    assert list(rejected["error"]) == ["code", "reason"]


@pytest.mark.parametrize(("channel", "status"), _REPORTS)
def test_status_body_has_usage_on_delivered_only(channel: str, status: Status) -> None:
    row = _channel(channel)

    body = v0_1.status_body(_read(body_of(channel, "text"), channel), row, Move(status, _AT), None)

    expected = {"price": row.price, "currency": row.currency} if status is Status.DELIVERED else None
    assert body.get("usage") == expected
    assert "error" not in body


def test_status_body_has_no_reference_where_none_was_sent() -> None:
    message = _read(body_of("sms", "text"), "sms")

    assert "client_ref" not in v0_1.status_body(message, _channel("sms"), Move(Status.SUBMITTED, _AT), None)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("row", _INBOUND, ids=lambda row: f"{row.channel}-{row.kind}")
def test_inbound_body_passes_the_contract(contract: MessagesContract, row: Row, seed: int) -> None:
    rng = Random(seed)
    message = _inbound(row, fake.inbound_content(row.kind, _SHAPES.of(row).members, rng), rng)

    body = v0_1.inbound_body(message, _channel(row.channel))

    assert contract.webhook_violations("inbound-message", body) == ()


@pytest.mark.parametrize("row", _INBOUND, ids=lambda row: f"{row.channel}-{row.kind}")
def test_inbound_body_keeps_the_key_order_of_the_wire(row: Row) -> None:
    rng = Random(1)
    content = fake.inbound_content(row.kind, _SHAPES.of(row).members, rng)

    body = v0_1.inbound_body(_inbound(row, content, rng), _channel(row.channel))

    charged = ["usage"] if _channel(row.channel).counts_parts else []
    assert list(body) == ["message_uuid", "to", "from", "timestamp", "direction", "message", *charged]
    assert list(body["message"]["content"]) == (["type", row.kind] if content else ["type"])
    assert body["direction"] == "inbound"


def test_inbound_body_swaps_the_sides_of_viber() -> None:
    row = next(each for each in _INBOUND if each.channel == "viber" and each.kind == "text")

    body = v0_1.inbound_body(_inbound(row, {"text": "Where is it?"}, Random(1)), _channel("viber"))

    assert [list(body[side]) for side in ("from", "to")] == [["number", "type"], ["id", "type"]]


@pytest.mark.parametrize(("text", "parts"), [("a" * 160, "1"), ("a" * 161, "2"), ("ü€" * 53, "1"), ("я" * 71, "2")])
def test_inbound_sms_tells_its_parts_as_text(contract: MessagesContract, text: str, parts: str) -> None:
    row = next(each for each in _INBOUND if each.channel == "sms")

    body = v0_1.inbound_body(_inbound(row, {"text": text}, Random(1)), _channel("sms"))

    assert body["message"]["sms"] == {"num_messages": parts}
    assert contract.webhook_violations("inbound-message", body) == ()


_CONTROLS = "".join(map(chr, range(32))) + "\x7f\u2028\u2029"


@pytest.mark.parametrize("text", ['Grüße / 🍽 "quoted" \\ back', _CONTROLS, "a&<>'b", "\u00e9\ufffd"])
def test_webhook_bytes_are_what_a_verifier_gets_by_serialising_anew(text: str) -> None:
    """The official Node verifier parses the body and hashes JSON.stringify of it; Python's json spells the same."""
    row = next(each for each in _INBOUND if each.channel == "sms")
    body = v0_1.inbound_body(_inbound(row, {"text": text}, Random(1)), _channel("sms"))

    encoded = msgspec.json.encode(body)

    assert encoded == json.dumps(json.loads(encoded), separators=(",", ":"), ensure_ascii=False).encode()


_MOMENTS = [
    (datetime(2021, 6, 1, 12, 30, 5, tzinfo=UTC), "2021-06-01T12:30:05.000Z"),
    (datetime(2021, 6, 1, 12, 30, 5, 999_999, tzinfo=UTC), "2021-06-01T12:30:05.999Z"),
    (datetime(2021, 6, 1, 12, 30, 5, 7_000, tzinfo=UTC), "2021-06-01T12:30:05.007Z"),
    (datetime(2021, 6, 1, 1, 0, 0, 0, tzinfo=timezone(timedelta(hours=2))), "2021-05-31T23:00:00.000Z"),
]


@pytest.mark.parametrize(("moment", "written"), _MOMENTS, ids=[written for _, written in _MOMENTS])
def test_timestamp_has_three_decimals_and_a_z(moment: datetime, written: str) -> None:
    assert v0_1.timestamp(moment) == written


def test_problem_body_of_401_has_no_type(contract: MessagesContract) -> None:
    body = v0_1.problem_body(Problem(401, "Unauthorised", "Invalid Token", reason="expired"), _TRACE)

    assert body == {"title": "Unauthorised", "detail": "Invalid Token", "instance": _TRACE}
    assert contract.answer_violations(401, body) == ()


def test_problem_body_lists_every_violation_in_order(contract: MessagesContract) -> None:
    broken = (
        Violation("to.number", "required", "Missing `to.number` field", expected="digits"),
        Violation("message.content.text", "length", "is empty", nearest="?"),
    )

    body = v0_1.problem_body(v0_1.invalid(broken), _TRACE)

    assert body == {
        "type": "https://www.nexmo.com/messages/Errors#InvalidParams",
        "title": "Your request parameters didn't validate.",
        "detail": "Found errors validating 2 of your submitted parameters.",
        "instance": _TRACE,
        "invalid_parameters": [
            {"name": "to.number", "reason": "Missing `to.number` field"},
            {"name": "message.content.text", "reason": "is empty"},
        ],
    }
    assert list(body) == ["type", "title", "detail", "instance", "invalid_parameters"]
    assert contract.answer_violations(400, body) == ()


def test_invalid_can_carry_another_status() -> None:
    assert v0_1.invalid((), 415).status == 415
