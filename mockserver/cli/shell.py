"""What a command finds around it: environment, standard input, working folder; and how a mistake is told."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import typer

from mockserver.errors import MockServerError


def _no_input() -> BinaryIO:
    return sys.stdin.buffer


@dataclass(frozen=True, slots=True)
class Shell:
    """The surroundings of a command. ``folder`` is where relative paths begin."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    stdin: BinaryIO = field(default_factory=_no_input)
    folder: Path = field(default_factory=Path.cwd)


def shell_of(context: typer.Context) -> Shell:
    """Return the surroundings that ``main`` put into the context of a command."""
    return cast("Shell", context.obj)  # typer hands through what main gave it, as Any


def tell(error: MockServerError) -> str:
    """Say a mistake in one line: where, what, and how to mend it."""
    place = f"{error.where}: " if error.where else ""
    what = error.what if error.what.endswith((".", "!", "?")) else f"{error.what}."
    return f"{place}{what} {error.fix or ''}".rstrip()


def complain(error: MockServerError) -> None:
    """Print a mistake to standard error."""
    print(f"mockserver: {tell(error)}", file=sys.stderr)
