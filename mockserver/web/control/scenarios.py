"""The control calls about scenarios: load, start, stop, reload, look at and set how they stand, read their reports."""

import asyncio
from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from mockserver.core.matching import shown
from mockserver.core.reports import Report, Tally
from mockserver.core.scenario import State
from mockserver.core.scenario_values import Scenario
from mockserver.core.words import choices
from mockserver.errors import UsageError
from mockserver.model import Account, Json
from mockserver.scenario.load import ScenarioErrors, load_text
from mockserver.scenario.step_words import check_words, step_words
from mockserver.service.plays import Play
from mockserver.web.control.calls import Calls, int_of

_NAME = "scenario"
"""What places begin with where the call names no file."""


class ScenarioCalls(Calls):
    """Handles the scenarios of an account."""

    async def list_scenarios(self, request: Request) -> Json:
        """Answer what is loaded."""
        account = await self._account(request)
        plays = self._runtime.scenarios.listed(account.api_key)
        return {"account": account.api_key, "scenarios": [play_view(each) for each in plays]}

    async def load_scenario(self, request: Request) -> Json:
        """Load a scenario, and start it if asked to."""
        scenario = await self._scenario(request)
        account = await self._world(request)
        self._runtime.scenarios.load(account.api_key, scenario)
        return await self._started(request, account.api_key, scenario.id)

    async def put_scenario(self, request: Request) -> Json:
        """Put another text in the place of a scenario, or load it; a broken one changes nothing."""
        scenarios, identity = self._runtime.scenarios, request.path_params["id"]
        account = await self._world(request)
        is_loaded = any(each.id == identity for each in scenarios.listed(account.api_key))
        try:
            scenario = await self._scenario(request)
        except ScenarioErrors as error:
            if is_loaded:
                scenarios.note_broken(account.api_key, identity, tuple(map(str, error.errors)))
            raise
        if is_loaded:
            await scenarios.reload(account.api_key, identity, scenario)
        elif scenario.id == identity:
            scenarios.load(account.api_key, scenario)
        else:
            fix = f"PUT it to /_mock/scenarios/{scenario.id}."
            raise UsageError(f"the text is of scenario {scenario.id}, not of {identity}", fix=fix)
        return await self._started(request, account.api_key, identity)

    async def one_scenario(self, request: Request) -> Json:
        """Answer how one scenario stands, and what it is made of."""
        play = await self._play(request)
        return {**play_view(play), **parts_view(play.scenario)}

    async def delete_scenario(self, request: Request) -> Response:
        """Stop a scenario and forget it."""
        play = await self._play(request)
        await self._runtime.scenarios.forget(play.account, play.id)
        return Response(status_code=204)

    async def start_scenario(self, request: Request) -> Json:
        """Begin a scenario; one without a timeline goes on until it is stopped."""
        play = await self._play(request)
        return play_view(await self._runtime.scenarios.start(play.account, play.id))

    async def run_scenario(self, request: Request) -> Json:
        """Begin a scenario that is judged at its end, at once if it has no timeline."""
        play = await self._play(request)
        return play_view(await self._runtime.scenarios.start(play.account, play.id, to_its_end=True))

    async def stop_scenario(self, request: Request) -> Json:
        """Stop a scenario."""
        play = await self._play(request)
        return report_view((await self._runtime.scenarios.stop(play.account, play.id)).report())

    async def finish_scenario(self, request: Request) -> Json:
        """Judge a scenario and end it, one with a timeline at its end, which is waited for if asked to."""
        play = await self._play(request)
        await self._runtime.scenarios.finish(play.account, play.id)
        wait_s = int_of(request, "wait_s", 0)
        return report_view(await self._runtime.scenarios.wait(play.account, play.id, wait_s))

    async def scenario_report(self, request: Request) -> Json:
        """Answer what came of a scenario, waiting for its end if asked to."""
        play = await self._play(request)
        wait_s = int_of(request, "wait_s", 0)
        return report_view(await self._runtime.scenarios.wait(play.account, play.id, wait_s))

    async def scenario_state(self, request: Request) -> Json:
        """Answer names, machines and counts."""
        play = await self._play(request)
        return state_view(self._runtime.scenarios.state(play.account, play.id))

    async def put_scenario_state(self, request: Request) -> Json:
        """Set states of machines, and names."""
        body = await self._body(request)
        machines, names = _states(body)
        play = await self._play(request)
        return state_view(self._runtime.scenarios.put_states(play.account, play.id, machines, names))

    async def _play(self, request: Request) -> Play:
        account = await self._account(request)
        return self._runtime.scenarios.one(account.api_key, request.path_params["id"])

    async def _world(self, request: Request) -> Account:
        """Return the account a scenario is for; one not known yet comes into being, as it does by a first request."""
        name = request.query_params.get("account")
        found = await self._runtime.accounts.find(name)
        if found is not None or not name or self._runtime.settings.auth == "strict":
            return found or await self._account(request)
        return await self._runtime.accounts.put(Account(name))

    async def _scenario(self, request: Request) -> Scenario:
        raw = await self._raw(request)
        name = request.query_params.get("name", _NAME)
        overrides = _overrides(request.query_params.getlist("set"))
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UsageError("the body is no UTF-8 text", fix="Send the scenario as YAML or JSON.") from None
        # In a thread: the first one loads what reads it, and no send is to wait for that.
        return await asyncio.to_thread(load_text, text, name, overrides, specs=self._specs)

    async def _started(self, request: Request, account: str, identity: str) -> Json:
        scenarios = self._runtime.scenarios
        if request.query_params.get("start") == "true":
            await scenarios.start(account, identity)
        return play_view(scenarios.one(account, identity))


