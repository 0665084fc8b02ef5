"""Receipts in the form of the older SMS API, for SMS sent with key and secret where an account asks for them.

Source: domain facts, messages-v0.1 part 4.5 (account-level SMS receipt).
"""

from collections.abc import Mapping
from datetime import UTC
from typing import Final

from mockserver.core.capabilities import ChannelRow
from mockserver.core.prices import price_of
from mockserver.model import Json, Message, Move, Status

_STATUSES: Final[Mapping[Status, str]] = {
    Status.SUBMITTED: "accepted",
    Status.DELIVERED: "delivered",
    Status.REJECTED: "rejected",
    Status.UNDELIVERABLE: "failed",
}
NETWORK_CODE: Final = "23410"
"""A fixed network: nothing in a v0.1 message says which one a number belongs to."""


def receipt_body(message: Message, channel: ChannelRow, move: Move) -> Json:
    """Return the members of a receipt; all are strings."""
    at = move.at.astimezone(UTC)
    return {
        "msisdn": message.recipient,
        "to": message.sender,
        "network-code": NETWORK_CODE,
        "messageId": message.uuid,
        "price": f"{float(price_of(message, channel)):.8f}",
        "status": _STATUSES.get(move.status, "unknown"),
        "scts": at.strftime("%y%m%d%H%M"),
        "err-code": str(move.code or 0),
        "message-timestamp": at.strftime("%Y-%m-%d %H:%M:%S"),
    }
