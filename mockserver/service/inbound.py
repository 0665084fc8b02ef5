"""Reads what a tester wants to arrive: checks the cell, fills in what was left out, names what does not fit."""

from difflib import get_close_matches
from random import Random

from mockserver.contract.specs import Specs
from mockserver.core import fake
from mockserver.core.capabilities import ChannelRow, Row
from mockserver.core.chance import random_for
from mockserver.errors import UsageError
from mockserver.model import Account, Direction, Json, Message
from mockserver.service.messages import Arrival
from mockserver.service.versions import Versions
from mockserver.store.base import Store
from mockserver.surroundings import Surroundings

_PARTIES = ("channel", "kind", "from", "to")
_STATES = {
    "not_by_channel": "the channel itself cannot",
    "not_by_provider": "the channel can, the provider does not",
}


class Arrivals:
    """Reads what is to arrive in each account; what is made up is drawn by the seed."""

    def __init__(self, around: Surroundings, versions: Versions) -> None:
        self._seed = around.seed
        self._store = around.store
        self._specs = versions.specs

    async def read(self, account: Account, body: Json) -> Arrival:
        """Return the arrival a body asks for; raise UsageError with the nearest valid choice for what cannot be."""
        number = await self._store.count(account.api_key, "inbound")
        rng = random_for(self._seed, account.api_key, number, "inbound")
        return await read_inbound(body, account, self._specs, self._store, rng)


async def read_inbound(body: Json, account: Account, specs: Specs, store: Store, rng: Random) -> Arrival:
    """Return the arrival a body asks for; raise UsageError with the nearest valid choice for what cannot be."""
    if not isinstance(body, dict):
        raise UsageError("the body is not a JSON object", fix='Send {"channel": "whatsapp", "kind": "text"}.')
    channel = _channel(body, specs)
    row = _row(body, channel, specs)
    content = _content(body, row, specs) or fake.inbound_content(row.kind, channel.name, rng)
    last = await _last_outbound(channel, account, store)
    pair = channel.addresses["inbound"]
    return Arrival(
        channel=channel.name,
        kind=row.kind,
        sender=_text(body, "from") or (last.recipient if last else fake.address(pair.sender.shape, rng)),
        recipient=_text(body, "to") or _own_address(channel, account, last) or fake.address(pair.recipient.shape, rng),
        content=content,
    )


def _channel(body: dict[str, Json], specs: Specs) -> ChannelRow:
    name = _text(body, "channel")
    channel = specs.capabilities.channel(name) if name else None
    if channel is None:
        known = tuple(specs.capabilities.channels)
        raise UsageError(f"channel is {name!r}" if name else "channel is missing", fix=_choices(name or "", known))
    return channel


def _row(body: dict[str, Json], channel: ChannelRow, specs: Specs) -> Row:
    kind = _text(body, "kind") or ""
    row = specs.capabilities.row(channel.name, kind, "inbound", "v0.1")
    supported = tuple(
        each.kind for each in specs.capabilities.rows_of(channel.name, "inbound", "v0.1") if each.is_supported
    )
    if row is None:
        if any(each.kind == kind and each.direction == "inbound" for each in specs.capabilities.rows):
            raise UsageError(f"{kind} cannot come in on {channel.name}", fix=_possible(channel, supported))
        raise UsageError(f"kind is {kind!r}" if kind else "kind is missing", fix=_choices(kind, supported))
    if not row.is_supported:
        raise UsageError(
            f"{kind} cannot come in on {channel.name}: {_STATES[row.state]} ({row.matrix} matrix)",
            fix=_possible(channel, supported),
        )
    return row


def _possible(channel: ChannelRow, kinds: tuple[str, ...]) -> str:
    return f"On {channel.name} can come in: {', '.join(kinds)}."


def _content(body: dict[str, Json], row: Row, specs: Specs) -> dict[str, Json]:
    """Return the content members given; refuse those this kind does not have, as its own document says."""
    allowed = _members(row, specs)
    given = {name: value for name, value in body.items() if name not in _PARTIES}
    for name, value in given.items():
        if name not in allowed:
            raise UsageError(
                f"{name} is no member of {row.channel} {row.kind}",
                fix=_choices(name, (*_PARTIES, *allowed)),
            )
        if not isinstance(value, str):
            raise UsageError(f"{name} is {value!r}", fix="Write it as a JSON string.")
    return given


def _members(row: Row, specs: Specs) -> tuple[str, ...]:
    schemas = specs.documents[f"messages-{row.dialect}"]["components"]["schemas"]
    content = _resolved(schemas[row.schema or ""], schemas)
    for name in ("message", "content"):
        content = _resolved(content["properties"][name], schemas)
    member = _resolved(content["properties"].get(row.kind, {}), schemas)
    return (row.kind,) if member.get("type") == "string" else tuple(member.get("properties", ()))


def _resolved(schema: Json, schemas: dict[str, Json]) -> Json:
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    return schema


async def _last_outbound(channel: ChannelRow, account: Account, store: Store) -> Message | None:
    async for message in store.messages(account.api_key):
        if message.channel == channel.name and message.direction is Direction.OUTBOUND:
            return message
    return None


def _own_address(channel: ChannelRow, account: Account, last: Message | None) -> str | None:
    if last is not None:
        return last.sender
    return next((each.id for each in account.senders if each.channel == channel.name), None)


def _text(body: dict[str, Json], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{name} is {value!r}", fix="Write it as a JSON string.")
    return value


def _choices(name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name, known, 1)
    return (f"Did you mean {near[0]}? " if near else "") + f"Known: {', '.join(known)}."
