"""A scenario as it stands in an account: what it has met and what came of it; decides nothing."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from mockserver.clock import Clock
from mockserver.core.matching import Miss
from mockserver.core.reports import Near, Outcome, Report, StepResult, Tally
from mockserver.core.scenario import Decision, State
from mockserver.core.scenario_values import Arrived, Fired, Scenario
from mockserver.times import Times

KEPT_LINES: Final = 10_000
"""How many lines of a transcript are kept, the newest: rules may decide for as long as a server runs."""


def _nobody_listens(*_: StepResult) -> None:
    """Take a result that nobody waits for, or that something changed."""


@dataclass(slots=True)
class Run:
    """One run of a scenario, from its start on.

    ``first`` is the number of the journal entry it begins with. ``faults`` are the ids of those it set, ``clock`` the
    one it gave the account. ``mishaps`` are what went wrong outside the timeline. ``last`` is, by rule, the decision
    made last.
    """

    began_s: float
    first: int
    clock: Clock | None = None
    started_s: float = field(default_factory=time.perf_counter)
    state: State = field(default_factory=State)
    outcome: Outcome = "running"
    why: str = ""
    last_entry: int = 0
    took_s: float = 0.0
    steps: list[StepResult] = field(default_factory=list)
    checks: list[StepResult] = field(default_factory=list)
    transcript: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_LINES))
    mishaps: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    last: dict[str, Decision] = field(default_factory=dict)
    fired: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    arrived: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def marks(self, item: Fired | Arrived) -> Iterable[int]:
        """Return the journal entries at which a rule decided, or the message of a step arrived."""
        match item:
            case Fired(rule=rule):
                return tuple(self.fired.get(rule, ()))
            case Arrived(step=step):
                return tuple(self.arrived.get(step, ()))


@dataclass(slots=True)
class Play:
    """A scenario loaded in an account.

    ``run`` is its present run, or the last; ``broken`` says why a newer text of it was not taken. ``is_kept`` is true
    for one that the server was started with: a reset begins it anew instead of removing it. ``on_result`` is told each
    step and check as it ends, ``on_change`` when it stands otherwise than before.
    """

    account: str
    scenario: Scenario
    seed: int
    times: Times
    run: Run | None = None
    broken: tuple[str, ...] = ()
    is_kept: bool = False
    on_result: Callable[[StepResult], None] = _nobody_listens
    on_change: Callable[[], None] = _nobody_listens
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def id(self) -> str:
        """The scenario's id."""
        return self.scenario.id

    @property
    def is_running(self) -> bool:
        """True if its rules decide, and its timeline goes on."""
        return self.run is not None and self.run.outcome == "running"

    def tell(self, line: str) -> None:
        """Add a line to the transcript; times stand there only where they are the same in each run."""
        run = self.run
        if run is not None:
            stands = self.times.clock(self.account).rate == 0
            run.transcript.append(f"{self.since_s():.3f} {line}" if stands else line)
        self.on_change()

    def since_s(self) -> float:
        """Return how long the run has lasted by the account's clock."""
        return 0.0 if self.run is None else round(self.times.seconds(self.account) - self.run.began_s, 6)

    def decided(self, decision: Decision, entry: int) -> None:
        """Note a decision, and wake who waits for it."""
        run = self.run
        if run is not None:
            run.last[decision.rule.id] = decision
            run.fired[decision.rule.id].append(entry)
        self._news.set()
        self._news = asyncio.Event()

    async def wait_for(self, rule: str, count: int, within_s: float) -> bool:
        """Wait until a rule has decided so many times; false if it has not within so many seconds of real time."""
        deadline_s = asyncio.get_running_loop().time() + within_s
        while self.run is not None and self.run.state.decided.get(rule, 0) < count:
            try:
                async with asyncio.timeout_at(deadline_s):
                    await self._news.wait()
            except TimeoutError:
                return False
        return True

    def report(self) -> Report:
        """Return what came of it, so far or in the end."""
        scenario, run = self.scenario, self.run or Run(0.0, 0)
        outcome = run.outcome if self.run is not None else "stopped"
        took_s = run.took_s or time.perf_counter() - run.started_s
        return Report(
            scenario=scenario.id,
            account=self.account,
            outcome=outcome,
            seed=self.seed,
            steps=tuple(run.steps),
            checks=tuple(run.checks),
            rules=tuple(self.tallies()),
            transcript=tuple(run.transcript),
            entries=(run.first, run.last_entry),
            about=scenario.about,
            source=scenario.source,
            why=run.why or ("; ".join(run.mishaps) if run.mishaps else ""),
            took_s=round(took_s, 3) if self.run is not None else 0.0,
        )

    def tallies(self) -> Iterable[Tally]:
        """Yield what each rule met."""
        state = self.run.state if self.run is not None else State()
        for rule in self.scenario.rules:
            nearly = state.nearest.get(rule.id)
            near = None if nearly is None else Near(f"send {nearly.send}", lines_of(nearly.misses))
            yield Tally(rule.id, state.seen.get(rule.id, 0), state.decided.get(rule.id, 0), near)


def lines_of(misses: Iterable[Miss]) -> tuple[str, ...]:
    """Return what is amiss, a line each."""
    return tuple(each.line() for each in misses)
