"""What a body means to be, even if it does not say so rightly: its channel and its kind."""

from dataclasses import dataclass

from mockserver.contract.nearest import close_word
from mockserver.core.capabilities import Capabilities, ChannelRow
from mockserver.model import Json


@dataclass(frozen=True, slots=True)
class Guess:
    """What a body is about, as said or else the likeliest; ``None`` where nothing hints at it."""

    channel: ChannelRow | None
    kind: str | None


def guess(capabilities: Capabilities, dialect: str, body: dict[str, Json]) -> Guess:
    """Return what a body is about: the channel by ``to.type``, else ``from.type``; the kind by the content.

    A name that is right on one side wins over one that is nearly right on the other.
    """
    said = [name for side in ("to", "from") if (name := _type_of(body.get(side))) is not None]
    exact = [channel for name in said if (channel := capabilities.by_wire(dialect, name))]
    close = [channel for name in said if (channel := close_channel(capabilities, dialect, name))]
    channels = exact or close
    return Guess(channels[0] if channels else None, _kind(capabilities, body.get("message")))


def close_channel(capabilities: Capabilities, dialect: str, name: str) -> ChannelRow | None:
    """Return the channel a name comes close to: any name of it, in any dialect, or one that looks alike."""
    known = capabilities.channel(name.strip())
    if known is not None:
        return known
    word = close_word(name, (channel.names[dialect] for channel in capabilities.channels.values()))
    return capabilities.by_wire(dialect, word) if word else None


def close_kind(capabilities: Capabilities, word: Json) -> str | None:
    """Return the kind a word comes close to: its name, a word people use for it, or one that looks alike."""
    if not isinstance(word, str):
        return None
    folded = word.strip().casefold()
    for kind, words in capabilities.kinds.items():
        if folded == kind or folded in words:
            return kind
    return close_word(folded, capabilities.kinds)


def _type_of(party: Json) -> str | None:
    said = party.get("type") if isinstance(party, dict) else None
    return said if isinstance(said, str) else None


def _kind(capabilities: Capabilities, message: Json) -> str | None:
    """Take the kind the content names, else the one it holds a member for."""
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, dict):
        return None
    if isinstance(content.get("type"), str):
        return close_kind(capabilities, content["type"])
    return next((name for name in content if name in capabilities.kinds), None)
