"""``mockserver demo``: the main job in seconds, on a bundled client."""

import sys

import typer

from mockserver.cli.options import examples
from mockserver.cli.output import has_colour
from mockserver.cli.shell import shell_of

EXAMPLES = examples("mockserver demo", "NO_COLOR=1 mockserver demo")


def demo(context: typer.Context) -> None:
    """Show the main job in seconds.

    A bundled client sends messages, gets their statuses and a reply; a verdict follows.
    """
    from mockserver.demo import run_demo

    raise typer.Exit(run_demo(sys.stdout, colour=has_colour(shell_of(context).environ, sys.stdout)))
