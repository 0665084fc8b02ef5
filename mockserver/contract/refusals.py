"""Why a body is refused: the slow path, for bodies that break the contract; it gathers every violation."""

import re
from collections.abc import Iterator
from functools import cached_property

import jsonschema_rs
from msgspec.structs import replace

from mockserver.contract.branches import Branch, Branches
from mockserver.contract.cells import Cells
from mockserver.contract.findings import NULL_MEMBER, Findings
from mockserver.contract.guess import Guess, guess, held_kind
from mockserver.contract.nearest import NOTHING, near
from mockserver.contract.plain import LONGEST, is_ordinary, plain_copy, unpaired_surrogates
from mockserver.contract.reasons import THERE, shown, violations
from mockserver.contract.reshape import other_form, strays, translated, version_violation, with_options_in_place
from mockserver.core.capabilities import Capabilities
from mockserver.core.forms import Form, found_at
from mockserver.model import Json
from mockserver.problem import Finding, Verdict, Violation


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
        self._is_named_once = len(form.channel_at) == 1

    def verdict(self, body: Json, named: Branch | None = None) -> Verdict:
        """Return every violation of a body, those of the parties and the kind first; ``named`` is the branch it names.

        What names its branch need not be guessed at, nor judged by the cells: the commonest ways to be refused are one
        bad value and one that is missing.
        """
        if not isinstance(body, dict):
            reason = f"The body is {shown(body)}; expected an object with {self._form.needs}."
            return Verdict(None, None, None, (Violation("body", "not_object", reason, expected="an object"),))
        whole, torn = body, []
        if not is_ordinary(body):
            torn, body = list(unpaired_surrogates(body)), plain_copy(body)
        other = other_form(self._form, body)
        is_clear = named is not None and other is None
        if named is not None and is_clear:
            branch: Branch | None = named
            meant = about = Guess(named.channel, named.row.kind)
        else:
            meant = guess(self._capabilities, self._form, translated(self._capabilities, self._form, body, other))
            about = guess(self._capabilities, other, body) if other else meant
            branch = self._branch(meant)
        broken = [
            *torn,
            *([version_violation(self._capabilities, self._form, other, body)] if other else ()),
            *(() if is_clear and self._is_named_once else self._cells.channels(body, meant, is_own=other is None)),
            *(() if is_clear else self._cells.kind(body, meant)),
            *self._schema_violations(meant, branch, body),
            *self.custom_refusals(branch, body),
        ]
        if not broken and (branch is None or not branch.validator.is_valid(whole)):
            broken = [_unexplained()]
        return Verdict(
            channel=about.channel.name if about.channel else None,
            kind=about.kind,
            branch=branch.name if branch else None,
            violations=tuple(broken),
            findings=self._remarks(branch, body, broken),
        )

    def _remarks(self, branch: Branch | None, body: Json, broken: list[Violation]) -> tuple[Finding, ...]:
        """Return the findings, but for a null that is refused and so not taken as absent."""
        found = self._findings.of(branch, body) if branch else ()
        if not found:
            return ()
        refused = {each.name for each in broken}
        return tuple(each for each in found if each.rule != NULL_MEMBER or each.name not in refused)

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
        is_told = self._judged_by_cells.__contains__ if branch else self._is_no_use
        for each in violations(*self._judged(meant, branch, body), is_told):
            if branch is None or each.rule != "required":
                yield each
            elif each.name == branch.content_at and not each.reason.endswith("?"):
                yield self._with_held(branch, meant, each, body)
            else:
                yield _with_place(branch, each, body)

    def _with_held(self, branch: Branch, meant: Guess, violation: Violation, body: dict[str, Json]) -> Violation:
        """Add to a complaint about missing content that there is one of another kind."""
        held = meant.held or held_kind(self._capabilities, self._form, branch.channel, branch.row.kind, body)
        if held is None:
            return _with_place(branch, violation, body)
        there = branch.form.content_at(held)
        hint = f'{THERE}{there}`; if that is the content, `{branch.form.kind_at}` is "{held}".'
        return replace(violation, reason=f"{violation.reason}{hint}")

    def _is_no_use(self, name: str) -> bool:
        """Return whether a field needs no words if the branch is another's: the cells tell of it, or it is content."""
        return name in self._judged_by_cells or self._is_content(name)

    def _is_content(self, name: str) -> bool:
        """Return whether a field is part of the content, whose kind is not known."""
        if self._form.holder:
            return name.startswith(f"{self._form.holder}.")
        return re.split(r"[.\[]", name, maxsplit=1)[0] in self._kinds

    @cached_property
    def _judge_of_envelopes(self) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(self._envelope)

    def _judged(
        self, meant: Guess, branch: Branch | None, body: dict[str, Json]
    ) -> tuple[Json, Json, Iterator[jsonschema_rs.ValidationError]]:
        if branch is None and meant.channel is not None:
            branch = self._branches.of(meant.channel.names[self._form.dialect])[0]
        if branch is None:
            return self._envelope, body, self._judge_of_envelopes.iter_errors(body)
        return branch.schema, body, branch.validator.iter_errors(body)


def _unexplained() -> Violation:
    reason = f"A list of the body breaks the contract behind its first {LONGEST} items, further than is looked through."
    return Violation("body", "contract", reason, expected=f"at most {LONGEST} items, or right ones")


def _with_place(branch: Branch, violation: Violation, body: dict[str, Json]) -> Violation:
    """Add to a complaint about something missing that it stands elsewhere in the body."""
    moved = [(place, there) for place, there in strays(branch, body) if _is_in(there, violation.name)]
    if not moved:
        return violation
    found = found_at(with_options_in_place(branch, body), violation.name)
    nearest = near(_schema_at(branch.schema, violation.name), found)
    hint = "".join(f"{THERE}{place}`; it belongs at `{there}`." for place, there in moved)
    reason = violation.reason.partition(THERE)[0] + hint
    return replace(violation, reason=reason, nearest=None if nearest is NOTHING else nearest)


def _is_in(name: str, holder: str) -> bool:
    return name == holder or name.startswith(f"{holder}.")


def _schema_at(schema: Json, name: str) -> Json:
    for member in name.split("."):
        schema = schema["properties"][member]
    return schema
