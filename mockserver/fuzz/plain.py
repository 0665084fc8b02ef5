"""The plain cases that come before any chance: each odd body, member, text, token, word and failure by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import msgspec

from mockserver.core.places import Place, path, places, put, removed
from mockserver.core.scenario_values import TokenForm
from mockserver.fuzz.cases import Case, Event, Hook, Material, Talk
from mockserver.model import Direction, Json, Message, Move, Status
from mockserver.service.versions import Versions
from mockserver.strategies.texts import JUST_TOO_LONG
from mockserver.wire.forging import WRONG

_AT: Final = datetime(2024, 1, 1, 12, tzinfo=UTC)
_UUID: Final = "c0ffee00-0000-4000-8000-000000000000"
_USER: Final = "12015550199"
_US: Final = "447700900010"
_TWICE: Final = 2
ODD: Final[tuple[Json, ...]] = (
    *(None, {}, [], "", 0, True, -1, 10**20, 1e300, " ", "nonsense", "\0", "x" * 5000, [None], ["x"], {"x": None}),
)
"""Values where others belong."""
STRANGER: Final = "x_new"
_FEW_ODD: Final = ODD[:6]
ODD_TEXTS: Final = (
    *("x", " ", "0", "null", "true", "'; --", "<b>", "%s{0}", "${x}", "{{1}}", "\\", '"', "\n", "\0", "\x7f", "\ufeff"),
    *("é", "👍", "👩‍👩‍👧‍👦", "\u0644\u0627", "\u202eabc", "\u200b"),
    *JUST_TOO_LONG,
    *("x" * 1600, "👍" * 500),
)
"""Texts that programs stumble over: of GSM, of UCS-2, beyond both, from right to left, without width, at the ends."""
_DEPTH: Final = 5000
"""Deeper than the parsers of most languages go."""
_NOISE: Final[Mapping[str, bytes]] = {
    "no body": b"",
    "no JSON": b"nonsense",
    "null": b"null",
    "a number": b"0",
    "a text": b'"text"',
    "a list": b"[]",
    "an empty object": b"{}",
    "a list of objects": b"[{}]",
    "no UTF-8": b'{"message_uuid": "\xff\xfe"}',
    "half a character": b'{"message_uuid": "\\ud800"}',
    "a number of 5000 digits": b'{"message_uuid": ' + b"9" * 5000 + b"}",
    "no number": b'{"message_uuid": NaN}',
    "a form": b"message_uuid=1&status=delivered",
    "lists in lists": b"[" * _DEPTH + b"]" * _DEPTH,
    "objects in objects": b'{"a":' * _DEPTH + b"1" + b"}" * _DEPTH,
}
"""Bodies that are no webhook at all, and what they are."""


class Plain:
    """Lists the plain cases of some material; their bodies are written by the server's own dialects."""

    def __init__(self, material: Material, documents: Versions) -> None:
        self._material = material
        self._documents = documents

    def cases(self) -> Iterator[Case]:
        """Yield all plain cases, the many of members missing or wrong last."""
        yield from self._noise()
        yield from map(_alone, self._grown())
        if "inbound" in self._material.events:
            yield from map(_alone, self._texts())
        if self._material.is_signed:
            yield from map(_alone, self._tokens())
        for number, talk in enumerate(self._material.talks):
            if "inbound" in self._material.events:
                yield from (Case((each,), number) for each in self._replies(talk))
            if "status" in self._material.events:
                yield from (Case((each,), number) for each in self._failures(talk))
        yield from map(_alone, self._spoilt())

    def _noise(self) -> Iterator[Case]:
        for event in self._material.events:
            yield from (_alone(Hook(event, raw, "broken", about=about)) for about, raw in _NOISE.items())

    def _spoilt(self) -> Iterator[Hook]:
        """Yield one webhook of each event and version with each of its members missing, and wrong in some ways."""
        for event, body in self._bodies():
            for place in (each for each, _ in places(body) if each):
                yield Hook(event, removed(body, place), "broken", about=f"{path(place)} is missing")
                for value in _FEW_ODD:
                    yield Hook(event, put(body, place, value), "broken", about=f"{path(place)} is wrong")

    def _grown(self) -> Iterator[Hook]:
        """Yield one webhook of each event and version with a member more in each of its objects."""
        for event, body in self._bodies():
            for place in (each for each, value in places(body) if isinstance(value, dict)):
                yield with_stranger(Hook(event, body), place, "new")

    def _texts(self) -> Iterator[Hook]:
        for version in self._material.versions:
            channel = next((each for each in self._material.channels if self._takes_texts(version, each)), None)
            if channel is not None:
                yield from (Hook("inbound", self._inbound(version, channel, each)) for each in ODD_TEXTS)

    def _tokens(self) -> Iterator[Hook]:
        forms: tuple[TokenForm, ...] = tuple(WRONG)
        return (Hook(event, body, token=form) for event, body in self._bodies() for form in forms)

    def _replies(self, talk: Talk) -> Iterator[Hook]:
        """Yield an answer of each word, which comes twice, and one that is not signed."""
        if self._takes_texts(talk.version, talk.channel):
            for word in self._material.words:
                body = self._inbound(talk.version, talk.channel, word)
                if self._material.is_signed:
                    yield Hook("inbound", body, token="unsigned", is_ours=True)  # noqa: S106 - the name of a form
                yield Hook("inbound", body, copies=_TWICE, is_ours=True)

    def _failures(self, talk: Talk) -> Iterator[Hook]:
        """Yield the failure of a message by each error code, which comes twice."""
        channel = self._documents.specs.capabilities.channels[talk.channel]
        for error in self._documents.specs.errors.values():
            status = Status(error.carried_by(talk.version))
            if talk.version in error.dialects and status in channel.statuses:
                body = self._status(talk.version, talk.channel, status, error.code)
                yield Hook("status", body, copies=_TWICE, is_ours=True, about=error.label)

    def _bodies(self) -> Iterator[tuple[Event, Json]]:
        """Yield a plain webhook of each event and version, on the first channel that has one."""
        for version in self._material.versions:
            for channel in (each for each in self._material.channels if self._takes_texts(version, each)):
                if "inbound" in self._material.events:
                    yield "inbound", self._inbound(version, channel, "Hello")
                if "status" in self._material.events:
                    yield "status", self._status(version, channel, Status.SUBMITTED)
                break

    def _takes_texts(self, version: str, channel: str) -> bool:
        rows = self._documents.specs.capabilities.rows_in(version)
        wanted = ("inbound", channel, "text")
        return any((each.direction, each.channel, each.kind) == wanted and each.schema for each in rows)

    def _inbound(self, version: str, channel: str, text: str) -> Json:
        row = self._documents.specs.capabilities.channels[channel]
        message = _message(version, channel, text)
        return _plain(self._documents.dialects[version].inbound_body(message, row))

    def _status(self, version: str, channel: str, status: Status, code: int | None = None) -> Json:
        specs = self._documents.specs
        row, error = specs.capabilities.channels[channel], None if code is None else specs.errors[code]
        message = msgspec.structs.replace(_message(version, channel, ""), direction=Direction.OUTBOUND)
        message = msgspec.structs.replace(message, sender=_US, recipient=_USER)
        return _plain(self._documents.dialects[version].status_body(message, row, Move(status, _AT, code), error))


def with_stranger(hook: Hook, place: Place, value: Json) -> Hook:
    """Return a webhook with a member that nobody knows yet, in the object at a place."""
    inside = (*place, STRANGER)
    return replace(hook, body=put(hook.body, inside, value), sort="unknown", about=f"with the unknown {path(inside)}")


def _alone(hook: Hook) -> Case:
    return Case((hook,))


def _message(version: str, channel: str, text: str) -> Message:
    return Message(
        uuid=_UUID,
        account="fuzz",
        direction=Direction.INBOUND,
        dialect=version,
        channel=channel,
        kind="text",
        sender=_USER,
        recipient=_US,
        content={"text": text},
        at=_AT,
        status=Status.RECEIVED,
    )


def _plain(body: Json) -> Json:
    """Return a body as JSON has it, whatever the dialect wrote it with."""
    return msgspec.json.decode(msgspec.json.encode(body))
