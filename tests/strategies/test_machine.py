"""The machine drives a system under test, finds what goes wrong in some order of steps, and shows it small."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from mockserver.model import Json
from mockserver.strategies import SignedWebhook, SutMachine

_FEW = settings(
    max_examples=40, stateful_step_count=15, database=None, phases=[Phase.generate, Phase.shrink], derandomize=True
)
"""The reasons why, which Hypothesis would seek after shrinking, take most of the time."""


class Clinic:
    """A toy system under test: counts what users wrote, knows the last status of what it sent."""

    def __init__(self, *, remembers: bool = True, knows_read: bool = True) -> None:
        self.remembers, self.knows_read = remembers, knows_read
        self.seen: set[str] = set()
        self.count = 0
        self.tokens: list[str | None] = []
        self.statuses: list[str] = []

    def take(self, event: str, request: SignedWebhook) -> int:
        """Take a webhook; return the HTTP status."""
        webhook = msgspec.json.decode(request.body)
        self.tokens.append(request.headers.get("Authorization"))
        if event == "status":
            self.statuses.append(webhook["status"])
            return 200 if self.knows_read or webhook["status"] != "read" else 500
        if not self.remembers or webhook["message_uuid"] not in self.seen:
            self.count += 1
        self.seen.add(webhook["message_uuid"])
        return 200


class ClinicMachine(SutMachine):
    """Drives a clinic that works."""

    channels = ("sms", "whatsapp")
    kinds = ("text",)
    secret = "s3cret"
    clinic: ClassVar[type[Clinic]] = Clinic

    def __init__(self) -> None:
        super().__init__()
        self.sut = self.make()

    def make(self) -> Clinic:
        """Return the clinic to drive."""
        return Clinic()

    def deliver(self, event: str, request: SignedWebhook) -> int:
        """See ``SutMachine``."""
        return self.sut.take(event, request)

    def ask(self) -> Sequence[Json]:
        """See ``SutMachine``."""
        body = {"channel": "whatsapp", "message_type": "text", "to": "12025550100", "from": "12025550101", "text": "Hi"}
        return [body | {"message_uuid": f"u-{len(self.sent)}"}]

    @invariant()
    def counts_each_message_once(self) -> None:
        """A copy is no message."""
        written = [each for each in self.delivered if each.event == "inbound" and not each.is_copy]
        assert len(written) == self.sut.count


class ForgetfulMachine(ClinicMachine):
    """Drives a clinic that takes a copy for a new message."""

    def make(self) -> Clinic:
        """See ``ClinicMachine``."""
        return Clinic(remembers=False)


class FragileMachine(ClinicMachine):
    """Drives a clinic that fails when a message was read."""

    def make(self) -> Clinic:
        """See ``ClinicMachine``."""
        return Clinic(knows_read=False)


def test_machine_finds_nothing_wrong_with_a_system_that_works() -> None:
    machines: list[ClinicMachine] = []

    class Watched(ClinicMachine):
        def teardown(self) -> None:
            machines.append(self)

    run_state_machine_as_test(Watched, settings=_FEW)

    tokens = [each for machine in machines for each in machine.sut.tokens]
    assert tokens
    assert all(each is not None and each.startswith("Bearer ") for each in tokens)
    assert {"inbound", "status"} == {each.event for machine in machines for each in machine.delivered}
    assert {"submitted", "delivered"} <= {each for machine in machines for each in machine.sut.statuses}
    assert any(each.is_copy for machine in machines for each in machine.delivered)
    assert any(machine.sent for machine in machines)


def test_machine_shows_a_copy_taken_for_a_message_in_two_steps() -> None:
    with pytest.raises(AssertionError) as caught:
        run_state_machine_as_test(ForgetfulMachine, settings=settings(_FEW, max_examples=100))

    steps = [each for each in caught.value.__notes__ if each.startswith("state.") and "data=" in each]
    assert 2 == len(steps)
    assert "state.a_user_writes(" in steps[0]
    assert "state.a_webhook_comes_again(" in steps[1]


def test_machine_names_the_webhook_that_was_not_acknowledged() -> None:
    with pytest.raises(AssertionError, match=r"a valid status webhook was answered with 500: .*'status': 'read'"):
        run_state_machine_as_test(FragileMachine, settings=settings(_FEW, max_examples=200, phases=[Phase.generate]))


def test_machine_without_a_way_to_deliver_says_what_to_write() -> None:
    with pytest.raises(NotImplementedError, match="Write deliver"):
        run_state_machine_as_test(SutMachine, settings=_FEW)
