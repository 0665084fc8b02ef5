"""Why a body is refused: the slow path, for bodies that break the contract; it gathers every violation."""

import re
from collections.abc import Iterator
from dataclasses import replace

import jsonschema_rs

from mockserver.contract.branches import Branch, Branches
from mockserver.contract.cells import Cells
from mockserver.contract.findings import Findings
from mockserver.contract.guess import Guess, guess
from mockserver.contract.nearest import NOTHING, near
from mockserver.contract.plain import LONGEST, plain_copy, unpaired_surrogates
from mockserver.contract.reasons import shown, violations
from mockserver.contract.reshape import misplaced_options, other_form, version_violation
from mockserver.core.capabilities import Capabilities
from mockserver.core.forms import Form, found_at
from mockserver.model import Json
from mockserver.problem import Verdict, Violation


class Refusals:
    """Explains bodies. ``envelope`` is the schema of what can be said when not even the channel is known."""

    def __init__(self, capabilities: Capabilities, form: Form, branches: Branches, envelope: Json) -> None:
        self._capabilities = capabilities
        self._form = form
        self._branches = branches
        self._envelope = envelope
        self._cells = Cells(capabilities, form)
        self._findings = Findings(capabilities, form)
        self._judged_by_cells = frozenset({*form.channel_at, form.kind_at})
        self._kinds = capabilities.kinds_in(form.dialect)

    def verdict(self, body: Json) -> Verdict:
        """Return every violation of a body, those of the parties and the kind first."""
        if not isinstance(body, dict):
            reason = f"The body is {shown(body)}; expected an object with {self._form.needs}."
            return Verdict(None, None, None, (Violation("body", "not_object", reason, expected="an object"),))
        torn = list(unpaired_surrogates(body))
        whole, body = body, plain_copy(body)
        meant = guess(self._capabilities, self._form, body)
        other = other_form(self._form, body)
        branch = self._branch(meant)
        broken = [
            *torn,
            *([version_violation(self._form, other, body)] if other else []),
            *self._cells.channels(body, meant),
            *self._cells.kind(body, meant),
            *self._schema_violations(meant, branch, body),
            *self.custom_refusals(branch, body),
        ]
        if not broken and (branch is None or not branch.validator.is_valid(whole)):
            broken = [_unexplained()]
        return Verdict(
            channel=meant.channel.name if meant.channel else None,
            kind=meant.kind,
            branch=branch.name if branch else None,
            violations=tuple(broken),
            findings=self._findings.of(branch, body) if branch else (),
        )

    def custom_refusals(self, branch: Branch | None, body: Json) -> tuple[Violation, ...]:
        """Refuse a custom object that the channel cannot carry, such as a location on Messenger."""
        if branch is None or branch.row.kind != "custom":
            return ()
        return self._cells.custom_refusals(branch.channel, found_at(body, branch.content_at))

    def _branch(self, meant: Guess) -> Branch | None:
        if meant.channel is None or meant.kind is None:
            return None
        return self._branches.by_cell.get((meant.channel.names[self._form.dialect], meant.kind))

    def _schema_violations(self, meant: Guess, branch: Branch | None, body: dict[str, Json]) -> Iterator[Violation]:
        """Hold a body against its branch; without one, all but the content against another of the channel."""
        for each in violations(*self._judged(meant, branch, body)):
            if each.name in self._judged_by_cells or (branch is None and self._is_content(each.name)):
                continue
            yield each if branch is None else _with_place(branch, each, body)

    def _is_content(self, name: str) -> bool:
        """Return whether a field is part of the content, whose kind is not known."""
        if self._form.holder:
            return name.startswith(f"{self._form.holder}.")
        return re.split(r"[.\[]", name, maxsplit=1)[0] in self._kinds

    def _judged(
        self, meant: Guess, branch: Branch | None, body: dict[str, Json]
    ) -> tuple[Json, Json, Iterator[jsonschema_rs.ValidationError]]:
        if branch is None and meant.channel is not None:
            branch = self._branches.of(meant.channel.names[self._form.dialect])[0]
        if branch is None:
            return self._envelope, body, jsonschema_rs.Draft202012Validator(self._envelope).iter_errors(body)
        return branch.schema, body, branch.validator.iter_errors(body)


def _unexplained() -> Violation:
    reason = f"A list of the body breaks the contract behind its first {LONGEST} items, further than is looked through."
    return Violation("body", "contract", reason, expected=f"at most {LONGEST} items, or right ones")


def _with_place(branch: Branch, violation: Violation, body: dict[str, Json]) -> Violation:
    """Add to a complaint about missing options that they stand elsewhere in the body."""
    place = misplaced_options(branch.form, branch.channel, body)
    if violation.rule != "required" or violation.name != branch.options_at or place is None:
        return violation
    there = f"at `{place}`" if "." in place else "at the top of the body"
    nearest = near(_schema_at(branch.schema, branch.options_at), found_at(body, place))
    reason = f"{violation.reason} It stands {there}; move it beside `content`."
    return replace(violation, reason=reason, nearest=None if nearest is NOTHING else nearest)


def _schema_at(schema: Json, name: str) -> Json:
    for member in name.split("."):
        schema = schema["properties"][member]
    return schema
