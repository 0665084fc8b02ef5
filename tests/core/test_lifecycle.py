"""Which status may follow which, channel by channel."""

import pytest

from mockserver.contract.specs import load_specs
from mockserver.core.lifecycle import FINAL, is_final, may_move, refusal
from mockserver.model import Status

CHANNELS = load_specs().capabilities.channels
READING = ("rcs", "viber", "messenger", "whatsapp")

# Source: messages-v0.1 part 4.4, messages-v1 part 8. All moves there are; whatever is not listed is refused.
MOVES = {
    ("accepted", "submitted"),
    ("accepted", "rejected"),
    ("submitted", "delivered"),
    ("submitted", "undeliverable"),
    ("submitted", "rejected"),
}
READS = {("delivered", "read")}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("present", Status)
@pytest.mark.parametrize("new", Status)
def test_move_is_legal_if_listed(channel: str, present: Status, new: Status) -> None:
    legal = MOVES | (READS if channel in READING else set())

    assert ((present.value, new.value) in legal) is may_move(CHANNELS[channel], present, new)


@pytest.mark.parametrize("channel", CHANNELS)
def test_refused_move_is_told_and_named(channel: str) -> None:
    for present in Status:
        for new in Status:
            reason = refusal(CHANNELS[channel], present, new)
            assert reason.startswith(f"A message on {channel} cannot go from {present.value} to {new.value}: ")
            assert reason.endswith(".")


@pytest.mark.parametrize(
    ("channel", "present", "new", "reason"),
    [
        ("sms", "delivered", "read", "SMS never reports read."),
        ("sms", "delivered", "rejected", "delivered is its last status."),
        ("whatsapp", "read", "delivered", "read is its last status."),
        ("whatsapp", "rejected", "submitted", "rejected is its last status."),
        ("whatsapp", "delivered", "rejected", "after delivered comes read."),
        ("mms", "accepted", "delivered", "after accepted comes submitted or rejected."),
        ("mms", "submitted", "submitted", "after submitted comes delivered or undeliverable or rejected."),
        ("mms", "submitted", "accepted", "accepted is where a message begins, never a move."),
        ("mms", "received", "submitted", "received is its last status."),
    ],
)
def test_refusal_says_what_may_follow(channel: str, present: str, new: str, reason: str) -> None:
    words = refusal(CHANNELS[channel], Status(present), Status(new))

    assert f"A message on {channel} cannot go from {present} to {new}: {reason}" == words


def test_final_statuses_are_those_nothing_follows_on_any_channel() -> None:
    followed = {present for channel in CHANNELS.values() for present, new in channel.moves.items() if new}

    assert set(Status) - followed == FINAL
    assert {each for each in Status if is_final(each)} == FINAL


def test_delivered_is_final_where_nothing_is_ever_read() -> None:
    assert is_final(Status.DELIVERED, CHANNELS["sms"])
    assert not is_final(Status.DELIVERED, CHANNELS["viber"])
    assert not is_final(Status.DELIVERED)
    assert not is_final(Status.ACCEPTED, CHANNELS["mms"])
    assert is_final(Status.RECEIVED, CHANNELS["mms"])
