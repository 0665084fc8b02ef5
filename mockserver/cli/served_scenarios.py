"""The scenario files a server is started with: loaded before it listens, and loaded anew when they change."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mockserver.cli.changes import EVERY_S, Stamp, stamp_of
from mockserver.cli.shell import tell
from mockserver.contract.specs import Specs
from mockserver.core.scenario_values import Scenario
from mockserver.errors import MockServerError, ScenarioError
from mockserver.scenario.load import ScenarioErrors, load_scenario
from mockserver.service.scenarios import Scenarios

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Served:
    """A file, the id of the scenario in it, and how the file stood when it was read."""

    path: Path
    identity: str
    stamp: Stamp | None


class ServedScenarios:
    """The scenarios of files, in one account of a server."""

    def __init__(self, scenarios: Scenarios, account: str, specs: Specs) -> None:
        self._scenarios = scenarios
        self._account = account
        self._specs = specs
        self._served: list[Served] = []

    def load(self, paths: Iterable[Path]) -> list[str]:
        """Load files, to be started with the server; return a line on each. Raise ScenarioErrors for a broken one."""
        return [self._load(path) for path in paths]

    def _load(self, path: Path) -> str:
        stamp = stamp_of(path)
        scenario = load_scenario(path, specs=self._specs)
        twin = next((each for each in self._served if each.identity == scenario.id), None)
        if twin is not None:
            what = f"The scenario is called {scenario.id}, as that of {twin.path}."
            raise ScenarioError(what, where=str(path), fix="Give each a name of its own.")
        self._scenarios.load(self._account, scenario, is_kept=True)
        self._served.append(Served(path, scenario.id, stamp))
        return f"Scenario     {described(scenario)}"

    async def watch(self) -> None:
        """Load files anew as they change, until cancelled; a broken one changes nothing, and is told of."""
        while True:
            await asyncio.sleep(EVERY_S)
            for each in self._served:
                stamp = stamp_of(each.path)
                if stamp not in {None, each.stamp}:
                    each.stamp = stamp
                    await self._reload(each)

    async def _reload(self, served: Served) -> None:
        try:
            scenario = await asyncio.to_thread(load_scenario, served.path, specs=self._specs)
            await self._replace(served, scenario)
        except ScenarioErrors as error:
            self._keep(served, [tell(each) for each in error.errors])
        except MockServerError as error:
            self._keep(served, [tell(error)])
        else:
            _log.info("scenario %s was loaded anew", described(scenario))

    async def _replace(self, served: Served, scenario: Scenario) -> None:
        """Put a newer scenario in the place of the one of a file, whatever it is called now."""
        if scenario.id == served.identity:
            play = await self._scenarios.reload(self._account, served.identity, scenario)
        else:
            play = self._scenarios.load(self._account, scenario, is_kept=True)
            await self._scenarios.forget(self._account, served.identity)
            served.identity = scenario.id
        if not play.is_running:
            await self._scenarios.start(self._account, scenario.id)

    def _keep(self, served: Served, mistakes: list[str]) -> None:
        self._scenarios.note_broken(self._account, served.identity, tuple(mistakes))
        for each in mistakes:
            _log.error("%s", each)
        _log.error("scenario %s stays as it was: %s is broken", served.identity, served.path)


def described(scenario: Scenario) -> str:
    """Return a scenario in a line: its id, its file, and what it has."""
    rules, steps = len(scenario.rules), len(scenario.timeline)
    counts = f"{rules} {'rule' if rules == 1 else 'rules'}, {steps} {'step' if steps == 1 else 'steps'}"
    return f"{scenario.id} ({scenario.source}): {counts}"
