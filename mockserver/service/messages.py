"""What happens to messages: accepted, moved, received from users; and the webhooks that tell of it."""

from collections import deque
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from mockserver.clock import Clock, at
from mockserver.contract.check import MessagesContract
from mockserver.contract.specs import Specs
from mockserver.core import lifecycle
from mockserver.core.chance import uuid_for
from mockserver.core.routing import Target, inbound_target, status_target
from mockserver.core.script import plan
from mockserver.delivery import Outbox
from mockserver.errors import ConflictError, MockServerError, UnknownError, UsageError
from mockserver.journal import Journal
from mockserver.model import (
    Account,
    Delivery,
    DeliveryState,
    Direction,
    EntryKind,
    Json,
    Message,
    Move,
    Planned,
    Status,
)
from mockserver.problem import Violation
from mockserver.schedule import Schedule
from mockserver.service.accounts import Caller
from mockserver.settings import Settings
from mockserver.store.base import Store
from mockserver.wire import receipts, v0_1


class SelfCheckError(MockServerError):
    """A webhook or answer of ours breaks our own document: a mistake of ours, never of the client."""


@dataclass(frozen=True, slots=True)
class _Step:
    """The next planned step of a message's script."""

    messages: "Messages"
    account: str
    uuid: str
    accepted_s: float
    steps: tuple[Planned, ...]

    async def run(self) -> None:
        """Take the step and plan the one after it, or hold it while the outbox is full."""
        await self.messages.take_step(self)

    async def abandon(self) -> str | None:
        """Record the steps that will not be taken."""
        return await self.messages.abandon_steps(self)


