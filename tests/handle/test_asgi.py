"""Applications asked in this process: their answers, their life spans, and their mistakes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from mockserver.errors import PostError
from mockserver.handle.asgi import AsgiApp, Event, NoAnswerError, Receive, Request, Send, ask_app, lifespan_of
from mockserver.handle.sut import AppPoster
from mockserver.model import Json


async def _echo(request: Asked) -> Response:
    body = await request.body()
    told: Json = {
        "method": request.method,
        "url": str(request.url),
        "query": dict(request.query_params),
        "token": request.headers.get("authorization"),
        "length": request.headers["content-length"],
        "body": body.decode(),
        "state": getattr(request.state, "opened", None),
    }
    return JSONResponse(told, 201)


async def _stream(_: Asked) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    return StreamingResponse(pieces())


async def _broken(_: Asked) -> Response:
    raise ZeroDivisionError


APP = Starlette(
    routes=[
        Route("/a b", _echo, methods=["GET", "POST"]),
        Route("/stream", _stream),
        Route("/broken", _broken),
    ]
)


async def test_application_gets_the_whole_request() -> None:
    request = Request("POST", "https://sut.example:8443/a%20b?x=1&y=%C3%A9", {"Authorization": "Bearer t"}, b"hello")

    answer = await ask_app(APP, request)

    assert 201 == answer.status
    assert {
        "method": "POST",
        "url": "https://sut.example:8443/a b?x=1&y=%C3%A9",
        "query": {"x": "1", "y": "é"},
        "token": "Bearer t",
        "length": "5",
        "body": "hello",
        "state": None,
    } == json.loads(answer.body)


async def test_pieces_of_an_answer_are_joined() -> None:
    assert b"one two" == (await ask_app(APP, Request("GET", "/stream"))).body


async def test_framework_that_answers_and_raises_has_answered() -> None:
    assert 500 == (await ask_app(APP, Request("GET", "/broken"))).status


async def test_application_that_waits_for_the_client_to_leave_sees_it_stay_until_it_is_answered() -> None:
    seen: list[str] = []

    async def app(_scope: Event, receive: Receive, send: Send) -> None:
        seen.append((await receive())["type"])
        leaving = asyncio.ensure_future(receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        seen.append((await leaving)["type"])

    await ask_app(app, Request("GET", "/"))

    assert ["http.request", "http.disconnect"] == seen


async def test_application_without_an_answer_is_an_error() -> None:
    async def app(_scope: Event, _receive: Receive, _send: Send) -> None:
        return

    with pytest.raises(NoAnswerError, match="the application did not answer GET /"):
        await ask_app(app, Request("GET", "/"))


def _living(answer: Callable[[Send, str], Awaitable[None]]) -> AsgiApp:
    """Return an application that answers events of its life span in a way of its own."""

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        assert "lifespan" == scope["type"]
        while True:
            event = await receive()
            await answer(send, event["type"])

    return app


async def test_start_that_fails_is_an_error_with_its_reason() -> None:
    async def fail(send: Send, event: str) -> None:
        await send({"type": f"{event}.failed", "message": "no database"})

    with pytest.raises(RuntimeError, match="the application did not start: no database"):
        async with lifespan_of(_living(fail)):
            pytest.fail("it has started")


async def test_application_without_a_life_span_just_runs() -> None:
    async def app(scope: Event, _receive: Receive, send: Send) -> None:
        assert "http" == scope["type"]
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async with lifespan_of(app) as started:
        assert 204 == (await ask_app(started, Request("GET", "/"))).status


async def test_answer_of_an_application_that_ends_with_it_is_heard() -> None:
    async def app(_scope: Event, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no luck"})

    with pytest.raises(RuntimeError, match="no luck"):
        async with lifespan_of(app):
            pytest.fail("it has started")


async def test_poster_has_no_application_once_it_is_closed() -> None:
    poster = AppPoster(1.0)
    poster.app = APP
    assert 201 == await poster.post("POST", "http://sut/a%20b", b"{}", {}, over_s=0.01)

    await poster.close()

    with pytest.raises(PostError, match="the application has ended"):
        await poster.post("POST", "http://sut/a%20b", b"{}", {})


async def test_state_of_the_start_reaches_requests() -> None:
    async def app(scope: Event, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await APP(scope, receive, send)
            return
        await receive()
        scope["state"]["opened"] = "yes"
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async with lifespan_of(app) as started:
        assert b'"state":"yes"' in (await ask_app(started, Request("GET", "/a%20b"))).body
