"""Writes the scenario file that makes a finding happen again; knows no file and runs nothing."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, assert_never
from urllib.parse import urlsplit

import msgspec

from mockserver.fuzz.cases import Event, Talk, one_line
from mockserver.fuzz.checks import CHECKS
from mockserver.fuzz.trial import Asked, Looked, Posted, Quiet, Step, WebhookFinding
from mockserver.model import Json
from mockserver.scenario.durations import spelt
from mockserver.scenario.recorded import Asked as Request
from mockserver.scenario.recorded import flow, literal

USER: Final = "{user}"
"""What stands for a user nobody had before, in what the system under test is asked to do."""
_PATIENCE: Final = "10s"


@dataclass(frozen=True, slots=True)
class Around:
    """Where and how a finding was made. ``asks`` are the requests that make the system under test send.

    ``secret`` is what its webhooks were signed with, ``None`` if that is the usual one.
    """

    urls: Mapping[Event, str]
    asks: tuple[Request, ...] = ()
    state_url: str = ""
    secret: str | None = None
    seed: int = 0
    patience_s: float = 5.0
    settle_s: float = 0.5


def written(finding: WebhookFinding, around: Around) -> str:
    """Return the text of the scenario file of a finding."""
    return "".join(_Writing(finding, around).lines())


class _Writing:
    """One file being written."""

    def __init__(self, finding: WebhookFinding, around: Around) -> None:
        self._finding = finding
        self._around = around
        self._sut = _origin(next(iter(around.urls.values())))
        self._asked = next((each for each in finding.case.steps if isinstance(each, Asked)), None)

    def lines(self) -> Iterator[str]:
        """Yield the file."""
        finding = self._finding
        claim = next(each.claims for each in CHECKS if each.name == finding.check)
        yield f"# Found by mockserver fuzz, seed {self._around.seed}: {one_line(finding.said).rstrip('.')}.\n"
        yield f"# It must hold that {claim}.\n"
        yield f"scenario: {finding.name}\n"
        yield f"vars: {flow(self._vars())}\n"
        yield f"given: {flow(self._given())}\n"
        yield "timeline:\n"
        for each in finding.case.steps:
            yield from self._step(each)

    def _vars(self) -> dict[str, Json]:
        user = {} if self._asked is None else {"user": self._asked.user}
        return {"sut": self._sut, **user}

    def _given(self) -> dict[str, Json]:
        secret = {} if self._around.secret is None else {"signature_secret": self._around.secret}
        return {"inbound_url": "", "status_url": "", **secret}

    def _step(self, step: Step) -> Iterator[str]:
        match step:
            case Asked():
                yield from self._ask(step)
            case Posted():
                yield from self._post(step)
            case Quiet():
                yield from self._quiet(step)
            case Looked():
                yield from self._look(step)
            case _:
                assert_never(step)

    def _ask(self, step: Asked) -> Iterator[str]:
        asked = self._around.asks[step.number]
        url = f"${{vars.sut}}{asked.url}" if asked.url.startswith("/") else self._at_sut(asked.url)
        body = with_user(asked.body, "\0")
        said = {"body": _user(literal(body))} if isinstance(body, str) else {"json": _user(literal(body))}
        step_of = {"method": asked.method, "url": url.replace(USER, "${vars.user}")}
        yield f"  - http: {flow({**step_of, **({} if body is None else said)})}\n"
        if step.talk is not None:
            yield f'  - await: {{messages: {{direction: outbound, to: "${{vars.user}}"}}, within: {_PATIENCE}}}\n'
            yield "    capture: {uuid: message.uuid}\n"

    def _post(self, step: Posted) -> Iterator[str]:
        token = {} if step.token is None else {"token": step.token}
        http = {
            "method": "POST",
            "url": self._at_sut(self._around.urls[step.event]),
            "headers": {"Content-Type": "application/json"},
            **self._content(step.content),
            **token,
        }
        yield f"  - name: {step.event} webhook\n"
        yield f"    http: {flow(http)}\n"
        if step.wanted is not None:
            yield f"    expect: {flow({'answered': list(step.wanted), 'within': spelt(self._around.patience_s)})}\n"

    def _content(self, content: bytes) -> dict[str, Json]:
        """Return a body as it is best read that is sent as the very same bytes."""
        try:
            value = msgspec.json.decode(content)
            if msgspec.json.encode(value) == content:
                return {"json": self._named(literal(value))}
        except (msgspec.DecodeError, RecursionError):
            pass
        try:
            return {"body": self._named(literal(content.decode()))}
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(content).decode()}

    def _named(self, value: Json) -> Json:
        """Return a value with the uuid and the user that the replay has in the place of those that were."""
        talk = None if self._asked is None else self._asked.talk
        return value if talk is None else _swapped(value, _names(talk))

    def _quiet(self, step: Quiet) -> Iterator[str]:
        sent = {"messages": {"direction": "outbound"}}
        watched = spelt(max(self._around.settle_s * 2, 1.0))
        if step.is_most:
            yield "  - name: and sends nothing for it\n"
            yield f"    expect: {flow({**sent, 'at_most': step.sends, 'within': watched})}\n"
        elif step.sends:
            yield f"  - await: {flow({**sent, 'count': step.sends, 'within': _PATIENCE})}\n"

    def _look(self, step: Looked) -> Iterator[str]:
        yield f"  - http: {flow({'url': self._at_sut(self._around.state_url)})}\n"
        if step.is_same:
            yield '    expect: {answered: 2xx, text: {equals: "${state}"}}\n'
        else:
            yield "    capture: {state: answer.text}\n"

    def _at_sut(self, url: str) -> str:
        return f"${{vars.sut}}{url.removeprefix(self._sut)}" if url.startswith(self._sut) else url


def with_user(value: Json, user: str) -> Json:
    """Return what the system under test is asked, with a user in the place of ``{user}``."""
    return _swapped(value, {USER: user})


def _user(value: Json) -> Json:
    return _swapped(value, {"\0": "${vars.user}"})


def _names(talk: Talk) -> dict[str, str]:
    return {talk.uuid: "${uuid}", talk.recipient: "${vars.user}"}


def _swapped(value: Json, names: Mapping[str, str]) -> Json:
    """Return a value with pieces of its texts replaced."""
    if isinstance(value, Mapping):
        return {name: _swapped(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [_swapped(each, names) for each in value]
    if not isinstance(value, str):
        return value
    for old, new in names.items():
        value = value.replace(old, new)
    return value


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
