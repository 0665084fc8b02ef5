"""Shows what came of scenarios: a line a step for people, and all of it as JSON with the same keys each time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from mockserver.cli.output import one_line, show_line
from mockserver.cli.runner import Ran
from mockserver.cli.scenario_files import ScenarioFile
from mockserver.cli.styles import BAD, GOOD, QUIET
from mockserver.core.reports import StepResult
from mockserver.model import Json

_WIDTH: Final = 200
_WORDS: Final = {True: ("ok  ", GOOD), False: ("FAIL", BAD)}
_INDENT: Final = " " * 6


class Lines:
    """Prints each step as it ends; where several files run at once, those of a file together at its end."""

    def __init__(self, environ: Mapping[str, str], *, at_once: bool) -> None:
        self._environ = environ
        self._at_once = at_once
        self._begun: set[str] = set()

    def show(self, file: ScenarioFile, account: str, result: StepResult) -> None:
        """Print a step or a check."""
        if self._at_once:
            self._begin(file, account)
            self._step(result)

    def end(self, ran: Ran) -> None:
        """Print how a file ended, and whatever of it was not printed yet."""
        if ran.file.name not in self._begun:
            self._begin(ran.file, ran.account)
            for each in () if ran.report is None else (*ran.report.steps, *ran.report.checks):
                self._step(each)
        self._begun.discard(ran.file.name)
        for line in ran.said if not ran.passed else ():
            self._line((f"  | {one_line(line, _WIDTH)}", QUIET))
        self._line((_ending(ran), GOOD if ran.passed else BAD))

    def total(self, all_ran: Sequence[Ran], took_s: float) -> None:
        """Print what came of all files."""
        failed = [each.file.scenario.id for each in all_ran if not each.passed]
        count = f"{len(all_ran)} {'scenario' if len(all_ran) == 1 else 'scenarios'}"
        words = f"{len(failed)} of {count} failed ({', '.join(failed)})" if failed else f"{count} passed"
        self._line((f"{words} in {took_s:.1f} s", BAD if failed else GOOD))

    def _begin(self, file: ScenarioFile, account: str) -> None:
        if file.name not in self._begun:
            self._begun.add(file.name)
            self._line((file.scenario.id, "bold"), (f"  {file.name}, account {account}", QUIET))

    def _step(self, result: StepResult) -> None:
        word, style = ("skip", QUIET) if result.skipped else _WORDS[result.ok]
        when = " " * 11 if result.skipped else f"{result.at_s:>+9.3f} s"
        took = f"  ({result.took_s * 1000:.0f} ms)" if result.took_s >= _WORTH_TELLING_S else ""
        place = "" if result.ok or result.skipped else f"  {result.place}"
        name = _line_name(result)
        said = f": {one_line(result.detail, _WIDTH)}" if result.detail else ""
        self._line((f"  {word}", style), (f" {when}", QUIET), (f"  {name}{said}", ""), (took + place, QUIET))
        for each in why(result) if not result.ok else ():
            self._line((f"{_INDENT}{one_line(each, _WIDTH)}", BAD))

    def _line(self, *parts: tuple[str, str]) -> None:
        show_line(self._environ, *parts)


_WORTH_TELLING_S: Final = 0.001


class Silence(Lines):
    """Prints nothing: what is asked for is JSON."""

    def _line(self, *parts: tuple[str, str]) -> None:
        pass


def _line_name(result: StepResult) -> str:
    """Return the name of a step; what its detail begins with anyway is not said twice."""
    return f"{result.verb} {result.index + 1}" if result.detail.startswith(result.name) else case_name(result)


def _ending(ran: Ran) -> str:
    identity = ran.file.scenario.id
    if ran.report is None:
        return f"{identity} could not be run: {ran.problem}"
    reason = f", {ran.report.why}" if ran.report.why else ""
    seed = "" if ran.passed else f"; seed {ran.report.seed}"
    steps, checks = len(ran.report.steps), len(ran.report.checks)
    return f"{identity} {ran.report.outcome}{reason}: {steps} steps, {checks} checks in {ran.took_s:.1f} s{seed}"


def report_json(all_ran: Sequence[Ran], url: str, exit_code: int) -> Json:
    """Return the report on all files; every key is there each time."""
    return {
        "passed": all(each.passed for each in all_ran),
        "exit_code": exit_code,
        "url": url,
        "scenarios": [_scenario_json(each) for each in all_ran],
    }


def _scenario_json(ran: Ran) -> Json:
    about = {
        "file": ran.file.name,
        "id": ran.file.scenario.id,
        "account": ran.account,
        "passed": ran.passed,
        "problem": None if ran.problem is None else str(ran.problem),
        "said": list(ran.said),
        "took_s": round(ran.took_s, 3),
    }
    return {**about, "report": _whole(ran.report)}


def _whole(value: Json) -> Json:
    """Return a struct with all its members, those that have their defaults too."""
    if isinstance(value, msgspec.Struct):
        return {name: _whole(each) for name, each in msgspec.structs.asdict(value).items()}
    if isinstance(value, tuple):
        return [_whole(each) for each in value]
    return value


def case_name(result: StepResult) -> str:
    """Return what a step or a check is called: ``inbound 3``, ``verify 1: messages``."""
    name = "" if result.name in {"", result.verb} else f": {result.name}"
    return f"{result.verb} {result.index + 1}{name}"


def why(result: StepResult) -> Iterator[str]:
    """Yield the lines that say what is amiss: the difference, then what came close, each with its own."""
    told = result.near[0].lines if result.near else ()
    yield from (each for each in result.difference if each not in told)
    for near in result.near:
        yield f"nearest  {near.what}"
        yield from (f"         {line}" for line in near.lines)
