"""Sends messages whose request is long over: the next step of a workflow, the next item of a failover."""

from mockserver.contract.specs import Specs
from mockserver.model import EntryKind, Message, Planned, Status
from mockserver.problem import Problem
from mockserver.service.accounts import Caller
from mockserver.service.fates import Fate
from mockserver.service.messages import Messages
from mockserver.surroundings import Surroundings
from mockserver.wire import dispatch


class Later:
    """Decides the fate of such messages; what would have been refused becomes a status, there being nobody to tell."""

    def __init__(self, around: Surroundings, specs: Specs, messages: Messages) -> None:
        self._settings = around.settings
        self._journal = around.journal
        self._limits = specs.provider.limits
        self._messages = messages

    async def decide(self, caller: Caller, message: Message, why: str) -> Fate:
        """Return what will happen to a message not stored yet, and journal that it goes out, ``why`` said first."""
        fate = await self._messages.fates.decide(caller, message)
        if fate.problem is not None:
            why += f", and would be answered {fate.problem.status}"
            fate = self._rejection(fate.problem)
        await self._journal.write(message.account, EntryKind.WORKFLOW, _about(message, fate, why), message=message.uuid)
        return fate

    def _rejection(self, problem: Problem) -> Fate:
        """Return the fate nearest to an answer that nobody waits for any more."""
        limits = self._limits
        code = limits.balance if dispatch.is_low_balance(problem) else limits.refused.get(problem.status, limits.other)
        return Fate(steps=(Planned(self._settings.submitted_after_s, Status.REJECTED, code),))


def _about(message: Message, fate: Fate, why: str) -> str:
    """Return the journal's words for a step that goes out after the first."""
    start = f"workflow {message.workflow}: {why}; step {(message.step or 0) + 1} goes out"
    found = "".join(f" {each.detail}" for each in fate.findings)
    return f"{start}, {message.channel} {message.kind} to {message.recipient}{'.' * bool(found)}{found}"
