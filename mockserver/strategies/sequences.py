"""The statuses of one message in order, as its channel allows; with the trouble of real networks if asked for."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

import msgspec
from hypothesis import strategies as st

from mockserver.core.capabilities import ChannelRow
from mockserver.core.forms import V0_1, V1, said_version
from mockserver.errors import UsageError
from mockserver.model import Direction, Json, Message, Move, Status
from mockserver.strategies.known import channels, chosen, documents
from mockserver.strategies.webhooks import UUIDS, Told, codes, sent_messages

Trouble: TypeAlias = Literal["duplicates", "gaps", "reorder"]
"""What befalls webhooks on their way: some come twice, some never, and any in front of another."""

Sequences: TypeAlias = st.SearchStrategy[tuple[Json, ...]]
_TROUBLES: Final[tuple[Trouble, ...]] = ("duplicates", "gaps", "reorder")
_AT: Final = datetime(2024, 1, 1, 12, tzinfo=UTC)
_SENT: Final = "Pass a body of send_bodies(), or a message that was sent: with message_uuid, channel, from and to."


def status_sequences(
    message: Json | Message | None = None,
    *,
    version: str | None = None,
    channel: str | None = None,
    trouble: Trouble | Collection[Trouble] = (),
) -> Sequences:
    """Return the status webhooks of one message, one after the other, at least one.

    ``message`` is the body of a request, a message as the server tells of it, or nothing: then any message of a
    ``channel``. ``version`` is that of the webhooks, without it the message's own. Without ``trouble`` each status may
    follow the one before on the channel, and is later by a second or more; with it some of that does not hold.
    """
    trouble = (trouble,) if isinstance(trouble, str) else trouble
    for each in trouble:
        chosen("trouble", each, _TROUBLES)
    told = _any_told(version, channel) if message is None else _told(message, version)
    return st.one_of([_sequences(told_by) for told_by in told]).flatmap(_spoiler(trouble))


def _any_told(version: str | None, channel: str | None) -> list[st.SearchStrategy[Told]]:
    return [
        sent_messages(dialect, row.name).map(lambda message, dialect=dialect, row=row: Told(message, dialect, row))  # type: ignore[misc]
        for dialect, row in channels(version, channel)
    ]


def _told(message: Json | Message, version: str | None) -> list[st.SearchStrategy[Told]]:
    if isinstance(message, Message):
        [(dialect, row), *_] = channels(version or message.dialect, message.channel)
        return [st.just(Told(message, dialect, row))]
    if not isinstance(message, Mapping):
        raise UsageError(f"no message can be read from {type(message).__name__}", where="status_sequences", fix=_SENT)
    said = said_version(message) or V1
    try:
        read = _read_v0_1(message) if said == V0_1 else _read_flat(message)
    except (KeyError, TypeError) as error:
        raise UsageError(f"the message lacks {error}", where="status_sequences", fix=_SENT) from error
    [(dialect, row), *_] = channels(version or read.dialect, read.channel)
    if "message_uuid" in message:
        return [st.just(Told(read, dialect, row))]
    return [UUIDS.map(lambda uuid: Told(msgspec.structs.replace(read, uuid=uuid), dialect, row))]


def _read_v0_1(body: Mapping[str, Json]) -> Message:
    [(_, row)] = channels(V0_1, body["to"]["type"])
    return _read(body, V0_1, row)


def _read_flat(message: Mapping[str, Json]) -> Message:
    """Read a body of v1, or a message as the control API shows it: they are alike, but for the name of the kind."""
    if "message_type" in message:
        [(_, row)] = channels(V1, message["channel"])
        return _read(message, V1, row)
    version = str(message.get("version") or V1)
    [(_, row), *_] = channels(version, message["channel"])
    return Message(
        uuid=str(message["message_uuid"]),
        account="key",
        direction=Direction.OUTBOUND,
        dialect=version,
        channel=row.name,
        kind=str(message.get("kind") or "text"),
        sender=str(message["from"]),
        recipient=str(message["to"]),
        content={"text": str(message.get("text") or "")},
        at=_AT,
        status=Status.ACCEPTED,
        client_ref=message.get("client_ref"),
    )


def _read(body: Mapping[str, Json], version: str, row: ChannelRow) -> Message:
    dialect = documents().dialects[version]
    uuid = str(body.get("message_uuid", ""))
    return dialect.read_message(body, row, uuid=uuid, account="key", application=None, at=_AT)


def _sequences(source: st.SearchStrategy[Told]) -> Sequences:
    @st.composite
    def legal_sequences(draw: st.DrawFn) -> tuple[Json, ...]:
        told = draw(source)
        statuses = draw(st.sampled_from(sorted(_paths(told.channel, Status.ACCEPTED), key=len)))
        return tuple(told.status_body(move) for move in _moves(draw, told, statuses))

    return legal_sequences()


def _paths(channel: ChannelRow, status: Status) -> Iterator[tuple[Status, ...]]:
    """Yield every way on from a status by the channel's table of moves, to the end or not."""
    for following in channel.moves.get(status, ()):
        yield (following,)
        yield from ((following, *more) for more in _paths(channel, following))


def _moves(draw: st.DrawFn, told: Told, statuses: tuple[Status, ...]) -> Iterator[Move]:
    at = told.message.at
    for status in statuses:
        at += timedelta(seconds=draw(st.integers(1, 3600)))
        yield Move(status, at, draw(st.sampled_from(codes(told.version, status))))


def _spoiler(trouble: Collection[Trouble]) -> Callable[[tuple[Json, ...]], Sequences]:
    def spoil(bodies: tuple[Json, ...]) -> Sequences:
        # Gaps come first and the order last, so that both copies of one may be anywhere.
        spoilt: Sequences = st.just(bodies)
        for each in ("gaps", "duplicates", "reorder"):
            if each in trouble:
                spoilt = spoilt.flatmap(_SPOILERS[each])
        return spoilt

    return spoil


def _with_gaps(bodies: tuple[Json, ...]) -> Sequences:
    kept = st.lists(st.booleans(), min_size=len(bodies), max_size=len(bodies)).filter(lambda lost: not all(lost))
    return kept.map(lambda lost: tuple(each for each, is_lost in zip(bodies, lost, strict=True) if not is_lost))


def _with_duplicates(bodies: tuple[Json, ...]) -> Sequences:
    copies = st.lists(st.integers(1, 3), min_size=len(bodies), max_size=len(bodies))
    return copies.map(
        lambda counts: tuple(each for each, count in zip(bodies, counts, strict=True) for _ in range(count))
    )


def _reordered(bodies: tuple[Json, ...]) -> Sequences:
    return st.permutations(bodies).map(tuple)


_SPOILERS: Final[Mapping[str, Callable[[tuple[Json, ...]], Sequences]]] = {
    "gaps": _with_gaps,
    "duplicates": _with_duplicates,
    "reorder": _reordered,
}
