"""What an inbound message may hold is read off its own branch, in either version."""

import pytest

from mockserver.contract.inbound import InboundShapes
from mockserver.contract.specs import Specs
from mockserver.core.capabilities import Row

BESIDE_WHATSAPP = ["context_status", "context", "profile", "provider_message", "_self", "whatsapp"]


def row_of(specs: Specs, dialect: str, channel: str, kind: str) -> Row:
    row = specs.capabilities.row(channel, kind, "inbound", dialect)
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("dialect", "channel", "kind", "members", "beside"),
    [
        ("v0.1", "sms", "text", ["text"], []),
        ("v0.1", "whatsapp", "image", ["url", "caption"], []),
        ("v0.1", "messenger", "location", ["lat", "long", "url", "name", "address"], []),
        ("v0.1", "viber", "unsupported", [], []),
        ("v1", "sms", "text", ["text"], ["sms", "usage", "origin"]),
        ("v1", "mms", "image", ["url", "name", "caption"], ["content", "origin"]),
        ("v1", "rcs", "location", ["lat", "long"], ["context_status"]),
        ("v1", "whatsapp", "contacts", ["contacts"], BESIDE_WHATSAPP),
        ("v1", "whatsapp", "button", ["payload", "text", "subtype"], BESIDE_WHATSAPP),
        ("v1", "whatsapp", "unsupported", [], [each for each in BESIDE_WHATSAPP if each != "_self"]),
        ("v1", "messenger", "unsupported", [], []),
        ("v1", "viber", "text", ["text"], ["context"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_shape_tells_members_of_the_content_and_beside_it(
    specs: Specs, dialect: str, channel: str, kind: str, members: list[str], beside: list[str]
) -> None:
    shape = InboundShapes(specs).of(row_of(specs, dialect, channel, kind))

    assert (members, beside) == (list(shape.members), list(shape.beside))
    assert bool(members) == (shape.content is not None)


def test_shape_is_worked_out_once(specs: Specs) -> None:
    shapes, row = InboundShapes(specs), row_of(specs, "v1", "whatsapp", "text")

    assert shapes.of(row) is shapes.of(row)


def test_every_inbound_branch_has_a_shape_whose_schemas_stand_for_themselves(specs: Specs) -> None:
    shapes = InboundShapes(specs)
    rows = [row for row in specs.capabilities.rows if row.direction == "inbound" and row.is_supported]

    found = [shapes.of(row) for row in rows]

    assert 20 + 39 == len(found)
    assert "$ref" not in str(found)
