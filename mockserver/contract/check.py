"""What the contract says of a body: the verdict on a request, and the check of our own answers and webhooks.

A request names its channel and kind, so one branch is chosen and only that is held against the body:
errors then name a field, and the common case costs microseconds. ``contract.oracle`` is the slow authority
it agrees with.
"""

from collections.abc import Callable
from typing import Final

from mockserver.contract.branches import Branch, Branches
from mockserver.contract.findings import Findings
from mockserver.contract.guess import Guess, guess
from mockserver.contract.judges import Judges
from mockserver.contract.nearest import NOTHING, near
from mockserver.contract.plain import has_long_list, is_plain, plain_copy
from mockserver.contract.refusals import Refusals
from mockserver.contract.reshape import branch_kind, lost, other_form, translated, with_kind, with_options_in_place
from mockserver.contract.schemas import Schemas, cell_of_schema
from mockserver.contract.specs import ErrorCode, Specs
from mockserver.core.forms import FORMS, V0_1, V1, Form, found_at
from mockserver.model import Json
from mockserver.problem import Verdict, Violation

_OPERATIONS: Final = {"message-status": "messageStatus", "inbound-message": "inboundMessage"}


class MessagesContract:
    """The contract of one dialect. Compiles what it needs on first use; a body is never changed."""

    def __init__(self, specs: Specs, dialect: str = V0_1) -> None:
        self._capabilities = specs.capabilities
        self._errors = specs.errors
        self._form = FORMS[dialect]
        self._cell_of = _CELLS[dialect]
        self._schemas = specs.schemas(dialect)
        self._branches = Branches(specs.capabilities, self._schemas, self._form, "outbound")
        self._findings = Findings(specs.capabilities, self._form)
        self._refusals = Refusals(specs.capabilities, self._form, self._branches, self._schemas.component("Envelope"))
        self._webhooks = {
            name: _branches_by_cell(self._schemas, each, self._form) for name, each in _OPERATIONS.items()
        }
        self._judges = Judges()

    def check(self, body: Json) -> Verdict:
        """Return the verdict on a request body: every violation at once, and the findings."""
        branch = self._named_branch(body)
        if branch is None or not is_plain(body) or not branch.validator.is_valid(body):
            return self._refusals.verdict(body, branch)
        return Verdict(
            branch.channel.name,
            branch.row.kind,
            branch.name,
            self._refusals.custom_refusals(branch, body),
            self._findings.of(branch, body),
        )

    def accepts(self, body: Json) -> bool:
        """Return whether a request body breaks no rule, without saying which."""
        branch = self._named_branch(body)
        if branch is None or not is_plain(body) or not branch.validator.is_valid(body):
            return False
        return not self._refusals.custom_refusals(branch, body)

    def nearest(self, body: Json) -> Json | None:
        """Return the closest body that would be accepted; ``None`` if what was meant cannot be made out.

        A valid body is its own nearest; one with a list too long to look through has none.
        """
        if not isinstance(body, dict):
            return None
        if self.accepts(body):
            return body
        if has_long_list(body) or lost(self._capabilities, self._form, body):
            return None
        body = plain_copy(body)
        body = translated(self._capabilities, self._form, body, other_form(self._form, body))
        meant = guess(self._capabilities, self._form, body)
        branch = self._nearest_branch(meant)
        if branch is None:
            return None
        body = with_options_in_place(branch, body)
        if meant.kind not in {None, branch.row.kind}:
            body = with_kind(self._capabilities, self._form, branch.row, str(meant.kind), body)
        found = near(branch.schema, body)
        return found if found is not NOTHING and self.accepts(found) else None

    def webhook_violations(self, name: str, body: Json) -> tuple[Violation, ...]:
        """Return what is wrong with a webhook: ``name`` is ``message-status`` or ``inbound-message``."""
        component = self._webhooks[name].get(_cell(self._form, body))
        if component is None:
            reason = f"No {name} webhook is documented for this channel and kind."
            return (Violation("body", "branch", reason, expected=", ".join(self._webhooks[name].values())),)
        return self.component_violations(component, body) or _CODES[self._form.dialect](self._errors, body)

    def answer_violations(self, http_status: int, body: Json, method: str = "post") -> tuple[Violation, ...]:
        """Return what is wrong with the body of one of our own answers; ``None`` is no body."""
        if not self._schemas.has_answer(http_status, method):
            return (Violation("body", "branch", f"No answer of status {http_status} is documented."),)
        return self._judges.violations(
            (method, http_status), lambda: self._schemas.answer(http_status, method) or {"type": "null"}, body
        )

    def component_violations(self, component: str, body: Json) -> tuple[Violation, ...]:
        """Return what is wrong with a value by a component schema."""
        return self._judges.violations(component, lambda: self._schemas.component(component), body)

    def _named_branch(self, body: Json) -> Branch | None:
        """Return the branch a body names; ``None`` if it names none, for whatever reason."""
        try:
            return self._branches.by_cell.get(self._cell_of(body))
        except (KeyError, TypeError):
            return None

    def _nearest_branch(self, meant: Guess) -> Branch | None:
        """Return the branch of what was meant, else the first of its channel."""
        if meant.channel is None:
            return None
        wire_name = meant.channel.names[self._form.dialect]
        kind = branch_kind(self._capabilities, self._form, meant.channel, meant.held or meant.kind)
        return self._branches.by_cell.get((wire_name, kind or "")) or self._branches.of(wire_name)[0]


def _branches_by_cell(schemas: Schemas, operation: str, form: Form) -> dict[tuple[Json, Json], str]:
    """Return a webhook's branches by channel and kind; the kind of a status is ``None``."""
    return {cell_of_schema(schemas.component(name), form): name for name in schemas.webhook(operation)}


def _cell(form: Form, body: Json) -> tuple[Json, Json]:
    """Return the channel and kind a webhook's body names, as far as it does."""
    found = (found_at(body, place) for place in (form.channel_at[0], form.kind_at))
    channel, kind = (each if isinstance(each, str) else None for each in found)
    return channel, kind


_CELLS: Final[dict[str, Callable[[Json], tuple[str, str]]]] = {
    V0_1: lambda body: (body["to"]["type"], body["message"]["content"]["type"]),
    V1: lambda body: (body["channel"], body["message_type"]),
}
"""What a request says it is, by dialect; on the send path, so written out."""


def _label_violations(errors: dict[int, ErrorCode], body: Json) -> tuple[Violation, ...]:
    """Hold the error of a status against the list of codes, which a schema cannot say."""
    error = body.get("error")
    if error is None:
        return ()
    known = errors.get(error["code"])
    if known is None:
        return (Violation("error.code", "code", f"`error.code` is {error['code']}, which no list of codes has."),)
    if known.label != error["reason"]:
        reason = f"`error.reason` is {error['reason']!r}; code {known.code} is called {known.label!r}."
        return (Violation("error.reason", "label", reason, known.label, error["reason"], known.label),)
    return ()


def _type_violations(errors: dict[int, ErrorCode], body: Json) -> tuple[Violation, ...]:
    """Hold the error of a v1 status against the list of codes: title and type both name the code."""
    error = body.get("error")
    if error is None:
        return ()
    title = error["title"]
    if not title.isdecimal() or int(title) not in errors:
        return (Violation("error.title", "code", f"`error.title` is {title!r}, which no list of codes has."),)
    if not error["type"].endswith(f"#{title}"):
        reason = f"`error.type` is {error['type']!r}; expected one that ends in #{title}."
        return (Violation("error.type", "label", reason, f"#{title}", error["type"]),)
    return ()


_CODES: Final = {V0_1: _label_violations, V1: _type_violations}
