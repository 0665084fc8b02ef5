"""The scenarios of all accounts: loads, starts, stops and reports on them; what their rules do is for the stage."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

import msgspec

from mockserver.clock import Clock
from mockserver.core.reports import Outcome, Report, StepResult
from mockserver.core.scenario import State, put_state
from mockserver.core.scenario_values import Scenario
from mockserver.core.words import choices
from mockserver.errors import ConflictError, UnknownError
from mockserver.model import Account, Json, Provider
from mockserver.service.accounts import Accounts
from mockserver.service.directing import Stage
from mockserver.service.plays import Play, Run
from mockserver.service.timeline import Player, Tools
from mockserver.service.versions import Versions

_log = logging.getLogger(__name__)
_CLOCKS: Final = {"scaled": "{rate:g}x", "manual": "manual"}
"""The modes of clocks that a scenario asks for, in the words of ``clock.clock_of``; a real one is left as it is."""


class Scenarios:
    """The scenarios of all accounts, several in one if need be: the first rule of the first one that fits decides."""

    def __init__(self, tools: Tools, accounts: Accounts, versions: Versions) -> None:
        self._tools = tools
        self._around = tools.around
        self._store = tools.around.store
        self._journal = tools.around.journal
        self._times = tools.around.times
        self._settings = tools.around.settings
        self._fates = tools.messages.fates
        self._accounts = accounts
        self._stage = Stage(tools, versions)
        self._plays: dict[str, dict[str, Play]] = {}

    # What is loaded

    def load(self, account: str, scenario: Scenario, *, is_kept: bool = False) -> Play:
        """Keep a scenario under its id, which no other of the account may have; it does nothing yet.

        ``is_kept``: a reset of the account does not remove it.
        """
        loaded = self._plays.setdefault(account, {})
        if scenario.id in loaded:
            what = f"scenario {scenario.id} is loaded in account {account} already"
            raise ConflictError(what, fix=f"PUT /_mock/scenarios/{scenario.id} replaces it, DELETE removes it.")
        on_change = partial(self._journal.tell, "scenarios", account)
        seed = self._seed(scenario)
        play = Play(account, scenario, seed, self._times, is_kept=is_kept, on_change=on_change)
        loaded[scenario.id] = play
        on_change()
        return play

    async def reload(self, account: str, identity: str, scenario: Scenario) -> Play:
        """Put another text in the place of a scenario; one that runs is begun anew with it."""
        play = self.one(account, identity)
        if scenario.id != identity:
            what = f"the text is of scenario {scenario.id}, not of {identity}"
            raise ConflictError(what, fix=f"Load it by POST, or write scenario: {identity}.")
        was_running = play.is_running
        await self._end(play, "stopped", "its text was replaced")
        play.scenario, play.seed, play.broken = scenario, self._seed(scenario), ()
        play.on_change()
        if was_running:
            await self.start(account, identity)
        return play

    def note_broken(self, account: str, identity: str, errors: tuple[str, ...]) -> None:
        """Note that a newer text of a scenario was not taken, and why; the one there is stays."""
        play = self.one(account, identity)
        play.broken = errors
        play.on_change()

    def listed(self, account: str) -> list[Play]:
        """Return the scenarios of an account, in the order they were loaded."""
        return list(self._plays.get(account, {}).values())

    def one(self, account: str, identity: str) -> Play:
        """Return a scenario; raise UnknownError if there is none of that id."""
        loaded = self._plays.get(account, {})
        if identity not in loaded:
            fix = choices(identity, loaded, "Loaded")
            raise UnknownError(f"no scenario {identity!r} in account {account}", fix=fix)
        return loaded[identity]

    async def forget(self, account: str, identity: str) -> None:
        """Stop a scenario and let go of it."""
        play = self.one(account, identity)
        await self._end(play, "stopped", "it was removed")
        del self._plays[account][identity]
        play.on_change()

    async def forget_all(self, account: str) -> None:
        """Stop all scenarios of an account and let go of them."""
        for play in self.listed(account):
            await self.forget(account, play.id)

    async def withdraw(self, account: str) -> tuple[str, ...]:
        """Stop all scenarios of an account since it is reset; return those that are to begin anew, forget the rest."""
        kept = tuple(each.id for each in self.listed(account) if each.is_kept)
        begin_anew = tuple(each for each in kept if self.one(account, each).run is not None)
        for play in self.listed(account):
            if play.id in kept:
                await self._end(play, "stopped", "the account was reset")
                play.run = None
            else:
                await self.forget(account, play.id)
        return begin_anew

    async def stop_all(self) -> None:
        """Stop every scenario, since the server stops."""
        for account in tuple(self._plays):
            for play in self.listed(account):
                await self._end(play, "stopped", "the server stopped")

    def _seed(self, scenario: Scenario) -> int:
        return self._around.seed if scenario.seed is None else scenario.seed

    # Running

    async def run(
        self, account: str, scenario: Scenario, on_result: Callable[[StepResult], None] | None = None
    ) -> Report:
        """Load a scenario, or put it in the place of one of its id, play it to its end and return what came of it.

        One without a timeline is judged at once. ``on_result`` is told each step and check as it ends.
        """
        if scenario.id in self._plays.get(account, {}):
            await self.forget(account, scenario.id)
        play = self.load(account, scenario)
        play.on_result = on_result or play.on_result
        run = await self._begin(account, scenario.id, plays=True)
        try:
            await run.ended.wait()
        except asyncio.CancelledError:
            await self._end(play, "stopped", "it was interrupted")
            raise
        return play.report()

    async def start(self, account: str, identity: str, *, to_its_end: bool = False) -> Play:
        """Begin a scenario, from its start if it runs already; return it at once.

        Without a timeline it goes on until it is stopped, or ``to_its_end`` is judged at once.
        """
        play = self.one(account, identity)
        await self._begin(account, identity, plays=to_its_end or bool(play.scenario.timeline))
        return play

    async def start_kept(self) -> None:
        """Begin what the server was started with."""
        for account, loaded in self._plays.items():
            for identity in [each.id for each in loaded.values() if each.is_kept]:
                await self.start(account, identity)

    async def stop(self, account: str, identity: str) -> Play:
        """Stop a scenario: its rules decide no more, and nothing of it is left under way."""
        play = self.one(account, identity)
        if not play.is_running:
            raise ConflictError(f"scenario {identity} does not run", fix=f"POST /_mock/scenarios/{identity}/start.")
        await self._end(play, "stopped", "it was stopped")
        return play

    async def finish(self, account: str, identity: str) -> None:
        """Judge a scenario that runs without a timeline, and end it; one with a timeline comes to its end by itself."""
        play = self.one(account, identity)
        if play.run is not None and play.is_running and not play.scenario.timeline:
            await self._play(play, play.run)

    async def wait(self, account: str, identity: str, wait_s: float) -> Report:
        """Return the report of a scenario once it has ended, or after so many seconds of real time."""
        play = self.one(account, identity)
        if play.run is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await play.run.ended.wait()
        return play.report()

    async def _begin(self, account: str, identity: str, *, plays: bool) -> Run:
        play = self.one(account, identity)
        await self._end(play, "stopped", "it was begun anew")
        await self._give(play)
        clock = await self._set_clock(play)
        await self._open_windows(play)
        first = await self._stage.note(play, "begins")
        run = play.run = Run(self._times.seconds(account), first, clock)
        self._update()
        if plays:
            run.task = asyncio.get_running_loop().create_task(self._play(play, run))
        return run

    async def _play(self, play: Play, run: Run) -> None:
        """Play a timeline, judge what must hold, and end the run."""
        player = Player(self._tools, play, run)
        try:
            passed = await player.steps() and await player.checks()
        except Exception as error:  # noqa: BLE001 - the recorder of the task: nobody else would hear of it
            _log.exception("scenario %s failed by a mistake of ours", play.id)
            run.mishaps.append(f"the mock server itself failed: {type(error).__name__}: {error}")
            passed = False
        run.task = None
        await self._end(play, "passed" if passed and not run.mishaps else "failed", "")

    async def _end(self, play: Play, outcome: Outcome, why: str) -> None:
        """End the run of a scenario if there is one, and mend what it changed: its faults, its clock."""
        run = play.run
        if run is None:
            return
        if run.outcome != "running":
            await run.ended.wait()
            return
        task, run.task = run.task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        run.outcome, run.why = outcome, why
        self._update()
        for identity in run.faults:
            with suppress(UnknownError):
                await self._tools.faults.remove(play.account, identity)
        play.tell(f"ends: {outcome}")
        if run.clock is not None and self._times.clock(play.account) is run.clock:
            await self._tools.clocks.reset(play.account)
        await self._stage.note(play, f"ends: {outcome}" + (f", {why}" if why else ""))
        run.took_s = time.perf_counter() - run.started_s
        run.last_entry = await self._journal.last_number(play.account)
        run.ended.set()
        play.on_change()

    def _update(self) -> None:
        """Put on the stage what runs."""
        self._stage.put(
            {
                account: tuple((each, each.run) for each in loaded.values() if each.run and each.is_running)
                for account, loaded in self._plays.items()
            }
        )

    # What is given

    async def _set_clock(self, play: Play) -> Clock | None:
        """Give the account the clock that is asked for, and return it; a real one is left as it is."""
        wish = play.scenario.clock
        if wish.mode not in _CLOCKS:
            return None
        await self._tools.clocks.set(play.account, _CLOCKS[wish.mode].format(rate=wish.rate))
        return self._times.clock(play.account)

    async def _give(self, play: Play) -> None:
        """Let the account be as the scenario has it; what it does not speak of stays."""
        given, api_key = play.scenario.given, play.account
        known = await self._around.account(api_key)
        own = {name: getattr(given.account, name) for name in given.members if name in Account.__struct_fields__}
        told = given.account.provider
        members = {name: getattr(told, name) for name in given.members if name in Provider.__struct_fields__}
        if members:
            own["provider"] = msgspec.structs.replace(known.provider or Provider(), **members)
        await self._accounts.claim(msgspec.structs.replace(known, **own))

    async def _open_windows(self, play: Play) -> None:
        now_s = self._times.seconds(play.account)
        for each in play.scenario.given.windows:
            await self._fates.provider.open_window(
                play.account, each.channel, sender=each.own, user=each.user, heard_s=now_s - each.opened_s
            )

    # States

    def state(self, account: str, identity: str) -> State:
        """Return how a scenario stands: names, machines and counts."""
        run = self.one(account, identity).run
        return State() if run is None else run.state

    def put_states(
        self, account: str, identity: str, machines: Mapping[str, Mapping[str, str]], names: Mapping[str, Json]
    ) -> State:
        """Set states of machines, by name and key, and names; raise ConflictError unless the scenario runs."""
        play = self.one(account, identity)
        if play.run is None or not play.is_running:
            raise ConflictError(f"scenario {identity} does not run", fix=f"POST /_mock/scenarios/{identity}/start.")
        state = play.run.state
        for machine, by_key in machines.items():
            for key, wanted in by_key.items():
                state = put_state(play.scenario, state, machine, key, wanted)
        play.run.state = replace(state, names={**state.names, **names})
        play.on_change()
        return play.run.state
