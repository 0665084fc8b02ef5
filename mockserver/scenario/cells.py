"""Holds what a scenario says of channels, kinds, versions, statuses and codes against ``specs/``; reads no file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mockserver.config.places import KeyPath
from mockserver.config.values import shown
from mockserver.contract.inbound import InboundShapes
from mockserver.contract.specs import DIALECTS, Specs
from mockserver.core.asking import Vocabulary
from mockserver.core.capabilities import ChannelRow, Row, Side
from mockserver.core.expressions import may_hold_names
from mockserver.model import Json, Status
from mockserver.scenario.complaints import Mistake, choice, unknown
from mockserver.scenario.steps import InboundContent, Then, ThenStatus

_FAILURES = (Status.REJECTED, Status.UNDELIVERABLE)
_STATES = {
    "not_by_channel": "the channel itself cannot",
    "not_by_provider": "the channel could, the provider does not",
}
_ALLOWING = ("equals", "one_of")
_NAMING = (*_ALLOWING, "not")


def fixed(pattern: Json) -> tuple[str, ...]:
    """Return the texts that a pattern allows, as far as it lists them: of a value, a list, ``equals``, ``one_of``."""
    texts = (each for _, each in listed(pattern, (), _ALLOWING) if isinstance(each, str))
    return tuple(each for each in texts if not may_hold_names(each))


def listed(pattern: Json, path: KeyPath, tests: tuple[str, ...] = _NAMING) -> Iterator[tuple[KeyPath, Json]]:
    """Yield the single values that a pattern names, as itself, in a list, or in some tests, with their paths."""
    if isinstance(pattern, list):
        for index, each in enumerate(pattern):
            yield from listed(each, (*path, index), tests)
    elif isinstance(pattern, Mapping):
        for name in (each for each in tests if each in pattern):
            yield from listed(pattern[name], (*path, name), tests)
    else:
        yield path, pattern


@dataclass(frozen=True)
class Cells:
    """The questions that ``specs/`` answer."""

    specs: Specs

    @cached_property
    def _shapes(self) -> InboundShapes:
        return InboundShapes(self.specs)

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Every name there is, by what it names."""
        known = self.specs.capabilities
        return {
            "channels": tuple(known.channels),
            "kinds": tuple(known.kinds),
            "versions": DIALECTS,
            "problems": tuple(self.specs.magic.problems),
            "codes": tuple(map(str, self.specs.errors)),
            "rules": self.specs.provider.names,
        }

    @property
    def aliases(self) -> Mapping[str, str]:
        """The name here of every spelling of a channel."""
        return self.specs.capabilities.aliases

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The names that can be searched for."""
        return Vocabulary.of(self.specs.capabilities)

    def channel(self, name: str) -> ChannelRow | None:
        """Return a channel by any of its names."""
        return self.specs.capabilities.channel(name)

    def unknown(self, name: Json, of: str, path: KeyPath) -> Iterator[Mistake]:
        """Yield the mistake of a name that nothing of its sort has; expressions are left alone."""
        if name is None or may_hold_names(name):
            return
        is_known = name in self.names[of] or (of == "channels" and self.channel(str(name)) is not None)
        if not is_known:
            yield unknown(path, name, self.names[of], f"no {_ONE[of]}")

    def unknown_in(self, pattern: Json, of: str, path: KeyPath) -> Iterator[Mistake]:
        """Yield a mistake for each name of a pattern that nothing has."""
        for below, name in listed(pattern, path):
            yield from self.unknown(shown(name) if name is None else name, of, below)

    def code(self, code: int | None, path: KeyPath) -> Iterator[Mistake]:
        """Yield the mistake of an error code that is none."""
        if code is not None and code not in self.specs.errors:
            near = min(self.specs.errors, key=lambda each: abs(each - code))
            yield Mistake(path, f"is {code}, no error code.", f"The nearest is {near}.")

    def impossible_send(self, asked: Mapping[str, Json], path: KeyPath) -> Iterator[Mistake]:
        """Yield the mistake of a rule for a cell that nothing can be sent in."""
        channels, kinds = self._channels(asked.get("channel")), fixed(asked.get("kind"))
        versions = fixed(asked.get("version")) or DIALECTS
        for kind in kinds if channels else ():
            rows = [self._rows(each.name, kind, "outbound", versions) for each in channels]
            if kind in self.names["kinds"] and not any(row.is_supported for found in rows for row in found):
                yield self._impossible(kind, channels, "outbound", versions, (*path, "kind"))

    def inbound(self, content: InboundContent, path: KeyPath, channels: tuple[ChannelRow, ...]) -> Iterator[Mistake]:
        """Yield what is wrong with an inbound message; ``channels`` are those it may come in on."""
        yield from self.unknown(content.channel, "channels", (*path, "channel"))
        yield from self.unknown(content.kind, "kinds", (*path, "kind"))
        yield from self.unknown(content.version, "versions", (*path, "version"))
        if content.version is not None and content.version not in DIALECTS:
            return
        versions = DIALECTS if content.version is None else (content.version,)
        rows = [row for each in channels for row in self._rows(each.name, content.kind, "inbound", versions)]
        possible = [row for row in rows if row.is_supported]
        if channels and content.kind in self.names["kinds"] and not possible:
            yield self._impossible(content.kind, channels, "inbound", versions, (*path, "kind"))
        if possible:
            yield from self._strangers(content, possible, path)

    def _strangers(self, content: InboundContent, rows: Iterable[Row], path: KeyPath) -> Iterator[Mistake]:
        """Yield a mistake for each member that no version of the content has."""
        rows = tuple(rows)
        known = dict.fromkeys(name for row in rows for name in self._shapes.of(row).given)
        given = content.model_fields_set - {"channel", "kind", "from_", "to", "version"}
        for name in sorted(given - set(known)):
            where = f"{rows[0].channel} {content.kind}"
            yield Mistake((*path, name), f"is no member of {where}.", choice(name, known), at_key=True)

    def _rows(self, channel: str, kind: str, side: Side, versions: Iterable[str]) -> list[Row]:
        found = (self.specs.capabilities.row(channel, kind, side, each) for each in versions)
        return [row for row in found if row is not None]

    def _impossible(
        self, kind: str, channels: tuple[ChannelRow, ...], side: Side, versions: tuple[str, ...], path: KeyPath
    ) -> Mistake:
        states = {row.state for each in channels for row in self._rows(each.name, kind, side, versions)}
        why = "".join(f": {_STATES[each]}" for each in states if each in _STATES)
        where = " or ".join(each.name for each in channels)
        verb = "be sent" if side == "outbound" else "come in"
        version = f" in {versions[0]}" if len(versions) == 1 else ""
        known = dict.fromkeys(
            row.kind
            for each in channels
            for version_ in versions
            for row in self.specs.capabilities.rows_of(each.name, side, version_)
            if row.is_supported
        )
        return Mistake(path, f"is {shown(kind)}, which cannot {verb} on {where}{version}{why}.", choice(kind, known))

    def _channels(self, pattern: Json) -> tuple[ChannelRow, ...]:
        found = (self.channel(each) for each in fixed(pattern))
        return tuple(each for each in found if each is not None)

    def channels_of(self, asked: Mapping[str, Json]) -> tuple[ChannelRow, ...]:
        """Return the channels that a rule is for, as far as it lists them; none means that any may be."""
        return self._channels(asked.get("channel"))

    def statuses(self, then: Iterable[Then], channels: tuple[ChannelRow, ...], path: KeyPath) -> Iterator[Mistake]:
        """Yield what is wrong with the statuses that follow a send: those that can never come."""
        steps = [(index, each) for index, each in enumerate(then) if isinstance(each, ThenStatus)]
        listed = tuple(each.status for _, each in steps)
        for index, each in steps:
            at = (*path, index)
            yield from self.failure(each.status, each.code, at)
            if not _is_reported(each, channels):
                yield _never_reported(each.status, channels, (*at, "status"))
            before = each.deliver.before
            if before is not None and before not in listed:
                says = f"is {shown(before)}, which is none of these steps."
                yield Mistake((*at, "deliver", "before"), says, choice(before, sorted({*listed} - {each.status})))
            elif before is not None and before == each.status:
                yield Mistake((*at, "deliver", "before"), f"is {shown(before)}, the status of the step itself.")
        yield from self._order([(index, each) for index, each in steps if _is_reported(each, channels)], path)

    def failure(self, status: str, code: int | None, path: KeyPath) -> Iterator[Mistake]:
        """Yield what is wrong with the code of a status."""
        yield from self.code(code, (*path, "code"))
        if code is not None and Status(status) not in _FAILURES:
            yield Mistake(
                (*path, "code"), f"does not go with {status}.", "Codes go with rejected and undeliverable.", at_key=True
            )

    def _order(self, steps: list[tuple[int, ThenStatus]], path: KeyPath) -> Iterator[Mistake]:
        """Yield a mistake for a status that cannot follow what came before it, by time."""
        moves = self.specs.capabilities.moves
        present = Status.ACCEPTED
        for index, each in sorted(steps, key=lambda pair: pair[1].after):
            new = Status(each.status)
            if new not in moves.get(present, ()):
                following = " or ".join(moves.get(present, ())) or "nothing"
                says = f"is {shown(new)}, which cannot follow {present.value}."
                fix = f"After {present.value} comes {following}."
                yield Mistake((*path, index, "status"), says, fix, rests_on=path)
                return
            present = new


def _is_reported(step: ThenStatus, channels: tuple[ChannelRow, ...]) -> bool:
    return not channels or any(Status(step.status) in each.statuses for each in channels)


def _never_reported(status: str, channels: tuple[ChannelRow, ...], path: KeyPath) -> Mistake:
    titles = " and ".join(each.title for each in channels)
    verb = "report" if len(channels) > 1 else "reports"
    known = dict.fromkeys(each.value for channel in channels for each in channel.statuses)
    return Mistake(path, f"is {shown(status)}, which {titles} never {verb}.", f"Known: {', '.join(known)}.")


_ONE = {
    "channels": "channel",
    "kinds": "kind",
    "versions": "version of the API",
    "problems": "problem",
    "codes": "error code",
    "rules": "rule of the provider",
}
