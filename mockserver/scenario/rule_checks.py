"""What is wrong with the rules of a scenario file, beyond their shape."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mockserver.config.places import KeyPath
from mockserver.config.values import shown
from mockserver.core.capabilities import ChannelRow
from mockserver.scenario.asked import fields_of, groups, patterns
from mockserver.scenario.cells import listed
from mockserver.scenario.complaints import Mistake
from mockserver.scenario.contradictions import latency_mistakes
from mockserver.scenario.models import Rule
from mockserver.scenario.names import unknown_names
from mockserver.scenario.questions import AT_SEND, Questions, Roots
from mockserver.scenario.steps import RespondWith, ThenInbound, ThenSet

COUNTERS: Final = ("nth", "times", "every", "probability")
"""Keys of ``when`` that count, and ask nothing of a send."""


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """One rule to be checked."""

    around: Questions
    rule: Rule
    path: KeyPath

    def mistakes(self) -> Iterator[Mistake]:
        """Yield everything wrong with it."""
        around, rule, path = self.around, self.rule, self.path
        earlier = self.around.file.rules[: int(path[1])]
        if any(each.id == rule.id for each in earlier):
            yield Mistake(
                (*path, "id"), f"is {shown(rule.id)}, which another rule is called already.", "Rename one of them."
            )
        asked = fields_of(rule.when, COUNTERS)
        at = (*path, "when")
        yield from around.matcher("sends", rule.when, at, around.names.all, (*COUNTERS, "state"))
        yield from around.cells.impossible_send(asked, at)
        yield from self._states_asked(at)
        yield from around.captured(rule.capture, path, self.roots, around.names.all)
        yield from around.states(rule.set, (*path, "set"))
        yield from unknown_names(rule.set, (*path, "set"), around.names.all, self.roots)
        yield from self._respond((*path, "respond"))
        yield from self._then((*path, "then"), around.cells.channels_of(asked))

    @property
    def roots(self) -> Roots:
        """What can be named in what the rule does."""
        named = tuple(dict.fromkeys(groups(fields_of(self.rule.when, COUNTERS))))
        return {**AT_SEND, "match": named, "machine": tuple(self.around.names.machines)}

    def _states_asked(self, path: KeyPath) -> Iterator[Mistake]:
        """Yield a mistake for each machine or state asked for that there is not."""
        asked = fields_of(self.rule.when).get("state") or {}
        yield from patterns("sends", {"state": asked} if asked else {}, path)
        for name, pattern in asked.items():
            at = (*path, "state", name)
            if name not in self.around.names.machines:
                yield from self.around.state(name, "", at)
                continue
            for below, state in listed(pattern, at):
                yield from self.around.state(name, state, below)

    def _respond(self, path: KeyPath) -> Iterator[Mistake]:
        respond = self.rule.respond
        if not isinstance(respond, RespondWith):
            return
        yield from self.around.cells.unknown(respond.problem, "problems", (*path, "problem"))
        if respond.problem is not None and respond.status is not None:
            yield Mistake((*path, "status"), "stands beside problem, which has a status.", "Keep one.", at_key=True)
        for name in ("body", "headers"):
            if name in respond.model_fields_set and respond.status is None:
                yield Mistake((*path, name), "goes only with a status of your own.", "Add status.", at_key=True)
        if not respond.model_fields_set:
            yield Mistake(path, "says nothing.", "Write accepted, or one of problem, status, fault, delay.")
        yield from latency_mistakes(respond.delay, (*path, "delay"))
        yield from unknown_names(fields_of(respond), path, self.around.names.all, self.roots)

    def _then(self, path: KeyPath, channels: tuple[ChannelRow, ...]) -> Iterator[Mistake]:
        then = self.rule.then
        if then is None:
            return
        if isinstance(self.rule.respond, RespondWith) and not _is_accepted(self.rule.respond):
            yield Mistake(path, "follows an answer that refuses the message.", "Remove then, or respond.", at_key=True)
            return
        yield from self.around.cells.statuses(then, channels, path)
        for index, each in enumerate(then):
            at = (*path, index)
            match each:
                case ThenInbound():
                    own = self.around.cells.channel(each.inbound.channel or "")
                    found = channels if own is None else (own,)
                    yield from self.around.cells.inbound(each.inbound, (*at, "inbound"), found)
                    fields = fields_of(each.inbound)
                    yield from unknown_names(fields, (*at, "inbound"), self.around.names.all, self.roots)
                case ThenSet():
                    yield from self.around.states(each.set, (*at, "set"))
                    yield from unknown_names(each.set, (*at, "set"), self.around.names.all, self.roots)


def _is_accepted(respond: RespondWith) -> bool:
    """Return whether a message is taken all the same."""
    return respond.problem is None and respond.status is None
