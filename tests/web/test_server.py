"""A server's life with an application that does nothing: both listeners, the ready file, signals, the end."""

import asyncio
import json
import os
import signal
import socket
import ssl
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
from starlette.types import Receive, Scope, Send

from mockserver.errors import ConfigError, UnreachableError
from mockserver.settings import Settings
from mockserver.web.lifetime import serve
from mockserver.web.listeners import Running
from mockserver.web.server import _Signals, run, serving

PATIENCE_S = 30


@dataclass
class Report:
    """Says what it was made with."""

    grace_s: float

    def lines(self) -> list[str]:
        """Return the grace given."""
        return [f"grace {self.grace_s:g} s"]


@dataclass
class Runtime:
    """Notes its beginning and its end, and what was answered before; its end wakes those who wait.

    One that ``lasts`` notes its grace as well, and ends only if it has none.
    """

    diary: list[str] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False
    lasts: bool = False
    stops: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    before: tuple[str, ...] = ()

    def listens_at(self, url: str) -> None:
        """Learn where it answers."""
        self.url = url

    async def start(self) -> None:
        """Begin."""
        self.diary.append("start")
        if self.fails:
            raise OSError("no start today")

    def hang_up(self) -> None:
        """Note what has happened by now."""
        self.before = tuple(self.diary)

    async def stop(self, grace_s: float) -> Report:
        """End."""
        self.diary.append(f"stop {grace_s:g}" if self.lasts else "stop")
        self.stops.set()
        if self.lasts and grace_s:
            await asyncio.Event().wait()
        self.over.set()
        return Report(grace_s)


@dataclass
class App:
    """Answers with the scheme, after doing what the path says."""

    runtime: Runtime = field(default_factory=Runtime)
    asked: Event = field(default_factory=Event)
    quick: bool = False

    def is_quick(self, _: Scope) -> bool:
        """Return whether requests are begun outside a task."""
        return self.quick

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self.asked.set()
        match scope["path"]:
            case "/poll":
                await self.runtime.over.wait()
            case "/slow":
                await asyncio.sleep(0.2)
            case "/body":
                while (await receive()).get("more_body"):
                    pass
            case "/never":
                await asyncio.Event().wait()
        self.runtime.diary.append(f"answer {scope['path']}")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["scheme"].encode()})


def ask(url: str, path: str = "/", context: ssl.SSLContext | None = None) -> tuple[HTTPResponse, str]:
    """Return the answer to a GET, and its body."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    connection = (
        HTTPConnection(host, port, timeout=PATIENCE_S)
        if context is None
        else HTTPSConnection(host, port, timeout=PATIENCE_S, context=context)
    )
    with closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer, answer.read().decode()


def asking(app: App, running: Running, path: str) -> tuple[Thread, list[str]]:
    """Ask in a thread, and return it with the list the answer goes to, once the application has the request."""
    answers: list[str] = []

    def go() -> None:
        with suppress(HTTPException, OSError):
            answers.append(ask(running.url, path)[1])

    thread = Thread(target=go)
    thread.start()
    assert app.asked.wait(PATIENCE_S)
    return thread, answers


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings for any free ports."""
    return Settings(port=0, tls_dir=str(tmp_path / "tls"), ready_file=str(tmp_path / "ready.json"))


def test_both_listeners_answer_and_https_is_trusted_by_the_authority(settings: Settings) -> None:
    with serving(settings, app=App()) as running:
        trusting = ssl.create_default_context(cafile=running.ca_file)
        trusting.verify_flags |= ssl.VERIFY_X509_STRICT

        assert "http" == ask(running.url)[1]
        assert "https" == ask(str(running.tls_url), context=trusting)[1]


def test_a_client_that_does_not_trust_the_authority_is_refused(settings: Settings) -> None:
    with serving(settings, app=App()) as running, pytest.raises(ssl.SSLCertVerificationError):
        ask(str(running.tls_url), context=ssl.create_default_context())


