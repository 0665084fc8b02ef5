"""What a body means to be, even if it does not say so rightly: its channel and its kind."""

from msgspec import Struct

from mockserver.contract.likeness import close_member, close_word
from mockserver.core.capabilities import Capabilities, ChannelRow, Row
from mockserver.core.forms import Form, found_at
from mockserver.model import Json


class Guess(Struct, frozen=True, gc=False):
    """What a body is about, as said or else the likeliest; ``None`` where nothing hints at it.

    ``held`` is the one kind it has content for, where that is another than the kind it names.
    """

    channel: ChannelRow | None
    kind: str | None
    held: str | None = None


def guess(capabilities: Capabilities, form: Form, body: dict[str, Json]) -> Guess:
    """Return what a body is about: the channel by the members that name it, the kind by the content.

    A name that is right in one place wins over one that is nearly right in another.
    """
    said = [name for place in form.channel_at if isinstance(name := said_at(body, place), str)]
    exact = [channel for name in said if (channel := capabilities.by_wire(form.dialect, name))]
    close = (channel for name in said if (channel := close_channel(capabilities, form.dialect, name)))
    channels = exact or list(close) or _by_options(capabilities, form, body)
    channel = channels[0] if channels else None
    kind = _kind(capabilities, form, channel, body)
    return Guess(channel, kind, held_kind(capabilities, form, channel, kind, body))


def said_at(body: Json, place: str) -> Json:
    """Return what a member says that names a channel or kind, be it misspelt or the one item of a list."""
    holder_at, _, member = place.rpartition(".")
    holder = found_at(body, holder_at)
    if not isinstance(holder, dict):
        return None
    said = holder.get(member if member in holder else twin_of(holder, member) or member)
    return said[0] if isinstance(said, list) and len(said) == 1 else said


def twin_of(holder: dict[str, Json], member: str) -> str | None:
    """Return the member that probably stands for a missing one that would be a word."""
    return close_member(member, (name for name, each in holder.items() if isinstance(each, str)))


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


def sendable(capabilities: Capabilities, dialect: str, channel: ChannelRow | None) -> tuple[str, ...]:
    """Return the content types a channel takes, or all there are."""
    return capabilities.sendable(dialect, None if channel is None else channel.name)


def cell_of(capabilities: Capabilities, dialect: str, channel: ChannelRow, kind: str) -> Row | None:
    """Return the row of what a channel does with a kind; a dialect without one takes the way around of another."""
    own = capabilities.row(channel.name, kind, "outbound", dialect)
    if own is not None:
        return own
    takes = sendable(capabilities, dialect, channel)
    names = (kind, *(each for each, words in capabilities.kinds.items() if kind in words))
    rows = (capabilities.row(channel.name, name, "outbound", other) for other in channel.names for name in names)
    return next((row for row in rows if row is not None and row.through in takes), None)


def _by_options(capabilities: Capabilities, form: Form, body: dict[str, Json]) -> list[ChannelRow]:
    """Return the channels whose options a body has, if it is but one."""
    home = found_at(body, form.options_home)
    members = home.items() if isinstance(home, dict) else ()
    found = [capabilities.by_wire(form.dialect, name) for name, each in members if isinstance(each, dict)]
    channels = [each for each in found if each is not None]
    return channels if len(channels) == 1 else []


def _kind(capabilities: Capabilities, form: Form, channel: ChannelRow | None, body: dict[str, Json]) -> str | None:
    """Take the kind the content names, else the one it holds a member for, such as the channel takes first."""
    content = found_at(body, form.holder)
    if not isinstance(content, dict):
        return None
    said = close_kind(capabilities, form.dialect, said_at(body, form.kind_at))
    if said is not None or isinstance(found_at(body, form.kind_at), str):
        return said
    there = [name for name in content if name in capabilities.kinds_in(form.dialect)]
    takes = sendable(capabilities, form.dialect, channel)
    return next((name for name in there if name in takes), there[0] if there else None)


def held_kind(
    capabilities: Capabilities, form: Form, channel: ChannelRow | None, kind: str | None, body: dict[str, Json]
) -> str | None:
    """Return the one kind that there is content for, if there is none for the kind said."""
    content = found_at(body, form.holder)
    if channel is None or kind is None or not isinstance(content, dict) or content.get(kind) is not None:
        return None
    there = [name for name in sendable(capabilities, form.dialect, channel) if content.get(name) is not None]
    words = capabilities.kinds_in(form.dialect).get(kind, ())
    return there[0] if len(there) == 1 and not any(name in content for name in words) else None
