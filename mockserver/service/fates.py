"""What is to become of an accepted message: magic values first, then the rules of the provider, then the script."""

from dataclasses import dataclass

from mockserver.contract.specs import Specs
from mockserver.core.script import plan
from mockserver.model import Message, Planned
from mockserver.problem import Finding, Problem
from mockserver.service.accounts import Caller
from mockserver.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Fate:
    """Either a ``problem`` to answer at once, or the ``steps`` to plan after the 202, with what a tester should know.

    ``copies`` is how often each webhook is sent; more than once only on purpose.
    """

    problem: Problem | None = None
    steps: tuple[Planned, ...] = ()
    findings: tuple[Finding, ...] = ()
    copies: int = 1


class Fates:
    """Decides for each message; the parts it asks are pure or keep their state in the store."""

    def __init__(self, around: Surroundings, specs: Specs) -> None:
        self._settings = around.settings
        self._specs = specs

    async def decide(self, caller: Caller, message: Message) -> Fate:
        """Return what will happen to a message not stored yet; may note that it was sent (rates, balance)."""
        channel = self._specs.capabilities.channels[message.channel]
        account = caller.account
        read = self._settings.read if account.read is None else account.read
        # MAGIC: a magic value decides everything, see service/magic.py
        # PROVIDER: else the provider's rules may reject it or add findings, see service/provider.py
        return Fate(steps=plan(channel, self._settings, read=read))
