"""``mockserver run``: runs scenario files against a system under test, for people and for CI jobs."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mockserver.cli import changes
from mockserver.cli.options import AsJson, check_server, duration_of, examples, pairs_of
from mockserver.cli.output import check_file, show_json, write_file
from mockserver.cli.run_output import Lines, Silence, report_json
from mockserver.cli.runner import Host, Ran, Runner
from mockserver.cli.scenario_files import BrokenFilesError, ScenarioFile, chosen, find, read_all
from mockserver.cli.shell import Shell, complain, shell_of
from mockserver.cli.sut import PORT, Program, checked, wait_until_ready
from mockserver.config import Config, check_url, load_config
from mockserver.errors import MockServerError, UsageError

if TYPE_CHECKING:
    from mockserver.contract.specs import Specs

EXAMPLES = examples(
    "mockserver run scenario.yaml",
    "mockserver run scenario.yaml --seed 7 --junit results/junit.xml --report results/run.json",
    "mockserver run scenarios --command 'python app.py' --ready-url /reminders --jobs 2",
)
_BROKEN: Final = 2
_STAND_IN: Final = "http://127.0.0.1:1"
"""What a URL is taken to be as long as nobody listens there yet."""


def run(
    context: typer.Context,
    *,
    names: Annotated[list[str], typer.Argument(metavar="FILE|DIR...", help="Scenario files, or folders of them.")],
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="URL", help="Where the system under test answers: vars.sut of each file."),
    ] = None,
    command: Annotated[
        str | None,
        typer.Option("--command", metavar="COMMAND", help="Start the system under test with this, anew for each file."),
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option("--sender", metavar="COMMAND", help="Start this once a scenario has begun: it sends, and ends."),
    ] = None,
    ready_url: Annotated[
        str | None,
        typer.Option("--ready-url", metavar="URL", help="What answers once it is ready; a path is one at the target."),
    ] = None,
    ready_within: Annotated[
        str, typer.Option("--ready-within", metavar="TIME", help="How long it may take to be ready.")
    ] = "30s",
    url: Annotated[
        str | None,
        typer.Option("--url", "--server", metavar="URL", help="Run on this server instead of one of our own."),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="PORT", help="Port of our own server; without it a free one.")
    ] = None,
    config: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="Settings and accounts, as for serve.")
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", metavar="KEY", help="Run all files in this account, one by one.")
    ] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Value of a variable; repeatable.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="ID", help="Run the scenario of this id; repeatable.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", min=0, help="What ids and chance of our server are drawn by.")
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", metavar="N", min=1, max=64, help="How many files to run at once, with --command.")
    ] = 1,
    junit: Annotated[str | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML.")] = None,
    report: Annotated[str | None, typer.Option("--report", metavar="FILE", help="Write a report as JSON.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Run a file again when it changes, until Ctrl-C.")] = False,
    watch_path: Annotated[
        list[str] | None,
        typer.Option("--watch-path", metavar="PATH", help="Run all again when something here changes; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run scenario files against your system.

    Starts a server, or uses the one at --url. With --command your system is started for each file, told by
    MESSAGES_API_URL, MESSAGES_API_KEY, MESSAGES_API_SECRET, MESSAGES_SIGNATURE_SECRET and PORT, and each file has an
    account of its own; {port} stands for that port. Without it all files share the default account. Exit code 0 if all
    passed, 1 if one failed, 2 if a file is broken (then none is run), 3 if something cannot be reached.
    """
    shell = shell_of(context)
    for flag, file in (("--junit", junit), ("--report", report)):
        if file is not None:
            check_file(shell.folder / file, flag)
    program = _program(command, target, ready_url, ready_within)
    _check(program, jobs, url, seed, port, account)
    given = load_config(
        {"config": config, "port": str(port or 0), "tls": False, "seed": seed}, shell.environ, shell.folder
    )
    values = pairs_of(sets or [])
    known = {"account": account or given.settings.api_key, "api_url": url or _STAND_IN}
    known |= {} if program.url is None else {"sut": program.on_port(1).url or ""}
    session = Session(shell, names, values, known, tuple(only or ()), jobs, junit, report, as_json=as_json)
    files = session.files()
    if files is None:
        raise typer.Exit(_BROKEN)
    places = [shell.folder / each for each in watch_path or ()]
    with _ended_by_sigterm(), _host(given, url, session.specs, shell.folder) as host:
        runner = Runner(host, program, shell.environ, shell.folder, account, sender)
        code = session.play(runner, files)
        if watch or places:
            session.watch(runner, places)
    raise typer.Exit(code)


def _specs() -> "Specs":
    from mockserver.contract.specs import load_specs

    return load_specs()


