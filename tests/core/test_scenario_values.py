"""The small decisions of a scenario's values: bounds, latencies, matchers that wait for names."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.expressions import ExpressionError
from mockserver.core.scenario_values import Answered, Bounds, Latency, Respond, wanted

PERCENTILES = Latency(percentiles=((0.5, 0.1), (0.95, 0.8), (0.99, 3.0)))


@pytest.mark.parametrize(
    ("bounds", "words", "held", "broken"),
    [
        (Bounds(1, 1), "exactly 1", [1], [2]),
        (Bounds(0, 0), "none", [0], [1]),
        (Bounds(2), "at least 2", [2, 9], []),
        (Bounds(1, 3), "1 to 3", [1, 2, 3], [4]),
    ],
)
def test_bounds_hold_and_say_what_they_ask(bounds: Bounds, words: str, held: list[int], broken: list[int]) -> None:
    assert words == bounds.words()
    assert held == [each for each in range(10) if bounds.holds(each) and each in held]
    assert broken == [each for each in range(5) if bounds.is_broken(each)][: len(broken)]
    assert not any(bounds.holds(each) for each in broken)


def test_fixed_latency_is_always_the_same() -> None:
    assert {2.0} == {Latency(2.0, 2.0).pick_s(Random(seed)) for seed in range(5)}


@given(st.randoms(use_true_random=False))
def test_latency_stays_between_its_ends(rng: Random) -> None:
    assert 1.0 <= Latency(1.0, 3.0).pick_s(rng) <= 3.0
    assert 0.0 <= PERCENTILES.pick_s(rng) <= 3.0


def test_latency_by_percentiles_has_those_percentiles() -> None:
    rng = Random(7)

    drawn = sorted(PERCENTILES.pick_s(rng) for _ in range(10_000))

    assert [0.1, 0.8, 3.0] == pytest.approx([drawn[5_000], drawn[9_500], drawn[9_900]], abs=0.15)


def test_latency_is_drawn_by_the_seed() -> None:
    assert PERCENTILES.pick_s(Random(1)) == PERCENTILES.pick_s(Random(1))


def test_matcher_without_names_is_made_once() -> None:
    asked = wanted("messages", {"channel": "sms", "text": "$${x}"})

    matcher = asked.bind({})

    assert matcher is asked.fixed
    assert matcher.judge({"channel": "sms", "text": "${x}"}).fits


def test_matcher_with_names_waits_for_them() -> None:
    asked = wanted("messages", {"to": "${who}"})

    assert asked.fixed is None
    assert asked.bind({"who": "1"}).judge({"to": "1"}).fits
    assert not asked.bind({"who": "2"}).judge({"to": "1"}).fits
    with pytest.raises(ExpressionError, match="there is no who"):
        asked.bind({})


def test_answer_is_asked_for_its_status_and_what_is_in_it() -> None:
    answered = Answered(((200, 299), (404, 404)), 3.0, {"json": {"state": "${state}"}})

    assert [200, 299, 404] == [each for each in (199, 200, 299, 300, 404) if answered.fits(each)]
    assert answered.bind({"state": "ok"}).judge({"json": {"state": "ok"}}).fits
    assert Answered((), 3.0).fits(500)


def test_answer_of_any_kind_but_a_refusal_accepts() -> None:
    assert (True, True, False, False) == tuple(
        each.is_accepted
        for each in (Respond(), Respond(fault="reset"), Respond(status=503), Respond(problem="invalid"))
    )
