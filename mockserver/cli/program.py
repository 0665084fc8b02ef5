"""Puts the commands together and turns mistakes into messages and exit codes."""

import sys
from collections.abc import Sequence
from importlib import metadata
from io import TextIOWrapper
from typing import Annotated

import typer
from typer.main import get_command

from mockserver.cli import (
    check,
    clock,
    coverage,
    demo,
    env,
    explain,
    faults,
    fuzz,
    inbound,
    messages,
    ready,
    record,
    rules,
    run,
    schema,
    serve,
    tail,
    verify,
    wait,
)
from mockserver.cli.output import writable_output
from mockserver.cli.shell import Shell, complain
from mockserver.errors import ConfigError, MockServerError

_RIVAL = "mockserver-client"
_COMMANDS = (
    (serve.serve, serve.EXAMPLES),
    (demo.demo, demo.EXAMPLES),
    (run.run, run.EXAMPLES),
    (record.record, record.EXAMPLES),
    (fuzz.fuzz, fuzz.EXAMPLES),
    (inbound.inbound, inbound.EXAMPLES),
    (messages.messages, messages.EXAMPLES),
    (tail.tail, tail.EXAMPLES),
    (wait.wait, wait.EXAMPLES),
    (verify.verify, verify.EXAMPLES),
    (clock.clock, clock.CLOCK_EXAMPLES),
    (clock.advance, clock.ADVANCE_EXAMPLES),
    (coverage.coverage, coverage.EXAMPLES),
    (explain.explain, explain.EXAMPLES),
    (env.env, env.EXAMPLES),
    (rules.rules, rules.EXAMPLES),
    (faults.faults, faults.EXAMPLES),
    (check.check, check.EXAMPLES),
    (schema.schema, schema.EXAMPLES),
    (ready.ready, ready.EXAMPLES),
)


def main(argv: list[str] | None = None, *, shell: Shell | None = None) -> None:
    """Run the command line and leave by SystemExit; ``shell`` replaces the surroundings in tests.

    Exit codes: 0 good, 1 an expectation or the contract failed, 2 wrong use or a broken file, 3 cannot listen
    or reach, 130 interrupted.
    """
    _survive_any_text()
    try:
        with writable_output():
            refuse_rival(sys.path)
            get_command(program()).main(args=argv, prog_name="mockserver", obj=shell or Shell())
    except MockServerError as error:
        complain(error)
        sys.exit(error.exit_code)


def program() -> typer.Typer:
    """Return the program with all its commands."""
    app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, pretty_exceptions_enable=False, callback=_options)
    for command, epilog in _COMMANDS:
        app.command(epilog=epilog)(command)
    return app


def refuse_rival(path: Sequence[str]) -> None:
    """Raise ConfigError if another product's client is installed here: its package has the same name."""
    if any(True for _ in metadata.distributions(name=_RIVAL, path=list(path))):
        what = f"The distribution {_RIVAL} is installed here and ships a package of our name."
        raise ConfigError(what, fix=f"Run `pip uninstall {_RIVAL}`, or give each an environment of its own.")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"mockserver {metadata.version('messages-mockserver')}")
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
