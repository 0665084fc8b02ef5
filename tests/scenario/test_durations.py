"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.scenario.durations import LONGEST_S, DurationError, read_duration, spelt


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("50ms", 0.05),
        ("2s", 2.0),
        ("1.5s", 1.5),
        ("5m", 300.0),
        ("2h", 7200.0),
        ("1d", 86400.0),
        ("1h30m", 5400.0),
        (" 2s ", 2.0),
        (90, 90.0),
        (0.25, 0.25),
        (0, 0.0),
    ],
)
def test_duration_is_read_as_seconds(written: object, seconds: float) -> None:
    assert seconds == pytest.approx(read_duration(written))


@pytest.mark.parametrize(
    "written", ["", "soon", "2 s", "2x", "-1s", -1, "s", "１s", True, None, [], "1e3s", float("nan")]
)
def test_what_is_no_duration_is_refused_with_how_to_write_one(written: object) -> None:
    with pytest.raises(DurationError, match="no duration; Write it like 50ms"):
        read_duration(written)


@pytest.mark.parametrize("written", ["367d", 10**400, float("inf"), "9" * 400 + "s"])
def test_duration_of_more_than_a_year_is_refused(written: object) -> None:
    with pytest.raises(DurationError):
        read_duration(written)


@given(st.floats(0, LONGEST_S))
def test_every_number_of_seconds_within_a_year_is_a_duration(seconds: float) -> None:
    assert seconds == read_duration(seconds)


@given(st.integers(0, 10**7))
def test_seconds_written_out_mean_the_same(milliseconds: int) -> None:
    seconds = milliseconds / 1000

    assert read_duration(spelt(seconds)) == pytest.approx(seconds)


@pytest.mark.parametrize(("seconds", "words"), [(0.05, "50ms"), (90, "90s"), (7200, "2h"), (86400, "1d"), (0, "0s")])
def test_seconds_are_written_in_the_largest_unit_that_fits(seconds: float, words: str) -> None:
    assert words == spelt(seconds)
