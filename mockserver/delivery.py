"""Webhooks on their way: in order within a message, at once between messages, retried by the documented schedule."""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import msgspec

from mockserver.clock import at
from mockserver.core.chance import uuid_for
from mockserver.model import Attempt, Delivery, DeliveryState, EntryKind
from mockserver.poster import Poster, PostError
from mockserver.surroundings import Surroundings
from mockserver.wire.signing import webhook_token

ACKNOWLEDGED: Final = range(200, 206)
"""Source: domain facts, messages-v0.1 part 4.6: any status from 200 to 205."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Target:
    """One receiver (scheme, host and port): what waits for it and how many are with it now."""

    ready: deque[Delivery] = field(default_factory=deque)
    in_flight: int = 0


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
class Depth:
    """How many webhooks wait to be sent, are with a receiver now, and wait for their next try."""

    queued: int
    in_flight: int
    retrying: int


class Outbox:
    """Takes webhooks, sends each message's in order, and keeps trying until acknowledged or given up."""

    def __init__(self, around: Surroundings, poster: Poster) -> None:
        self._settings = around.settings
        self._seed = around.seed
        self._store = around.store
        self._journal = around.journal
        self._clock = around.clock
        self._schedule = around.schedule
        self._poster = poster
        self._lanes: dict[str, deque[Delivery]] = {}
        self._targets: dict[str, _Target] = {}
        self._retrying: dict[str, Delivery] = {}
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._stopping = False
        self._load: Counter[str] = Counter()
        self._on_room: Callable[[str, int], None] = lambda *_: None

    @property
    def depth(self) -> Depth:
        """What is on its way now."""
        in_flight = sum(target.in_flight for target in self._targets.values())
        return Depth(self._waiting, in_flight, len(self._retrying))

    def room(self, account: str) -> int:
        """Return how many more webhooks of an account may be written now; with none, its events wait."""
        return max(self._settings.delivery_queue - self._load[account], 0)

    def tell_of_room(self, on_room: Callable[[str, int], None]) -> None:
        """Call this with the account and the room there is, whenever one of its sends has begun and left some."""
        self._on_room = on_room

    async def add(self, delivery: Delivery) -> None:
        """Take a webhook; it is sent once all earlier ones of its message are done, or abandoned after a stop."""
        await self._store.put_delivery(delivery)
        if self._stopping:
            await self._abandon(delivery)
            return
        self._waiting += 1
        self._load[delivery.account] += 1
        lane = self._lanes.get(delivery.message)
        if lane is not None:
            lane.append(delivery)
            return
        self._lanes[delivery.message] = deque()
        self._make_ready(delivery)

    def resume(self, identity: str, tried: int | None = None) -> bool:
        """Send a delivery that waits for its next try now; false if it does not wait, or not after so many tries."""
        delivery = self._retrying.get(identity)
        if delivery is None or tried not in {None, len(delivery.attempts)}:
            return False
        del self._retrying[identity]
        self._waiting += 1
        self._make_ready(delivery)
        return True

    def forget(self, account: str) -> None:
        """Let go of an account's webhooks that are not with a receiver, once the store has forgotten them."""
        gone = [each for each in self._retrying.values() if each.account == account]
        for delivery in gone:
            del self._retrying[delivery.id]
        for key, target in tuple(self._targets.items()):
            gone += [each for each in target.ready if each.account == account]
            target.ready = deque(each for each in target.ready if each.account != account)
            self._leave(key, target)
        for delivery in gone:
            self._lanes.pop(delivery.message, None)
        for lane in self._lanes.values():
            if lane and lane[0].account == account:
                lane.clear()
        in_line = sum(len(target.ready) for target in self._targets.values())
        self._waiting = in_line + sum(map(len, self._lanes.values()))
        del self._load[account]
        self._on_room(account, self.room(account))

    def _leave(self, key: str, target: _Target) -> None:
        """Forget a receiver that nothing is on its way to; when there is none left, all is quiet."""
        if not target.ready and not target.in_flight:
            self._targets.pop(key, None)
        if not self._targets:
            self._quiet.set()

    def _make_ready(self, delivery: Delivery) -> None:
        key = _origin(delivery.url)
        target = self._targets.get(key)
        if target is None:
            target = self._targets[key] = _Target()
        target.ready.append(delivery)
        self._quiet.clear()
        self._pump(key, target)

    def _pump(self, key: str, target: _Target) -> None:
        """Start as many sends to one receiver as may run at once; none once the outbox stops."""
        while not self._stopping and target.ready and target.in_flight < self._settings.deliveries_per_target:
            target.in_flight += 1
            self._waiting -= 1
            delivery = target.ready.popleft()
            task = asyncio.get_running_loop().create_task(self._send(key, target, delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            self._lighten(delivery.account)

    def _lighten(self, account: str) -> None:
        """Note that one webhook less waits, and say so to those whose events wait for that."""
        self._load[account] -= 1
        if room := self.room(account):
            self._on_room(account, room)

    async def _send(self, key: str, target: _Target, delivery: Delivery) -> None:
        """Make one attempt and decide what follows; a delivery that a reset forgot is let go without a trace."""
        try:
            if await self._is_forgotten(delivery):
                self._next_in_lane(delivery.message)
                return
            tried, about = await self._attempt(delivery)
            if await self._is_forgotten(delivery):
                self._next_in_lane(delivery.message)
                return
            await self._conclude(tried, about)
        except Exception as error:
            await self._fail(delivery, error)
            raise
        finally:
            target.in_flight -= 1
            self._pump(key, target)
            self._leave(key, target)

    async def _fail(self, delivery: Delivery, error: Exception) -> None:
        """Record that a mistake of ours ended a delivery; it can be sent again by hand."""
        _log.exception("sending webhook %s failed by a mistake of ours", delivery.id)
        about = f"{delivery.event} webhook abandoned by a mistake of the server: {type(error).__name__}: {error}"
        await self._journal.write(
            delivery.account, EntryKind.ERROR, about, message=delivery.message, delivery=delivery.id
        )
        await self._finish(delivery, DeliveryState.ABANDONED)

    async def _is_forgotten(self, delivery: Delivery) -> bool:
        return await self._store.delivery(delivery.account, delivery.id) is None

    async def _attempt(self, delivery: Delivery) -> tuple[Delivery, str]:
        """Post once; return the delivery with the attempt, and words for the journal."""
        started_s = time.perf_counter()
        began_at = at(self._clock.seconds())
        number = len(delivery.attempts) + 1
        status, error = None, None
        try:
            headers = await self._headers(delivery, number)
            status = await self._poster.post(delivery.method, delivery.url, delivery.body, headers)
        except PostError as problem:
            error = str(problem)
        took_ms = round((time.perf_counter() - started_s) * 1000, 3)
        attempt = Attempt(number, began_at, took_ms, status, error)
        outcome = f"answered {status}" if error is None else error
        about = f"{delivery.event} webhook, try {number}, to {delivery.url}: {outcome}"
        return msgspec.structs.replace(delivery, attempts=(*delivery.attempts, attempt)), about

    async def _headers(self, delivery: Delivery, number: int) -> dict[str, str]:
        """Return the headers of one attempt, with a fresh token; the body stays the same."""
        headers = {"Content-Type": "application/json"}
        if delivery.signed:
            account = await self._store.account(delivery.account)
            secret = account.signature_secret if account is not None else None
            token = webhook_token(
                delivery.body,
                secret or self._settings.signature_secret,
                issued_s=time.time(),  # real time always: receivers refuse tokens from a moved clock's future
                token_id=uuid_for(self._seed, delivery.id, number, "jti"),
                api_key=delivery.account,
                application=delivery.application,
            )
            headers["Authorization"] = f"Bearer {token}"
        return headers

    async def _conclude(self, delivery: Delivery, about: str) -> None:
        """File the outcome of the last attempt: done, try again later, or given up."""
        last = delivery.attempts[-1]
        await self._journal.write(
            delivery.account,
            EntryKind.ATTEMPT,
            about,
            message=delivery.message,
            delivery=delivery.id,
            attempt=last,
        )
        if last.status is not None and last.status in ACKNOWLEDGED:
            await self._finish(delivery, DeliveryState.DELIVERED)
            return
        due_s = self._clock.seconds() + self._delay_s(last.number)
        if due_s > delivery.attempts[0].at.timestamp() + self._settings.retry_for_s:
            await self._finish(delivery, DeliveryState.GAVE_UP)
            await self._journal.write(
                delivery.account,
                EntryKind.GAVE_UP,
                f"{delivery.event} webhook given up after {_tries(delivery)}",
                message=delivery.message,
                delivery=delivery.id,
            )
            return
        waiting = msgspec.structs.replace(delivery, next_at=at(due_s))
        await self._store.put_delivery(waiting)
        self._retrying[delivery.id] = waiting
        self._load[delivery.account] += 1
        self._schedule.at(due_s, _Retry(self, delivery.id, last.number))

    def _delay_s(self, tried: int) -> float:
        """Return the seconds from a failed attempt to the next; ``tried`` counts attempts made."""
        delays = self._settings.retry_delays_s
        return delays[tried - 1] if tried <= len(delays) else self._settings.retry_every_s

    async def _finish(self, delivery: Delivery, state: DeliveryState) -> None:
        await self._store.put_delivery(msgspec.structs.replace(delivery, state=state, next_at=None))
        self._next_in_lane(delivery.message)

    def _next_in_lane(self, message: str) -> None:
        lane = self._lanes.get(message)
        if lane:
            self._make_ready(lane.popleft())
        else:
            self._lanes.pop(message, None)

    async def settle(self) -> None:
        """Wait until nothing is in line or with a receiver; those waiting for their next try may remain."""
        while not self._quiet.is_set():
            await self._quiet.wait()

    async def stop(self, grace_s: float) -> list[Delivery]:
        """Let sends in line finish for ``grace_s`` seconds; return what is left, journalled as abandoned."""
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
        for held in (self._lanes, self._targets, self._retrying, self._load):
            held.clear()
        self._quiet.set()

    async def _abandon_all(self) -> list[Delivery]:
        left = [
            each
            for account in await self._store.accounts()
            async for each in self._store.deliveries(account.api_key)
            if each.state is DeliveryState.PENDING
        ]
        for each in left:
            await self._abandon(each)
        return left

    async def _abandon(self, delivery: Delivery) -> None:
        await self._store.put_delivery(msgspec.structs.replace(delivery, state=DeliveryState.ABANDONED, next_at=None))
        await self._journal.write(
            delivery.account,
            EntryKind.ABANDONED,
            f"{delivery.event} webhook abandoned: the server stopped after {_tries(delivery)}",
            message=delivery.message,
            delivery=delivery.id,
        )


def _tries(delivery: Delivery) -> str:
    count = len(delivery.attempts)
    return f"{count} {'try' if count == 1 else 'tries'}"


def _origin(url: str) -> str:
    """Return what receiver a URL means. A message's own may be no URL at all: that stands for itself, and fails."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.netloc}"
