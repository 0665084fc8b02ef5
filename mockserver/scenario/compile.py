"""Makes values for the engine of a scenario file that was checked; the file's own words end here."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from mockserver.config.places import KeyPath, dotted
from mockserver.core.asking import canonical
from mockserver.core.scenario_values import (
    Act,
    Arrived,
    Await,
    AwaitRule,
    Check,
    Expect,
    Fired,
    Given,
    Inbound,
    Later,
    Machine,
    Place,
    Rule,
    Scenario,
    Sequence,
    SetFault,
    SetState,
    Step,
    Timing,
    Total,
    Wanted,
    Window,
    wanted,
)
from mockserver.model import Json
from mockserver.scenario import expectations, faults, models, parts, steps
from mockserver.scenario.asked import fields_of, item_of
from mockserver.scenario.cells import Cells
from mockserver.scenario.document import Document
from mockserver.scenario.given_checks import account_of, members_of
from mockserver.scenario.names import Names
from mockserver.scenario.rule_checks import COUNTERS
from mockserver.scenario.step_checks import inbound_step

AWAIT_S: Final = 10.0
"""How long a step waits for something unless it says so."""
EXPECT_S: Final = 0.0
"""How long a step or a check waits for what is expected unless it says so: it is to be there already."""
_RULE: Final = "rule:"


def compiled(
    file: models.ScenarioFile, value: Mapping[str, Json], document: Document, names: Names, cells: Cells
) -> Scenario:
    """Return the scenario of a file without mistakes; ``value`` is the file as settled."""
    return _Compiler(file, value, document, names, cells).scenario()


class _Compiler:
    """One file on its way to values."""

    def __init__(
        self, file: models.ScenarioFile, value: Mapping[str, Json], document: Document, names: Names, cells: Cells
    ) -> None:
        self._file = file
        self._value = value
        self._document = document
        self._names = names
        self._cells = cells

    def scenario(self) -> Scenario:
        """Return the whole of it."""
        file = self._file
        return Scenario(
            id=file.scenario,
            source=self._document.name,
            about=file.about,
            seed=file.seed,
            clock=parts.clock(file.clock),
            given_vars=file.vars,
            given=self._given(),
            machines={
                name: Machine(name, each.key, each.initial, tuple(each.states)) for name, each in file.machines.items()
            },
            rules=tuple(self._rule(each, ("rules", index)) for index, each in enumerate(file.rules)),
            timeline=tuple(self._step(each, index) for index, each in enumerate(file.timeline)),
            verify=tuple(self._check(each, index) for index, each in enumerate(file.verify)),
        )

    def _place(self, path: KeyPath) -> Place:
        return Place(self._document.at(*path), dotted(path))

    def _given(self) -> Given:
        given, value = self._file.given, self._value.get("given", {})
        settings = given.settings
        account = account_of(value, self._cells)
        members = members_of(value)
        if settings is not None and settings.read is not None and given.read is None:
            account, members = replace(account, read=settings.read), members | {"read"}
        return Given(
            account=account,
            members=members,
            windows=tuple(
                Window(self._channel(each.channel), each.from_, each.to, each.opened) for each in given.windows or ()
            ),
            timing=Timing()
            if settings is None
            else Timing(settings.submitted_after, settings.delivered_after, settings.read_after),
        )

    def _channel(self, name: str) -> str:
        return self._cells.aliases.get(name.lower(), self._cells.aliases.get(name, name))

    # Rules

    def _rule(self, rule: models.Rule, path: KeyPath) -> Rule:
        when = rule.when
        then = rule.then
        return Rule(
            id=rule.id,
            when=wanted("sends", canonical(fields_of(when, COUNTERS), self._cells.aliases)),
            place=self._place(path),
            nth=when.nth,
            times=when.times,
            every=when.every,
            probability=when.probability,
            capture=parts.paths(rule.capture),
            sets=rule.set,
            respond=parts.respond(rule.respond),
            script=None if then is None else parts.script(then),
            later=()
            if then is None
            else tuple(
                self._later(each, (*path, "then", index))
                for index, each in enumerate(then)
                if not isinstance(each, steps.ThenStatus)
            ),
        )

    def _later(self, then: steps.ThenInbound | steps.ThenSet, path: KeyPath) -> Later:
        act = SetState(then.set) if isinstance(then, steps.ThenSet) else self._inbound(then.inbound)
        return Later(then.after, act, self._place(path))

    def _inbound(self, content: steps.InboundContent) -> Inbound:
        fields = fields_of(content)
        if content.channel is not None:
            fields["channel"] = self._channel(content.channel)
        return Inbound({"kind": content.kind, **fields})

    # The timeline

    def _step(self, step: steps.Step, index: int) -> Step:
        verb = steps.verb_of(step)
        act = self._act(step)
        return Step(
            index=index,
            verb=verb,
            name=step.name or verb,
            act=act,
            place=self._place(("timeline", index)),
            answered=parts.answered(getattr(step, "expect", None)) if not isinstance(step, steps.ExpectStep) else None,
            capture=parts.paths(step.capture),
        )

    def _act(self, step: steps.Step) -> Act:
        match step:
            case steps.AwaitStep():
                return self._await(step.await_)
            case steps.ExpectStep():
                return self._expect(step.expect, EXPECT_S)
            case steps.InboundStep():
                return self._inbound(step.inbound)
            case steps.FaultStep():
                return self._fault(step.fault)
            case _:
                return parts.plain_act(step)

    def _await(self, awaited: Any) -> Act:
        if isinstance(awaited, expectations.OfRule):
            return AwaitRule(awaited.rule, awaited.count, parts.or_else(awaited.within, AWAIT_S))
        return Await(self._expect(awaited, AWAIT_S))

    def _expect(self, expected: Any, within_s: float) -> Expect:
        return Expect(
            wanted=self._wanted(expected),
            bounds=parts.bounds(expected),
            within_s=parts.or_else(expected.within, within_s),
            acknowledged=getattr(expected, "acknowledged", None),
        )

    def _wanted(self, item: Any) -> Wanted:
        about, asked = item_of(item)
        return wanted(about, canonical(fields_of(asked), self._cells.aliases))

    def _fault(self, fault: Any) -> SetFault:
        if isinstance(fault, str):
            return SetFault({}, clear=True)
        fields: dict[str, Json] = fields_of(fault, ("when",))
        if isinstance(fault.delay, faults.Latency):
            fields["delay"] = fault.delay.model_dump(exclude_unset=True)
        asked = canonical(fields_of(fault.when), self._cells.aliases)
        return SetFault(fields | ({"when": asked} if asked else {}))

    # Verification

    def _check(self, check: models.Check, index: int) -> Check:
        what: Expect | Sequence | Total
        match check:
            case expectations.CheckSequence():
                what = Sequence(tuple(map(self._item, check.sequence)), parts.or_else(check.within, EXPECT_S))
            case expectations.CheckViolations():
                what = Total("violations", parts.amount(check.violations))
            case expectations.CheckFindings():
                what = Total("findings", parts.amount(check.findings))
            case _:
                what = self._expect(check, EXPECT_S)
        return Check(index, what, self._place(("verify", index)), check.name or "")

    def _item(self, item: Any) -> Fired | Arrived | Wanted:
        if not isinstance(item, str):
            return self._wanted(item)
        if item.startswith(_RULE):
            return Fired(item.removeprefix(_RULE))
        step = inbound_step(item.partition(":")[2], self._names)
        return Arrived(-1 if step is None else step)
