"""Makes values for the engine of a scenario file that was checked; the file's own words end here."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from mockserver.config.places import KeyPath, dotted
from mockserver.core.asking import canonical
from mockserver.core.expressions import has_names
from mockserver.core.scenario_values import (
    Act,
    Advance,
    Answered,
    Arrived,
    Await,
    AwaitRule,
    Bounds,
    Check,
    ClockWish,
    Expect,
    Fields,
    Fired,
    Given,
    Http,
    Inbound,
    Latency,
    Later,
    Machine,
    Move,
    Place,
    Respond,
    Rule,
    Scenario,
    Sequence,
    SetFault,
    SetState,
    Sleep,
    Step,
    Timing,
    Total,
    Wanted,
    Window,
    wanted,
)
from mockserver.model import Deliver, Json, Planned, Status
from mockserver.scenario import expectations, faults, models, steps
from mockserver.scenario.cells import Cells
from mockserver.scenario.checks import COUNTERS, FOR, fields_of, inbound_step, item_of
from mockserver.scenario.document import Document
from mockserver.scenario.given_checks import account_of, members_of
from mockserver.scenario.names import Names

AWAIT_S: Final = 10.0
"""How long a step waits for something unless it says so."""
EXPECT_S: Final = 0.0
"""How long a step or a check waits for what is expected unless it says so: it is to be there already."""
ANSWER_S: Final = 10.0
"""How long an answer of the system under test may take unless a step says so."""
_SPEED: Final = "x"
_RULE: Final = "rule:"
_CLASS_WIDTH: Final = 99


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
            clock=_clock(file.clock),
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
            capture=_paths(rule.capture),
            sets=rule.set,
            respond=_respond(rule.respond),
            script=None if then is None else _script(then),
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
            answered=_answered(getattr(step, "expect", None)) if not isinstance(step, steps.ExpectStep) else None,
            capture=_paths(step.capture),
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
                return _plain_act(step)

    def _await(self, awaited: Any) -> Act:
        if isinstance(awaited, expectations.OfRule):
            return AwaitRule(awaited.rule, awaited.count, _or(awaited.within, AWAIT_S))
        return Await(self._expect(awaited, AWAIT_S))

    def _expect(self, expected: Any, within_s: float) -> Expect:
        return Expect(
            wanted=self._wanted(expected),
            bounds=_bounds(expected),
            within_s=_or(expected.within, within_s),
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
                what = Sequence(tuple(map(self._item, check.sequence)), _or(check.within, EXPECT_S))
            case expectations.CheckViolations():
                what = Total("violations", _amount(check.violations))
            case expectations.CheckFindings():
                what = Total("findings", _amount(check.findings))
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


def _plain_act(step: steps.StatusStep | steps.AdvanceStep | steps.SleepStep | steps.SetStep | steps.HttpStep) -> Act:
    """Return the act of a step that needs nothing but itself."""
    match step:
        case steps.StatusStep():
            return Move(step.status.message, Status(step.status.status), step.status.code)
        case steps.AdvanceStep():
            return Advance(step.advance)
        case steps.SleepStep():
            return Sleep(step.sleep)
        case steps.SetStep():
            return SetState({name: each for name, each in step.set.items() if name != FOR}, step.set[FOR])
        case steps.HttpStep():
            return _http(step)


def latency(delay: float | faults.Latency | None) -> Latency:
    """Return the times a delay may take."""
    if delay is None:
        return Latency()
    if not isinstance(delay, faults.Latency):
        return Latency(delay, delay)
    if delay.fixed is not None:
        return Latency(delay.fixed, delay.fixed)
    if delay.min is not None and delay.max is not None:
        return Latency(delay.min, delay.max)
    shares = ((0.5, delay.p50), (0.95, delay.p95), (0.99, delay.p99))
    return Latency(percentiles=tuple((share, seconds) for share, seconds in shares if seconds is not None))


def _clock(word: str) -> ClockWish:
    if word.endswith(_SPEED):
        return ClockWish("scaled", float(word.removesuffix(_SPEED)))
    return ClockWish("manual", 0.0) if word == "manual" else ClockWish()


def _or(seconds: float | None, default_s: float) -> float:
    return default_s if seconds is None else seconds


def _paths(capture: Mapping[str, str]) -> Mapping[str, str]:
    """Return what is captured as texts with expressions, bare paths put between braces."""
    return {name: written if has_names(written) else f"${{{written}}}" for name, written in capture.items()}


def _respond(respond: steps.Respond) -> Respond:
    if isinstance(respond, str):
        return Respond()
    return Respond(
        problem=respond.problem,
        status=respond.status,
        body=respond.body,
        headers=respond.headers or {},
        fault=respond.fault,
        delay=latency(respond.delay),
    )


def _script(then: list[steps.Then]) -> tuple[Planned, ...]:
    """Return the statuses that follow, in the order of time, those of one moment as they are written."""
    listed = [each for each in then if isinstance(each, steps.ThenStatus)]
    return tuple(
        Planned(each.after, Status(each.status), each.code, _deliver(each.deliver))
        for each in sorted(listed, key=lambda each: each.after)
    )


def _deliver(deliver: steps.Deliver) -> Deliver | None:
    found = Deliver(
        copies=deliver.copies,
        before=None if deliver.before is None else Status(deliver.before),
        delay_s=deliver.delay,
        fault="drop" if deliver.drop else deliver.fault,
    )
    return None if found == Deliver() else found


def _answered(expected: expectations.Answered | None) -> Answered | None:
    if expected is None:
        return None
    written = expected.answered if isinstance(expected.answered, list) else [expected.answered]
    statuses = tuple((each, each) if isinstance(each, int) else _class(each) for each in written)
    fields: Fields = fields_of(expected, ("answered", "within"))
    return Answered(statuses, _or(expected.within, ANSWER_S), fields)


def _class(word: str) -> tuple[int, int]:
    first = int(word[0]) * 100
    return first, first + _CLASS_WIDTH


def _http(step: steps.HttpStep) -> Http:
    request = step.http
    sends_json = "json_" in request.model_fields_set
    sends = sends_json or request.body is not None
    within = None if step.expect is None else step.expect.within
    return Http(
        method=request.method or ("POST" if sends else "GET"),
        url=request.url,
        headers=request.headers,
        json=request.json_,
        sends_json=sends_json,
        body=request.body,
        timeout_s=_or(within, ANSWER_S),
    )


def _bounds(expected: Any) -> Bounds:
    if expected.absent:
        return Bounds(0, 0)
    if expected.count is not None:
        return Bounds(expected.count, expected.count)
    if expected.at_least is None and expected.at_most is not None:
        return Bounds(0, expected.at_most)
    return Bounds(1 if expected.at_least is None else expected.at_least, expected.at_most)


def _amount(amount: int | expectations.Bounds) -> Bounds:
    if isinstance(amount, int):
        return Bounds(amount, amount)
    return Bounds(amount.at_least or 0, amount.at_most)
