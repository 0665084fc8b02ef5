"""What happens to messages: accepted, moved, received from users."""

from typing import Protocol

import msgspec
from msgspec import Struct

from mockserver.clock import at
from mockserver.core import lifecycle
from mockserver.core.cells import sent_cells
from mockserver.core.faults import Handling
from mockserver.core.forms import V0_1, V1
from mockserver.core.prices import priced
from mockserver.core.urls import server_url
from mockserver.delivery import Outbox
from mockserver.errors import ConflictError, UsageError
from mockserver.model import Account, Delivery, Direction, EntryKind, Json, Message, Move, Status
from mockserver.problem import Violation
from mockserver.service.accounts import Caller
from mockserver.service.fates import Fate, Fates
from mockserver.service.scripts import Scripts
from mockserver.service.versions import Versions
from mockserver.service.webhooks import Webhooks
from mockserver.surroundings import Surroundings
from mockserver.wire import v1


class Sent(Struct, frozen=True, gc=False):
    """A message that was accepted, or ``None`` if its fate is a problem."""

    message: Message | None
    fate: Fate


class Arrival(Struct, frozen=True, gc=False):
    """A user's message about to arrive. ``options`` are members beside the content, in dialects that have such."""

    channel: str
    kind: str
    sender: str
    recipient: str
    content: dict[str, Json]
    options: dict[str, Json] = {}
    dialect: str = V0_1


class Watcher(Protocol):
    """Someone who wants to know what became of messages that belong to a workflow or a failover."""

    async def moved(self, message: Message) -> None:
        """Learn that a message took a status; its webhook is on its way."""
        ...


