"""Receipts of the older SMS API hold the documented members, all of them strings."""

from datetime import UTC, datetime

import pytest

from mockserver.contract.specs import Specs
from mockserver.model import Move, Status
from mockserver.wire import v0_1
from mockserver.wire.receipts import receipt_body
from tests.bodies import body_of

_AT = datetime(2021, 6, 1, 9, 5, 7, 999_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("move", "status", "code"),
    [
        (Move(Status.SUBMITTED, _AT), "accepted", "0"),
        (Move(Status.DELIVERED, _AT), "delivered", "0"),
        (Move(Status.REJECTED, _AT, 1240), "rejected", "1240"),
        (Move(Status.UNDELIVERABLE, _AT, 1180), "failed", "1180"),
        (Move(Status.READ, _AT), "unknown", "0"),
    ],
    ids=lambda each: each.status.value if isinstance(each, Move) else None,
)
def test_receipt_body_has_the_documented_members(specs: Specs, move: Move, status: str, code: str) -> None:
    channel = specs.capabilities.channels["sms"]
    message = v0_1.read_message(body_of("sms", "text"), channel, uuid="uuid-1", account="key", application=None, at=_AT)

    assert receipt_body(message, channel, move) == {
        "msisdn": "447700900111",
        "to": "BISTRO",
        "network-code": "23410",
        "messageId": "uuid-1",
        "price": "0.03330000",
        "status": status,
        "scts": "2106010905",
        "err-code": code,
        "message-timestamp": "2021-06-01 09:05:07",
    }
