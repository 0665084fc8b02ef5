"""Writes the scenario file of what happened: what the users did as steps, what became of sends as rules.

It knows neither journal nor server; what happened comes to it as values, times in seconds of the account's clock.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from mockserver.model import Json
from mockserver.scenario.durations import spelt

GRAIN_S: Final = 0.01
"""Times are written to this: below it is what machines take, which differs from run to run."""
_PATIENCE_S: Final = 10
"""How long the system under test may take for what it does at once, in real time."""
_SHORTEST_PAUSE_S: Final = 0.05
"""What a system under test takes to react is no pause of its user."""
_HEADER: Final = """\
# Recorded from a live run. Times are those of the run; on a manual clock they pass at once.
# Texts must be exactly those that were sent: write {contains: ...} or {matches: ...} for what differs each time.
"""
_UNASKED: Final = """\
  # Nothing that was recorded made the system under test send this. If it is to be asked to, write here such as:
  # - http: {url: "${vars.sut}/...", json: {}}
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """A status a message took."""

    at_s: float
    status: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the system under test, and what became of it."""

    at_s: float
    channel: str
    kind: str
    sender: str
    recipient: str
    text: str
    moves: tuple[Moved, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A send that was refused for what the account is, and not for what was in it."""

    at_s: float
    channel: str
    kind: str
    status: int
    answer: Json


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of a user. ``answered`` is the first answer to its webhook."""

    at_s: float
    channel: str
    kind: str
    sender: str
    recipient: str
    content: Mapping[str, Json]
    answered: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the system under test is asked to do: ``url`` may be a path."""

    method: str
    url: str
    body: Json = None


Event: TypeAlias = Sent | Refused | Heard


@dataclass(frozen=True, slots=True)
class Recording:
    """What happened, in order. ``acknowledged`` counts webhooks by event; ``end_s`` is when the last thing happened.

    ``asked`` goes before the sends that no user's message led to, one each.
    """

    id: str
    events: tuple[Event, ...]
    end_s: float = 0.0
    asked: tuple[Asked, ...] = ()
    inbound_url: str | None = None
    status_url: str | None = None
    acknowledged: Mapping[str, int] = field(default_factory=dict)
    refused: int = 0
    violations: int = 0
    findings: int = 0
    faulted: int = 0


def written(recording: Recording) -> str:
    """Return the text of the scenario file that replays what was recorded."""
    writing = _Writing(recording)
    parts = (writing.head(), writing.rules(), writing.timeline(), writing.verify())
    return _HEADER + "\n".join("".join(each) for each in parts if each)


