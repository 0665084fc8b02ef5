"""What the contract of Dispatch says of a body; each step's message is judged whole by the contract of Messages.

Source: domain facts, messages-v0.1 part 7.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from mockserver.contract.check import MessagesContract
from mockserver.contract.findings import null_member, unknown_member
from mockserver.contract.judges import Judges
from mockserver.contract.members import KnownMembers, known_members, oddities
from mockserver.contract.nearest import NOTHING, near, sample
from mockserver.contract.nested import finding_at, violation_at
from mockserver.contract.plain import is_plain, plain_copy
from mockserver.contract.reasons import MOST, kept, shown
from mockserver.contract.schemas import Schemas
from mockserver.contract.specs import DISPATCH, Specs
from mockserver.core.capabilities import ChannelRow
from mockserver.core.forms import FORMS, V0_1, found_at
from mockserver.model import Json, Status
from mockserver.problem import Finding, Verdict, Violation

EMPTY: Final = "The workflow JSON Object cannot be empty"
"""The one reason whose words are known. Source: domain facts, messages-v0.1 part 1.5."""

_MESSAGE: Final = ("from", "to", "message")
"""The members of a step that Messages judges."""
_MEMBERS: Final = "`from`, `to` and `message`"


@dataclass(frozen=True, slots=True)
class _Step:
    """A step as sent, where it stands, and what Messages says of it; ``verdict`` is ``None`` for what is no object."""

    index: int
    body: Json
    verdict: Verdict | None
    is_last: bool

    @property
    def place(self) -> str:
        """The name of the step in the body."""
        return f"workflow[{self.index}]"


class DispatchContract:
    """The contract of Dispatch v0.1. Compiles what it needs on first use; a body is never changed."""

    def __init__(self, specs: Specs, messages: MessagesContract) -> None:
        self._capabilities = specs.capabilities
        self._messages = messages
        self._schemas = Schemas(specs.documents[DISPATCH])
        self._judges = Judges()

    def check(self, body: Json) -> Verdict:
        """Return the verdict on a workflow: every violation at once, and the findings; channel and kind of step 0."""
        if body is None or body == {}:
            return _refused(Violation("body", "required", EMPTY, expected="an object with `template` and `workflow`"))
        if not isinstance(body, dict):
            reason = f"The body is {shown(body)}; expected an object with `template` and `workflow`."
            return _refused(Violation("body", "not_object", reason, expected="an object"))
        steps = self._steps(body.get("workflow"))
        first = steps[0].verdict if steps else None
        return Verdict(
            channel=first.channel if first else None,
            kind=first.kind if first else None,
            branch="Workflow",
            violations=tuple(islice(self._violations(body, steps), MOST)),
            findings=tuple(self._envelope_findings(body, steps)),
        )

    def nearest(self, body: Json) -> Json | None:
        """Return the closest body that would be accepted; ``None`` if what was meant cannot be made out."""
        if not isinstance(body, dict) or not isinstance(body.get("workflow"), list):
            return None
        steps = [each for each in plain_copy(body)["workflow"] if isinstance(each, dict)]
        mended = [self._nearest_step(each, is_last=each is steps[-1]) for each in steps]
        found = {**plain_copy(body), "template": "failover", "workflow": mended}
        return found if None not in mended and self.check(found).is_valid else None

    def webhook_violations(self, name: str, body: Json) -> tuple[Violation, ...]:
        """Return what is wrong with a webhook: ``name`` is ``final-report`` or ``message-status``."""
        component = {"final-report": "FinalReport", "message-status": "WorkflowStatus"}[name]
        return self._judges.violations(component, lambda: self._schemas.component(component), body)

    def answer_violations(self, http_status: int, body: Json) -> tuple[Violation, ...]:
        """Return what is wrong with the body of one of our own answers."""
        if not self._schemas.has_answer(http_status):
            return (Violation("body", "branch", f"No answer of status {http_status} is documented."),)
        return self._judges.violations(http_status, lambda: self._schemas.answer(http_status), body)

    def _steps(self, workflow: Json) -> list[_Step]:
        """Return the steps of a body; what is no object (a stray null) does not make its neighbour the last but one."""
        if not isinstance(workflow, list):
            return []
        last = max((index for index, each in enumerate(workflow) if isinstance(each, dict)), default=-1)
        return [
            _Step(index, each, self._messages.check(_message(each)) if isinstance(each, dict) else None, index == last)
            for index, each in enumerate(workflow)
        ]

    def _violations(self, body: Json, steps: list[_Step]) -> Iterator[Violation]:
        yield from self._envelope_violations(body)
        for step in steps:
            yield from self._broken(step)

    def _envelope_violations(self, body: Json) -> Iterator[Violation]:
        """Hold everything but the steps' messages against the schema."""
        plain = body if is_plain(body) else plain_copy(body)
        for each in self._judges.violations("Workflow", lambda: self._schemas.component("Workflow"), plain):
            if not each.name.endswith("]") and each.name.partition("].")[2] not in _MESSAGE:
                yield each

    def _broken(self, step: _Step) -> Iterator[Violation]:
        """Yield what Messages says against a step, then what only a workflow asks of it."""
        if step.verdict is None:
            reason = f"`{step.place}` is {shown(step.body)}; expected a step, an object with {_MEMBERS}."
            yield Violation(step.place, "type", reason, expected=f"an object with {_MEMBERS}", found=kept(step.body))
            return
        beyond = {each.name: each for each in self._beyond_bounds(step.verdict, step.body)}
        others = (each for each in step.verdict.violations if each.name not in beyond)
        yield from (violation_at(step.place, each) for each in (*others, *beyond.values()))
        yield from self._failover_violations(step)

    def _beyond_bounds(self, verdict: Verdict, step: Json) -> Iterator[Violation]:
        """Yield options that Messages takes but a workflow does not, such as a long Viber ttl."""
        channel = self._capabilities.channels.get(verdict.channel or "")
        for full, most, value in _bounded_options(channel, step) if channel is not None else ():
            if value > most:
                expected = f"at most {most} in a workflow"
                reason = f"`{full}` is {shown(value)}; expected {expected}. Try {most}."
                yield Violation(full, "range", reason, expected=expected, found=value, nearest=most)

    def _failover_violations(self, step: _Step) -> Iterator[Violation]:
        name = f"{step.place}.failover"
        failover = step.body.get("failover")
        if step.is_last and failover is not None:
            reason = f"`{name}` stands on the last step, after which nothing comes; leave it out."
            yield Violation(name, "last_step", reason, expected="no failover", found=shown(failover))
        elif not step.is_last and failover is None:
            schema = self._schemas.component("Failover")
            words = schema["description"]
            reason = f"Missing `{name}` field: expected {words}, since another step follows."
            yield Violation(name, "required", reason, expected=words, nearest=_whole_failover(schema))

    def _envelope_findings(self, body: Json, steps: list[_Step]) -> Iterator[Finding]:
        of_body, of_step = self._known
        yield from _strangers(of_body, body, "")
        for step in steps:
            if step.verdict is None:
                continue
            yield from _strangers(of_step, step.body, f"{step.place}.")
            yield from (finding_at(step.place, each) for each in step.verdict.findings)
            if not step.is_last:
                yield from self._failover_findings(step, step.verdict.channel)

    @cached_property
    def _known(self) -> tuple[KnownMembers, KnownMembers]:
        """The members of a body, and those of a step; worked out once, since this is on the send path."""
        schema = self._schemas.component("Workflow")
        return known_members(schema), known_members(schema["properties"]["workflow"]["items"])

    def _failover_findings(self, step: _Step, channel_name: str | None) -> Iterator[Finding]:
        failover, place = step.body.get("failover"), f"{step.place}.failover"
        if not isinstance(failover, dict):
            return
        if failover.get("expiry_time") is None:
            detail = f"`{place}.expiry_time` is missing; the next step is sent only if this one fails at once."
            yield Finding(f"{place}.expiry_time", "no_expiry", detail)
        condition = failover.get("condition_status")
        if condition is None:
            detail = f"`{place}.condition_status` is missing; delivered is taken."
            yield Finding(f"{place}.condition_status", "no_condition", detail)
        channel = self._capabilities.channels.get(channel_name or "")
        if channel is not None and condition == Status.READ and Status.READ not in channel.statuses:
            name = f"{place}.condition_status"
            detail = f"`{name}` is read, which {channel.title} never reports; the next step is always sent."
            yield Finding(name, "condition", detail)

    def _nearest_step(self, step: dict[str, Json], *, is_last: bool) -> Json | None:
        message = self._messages.nearest(_message(step))
        if message is None:
            return None
        others = {name: each for name, each in step.items() if name not in (*_MESSAGE, "failover")}
        mended = {**message, **others}
        verdict = self._messages.check(message)
        for each in self._beyond_bounds(verdict, mended):
            _, options, option = each.name.split(".")
            mended["message"] = {**mended["message"], options: {**mended["message"][options], option: each.nearest}}
        if not is_last:
            schema = self._schemas.component("Failover")
            found = near(schema, step["failover"]) if isinstance(step.get("failover"), dict) else NOTHING
            mended["failover"] = _whole_failover(schema) if found is NOTHING else found
        return mended


