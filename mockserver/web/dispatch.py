"""The operation of Dispatch v0.1: start a workflow."""

from mockserver.contract.dispatch import EMPTY
from mockserver.contract.nested import finding_at
from mockserver.contract.specs import DISPATCH
from mockserver.core.forms import V0_1
from mockserver.model import Json, Message
from mockserver.problem import Problem, Verdict, Violation
from mockserver.service.runtime import Runtime
from mockserver.web.operation import Asked, Done, paths_of
from mockserver.wire import dispatch


class StartWorkflow:
    """Starts a workflow; see ``Operation``."""

    name = "dispatch"
    method = "POST"
    deed = "start a workflow"
    empty = EMPTY

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.paths = paths_of(runtime.specs.documents[DISPATCH], "post")
        self.dialect = runtime.versions.dialects[V0_1]

    def check(self, body: Json) -> Verdict:
        """See ``Operation.check``."""
        return self._runtime.dispatch_contract.check(body)

    def answer_violations(self, http_status: int, body: Json) -> tuple[Violation, ...]:
        """See ``Operation.answer_violations``."""
        return self._runtime.dispatch_contract.answer_violations(http_status, body)

    def draft(self, asked: Asked) -> Message | None:
        """See ``Operation.draft``; it is that of the first step."""
        first = dispatch.read_workflow(asked.body).steps[0]
        return self._runtime.messages.draft(asked.caller, V0_1, asked.verdict.channel or "", first)

    def spelled(self, problem: Problem) -> Problem:
        """See ``Operation.spelled``."""
        return dispatch.spelled(problem)

    async def act(self, asked: Asked) -> Done:
        """See ``Operation.act``."""
        body = asked.body
        started = await self._runtime.workflows.start(asked.caller, body)
        workflow, message, fate = started.workflow, started.message, started.fate
        findings = tuple(finding_at("workflow[0]", each) for each in fate.findings)
        if workflow is None or message is None:
            problem = None if fate.problem is None else self.spelled(fate.problem)
            return Done(problem=problem, findings=findings, hit=fate.hit)
        steps = len(body["workflow"])
        about = (
            f"workflow of {steps} {'step' if steps == 1 else 'steps'}: {message.channel} to {message.recipient} first"
        )
        return Done(dispatch.accepted(workflow), about, message, findings=findings, hit=fate.hit)
