"""What is to happen in the demo, and everything that was seen of it; values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mockserver.demo.stage import Answer
from mockserver.model import Json

TO_DELIVERED: Final = ("submitted", "delivered")
TO_READ: Final = (*TO_DELIVERED, "read")


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder the service is asked for, and the statuses its message will take."""

    channel: str
    wire_name: str
    to: str
    statuses: tuple[str, ...]

    def order(self, text: str) -> Json:
        """Return what the service is asked."""
        return {"channel": self.wire_name, "to": self.to, "text": text}


REMINDERS: Final = (
    Reminder("sms", "sms", "447700900101", TO_DELIVERED),
    Reminder("mms", "mms", "12025550143", TO_DELIVERED),
    Reminder("viber", "viber_service_msg", "447700900102", TO_READ),
    Reminder("messenger", "messenger", "2233445566778899", TO_READ),
    Reminder("whatsapp", "whatsapp", "447700900103", TO_READ),
)
TEXT: Final = "Friday at ten?"
BROKEN: Final = Reminder("sms", "sms", "+44 7700 900101", ())
BROKEN_FIELD: Final = "to.number"
ANSWERING: Final = REMINDERS[-1]
"""The user who replies."""
REPLY: Final = "Yes please"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What both sides let be seen through their APIs.

    ``answers`` are the service's to each of ``REMINDERS``, ``refused`` to the broken one, ``forged`` to a
    webhook without a signature, called at ``forged_at``. ``arrived`` is the server's to the inbound message.
    ``entries``, ``messages`` and ``deliveries`` are the server's lists, ``reminders`` is the service's.
    """

    answers: tuple[Answer, ...]
    refused: Answer
    forged: Answer
    forged_at: datetime
    arrived: Answer
    entries: tuple[Json, ...]
    messages: tuple[Json, ...]
    deliveries: tuple[Json, ...]
    reminders: tuple[Json, ...]


def message_uuid(answer: Answer) -> str | None:
    """Return the id in an answer to a send, ``None`` if it was not accepted."""
    found = answer.body.get("message_uuid") if isinstance(answer.body, dict) else None
    return found if isinstance(found, str) else None


def acknowledged(deliveries: tuple[Json, ...], uuid: str | None) -> tuple[str, ...]:
    """Return the events of a message that were delivered, in order of their first attempt."""
    found = [each for each in deliveries if each["message_uuid"] == uuid and each["state"] == "delivered"]
    found.reverse()  # the server lists the newest first, and moments may be equal to the millisecond
    return tuple(each["event"] for each in sorted(found, key=lambda each: str(each["attempts"][0]["at"])))


def confirmation_uuid(reminders: Sequence[Json]) -> str | None:
    """Return the id of the message the service sent to confirm, as it says; ``None`` if it sent none."""
    return next((str(each["message_uuid"]) for each in reminders if each["confirms"]), None)
