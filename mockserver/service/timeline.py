"""Plays the timeline of a scenario from top to bottom and judges its checks; it decides on no send.

Every wait has an end; cancelling it leaves nothing under way.
"""

import asyncio
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from msgspec import structs

from mockserver.clock import ManualClock
from mockserver.contract.specs import Specs
from mockserver.core import lifecycle
from mockserver.core.chance import uuid_for
from mockserver.core.expressions import ExpressionError, evaluate
from mockserver.core.headers import sendable
from mockserver.core.matching import PatternError
from mockserver.core.reports import Near, StepResult
from mockserver.core.scenario import put_state
from mockserver.core.scenario_values import (
    Advance,
    Answered,
    Await,
    AwaitRule,
    Bounds,
    Check,
    Expect,
    Http,
    Inbound,
    Move,
    Sequence,
    SetFault,
    SetState,
    Sleep,
    Step,
    TokenForm,
    Total,
)
from mockserver.core.scenario_values import (
    wanted as asked_of,
)
from mockserver.errors import MockServerError
from mockserver.model import Delivery, DeliveryState, EntryKind, Json, Message
from mockserver.service import asking_sut
from mockserver.service.clocks import Clocks
from mockserver.service.faults import Faults
from mockserver.service.inbound import Arrivals
from mockserver.service.messages import Messages
from mockserver.service.plays import Play, Run, lines_of
from mockserver.service.subjects import Found, of_message, of_webhook
from mockserver.service.verify import Outcome, Verifier
from mockserver.surroundings import Surroundings
from mockserver.wire.forging import Signer, authorization

