"""The operations of Messages: send one message, in either version; update one, in v1."""

from collections.abc import Awaitable

from mockserver.contract.failover import FAILOVER
from mockserver.core.forms import V0_1, V1
from mockserver.core.prices import parts_of
from mockserver.model import Json, Message
from mockserver.problem import Problem, Verdict, Violation
from mockserver.service.messages import Sent
from mockserver.service.runtime import Runtime
from mockserver.web.operation import Asked, Done, paths_of


class SendMessage:
    """Sends a message of v0.1; see ``Operation``."""

    name = "send"
    method = "POST"
    deed = "send a message"
    empty = None

    def __init__(self, runtime: Runtime, version: str = V0_1) -> None:
        self._runtime = runtime
        self._version = version
        self._contract = runtime.versions.contracts[version]
        self._channels = runtime.specs.capabilities.channels
        self.dialect = runtime.versions.dialects[version]
        self.paths = paths_of(runtime.specs.documents[f"messages-{version}"], "post")

    def check(self, body: Json) -> Verdict:
        """See ``Operation.check``."""
        return self._contract.check(body)

    def answer_violations(self, http_status: int, body: Json) -> tuple[Violation, ...]:
        """See ``Operation.answer_violations``."""
        return self._contract.answer_violations(http_status, body)

    def draft(self, asked: Asked) -> Message | None:
        """See ``Operation.draft``."""
        channel = asked.verdict.channel or ""
        return self._runtime.messages.draft(asked.caller, self._version, channel, asked.body)

    def spelled(self, problem: Problem) -> Problem:
        """See ``Operation.spelled``."""
        return problem

    async def act(self, asked: Asked) -> Done:
        """See ``Operation.act``."""
        sent = await self._send(asked)
        message, fate = sent.message, sent.fate
        if message is None:
            return Done(problem=fate.problem, findings=fate.findings, hit=fate.hit)
        about = self._about(message)
        return Done(self.dialect.accepted(message), about, message, findings=fate.findings, hit=fate.hit)

    def _send(self, asked: Asked) -> Awaitable[Sent]:
        channel = asked.verdict.channel or ""
        return self._runtime.messages.send(asked.caller, channel, asked.body, self._version)

    def _about(self, message: Message) -> str:
        about = f"{message.channel} {message.kind} to {message.recipient}"
        parts = parts_of(message, self._channels[message.channel])
        if parts > 1:
            about += f" in {parts} parts"
        if message.steps is not None:
            others = message.steps - 1
            about += f", with {others} {'other' if others == 1 else 'others'} to try"
        return about


class SendMessageV1(SendMessage):
    """Sends a message of v1, which may name others to try; see ``Operation``."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime, V1)

    def _send(self, asked: Asked) -> Awaitable[Sent]:
        if not asked.body.get(FAILOVER):
            return super()._send(asked)
        return self._runtime.failovers.start(asked.caller, asked.verdict.channel or "", asked.body)


class UpdateMessage:
    """Revokes a message or marks it as read; see ``Operation``."""

    name = "update"
    method = "PATCH"
    deed = "update a message"
    empty = None

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._contract = runtime.versions.v1_contract
        self.dialect = runtime.versions.v1
        self.paths = paths_of(runtime.specs.documents[f"messages-{V1}"], "patch")

    def check(self, body: Json) -> Verdict:
        """See ``Operation.check``."""
        return self._contract.check_update(body)

    def answer_violations(self, http_status: int, body: Json) -> tuple[Violation, ...]:
        """See ``Operation.answer_violations``."""
        return self._contract.answer_violations(http_status, body, "patch")

    def draft(self, asked: Asked) -> Message | None:
        """See ``Operation.draft``."""
        del asked
        return None

    def spelled(self, problem: Problem) -> Problem:
        """See ``Operation.spelled``."""
        return problem

    async def act(self, asked: Asked) -> Done:
        """See ``Operation.act``."""
        updated = await self._runtime.updates.update(asked.caller, asked.target, asked.body)
        return Done(None, updated.about, updated.message, updated.problem)
