"""Schemathesis against every document of ours, in process: no server error, and no answer a document does not know."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypeAlias

import anyio.lowlevel
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, CheckContext, CheckFunction, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.clock import ManualClock
from mockserver.contract.schemas import expanded
from mockserver.contract.specs import load_specs
from mockserver.model import Json
from mockserver.settings import Settings
from mockserver.web.app import create_app
from mockserver.web.control.document import control_document
from tests.web.conftest import START_S, basic

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
AnyCase: TypeAlias = Case[Any]

CONTROL = "control"
EXAMPLES = 30
WAIT = "/_mock/wait"
"""Requests for each operation and mode: all of them together take about half a minute."""
TAKING = {"messages-v0.1": "POST", "messages-v1": "POST"}
"""The documents that say all there is to say of a good request, by a method: all of those must be taken.

Of the others, Dispatch has rules that no schema can say, and most speak of what is there already.
"""
ALWAYS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CHECKS = {GenerationMode.POSITIVE: ALWAYS, GenerationMode.NEGATIVE: [*ALWAYS, negative_data_rejection]}


class Nowhere:
    """A poster that every webhook reaches."""

    async def post(
        self,
        method: str,  # noqa: ARG002
        url: str,  # noqa: ARG002
        body: bytes,  # noqa: ARG002
        headers: Mapping[str, str],  # noqa: ARG002
        *,
        over_s: float = 0.0,  # noqa: ARG002
    ) -> int:
        """Acknowledge."""
        await asyncio.sleep(0)
        return 204

    async def close(self) -> None:
        """Hold nothing, so let go of nothing."""


@dataclass(frozen=True)
class Living:
    """An application with a lifespan, which schemathesis needs to begin it in its own loop, and to end it."""

    app: ASGIApp
    start: Callable[[], Awaitable[object]]
    stop: Callable[[], Awaitable[object]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or live."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        await receive()
        await self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})


def served() -> Living:
    """Return an application of ours."""
    known = Settings(seed=7, self_check=True, status_url="http://sut.test/st", inbound_url="http://sut.test/in")
    app = create_app(known, clock=ManualClock(START_S), poster=Nowhere())
    return Living(app, app.runtime.start, lambda: app.runtime.stop(0))


def answering(status: int, headers: dict[str, str], body: Json) -> Living:
    """Return an application that knows one answer."""
    return Living(JSONResponse(body, status, headers), anyio.lowlevel.checkpoint, anyio.lowlevel.checkpoint)


def impatient(document: Json) -> Json:
    """Return the control document without what has no end, and without waits as long as they are told to be."""
    document = deepcopy(document)
    del document["paths"]["/_mock/events"]
    for parameter in document["paths"]["/_mock/journal"]["get"]["parameters"]:
        if parameter["name"] == "wait_s":
            parameter["schema"]["maximum"] = 0
    for parameter in document["paths"][WAIT]["get"]["parameters"]:
        if parameter["name"] == "within":
            parameter |= {"required": True, "schema": {"enum": ["0", "0s"]}}
    return document


DOCUMENTS: dict[str, Json] = {
    **{name: each for name, each in load_specs().documents.items() if each.get("paths")},
    CONTROL: impatient(control_document(version("messages-mockserver"))),
}


def operations(document: Json, app: ASGIApp) -> list[Operation]:
    """Return every operation of a document, to be asked of an application."""
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    found = list(schema.get_all_operations())
    read = [each.ok() for each in found if isinstance(each, Ok)]
    assert len(found) == len(read), "schemathesis cannot read an operation"
    return read


def can_be_wrong(document: Json, operation: Operation) -> bool:
    """Tell whether a request can break what the document says: in a path any text is a string; anything is JSON.

    A wait that is asked for without its limit would take as long as the usual one; see tests/web/test_checks.py.
    """
    if operation.path == WAIT:
        return False
    item = expanded(document, document["paths"][operation.path])
    own = item[operation.method]
    schemas = [each["schema"] for each in (*item.get("parameters", ()), *own.get("parameters", ()))]
    schemas += [each["schema"] for each in own.get("requestBody", {}).get("content", {}).values()]
    bare = [{name: value for name, value in each.items() if name != "description"} for each in schemas]
    return any(each not in ({}, {"type": "string"}) for each in bare)


def ask(operation: Operation, mode: GenerationMode, *further: CheckFunction, examples: int = EXAMPLES) -> None:
    """Ask what a mode makes up; fail for an answer that the document does not know, or that a further check refuses."""

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: AnyCase) -> None:
        case.call_and_validate(headers=basic("mockkey1"), checks=[*CHECKS[mode], *further])

    holds()


def noticed(operation: Operation, mode: GenerationMode, *, examples: int = 1) -> set[str]:
    """Ask; return what the checks call the answer, nothing if they have nothing against it."""
    try:
        ask(operation, mode, examples=examples)
    except FailureGroup as group:
        return {failure.title for failure in group.exceptions}
    return set()


def is_taken(_: CheckContext, response: schemathesis.Response, case: AnyCase) -> None:
    """Refuse an answer that does not take the message; magic values ask for that, and are not made up by chance."""
    assert response.status_code == 202, f"{case.body!r}: {response.text}"


SERVED = {name: operations(document, served()) for name, document in DOCUMENTS.items()}


@pytest.mark.parametrize(
    ("operation", "mode"),
    [
        pytest.param(operation, mode, id=f"{operation.label}-{mode.value}")
        for name, found in SERVED.items()
        for operation in found
        for mode in CHECKS
        if mode is GenerationMode.POSITIVE or can_be_wrong(DOCUMENTS[name], operation)
    ],
)
def test_operation_answers_by_its_document(operation: Operation, mode: GenerationMode) -> None:
    ask(operation, mode)


@pytest.mark.parametrize(
    "operation",
    [each for name, method in TAKING.items() for each in SERVED[name] if each.method.upper() == method],
    ids=lambda operation: operation.label,
)
def test_what_fits_the_document_is_taken(operation: Operation) -> None:
    ask(operation, GenerationMode.POSITIVE, is_taken)


def test_every_document_is_asked() -> None:
    assert {"messages-v0.1", "messages-v1", "dispatch-v0.1", "external-accounts", CONTROL} == SERVED.keys()
    assert all(SERVED.values())


TRACE = {"x-nexmo-trace-id": "0" * 32}
TAKEN = {"message_uuid": "5e0f2c1d-77a4-4b0e-9d23-1c8a40f6b911"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "words"),
    [
        pytest.param(202, TRACE, TAKEN, set(), id="good"),
        pytest.param(500, TRACE, TAKEN, {"Server error", "Undocumented Content-Type"}, id="server error"),
        pytest.param(299, TRACE, TAKEN, {"Undocumented status code"}, id="status"),
        pytest.param(
            202, {"x-nexmo-trace-id": "7"}, TAKEN, {"Response header does not conform to the schema"}, id="header"
        ),
        pytest.param(202, TRACE, {"message_uuid": "5"}, {"Response violates schema"}, id="body"),
        pytest.param(202, TRACE | {"content-type": "text/plain"}, TAKEN, {"Undocumented Content-Type"}, id="type"),
    ],
)
def test_answer_off_the_document_is_noticed(status: int, headers: dict[str, str], body: Json, words: set[str]) -> None:
    [operation] = operations(DOCUMENTS["messages-v0.1"], answering(status, headers, body))

    assert words == noticed(operation, GenerationMode.POSITIVE)


def test_wrong_request_that_is_taken_is_noticed() -> None:
    [operation] = operations(DOCUMENTS["messages-v0.1"], answering(202, TRACE, TAKEN))

    assert {"Schema-violating request accepted"} == noticed(operation, GenerationMode.NEGATIVE, examples=EXAMPLES)
