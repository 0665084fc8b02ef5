"""What a body means to be, even if it does not say so rightly: its channel and its kind."""

from dataclasses import dataclass

from mockserver.contract.nearest import close_word
from mockserver.core.capabilities import Capabilities, ChannelRow
from mockserver.core.forms import Form, found_at
from mockserver.model import Json


@dataclass(frozen=True, slots=True)
class Guess:
    """What a body is about, as said or else the likeliest; ``None`` where nothing hints at it."""

    channel: ChannelRow | None
    kind: str | None


def guess(capabilities: Capabilities, form: Form, body: dict[str, Json]) -> Guess:
    """Return what a body is about: the channel by the members that name it, the kind by the content.

    A name that is right in one place wins over one that is nearly right in another.
    """
    said = [name for place in form.channel_at if isinstance(name := found_at(body, place), str)]
    exact = [channel for name in said if (channel := capabilities.by_wire(form.dialect, name))]
    close = [channel for name in said if (channel := close_channel(capabilities, form.dialect, name))]
    channels = exact or close
    return Guess(channels[0] if channels else None, _kind(capabilities, form, body))


def close_channel(capabilities: Capabilities, dialect: str, name: str) -> ChannelRow | None:
    """Return the channel of a dialect a name comes close to: any name of it, or one that looks alike."""
    known = capabilities.channel(name.strip())
    if known is not None:
        return known if known.speaks(dialect) else None
    word = close_word(name, (channel.names[dialect] for channel in capabilities.channels_in(dialect)))
    return capabilities.by_wire(dialect, word) if word else None


def close_kind(capabilities: Capabilities, dialect: str, word: Json) -> str | None:
    """Return the kind of a dialect a word comes close to: its name, a word people use for it, or a look-alike."""
    if not isinstance(word, str):
        return None
    folded = word.strip().casefold()
    kinds = capabilities.kinds_in(dialect)
    if folded in kinds:
        return folded
    meant = (kind for kind, words in kinds.items() if folded in words)
    return next(meant, None) or close_word(folded, kinds)


def _kind(capabilities: Capabilities, form: Form, body: dict[str, Json]) -> str | None:
    """Take the kind the content names, else the one it holds a member for."""
    content = found_at(body, form.holder)
    if not isinstance(content, dict):
        return None
    said = found_at(body, form.kind_at)
    if isinstance(said, str):
        return close_kind(capabilities, form.dialect, said)
    return next((name for name in content if name in capabilities.kinds_in(form.dialect)), None)
