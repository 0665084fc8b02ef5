"""Reads what a tester wants to arrive: checks the cell, fills in what was left out, names what does not fit."""

from random import Random
from typing import Final

import msgspec

from mockserver.contract.inbound import InboundShape
from mockserver.contract.specs import Specs
from mockserver.core import fake
from mockserver.core.capabilities import Capabilities, ChannelRow, Row
from mockserver.core.chance import random_for, uuid_for
from mockserver.core.forms import FORMS
from mockserver.core.routing import inbound_version, linked_application, set_version
from mockserver.core.words import choices
from mockserver.errors import UsageError
from mockserver.model import Account, Direction, Json, Message
from mockserver.service.messages import Arrival
from mockserver.service.versions import Versions
from mockserver.store.base import Store
from mockserver.surroundings import Surroundings

_ENVELOPE: Final = ("channel", "kind", "from", "to", "version")
_STATES: Final = {
    "not_by_channel": "the channel itself cannot",
    "not_by_provider": "the channel can, the provider does not",
}
_PARSED: Final = frozenset({"number", "object", "array"})
"""What a value written as text, as on a command line, is read as JSON for."""

_PROFILE: Final = "profile"
"""The member that says what a user calls himself, on channels that have it."""


class Arrivals:
    """Reads what is to arrive in each account; what is made up is drawn by the seed."""

    def __init__(self, around: Surroundings, versions: Versions) -> None:
        self._around = around
        self._versions = versions

    async def read(self, account: Account, body: Json) -> Arrival:
        """Return the arrival a body asks for; raise UsageError with the nearest valid choice for what cannot be."""
        number = await self._around.store.count(account.api_key, "inbound")
        rng = random_for(self._around.seed, account.api_key, number, "inbound")
        return await read_inbound(body, account, self._around, self._versions, rng)


async def read_inbound(
    body: dict[str, Json], account: Account, around: Surroundings, versions: Versions, rng: Random
) -> Arrival:
    """Return the arrival a body asks for; raise UsageError with the nearest valid choice for what cannot be."""
    known = versions.specs.capabilities
    channel = _channel(body, versions.specs)
    last = await _last_outbound(channel, account, around.store)
    recipient = _text(body, "to") or _own_address(channel, account, last)
    said = _said_version(body)
    default = around.settings.set_webhook_version
    likely = said or _set_version(account, channel, recipient, default) or (last.dialect if last else None)
    row = _row(body, channel, said, likely, known)
    shape = versions.inbound.of(row)
    content, beside = _given(body, row, shape)
    content = content or fake.inbound_content(row.kind, shape.members, rng)
    pair = channel.addresses["inbound"]
    sender = _text(body, "from") or (last.recipient if last else fake.address(pair.sender.shape_in(row.dialect), rng))
    recipient = recipient or fake.address(pair.recipient.shape_in(row.dialect), rng)
    made_up = fake.inbound_beside(row.kind, shape.beside, rng)
    if _PROFILE in made_up:
        made_up[_PROFILE] = await _profile(channel, sender, account, around.store) or made_up[_PROFILE]
    if _answers_another(row, shape, beside, known):
        answered = last.uuid if last and last.recipient == sender else uuid_for(rng.getrandbits(64))
        made_up["context"] = {"message_uuid": answered, "message_from": recipient}
    return Arrival(channel.name, row.kind, sender, recipient, content, made_up | beside, row.dialect)


def _channel(body: dict[str, Json], specs: Specs) -> ChannelRow:
    name = _text(body, "channel")
    channel = specs.capabilities.channel(name) if name else None
    if channel is None:
        known = tuple(specs.capabilities.channels)
        raise UsageError(f"channel is {name!r}" if name else "channel is missing", fix=choices(name or "", known))
    return channel


def _said_version(body: dict[str, Json]) -> str | None:
    """Return the version that the body asks for."""
    said = _text(body, "version")
    if said is not None and said not in FORMS:
        raise UsageError(f"version is {said!r}", fix=choices(said, tuple(FORMS)))
    return said


def _set_version(account: Account, channel: ChannelRow, recipient: str | None, default: str | None) -> str | None:
    """Return the version set for whom the message goes to."""
    linked = linked_application(account, channel.name, recipient) if recipient else None
    return set_version(account, linked.id if linked else None, default)


