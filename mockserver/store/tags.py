"""What messages, entries and deliveries can be looked up by without reading each: fields that hold one word."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from mockserver.model import Delivery, Entry, Message

Where: TypeAlias = Iterable[tuple[str, str]]
"""Fields and the texts they must be, such as ``[("to", "447700900101"), ("status", "rejected")]``."""

MESSAGE_FIELDS: Final = frozenset(
    {"channel", "kind", "from", "to", "client_ref", "application", "version", "direction", "status", "error_code"}
    | {"workflow", "uuid"}
)
ENTRY_FIELDS: Final = frozenset({"kind", "verdict", "has", "message"})
DELIVERY_FIELDS: Final = frozenset({"event", "state", "message"})
"""Fields that tags are made of, or that lead to a message; asking for others is harmless."""


def tags_of(fields: frozenset[str], where: Where) -> list[str]:
    """Return the tags that a value with these fields has."""
    return [f"{name}={text}" for name, text in where if name in fields and text]


def texts_of(fields: frozenset[str], where: Where) -> list[bytes]:
    """Return what such a value holds literally, once it is written."""
    return [text.encode() for name, text in where if name in fields and name not in _NOT_LITERAL and text.isascii()]


_NOT_LITERAL: Final = frozenset({"error_code", "has"})
"""Fields that say something else than what is written: a number, or that something is there at all."""


def message_tags(message: Message) -> list[str]:
    """Return the tags of a message."""
    tags = [
        f"channel={message.channel}",
        f"kind={message.kind}",
        f"from={message.sender}",
        f"to={message.recipient}",
        f"version={message.dialect}",
        f"direction={message.direction}",
        f"status={message.status}",
    ]
    if message.client_ref is not None:
        tags.append(f"client_ref={message.client_ref}")
    if message.application is not None:
        tags.append(f"application={message.application}")
    if message.workflow is not None:
        tags.append(f"workflow={message.workflow}")
    codes = [move.code for move in message.moves if move.code is not None]
    return [*tags, f"error_code={codes[-1]}"] if codes else tags


def entry_tags(entry: Entry) -> list[str]:
    """Return the tags of an entry."""
    exchange = entry.exchange
    if exchange is None:
        return [f"kind={entry.kind}"]
    held = {"violation": exchange.violations, "finding": exchange.findings, "fault": exchange.fault}
    return [f"kind={entry.kind}", f"verdict={exchange.verdict}", *(f"has={name}" for name in held if held[name])]


def delivery_tags(delivery: Delivery) -> list[str]:
    """Return the tags of a delivery."""
    return [f"event={delivery.event}", f"state={delivery.state}"]
