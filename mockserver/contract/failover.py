"""What the contract of Messages v1 says of whole requests: a message, the others to try, and later updates.

Source: domain facts, messages-v1 parts 1 and 5.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from mockserver.contract.check import MessagesContract
from mockserver.contract.nested import finding_at, violation_at
from mockserver.contract.reasons import MOST, shown
from mockserver.contract.specs import Specs
from mockserver.core.forms import V1
from mockserver.model import Json
from mockserver.problem import Finding, Verdict, Violation

FAILOVER: Final = "failover"
_UPDATE: Final = "Update"


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
        verdicts = [super(FailoverContract, self).check(each) for each in items[:MOST]]
        broken = (*verdict.violations, *islice(_broken(items, verdicts), MOST))
        return replace(verdict, violations=broken, findings=(*verdict.findings, *_findings(items, verdicts)))

    def nearest(self, body: Json) -> Json | None:
        """Return the closest body that would be accepted, item by item; see ``MessagesContract.nearest``."""
        if not isinstance(body, dict) or not isinstance(body.get(FAILOVER), list):
            return super().nearest(body)
        if self.check(body).is_valid:
            return body
        first = super().nearest({name: each for name, each in body.items() if name != FAILOVER})
        items = [super(FailoverContract, self).nearest(each) for each in body[FAILOVER]]
        return None if first is None or None in items else {**first, FAILOVER: items}

    def check_update(self, body: Json) -> Verdict:
        """Return the verdict on the body of a PATCH."""
        broken = self.component_violations(_UPDATE, body)
        return Verdict(None, None, _UPDATE, broken)


def _broken(items: list[Json], verdicts: list[Verdict]) -> Iterator[Violation]:
    for index, (item, verdict) in enumerate(zip(items, verdicts, strict=False)):
        place = f"{FAILOVER}[{index}]"
        if not isinstance(item, dict):
            reason = f"`{place}` is {shown(item)}; expected a whole message, an object with its own `channel`."
            yield Violation(place, "type", reason, expected="a whole message")
            continue
        yield from (violation_at(place, each) for each in verdict.violations)
    if len(items) > MOST:
        reason = f"`{FAILOVER}` has {len(items)} items; no more than {MOST} are looked at here."
        yield Violation(FAILOVER, "max_items", reason, expected=f"at most {MOST} items")


def _findings(items: list[Json], verdicts: list[Verdict]) -> Iterator[Finding]:
    if not items:
        detail = f"`{FAILOVER}` is empty; what the real API makes of that is not documented. It is taken as absent."
        yield Finding(FAILOVER, "empty_failover", detail)
    for index, (item, verdict) in enumerate(zip(items, verdicts, strict=False)):
        place = f"{FAILOVER}[{index}]"
        if isinstance(item, dict) and FAILOVER in item:
            yield Finding(
                f"{place}.{FAILOVER}",
                "nested_failover",
                f"`{place}.{FAILOVER}` has no effect; a failover stands at the top of the body only.",
            )
        yield from (finding_at(place, each) for each in verdict.findings)
