"""What types cannot say of a scenario file: names that nothing has, and what contradicts itself or can never be."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from mockserver.config.places import KeyPath
from mockserver.config.values import shown
from mockserver.core.asking import About, matcher_of
from mockserver.core.capabilities import ChannelRow
from mockserver.core.expressions import PATH, may_hold_names
from mockserver.core.faults import BY_NAME, SELECTORS
from mockserver.core.matching import PatternError
from mockserver.model import Json
from mockserver.scenario.cells import Cells
from mockserver.scenario.complaints import Mistake, choice
from mockserver.scenario.expectations import (
    Bounds,
    Check,
    CheckFindings,
    CheckSequence,
    CheckViolations,
    OfDeliveries,
    OfMessages,
    OfRequests,
    OfRule,
)
from mockserver.scenario.faults import AnswerFaultSpec, Latency, WebhookFaultSpec
from mockserver.scenario.given_checks import given_mistakes
from mockserver.scenario.models import Machine, Rule, ScenarioFile
from mockserver.scenario.names import RESERVED, Names, unknown_name, unknown_names
from mockserver.scenario.steps import (
    AdvanceStep,
    AwaitStep,
    ExpectStep,
    FaultStep,
    HttpStep,
    InboundStep,
    RespondWith,
    SetStep,
    StatusStep,
    Step,
    ThenInbound,
    ThenSet,
)
from mockserver.scenario.words import Strict

FOR: Final = "for"
"""The key of a ``set`` step that says whose state it is."""
_MESSAGE: Final = (
    *("uuid", "channel", "kind", "from", "to", "text", "client_ref", "application", "version", "direction", "status"),
    *("content", "options", "workflow", "error_code"),
)
_REQUEST: Final = (
    *("operation", "method", "path", "version", "channel", "kind", "from", "to", "text", "client_ref", "application"),
    *("body", "headers", "status", "verdict", "violations", "findings"),
)
_DELIVERY: Final = (
    *("event", "status", "message", "channel", "to", "from", "url", "state", "acknowledged", "attempts", "answered"),
    *("body",),
)
_ANSWER: Final = ("status", "json", "text", "headers")
_ROOTS: Final[Mapping[str, tuple[str, ...]]] = {
    "message": _MESSAGE,
    "request": _REQUEST,
    "delivery": _DELIVERY,
    "answer": _ANSWER,
}
_LIMITS: Final = ("per_s", "after")
"""The two ways to say what a throttle lets through."""
_NAMED: Final = {"channel": "channels", "kind": "kinds", "version": "versions"}
"""Fields of matchers whose values are names of ``specs/``."""
_BARE: Final = "%s"
_Roots = Mapping[str, tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Checking:
    """One file to be checked: its shape, its values as settled, the names it defines, and what ``specs/`` know."""

    file: ScenarioFile
    value: Mapping[str, Json]
    names: Names
    cells: Cells

    def mistakes(self) -> Iterator[Mistake]:
        """Yield everything wrong, section by section."""
        yield from given_mistakes(self.file.given, self.value.get("given", {}), self.cells)
        for name, machine in self.file.machines.items():
            yield from self._machine(machine, ("machines", name))
        yield from self._captures()
        for index, rule in enumerate(self.file.rules):
            yield from _RuleCheck(self, rule, ("rules", index)).mistakes()
        for index, step in enumerate(self.file.timeline):
            yield from self._step(step, index)
        for index, check in enumerate(self.file.verify):
            yield from self._check(check, ("verify", index))

    # Machines, and names in general

    def _machine(self, machine: Machine, path: KeyPath) -> Iterator[Mistake]:
        roots = {"message": _MESSAGE, "request": _REQUEST}
        yield from unknown_names(machine.key, (*path, "key"), (), roots)
        if machine.initial not in machine.states:
            says = f"is {shown(machine.initial)}, none of the states."
            yield Mistake((*path, "initial"), says, choice(machine.initial, machine.states))

    def _captures(self) -> Iterator[Mistake]:
        """Yield a mistake for each name that means something else already."""
        items = chain(
            ((("rules", index), each.capture) for index, each in enumerate(self.file.rules)),
            ((("timeline", index), each.capture) for index, each in enumerate(self.file.timeline)),
        )
        for path, capture in items:
            for name in capture:
                if name in RESERVED:
                    says = f"is a name of its own: {name}. means something already."
                    yield Mistake((*path, "capture", name), says, "Take another name.", at_key=True)

    def states(self, states: Mapping[str, str], path: KeyPath) -> Iterator[Mistake]:
        """Yield a mistake for each machine or state that there is not."""
        for name, state in states.items():
            known = self.names.machines.get(name)
            if known is None:
                yield Mistake((*path, name), "is no machine.", choice(name, self.names.machines), at_key=True)
            elif state not in known and not may_hold_names(state):
                yield Mistake((*path, name), f"is {shown(state)}, no state of {name}.", choice(state, known))

    def rule(self, name: str, path: KeyPath, found: str | None = None) -> Iterator[Mistake]:
        """Yield the mistake of a rule that there is not."""
        if name not in self.names.rules and not may_hold_names(name):
            yield Mistake(path, f"is {shown(found or name)}, no rule.", choice(name, self.names.rules))

    def captured(
        self, capture: Mapping[str, str], path: KeyPath, roots: _Roots, known: tuple[str, ...]
    ) -> Iterator[Mistake]:
        """Yield what is wrong with the values to be remembered."""
        for name, written in capture.items():
            at = (*path, "capture", name)
            if may_hold_names(written):
                yield from unknown_names(written, at, known, roots)
            elif not PATH.fullmatch(written):
                yield Mistake(at, f"is {shown(written)}, no path.", "Write it like message.uuid.")
            elif (mistake := unknown_name(at, written, known, roots, _BARE)) is not None:
                yield mistake

    # Matchers

    def matcher(
        self, about: About, asked: Strict, path: KeyPath, known: tuple[str, ...], without: tuple[str, ...] = ()
    ) -> Iterator[Mistake]:
        """Yield what is wrong with a matcher: names of ``specs/``, patterns, expressions."""
        fields = fields_of(asked, without)
        for name, of in _NAMED.items():
            if name in fields:
                yield from self.cells.unknown_in(fields[name], of, (*path, name))
        yield from self.patterns(about, fields, path)
        yield from unknown_names(fields, path, known, {})

    def patterns(self, about: About, fields: Mapping[str, Json], path: KeyPath) -> Iterator[Mistake]:
        """Yield a mistake for each pattern that is none."""
        for name, asked in fields.items():
            found = list(_expressions(asked, (*path, name)))
            yield from found
            if not found and not may_hold_names(asked):
                yield from _pattern(about, name, asked, (*path, name))

    # The timeline

    def _step(self, step: Step, index: int) -> Iterator[Mistake]:
        path: KeyPath = ("timeline", index)
        known = self.names.before(index)
        match step:
            case AwaitStep():
                roots = self._found_roots(step.await_)
                yield from self._expected(step.await_, (*path, "await"), known)
            case ExpectStep():
                roots = self._found_roots(step.expect)
                yield from self._expected(step.expect, (*path, "expect"), known)
            case InboundStep():
                roots = _roots("message", "delivery", "answer")
                yield from self._inbound_step(step, path, known)
            case StatusStep():
                roots = _roots("message", "delivery", "answer")
                yield from self.cells.failure(step.status.status, step.status.code, (*path, "status"))
                yield from unknown_names(fields_of(step.status), (*path, "status"), known, {})
            case HttpStep():
                roots = _roots("answer")
                yield from self._http(step, path, known)
            case SetStep():
                roots = {}
                yield from self._set(step, path, known)
            case FaultStep():
                roots = {}
                yield from self._fault(step, (*path, "fault"), known)
            case AdvanceStep():
                roots = {}
                yield from self._advance(path)
            case _:
                roots = {}
        if isinstance(step, InboundStep | StatusStep | HttpStep) and step.expect is not None:
            fields = fields_of(step.expect, ("answered", "within"))
            yield from self.patterns("answers", fields, (*path, "expect"))
            yield from unknown_names(fields, (*path, "expect"), known, {})
        yield from self.captured(step.capture, path, roots, known)

    def _found_roots(self, expected: Any) -> _Roots:
        """Return what can be captured of what a step found."""
        match expected:
            case OfMessages():
                return _roots("message") | {"match": None}
            case OfRequests():
                return _roots("request") | {"match": None}
            case OfDeliveries():
                return _roots("delivery") | {"match": None}
            case _:
                return _roots("message", "request") | {"match": None}

    def _expected(self, expected: Any, path: KeyPath, known: tuple[str, ...]) -> Iterator[Mistake]:
        match expected:
            case OfMessages():
                yield from self.matcher("messages", expected.messages, (*path, "messages"), known)
            case OfRequests():
                yield from self.matcher("requests", expected.requests, (*path, "requests"), known)
            case OfDeliveries():
                yield from self.matcher("deliveries", expected.deliveries, (*path, "deliveries"), known)
            case OfRule():
                yield from self.rule(expected.rule, (*path, "rule"))
                return
        yield from _counts(expected, path)

    def _inbound_step(self, step: InboundStep, path: KeyPath, known: tuple[str, ...]) -> Iterator[Mistake]:
        at = (*path, "inbound")
        content = step.inbound
        if content.channel is None:
            yield Mistake((*at, "channel"), "is missing.", "Add channel.", at_key=True)
        channel = self.cells.channel(content.channel or "")
        yield from self.cells.inbound(content, at, () if channel is None else (channel,))
        yield from unknown_names(fields_of(content), at, known, {})

    def _http(self, step: HttpStep, path: KeyPath, known: tuple[str, ...]) -> Iterator[Mistake]:
        at = (*path, "http")
        request = step.http
        if not re.match(r"https?://[^/]|\$\{", request.url):
            says = f"is {shown(request.url)}, expected an absolute http or https URL."
            yield Mistake((*at, "url"), says, "Write it like http://127.0.0.1:8000/reminders.")
        if {"json_", "body"} <= request.model_fields_set:
            yield Mistake((*at, "body"), "stands beside json.", "Keep one of them.", at_key=True)
        yield from unknown_names(fields_of(request), at, known, {})

    def _set(self, step: SetStep, path: KeyPath, known: tuple[str, ...]) -> Iterator[Mistake]:
        at = (*path, "set")
        states = {name: state for name, state in step.set.items() if name != FOR}
        if FOR not in step.set:
            yield Mistake((*at, FOR), "is missing.", "Say whose state it is, such as for: ${who}.", at_key=True)
        if not states:
            yield Mistake(at, "names no machine.", choice("", self.names.machines))
        yield from self.states(states, at)
        yield from unknown_names(step.set, at, known, {})

    def _advance(self, path: KeyPath) -> Iterator[Mistake]:
        if self.file.clock != "manual":
            says = f"needs a manual clock, and clock is {self.file.clock}."
            yield Mistake((*path, "advance"), says, "Write clock: manual, or sleep instead of advance.", at_key=True)

    def _fault(self, step: FaultStep, path: KeyPath, known: tuple[str, ...]) -> Iterator[Mistake]:
        fault = step.fault
        match fault:
            case AnswerFaultSpec():
                yield from self.cells.unknown(fault.problem, "problems", (*path, "problem"))
                yield from self.matcher("sends", fault.when, (*path, "when"), known)
            case WebhookFaultSpec():
                yield from self.matcher("deliveries", fault.when, (*path, "when"), known)
            case _:
                return
        yield from fault_members(fault, path)
        yield from latency_mistakes(fault.delay, (*path, "delay"))
        members = fields_of(fault, ("when",))
        yield from unknown_names(members, path, known, {})

    # Verification

    def _check(self, check: Check, path: KeyPath) -> Iterator[Mistake]:
        match check:
            case CheckSequence():
                for index, item in enumerate(check.sequence):
                    at = (*path, "sequence", index)
                    if isinstance(item, str):
                        yield from self._word(item, at)
                    else:
                        yield from self._expected_item(item, at)
            case CheckViolations():
                yield from _amount(check.violations, (*path, "violations"))
            case CheckFindings():
                yield from _amount(check.findings, (*path, "findings"))
            case _:
                yield from self._expected(check, path, self.names.all)

    def _expected_item(self, item: Strict, path: KeyPath) -> Iterator[Mistake]:
        about, asked = item_of(item)
        yield from self.matcher(about, asked, (*path, about), self.names.all)

    def _word(self, word: str, path: KeyPath) -> Iterator[Mistake]:
        kind, _, name = word.partition(":")
        if kind == "rule" and name:
            yield from self.rule(name, path, word)
        elif kind == "inbound" and name:
            if inbound_step(name, self.names) is None:
                known = [each or str(number) for number, (_, each) in enumerate(self.names.inbounds, 1)]
                yield Mistake(path, f"is {shown(word)}, no inbound step.", choice(name, known))
        else:
            yield Mistake(path, f"is {shown(word)}.", "Write rule:ID, inbound:NUMBER, or a mapping.")


@dataclass(frozen=True, slots=True)
class _RuleCheck:
    """One rule to be checked."""

    around: Checking
    rule: Rule
    path: KeyPath

    def mistakes(self) -> Iterator[Mistake]:
        """Yield everything wrong with it."""
        around, rule, path = self.around, self.rule, self.path
        earlier = self.around.file.rules[: int(path[1])]
        if any(each.id == rule.id for each in earlier):
            yield Mistake(
                (*path, "id"), f"is {shown(rule.id)}, which another rule is called already.", "Rename one of them."
            )
        asked = fields_of(rule.when, COUNTERS)
        at = (*path, "when")
        yield from around.matcher("sends", rule.when, at, around.names.all, (*COUNTERS, "state"))
        yield from around.cells.impossible_send(asked, at)
        yield from self._states_asked(at)
        yield from around.captured(rule.capture, path, self.roots, around.names.all)
        yield from around.states(rule.set, (*path, "set"))
        yield from unknown_names(rule.set, (*path, "set"), around.names.all, self.roots)
        yield from self._respond((*path, "respond"))
        yield from self._then((*path, "then"), around.cells.channels_of(asked))

    @property
    def roots(self) -> _Roots:
        """What can be named in what the rule does."""
        groups = tuple(dict.fromkeys(_groups(fields_of(self.rule.when, COUNTERS))))
        return {**_roots("message", "request"), "match": groups, "machine": tuple(self.around.names.machines)}

    def _states_asked(self, path: KeyPath) -> Iterator[Mistake]:
        """Yield a mistake for each machine or state asked for that there is not."""
        asked = fields_of(self.rule.when).get("state") or {}
        yield from self.around.patterns("sends", {"state": asked} if asked else {}, path)
        for name, pattern in asked.items():
            states = pattern if isinstance(pattern, list) else [pattern]
            for state in states:
                if isinstance(state, str) or name not in self.around.names.machines:
                    yield from self.around.states({name: str(state)}, (*path, "state"))
                    if name not in self.around.names.machines:
                        break

    def _respond(self, path: KeyPath) -> Iterator[Mistake]:
        respond = self.rule.respond
        if not isinstance(respond, RespondWith):
            return
        yield from self.around.cells.unknown(respond.problem, "problems", (*path, "problem"))
        if respond.problem is not None and respond.status is not None:
            yield Mistake((*path, "status"), "stands beside problem, which has a status.", "Keep one.", at_key=True)
        for name in ("body", "headers"):
            if name in respond.model_fields_set and respond.status is None:
                yield Mistake((*path, name), "goes only with a status of your own.", "Add status.", at_key=True)
        if not respond.model_fields_set:
            yield Mistake(path, "says nothing.", "Write accepted, or one of problem, status, fault, delay.")
        yield from latency_mistakes(respond.delay, (*path, "delay"))
        yield from unknown_names(fields_of(respond), path, self.around.names.all, self.roots)

    def _then(self, path: KeyPath, channels: tuple[ChannelRow, ...]) -> Iterator[Mistake]:
        then = self.rule.then
        if then is None:
            return
        if isinstance(self.rule.respond, RespondWith) and not is_accepted(self.rule.respond):
            yield Mistake(path, "follows an answer that refuses the message.", "Remove then, or respond.", at_key=True)
            return
        yield from self.around.cells.statuses(then, channels, path)
        for index, each in enumerate(then):
            at = (*path, index)
            match each:
                case ThenInbound():
                    own = self.around.cells.channel(each.inbound.channel or "")
                    found = channels if own is None else (own,)
                    yield from self.around.cells.inbound(each.inbound, (*at, "inbound"), found)
                    fields = fields_of(each.inbound)
                    yield from unknown_names(fields, (*at, "inbound"), self.around.names.all, self.roots)
                case ThenSet():
                    yield from self.around.states(each.set, (*at, "set"))
                    yield from unknown_names(each.set, (*at, "set"), self.around.names.all, self.roots)


COUNTERS: Final = ("nth", "times", "every", "probability")
"""Keys of ``when`` that count, and ask nothing of a send."""


def fields_of(model: Strict, without: Iterable[str] = ()) -> dict[str, Json]:
    """Return what the user wrote of a model, without some keys."""
    fields = model.model_dump(by_alias=True, exclude_unset=True)
    return {name: each for name, each in fields.items() if name not in set(without)}


def item_of(item: Strict) -> tuple[About, Strict]:
    """Return what an item of a sequence is about, and what it asks for."""
    about: About = next(each for each in ("messages", "requests", "deliveries") if each in type(item).model_fields)
    return about, getattr(item, about)


def inbound_step(name: str, names: Names) -> int | None:
    """Return the index of an inbound step by its number, counted from 1, or its name; ``None`` if there is none."""
    for number, (index, each) in enumerate(names.inbounds, 1):
        if name in (str(number), each):
            return index
    return None


def is_accepted(respond: RespondWith) -> bool:
    """Return whether a message is taken all the same."""
    return respond.problem is None and respond.status is None


def _roots(*names: str) -> dict[str, tuple[str, ...] | None]:
    return {name: _ROOTS[name] for name in names}


def _pattern(about: About, name: str, asked: Json, path: KeyPath) -> Iterator[Mistake]:
    try:
        matcher_of(about, {name: asked})
    except PatternError as error:
        says, _, fix = str(error).removeprefix(f"{name}: ").partition(". ")
        yield Mistake(path, f"cannot be asked: {says.rstrip('.')}.", fix or None)


def _expressions(asked: Json, path: KeyPath) -> Iterator[Mistake]:
    """Yield a mistake for each regular expression that does not compile."""
    if isinstance(asked, Mapping):
        for name, each in asked.items():
            if name == "matches" and isinstance(each, str) and not may_hold_names(each):
                yield from _regex(each, (*path, name))
            else:
                yield from _expressions(each, (*path, name))


def _regex(written: str, path: KeyPath) -> Iterator[Mistake]:
    try:
        re.compile(written)
    except (re.error, OverflowError, RecursionError) as error:
        yield Mistake(path, f"is {shown(written)}, no regular expression: {error}.")


def _groups(asked: Json) -> Iterator[str]:
    """Yield the named groups of the regular expressions in a matcher."""
    if isinstance(asked, Mapping):
        for name, each in asked.items():
            if name == "matches" and isinstance(each, str):
                yield from re.findall(r"\(\?P<(\w+)>", each)
            elif name != "not":
                yield from _groups(each)


def _counts(expected: Any, path: KeyPath) -> Iterator[Mistake]:
    """Yield what contradicts itself in how many there must be."""
    given = [
        each for each in ("count", "absent", "at_least", "at_most") if getattr(expected, each) not in (None, False)
    ]
    first = given[0] if given else ""
    if first in {"count", "absent"} and len(given) > 1:
        yield Mistake((*path, given[1]), f"stands beside {first}, which says it all.", "Keep one.", at_key=True)
    elif expected.at_least is not None and expected.at_most is not None and expected.at_least > expected.at_most:
        yield Mistake((*path, "at_most"), f"is {expected.at_most}, less than at_least.")


def _amount(amount: int | Bounds, path: KeyPath) -> Iterator[Mistake]:
    if not isinstance(amount, Bounds):
        return
    if not amount.model_fields_set:
        yield Mistake(path, "says nothing.", "Write a number, at_least or at_most.")
    elif amount.at_least is not None and amount.at_most is not None and amount.at_least > amount.at_most:
        yield Mistake((*path, "at_most"), f"is {amount.at_most}, less than at_least.")


def fault_members(fault: AnswerFaultSpec | WebhookFaultSpec, path: KeyPath) -> Iterator[Mistake]:
    """Yield what a kind of fault does not take, and what it needs."""
    kind = BY_NAME[fault.on, fault.do]
    given = list(fields_of(fault))
    for name in given:
        if name not in kind.members:
            says = f"does not go with {fault.do}."
            yield Mistake((*path, name), says, f"It takes: {', '.join(kind.members[2:])}.", at_key=True)
    if kind.needs and not set(kind.needs) & set(given):
        yield Mistake(path, f"is {fault.do}, which needs {' or '.join(kind.needs)}.", f"Add {kind.needs[0]}.")
    for together in (SELECTORS, _LIMITS, (*_LIMITS, "nth", "every", "probability")):
        chosen = [each for each in together if each in given]
        if len(chosen) > 1:
            yield Mistake((*path, chosen[1]), f"stands beside {chosen[0]}.", "Keep one of them.", at_key=True)
            break


def latency_mistakes(delay: float | Latency | None, path: KeyPath) -> Iterator[Mistake]:
    """Yield what contradicts itself in a time that is drawn."""
    if not isinstance(delay, Latency):
        return
    given = delay.model_fields_set
    shares = [getattr(delay, each) for each in ("p50", "p95", "p99") if each in given]
    if given not in ({"fixed"}, {"min", "max"}) and (not given or given & {"fixed", "min", "max"}):
        yield Mistake(path, "mixes ways to say a time.", "Write fixed, or min and max, or some of p50, p95, p99.")
    elif shares != sorted(shares):
        yield Mistake(path, "falls with a higher percentile.", "Let p50, p95 and p99 rise.")
    elif given == {"min", "max"} and (delay.min or 0) > (delay.max or 0):
        yield Mistake((*path, "max"), "is less than min.")
