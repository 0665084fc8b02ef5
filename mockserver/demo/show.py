"""How the demo looks: the timeline, the service's own view and the verdict as text of a given width."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from typing import Final

from mockserver.demo.plot import Seen
from mockserver.demo.timeline import CHANNELS, Line, timeline
from mockserver.demo.verdict import Check

_BOLD, _GREEN, _YELLOW, _RED, _DIM = "1", "32", "33", "31;1", "2"
_INDENT: Final = 33
"""Where the last column of the timeline begins, so that 80 columns hold the longest line of a good run."""
_LABEL: Final = 8
_CLAIM: Final = 10
_MISSING: Final = "missing: "
_NARROWEST: Final = 20
_WIDEST: Final = 100


@dataclass(frozen=True, slots=True)
class Style:
    """How to write: the width in columns, and whether in colour."""

    width: int = 80
    colour: bool = False

    def heading(self, text: str) -> str:
        """Return a heading."""
        return self._paint(text, _BOLD)

    def good(self, text: str) -> str:
        """Return good news."""
        return self._paint(text, _GREEN)

    def bad(self, text: str) -> str:
        """Return bad news."""
        return self._paint(text, _RED)

    def quiet(self, text: str) -> str:
        """Return what the eye may skip."""
        return self._paint(text, _DIM)

    def answer(self, text: str) -> str:
        """Return the status of an answer."""
        return self._paint(text, _GREEN if text.startswith("2") else _YELLOW)

    def folded(self, text: str, indent: int) -> list[str]:
        """Return the text in lines that fit to the right of an indent; the first one without it."""
        first, *rest = wrap(text, max(self.width - indent, _NARROWEST)) or [""]
        return [first, *(" " * indent + each for each in rest)]

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text.strip() else text


def style_for(environ: Mapping[str, str], columns: int, *, colour: bool) -> Style:
    """Return the style for a terminal; NO_COLOR in the environment, unless empty, rules colour out."""
    return Style(min(columns, _WIDEST), colour and not environ.get("NO_COLOR"))


def report(seen: Seen, verdict: tuple[Check, ...], style: Style) -> Iterator[str]:
    """Yield the lines of the report."""
    lines = timeline(seen)
    yield style.heading("What happened (seconds, from -> to, HTTP status)")
    for line in lines:
        yield from _told(line, lines[0].at, style)
    yield ""
    yield style.heading("What the booking service knows (GET /reminders)")
    yield from _known(seen)
    yield ""
    yield style.heading("Verdict")
    for check in verdict:
        yield from _judged(check, style)


def failure(what: str, log: list[str], style: Style) -> Iterator[str]:
    """Yield the lines that say the demo failed, with the end of the service's log."""
    yield f"{style.bad('FAILED')}  {what}"
    yield ""
    yield style.heading("The end of the booking service's log")
    yield from (f"  {line}" for line in log or ["(empty)"])


def _told(line: Line, start: datetime, style: Style) -> Iterator[str]:
    moment = style.quiet(f"{(line.at - start).total_seconds():5.2f}")
    way = f"{line.source:<8} {'->' if line.target else '  '} {line.target:<7}"
    what = f"{line.series}: {line.what}" if line.series else line.what
    first, *rest = style.folded(what, _INDENT)
    yield f"{moment}  {way}  {style.answer(f'{line.answer:<3}')}  {first}"
    yield from rest
    for label, value in line.notes:
        first, *rest = style.folded(value, _INDENT + _LABEL + 2)
        yield " " * _INDENT + style.quiet(f"{label:<{_LABEL}}") + f"  {first}"
        yield from rest


def _known(seen: Seen) -> Iterator[str]:
    for each in seen.reminders:
        channel, address = CHANNELS[each["to"]["type"]], each["to"].get("number") or each["to"].get("id")
        yield f"  {channel:<9}  {address:<16}  {each['status']:<9}  {', '.join(each['history'])}".rstrip()
        if each["confirms"]:
            yield f"  {'':<9}  sent to confirm: {json.dumps(each['text'])}"
        for reply in each["replies"]:
            yield f"  {'':<9}  heard in reply: {json.dumps(reply.get('text'))}"


def _judged(check: Check, style: Style) -> Iterator[str]:
    first, *rest = style.folded(check.claim, _CLAIM)
    yield f"  {style.good('ok    ') if check.is_ok else style.bad('FAILED')}  {first}"
    yield from rest
    indent = _CLAIM + len(_MISSING)
    for each in check.missing:
        first, *rest = style.folded(each, indent)
        yield f"{_MISSING:>{indent}}{first}"
        yield from rest
