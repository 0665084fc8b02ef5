"""Workflows under way: does what the failover rules say, through messages, the schedule and webhooks.

What is known of a workflow lies in the store, as a document of its account; nothing is kept here.
"""

from dataclasses import dataclass
from typing import Final, assert_never

import msgspec

from mockserver.clock import at
from mockserver.contract.dispatch import DispatchContract
from mockserver.contract.specs import Specs
from mockserver.core import failover
from mockserver.core.failover import Action, Expired, Moved, Outcome, Report, Send, StartTimer, State
from mockserver.core.prices import priced
from mockserver.model import EntryKind, Json, Message
from mockserver.service.accounts import Caller
from mockserver.service.fates import Fate
from mockserver.service.later import Later
from mockserver.service.messages import Messages
from mockserver.surroundings import Surroundings
from mockserver.wire import dispatch, v0_1

_KIND: Final = "workflow"
"""The kind of document a workflow is kept as."""


class _Progress(msgspec.Struct, frozen=True):
    """A workflow: its steps as bodies of Messages, where it stands, and the messages sent so far, in order."""

    uuid: str
    account: str
    application: str | None
    steps: tuple[Json, ...]
    state: State
    sent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """A workflow that was taken, with its first message; both ``None`` if the fate of that is a problem."""

    workflow: str | None
    message: Message | None
    fate: Fate


@dataclass(frozen=True, slots=True)
class _Timer:
    """Ends the wait for a step."""

    workflows: "Workflows"
    account: str
    workflow: str
    step: int

    async def run(self) -> None:
        """Say that the time is over."""
        await self.workflows.expire(self)

    async def abandon(self) -> str | None:
        """Record that nothing will follow the step."""
        return await self.workflows.abandon(self)


class Workflows:
    """Starts workflows and takes them further as their messages move and time passes."""

    def __init__(self, around: Surroundings, specs: Specs, contract: DispatchContract, messages: Messages) -> None:
        self._around = around
        self._store = around.store
        self._journal = around.journal
        self._times = around.times
        self._capabilities = specs.capabilities
        self._contract = contract
        self._messages = messages
        self._later = Later(around, specs, messages)
        messages.watch(self)

    async def start(self, caller: Caller, body: Json) -> Started:
        """Take a workflow whose body has passed the contract, and send its first step, unless that is refused."""
        account = caller.account.api_key
        asked = dispatch.read_workflow(body)
        state, _ = failover.begin(asked.rules)
        uuid = await self._around.next_uuid(account, _KIND)
        progress = _Progress(uuid, account, caller.application, asked.steps, state, ())
        message = await self._message(progress)
        fate = await self._messages.fates.decide(caller, message)
        if fate.problem is not None:
            return Started(None, None, fate)
        await self._accept(progress, message, fate)
        return Started(uuid, message, fate)

    async def moved(self, message: Message) -> None:
        """Learn that a message took a status; see ``Watcher``."""
        if message.workflow is None or message.step is None:
            return
        why = f"step {message.step + 1} is {message.status.value}"
        await self._take(message.account, message.workflow, Moved(message.step, message.status), why)

    async def expire(self, timer: _Timer) -> None:
        """End the wait for a step."""
        why = f"the time of step {timer.step + 1} is over"
        await self._take(timer.account, timer.workflow, Expired(timer.step), why)

    async def abandon(self, timer: _Timer) -> str | None:
        """Journal a workflow that still waited when the server stopped; return the line for the log."""
        progress = await self._progress(timer.account, timer.workflow)
        if progress is None or not _waits_for(progress.state, timer.step):
            return None
        about = f"workflow {progress.uuid} abandoned: the server stopped while step {timer.step + 1} had time left"
        await self._journal.write(progress.account, EntryKind.ABANDONED, about, message=progress.sent[-1])
        return f"{about} (account {progress.account})"

    async def _take(self, account: str, workflow: str, event: failover.Event, why: str) -> None:
        """Let an event happen to a workflow, unless it was reset away."""
        progress = await self._progress(account, workflow)
        if progress is None:
            return
        state, actions = failover.reduce(progress.state, event)
        progress = msgspec.structs.replace(progress, state=state)
        await self._keep(progress)
        for action in actions:
            await self._do(progress, action, why)

    async def _do(self, progress: _Progress, action: Action, why: str) -> None:
        match action:
            case Send():
                await self._send(progress, why)
            case StartTimer(step=step, seconds=seconds):
                self._times.after(progress.account, seconds, _Timer(self, progress.account, progress.uuid, step))
            case Report(outcome=outcome):
                await self._report(progress, outcome, why)
            case _:
                assert_never(action)

    async def _send(self, progress: _Progress, why: str) -> None:
        """Send the current step; its request is long over, so a refusal becomes a status."""
        message = await self._message(progress)
        caller = Caller(await self._around.account(progress.account), progress.application)
        fate = await self._later.decide(caller, message, why)
        await self._accept(progress, message, fate)

    async def _report(self, progress: _Progress, outcome: Outcome, why: str) -> None:
        account = await self._around.account(progress.account)
        found = [await self._store.message(progress.account, uuid) for uuid in progress.sent]
        channels = self._capabilities.channels
        sent = [(each, priced(channels[each.channel], account)) for each in found if each is not None]
        last, _ = sent[-1]
        body = dispatch.report_body(progress.uuid, outcome, at(self._times.seconds(progress.account)), sent)
        about = f"workflow {progress.uuid} ends with {outcome.value}: {why}"
        await self._journal.write(progress.account, EntryKind.WORKFLOW, about, message=last.uuid)
        await self._messages.webhooks.tell_report(account, last, body, self._contract)

    async def _message(self, progress: _Progress) -> Message:
        """Return the message of the current step, not stored yet."""
        step = progress.steps[progress.state.current]
        message = v0_1.read_message(
            step,
            dispatch.channel_of(step, self._capabilities),
            uuid=await self._around.next_uuid(progress.account, "message"),
            account=progress.account,
            application=progress.application,
            at=at(self._times.seconds(progress.account)),
        )
        return msgspec.structs.replace(message, workflow=progress.uuid, step=progress.state.current)

    async def _accept(self, progress: _Progress, message: Message, fate: Fate) -> None:
        await self._keep(msgspec.structs.replace(progress, sent=(*progress.sent, message.uuid)))
        await self._messages.accept(message, fate)

    async def _progress(self, account: str, workflow: str) -> _Progress | None:
        kept = await self._store.document(account, _KIND, workflow)
        return None if kept is None else msgspec.convert(kept, _Progress)

    async def _keep(self, progress: _Progress) -> None:
        """Keep a workflow up to its end: nothing that comes later changes it, and there may be a million of them."""
        has_ended = progress.state.outcome is not Outcome.RUNNING
        kept = None if has_ended else msgspec.to_builtins(progress)
        await self._store.put_document(progress.account, _KIND, progress.uuid, kept)


def _waits_for(state: State, step: int) -> bool:
    return state.outcome is Outcome.RUNNING and state.current == step
