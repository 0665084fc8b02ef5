"""Asks ASGI applications in this process: one request, their life span, and from whichever event loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit

Event: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Event, Receive, Send], Awaitable[None]]
"""An ASGI 3 application, of Starlette, FastAPI, Quart, Django or any other."""

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Request:
    """A request, its target a URL or a path with its query. The body takes ``over_s`` seconds to arrive."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    over_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Response:
    """What the application answered."""

    status: int
    body: bytes


class NoAnswerError(Exception):
    """The application returned without an answer."""


async def ask_app(app: AsgiApp, request: Request) -> Response:
    """Return what an application answers in the running loop; raise what it raises before it has begun to answer.

    Frameworks answer 500 and then raise; that is an answer.
    """
    exchange = _Exchange(request)
    try:
        await app(_scope(request), exchange.receive, exchange.send)
    except Exception:
        if exchange.status is None:
            raise
    finally:
        exchange.ended.set()
    if exchange.status is None:
        raise NoAnswerError(f"the application did not answer {request.method} {request.target}")
    return Response(exchange.status, b"".join(exchange.parts))


class _Exchange:
    """Both ends of one request."""

    def __init__(self, request: Request) -> None:
        self.status: int | None = None
        self.parts: list[bytes] = []
        self.ended = asyncio.Event()
        self._request = request
        self._is_read = False

    async def receive(self) -> Event:
        """Hand over the body, then wait for the end: the client stays."""
        if not self._is_read:
            self._is_read = True
            await asyncio.sleep(self._request.over_s)
            return {"type": "http.request", "body": self._request.body, "more_body": False}
        await self.ended.wait()
        return {"type": "http.disconnect"}

    async def send(self, event: Event) -> None:
        """Take the answer."""
        if event["type"] == "http.response.start":
            self.status = event["status"]
        elif event["type"] == "http.response.body":
            self.parts.append(event.get("body", b""))
            if not event.get("more_body", False):
                self.ended.set()


def _scope(request: Request) -> Event:
    parts = urlsplit(request.target)
    scheme = parts.scheme or "http"
    host = parts.netloc or "mockserver"
    headers = {"host": host, "content-length": str(len(request.body)), **_lowered(request.headers)}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": scheme,
        "path": unquote(parts.path) or "/",
        "raw_path": (parts.path or "/").encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname or host, parts.port or _PORTS.get(scheme, 80)),
        "extensions": {},
    }


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@asynccontextmanager
async def lifespan_of(app: AsgiApp) -> AsyncIterator[AsgiApp]:
    """Let an application start up before the block and shut down after it; one without a life span just runs.

    Yield the application with the state that its start left for requests; raise RuntimeError if it cannot start.
    """
    life = _Life(app)
    await life.start()

    async def started(scope: Event, receive: Receive, send: Send) -> None:
        await app({**scope, "state": dict(life.state)} if life.state else scope, receive, send)

    try:
        yield started
    finally:
        await life.stop()


class _Life:
    """The life span of an application, in a task of its own."""

    def __init__(self, app: AsgiApp) -> None:
        self._said: asyncio.Queue[Event] = asyncio.Queue()
        self._told: asyncio.Queue[Event] = asyncio.Queue()
        self.state: dict[str, Any] = {}
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        self._task = asyncio.ensure_future(app(scope, self._told.get, self._said.put))

    async def start(self) -> None:
        """Start it; an application that raises at once knows no life span, as the specification has it."""
        answer = await self._answer_to("lifespan.startup")
        if answer.get("type") == "lifespan.startup.failed":
            await self._end()
            raise RuntimeError(f"the application did not start: {answer.get('message') or 'it does not say why'}")

    async def stop(self) -> None:
        """Shut it down, if it has a life span."""
        if not self._task.done():
            await self._answer_to("lifespan.shutdown")
        await self._end()

    async def _answer_to(self, event: str) -> Event:
        await self._told.put({"type": event})
        said = asyncio.ensure_future(self._said.get())
        await asyncio.wait([said, self._task], return_when=asyncio.FIRST_COMPLETED)
        if not said.done() and not self._said.empty():
            await said
        if said.done():
            return said.result()
        said.cancel()
        return {}

    async def _end(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await self._task


@dataclass(frozen=True, slots=True)
class AtHome:
    """An application that runs in one loop, whichever loop it is called from."""

    app: AsgiApp
    home: asyncio.AbstractEventLoop

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """Handle one request; its events cross over between the loops."""
        caller = asyncio.get_running_loop()
        if caller is self.home:
            await self.app(scope, receive, send)
            return

        async def received() -> Event:
            event: Event = await _elsewhere(receive(), caller)
            return event

        async def sent(event: Event) -> None:
            await _elsewhere(send(event), caller)

        await _elsewhere(self.app(scope, received, sent), self.home)


async def _elsewhere(what: Awaitable[Any], loop: asyncio.AbstractEventLoop) -> Any:
    """Await something in another loop."""

    async def awaited() -> Any:
        return await what

    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(awaited(), loop))
