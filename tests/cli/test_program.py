"""The program as a whole: help, version, mistakes, and what it loads."""

import re
import subprocess
import sys
from contextlib import redirect_stdout
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import pytest

from mockserver import delivery
from mockserver.cli import styles
from mockserver.cli.program import main, refuse_rival
from mockserver.cli.shell import tell
from mockserver.errors import ConfigError, MockServerError, UsageError
from tests.cli.conftest import PATIENCE_S, Cli

COMMANDS = [
    *("serve", "demo", "run", "record", "fuzz", "inbound", "messages", "tail", "wait", "verify", "clock", "advance"),
    *("coverage", "explain", "env", "rules", "faults", "check", "schema", "ready"),
]
HEAVY = ("aiohttp", "faker", "jsonschema_rs", "openapi_core", "pydantic", "rich", "starlette", "trustme", "uvicorn")


def test_help_lists_every_command_with_a_whole_sentence(cli: Cli) -> None:
    outcome = cli("--help")

    listed = re.findall(r"^  (\w+) +(.+)$", outcome.out.partition("Commands:\n")[2], re.MULTILINE)
    assert (0, COMMANDS) == (outcome.code, [name for name, _ in listed])
    assert [] == [about for _, about in listed if not about.endswith(".") or about.endswith("...")]


def test_nothing_at_all_shows_the_help(cli: Cli) -> None:
    outcome = cli()

    assert (2, True) == (outcome.code, "Commands:" in outcome.out + outcome.err)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_ends_in_examples(command: str, cli: Cli) -> None:
    outcome = cli(command, "--help")

    examples = outcome.out.partition("Examples:\n")[2].split("\n")
    assert 0 == outcome.code
    assert [] == [line for line in examples if line.strip() and f"mockserver {command}" not in line]
    assert any(line.strip() for line in examples)


def test_version_is_the_one_installed(cli: Cli) -> None:
    outcome = cli("--version")

    assert (0, f"mockserver {version('messages-mockserver')}\n") == (outcome.code, outcome.out)


def test_the_command_line_can_be_called_from_python_with_any_output() -> None:
    with redirect_stdout(StringIO()) as printed, pytest.raises(SystemExit):
        main(["--version"])

    assert printed.getvalue().startswith("mockserver ")


def test_wrong_use_ends_with_2(cli: Cli) -> None:
    outcome = cli("serve", "--prot", "1")

    assert (2, True) == (outcome.code, "--prot" in outcome.err)


def test_an_unknown_command_ends_with_2_and_the_one_meant(cli: Cli) -> None:
    outcome = cli("sevre")

    assert (2, True) == (outcome.code, "serve" in outcome.err)


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, mockserver.cli; print([each for each in {HEAVY} if each in sys.modules])"

    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=PATIENCE_S
    ).stdout

    assert "[]\n" == printed


@pytest.mark.parametrize(
    "name",
    [
        "mockserver_client-9.2.0.dist-info",
        "Mockserver_Client-1.0.dist-info",
        "mockserver_client-5.0-py3.11.egg-info",
        "mockserver_client.egg-info",
        "mockserver_client-5.0-py3.11.egg",
    ],
)
def test_another_products_client_beside_us_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()

    with pytest.raises(ConfigError):
        refuse_rival([str(tmp_path / name)])
    with pytest.raises(ConfigError) as caught:
        refuse_rival([str(tmp_path)])

    assert (
        "The distribution mockserver-client is installed here and ships a package of our name."
        " Run `pip uninstall mockserver-client`, or give each an environment of its own."
    ) == str(caught.value)


def test_without_that_client_there_is_nothing_to_refuse(tmp_path: Path) -> None:
    for name in ("mockserver_clients-1.0.dist-info", "messages_mockserver-1.0.dist-info", "mockserver_client"):
        (tmp_path / name).mkdir()
    (tmp_path / "library.zip").write_bytes(b"PK")

    refuse_rival([str(tmp_path), str(tmp_path / "library.zip"), str(tmp_path / "gone"), *sys.path])


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UsageError("kind is missing", fix="Known: text."), "kind is missing. Known: text."),
        (UsageError("What is this?"), "What is this?"),
        (ConfigError("It is wrong.", where="a.toml:1"), "a.toml:1: It is wrong."),
    ],
)
def test_a_mistake_is_told_in_one_line(error: MockServerError, line: str) -> None:
    assert line == tell(error)


def test_what_counts_as_acknowledged_is_what_stops_the_retries() -> None:
    assert delivery.ACKNOWLEDGED == styles.ACKNOWLEDGED
