"""What a message costs: the price of its channel times its parts; knows no balance."""

from decimal import Decimal
from typing import Final

import msgspec

from mockserver.core.capabilities import ChannelRow
from mockserver.core.segments import Segments, is_surely_single, segments
from mockserver.model import Account, Message

_FORM: Final = ".4f"
"""Prices have four decimals. Source: domain facts, messages-v0.1 parts 4.4 and 9 row 15."""


def priced(channel: ChannelRow, account: Account | None) -> ChannelRow:
    """Return a channel at the account's own price, where it has one."""
    own = account.provider.prices.get(channel.name) if account is not None and account.provider is not None else None
    return channel if own is None else msgspec.structs.replace(channel, price=format(Decimal(own), _FORM))


def counted(message: Message, channel: ChannelRow) -> Segments | None:
    """Return how a text is cut into parts, on channels that count them; ``None`` for all else."""
    if not channel.counts_parts or message.kind != "text":
        return None
    return segments(message.content["text"], message.options.get("encoding_type"))


def parts_of(message: Message, channel: ChannelRow) -> int:
    """Return how many parts a message takes; 1 on channels that count none."""
    if not channel.counts_parts or message.kind != "text" or is_surely_single(message.content["text"]):
        return 1
    return segments(message.content["text"], message.options.get("encoding_type")).parts


def price_of(message: Message, channel: ChannelRow) -> str:
    """Return what a message costs on a channel."""
    parts = parts_of(message, channel)
    return channel.price if parts == 1 else format(Decimal(channel.price) * parts, _FORM)
