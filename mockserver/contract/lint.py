"""What can be wrong with our own documents: unknown keywords, dangling references, rows without a branch."""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

import jsonschema_rs

from mockserver.contract.schemas import Schemas, cell_of_schema, resolved
from mockserver.core.capabilities import Capabilities
from mockserver.core.forms import Form
from mockserver.model import Json

Mistake: TypeAlias = tuple[str, str]
"""A place (a JSON pointer or a row) and a sentence."""

ONE_SCHEMA: Final = frozenset({"items", "if", "then", "else", "not"})
"""Keywords that hold one schema."""
MANY_SCHEMAS: Final = frozenset({"oneOf", "anyOf", "allOf"})
"""Keywords that hold a list of schemas."""
NAMED_SCHEMAS: Final = frozenset({"properties"})
"""Keywords that hold schemas by name."""
PLAIN: Final = frozenset(
    {
        "type",
        "const",
        "enum",
        "required",
        "dependentRequired",
        "additionalProperties",
        "minProperties",
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
    }
)
"""Keywords that hold a plain value."""
ANNOTATIONS: Final = frozenset({"description", "examples"})
"""Keywords that judge nothing."""
KEYWORDS: Final = ONE_SCHEMA | MANY_SCHEMAS | NAMED_SCHEMAS | PLAIN | ANNOTATIONS
NOTES: Final = "x-"
"""How keywords begin that hold notes for the code; they judge nothing."""
_BESIDE_REFERENCE: Final = frozenset({"$ref"}) | ANNOTATIONS


def document_mistakes(document: Json) -> Iterator[Mistake]:
    """Yield what is wrong with an OpenAPI document: its keywords first, then its references."""
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3.1"):
        yield "#", "This is not an OpenAPI 3.1 document."
        return
    yield from _keyword_mistakes(document, "#")
    yield from _reference_mistakes(document, document, "#")


def row_mistakes(capabilities: Capabilities) -> Iterator[Mistake]:
    """Yield what types cannot say of the rows: names that nothing bears, cells that contradict themselves."""
    yield from _shape_mistakes(capabilities)
    seen = set()
    for index, row in enumerate(capabilities.rows):
        cell = (row.channel, row.kind, row.direction, row.dialect)
        where = f"rows[{index}] ({row.channel} {row.kind}, {row.direction})"
        if row.channel not in capabilities.channels:
            yield where, f"No channel is called {row.channel!r}."
        elif row.dialect not in capabilities.channels[row.channel].names:
            yield where, f"The channel {row.channel} has no name in {row.dialect}."
        if cell in seen:
            yield where, "The same cell stands here twice."
        if row.is_supported and bool(row.schema) == bool(row.through):
            yield where, "A supported cell needs either a schema or a kind it goes through."
        if not row.is_supported and (row.schema or row.through):
            yield where, "An unsupported cell has neither a schema nor a kind it goes through."
        seen.add(cell)


def unmatched(capabilities: Capabilities, schemas: Schemas, form: Form) -> Iterator[Mistake]:
    """Yield every row whose branch is missing or is for another cell, and every branch that no row names."""
    for direction, branches in (
        ("outbound", schemas.outbound()),
        ("inbound", schemas.webhook("inboundMessage")),
    ):
        rows = {
            row.schema: row
            for row in capabilities.rows_in(form.dialect)
            if row.direction == direction and row.schema is not None
        }
        for name in sorted(rows.keys() - set(branches)):
            yield f"rows ({name})", f"The {direction} document has no branch {name}."
        for name in branches:
            if name not in rows:
                yield "rows", f"No {direction} row names the branch {name}."
                continue
            row = rows[name]
            cell = (capabilities.channels[row.channel].names[form.dialect], row.kind)
            if cell != cell_of_schema(schemas.component(name), form):
                yield f"rows ({name})", f"The branch {name} is not for {row.channel} and {row.kind}."


