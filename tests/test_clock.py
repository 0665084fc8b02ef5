"""The clocks: real time never runs backwards, manual time moves when told."""

import pytest
import time_machine

from mockserver.clock import ManualClock, ScaledClock, SystemClock, clock_of, is_mode, mode_of


def test_system_clock_follows_the_machine() -> None:
    clock = SystemClock()

    with time_machine.travel(1_790_000_000.0, tick=False):
        assert clock.seconds() == 1_790_000_000.0


def test_system_clock_goes_on_from_where_it_was_when_the_machine_is_set_back() -> None:
    clock = SystemClock()

    with time_machine.travel(1_790_000_000.0, tick=False) as machine:
        before = clock.seconds()
        machine.shift(-3600)
        assert clock.seconds() == before
        machine.shift(5)
        assert clock.seconds() == before + 5
        machine.shift(7200)
        assert clock.seconds() == before + 7205


def test_manual_clock_never_goes_back() -> None:
    clock = ManualClock(100.0)

    clock.move_to(150.0)
    clock.move_to(120.0)

    assert clock.seconds() == 150.0


def test_scaled_clock_runs_so_many_times_as_fast_from_a_moment_on() -> None:
    real = ManualClock(100.0)
    clock = ScaledClock(real, 60.0, 5000.0)

    real.move_to(102.5)

    assert (clock.seconds(), clock.rate) == (5150.0, 60.0)


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("real", True),
        ("manual", True),
        ("1x", True),
        ("999999x", True),
        ("0x", False),
        ("1000000x", False),
        ("1.5x", False),
        ("60", False),
        ("\u0666x", False),
        ("Real", False),
        ("real\n", False),
        ("", False),
    ],
)
def test_a_mode_is_one_of_the_words_for_it(word: str, known: bool) -> None:
    assert is_mode(word) is known


@pytest.mark.parametrize(("mode", "read"), [("real", "real"), ("manual", "manual"), ("60x", "60x"), ("1x", "real")])
def test_a_clock_of_a_mode_begins_now_or_at_a_moment(mode: str, read: str) -> None:
    real = ScaledClock(ManualClock(0.0), 1.0, 100.0)

    assert (clock_of(mode, real).seconds(), clock_of(mode, real, 7.0).seconds()) == (100.0, 7.0)
    assert mode_of(clock_of(mode, real, 7.0)) == read
