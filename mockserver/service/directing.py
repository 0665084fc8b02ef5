"""Decides what becomes of a send where scenarios run: by the first rule that fits, else as usual; starts none."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import msgspec

from mockserver.core.chance import Draws, draws_for
from mockserver.core.expressions import ExpressionError, evaluate
from mockserver.core.faults import Fault, Hit
from mockserver.core.scenario import Decision, Send, decide, key_of, put_state
from mockserver.core.scenario_values import Inbound, Later, Respond, SetState, Timing
from mockserver.errors import MockServerError
from mockserver.model import EntryKind, Json, Message
from mockserver.schedule import Job
from mockserver.service.accounts import Caller
from mockserver.service.fates import Fate
from mockserver.service.plays import Play, Run
from mockserver.service.refusals import problem_of_fault
from mockserver.service.subjects import of_message
from mockserver.service.timeline import Tools
from mockserver.service.versions import Versions
from mockserver.settings import Settings

OnStage: TypeAlias = tuple[Play, Run]
"""A scenario that runs, and the run of it."""


@dataclass(frozen=True, slots=True)
class _After:
    """What a rule does some time after a message was accepted, in the run in which it decided."""

    stage: "Stage" = field(repr=False)
    play: Play = field(repr=False)
    made_in: Run = field(repr=False)
    message: Message
    later: Later
    context: Mapping[str, Json] = field(repr=False)

    async def run(self) -> None:
        """Do it, unless the run is over or the message was reset away."""
        await self.stage.follow(self)

    async def abandon(self) -> str | None:
        """Record that it will not be done."""
        return await self.stage.abandon(self)

    @property
    def is_due(self) -> bool:
        """True while the run goes on in which it was decided."""
        return self.play.run is self.made_in and self.play.is_running


class Stage:
    """Where scenarios run, by account; several in one if need be."""

    def __init__(self, tools: Tools, versions: Versions) -> None:
        self._tools = tools
        self._store = tools.around.store
        self._journal = tools.around.journal
        self._settings = tools.around.settings
        self._fates = tools.messages.fates
        self._versions = versions
        self._running: dict[str, tuple[OnStage, ...]] = {}

    def put(self, running: Mapping[str, tuple[OnStage, ...]]) -> None:
        """Take the scenarios that run. While there are any, decisions are asked for here; else a send costs no more."""
        self._running = {account: plays for account, plays in running.items() if plays}
        self._fates.director = self if self._running else None

    async def note(self, play: Play, what: str, message: str | None = None) -> int:
        """Journal what a scenario does; return the number of the entry."""
        about = f"scenario {play.id} {what}"
        entry = await self._journal.write(play.account, EntryKind.SCENARIO, about, message=message)
        return entry.id

    async def direct(self, caller: Caller, message: Message) -> Fate:
        """See ``Director.direct``: the first rule that fits decides, over all scenarios in the order of loading."""
        plays = self._running.get(message.account, ())
        send = _send(caller, message)
        decided: tuple[Play, Run, Decision] | None = None
        for play, run in plays:
            chance = _Chance(play.seed, play.account)
            run.state, decision = decide(play.scenario, run.state, send, chance, is_open=decided is None)
            if decision is not None:
                decided = play, run, decision
        timed = self._timed(plays)
        if decided is None:
            for play, _ in plays:
                play.tell(f"{_said(message)}: no rule decides")
            return await self._fates.usual(caller, message, timed)
        return await self._follow_rule(*decided, caller, message, timed)

    async def _follow_rule(
        self, play: Play, run: Run, decision: Decision, caller: Caller, message: Message, timed: Settings | None
    ) -> Fate:
        rule = decision.rule
        what = f"rule {rule.id} decides: {_words(decision)}"
        play.tell(f"{_said(message)}: {what}")
        play.decided(decision, await self.note(play, f"{what} on {_said(message)}", message=message.uuid))
        fault = _fault(decision.respond, f"rule {rule.id}")
        hit = None if fault is None else Hit(fault, decision.delay_s)
        if fault is not None and not decision.respond.is_accepted:
            problem = problem_of_fault(
                _refusal(decision.respond, fault), self._versions.dialects[message.dialect], self._versions.specs.magic
            )
            return Fate(problem=problem, hit=hit)
        usual = await self._fates.usual(caller, message, timed) if rule.script is None else Fate(steps=rule.script)
        if usual.problem is not None:
            return msgspec.structs.replace(usual, hit=hit)
        jobs: tuple[tuple[float, Job], ...] = tuple(
            (each.after_s, _After(self, play, run, message, each, decision.context)) for each in rule.later
        )
        return msgspec.structs.replace(usual, hit=hit, jobs=jobs)

    def _timed(self, plays: tuple[OnStage, ...]) -> Settings | None:
        """Return the settings with the times a scenario gives, ``None`` if none gives any."""
        timing = next((each.scenario.given.timing for each, _ in plays if each.scenario.given.timing != Timing()), None)
        if timing is None:
            return None
        given = {name: seconds for name in Timing.__struct_fields__ if (seconds := getattr(timing, name)) is not None}
        return replace(self._settings, **given)

    async def follow(self, after: _After) -> None:
        """Do what a rule does some time after; what cannot be done fails the run."""
        if not after.is_due or await self._store.message(after.message.account, after.message.uuid) is None:
            return
        play, act = after.play, after.later.act
        try:
            said = await self._arrive(after, act) if isinstance(act, Inbound) else self._set(after, act)
        except (MockServerError, ExpressionError) as error:
            said = f"{after.later.place.path} failed: {error}"
            after.made_in.mishaps.append(said)
        play.tell(said)
        await self.note(play, said, message=after.message.uuid)

    async def _arrive(self, after: _After, act: Inbound) -> str:
        message = after.message
        names = {**after.context, **after.made_in.state.names}
        usual = {"channel": message.channel, "from": message.recipient, "to": message.sender}
        account = await self._tools.around.account(message.account)
        arrival = await self._tools.arrivals.read(account, {**usual, **evaluate(act.fields, names)})
        arrived, _ = await self._tools.messages.receive(account, arrival)
        return f"lets a user answer: {arrived.channel} {arrived.kind} from {arrived.sender}"

    def _set(self, after: _After, act: SetState) -> str:
        run, scenario = after.made_in, after.play.scenario
        names = {**run.state.names, **after.context}
        for name, wanted in act.states.items():
            key = key_of(scenario.machines[name], names) if act.key is None else str(evaluate(act.key, names))
            run.state = put_state(scenario, run.state, name, key, str(evaluate(wanted, names)))
        return f"sets {', '.join(f'{name} {state}' for name, state in act.states.items())}"

    async def abandon(self, after: _After) -> str | None:
        """Journal what a rule was still to do when the server stopped; return the line for the log."""
        message = after.message
        if after.play.run is not after.made_in or await self._store.message(message.account, message.uuid) is None:
            return None
        about = f"scenario {after.play.id}: {after.later.place.path} abandoned, the server stopped before it"
        await self._journal.write(message.account, EntryKind.ABANDONED, about, message=message.uuid)
        return f"message {message.uuid} of account {message.account}: {about}"


@dataclass(frozen=True, slots=True)
class _Chance:
    """The chance of a scenario in an account; see ``core.scenario.Chance``."""

    seed: int
    account: str

    def __call__(self, number: int, rule: str) -> Draws:
        return draws_for(self.seed, self.account, number, rule)


def _send(caller: Caller, message: Message) -> Send:
    """Return a message about to be decided on as rules see it. A later step of a workflow has no request of its own."""
    fields = dict(of_message(message))
    request = caller.request
    asked: dict[str, Json] = {
        "operation": "send" if message.workflow is None or message.steps is not None else "dispatch",
        "method": None,
        "path": None,
        "headers": {},
        "body": None,
    }
    if request is not None:
        asked = {name: getattr(request, name) for name in asked}
    shared = ("version", "channel", "kind", "from", "to", "text", "client_ref", "application")
    return Send({**fields, **asked}, fields, {**asked, **{name: fields[name] for name in shared}})


def _fault(respond: Respond, by: str) -> Fault | None:
    """Return what a rule does to an answer, as a fault by its name; ``None`` for the usual answer at once."""
    if respond == Respond():
        return None
    own = {"body": respond.body, "headers": dict(respond.headers)} if respond.status is not None else {}
    if respond.fault is not None:
        return Fault("answers", respond.fault, id=by, **own)
    if not respond.is_accepted:
        return _refusal(respond, Fault("answers", "status", id=by))
    return Fault("answers", "latency", id=by)


def _refusal(respond: Respond, fault: Fault) -> Fault:
    """Return the fault that names the error a message is refused with."""
    return msgspec.structs.replace(
        fault,
        do="status",
        status=respond.status,
        problem=respond.problem,
        body=respond.body,
        headers=dict(respond.headers),
    )


def _words(decision: Decision) -> str:
    respond = decision.respond
    answer = respond.problem or (str(respond.status) if respond.status is not None else "accepted")
    fault = f", {respond.fault}" if respond.fault is not None else ""
    late = f", {decision.delay_s:g} s late" if decision.delay_s else ""
    return answer + fault + late


def _said(message: Message) -> str:
    return f"{message.channel} {message.kind} to {message.recipient}"
