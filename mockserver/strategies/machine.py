"""Stateful tests of a system under test: users answer, statuses come, webhooks come twice, in any order of steps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from mockserver.core.chance import uuid_for
from mockserver.core.scenario_values import TokenForm
from mockserver.model import Json
from mockserver.strategies.sequences import Trouble, status_sequences
from mockserver.strategies.signed import SignedWebhook, signed
from mockserver.strategies.webhooks import inbound_webhooks

_FIRST_GOOD: Final = 200
_LAST_GOOD: Final = 205


@dataclass(frozen=True, slots=True)
class Delivered:
    """A webhook that the system under test was given. ``event`` is ``inbound`` or ``status``.

    ``answer`` is the HTTP status it answered with; ``is_copy`` tells whether the same had come before.
    """

    event: str
    webhook: Json = field(hash=False)
    answer: int
    is_copy: bool = False


class SutMachine(RuleBasedStateMachine):
    """Base of machines that give webhooks to a system under test, one after the other.

    A machine of yours says in ``deliver`` how a webhook reaches the system, and in rules and invariants of its own
    what must hold after each step. ``ask`` may make the system send something: then statuses of these messages come.
    ``delivered`` and ``sent`` are what happened so far.

        class Clinic(SutMachine):
            channels = ("sms",)

            def deliver(self, event, request):
                return client.post(f"/webhooks/{event}", content=request.body, headers=request.headers).status_code

        TestClinic = Clinic.TestCase
    """

    version: ClassVar[str] = "v1"
    """The version of the webhooks."""
    channels: ClassVar[Sequence[str]] = ("sms",)
    """The channels users write on."""
    kinds: ClassVar[Sequence[str] | None] = None
    """The kinds users send, all that a channel has without it."""
    secret: ClassVar[str | None] = None
    """The signature secret; without it webhooks are not signed."""
    trouble: ClassVar[Collection[Trouble]] = ()
    """What befalls the statuses of a message."""

    def __init__(self) -> None:
        super().__init__()
        self.delivered: list[Delivered] = []
        self.sent: list[Json] = []
        self._waiting: list[list[Json]] = []

    def deliver(self, event: str, request: SignedWebhook) -> int:
        """Give a webhook to the system under test; return the HTTP status it answers with. For you to write."""
        raise NotImplementedError("Write deliver(event, request) in your machine: it returns the HTTP status.")

    def ask(self) -> Sequence[Json]:
        """Make the system under test send something; return the messages, none if it is not to be asked.

        Each is the body of a request, or a message as the server tells of it.
        """
        return ()

    def check(self, event: str, webhook: Mapping[str, Json], answer: int) -> None:
        """Judge an answer: here it must be from 200 to 205, since every webhook is valid."""
        if not _FIRST_GOOD <= answer <= _LAST_GOOD:
            raise AssertionError(f"a valid {event} webhook was answered with {answer}: {webhook}")

    @rule(data=st.data())
    def a_user_writes(self, data: st.DataObject) -> None:
        """Give it an inbound message."""
        channel = data.draw(st.sampled_from(list(self.channels)), label="channel")
        kind = None if self.kinds is None else data.draw(st.sampled_from(list(self.kinds)), label="kind")
        webhook = data.draw(inbound_webhooks(self.version, channel, kind), label="inbound webhook")
        # Small cases would have the same id again and again, and a careful system would take them for copies.
        uuid = uuid_for(0, "machine", len(self.delivered))
        self._give("inbound", {**webhook, "message_uuid": uuid})

    @rule(data=st.data())
    def it_is_asked_to_send(self, data: st.DataObject) -> None:
        """Ask it to send; what comes of each message will be told, a status at a time."""
        for message in self.ask():
            told = status_sequences(message, version=self.version, trouble=self.trouble)
            self.sent.append(message)
            self._waiting.append(list(data.draw(told, label="statuses")))

    @precondition(lambda self: self._waiting)
    @rule(data=st.data())
    def statuses_come(self, data: st.DataObject) -> None:
        """Give it the next status of some message that it sent, or the next few."""
        index = data.draw(st.integers(0, len(self._waiting) - 1), label="message")
        waiting = self._waiting[index]
        count = data.draw(st.integers(1, len(waiting)), label="how many")
        self._waiting[index : index + 1] = [waiting[count:]] if waiting[count:] else []
        for webhook in waiting[:count]:
            self._give("status", webhook)

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def a_webhook_comes_again(self, data: st.DataObject) -> None:
        """Give it a webhook that it was given already."""
        before = data.draw(st.sampled_from(self.delivered), label="webhook")
        self._give(before.event, before.webhook, is_copy=True)

    def _give(self, event: str, webhook: Mapping[str, Json], *, is_copy: bool = False) -> None:
        form: TokenForm = "unsigned" if self.secret is None else "right"
        answer = self.deliver(event, signed(webhook, self.secret or "", form=form))
        self.delivered.append(Delivered(event, webhook, answer, is_copy=is_copy))
        self.check(event, webhook, answer)
