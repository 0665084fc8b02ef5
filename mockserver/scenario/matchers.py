"""Patterns, and what can be asked of messages, requests and webhooks; the keys are those of ``core.asking``."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, StrictBool, StrictStr, Tag

from mockserver.model import Json
from mockserver.scenario.words import Number, Positive, Scalar, Share, Strict, mistake, names_of


class Tests(Strict):
    """What a value must be; all that is given must hold."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    equals: Json = None
    """Equal to this."""
    one_of: list[Any] | None = Field(default=None, min_length=1, examples=[["sms", "mms"]])
    """Equal to one of these."""
    contains: Scalar = Field(default=None, examples=["confirmed"])
    """A text that contains this, or a list that has it as an item."""
    starts_with: Scalar = Field(default=None, examples=["4477"])
    """A text that starts with this."""
    matches: StrictStr | None = Field(default=None, examples=[r"appointment .* (?P<day>\w+)"])
    """A text in which this regular expression is found; named groups can be captured as `match.NAME`."""
    glob: Scalar = Field(default=None, examples=["4477009000??"])
    """A text like this, where `*` is any run of characters and `?` any one."""
    not_: "Pattern" = Field(default=None, alias="not")
    """Anything that this pattern does not fit."""
    exists: StrictBool | None = None
    """Something at all, or with `false` nothing."""
    at_least: Number | None = None
    """A number no smaller."""
    at_most: Number | None = None
    """A number no larger."""


def tag_of_pattern(value: Any) -> str:
    """Return which form a pattern is written in."""
    if isinstance(value, Mapping | Tests):
        return "<tests>"
    return "<list>" if isinstance(value, list) else "<value>"


def _some_tests(value: Any) -> Any:
    if isinstance(value, Mapping) and not value:
        raise mistake(
            "is an empty mapping, which asks for nothing.", "Write a value, a list, or tests such as contains."
        )
    return value


Pattern: TypeAlias = Annotated[
    Annotated[Scalar, Tag("<value>")]
    | Annotated[Annotated[list[Scalar], Field(min_length=1)], Tag("<list>")]
    | Annotated[Tests, Tag("<tests>")],
    Discriminator(tag_of_pattern),
    BeforeValidator(_some_tests),
]
"""A value (equal to it), a list (one of its items), or tests."""
Tests.model_rebuild()  # now that there is the pattern it speaks of

ChannelPattern = Annotated[Pattern, names_of("channels")]
KindPattern = Annotated[Pattern, names_of("kinds")]
VersionPattern = Annotated[Pattern, names_of("versions")]


class _Asked(Strict):
    channel: ChannelPattern = Field(default=None, examples=["sms", ["sms", "whatsapp"]])
    """The channel, by its name here or in any API version."""
    q: StrictStr | None = Field(default=None, examples=["channel:sms to:4477* text:order"])
    """The search grammar of `mockserver messages`."""


class _AskedOfMessage(_Asked):
    kind: KindPattern = Field(default=None, examples=["text", ["image", "video"]])
    """The kind of content."""
    from_: Pattern = Field(default=None, alias="from", examples=["447700900010"])
    """Who sent it."""
    to: Pattern = Field(default=None, examples=["447700900001", {"starts_with": "4477"}])
    """Whom it was sent to."""
    text: Pattern = Field(default=None, examples=[{"contains": "appointment"}])
    """Its text or caption."""
    client_ref: Pattern = Field(default=None, examples=["booking-17"])
    """The reference the client gave it."""
    application: Pattern = None
    """The id of the application it belongs to."""
    version: VersionPattern = Field(default=None, examples=["v1"])
    """The API version it was sent by."""


class _AskedOfBody(Strict):
    json_: dict[StrictStr, Pattern] | None = Field(
        default=None,
        alias="json",
        min_length=1,
        examples=[{"message.content.type": "text", "to.number": {"starts_with": "44"}}],
    )
    """What stands in the body, by dotted path; `[0]` is the first of a list."""


class AskedOfHeaders(Strict):
    """What has headers can be asked for them."""

    headers: dict[StrictStr, Pattern] | None = Field(
        default=None, min_length=1, examples=[{"x-request-id": {"exists": True}}]
    )
    """What the headers hold, by name; case does not matter."""


