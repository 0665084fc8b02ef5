"""The failover reducer: every row of the facts, every short sequence of events, and long lives by chance.

Source: domain facts, messages-v0.1 part 7.3.
"""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mockserver.core.failover import (
    Action,
    Event,
    Expired,
    Moved,
    Outcome,
    Report,
    Rule,
    Send,
    StartTimer,
    State,
    begin,
    reduce,
)
from mockserver.model import Status

SUBMITTED, DELIVERED, READ = Status.SUBMITTED, Status.DELIVERED, Status.READ
REJECTED, UNDELIVERABLE = Status.REJECTED, Status.UNDELIVERABLE
STATUSES = (SUBMITTED, DELIVERED, READ, REJECTED, UNDELIVERABLE)
COMPLETED, ERROR = Report(Outcome.COMPLETED), Report(Outcome.ERROR)
UNTIL_DELIVERED, UNTIL_READ, LAST = Rule(DELIVERED, 600), Rule(READ, 60), Rule()
WITHOUT_END = Rule(DELIVERED)


def play(rules: tuple[Rule, ...], *events: Event) -> list[Action]:
    """Return all that is to be done in a workflow to which these events happen."""
    state, actions = begin(rules)
    done = list(actions)
    for event in events:
        state, actions = reduce(state, event)
        done += actions
    return done


@pytest.mark.parametrize(
    ("events", "done"),
    [
        pytest.param([], [], id="nothing happens"),
        pytest.param([Moved(0, SUBMITTED)], [StartTimer(0, 600)], id="time runs from submitted"),
        pytest.param([Moved(0, SUBMITTED), Moved(0, SUBMITTED)], [StartTimer(0, 600)], id="and from the first only"),
        pytest.param([Moved(0, SUBMITTED), Moved(0, DELIVERED)], [StartTimer(0, 600), COMPLETED], id="condition met"),
        pytest.param([Moved(0, READ)], [COMPLETED], id="read counts as delivered"),
        pytest.param([Moved(0, REJECTED)], [Send(1)], id="rejected"),
        pytest.param([Moved(0, SUBMITTED), Moved(0, UNDELIVERABLE)], [StartTimer(0, 600), Send(1)], id="undeliverable"),
        pytest.param([Moved(0, SUBMITTED), Expired(0)], [StartTimer(0, 600), Send(1)], id="expiry"),
        pytest.param([Moved(0, REJECTED), Expired(0)], [Send(1)], id="expiry of what has failed"),
        pytest.param([Expired(0), Moved(1, DELIVERED)], [Send(1), COMPLETED], id="last step delivered"),
        pytest.param([Expired(0), Moved(1, READ)], [Send(1), COMPLETED], id="last step read at once"),
        pytest.param([Expired(0), Moved(1, REJECTED)], [Send(1), ERROR], id="last step rejected"),
        pytest.param([Expired(0), Moved(1, UNDELIVERABLE)], [Send(1), ERROR], id="last step undeliverable"),
        pytest.param([Expired(0), Moved(1, SUBMITTED)], [Send(1)], id="last step never ends: no report, no timer"),
        pytest.param([Expired(0), Moved(0, DELIVERED)], [Send(1)], id="late success cancels nothing"),
        pytest.param(
            [Expired(0), Moved(0, DELIVERED), Moved(1, REJECTED)], [Send(1), ERROR], id="late success saves nothing"
        ),
        pytest.param([Expired(0), Moved(0, REJECTED)], [Send(1)], id="late failure"),
        pytest.param([Moved(0, DELIVERED), Moved(0, READ)], [COMPLETED], id="read after the end"),
        pytest.param([Moved(0, DELIVERED), Expired(0)], [COMPLETED], id="expiry after the end"),
        pytest.param([Expired(0), Moved(1, DELIVERED), Moved(0, READ)], [Send(1), COMPLETED], id="one report only"),
    ],
)
def test_workflow_does_what_the_facts_say(events: list[Event], done: list[Action]) -> None:
    assert [Send(0), *done] == play((UNTIL_DELIVERED, LAST), *events)


