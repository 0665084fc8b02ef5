"""What a tester writes to say what must be there, in the timeline and at the end; looks for nothing itself."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, StrictBool, StrictStr, Tag, WithJsonSchema

from mockserver.scenario.matchers import AskedOfHeaders, DeliveryMatcher, MessageMatcher, Pattern, RequestMatcher
from mockserver.scenario.words import Count, Duration, Positive, Strict, mistake, only_verb, tag_by


class _Counted(Strict):
    count: Count | None = Field(default=None, examples=[1])
    """Exactly so many."""
    at_least: Count | None = Field(default=None, examples=[1])
    """So many or more; 1 where nothing else is said."""
    at_most: Count | None = Field(default=None, examples=[3])
    """So many or fewer."""
    absent: StrictBool = False
    """None at all."""
    within: Duration | None = Field(default=None, examples=["5s"])
    """How long to wait for it, in real time; with an upper end, how long to watch."""


class OfMessages(_Counted):
    """So many messages that fit."""

    messages: MessageMatcher
    """Which messages."""


class OfRequests(_Counted):
    """So many requests that fit."""

    requests: RequestMatcher
    """Which requests."""


class OfDeliveries(_Counted):
    """So many webhooks that fit."""

    deliveries: DeliveryMatcher
    """Which webhooks."""
    acknowledged: StrictBool | None = None
    """Answered with a 2xx, or with `false` not."""


class OfRule(Strict):
    """A rule decided."""

    rule: StrictStr = Field(examples=["reminder"])
    """The id of the rule."""
    count: Positive = 1
    """How often it must have decided since the scenario began."""
    within: Duration | None = Field(default=None, examples=["10s"])
    """How long to wait for it, in real time."""


_SUBJECTS: Final = ("messages", "requests", "deliveries")
_Counts: TypeAlias = (
    Annotated[OfMessages, Tag("<messages>")]
    | Annotated[OfRequests, Tag("<requests>")]
    | Annotated[OfDeliveries, Tag("<deliveries>")]
)
Expected: TypeAlias = Annotated[_Counts, tag_by(*_SUBJECTS), BeforeValidator(only_verb(*_SUBJECTS))]
"""So many of something."""
Awaited: TypeAlias = Annotated[
    _Counts | Annotated[OfRule, Tag("<rule>")],
    tag_by("rule", *_SUBJECTS),
    BeforeValidator(only_verb("rule", *_SUBJECTS)),
]
"""What can be waited for."""


def _statuses(value: Any) -> Any:
    written = value if isinstance(value, list) else [value]
    if not written or not all(map(_is_status, written)):
        raise mistake("is <found>, no HTTP status.", "Write it like 200, 2xx or [200, 204].")
    return value


def _is_status(written: Any) -> bool:
    if isinstance(written, str):
        return written in _CLASSES
    return type(written) is int and _LEAST <= written <= _MOST


_LEAST: Final = 100
_MOST: Final = 599
_CLASSES: Final = ("1xx", "2xx", "3xx", "4xx", "5xx")
HttpStatuses = Annotated[
    Any,
    BeforeValidator(_statuses),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": _LEAST, "maximum": _MOST},
                {"enum": list(_CLASSES)},
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "anyOf": [{"type": "integer", "minimum": _LEAST, "maximum": _MOST}, {"enum": list(_CLASSES)}]
                    },
                },
            ]
        }
    ),
]
"""``200``, ``2xx``, or a list of them."""


class Answered(AskedOfHeaders):
    """What the answer must be: to the webhook of a message, or to a request to the system under test."""

    answered: HttpStatuses = Field("2xx", examples=["2xx", 201])
    """Its HTTP status."""
    within: Duration | None = Field(default=None, examples=["3s"])
    """How long it may take, in real time."""
    json_: dict[StrictStr, Pattern] | None = Field(
        default=None, alias="json", min_length=1, examples=[{"status": {"one_of": ["ok", "queued"]}}]
    )
    """What stands in its JSON, by dotted path."""
    text: Pattern = Field(default=None, examples=[{"contains": "ok"}])
    """Its body as a text."""


class _Checked(Strict):
    name: StrictStr | None = Field(default=None, examples=["nobody is reminded twice"])
    """What the check is called in reports."""


class CheckMessages(OfMessages, _Checked):
    """So many messages that fit."""


class CheckRequests(OfRequests, _Checked):
    """So many requests that fit."""


class CheckDeliveries(OfDeliveries, _Checked):
    """So many webhooks that fit."""


class InMessages(Strict):
    """In a sequence: a message that fits."""

    messages: MessageMatcher
    """Which message."""


class InRequests(Strict):
    """In a sequence: a request that fits."""

    requests: RequestMatcher
    """Which request."""


class InDeliveries(Strict):
    """In a sequence: a webhook that fits."""

    deliveries: DeliveryMatcher
    """Which webhook."""


def _tag_of_item(value: Any) -> str:
    if isinstance(value, str):
        return "<word>"
    keys = value if isinstance(value, Mapping) else type(value).model_fields
    return f"<{next((each for each in _SUBJECTS if each in keys), '')}>"


def _is_item(value: Any) -> Any:
    return value if isinstance(value, str) else only_verb(*_SUBJECTS)(value)


Item: TypeAlias = Annotated[
    Annotated[StrictStr, Tag("<word>")]
    | Annotated[InMessages, Tag("<messages>")]
    | Annotated[InRequests, Tag("<requests>")]
    | Annotated[InDeliveries, Tag("<deliveries>")],
    Discriminator(_tag_of_item),
    BeforeValidator(_is_item),
]
"""One thing of a sequence."""


class CheckSequence(_Checked):
    """Things happened in this order, whatever happened between them."""

    sequence: list[Item] = Field(
        min_length=2, examples=[["rule:reminder", "inbound:1", {"deliveries": {"status": "delivered"}}]]
    )
    """`rule:ID` is a decision of a rule, `inbound:N` the message of the N-th inbound step."""
    within: Duration | None = None
    """How long to wait for it, in real time."""


class Bounds(Strict):
    """How many there may be."""

    at_least: Count | None = None
    """So many or more."""
    at_most: Count | None = None
    """So many or fewer."""


Amount: TypeAlias = Annotated[
    Annotated[Count, Tag("<number>")] | Annotated[Bounds, Tag("<bounds>")],
    Discriminator(lambda value: "<bounds>" if isinstance(value, Mapping | Bounds) else "<number>"),
]


class CheckViolations(_Checked):
    """How many rules of the contract were broken."""

    violations: Amount = Field(examples=[0])
    """Exactly so many, or between bounds."""


class CheckFindings(_Checked):
    """How many suspicious things were noticed."""

    findings: Amount = Field(examples=[0, {"at_most": 2}])
    """Exactly so many, or between bounds."""


CHECKS: Final = (*_SUBJECTS, "sequence", "violations", "findings")
"""What an item of ``verify`` can be about, each by its key."""
Check: TypeAlias = Annotated[
    Annotated[CheckMessages, Tag("<messages>")]
    | Annotated[CheckRequests, Tag("<requests>")]
    | Annotated[CheckDeliveries, Tag("<deliveries>")]
    | Annotated[CheckSequence, Tag("<sequence>")]
    | Annotated[CheckViolations, Tag("<violations>")]
    | Annotated[CheckFindings, Tag("<findings>")],
    tag_by(*CHECKS),
    BeforeValidator(only_verb(*CHECKS)),
]
"""One item of ``verify``."""
