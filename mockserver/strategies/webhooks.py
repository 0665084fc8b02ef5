"""Webhooks as the server writes them, in either version: by chance in all that they tell, right by the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from hypothesis import strategies as st

from mockserver.contract.schemas import Schemas
from mockserver.core.capabilities import ChannelRow
from mockserver.core.forms import V0_1, joined
from mockserver.model import Direction, Json, Message, Move, Status
from mockserver.strategies.addresses import addresses
from mockserver.strategies.known import Cell, Values, cells, channels, chosen, documents
from mockserver.strategies.making import Making, patterned
from mockserver.strategies.texts import texts
from mockserver.strategies.urls import urls

MOMENTS: Final = st.datetimes(datetime(2024, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone
"""When things happen."""
UUIDS: Final = st.uuids(version=4).map(str)
FAILED: Final = frozenset({Status.REJECTED, Status.UNDELIVERABLE})
"""The statuses that may tell an error."""
_MOST_REF_CHARS: Final = 40
_GOING_TOGETHER: Final = ("if", "then", "else", "oneOf", "dependentRequired")


def inbound_webhooks(version: str | None = None, channel: str | None = None, kind: str | None = None) -> Values:
    """Return bodies of inbound webhooks: what users send, of a version, channel and kind or of any.

    Raise UnknownError for a version, channel or kind that there is not.
    """
    return st.one_of([_inbound(each) for each in cells("inbound", version, channel, kind)])


def status_webhooks(version: str | None = None, channel: str | None = None, status: str | None = None) -> Values:
    """Return bodies of status webhooks, each of a message of its own; failures with an error code and without.

    Raise UnknownError for a version, channel or status that there is not.
    """
    pairs = channels(version, channel)
    if status is not None:
        chosen("status", status, dict.fromkeys(each.value for _, row in pairs for each in row.statuses))
    fitting = [(dialect, row) for dialect, row in pairs if status is None or status in row.statuses]
    return st.one_of([_status(dialect, row.name, status) for dialect, row in fitting])


@dataclass(frozen=True, slots=True)
class Told:
    """A message, and the version and channel in which webhooks tell of it."""

    message: Message
    version: str
    channel: ChannelRow

    def status_body(self, move: Move) -> Json:
        """Return the webhook of a move, as the server writes it."""
        error = None if move.code is None else documents().specs.errors[move.code]
        return _plain(documents().dialects[self.version].status_body(self.message, self.channel, move, error))


@cache
def sent_messages(version: str, channel: str) -> st.SearchStrategy[Message]:
    """Return messages that were sent on a channel, as far as webhooks tell of them."""
    found = [each for each in cells("outbound", version, channel, None) if each.row.through is None]
    pair = found[0].channel.addresses["outbound"]
    return st.builds(
        Message,
        uuid=UUIDS,
        account=st.just("key"),
        direction=st.just(Direction.OUTBOUND),
        dialect=st.just(version),
        channel=st.just(channel),
        kind=st.sampled_from([each.row.kind for each in found]),
        sender=addresses(pair.sender, version),
        recipient=addresses(pair.recipient, version),
        content=st.fixed_dictionaries({"text": texts(min_chars=1)}),
        at=MOMENTS,
        status=st.just(Status.ACCEPTED),
        client_ref=st.none() | texts(max_chars=_MOST_REF_CHARS),
        workflow=st.none() | (UUIDS if version == V0_1 else patterned("[1-9A-HJ-NP-Za-km-z]{55}")),
        step=st.just(0),
        steps=st.integers(1, 5),
    )


def codes(version: str, status: Status) -> list[int | None]:
    """Return the error codes that may come with a status in a version, ``None`` for no error first."""
    if status not in FAILED:
        return [None]
    errors = documents().specs.errors.values()
    return [None, *(each.code for each in errors if version in each.dialects and each.carried_by(version) == status)]


@cache
def _status(version: str, channel: str, status: str | None) -> Values:
    row = documents().specs.capabilities.channels[channel]
    statuses = [Status(status)] if status is not None else list(row.statuses)

    @st.composite
    def status_bodies(draw: st.DrawFn) -> Json:
        message = draw(sent_messages(version, channel))
        reached = draw(st.sampled_from(statuses))
        code = draw(st.sampled_from(codes(version, reached)))
        return Told(message, version, row).status_body(Move(reached, message.at, code))

    return status_bodies()


@cache
def _inbound(cell: Cell) -> Values:
    row, channel = cell.row, cell.channel
    pair = channel.addresses["inbound"]
    content, beside = _content(cell), _beside(cell)
    sender, recipient = addresses(pair.sender, cell.version), addresses(pair.recipient, cell.version)

    @st.composite
    def inbound_bodies(draw: st.DrawFn) -> Json:
        message = Message(
            uuid=draw(UUIDS),
            account="key",
            direction=Direction.INBOUND,
            dialect=cell.version,
            channel=channel.name,
            kind=row.kind,
            sender=draw(sender),
            recipient=draw(recipient),
            content=draw(content),
            at=draw(MOMENTS),
            status=Status.RECEIVED,
        )
        written = _plain(documents().dialects[cell.version].inbound_body(message, channel))
        # What the server works out by itself, such as the number of parts, is left as it is.
        return written | {name: each for name, each in draw(beside).items() if name not in written}

    return inbound_bodies()


def _content(cell: Cell) -> Values:
    """Return what a message of a cell holds, as ``Message.content``."""
    row = cell.row
    schema = documents().inbound.of(row).content
    if schema is None:
        return st.just({})
    told: Mapping[str, Values] = {joined(row.kind, "url"): urls(row.extensions)} if row.extensions else {}
    made = Making(told).values(schema, row.kind)
    return made if "properties" in schema else made.map(lambda value: {row.kind: value})


def _beside(cell: Cell) -> Values:
    """Return what may stand beside the content, such as the context of a reply."""
    if cell.version == V0_1:
        return st.just({})
    schema = Schemas(documents().specs.documents[f"messages-{cell.version}"]).component(cell.row.schema or "")
    beside = documents().inbound.of(cell.row).beside
    together = {name: schema[name] for name in _GOING_TOGETHER if name in schema}
    needed = [name for name in schema["required"] if name in beside]
    return (
        Making().values({"type": "object", "properties": beside, "required": needed, **together})
        if beside
        else st.just({})
    )


def _plain(body: Json) -> Json:
    """Return a body of plain strings: a status is an enumeration to us, and prints as one."""
    return {name: each.value if isinstance(each, Status) else each for name, each in body.items()}