def test_answers_carry_a_date_and_do_not_name_the_server(settings: Settings) -> None:
    with serving(settings, app=App()) as running:
        answer, _ = ask(running.url)

    assert (None, True) == (answer.getheader("server"), "GMT" in str(answer.getheader("date")))


def test_the_runtime_is_told_where_it_answers(settings: Settings) -> None:
    app = App()
    with serving(settings, app=app) as running:
        assert running.url == app.runtime.url


def test_without_tls_there_is_no_https(tmp_path: Path) -> None:
    with serving(Settings(port=0, tls=False, tls_dir=str(tmp_path)), app=App()) as running:
        assert (None, None) == (running.tls_url, running.ca_file)
        assert "http" == ask(running.url)[1]


def test_the_ready_file_tells_where_the_server_answers_while_it_does(settings: Settings, tmp_path: Path) -> None:
    with serving(settings, app=App()) as running:
        told = json.loads((tmp_path / "ready.json").read_text(encoding="utf-8"))

    assert {
        "url": running.url,
        "tls_url": running.tls_url,
        "ca_file": str(running.ca_file),
        "pid": os.getpid(),
    } == told
    assert ["tls"] == [each.name for each in tmp_path.iterdir()]


def test_an_old_ready_file_is_gone_before_the_server_listens(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "ready.json").write_text("{}", encoding="utf-8")
    app = App(Runtime(fails=True))

    with pytest.raises(OSError, match="no start today"), ExitStack() as stack:
        stack.enter_context(serving(settings, app=app))

    assert not (tmp_path / "ready.json").exists()


def test_a_ready_file_that_cannot_be_written_is_told_and_the_runtime_stopped(tmp_path: Path) -> None:
    app = App()
    settings = Settings(port=0, tls=False, ready_file=str(tmp_path / "gone" / "ready.json"))

    with pytest.raises(ConfigError) as caught, ExitStack() as stack:
        stack.enter_context(serving(settings, app=app))

    assert (
        f"The ready file {tmp_path}/gone/ready.json cannot be written: No such file or directory."
        " Give another by --ready-file."
    ) == str(caught.value)
    assert ["start", "stop"] == app.runtime.diary


def test_the_runtime_begins_before_and_ends_after_the_requests(settings: Settings) -> None:
    app = App()

    with serving(settings, app=app) as running:
        ask(running.url)

    assert ["start", "answer /", "stop"] == app.runtime.diary
    assert ("start", "answer /") == app.runtime.before


def test_a_port_in_use_is_raised_to_who_wanted_to_serve(settings: Settings) -> None:
    with serving(settings, app=App()) as running:
        port = urlsplit(running.url).port
        app = App()

        refusal = f"^Port {port} on 127.0.0.1 is taken"
        with pytest.raises(UnreachableError, match=refusal), ExitStack() as stack:
            stack.enter_context(serving(Settings(port=port or 0, tls=False), app=app))

    assert [] == app.runtime.diary


def test_a_request_under_way_is_answered_before_the_runtime_ends(settings: Settings) -> None:
    app = App()

    with serving(settings, app=app) as running:
        thread, answers = asking(app, running, "/slow")
    thread.join(PATIENCE_S)

    assert ["http"] == answers
    assert ["start", "answer /slow", "stop"] == app.runtime.diary


def test_a_long_poll_is_answered_once_the_runtime_ends(settings: Settings) -> None:
    app = App()

    with serving(settings, app=app) as running:
        thread, answers = asking(app, running, "/poll")
    thread.join(PATIENCE_S)

    assert ["http"] == answers
    assert ["start", "stop", "answer /poll"] == app.runtime.diary


def test_a_request_that_never_ends_does_not_keep_the_server() -> None:
    app = App()

    with serving(Settings(port=0, tls=False, shutdown_grace_s=0), app=app) as running:
        thread, answers = asking(app, running, "/never")
    thread.join(PATIENCE_S)

    assert (False, ["start", "stop"]) == ("http" in answers, app.runtime.diary)