class MessageMatcher(_AskedOfMessage):
    """Which messages are meant: all that is given must hold."""

    direction: Pattern = Field(default=None, examples=["outbound"])
    """`outbound` for what the system under test sent, `inbound` for what users sent."""
    status: Pattern = Field(default=None, examples=["delivered", ["rejected", "undeliverable"]])
    """The status it has now."""
    uuid: Pattern = Field(default=None, examples=["${uuid}"])
    """Its message_uuid."""
    content: Pattern = None
    """Its whole content."""
    options: Pattern = None
    """What it holds beside the content, as a whole."""
    error_code: Pattern = Field(default=None, examples=[1340])
    """The code it failed with."""
    workflow: Pattern = None
    """The workflow that sent it."""
    json_: dict[StrictStr, Pattern] | None = Field(
        default=None, alias="json", min_length=1, examples=[{"content.url": {"starts_with": "https://"}}]
    )
    """What stands in one of its members, by dotted path from the member's name on."""


class RequestMatcher(_AskedOfMessage, _AskedOfBody, AskedOfHeaders):
    """Which requests of the system under test are meant: all that is given must hold."""

    operation: Pattern = Field(default=None, examples=["send", ["send", "dispatch"]])
    """`send`, `update`, `dispatch` or `external`."""
    method: Pattern = Field(default=None, examples=["POST"])
    """The HTTP method."""
    path: Pattern = Field(default=None, examples=["/v1/messages"])
    """The path."""
    status: Pattern = Field(default=None, examples=[202, {"at_least": 400}])
    """The HTTP status it was answered with."""
    verdict: Pattern = Field(default=None, examples=["refused"])
    """`accepted`, `refused` or `failed`."""
    body: Pattern = None
    """The whole body."""
    violations: Pattern = Field(default=None, examples=[{"exists": True}])
    """The rules of the contract it broke."""
    findings: Pattern = None
    """What is suspicious about it."""
    fault: Pattern = Field(default=None, examples=["reset"])
    """What was done to its answer on purpose."""


class WebhookMatcher(_Asked, _AskedOfBody):
    """Which webhooks are meant, before they are sent: all that is given must hold."""

    event: Pattern = Field(default=None, examples=["inbound", "delivered"])
    """`inbound`, a status, or `report` for the end of a workflow."""
    status: Pattern = Field(default=None, examples=["delivered"])
    """The status it tells of."""
    message: Pattern = Field(default=None, examples=["${uuid}"])
    """The uuid of its message."""
    to: Pattern = None
    """Whom its message was sent to."""
    from_: Pattern = Field(default=None, alias="from")
    """Who sent its message."""
    url: Pattern = Field(default=None, examples=[{"contains": "/webhooks/status"}])
    """Where it was sent."""
    state: Pattern = Field(default=None, examples=["delivered", "gave_up"])
    """`pending`, `delivered`, `gave_up`, `abandoned` or `dropped`."""
    body: Pattern = None
    """The whole body."""


class DeliveryMatcher(WebhookMatcher):
    """Which webhooks are meant: all that is given must hold."""

    acknowledged: Pattern = Field(default=None, examples=[True])
    """Whether it was answered with a 2xx."""
    attempts: Pattern = Field(default=None, examples=[{"at_least": 2}])
    """How often it was tried."""
    answered: Pattern = Field(default=None, examples=[200])
    """The HTTP status of the last answer to it."""


class SendMatcher(_AskedOfMessage, _AskedOfBody, AskedOfHeaders):
    """Which requests are meant, before they are answered: all that is given must hold."""

    operation: Pattern = Field(default=None, examples=["send", ["send", "dispatch"]])
    """`send` for a message of its own, `dispatch` for a step of a workflow."""
    content: Pattern = None
    """Its whole content."""
    options: Pattern = None
    """What it holds beside the content, as a whole."""
    workflow: Pattern = Field(default=None, examples=[{"exists": True}])
    """The workflow that sends it."""
    method: Pattern = None
    """The HTTP method."""
    path: Pattern = Field(default=None, examples=["/v0.1/messages"])
    """The path."""


class When(SendMatcher):
    """Which sends a rule is for: all that is given must hold; without anything, every send."""

    state: dict[StrictStr, Pattern] | None = Field(
        default=None, min_length=1, examples=[{"consent": ["unknown", "confirmed"]}]
    )
    """The states of machines, by their names."""
    nth: Positive | None = Field(default=None, examples=[3])
    """Only the so-manieth send that fits, counted from 1."""
    times: Positive | None = Field(default=None, examples=[1])
    """Only so many sends that fit; the next goes on to the rules below."""
    every: Positive | None = Field(default=None, examples=[2])
    """Only each second, third, ... send that fits."""
    probability: Share | None = Field(default=None, examples=[0.3])
    """Only this share of the sends that fit, drawn by the seed."""
