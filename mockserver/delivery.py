"""Webhooks on their way: in order within a message, at once between messages, retried by the documented schedule."""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import msgspec

from mockserver.clock import at
from mockserver.core.chance import numbered_uuid
from mockserver.core.faults import named
from mockserver.errors import PostError
from mockserver.model import Account, Attempt, Delivery, DeliveryFault, DeliveryState, EntryKind
from mockserver.parked import Parked, Parking
from mockserver.pausing import Pausing
from mockserver.poster import Poster
from mockserver.surroundings import Surroundings
from mockserver.tokens import Tokens
from mockserver.wire import spoiling
from mockserver.wire.signing import webhook_token

ACKNOWLEDGED: Final = range(200, 206)
"""Source: domain facts, messages-v0.1 part 4.6: any status from 200 to 205."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Target:
    """One receiver (scheme, host and port): what waits for it, and how many senders it has.

    ``idle`` of those will look for more that waits once they have filed an outcome; the others have a webhook with it.
    """

    ready: deque[Delivery] = field(default_factory=deque)
    senders: int = 0
    idle: int = 0


@dataclass(frozen=True, slots=True)
class _Retry:
    """The next try of a delivery, when its time comes; ``tried`` is the number of attempts it follows."""

    outbox: "Outbox"
    identity: str
    tried: int

    async def run(self) -> None:
        """Put the delivery back in line, unless it was taken out or tried meanwhile."""
        self.outbox.resume(self.identity, self.tried)

    async def abandon(self) -> str | None:
        """Retries are abandoned by the outbox itself, which knows the delivery."""
        return None


@dataclass(frozen=True, slots=True)
class _LetGo:
    """The end of the time for which a webhook is held back on purpose."""

    outbox: "Outbox"
    identity: str

    async def run(self) -> None:
        """Put the webhook in line, unless it is no longer held."""
        self.outbox.resume_parked(self.identity)

    async def abandon(self) -> str | None:
        """Webhooks held are abandoned by the outbox itself."""
        return None


@dataclass(frozen=True, slots=True)
class Depth:
    """How many webhooks wait to be sent, are with a receiver now, wait for their next try, are held on purpose."""

    queued: int
    in_flight: int
    retrying: int
    parked: int = 0


class Outbox:
    """Takes webhooks, sends each message's in order, and keeps trying until acknowledged or given up."""

    def __init__(self, around: Surroundings, poster: Poster) -> None:
        self._settings = around.settings
        self._seed = around.seed
        self._store = around.store
        self._journal = around.journal
        self._times = around.times
        self._poster = poster
        self._lanes: dict[str, deque[Delivery]] = {}
        self._targets: dict[str, _Target] = {}
        self._retrying: dict[str, Delivery] = {}
        self._parking = Parking()
        self._pausing = Pausing()
        self.tokens = Tokens()
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._stopping = False
        self._load: Counter[str] = Counter()
        self._flying: Counter[str] = Counter()
        self._ready: Counter[str] = Counter()
        self._begun: dict[str, float] = {}
        self._changed = asyncio.Event()
        self._on_room: Callable[[str, int], None] = lambda *_: None

    @property
    def depth(self) -> Depth:
        """What is on its way now."""
        in_flight = sum(target.senders - target.idle for target in self._targets.values())
        return Depth(self._waiting, in_flight, len(self._retrying), len(self._parking))

    def room(self, account: str) -> int:
        """Return how many more webhooks of an account may be written now; with none, its events wait."""
        return max(self._settings.delivery_queue - self._load[account], 0)

    def tell_of_room(self, on_room: Callable[[str, int], None]) -> None:
        """Call this with the account and the room there is, whenever one of its sends has begun and left some."""
        self._on_room = on_room

    async def add(self, delivery: Delivery) -> None:
        """Take a new webhook; it is sent once all earlier ones of its message are done, or abandoned after a stop."""
        await self._store.add_delivery(delivery)
        if await self._is_taken(delivery):
            self._enter(delivery)

    async def add_again(self, delivery: Delivery) -> None:
        """Take a webhook that was here before, as ``add`` does."""
        await self._store.put_delivery(delivery)
        if await self._is_taken(delivery):
            self._enter(delivery)

    async def park(self, delivery: Delivery, *, until: str | None, delay_s: float, within_s: float | None) -> None:
        """Take a new webhook and hold it back on purpose; held ones neither fill the outbox nor hold up others.

        ``until`` is the event whose webhook is to be tried first, the empty text any of the same message that is
        written next; ``within_s`` is the longest wait for it. Then, or at once, it is put in line ``delay_s`` later.
        """
        await self._store.add_delivery(delivery)
        if not await self._is_taken(delivery):
            return
        parked = Parked(delivery, until, delay_s)
        if until is None:
            await self._delay(parked)
            return
        self._parking.put(parked)
        if within_s is not None:
            self._times.after(delivery.account, within_s, _LetGo(self, delivery.id))

    async def _is_taken(self, delivery: Delivery) -> bool:
        """Note a webhook that was written; false if it was abandoned at once, since the server stops."""
        if self._stopping:
            await self._abandon(delivery)
            return False
        if len(self._parking):
            self._parking.written(delivery)
        return True

    async def _delay(self, parked: Parked) -> None:
        due_s = self._times.seconds(parked.delivery.account) + parked.delay_s
        delivery = msgspec.structs.replace(parked.delivery, next_at=at(due_s))
        await self._store.put_delivery(delivery)
        self._parking.put(Parked(delivery))
        self._times.at(delivery.account, due_s, _LetGo(self, delivery.id))

    def resume_parked(self, identity: str) -> bool:
        """Put a webhook in line that was held back on purpose; false if it is not held."""
        parked = self._parking.take(identity)
        if parked is None:
            return False
        self._enter(parked.delivery)
        return True

    async def let_go(self, message: str) -> None:
        """Hold no webhook of a message any longer for the sake of another, since no other will come."""
        if len(self._parking):
            await self._go_on(self._parking.take_waiting(message))

    async def _go_on(self, parked: list[Parked]) -> None:
        """Put webhooks in line whose wait for another is over, or begin the delay of those that have one."""
        for each in parked:
            if each.delay_s:
                await self._delay(each)
            else:
                self._enter(each.delivery)

    def _enter(self, delivery: Delivery) -> None:
        self._waiting += 1
        self._load[delivery.account] += 1
        lane = self._lanes.get(delivery.message)
        if lane is not None:
            lane.append(delivery)
            return
        self._lanes[delivery.message] = deque()
        self._make_ready(delivery)

    def resume(self, identity: str, tried: int | None = None) -> bool:
        """Send a delivery now that waits for its next try or is held; false if it is neither, or had other tries."""
        if self.resume_parked(identity):
            return True
        delivery = self._retrying.get(identity)
        if delivery is None or tried not in {None, len(delivery.attempts)}:
            return False
        del self._retrying[identity]
        self._waiting += 1
        self._make_ready(delivery)
        return True

    @property
    def paused(self) -> tuple[str, ...]:
        """The accounts whose webhooks are held back."""
        return self._pausing.accounts

    def held(self, account: str) -> int | None:
        """Return how many webhooks of an account are held back, ``None`` if it is not paused.

        With those that wait for an earlier one of their message.
        """
        held = self._pausing.held(account)
        return None if held is None else sum(1 + len(self._lanes.get(each.message, ())) for each in held)

    def pause(self, account: str) -> None:
        """Begin no more sends for an account; those with a receiver now are finished. Nothing is lost, order is kept.

        Held webhooks still fill the outbox: once it is full, events wait until they can be written.
        """
        held: list[Delivery] = []
        for key, target in tuple(self._targets.items()):
            held += [each for each in target.ready if each.account == account]
            target.ready = deque(each for each in target.ready if each.account != account)
            self._leave(key, target)
        self._pausing.begin(account, held)
        del self._ready[account]
        self._changed.set()
        self._journal.tell("deliveries", account)

    def release(self, account: str) -> int:
        """Send what is held of an account, in order, and hold back no more; return how many those are."""
        count = self.held(account)
        for each in self._pausing.end(account):
            self._make_ready(each)
        if count is not None:
            self._journal.tell("deliveries", account)
        return count or 0

    def forget(self, account: str) -> None:
        """Let go of an account's webhooks that are not with a receiver, once the store has forgotten them.

        It is paused no longer.
        """
        if self.held(account) is not None:
            self._journal.tell("deliveries", account)
        self._parking.take_all(account)
        for kind in (_Retry, _LetGo):
            self._times.drop(account, kind)
        gone = [each for each in self._retrying.values() if each.account == account]
        for delivery in gone:
            del self._retrying[delivery.id]
            self._begun.pop(delivery.id, None)
        for key, target in tuple(self._targets.items()):
            gone += [each for each in target.ready if each.account == account]
            target.ready = deque(each for each in target.ready if each.account != account)
            self._leave(key, target)
        gone += self._pausing.end(account)
        for delivery in gone:
            self._lanes.pop(delivery.message, None)
        for lane in self._lanes.values():
            if lane and lane[0].account == account:
                lane.clear()
        in_line = sum(len(target.ready) for target in self._targets.values())
        self._waiting = in_line + len(self._pausing) + sum(map(len, self._lanes.values()))
        del self._load[account]
        del self._ready[account]
        self._changed.set()
        self._on_room(account, self.room(account))

    def _leave(self, key: str, target: _Target) -> None:
        """Forget a receiver that nothing is on its way to; when there is none left, all is quiet."""
        if not target.ready and not target.senders:
            self._targets.pop(key, None)
        if not self._targets:
            self._quiet.set()

    def _make_ready(self, delivery: Delivery) -> None:
        if self._pausing.holds(delivery):
            return
        key = _origin(delivery.url)
        target = self._targets.get(key)
        if target is None:
            target = self._targets[key] = _Target()
        target.ready.append(delivery)
        self._ready[delivery.account] += 1
        self._quiet.clear()
        self._pump(key, target)

    def _pump(self, key: str, target: _Target) -> None:
        """Start as many senders to one receiver as what waits for it needs, up to the limit."""
        most = 0 if self._stopping else self._settings.deliveries_per_target
        while len(target.ready) > target.idle and target.senders < most:
            target.senders += 1
            task = asyncio.get_running_loop().create_task(self._work(key, target, self._taken(target)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, key: str, target: _Target, delivery: Delivery) -> None:
        """Send one webhook to a receiver and then what waits for it, until nothing does or the outbox stops.

        A task for each webhook takes two microseconds, half of what signing it does.
        """
        try:
            await self._send(target, delivery)
            while target.ready and not self._stopping:
                delivery = self._taken(target)
                target.idle -= 1
                await self._send(target, delivery)
        finally:
            target.senders -= 1
            target.idle -= 1
            self._pump(key, target)  # a mistake of ours ended this sender, so that another is needed
            self._leave(key, target)

    def _taken(self, target: _Target) -> Delivery:
        """Take the webhook that is next in line."""
        delivery = target.ready.popleft()
        account = delivery.account
        self._waiting -= 1
        self._ready[account] -= 1
        self._flying[account] += 1
        self._lighten(account)
        return delivery

    def _lighten(self, account: str) -> None:
        """Note that one webhook less waits, and say so to those whose events wait for that."""
        self._load[account] -= 1
        if room := self.room(account):
            self._on_room(account, room)

    async def _send(self, target: _Target, delivery: Delivery) -> None:
        """Make one attempt and decide what follows; a delivery that a reset forgot is let go without a trace."""
        try:
            try:
                outcome = None if await self._is_forgotten(delivery) else await self._attempt(delivery)
            finally:
                target.idle += 1  # what follows in its lane needs no other sender
            if outcome is None or not await self._conclude(delivery, *outcome):
                self._leave_lane(delivery)
                return
            if len(self._parking):
                await self._go_on(self._parking.tried(delivery))
        except Exception as error:
            await self._fail(delivery, error)
            raise
        finally:
            self._flying[delivery.account] -= 1
            self._changed.set()

    async def _fail(self, delivery: Delivery, error: Exception) -> None:
        """Record that a mistake of ours ended a delivery; it can be sent again by hand."""
        _log.exception("sending webhook %s failed by a mistake of ours", delivery.id)
        about = f"{delivery.event} webhook abandoned by a mistake of the server: {type(error).__name__}: {error}"
        await self._note(delivery, EntryKind.ERROR, about)
        await self._store.put_delivery(msgspec.structs.replace(delivery, state=DeliveryState.ABANDONED, next_at=None))
        self._leave_lane(delivery)
        await self._go_on(self._parking.tried(delivery))

    async def _is_forgotten(self, delivery: Delivery) -> bool:
        return await self._store.delivery(delivery.account, delivery.id) is None

    async def _attempt(self, delivery: Delivery) -> tuple[Attempt, str]:
        """Post once; return the attempt, and words for the journal."""
        started_s = time.perf_counter()
        began_at = at(self._times.seconds(delivery.account))
        number = len(delivery.attempts) + 1
        fault = None if delivery.fault is None else spoiling.fault_of_try(delivery.fault, number)
        headers = self._headers(delivery, number, fault, await self._store.account(delivery.account))
        status, error = None, None
        try:
            if fault is None:
                status = await self._poster.post(delivery.method, delivery.url, delivery.body, headers)
            else:
                body = spoiling.body_of(fault, delivery.body)
                status = await self._poster.post(delivery.method, delivery.url, body, headers, over_s=fault.over_s)
        except PostError as problem:
            error = str(problem)
        took_ms = int((time.perf_counter() - started_s) * 1_000_000) / 1000
        if error is not None:
            await asyncio.sleep(0)  # it may have failed without waiting for anything, and so may all that follow
        attempt = Attempt(number, began_at, took_ms, status, error, None if fault is None else fault.do)
        outcome = f"answered {status}" if error is None else error
        why = "" if fault is None else f", {named(fault.do, fault.by)}"
        about = f"{delivery.event} webhook, try {number}, to {delivery.url}: {outcome}{why}"
        return attempt, about

    def _headers(
        self, delivery: Delivery, number: int, fault: DeliveryFault | None, account: Account | None
    ) -> dict[str, str]:
        """Return the headers of one attempt, with a fresh token unless that is what is wrong; the body stays the same.

        Tokens have real time always: receivers refuse those from a moved clock's future.
        """
        headers = {"Content-Type": "application/json"}
        if delivery.signed and (fault is None or spoiling.is_signed(fault)):
            secret = (account.signature_secret if account is not None else None) or self._settings.signature_secret
            issued_s = time.time()
            if fault is not None:
                secret, issued_s = spoiling.secret_of(fault, secret), spoiling.issued_s_of(fault, issued_s)
            token = webhook_token(
                delivery.body,
                secret,
                issued_s=issued_s,
                token_id=numbered_uuid(self._seed, delivery.id, number, "jti"),
                api_key=delivery.account,
                application=delivery.application,
            )
            headers["Authorization"] = f"Bearer {token}"
            self.tokens.keep(delivery.id, number, token)
        return headers

    async def _conclude(self, delivery: Delivery, last: Attempt, about: str) -> bool:
        """File the outcome of an attempt: done, try again later, or given up; false if a reset forgot the delivery."""
        state, due_s = DeliveryState.DELIVERED, 0.0
        if last.status is None or last.status not in ACKNOWLEDGED:
            due_s = self._times.seconds(delivery.account) + self._delay_s(last.number)
            is_over = due_s > self._began_s(delivery, last) + self._settings.retry_for_s
            state = DeliveryState.GAVE_UP if is_over else DeliveryState.PENDING
        next_at = at(due_s) if state is DeliveryState.PENDING else None
        tried = msgspec.structs.replace(delivery, attempts=(*delivery.attempts, last), state=state, next_at=next_at)
        if not await self._journal.write_attempt(tried, about):
            return False
        if state is DeliveryState.PENDING:
            self._retrying[delivery.id] = tried
            self._load[delivery.account] += 1
            self._times.at(delivery.account, due_s, _Retry(self, delivery.id, last.number))
            return True
        self._leave_lane(delivery)
        if state is DeliveryState.GAVE_UP:
            about = f"{delivery.event} webhook given up after {_tries(tried)}"
            await self._note(delivery, EntryKind.GAVE_UP, about)
        return True

    def _began_s(self, delivery: Delivery, last: Attempt) -> float:
        """Return the moment of the first try, by the clock as it is now: one that was set since moves it along."""
        skipped_s = self._times.skipped_s(delivery.account)
        first, *_ = (*delivery.attempts, last)
        return self._begun.setdefault(delivery.id, first.at.timestamp() - skipped_s) + skipped_s

    def _delay_s(self, tried: int) -> float:
        """Return the seconds from a failed attempt to the next; ``tried`` counts attempts made."""
        delays = self._settings.retry_delays_s
        return delays[tried - 1] if tried <= len(delays) else self._settings.retry_every_s

    def _leave_lane(self, delivery: Delivery) -> None:
        """Make way for the next webhook of the message, since this one is tried no more."""
        self._begun.pop(delivery.id, None)
        lane = self._lanes.get(delivery.message)
        if lane:
            self._make_ready(lane.popleft())
        else:
            self._lanes.pop(delivery.message, None)

    async def settle(self, account: str | None = None) -> None:
        """Wait until nothing is in line or with a receiver, of one account if named; next tries may remain."""
        while not self._quiet.is_set() and (account is None or self._busy(account)):
            if account is None:
                await self._quiet.wait()
            else:
                self._changed.clear()
                await self._changed.wait()

    def _busy(self, account: str) -> int:
        """Return how many webhooks of an account go out next or are with a receiver, not those behind a next try."""
        return self._ready[account] + self._flying[account]

    async def stop(self, grace_s: float) -> list[Delivery]:
        """Let sends in line finish for ``grace_s`` seconds; return what is left, journalled as abandoned.

        What is held for the sake of another webhook is held no longer.
        """
        await self._go_on(self._parking.take_all())
        try:
            async with asyncio.timeout(grace_s):
                await self.settle()
        except TimeoutError:
            _log.debug("webhooks still in flight after %g s", grace_s)
        self._stopping = True
        flying = tuple(self._tasks)
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)
        await self._poster.close()
        self._let_go()
        return await self._abandon_all()

    def _let_go(self) -> None:
        """Hold nothing any more."""
        self._waiting = 0
        self._parking.clear()
        self._pausing.clear()
        for held in (self._lanes, self._targets, self._retrying, self._load, self._flying, self._ready, self._begun):
            held.clear()
        self._quiet.set()
        self._changed.set()

    async def _abandon_all(self) -> list[Delivery]:
        left = [
            each
            for account in await self._store.accounts()
            async for each in self._store.deliveries(account.api_key, [("state", "pending")])
            if each.state is DeliveryState.PENDING
        ]
        for each in left:
            await self._abandon(each)
        return left

    async def _abandon(self, delivery: Delivery) -> None:
        await self._store.put_delivery(msgspec.structs.replace(delivery, state=DeliveryState.ABANDONED, next_at=None))
        about = f"{delivery.event} webhook abandoned: the server stopped after {_tries(delivery)}"
        await self._note(delivery, EntryKind.ABANDONED, about)

    async def _note(self, delivery: Delivery, kind: EntryKind, about: str) -> None:
        await self._journal.write(delivery.account, kind, about, message=delivery.message, delivery=delivery.id)


def _tries(delivery: Delivery) -> str:
    count = len(delivery.attempts)
    return f"{count} {'try' if count == 1 else 'tries'}"


@lru_cache(maxsize=1024)
def _origin(url: str) -> str:
    """Return what receiver a URL means. A message's own may be no URL at all: that stands for itself, and fails."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.netloc}"
