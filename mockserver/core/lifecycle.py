"""Which status may follow which: pure questions to a channel's table of moves; moves nothing itself.

Source: domain facts, messages-v0.1 part 4.4.
"""

from typing import Final

from mockserver.core.capabilities import ChannelRow
from mockserver.model import Status

FINAL: Final = frozenset({Status.READ, Status.REJECTED, Status.UNDELIVERABLE, Status.RECEIVED})
"""Statuses that nothing follows on any channel."""


def may_move(channel: ChannelRow, present: Status, new: Status) -> bool:
    """Return whether a message on this channel can go from one status to the other."""
    return new in channel.moves.get(present, ())


def is_final(status: Status, channel: ChannelRow | None = None) -> bool:
    """Return whether nothing can follow: on any channel, or on the one given (an SMS ends with delivered)."""
    if channel is None:
        return status in FINAL
    return not channel.moves.get(status, ())


def refusal(channel: ChannelRow, present: Status, new: Status) -> str:
    """Return why a move is not possible, as one sentence for the person who asked for it."""
    start = f"A message on {channel.name} cannot go from {present} to {new}"
    if new in {Status.ACCEPTED, Status.RECEIVED}:
        return f"{start}: {new} is where a message begins, never a move."
    if new not in channel.statuses:
        return f"{start}: {channel.title} never reports {new}."
    following = channel.moves.get(present, ())
    if not following:
        return f"{start}: {present} is its last status."
    return f"{start}: after {present} comes {' or '.join(following)}."
