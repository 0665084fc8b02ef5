"""The webhooks of messages: which body, to which URL, handed to the outbox or journalled as dropped."""

from datetime import datetime
from typing import Final, Protocol
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from mockserver.clock import at
from mockserver.core.capabilities import ChannelRow
from mockserver.core.cells import CODE, FAULT, INBOUND, RECEIPT, REPORT, STATUS, Cell
from mockserver.core.faults import USUAL, Handling, named
from mockserver.core.prices import priced
from mockserver.core.routing import Target, inbound_target, status_target, status_version
from mockserver.delivery import Outbox
from mockserver.errors import ConflictError, UnknownError
from mockserver.model import Account, Attempt, Delivery, DeliveryState, EntryKind, Json, Message, Move
from mockserver.problem import Violation
from mockserver.service.faults import Faults
from mockserver.service.versions import Versions
from mockserver.surroundings import Surroundings
from mockserver.wire import receipts, spoiling
from mockserver.wire.signing import Signed, read_webhook_token

MOST_WAYS: Final = 4096
"""Ways of statuses that are remembered, half a kilobyte each with a sender of usual length."""
_LONGEST_SENDER: Final = 64


class SelfCheckError(RuntimeError):
    """A webhook or answer of ours breaks our own document: a mistake of ours, never of the client."""


def insist(what: str, violations: tuple[Violation, ...]) -> None:
    """Raise SelfCheckError if something of ours broke our own document."""
    if violations:
        reasons = "; ".join(f"{each.name}: {each.reason}" for each in violations)
        raise SelfCheckError(f"{what} of ours breaks our own document: {reasons}")


class _Way(Struct, frozen=True, gc=False):
    """Where statuses go and in which dialect, and their channel at the account's prices; ``account`` says all that."""

    account: Account
    channel: ChannelRow
    target: Target
    version: str


class Contract(Protocol):
    """What says whether a webhook of ours is sound."""

    def webhook_violations(self, name: str, body: Json) -> tuple[Violation, ...]:
        """Return what is wrong with a webhook of that name."""
        ...


