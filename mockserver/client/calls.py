"""Calls of the control API as values: what is asked, and what the answer means; knows no way to send one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias
from urllib.parse import quote, urlencode

import msgspec

from mockserver.errors import ConflictError, MockServerError, UnknownError, UnreachableError, UsageError
from mockserver.model import Json

Query: TypeAlias = str | int | float | bool | list[str] | None
"""A value of a query; ``None`` leaves it out."""

_PREFIX: Final = "/_mock/"
_REFUSALS: Final[Mapping[int, type[UsageError]]] = {404: UnknownError, 409: ConflictError}
_CLIENT_ERRORS: Final = range(400, 500)
_NOT_READY: Final = 503


@dataclass(frozen=True, slots=True)
class Call:
    """One call. ``patience_s`` is how long the server may take beyond the usual."""

    method: str
    path: str
    query: Mapping[str, Query] = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = "application/json"
    patience_s: float = 0.0

    @property
    def target(self) -> str:
        """The path with its query, as a request line has it."""
        given = {name: _written(value) for name, value in self.query.items() if value is not None}
        written = urlencode(given, doseq=True, errors="surrogateescape")
        return _PREFIX + quote(self.path, safe="/:%") + (f"?{written}" if written else "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content: bytes


class Transport(Protocol):
    """Carries calls, and waits for the answer."""

    def ask(self, call: Call) -> Answer:
        """Return the answer; raise UnreachableError if there is none."""
        ...


class AsyncTransport(Protocol):
    """Carries calls; the answer is awaited."""

    async def ask(self, call: Call) -> Answer:
        """Return the answer; raise UnreachableError if there is none."""
        ...


def call_of(
    method: str, path: str, body: Json = None, *, query: Mapping[str, Query] | None = None, patience_s: float = 0.0
) -> Call:
    """Return a call; a ``body`` that is text goes as it is, ``None`` is none, anything else goes as JSON."""
    query = query or {}
    for name, value in query.items():
        if not isinstance(value, str | int | float | list | None):
            raise UsageError(f"{name} is {value!r}, expected a text, a number or a list of texts")
    if isinstance(body, str):
        return Call(method, path, query, body.encode("utf-8", "surrogateescape"), "application/yaml", patience_s)
    return Call(method, path, query, None if body is None else _encoded(body), patience_s=patience_s)


def _encoded(body: Json) -> bytes:
    """Return a body as JSON; half a character, which msgspec does not write, is for the server to complain of."""
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:
        return json.dumps(body).encode()
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise UsageError(f"the body is {body!r:.80}, expected what can be written as JSON: {error}") from None


def meaning(call: Call, answer: Answer, url: str, fix: str = "Give the URL of one.") -> Json:
    """Return the JSON of an answer, ``None`` for an empty one; raise as the server says, if it says no.

    UsageError is for what cannot be asked, UnknownError for what there is not, ConflictError for what cannot be now.
    ``fix`` is what to do where something else answers.
    """
    if not answer.content and answer.status not in _CLIENT_ERRORS:
        return None
    try:
        found = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        what = f"What answers at {url} is no mockserver."
        raise UnreachableError(what, fix=fix) from None
    if answer.status < _CLIENT_ERRORS.start:
        return found
    raise _refusal(call, answer.status, found, url)


def _refusal(call: Call, status: int, problem: Json, url: str) -> MockServerError:
    if isinstance(problem, dict) and status in _CLIENT_ERRORS and "detail" in problem:
        kind = _REFUSALS.get(status, UsageError)
        return kind(str(problem["detail"]), where=problem.get("where"), fix=problem.get("fix"))
    said = problem.get("detail") if isinstance(problem, dict) else None
    words = f": {said}" if said else ""
    answered = "is not ready: it answered" if status == _NOT_READY else "answered"
    return UnreachableError(f"The server at {url} {answered} {status} to {call.method} {call.target}{words}.")


def _written(value: Query) -> str | int | float | list[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