class _Writing:
    """One file being written."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._sut = _origin(recording.inbound_url or recording.status_url)
        self._names = _addresses(recording.events)
        self._vars = {"sut": self._sut or "http://127.0.0.1:8000", **{name: each for each, name in self._names.items()}}
        self._events = recording.events
        self._ids = _ids(recording.events)

    def head(self) -> list[str]:
        """Return what is said first, and the account."""
        recording = self._recording
        given = {"inbound_url": recording.inbound_url, "status_url": recording.status_url}
        lines = [f"scenario: {recording.id}\n", "clock: manual\n", "vars:\n"]
        lines += [f"  {name}: {flow(value)}\n" for name, value in self._vars.items()]
        lines += ["given:\n"] if any(given.values()) else []
        lines += [f"  {name}: {flow(self._at_sut(url))}\n" for name, url in given.items() if url is not None]
        return lines

    def rules(self) -> list[str]:
        """Return a rule for each send, in their order: those alike take the first that is not used up."""
        sends = [(index, each) for index, each in enumerate(self._events) if not isinstance(each, Heard)]
        return ["rules:\n", *(line for index, each in sends for line in self._rule(index, each))] if sends else []

    def _rule(self, index: int, event: Sent | Refused) -> Iterator[str]:
        when: dict[str, Json] = {"channel": event.channel, "kind": event.kind}
        if isinstance(event, Sent):
            when |= {"from": self._named(event.sender), "to": self._named(event.recipient)}
            when |= {"text": literal(event.text)} if event.text else {}
        yield f"  - id: {self._ids[index]}\n"
        yield f"    when: {flow({**when, 'times': 1})}\n"
        if isinstance(event, Refused):
            yield f"    respond: {flow({'status': event.status, 'body': literal(event.answer)})}\n"
            return
        yield f"    capture: {{{self._ids[index].replace('-', '_')}: message.uuid}}\n"
        yield "    then:\n" if event.moves else "    then: []\n"
        for each in event.moves:
            code = {} if each.code is None else {"code": each.code}
            yield f"      - {flow({'status': each.status, **code, 'after': _time(each.at_s - event.at_s)})}\n"

    def timeline(self) -> list[str]:
        """Return the steps: pauses, what the system under test is asked, what it sends, what users send."""
        steps = list(self._steps())
        return ["timeline:\n", *steps] if steps else []

    def _steps(self) -> Iterator[str]:
        now_s = 0.0
        due: list[_Due] = []
        asked = list(self._recording.asked)
        for index, event in enumerate(self._events):
            ready = [each.replayed_s for each in due if each.recorded_s <= event.at_s]
            now_s, pause = _until(max([_rounded(event.at_s), now_s, *ready]), now_s, is_needed=bool(ready))
            yield from pause
            due = [each for each in due if each.replayed_s > now_s]
            if isinstance(event, Heard):
                yield from self._inbound(event)
                continue
            due += _due(event, now_s)
            if not self._is_prompted(index, event):
                yield self._http(asked.pop(0)) if asked else _UNASKED
            within = spelt(_PATIENCE_S + round(max(event.at_s - self._before(index), 0.0)))
            yield f"  - await: {{rule: {self._ids[index]}, within: {within}}}\n"
        last_s = max([_rounded(self._recording.end_s), now_s, *(each.replayed_s for each in due)])
        yield from _until(last_s, now_s, is_needed=bool(due))[1]

    def _before(self, index: int) -> float:
        return self._events[index - 1].at_s if index else 0.0

    def _is_prompted(self, index: int, event: Sent | Refused) -> bool:
        """Return whether a message of a user led to a send: one of its recipient that was not answered yet."""
        if isinstance(event, Refused):
            return any(isinstance(each, Heard) for each in self._events[:index])
        for each in reversed(self._events[:index]):
            if isinstance(each, Heard) and each.sender == event.recipient:
                return True
            if isinstance(each, Sent) and each.recipient == event.recipient:
                return False
        return False

    def _inbound(self, event: Heard) -> Iterator[str]:
        content = {name: literal(each) for name, each in event.content.items()}
        parties = {"from": self._named(event.sender), "to": self._named(event.recipient)}
        yield f"  - inbound: {flow({'channel': event.channel, 'kind': event.kind, **parties, **content})}\n"
        if event.answered is not None:
            yield f"    expect: {{answered: {_class(event.answered)}}}\n"

    def _http(self, asked: Asked) -> str:
        url = f"${{vars.sut}}{asked.url}" if asked.url.startswith("/") else self._at_sut(asked.url)
        said = {"body": literal(asked.body)} if isinstance(asked.body, str) else {"json": self._with_names(asked.body)}
        step = {"method": asked.method, "url": url, **({} if asked.body is None else said)}
        return f"  - http: {flow(step)}\n"

    def verify(self) -> list[str]:
        """Return what must hold at the end."""
        recording = self._recording
        sent = sum(isinstance(each, Sent) for each in self._events)
        checks: list[Json] = [{"messages": {"direction": "outbound"}, "count": sent}]
        checks += [
            {"deliveries": {"event": event}, "acknowledged": True, "count": count}
            for event, count in recording.acknowledged.items()
        ]
        checks += [{"requests": {"verdict": "refused"}, "count": recording.refused}] if recording.refused else []
        checks += [{"violations": recording.violations}]
        checks += [{"findings": {"at_most": recording.findings} if recording.findings else 0}]
        note = f"  # {recording.faulted} requests met a fault on purpose; they are not replayed.\n"
        lines = [f"  - {flow(each)}\n" for each in checks]
        return ["verify:\n", *([note] if recording.faulted else []), *lines]

    def _named(self, address: str) -> str:
        return f"${{vars.{self._names[address]}}}"

    def _at_sut(self, url: str) -> str:
        return f"${{vars.sut}}{url.removeprefix(self._sut)}" if self._sut and url.startswith(self._sut) else url

    def _with_names(self, value: Json) -> Json:
        """Return a value with each address in it replaced by its name."""
        if isinstance(value, Mapping):
            return {name: self._with_names(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._with_names(each) for each in value]
        return self._named(value) if isinstance(value, str) and value in self._names else literal(value)


def _addresses(events: Iterable[Event]) -> dict[str, str]:
    """Return a name for each address: ``user``, or ``user_1``, ``user_2`` where there are several."""
    own: dict[str, None] = {}
    users: dict[str, None] = {}
    for each in events:
        if isinstance(each, Sent):
            own[each.sender], users[each.recipient] = None, None
        elif isinstance(each, Heard):
            own[each.recipient], users[each.sender] = None, None
    return {**_numbered("sender", own), **_numbered("user", [each for each in users if each not in own])}


def _numbered(name: str, addresses: Iterable[str]) -> dict[str, str]:
    listed = list(addresses)
    if len(listed) == 1:
        return {listed[0]: name}
    return {each: f"{name}_{number}" for number, each in enumerate(listed, 1)}


def _ids(events: tuple[Event, ...]) -> dict[int, str]:
    """Return the ids of rules by the places of their sends among the events."""
    found: dict[int, str] = {}
    for word, kind in (("message", Sent), ("refused", Refused)):
        places = [index for index, each in enumerate(events) if isinstance(each, kind)]
        found |= {index: f"{word}-{number}" for number, index in enumerate(places, 1)}
    return found


@dataclass(frozen=True, slots=True)
class _Due:
    """A status that is still to come: when it did in the run, and when it does in the replay."""

    recorded_s: float
    replayed_s: float


def _due(event: Sent | Refused, now_s: float) -> list[_Due]:
    moves = event.moves if isinstance(event, Sent) else ()
    return [_Due(each.at_s, now_s + _rounded(each.at_s - event.at_s)) for each in moves]


def _until(at_s: float, now_s: float, *, is_needed: bool) -> tuple[float, list[str]]:
    """Return when it is after a pause, and its step: none if it is short, unless something is due in it."""
    pause_s = max(at_s - now_s, GRAIN_S) if is_needed else at_s - now_s
    if not is_needed and pause_s < _SHORTEST_PAUSE_S:
        return now_s, []
    return now_s + pause_s, [f"  - sleep: {_time(pause_s)}\n"]


def _origin(url: str | None) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _rounded(seconds: float) -> float:
    return round(max(seconds, 0.0) / GRAIN_S) * GRAIN_S


def _time(seconds: float) -> str:
    return spelt(round(_rounded(seconds), 3))


def _class(status: int) -> str:
    return "2xx" if status // 100 == 2 else str(status)  # noqa: PLR2004 - the class of answers that say yes


def literal(value: Json) -> Json:
    """Return a value in which nothing is an expression."""
    if isinstance(value, Mapping):
        return {name: literal(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [literal(each) for each in value]
    return value.replace("${", "$${") if isinstance(value, str) else value


def flow(value: Json) -> str:
    """Return a value on one line of YAML: bare where a word cannot be taken for anything else, else as JSON."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(name)}: {flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    return value if _is_bare(value) else _quoted(value)


def _is_bare(text: str) -> bool:
    is_word = text.replace("_", "a").replace(".", "a").isalnum() and text.isascii() and text[0].isalpha()
    is_time = text[-1:] in {"s", "m", "h", "d"} and text[:1].isdecimal() and text.isascii() and text.isalnum()
    return (is_word and text.lower() not in _TAKEN) or is_time


_TAKEN: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that some reader of YAML takes for something other than a text."""


def _quoted(text: str) -> str:
    """Return a text between quotes, whatever cannot be seen written as an escape."""
    return "".join(
        each if each.isprintable() else json.dumps(each)[1:-1] for each in json.dumps(text, ensure_ascii=False)
    )