@dataclass(slots=True)
class Session:
    """What is to be run and how it is told.

    ``known`` stands in for variables that the run gives to files, while they are linted; ``newest`` is what came of
    each file last.
    """

    shell: Shell
    names: list[str]
    sets: Mapping[str, str]
    known: Mapping[str, str]
    only: tuple[str, ...]
    jobs: int
    junit: str | None = None
    report: str | None = None
    as_json: bool = False
    specs: "Specs" = field(default_factory=_specs)
    newest: dict[str, Ran] = field(default_factory=dict)

    def files(self) -> list[ScenarioFile] | None:
        """Return the files to run; ``None`` if any is broken, all mistakes told."""
        folder = self.shell.folder
        try:
            return chosen(read_all(find(self.names, folder), folder, self.sets, self.specs, self.known), self.only)
        except BrokenFilesError as error:
            for each in error.errors:
                complain(each)
            return None

    def play(self, runner: Runner, files: list[ScenarioFile]) -> int:
        """Run files, tell what came of them, write the reports; return the exit code."""
        began_at, began_s = datetime.now(UTC), time.monotonic()
        made = Silence if self.as_json else Lines
        lines = made(self.shell.environ, at_once=self.jobs == 1)
        if runner.program.command is None:
            wait_until_ready(runner.program)
        with closing(runner.run(files, self.jobs, lines.show)) as ending:
            for ran in ending:
                self.newest[ran.file.name] = ran
                lines.end(ran)
        played = [self.newest[each.name] for each in files]
        lines.total(played, time.monotonic() - began_s)
        code = max(each.exit_code for each in played)
        self._write(runner.host.url, code, began_at)
        return code

    def watch(self, runner: Runner, places: list[Path]) -> None:
        """Run files again as they change, all of them when something at ``places`` does; ends by an exception."""
        own = [self.shell.folder / each for each in self.names]
        before, before_elsewhere = changes.stamps(own), changes.stamps(places)
        waiting: set[Path] = set()
        _say("Watching for changes; Ctrl-C ends it.")
        while True:
            changes.wait()
            after, after_elsewhere = changes.stamps(own), changes.stamps(places)
            touched = changes.changed(before, after)
            touched |= changes.changed(before_elsewhere, after_elsewhere)
            before, before_elsewhere = {**before, **after}, {**before_elsewhere, **after_elsewhere}
            if touched:
                waiting |= touched
                waiting = set() if self._again(runner, waiting, set(after_elsewhere)) else waiting

    def _again(self, runner: Runner, touched: set[Path], elsewhere: set[Path]) -> bool:
        """Run the files touched once more, all if something ``elsewhere`` is; return false if one is broken."""
        files = self.files()
        again = [each for each in files or () if touched & elsewhere or each.path in touched]
        try:
            if again:
                self.play(runner, again)
        except MockServerError as error:
            complain(error)
        return files is not None

    def _write(self, url: str, code: int, began_at: datetime) -> None:
        everything = list(self.newest.values())
        whole = report_json(everything, url, code)
        if self.as_json:
            show_json(whole)
        if self.junit is not None:
            from mockserver.cli.junit import junit

            write_file(self.shell.folder / self.junit, junit(everything, began_at), "--junit")
        if self.report is not None:
            import json

            text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
            write_file(self.shell.folder / self.report, text.encode("utf-8", "backslashreplace"), "--report")


def _program(command: str | None, target: str | None, ready_url: str | None, ready_within: str) -> Program:
    """Return the system under test; without a target, a command listens on the port it is given."""
    within_s = duration_of(ready_within, "--ready-within")
    if target is None and command is not None:
        target = f"http://127.0.0.1:{PORT}"
    if target is not None:
        check_url("the URL of the system under test", target.replace(PORT, "1"), "--target")
    return checked(Program(command, target, ready_url, within_s))


def _check(
    program: Program, jobs: int, url: str | None, seed: int | None, port: int | None, account: str | None
) -> None:
    """Raise UsageError for flags that do not go together."""
    check_server(url, {"--seed": seed, "--port": port})
    if jobs == 1:
        return
    if program.command is None or account is not None:
        fix = "Start it by --command and leave out --account, or leave out --jobs."
        raise UsageError("several files at once need a system under test each", where="--jobs", fix=fix)
    if program.url is not None and PORT not in program.url:
        fix = f"Write {PORT} where its port stands, in --target and in --command, or leave out --target."
        raise UsageError("all systems under test would have the same port", where="--jobs", fix=fix)


@contextmanager
def _host(given: Config, url: str | None, specs: "Specs", folder: Path) -> Iterator[Host]:
    """Yield the server to run on: the one at a URL, else one of our own."""
    settings = given.settings
    if url is not None:
        yield Host(url.rstrip("/"), False, settings.signature_secret, settings.api_key, settings.api_secret)
        return
    from mockserver.cli.coverage_file import check_place, write_coverage
    from mockserver.cli.senders import sender_mistakes
    from mockserver.web.app import create_app
    from mockserver.web.server import serving

    check_place(settings, folder)
    if given.path is not None:
        for mistake in sender_mistakes(given.path, given.accounts, specs.capabilities):
            raise mistake
    app = create_app(settings, given.accounts, specs=specs)
    with serving(settings, app=app) as running:
        _say(f"API  {running.url}")
        yield Host(running.url, True, settings.signature_secret, settings.api_key, settings.api_secret)
    write_coverage(app.runtime.coverage, settings, folder)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    from mockserver.demo.stage import ended_by_sigterm

    with ended_by_sigterm():
        yield


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
