"""The schedule runs jobs at their time and in their order, whatever clock it follows and whatever a job does."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from mockserver.clock import ManualClock, SystemClock
from mockserver.schedule import Schedule

_START_S = 1_000.0


@dataclass(eq=False)
class Note:
    """A job that notes its name in a list when it runs, then does something more."""

    name: str
    notes: list[str]
    then: Callable[[], object] = field(default=lambda: None)
    ran: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Note that it ran."""
        self.notes.append(self.name)
        self.ran.set()
        self.then()

    async def abandon(self) -> str | None:
        """Say that it will not run."""
        return f"{self.name} abandoned"


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that stands still."""
    return ManualClock(_START_S)


@pytest.fixture
def schedule(clock: ManualClock) -> Schedule:
    """Return an empty schedule."""
    return Schedule(clock)


@pytest.fixture
def notes() -> list[str]:
    """Return the list in which jobs note their names."""
    return []


async def _advance(schedule: Schedule, clock: ManualClock, seconds: float) -> None:
    until_s = clock.seconds() + seconds
    while await schedule.move_to_next(clock, until_s):
        pass


async def test_run_due_runs_by_due_time_and_leaves_what_is_not_due(
    schedule: Schedule, clock: ManualClock, notes: list[str]
) -> None:
    for due_s, name in ((_START_S + 2, "late"), (_START_S, "now"), (_START_S - 1, "past"), (_START_S + 1, "soon")):
        schedule.at(due_s, Note(name, notes))
    assert len(schedule) == 4

    assert await schedule.run_due() == 2
    assert notes == ["past", "now"]
    assert schedule.next_due_s() == _START_S + 1

    clock.move_to(_START_S + 2)
    assert await schedule.run_due() == 2
    assert notes == ["past", "now", "soon", "late"]
    assert (len(schedule), schedule.next_due_s()) == (0, None)


async def test_jobs_of_the_same_moment_run_in_the_order_they_came(schedule: Schedule, notes: list[str]) -> None:
    names = [f"{number}" for number in range(200)]
    for name in names:
        schedule.at(_START_S, Note(name, notes))

    await schedule.run_due()

    assert notes == names


async def test_after_counts_from_the_present_moment(schedule: Schedule, clock: ManualClock, notes: list[str]) -> None:
    clock.move_to(_START_S + 10)
    schedule.after(5, Note("job", notes))

    assert schedule.next_due_s() == _START_S + 15


async def test_run_due_runs_what_its_jobs_make_due(schedule: Schedule, notes: list[str]) -> None:
    second = Note("second", notes)
    schedule.at(_START_S, Note("first", notes, then=lambda: schedule.after(0, second)))

    assert await schedule.run_due() == 2
    assert notes == ["first", "second"]


async def test_run_due_lets_others_have_the_event_loop(schedule: Schedule, notes: list[str]) -> None:
    other = Note("other", notes)
    for _ in range(120):
        schedule.at(_START_S, Note("job", notes))
    running = asyncio.create_task(other.run())

    await schedule.run_due()

    assert running.done()
    assert notes.index("other") < 100


async def test_drain_takes_everything_out_in_order(schedule: Schedule, notes: list[str]) -> None:
    for due_s, name in ((_START_S + 2, "c"), (_START_S + 1, "a"), (_START_S + 1, "b")):
        schedule.at(due_s, Note(name, notes))

    jobs = schedule.drain()

    assert [await job.abandon() for job in jobs] == ["a abandoned", "b abandoned", "c abandoned"]
    assert (len(schedule), notes) == (0, [])


async def test_a_failing_job_is_logged_and_stops_no_other(
    schedule: Schedule, notes: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError("broken on purpose")

    schedule.at(_START_S, Note("bad", notes, then=fail))
    schedule.at(_START_S, Note("good", notes))

    with caplog.at_level(logging.ERROR, "mockserver"):
        assert await schedule.run_due() == 2

    assert notes == ["bad", "good"]
    [record] = caplog.records
    assert "a scheduled job failed" in record.message
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "broken on purpose"


async def test_move_to_next_stops_at_each_job(schedule: Schedule, clock: ManualClock, notes: list[str]) -> None:
    moments: list[float] = []
    for delay_s in (30, 10, 20):
        schedule.after(delay_s, Note("job", notes, then=lambda: moments.append(clock.seconds())))

    await _advance(schedule, clock, 25)

    assert moments == [_START_S + 10, _START_S + 20]
    assert clock.seconds() == _START_S + 25
    assert len(schedule) == 1


async def test_move_to_next_runs_a_job_due_at_the_very_end(
    schedule: Schedule, clock: ManualClock, notes: list[str]
) -> None:
    schedule.after(10, Note("job", notes))

    await _advance(schedule, clock, 10)

    assert notes == ["job"]


async def test_move_to_next_does_not_go_back_for_an_overdue_job(
    schedule: Schedule, clock: ManualClock, notes: list[str]
) -> None:
    schedule.at(_START_S - 50, Note("overdue", notes))

    assert await schedule.move_to_next(clock, _START_S + 1)

    assert (notes, clock.seconds()) == (["overdue"], _START_S)


# Following the real clock


@pytest.fixture
def real() -> Schedule:
    """Return a schedule that follows the machine's clock."""
    return Schedule(SystemClock())


async def test_run_wakes_for_a_job_earlier_than_the_one_it_waits_for(real: Schedule, notes: list[str]) -> None:
    late, early = Note("late", notes), Note("early", notes)
    real.after(3600, late)
    running = asyncio.create_task(real.run())
    await asyncio.sleep(0)

    real.after(0, early)

    async with asyncio.timeout(5):
        await early.ran.wait()
    running.cancel()
    assert (notes, len(real)) == (["early"], 1)


async def test_run_waits_for_a_first_job_if_there_is_none(real: Schedule, notes: list[str]) -> None:
    job = Note("job", notes)
    running = asyncio.create_task(real.run())
    await asyncio.sleep(0)
    assert not running.done()

    real.after(0.001, job)

    async with asyncio.timeout(5):
        await job.ran.wait()
    running.cancel()
    assert notes == ["job"]


async def test_run_does_not_run_a_job_before_its_time(real: Schedule, notes: list[str]) -> None:
    clock = SystemClock()
    moments: list[float] = []
    due_s = clock.seconds() + 0.02
    job = Note("job", notes, then=lambda: moments.append(clock.seconds()))
    real.at(due_s, job)
    running = asyncio.create_task(real.run())

    async with asyncio.timeout(5):
        await job.ran.wait()

    running.cancel()
    assert moments[0] >= due_s


async def test_run_goes_on_after_a_failing_job(real: Schedule, notes: list[str]) -> None:
    def fail() -> None:
        raise ValueError("broken on purpose")

    good = Note("good", notes)
    real.after(0, Note("bad", notes, then=fail))
    real.after(0.001, good)
    running = asyncio.create_task(real.run())

    async with asyncio.timeout(5):
        await good.ran.wait()

    assert not running.done()
    running.cancel()
    assert notes == ["bad", "good"]


async def test_drop_takes_out_the_jobs_of_one_kind_and_account(schedule: Schedule, notes: list[str]) -> None:
    class Other(Note):
        """A job of another kind."""

    for account in ("a", "b"):
        schedule.at(0, Note(f"note {account}", notes), account)
        schedule.at(0, Other(f"other {account}", notes), account)

    schedule.drop("a", Other)
    await schedule.run_due()

    assert ["note a", "note b", "other b"] == notes
