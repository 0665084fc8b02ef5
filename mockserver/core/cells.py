"""Which cells the contract has: what a run can exercise of it, side by side; counts nothing and judges nothing.

A cell is written as its dimension and its parts with colons between, such as ``sent:v1:whatsapp:image``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Final, TypeAlias

from mockserver.core.capabilities import Capabilities, Row
from mockserver.core.failover import Outcome
from mockserver.core.faults import KINDS
from mockserver.errors import UsageError
from mockserver.model import Json, Message

Cell: TypeAlias = tuple[str, ...]
"""The name of a dimension, then one part for each of those it has: ``("sent", "v1", "whatsapp", "image")``."""

RECEIPT: Final = "receipt"
"""What stands for the version of a status that was told as a receipt of the older SMS API."""
_BETWEEN: Final = ":"
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_CUSTOM: Final = "custom"
_OTHER_VERB: Final = "405"
"""Answers to requests that no operation is asked by; our documents list it all the same."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One side of the contract. ``about`` says when a cell of it counts, ``parts`` what its cells are named by.

    ``down`` is the place among the parts of the one that runs down a table; the last of the others runs across.
    """

    name: str
    title: str
    about: str
    parts: tuple[str, ...]
    down: int = 0

    @property
    def others(self) -> tuple[int, ...]:
        """The places of the parts that do not run down a table."""
        return tuple(place for place in range(len(self.parts)) if place != self.down)


DIMENSIONS: Final = (
    Dimension("operation", "Operations", "a request was answered with success", ("operation",)),
    Dimension("answer", "Answers", "an operation answered with the HTTP status", ("operation", "HTTP status")),
    Dimension("sent", "Messages sent", "a message was accepted and sent", ("version", "channel", "kind"), 2),
    Dimension("status", "Statuses", "a webhook told the status", ("version", "channel", "status"), 2),
    Dimension("code", "Error codes", "a webhook told the code", ("version", "code"), 1),
    Dimension("report", "Workflow reports", "a webhook told how a workflow ended", ("outcome",)),
    Dimension("inbound", "Inbound messages", "a webhook brought a user's message", ("version", "channel", "kind"), 2),
    Dimension("fault", "Faults", "an answer or a webhook was broken on purpose", ("on", "fault"), 1),
)
"""Every dimension, in the order they are shown in."""
OPERATION, ANSWER, SENT, STATUS, CODE, REPORT, INBOUND, FAULT = (each.name for each in DIMENSIONS)


def name_of(cell: Cell) -> str:
    """Return a cell as it is written."""
    return _BETWEEN.join(cell)


def cell_of(name: str) -> Cell:
    """Return the cell that is written so."""
    return tuple(name.split(_BETWEEN))


def operation_name(method: str, path: str) -> str:
    """Return what an operation is called: ``POST /v1/messages``."""
    return f"{method.upper()} {path}"


def known_cells(
    capabilities: Capabilities, codes: Mapping[int, Iterable[str]], documents: Mapping[str, Json]
) -> tuple[Cell, ...]:
    """Return every cell of the contract, dimension by dimension.

    ``codes`` are the versions that have each asynchronous code; ``documents`` are the OpenAPI documents.
    """
    operations = {name: each for document in documents.values() for name, each in _operations(document)}
    rows = [row for row in capabilities.rows if row.is_supported]
    found = (
        *((OPERATION, name) for name in operations),
        *((ANSWER, name, status) for name, each in operations.items() for status in _statuses(each)),
        *(
            (SENT, row.dialect, row.channel, _sent_kind(row, capabilities))
            for row in rows
            if row.direction == "outbound"
        ),
        *_status_cells(capabilities),
        *sorted((CODE, version, str(code)) for code, versions in codes.items() for version in versions),
        *((REPORT, outcome.value) for outcome in Outcome if outcome is not Outcome.RUNNING),
        *((INBOUND, row.dialect, row.channel, row.kind) for row in rows if row.direction == "inbound"),
        *((FAULT, kind.on, kind.name) for kind in KINDS),
    )
    return tuple(dict.fromkeys(found))


def _operations(document: Json) -> Iterator[tuple[str, Json]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield operation_name(method, path), item[method]


def _statuses(operation: Json) -> list[str]:
    return [status for status in operation["responses"] if status != _OTHER_VERB]


def _sent_kind(row: Row, capabilities: Capabilities) -> str:
    """Return the kind a cell is called by: objects that look alike on the wire are one, whatever their rows say."""
    return (capabilities.custom_object(row.example) or _CUSTOM) if row.through == _CUSTOM else row.kind


def _status_cells(capabilities: Capabilities) -> Iterator[Cell]:
    for version in dict.fromkeys(row.dialect for row in capabilities.rows):
        for channel in capabilities.channels_in(version):
            for status in channel.statuses:
                yield STATUS, version, channel.name, status.value
    for channel in capabilities.channels.values():
        for status in channel.statuses if channel.takes_receipts else ():
            yield STATUS, RECEIPT, channel.name, status.value


def sent_cells(message: Message, capabilities: Capabilities) -> tuple[Cell, ...]:
    """Return what a message that was sent exercises: its kind, and if it is custom the sort of object inside."""
    cell = SENT, message.dialect, message.channel, message.kind
    if message.kind != _CUSTOM:
        return (cell,)
    sort = capabilities.custom_object(message.content)
    row = None if sort is None else capabilities.row(message.channel, sort, "outbound", message.dialect)
    return (cell,) if row is None or row.through != _CUSTOM else (cell, (SENT, row.dialect, row.channel, row.kind))


def cells_like(pattern: str, known: Iterable[Cell]) -> tuple[Cell, ...]:
    """Return the cells a pattern names; raise UsageError with the nearest name if there is none.

    In each part ``*`` and ``?`` are wild; parts left out at the end may be anything: ``sent:v1`` is all sent in v1.
    """
    cells = tuple(known)
    found = tuple(cell for cell in cells if is_like(cell, pattern))
    if found:
        return found
    names = {name_of(cell[:length]): None for cell in cells for length in range(1, len(cell) + 1)}
    near = get_close_matches(pattern, names, 1, 0.5)
    dimensions = ", ".join(dict.fromkeys(cell[0] for cell in cells))
    fix = f"Did you mean {near[0]}?" if near else f"Cells begin with one of {dimensions}."
    raise UsageError(f"no cell of the contract is like {pattern!r}", fix=fix)


def is_like(cell: Cell, pattern: str) -> bool:
    """Return whether a pattern names a cell; see ``cells_like``."""
    parts = cell_of(pattern)
    return len(parts) <= len(cell) and all(map(fnmatchcase, cell, parts))
