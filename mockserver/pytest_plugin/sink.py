"""A receiver of webhooks for the tests of libraries: it believes only what is signed, and keeps all that comes."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from mockserver.core.headers import wrong_with
from mockserver.errors import UsageError
from mockserver.handle import given
from mockserver.handle.given import Seconds
from mockserver.model import Json

INBOUND: Final = "/inbound"
STATUS: Final = "/status"
_HOST: Final = "127.0.0.1"
_OK: Final = 200
_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404
_STATUSES: Final = range(200, 600)
_LOOK_S: Final = 0.02
"""How often the server looks whether it is to stop: so long does the end of a test run wait for it, at most."""
_SHOWN: Final = 5
_Hook = TypeVar("_Hook", bound="Hook")


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as it came: its headers by lower-case names, as ``body`` the JSON of ``raw``, else its text.

    ``path`` is what follows the sink's URL; ``claims`` are those of its token.
    """

    path: str
    headers: Mapping[str, str]
    raw: bytes
    body: Json
    claims: Mapping[str, Json]

    def __str__(self) -> str:
        return f"{self.path} {self.raw.decode(errors='replace')}"


@dataclass(frozen=True, slots=True)
class RefusedHook(Hook):
    """A webhook that was answered 401, and why it is not to be believed."""

    reason: str

    def __str__(self) -> str:
        return f"{self.reason}: {Hook.__str__(self)}"


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]


