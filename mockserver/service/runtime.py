"""All rooms of one server put together, with its beginning and its end."""

import asyncio
import random
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Final

from mockserver.clock import Clock, SystemClock, clock_of
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
from mockserver.service.accounts import Accounts
from mockserver.service.choices import choices
from mockserver.service.clocks import Advanced, Clocks
from mockserver.service.conversations import Conversations
from mockserver.service.coverage import Coverage
from mockserver.service.events import Events
from mockserver.service.external import External
from mockserver.service.failovers import Failovers
from mockserver.service.inbound import Arrivals
from mockserver.service.messages import Messages
from mockserver.service.scenarios import Scenarios
from mockserver.service.subjects import Subjects
from mockserver.service.timeline import Tools
from mockserver.service.updates import Updates
from mockserver.service.verify import Verifier
from mockserver.service.versions import versions_of
from mockserver.service.workflows import Workflows
from mockserver.settings import Settings
from mockserver.store.base import Store
from mockserver.store.memory import MemoryStore
from mockserver.store.tidying import tidy_while_idle
from mockserver.surroundings import Surroundings
from mockserver.times import Times

PARTS: Final = ("journal", "messages", "faults", "clock", "scenarios")
"""What can be reset in an account by itself; ``all`` is every one of them."""
COVERAGE: Final = "coverage"
"""Reset only by its own name: it is of a whole run, in which tests reset everything else between them."""
_TRACE_BEGINS, _TRACE_COUNTS = 20, 12
"""Hex digits of a trace id: those that all answers of a seed share, and those that count them."""
RESETTABLE: Final = (*PARTS, COVERAGE, "accounts", "all")


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
        self.times = Times(clock or clock_of(settings.clock, SystemClock()))
        self.store = store or MemoryStore(settings.keep)
        self.journal = Journal(self.store, self.times)
        around = Surroundings(settings, self.seed, self.store, self.journal, self.times)
        self.tally = around.tally
        self.coverage = Coverage(settings, self.specs, self.tally)
        self.outbox = Outbox(around, poster or _http_poster(settings))
        self.clocks = Clocks(around, self.outbox)
        self.accounts = Accounts(self.store, settings, self.specs, accounts)
        self.accounts.tell_of_changes(partial(self.journal.tell, "accounts"))
        self.events = Events(self.store, self.journal)
        self.messages = Messages(around, self.versions, self.outbox)
        self.store.spare(self.messages.scripts.is_under_way)
        self.faults = self.messages.webhooks.faults
        self.failovers = Failovers(around, self.versions, self.messages)
        self.updates = Updates(around, self.versions)
        self.workflows = Workflows(around, self.specs, self.dispatch_contract, self.messages)
        self.accounts_contract = AccountsContract(self.specs)
        channels = (each.channel for each in self.accounts_contract.providers.values())
        self.external = External(self.store, self.accounts, channels)
        self.subjects = Subjects(self.store, self.specs)
        self.conversations = Conversations(self.store, self.journal, self.subjects)
        self._answers = count(1)
        self._traces = digest_for(self.seed, "trace")[:_TRACE_BEGINS]
        self.is_running = False
        self._tidying: asyncio.Task[None] | None = None
        self.stopping = asyncio.Event()
        self.verifier = Verifier(around, self.subjects, self.stopping)
        self.arrivals = Arrivals(around, self.versions)
        tools = Tools(around, self.specs, self.messages, self.faults, self.clocks, self.verifier, self.arrivals)
        self.scenarios = Scenarios(tools, self.accounts, self.versions)

    def next_trace(self) -> str:
        """Return the trace id of the next answer; the same seed gives the same ids in the same order."""
        return f"{self._traces}{next(self._answers):0{_TRACE_COUNTS}x}"

    def listens_at(self, url: str) -> None:
        """Learn the URL at which the server answers, so that links in webhooks lead to it."""
        self.messages.public_url = url

    async def start(self) -> None:
        """Make accounts known and let time run; a manual clock moves only by ``advance``."""
        await self.accounts.start()
        self.times.start()
        self._tidying = asyncio.get_running_loop().create_task(tidy_while_idle(self.store))
        self.stopping.clear()
        self.events.open()
        self.is_running = True
        await self.scenarios.start_kept()

    def hang_up(self) -> None:
        """Let go of those who listen to events, who would hold up the end of a server for ever."""
        self.events.close()

    async def stop(self, grace_s: float) -> StopReport:
        """Take no more steps, finish webhooks in line for ``grace_s`` seconds, and journal the rest as abandoned."""
        self.is_running = False
        self.stopping.set()
        self.hang_up()
        await self.scenarios.stop_all()
        await self.times.stop()
        if self._tidying is not None:
            self._tidying.cancel()
        depth = self.outbox.depth
        left = await self.outbox.stop(grace_s)
        lines = [f"{each.event} webhook {each.id} of message {each.message} to {each.url}" for each in left]
        for job in self.times.drain():
            line = await job.abandon()
            if line is not None:
                lines.append(line)
        lines += await self.messages.scripts.abandon_held()
        self.journal.wake_all()
        finished = depth.queued + depth.in_flight + depth.retrying + depth.parked - len(left)
        return StopReport(max(finished, 0), tuple(lines))

    async def settle(self, account: str | None = None) -> None:
        """Wait until all webhooks in line have been tried, those of one account if named."""
        await self.outbox.settle(account)

    async def advance(self, seconds: float, account: str | None = None) -> Advanced:
        """Move an account's manual clock, running everything due on the way in order; see ``Clocks.advance``."""
        return await self.clocks.advance(seconds, account)

    async def remove_account(self, api_key: str) -> None:
        """Forget an account, all that happened in it, its clock, and its webhooks on their way."""
        await self.scenarios.forget_all(api_key)
        await self.accounts.remove(api_key)
        self._forget_sent(api_key)
        self.tally.retire(api_key)
        await self.clocks.reset(api_key)
        self._tell_forgotten(api_key, ("journal", "messages"))

    def _tell_forgotten(self, api_key: str, parts: tuple[str, ...]) -> None:
        for each in parts:
            self.journal.tell(each, api_key)

    async def reset(self, account: Account | None, what: str) -> None:
        """Forget parts of an account, named with commas between; ``accounts`` puts every account back as configured."""
        parts = _parts(what)
        if "accounts" in parts or account is None:
            await self._reset_accounts()
            return
        kept = await self.scenarios.withdraw(account.api_key) if "scenarios" in parts else ()
        for part in parts:
            await self._clear(account.api_key, part)
        await self._begin_anew(account.api_key, kept)
        self._tell_forgotten(account.api_key, parts)

    async def _reset_accounts(self) -> None:
        known = [each.api_key for each in await self.store.accounts()]
        kept = {api_key: await self.scenarios.withdraw(api_key) for api_key in known}
        await self.accounts.reset()
        for api_key in known:
            self._forget_sent(api_key)
            await self.clocks.reset(api_key)
        for api_key in known:
            await self._begin_anew(api_key, kept[api_key])
            self._tell_forgotten(api_key, ("journal", "messages"))

    def _forget_sent(self, api_key: str) -> None:
        """Let go of what was still to happen to messages that the store has forgotten."""
        self.messages.scripts.forget(api_key)
        self.outbox.forget(api_key)

    async def _begin_anew(self, api_key: str, scenarios: tuple[str, ...]) -> None:
        for each in scenarios:
            await self.scenarios.start(api_key, each)

    async def _clear(self, api_key: str, part: str) -> None:
        """Forget one part of an account. Faults are no part of the messages they were met by."""
        match part:
            case "scenarios":
                return  # withdrawn before, so that nothing of them happens in what is cleared
            case "faults":
                await self.faults.clear(api_key)
            case "clock":
                await self.clocks.reset(api_key)
            case "coverage":
                self.tally.reset(api_key)
            case "messages":
                faults = await self.faults.listed(api_key)
                await self.store.clear(api_key, part)
                await self.faults.restore(api_key, faults)
                self._forget_sent(api_key)
            case _:
                await self.store.clear(api_key, part)


def _parts(what: str) -> tuple[str, ...]:
    """Return the parts that are named; raise UsageError for one that cannot be reset."""
    named = tuple(dict.fromkeys(each.strip() for each in what.split(",")))
    for each in named:
        if each not in RESETTABLE:
            raise UsageError(f"{each!r} cannot be reset", fix=choices(each, RESETTABLE))
    if "all" in named:
        named = (*PARTS, *(each for each in named if each in {COVERAGE, "accounts"}))
    return named


def _http_poster(settings: Settings) -> HttpPoster:
    return HttpPoster(connect_timeout_s=settings.connect_timeout_s, answer_timeout_s=settings.answer_timeout_s)
