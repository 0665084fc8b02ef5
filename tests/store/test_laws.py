"""A store that packs, trims and looks things up by tags answers exactly as one that keeps plain lists."""

from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from msgspec.structs import replace

from mockserver.model import (
    Attempt,
    Delivery,
    DeliveryState,
    Direction,
    Entry,
    EntryKind,
    Exchange,
    Json,
    Message,
    Move,
    Status,
)
from mockserver.problem import Finding, Violation
from mockserver.store.memory import MemoryStore
from mockserver.store.shelf import Loose
from mockserver.store.world import Room

_T = TypeVar("_T")
_KEY = "key-a"
_AT = datetime(2021, 6, 1, tzinfo=UTC)
_UUIDS = [f"m-{number}" for number in range(6)]
_IDS = [f"d-{number}" for number in range(6)]
_ROOM = Room(Loose(3, 1), Loose(3, 1), Loose(3, 1), block=4)
"""So small that nearly everything is packed, again and again."""
_STATES = [DeliveryState.PENDING, DeliveryState.DELIVERED]
_ODD: list[Json] = ["Hello", "\ud83d", 10**30, 1.5, None, {"a": [True, "ü"]}]
"""Values of JSON, among them some that msgspec cannot write."""


def _now(answer: Coroutine[Any, Any, _T]) -> _T:
    """Return what a coroutine comes to that waits for nothing but its turn."""
    while True:
        try:
            answer.send(None)
        except StopIteration as end:
            found: _T = end.value
            return found


async def _all(found: AsyncIterator[_T]) -> list[_T]:
    return [each async for each in found]


def _message(uuid: str, status: Status, to: str, found: Json) -> Message:
    return Message(
        uuid=uuid,
        account=_KEY,
        direction=Direction.OUTBOUND,
        dialect="v1",
        channel="sms",
        kind="text",
        sender="Shop",
        recipient=to,
        content={"text": found},
        at=_AT,
        status=status,
        moves=(Move(status, _AT, 1340 if status is Status.REJECTED else None),),
    )


def _entry(kind: EntryKind, message: str | None, found: Json) -> Entry:
    if kind is not EntryKind.REQUEST:
        return Entry(0, _AT, kind, "moved", message)
    violations = (Violation("to", "required", "to is missing", found=found),) if found is None else ()
    findings = (Finding("text", "odd", "an odd text"),) if found == "Hello" else ()
    verdict = "refused" if violations else "accepted"
    exchange = Exchange("POST", "/", 202, verdict, "{}", {"host": "x"}, found, violations=violations, findings=findings)
    return Entry(0, _AT, kind, "asked", message, exchange=exchange)


def _delivery(identity: str, state: DeliveryState) -> Delivery:
    message = identity.replace("d", "m")
    attempt = Attempt(1, _AT + timedelta(microseconds=1), 0.25, 200)
    return Delivery(identity, _KEY, message, "submitted", "http://x.test/", b"\xff", _AT, state, attempts=(attempt,))


