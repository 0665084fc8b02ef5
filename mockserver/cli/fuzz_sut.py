"""A running system under test as the fuzzer sees it: webhooks go there by HTTP, its sends are read off our journal."""

import http.client
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Timer
from typing import Final
from urllib.parse import urljoin, urlsplit

from mockserver.cli.client import Server
from mockserver.cli.entries import entries_after
from mockserver.cli.output import one_line
from mockserver.cli.sut import Program, Started, started
from mockserver.errors import UnreachableError, UsageError
from mockserver.fuzz.cases import Event as Endpoint
from mockserver.fuzz.cases import Talk
from mockserver.fuzz.trial import Reply
from mockserver.fuzz.writing import USER, with_user
from mockserver.model import Json
from mockserver.scenario.recorded import Asked

_ASKED_S: Final = 10.0
"""How long it may take until a message is there that was asked for."""
_LOOK_S: Final = 1
_PAGE: Final = 1000
_MOST_BYTES: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Reach:
    """Where it is reached, and how long it may take: to answer, and to do what it does after it answered."""

    urls: Mapping[Endpoint, str]
    asks: tuple[Asked, ...] = ()
    state_url: str | None = None
    patience_s: float = 5.0
    settle_s: float = 0.1

    @property
    def base(self) -> str:
        """The URL that paths of requests are paths at."""
        return next(iter(self.urls.values()))


@dataclass(slots=True)
class Keeper:
    """Keeps the program running that is the system under test, if it has a command: starts it anew if it has ended."""

    program: Program
    environ: Mapping[str, str]
    folder: Path
    log: Path
    running: Started | None = None
    _held: ExitStack = field(default_factory=ExitStack)

    def revive(self) -> int | None:
        """Start it if it does not run; return the code it had ended with, ``None`` if it had not."""
        if self.program.command is None:
            return None
        ended = None if self.running is None else self.running.ended_within(_LEAVING_S)
        if self.running is not None and ended is None:
            return None
        self.close()
        made = started(self.program, self.environ, self.folder, self.log, stopped=lambda: False)
        self.running = self._held.enter_context(made)
        return ended

    def close(self) -> None:
        """End it."""
        self._held.close()
        self.running = None


_LEAVING_S: Final = 0.5
"""How long a program that answers no more may take to be gone."""


class LiveSut:
    """The system under test over HTTP, with the account of a server that it sends to."""

    def __init__(self, reach: Reach, server: Server, keeper: Keeper) -> None:
        self._reach = reach
        self._server = server
        self._keeper = keeper
        self._mark = self._newest()
        self._is_restless = False

    def begin(self, *, is_judged: bool) -> None:
        """Begin a case; what it sends from now on belongs to it."""
        if is_judged and self._is_restless:
            time.sleep(self._reach.settle_s)
        self._mark = self._newest()

    def ask(self, number: int, user: str) -> Talk | None:
        """Have it send a message to a user; return the message, ``None`` if none is there in time."""
        asked = self._reach.asks[number]
        content, headers = _content(with_user(asked.body, user))
        url = urljoin(self._reach.base, asked.url.replace(USER, user))
        self._is_restless = True
        reply, _ = self._request(asked.method, url, content, headers)
        if reply.status is None or reply.status >= _REFUSED:
            return None
        return self._sent_to(user)

    def _sent_to(self, user: str) -> Talk | None:
        until_s = time.monotonic() + _ASKED_S
        after = self._mark
        while time.monotonic() < until_s:
            page = self._server.get("journal", after=after, limit=_PAGE, wait_s=_LOOK_S)
            for entry in page["entries"]:
                if (
                    "request" in entry
                    and entry["message_uuid"] is not None
                    and entry["request"]["verdict"] == "accepted"
                ):
                    message = self._server.get(f"messages/{entry['message_uuid']}")["message"]
                    if message["to"] == user:
                        names = ("message_uuid", "channel", "version", "from", "to")
                        return Talk(*(str(message[name]) for name in names))
            after = page["next"]
        return None

    def post(self, event: Endpoint, content: bytes, headers: Mapping[str, str]) -> Reply:
        """Send one webhook; a program of ours that ended over it is started anew."""
        self._is_restless = True
        reply, _ = self._request("POST", self._reach.urls[event], content, headers)
        if not reply.broken:
            return reply
        ended = self._keeper.revive()
        return reply if ended is None else Reply(broken=f"{reply.broken}; the command ended with code {ended}")

    def sends(self) -> int:
        """Return how many messages it sent since the case began, once it is quiet."""
        time.sleep(self._reach.settle_s)
        self._is_restless = False
        requests = (each["request"] for each in entries_after(self._server, self._mark) if "request" in each)
        return sum(each["verdict"] == "accepted" and each["channel"] is not None for each in requests)

    def state(self) -> bytes | None:
        """Return what its state URL answers."""
        if self._reach.state_url is None:
            return None
        return self._request("GET", self._reach.state_url, None, {})[1]

    def greet(self) -> tuple[Talk, ...]:
        """Return what it sends for each thing it can be asked; raise unless it is there and sends."""
        for event, url in self._reach.urls.items():
            reply, _ = self._request("GET", url, None, {})
            if reply.broken or reply.status is None:
                what = f"nothing answers at {url}: {reply.broken or 'no answer in time'}"
                raise UnreachableError(what, fix=f"Start your system, or give another URL by --{event}-url.")
        talks: list[Talk] = []
        for number, asked in enumerate(self._reach.asks):
            self.begin(is_judged=False)
            talk = self.ask(number, f"{_FIRST_USER + number}")
            if talk is None:
                what = f"asked by {asked.method} {asked.url}, it sent no message to {USER} within {_ASKED_S:g} s"
                fix = f"Point your system at {self._server.url}, and write {USER} where the recipient's number stands."
                raise UsageError(what, where="--ask", fix=fix)
            talks.append(talk)
        return tuple(talks)

    def _newest(self) -> int:
        entries = self._server.get("journal", limit=1)["entries"]
        return int(entries[0]["id"]) if entries else 0

    def _request(self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]) -> tuple[Reply, bytes]:
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self._reach.patience_s)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        late = Event()
        try:
            connection.connect()
            with _cut_after(self._reach.patience_s, connection.sock, late):
                connection.request(method, target, content, dict(headers))
                answer = connection.getresponse()
                found = Reply(answer.status), answer.read(_MOST_BYTES)
            return (Reply(), b"") if late.is_set() else found
        except TimeoutError:
            return Reply(), b""
        except (OSError, http.client.HTTPException) as error:
            if late.is_set():
                return Reply(), b""
            what = f"{type(error).__name__}: {getattr(error, 'strerror', None) or str(error).strip()}"
            return Reply(broken=one_line(what, _WIDTH)), b""
        finally:
            connection.close()


@contextmanager
def _cut_after(patience_s: float, connected: socket.socket, late: Event) -> Iterator[None]:
    """Cut a connection that is still in use after so long: one that trickles on never meets a timeout of its own."""

    def cut() -> None:
        late.set()
        with suppress(OSError):
            socket.socket.shutdown(connected, socket.SHUT_RDWR)  # beneath TLS, which another thread may be reading

    timer = Timer(patience_s, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


_WIDTH: Final = 200
_REFUSED: Final = 400
_FIRST_USER: Final = 12005550100
"""Whom it is asked to write to before the search begins; of the range kept for fiction."""


def _content(body: Json) -> tuple[bytes | None, dict[str, str]]:
    import msgspec

    if body is None:
        return None, {}
    if isinstance(body, str):
        return body.encode(), {}
    return msgspec.json.encode(body), {"Content-Type": "application/json"}
