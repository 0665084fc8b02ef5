"""Sends one webhook over HTTP and says what came back; knows nothing of retries or of what it carries."""

import asyncio
from collections.abc import Coroutine, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

from mockserver.errors import PostError

if TYPE_CHECKING:
    from mockserver.general_http import GeneralPoster
    from mockserver.plain_http import Connections

_ANSWER_MAX_BYTES: Final = 65_536
_KEEP_ALIVE_S: Final = 1.0
"""Shorter than any common server's own: a POST whose kept connection closes under it is not repeated."""
_GENERAL: Final = "mockserver.general_http"


class Poster(Protocol):
    """Sends a request and returns the status of the answer."""

    async def post(self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, over_s: float = 0.0) -> int:
        """Send it, the body in pieces over so many seconds; raise PostError if no answer came."""
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...


class HttpPoster:
    """Sends over plain HTTP by itself, all else with a general client, which few need and which is slow to load."""

    def __init__(self, *, connect_timeout_s: float, answer_timeout_s: float) -> None:
        self._connect_s = connect_timeout_s
        self._answer_s = answer_timeout_s
        self._general: GeneralPoster | None = None
        self._plain = _connections(connect_timeout_s, answer_timeout_s)

    def post(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, over_s: float = 0.0
    ) -> Coroutine[Any, Any, int]:
        """See ``Poster.post``."""
        if self._plain is not None and not over_s:
            try:
                place = self._plain.place_of(url)
            except ValueError as error:
                raise PostError(f"{type(error).__name__}: {error}") from error
            if place is not None:
                return self._plain.ask(method, place, body, headers)
        return self._post(method, url, body, headers, over_s)

    async def _post(self, method: str, url: str, body: bytes, headers: Mapping[str, str], over_s: float) -> int:
        general = self._general or await self._load()
        return await general.post(method, url, body, headers, over_s=over_s)

    async def _load(self) -> "GeneralPoster":
        """Return the general client; it is loaded in a thread, for that may take a fifth of a second."""
        await asyncio.to_thread(import_module, _GENERAL)
        if self._general is None:  # another webhook may have waited for it as well
            from mockserver.general_http import GeneralPoster

            self._general = GeneralPoster(
                connect_timeout_s=self._connect_s,
                answer_timeout_s=self._answer_s,
                keep_s=_KEEP_ALIVE_S,
                most_bytes=_ANSWER_MAX_BYTES,
            )
        return self._general

    async def close(self) -> None:
        """See ``Poster.close``."""
        if self._plain is not None:
            self._plain.close()
        if self._general is not None:
            await self._general.close()
            self._general = None


def _connections(connect_timeout_s: float, answer_timeout_s: float) -> "Connections | None":
    """Return what speaks plain HTTP, ``None`` where there is no httptools."""
    try:
        from mockserver.plain_http import Connections
    except ImportError:
        return None
    return Connections(
        connect_timeout_s=connect_timeout_s,
        answer_timeout_s=answer_timeout_s,
        keep_s=_KEEP_ALIVE_S,
        most_bytes=_ANSWER_MAX_BYTES,
    )
