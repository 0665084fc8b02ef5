"""What each channel can do, as typed rows of ``specs/capabilities.yaml``; finds rows, reads no files."""

from functools import cached_property
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct, field

from mockserver.model import Json, Status

Side: TypeAlias = Literal["outbound", "inbound"]
"""Which way a message goes, seen from the system under test."""

Matrix: TypeAlias = Literal["outbound", "inbound", "custom", "beyond"]
"""The table a row comes from; ``beyond`` is what the wire knows besides the three."""

State: TypeAlias = Literal["supported", "not_by_provider", "not_by_channel"]
"""What a cell says: possible, the channel could but the platform does not, or the channel itself cannot."""


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """What an address looks like: in words, as a pattern for the whole of it, and one example."""

    words: str
    pattern: str
    example: str


class Address(Struct, frozen=True, forbid_unknown_fields=True):
    """How one side of a message is written: the member that holds it in v0.1, and the name of its shape.

    ``shapes`` names the shape in a dialect where it is another one.
    """

    member: Literal["number", "id"]
    shape: str
    shapes: dict[str, str] = {}

    def shape_in(self, dialect: str) -> str:
        """Return the name of the shape in a dialect."""
        return self.shapes.get(dialect, self.shape)


class AddressPair(Struct, frozen=True, forbid_unknown_fields=True):
    """Both sides of a message in one direction; the members ``from`` and ``to`` of the file."""

    sender: Address = field(name="from")
    recipient: Address = field(name="to")


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One member a channel takes beside the content. ``shape`` names what it should look like.

    ``needed_when`` names the option and value that demand it; without them it does nothing.
    ``dispatch_max_s`` is the most it may be in a step of a workflow, where that is less than ``max_s``.
    ``dialects`` are the API versions that have it. ``top``: in v1 it stands at the top of the body, not in the
    object named after the channel; ``kinds`` are those it goes with, all if none are named.
    """

    dialects: tuple[str, ...] = ("v0.1", "v1")
    top: bool = False
    kinds: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    min_s: int | None = None
    max_s: int | None = None
    dispatch_max_s: int | None = None
    shape: str | None = None
    needed_when: dict[str, str] = {}


class Further(Struct, frozen=True, forbid_unknown_fields=True):
    """What v1 tells of a message besides.

    ``usage``: the statuses that carry a price. ``networks`` and ``origin``: whether statuses name the recipient's
    mobile network, and inbound messages the sender's. ``delivered``: members of a delivered status by kind, ``*`` for
    any other. ``updates``: the status a PATCH may set, by direction.
    """

    updates: dict[Side, Literal["revoked", "read"]] = {}
    usage: tuple[Status, ...] = ()
    networks: bool = False
    origin: bool = False
    delivered: dict[str, dict[str, Json]] = {}


class ChannelRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """A channel: its names, how its parties are written, and the statuses it reports.

    ``names`` gives the name in each dialect that has it. ``addresses`` has the keys ``outbound`` and ``inbound``.
    ``counts_parts``: an inbound message tells its number of parts and its price.
    ``takes_receipts``: statuses of what was sent with key and secret may go to the account's receipt URL.
    ``moves`` says which status may follow which on this channel.
    """

    name: str
    title: str
    names: dict[str, str]
    aliases: tuple[str, ...] = ()
    addresses: dict[Side, AddressPair]
    statuses: tuple[Status, ...]
    options: dict[str, Option] = {}
    price: str
    currency: str
    counts_parts: bool = False
    takes_receipts: bool = False
    v1: Further = Further()
    moves: dict[Status, tuple[Status, ...]] = {}
    source: str = ""

    @cached_property
    def top_options(self) -> frozenset[str]:
        """The options that stand at the top of a body of v1."""
        return frozenset(name for name, each in self.options.items() if each.top)

    def options_in(self, dialect: str) -> dict[str, Option]:
        """Return the options of a dialect by name."""
        return {name: each for name, each in self.options.items() if dialect in each.dialects}

    def speaks(self, dialect: str) -> bool:
        """Return whether the channel exists in a dialect."""
        return dialect in self.names


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One cell: what a channel does with one kind of content in one direction.

    ``dialect`` is the API version it belongs to; ``schema`` names the branch of its document. ``through`` names
    the kind it travels as instead, with an object like ``example`` inside. ``notes`` are remarks on members let pass,
    by dotted path.
    """

    channel: str
    kind: str
    direction: Side
    matrix: Matrix
    state: State
    dialect: str = "v0.1"
    schema: str | None = None
    through: str | None = None
    example: dict[str, Json] = {}
    text_min_chars: int | None = None
    text_max_chars: int | None = None
    caption_min_chars: int | None = None
    caption_max_chars: int | None = None
    url_min_chars: int | None = None
    url_max_chars: int | None = None
    extensions: tuple[str, ...] = ()
    name_shape: str | None = None
    options_needed: tuple[str, ...] = ()
    notes: dict[str, str] = {}
    source: str = ""

    @property
    def is_supported(self) -> bool:
        """True if a message of this cell can be sent or received, be it as another kind."""
        return self.state == "supported"


