"""The operation of Messages v0.1: send one message."""

from mockserver.core.prices import counted
from mockserver.model import Json
from mockserver.problem import Verdict, Violation
from mockserver.service.accounts import Caller
from mockserver.service.runtime import Runtime
from mockserver.web.operation import Done, paths_of
from mockserver.wire import v0_1


class SendMessage:
    """Sends a message; see ``Operation``."""

    deed = "send a message"
    empty = None

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.paths = paths_of(runtime.specs.documents["messages-v0.1"])

    def check(self, body: Json) -> Verdict:
        """See ``Operation.check``."""
        return self._runtime.contract.check(body)

    def answer_violations(self, http_status: int, body: Json) -> tuple[Violation, ...]:
        """See ``Operation.answer_violations``."""
        return self._runtime.contract.answer_violations(http_status, body)

    async def act(self, caller: Caller, verdict: Verdict, body: Json) -> Done:
        """See ``Operation.act``."""
        sent = await self._runtime.messages.send(caller, verdict.channel or "", body)
        message, fate = sent.message, sent.fate
        if message is None:
            return Done(problem=fate.problem, findings=fate.findings)
        about = f"{message.channel} {message.kind} to {message.recipient}"
        cut = counted(message, self._runtime.specs.capabilities.channels[message.channel])
        if cut is not None and cut.parts > 1:
            about += f" in {cut.parts} parts"
        return Done(v0_1.accepted(message), about, message, findings=fate.findings)
