"""The whole of a scenario file, with the meaning of every key; judges nothing that needs other files.

Docstrings are the descriptions in the JSON Schema; what is wrong with a file is put into words by ``complaints``.
"""

from typing import Annotated, Any

from pydantic import Field, StrictInt, StrictStr

from mockserver.scenario.expectations import Check
from mockserver.scenario.faults import AnswerFaultSpec, FaultSpec, WebhookFaultSpec
from mockserver.scenario.given import Given
from mockserver.scenario.matchers import When
from mockserver.scenario.steps import Respond, Step, Then
from mockserver.scenario.words import Capture, Name, Strict

__all__ = ["AnswerFaultSpec", "Check", "FaultSpec", "Machine", "Rule", "ScenarioFile", "WebhookFaultSpec"]

ClockWord = Annotated[StrictStr, Field(pattern=r"^(real|manual|[1-9][0-9]{0,5}x)$")]


class Rule(Strict):
    """What happens when the system under test sends something. The first rule that fits decides."""

    id: Name = Field(examples=["reminder"])
    """The rule's name: what `await` and `sequence` call it, and what the journal says."""
    when: When = Field(default_factory=When)
    """Which sends it is for."""
    capture: Capture = Field(default={}, examples=[{"uuid": "message.uuid", "who": "message.to", "day": "match.day"}])
    """Values to remember under names, as paths: `message.`, `request.`, `match.` (named groups), `machine.`."""
    set: dict[StrictStr, StrictStr] = Field(default={}, examples=[{"consent": "confirmed"}])
    """States that machines take at once, by their names, for the key of the message."""
    respond: Respond = Field(default="accepted", examples=["accepted", {"problem": "throttled"}])
    """What the request is answered with."""
    then: list[Then] | None = Field(
        default=None,
        examples=[[{"status": "submitted", "after": "50ms"}, {"status": "delivered", "after": "400ms"}], []],
    )
    """What follows. Left out: the usual statuses; empty: nothing at all."""


class Machine(Strict):
    """A state machine: each value of its key has a state of its own."""

    key: StrictStr = Field(examples=["${message.to}"])
    """Whose state it is."""
    initial: StrictStr = Field(examples=["unknown"])
    """The state at the start."""
    states: list[StrictStr] = Field(min_length=1, examples=[["unknown", "confirmed", "opted_out"]])
    """All states there are."""


class ScenarioFile(Strict):
    """A scenario of messages-mockserver: what users and the provider do while a system under test works."""

    scenario: Name = Field(examples=["appointment-reminder"])
    """The scenario's id: a letter, then letters, digits, `-` and `_`."""
    about: StrictStr = Field(default="", examples=["A reminder is sent and confirmed."])
    """One sentence on what it shows."""
    seed: StrictInt | None = Field(default=None, examples=[7])
    """What chance is drawn by; the same seed gives the same run."""
    clock: ClockWord = Field(default="real", examples=["real", "manual", "60x"])
    """`real`, `manual` (moved by `advance` and `sleep`), or so many times as fast, such as `60x`."""
    vars: dict[Name, Any] = Field(default={}, examples=[{"clinic": "447700900010"}])
    """Values for `${vars.NAME}`; `--set NAME=VALUE` replaces them."""
    given: Given = Field(default_factory=Given)
    """How the account is to be at the start."""
    machines: dict[Name, Machine] = Field(
        default={},
        examples=[{"consent": {"key": "${message.to}", "initial": "unknown", "states": ["unknown", "confirmed"]}}],
    )
    """State machines by name."""
    rules: list[Rule] = Field(default=[])
    """What happens when the system under test sends something; the first rule that fits decides."""
    timeline: list[Step] = Field(default=[])
    """What the tester does, from top to bottom."""
    verify: list[Check] = Field(default=[])
    """What must hold at the end."""
