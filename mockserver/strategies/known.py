"""The cells that strategies make values for, found by what a tester names; names there are not are refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from hypothesis import strategies as st

from mockserver.contract.specs import load_specs
from mockserver.core.capabilities import ChannelRow, Row, Side
from mockserver.core.forms import FORMS
from mockserver.core.words import choices
from mockserver.errors import UnknownError
from mockserver.model import Json
from mockserver.service.versions import Versions, versions_of

Values: TypeAlias = st.SearchStrategy[Json]
"""Makes JSON values."""


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """What a channel does with one kind in one direction and version. There is one of each, told apart by identity."""

    channel: ChannelRow
    row: Row

    @property
    def version(self) -> str:
        """The version it belongs to."""
        return self.row.dialect


@cache
def documents() -> Versions:
    """Return the documents, read once in a process."""
    return versions_of(load_specs(), exact=False)


def cells(side: Side, version: str | None, channel: str | None, kind: str | None) -> tuple[Cell, ...]:
    """Return the supported cells of a side that fit, ``None`` being any; raise UnknownError if there are none."""
    asked = {(dialect, each.name) for dialect, each in channels(version, channel)}
    found = [each for each in _all_cells(side) if (each.version, each.channel.name) in asked]
    fitting = tuple(each for each in found if kind in (None, each.row.kind))
    if not fitting:
        there = dict.fromkeys(each.row.kind for each in found)
        raise UnknownError(
            f"there is no {side} kind {kind!r} on {channel or 'any channel'}{_in(version)}",
            where="kind",
            fix=choices(kind, there),
        )
    return fitting


@cache
def _all_cells(side: Side) -> tuple[Cell, ...]:
    capabilities = documents().specs.capabilities
    rows = (each for dialect in FORMS for each in capabilities.rows_in(dialect))
    return tuple(
        Cell(capabilities.channels[each.channel], each) for each in rows if each.direction == side and each.is_supported
    )


def channels(version: str | None, channel: str | None) -> tuple[tuple[str, ChannelRow], ...]:
    """Return pairs of version and channel that fit, ``None`` being any; raise UnknownError if there are none.

    A channel may be called by any of its names.
    """
    dialects = [version_named(version)] if version is not None else list(FORMS)
    capabilities = documents().specs.capabilities
    pairs = [(dialect, each) for dialect in dialects for each in capabilities.channels_in(dialect)]
    wanted = None if channel is None else capabilities.channel(str(channel))
    fitting = tuple(pair for pair in pairs if channel is None or pair[1] is wanted)
    if not fitting:
        raise UnknownError(
            f"there is no channel {channel!r}{_in(version)}",
            where="channel",
            fix=choices(channel, dict.fromkeys(each.name for _, each in pairs)),
        )
    return fitting


def version_named(version: str) -> str:
    """Return a version as it is; raise UnknownError if there is no such."""
    return chosen("version", version, FORMS)


def chosen(what: str, name: str, known: Iterable[str]) -> str:
    """Return a name as it is; raise UnknownError, which tells the nearest, if it is not among those known."""
    known = tuple(known)
    if not is_a(str, name) or name not in known:
        raise UnknownError(f"there is no {what} {name!r}", where=what, fix=choices(name, known))
    return name


def is_a(kind: type, value: object) -> bool:
    """Return whether a value is of a type, which a test in plain Python may get wrong; a boolean is no number."""
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _in(version: str | None) -> str:
    return "" if version is None else f" in {version}"