@pytest.mark.parametrize(
    ("events", "done"),
    [
        pytest.param([Moved(0, SUBMITTED), Moved(0, DELIVERED)], [StartTimer(0, 60)], id="delivered is not read"),
        pytest.param([Moved(0, DELIVERED)], [StartTimer(0, 60)], id="what was delivered was handed over"),
        pytest.param([Moved(0, DELIVERED), Moved(0, READ)], [StartTimer(0, 60), COMPLETED], id="read in time"),
        pytest.param([Moved(0, DELIVERED), Expired(0)], [StartTimer(0, 60), Send(1)], id="never read"),
        pytest.param([Expired(0), Moved(0, READ)], [Send(1)], id="read too late"),
    ],
)
def test_read_is_waited_for_where_it_is_the_condition(events: list[Event], done: list[Action]) -> None:
    assert [Send(0), *done] == play((UNTIL_READ, LAST), *events)


def test_step_without_an_expiry_waits_without_end() -> None:
    assert [Send(0)] == play((WITHOUT_END, LAST), Moved(0, SUBMITTED))


def test_each_step_has_its_own_time() -> None:
    done = play((UNTIL_DELIVERED, UNTIL_READ, LAST), Moved(0, SUBMITTED), Expired(0), Moved(1, SUBMITTED))

    assert [Send(0), StartTimer(0, 600), Send(1), StartTimer(1, 60)] == done


@pytest.mark.parametrize(("status", "report"), [(DELIVERED, COMPLETED), (READ, COMPLETED), (REJECTED, ERROR)])
def test_workflow_of_one_step_ends_with_it(status: Status, report: Report) -> None:
    assert [Send(0), report] == play((LAST,), Moved(0, SUBMITTED), Moved(0, status))


def test_rule_of_the_last_step_counts_for_nothing() -> None:
    assert [Send(0), COMPLETED] == play((UNTIL_READ,), Moved(0, SUBMITTED), Moved(0, DELIVERED))


def expected(rules: tuple[Rule, ...], events: tuple[Event, ...]) -> list[Action]:
    """Return what is to be done, found step by step rather than event by event: the other way round."""
    done: list[Action] = [Send(0)]
    left = list(events)
    for step, each in enumerate(rules[:-1]):
        good = {READ} if each.condition is READ else {READ, DELIVERED}
        timers = [StartTimer(step, each.expiry_s)] if each.expiry_s is not None else []
        while True:
            if not left:
                return done
            event = left.pop(0)
            if event.step != step:
                continue
            status = event.status if isinstance(event, Moved) else None
            if status in good:
                return [*done, COMPLETED]
            if status in {None, REJECTED, UNDELIVERABLE}:
                break
            done += timers
            timers = []
        done.append(Send(step + 1))
    for event in left:
        if isinstance(event, Moved) and event.step == len(rules) - 1 and event.status is not SUBMITTED:
            return [*done, ERROR if event.status in {REJECTED, UNDELIVERABLE} else COMPLETED]
    return done


def sequences(rules: tuple[Rule, ...], longest: int) -> Iterator[tuple[tuple[Event, ...], State, tuple[Action, ...]]]:
    """Yield every sequence of events up to a length, with the state it leads to and all that was to be done."""
    steps = range(len(rules))
    alphabet = [Moved(step, status) for step in steps for status in STATUSES] + [Expired(step) for step in steps]
    state, actions = begin(rules)
    reached: list[tuple[tuple[Event, ...], State, tuple[Action, ...]]] = [((), state, actions)]
    yield from reached
    for _ in range(longest):
        following = []
        for events, state, done in reached:
            for event in alphabet:
                after, more = reduce(state, event)
                following.append(((*events, event), after, done + more))
        yield from following
        reached = following


CONDITIONS = [UNTIL_DELIVERED, UNTIL_READ, WITHOUT_END]
TWO = [(first, LAST) for first in CONDITIONS]
THREE = [(first, second, LAST) for first, second in product(CONDITIONS[:2], repeat=2)]


