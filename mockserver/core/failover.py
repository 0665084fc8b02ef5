"""When a workflow goes on to its next step and when it ends: a pure reducer from events to actions; it sends nothing.

Source: domain facts, messages-v0.1 part 7.3.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

from mockserver.model import Status

FAILED: Final = frozenset({Status.REJECTED, Status.UNDELIVERABLE})
"""Statuses that end the wait for a step at once."""
DELIVERED: Final = frozenset({Status.DELIVERED, Status.READ})
"""Statuses that say a message has reached its user; what was read was delivered."""
_MET: Final = {Status.DELIVERED: DELIVERED, Status.READ: frozenset({Status.READ})}
"""The statuses that meet a condition, by the condition."""
_HANDED_OVER: Final = DELIVERED | {Status.SUBMITTED}
"""Statuses that say the provider has taken a message, which is when its time begins to run."""


class Outcome(StrEnum):
    """Where a workflow stands; the last two are what its final report says."""

    RUNNING = "running"
    COMPLETED = "completed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a step waits for: its condition, and the seconds it has; with ``None`` it waits without end."""

    condition: Status = Status.DELIVERED
    expiry_s: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A workflow under way. ``current`` counts from 0; ``is_timed`` tells that the current step's time runs."""

    rules: tuple[Rule, ...]
    current: int = 0
    is_timed: bool = False
    outcome: Outcome = Outcome.RUNNING

    @property
    def is_last(self) -> bool:
        """True if nothing follows the current step."""
        return self.current == len(self.rules) - 1


@dataclass(frozen=True, slots=True)
class Moved:
    """The message of a step took a status."""

    step: int
    status: Status


@dataclass(frozen=True, slots=True)
class Expired:
    """The time of a step ran out."""

    step: int


@dataclass(frozen=True, slots=True)
class Send:
    """Send this step now."""

    step: int


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Tell when so many seconds have passed."""

    step: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Report:
    """The workflow has ended; send its final report."""

    outcome: Outcome


Event: TypeAlias = Moved | Expired
Action: TypeAlias = Send | StartTimer | Report
Change: TypeAlias = tuple[State, tuple[Action, ...]]
"""The state after an event, and what is to be done."""


def begin(rules: tuple[Rule, ...]) -> Change:
    """Return a fresh workflow, whose first step is to be sent. The rule of the last step counts for nothing."""
    return State(rules), (Send(0),)


def reduce(state: State, event: Event) -> Change:
    """Return what an event makes of a workflow. What comes late, or after the end, changes nothing."""
    if state.outcome is not Outcome.RUNNING or event.step != state.current:
        return state, ()
    match event:
        case Expired():
            return (state, ()) if state.is_last else _next(state)
        case Moved(status=status):
            return _moved(state, status)
        case _:
            assert_never(event)


def _moved(state: State, status: Status) -> Change:
    met = DELIVERED if state.is_last else _MET[state.rules[state.current].condition]
    if status in met:
        return _end(state, Outcome.COMPLETED)
    if status in FAILED:
        return _end(state, Outcome.ERROR) if state.is_last else _next(state)
    return _timed(state) if status in _HANDED_OVER else (state, ())


def _timed(state: State) -> Change:
    """Let the time of the current step begin, once; the last step has all the time there is."""
    expiry_s = state.rules[state.current].expiry_s
    if state.is_last or state.is_timed or expiry_s is None:
        return state, ()
    return replace(state, is_timed=True), (StartTimer(state.current, expiry_s),)


def _next(state: State) -> Change:
    step = state.current + 1
    return replace(state, current=step, is_timed=False), (Send(step),)


def _end(state: State, outcome: Outcome) -> Change:
    return replace(state, outcome=outcome), (Report(outcome),)
