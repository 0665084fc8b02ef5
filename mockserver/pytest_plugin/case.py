"""One test and its account: judged when the test has passed, and once more when the fixtures around it have ended."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from mockserver.errors import MockServerError, UnknownError
from mockserver.handle import MockServer
from mockserver.handle.asgi import AsgiApp, Event, Receive, Send
from mockserver.pytest_plugin.judging import breaches, refusals, rules_told, scenario_failure, sentence
from mockserver.pytest_plugin.options import MARKER, Marked, Options, read_marker
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.handle.blocking import Scenario
    from mockserver.pytest_plugin.sink import MessagesSink

_ENDS_WITHIN_S: Final = 30
"""How long the timeline of a scenario may go on after its test."""


class Case:
    """A test with its account, and what it must not leave there."""

    def __init__(self, account: MockServer, marked: Marked, *, is_strict: bool) -> None:
        self.account = account
        self.sinks: list[MessagesSink] = []
        self._scenario: Scenario | None = None
        self._marked = marked
        self._is_strict = is_strict if marked.strict is None else marked.strict
        self._told: set[int] = set()
        self._kept: tuple[tuple[str, str], ...] | None = None

    def begin(self, scenario: Path) -> None:
        """Run a scenario in the account from now on."""
        self._scenario = self.account.scenario(scenario)

    def judge(self) -> None:
        """Fail the test over what is wrong in its account and was not told yet; raise as pytest.fail does."""
        __tracebackhide__ = True
        with plainly():
            reasons = "\n\n".join([*self._scenario_failed(), *self._breaches(), *self._refused()])
        if reasons:
            pytest.fail(reasons, pytrace=False)

    def close(self) -> None:
        """Judge what came after the test; keep what a failure is told by, for the account may be forgotten now."""
        try:
            self.judge()
        except pytest.fail.Exception:
            self._kept = tuple(self.sections())
            raise
        finally:
            self._kept = self._kept or ()

    def sections(self) -> Iterator[tuple[str, str]]:
        """Yield the titles and texts to attach to a failure: what else is wrong, the test's rules, what happened."""
        if self._kept is not None:
            yield from self._kept
            return
        try:
            yield from self._asked()
        except MockServerError as error:  # no account, no server: a report must bear that, or the whole run ends
            yield "timeline", str(error)

    def _asked(self) -> Iterator[tuple[str, str]]:
        yield "violations", "\n\n".join([*self._breaches(), *self._refused()])
        yield "rules", rules_told(self.account.ask("GET", "scenarios")["scenarios"])
        yield "timeline", self.account.timeline()

    def _breaches(self) -> Iterator[str]:
        """Yield the sentence on requests that were not told yet, nor looked at by the test."""
        entries = self.account.journal(has="violation")
        if self._is_strict:
            entries += self.account.journal(has="finding")
        seen = self._told | self.account.looked
        new = {each["id"]: each for each in entries if each["id"] not in seen}
        found = breaches(new.values(), self._marked, is_strict=self._is_strict)
        self._told.update(each.number for each in found)
        if found:
            yield sentence(found)

    def _refused(self) -> Iterator[str]:
        """Yield the sentence on webhooks that came to a sink of the test wrongly signed."""
        found = [str(each) for sink in self.sinks for each in sink.unasserted()]
        if found:
            yield refusals(found)

    def _scenario_failed(self) -> Iterator[str]:
        """Yield what failed of the marker's scenario, which is judged once."""
        scenario, self._scenario = self._scenario, None
        if scenario is not None:
            yield from scenario_failure(scenario.finish(_ENDS_WITHIN_S))


@contextmanager
def plainly() -> Iterator[None]:
    """Fail with one sentence, and no traceback, over what the tester can mend."""
    __tracebackhide__ = True
    try:
        yield
    except MockServerError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


@contextmanager
def opened(server: MockServer, options: Options, item: pytest.Item) -> Iterator[Case]:
    """Yield a test with a new account, which is judged when the block ends, and forgotten."""
    with plainly():
        account = server.new_account()
    try:
        with judged(account, options, item) as case:
            yield case
    finally:
        with plainly(), suppress(UnknownError):  # the test may have forgotten it
            account.forget()


@contextmanager
def judged(account: MockServer, options: Options, item: pytest.Item) -> Iterator[Case]:
    """Yield a test with an account, which is judged when the block ends, by what the test's markers say."""
    marked = read_marker(item)
    case = Case(account, marked, is_strict=options.strict)
    if marked.scenario is not None:
        with plainly():
            case.begin(_found(marked.scenario, options, item))
    yield case
    case.close()


@contextmanager
def around(make: Callable[[MockServer], AsgiApp], settings: Settings) -> Iterator[MockServer]:
    """Yield a server that runs in process around an application under test, which needs the server to be made."""

    async def sut(scope: Event, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    with ExitStack() as held:
        with plainly():
            server = held.enter_context(MockServer.in_process(settings, sut=sut, lifespan=False))
        app = make(server)
        yield server


def _found(scenario: str, options: Options, item: pytest.Item) -> Path:
    """Return the file of a scenario: beside the test, else in the folder of scenarios, else from rootdir."""
    folders = dict.fromkeys(each for each in (item.path.parent, options.scenarios, options.root) if each is not None)
    for folder in folders:
        if (folder / scenario).is_file():
            return folder / scenario
    path, line, _ = item.location
    what = f"{path}:{(line or 0) + 1}: the marker {MARKER} names the scenario {scenario}, which is not in"
    raise pytest.fail.Exception(f"{what} {', '.join(map(str, folders))}.", pytrace=False)
