"""The benchmark's arithmetic and its refusal to count faults."""

import pytest

from bench.figures import Goal, paired, raw, spread
from bench.load import Round, read_round
from bench.programs import BenchError

GOOD_LINE = (
    '{"requests": 3000, "duration_us": 1500000, "p50_us": 1200, "p99_us": 4000,'
    ' "status": 0, "connect": 0, "read": 0, "write": 0, "timeout": 0}'
)


def test_paired_compares_round_by_round() -> None:
    assert (0.5, 0.8, 0.25) == paired([100, 200, 50], [200, 250, 200])


def test_paired_refuses_rounds_without_a_partner() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired([1.0], [1.0, 2.0])


def test_spread_shows_the_median_within_its_range() -> None:
    assert spread([0.8, 0.25, 0.5]).text(2) == "0.50 [0.25-0.80]"


def test_raw_keeps_the_order_of_measurement() -> None:
    assert raw([1200.4, 800.0], 0) == "1,200, 800"


@pytest.mark.parametrize(
    ("goal", "verdict"),
    [
        pytest.param(Goal("ratio", 0.5, 0.5), "met", id="at-the-limit"),
        pytest.param(Goal("ratio", 0.5, 0.49), "MISSED", id="below"),
        pytest.param(Goal("time", 1.0, 0.99, under=True), "met", id="faster"),
        pytest.param(Goal("time", 1.0, 1.0, under=True), "MISSED", id="not-faster"),
    ],
)
def test_goal_says_whether_it_is_met(goal: Goal, verdict: str) -> None:
    assert goal.text().endswith(f"| {verdict} |")
    assert goal.is_met == (verdict == "met")


def test_read_round_counts_answers_a_second() -> None:
    assert read_round("server", GOOD_LINE) == Round(per_s=2000.0, p50_ms=1.2, p99_ms=4.0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('"status": 0', '"status": 1', id="refused"),
        pytest.param('"timeout": 0', '"timeout": 2', id="timed-out"),
        pytest.param('"requests": 3000', '"requests": 0', id="silent"),
    ],
)
def test_read_round_refuses_to_count_faults(old: str, new: str) -> None:
    with pytest.raises(BenchError, match="nothing here can be compared"):
        read_round("server", GOOD_LINE.replace(old, new))
