"""Compiled validators of the parts of our schemas, each made once: to compile takes far longer than to judge."""

from typing import Final

import jsonschema_rs

from mockserver.model import Json

_MOST: Final = 4096
_known: dict[int, tuple[Json, jsonschema_rs.Draft202012Validator]] = {}
"""By which schema it is, since to compare it would take longer than to compile it; it is kept, so that it stays it."""


def compiled(schema: Json) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of a part of a document; a schema made for the moment should be compiled by itself."""
    found = _known.get(id(schema))
    if found is not None:
        return found[1]
    if len(_known) >= _MOST:
        _known.clear()
    validator = jsonschema_rs.Draft202012Validator(schema)
    _known[id(schema)] = (schema, validator)
    return validator
