"""What the contract of Messages v1 says of whole requests: a message, the others to try, and later updates.

Source: domain facts, messages-v1 parts 1 and 5.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Final, TypeAlias

from msgspec.structs import replace

from mockserver.contract.check import MessagesContract
from mockserver.contract.findings import unknown_member
from mockserver.contract.members import KnownMembers, known_members, oddities
from mockserver.contract.nearest import NOTHING, near
from mockserver.contract.nested import finding_at, violation_at
from mockserver.contract.plain import has_long_list, is_plain
from mockserver.contract.reasons import MOST
from mockserver.contract.specs import Specs
from mockserver.core.forms import V1
from mockserver.model import Json
from mockserver.problem import Finding, Verdict, Violation

FAILOVER: Final = "failover"
_UPDATE: Final = "Update"

_Said: TypeAlias = tuple[tuple[Violation, ...], tuple[Finding, ...]]
"""What is wrong with an item, and what is odd about it."""


class FailoverContract(MessagesContract):
    """The contract of Messages v1: each item of a failover is judged as a message of its own, by its own branch."""

    def __init__(self, specs: Specs) -> None:
        super().__init__(specs, V1)

    def check(self, body: Json) -> Verdict:
        """Return the verdict on a request body: every violation at once, those of the first message in front."""
        verdict = super().check(body)
        items = body.get(FAILOVER) if isinstance(body, dict) else None
        if not isinstance(items, list):
            return verdict
        said = list(self._all_said(items))
        broken, found = tuple(islice(_broken(items, said), MOST)), tuple(_findings(items, said))
        if not broken and not found:
            return verdict
        return replace(verdict, violations=verdict.violations + broken, findings=verdict.findings + found)

    def accepts(self, body: Json) -> bool:
        """Return whether a request body breaks no rule, without saying which."""
        items = body.get(FAILOVER) if isinstance(body, dict) else None
        if not isinstance(items, list):
            return super().accepts(body)
        return super().accepts(body) and all(super(FailoverContract, self).accepts(each) for each in items)

    def _all_said(self, items: list[Json]) -> Iterator[_Said]:
        """Yield what there is to say of each item, until enough is wrong."""
        wrong = 0
        for each in items:
            said = self._said(each)
            yield said
            wrong += len(said[0])
            if wrong >= MOST:
                return

    def _said(self, item: Json) -> _Said:
        """Return what is wrong with an item and what is odd; no verdict is made of a valid one, to save the time."""
        branch = self._named_branch(item)
        if branch is None or not is_plain(item) or not branch.validator.is_valid(item):
            verdict = self._refusals.verdict(item, branch)
            return verdict.violations, verdict.findings
        return self._refusals.custom_refusals(branch, item), self._findings.of(branch, item)

    def nearest(self, body: Json) -> Json | None:
        """Return the closest body that would be accepted, item by item; hopeless items are left out.

        See ``MessagesContract.nearest``.
        """
        items = body.get(FAILOVER) if isinstance(body, dict) else None
        if not isinstance(items, dict | list) or has_long_list(body):
            return super().nearest(body)
        if self.accepts(body):
            return body
        first = super().nearest({name: each for name, each in body.items() if name != FAILOVER})
        each_item = items if isinstance(items, list) else [items]
        mended = (super(FailoverContract, self).nearest(each) for each in each_item)
        others = [each for each in mended if each is not None]
        return {**first, FAILOVER: others} if first is not None and others else first

    @cached_property
    def _update_members(self) -> KnownMembers:
        return known_members(self._schemas.component(_UPDATE))

    def check_update(self, body: Json) -> Verdict:
        """Return the verdict on the body of a PATCH."""
        broken = self.component_violations(_UPDATE, body)
        strange = () if broken else oddities(self._update_members, body).strangers
        return Verdict(
            None, None, _UPDATE, broken, tuple(unknown_member(at.name(name), name, at.names) for at, name in strange)
        )

    def nearest_update(self, body: Json) -> Json | None:
        """Return the closest body of a PATCH that would be accepted; ``None`` if what was meant cannot be made out."""
        found = near(self._schemas.component(_UPDATE), body)
        return None if found is NOTHING else found


def _broken(items: list[Json], said: list[_Said]) -> Iterator[Violation]:
    for index, (violations, _) in enumerate(said):
        if violations and isinstance(items[index], dict):  # what is none breaks the schema of the list
            yield from (violation_at(f"{FAILOVER}[{index}]", each) for each in violations)


def _findings(items: list[Json], said: list[_Said]) -> Iterator[Finding]:
    if not items:
        detail = f"`{FAILOVER}` is empty; what the real API makes of that is not documented. It is taken as absent."
        yield Finding(FAILOVER, "empty_failover", detail)
    for index, (_, findings) in enumerate(said):
        if isinstance(items[index], dict) and FAILOVER in items[index]:
            name = f"{FAILOVER}[{index}].{FAILOVER}"
            detail = f"`{name}` has no effect; a failover stands at the top of the body only."
            yield Finding(name, "nested_failover", detail)
        if findings:
            yield from (finding_at(f"{FAILOVER}[{index}]", each) for each in findings)
