"""What a tester writes to make things happen: what follows a send, and the steps of the timeline."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, StrictBool, StrictStr, Tag

from mockserver.core.scenario_values import TokenForm
from mockserver.model import Json
from mockserver.scenario.expectations import Answered, Awaited, Expected
from mockserver.scenario.faults import Delay, FaultSpec, OneAnswerFault, OneWebhookFault
from mockserver.scenario.words import (
    Base64,
    Capture,
    ChannelName,
    Coordinate,
    Duration,
    ErrorCode,
    Headers,
    HttpStatus,
    KindName,
    Positive,
    ProblemName,
    StatusName,
    Strict,
    Text,
    VersionName,
    keys_of,
    only_verb,
    tag_by,
)


class RespondWith(Strict):
    """How a send is answered, where not with the usual 202."""

    problem: ProblemName | None = Field(default=None, examples=["throttled", "low_balance"])
    """An error of the API by name, written as the API version of the request has it."""
    status: HttpStatus | None = Field(default=None, examples=[503])
    """An answer of your own: its HTTP status."""
    body: Json = Field(default=None, examples=[{"title": "Service Unavailable"}])
    """The body of an answer of your own: a text as it is, anything else as JSON."""
    headers: Headers | None = Field(default=None, examples=[{"Retry-After": "5"}])
    """Headers of an answer of your own."""
    fault: OneAnswerFault | None = Field(default=None, examples=["reset"])
    """What is done to the answer; a message that would have been accepted is, all the same."""
    delay: Delay | None = Field(default=None, examples=["2s", {"min": "50ms", "max": "2s"}])
    """How long the answer is held back."""


def tag_of_respond(value: Any) -> str:
    """Return whether an answer is given in one word."""
    return "<with>" if isinstance(value, Mapping | RespondWith) else "<word>"


Respond: TypeAlias = Annotated[
    Annotated[Literal["accepted"], Tag("<word>")] | Annotated[RespondWith, Tag("<with>")], Discriminator(tag_of_respond)
]
"""``accepted``, or what is different."""


class Deliver(Strict):
    """How the webhook of one status is delivered, where not in the usual way."""

    copies: Positive = Field(default=1, le=100, examples=[2])
    """How often it is sent."""
    before: StatusName | None = Field(default=None, examples=["delivered"])
    """It is sent ahead of the webhook of this earlier status, which is held until then."""
    delay: Duration = Field(default=0.0, examples=["5s"])
    """It is sent so much later than the message takes the status."""
    drop: StrictBool = False
    """It is not sent at all."""
    fault: OneWebhookFault | None = Field(default=None, examples=["wrong_signature"])
    """What is wrong with it."""


class InboundContent(Strict):
    """What a user sends. Which members go with a kind, its own document says; left out, they are made up."""

    channel: ChannelName | None = Field(default=None, examples=["whatsapp"])
    """The channel; in a rule, that of the message by default."""
    kind: KindName = Field(default="text", examples=["text", "image", "location"])
    """The kind of content."""
    from_: Text | None = Field(default=None, alias="from", examples=["447700900001", "${who}"])
    """The user; by default whoever was written to last, in a rule the recipient."""
    to: Text | None = Field(default=None, examples=["447700900010", "${vars.clinic}"])
    """The sender of the account that is written to; in a rule, that of the message by default."""
    version: VersionName | None = Field(default=None, examples=["v1"])
    """The API version of its webhook; by default as the settings and the account have it."""
    text: Text | None = Field(default=None, examples=["yes"])
    """The text of a text, or of a button."""
    url: Text | None = Field(default=None, examples=["https://media.example.org/receipt.jpg"])
    """Where the media file is, or a map."""
    caption: Text | None = None
    """The caption of a media file."""
    name: Text | None = None
    """The name of a media file or of a place."""
    latitude: Coordinate | None = None
    """Latitude of a place, as WhatsApp has it in v0.1."""
    longitude: Coordinate | None = None
    """Longitude of a place, as WhatsApp has it in v0.1."""
    lat: Coordinate | None = None
    """Latitude of a place otherwise."""
    long: Coordinate | None = None
    """Longitude of a place otherwise."""
    address: Text | None = None
    """Address of a place."""
    payload: Text | None = Field(default=None, examples=["confirm"])
    """What a button stands for."""
    subtype: Text | None = None
    """The sort of a button."""
    id: Text | None = None
    """The id of what was picked from a list."""
    title: Text | None = None
    """The title of what was picked from a list."""
    description: Text | None = None
    """The description of what was picked from a list."""
    action: Text | None = Field(default=None, examples=["react"])
    """What a reaction does."""
    emoji: Text | None = Field(default=None, examples=["👍"])
    """The emoji of a reaction."""
    catalog_id: Text | None = None
    """The catalogue of an order."""
    product_items: list[dict[StrictStr, Any]] | None = None
    """The items of an order."""
    contacts: list[Any] | None = None
    """The contacts sent."""
    context: dict[StrictStr, Any] | None = Field(default=None, examples=[{"message_uuid": "${uuid}"}])
    """The message that is answered (v1)."""
    profile: dict[StrictStr, Any] | None = Field(default=None, examples=[{"name": "Ana"}])
    """The user's profile (v1)."""


class _Later(Strict):
    after: Duration = Field(default=0.0, examples=["50ms", "2h"])
    """How long after the message was accepted."""


