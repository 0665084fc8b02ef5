"""The list of rules has every name that the package gives to one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import mockserver
from mockserver.contract.specs import load_specs
from mockserver.problem import RULES

_MAKERS = {"Violation": 1, "Finding": 1, "_made": 1, "_refuse": 3}
"""What makes violations and findings, and the place of the rule among its arguments."""


def _names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        place = _MAKERS.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
        given = [each.value for each in node.keywords if each.arg == "rule"]
        given += [] if place is None else node.args[place : place + 1]
        yield from (each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str))


def test_every_rule_that_is_named_in_the_package_is_known() -> None:
    folder = Path(mockserver.__file__).parent
    rooms = ("contract", "service", "web", "wire")

    named = {name for room in rooms for path in (folder / room).rglob("*.py") for name in _names(path)}

    assert {"required", "credentials", "balance", "repeated_key"} <= named
    assert not named - set(RULES)


def test_rules_of_the_provider_have_other_names() -> None:
    assert not set(load_specs().provider.names) & set(RULES)