class MessagesSink:
    """Takes the webhooks of one account at ``url``; those whose token does not fit their body are answered 401.

    ``received`` and ``refused`` grow while a test runs. Refused ones that a test has not looked at fail it.
    """

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.secret = secret
        self._arrived = threading.Condition()
        self._received: list[Hook] = []
        self._refused: list[RefusedHook] = []
        self._looked = 0
        self._answers: list[_Answer] = []
        self._usual = _Answer(_OK, {})

    @property
    def inbound_url(self) -> str:
        """Where the account sends inbound messages."""
        return self.url + INBOUND

    @property
    def status_url(self) -> str:
        """Where the account sends statuses."""
        return self.url + STATUS

    @property
    def received(self) -> tuple[Hook, ...]:
        """Every webhook that was rightly signed, in the order they came."""
        with self._arrived:
            return tuple(self._received)

    @property
    def inbound(self) -> tuple[Hook, ...]:
        """Those of inbound messages."""
        return tuple(each for each in self.received if each.path == INBOUND)

    @property
    def statuses(self) -> tuple[Hook, ...]:
        """Those of statuses."""
        return tuple(each for each in self.received if each.path == STATUS)

    @property
    def refused(self) -> tuple[RefusedHook, ...]:
        """Every webhook that was not; looking at them says that the test expects them."""
        with self._arrived:
            self._looked = len(self._refused)
            return tuple(self._refused)

    def unasserted(self) -> tuple[RefusedHook, ...]:
        """Return the refused ones that nobody has looked at, by ``refused``, ``wait_refused`` or this."""
        with self._arrived:
            start, self._looked = self._looked, len(self._refused)
            return tuple(self._refused[start:])

    def answer(self, status: int, *, times: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        """Answer the next ``times`` webhooks with a status, all from now on without; wrongly signed ones get 401.

        200 to 205 acknowledge a webhook; for anything else the server sends it again.
        """
        answer = _read_answer(status, headers)
        given.number_or_none("times", times)
        with self._arrived:
            if times is None:
                self._answers.clear()
                self._usual = answer
            else:
                self._answers += [answer] * times

    def wait(self, count: int = 1, *, path: str | None = None, within_s: Seconds = 5.0, **members: Json) -> list[Hook]:
        """Return the webhooks whose bodies have these members once there are ``count``; fail if they do not come.

        ``path`` is ``/inbound`` or ``/status``; both without it.
        """
        given.text_or_none("path", path, "/inbound or /status")
        asked = ([f"to {path}"] if path else []) + [f"{name}={value!r}" for name, value in members.items()]
        return self._wait(lambda: _found(self._received, path, members), count, " ".join(asked), within_s)

    def wait_refused(self, count: int = 1, *, within_s: Seconds = 5.0) -> list[RefusedHook]:
        """Return the refused webhooks once there are ``count``; fail if they do not come."""
        found = self._wait(lambda: self._refused, count, "refused", within_s)
        with self._arrived:
            self._looked = max(self._looked, len(found))
        return found

    def clear(self) -> None:
        """Forget what came, and answer 200 again."""
        with self._arrived:
            self._received.clear()
            self._refused.clear()
            self._answers.clear()
            self._looked, self._usual = 0, _Answer(_OK, {})

    def take(self, path: str, headers: Mapping[str, str], raw: bytes) -> _Answer:
        """Keep a webhook, and return how it is answered."""
        claims, reason = read_token(headers.get("authorization"), raw, self.secret)
        hook = Hook(path, headers, raw, _parsed(raw), claims)
        with self._arrived:
            if reason is None:
                self._received.append(hook)
                answer = self._answers.pop(0) if self._answers else self._usual
            else:
                self._refused.append(RefusedHook(hook.path, hook.headers, hook.raw, hook.body, hook.claims, reason))
                answer = _Answer(_UNAUTHORIZED, {})
            self._arrived.notify_all()
            return answer

    def _wait(self, look: Callable[[], Sequence[_Hook]], count: int, asked: str, within_s: Seconds) -> list[_Hook]:
        wanted, waited_s = given.number("count", count), given.seconds("within_s", within_s)
        with self._arrived:
            if self._arrived.wait_for(lambda: len(look()) >= wanted, waited_s):
                return list(look())
            raise AssertionError(self._missing(len(look()), wanted, asked, waited_s))

    def _missing(self, found: int, count: int, asked: str, within_s: float) -> str:
        """Return what was waited for and what came instead."""
        noun = "webhook" if count == 1 else "webhooks"
        lines = [f"expected {count} {noun}{f' {asked}' if asked else ''} within {within_s:g} s, found {found}"]
        lines += _listed("received", self._received) + _listed("refused", self._refused)
        return "\n".join(lines if len(lines) > 1 else [*lines, "nothing came at all"])


def _read_answer(status: object, headers: object) -> _Answer:
    """Return how to answer; raise UsageError for what is no status, or no headers."""
    expected = "a status from 200 to 599"
    code = given.instance("status", status, int, expected, "Write answer(503).")
    if code not in _STATUSES:
        raise given.wrong("status", status, expected)
    written = {} if headers is None else headers
    if not isinstance(written, Mapping):
        raise given.wrong("headers", headers, 'a mapping such as {"Retry-After": "5"}')
    for name, value in written.items():
        given.text("a header's name", name, '"Retry-After"')
        given.text(f"headers[{name!r}]", value, '"5"')
        if wrong := wrong_with(name, value):
            raise UsageError(f"headers[{name!r}] is {value!r}, {wrong[0]}", fix=wrong[1])
    return _Answer(code, dict(written))


def read_token(header: str | None, raw: bytes, secret: str) -> tuple[Mapping[str, Json], str | None]:
    """Return the claims of a webhook's token, and why they are not to be believed, ``None`` if they are.

    Not by age: how old is too old is documented nowhere, and the clock of an account may be moved.
    """
    import jwt

    if header is None:
        return {}, "it has no Authorization header"
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        return {}, "its Authorization header holds no Bearer token"
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except jwt.InvalidSignatureError:
        return {}, "its token is signed with another secret"
    except jwt.InvalidTokenError as error:
        return {}, f"its token cannot be read: {error}"
    if claims.get("payload_hash") != hashlib.sha256(raw).hexdigest():
        return claims, "its body is not the one that was signed"
    return claims, None


class Sinks:
    """One server for the sinks of a whole test run, each at a path of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open: dict[str, MessagesSink] = {}

    @contextmanager
    def opened(self, secret: str) -> Iterator[MessagesSink]:
        """Yield a new sink, for the length of a block."""
        name = uuid4().hex
        sink = self._open[name] = MessagesSink(f"{self._url}/{name}", secret)
        try:
            yield sink
        finally:
            del self._open[name]

    def take(self, target: str, headers: Mapping[str, str], raw: bytes) -> _Answer:
        """Hand a webhook to its sink; 404 if that is closed."""
        name, slash, rest = urlsplit(target).path.removeprefix("/").partition("/")
        sink = self._open.get(name)
        return _Answer(_NOT_FOUND, {}) if sink is None else sink.take(slash + rest, headers, raw)


@contextmanager
def serving_sinks() -> Iterator[Sinks]:
    """Listen on a free port of this machine for the length of a block."""

    class Handler(BaseHTTPRequestHandler):
        """Hands each webhook to its sink."""

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Take it."""
            raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
            answer = sinks.take(self.path, {name.lower(): value for name, value in self.headers.items()}, raw)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((_HOST, 0), Handler) as server:
        server.daemon_threads = True  # the server under test may keep a connection open
        sinks = Sinks(f"http://{_HOST}:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(_LOOK_S,), name="messages-sink", daemon=True)
        thread.start()
        try:
            yield sinks
        finally:
            server.shutdown()
            thread.join()


def _found(hooks: Sequence[Hook], path: str | None, members: Mapping[str, Json]) -> list[Hook]:
    return [
        each
        for each in hooks
        if path in {None, each.path}
        and (not members or (isinstance(each.body, dict) and members.items() <= each.body.items()))
    ]


def _listed(what: str, hooks: Sequence[Hook]) -> list[str]:
    """Return the last few of them, a line each."""
    if not hooks:
        return []
    cut = f", the last {_SHOWN}" if len(hooks) > _SHOWN else ""
    return [f"{what} {len(hooks)}{cut}:", *(f"  {each}" for each in hooks[-_SHOWN:])]


def _parsed(raw: bytes) -> Json:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
