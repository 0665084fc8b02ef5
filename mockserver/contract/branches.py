"""The branches of one document, found by what a body says it is, each with its compiled validator."""

from dataclasses import dataclass, field
from functools import cached_property

import jsonschema_rs

from mockserver.contract.members import KnownMembers, known_members
from mockserver.contract.schemas import Schemas
from mockserver.core.capabilities import Capabilities, ChannelRow, Option, Row
from mockserver.core.forms import Form, joined
from mockserver.model import Json


@dataclass(frozen=True)
class Branch:
    """One schema of the contract, the row it serves, and what is worked out of it once, on first use."""

    name: str
    channel: ChannelRow
    row: Row
    wire_name: str
    schema: Json = field(repr=False)
    form: Form = field(repr=False)

    @cached_property
    def content_at(self) -> str:
        """Where the content stands."""
        return self.form.content_at(self.row.kind)

    @cached_property
    def options_at(self) -> str:
        """Where the channel's options stand."""
        return self.form.options_at(self.channel)

    @cached_property
    def content_path(self) -> tuple[str, ...]:
        """The members that lead to the content."""
        return tuple(self.content_at.split("."))

    @cached_property
    def options_path(self) -> tuple[str, ...]:
        """The members that lead to the options."""
        return tuple(self.options_at.split("."))

    @cached_property
    def sender_path(self) -> tuple[str, ...]:
        """The members that lead to the sender's address."""
        return tuple(self.sender_at.split("."))

    @cached_property
    def options(self) -> dict[str, Option]:
        """The channel's options in this dialect."""
        return self.channel.options_in(self.form.dialect)

    @cached_property
    def sender_at(self) -> str:
        """Where the sender's address stands."""
        return self.form.party_at("from", self.channel.addresses["outbound"].sender)

    @cached_property
    def sender_shape(self) -> str:
        """The name of the shape of the sender's address."""
        return self.channel.addresses["outbound"].sender.shape_in(self.form.dialect)

    @cached_property
    def validator(self) -> jsonschema_rs.Draft202012Validator:
        """The compiled schema."""
        return jsonschema_rs.Draft202012Validator(self.schema)

    @cached_property
    def members(self) -> KnownMembers:
        """The members the schema knows, object by object."""
        return known_members(self.schema)

    @cached_property
    def stray_places(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Where each option belongs, with the places it is written at by mistake; the whole options object first."""
        channel, form = self.channel, self.form
        homes = dict.fromkeys(("", form.options_home, form.holder, self.content_at, self.options_at))
        blocks = dict.fromkeys((self.wire_name, *channel.names.values(), channel.name, *channel.aliases))
        wanted = {self.options_at: tuple(blocks)} | {form.options_at(channel, name): (name,) for name in self.options}
        return tuple(
            (there, tuple(joined(home, name) for home in homes for name in names if self._is_unknown(home, name)))
            for there, names in wanted.items()
        )

    @cached_property
    def stray_names(self) -> dict[tuple[str, ...], frozenset[str]]:
        """The names of all those places, by the members that lead to the object they are in."""
        places = [place.split(".") for _, places in self.stray_places for place in places]
        homes = dict.fromkeys(tuple(path[:-1]) for path in places)
        return {home: frozenset(path[-1] for path in places if tuple(path[:-1]) == home) for home in homes}

    def _is_unknown(self, home: str, name: str) -> bool:
        known = self.members.at(home)
        return known is not None and name not in known.names


class Branches:
    """All branches of a direction: ``by_cell`` by the channel's name on the wire and the kind."""

    def __init__(self, capabilities: Capabilities, schemas: Schemas, form: Form, direction: str) -> None:
        dialect = form.dialect
        self.by_cell: dict[tuple[str, str], Branch] = {}
        for row in capabilities.rows_in(dialect):
            if row.direction == direction and row.schema is not None:
                channel = capabilities.channels[row.channel]
                name = row.schema
                wire_name = channel.names[dialect]
                self.by_cell[wire_name, row.kind] = Branch(name, channel, row, wire_name, schemas.component(name), form)

    def of(self, wire_name: str) -> list[Branch]:
        """Return the branches of a channel, in the order of the rows."""
        return self._by_channel.get(wire_name, [])

    @cached_property
    def _by_channel(self) -> dict[str, list[Branch]]:
        found: dict[str, list[Branch]] = {}
        for (wire_name, _), branch in self.by_cell.items():
            found.setdefault(wire_name, []).append(branch)
        return found