@pytest.mark.parametrize(
    "rules", [*TWO, *THREE], ids=lambda rules: "-".join(f"{each.condition}{each.expiry_s}" for each in rules[:-1])
)
def test_every_sequence_of_four_events_does_what_the_oracle_says(rules: tuple[Rule, ...]) -> None:
    count = 0
    for events, state, done in sequences(rules, 4):
        assert expected(rules, events) == list(done), events
        _check_sound(state, done)
        count += 1

    letters = 6 * len(rules)
    assert sum(letters**length for length in range(5)) == count


def _check_sound(state: State, done: tuple[Action, ...]) -> None:
    """Hold what was done against what must hold of any workflow, whatever the rules."""
    sent = [each.step for each in done if isinstance(each, Send)]
    reports = [each.outcome for each in done if isinstance(each, Report)]
    timers = [each.step for each in done if isinstance(each, StartTimer)]
    assert list(range(len(sent))) == sent, "each step once, in order"
    assert sent[-1] == state.current
    assert len(timers) == len(set(timers)) <= len(sent)
    assert len(state.rules) - 1 not in timers
    assert ([] if state.outcome is Outcome.RUNNING else [state.outcome]) == reports
    assert not reports or isinstance(done[-1], Report), "nothing after the report"


class Life(RuleBasedStateMachine):
    """A world around the reducer: it sends what it is told to, statuses come as they may, set timers go off."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State(())
        self.statuses: list[Status] = []
        self.timers: set[int] = set()
        self.expired: set[int] = set()
        self.met: set[int] = set()
        self.reports: list[Outcome] = []
        self.sent_after_report = 0

    @initialize(
        first=st.lists(st.builds(Rule, st.sampled_from([DELIVERED, READ]), st.none() | st.just(60)), max_size=4)
    )
    def start(self, first: list[Rule]) -> None:
        """Begin a workflow of one to five steps."""
        self.state, actions = begin((*first, LAST))
        self._do(actions)

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """Let the message of any step sent so far take any status, lawful or not: a tester may force one."""
        step = data.draw(st.integers(0, len(self.statuses) - 1), label="step")
        status = data.draw(st.sampled_from(STATUSES), label="status")
        self.statuses[step] = status
        last = step == len(self.state.rules) - 1
        waits_for_read = not last and self.state.rules[step].condition is READ
        if step == len(self.statuses) - 1 and status in ({READ} if waits_for_read else {READ, DELIVERED}):
            self.met.add(step)
        self.state, actions = reduce(self.state, Moved(step, status))
        self._do(actions, failed=step if status in {REJECTED, UNDELIVERABLE} else None)

    @precondition(lambda self: self.timers)
    @rule(data=st.data())
    def ring(self, data: st.DataObject) -> None:
        """Let a timer go off."""
        step = data.draw(st.sampled_from(sorted(self.timers)), label="step")
        self.timers.remove(step)
        self.expired.add(step)
        self.state, actions = reduce(self.state, Expired(step))
        self._do(actions)

    def _do(self, actions: tuple[Action, ...], failed: int | None = None) -> None:
        for action in actions:
            match action:
                case Send(step=step):
                    assert step == len(self.statuses)
                    assert step == 0 or step - 1 in self.expired or step - 1 == failed, "the step before has time left"
                    self.sent_after_report += len(self.reports)
                    self.statuses.append(Status.ACCEPTED)
                case StartTimer(step=step):
                    assert step == len(self.statuses) - 1
                    self.timers.add(step)
                case Report(outcome=outcome):
                    last = len(self.statuses) - 1
                    if outcome is Outcome.COMPLETED:
                        assert last in self.met
                    else:
                        assert last == failed == len(self.state.rules) - 1
                    self.reports.append(outcome)

    @invariant()
    def there_is_at_most_one_report(self) -> None:
        """One workflow, one report."""
        assert len(self.reports) <= 1

    @invariant()
    def report_comes_with_the_end(self) -> None:
        """Neither before it nor never."""
        assert bool(self.reports) == (self.state.outcome is not Outcome.RUNNING)
        assert bool(self.met & {len(self.statuses) - 1}) <= bool(self.reports)

    @invariant()
    def nothing_is_sent_after_the_report(self) -> None:
        """The end is the end."""
        assert self.sent_after_report == 0


Life.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
test_a_workflow_lives_by_its_rules = Life.TestCase
