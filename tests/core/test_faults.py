"""Which fault hits what, how often, and what it comes to for a webhook."""

from collections.abc import Callable, Sequence
from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.chance import random_for
from mockserver.core.faults import (
    BY_NAME,
    KINDS,
    SELECTORS,
    USUAL,
    Armed,
    Count,
    Fault,
    Handling,
    Hit,
    Kind,
    On,
    handling_of,
    handling_of_step,
    is_spent,
    latency_of,
    pick,
)
from mockserver.core.matching import PatternError, Subject
from mockserver.model import Deliver, DeliveryFault, Json, Status

SMS = {"channel": "sms"}


def chance(seed: int = 7) -> Callable[[str, int], Random]:
    """Return the source of chance of a seed."""
    return lambda identity, number: random_for(seed, identity, number)


def hits(
    faults: Sequence[Fault], subjects: Sequence[Subject], *, seed: int = 7, every_s: float = 0
) -> list[str | None]:
    """Return the id of the fault that hits each subject, one after the other."""
    armed = [Armed.of(each) for each in faults]
    counts: dict[str, Count] = {}
    found: list[str | None] = []
    for number, subject in enumerate(subjects):
        hit, changed = pick(armed, counts, subject, number * every_s, chance(seed))
        counts |= changed
        found.append(None if hit is None else hit.fault.id)
    return found


def pattern(fault: Fault, count: int, **more: float) -> str:
    """Return which of so many requests a fault hits: x for a hit, a point for none."""
    return "".join(
        "." if each is None else "x" for each in hits([fault], [SMS] * count, every_s=more.get("every_s", 0))
    )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({}, "xxxxxx", id="always"),
        pytest.param({"next": 2}, "xx....", id="next"),
        pytest.param({"nth": 3}, "..x...", id="nth"),
        pytest.param({"every": 2}, ".x.x.x", id="every"),
        pytest.param({"probability": 1.0}, "xxxxxx", id="certain"),
        pytest.param({"do": "throttle", "after": 4}, "....xx", id="throttle after"),
        pytest.param({"do": "throttle", "after": 3, "next": 2}, "...xx.", id="throttle after, then it recovers"),
        pytest.param({"do": "throttle", "per_s": 2.0}, "..xxxx", id="throttle at once"),
    ],
)
def test_a_fault_chooses_among_what_fits(members: dict[str, Json], expected: str) -> None:
    fault = Fault(**{"on": "answers", "do": "reset", "id": "f1", **members})

    assert expected == pattern(fault, 6)


def test_a_throttle_lets_as_many_a_second_through_as_it_says() -> None:
    fault = Fault("answers", "throttle", id="f1", per_s=2.0)

    assert "........" == pattern(fault, 8, every_s=0.5)
    assert "...x.x.x" == pattern(fault, 8, every_s=0.25)


def test_only_what_fits_is_counted() -> None:
    fault = Fault("answers", "reset", id="f1", when={"channel": "sms"}, nth=2)

    assert [None, None, None, "f1"] == hits([fault], [SMS, {"channel": "mms"}, {}, SMS])


def test_the_first_fault_that_hits_goes_before_others_which_count_all_the_same() -> None:
    first = Fault("answers", "reset", id="f1", nth=2)
    second = Fault("answers", "hang", id="f2", every=2)

    assert [None, "f1", None, "f2"] == hits([first, second], [SMS] * 4)


@given(st.integers(), st.floats(0.1, 0.9))
def test_the_same_seed_gives_the_same_run(seed: int, probability: float) -> None:
    fault = Fault("answers", "latency", id="f1", probability=probability, delay={"min": 1.0, "max": 3.0})

    once, again = (hits([fault], [SMS] * 50, seed=seed) for _ in range(2))

    assert once == again


def test_a_probability_is_the_share_that_is_hit() -> None:
    fault = Fault("answers", "reset", id="f1", probability=0.3)

    assert 250 <= pattern(fault, 1000).count("x") <= 350


@given(st.lists(st.sampled_from([*SELECTORS, "always"]), max_size=4), st.integers(1, 30))
def test_counts_say_how_many_were_seen_and_hit(selectors: list[str], times: int) -> None:
    members: dict[str, dict[str, Json]] = {"probability": {"probability": 0.5}, "always": {}}
    faults = [
        Fault("answers", "reset", id=f"f{number}", **members.get(name, {name: 2}))
        for number, name in enumerate(selectors)
    ]
    armed, counts, found = [Armed.of(each) for each in faults], dict[str, Count](), list[Hit]()

    for _ in range(times):
        hit, changed = pick(armed, counts, SMS, 0, chance())
        counts |= changed
        found += [] if hit is None else [hit]

    assert [times] * len(faults) == [each.seen for each in counts.values()]
    assert len(found) == sum(each.hits for each in counts.values())


@pytest.mark.parametrize(
    ("members", "count", "expected"),
    [
        ({"next": 2}, Count(seen=5, hits=1), False),
        ({"next": 2}, Count(seen=5, hits=2), True),
        ({"nth": 3}, Count(seen=2), False),
        ({"nth": 3}, Count(seen=3, hits=1), True),
        ({"every": 3}, Count(seen=30, hits=10), False),
    ],
)
def test_a_fault_is_spent_once_it_can_hit_no_more(members: dict[str, Json], count: Count, expected: bool) -> None:
    assert expected is is_spent(Fault("answers", "reset", **members), count)


def test_a_fault_on_answers_may_not_ask_for_what_only_webhooks_have() -> None:
    with pytest.raises(PatternError, match="event is no field of sends"):
        Armed.of(Fault("answers", "reset", when={"event": "delivered"}))


