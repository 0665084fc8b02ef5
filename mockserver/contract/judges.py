"""Schemas with their compiled forms: holds a value against one; which schema that is, its caller knows."""

from collections.abc import Callable, Hashable

import jsonschema_rs

from mockserver.contract.reasons import violations
from mockserver.model import Json
from mockserver.problem import Violation


class Judges:
    """Schemas by key, each found and compiled on first use."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[Json, jsonschema_rs.Draft202012Validator]] = {}

    def violations(self, key: Hashable, find: Callable[[], Json], value: Json) -> tuple[Violation, ...]:
        """Return what is wrong with a value by the schema of a key, which ``find`` returns."""
        if key not in self._known:
            schema = find()
            self._known[key] = (schema, jsonschema_rs.Draft202012Validator(schema))
        schema, validator = self._known[key]
        return violations(schema, value, validator.iter_errors(value))
