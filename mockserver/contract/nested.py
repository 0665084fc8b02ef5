"""Names of what is wrong with a message that stands inside a larger body, such as a step or an item of a failover."""

from msgspec.structs import replace

from mockserver.contract.reasons import THERE
from mockserver.problem import Finding, Violation


def violation_at(place: str, violation: Violation) -> Violation:
    """Return a violation of a message as one of the place it stands in (``workflow[0]``), its words included."""
    name = _name_at(place, violation.name)
    reason = violation.reason.replace(f"`{violation.name}`", f"`{name}`", 1).replace(THERE, f"{THERE}{place}.")
    return replace(violation, name=name, reason=reason)


def finding_at(place: str, finding: Finding) -> Finding:
    """Return a finding on a message as one on the place it stands in, its words included."""
    name = _name_at(place, finding.name)
    return replace(finding, name=name, detail=finding.detail.replace(f"`{finding.name}`", f"`{name}`"))


def _name_at(place: str, name: str) -> str:
    return place if name == "body" else f"{place}.{name}"
