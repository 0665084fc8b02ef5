"""Every test run in an environment with the plugin loads it, so it must cost next to nothing until it is used."""

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NEW = """
import sys, pytest
before = set(sys.modules)
import mockserver.pytest_plugin
print(*sorted(set(sys.modules) - before))
"""


def test_plugin_imports_nothing_but_itself() -> None:
    run = subprocess.run([sys.executable, "-c", NEW], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)

    assert ["mockserver", "mockserver.pytest_plugin", "mockserver.pytest_plugin.options"] == run.stdout.split()


def test_plugin_is_found_by_pytest_wherever_the_package_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert {"messages_mockserver": "mockserver.pytest_plugin"} == project["entry-points"]["pytest11"]
    assert hasattr(import_module("mockserver.pytest_plugin"), "messages_api")
