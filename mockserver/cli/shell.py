"""What a command finds around it: environment, standard input, working folder; and how a mistake is told."""

import io
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import typer

from mockserver.errors import MockServerError, UsageError


def _stdin() -> BinaryIO:
    """Return standard input; one that was closed holds nothing, and most commands do not ask for it."""
    # The stub denies it, but Python has None for a stream that was closed before it started.
    stream = cast("TextIO | None", sys.stdin)
    return io.BytesIO() if stream is None else stream.buffer


def _folder() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        what = f"The working folder cannot be used: {error.strerror}."
        raise UsageError(what, fix="It may have been removed; change to another.") from None


@dataclass(frozen=True, slots=True)
class Shell:
    """The surroundings of a command. ``folder`` is where relative paths begin."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    stdin: BinaryIO = field(default_factory=_stdin)
    folder: Path = field(default_factory=_folder)


def shell_of(context: typer.Context) -> Shell:
    """Return the surroundings that ``main`` put into the context of a command."""
    return cast("Shell", context.obj)  # typer hands through what main gave it, as Any


def tell(error: MockServerError) -> str:
    """Say a mistake in one line: where, what, and how to mend it."""
    place = f"{error.where}: " if error.where else ""
    what = error.what if error.what.endswith((".", "!", "?")) else f"{error.what}."
    return f"{place}{what} {error.fix or ''}".rstrip()


def complain(error: MockServerError) -> None:
    """Print a mistake to standard error, if that takes any."""
    with suppress(OSError):
        print(f"mockserver: {tell(error)}", file=sys.stderr, flush=True)
