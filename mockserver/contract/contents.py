"""Which members of an inbound message a tester may give: those of its content, and some beside it."""

from mockserver.contract.inbound import shape_of
from mockserver.contract.specs import Specs
from mockserver.core.capabilities import Row

FURTHER = ("context", "profile")
"""Members beside the content that a tester may give, where a document has them."""


def content_members(row: Row, specs: Specs) -> tuple[str, ...]:
    """Return the members of the content of a supported inbound cell; a bare kind, such as text, is a member itself."""
    return tuple(shape_of(row, specs.schemas(row.dialect)).members)


def further_members(row: Row, specs: Specs) -> tuple[str, ...]:
    """Return what a supported inbound cell may hold beside its content."""
    beside = shape_of(row, specs.schemas(row.dialect)).beside
    return tuple(each for each in FURTHER if each in beside)