def test_no_connection_is_taken_after_the_end(settings: Settings) -> None:
    with serving(settings, app=App()) as running:
        pass

    with pytest.raises(ConnectionRefusedError):
        ask(running.url)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_the_process_with_its_exit_code(number: signal.Signals, code: int, settings: Settings) -> None:
    app = App()
    before = signal.getsignal(number)

    stopped = run(app, settings, lambda _: signal.raise_signal(number))

    assert (code, ["grace 5 s"], ["start", "stop"]) == (
        stopped.exit_code,
        stopped.report.lines(),
        app.runtime.diary,
    )
    assert before is signal.getsignal(number)


def test_the_first_of_two_signals_tells_the_exit_code(settings: Settings) -> None:
    def signal_twice(_: Running) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)

    assert 130 == run(App(), settings, signal_twice).exit_code


def test_a_second_interrupt_ends_at_once(settings: Settings) -> None:
    def interrupt_twice(_: Running) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(App(), settings, interrupt_twice)


def test_a_signal_before_the_loop_runs_is_not_lost() -> None:
    async def told(signals: _Signals) -> bool:
        return signals.told().is_set()

    with _Signals() as signals:
        signal.raise_signal(signal.SIGTERM)

        assert asyncio.run(told(signals))


async def test_serve_ends_when_its_event_is_set(settings: Settings) -> None:
    app, stopping = App(), asyncio.Event()

    report = await serve(app, settings, stopping, lambda _: stopping.set())

    assert ["grace 5 s"] == report.lines()


def test_serving_makes_the_application_itself_if_it_is_given_none(settings: Settings) -> None:
    with serving(settings) as running:
        answer, body = ask(running.url, "/_mock/readyz")

    assert (200, {"status": "ok"}) == (answer.status, json.loads(body))


HALF = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"


@pytest.mark.parametrize("is_quick", [True, False], ids=["begun at once", "in a task"])
def test_half_a_request_neither_keeps_the_server_nor_is_logged(
    settings: Settings, caplog: pytest.LogCaptureFixture, *, is_quick: bool
) -> None:
    app = App(quick=is_quick)
    with serving(settings, app=app) as running:
        parts = urlsplit(running.url)
        client = socket.create_connection((parts.hostname, parts.port))
        client.sendall(HALF)
        assert app.asked.wait(PATIENCE_S)
        began = time.monotonic()

    client.close()
    assert (True, []) == (time.monotonic() - began < settings.shutdown_grace_s, caplog.messages)


async def test_serve_cancelled_abandons_deliveries_and_closes_up(settings: Settings, tmp_path: Path) -> None:
    app, listening = App(Runtime(lasts=True)), asyncio.Event()
    task = asyncio.create_task(serve(app, settings, asyncio.Event(), lambda _: listening.set()))
    await listening.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert ["start", "stop 0"] == app.runtime.diary
    assert not (tmp_path / "ready.json").exists()


async def test_serve_cancelled_while_it_stops_stops_at_once(settings: Settings, tmp_path: Path) -> None:
    app, stopping = App(Runtime(lasts=True)), asyncio.Event()
    task = asyncio.create_task(serve(app, settings, stopping, lambda _: stopping.set()))
    await app.runtime.stops.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert ["start", "stop 5", "stop 0"] == app.runtime.diary
    assert not (tmp_path / "ready.json").exists()


def test_an_interrupt_before_the_loop_runs_ends_like_any_other() -> None:
    with _Signals():
        signal.raise_signal(signal.SIGTERM)

        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_second_server_on_the_same_port_leaves_the_ready_file(settings: Settings, tmp_path: Path) -> None:
    with serving(settings, app=App()) as running:
        again = replace(settings, port=urlsplit(running.url).port or 0, tls=False)
        with pytest.raises(UnreachableError), ExitStack() as stack:
            stack.enter_context(serving(again, app=App()))

        assert (tmp_path / "ready.json").exists()