class Laws(RuleBasedStateMachine):
    """Does the same to a store and to plain lists. ``keep`` is how many messages the store keeps, 0 for all."""

    keep = 0

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore(self.keep, _ROOM)
        self.under_way: set[str] = set()
        self.store.spare(lambda message: message.uuid in self.under_way)
        self.messages: dict[str, Message] = {}
        self.entries: list[Entry] = []
        self.deliveries: dict[str, Delivery] = {}
        self.number = 0

    @rule(
        uuid=st.sampled_from(_UUIDS),
        status=st.sampled_from([Status.ACCEPTED, Status.DELIVERED, Status.REJECTED]),
        to=st.sampled_from(["4477", "4478"]),
        found=st.sampled_from(_ODD),
        is_under_way=st.booleans(),
    )
    def put_message(self, uuid: str, status: Status, to: str, found: Json, *, is_under_way: bool) -> None:
        """Send or move a message."""
        (self.under_way.add if is_under_way else self.under_way.discard)(uuid)
        message = _message(uuid, status, to, found)
        _now(self.store.put_message(message))
        self.messages[uuid] = message
        self.trim(uuid)

    @rule(
        kind=st.sampled_from([EntryKind.REQUEST, EntryKind.STATUS]),
        message=st.none() | st.sampled_from(_UUIDS),
        found=st.sampled_from(_ODD),
    )
    def append(self, kind: EntryKind, message: str | None, found: Json) -> None:
        """Write to the journal."""
        self.number += 1
        entry = replace(_entry(kind, message, found), id=self.number)
        assert _now(self.store.append(_KEY, replace(entry, id=0))) == entry
        self.entries.append(entry)
        self.trim(message if message in self.messages else None)

    @rule(identity=st.sampled_from(_IDS), state=st.sampled_from(_STATES))
    def put_delivery(self, identity: str, state: DeliveryState) -> None:
        """Send a webhook of the message that goes by its number, or try it again."""
        delivery = _delivery(identity, state)
        is_new = identity not in self.deliveries
        _now(self.store.add_delivery(delivery) if is_new else self.store.put_delivery(delivery))
        self.deliveries[identity] = delivery

    @rule(identity=st.sampled_from(_IDS), state=st.sampled_from(_STATES))
    def put_tried(self, identity: str, state: DeliveryState) -> None:
        """Try a webhook, and write so to the journal, if it is there."""
        delivery = _delivery(identity, state)
        entry = Entry(0, _AT, EntryKind.ATTEMPT, "tried", delivery.message, identity, attempt=delivery.attempts[0])
        numbered = _now(self.store.put_tried(delivery, entry))
        if identity not in self.deliveries:
            assert numbered is None
            return
        self.number += 1
        assert numbered == replace(entry, id=self.number)
        self.entries.append(numbered)
        self.deliveries[identity] = delivery
        self.trim(delivery.message if delivery.message in self.messages else None)

    @rule(
        uuid=st.sampled_from(_UUIDS),
        status=st.sampled_from([Status.DELIVERED, Status.REJECTED]),
        to=st.sampled_from(["4477", "4478"]),
    )
    def put_moved(self, uuid: str, status: Status, to: str) -> None:
        """Move a message, and write so to the journal; one that is not there is as good as sent."""
        message = _message(uuid, status, to, "Hello")
        entry = Entry(0, _AT, EntryKind.STATUS, "moved", uuid, move=message.moves[0])
        self.number += 1
        numbered = _now(self.store.put_moved(message, entry))
        assert numbered == replace(entry, id=self.number)
        self.messages[uuid] = message
        self.entries.append(numbered)
        self.trim(uuid)

    @rule(what=st.sampled_from(["messages", "journal"]))
    def clear(self, what: str) -> None:
        """Forget some of it."""
        _now(self.store.clear(_KEY, what))
        if what == "journal":
            self.entries.clear()
        else:
            self.messages.clear()
            self.deliveries.clear()

    @rule()
    def tidy(self) -> None:
        """Pack what can be packed, and drop what is too much."""
        while self.store.tidy():
            pass
        self.trim("")

    def trim(self, newest: str | None = None) -> None:
        """Nothing is ever dropped here."""

    @rule()
    def look(self) -> None:
        """Hold everything against the lists, now and then: each look unpacks all."""
        self.tells_the_same_of_messages()
        self.tells_the_same_of_entries()
        self.tells_the_same_of_deliveries()

    def teardown(self) -> None:
        """Hold everything against the lists at the end."""
        self.look()

    def tells_the_same_of_messages(self) -> None:
        """Hold messages against the lists."""
        newest = list(self.messages.values())[::-1]
        assert _now(_all(self.store.messages(_KEY))) == newest
        for uuid in _UUIDS:
            assert _now(self.store.message(_KEY, uuid)) == self.messages.get(uuid)
        for where in ([("status", "rejected")], [("to", "4477"), ("status", "delivered")], [("error_code", "1340")]):
            found = _now(_all(self.store.messages(_KEY, where)))
            fitting = [each for each in newest if all(_fits(each, name, text) for name, text in where)]
            assert found == fitting
            for place, last in enumerate(newest):
                older = [each for each in newest[place + 1 :] if each in fitting]
                assert _now(_all(self.store.messages(_KEY, where, before=last.uuid))) == older
        for uuid in set(_UUIDS) - self.messages.keys():
            assert _now(_all(self.store.messages(_KEY, before=uuid))) == []

    def tells_the_same_of_entries(self) -> None:
        """Hold entries against the lists."""
        assert _now(self.store.entries(_KEY)) == self.entries
        assert _now(self.store.entries(_KEY, after=3, limit=2)) == [each for each in self.entries if each.id > 3][:2]
        assert (
            _now(_all(self.store.entries_back(_KEY, before=5))) == [each for each in self.entries if each.id < 5][::-1]
        )
        refused = [each for each in self.entries if each.exchange is not None and each.exchange.verdict == "refused"]
        assert _now(_all(self.store.entries_back(_KEY, where=[("verdict", "refused")]))) == refused[::-1]
        assert _now(_all(self.store.entries_back(_KEY, where=[("has", "violation")]))) == refused[::-1]
        for uuid in _UUIDS:
            assert _now(self.store.entries_of(_KEY, uuid)) == [each for each in self.entries if each.message == uuid]

    def tells_the_same_of_deliveries(self) -> None:
        """Hold deliveries against the lists."""
        newest = list(self.deliveries.values())[::-1]
        assert _now(_all(self.store.deliveries(_KEY))) == newest
        pending = [each for each in newest if each.state is DeliveryState.PENDING]
        assert _now(_all(self.store.deliveries(_KEY, [("state", "pending")]))) == pending
        for place, last in enumerate(newest):
            assert _now(_all(self.store.deliveries(_KEY, before=last.id))) == newest[place + 1 :]
            of_it = [each for each in newest[place + 1 :] if each.message == last.message]
            assert _now(_all(self.store.deliveries(_KEY, [("message", last.message)], before=last.id))) == of_it
        for identity in _IDS:
            assert _now(self.store.delivery(_KEY, identity)) == self.deliveries.get(identity)
            of_message = [each for each in self.deliveries.values() if each.id == identity]
            assert _now(self.store.deliveries_of(_KEY, identity.replace("d", "m"))) == of_message


