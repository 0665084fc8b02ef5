"""The benchmark's arithmetic."""

import pytest

from bench.figures import Bound, Goal, paired, percentile, ratio, raw, spread, table


def test_paired_compares_round_by_round() -> None:
    assert (0.5, 0.8, 0.25) == paired([100, 200, 50], [200, 250, 200])


def test_paired_refuses_rounds_without_a_partner() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired([1.0], [1.0, 2.0])


def test_ratio_is_the_median_of_the_pairs() -> None:
    assert ratio([100, 200, 50], [200, 250, 200]) == 0.5


def test_ratio_to_nobody_is_nothing() -> None:
    assert ratio([100], []) is None


def test_spread_shows_the_median_within_its_range() -> None:
    assert spread([0.8, 0.25, 0.5]).text(2) == "0.50 [0.25-0.80]"


def test_raw_keeps_the_order_of_measurement() -> None:
    assert raw([1200.4, 800.0], 0) == "1,200, 800"


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        pytest.param(50, 50, id="middle"),
        pytest.param(99, 99, id="one-is-longer"),
        pytest.param(100, 100, id="longest"),
        pytest.param(0, 1, id="shortest"),
    ],
)
def test_percentile_is_a_value_that_was_measured(percent: int, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), percent) == expected


@pytest.mark.parametrize(
    ("goal", "verdict"),
    [
        pytest.param(Goal("ratio", Bound.AT_LEAST, 0.5, 0.5), "met", id="at-the-limit"),
        pytest.param(Goal("ratio", Bound.AT_LEAST, 0.5, 0.49), "MISSED", id="below"),
        pytest.param(Goal("size", Bound.AT_MOST, 1.5, 1.5), "met", id="as-big-as-it-may-be"),
        pytest.param(Goal("size", Bound.AT_MOST, 1.5, 1.51), "MISSED", id="bigger"),
        pytest.param(Goal("time", Bound.UNDER, 1.0, 0.99), "met", id="faster"),
        pytest.param(Goal("time", Bound.UNDER, 1.0, 1.0), "MISSED", id="not-faster"),
        pytest.param(Goal("ratio", Bound.AT_LEAST, 6, None), "not measured", id="without-a-peer"),
    ],
)
def test_goal_says_whether_it_is_met(goal: Goal, verdict: str) -> None:
    assert goal.text().endswith(f"| {verdict} |")
    assert goal.is_met == (verdict == "met")
    assert goal.is_missed == (verdict == "MISSED")


def test_goal_says_why_it_was_not_measured() -> None:
    goal = Goal("against a peer", Bound.AT_LEAST, 6, None, "see Sends")

    assert goal.text() == "| against a peer | >= 6 |  | not measured: see Sends |"


def test_table_is_markdown() -> None:
    assert table(["", "per s"], [["echo", "10"]]) == "|  | per s |\n| --- | --- |\n| echo | 10 |\n"
