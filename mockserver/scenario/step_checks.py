"""What is wrong with the timeline and the checks of a scenario file, beyond their shape."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mockserver.config.places import KeyPath
from mockserver.config.values import shown
from mockserver.scenario.asked import fields_of, item_of, patterns
from mockserver.scenario.complaints import Mistake, choice
from mockserver.scenario.contradictions import amount_mistakes, count_mistakes, fault_members, latency_mistakes
from mockserver.scenario.expectations import (
    Check,
    CheckFindings,
    CheckSequence,
    CheckViolations,
    OfDeliveries,
    OfMessages,
    OfRequests,
    OfRule,
)
from mockserver.scenario.faults import AnswerFaultSpec, WebhookFaultSpec
from mockserver.scenario.names import Names, unknown_names
from mockserver.scenario.questions import AT_SEND, Questions, Roots, roots_of
from mockserver.scenario.steps import (
    AdvanceStep,
    AwaitStep,
    ExpectStep,
    FaultStep,
    HttpStep,
    InboundStep,
    SetStep,
    StatusStep,
    Step,
)
from mockserver.scenario.words import Strict

FOR: Final = "for"
"""The key of a ``set`` step that says whose state it is."""


@dataclass(frozen=True, slots=True)
class StepCheck:
    """The timeline and the checks at the end, held against everything else in the file."""

    around: Questions

    def step(self, step: Step, index: int) -> Iterator[Mistake]:
        """Yield everything wrong with a step of the timeline."""
        path: KeyPath = ("timeline", index)
        known = self.around.names.before(index)
        match step:
            case AwaitStep():
                roots = self._found_roots(step.await_)
                yield from self._expected(step.await_, (*path, "await"), known)
            case ExpectStep():
                roots = self._found_roots(step.expect)
                yield from self._expected(step.expect, (*path, "expect"), known)
            case InboundStep():
                roots = roots_of("message", "delivery", "answer")
                yield from self._inbound_step(step, path, known)
            case StatusStep():
                roots = roots_of("message", "delivery", "answer")
                yield from self.around.cells.failure(step.status.status, step.status.code, (*path, "status"))
                yield from unknown_names(fields_of(step.status), (*path, "status"), known, {})
            case HttpStep():
                roots = roots_of("answer")
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
            yield from patterns("answers", fields, (*path, "expect"))
            yield from unknown_names(fields, (*path, "expect"), known, {})
        yield from self.around.captured(step.capture, path, roots, known)

    def _found_roots(self, expected: Any) -> Roots:
        """Return what can be captured of what a step found."""
        match expected:
            case OfMessages():
                return roots_of("message") | {"match": None}
            case OfRequests():
                return roots_of("request") | {"match": None}
            case OfDeliveries():
                return roots_of("delivery") | {"match": None}
            case _:
                return {**AT_SEND, "match": None, "machine": tuple(self.around.names.machines)}

    def _expected(self, expected: Any, path: KeyPath, known: tuple[str, ...]) -> Iterator[Mistake]:
        match expected:
            case OfMessages():
                yield from self.around.matcher("messages", expected.messages, (*path, "messages"), known)
            case OfRequests():
                yield from self.around.matcher("requests", expected.requests, (*path, "requests"), known)
            case OfDeliveries():
                yield from self.around.matcher("deliveries", expected.deliveries, (*path, "deliveries"), known)
            case OfRule():
                yield from self.around.rule(expected.rule, (*path, "rule"))
                return
        yield from count_mistakes(expected, path)

    def _inbound_step(self, step: InboundStep, path: KeyPath, known: tuple[str, ...]) -> Iterator[Mistake]:
        at = (*path, "inbound")
        content = step.inbound
        if content.channel is None:
            yield Mistake((*at, "channel"), "is missing.", "Add channel.", at_key=True)
        channel = self.around.cells.channel(content.channel or "")
        yield from self.around.cells.inbound(content, at, () if channel is None else (channel,))
        yield from unknown_names(fields_of(content), at, known, {})

    def _http(self, step: HttpStep, path: KeyPath, known: tuple[str, ...]) -> Iterator[Mistake]:
        at = (*path, "http")
        request = step.http
        if not re.match(r"https?://[^/]|\$\{", request.url):
            says = f"is {shown(request.url)}, expected an absolute http or https URL."
            yield Mistake((*at, "url"), says, "Write it like http://127.0.0.1:8000/reminders.")
        given = [name for name in ("json_", "body", "base64") if name in request.model_fields_set]
        for name in given[1:]:
            says = f"stands beside {given[0].rstrip('_')}."
            yield Mistake((*at, name), says, "Keep one of them.", at_key=True)
        yield from unknown_names(fields_of(request), at, known, {})

    def _set(self, step: SetStep, path: KeyPath, known: tuple[str, ...]) -> Iterator[Mistake]:
        at = (*path, "set")
        states = {name: state for name, state in step.set.items() if name != FOR}
        if FOR not in step.set:
            yield Mistake((*at, FOR), "is missing.", "Say whose state it is, such as for: ${who}.", at_key=True)
        if not states:
            yield Mistake(at, "names no machine.", choice("", self.around.names.machines))
        yield from self.around.states(states, at)
        yield from unknown_names(step.set, at, known, {})

    def _advance(self, path: KeyPath) -> Iterator[Mistake]:
        if self.around.file.clock != "manual":
            says = f"needs a manual clock, and clock is {self.around.file.clock}."
            yield Mistake((*path, "advance"), says, "Write clock: manual, or sleep instead of advance.", at_key=True)

    def _fault(self, step: FaultStep, path: KeyPath, known: tuple[str, ...]) -> Iterator[Mistake]:
        fault = step.fault
        match fault:
            case AnswerFaultSpec():
                yield from self.around.cells.unknown(fault.problem, "problems", (*path, "problem"))
                yield from self.around.matcher("sends", fault.when, (*path, "when"), known)
            case WebhookFaultSpec():
                yield from self.around.matcher("deliveries", fault.when, (*path, "when"), known)
            case _:
                return
        yield from fault_members(fault, path)
        yield from latency_mistakes(fault.delay, (*path, "delay"))
        members = fields_of(fault, ("when",))
        yield from unknown_names(members, path, known, {})

    def check(self, check: Check, path: KeyPath) -> Iterator[Mistake]:
        """Yield everything wrong with an item of ``verify``."""
        match check:
            case CheckSequence():
                for index, item in enumerate(check.sequence):
                    at = (*path, "sequence", index)
                    if isinstance(item, str):
                        yield from self._word(item, at)
                    else:
                        yield from self._expected_item(item, at)
            case CheckViolations():
                yield from amount_mistakes(check.violations, (*path, "violations"))
            case CheckFindings():
                yield from amount_mistakes(check.findings, (*path, "findings"))
            case _:
                yield from self._expected(check, path, self.around.names.all)

    def _expected_item(self, item: Strict, path: KeyPath) -> Iterator[Mistake]:
        about, asked = item_of(item)
        yield from self.around.matcher(about, asked, (*path, about), self.around.names.all)

    def _word(self, word: str, path: KeyPath) -> Iterator[Mistake]:
        kind, _, name = word.partition(":")
        if kind == "rule" and name:
            yield from self.around.rule(name, path, word)
        elif kind == "inbound" and name:
            if inbound_step(name, self.around.names) is None:
                known = [each or str(number) for number, (_, each) in enumerate(self.around.names.inbounds, 1)]
                yield Mistake(path, f"is {shown(word)}, no inbound step.", choice(name, known))
        else:
            yield Mistake(path, f"is {shown(word)}.", "Write rule:ID, inbound:NUMBER, or a mapping.")


def inbound_step(name: str, names: Names) -> int | None:
    """Return the index of an inbound step by its number, counted from 1, or its name; ``None`` if there is none."""
    for number, (index, each) in enumerate(names.inbounds, 1):
        if name in (str(number), each):
            return index
    return None