def is_workflow(body: Json) -> bool:
    """Return whether a body was meant for Dispatch rather than Messages, by the members it has."""
    return isinstance(body, dict) and "workflow" in body and "message" not in body


def _refused(violation: Violation) -> Verdict:
    return Verdict(None, None, None, (violation,))


def _message(step: Json) -> Json:
    """Return the part of a step that would have been a request of its own."""
    return {name: step[name] for name in _MESSAGE if name in step}


def _bounded_options(channel: ChannelRow, step: Json) -> Iterator[tuple[str, int, int | float]]:
    """Yield the options with a bound of their own in workflows: field, bound, and the number the step gives."""
    for name, option in channel.options.items():
        full = FORMS[V0_1].options_at(channel, name)
        value = found_at(step, full)
        if option.dispatch_max_s is not None and isinstance(value, int | float) and not isinstance(value, bool):
            yield full, option.dispatch_max_s, value


def _strangers(known: KnownMembers, body: Json, prefix: str) -> Iterator[Finding]:
    """Yield the members of an object that no schema knows, and those that are null."""
    odd = oddities(known, body)
    for holder, name in odd.strangers:
        yield unknown_member(f"{prefix}{holder.name(name)}", name, holder.names)
    yield from (null_member(f"{prefix}{name}") for name in odd.nulls)


def _whole_failover(schema: Json) -> Json:
    """Return a failover with all its members."""
    return {name: sample(each) for name, each in schema["properties"].items()}