class ThenStatus(_Later):
    """The message takes a status, and a webhook tells of it."""

    status: StatusName = Field(examples=["submitted", "delivered"])
    """The status."""
    code: ErrorCode | None = Field(default=None, examples=[1300])
    """The error code of `rejected` or `undeliverable`."""
    deliver: Deliver = Field(default_factory=Deliver)
    """How the webhook is delivered, where not in the usual way."""


class ThenInbound(_Later):
    """The user answers."""

    inbound: InboundContent
    """What arrives; the parties are those of the message, swapped, unless given."""


class ThenSet(_Later):
    """A machine takes a state."""

    set: dict[StrictStr, StrictStr] = Field(min_length=1, examples=[{"consent": "confirmed"}])
    """States by the names of machines, for the key of the message."""


_THEN: Final = ("status", "inbound", "set")
Then: TypeAlias = Annotated[
    Annotated[ThenStatus, Tag("<status>")]
    | Annotated[ThenInbound, Tag("<inbound>")]
    | Annotated[ThenSet, Tag("<set>")],
    tag_by(*_THEN),
    BeforeValidator(only_verb(*_THEN)),
]
"""One thing that follows a send."""


class _Step(Strict):
    name: StrictStr | None = Field(default=None, examples=["the user says yes"])
    """What the step is called in reports."""
    capture: Capture = Field(default={}, examples=[{"uuid": "message.uuid"}])
    """Values to remember under names, as paths."""


class _AnsweredStep(_Step):
    expect: Answered | None = None
    """What the system under test must answer."""


class AwaitStep(_Step):
    """Wait until something has happened."""

    await_: Awaited = Field(alias="await", examples=[{"rule": "reminder", "within": "10s"}])
    """What is waited for."""


class InboundStep(_AnsweredStep):
    """A user's message arrives at the system under test."""

    inbound: InboundContent = Field(examples=[{"channel": "sms", "from": "447700900001", "text": "yes"}])
    """What arrives."""


class MoveStatus(Strict):
    """A message takes a status now."""

    message: StrictStr = Field(examples=["${uuid}"])
    """Its uuid."""
    status: StatusName = Field(examples=["read"])
    """The status."""
    code: ErrorCode | None = Field(default=None, examples=[1300])
    """The error code of `rejected` or `undeliverable`."""


class StatusStep(_AnsweredStep):
    """A message takes a status now, and a webhook tells of it."""

    status: MoveStatus
    """Which message, and the status."""


class AdvanceStep(_Step):
    """The account's manual clock is moved, and all that is due on the way happens."""

    advance: Duration = Field(examples=["24h"])
    """By how much."""


class SleepStep(_Step):
    """Time passes: a manual clock is moved, any other is waited for."""

    sleep: Duration = Field(examples=["30s"])
    """How much, by the account's clock."""


class SetStep(_Step):
    """Machines take states."""

    set: dict[StrictStr, StrictStr] = Field(min_length=1, examples=[{"consent": "confirmed", "for": "${who}"}])
    """States by the names of machines; `for` says for which value of their key."""


class FaultStep(_Step):
    """From now on something goes wrong on purpose."""

    fault: FaultSpec = Field(examples=[{"on": "webhooks", "do": "drop", "next": 1}, "clear"])
    """What goes wrong, or `clear`."""


class HttpRequest(Strict):
    """A request to the system under test."""

    url: StrictStr = Field(examples=["${vars.sut}/reminders"])
    """The absolute URL."""
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] | None = None
    """The method; by default POST where there is something to send, else GET."""
    headers: Headers = Field(default={}, examples=[{"X-Test": "1"}])
    """Headers."""
    json_: Json = Field(default=None, alias="json", examples=[{"name": "Ana", "number": "447700900001"}])
    """What is sent as JSON."""
    body: StrictStr | None = None
    """What is sent as it is."""
    base64: Base64 | None = Field(default=None, examples=["gIGC"])
    """What is sent as it is and is no text, in Base64."""
    token: TokenForm | None = Field(default=None, examples=["right", "wrong_signature"])
    """The token of a webhook is sent with it, as the account signs them, or wrong in the way that is named."""


class HttpStep(_AnsweredStep):
    """The system under test is asked to do something."""

    http: HttpRequest
    """The request."""


class ExpectStep(_Step):
    """There must be so many of something."""

    expect: Expected = Field(examples=[{"messages": {"channel": "sms"}, "count": 1, "within": "5s"}])
    """What there must be."""


VERBS: Final = ("await", "inbound", "status", "advance", "sleep", "set", "fault", "http", "expect")
"""What a step can do, each by its key."""
Step: TypeAlias = Annotated[
    Annotated[AwaitStep, Tag("<await>")]
    | Annotated[InboundStep, Tag("<inbound>")]
    | Annotated[StatusStep, Tag("<status>")]
    | Annotated[AdvanceStep, Tag("<advance>")]
    | Annotated[SleepStep, Tag("<sleep>")]
    | Annotated[SetStep, Tag("<set>")]
    | Annotated[FaultStep, Tag("<fault>")]
    | Annotated[HttpStep, Tag("<http>")]
    | Annotated[ExpectStep, Tag("<expect>")],
    tag_by(*VERBS),
    BeforeValidator(only_verb(*VERBS, also=("expect",))),
]
"""One step of the timeline."""


def verb_of(step: Step) -> str:
    """Return the key that says what a step does."""
    return next(each for each in VERBS if each in keys_of(type(step)))
