"""Compiled validators of the parts of our schemas, each made once: to compile takes far longer than to judge."""

from functools import lru_cache

import jsonschema_rs

from mockserver.model import Json


def compiled(schema: Json) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of a part of a document; a schema made for the moment should be compiled by itself."""
    return _validator(_Same(schema))


class _Same:
    """A schema as a key: found again by which one it is, since to compare it would take longer than to compile it."""

    __slots__ = ("schema",)

    def __init__(self, schema: Json) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.schema is other.schema


@lru_cache(maxsize=4096)
def _validator(same: _Same) -> jsonschema_rs.Draft202012Validator:
    """Return the compiled schema; the key keeps it alive, so that its identity stays its own."""
    return jsonschema_rs.Draft202012Validator(same.schema)
