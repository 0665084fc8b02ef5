"""Sends webhooks of all kinds over HTTP with a general client: TLS, credentials in the URL, bodies that trickle."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final

import aiohttp

from mockserver.errors import PostError

_PIECES: Final = 20
"""How many pieces a trickling body comes in, if it has so many bytes."""


class GeneralPoster:
    """Kept connections, no proxies from the environment, no redirects, no cookies, no body unpacked.

    ``keep_s`` is how long a connection is kept after its answer, of whose body no more than ``most_bytes`` are read.
    """

    def __init__(self, *, connect_timeout_s: float, answer_timeout_s: float, keep_s: float, most_bytes: int) -> None:
        self._connect_s = connect_timeout_s
        self._answer_s = answer_timeout_s
        self._keep_s = keep_s
        self._most_bytes = most_bytes
        self._session: aiohttp.ClientSession | None = None

    async def post(self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, over_s: float = 0.0) -> int:
        """See ``poster.Poster.post``."""
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
                await answer.content.read(self._most_bytes)
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
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=self._keep_s),
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
        """See ``poster.Poster.close``."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _in_pieces(body: bytes, over_s: float) -> AsyncIterator[bytes]:
    """Yield a body slowly, the last piece after ``over_s`` seconds."""
    size = max(-(-len(body) // _PIECES), 1)
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    yield pieces[0]
    for piece in pieces[1:]:
        await asyncio.sleep(over_s / (len(pieces) - 1))
        yield piece
