"""Writes files in one step: a reader finds the whole of one, the one before, or none."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace_file(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file, by default for anyone to read, unless it holds the content already."""
    if path.exists() and path.read_bytes() == content:
        return
    with written_beside(path, content, mode) as fresh:
        fresh.replace(path)


@contextmanager
def written_beside(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """Yield a complete file beside ``path``, removed afterwards unless it was moved away."""
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        fresh.chmod(mode)
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)
