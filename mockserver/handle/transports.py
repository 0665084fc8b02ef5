"""The ways a call of the control API can take: a socket, a worker thread, or an application in this process."""

import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from mockserver.errors import UnreachableError, UsageError
from mockserver.handle.asgi import AsgiApp, Request, ask_app
from mockserver.handle.calls import Answer, AsyncTransport, Call, Transport

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

_ANSWER_S: Final = 30.0
"""How long an answer may take; the server answers at once, but its machine may be busy with tests."""


@dataclass(frozen=True, slots=True)
class OverHttp:
    """Asks a server at a URL, each call by a connection of its own: nothing stays open, and threads share nothing."""

    url: str
    ca_file: str | None = None

    def ask(self, call: Call) -> Answer:
        """See ``Transport.ask``."""
        connection = self._connection(_ANSWER_S + call.patience_s)
        try:
            headers = {"Connection": "close"} | ({"Content-Type": call.content_type} if call.content else {})
            connection.request(call.method, call.target, call.content, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        except (OSError, HTTPException) as error:
            raise self._unreachable(error) from None
        finally:
            connection.close()

    def _connection(self, timeout_s: float) -> HTTPConnection:
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError:  # a port that is no number, an address half in brackets
            raise self._no_url() from None
        if host is None or parts.scheme not in {"http", "https"}:
            raise self._no_url()
        if parts.scheme == "https":
            return HTTPSConnection(host, port, timeout=timeout_s, context=self._trusting())
        return HTTPConnection(host, port, timeout=timeout_s)

    def _no_url(self) -> UsageError:
        return UsageError(f"{self.url!r} is no URL of a server", fix="Write it like http://127.0.0.1:7670.")

    def _trusting(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # no such file, or no certificate in it
            what = f"the certificate {self.ca_file} cannot be read: {error.strerror or error}"
            raise UsageError(what, fix="Give the server's ca.pem as ca_file.") from None

    def _unreachable(self, error: Exception) -> UnreachableError:
        if isinstance(error, ssl.SSLCertVerificationError):
            what = f"The certificate of {self.url} is not trusted here."
            return UnreachableError(what, fix="Give the server's ca.pem as ca_file, or its http URL.")
        if isinstance(error, (TimeoutError, socket.timeout)):
            return UnreachableError(f"The server at {self.url} did not answer in time.")
        words = getattr(error, "strerror", None) or str(error) or type(error).__name__
        what = f"No server answers at {self.url} ({words})."
        return UnreachableError(what, fix="Start one with `mockserver serve`, or give the URL of one that runs.")


@dataclass(frozen=True, slots=True)
class InThread:
    """Has another transport ask in a worker thread, so that the event loop goes on; any loop that anyio knows."""

    blocking: Transport

    async def ask(self, call: Call) -> Answer:
        """See ``AsyncTransport.ask``."""
        from anyio.to_thread import run_sync

        return await run_sync(self.blocking.ask, call, abandon_on_cancel=True)


@dataclass(frozen=True, slots=True)
class InLoop:
    """Asks an application in the running loop."""

    app: AsgiApp

    async def ask(self, call: Call) -> Answer:
        """See ``AsyncTransport.ask``."""
        headers = {"content-type": call.content_type} if call.content else {}
        answer = await ask_app(self.app, Request(call.method, call.target, headers, call.content or b""))
        return Answer(answer.status, answer.body)


@dataclass(frozen=True, slots=True)
class FromThread:
    """Has another transport ask in the loop of another thread, and waits for it."""

    awaited: AsyncTransport
    portal: "BlockingPortal"

    def ask(self, call: Call) -> Answer:
        """See ``Transport.ask``."""
        try:
            return self.portal.call(self.awaited.ask, call)
        except RuntimeError as error:
            raise UnreachableError(f"The server in this process has ended ({error}).") from None
