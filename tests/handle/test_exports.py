"""The package's front door: the public names, imported only when they are asked for."""

import subprocess
import sys

import pytest

import mockserver


def test_package_imports_nothing_by_itself() -> None:
    program = "import sys, typing; before = set(sys.modules); import mockserver; print(*set(sys.modules) - before)"

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "mockserver" == run.stdout.strip()


def test_handle_imports_no_server() -> None:
    program = "import sys; from mockserver import MockServer, Settings; print('starlette' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "False" == run.stdout.strip()


@pytest.mark.parametrize("name", mockserver.__all__)
def test_public_names_are_there(name: str) -> None:
    assert name == getattr(mockserver, name).__name__


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="module 'mockserver' has no attribute 'MokServer'"):
        mockserver.MokServer  # noqa: B018, asked for
