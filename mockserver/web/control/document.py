"""The OpenAPI document of the control API, made from its table."""

import re

from mockserver.model import Json
from mockserver.web.control.table import PREFIX, ROUTES, ControlRoute, Parameter


def control_document(version: str) -> Json:
    """Return the OpenAPI 3.1 document of ``/_mock``."""
    paths: dict[str, Json] = {}
    for route in ROUTES:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "mockserver control API", "version": version},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": {"Problem": _PROBLEM}},
    }


_PROBLEM: Json = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "where": {"type": "string"},
        "fix": {"type": "string"},
    },
}
_PROBLEM_ANSWER: Json = {
    "description": "What is wrong, and how to mend it.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _values(parameter: Parameter) -> Json:
    """Return the schema of a parameter; several values stand in one, with commas between."""
    if not parameter.is_list:
        return {"schema": parameter.schema}
    return {"schema": {"type": "array", "items": parameter.schema}, "explode": False}


def _operation(route: ControlRoute) -> Json:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    in_query = [
        {"name": each.name, "in": "query", "description": each.about, **_values(each)} for each in route.parameters
    ]
    answer: Json = {"description": route.summary}
    if route.status != 204:  # noqa: PLR2004 - no content
        answer["content"] = {route.answers: {"schema": {}}}
    operation: dict[str, Json] = {
        "operationId": route.handler,
        "summary": route.summary,
        "parameters": in_path + in_query,
        "responses": {str(route.status): answer, "default": _PROBLEM_ANSWER},
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": route.body}}}
    return operation