class Webhooks:
    """Writes the webhooks of all accounts and sends them on their way."""

    def __init__(self, around: Surroundings, versions: Versions, outbox: Outbox) -> None:
        self._around = around
        self._settings = around.settings
        self._store = around.store
        self._journal = around.journal
        self._times = around.times
        self._specs = versions.specs
        self._versions = versions
        self._tally = around.tally
        self._outbox = outbox
        self._ways: dict[tuple[str | None, ...], _Way] = {}
        self.faults = Faults(around, versions.specs)

    async def tell_status(self, message: Message, move: Move, handling: Handling | None = None) -> None:
        """Send the webhook of a status, in the form and to the place its account asks for.

        Without a ``handling`` of its own, the faults of the account decide on that.
        """
        account = await self._store.account(message.account)
        if account is None:
            return
        way = self._way(account, message)
        channel, target, version = way.channel, way.target, way.version
        if target.receipt_method is not None:
            await self._deliver_receipt(message, channel, move, target, handling)
            return
        error = self._specs.errors[move.code] if move.code is not None else None
        body = self._versions.dialects[version].status_body(message, channel, move, error)
        if move.status in channel.statuses:  # what is forced beyond may break the document: that is its point
            self._check_own(self._versions.contracts[version], "message-status", body)
        told = await self._deliver(message, move.status.value, body, target, handling, move.at)
        self._count(told, (STATUS, version, message.channel, move.status.value))
        if move.code is not None:
            self._count(told, (CODE, version, str(move.code)))

    @property
    def ways(self) -> int:
        """How many ways of statuses are remembered."""
        return len(self._ways)

    def _way(self, account: Account, message: Message) -> "_Way":
        """Return the way of a message's statuses, worked out once for all that take it while their account stays so.

        A URL of the message's own may be of any length, and so may some senders: such ways are not remembered.
        """
        if message.webhook_url is not None or len(message.sender) > _LONGEST_SENDER:
            return self._new_way(account, message)
        asked = (message.channel, message.sender, message.application, message.webhook_version)
        key = (message.account, message.dialect, *asked)
        way = self._ways.get(key)
        if way is not None and way.account is account:
            return way
        if len(self._ways) >= MOST_WAYS:
            self._ways.clear()
        way = self._ways[key] = self._new_way(account, message)
        return way

    def _new_way(self, account: Account, message: Message) -> "_Way":
        channel = priced(self._specs.capabilities.channels[message.channel], account)
        target = status_target(
            account,
            self._settings.status_url,
            channel=message.channel,
            sender=message.sender,
            application_id=message.application,
            takes_receipts=channel.takes_receipts and message.webhook_version is None,
            message_url=message.webhook_url,
        )
        version = status_version(account, message, channel, self._settings.set_webhook_version)
        return _Way(account, channel, target, version)

    async def tell_report(self, account: Account, last: Message, body: Json, contract: Contract) -> None:
        """Send the final report of a workflow to where the statuses of its last message go, never as a receipt."""
        target = status_target(
            account,
            self._settings.status_url,
            channel=last.channel,
            sender=last.sender,
            application_id=last.application,
            takes_receipts=False,
        )
        self._check_own(contract, "final-report", body)
        self._count(await self._deliver(last, "report", body, target), (REPORT, body["status"]))

    def inbound_target(self, account: Account, channel: str, recipient: str) -> Target:
        """Return where an inbound message goes."""
        return inbound_target(account, self._settings.inbound_url, channel=channel, recipient=recipient)

    async def tell_inbound(self, message: Message, body: Json, target: Target) -> Delivery:
        """Send the webhook of an inbound message."""
        told = await self._deliver(message, "inbound", body, target)
        self._count(told, (INBOUND, message.dialect, message.channel, message.kind))
        return told

    def _count(self, told: Delivery, cell: Cell) -> None:
        """Count what a webhook tells, unless it was dropped: then nobody is told."""
        if told.state is not DeliveryState.DROPPED:
            self._tally.count(told.account, cell)

    async def _deliver_receipt(
        self, message: Message, channel: ChannelRow, move: Move, target: Target, handling: Handling | None
    ) -> None:
        members = receipts.receipt_body(message, channel, move)
        by_get = target.receipt_method == "GET"
        url = (target.url or "").partition("#")[0]
        if by_get:
            url += ("&" if "?" in url else "?") + urlencode(members)
        receipt = Delivery(
            id=await self._around.next_uuid(message.account, "delivery"),
            account=message.account,
            message=message.uuid,
            event=move.status.value,
            url=url,
            body=b"" if by_get else msgspec.json.encode(members),
            created_at=move.at,
            method="GET" if by_get else "POST",
            signed=False,
        )
        told = await self._hand_over(message, receipt, handling)
        self._count(told, (STATUS, RECEIPT, message.channel, move.status.value))

    async def _deliver(
        self,
        message: Message,
        event: str,
        body: Json,
        target: Target,
        handling: Handling | None = None,
        moment: datetime | None = None,
    ) -> Delivery:
        """Hand a webhook to the outbox, or journal it as dropped where there is nowhere to send it.

        ``moment`` is the present one, where it is known already.
        """
        delivery = Delivery(
            id=await self._around.next_uuid(message.account, "delivery"),
            account=message.account,
            message=message.uuid,
            event=event,
            url=target.url or "",
            body=msgspec.json.encode(body),
            created_at=at(self._times.seconds(message.account)) if moment is None else moment,
            application=target.application,
        )
        if target.url:
            return await self._hand_over(message, delivery, handling)
        copies = await self._copies(delivery, 1 if handling is None else handling.copies)
        first, *_ = [await self._drop(each, f"dropped: {target.why}") for each in copies]
        return first

    async def _hand_over(self, message: Message, delivery: Delivery, handling: Handling | None) -> Delivery:
        """Hand a webhook over as it is to be, and return its first copy.

        Each of several copies is a delivery of its own: the same body, another token, its own attempts.
        """
        if handling is None:
            handling = await self.faults.handling_for(message, delivery)
        if handling is USUAL:  # as nearly all are, and for these it is quicker
            await self._outbox.add(delivery)
            return delivery
        delivery = msgspec.structs.replace(delivery, fault=handling.fault)
        fault = handling.fault
        named_so = "" if fault is None else named(fault.do, fault.by)
        if fault is not None:
            self._tally.count(delivery.account, (FAULT, "webhooks", fault.do))
        copies = await self._copies(delivery, handling.copies)
        if handling.is_dropped:
            about = f"dropped on purpose, {named_so}"
            first, *_ = [await self._drop(each, about) for each in copies]
            return first
        if fault is not None and (words := handling.words()):
            await self._note(copies[0], EntryKind.FAULT, f"{words}, {named_so}")
        for each in copies:
            await self._put_in(each, handling)
        return copies[0]

    async def _put_in(self, delivery: Delivery, handling: Handling) -> None:
        if handling.until is None and not handling.delay_s:
            await self._outbox.add(delivery)
            return
        await self._outbox.park(delivery, until=handling.until, delay_s=handling.delay_s, within_s=handling.within_s)

    async def _drop(self, delivery: Delivery, about: str) -> Delivery:
        dropped = msgspec.structs.replace(delivery, state=DeliveryState.DROPPED)
        await self._store.add_delivery(dropped)
        await self._note(dropped, EntryKind.DROPPED, about)
        return dropped

    async def _copies(self, delivery: Delivery, number: int) -> list[Delivery]:
        """Return a webhook so many times, the others with ids of their own."""
        others = [await self._around.next_uuid(delivery.account, "delivery") for _ in range(number - 1)]
        return [delivery, *(msgspec.structs.replace(delivery, id=each) for each in others)]

    async def _note(self, delivery: Delivery, kind: EntryKind, about: str) -> None:
        words = f"{delivery.event} webhook {about}"
        await self._journal.write(delivery.account, kind, words, message=delivery.message, delivery=delivery.id)

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
        await self._outbox.add_again(again)
        return again

    async def signature(self, delivery: Delivery, attempt: Attempt) -> Signed | None:
        """Return what the token of a try says, by the secret as it is now; ``None`` if there was none or it is gone."""
        token = self._outbox.tokens.of(delivery.id, attempt.number)
        if token is None:
            return None
        account = await self._around.account(delivery.account)
        fault = spoiling.fault_of_try(delivery.fault, attempt.number)
        body = delivery.body if fault is None else spoiling.body_of(fault, delivery.body)
        return read_webhook_token(token, account.signature_secret or self._settings.signature_secret, body)

    def _check_own(self, contract: Contract, name: str, body: Json) -> None:
        if self._settings.self_check:
            insist(f"a {name} webhook", contract.webhook_violations(name, body))
