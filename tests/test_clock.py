"""The clocks: real time never runs backwards, manual time moves when told."""

import time_machine

from mockserver.clock import ManualClock, SystemClock


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
