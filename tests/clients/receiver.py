"""A receiver of webhooks in a thread of its own: keeps what comes until a test asks for it; verifies nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread

from mockserver.model import Json

PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook: the path it came to, its token and its body."""

    path: str
    token: str
    body: Json


@dataclass
class Receiver:
    """What came so far, in order; ``url`` takes any path after it."""

    url: str = ""
    got: list[Hook] = field(default_factory=list)
    arrived: Condition = field(default_factory=Condition)

    def take(self, hook: Hook) -> None:
        """Keep a webhook."""
        with self.arrived:
            self.got.append(hook)
            self.arrived.notify_all()

    def wait(self, path: str, number: int, **members: Json) -> list[Hook]:
        """Return the webhooks at a path with these members once there are so many."""

        def found() -> list[Hook]:
            here = (hook for hook in self.got if hook.path == path)
            return [hook for hook in here if members.items() <= hook.body.items()]

        with self.arrived:
            assert self.arrived.wait_for(lambda: len(found()) >= number, PATIENCE_S), (number, found())
            return found()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Let a receiver listen for the length of a ``with`` block."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        """Keeps a webhook and answers 204."""

        def do_POST(self) -> None:
            """Keep it."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.take(Hook(self.path, self.headers["Authorization"].removeprefix("Bearer "), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