class Messages:
    """Sends, moves and receives messages of all accounts.

    ``public_url`` is where this server answers, as far as it is known.
    """

    def __init__(self, around: Surroundings, versions: Versions, outbox: Outbox) -> None:
        self._around = around
        self._versions = versions
        self._store = around.store
        self._journal = around.journal
        self._times = around.times
        self._specs = versions.specs
        self._dialects = versions.dialects
        self._channels = versions.specs.capabilities.channels
        self._webhooks = Webhooks(around, versions, outbox)
        self._fates = Fates(around, versions)
        self._scripts = Scripts(around, versions.specs, outbox, self.move)
        self._watchers: list[Watcher] = []
        self.public_url = server_url(around.settings.host, around.settings.port)

    @property
    def webhooks(self) -> Webhooks:
        """The webhooks of messages."""
        return self._webhooks

    @property
    def scripts(self) -> Scripts:
        """The scripts under way."""
        return self._scripts

    @property
    def fates(self) -> Fates:
        """What decides on messages."""
        return self._fates

    def watch(self, watcher: Watcher) -> None:
        """Tell someone of every move of such messages from now on."""
        self._watchers.append(watcher)

    async def read(self, caller: Caller, dialect: str, channel_name: str, body: Json) -> Message:
        """Return the message of a body that has passed the contract, with a fresh id, not stored yet."""
        uuid = await self._around.next_uuid(caller.account.api_key, "message")
        return self.draft(caller, dialect, channel_name, body, uuid)

    def draft(
        self,
        caller: Caller,
        dialect: str,
        channel_name: str,
        body: Json,
        uuid: str = "",
        now_s: float | None = None,
    ) -> Message:
        """Return the message of a body that has passed the contract, as it would be if it were sent now.

        ``now_s`` is the present moment, where it is known already.
        """
        account = caller.account.api_key
        return self._dialects[dialect].read_message(
            body,
            self._channels[channel_name],
            uuid=uuid,
            account=account,
            application=caller.application,
            at=at(self._times.seconds(account) if now_s is None else now_s),
        )

    async def send(self, caller: Caller, channel_name: str, body: Json, dialect: str = V0_1) -> Sent:
        """Decide the fate of a message whose body has passed the contract; unless refused, store and plan it."""
        account = caller.account.api_key
        now_s = self._times.seconds(account)
        uuid = await self._around.next_uuid(account, "message")
        message = self.draft(caller, dialect, channel_name, body, uuid, now_s)
        fate = await self._fates.decide(caller, message)
        if fate.problem is not None:
            return Sent(None, fate)
        await self.accept(message, fate, now_s)
        return Sent(message, fate)

    async def accept(self, message: Message, fate: Fate, now_s: float | None = None) -> None:
        """Store a message and begin its script, and whatever else follows; ``now_s`` is as in ``draft``."""
        await self._store.put_message(message)
        for cell in sent_cells(message, self._specs.capabilities):
            self._around.tally.count(message.account, cell)
        accepted_s = self._times.seconds(message.account) if now_s is None else now_s
        self._scripts.begin(message, accepted_s, fate.steps, fate.copies)
        for after_s, job in fate.jobs:
            self._times.at(message.account, accepted_s + after_s, job)

    async def move(
        self, message: Message, status: Status, code: int | None = None, handling: Handling | None = None
    ) -> Message:
        """Move a message and send the webhook that says so, handled as the account's faults say or as given.

        Whether the move is legal is the caller's question.
        """
        move = Move(status, at(self._times.seconds(message.account)), code)
        why = f" ({code} {self._specs.errors[code].label})" if code is not None else ""
        moved = msgspec.structs.replace(message, status=status, moves=(*message.moves, move))
        about = f"{message.channel} {message.kind} to {message.recipient} is {status}{why}"
        await self._journal.write_move(moved, about)
        await self._webhooks.tell_status(moved, move, handling)
        if moved.workflow is not None:
            for watcher in self._watchers:
                await watcher.moved(moved)
        return moved

    async def move_by_hand(self, message: Message, status: Status, code: int | None, *, is_forced: bool) -> Message:
        """Move a message as a tester says; raise ConflictError for a move that is not legal, unless it is forced.

        In v1 a rejection always carries a code, given or not.
        """
        channel = self._specs.capabilities.channels[message.channel]
        if message.direction is Direction.INBOUND:
            raise ConflictError("an inbound message has no statuses", fix="Move a message that was sent.")
        if not is_forced and not lifecycle.may_move(channel, message.status, status):
            what = lifecycle.refusal(channel, message.status, status)
            raise ConflictError(what, fix='Add "force": true to do it all the same.')
        if code is None and status is Status.REJECTED and message.dialect == V1:
            code = self._specs.provider.limits.unexplained
        return await self.move(message, status, code)

    async def receive(self, account: Account, arrival: Arrival) -> tuple[Message, Delivery]:
        """Let a user's message arrive: journal it and send its webhook. The capability row must allow it."""
        channel = self._specs.capabilities.channels[arrival.channel]
        target = self._webhooks.inbound_target(account, arrival.channel, arrival.recipient)
        uuid = await self._around.next_uuid(account.api_key, "message")
        message = Message(
            uuid=uuid,
            account=account.api_key,
            direction=Direction.INBOUND,
            dialect=arrival.dialect,
            channel=arrival.channel,
            kind=arrival.kind,
            sender=arrival.sender,
            recipient=arrival.recipient,
            content=arrival.content,
            options=self._beside(arrival, uuid),
            at=at(self._times.seconds(account.api_key)),
            status=Status.RECEIVED,
            application=target.application,
        )
        body = self._versions.dialects[arrival.dialect].inbound_body(message, priced(channel, account))
        violations = self._versions.contracts[arrival.dialect].webhook_violations("inbound-message", body)
        if violations:
            raise _not_possible(violations)
        await self._store.put_message(message)
        await self._fates.provider.hear(message)
        await self._journal.write(
            account.api_key,
            EntryKind.INBOUND,
            f"{message.channel} {message.kind} from {message.sender} to {message.recipient}",
            message=message.uuid,
        )
        return message, await self._webhooks.tell_inbound(message, body, target)

    def _beside(self, arrival: Arrival, uuid: str) -> dict[str, Json]:
        """Return what an inbound message holds beside its content: what was said, and what follows from it."""
        row = self._specs.capabilities.row(arrival.channel, arrival.kind, "inbound", arrival.dialect)
        known = self._versions.inbound.of(row).beside if row is not None and row.schema else {}
        found = {
            "context_status": v1.context_status(arrival.options),
            "_self": v1.self_link(self.public_url, uuid),
        }
        return {name: each for name, each in found.items() if name in known} | arrival.options


def _not_possible(violations: tuple[Violation, ...]) -> UsageError:
    reasons = "; ".join(each.reason for each in violations)
    return UsageError(f"such an inbound message would break the contract: {reasons}")
