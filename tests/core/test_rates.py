"""Token buckets: full at first, refilled by time, and all or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.rates import Bucket, refilled, take
from mockserver.model import Rate

NOW_S = 1_790_000_000.0


def passed(rate: Rate, *moments_s: float) -> list[bool]:
    """Return which of the messages at these moments, in seconds from now, get through one bucket."""
    bucket: Bucket | None = None
    found = []
    for moment_s in moments_s:
        left = take([("b", bucket, rate)], NOW_S + moment_s)
        found.append(not isinstance(left, str))
        if not isinstance(left, str):
            bucket = left["b"]
    return found


@pytest.mark.parametrize(
    ("rate", "moments_s", "expected"),
    [
        (Rate(1), (0, 0), [True, False]),
        (Rate(1), (0, 0.999), [True, False]),
        (Rate(1), (0, 1), [True, True]),
        (Rate(1), (0.1, 1.1, 2.1), [True, True, True]),
        (Rate(1), (0, 10, 10), [True, True, False]),
        (Rate(1, burst=3), (0, 0, 0, 0), [True, True, True, False]),
        (Rate(10), (0, 0.1, 0.2, 0.25), [True, True, True, False]),
        (Rate(0.5), (0, 1, 2), [True, False, True]),
        (Rate(1), (0, 0.5, 1), [True, False, True]),
    ],
    ids=str,
)
def test_a_bucket_lets_through_what_its_rate_allows(rate: Rate, moments_s: tuple[float, ...], expected: object) -> None:
    assert expected == passed(rate, *moments_s)


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    assert Bucket(3, NOW_S + 1000) == refilled(Bucket(0, NOW_S), Rate(5, burst=3), NOW_S + 1000)


def test_a_clock_that_was_set_back_starts_afresh() -> None:
    assert 3 == refilled(Bucket(1, NOW_S), Rate(1, burst=3), NOW_S - 1000).tokens


def test_an_empty_bucket_keeps_the_others_full() -> None:
    left = take([("full", None, Rate(1)), ("empty", Bucket(0, NOW_S), Rate(1))], NOW_S)

    assert "empty" == left


@given(
    st.floats(0.1, 100), st.integers(1, 20), st.lists(st.floats(0, 100, allow_subnormal=False), max_size=60).map(sorted)
)
def test_no_more_get_through_than_burst_and_rate_allow(per_s: float, burst: int, moments_s: list[float]) -> None:
    through = sum(passed(Rate(per_s, burst), *moments_s))

    span_s = moments_s[-1] - moments_s[0] if moments_s else 0
    assert through <= burst + span_s * per_s + 0.01
