"""The JSON Schema of scenario files: that of the models, with the names of ``specs/`` and expressions added."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from mockserver.contract.specs import Specs
from mockserver.core.expressions import PATH
from mockserver.model import Json
from mockserver.scenario.cells import Cells
from mockserver.scenario.models import ScenarioFile
from mockserver.scenario.words import DURATION_SCHEMA, X_FROM

FILE_NAME: Final = "scenario.schema.json"
"""What the schema is called in ``docs/``."""
_DEFS: Final = "#/$defs/"
_EXPRESSION: Final = {"$ref": f"{_DEFS}Expression"}
_TESTS: Final = {"$ref": f"{_DEFS}Tests"}
_NULL: Final = {"type": "null"}
_FIXED: Final = ("integer", "number", "boolean")
"""Types that an expression stands for only as a text."""
_WORDS: Final[tuple[str, ...]] = ("description", "examples", "default")
"""Members of a schema that only tell."""
_KEPT: Final[tuple[str, ...]] = ("examples", "default", "enum", "const")
"""Members of a schema that hold values, not schemas."""


def scenario_schema(specs: Specs) -> dict[str, Json]:
    """Return the JSON Schema of a scenario file."""
    schema: dict[str, Json] = ScenarioFile.model_json_schema()
    definitions = _walked(schema.pop("$defs"), _readable)
    definitions |= {name: each for name, each in _shared(specs).items() if _is_used(name, schema, definitions)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": FILE_NAME,
        "title": "Scenario of messages-mockserver",
        **_walked(schema, _readable),
        "$defs": dict(sorted(definitions.items())),
    }


def _is_used(name: str, *schemas: Json) -> bool:
    """Return whether schemas refer to a shared one; names are referred to by their patterns as well."""
    wanted = (f"{_DEFS}{name}", f"{_DEFS}{name.replace('name-of-', 'pattern-of-')}")
    return name == "Expression" or any(f'"{each}"' in json.dumps(schemas) for each in wanted)


def written(schema: Mapping[str, Json]) -> str:
    """Return a schema as the text of a file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _shared(specs: Specs) -> dict[str, Json]:
    """Return what many keys take: expressions, durations, patterns, and the names of ``specs/``."""
    cells = Cells(specs)
    names: Mapping[str, Iterable[Json]] = {
        **cells.names,
        "channels": tuple(dict.fromkeys(cells.aliases)),
        "codes": tuple(specs.errors),
    }
    scalar = {"type": ["string", "number", "boolean", "null"]}
    return {
        "Expression": {
            "type": "string",
            "pattern": r"\$\{" + PATH.pattern + r"\}",
            "description": "A value that is worked out, such as ${vars.clinic}.",
        },
        "Duration": {"anyOf": [*DURATION_SCHEMA, _EXPRESSION]},
        "Pattern": _pattern(scalar),
        **{f"name-of-{of}": {"anyOf": [{"enum": list(each)}, _EXPRESSION]} for of, each in names.items()},
        **{f"pattern-of-{of}": _pattern({"$ref": f"{_DEFS}name-of-{of}"}) for of in names},
    }


def _pattern(scalar: Json) -> Json:
    return {"anyOf": [scalar, {"type": "array", "minItems": 1, "items": scalar}, _TESTS]}


def _walked(schema: Json, change: Callable[[dict[str, Json]], dict[str, Json]]) -> Json:
    """Return a schema with every schema in it changed, the inner ones first."""
    if isinstance(schema, list):
        return [_walked(each, change) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    walked = {}
    for name, each in schema.items():
        if name == "properties":
            walked[name] = {key: _walked(inner, change) for key, inner in each.items()}
        else:
            walked[name] = each if name in _KEPT else _walked(each, change)
    return change(walked)


def _readable(schema: dict[str, Json]) -> dict[str, Json]:
    """Return one schema as an editor should have it."""
    if "patternProperties" in schema:
        schema["additionalProperties"] = False
    schema = _without_null({name: each for name, each in schema.items() if name != "title" or isinstance(each, dict)})
    words = {name: schema[name] for name in _WORDS if name in schema and schema[name] is not None}
    is_pattern = _TESTS in schema.get("oneOf", ())
    if (of := schema.get(X_FROM)) is not None:
        return {"$ref": f"{_DEFS}{'pattern' if is_pattern else 'name'}-of-{of}", **words}
    if is_pattern:
        return {"$ref": f"{_DEFS}Pattern", **words}
    if schema.get("anyOf") == DURATION_SCHEMA:
        return {"$ref": f"{_DEFS}Duration", **words}
    if schema.get("type") in _FIXED or "enum" in schema:
        rest = {name: each for name, each in schema.items() if name not in _WORDS}
        return {"anyOf": [rest, _EXPRESSION], **words}
    return schema


def _without_null(schema: dict[str, Json]) -> dict[str, Json]:
    """Return a schema that takes no null, where null only stands for a key left out."""
    branches = schema.get("anyOf")
    if not isinstance(branches, list) or _NULL not in branches:
        return schema
    rest = [each for each in branches if each != _NULL]
    schema = {name: each for name, each in schema.items() if name not in {"anyOf", "default"}}
    return {**rest[0], **schema} if len(rest) == 1 else {**schema, "anyOf": rest}
