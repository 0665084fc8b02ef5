"""What a tester writes to break something on purpose, and how long things are held back; breaks nothing itself."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, StrictBool, StrictInt, StrictStr, Tag

from mockserver.core.faults import KINDS, On
from mockserver.model import Json
from mockserver.scenario.matchers import SendMatcher, WebhookMatcher
from mockserver.scenario.words import (
    Count,
    Duration,
    Headers,
    HttpStatus,
    Positive,
    ProblemName,
    Rate,
    Share,
    Strict,
    mistake,
    one_of,
)


class Latency(Strict):
    """A time drawn by the seed: fixed, between two, or by percentiles."""

    fixed: Duration | None = Field(default=None, examples=["200ms"])
    """Always so long."""
    min: Duration | None = Field(default=None, examples=["50ms"])
    """At least so long; goes with `max`."""
    max: Duration | None = Field(default=None, examples=["2s"])
    """At most so long; goes with `min`."""
    p50: Duration | None = Field(default=None, examples=["100ms"])
    """Half of them are no longer."""
    p95: Duration | None = Field(default=None, examples=["800ms"])
    """95 of 100 are no longer."""
    p99: Duration | None = Field(default=None, examples=["3s"])
    """99 of 100 are no longer; none is longer than this."""


Delay: TypeAlias = Annotated[
    Annotated[Duration, Tag("<time>")] | Annotated[Latency, Tag("<latency>")],
    Discriminator(lambda value: "<latency>" if isinstance(value, Mapping | Latency) else "<time>"),
]
"""A duration, or one drawn anew each time."""


def _fault_names(on: On, *, needs_nothing: bool = False) -> tuple[str, ...]:
    """Return the kinds of faults on one side, or those of them that need nothing more said."""
    return tuple(
        each.name for each in KINDS if each.on == on and not (needs_nothing and (each.needs or each.name in _SAID))
    )


_SAID: Final = ("duplicate", "reorder")
"""What a step says otherwise: by ``copies`` and ``before``."""
ON_ANSWERS: Final = _fault_names("answers")
ON_WEBHOOKS: Final = _fault_names("webhooks")
OF_ANSWER: Final = _fault_names("answers", needs_nothing=True)
OF_WEBHOOK: Final = _fault_names("webhooks", needs_nothing=True)
AnswerFault = Annotated[StrictStr, one_of(*ON_ANSWERS)]
WebhookFault = Annotated[StrictStr, one_of(*ON_WEBHOOKS)]
OneAnswerFault = Annotated[StrictStr, one_of(*OF_ANSWER)]
OneWebhookFault = Annotated[StrictStr, one_of(*OF_WEBHOOK)]


class _Fault(Strict):
    next: Positive | None = Field(default=None, examples=[1])
    """Only the next so many that fit."""
    nth: Positive | None = Field(default=None, examples=[3])
    """Only the so-manieth that fits, counted from 1."""
    every: Positive | None = Field(default=None, examples=[2])
    """Only each second, third, ... that fits."""
    probability: Share | None = Field(default=None, examples=[0.3])
    """Only this share of those that fit, drawn by the seed."""
    delay: Delay | None = Field(default=None, examples=["2s", {"p50": "100ms", "p95": "800ms", "p99": "3s"}])
    """How long it is held back."""


class AnswerFaultSpec(_Fault):
    """Something is wrong with answers to the system under test, on purpose."""

    on: Literal["answers"]
    """What it is done to."""
    do: AnswerFault = Field(examples=["hang", "status"])
    """What is done."""
    when: SendMatcher = Field(default_factory=SendMatcher)
    """Which requests it is done to; without it, all."""
    problem: ProblemName | None = Field(default=None, examples=["throttled"])
    """With `status`: an error of the API by name."""
    status: HttpStatus | None = Field(default=None, examples=[503])
    """With `status`: the HTTP status."""
    body: Json = None
    """With `status`: a body of your own."""
    headers: Headers | None = None
    """With `status`: headers of your own."""
    retry_after: Duration | None = Field(default=None, examples=["5s"])
    """With `status` and `throttle`: what the header Retry-After says."""
    per_s: Rate | None = Field(default=None, examples=[5])
    """With `throttle`: how many requests a second get through."""
    after: Count | None = Field(default=None, examples=[10])
    """With `throttle`: how many requests get through before."""
    taken: StrictBool | None = None
    """Whether the message is accepted all the same, though its sender does not learn so."""


class WebhookFaultSpec(_Fault):
    """Something is wrong with webhooks, on purpose."""

    on: Literal["webhooks"]
    """What it is done to."""
    do: WebhookFault = Field(examples=["drop", "duplicate"])
    """What is done."""
    when: WebhookMatcher = Field(default_factory=WebhookMatcher)
    """Which webhooks it is done to; without it, all."""
    copies: Annotated[StrictInt, Field(ge=2, le=100)] | None = Field(default=None, examples=[2])
    """With `duplicate`: how often each is sent in all; 2 unless given."""
    within: Duration | None = Field(default=None, examples=["30s"])
    """With `reorder`: how long a webhook is held at most."""
    over: Duration | None = Field(default=None, examples=["2s"])
    """With `trickle`: how long the body takes."""
    tries: Positive | None = Field(default=None, examples=[1])
    """How many of a webhook's first tries are spoilt; all unless given."""


_SIDES: Final = ("answers", "webhooks")


def tag_of_fault(value: Any) -> str:
    """Return what a fault is done to."""
    if not isinstance(value, Mapping):
        return "<word>" if isinstance(value, str) or not hasattr(value, "on") else f"<{value.on}>"
    return f"<{value['on']}>" if value.get("on") in _SIDES else "<neither>"


def _known_side(value: Any) -> Any:
    if isinstance(value, Mapping) and value.get("on") not in _SIDES:
        if "on" in value:
            raise mistake("is <found>, expected answers or webhooks.", at="on", near=_SIDES)
        raise mistake("is missing.", "Write on: answers or on: webhooks.", at="on")
    return value


FaultSpec: TypeAlias = Annotated[
    Annotated[AnswerFaultSpec, Tag("<answers>")]
    | Annotated[WebhookFaultSpec, Tag("<webhooks>")]
    | Annotated[Literal["clear"], Tag("<word>")],
    Discriminator(tag_of_fault),
    BeforeValidator(_known_side),
]
"""A fault, or ``clear`` to end all of them."""
