"""Sends one webhook over HTTP and says what came back; knows nothing of retries or of what it carries."""

from collections.abc import Mapping
from typing import Protocol

import aiohttp

_ANSWER_MAX_BYTES = 65_536
_KEEP_ALIVE_S = 1.0
"""Shorter than any common server's own: a POST whose kept connection closes under it is not repeated."""


class PostError(Exception):
    """There was no answer; the text says why."""


class Poster(Protocol):
    """Sends a request and returns the status of the answer."""

    async def post(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send it; raise PostError if no answer came."""
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...


class HttpPoster:
    """Sends with aiohttp: kept connections, no proxies from the environment, no redirects, no cookies."""

    def __init__(self, *, connect_timeout_s: float, answer_timeout_s: float) -> None:
        self._connect_s = connect_timeout_s
        self._answer_s = answer_timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def post(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """See ``Poster.post``."""
        session = self._open()
        try:
            async with session.request(method, url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.content.read(_ANSWER_MAX_BYTES)
                return answer.status
        except aiohttp.ConnectionTimeoutError as error:
            raise PostError(f"no connection within {self._connect_s:g} s") from error
        except TimeoutError as error:
            raise PostError(f"no answer within {self._answer_s:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise PostError(f"{type(error).__name__}: {error}") from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=self._connect_s + self._answer_s,
                    sock_connect=self._connect_s,
                    sock_read=self._answer_s,
                ),
                trust_env=False,
                auto_decompress=False,
                skip_auto_headers=("User-Agent",),
            )
        return self._session

    async def close(self) -> None:
        """See ``Poster.close``."""
        if self._session is not None:
            await self._session.close()
            self._session = None
