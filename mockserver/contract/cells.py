"""The words about channels and kinds: which there are, which go together, and which cell says no."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from mockserver.contract.guess import Guess, cell_of, close_channel, sendable, twin_of
from mockserver.contract.reasons import attempt, kept, shown, twin_words
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

    def takes(self, channel: ChannelRow | None) -> tuple[str, ...]:
        """Return the content types a channel takes, or all there are."""
        return sendable(self._capabilities, self._dialect, channel)

    def channels(self, body: dict[str, Json], meant: Guess, *, is_own: bool) -> Iterator[Violation]:
        """Yield what is wrong with each member that names the channel, if what should hold it is there.

        ``is_own`` says that the guess was made on this very body, not on what it was translated to.
        """
        is_guessed = is_own and len(self._form.channel_at) == 1
        for name in self._form.channel_at:
            holder = found_at(body, name.rpartition(".")[0])
            if isinstance(holder, dict):
                yield from self._channel(name, holder, meant.channel, is_guessed=is_guessed)

    def kind(self, body: dict[str, Json], meant: Guess) -> Iterator[Violation]:
        """Yield what is wrong with the kind the content names, if there is content to speak of."""
        content = found_at(body, self._form.holder)
        holder = found_at(body, self._kind_at.rpartition(".")[0])
        if not isinstance(content, dict) or not isinstance(holder, dict):
            return
        said = self._kind_at.rpartition(".")[2]
        if said not in holder:
            yield self._missing_kind(meant, holder)
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

    def _channel(self, name: str, holder: Json, channel: ChannelRow | None, *, is_guessed: bool) -> Iterator[Violation]:
        """Yield what is wrong with one member; if the channel ``is_guessed`` by it, no other can be closer to it."""
        nearest = channel.names[self._dialect] if channel else None
        expected = nearest or _choice(self._names)
        member = name.rpartition(".")[2]
        if member not in holder:
            reason = f"Missing `{name}` field: expected {expected}.{self._twin(holder, name)}"
            yield Violation(name, "required", reason, expected=expected, nearest=nearest)
            return
        said = holder[member]
        if nearest is not None and said == nearest:
            return
        if said in self._names:
            yield self._mismatch(name, said, nearest)
            return
        is_open = isinstance(said, str) and not is_guessed
        close = close_channel(self._capabilities, self._dialect, said) if is_open else None
        nearest = close.names[self._dialect] if close else nearest
        expected = _choice(self._names)
        reason = f"`{name}` is {shown(said)}; expected {expected}.{attempt(nearest)}{self._elsewhere(said)}"
        yield Violation(name, "channel", reason, expected, kept(said), nearest)

    def _twin(self, holder: dict[str, Json], name: str) -> str:
        """Point at the member that probably stands for a missing one."""
        home, _, member = name.rpartition(".")
        return twin_words(home or "body", twin_of(holder, member), member)

    def _elsewhere(self, said: Json) -> str:
        """Name the version that has the channel said, if this one has not."""
        known = self._capabilities.channel(said) if isinstance(said, str) else None
        if known is None or known.speaks(self._dialect):
            return ""
        return only_in(known.title, "", list(known.names))

    def _mismatch(self, name: str, said: str, nearest: str | None) -> Violation:
        leading = self._form.channel_at[0]
        reason = f"`{name}` is {shown(said)} but `{leading}` is {shown(nearest)}; both must name the same channel."
        return Violation(name, "channel_mismatch", f"{reason}{attempt(nearest)}", nearest or "", said, nearest)

    def _missing_kind(self, meant: Guess, holder: dict[str, Json]) -> Violation:
        takes = self.takes(meant.channel)
        nearest = meant.kind if meant.kind in takes else None
        hint = self._twin(holder, self._kind_at) or attempt(nearest)
        reason = f"Missing `{self._kind_at}` field: expected {_choice(takes)}.{hint}"
        return Violation(self._kind_at, "required", reason, expected=_choice(takes), nearest=nearest)

    def _unknown_kind(self, said: Json, meant: Guess) -> Violation:
        takes = self.takes(meant.channel)
        nearest = meant.kind if meant.kind in takes else None
        where = f", which is all {meant.channel.names[self._dialect]} takes" if meant.channel else ""
        reason = f"`{self._kind_at}` is {shown(said)}; expected {_choice(takes)}{where}.{attempt(nearest)}"
        if meant.channel is not None and meant.kind not in takes:
            reason += self._meant(meant.channel, meant.kind or str(said))
        return Violation(self._kind_at, "kind", reason, _choice(takes), kept(said), nearest)

    def _impossible(self, channel: ChannelRow, kind: str, content: dict[str, Json]) -> Violation:
        """Name the cell that says no, or the way around."""
        row = cell_of(self._capabilities, self._dialect, channel, kind)
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
        reason = f"{cell}; {self._alternatives(channel)}.{self._other_version(channel, kind)}"
        return Violation(self._kind_at, "capability", reason, expected, kind, nearest, row.source if row else "")

    def _meant(self, channel: ChannelRow, kind: str) -> str:
        """Say of a kind that the channel does not take which cell says so, and which version has it."""
        row = self._row(channel, kind)
        cell = f" If {row.kind} was meant: {self._cell(row)}." if row is not None and not row.is_supported else ""
        return f"{cell}{self._other_version(channel, kind)}"

    def _other_version(self, channel: ChannelRow, kind: str) -> str:
        """Name the versions in which the channel takes a kind that it does not take here."""
        others = [each for each in channel.names if each != self._dialect]
        return only_in(channel.title, kind, [each for each in others if kind in self._takes_in(each, channel)])

    def _takes_in(self, dialect: str, channel: ChannelRow) -> tuple[str, ...]:
        return sendable(self._capabilities, dialect, channel)

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


def only_in(title: str, kind: str, dialects: list[str]) -> str:
    """Return the closing sentence on the versions that have a channel, or a kind on it; empty if there are none."""
    there = " and ".join(f"{FORMS[each].title} ({FORMS[each].path})" for each in dialects)
    what = f"{title} has {kind}" if kind else f"{title} exists"
    return f" {what} in {there} only." if there else ""


def _choice(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}"
