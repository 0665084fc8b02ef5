"""The values everything speaks of: messages, moves, accounts, journal entries, deliveries; no behaviour, no I/O.

They are msgspec structs rather than dataclasses because they are stored by the hundred thousand: a struct takes
half the memory and, with ``gc=False``, none of the garbage collector's time (both were measured first). What happens
to messages is ``array_like``: the store writes it without the names of members.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal, TypeAlias

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


class Move(Struct, frozen=True, gc=False, array_like=True):
    """One change of a message's status. ``code`` is an asynchronous error code of ``specs/errors.yaml``."""

    status: Status
    at: datetime
    code: int | None = None


class Deliver(Struct, frozen=True, gc=False, omit_defaults=True):
    """How the webhook of one planned step is to be delivered, where not in the usual way.

    ``copies``: how often. ``before``: ahead of the webhook of that status, which is held until then. ``delay_s``: later
    than its status by so much. ``fault``: what is wrong with it on purpose, by its name among the faults on webhooks.
    """

    copies: int = 1
    before: Status | None = None
    delay_s: float = 0.0
    fault: str | None = None


class Planned(Struct, frozen=True, gc=False, omit_defaults=True):
    """One step of a script: the status a message is to take, ``after_s`` seconds after its acceptance."""

    after_s: float
    status: Status
    code: int | None = None
    deliver: Deliver | None = None


class Update(Struct, frozen=True, gc=False, array_like=True):
    """What a client made of a message by PATCH: ``revoked``, or ``read``, maybe with a typing indicator."""

    status: Literal["revoked", "read"]
    at: datetime
    replying_indicator: Json = None


class Message(Struct, frozen=True, gc=False, array_like=True):
    """A message in either direction, free of any API version's spelling.

    ``channel`` and ``kind`` are names of ``specs/capabilities.yaml``; ``sender`` and ``recipient`` are bare addresses.
    ``content`` holds the members of the kind: ``{"text": ...}``, ``{"url": ..., "caption": ...}``,
    ``{"name": ..., "parameters": [...]}``, for ``custom`` the inner object itself.
    ``options`` holds what the channel adds, such as ``{"category": "promotion", "ttl": 600}``.
    ``application`` is the id of the application whose token sent it, or that an inbound message belongs to.
    ``workflow`` is the id of the workflow that sent it, ``step`` which of its steps it is, counted from 0; ``steps``
    is how many there are, known of failovers in v1 only.
    ``webhook_url`` and ``webhook_version`` are where and in which dialect its statuses are to go, if it said so.
    ``updates`` are what the client made of it later by PATCH.
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
    workflow: str | None = None
    step: int | None = None
    steps: int | None = None
    webhook_url: str | None = None
    webhook_version: str | None = None
    updates: tuple[Update, ...] = ()


WebhookVersion: TypeAlias = Literal["v0.1", "v1"]
"""The dialect of webhooks."""


class Application(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An application of an account: its id, the PEM of its public key, and where its webhooks go.

    ``webhook_version`` is the dialect of its webhooks; without it, that of the message. ``messages`` is false for one
    that lacks the Messages capability, whose requests are refused.
    """

    id: str
    name: str = ""
    public_key: str | None = None
    inbound_url: str | None = None
    status_url: str | None = None
    webhook_version: WebhookVersion | None = None
    messages: bool = True


