"""Outbound messages for tests of the core; it knows no rules."""

from mockserver.clock import at
from mockserver.model import Direction, Json, Message, Status

PARTIES = {
    "sms": ("447700900301", "447700900101"),
    "mms": ("54321", "12025550143"),
    "rcs": ("AcmeAgent", "447700900104"),
    "viber": ("20417", "447700900102"),
    "messenger": ("104455667788990", "2233445566778899"),
    "whatsapp": ("447700900201", "447700900103"),
}
"""A sender and a recipient of each channel."""


def outbound(
    channel: str,
    kind: str = "text",
    content: dict[str, Json] | None = None,
    *,
    options: dict[str, Json] | None = None,
    sender: str | None = None,
    recipient: str | None = None,
    dialect: str = "v0.1",
) -> Message:
    """Return a message just accepted."""
    own, user = PARTIES[channel]
    return Message(
        uuid="8a0f6f6e-36bb-4d5a-9c5c-0f4b1d9d2a11",
        account="key",
        direction=Direction.OUTBOUND,
        dialect=dialect,
        channel=channel,
        kind=kind,
        sender=sender or own,
        recipient=recipient or user,
        content={"text": "Table ready"} if content is None else content,
        at=at(1_790_000_000),
        status=Status.ACCEPTED,
        options=options or {},
    )
