"""``mockserver coverage``: which part of the contract a run exercised, as table, JSON or page, and if it is enough."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from textwrap import wrap
from typing import Annotated, Final

import typer

from mockserver.cli.options import AccountKey, AsJson, Url, examples, server_of
from mockserver.cli.output import check_file, show_json, show_line, show_table, write_file
from mockserver.cli.shell import Shell, shell_of
from mockserver.cli.styles import BAD, GOOD
from mockserver.config import load_config
from mockserver.core.cells import CODE, Cell, name_of
from mockserver.core.coverage import (
    EVERY_ACCOUNT,
    Goals,
    Report,
    Share,
    Shortfall,
    merged,
    read_goals,
    read_report,
    report_view,
    shortfalls,
)
from mockserver.core.coverage_page import Page, page_of
from mockserver.errors import UsageError
from mockserver.model import Json

EXAMPLES = examples(
    "mockserver coverage",
    "mockserver coverage --only '*:v1:whatsapp' --fail-under 80",
    "mockserver coverage --json",
    "mockserver coverage --merge coverage.json --html coverage.html",
)
_FAILED: Final = 1
_MOST: Final = 100
_WIDTH: Final = 100
_COLUMNS: Final = ("WHAT", "EXERCISED", "SHARE", "NOT YET")
_NAMED: Final = 3
"""How many of what is missing a line of the table names."""
_CELLS_HELP: Final = "such as sent:v1:sms or status:*:*:read; repeatable"
_CONFIG_HELP: Final = "File with coverage_fail_under, coverage_required and coverage_only; else mockserver.toml."


def coverage(
    context: typer.Context,
    *,
    files: Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="Reports to merge.")] = None,
    merge: Annotated[bool, typer.Option("--merge", help="Put reports together, and ask no server.")] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="CELLS", help=f"Cells that count, {_CELLS_HELP}.")
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", metavar="PERCENT", min=0, max=_MOST, help="Least share that is enough."),
    ] = None,
    required: Annotated[
        list[str] | None, typer.Option("--required", metavar="CELLS", help=f"Cells that must be, {_CELLS_HELP}.")
    ] = None,
    cells: Annotated[bool, typer.Option("--cells", help="Every cell, and how often it was exercised.")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="All that was not exercised.")] = False,
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Write a page as well that needs nothing beside it.")
    ] = None,
    config: Annotated[str | None, typer.Option("--config", metavar="FILE", help=_CONFIG_HELP)] = None,
    url: Url = None,
    account: AccountKey = None,
    as_json: AsJson = False,
) -> None:
    """Show which part of the contract a run exercised.

    All accounts of the server together, unless one is named. What is asked of the run comes from the flags, else
    from the settings here, else from those of the server. Exit code 1 if it is not reached; what is missing is named.
    """
    shell = shell_of(context)
    if merge != bool(files):
        fix = "Name the reports after --merge." if merge else f"Write --merge {' '.join(files or ())}."
        raise UsageError("--merge and reports go together", fix=fix)
    here = _goals_here(shell, config)
    if html is not None:
        check_file(shell.folder / html, "--html", makes_folders=False)
    found = [_read(shell, each) for each in files or ()]
    if not merge:
        found = [server_of(context, url, account or EVERY_ACCOUNT).get("coverage")]
    names = files or ["the server's answer"]
    report = merged(read_report(each, name) for each, name in zip(found, names, strict=True))
    asked = Goals(fail_under, tuple(required or ()), tuple(only or ()))
    goals = _first_set(asked, here, _together(map(read_goals, found, names)))
    missed = shortfalls(report, goals)
    counted = report.only(goals.only)
    if html is not None:
        page = page_of(report, _page(goals, merge, names, account))
        write_file(shell.folder / html, page.encode(), "--html")
    if as_json:
        show_json({"account": account or EVERY_ACCOUNT, **report_view(report, goals)})
    elif cells:
        show_table(shell.environ, ("CELL", "TIMES"), ((name_of(cell), str(n)) for cell, n in counted.counts.items()))
    else:
        _show(shell.environ, counted, is_all=missing)
    if not as_json:
        _show_verdict(shell.environ, goals, missed)
    raise typer.Exit(_FAILED if missed else 0)


# What is asked


def _goals_here(shell: Shell, config: str | None) -> Goals:
    from mockserver.service.coverage import goals_of

    return goals_of(load_config({"config": config}, shell.environ, shell.folder).settings)


def _first_set(*goals: Goals) -> Goals:
    """Return each goal as the first of them sets it."""
    return Goals(
        next((each.fail_under for each in goals if each.fail_under is not None), None),
        next((each.required for each in goals if each.required), ()),
        next((each.only for each in goals if each.only), ()),
    )


def _together(goals: Iterable[Goals]) -> Goals:
    """Return the goals that several reports came with: the highest share, and all patterns."""
    found = tuple(goals)
    return Goals(
        max((each.fail_under for each in found if each.fail_under is not None), default=None),
        tuple(dict.fromkeys(pattern for each in found for pattern in each.required)),
        tuple(dict.fromkeys(pattern for each in found for pattern in each.only)),
    )


def _read(shell: Shell, file: str) -> Json:
    try:
        return json.loads((shell.folder / file).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"it cannot be read: {error.strerror}", where=file) from None
    except (ValueError, RecursionError):
        raise UsageError("it is not JSON", where=file, fix="Write it with `mockserver coverage --json`.") from None


# What is shown


def _show(environ: Mapping[str, str], report: Report, *, is_all: bool) -> None:
    """Print a line a dimension and one for all; under them, if asked for, all that is missing."""
    lines = [_line(each, report.missing) for each in report.shares()]
    whole = ("All", f"{report.covered} of {report.total}", f"{report.percent:.1f} %", "")
    show_table(environ, _COLUMNS, [*lines, whole])
    if is_all and report.missing:
        print()
        for line in _grouped(report.missing):
            print(line)


def _line(share: Share, missing: Sequence[Cell]) -> tuple[str, ...]:
    names = [":".join(cell[1:]) for cell in missing if cell[0] == share.dimension.name]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    counts = f"{share.covered} of {share.total}"
    return share.dimension.title, counts, f"{share.percent:.1f} %", ", ".join(names[:_NAMED]) + more


def _show_verdict(environ: Mapping[str, str], goals: Goals, missed: Sequence[Shortfall]) -> None:
    for each in missed:
        show_line(environ, ("FAIL", BAD), (f"  {each.says}; missing:", ""))
        for line in _grouped(each.missing):
            print(f"      {line}")
    if not missed and goals != Goals(only=goals.only):
        show_line(environ, ("ok", GOOD), ("    all that is asked of the run was exercised", ""))


def _grouped(cells: Iterable[Cell]) -> Iterator[str]:
    """Yield lines that name cells, those that differ in their last part only together."""
    for start, group in groupby(cells, lambda cell: cell[:-1]):
        words = f"{name_of(start)}: {', '.join(cell[-1] for cell in group)}"
        yield from wrap(words, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _page(goals: Goals, merge: bool, names: Sequence[str], account: str | None) -> Page:
    from mockserver.contract.specs import load_specs

    whose = f"account {account}" if account else "all accounts"
    about = f"merged from {', '.join(names)}" if merge else f"{whose} of one server"
    notes = {(CODE, str(code)): each.label for code, each in load_specs().errors.items()}
    return Page(about, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", goals, notes)
