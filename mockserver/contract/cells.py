"""The words about channels and kinds: which there are, which go together, and which cell says no."""

import json
from collections.abc import Iterator
from typing import Final

from mockserver.contract.guess import Guess, close_channel
from mockserver.contract.reasons import attempt, kept, shown
from mockserver.core.capabilities import Capabilities, ChannelRow, Row
from mockserver.core.forms import FORMS, Form, found_at
from mockserver.model import Json
from mockserver.problem import Violation

_STATES: Final = {"not_by_channel": "not by the channel", "not_by_provider": "not by the provider"}
_MATRICES: Final = {
    "outbound": "outbound matrix",
    "inbound": "inbound matrix",
    "custom": "custom-object matrix",
}


class Cells:
    """Judges the members that name the channel and the kind, in one dialect's words."""

    def __init__(self, capabilities: Capabilities, form: Form) -> None:
        self._capabilities = capabilities
        self._form = form
        self._dialect = form.dialect
        self._kind_at = form.kind_at
        self._names = [channel.names[form.dialect] for channel in capabilities.channels_in(form.dialect)]

    def takes(self, channel: ChannelRow | None) -> list[str]:
        """Return the content types a channel takes, or all there are."""
        sendable = {
            row.kind
            for row in self._capabilities.rows_in(self._dialect)
            if row.direction == "outbound" and row.schema and (channel is None or row.channel == channel.name)
        }
        return [kind for kind in self._capabilities.kinds if kind in sendable]

    def channels(self, body: dict[str, Json], meant: Guess) -> Iterator[Violation]:
        """Yield what is wrong with each member that names the channel, if what should hold it is there."""
        for name in self._form.channel_at:
            holder = found_at(body, name.rpartition(".")[0])
            if isinstance(holder, dict):
                yield from self._channel(name, holder, meant.channel)

    def kind(self, body: dict[str, Json], meant: Guess) -> Iterator[Violation]:
        """Yield what is wrong with the kind the content names, if there is content to speak of."""
        content = found_at(body, self._form.holder)
        holder = found_at(body, self._kind_at.rpartition(".")[0])
        if not isinstance(content, dict) or not isinstance(holder, dict):
            return
        said = self._kind_at.rpartition(".")[2]
        if said not in holder:
            yield self._missing_kind(meant)
        elif meant.kind is None or holder[said] != meant.kind:
            yield self._unknown_kind(holder[said], meant)
        elif meant.channel is not None and meant.kind not in self.takes(meant.channel):
            yield self._impossible(meant.channel, meant.kind, content)

    def custom_refusals(self, channel: ChannelRow, custom: Json) -> tuple[Violation, ...]:
        """Refuse a custom object the channel cannot carry; what is not recognised passes."""
        sort = self._capabilities.custom_object(custom)
        row = self._row(channel, sort) if sort else None
        if row is None or row.is_supported:
            return ()
        reason = f"The custom object is a {row.kind}; {self._cell(row)}; {self._alternatives(channel)}."
        return (Violation(self._form.content_at("custom"), "capability", reason, found=row.kind, source=row.source),)

    def _channel(self, name: str, holder: Json, channel: ChannelRow | None) -> Iterator[Violation]:
        nearest = channel.names[self._dialect] if channel else None
        expected = nearest or _choice(self._names)
        member = name.rpartition(".")[2]
        if member not in holder:
            reason = f"Missing `{name}` field: expected {expected}."
            yield Violation(name, "required", reason, expected=expected, nearest=nearest)
            return
        said = holder[member]
        if nearest is not None and said == nearest:
            return
        if said in self._names:
            yield self._mismatch(name, said, nearest)
            return
        close = close_channel(self._capabilities, self._dialect, said) if isinstance(said, str) else None
        nearest = close.names[self._dialect] if close else nearest
        expected = _choice(self._names)
        reason = f"`{name}` is {shown(said)}; expected {expected}.{attempt(nearest)}{self._elsewhere(said)}"
        yield Violation(name, "channel", reason, expected, kept(said), nearest)

    def _elsewhere(self, said: Json) -> str:
        """Name the version that has the channel said, if this one has not."""
        known = self._capabilities.channel(said) if isinstance(said, str) else None
        if known is None or known.speaks(self._dialect):
            return ""
        there = " and ".join(f"{FORMS[each].title} ({FORMS[each].path})" for each in known.names)
        return f" {known.title} exists in {there} only."

    def _mismatch(self, name: str, said: str, nearest: str | None) -> Violation:
        leading = self._form.channel_at[0]
        reason = f"`{name}` is {shown(said)} but `{leading}` is {shown(nearest)}; both must name the same channel."
        return Violation(name, "channel_mismatch", f"{reason}{attempt(nearest)}", nearest or "", said, nearest)

    def _missing_kind(self, meant: Guess) -> Violation:
        takes = self.takes(meant.channel)
        nearest = meant.kind if meant.kind in takes else None
        reason = f"Missing `{self._kind_at}` field: expected {_choice(takes)}.{attempt(nearest)}"
        return Violation(self._kind_at, "required", reason, expected=_choice(takes), nearest=nearest)

    def _unknown_kind(self, said: Json, meant: Guess) -> Violation:
        takes = self.takes(meant.channel)
        nearest = meant.kind if meant.kind in takes else None
        where = f", which is all {meant.channel.names[self._dialect]} takes" if meant.channel else ""
        reason = f"`{self._kind_at}` is {shown(said)}; expected {_choice(takes)}{where}.{attempt(nearest)}"
        row = self._row(meant.channel, meant.kind or "") if meant.channel else None
        if row is not None and not row.is_supported:
            reason += f" If {row.kind} was meant: {self._cell(row)}."
        return Violation(self._kind_at, "kind", reason, _choice(takes), kept(said), nearest)

    def _impossible(self, channel: ChannelRow, kind: str, content: dict[str, Json]) -> Violation:
        """Name the cell that says no, or the way around."""
        row = self._row(channel, kind)
        wire_name = channel.names[self._dialect]
        takes = self.takes(channel)
        expected = _choice(takes)
        if row is not None and row.through:
            example = json.dumps(row.example, ensure_ascii=False)
            reason = (
                f"On {wire_name} a {kind} travels as {row.through}:"
                f" set `{self._kind_at}` to {json.dumps(row.through)} and put the provider's object in"
                f" `{self._form.content_at(row.through)}`, such as {example}."
            )
            return Violation(self._kind_at, "capability", reason, expected, kind, row.through, row.source)
        cell = self._cell(row) if row else self._no_cell(channel, kind, content)
        nearest = takes[0] if len(takes) == 1 else None
        reason = f"{cell}; {self._alternatives(channel)}."
        return Violation(self._kind_at, "capability", reason, expected, kind, nearest, row.source if row else "")

    def _cell(self, row: Row) -> str:
        wire_name = self._capabilities.channels[row.channel].names[self._dialect]
        return f"{row.kind} is not possible on {wire_name} ({_MATRICES[row.matrix]}: {_STATES[row.state]})"

    def _no_cell(self, channel: ChannelRow, kind: str, content: dict[str, Json]) -> str:
        """Say that a kind has no cell; of a custom object, name the cell of what is inside, or all of them."""
        sort = self._capabilities.custom_object(content.get("custom"))
        row = self._row(channel, sort) if sort else None
        if row is not None:
            return self._cell(row)
        found = [row for each in self._capabilities.custom_objects if (row := self._row(channel, each))]
        if kind != "custom" or not found:
            return f"{kind} is not possible on {channel.names[self._dialect]}"
        cells = ", ".join(f"{row.kind} {_STATES[row.state]}" for row in found)
        wire_name = channel.names[self._dialect]
        return f"custom is not possible on {wire_name} ({_MATRICES['custom']}: {cells})"

    def _row(self, channel: ChannelRow, kind: str) -> Row | None:
        return self._capabilities.row(channel.name, kind, "outbound", self._dialect)

    def _alternatives(self, channel: ChannelRow) -> str:
        return f"{channel.names[self._dialect]} takes: {', '.join(self.takes(channel))}"


def _choice(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}"
