"""Which part of the contract a test run exercised: gathered from servers and workers, shown at the end, and judged."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from mockserver.core.cells import name_of
from mockserver.core.coverage import (
    EVERY_ACCOUNT,
    Goals,
    Report,
    Shortfall,
    merged,
    read_report,
    report_view,
    shortfalls,
)
from mockserver.errors import MockServerError
from mockserver.handle import MockServer
from mockserver.model import Json
from mockserver.pytest_plugin.options import Options

PLUGIN: Final = "messages_api_coverage"
_TITLE: Final = "coverage of the Messages API"
_SENT: Final = "messages_api_coverage"
"""Under this name a worker of xdist hands over what it counted."""
_NAMED: Final = 3


class Coverage:
    """The counts of one test run; a plugin of its own, registered only where coverage is asked for."""

    def __init__(self, config: pytest.Config, options: Options) -> None:
        """Raise pytest.UsageError for a file that cannot be: at the end it would be too late to say so."""
        _check_place(options.coverage_file)
        self._config = config
        self._options = options
        self._reports: list[Report] = []
        self._whole: list[MockServer] = []
        self._goals = Goals()
        self._missed: tuple[Shortfall, ...] = ()

    @contextmanager
    def counting(self, server: MockServer) -> Iterator[None]:
        """Count all that is exercised on a server of this run alone, at the end of the block."""
        self._whole.append(server)
        yield
        self._add(server.ask("GET", "coverage", account=EVERY_ACCOUNT))

    def count(self, server: MockServer, account: MockServer) -> None:
        """Count what was exercised in an account, unless all of its server is counted.

        A server that is its own account is the test's alone, and counts with all accounts on it.
        """
        if server not in self._whole:
            name = EVERY_ACCOUNT if account is server else account.api_key
            self._add(account.ask("GET", "coverage", account=name))

    def _add(self, report: Json) -> None:
        self._reports.append(read_report(report, "the server's answer"))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Count what a worker of xdist counted; one that crashed has nothing to say."""
        told = getattr(node, "workeroutput", {}).get(_SENT)
        if told is not None:
            self._add(told)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand the counts to the controller of xdist; being that, or alone, judge them."""
        if self._config.option.collectonly:
            return
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_SENT] = report_view(self._merged) if self._reports else None
            return
        report = self._merged
        try:
            self._goals = _goals(self._config.rootpath, self._options.coverage_fail_under)
            self._missed = shortfalls(report, self._goals)
        except MockServerError as error:
            raise pytest.UsageError(str(error)) from None
        if self._options.coverage_file is not None:
            _write(self._options.coverage_file, report_view(report, self._goals))
        if self._missed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the share of each dimension, and the goals that were missed."""
        if self._config.option.collectonly:
            return
        report = self._merged.only(self._goals.only)
        terminalreporter.section(_TITLE)
        for line in _table(report):
            terminalreporter.write_line(line)
        for each in self._missed:
            terminalreporter.write_line(f"FAIL {each.says}; missing: {_some(each)}", red=True)

    @property
    def _merged(self) -> Report:
        return merged(self._reports) if self._reports else _nothing()


def _goals(root: Path, fail_under: float | None) -> Goals:
    """Return what is asked of the run: by option, else by ``mockserver.toml`` in pytest's rootdir."""
    import os

    from mockserver.config import load_config
    from mockserver.service.coverage import goals_of

    goals = goals_of(load_config({}, os.environ, root).settings)
    return goals if fail_under is None else replace(goals, fail_under=fail_under)


def _nothing() -> Report:
    """Return the report of a run in which no test used the API."""
    from mockserver.contract.specs import load_specs
    from mockserver.service.coverage import cells_of

    return Report.of(cells_of(load_specs()), {})


def _table(report: Report) -> Iterator[str]:
    shares = [(each.dimension.title, f"{each.covered} of {each.total}", each.percent) for each in report.shares()]
    rows = [*shares, ("All", f"{report.covered} of {report.total}", report.percent)]
    first, second = max(len(title) for title, _, _ in rows), max(len(counts) for _, counts, _ in rows)
    for title, counts, percent in rows:
        yield f"{title:{first}}  {counts:>{second}}  {percent:5.1f} %"


def _some(shortfall: Shortfall) -> str:
    """Return the first few cells that are missing."""
    named = ", ".join(name_of(each) for each in shortfall.missing[:_NAMED])
    more = len(shortfall.missing) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


def _check_place(path: Path | None) -> None:
    """Raise pytest.UsageError for a file in a folder that there is not: a name misspelt is not to make one."""
    if path is None or (path.parent.is_dir() and not path.is_dir()):
        return
    why = "is a folder" if path.is_dir() else f"cannot be written: {path.parent} is no folder"
    fix = "Name a file" if path.is_dir() else "Make the folder, or name another file"
    raise pytest.UsageError(f"{path}, for messages_api_coverage_file, {why}. {fix}.")


def _write(path: Path, report: Json) -> None:
    try:
        path.write_text(json.dumps(report, indent=2), encoding="utf-8")
    except OSError as error:
        raise pytest.UsageError(
            f"{path}, for messages_api_coverage_file, cannot be written: {error.strerror}."
        ) from None
