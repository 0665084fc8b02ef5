"""Prints data for people and programs: tables, lines, JSON; colours only where someone looks."""

import errno
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from mockserver.errors import UsageError
from mockserver.model import Json

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH_OF_TEXT = 60
_WIDEST = 10_000
_LAST_STANDARD = 2
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
"""What a stream says that takes no more. EPIPE is not among them: a reader who has enough is no mistake."""


@contextmanager
def writable_output() -> Iterator[None]:
    """Raise UsageError if standard output does not take what the block prints; a closed standard error swallows all."""
    _fill_closed_streams()
    with ExitStack() as replaced:
        # The stubs deny it, but Python has None for a stream that was closed before it started.
        if cast("TextIO | None", sys.stdout) is None:
            replaced.enter_context(redirect_stdout(_Closed()))
        if cast("TextIO | None", sys.stderr) is None:
            replaced.enter_context(redirect_stderr(io.StringIO()))
        try:
            try:
                yield
            finally:
                sys.stdout.flush()
        except OSError as error:
            if error.errno not in _FULL:
                raise
            _drop_output()
            what = f"Output cannot be written: {error.strerror}."
            raise UsageError(what, fix="Send it elsewhere.") from None


class _Closed(io.StringIO):
    """Standard output that was closed before the program started."""

    def write(self, _text: str, /) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def _fill_closed_streams() -> None:
    """Open what the standard streams stand for where it is closed; uvloop dies of a socket that gets such a number."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST_STANDARD:
        pass
    os.close(descriptor)


def _drop_output() -> None:
    """Send what is still buffered nowhere, else Python tries to write it once more at its end, and complains."""
    with suppress(OSError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123, a device
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def show_json(value: Json) -> None:
    """Print a value as indented JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def show_json_line(value: Json) -> None:
    """Print a value as one line of JSON, at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def is_fancy(environ: Mapping[str, str], stream: TextIO) -> bool:
    """Tell whether a stream is looked at by a person with a capable terminal; FORCE_COLOR says yes."""
    if environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def has_colour(environ: Mapping[str, str], stream: TextIO) -> bool:
    """Tell whether to print colours: NO_COLOR says no."""
    return is_fancy(environ, stream) and not environ.get("NO_COLOR")


def one_line(text: object, width: int = _WIDTH_OF_TEXT) -> str:
    """Return a text on one line of at most ``width`` characters, control characters written out."""
    visible = "".join(each if each.isprintable() else repr(each)[1:-1] for each in str(text or ""))
    return visible if len(visible) <= width else visible[: width - 1] + "…"


def clock_time(at: str) -> str:
    """Return the time of day of an ISO 8601 timestamp, as it stands there (UTC)."""
    return at[11:19]


def moment(at: str) -> str:
    """Return date and time of an ISO 8601 timestamp, as they stand there (UTC)."""
    return f"{at[:10]} {clock_time(at)}"


def show_table(environ: Mapping[str, str], columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: drawn by rich for a terminal, in plain columns for a pipe."""
    if is_fancy(environ, sys.stdout):
        _show_rich(environ, columns, rows)
        return
    lines = [tuple(columns), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def show_line(environ: Mapping[str, str], *parts: tuple[str, str]) -> None:
    """Print a line of parts, each a text and its style (of rich; empty for none), at once."""
    if not has_colour(environ, sys.stdout):
        print("".join(text for text, _ in parts), flush=True)
        return
    from rich.text import Text

    _console(environ).print(Text.assemble(*parts), soft_wrap=True)
    sys.stdout.flush()


def _show_rich(environ: Mapping[str, str], columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table as wide as it needs to be: a terminal wraps lines, but ids cut short cannot be copied."""
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell, no_wrap=True) for cell in row))
    wide = _console(environ, _WIDEST)
    needed = wide.measure(table).maximum
    _console(environ, max(needed, _console(environ).width)).print(table)


def _console(environ: Mapping[str, str], width: int | None = None) -> "Console":
    from rich.console import Console

    no_color = not has_colour(environ, sys.stdout)
    return Console(file=sys.stdout, width=width, force_terminal=True, no_color=no_color, highlight=False)


def check_file(path: Path, flag: str, *, makes_folders: bool = True) -> None:
    """Raise UsageError, naming the flag, for a file that could not be written: before the work that is to fill it."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder", where=flag, fix="Name a file in it.")
    if not makes_folders and not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: {path.parent} is no folder", where=flag, fix="Name another place.")
    check_folder(path.parent, flag)


def check_folder(path: Path, flag: str) -> None:
    """Raise UsageError, naming the flag, for a folder in which no file could be made; it need not be there yet."""
    above = next(each for each in (path, *path.parents) if each.exists())
    if not above.is_dir():
        raise UsageError(f"{above} is no folder", where=flag, fix="Name another place.")
    if not os.access(above, os.W_OK):
        raise UsageError(f"nothing can be written in {above}", where=flag, fix="Name another place.")


def write_file(path: Path, content: bytes, flag: str) -> None:
    """Write a file and the folders above it; raise UsageError, naming the flag, if that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror}"
        raise UsageError(what, where=flag, fix="Name another place.") from None