def _row(
    body: dict[str, Json], channel: ChannelRow, wanted: str | None, likely: str | None, known: Capabilities
) -> Row:
    """Return the row of the cell in the version the message arrives in: the one wanted, or the likely one if it can."""
    kind = _text(body, "kind") or ""
    rows = {each: row for each in FORMS if (row := known.row(channel.name, kind, "inbound", each)) is not None}
    possible = [dialect for dialect, row in rows.items() if row.is_supported]
    dialect = inbound_version(wanted, likely, possible)
    if dialect in possible:
        return rows[dialect]
    raise _refusal(kind, channel, wanted, rows, known)


def _refusal(
    kind: str, channel: ChannelRow, wanted: str | None, rows: dict[str, Row], known: Capabilities
) -> UsageError:
    """Return why a kind cannot come in on a channel, in the version wanted if one is, and what can."""
    where = f" in {wanted}" if wanted else ""
    kinds = _kinds(channel, (wanted,) if wanted else tuple(FORMS), known)
    if not kinds:
        names = " and ".join(FORMS[dialect].title for dialect in channel.names)
        return UsageError(f"nothing can come in on {channel.name}{where}", fix=f"The channel exists in {names} only.")
    if not any(each.kind == kind and each.direction == "inbound" for each in known.rows):
        return UsageError(f"kind is {kind!r}" if kind else "kind is missing", fix=choices(kind, kinds))
    no = next((row for dialect, row in rows.items() if wanted in {None, dialect}), None)
    why = f": {_STATES[no.state]} ({no.matrix} matrix)" if no is not None else ""
    can = next((f' Say "version": "{row.dialect}" for it.' for row in rows.values() if row.is_supported), "")
    return UsageError(
        f"{kind} cannot come in on {channel.name}{where}{why}",
        fix=f"What can on {channel.name}{where}: {', '.join(kinds)}.{can}",
    )


def _kinds(channel: ChannelRow, dialects: tuple[str, ...], known: Capabilities) -> tuple[str, ...]:
    """Return the kinds that can come in on a channel in some of the versions."""
    rows = [row for dialect in dialects for row in known.rows_of(channel.name, "inbound", dialect)]
    return tuple(dict.fromkeys(row.kind for row in rows if row.is_supported))


def _given(body: dict[str, Json], row: Row, shape: InboundShape) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the members given of the content, and those beside it; refuse what its own document does not have."""
    known = {**shape.beside, **shape.members}
    given = {name: value for name, value in body.items() if name not in _ENVELOPE}
    for name in given:
        if name not in known:
            what = f"{name} is no member of {row.channel} {row.kind} in {row.dialect}"
            raise UsageError(what, fix=choices(name, (*_ENVELOPE, *shape.members, *shape.beside)))
    values = {name: _value(name, value, known[name]) for name, value in given.items()}
    content = {name: value for name, value in values.items() if name in shape.members}
    return content, {name: value for name, value in values.items() if name not in content}


def _value(name: str, value: Json, schema: Json) -> Json:
    """Return a value; text is read as JSON where something else is asked for. The contract judges the rest."""
    wanted = schema.get("type")
    if wanted == "string" and not isinstance(value, str):
        raise UsageError(f"{name} is {value!r}", fix="Write it as a JSON string.")
    if wanted not in _PARSED or not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        example = f", such as {schema['examples'][0]}" if "examples" in schema else ""
        raise UsageError(f"{name} is {value!r}", fix=f"Write it as a JSON {wanted}{example}.") from None


def _answers_another(row: Row, shape: InboundShape, beside: dict[str, Json], known: Capabilities) -> bool:
    """Return whether such a message says which other it belongs to, though the tester did not.

    It does if one that is sent has to: a reaction is nothing by itself.
    """
    sent = known.row(row.channel, row.kind, "outbound", row.dialect)
    needed = sent is not None and "context" in sent.options_needed and "context" in shape.beside
    return needed and not beside.keys() & {"context", "context_status"}


async def _last_outbound(channel: ChannelRow, account: Account, store: Store) -> Message | None:
    async for message in store.messages(account.api_key, [("channel", channel.name), ("direction", "outbound")]):
        if message.channel == channel.name and message.direction is Direction.OUTBOUND:
            return message
    return None


async def _profile(channel: ChannelRow, user: str, account: Account, store: Store) -> Json:
    """Return what a user last called himself on a channel; nothing if he has not written yet."""
    where = [("channel", channel.name), ("direction", "inbound"), ("from", user)]
    async for message in store.messages(account.api_key, where):
        if message.channel == channel.name and message.direction is Direction.INBOUND and message.sender == user:
            return message.options.get(_PROFILE)
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
