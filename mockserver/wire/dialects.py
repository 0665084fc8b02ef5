"""The dialects as one interface, so that whoever sends or answers need not know which one is spoken."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from mockserver.contract.problems import Problems
from mockserver.contract.specs import ErrorCode, Specs
from mockserver.core.capabilities import ChannelRow
from mockserver.core.forms import V0_1, V1
from mockserver.model import Json, Message, Move
from mockserver.problem import Problem, Violation
from mockserver.wire import dispatch, v0_1, v1

_UNAUTHORISED: Final = ("Unauthorised", "Invalid Token")
"""Title and detail of a 401 in v0.1. Source: domain facts, messages-v0.1 part 1.5, seen on the wire."""
_UNAUTHORISED_STATUS: Final = 401
_EXAMPLE_ID: Final = "unknown_id"
"""What stands for the id in the published example of a 404."""


class Dialect(Protocol):
    """How one version of the API reads requests, and writes answers, webhooks and errors."""

    @property
    def name(self) -> str:
        """The dialect's name, as messages bear it."""
        ...

    @property
    def problem_type(self) -> str:
        """The media type of its errors."""
        ...

    def read_message(
        self, body: Json, channel: ChannelRow, *, uuid: str, account: str, application: str | None, at: datetime
    ) -> Message:
        """Return the message a valid body means."""
        ...

    def write_request(self, message: Message, channel: ChannelRow) -> Json:
        """Return the body that would have sent a message."""
        ...

    def accepted(self, message: Message) -> Json:
        """Return the body of a 202."""
        ...

    def status_body(self, message: Message, channel: ChannelRow, move: Move, error: ErrorCode | None) -> Json:
        """Return a status webhook."""
        ...

    def inbound_body(self, message: Message, channel: ChannelRow) -> Json:
        """Return an inbound webhook."""
        ...

    def problem_body(self, problem: Problem, trace_id: str) -> Json:
        """Return an error answer."""
        ...

    def refusal(self, violations: tuple[Violation, ...]) -> Problem:
        """Return the error that answers broken rules."""
        ...

    def unreadable(self, violation: Violation) -> Problem:
        """Return the error that answers a body that is no JSON."""
        ...

    def unauthorised(self, reason: str, *, unprovisioned: bool = False) -> Problem:
        """Return the error that answers credentials not believed; the reason is for the journal."""
        ...

    def throttled(self, detail: str) -> Problem:
        """Return the error that answers a message too many."""
        ...

    def low_balance(self, reason: str) -> Problem:
        """Return the error that answers an account without credit; the reason is for the journal."""
        ...

    def named(self, name: str, reason: str) -> Problem | None:
        """Return a documented error by its name, ``None`` where the dialect has none of that name."""
        ...


Dialects: TypeAlias = Mapping[str, Dialect]


class V0Dialect:
    """Messages v0.1; see ``Dialect``."""

    name = V0_1
    problem_type = "application/problem+json"
    read_message = staticmethod(v0_1.read_message)
    write_request = staticmethod(v0_1.write_request)
    accepted = staticmethod(v0_1.accepted)
    inbound_body = staticmethod(v0_1.inbound_body)
    problem_body = staticmethod(v0_1.problem_body)
    throttled = staticmethod(v0_1.throttled)
    low_balance = staticmethod(v0_1.low_balance)

    def status_body(self, message: Message, channel: ChannelRow, move: Move, error: ErrorCode | None) -> Json:
        """See ``Dialect``; a message of a workflow of Dispatch links to it, one of a failover of v1 does not."""
        links = dispatch.status_links(message) if message.dialect == V0_1 else {}
        return v0_1.status_body(message, channel, move, error) | links

    def refusal(self, violations: tuple[Violation, ...]) -> Problem:
        """See ``Dialect``."""
        return v0_1.invalid(violations)

    def unreadable(self, violation: Violation) -> Problem:
        """See ``Dialect``."""
        return v0_1.invalid((violation,))

    def unauthorised(self, reason: str, *, unprovisioned: bool = False) -> Problem:
        """See ``Dialect``; this version has one answer for whatever is wrong with credentials."""
        del unprovisioned
        title, detail = _UNAUTHORISED
        return Problem(401, title, detail, reason=reason)

    def named(self, name: str, reason: str) -> Problem | None:
        """See ``Dialect``; the errors of this version have no names."""
        del name, reason
        return None


class V1Dialect:
    """Messages v1; see ``Dialect``. ``exact``: errors hold only what the published ones hold."""

    name = V1
    problem_type = "application/json"
    read_message = staticmethod(v1.read_message)
    accepted = staticmethod(v1.accepted)

    def __init__(self, specs: Specs, *, exact: bool = False) -> None:
        self._known = specs.capabilities
        blocks = (each.names[V1] for each in self._known.channels_in(V1))
        self.problems = Problems(specs.documents[f"messages-{V1}"], blocks)
        self._exact = exact

    def write_request(self, message: Message, channel: ChannelRow) -> Json:
        """See ``Dialect``."""
        return v1.write_request(message, channel, self._known.bare_kinds)

    def status_body(self, message: Message, channel: ChannelRow, move: Move, error: ErrorCode | None) -> Json:
        """See ``Dialect``."""
        return v1.status_body(message, channel, move, error, self._known)

    def inbound_body(self, message: Message, channel: ChannelRow) -> Json:
        """See ``Dialect``."""
        return v1.inbound_body(message, channel, self._known)

    def problem_body(self, problem: Problem, trace_id: str) -> Json:
        """See ``Dialect``. ``details`` stands beside ``detail`` in a 401, since its published schema asks for both."""
        body: dict[str, Json] = {"type": problem.type, "title": problem.title, "detail": problem.detail}
        if problem.status == _UNAUTHORISED_STATUS:
            body["details"] = problem.detail
        body["instance"] = trace_id
        if problem.violations and self.problems.lists(problem, exact=self._exact):
            body["invalid_parameters"] = [{"name": each.name, "reason": each.reason} for each in problem.violations]
        return body

    def refusal(self, violations: tuple[Violation, ...]) -> Problem:
        """See ``Dialect``."""
        return self.problems.refusal(violations)

    def unreadable(self, violation: Violation) -> Problem:
        """See ``Dialect``; unlike other errors this one tells in its detail what is wrong."""
        return self.problems.of("InvalidJson", detail=violation.reason, violations=(violation,))

    def unauthorised(self, reason: str, *, unprovisioned: bool = False) -> Problem:
        """See ``Dialect``."""
        name = "UnauthorizedInvalidApplication" if unprovisioned else "UnauthorizedMissingCredentials"
        return self.problems.of(name, reason=reason)

    def throttled(self, detail: str) -> Problem:
        """See ``Dialect``; the published words are fixed, so the detail goes to the journal."""
        return self.problems.of("Throttled", reason=detail)

    def low_balance(self, reason: str) -> Problem:
        """See ``Dialect``."""
        return self.problems.of("PaymentRequired", reason=reason)

    def named(self, name: str, reason: str) -> Problem | None:
        """See ``Dialect``."""
        return self.problems.of(name, reason=reason)

    def not_found(self, uuid: str, reason: str) -> Problem:
        """Return the error that answers a PATCH of a message nobody knows; its words stand on one line."""
        detail = self.problems.of("NotFound").detail.replace(_EXAMPLE_ID, uuid.replace("\n", " "))
        return self.problems.of("NotFound", detail=detail, reason=reason)

    def unsupported(self, reason: str) -> Problem:
        """Return the error that answers a PATCH that the message's channel or direction does not allow."""
        return self.problems.of("UnsupportedOperation", reason=reason)