class Mark(Struct, frozen=True, forbid_unknown_fields=True):
    """A value that gives a custom object away: one of ``values`` ``at`` a dotted path inside it."""

    at: str
    values: tuple[str, ...]

    def fits(self, custom: Json) -> bool:
        """Return whether the object carries this mark."""
        found = custom
        for member in self.at.split("."):
            found = found.get(member) if isinstance(found, dict) else None
        return isinstance(found, str) and found in self.values


class CustomObject(Struct, frozen=True, forbid_unknown_fields=True):
    """A sort of custom object: how it is recognised, and the member it should hold besides."""

    recognised_by: tuple[Mark, ...]
    member: str | None = None


class Capabilities(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """The whole of ``specs/capabilities.yaml``. ``kinds`` maps each kind to words people write for it.

    ``bare_kinds`` are those whose content is no object, such as the text of a text. ``network_codes`` are mobile
    networks by calling code, as far as the sources name any.
    """

    version: int
    shapes: dict[str, Shape]
    channels: dict[str, ChannelRow]
    kinds: dict[str, tuple[str, ...]]
    bare_kinds: tuple[str, ...]
    network_codes: dict[str, str]
    moves: dict[Status, tuple[Status, ...]]
    custom_objects: dict[str, CustomObject]
    rows: tuple[Row, ...]

    def channel(self, name: str) -> ChannelRow | None:
        """Return the channel of a canonical name, any dialect's name or an alias; case does not matter."""
        return self._by_any_name.get(name.lower())

    def by_wire(self, dialect: str, wire_name: str) -> ChannelRow | None:
        """Return the channel a dialect calls by exactly this name."""
        return self._by_wire.get((dialect, wire_name))

    def row(self, channel: str, kind: str, direction: str, dialect: str) -> Row | None:
        """Return the row of a cell, the channel by its canonical name; ``None`` where no cell exists."""
        return self._by_cell.get((channel, kind, direction, dialect))

    def rows_of(self, channel: str, direction: str, dialect: str) -> tuple[Row, ...]:
        """Return the rows of a channel in one direction and dialect, in the order of the file."""
        return tuple(row for row in self.rows_in(dialect) if row.channel == channel and row.direction == direction)

    def rows_in(self, dialect: str) -> tuple[Row, ...]:
        """Return the rows of a dialect, in the order of the file."""
        return self._rows_by_dialect.get(dialect, ())

    def sendable(self, dialect: str, channel: str | None) -> tuple[str, ...]:
        """Return the kinds a channel takes in a dialect, or all that any takes, in the order of the file's kinds."""
        return self._sendable.get((dialect, channel), ())

    def channels_in(self, dialect: str) -> tuple[ChannelRow, ...]:
        """Return the channels of a dialect, in the order of the file."""
        return self._channels_by_dialect.get(dialect, ())

    def kinds_in(self, dialect: str) -> dict[str, tuple[str, ...]]:
        """Return the kinds that some row of a dialect has, with the words people write for them."""
        return self._kinds_by_dialect.get(dialect, {})

    def custom_object(self, custom: Json) -> str | None:
        """Return the name of the sort of custom object this is, ``None`` if it shows no mark of any."""
        for name, sort in self.custom_objects.items():
            if any(mark.fits(custom) for mark in sort.recognised_by):
                return name
        return None

    @cached_property
    def _rows_by_dialect(self) -> dict[str, tuple[Row, ...]]:
        dialects = dict.fromkeys(row.dialect for row in self.rows)
        return {dialect: tuple(row for row in self.rows if row.dialect == dialect) for dialect in dialects}

    @cached_property
    def _channels_by_dialect(self) -> dict[str, tuple[ChannelRow, ...]]:
        dialects = dict.fromkeys(dialect for each in self.channels.values() for dialect in each.names)
        return {name: tuple(each for each in self.channels.values() if each.speaks(name)) for name in dialects}

    @cached_property
    def _sendable(self) -> dict[tuple[str, str | None], tuple[str, ...]]:
        found: dict[tuple[str, str | None], set[str]] = {}
        for row in self.rows:
            if row.direction == "outbound" and row.schema:
                for channel in (row.channel, None):
                    found.setdefault((row.dialect, channel), set()).add(row.kind)
        return {cell: tuple(kind for kind in self.kinds if kind in kinds) for cell, kinds in found.items()}

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The name here of every spelling of a channel."""
        return {
            name: channel.name
            for channel in self.channels.values()
            for name in (channel.name, *channel.names.values(), *channel.aliases)
        }

    @cached_property
    def _by_any_name(self) -> dict[str, ChannelRow]:
        found: dict[str, ChannelRow] = {}
        for channel in self.channels.values():
            for name in (channel.name, *channel.names.values(), *channel.aliases):
                found[name.lower()] = channel
        return found

    @cached_property
    def _by_wire(self) -> dict[tuple[str, str], ChannelRow]:
        return {(dialect, name): each for each in self.channels.values() for dialect, name in each.names.items()}

    @cached_property
    def _by_cell(self) -> dict[tuple[str, str, str, str], Row]:
        return {(row.channel, row.kind, row.direction, row.dialect): row for row in self.rows}

    @cached_property
    def _kinds_by_dialect(self) -> dict[str, dict[str, tuple[str, ...]]]:
        known = {dialect: {row.kind for row in self.rows_in(dialect)} for dialect in {row.dialect for row in self.rows}}
        return {
            dialect: {kind: words for kind, words in self.kinds.items() if kind in kinds}
            for dialect, kinds in known.items()
        }


def read_capabilities(document: Json) -> Capabilities:
    """Return the parsed file as rows; raise msgspec.ValidationError, which names the path, for a misfit.

    Each channel is told its own name and the moves its statuses leave open.
    """
    capabilities = msgspec.convert(_with_names(document), Capabilities, strict=False)
    channels = {
        name: msgspec.structs.replace(channel, moves=_moves_of(channel, capabilities.moves))
        for name, channel in capabilities.channels.items()
    }
    return msgspec.structs.replace(capabilities, channels=channels)


def _with_names(document: Json) -> Json:
    if not isinstance(document, dict) or not isinstance(document.get("channels"), dict):
        return document
    channels = {
        name: {"name": name, **channel} if isinstance(channel, dict) else channel
        for name, channel in document["channels"].items()
    }
    return {**document, "channels": channels}


def _moves_of(channel: ChannelRow, moves: dict[Status, tuple[Status, ...]]) -> dict[Status, tuple[Status, ...]]:
    return {
        present: tuple(status for status in following if status in channel.statuses)
        for present, following in moves.items()
        if present is Status.ACCEPTED or present in channel.statuses
    }
