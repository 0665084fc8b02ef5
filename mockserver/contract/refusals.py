"""Why a body is refused: the slow path, for bodies that break the contract; it gathers every violation."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import jsonschema_rs

from mockserver.contract.branches import Branch, Branches
from mockserver.contract.cells import Cells
from mockserver.contract.findings import Findings
from mockserver.contract.guess import Guess, guess
from mockserver.contract.nearest import NOTHING, near
from mockserver.contract.plain import LONGEST, plain_copy, unpaired_surrogates
from mockserver.contract.reasons import shown, violations
from mockserver.contract.reshape import looks_like_v1, misplaced_options, v1_violation
from mockserver.core.capabilities import Capabilities
from mockserver.model import Json
from mockserver.problem import Verdict, Violation

_JUDGED_BY_CELLS: Final = frozenset({"to.type", "from.type", "message.content.type"})
_CONTENT: Final = "message.content."


class Refusals:
    """Explains bodies. ``envelope`` is the schema of what can be said when not even the channel is known."""

    def __init__(self, capabilities: Capabilities, dialect: str, branches: Branches, envelope: Json) -> None:
        self._capabilities = capabilities
        self._dialect = dialect
        self._branches = branches
        self._envelope = envelope
        self._cells = Cells(capabilities, dialect)
        self._findings = Findings(capabilities, dialect)

    def verdict(self, body: Json) -> Verdict:
        """Return every violation of a body, those of the parties and the kind first."""
        if not isinstance(body, dict):
            reason = f"The body is {shown(body)}; expected an object with `from`, `to` and `message`."
            return Verdict(None, None, None, (Violation("body", "not_object", reason, expected="an object"),))
        torn = list(unpaired_surrogates(body))
        whole, body = body, plain_copy(body)
        meant = guess(self._capabilities, self._dialect, body)
        branch = self._branch(meant)
        broken = [
            *torn,
            *([v1_violation(body)] if looks_like_v1(body) else []),
            *self._cells.party_types(body, meant),
            *self._cells.content_type(body, meant),
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
        return self._cells.custom_refusals(branch.channel, body["message"]["content"].get("custom"))

    def _branch(self, meant: Guess) -> Branch | None:
        if meant.channel is None or meant.kind is None:
            return None
        return self._branches.by_cell.get((meant.channel.names[self._dialect], meant.kind))

    def _schema_violations(self, meant: Guess, branch: Branch | None, body: dict[str, Json]) -> Iterator[Violation]:
        """Hold a body against its branch; without one, all but the content against another of the channel."""
        for each in violations(*self._judged(meant, branch, body)):
            if each.name in _JUDGED_BY_CELLS or (branch is None and each.name.startswith(_CONTENT)):
                continue
            yield each if branch is None else _with_place(branch, each, body)

    def _judged(
        self, meant: Guess, branch: Branch | None, body: dict[str, Json]
    ) -> tuple[Json, Json, Iterator[jsonschema_rs.ValidationError]]:
        if branch is None and meant.channel is not None:
            branch = self._branches.of(meant.channel.names[self._dialect])[0]
        if branch is None:
            return self._envelope, body, jsonschema_rs.Draft202012Validator(self._envelope).iter_errors(body)
        return branch.schema, body, branch.validator.iter_errors(body)


def _unexplained() -> Violation:
    reason = f"A list of the body breaks the contract behind its first {LONGEST} items, further than is looked through."
    return Violation("body", "contract", reason, expected=f"at most {LONGEST} items, or right ones")


def _with_place(branch: Branch, violation: Violation, body: dict[str, Json]) -> Violation:
    """Add to a complaint about missing options that they stand elsewhere in the body."""
    place = misplaced_options(branch.wire_name, body)
    if violation.rule != "required" or violation.name != f"message.{branch.wire_name}" or place is None:
        return violation
    there = f"at `{place}`" if "." in place else "at the top of the body"
    nearest = near(branch.schema["properties"]["message"]["properties"][branch.wire_name], _at(place, body))
    reason = f"{violation.reason} It stands {there}; move it beside `content`."
    return replace(violation, reason=reason, nearest=None if nearest is NOTHING else nearest)


def _at(place: str, body: Json) -> Json:
    for member in place.split("."):
        body = body[member]
    return body
