"""Runs scenario files on a server through its control API, each with its system under test; prints nothing."""

import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final, TypeAlias

import msgspec

from mockserver.cli.client import Server
from mockserver.cli.scenario_files import ScenarioFile
from mockserver.cli.sender_end import complaint
from mockserver.cli.sut import Program, Started, printed, started
from mockserver.core.reports import Report, StepResult
from mockserver.errors import ConflictError, MockServerError, UsageError
from mockserver.model import ANY_SECRET

OWN_KEY: Final = "run-{id}"
"""The key of the account a scenario has for itself."""
_LOOK_S: Final = 1
"""How long one look at a report waits for its end; what is new is shown so often at least."""
_LEAVING_S: Final = 0.5
"""How long a program that answers no more may take to be gone: interpreters close their sockets before they end."""
Show: TypeAlias = Callable[["ScenarioFile", str, StepResult], None]
"""Told of each step and check as it ends: the file, the account, what came of it."""


@dataclass(frozen=True, slots=True)
class Host:
    """The server that scenarios run on. ``is_own`` is true for one that lives only for them.

    ``signature_secret`` signs its webhooks; ``api_key`` and ``api_secret`` are of its default account.
    """

    url: str
    is_own: bool
    signature_secret: str
    api_key: str
    api_secret: str | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a file: the report, or the mistake that kept it from being run to its end.

    ``said`` is the end of what the system under test printed, if it did not go well.
    """

    file: ScenarioFile
    account: str
    report: Report | None = None
    problem: MockServerError | None = None
    said: tuple[str, ...] = ()
    took_s: float = 0.0

    @property
    def passed(self) -> bool:
        """True if it ran and all was as expected."""
        return self.report is not None and self.report.passed

    @property
    def exit_code(self) -> int:
        """What a command ends with if this is all it ran."""
        if self.problem is not None:
            return self.problem.exit_code
        return 0 if self.passed else 1


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs files on a host.

    With ``program.command`` each has a program of its own, and unless ``account`` names one, an account of its own;
    else all share one account, one after the other. ``sender`` is a program that sends and ends: it is started once a
    scenario has begun, which fails if it crashes, or ends well though something was not taken.
    """

    host: Host
    program: Program
    environ: Mapping[str, str]
    folder: Path
    account: str | None = None
    sender: str | None = None
    _stopped: Event = field(default_factory=Event)

    @property
    def is_shared(self) -> bool:
        """True if all files run in one account."""
        return self.account is not None or self.program.command is None

    def run(self, files: list[ScenarioFile], jobs: int, show: Show) -> Generator[Ran, None, None]:
        """Yield what came of files as they end, ``jobs`` of them running at once, in the order of the files."""
        with ThreadPoolExecutor(max_workers=jobs) as pool:
            running = [pool.submit(self._one, each, show) for each in files]
            try:
                for each in running:
                    yield each.result()
            finally:
                self._stopped.set()
                pool.shutdown(cancel_futures=True)
                self._stopped.clear()

    def _one(self, file: ScenarioFile, show: Show) -> Ran:
        account = self._account_of(file)
        began_s = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="mockserver-run-") as folder:
            log = Path(folder) / "sut.log"
            try:
                with self._started(file, account, log) as (sut, target):
                    report, sent = self._report(file, account, target, show)
                    ended = None if sut is None else sut.ended_within(0.0 if report.passed else _LEAVING_S)
                    lines = () if sut is None or report.passed else tuple(sut.last_lines())
                    lines += () if report.passed else sent
            except MockServerError as error:
                return Ran(file, account, problem=error, took_s=time.monotonic() - began_s)
        if ended is not None:
            lines = (*lines, f"(the command ended by itself with code {ended})")
        return Ran(file, account, report, said=lines, took_s=time.monotonic() - began_s)

    def _account_of(self, file: ScenarioFile) -> str:
        if self.is_shared:
            return self.account or self.host.api_key
        return OWN_KEY.format(id=file.scenario.id)

    @contextmanager
    def _started(self, file: ScenarioFile, account: str, log: Path) -> Iterator[tuple[Started | None, str | None]]:
        """Make account and system under test ready; yield the latter, if it is ours, and where it answers."""
        self._clear(account)
        if self.program.command is None:
            yield None, self.program.url
            return
        program, port = self.program.on_free_port()
        environ = {**self.environ, **self._told(file, account), "PORT": str(port)}
        with started(program, environ, self.folder, log, stopped=self._stopped.is_set) as sut:
            yield sut, program.url

    def _told(self, file: ScenarioFile, account: str) -> dict[str, str]:
        """Return how a system under test learns of the server."""
        given = file.scenario.given.account
        known = self.host.api_secret if account == self.host.api_key else None
        return {
            "MESSAGES_API_URL": self.host.url,
            "MESSAGES_API_KEY": account,
            "MESSAGES_API_SECRET": next(iter(given.secrets), known or ANY_SECRET),
            "MESSAGES_SIGNATURE_SECRET": given.signature_secret or self.host.signature_secret,
        }

    def _clear(self, account: str) -> None:
        """Let an account be as if nothing had happened; one on somebody else's server that is shared is left alone."""
        server = Server(self.host.url)
        if self.is_shared:
            if self.host.is_own:
                server.post("reset", None, what="accounts")
            return
        with suppress(UsageError):  # there is none yet
            server.delete(f"accounts/{account}")
        server.put(f"accounts/{account}", {})

    def _report(
        self, file: ScenarioFile, account: str, target: str | None, show: Show
    ) -> tuple[Report, tuple[str, ...]]:
        """Run a scenario to its end, telling of each step; return what came of it, and what the sender printed."""
        server, identity = Server(self.host.url, account), file.scenario.id
        sets = {**self._known(file, account, target), **file.sets}
        server.put_text(f"scenarios/{identity}", file.text, name=file.name, sets=sets)
        first = int(server.post(f"scenarios/{identity}/run", None)["first_entry"])
        if self.sender is None:
            return self._followed(server, file, account, first, show), ()
        program, environ = Program(self.sender, flag="--sender"), {**self.environ, **self._told(file, account)}
        with tempfile.TemporaryDirectory(prefix="mockserver-run-") as folder:
            log = Path(folder) / "sender.log"
            with started(program, environ, self.folder, log, stopped=self._stopped.is_set) as sender:
                report = self._followed(server, file, account, first, show)
                code = sender.ended_within(self.program.ready_within_s)
                why = complaint(server, first, code, printed(log))
                lines = tuple(sender.last_lines())
        if not why:
            return report, lines
        return msgspec.structs.replace(report, outcome="failed", why=f"the sender: {why}"), lines

    def _followed(self, server: Server, file: ScenarioFile, account: str, first: int, show: Show) -> Report:
        """Return the report of the run whose ``first`` entry is told once it has ended, telling of each step."""
        identity = file.scenario.id
        shown = 0
        while True:
            report = msgspec.convert(server.get(f"scenarios/{identity}/report", wait_s=_LOOK_S), Report)
            if report.entries[0] != first:  # the verdict would be that of another run
                fix = "Give each run an account of its own by --account, or run the files one after the other."
                raise ConflictError(f"another run took the place of scenario {identity} in account {account}", fix=fix)
            results = (*report.steps, *report.checks)
            for each in results[shown:]:
                show(file, account, each)
            shown = len(results)
            if report.is_over:
                return report
            if self._stopped.is_set():
                server.post(f"scenarios/{identity}/stop", None)

    def _known(self, file: ScenarioFile, account: str, target: str | None) -> dict[str, str]:
        """Return the variables that the run itself knows, as far as a file has them."""
        known = {"account": account, "api_url": self.host.url} | ({} if target is None else {"sut": target})
        return {name: value for name, value in known.items() if name in file.declared}
