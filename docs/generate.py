"""Writes the tables between markers in README.md and docs/ from the code and from results of tests; knows no prose.

A table stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``; the names are those of ``BLOCKS``.
``python -m docs.generate`` writes them, ``--check`` only says which are stale and then exits with 1.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from docs import client_pages, scenario_keys
from mockserver.cli.flags import shown_default
from mockserver.cli.program import program
from mockserver.contract.specs import ErrorCode, load_specs
from mockserver.core.asking import About, searched, words_of_has
from mockserver.core.capabilities import Row
from mockserver.core.cells import DIMENSIONS, name_of
from mockserver.core.faults import KINDS
from mockserver.core.forms import FORMS, V0_1, V1
from mockserver.core.magic import Magic, does
from mockserver.scenario.load import load_scenario
from mockserver.service.coverage import cells_of
from mockserver.settings import SettingRow, settings_table
from mockserver.web.control.table import PREFIX, ROUTES, ControlRoute
from mockserver.wire.dialects import V1Dialect
from tests.clients.table import Row as Shown
from tests.clients.table import Run, runs

ROOT: Final = Path(__file__).parent.parent
STATES: Final = {"supported": "yes", "not_by_provider": "no", "not_by_channel": "n/a"}
BLOCK: Final = re.compile(r"(?P<open><!-- generated: (?P<name>[a-z0-9-]+) -->\n).*?(?P<close><!-- end -->)", re.DOTALL)


def documents(root: Path = ROOT) -> tuple[Path, ...]:
    """Return the documents that may hold generated tables."""
    return (
        root / "README.md",
        root / "scenarios" / "README.md",
        *(path for folder in ("docs", "docs/clients") for path in sorted((root / folder).glob("*.md"))),
    )


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    heads = tuple(heads)
    lines = [heads, ("---",) * len(heads), *(tuple(row) for row in rows)]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def settings() -> str:
    """Return the table of every setting."""
    return table(
        ("Setting", "Flag", "Environment", "Default", "Meaning"),
        (
            (_code(each.name), _code(_flag(each)), _code(each.env), _code(shown_default(each)), each.help)
            for each in settings_table()
        ),
    )


def _flag(row: SettingRow) -> str:
    if isinstance(row.default, bool):
        return f"{row.flag}/--no-{row.flag.removeprefix('--')}"
    return " ".join(filter(None, (row.flag, "|".join(row.choices))))


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def matrix(name: str) -> str:
    """Return one capability matrix of v0.1: a line a channel, a column a kind; a blank cell has no row at all."""
    capabilities = load_specs().capabilities
    rows = [row for row in capabilities.rows_in(V0_1) if row.matrix == name]
    kinds = _in_order(row.kind for row in rows)
    states = {(row.channel, row.kind): STATES[row.state] for row in rows}
    return table(
        ("Channel", *kinds),
        (
            (capabilities.channels[channel].title, *(states.get((channel, kind), "") for kind in kinds))
            for channel in _in_order(row.channel for row in rows)
        ),
    )


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def matrix_v1(side: str) -> str:
    """Return what v1 has in one direction: a line a kind, a column a channel; what has no row is not possible."""
    capabilities = load_specs().capabilities
    cells = {(row.kind, row.channel) for row in capabilities.rows_in(V1) if row.direction == side}
    channels = capabilities.channels_in(V1)
    kinds = (kind for kind in capabilities.kinds if any(kind == each for each, _ in cells))
    return table(
        ("Kind", *(each.title for each in channels)),
        ((kind, *("yes" if (kind, each.name) in cells else "no" for each in channels)) for kind in kinds),
    )


def channels() -> str:
    """Return what each channel is called here and in each version, and which statuses it reports."""
    return table(
        ("Channel", "Here", *(f"In {dialect}" for dialect in FORMS), "Statuses"),
        (
            (
                each.title,
                _code(each.name),
                *(_code(each.names.get(dialect, "")) for dialect in FORMS),
                ", ".join(each.statuses),
            )
            for each in load_specs().capabilities.channels.values()
        ),
    )


def beyond() -> str:
    """Return what works in v0.1 though none of the matrices speaks of it."""
    capabilities = load_specs().capabilities

    def line(row: Row) -> tuple[str, ...]:
        return capabilities.channels[row.channel].title, row.kind, row.direction, STATES[row.state]

    rows = (line(row) for row in capabilities.rows_in(V0_1) if row.matrix == "beyond")
    return table(("Channel", "Kind", "Direction", "Supported"), rows)


def errors() -> str:
    """Return the table of asynchronous error codes, with the status that carries each in the versions that have it."""

    def line(each: ErrorCode) -> tuple[str, ...]:
        carriers = (_code(each.carried_by(dialect) if dialect in each.dialects else "") for dialect in FORMS)
        return _code(str(each.code)), each.label, each.meaning, *carriers

    heads = ("Code", "Label", "Meaning", *(f"In {dialect}" for dialect in FORMS))
    return table(heads, (line(each) for each in load_specs().errors.values()))


def problems() -> str:
    """Return the error answers of v1, the list of fields marked where the published one has it."""
    return table(
        ("Error", "Status", "Type", "Title", "When", "Lists fields"),
        (
            (each.name, str(each.status), _code(each.type or '""'), each.title, each.when, "yes" if each.lists else "")
            for each in V1Dialect(load_specs()).problems.documented
        ),
    )


def magic() -> str:
    """Return the table of magic values."""
    specs = load_specs()
    found = specs.magic
    titles = {each.name: each.title for each in V1Dialect(specs).problems.documented}

    def line(row: Magic) -> tuple[str, ...]:
        known = "yes" if row.documented else "no"
        of_answers = (known, titles[row.v1] if row.v1 else "the same") if row.answer is not None else ("", "")
        return _code(found.recipient(row)), _code(found.directive(row)), does(row), row.about, *of_answers

    heads = ("Recipient", "client_ref", "Does", "Means", "Known in v0.1", "Answer in v1")
    return table(heads, (line(each) for each in found.rows))


def searches() -> str:
    """Return which terms a search knows, by what is looked for."""
    abouts: tuple[About, ...] = ("messages", "requests", "deliveries", "entries")
    known = {about: searched(about) for about in abouts}
    fields = _in_order(field for each in known.values() for field in each if field != "has")
    terms = ((f"{field}:", [field in known[about] for about in abouts]) for field in fields)
    held = ((f"has:{word}", [word in words_of_has(about) for about in abouts]) for word in words_of_has("entries"))
    return table(
        ("Term", "Messages", "Requests", "Deliveries", "Journal, tail"),
        ((_code(name), *("yes" if each else "" for each in knows)) for name, knows in (*terms, *held)),
    )


def faults(on: str) -> str:
    """Return the table of the kinds of faults on one side."""
    kinds = (each for each in KINDS if each.on == on)
    return table(
        ("`do`", "What happens", "Members beside those of all"),
        ((_code(each.name), each.about, ", ".join(map(_code, each.takes))) for each in kinds),
    )


def coverage() -> str:
    """Return the table of the dimensions of coverage, each with how many cells it has and the first of them."""
    cells = cells_of(load_specs())
    by_name = {each.name: [cell for cell in cells if cell[0] == each.name] for each in DIMENSIONS}
    return table(
        ("Dimension", "A cell counts when", "Cells", "The first is"),
        (
            (each.title, each.about, str(len(by_name[each.name])), _code(name_of(by_name[each.name][0])))
            for each in DIMENSIONS
        ),
    )


def control() -> str:
    """Return the table of control routes."""
    return table(
        ("Verb", "Path", "For"),
        ((route.method, _paths(route), route.summary) for route in ROUTES),
    )


def _paths(route: ControlRoute) -> str:
    return ", ".join(_code(path) for path in (PREFIX + route.path, *route.aliases))


def commands() -> str:
    """Return the table of commands of the command line."""

    def line(callback: Callable[..., object], name: str | None) -> tuple[str, str]:
        summary = (inspect.getdoc(callback) or "").partition("\n")[0]
        return _code(f"mockserver {name or callback.__name__}"), summary

    return table(
        ("Command", "Does"),
        (line(each.callback, each.name) for each in program().registered_commands if each.callback is not None),
    )


def clients(found: Iterable[Run] | None = None) -> str:
    """Return what the runs of official clients showed, by default all that are written: a line a client and channel."""
    return table(
        ("Client", "API", "Channel", "Sent and accepted", "Status webhooks read", "Inbound webhooks read"),
        (_shown(run, channel) for run in found or runs() for channel in _in_order(row.channel for row in run.rows)),
    )


def _shown(run: Run, channel: str) -> tuple[str, ...]:
    rows = [row for row in run.rows if row.channel == channel]
    sent = _kinds((row, row.accepted) for row in rows if row.sent)
    statuses = _kinds((row, row.statuses) for row in rows)
    inbound = _kinds((row, row.inbound) for row in rows)
    return (
        f"{run.client} {run.version}",
        run.api,
        _code(channel),
        sent,
        "the same" if statuses and statuses == sent else statuses,
        inbound,
    )


def _kinds(claims: Iterable[tuple[Shown, bool | None]]) -> str:
    """Return the kinds a claim was made of, those of which it does not hold marked."""
    made = ((row.kind, claim) for row, claim in claims if claim is not None)
    return ", ".join(kind if holds else f"**not {kind}**" for kind, holds in made)


def scenarios() -> str:
    """Return the table of the bundled scenarios."""
    specs = load_specs()
    found = (load_scenario(path, specs=specs) for path in sorted((ROOT / "scenarios").glob("*.yaml")))
    return table(
        ("Scenario", "What happens"), ((f"[{each.id}]({Path(each.source).name})", each.about) for each in found)
    )


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "settings": settings,
    "capabilities-outbound": lambda: matrix("outbound"),
    "capabilities-inbound": lambda: matrix("inbound"),
    "capabilities-custom": lambda: matrix("custom"),
    "capabilities-beyond": beyond,
    "capabilities-v1-outbound": lambda: matrix_v1("outbound"),
    "capabilities-v1-inbound": lambda: matrix_v1("inbound"),
    "channels": channels,
    "errors": errors,
    "problems": problems,
    "magic": magic,
    "search": searches,
    "faults-answers": lambda: faults("answers"),
    "faults-webhooks": lambda: faults("webhooks"),
    "coverage": coverage,
    "control": control,
    "commands": commands,
    "scenarios": scenarios,
    "clients": clients,
    **{name: partial(table, *parts) for name, parts in client_pages.tables().items()},
    **{name: partial(table, *parts) for name, parts in scenario_keys.tables().items()},
}
BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    **TABLES,
    **{name: partial(str, text) for name, text in client_pages.texts().items()},
}
"""Everything that may stand between markers: the tables, and the code and notes of client pages."""


def written(text: str, tables: Mapping[str, Callable[[], str]] = BLOCKS) -> str:
    """Return a document with its tables written anew; raise KeyError for a table nobody knows."""
    return BLOCK.sub(lambda block: block["open"] + tables[block["name"]]() + block["close"], text)


def stale(paths: Iterable[Path], tables: Mapping[str, Callable[[], str]] = BLOCKS) -> dict[Path, str]:
    """Return the documents whose tables differ from the code, with what they should say."""
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    return {path: new for path, old in texts.items() if (new := written(old, tables)) != old}


def main(arguments: list[str]) -> int:
    """Write the stale documents, or with ``--check`` only name them; return the exit code."""
    differing = stale(documents())
    if "--check" in arguments:
        for path in differing:
            print(f"{path.relative_to(ROOT)}: its generated tables are stale; run `make docs`", file=sys.stderr)
        return 1 if differing else 0
    for path, text in differing.items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
