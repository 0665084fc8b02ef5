"""Notices that files change, by looking at them now and then; knows nothing of what is in them."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

EVERY_S: Final = 0.5
"""How often files are looked at. A look costs microseconds a file, and nobody saves faster than that."""
_UNWATCHED: Final = ("__pycache__", "node_modules")

Stamp: TypeAlias = tuple[int, int]
"""What changes when a file does. A file that is not there has none: editors take theirs away for a moment."""
Stamps: TypeAlias = dict[Path, Stamp]


def stamps(places: Iterable[Path]) -> Stamps:
    """Return the stamps of files, for a folder those of all below it that are not hidden."""
    return {path: found for place in places for path in _files(place) if (found := stamp_of(path)) is not None}


def changed(before: Stamps, after: Stamps) -> set[Path]:
    """Return the files that are new or other than before."""
    return {path for path, stamp in after.items() if before.get(path) != stamp}


def wait() -> None:
    """Let some time pass before the next look."""
    time.sleep(EVERY_S)


def _files(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    for path in place.rglob("*"):
        parts = path.relative_to(place).parts
        if not any(each.startswith(".") or each in _UNWATCHED for each in parts) and path.is_file():
            yield path


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of a file, ``None`` while it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