class Messages:
    """Sends, moves and receives messages of all accounts."""

    def __init__(
        self,
        *,
        settings: Settings,
        seed: int,
        specs: Specs,
        contract: MessagesContract,
        store: Store,
        journal: Journal,
        clock: Clock,
        schedule: Schedule,
        outbox: Outbox,
    ) -> None:
        self._settings = settings
        self._seed = seed
        self._specs = specs
        self._contract = contract
        self._store = store
        self._journal = journal
        self._clock = clock
        self._schedule = schedule
        self._outbox = outbox
        self._held: deque[_Step] = deque()
        outbox.tell_of_room(self._call_held)

    @property
    def held(self) -> int:
        """How many events are due and wait unwritten, since the outbox is full."""
        return len(self._held)

    async def next_uuid(self, account: str, purpose: str) -> str:
        """Return the next id of a purpose in an account; the same seed gives the same ids."""
        return uuid_for(self._seed, account, await self._store.count(account, purpose), purpose)

    async def send(self, caller: Caller, channel_name: str, body: Json) -> Message:
        """Accept a message whose body has passed the contract, and plan what will happen to it."""
        now_s = self._clock.seconds()
        account = caller.account
        channel = self._specs.capabilities.channels[channel_name]
        message = v0_1.read_message(
            body,
            channel,
            uuid=await self.next_uuid(account.api_key, "message"),
            account=account.api_key,
            application=caller.application,
            at=at(now_s),
        )
        await self._store.put_message(message)
        read = self._settings.read if account.read is None else account.read
        self._plan_next(_Step(self, account.api_key, message.uuid, now_s, plan(channel, self._settings, read=read)))
        return message

    def _plan_next(self, step: _Step) -> None:
        if step.steps:
            self._schedule.at(step.accepted_s + step.steps[0].after_s, step)

    async def take_step(self, step: _Step) -> None:
        """Move a message as its script says, unless it was reset away or moved elsewhere meanwhile."""
        if not self._outbox.room:
            self._held.append(step)
            return
        try:
            await self._follow(step)
        finally:
            self._call_held(1)  # in its stead, should it have written no webhook

    async def _follow(self, step: _Step) -> None:
        message = await self._store.message(step.account, step.uuid)
        if message is None:
            return
        self._plan_next(_rest_of(step))  # before the move: a mistake of ours in this step must not lose the others
        planned = step.steps[0]
        channel = self._specs.capabilities.channels[message.channel]
        if lifecycle.may_move(channel, message.status, planned.status):
            await self.move(message, planned.status, planned.code)
        else:
            await self._journal.write(
                message.account,
                EntryKind.SKIPPED,
                f"not {planned.status.value}: {lifecycle.refusal(channel, message.status, planned.status)}",
                message=message.uuid,
            )

    def _call_held(self, most: int) -> None:
        """Bring back so many held steps at most, the longest held first."""
        for _ in range(min(most, len(self._held))):
            self._schedule.after(0, self._held.popleft())

    async def abandon_held(self) -> list[str]:
        """Journal the steps that were held when the server stopped; return the lines for the log."""
        lines = [await self.abandon_steps(step) for step in self._held]
        self._held.clear()
        return [line for line in lines if line is not None]

    async def abandon_steps(self, step: _Step) -> str | None:
        """Journal the rest of a script that the server stopped before; return the line for the log."""
        if await self._store.message(step.account, step.uuid) is None:
            return None
        rest = ", ".join(each.status.value for each in step.steps)
        about = f"statuses abandoned: the server stopped before {rest}"
        await self._journal.write(step.account, EntryKind.ABANDONED, about, message=step.uuid)
        return f"message {step.uuid} of account {step.account}: {about}"

    async def move(self, message: Message, status: Status, code: int | None = None) -> Message:
        """Move a message and send the webhook that says so; whether the move is legal is the caller's question."""
        move = Move(status, at(self._clock.seconds()), code)
        why = f" ({code} {self._specs.errors[code].label})" if code is not None else ""
        moved = msgspec.structs.replace(message, status=status, moves=(*message.moves, move))
        await self._store.put_message(moved)
        await self._journal.write(
            message.account,
            EntryKind.STATUS,
            f"{message.channel} {message.kind} to {message.recipient} is {status.value}{why}",
            message=message.uuid,
            move=move,
        )
        await self._tell_status(moved, move)
        return moved

    async def _tell_status(self, message: Message, move: Move) -> None:
        account = await self._store.account(message.account)
        if account is None:
            return
        channel = self._specs.capabilities.channels[message.channel]
        target = status_target(
            account,
            self._settings.status_url,
            channel=message.channel,
            sender=message.sender,
            application_id=message.application,
            takes_receipts=channel.takes_receipts,
        )
        if target.receipt_method is not None:
            await self._deliver_receipt(message, move, target)
            return
        error = self._specs.errors[move.code] if move.code is not None else None
        body = v0_1.status_body(message, channel, move, error)
        self._check_own("message-status", body)
        await self._deliver(message, move.status.value, body, target)

    async def _deliver_receipt(self, message: Message, move: Move, target: Target) -> None:
        members = receipts.receipt_body(message, self._specs.capabilities.channels[message.channel], move)
        by_get = target.receipt_method == "GET"
        url = target.url or ""
        if by_get:
            url += ("&" if "?" in url else "?") + urlencode(members)
        await self._take(
            Delivery(
                id=await self.next_uuid(message.account, "delivery"),
                account=message.account,
                message=message.uuid,
                event=move.status.value,
                url=url,
                body=b"" if by_get else msgspec.json.encode(members),
                created_at=at(self._clock.seconds()),
                method="GET" if by_get else "POST",
                signed=False,
            )
        )

    async def _deliver(self, message: Message, event: str, body: Json, target: Target) -> Delivery:
        """Hand a webhook to the outbox, or journal it as dropped where there is nowhere to send it."""
        delivery = Delivery(
            id=await self.next_uuid(message.account, "delivery"),
            account=message.account,
            message=message.uuid,
            event=event,
            url=target.url or "",
            body=msgspec.json.encode(body),
            created_at=at(self._clock.seconds()),
            application=target.application,
            state=DeliveryState.PENDING if target.url else DeliveryState.DROPPED,
        )
        if target.url:
            await self._take(delivery)
            return delivery
        await self._store.put_delivery(delivery)
        await self._journal.write(
            message.account,
            EntryKind.DROPPED,
            f"{event} webhook dropped: {target.why}",
            message=message.uuid,
            delivery=delivery.id,
        )
        return delivery

    async def _take(self, delivery: Delivery) -> None:
        await self._outbox.add(delivery)

    async def receive(
        self,
        account: Account,
        channel_name: str,
        kind: str,
        *,
        sender: str,
        recipient: str,
        content: dict[str, Json],
    ) -> tuple[Message, Delivery]:
        """Let a user's message arrive: journal it and send its webhook. The capability row must allow it."""
        channel = self._specs.capabilities.channels[channel_name]
        target = inbound_target(account, self._settings.inbound_url, channel=channel_name, recipient=recipient)
        message = Message(
            uuid=await self.next_uuid(account.api_key, "message"),
            account=account.api_key,
            direction=Direction.INBOUND,
            dialect=v0_1.DIALECT,
            channel=channel_name,
            kind=kind,
            sender=sender,
            recipient=recipient,
            content=content,
            at=at(self._clock.seconds()),
            status=Status.RECEIVED,
            application=target.application,
        )
        body = v0_1.inbound_body(message, channel)
        violations = self._contract.webhook_violations("inbound-message", body)
        if violations:
            raise _not_possible(violations)
        await self._store.put_message(message)
        await self._journal.write(
            account.api_key,
            EntryKind.INBOUND,
            f"{channel_name} {kind} from {sender} to {recipient}",
            message=message.uuid,
        )
        return message, await self._deliver(message, "inbound", body, target)

    async def redeliver(self, account: Account, identity: str) -> Delivery:
        """Send a webhook once more, now; raise UnknownError for an unknown one, ConflictError if it cannot be."""
        delivery = await self._store.delivery(account.api_key, identity)
        if delivery is None:
            raise UnknownError(f"no delivery {identity!r} in account {account.api_key}")
        if not delivery.url:
            raise ConflictError(
                "the webhook was dropped for want of a URL", fix="Set the URL, then send the event again."
            )
        if delivery.state is DeliveryState.PENDING:
            if not self._outbox.resume(identity):
                raise ConflictError(f"delivery {identity!r} is already in line")
            return delivery
        again = msgspec.structs.replace(delivery, state=DeliveryState.PENDING)
        await self._outbox.add(again)
        return again

    def _check_own(self, name: str, body: Json) -> None:
        if not self._settings.self_check:
            return
        violations = self._contract.webhook_violations(name, body)
        if violations:
            reasons = "; ".join(f"{each.name}: {each.reason}" for each in violations)
            raise SelfCheckError(f"a {name} webhook of ours breaks our own document: {reasons}")


def _rest_of(step: _Step) -> _Step:
    """Return the step that comes after, with the steps left."""
    return _Step(step.messages, step.account, step.uuid, step.accepted_s, step.steps[1:])


def _not_possible(violations: tuple[Violation, ...]) -> UsageError:
    reasons = "; ".join(each.reason for each in violations)
    return UsageError(f"such an inbound message would break the contract: {reasons}")
