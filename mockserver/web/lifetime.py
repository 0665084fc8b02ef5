"""The life of one server in a running loop, up to its last delivery; knows neither signals nor threads."""

import asyncio
import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

import msgspec
import uvicorn
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from mockserver.deadlines import Deadlines
from mockserver.errors import ConfigError
from mockserver.files import replace_file
from mockserver.settings import Settings
from mockserver.web.faulty import TRANSPORT, WHOLE
from mockserver.web.listeners import Listener, Running, open_listeners, running_at

_KEEP_ALIVE_S = 75
"""Longer than clients keep idle connections: closed under their hands, one makes some clients send twice."""
_LAST_REQUESTS_S = 0.5
"""How long requests under way may hold up the end of deliveries; long polls may not."""
_LAST_ANSWERS_S = 1
"""How long connections stay open for answers once the deliveries have ended; then they are cut."""
_CUT_S = 0.5
"""How long uvicorn may take to notice that its connections are cut: it looks every 0.1 s."""


class Report(Protocol):
    """What became of the deliveries that were on their way when the server stopped."""

    def lines(self) -> list[str]:
        """Return what to tell of them, a line each."""
        ...


class Runtime(Protocol):
    """What runs beside the requests."""

    def listens_at(self, url: str) -> None:
        """Learn the URL at which the server will answer, before it starts."""
        ...

    async def start(self) -> None:
        """Begin, in the running loop."""
        ...

    def hang_up(self) -> None:
        """Let go of those who only listen, for they would hold up the end."""
        ...

    async def stop(self, grace_s: float) -> Report:
        """Finish deliveries for up to ``grace_s`` seconds and abandon the rest."""
        ...


class App(Protocol):
    """An ASGI application with a runtime, which starts before the first request and ends after the last."""

    @property
    def runtime(self) -> Runtime:
        """What runs beside the requests."""
        ...

    def is_quick(self, scope: Scope) -> bool:
        """Return whether a request will be answered without waiting, as far as one can tell; see ``web.protocol``."""
        ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send, /) -> None:
        """Handle one request."""
        ...


async def serve(app: App, settings: Settings, stopping: asyncio.Event, started: Callable[[Running], None]) -> Report:
    """Serve in the running loop until ``stopping`` is set; return what became of the deliveries under way.

    Cancelled, it abandons them and closes up at once.
    """
    grace_s = settings.shutdown_grace_s
    with ExitStack() as held:
        listeners = open_listeners(settings, held)
        # Not before: the ports may be taken by the very server whose file it is.
        _remove_ready_file(settings)
        servers = [_Server(app, each) for each in listeners]
        running = running_at(settings, listeners)
        app.runtime.listens_at(running.url)
        await app.runtime.start()
        try:
            for server, listener in zip(servers, listeners, strict=True):
                await server.startup(listener.sockets)
            _write_ready_file(settings, running)
            started(running)
            await _tick(servers, stopping)
        except asyncio.CancelledError:
            grace_s = 0
            raise
        finally:
            try:
                report = await _shut_down(app, servers, grace_s)
            finally:
                _remove_ready_file(settings)
        return report


class _Server(uvicorn.Server):
    """uvicorn for one listener; the loop, the signals and the order of the end are this module's."""

    def __init__(self, app: App, listener: Listener) -> None:
        self._app = app
        self._is_cut = False
        parser, self._write_whole = _parser(app)
        config = uvicorn.Config(
            self._answer,
            lifespan="off",
            http=parser,  # type: ignore[arg-type]  # uvicorn only calls it
            ws="none",
            interface="asgi3",
            workers=1,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
        )
        config.load()
        config.ssl = listener.certificate.context if listener.certificate else None
        super().__init__(config)
        self.lifespan = config.lifespan_class(config)

    def cut(self) -> None:
        """Break off the connections that are left, and what still works on an answer for them."""
        self._is_cut = self.force_exit = True
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; being cut is no failure of the application, which uvicorn would log as one.

        The application is told of the transport, for it may have to break a connection on purpose. ``receive`` is a
        method of what has it, with either parser.
        """
        transport = receive.__self__.transport  # type: ignore[attr-defined]  # see above
        scope["extensions"] = {TRANSPORT: transport, WHOLE: self._write_whole}
        try:
            await self._app(scope, receive, send)
        except (asyncio.CancelledError, ClientDisconnect):
            if not self._is_cut:
                raise


def _parser(app: App) -> tuple[Callable[..., asyncio.Protocol] | Literal["auto"], Callable[..., bool] | None]:
    """Return our parser and what writes whole answers with it, or the one uvicorn finds where there is no httptools."""
    try:
        from mockserver.web.protocol import Parser, Turns
    except ImportError:
        return "auto", None
    turns = Turns()
    quiet = Deadlines[Parser](_KEEP_ALIVE_S, Parser.timeout_keep_alive_handler)
    return partial(Parser, turns=turns, quiet=quiet, is_quick=app.is_quick), turns.write_whole


async def _tick(servers: list[_Server], stopping: asyncio.Event) -> None:
    """Keep the Date header right until it is time to stop."""
    while not stopping.is_set():
        for server in servers:
            await server.on_tick(0)
        with suppress(TimeoutError):
            # Not wait_for: that of Python 3.11 swallows a cancellation that comes together with the event.
            async with asyncio.timeout(1):
                await stopping.wait()


async def _shut_down(app: App, servers: list[_Server], grace_s: float) -> Report:
    """Accept no more, answer what was asked, finish deliveries, then close what is still open.

    Streams of events end first of all. The end of the runtime wakes long polls, which then answer.
    Cancelled, it skips what can be skipped.
    """
    app.runtime.hang_up()
    closed = asyncio.gather(*(each.shutdown() for each in servers if each.started))
    try:
        await asyncio.wait([closed], timeout=_LAST_REQUESTS_S)
        report = await app.runtime.stop(grace_s)
        await asyncio.wait([closed], timeout=_LAST_ANSWERS_S)
    except asyncio.CancelledError:
        await app.runtime.stop(0)
        raise
    finally:
        for each in servers:
            each.cut()
        await asyncio.wait([closed], timeout=_CUT_S)
        # What is left waits for a handshake of TLS that nobody finishes.
        if not closed.cancel():
            closed.result()
    return report


def _write_ready_file(settings: Settings, running: Running) -> None:
    """Write where the server answers, in one step: a reader finds all of it or no file."""
    if settings.ready_file is None:
        return
    path = Path(settings.ready_file)
    content = msgspec.json.encode({**asdict(running), "pid": os.getpid()}, enc_hook=str)
    try:
        replace_file(path, content + b"\n")
    except OSError as error:
        what = f"The ready file {path} cannot be written: {error.strerror}."
        raise ConfigError(what, fix="Give another by --ready-file.") from None


def _remove_ready_file(settings: Settings) -> None:
    """Remove the file of this or an earlier run: nobody listens there."""
    if settings.ready_file is not None:
        with suppress(OSError):
            Path(settings.ready_file).unlink()