class Sender(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A number, page or service id the account sends from, and the application it is linked to.

    ``name`` and ``access_token`` (of a Facebook page) are what the External Accounts API keeps beside.
    """

    channel: str
    id: str
    application: str | None = None
    name: str | None = None
    access_token: str | None = None


class Template(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A message template registered with the provider.

    ``name`` is written as in a request (``namespace:name`` on WhatsApp). Empty ``languages`` mean any; ``parameters``
    is how many the body takes; ``body`` is its text with ``{{1}}``, known only where its length is to be checked.
    """

    name: str
    channel: str = "whatsapp"
    languages: tuple[str, ...] = ()
    parameters: int = 0
    body: str | None = None


class MediaFile(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is behind a media URL: ``url`` is the whole URL, or the name of a host for all that is there."""

    url: str
    bytes: int | None = None
    reachable: bool = True


class Rate(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A token bucket: ``per_s`` messages a second over time, ``burst`` at once."""

    per_s: float
    burst: int = 1


class Rates(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How fast an account may send: in all, from each sender, and to each recipient."""

    key: Rate | None = None
    sender: Rate | None = None
    recipient: Rate | None = None


RuleMode: TypeAlias = Literal["auto", "on", "off"]
"""Whether a rule of the provider rejects: once told what it rests on, always, or never."""

LimitAnswer: TypeAlias = Literal["refused", "rejected"]
"""How a limit is told: by the answer to the request itself, or by a 202 and a status ``rejected``."""


class Provider(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the tester told us of the provider's side of an account. Whatever is left out was never told.

    ``rules`` sets the mode of rules of ``specs/provider.yaml`` by name. ``known_recipients`` and ``countries`` (the
    calling codes a channel is enabled for) are by channel. ``numbers`` gives the error code that each message to an
    address ends in. ``whitelist`` makes it a trial account, which reaches only these. ``balance`` and ``prices`` (by
    channel, for one part) are decimals written as text; ``balance`` is what there is to begin with.
    ``opt_outs`` and ``unreachable`` are addresses of recipients.
    """

    rules: dict[str, RuleMode] = {}
    templates: tuple[Template, ...] = ()
    known_recipients: dict[str, tuple[str, ...]] = {}
    opt_outs: tuple[str, ...] = ()
    whitelist: tuple[str, ...] | None = None
    unreachable: tuple[str, ...] = ()
    numbers: dict[str, int] = {}
    countries: dict[str, tuple[str, ...]] = {}
    media: tuple[MediaFile, ...] = ()
    tags: tuple[str, ...] = ()
    page_token_expired: bool = False
    pass_phrase: str | None = None
    balance: str | None = None
    low_balance: LimitAnswer = "refused"
    prices: dict[str, str] = {}
    rates: Rates | None = None
    throttled: LimitAnswer = "refused"


ANY_SECRET: Final = "any-secret"  # noqa: S105, it opens only what is open to all
"""What stands for the API secret of an account without one, which takes any."""


class Account(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the tester told us of one API key. Empty ``secrets`` accept any secret.

    URLs of ``None`` fall back to the server's own settings; the empty string means: send none.
    ``webhook_version`` is the dialect of webhooks that no application decides on.
    ``sms_receipt_url`` takes the receipts of SMS sent with key and secret, in the form of the older SMS API.
    """

    api_key: str
    secrets: tuple[str, ...] = ()
    signature_secret: str | None = None
    inbound_url: str | None = None
    status_url: str | None = None
    webhook_version: WebhookVersion | None = None
    sms_receipt_url: str | None = None
    sms_receipt_method: str = "GET"
    read: bool | None = None
    applications: tuple[Application, ...] = ()
    senders: tuple[Sender, ...] = ()
    provider: Provider | None = None


class DeliveryState(StrEnum):
    """What became of a webhook. ``dropped`` means there was no URL to send it to, or a fault on purpose."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GAVE_UP = "gave_up"
    ABANDONED = "abandoned"
    DROPPED = "dropped"


class DeliveryFault(Struct, frozen=True, gc=False, array_like=True):
    """What is done to a webhook on purpose: ``do`` is a kind of fault, ``by`` the id of the fault or who asked for it.

    ``tries`` is how many of the first tries are spoilt, all without it; ``over_s`` is how long a body trickles.
    """

    do: str
    by: str
    tries: int | None = None
    over_s: float = 0.0


class Attempt(Struct, frozen=True, gc=False, array_like=True):
    """One POST of a webhook: ``status`` is the receiver's answer, ``error`` why there was none.

    ``fault`` names what was done to this try on purpose.
    """

    number: int
    at: datetime
    duration_ms: float
    status: int | None = None
    error: str | None = None
    fault: str | None = None


class Delivery(Struct, frozen=True, gc=False, array_like=True):
    """A webhook on its way. ``body`` is the exact bytes sent and hashed.

    ``event`` is ``inbound``, a status, or ``report`` for the end of a workflow, ``message`` then its last one.
    ``signed`` is false only for the receipts of the older SMS API, which carry no token. ``fault`` is what is done to
    it on purpose.
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
    fault: DeliveryFault | None = None


class EntryKind(StrEnum):
    """What a journal entry tells of."""

    REQUEST = "request"
    STATUS = "status"
    SKIPPED = "skipped"
    WORKFLOW = "workflow"
    UPDATE = "update"
    INBOUND = "inbound"
    ATTEMPT = "attempt"
    GAVE_UP = "gave_up"
    ABANDONED = "abandoned"
    DROPPED = "dropped"
    FAULT = "fault"
    SCENARIO = "scenario"
    ERROR = "error"


class Exchange(Struct, frozen=True, gc=False, array_like=True):
    """One request of the system under test and our answer.

    ``verdict`` is ``accepted``, ``refused`` or ``failed`` (our own mistake). ``answer`` is left out where it only names
    the message. ``reason`` says what the client was not told, such as why a token was refused. ``fault`` names what was
    done to the answer on purpose; ``status`` is 0 where that was to send none. ``body`` is the text as received,
    undecodable bytes replaced.
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
    violations: tuple[Json, ...] = ()
    findings: tuple[Json, ...] = ()
    duration_ms: float = 0.0
    fault: str | None = None


class Entry(Struct, frozen=True, gc=False, array_like=True):
    """One line of the journal. ``id`` counts from 1 within its account; ``about`` says in words what happened."""

    id: int
    at: datetime
    kind: EntryKind
    about: str
    message: str | None = None
    delivery: str | None = None
    exchange: Exchange | None = None
    attempt: Attempt | None = None
    move: Move | None = None
