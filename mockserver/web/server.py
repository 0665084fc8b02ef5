"""Serves an application: in this process until a signal comes, or in a thread for the length of a block."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Self

import uvicorn

from mockserver.model import Account
from mockserver.settings import Settings
from mockserver.web.collecting import calm_collector, collect_often
from mockserver.web.lifetime import App, Report, serve
from mockserver.web.listeners import Running

_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Stopped:
    """How a server ended: the exit code for its process, and what became of its deliveries."""

    exit_code: int
    report: Report


def run(app: App, settings: Settings, started: Callable[[Running], None]) -> Stopped:
    """Serve in the main thread until SIGTERM (exit code 0) or Ctrl-C (130); call ``started`` once it listens.

    A second Ctrl-C ends it at once, deliveries or not, by KeyboardInterrupt. Raise UnreachableError if it cannot
    listen.
    """

    async def main(signals: _Signals) -> Report:
        calm_collector()
        collecting = asyncio.get_running_loop().create_task(collect_often())
        try:
            return await serve(app, settings, signals.told(), started)
        finally:
            collecting.cancel()

    with _Signals() as signals, asyncio.Runner(loop_factory=_loop_factory(app)) as runner:
        try:
            report = runner.run(main(signals))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
    return Stopped(_INTERRUPTED if signals.received == signal.SIGINT else 0, report)


@contextmanager
def serving(settings: Settings, accounts: tuple[Account, ...] = (), *, app: App | None = None) -> Iterator[Running]:
    """Serve in a thread for the length of a ``with`` block, and yield where it answers.

    Without an ``app`` it is the one of ``create_app(settings, accounts)``.
    """
    if app is None:
        from mockserver.web.app import create_app

        app = create_app(settings, accounts)
    thread = _Thread(app, settings)
    try:
        yield thread.running.result()
    finally:
        thread.stop()


def _loop_factory(app: App) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the fastest loop installed."""
    return uvicorn.Config(app, log_config=None).get_loop_factory()


def _interrupt() -> None:
    raise KeyboardInterrupt


class _Signals:
    """Turns SIGINT and SIGTERM into an event while its block lasts, and a second SIGINT into a cancelled task."""

    def __init__(self) -> None:
        self.received: int | None = None
        self._tell: Callable[[], object] = lambda: None
        self._hurry: Callable[[], object] = _interrupt
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal gave us

    def told(self) -> asyncio.Event:
        """Return an event of the running loop that a signal sets, even one received before."""
        event = asyncio.Event()
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        self._tell = lambda: _tell(loop, event.set)
        if task is not None:
            self._hurry = lambda: _tell(loop, task.cancel)
        if self.received is not None:
            event.set()
        return event

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        """Note the first signal; a Ctrl-C after it hurries, and one more interrupts as if nobody had listened."""
        if self.received is None:
            self.received = number
            self._tell()
        elif number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._hurry()


class _Thread:
    """A server in a thread of its own; ``running`` is where it answers, or why it does not."""

    def __init__(self, app: App, settings: Settings) -> None:
        self.running: Future[Running] = Future()
        self._ended: Future[None] = Future()
        self._tell: Callable[[], object] = lambda: None
        self._app = app
        self._settings = settings
        self._thread = threading.Thread(target=self._run, name="mockserver", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Tell the server to stop, wait for its end, and raise what it failed with after it had started."""
        started = self.running.exception() is None
        self._tell()
        self._thread.join()
        if started:
            self._ended.result()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=_loop_factory(self._app)) as runner:
                runner.run(self._serve())
        except BaseException as error:  # noqa: BLE001, handed to the thread that waits
            (self._ended if self.running.done() else self.running).set_exception(error)
        else:
            self._ended.set_result(None)

    async def _serve(self) -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._tell = lambda: _tell(loop, stopping.set)
        await serve(self._app, self._settings, stopping, self.running.set_result)


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], object]) -> None:
    """Have something done inside a loop from outside, unless the loop has ended by itself."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(what)
