"""All rooms of one server put together, with its beginning and its end."""

import asyncio
import contextlib
import random
from dataclasses import dataclass
from itertools import count

from mockserver.clock import Clock, ManualClock, SystemClock
from mockserver.contract.accounts import AccountsContract
from mockserver.contract.dispatch import DispatchContract
from mockserver.contract.specs import Specs, load_specs
from mockserver.core.chance import digest_for
from mockserver.core.forms import V0_1
from mockserver.delivery import Outbox
from mockserver.errors import UsageError
from mockserver.journal import Journal
from mockserver.model import Account
from mockserver.poster import HttpPoster, Poster
from mockserver.schedule import Schedule
from mockserver.service.accounts import Accounts
from mockserver.service.external import External
from mockserver.service.failovers import Failovers
from mockserver.service.messages import Messages
from mockserver.service.updates import Updates
from mockserver.service.versions import versions_of
from mockserver.service.workflows import Workflows
from mockserver.settings import Settings
from mockserver.store.base import Store
from mockserver.store.memory import MemoryStore
from mockserver.surroundings import Surroundings

RESETTABLE = ("journal", "messages", "accounts", "all")


@dataclass(frozen=True, slots=True)
class StopReport:
    """What became of webhooks when the server stopped: one line for each that was abandoned."""

    delivered: int
    abandoned: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return the final log: each abandoned webhook, then the totals."""
        total = f"stopped: {self.delivered} webhooks finished while stopping, {len(self.abandoned)} abandoned"
        return [*(f"abandoned: {each}" for each in self.abandoned), total]


class Runtime:
    """One server's state and services, free of HTTP. ``clock`` and ``poster`` can be replaced for tests."""

    def __init__(
        self,
        settings: Settings,
        accounts: tuple[Account, ...] = (),
        *,
        specs: Specs | None = None,
        store: Store | None = None,
        clock: Clock | None = None,
        poster: Poster | None = None,
    ) -> None:
        self.settings = settings
        self.seed = random.SystemRandom().getrandbits(48) if settings.seed is None else settings.seed
        self.specs = specs or load_specs()
        self.versions = versions_of(self.specs, exact=settings.realism == "strict")
        self.dispatch_contract = DispatchContract(self.specs, self.versions.contracts[V0_1])
        self.clock = clock or SystemClock()
        self.store = store or MemoryStore()
        self.journal = Journal(self.store, self.clock)
        self.schedule = Schedule(self.clock)
        around = Surroundings(settings, self.seed, self.store, self.journal, self.clock, self.schedule)
        self.outbox = Outbox(around, poster or _http_poster(settings))
        self.accounts = Accounts(self.store, settings, self.specs, accounts)
        self.messages = Messages(around, self.versions, self.outbox)
        self.failovers = Failovers(around, self.versions, self.messages)
        self.updates = Updates(around, self.versions)
        self.workflows = Workflows(around, self.specs, self.dispatch_contract, self.messages)
        self.accounts_contract = AccountsContract(self.specs)
        channels = (each.channel for each in self.accounts_contract.providers.values())
        self.external = External(self.store, self.accounts, channels)
        self._ticking: asyncio.Task[None] | None = None
        self._answers = count(1)
        self.is_running = False

    def next_trace(self) -> str:
        """Return the trace id of the next answer; the same seed gives the same ids in the same order."""
        return digest_for(self.seed, next(self._answers), "trace")

    def listens_at(self, url: str) -> None:
        """Learn the URL at which the server answers, so that links in webhooks lead to it."""
        self.messages.public_url = url

    async def start(self) -> None:
        """Make accounts known and let time run; a manual clock moves only by ``advance``."""
        await self.accounts.start()
        if not isinstance(self.clock, ManualClock):
            self._ticking = asyncio.get_running_loop().create_task(self.schedule.run())
        self.is_running = True

    async def stop(self, grace_s: float) -> StopReport:
        """Take no more steps, finish webhooks in line for ``grace_s`` seconds, and journal the rest as abandoned."""
        self.is_running = False
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
            self._ticking = None
        depth = self.outbox.depth
        left = await self.outbox.stop(grace_s)
        lines = [f"{each.event} webhook {each.id} of message {each.message} to {each.url}" for each in left]
        for job in self.schedule.drain():
            line = await job.abandon()
            if line is not None:
                lines.append(line)
        lines += await self.messages.scripts.abandon_held()
        self.journal.wake_all()
        finished = depth.queued + depth.in_flight + depth.retrying - len(left)
        return StopReport(max(finished, 0), tuple(lines))

    async def settle(self) -> None:
        """Wait until all webhooks in line have been tried."""
        await self.outbox.settle()

    async def advance(self, seconds: float) -> None:
        """Move a manual clock, running everything due on the way in order; return when all is tried."""
        if not isinstance(self.clock, ManualClock):
            raise UsageError("the clock is real; only a manual clock can be advanced")
        until_s = self.clock.seconds() + seconds
        await self.schedule.run_due()
        await self.settle()
        while await self.schedule.move_to_next(self.clock, until_s):
            await self.settle()

    async def remove_account(self, api_key: str) -> None:
        """Forget an account, all that happened in it, and its webhooks on their way."""
        await self.accounts.remove(api_key)
        self.outbox.forget(api_key)

    async def reset(self, account: Account | None, what: str) -> None:
        """Forget part of an account, or all of it; ``accounts`` puts every account back as configured."""
        if what not in RESETTABLE:
            raise UsageError(f"{what!r} cannot be reset.", fix=f"Known: {', '.join(RESETTABLE)}.")
        if what == "accounts" or account is None:
            known = [each.api_key for each in await self.store.accounts()]
            await self.accounts.reset()
        else:
            known = [account.api_key]
            for part in ("messages", "journal") if what == "all" else (what,):
                await self.store.clear(account.api_key, part)
        for api_key in known if what != "journal" else ():
            self.outbox.forget(api_key)


def _http_poster(settings: Settings) -> HttpPoster:
    return HttpPoster(connect_timeout_s=settings.connect_timeout_s, answer_timeout_s=settings.answer_timeout_s)
