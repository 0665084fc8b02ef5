"""A scenario under way: which rule decides on a send, what is remembered, which states its machines have.

Pure: a state goes in, a state and a decision come out. It sends nothing, waits for nothing and knows no clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from msgspec import structs

from mockserver.core.chance import Draws
from mockserver.core.expressions import Context, ExpressionError, evaluate
from mockserver.core.headers import sendable
from mockserver.core.matching import Judged, Miss, PatternError, Subject
from mockserver.core.scenario_values import Fields, Machine, Respond, Rule, Scenario
from mockserver.core.words import choices
from mockserver.errors import UnknownError, UsageError
from mockserver.model import Json

Chance: TypeAlias = Callable[[int, str], Draws]
"""The source of chance for the n-th send that fits a rule, by the rule's id."""
States: TypeAlias = Mapping[str, Mapping[str, str]]
"""States by the names of machines and the values of their keys; who is not listed has the initial one."""
_NO_KEY: Final = ""
"""The key of a send that has none: all such share one state."""


@dataclass(frozen=True, slots=True)
class Send:
    """A send under decision: the fields rules ask for, and what ``message.`` and ``request.`` stand for."""

    fields: Subject
    message: Fields
    request: Fields

    @property
    def context(self) -> dict[str, Json]:
        """What expressions can name of it."""
        return {"message": self.message, "request": self.request}


@dataclass(frozen=True, slots=True)
class Nearly:
    """The send that came closest to a rule without being decided by it, counted from 1, and what was amiss."""

    send: int
    misses: tuple[Miss, ...]


@dataclass(frozen=True, slots=True)
class State:
    """How a scenario stands: sends judged, by rule how many fitted and how many it decided, names, machines."""

    sends: int = 0
    seen: Mapping[str, int] = field(default_factory=dict)
    decided: Mapping[str, int] = field(default_factory=dict)
    machines: States = field(default_factory=dict)
    names: Context = field(default_factory=dict)
    nearest: Mapping[str, Nearly] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule decided, for the ``number``-th time. ``context`` is what expressions in what follows stand for."""

    rule: Rule
    number: int
    respond: Respond
    delay_s: float
    context: Context


def decide(
    scenario: Scenario, state: State, send: Send, chance: Chance, *, is_open: bool = True
) -> tuple[State, Decision | None]:
    """Return the state after a send, and the decision of the first rule that takes it, if one does.

    Every rule that fits counts the send, also those behind the one that takes it: the third is the third for each.
    ``is_open`` is false for a send that another scenario decided on already.
    """
    states = states_for(scenario, state, send.context)
    subject = {**send.fields, "state": states}
    seen, nearest = dict(state.seen), dict(state.nearest)
    number = state.sends + 1
    taken: tuple[Rule, Judged, Draws] | None = None
    for rule in scenario.rules:
        judged = _judged(rule, subject, state.names)
        if judged.fits:
            seen[rule.id] = seen.get(rule.id, 0) + 1
            rng = chance(seen[rule.id], rule.id)
            misses = tuple(_uncounted(rule, seen[rule.id], state.decided.get(rule.id, 0), rng))
            if is_open and taken is None and not misses:
                taken = rule, judged, rng
        else:
            misses = judged.misses
        if misses and len(misses) <= len(nearest[rule.id].misses if rule.id in nearest else misses):
            nearest[rule.id] = Nearly(number, misses)
    after = replace(state, sends=number, seen=seen, nearest=nearest)
    if taken is None:
        return after, None
    rule, judged, rng = taken
    context = send.context | {"match": dict(judged.groups), "machine": states}
    return _decided(scenario, after, rule, context, rng)


def _judged(rule: Rule, subject: Subject, names: Context) -> Judged:
    """Return what a rule says of a send; what it asks with a name that stands for nothing yet does not fit."""
    try:
        return rule.when.bind(names).judge(subject)
    except (ExpressionError, PatternError) as error:
        return Judged((Miss("when", "names that stand for something", str(error)),))


def _uncounted(rule: Rule, seen: int, decided: int, rng: Draws) -> list[Miss]:
    """Return why a rule leaves a send that fits to others, if it does."""
    misses = []
    if rule.nth is not None and seen != rule.nth:
        misses.append(Miss("nth", f"send {rule.nth} of those that fit", seen))
    if rule.every is not None and seen % rule.every:
        misses.append(Miss("every", f"each {rule.every}. of those that fit", seen))
    if rule.times is not None and decided >= rule.times:
        misses.append(Miss("times", f"{rule.times} at most", decided + 1))
    if rule.probability is not None and (drawn := rng.random()) >= rule.probability:
        misses.append(Miss("probability", f"a draw below {rule.probability:g}", round(drawn, 4)))
    return misses


def _decided(
    scenario: Scenario, state: State, rule: Rule, context: Mapping[str, Json], rng: Draws
) -> tuple[State, Decision]:
    """Return what follows from the decision of a rule: what it remembers, the states it sets, the answer."""
    number = state.decided.get(rule.id, 0) + 1
    names = {**state.names, **captured(rule.capture, {**state.names, **context})}
    known = {**names, **context}
    after = replace(state, decided={**state.decided, rule.id: number}, names=names)
    for machine, wanted in rule.sets.items():
        after = put_state(scenario, after, machine, key_of(scenario.machines[machine], known), _text(wanted, known))
    respond = structs.replace(
        rule.respond,
        body=_or_none(rule.respond.body, known),
        headers={name: sendable(_text(each, known)) for name, each in rule.respond.headers.items()},
    )
    return after, Decision(rule, number, respond, rule.respond.delay.pick_s(rng), context)


def captured(capture: Mapping[str, str], context: Context) -> dict[str, Json]:
    """Return what is to be remembered; ``None`` for what is not there, such as a group that took no part."""
    return {name: _or_none(written, context) for name, written in capture.items()}


def _or_none(written: Json, context: Context) -> Json:
    try:
        return evaluate(written, context)
    except ExpressionError:
        return None


def _text(written: str, context: Context) -> str:
    value = _or_none(written, context)
    return "" if value is None else str(value)


# Machines


def states_for(scenario: Scenario, state: State, context: Context) -> dict[str, str]:
    """Return the states of all machines for a send."""
    return {
        name: state_of(machine, state, key_of(machine, {**state.names, **context}))
        for name, machine in scenario.machines.items()
    }


def key_of(machine: Machine, context: Context) -> str:
    """Return whose state of a machine is meant."""
    return _text(machine.key, context) or _NO_KEY


def state_of(machine: Machine, state: State, key: str) -> str:
    """Return the state of a machine for a value of its key."""
    return state.machines.get(machine.name, {}).get(key, machine.initial)


def put_state(scenario: Scenario, state: State, machine: str, key: str, wanted: str) -> State:
    """Return the state with a machine moved; raise UnknownError, UsageError for what it does not have."""
    found = scenario.machines.get(machine)
    if found is None:
        raise UnknownError(
            f"scenario {scenario.id} has no machine {machine!r}", fix=choices(machine, tuple(scenario.machines))
        )
    if wanted not in found.states:
        raise UsageError(f"machine {machine} has no state {wanted!r}", fix=choices(wanted, found.states))
    moved = {**state.machines.get(machine, {}), key: wanted}
    return replace(state, machines={**state.machines, machine: moved})