@pytest.mark.parametrize(
    ("when", "expected"),
    [({}, True), ({"operation": "send", "headers": {"x-a": "1"}}, True), ({"channel": "sms"}, False)],
)
def test_a_fault_is_plain_if_it_looks_at_no_body(when: dict[str, Json], expected: bool) -> None:
    assert expected is Armed.of(Fault("answers", "reset", when=when)).is_plain


# Times


@given(st.integers())
def test_a_range_is_kept(seed: int) -> None:
    latency = latency_of({"min": 1.0, "max": 3.0})

    assert 1.0 <= latency.pick_s(Random(seed)) <= 3.0


def test_percentiles_are_kept() -> None:
    latency = latency_of({"p50": 0.1, "p95": 0.8, "p99": 2.0})

    times = sorted(latency.pick_s(Random(seed)) for seed in range(2000))

    assert 0.08 < times[999] < 0.12
    assert 0.6 < times[1899] < 1.0
    assert times[-1] <= 2.0


@pytest.mark.parametrize(("delay", "expected"), [(None, 0.0), (2.0, 2.0), (0.0, 0.0)])
def test_a_fixed_time_is_that_time(delay: float | None, expected: float) -> None:
    assert expected == latency_of(delay).pick_s(Random(1))


# Kinds


def test_every_kind_is_of_one_side_and_named_once_there() -> None:
    assert len(KINDS) == len(BY_NAME)
    assert {each.on for each in KINDS} == set(get_args(On))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.on} {kind.name}")
def test_what_a_kind_needs_it_also_takes_and_every_member_is_known(kind: Kind) -> None:
    assert set(kind.needs) <= set(kind.takes)
    assert set(kind.members) <= {*Fault.__struct_fields__}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("answers", "status", status=503), False),
        (Fault("answers", "status", status=503, taken=True), True),
        (Fault("answers", "throttle", after=1), False),
        (Fault("answers", "reset"), True),
        (Fault("answers", "reset", taken=False), False),
        (Fault("answers", "latency", delay=1.0), True),
    ],
)
def test_a_message_is_taken_or_not_as_the_kind_or_the_fault_says(fault: Fault, expected: bool) -> None:
    assert expected is fault.is_taken


# Webhooks


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("webhooks", "drop", id="f1"), Handling(is_dropped=True, fault=DeliveryFault("drop", "f1"))),
        (
            Fault("webhooks", "duplicate", id="f1", copies=3),
            Handling(copies=3, fault=DeliveryFault("duplicate", "f1")),
        ),
        (
            Fault("webhooks", "reorder", id="f1"),
            Handling(until="", within_s=30.0, fault=DeliveryFault("reorder", "f1")),
        ),
        (
            Fault("webhooks", "unsigned", id="f1", tries=1),
            Handling(fault=DeliveryFault("unsigned", "f1", tries=1)),
        ),
        (
            Fault("webhooks", "trickle", id="f1", over=3.0),
            Handling(fault=DeliveryFault("trickle", "f1", over_s=3.0)),
        ),
    ],
    ids=lambda each: each.do if isinstance(each, Fault) else "",
)
def test_a_hit_webhook_is_handled_as_its_fault_says(fault: Fault, expected: Handling) -> None:
    assert expected == handling_of(Hit(fault))


def test_a_delayed_webhook_is_handed_over_later() -> None:
    found = handling_of(Hit(Fault("webhooks", "delay", id="f1", delay=5.0), 5.0))

    assert (5.0, None, "sent 5 s later") == (found.delay_s, found.until, found.words())


def test_a_webhook_that_nothing_hits_is_handed_over_as_usual() -> None:
    assert USUAL == handling_of(None)
    assert "" == USUAL.words()


def step(do: str) -> DeliveryFault:
    """Return what a script does to a webhook."""
    return DeliveryFault(do, "its script")


@pytest.mark.parametrize(
    ("deliver", "copies", "waits_for", "expected"),
    [
        (None, 1, None, None),
        (None, 2, None, Handling(copies=2)),
        (Deliver(), 1, None, Handling()),
        (Deliver(copies=2), 1, None, Handling(copies=2, fault=step("duplicate"))),
        (Deliver(delay_s=3), 1, None, Handling(delay_s=3, fault=step("delay"))),
        (Deliver(before=Status.DELIVERED), 1, None, Handling()),
        (Deliver(fault="drop", copies=2), 1, None, Handling(copies=2, is_dropped=True, fault=step("drop"))),
        (Deliver(fault="unsigned"), 1, None, Handling(fault=step("unsigned"))),
        (None, 1, Status.READ, Handling(until="read", fault=step("reorder"))),
        (
            Deliver(fault="truncate", delay_s=1),
            1,
            Status.READ,
            Handling(until="read", delay_s=1, fault=step("truncate")),
        ),
    ],
)
def test_a_step_has_its_webhook_handled_in_the_same_terms(
    deliver: Deliver | None, copies: int, waits_for: Status | None, expected: Handling | None
) -> None:
    assert expected == handling_of_step(deliver, copies, waits_for)


@pytest.mark.parametrize(
    ("handling", "words"),
    [
        (Handling(until="read"), "held until that of read was tried"),
        (Handling(until="", within_s=30), "held until the next one was tried, 30 s at most"),
        (
            Handling(until="read", delay_s=2, copies=2),
            "held until that of read was tried, sent 2 s later, sent 2 times",
        ),
    ],
)
def test_what_is_done_to_a_webhook_is_told_in_words(handling: Handling, words: str) -> None:
    assert words == handling.words()
