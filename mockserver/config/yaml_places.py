"""Knows on which line each key of a YAML text stands; apart from ``places``, since YAML takes a while to load."""

from collections.abc import Iterator
from typing import Any

import yaml

from mockserver.config.places import KeyPath

YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The fast loader where it exists; ``specs/`` is read by the same one."""


def yaml_lines(text: str) -> dict[KeyPath, int]:
    """Return the line of each key and each list item of a valid YAML text."""
    return dict(_node_lines(yaml.compose(text, YAML_LOADER), ()))


def _node_lines(node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    """Yield the lines of all that a composed YAML node holds."""
    for part, place, value in _children(node):
        inner = (*path, part)
        yield inner, place.start_mark.line + 1
        yield from _node_lines(value, inner)


def _children(node: Any) -> Iterator[tuple[str | int, Any, Any]]:
    """Yield the name, the node that tells the line, and the value of each child."""
    match getattr(node, "id", "scalar"):
        case "mapping":
            yield from ((key.value, key, value) for key, value in node.value)
        case "sequence":
            yield from ((index, item, item) for index, item in enumerate(node.value))
