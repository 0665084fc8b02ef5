"""The words about channels and kinds: which there are, which go together, and which cell says no."""

import json
from collections.abc import Iterator
from typing import Final

from mockserver.contract.guess import Guess, close_channel
from mockserver.contract.reasons import attempt, kept, shown
from mockserver.core.capabilities import Capabilities, ChannelRow, Row
from mockserver.model import Json
from mockserver.problem import Violation

_STATES: Final = {"not_by_channel": "not by the channel", "not_by_provider": "not by the provider"}
_MATRICES: Final = {
    "outbound": "outbound matrix",
    "inbound": "inbound matrix",
    "custom": "custom-object matrix",
}
_CONTENT_TYPE: Final = "message.content.type"


class Cells:
    """Judges ``to.type``, ``from.type`` and ``message.content.type`` in one dialect's words."""

    def __init__(self, capabilities: Capabilities, dialect: str) -> None:
        self._capabilities = capabilities
        self._dialect = dialect
        self._names = [channel.names[dialect] for channel in capabilities.channels.values()]

    def takes(self, channel: ChannelRow | None) -> list[str]:
        """Return the content types a channel takes, or all there are."""
        sendable = {
            row.kind
            for row in self._capabilities.rows
            if row.direction == "outbound" and row.schema and (channel is None or row.channel == channel.name)
        }
        return [kind for kind in self._capabilities.kinds if kind in sendable]

    def party_types(self, body: dict[str, Json], meant: Guess) -> Iterator[Violation]:
        """Yield what is wrong with the channel each party names."""
        for side in ("to", "from"):
            party = body.get(side)
            if isinstance(party, dict):
                yield from self._party_type(f"{side}.type", party, meant.channel)

    def content_type(self, body: dict[str, Json], meant: Guess) -> Iterator[Violation]:
        """Yield what is wrong with the kind the content names, if there is content to speak of."""
        message = body.get("message")
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(content, dict):
            return
        if "type" not in content:
            yield self._missing_kind(meant)
        elif meant.kind is None or content["type"] != meant.kind:
            yield self._unknown_kind(content["type"], meant)
        elif meant.channel is not None and meant.kind not in self.takes(meant.channel):
            yield self._impossible(meant.channel, meant.kind, content)

    def custom_refusals(self, channel: ChannelRow, custom: Json) -> tuple[Violation, ...]:
        """Refuse a custom object the channel cannot carry; what is not recognised passes."""
        sort = self._capabilities.custom_object(custom)
        row = self._capabilities.row(channel.name, sort, "outbound") if sort else None
        if row is None or row.is_supported:
            return ()
        reason = f"The custom object is a {row.kind}; {self._cell(row)}; {self._alternatives(channel)}."
        return (Violation("message.content.custom", "capability", reason, found=row.kind, source=row.source),)

    def _party_type(self, name: str, party: Json, channel: ChannelRow | None) -> Iterator[Violation]:
        nearest = channel.names[self._dialect] if channel else None
        expected = nearest or _choice(self._names)
        if "type" not in party:
            reason = f"Missing `{name}` field: expected {expected}."
            yield Violation(name, "required", reason, expected=expected, nearest=nearest)
            return
        said = party["type"]
        if nearest is not None and said == nearest:
            return
        if said in self._names:
            yield self._mismatch(name, said, nearest)
            return
        close = close_channel(self._capabilities, self._dialect, said) if isinstance(said, str) else None
        nearest = close.names[self._dialect] if close else nearest
        expected = _choice(self._names)
        reason = f"`{name}` is {shown(said)}; expected {expected}.{attempt(nearest)}"
        yield Violation(name, "channel", reason, expected, kept(said), nearest)

    def _mismatch(self, name: str, said: str, nearest: str | None) -> Violation:
        reason = f"`{name}` is {shown(said)} but `to.type` is {shown(nearest)}; both must name the same channel."
        return Violation(name, "channel_mismatch", f"{reason}{attempt(nearest)}", nearest or "", said, nearest)

    def _missing_kind(self, meant: Guess) -> Violation:
        takes = self.takes(meant.channel)
        nearest = meant.kind if meant.kind in takes else None
        reason = f"Missing `{_CONTENT_TYPE}` field: expected {_choice(takes)}.{attempt(nearest)}"
        return Violation(_CONTENT_TYPE, "required", reason, expected=_choice(takes), nearest=nearest)

    def _unknown_kind(self, said: Json, meant: Guess) -> Violation:
        takes = self.takes(meant.channel)
        nearest = meant.kind if meant.kind in takes else None
        where = f", which is all {meant.channel.names[self._dialect]} takes" if meant.channel else ""
        reason = f"`{_CONTENT_TYPE}` is {shown(said)}; expected {_choice(takes)}{where}.{attempt(nearest)}"
        row = self._capabilities.row(meant.channel.name, meant.kind or "", "outbound") if meant.channel else None
        if row is not None and not row.is_supported:
            reason += f" If {row.kind} was meant: {self._cell(row)}."
        return Violation(_CONTENT_TYPE, "kind", reason, _choice(takes), kept(said), nearest)

    def _impossible(self, channel: ChannelRow, kind: str, content: dict[str, Json]) -> Violation:
        """Name the cell that says no, or the way around."""
        row = self._capabilities.row(channel.name, kind, "outbound")
        wire_name = channel.names[self._dialect]
        takes = self.takes(channel)
        expected = _choice(takes)
        if row is not None and row.through:
            example = json.dumps(row.example, ensure_ascii=False)
            reason = (
                f"On {wire_name} a {kind} travels as {row.through}:"
                f" set `{_CONTENT_TYPE}` to {json.dumps(row.through)} and put the provider's object in"
                f" `message.content.{row.through}`, such as {example}."
            )
            return Violation(_CONTENT_TYPE, "capability", reason, expected, kind, row.through, row.source)
        cell = self._cell(row) if row else self._custom_cells(channel, content)
        nearest = takes[0] if len(takes) == 1 else None
        reason = f"{cell}; {self._alternatives(channel)}."
        return Violation(_CONTENT_TYPE, "capability", reason, expected, kind, nearest, row.source if row else "")

    def _cell(self, row: Row) -> str:
        wire_name = self._capabilities.channels[row.channel].names[self._dialect]
        return f"{row.kind} is not possible on {wire_name} ({_MATRICES[row.matrix]}: {_STATES[row.state]})"

    def _custom_cells(self, channel: ChannelRow, content: dict[str, Json]) -> str:
        """Name the cell of the custom object that is inside, or all of them."""
        sort = self._capabilities.custom_object(content.get("custom"))
        row = self._capabilities.row(channel.name, sort, "outbound") if sort else None
        if row is not None:
            return self._cell(row)
        found = (self._capabilities.row(channel.name, each, "outbound") for each in self._capabilities.custom_objects)
        cells = ", ".join(f"{row.kind} {_STATES[row.state]}" for row in found if row)
        wire_name = channel.names[self._dialect]
        return f"custom is not possible on {wire_name} ({_MATRICES['custom']}: {cells})"

    def _alternatives(self, channel: ChannelRow) -> str:
        return f"{channel.names[self._dialect]} takes: {', '.join(self.takes(channel))}"


def _choice(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}"
