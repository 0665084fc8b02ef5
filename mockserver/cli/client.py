"""Talks to a running server as commands do, through its control API; knows no command and prints nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mockserver.client import Call, Hints, OverHttp, Query, call_of, meaning
from mockserver.model import Json

_ANSWER_S: Final = 10.0
_HINTS: Final = Hints(
    start="Start one with `mockserver serve`, or give its URL by --server.",
    trust="Set SSL_CERT_FILE to the server's ca.pem, or give its http URL.",
)


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
        asked: dict[str, Query] = {**query, **(more or {}), "wait_s": wait_s}
        return self._ask("GET", path, query=asked, patience_s=patience_s + (wait_s or 0))

    def post(self, path: str, body: Json, *, wait_s: float = 0.0, **query: int | str) -> Json:
        """Return the answer of ``POST /_mock/<path>``, which may take ``wait_s`` seconds more; raise as ``get``.

        A ``body`` of ``None`` is none at all.
        """
        return self._ask("POST", path, body, query=query, patience_s=wait_s)

    def put(self, path: str, body: Json) -> Json:
        """Return the answer of ``PUT /_mock/<path>``; raise as ``get`` does."""
        return self._ask("PUT", path, body)

    def put_text(self, path: str, text: str, *, name: str, sets: Mapping[str, str]) -> Json:
        """Return the answer of ``PUT /_mock/<path>`` with a scenario's text; raise as ``get`` does.

        ``name`` is what its places begin with, ``sets`` are values of its variables.
        """
        written = [f"{variable}={value}" for variable, value in sets.items()]
        return self._ask("PUT", path, text, query={"name": name, "set": written})

    def delete(self, path: str) -> None:
        """Ask ``DELETE /_mock/<path>``; raise as ``get`` does."""
        self._ask("DELETE", path)

    def probe(self, path: str, timeout_s: float) -> None:
        """Ask ``GET /_mock/<path>`` for no account; raise as ``get`` does unless it answers well in time."""
        self._meaning(call_of("GET", path), timeout_s)

    def _ask(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        query: Mapping[str, Query] | None = None,
        patience_s: float = 0.0,
    ) -> Json:
        asked = {**(query or {}), "account": self.account}
        return self._meaning(call_of(method, path, body, query=asked, patience_s=patience_s), _ANSWER_S)

    def _meaning(self, call: Call, answer_s: float) -> Json:
        answer = OverHttp(self.url, hints=_HINTS, answer_s=answer_s).ask(call)
        return meaning(call, answer, self.url, "Give the URL of one by --server.")
