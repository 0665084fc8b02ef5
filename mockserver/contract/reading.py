"""Reads a YAML file of ours, or says where it is broken; knows nothing of what stands in it.

What was read is kept beside the file in a form that is read twenty times as fast, as Python keeps its bytecode: in
``__pycache__``, for as long as the file is of that size and time, and not at all where Python writes none either.
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from mockserver.errors import SpecError
from mockserver.files import replace_file
from mockserver.model import Json

_KEPT: Final = "__pycache__"


class _Kept(msgspec.Struct, array_like=True):
    """What a file held, and the size in bytes and the time of its last change in nanoseconds by which to know it."""

    size: int
    changed_ns: int
    value: Json


def read_yaml(path: Path) -> Json:
    """Return what a file holds; raise SpecError with its line if it cannot be read."""
    kept = path.parent / _KEPT / f"{path.name}.msgpack"
    try:
        seen = path.stat()
        found = msgspec.msgpack.decode(kept.read_bytes(), type=_Kept)
        if (found.size, found.changed_ns) == (seen.st_size, seen.st_mtime_ns):
            return found.value
    except (OSError, msgspec.MsgspecError):
        pass
    value = _read(path)
    with suppress(OSError, TypeError, OverflowError):
        _keep(kept, _Kept(seen.st_size, seen.st_mtime_ns, value))
    return value


def _keep(place: Path, kept: _Kept) -> None:
    """Keep what was read, if it would come back the same; whole or not at all, for others may read at this moment."""
    content = msgspec.msgpack.encode(kept)
    if sys.dont_write_bytecode or msgspec.msgpack.decode(content, type=_Kept) != kept:
        return
    place.parent.mkdir(exist_ok=True)
    replace_file(place, content)


def _read(path: Path) -> Json:
    # ruamel.yaml, which the project uses for files people write, takes nine times as long, and start-up is felt.
    # Both read YAML our way: a test holds their results against each other. And what was kept needs neither.
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with path.open("rb") as file:
            return yaml.load(file, loader)  # noqa: S506 - both loaders are the safe ones
    except OSError as error:
        raise SpecError(f"The file cannot be read: {error.strerror}.", where=str(path)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise SpecError(f"The file is not readable YAML: {problem}.", where=f"{path}{line}") from error
