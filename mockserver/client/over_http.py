"""Carries calls of the control API to a server at a URL, and says in plain words why none answers."""

import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from mockserver.client.calls import Answer, Call
from mockserver.errors import UnreachableError, UsageError

_ANSWER_S: Final = 30.0
"""How long an answer may take; the server answers at once, but its machine may be busy with tests."""


_LONGEST_S: Final = 86_400.0
"""As long as any wait; sockets take no longer times than fit their type."""


@dataclass(frozen=True, slots=True)
class Hints:
    """How to mend it that no server answers, or that its certificate is not trusted, as who asks would do it."""

    start: str = "Start one with `mockserver serve`, or give the URL of one that runs."
    trust: str = "Give the server's ca.pem as ca_file, or its http URL."


HINTS: Final = Hints()


@dataclass(frozen=True, slots=True)
class OverHttp:
    """Asks a server at a URL, each call by a connection of its own: nothing stays open, and threads share nothing."""

    url: str
    ca_file: str | None = None
    hints: Hints = HINTS
    answer_s: float = _ANSWER_S

    def ask(self, call: Call) -> Answer:
        """See ``Transport.ask``."""
        connection = self._connection(min(self.answer_s + call.patience_s, _LONGEST_S))
        try:
            headers = {"Connection": "close"} | ({"Content-Type": call.content_type} if call.content else {})
            prefix = urlsplit(self.url).path.rstrip("/")
            connection.request(call.method, prefix + call.target, call.content, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        except UnicodeError:
            what = f"{self.url} holds characters other than ASCII after its host."
            raise UsageError(what, fix="Write them percent-encoded.") from None
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
            return UnreachableError(what, fix=self.hints.trust)
        if isinstance(error, (TimeoutError, socket.timeout)):
            return UnreachableError(f"The server at {self.url} did not answer in time.")
        words = getattr(error, "strerror", None) or str(error) or type(error).__name__
        what = f"No server answers at {self.url} ({words})."
        return UnreachableError(what, fix=self.hints.start)
