"""Error answers of every operation, as the documents have them: status, headers and body."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Final, TypeAlias

from hypothesis import strategies as st

from mockserver.contract.schemas import expanded
from mockserver.model import Json
from mockserver.strategies.known import Values, chosen, documents, version_named
from mockserver.strategies.making import Making, patterned
from mockserver.strategies.texts import texts

_FIRST_ERROR: Final = 400
_MOST_CHARS: Final = 200
_VERBS: Final = ("get", "post", "put", "patch", "delete")
_TRACE: Final = "instance"
"""The member whose value a header repeats."""
_TRACES: Final = patterned("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """An answer that tells an error; some have no body, ``None``.

    ``document`` is the one it stands in, such as ``messages-v1``.
    """

    status: int
    headers: dict[str, str] = field(hash=False)
    body: Json = field(hash=False)
    operation: str = ""
    document: str = ""


Answers: TypeAlias = st.SearchStrategy[ErrorAnswer]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where errors are documented."""

    document: str
    operation: str


def error_answers(operation: str = "sendMessage", *, version: str | None = None, status: int | None = None) -> Answers:
    """Return the documented errors of an operation, by its ``operationId``; of an HTTP status if one is named.

    ``version`` chooses between the versions of Messages, for operations that both have.
    Raise UnknownError for an operation, version or status that there is not.
    """
    found = _operations()
    chosen("operation", operation, dict.fromkeys(place.operation for place in found))
    places = [place for place in found if place.operation == operation]
    if version is not None:
        document = f"messages-{version_named(version)}"
        chosen("document of this operation", document, [place.document for place in places])
        places = [place for place in places if place.document == document]
    if status is not None:
        chosen("status of an error", str(status), dict.fromkeys(str(each) for place in places for each in found[place]))
    return st.one_of(
        [_answers(place, each) for place in places for each in found[place] if status is None or each == status]
    )


@cache
def _operations() -> dict[_Place, tuple[int, ...]]:
    """Return where operations are documented, with the statuses of their errors."""
    return {
        _Place(name, parts["operationId"]): tuple(each for each in map(int, parts["responses"]) if each >= _FIRST_ERROR)
        for name, document in documents().specs.documents.items()
        for parts in _parts(document)
    }


def _parts(document: Json) -> Iterator[Json]:
    for path in document["paths"].values():
        yield from (path[verb] for verb in _VERBS if verb in path)


@cache
def _answers(place: _Place, status: int) -> Answers:
    document = documents().specs.documents[place.document]
    [parts] = [each for each in _parts(document) if each["operationId"] == place.operation]
    response = expanded(document, parts["responses"][str(status)])
    traced = tuple(response.get("headers", ()))
    content = response.get("content", {})
    if not content:
        return _TRACES.map(lambda trace: ErrorAnswer(status, dict.fromkeys(traced, trace), None, *_names(place)))
    [(media, parts)] = content.items()

    @st.composite
    def answers(draw: st.DrawFn) -> ErrorAnswer:
        body = draw(made)
        trace = body.get(_TRACE) or draw(_TRACES)
        return ErrorAnswer(status, {"Content-Type": media} | dict.fromkeys(traced, trace), body, *_names(place))

    made = Making(_told(status, parts["schema"])).values(parts["schema"])
    return answers()


def _names(place: _Place) -> tuple[str, str]:
    return place.operation, place.document


def _told(status: int, schema: Json) -> dict[str, Values]:
    """Return the words of an error where the document leaves them open, those of its status first."""
    phrase = HTTPStatus(status).phrase
    words = {
        "type": st.just("about:blank"),
        "title": st.just(phrase),
        "detail": st.just(f"{phrase}.") | texts(min_chars=1, max_chars=_MOST_CHARS),
    }
    bound = {
        name
        for each in schema.get("anyOf", [schema])
        for name, member in each["properties"].items()
        if "pattern" in member
    }
    return {name: each for name, each in words.items() if name not in bound}
