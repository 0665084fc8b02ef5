"""Sends one webhook over HTTP and says what came back; knows nothing of retries or of what it carries."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Final, Protocol

import aiohttp

from mockserver.errors import PostError

if TYPE_CHECKING:
    from mockserver.plain_http import Connections

_ANSWER_MAX_BYTES = 65_536
_KEEP_ALIVE_S = 1.0
"""Shorter than any common server's own: a POST whose kept connection closes under it is not repeated."""
_PIECES: Final = 20
"""How many pieces a trickling body comes in, if it has so many bytes."""


class Poster(Protocol):
    """Sends a request and returns the status of the answer."""

    async def post(self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, over_s: float = 0.0) -> int:
        """Send it, the body in pieces over so many seconds; raise PostError if no answer came."""
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...


class HttpPoster:
    """Sends over plain HTTP by itself, all else with aiohttp.

    Kept connections, no proxies from the environment, no redirects, no cookies, no body unpacked.
    """

    def __init__(self, *, connect_timeout_s: float, answer_timeout_s: float) -> None:
        self._connect_s = connect_timeout_s
        self._answer_s = answer_timeout_s
        self._session: aiohttp.ClientSession | None = None
        self._plain = _connections(connect_timeout_s, answer_timeout_s)

    async def post(self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, over_s: float = 0.0) -> int:
        """See ``Poster.post``."""
        if self._plain is not None and not over_s:
            try:
                place = self._plain.place_of(url)
            except ValueError as error:
                raise PostError(f"{type(error).__name__}: {error}") from error
            if place is not None:
                return await self._plain.ask(method, place, body, headers)
        return await self._post(method, url, body, headers, over_s)

    async def _post(self, method: str, url: str, body: bytes, headers: Mapping[str, str], over_s: float) -> int:
        session = self._open()
        sent: bytes | AsyncIterator[bytes] = body
        timeout = session.timeout
        if over_s:
            sent, headers = _in_pieces(body, over_s), {**headers, "Content-Length": str(len(body))}
            total_s = self._connect_s + over_s + self._answer_s
            timeout = aiohttp.ClientTimeout(total=total_s, sock_connect=self._connect_s)
        try:
            async with session.request(
                method, url, data=sent, headers=headers, allow_redirects=False, timeout=timeout
            ) as answer:
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
        if self._plain is not None:
            self._plain.close()
        if self._session is not None:
            await self._session.close()
            self._session = None


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


async def _in_pieces(body: bytes, over_s: float) -> AsyncIterator[bytes]:
    """Yield a body slowly, the last piece after ``over_s`` seconds."""
    size = max(-(-len(body) // _PIECES), 1)
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    yield pieces[0]
    for piece in pieces[1:]:
        await asyncio.sleep(over_s / (len(pieces) - 1))
        yield piece
