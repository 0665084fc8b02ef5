"""Tells what the fuzzer does and found: a bar, lines for people, JSON and JUnit XML for programs, scenario files."""

import shlex
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mockserver.cli.junit import clean
from mockserver.cli.output import is_fancy, show_json, show_line, write_file
from mockserver.cli.shell import Shell
from mockserver.cli.styles import BAD, GOOD, QUIET
from mockserver.model import Json

if TYPE_CHECKING:
    from mockserver.fuzz.checks import Check, Finding, Judged
    from mockserver.fuzz.hunt import Hunt

_FOUND: Final = 1


@dataclass(frozen=True, slots=True)
class Search:
    """What both ways of fuzzing are told. ``save`` is the folder of scenario files, as it was written.

    ``again`` are the words that `mockserver run` needs beside a file to try a case again.
    """

    shell: Shell
    seed: int
    examples: int
    database: Path | None
    save: str
    without: tuple[str, ...]
    junit: str | None
    as_json: bool
    again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a check in one place. ``file`` is the scenario that shows it does not hold.

    ``hidden_by`` are the checks that failed before it could be judged: in every case that could have broken it, or in
    one that did.
    """

    check: "Check"
    at: str
    judged: int
    finding: "Finding[Any] | None" = None
    file: str | None = None
    hidden_by: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.check.name} at {self.at}"

    @property
    def passed(self) -> bool | None:
        """Whether it holds, ``None`` if nobody knows."""
        return None if self.hidden_by else self.finding is None

    @property
    def said(self) -> str | None:
        """What is to be said if it was not found to hold."""
        if self.hidden_by:
            return f"not judged: hidden by {', '.join(self.hidden_by)}"
        return None if self.finding is None else self.finding.said


@contextmanager
def shown_progress(environ: Mapping[str, str]) -> Iterator[Callable[[int, int, int], None]]:
    """Yield what shows how far the search is, on standard error if a person looks there."""
    if not is_fancy(environ, sys.stderr):
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, force_terminal=True, no_color=bool(environ.get("NO_COLOR")))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("fuzzing", total=None)

        def show(tried: int, planned: int, found: int) -> None:
            """Move the bar; once something is found, cases are made smaller, and nobody knows how many that takes."""
            words = f"fuzzing, {found} found" if found else "fuzzing"
            progress.update(task, completed=tried, total=max(planned, tried), description=words)

        yield show


@dataclass(frozen=True, slots=True)
class Told:
    """What a search is told by: its checks, how often each was judged, and the scenario file of a finding."""

    checks: Sequence["Check"]
    judged: "Judged"
    written: Callable[[Any], str]


def searched(search: Search, hunt: "Hunt[Any, Any]", run: Callable[[], object], told: Told) -> int:
    """Run a search, and tell what was found, also where Ctrl-C or SIGTERM ends it; return the exit code."""
    began_s = time.monotonic()
    try:
        with shown_progress(search.shell.environ) as hunt.seen:
            run()
    except (KeyboardInterrupt, SystemExit):
        _tell(search, hunt, told, time.monotonic() - began_s)
        raise
    return _tell(search, hunt, told, time.monotonic() - began_s)


def _tell(search: Search, hunt: "Hunt[Any, Any]", told: Told, took_s: float) -> int:
    """Save what was found and tell all; return the exit code."""
    files = {key: _saved(search, each.name, told.written(each)) for key, each in hunt.found.items()}
    verdicts = [
        _verdict(check, at, told.judged, hunt.found.get((check.name, at)), files.get((check.name, at)))
        for check in told.checks
        for at in told.judged.places(check.name)
    ]
    code = _FOUND if hunt.found else 0
    if search.as_json:
        show_json(_json(search, verdicts, hunt.tried, took_s, code))
    else:
        _show(search, verdicts, hunt.tried, took_s)
    if search.junit is not None:
        write_file(search.shell.folder / search.junit, _junit(search, verdicts, took_s), "--junit")
    return code


def _verdict(check: "Check", at: str, judged: "Judged", finding: "Finding[Any] | None", file: str | None) -> Verdict:
    """Return what came of a check in one place; one that was found not to hold is hidden no more."""
    hidden_by = () if finding is not None else judged.hidden_by(check.name, at)
    return Verdict(check, at, judged.counts[check.name, at], finding, file, hidden_by)


def _saved(search: Search, name: str, text: str) -> str:
    file = str(Path(search.save) / f"{name}.yaml")
    write_file(search.shell.folder / file, text.encode(), "--save")
    return file


def _show(search: Search, verdicts: list[Verdict], tried: int, took_s: float) -> None:
    environ = search.shell.environ
    for each in verdicts:
        if each.passed is None:
            show_line(environ, ("  skip  ", QUIET), (f"{each.name}: {each.said}", ""))
            continue
        if each.finding is None:
            show_line(
                environ,
                ("  ok    ", GOOD),
                (f"{each.name}: {each.check.claims}", ""),
                (f" ({each.judged} times)", QUIET),
            )
            continue
        show_line(environ, ("  FAIL  ", BAD), (f"{each.name}: {each.finding.said}", ""))
        for line in each.finding.lines:
            show_line(environ, (f"        {line}", ""))
        if each.file is not None:
            show_line(environ, (f"        again: {shlex.join(('mockserver', 'run', each.file, *search.again))}", QUIET))
    failed = sum(each.finding is not None for each in verdicts)
    words = f"{failed} of {len(verdicts)} checks do not hold" if failed else f"all {len(verdicts)} checks hold"
    words = words if verdicts else "nothing was judged"
    show_line(environ, (f"{words}: {tried} cases in {took_s:.1f} s; seed {search.seed}", BAD if failed else GOOD))


def _json(search: Search, verdicts: list[Verdict], tried: int, took_s: float, code: int) -> Json:
    """Return the report; every key is there each time."""
    return {
        "passed": code == 0,
        "exit_code": code,
        "seed": search.seed,
        "examples": search.examples,
        "tried": tried,
        "took_s": round(took_s, 3),
        "checks": [
            {
                "check": each.check.name,
                "at": each.at,
                "claims": each.check.claims,
                "judged": each.judged,
                "passed": each.passed,
                "said": each.said,
                "case": [] if each.finding is None else list(each.finding.lines),
                "scenario": each.file,
                "hidden_by": list(each.hidden_by),
            }
            for each in verdicts
        ],
    }


def _junit(search: Search, verdicts: list[Verdict], took_s: float) -> bytes:
    """Return the XML document: one suite, a case for each check in each place."""
    suite = ET.Element(
        "testsuite",
        {
            "name": "mockserver fuzz",
            "package": "fuzz",
            "id": "0",
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "hostname": "localhost",
            "tests": str(len(verdicts)),
            "failures": str(sum(each.finding is not None for each in verdicts)),
            "errors": "0",
            "skipped": str(sum(each.passed is None for each in verdicts)),
            "time": f"{took_s:.3f}",
        },
    )
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", {"name": "seed", "value": str(search.seed)})
    suite.extend(map(_case, verdicts))
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    text: str = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _case(verdict: Verdict) -> ET.Element:
    names = {"name": verdict.name, "classname": verdict.check.side, "time": "0.000"}
    case = ET.Element("testcase", names)
    if verdict.finding is not None:
        about = {"message": clean(verdict.finding.said), "type": verdict.check.name}
        lines = (*verdict.finding.lines, *([f"scenario: {verdict.file}"] if verdict.file else []))
        ET.SubElement(case, "failure", about).text = clean("\n".join(lines))
    elif verdict.passed is None:
        ET.SubElement(case, "skipped").text = verdict.said
    return case
