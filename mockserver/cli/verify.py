"""``mockserver verify``: holds what happened against a file of expectations, and shows what differs."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mockserver.cli.options import AccountKey, AsJson, Url, examples, server_of
from mockserver.cli.output import one_line, show_json, show_line
from mockserver.cli.shell import Shell, shell_of
from mockserver.cli.styles import BAD, GOOD, QUIET
from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.scenario.durations import DurationError, read_duration

if TYPE_CHECKING:
    from mockserver.scenario.document import Document

EXAMPLES = examples("mockserver verify expectations.yaml", "mockserver verify expectations.yaml --json")
_STDIN: Final = "-"
_FAILED: Final = 1
_WIDTH: Final = 200
_SHOWN: Final = 10
"""How many of those that fit are shown of an expectation that failed."""


def verify(
    context: typer.Context,
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Expectations as YAML or JSON; - is stdin.")],
    url: Url = None,
    account: AccountKey = None,
    as_json: AsJson = False,
) -> None:
    """Hold what happened against expectations.

    The file holds one expectation or a list, such as {messages: {to: "447700900001"}, count: 1, within: 5s}; the server
    waits where one says within. What fails is shown with what came nearest, field by field. Exit code 1 if one fails.
    """
    shell = shell_of(context)
    document = _read(shell, file)
    server = server_of(context, url, account)
    try:
        report = server.post("verify", document.value, wait_s=_longest_s(document.value))
    except UsageError as error:
        raise _placed(error, document) from None
    if as_json:
        show_json(report)
    else:
        show_report(shell.environ, report)
    raise typer.Exit(0 if report["passed"] else _FAILED)


def show_report(environ: Mapping[str, str], report: Json) -> None:
    """Print each outcome in a line, under it what is nearest to one that failed, and a line for all."""
    for each in report["outcomes"]:
        show_outcome(environ, each)
    failed = sum(not each["passed"] for each in report["outcomes"])
    total = len(report["outcomes"])
    if report["elsewhere"]:
        where = f"account {report['account']}; other accounts with traffic: {', '.join(report['elsewhere'])}"
        show_line(environ, (f"Looked at in {where}", QUIET))
    if report["stopped"]:
        show_line(environ, ("The server stopped before the time was over.", BAD))
    words = f"{failed} of {total} failed" if failed else f"all {total} as expected"
    show_line(environ, (words, BAD if failed else GOOD))


def show_outcome(environ: Mapping[str, str], outcome: Json) -> None:
    """Print an outcome: how many there were, and field by field why others were not among them."""
    word, style = ("ok  ", GOOD) if outcome["passed"] else ("FAIL", BAD)
    name = f"{outcome['name']}: " if outcome["name"] else ""
    waited = f" (after {outcome['waited_s']:.1f} s)" if outcome["waited_s"] >= _WORTH_TELLING_S else ""
    show_line(environ, (word, style), (f"  {name}{outcome['says']}", ""), (waited, QUIET))
    if not outcome["passed"]:
        _show_why(environ, outcome)


_WORTH_TELLING_S: Final = 0.05


def _show_why(environ: Mapping[str, str], outcome: Json) -> None:
    for each in outcome["matching"][:_SHOWN]:
        show_line(environ, (f"      fits     {one_line(each['line'], _WIDTH)}", ""), (f"  {each['id']}", QUIET))
    if outcome["count"] > _SHOWN:
        show_line(environ, (f"      and {outcome['count'] - _SHOWN} more", QUIET))
    for each in outcome["nearest"]:
        show_line(environ, (f"      nearest  {one_line(each['line'], _WIDTH)}", ""), (f"  {each['id']}", QUIET))
        for miss in each["misses"]:
            show_line(environ, (f"               {one_line(miss['says'], _WIDTH)}", BAD))


def _read(shell: Shell, file: str) -> "Document":
    from mockserver.scenario.document import parse, read_text

    if file != _STDIN:
        return parse(read_text(shell.folder / Path(file)), file)
    try:
        return parse(shell.stdin.read().decode(), "standard input")
    except UnicodeDecodeError:
        raise UsageError("it is not UTF-8 text", where="standard input") from None


def _longest_s(written: Json) -> float:
    """Return how long the server may have to wait, as far as what was written can be read."""
    longest_s = 0.0
    for each in written if isinstance(written, list) else [written]:
        with suppress(DurationError):
            longest_s = max(longest_s, read_duration(each["within"]) if _has_within(each) else 0.0)
    return longest_s


def _has_within(written: Json) -> bool:
    return isinstance(written, Mapping) and "within" in written


def _placed(error: UsageError, document: "Document") -> UsageError:
    """Return the mistake with its line in the file instead of its path."""
    where = document.name if error.where is None else document.at_key(*_parts(error.where))
    return UsageError(error.what, where=where, fix=error.fix)


def _parts(where: str) -> Iterable[str | int]:
    from mockserver.core.matching import read_path

    return read_path(where)