_MISTAKES: Final = (MockServerError, ExpressionError, PatternError)
"""What a step may fail of that is the tester's to mend."""
_REFUSED: Final = asked_of("requests", {"verdict": "refused"})
_ABOUT: Final = {"messages": "message", "requests": "request", "deliveries": "delivery"}
"""What one of them is called in expressions."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a timeline works with."""

    around: Surroundings
    specs: Specs
    messages: Messages
    faults: Faults
    clocks: Clocks
    verifier: Verifier
    arrivals: Arrivals


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of an act. ``context`` is what captures may name of it."""

    detail: str
    ok: bool = True
    difference: tuple[str, ...] = ()
    near: tuple[Near, ...] = ()
    context: Mapping[str, Json] = field(default_factory=dict)


class Player:
    """Plays one run of a scenario."""

    def __init__(self, tools: Tools, play: Play, run: Run) -> None:
        self._tools = tools
        self._store = tools.around.store
        self._journal = tools.around.journal
        self._times = tools.around.times
        self._play = play
        self._run = run
        self._account = play.account

    # Steps

    async def steps(self) -> bool:
        """Take the steps up to the first that fails; return whether all went well."""
        for step in self._play.scenario.timeline:
            if self._run.steps and not self._run.steps[-1].ok:
                self._run.steps.append(skipped(step))
                continue
            result = await self._result(step.index, step.verb, step.name, step.place.where, self._step(step))
            self._run.steps.append(result)
        return all(each.ok for each in self._run.steps)

    async def _result(self, index: int, verb: str, name: str, where: str, act: Awaitable[_Done]) -> StepResult:
        started_s = time.perf_counter()
        try:
            done = await act
        except _MISTAKES as error:
            done = _Done(str(error), ok=False)
        if not done.ok:
            told = {each.partition("  ")[2] for each in done.difference}
            refused = [f"refused  {each}" for each in await self._refused() if each not in told]
            done = replace(done, difference=(*done.difference, *refused))
        called = "" if name == verb else f" ({name})"
        self._play.tell(f"{verb} {index + 1}{called} {'passed' if done.ok else 'failed'}: {done.detail}")
        result = StepResult(
            index=index,
            verb=verb,
            name=name,
            ok=done.ok,
            detail=done.detail,
            place=where,
            at_s=self._play.since_s(),
            took_s=round(time.perf_counter() - started_s, 3),
            difference=done.difference,
            near=done.near,
        )
        self._play.on_result(result)
        return result

    async def _step(self, step: Step) -> _Done:
        done = await self._act(step)
        if done.ok and step.capture:
            context = {**self._names(), **done.context}
            found = {name: evaluate(written, context) for name, written in step.capture.items()}
            self._run.state = replace(self._run.state, names={**self._run.state.names, **found})
        return done

    def _names(self) -> Mapping[str, Json]:
        return self._run.state.names

    def _evaluated(self, value: Json) -> Json:
        return evaluate(value, self._names())

    async def _act(self, step: Step) -> _Done:  # noqa: C901, PLR0911 - one line a verb
        match step.act:
            case AwaitRule():
                return await self._await_rule(step.act)
            case Await():
                return await self._await(step.act)
            case Expect():
                return await self._expect(step.act)
            case Inbound():
                return await self._inbound(step, step.act)
            case Move():
                return await self._move(step, step.act)
            case Advance():
                return await self._advance(step.act.seconds)
            case Sleep():
                return await self._sleep(step.act.seconds)
            case SetState():
                return self._set(step.act)
            case SetFault():
                return await self._fault(step.act)
            case Http():
                return await self._http(step, step.act)
            case _:
                assert_never(step.act)

    async def _await_rule(self, act: AwaitRule) -> _Done:
        is_there = await self._play.wait_for(act.rule, act.count, act.within_s)
        decided = self._run.state.decided.get(act.rule, 0)
        last = self._run.last.get(act.rule)
        context = {} if last is None else last.context
        times = "once" if decided == 1 else f"{decided} times"
        if is_there:
            return _Done(f"rule {act.rule} decided {times}", context=context)
        wanted = "once" if act.count == 1 else f"{act.count} times"
        detail = f"rule {act.rule} decided {times if decided else 'on nothing'} within {act.within_s:g} s, not {wanted}"
        near = [each.near for each in self._play.tallies() if each.rule == act.rule and each.near is not None]
        sends = self._run.state.sends
        difference = near[0].lines if near else () if sends else ("nothing was sent",)
        return _Done(detail, ok=False, difference=difference, near=tuple(near))

    async def _await(self, act: Await) -> _Done:
        outcome = await self._tools.verifier.wait(
            self._account, act.expect, context=self._names(), after=self._run.first
        )
        return await self._judged(outcome, act.expect)

    async def _expect(self, act: Expect) -> _Done:
        return await self._judged(await self._outcome(act), act)

    async def _outcome(self, asked: Expect | Sequence | Total) -> Outcome:
        report = await self._tools.verifier.verify(
            self._account, [asked], context=self._names(), after=self._run.first, marks=self._run.marks
        )
        return report.outcomes[0]

    async def _judged(self, outcome: Outcome, asked: Expect | Sequence | Total) -> _Done:
        near = tuple(
            Near(each.found.line, lines_of(each.misses), each.found.about, each.found.id) for each in outcome.nearest
        )
        context: dict[str, Json] = {}
        if isinstance(asked, Expect) and outcome.matching:
            last = outcome.matching[-1]
            groups = asked.wanted.bind(self._names()).judge(last.subject).groups
            context = {_ABOUT[last.about]: last.subject, "match": dict(groups)}
        difference = near[0].lines if near else ()
        if not outcome.passed and not near:
            difference = tuple([f"found  {await self._line(each)}" for each in outcome.matching])
        return _Done(outcome.line(), outcome.passed, difference, near, context)

    async def _refused(self) -> tuple[str, ...]:
        """Return the requests of the run that were refused: what did not happen is often one of them."""
        outcome = await self._outcome(Expect(_REFUSED, Bounds(0, 0)))
        return tuple([await self._line(each) for each in outcome.matching])

    async def _line(self, found: Found) -> str:
        """Return a thing in a line; of a request the journal's own, which says what was wrong with it."""
        if found.about != "requests":
            return found.line
        entry = await self._tools.around.store.entry(self._account, int(found.id))
        return found.line if entry is None else entry.about

    async def _inbound(self, step: Step, act: Inbound) -> _Done:
        account = await self._tools.around.account(self._account)
        arrival = await self._tools.arrivals.read(account, dict(self._evaluated(act.fields)))
        message, delivery = await self._tools.messages.receive(account, arrival)
        entries = await self._store.entries_of(self._account, message.uuid)
        self._run.arrived[step.index] += [each.id for each in entries if each.kind is EntryKind.INBOUND]
        done = _Done(f"{message.channel} {message.kind} from {message.sender} to {message.recipient}")
        return await self._answered(step.answered, message, delivery, done)

    async def _move(self, step: Step, act: Move) -> _Done:
        uuid = str(self._evaluated(act.message))
        message = await self._store.message(self._account, uuid)
        if message is None:
            return _Done(f"there is no message {uuid}", ok=False)
        channel = self._tools.specs.capabilities.channels[message.channel]
        if not lifecycle.may_move(channel, message.status, act.status):
            return _Done(lifecycle.refusal(channel, message.status, act.status), ok=False)
        moved = await self._tools.messages.move(message, act.status, act.code)
        told = await self._store.deliveries_of(self._account, uuid)
        delivery = next((each for each in reversed(told) if each.event == act.status.value), None)
        return await self._answered(step.answered, moved, delivery, _Done(f"message {uuid} is {act.status.value}"))

    async def _answered(
        self, answered: Answered | None, message: Message, delivery: Delivery | None, done: _Done
    ) -> _Done:
        """Hold the first answer to a webhook against what was expected of it."""
        if answered is not None and delivery is not None:
            delivery = await self._first_answer(delivery.id, answered.within_s)
        context: dict[str, Json] = {"message": of_message(message)}
        if delivery is None:
            return replace(done, ok=answered is None, context=context)
        context["delivery"] = of_webhook(delivery, message)
        first = delivery.attempts[0] if delivery.attempts else None
        context["answer"] = {"status": None if first is None else first.status, "headers": {}, "text": "", "json": None}
        if answered is None:
            return replace(done, context=context)
        if first is None:
            late = f"its webhook was not answered within {answered.within_s:g} s"
            why = late if delivery.state is DeliveryState.PENDING else f"its webhook was {delivery.state.value}"
            return replace(done, ok=False, detail=f"{done.detail}; {why}", context=context)
        said = f"answered {first.status}" if first.error is None else first.error
        ok, lines = _fits(answered, first.status, context["answer"], self._names())
        return replace(done, ok=ok, detail=f"{done.detail}; {said}", difference=lines, context=context)

    async def _first_answer(self, identity: str, within_s: float) -> Delivery | None:
        """Wait for the first try of a webhook to end; return it as it stands then, or when the time is over."""
        deadline_s = _now_s() + within_s
        while True:
            seen = await self._journal.last_number(self._account)
            delivery = await self._store.delivery(self._account, identity)
            if delivery is None or delivery.attempts or delivery.state is not DeliveryState.PENDING:
                return delivery
            if (left_s := deadline_s - _now_s()) <= 0:
                return delivery
            await self._journal.follow(self._account, after=seen, wait_s=left_s, limit=1)

    async def _advance(self, seconds: float) -> _Done:
        advanced = await self._tools.clocks.advance(seconds, self._account)
        counts = ", ".join(f"{number} {kind}" for kind, number in sorted(advanced.counts.items()))
        return _Done(f"{seconds:g} s later: {counts or 'nothing happened'}")

    async def _sleep(self, seconds: float) -> _Done:
        clock = self._times.clock(self._account)
        if isinstance(clock, ManualClock):
            return await self._advance(seconds)
        await asyncio.sleep(seconds / clock.rate)
        return _Done(f"{seconds:g} s")

    def _set(self, act: SetState) -> _Done:
        key = str(self._evaluated(act.key))
        for machine, wanted in act.states.items():
            state = str(self._evaluated(wanted))
            self._run.state = put_state(self._play.scenario, self._run.state, machine, key, state)
        return _Done(f"{', '.join(f'{name} {state}' for name, state in act.states.items())} for {key}")

    async def _fault(self, act: SetFault) -> _Done:
        if act.clear:
            self._run.faults.clear()
            return _Done(f"{await self._tools.faults.clear(self._account)} mended")
        asked = self._evaluated(act.fault)
        if isinstance(asked.get("headers"), Mapping):
            asked = {**asked, "headers": {name: sendable(str(each)) for name, each in asked["headers"].items()}}
        standing = await self._tools.faults.add(self._account, asked)
        self._run.faults.append(standing.fault.id)
        return _Done(f"{standing.fault.words()} on {standing.fault.on}")

    async def _http(self, step: Step, act: Http) -> _Done:
        asked = structs.replace(
            act,
            url=str(self._evaluated(act.url)),
            headers={name: sendable(str(self._evaluated(each))) for name, each in act.headers.items()},
            json=self._evaluated(act.json),
            body=None if act.body is None else str(self._evaluated(act.body)),
        )
        if asked.token is not None:
            asked = structs.replace(
                asked, headers={**asked.headers, **await self._token(asked, asked.token, step.index)}
            )
        answer = await asking_sut.ask(asked)
        said = f"{asked.method} {asked.url} "
        if isinstance(answer, str):
            return _Done(said + answer, ok=False)
        context = {"answer": answer}
        said += f"answered {answer['status']}"
        if step.answered is None:
            return _Done(said, context=context)
        ok, lines = _fits(step.answered, answer["status"], answer, self._names())
        return _Done(said, ok, lines, context=context)

    async def _token(self, asked: Http, form: TokenForm, index: int) -> dict[str, str]:
        """Return the header that makes a request look like a webhook of the account; tokens have real time always."""
        around = self._tools.around
        account = await around.account(self._account)
        secret = account.signature_secret or around.settings.signature_secret
        identity = uuid_for(around.seed, self._account, self._play.id, index, "jti")
        body = asking_sut.content_of(asked) or b""
        return authorization(form, body, Signer(secret, self._account), now_s=time.time(), token_id=identity)

    # Checks

    async def checks(self) -> bool:
        """Judge what must hold at the end, all at once; return whether all of it does."""
        checks = self._play.scenario.verify
        outcomes = await asyncio.gather(*(self._check(each) for each in checks))
        for check, done in zip(checks, outcomes, strict=True):
            name = check.name or _subject_of(check)
            self._run.checks.append(await self._result(check.index, "verify", name, check.place.where, _ready(done)))
        return all(each.ok for each in self._run.checks)

    async def _check(self, check: Check) -> _Done:
        try:
            return await self._judged(await self._outcome(check.check), check.check)
        except _MISTAKES as error:
            return _Done(str(error), ok=False)


def _subject_of(check: Check) -> str:
    """Return what a check without a name is called."""
    match check.check:
        case Expect(wanted=wanted):
            return wanted.about
        case Sequence():
            return "sequence"
        case Total(of=of):
            return of
        case _:
            assert_never(check.check)


async def _ready(done: _Done) -> _Done:
    return done


def skipped(step: Step) -> StepResult:
    """Return the result of a step that was not taken, since one before it failed."""
    return StepResult(step.index, step.verb, step.name, ok=False, place=step.place.where, skipped=True)


def _fits(
    answered: Answered, status: int | None, answer: Mapping[str, Json], names: Mapping[str, Json]
) -> tuple[bool, tuple[str, ...]]:
    """Return whether an answer is as expected, and the lines that say where it is not."""
    lines: list[str] = []
    if status is None or not answered.fits(status):
        wanted = " or ".join(str(low) if low == high else f"{low} to {high}" for low, high in answered.statuses)
        lines.append(f"status is {status or 'nothing'}; expected {wanted or 'an answer'}")
    lines += lines_of(answered.bind(names).judge(answer).misses)
    return not lines, tuple(lines)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
