"""The values everything speaks of: messages, moves, accounts, journal entries, deliveries; no behaviour, no I/O.

They are msgspec structs rather than dataclasses because they are stored by the hundred thousand: a struct takes
half the memory and, with ``gc=False``, none of the garbage collector's time (both were measured first).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct, field

Json: TypeAlias = Any
"""A value as JSON knows it. The one place where ``Any`` is meant: bodies come from outside."""


class Direction(StrEnum):
    """Which way a message goes, seen from the system under test."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class Status(StrEnum):
    """Where a message stands. ``accepted`` and ``received`` are ours, never sent in a webhook."""

    ACCEPTED = "accepted"
    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    READ = "read"
    REJECTED = "rejected"
    UNDELIVERABLE = "undeliverable"
    RECEIVED = "received"


class Move(Struct, frozen=True, gc=False):
    """One change of a message's status. ``code`` is an asynchronous error code of ``specs/errors.yaml``."""

    status: Status
    at: datetime
    code: int | None = None


class Planned(Struct, frozen=True, gc=False):
    """One step of a script: the status a message is to take, ``after_s`` seconds after its acceptance."""

    after_s: float
    status: Status
    code: int | None = None


class Message(Struct, frozen=True, gc=False, omit_defaults=True):
    """A message in either direction, free of any API version's spelling.

    ``channel`` and ``kind`` are names of ``specs/capabilities.yaml``; ``sender`` and ``recipient`` are bare addresses.
    ``content`` holds the members of the kind: ``{"text": ...}``, ``{"url": ..., "caption": ...}``,
    ``{"name": ..., "parameters": [...]}``, for ``custom`` the inner object itself.
    ``options`` holds what the channel adds, such as ``{"category": "promotion", "ttl": 600}``.
    ``application`` is the id of the application whose token sent it, or that an inbound message belongs to.
    """

    uuid: str
    account: str
    direction: Direction
    dialect: str
    channel: str
    kind: str
    sender: str
    recipient: str
    content: dict[str, Json]
    at: datetime
    status: Status
    application: str | None = None
    client_ref: str | None = None
    options: dict[str, Json] = field(default_factory=dict)
    moves: tuple[Move, ...] = ()


class Application(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An application of an account: its id, the PEM of its public key, and where its webhooks go."""

    id: str
    name: str = ""
    public_key: str | None = None
    inbound_url: str | None = None
    status_url: str | None = None


class Sender(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A number, page or service id the account sends from, and the application it is linked to."""

    channel: str
    id: str
    application: str | None = None


class Account(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the tester told us of one API key. Empty ``secrets`` accept any secret.

    URLs of ``None`` fall back to the server's own settings; the empty string means: send none.
    ``sms_receipt_url`` takes the receipts of SMS sent with key and secret, in the form of the older SMS API.
    """

    api_key: str
    secrets: tuple[str, ...] = ()
    signature_secret: str | None = None
    inbound_url: str | None = None
    status_url: str | None = None
    sms_receipt_url: str | None = None
    sms_receipt_method: str = "GET"
    read: bool | None = None
    applications: tuple[Application, ...] = ()
    senders: tuple[Sender, ...] = ()


class DeliveryState(StrEnum):
    """What became of a webhook. ``dropped`` means there was no URL to send it to."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GAVE_UP = "gave_up"
    ABANDONED = "abandoned"
    DROPPED = "dropped"


class Attempt(Struct, frozen=True, gc=False, omit_defaults=True):
    """One POST of a webhook: ``status`` is the receiver's answer, ``error`` why there was none."""

    number: int
    at: datetime
    duration_ms: float
    status: int | None = None
    error: str | None = None


class Delivery(Struct, frozen=True, gc=False, omit_defaults=True):
    """A webhook on its way. ``body`` is the exact bytes sent and hashed; ``event`` is ``inbound`` or a status.

    ``signed`` is false only for the receipts of the older SMS API, which carry no token.
    """

    id: str
    account: str
    message: str
    event: str
    url: str
    body: bytes
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    application: str | None = None
    method: str = "POST"
    signed: bool = True
    attempts: tuple[Attempt, ...] = ()
    next_at: datetime | None = None


class EntryKind(StrEnum):
    """What a journal entry tells of."""

    REQUEST = "request"
    STATUS = "status"
    SKIPPED = "skipped"
    INBOUND = "inbound"
    ATTEMPT = "attempt"
    GAVE_UP = "gave_up"
    ABANDONED = "abandoned"
    DROPPED = "dropped"
    ERROR = "error"


class Exchange(Struct, frozen=True, gc=False, omit_defaults=True):
    """One request of the system under test and our answer.

    ``verdict`` is ``accepted``, ``refused`` or ``failed`` (our own mistake). ``answer`` is left out where it only names
    the message. ``reason`` says what the client was not
    told, such as why a token was refused. ``body`` is the text as received, undecodable bytes replaced.
    """

    method: str
    path: str
    status: int
    verdict: str
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    answer: Json = None
    trace_id: str = ""
    reason: str | None = None
    channel: str | None = None
    kind: str | None = None
    recipient: str | None = None
    violations: tuple[Json, ...] = ()
    findings: tuple[Json, ...] = ()
    duration_ms: float = 0.0


class Entry(Struct, frozen=True, gc=False, omit_defaults=True):
    """One line of the journal. ``id`` counts from 1 within its account; ``about`` says in words what happened.

    An accepted request has no words of its own: they follow from the message.
    """

    id: int
    at: datetime
    kind: EntryKind
    about: str
    message: str | None = None
    delivery: str | None = None
    exchange: Exchange | None = None
    attempt: Attempt | None = None
    move: Move | None = None
