"""Writes the tables between markers in README.md and docs/ from the code; knows no prose.

A table stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``; the names are those of ``TABLES``.
``python -m docs.generate`` writes them, ``--check`` only says which are stale and then exits with 1.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import typer

from mockserver.cli import app
from mockserver.contract.specs import load_specs
from mockserver.core.capabilities import Row
from mockserver.settings import settings_table
from mockserver.web.control.table import PREFIX, ROUTES, ControlRoute

ROOT: Final = Path(__file__).parent.parent
STATES: Final = {"supported": "yes", "not_by_provider": "no", "not_by_channel": "n/a"}
BLOCK: Final = re.compile(
    r"(?P<open><!-- generated: (?P<name>[a-z-]+) -->\n).*?(?P<close><!-- end -->)", re.DOTALL
)


def documents(root: Path = ROOT) -> tuple[Path, ...]:
    """Return the documents that may hold generated tables."""
    return (root / "README.md", *sorted((root / "docs").glob("*.md")))


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
            (f"`{each.name}`", f"`{each.flag}`", f"`{each.env}`", _shown(each.default), each.help)
            for each in settings_table()
        ),
    )


def _shown(default: object) -> str:
    match default:
        case None | ():
            return ""
        case bool():
            return f"`{str(default).lower()}`"
        case tuple():
            return (
                "`"
                + ", ".join(f"{item:g}" if isinstance(item, float) else str(item) for item in default)
                + "`"
            )
        case float():
            return f"`{default:g}`"
        case _:
            return f"`{default}`"


def matrix(name: str) -> str:
    """Return one capability matrix: a line a channel, a column a kind; a blank cell has no row at all."""
    capabilities = load_specs().capabilities
    rows = [row for row in capabilities.rows if row.matrix == name]
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


def beyond() -> str:
    """Return what works though none of the matrices speaks of it."""
    capabilities = load_specs().capabilities

    def line(row: Row) -> tuple[str, ...]:
        return capabilities.channels[row.channel].title, row.kind, row.direction, STATES[row.state]

    rows = (line(row) for row in capabilities.rows if row.matrix == "beyond")
    return table(("Channel", "Kind", "Direction", "Supported"), rows)


def errors() -> str:
    """Return the table of asynchronous error codes."""
    return table(
        ("Code", "Label", "Meaning", "Status"),
        (
            (f"`{each.code}`", each.label, each.meaning, f"`{each.status}`")
            for each in load_specs().errors.values()
        ),
    )


def control() -> str:
    """Return the table of control routes."""
    return table(
        ("Verb", "Path", "For"),
        ((route.method, _paths(route), route.summary) for route in ROUTES),
    )


def _paths(route: ControlRoute) -> str:
    return ", ".join(f"`{path}`" for path in (PREFIX + route.path, *route.aliases))


def commands(doors: typer.Typer = app) -> str:
    """Return the table of commands of the command line."""

    def line(callback: Callable[..., object], name: str | None) -> tuple[str, str]:
        summary = (inspect.getdoc(callback) or "").partition("\n")[0]
        return f"`mockserver {name or callback.__name__}`", summary

    return table(
        ("Command", "Does"),
        (line(each.callback, each.name) for each in doors.registered_commands if each.callback is not None),
    )


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "settings": settings,
    "capabilities-outbound": lambda: matrix("outbound"),
    "capabilities-inbound": lambda: matrix("inbound"),
    "capabilities-custom": lambda: matrix("custom"),
    "capabilities-beyond": beyond,
    "errors": errors,
    "control": control,
    "commands": commands,
}


def written(text: str, tables: Mapping[str, Callable[[], str]] = TABLES) -> str:
    """Return a document with its tables written anew; raise KeyError for a table nobody knows."""
    return BLOCK.sub(lambda block: block["open"] + tables[block["name"]]() + block["close"], text)


def stale(paths: Iterable[Path], tables: Mapping[str, Callable[[], str]] = TABLES) -> dict[Path, str]:
    """Return the documents whose tables differ from the code, with what they should say."""
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    return {path: new for path, old in texts.items() if (new := written(old, tables)) != old}


def main(arguments: list[str]) -> int:
    """Write the stale documents, or with ``--check`` only name them; return the exit code."""
    differing = stale(documents())
    if "--check" in arguments:
        for path in differing:
            print(
                f"{path.relative_to(ROOT)}: its generated tables are stale; run `make docs`", file=sys.stderr
            )
        return 1 if differing else 0
    for path, text in differing.items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
