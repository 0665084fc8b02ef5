"""Talks to a running server through its control API; knows no command and prints nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from ssl import SSLCertVerificationError
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from mockserver.errors import MockServerError, UnreachableError, UsageError
from mockserver.model import Json

_ANSWER_S = 10
_LONGEST_S = 86_400
"""As long as any wait; sockets take no longer times than fit their type."""
_NO_CONTENT = 204
_CLIENT_ERRORS = range(400, 500)


@dataclass(frozen=True, slots=True)
class Server:
    """A server somewhere, and the account to look at: the default one without."""

    url: str
    account: str | None = None

    def get(
        self,
        path: str,
        more: Mapping[str, str | None] | None = None,
        *,
        wait_s: int | None = None,
        patience_s: float = 0.0,
        **query: str | int | None,
    ) -> Json:
        """Return the answer of ``GET /_mock/<path>``; queries, and ``more`` of them, that are ``None`` are left out.

        ``patience_s`` is how long the server may take beyond the usual. Raise UsageError for what the server refuses,
        UnreachableError where none answers.
        """
        asked = {**query, **(more or {}), "wait_s": wait_s, "account": self.account}
        patience_s += _ANSWER_S + (wait_s or 0)
        return self._ask(Request(self._address(path, asked)), patience_s)  # noqa: S310, checked

    def post(self, path: str, body: Json, *, wait_s: float = 0.0, **query: int | str) -> Json:
        """Return the answer of ``POST /_mock/<path>``, which may take ``wait_s`` seconds more; raise as ``get``.

        A ``body`` of ``None`` is none at all.
        """
        return self._send("POST", path, body, wait_s, query)

    def put(self, path: str, body: Json) -> Json:
        """Return the answer of ``PUT /_mock/<path>``; raise as ``get`` does."""
        return self._send("PUT", path, body, 0.0, {})

    def put_text(self, path: str, text: str, *, name: str, sets: Mapping[str, str]) -> Json:
        """Return the answer of ``PUT /_mock/<path>`` with a scenario's text; raise as ``get`` does.

        ``name`` is what its places begin with, ``sets`` are values of its variables.
        """
        written = [f"{variable}={value}" for variable, value in sets.items()]
        address = self._address(path, {"account": self.account, "name": name, "set": written})
        content = text.encode("utf-8", "surrogateescape")
        headers = {"Content-Type": "application/yaml"}
        return self._ask(Request(address, content, headers, method="PUT"), _ANSWER_S)  # noqa: S310, checked

    def _send(self, method: str, path: str, body: Json, wait_s: float, query: Mapping[str, int | str]) -> Json:
        address = self._address(path, {"account": self.account, **query})
        content = None if body is None else json.dumps(body).encode()
        request = Request(address, content, {"Content-Type": "application/json"}, method=method)  # noqa: S310, checked
        return self._ask(request, _ANSWER_S + wait_s)

    def delete(self, path: str) -> None:
        """Ask ``DELETE /_mock/<path>``; raise as ``get`` does."""
        address = self._address(path, {"account": self.account})
        self._ask(Request(address, method="DELETE"), _ANSWER_S)  # noqa: S310, checked

    def probe(self, path: str, timeout_s: float) -> None:
        """Ask ``GET /_mock/<path>`` for no account; raise as ``get`` does unless it answers well in time."""
        self._ask(Request(self._address(path, {})), timeout_s)  # noqa: S310, checked

    def _address(self, path: str, query: Mapping[str, str | int | list[str] | None]) -> str:
        given = {name: value for name, value in query.items() if value is not None}
        written = urlencode(given, doseq=True, errors="surrogateescape")
        return f"{self.url}/_mock/{path}" + (f"?{written}" if written else "")

    def _ask(self, request: Request, timeout_s: float) -> Json:
        """Return the JSON that answers a request; proxies are for the world outside."""
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=min(timeout_s, _LONGEST_S)) as answer:
                return None if answer.status == _NO_CONTENT else self._parsed(answer.read())
        except HTTPError as error:
            with error:
                raise self._refusal(error) from None
        except UnicodeError:
            what = f"{self.url} holds characters other than ASCII after its host."
            raise UsageError(what, fix="Write them percent-encoded.") from None
        except (OSError, HTTPException) as error:
            raise self._unreachable(error) from None

    def _parsed(self, raw: bytes) -> Json:
        try:
            return json.loads(raw)
        except ValueError:
            what = f"What answers at {self.url} is no mockserver."
            raise UnreachableError(what, fix="Give the URL of one by --server.") from None

    def _refusal(self, error: HTTPError) -> MockServerError:
        """Return what the server said against a request."""
        problem = self._parsed(error.read())
        if isinstance(problem, dict) and error.code in _CLIENT_ERRORS and "detail" in problem:
            return UsageError(str(problem["detail"]), where=problem.get("where"), fix=problem.get("fix"))
        return UnreachableError(f"The server at {self.url} is not ready: it answered {error.code}.")

    def _unreachable(self, error: Exception) -> UnreachableError:
        """Return that nobody answers, and why."""
        reason = getattr(error, "reason", error)
        if isinstance(reason, SSLCertVerificationError):
            what = f"The certificate of {self.url} is not trusted here."
            return UnreachableError(what, fix="Set SSL_CERT_FILE to the server's ca.pem, or give its http URL.")
        words = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        what = f"No server answers at {self.url} ({words})."
        return UnreachableError(what, fix="Start one with `mockserver serve`, or give its URL by --server.")
