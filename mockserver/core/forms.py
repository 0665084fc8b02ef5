"""Where each API version writes what a message is made of: paths into request and webhook bodies; judges nothing."""

from dataclasses import dataclass
from typing import Final

from mockserver.core.capabilities import Address, ChannelRow
from mockserver.model import Json


@dataclass(frozen=True, slots=True)
class Form:
    """The places of one dialect, as dotted names.

    ``channel_at`` are the members that name the channel, the first of them leading; ``kind_at`` names the kind;
    ``holder`` is the object the content stands in, empty for the body itself; ``options_home`` is the object that
    holds the options object named after the channel; ``party`` tells how an address is written, with ``{side}`` and
    ``{member}``. ``needs`` says in words what a body is made of.
    """

    dialect: str
    title: str
    path: str
    channel_at: tuple[str, ...]
    kind_at: str
    holder: str
    options_home: str
    party: str
    needs: str

    def content_at(self, kind: str) -> str:
        """Return the name of the member that carries the content of a kind."""
        return joined(self.holder, kind)

    def options_at(self, channel: ChannelRow, option: str = "") -> str:
        """Return the name of a channel's options object, or of one option wherever it stands."""
        if self.dialect == V1 and option in channel.top_options:
            return option
        return joined(joined(self.options_home, channel.names[self.dialect]), option)

    def party_at(self, side: str, address: Address) -> str:
        """Return the name of the member that holds an address; ``side`` is ``from`` or ``to``."""
        return self.party.format(side=side, member=address.member)


V0_1: Final = "v0.1"
V1: Final = "v1"
FORMS: Final = {
    V0_1: Form(
        dialect=V0_1,
        title="Messages v0.1",
        path="/v0.1/messages",
        channel_at=("to.type", "from.type"),
        kind_at="message.content.type",
        holder="message.content",
        options_home="message",
        party="{side}.{member}",
        needs="`from`, `to` and `message`",
    ),
    V1: Form(
        dialect=V1,
        title="Messages v1",
        path="/v1/messages",
        channel_at=("channel",),
        kind_at="message_type",
        holder="",
        options_home="",
        party="{side}",
        needs="`channel`, `message_type`, `to`, `from` and the content",
    ),
}


def joined(holder: str, member: str) -> str:
    """Return the dotted name of a member of an object; either may be empty."""
    return f"{holder}.{member}" if holder and member else holder or member


def found_at(body: Json, name: str) -> Json:
    """Return what stands under a dotted name, ``None`` where nothing does; the empty name is the body itself."""
    return found_along(tuple(name.split(".")) if name else (), body)


def found_along(path: tuple[str, ...], body: Json) -> Json:
    """Return what stands under a dotted name that was split before, ``None`` where nothing does."""
    found = body
    for member in path:
        if found.__class__ is not dict:
            return None
        found = found.get(member)
    return found


def said_version(body: Json) -> str | None:
    """Return the dialect a body looks like, by members that only one of them has; ``None`` if it could be either."""
    if not isinstance(body, dict):
        return None
    has_message = isinstance(body.get("message"), dict)
    has_objects = isinstance(body.get("to"), dict) or isinstance(body.get("from"), dict)
    if ("channel" in body or "message_type" in body) and not (has_message and has_objects):
        return V1
    if has_message or has_objects:
        return V0_1
    return V1 if any(isinstance(body.get(side), str) for side in ("to", "from")) else None
