"""What is asked of the load generator, what it tells, and what is not believed of it."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench.load import Pace, Round, believe, check, read_round, script_of
from bench.programs import BenchError, Program
from bench.request import REFUSED, SERIAL, V1, VARIED, Load

LINE = (
    '{"requests": 3000, "duration_us": 1500000, "p50_us": 1200, "p99_us": 4000, "max_us": 9000,'
    ' "status": 20, "connect": 1, "read": 2, "write": 3, "timeout": 4}'
)


@pytest.fixture
def nobody() -> Iterator[Program]:
    """A program that listens to nobody, on a port that cannot be."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield Program("nobody", 0, process)
        process.communicate(b"\n")


def test_read_round_counts_answers_a_second_and_what_went_wrong() -> None:
    expected = Round(per_s=2000.0, p50_ms=1.2, p99_ms=4.0, max_ms=9.0, requests=3000, refused=20, broken=10)

    assert expected == read_round(LINE)


@pytest.mark.parametrize(
    ("sent", "measured"),
    [
        pytest.param(V1, Round(30, 1, 1, requests=30, refused=1), id="refused-once"),
        pytest.param(V1, Round(30, 1, 1, requests=30, broken=2), id="timed-out"),
        pytest.param(V1, Round(0, 0, 0), id="silent"),
        pytest.param(REFUSED, Round(30, 1, 1, requests=30, refused=29), id="taken-once"),
    ],
)
def test_no_round_with_a_fault_is_believed(sent: Load, measured: Round) -> None:
    with pytest.raises(BenchError, match="nothing here can be compared"):
        believe("server", sent, measured)


@pytest.mark.parametrize(
    ("sent", "refused"), [pytest.param(V1, 0, id="taken"), pytest.param(REFUSED, 30, id="refused-as-expected")]
)
def test_a_round_as_expected_is_believed(sent: Load, refused: int) -> None:
    believe("server", sent, Round(30, 1, 1, requests=30, refused=refused))


def test_check_believes_nobody_who_does_not_answer(nobody: Program) -> None:
    with pytest.raises(BenchError, match="a request was answered 0, not 202"):
        check(nobody, V1)


def test_a_plain_body_is_sent_as_it_is() -> None:
    script = script_of(V1, Pace())

    assert V1.body.decode() in script
    assert "request = function" not in script
    assert "delay = function" not in script


def test_a_varied_body_is_numbered_from_where_it_is_told() -> None:
    script = script_of(VARIED, Pace(first=7))

    assert "local number = 7" in script
    assert f'gsub("{SERIAL}"' in script


def test_a_pace_is_a_wait_of_each_connection() -> None:
    """32 connections that wait 32 ms on average send a thousand a second."""
    script = script_of(V1, Pace(per_s=1000))

    assert "delay = function() return math.random(0, 64) end" in script


def test_no_sample_has_places_left_to_fill() -> None:
    assert b"#" not in VARIED.sample()
    assert b"@" not in VARIED.sample()
    assert V1.sample() == V1.body
