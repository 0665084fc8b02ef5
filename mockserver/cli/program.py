"""Puts the commands together and turns mistakes into messages and exit codes."""

import gc
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Final

import typer
from typer.main import get_command

from mockserver.cli.output import writable_output
from mockserver.cli.shell import Shell, complain
from mockserver.errors import ConfigError, MockServerError
from mockserver.version import version

_RIVAL = "mockserver-client"
_RIVAL_FILES: Final = re.compile(r"mockserver[-_.]client(-.*)?\.(dist-info|egg-info|egg)", re.IGNORECASE)
"""What an installed one leaves behind; importlib.metadata would know, but takes longer to load than to look here."""
_COMMANDS: Final = (
    "serve", "demo", "run", "record", "fuzz", "inbound", "messages", "tail", "wait", "verify", "clock", "advance",
    "coverage", "explain", "env", "rules", "faults", "check", "schema", "ready",
)  # fmt: skip
"""Each command, in the order of the help: a module of ``cli`` with a function of its name, and ``EXAMPLES``."""
_FOLDER: Final = "mockserver.cli"
_MANY_OBJECTS: Final = 50_000
"""New ones before the garbage collector looks: loading makes many that all stay, and it took a tenth of the start."""


def main(argv: list[str] | None = None, *, shell: Shell | None = None) -> None:
    """Run the command line and leave by SystemExit; ``shell`` replaces the surroundings in tests.

    Exit codes: 0 good, 1 an expectation or the contract failed, 2 wrong use or a broken file, 3 cannot listen
    or reach, 130 interrupted.
    """
    _survive_any_text()
    gc.set_threshold(_MANY_OBJECTS)
    try:
        with writable_output():
            refuse_rival(sys.path)
            args = sys.argv[1:] if argv is None else argv
            get_command(program(args[0] if args else None)).main(
                args=args, prog_name="mockserver", obj=shell or Shell()
            )
    except MockServerError as error:
        complain(error)
        sys.exit(error.exit_code)


def program(wanted: str | None = None) -> typer.Typer:
    """Return the program with all its commands, or only the one wanted if there is such: loading all takes longer."""
    app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, pretty_exceptions_enable=False, callback=_options)
    for name in (wanted,) if wanted in _COMMANDS else _COMMANDS:
        module = import_module(f"{_FOLDER}.{name}")
        app.command(name, epilog=module.EXAMPLES)(getattr(module, name))
    return app


def refuse_rival(path: Sequence[str]) -> None:
    """Raise ConfigError if another product's client is installed here: its package has the same name."""
    if any(_RIVAL_FILES.fullmatch(each) for place in path for each in (Path(place).name, *_names_in(place))):
        what = f"The distribution {_RIVAL} is installed here and ships a package of our name."
        raise ConfigError(what, fix=f"Run `pip uninstall {_RIVAL}`, or give each an environment of its own.")


def _names_in(place: str) -> list[str]:
    try:
        return [each.name for each in Path(place).iterdir()]
    except OSError:  # a zip file, or nothing
        return []


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"mockserver {version()}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    """Stand in for the Messages API on this machine: answers sends, remembers them, sends the webhooks."""


def _survive_any_text() -> None:
    """Write characters that the terminal's encoding lacks as escapes, for messages hold any."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