def _shape_mistakes(capabilities: Capabilities) -> Iterator[Mistake]:
    for name, shape in capabilities.shapes.items():
        if not re.fullmatch(shape.pattern, shape.example):
            yield f"shapes.{name}", "Its example does not fit its own pattern."
    for where, name in _shape_uses(capabilities):
        if name not in capabilities.shapes:
            yield where, f"No shape is called {name!r}."


def _shape_uses(capabilities: Capabilities) -> Iterator[tuple[str, str]]:
    """Yield every place that names a shape."""
    for name, channel in capabilities.channels.items():
        for direction, pair in channel.addresses.items():
            for side, address in (("from", pair.sender), ("to", pair.recipient)):
                yield f"channels.{name}.addresses.{direction}.{side}.shape", address.shape
                for dialect, shape in address.shapes.items():
                    yield f"channels.{name}.addresses.{direction}.{side}.shapes.{dialect}", shape
        for option, each in channel.options.items():
            if each.shape is not None:
                yield f"channels.{name}.options.{option}.shape", each.shape
    for index, row in enumerate(capabilities.rows):
        if row.name_shape is not None:
            yield f"rows[{index}].name_shape", row.name_shape


def _keyword_mistakes(node: Json, pointer: str) -> Iterator[Mistake]:
    """Walk the document down to its schemas: those under a key ``schema``, and the components."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from _keyword_mistakes(each, f"{pointer}/{index}")
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        where = f"{pointer}/{_escaped(key)}"
        if key == "schema":
            yield from _root_mistakes(value, where)
        elif where == "#/components/schemas" and isinstance(value, dict):
            for name, schema in value.items():
                yield from _root_mistakes(schema, f"{where}/{name}")
        else:
            yield from _keyword_mistakes(value, where)


def _root_mistakes(schema: Json, pointer: str) -> Iterator[Mistake]:
    """Hold a whole schema against JSON Schema's own schema; only what passes is safe to walk."""
    if not isinstance(schema, dict):
        yield pointer, "A schema is an object."
        return
    try:
        jsonschema_rs.meta.validate(schema)
    except jsonschema_rs.ValidationError as error:
        where = "".join(f"/{_escaped(str(part))}" for part in error.instance_path)
        yield f"{pointer}{where}", f"This is no JSON Schema: {error.message}."
    else:
        yield from _schema_mistakes(schema, pointer)


def _schema_mistakes(schema: Json, pointer: str) -> Iterator[Mistake]:
    if isinstance(schema, bool):
        yield pointer, "A schema that is just true or false tells a reader nothing; write one out."
        return
    for key, value in schema.items():
        where = f"{pointer}/{_escaped(key)}"
        known = _BESIDE_REFERENCE if "$ref" in schema else KEYWORDS
        if key.startswith(NOTES):
            continue
        if key not in known:
            beside = " beside a $ref" if "$ref" in schema else ""
            yield where, f"The schema keyword {key!r} is not known here{beside}."
        elif key in ONE_SCHEMA:
            yield from _schema_mistakes(value, where)
        elif key in MANY_SCHEMAS:
            for index, each in enumerate(value):
                yield from _schema_mistakes(each, f"{where}/{index}")
        elif key in NAMED_SCHEMAS:
            for name, each in value.items():
                yield from _schema_mistakes(each, f"{where}/{_escaped(name)}")


def _reference_mistakes(document: Json, node: Json, pointer: str) -> Iterator[Mistake]:
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from _reference_mistakes(document, each, f"{pointer}/{index}")
    if not isinstance(node, dict):
        return
    reference = node.get("$ref")
    if isinstance(reference, str):
        try:
            resolved(document, reference)
        except (KeyError, TypeError):
            yield f"{pointer}/$ref", f"The reference {reference} points at nothing."
    for key, value in node.items():
        yield from _reference_mistakes(document, value, f"{pointer}/{_escaped(str(key))}")


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