class LawsOfKeeping(Laws):
    """The same where the oldest are dropped: what is there is what the lists have, once they drop the same."""

    keep = 3

    def trim(self, newest: str | None = None) -> None:
        """Drop from the lists what the store dropped, if it may: what is finished, with all that belongs to it."""
        here = {each.uuid for each in _now(_all(self.store.messages(_KEY)))}
        for uuid in [each for each in self.messages if each not in here]:
            assert uuid != newest
            assert uuid not in self.under_way
            assert all(
                each.state is not DeliveryState.PENDING for each in self.deliveries.values() if each.message == uuid
            )
            assert len(self.messages) > self.keep
            del self.messages[uuid]
            self.entries = [each for each in self.entries if each.message != uuid]
            self.deliveries = {name: each for name, each in self.deliveries.items() if each.message != uuid}
        alone = [each for each in self.entries if each.message not in self.messages]
        numbers = {each.id for each in _now(self.store.entries(_KEY))}
        gone = [each for each in alone if each.id not in numbers]
        assert gone == alone[: len(gone)]
        self.entries = [each for each in self.entries if each not in gone]
        assert newest is not None or len(alone) - len(gone) <= self.keep  # each new one about none has old ones dropped


def _fits(message: Message, name: str, text: str) -> bool:
    code = message.moves[-1].code
    return {"status": message.status, "to": message.recipient, "error_code": str(code)}[name] == text


TestLaws = Laws.TestCase
TestLaws.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
TestLawsOfKeeping = LawsOfKeeping.TestCase
TestLawsOfKeeping.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
