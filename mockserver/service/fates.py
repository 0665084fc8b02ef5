"""What is to become of an accepted message: magic values first, then the rules of the provider, then the script."""

from collections.abc import Awaitable
from typing import Protocol

from msgspec import Struct

from mockserver.core import magic
from mockserver.core.capabilities import ChannelRow
from mockserver.core.faults import Hit
from mockserver.core.magic import Magic
from mockserver.core.script import plan
from mockserver.model import Message, Planned
from mockserver.problem import Finding, Problem
from mockserver.schedule import Job
from mockserver.service.accounts import Caller
from mockserver.service.provider import ProviderSide
from mockserver.service.versions import Versions
from mockserver.settings import Settings
from mockserver.surroundings import Surroundings
from mockserver.wire.dialects import Dialect


class Fate(Struct, frozen=True, gc=False):
    """Either a ``problem`` to answer at once, or the ``steps`` to plan after the 202, with what a tester should know.

    ``copies`` is how often each webhook is sent; more than once only on purpose. ``hit`` is what is done to the answer
    on purpose. ``jobs`` are what else is to happen, each so many seconds after acceptance.
    """

    problem: Problem | None = None
    steps: tuple[Planned, ...] = ()
    findings: tuple[Finding, ...] = ()
    copies: int = 1
    hit: Hit | None = None
    jobs: tuple[tuple[float, Job], ...] = ()


class Director(Protocol):
    """Someone who may decide instead of magic values and the provider: the scenarios under way."""

    async def direct(self, caller: Caller, message: Message) -> Fate:
        """Return what will happen to a message not stored yet."""
        ...


class Fates:
    """Decides for each message; the parts it asks are pure or keep their state in the store."""

    def __init__(self, around: Surroundings, versions: Versions) -> None:
        self._settings = around.settings
        self._specs = versions.specs
        self._dialects = versions.dialects
        self._provider = ProviderSide(around, versions)
        self._scripts: dict[tuple[str, bool], tuple[Planned, ...]] = {}
        self.director: Director | None = None

    @property
    def provider(self) -> ProviderSide:
        """The provider's side, which also listens to users."""
        return self._provider

    def decide(self, caller: Caller, message: Message) -> Awaitable[Fate]:
        """Return what will happen to a message not stored yet; may note that it was sent (rates, balance)."""
        if self.director is None:
            return self.usual(caller, message)
        return self.director.direct(caller, message)

    async def usual(self, caller: Caller, message: Message, timed: Settings | None = None) -> Fate:
        """Return what magic values, the provider and the default script make of a message; ``timed`` says when."""
        channel = self._specs.capabilities.channels[message.channel]
        account = caller.account
        read = self._settings.read if account.read is None else account.read
        asked = None
        if self._settings.magic:
            asked = self._specs.magic.find(message.recipient, message.client_ref, message.dialect)
        if isinstance(asked, Magic):
            return self._magic_fate(asked, channel, self._dialects[message.dialect])
        misspelt = (magic.misspelt_finding(asked),) if asked is not None else ()
        decision = await self._provider.judge(caller, message)
        steps = decision.steps
        if steps is None:
            steps = self._script(channel, read=read) if timed is None else plan(channel, timed, read=read)
        return Fate(problem=decision.problem, steps=steps, findings=misspelt + decision.findings)

    def _script(self, channel: ChannelRow, *, read: bool) -> tuple[Planned, ...]:
        """Return the default script; there are ten in all, worked out once."""
        steps = self._scripts.get((channel.name, read))
        if steps is None:
            steps = self._scripts[channel.name, read] = plan(channel, self._settings, read=read)
        return steps

    def _magic_fate(self, asked: Magic, channel: ChannelRow, dialect: Dialect) -> Fate:
        """Return what a magic value asks for; it decides everything."""
        return Fate(
            problem=magic_problem(asked, dialect),
            steps=magic.plan_of(asked, channel, self._settings),
            findings=magic.findings_of(asked, channel),
            copies=asked.copies,
        )


def magic_problem(asked: Magic, dialect: Dialect) -> Problem | None:
    """Return the error that a magic value asks for, in the words of a dialect, if it asks for one."""
    problem = magic.problem_of(asked)
    named = None if problem is None or asked.v1 is None else dialect.named(asked.v1, problem.reason or "")
    return named or problem
