"""What happened in the demo as lines of who did what to whom, from the server's journal; values only."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from mockserver.demo.plot import REMINDERS, Seen
from mockserver.model import Json

API, SERVICE, USER, STRANGER = "API", "booking", "user", "stranger"
CHANNELS: Final = {each.wire_name: each.channel for each in REMINDERS}
TOGETHER: Final = timedelta(milliseconds=250)
"""How far apart things of one series may be to be told as one."""
_NO_ANSWER: Final = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. ``answer`` is the HTTP status it got, if it was a request.

    Lines of the same ``series`` that follow each other closely are told as one. ``notes`` are pairs of a
    label and a value, shown beneath.
    """

    at: datetime
    source: str
    target: str
    answer: str
    what: str
    series: str = ""
    notes: tuple[tuple[str, str], ...] = ()


def timeline(seen: Seen) -> list[Line]:
    """Return what happened, oldest first: the server's journal, and the one call it cannot know of."""
    forged = Line(seen.forged_at, STRANGER, SERVICE, str(seen.forged.status), "a status without a signature")
    lines = [line for entry in seen.entries if (line := _line(entry, seen)) is not None]
    return together(sorted([forged, *lines], key=lambda line: line.at))


def together(lines: list[Line]) -> list[Line]:
    """Return the lines with each run of one series, close in time and answered alike, made one."""
    told: list[Line] = []
    for line in lines:
        if told and line.series and _is_next(told[-1], line):
            told[-1] = replace(told[-1], what=f"{told[-1].what}, {line.what}")
        else:
            told.append(line)
    return told


def _is_next(last: Line, line: Line) -> bool:
    alike = (last.source, last.series, last.answer) == (line.source, line.series, line.answer)
    return alike and line.at - last.at < TOGETHER


def _line(entry: Json, seen: Seen) -> Line | None:
    """Return a journal entry as a line; ``None`` for a change of status, which its webhook tells."""
    at = datetime.fromisoformat(entry["at"])
    match entry:
        case {"kind": "status"}:
            return None
        case {"request": request}:
            answer = str(request["status"])
            what = in_words(request["body"]) or entry["about"]
            return Line(at, SERVICE, API, answer, what, notes=_notes(request["violations"]))
        case {"attempt": attempt, "delivery": delivery, "message_uuid": uuid}:
            return _webhook(attempt, _event(delivery, seen), _message(uuid, seen)["channel"])
        case {"kind": "inbound", "message_uuid": uuid}:
            message = _message(uuid, seen)
            return Line(at, USER, API, "", f"{message['channel']}: {json.dumps(message['text'])}")
        case _:
            return Line(at, API, "", "", entry["about"])


def in_words(body: str) -> str | None:
    """Return a request to send a text in words, ``None`` if the body is something else."""
    try:
        read = json.loads(body)
    except ValueError:
        return None
    match read:
        case {"to": {"type": str(channel), **address}, "message": {"content": {"text": text}}}:
            user = ", ".join(map(str, address.values()))
            return f"{CHANNELS.get(channel, channel)} to {user}: {json.dumps(text)}"
        case _:
            return None


def _notes(violations: list[Json]) -> tuple[tuple[str, str], ...]:
    labels = (("field", "name"), ("found", "found"), ("expected", "expected"), ("nearest", "nearest"))
    return tuple((label, _plain(each[name])) for each in violations for label, name in labels if each[name])


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _webhook(attempt: Json, event: str, channel: str) -> Line:
    tried = "" if attempt["number"] == 1 else f" (try {attempt['number']})"
    error = f" ({attempt['error']})" if attempt["error"] else ""
    return Line(
        at=datetime.fromisoformat(attempt["at"]),
        source=API,
        target=SERVICE,
        answer=str(attempt["status"] or _NO_ANSWER),
        what=channel + error,
        series=event + tried,
    )


def _event(delivery: str, seen: Seen) -> str:
    return next(str(each["event"]) for each in seen.deliveries if each["id"] == delivery)


def _message(uuid: str, seen: Seen) -> Json:
    return next(each for each in seen.messages if each["message_uuid"] == uuid)
