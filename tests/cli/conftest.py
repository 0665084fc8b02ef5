"""The command line called in process, a server for it to talk to, and a receiver of webhooks."""

import base64
import io
import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Protocol
from urllib.request import Request, urlopen

import pytest

from mockserver.cli import main
from mockserver.cli.shell import Shell
from mockserver.model import Json
from mockserver.settings import Settings
from mockserver.web.server import serving

PATIENCE_S = 30


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Json:
        """What it printed as data."""
        return json.loads(self.out)


class Cli(Protocol):
    """Runs a command in process."""

    def __call__(self, *argv: str, stdin: bytes = b"", **environ: str) -> Outcome:
        """Return how it ended; ``environ`` is all the environment it has besides the server's URL."""
        ...


@dataclass
class Api:
    """A running server as its clients see it."""

    url: str

    def send(self, text: str = "Table ready", key: str = "mockkey1", to: str = "447700900123") -> str:
        """Send an SMS and return its message_uuid."""
        body = {
            "from": {"type": "sms", "number": "ACME"},
            "to": {"type": "sms", "number": to},
            "message": {"content": {"type": "text", "text": text}},
        }
        credentials = base64.b64encode(f"{key}:any".encode()).decode()
        uuid: str = self.post("v0.1/messages", body, Authorization=f"Basic {credentials}")["message_uuid"]
        return uuid

    def post(self, path: str, body: Json, **headers: str) -> Json:
        """Return the answer to a POST."""
        request = Request(
            f"{self.url}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
        )
        with urlopen(request, timeout=PATIENCE_S) as answer:
            return json.loads(answer.read())


@dataclass
class Sink:
    """A receiver of webhooks that answers with one status."""

    url: str = ""
    status: int = 204
    page: bytes = b"<html>"
    got: list[Json] = field(default_factory=list)
    open: Event = field(default_factory=Event)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep answers back for the length of a ``with`` block."""
        self.open.clear()
        yield
        self.open.set()


class OpenServer(Protocol):
    """Starts a server with settings of its own."""

    def __call__(self, **settings: object) -> AbstractContextManager[Api]:
        """Serve for the length of a ``with`` block."""
        ...


def measured() -> dict[str, str]:
    """Return what lets a process of its own count towards coverage."""
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Return what runs commands in an empty folder, without a server."""

    def run(*argv: str, stdin: bytes = b"", **environ: str) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main(list(argv), shell=Shell(environ, io.BytesIO(stdin), tmp_path))
        printed = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Outcome(code, printed.out, printed.err)

    return run


@pytest.fixture
def open_server() -> OpenServer:
    """Return what starts servers; statuses come at once, and retries never."""

    @contextmanager
    def opened(**changes: object) -> Iterator[Api]:
        quick: dict[str, object] = {"port": 0, "tls": False, "submitted_after_s": 0.0, "delivered_after_s": 0.0}
        with serving(Settings(**(quick | changes))) as running:  # type: ignore[arg-type]  # named by keyword
            yield Api(running.url)

    return opened


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Return a listening receiver of webhooks."""
    sink = Sink()
    sink.open.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sink.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            sink.open.wait(PATIENCE_S)
            self.send_response(sink.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(sink.status)
            self.send_header("Content-Length", str(len(sink.page)))
            self.end_headers()
            self.wfile.write(sink.page)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sink.url = f"http://127.0.0.1:{server.server_port}/inbound"
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield sink
        server.shutdown()
        thread.join()
