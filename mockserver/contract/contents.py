"""Which members the content of an inbound message has, read from its own document; reads no message."""

from collections.abc import Iterator

from mockserver.contract.specs import Specs
from mockserver.core.capabilities import Row
from mockserver.core.forms import FORMS
from mockserver.model import Json

FURTHER = ("context", "profile")
"""Members beside the content that a tester may give, where a document has them."""


def content_members(row: Row, specs: Specs) -> tuple[str, ...]:
    """Return the members of the content of an inbound cell; a bare kind, such as text, is a member itself."""
    properties = _content(row, specs)
    member = dict(_properties(properties.get(row.kind, {}), specs, row))
    return tuple(member) or ((row.kind,) if row.kind in properties else ())


def further_members(row: Row, specs: Specs) -> tuple[str, ...]:
    """Return what an inbound cell may hold beside its content."""
    return tuple(each for each in FURTHER if each in _content(row, specs))


def _content(row: Row, specs: Specs) -> dict[str, Json]:
    """Return the members of the object that the content of a cell stands in."""
    schema: Json = {"$ref": f"#/components/schemas/{row.schema}"}
    for name in filter(None, FORMS[row.dialect].holder.split(".")):
        schema = dict(_properties(schema, specs, row))[name]
    return dict(_properties(schema, specs, row))


def _properties(schema: Json, specs: Specs, row: Row) -> Iterator[tuple[str, Json]]:
    schemas = specs.documents[f"messages-{row.dialect}"]["components"]["schemas"]
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    yield from schema.get("properties", {}).items()
