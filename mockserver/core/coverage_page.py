"""Writes a report of coverage as one page of HTML that needs nothing beside it; knows no file and no server."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from mockserver.core.cells import RECEIPT, Cell, Dimension, name_of
from mockserver.core.coverage import Goals, Report, Share, Shortfall, shortfalls
from mockserver.core.coverage_style import STYLE

_ONCE: Final = "times"
"""The one column of a dimension that has no other part than the one that runs down."""
_SEVERAL: Final = 2
"""How many parts a dimension has beside the one that runs down, if it is shown as several tables."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page tells beside the report: whose it is, when it was made, what its goals are.

    ``notes`` say what a part means, by dimension and part: ``{("code", "1320"): "Invalid template"}``.
    """

    about: str
    made_at: str
    goals: Goals = field(default_factory=Goals)
    notes: Mapping[tuple[str, str], str] = field(default_factory=dict)


def page_of(report: Report, page: Page) -> str:
    """Return the page: totals, goals, then a table for each dimension of what the goals let count."""
    counted = report.only(page.goals.only)
    missed = shortfalls(report, page.goals)
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Contract coverage {counted.percent:.1f} %</title><style>{STYLE}</style></head><body>",
        *_header(counted, page),
        *_goals(page.goals, missed),
        *_navigation(counted.shares()),
        *(line for share in counted.shares() for line in _section(share, counted, page)),
        *_beyond(counted.beyond),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _header(report: Report, page: Page) -> Iterator[str]:
    yield f"<header><h1>Coverage of the contract</h1><p class=soft>{escape(page.about)}, {escape(page.made_at)}</p>"
    yield f'<div class="card"><div class=total><b>{report.percent:.1f} %</b>'
    yield f"<span>{report.covered} of {report.total} cells were exercised</span></div>"
    yield _bar(report.covered, report.total)
    if page.goals.only:
        yield f"<p class=soft>Only these count: {_codes(page.goals.only)}</p>"
    yield '<p class="key soft"><span><i class=yes>3</i>exercised, so often</span>'
    yield "<span><i class=no>0</i>never exercised</span><span>blank: not in the contract</span></p></div></header>"


def _goals(goals: Goals, missed: Sequence[Shortfall]) -> Iterator[str]:
    if goals.fail_under is None and not goals.required:
        return
    word, name = ("no", "Goals missed") if missed else ("yes", "Goals reached")
    yield f'<section class="card"><h2><span class="verdict {word}">{name}</span></h2>'
    least = [] if goals.fail_under is None else [f"at least {goals.fail_under:g} %"]
    required = [f"required: {_codes(goals.required)}"] if goals.required else []
    yield f"<p class=soft>Asked for: {'; '.join([*least, *required])}</p>"
    for each in missed:
        yield f"<details><summary>{escape(each.says)}</summary><p>{_codes(map(name_of, each.missing))}</p></details>"
    yield "</section>"


def _codes(texts: Iterable[str]) -> str:
    return ", ".join(f"<code>{escape(each)}</code>" for each in texts)


def _navigation(shares: Iterable[Share]) -> Iterator[str]:
    yield '<nav aria-label="Dimensions">'
    for each in shares:
        name = each.dimension.name
        yield f"<a href=#{name}><span><b>{each.dimension.title}</b><i>{each.percent:.1f} %</i></span>"
        yield f"{_bar(each.covered, each.total)}<span class=soft>{each.covered} of {each.total}</span></a>"
    yield "</nav>"


def _bar(covered: int, total: int) -> str:
    return f'<div class=bar aria-hidden=true><i style="width:{covered * 100 / (total or 1):.1f}%"></i></div>'


def _section(share: Share, report: Report, page: Page) -> Iterator[str]:
    dimension = share.dimension
    yield f'<details open class="card" id={dimension.name}><summary><h2>{dimension.title}</h2>'
    yield f"<span class=soft>{share.covered} of {share.total}</span></summary>"
    yield f"<p class=soft>A cell counts when {dimension.about}.</p>"
    counts = {cell[1:]: count for cell, count in report.counts.items() if cell[0] == dimension.name}
    yield "<div class=side>"
    for first in _values(counts, 0) if len(dimension.others) == _SEVERAL else ("",):
        yield f"<div><h3>{_title(dimension.parts[0], first)}</h3>" if first else "<div>"
        yield from _matrix(dimension, {cell: count for cell, count in counts.items() if first in {"", cell[0]}}, page)
        yield "</div>"
    yield "</div>"
    yield "</details>"


def _title(part: str, value: str) -> str:
    return "Receipts of the older SMS API" if value == RECEIPT else f"{part.capitalize()} {escape(value)}"


def _matrix(dimension: Dimension, counts: Mapping[Cell, int], page: Page) -> Iterator[str]:
    """Yield a table; that of a dimension of one part has one column."""
    place = dimension.others[-1] if dimension.others else None
    across = (_ONCE,) if place is None else _values(counts, place)
    cells = {(cell[dimension.down], _ONCE if place is None else cell[place]): cell for cell in counts}
    heads = "".join(f"<th scope=col>{escape(each)}</th>" for each in (dimension.parts[dimension.down], *across))
    yield f"<div class=wide><table><thead><tr>{heads}</tr></thead><tbody>"
    for down in _values(counts, dimension.down):
        note = page.notes.get((dimension.name, down), "")
        small = f"<small>{escape(note)}</small>" if note else ""
        row = "".join(_count(cells.get((down, each)), counts, dimension.name) for each in across)
        yield f"<tr><th scope=row>{escape(down).replace('/', '/<wbr>')}{small}</th>{row}</tr>"
    yield "</tbody></table></div>"


def _values(counts: Iterable[Cell], place: int) -> tuple[str, ...]:
    """Return what stands at a place of cells, in their order; numbers in theirs."""
    found = tuple(dict.fromkeys(cell[place] for cell in counts))
    return tuple(sorted(found, key=int)) if all(map(str.isdecimal, found)) else found


def _count(cell: Cell | None, counts: Mapping[Cell, int], dimension: str) -> str:
    if cell is None:
        return "<td></td>"
    count = counts[cell]
    return f'<td class={"yes" if count else "no"} title="{escape(name_of((dimension, *cell)))}">{count}</td>'


def _beyond(beyond: Mapping[Cell, int]) -> Iterator[str]:
    if not beyond:
        return
    yield '<section class="card"><h2>Beyond the contract</h2>'
    yield "<p class=soft>Met as well, though no document has it; it counts for nothing.</p><ul>"
    for cell, count in beyond.items():
        yield f"<li><code>{escape(name_of(cell))}</code> {count}</li>"
    yield "</ul></section>"