def _overrides(written: list[str]) -> dict[str, str]:
    """Return values of variables by name; raise UsageError for what does not say ``name=value``."""
    for each in written:
        if "=" not in each:
            raise UsageError(f"set is {each!r}", fix="Write it like set=clinic=447700900010.")
    return {name: value for name, _, value in (each.partition("=") for each in written)}


def _states(body: Mapping[str, Json]) -> tuple[dict[str, dict[str, str]], dict[str, Json]]:
    for name in body:
        if name not in _MEMBERS:
            raise UsageError(f"{name} is no member here", where=name, fix=choices(name, _MEMBERS))
        if not isinstance(body[name], dict):
            raise UsageError(f"{name} is {shown(body[name])}", where=name, fix="Write a mapping.")
    machines = body.get("machines", {})
    for machine, by_key in machines.items():
        if not isinstance(by_key, dict) or not all(isinstance(each, str) for each in by_key.values()):
            fix = 'Write {"machines": {"consent": {"447700900001": "confirmed"}}}.'
            raise UsageError(f"machines.{machine} is {shown(by_key)}", where=f"machines.{machine}", fix=fix)
    return machines, body.get("names", {})


_MEMBERS = ("machines", "names")


def play_view(play: Play) -> Json:
    """Return how a scenario stands."""
    scenario = play.scenario
    return {
        "id": play.id,
        "account": play.account,
        "about": scenario.about,
        "source": scenario.source,
        "outcome": "loaded" if play.run is None else play.run.outcome,
        "why": "" if play.run is None else play.run.why,
        "first_entry": None if play.run is None else play.run.first,
        "seed": play.seed,
        "steps": len(scenario.timeline),
        "steps_done": 0 if play.run is None else sum(not each.skipped for each in play.run.steps),
        "checks": len(scenario.verify),
        "rules": [_tally_view(each) for each in play.tallies()],
        "broken": list(play.broken),
    }


def parts_view(scenario: Scenario) -> Json:
    """Return what a scenario is made of: its clock, its machines, and its steps and checks as they are before a run."""
    clock = scenario.clock
    return {
        "clock": f"{clock.rate:g}x" if clock.mode == "scaled" else clock.mode,
        "machines": {
            each.name: {"key": each.key, "initial": each.initial, "states": list(each.states)}
            for each in scenario.machines.values()
        },
        "timeline": [
            {"verb": each.verb, "name": each.name, "about": step_words(each), "place": each.place.where}
            for each in scenario.timeline
        ],
        "verify": [
            {"name": each.name, "about": check_words(each), "place": each.place.where} for each in scenario.verify
        ],
    }


def _tally_view(tally: Tally) -> Json:
    near = None if tally.near is None else {"what": tally.near.what, "lines": list(tally.near.lines)}
    return {"rule": tally.rule, "seen": tally.seen, "decided": tally.decided, "near": near}


def report_view(report: Report) -> Json:
    """Return a report; ``msgspec.convert`` makes the same ``Report`` of it again."""
    return {**msgspec.to_builtins(report), "passed": report.passed, "is_over": report.is_over}


def state_view(state: State) -> Json:
    """Return how far a scenario is."""
    return {
        "sends": state.sends,
        "names": dict(state.names),
        "machines": {name: dict(by_key) for name, by_key in state.machines.items()},
        "decided": dict(state.decided),
    }
