"""Stand-ins that tests share: a poster that keeps what it is given and answers by turns."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import jwt
import msgspec

from mockserver.clock import Clock
from mockserver.errors import PostError
from mockserver.model import Json

Turn: TypeAlias = "int | str | asyncio.Future[int]"
"""A status to answer, the words of a PostError, or a future that answers when the test says so."""


@dataclass(frozen=True, slots=True)
class Post:
    """One request a receiver got, and when by the clock of the test."""

    method: str
    url: str
    body: bytes
    headers: dict[str, str]
    at_s: float
    over_s: float = 0.0

    @property
    def json(self) -> Json:
        """The body as JSON."""
        return msgspec.json.decode(self.body)

    @property
    def claims(self) -> dict[str, Json]:
        """The claims of its token, the signature not checked."""
        token = self.headers["Authorization"].removeprefix("Bearer ")
        return jwt.decode(token, options={"verify_signature": False})


@dataclass
class FakePoster:
    """Keeps what it is given and answers by turns; ``then`` is the answer once the turns are used up."""

    clock: Clock
    then: Turn = 204
    posts: list[Post] = field(default_factory=list)
    is_closed: bool = False
    _turns: dict[str, deque[Turn]] = field(default_factory=dict)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    def answer(self, url: str, *turns: Turn) -> None:
        """Answer the next requests to exactly this URL by turns."""
        self._turns.setdefault(url, deque()).extend(turns)

    async def post(self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, over_s: float = 0.0) -> int:
        """See ``Poster.post``."""
        self.posts.append(Post(method, url, body, dict(headers), self.clock.seconds(), over_s))
        async with self._arrived:
            self._arrived.notify_all()
        turns = self._turns.get(url)
        turn = turns.popleft() if turns else self.then
        if isinstance(turn, str):
            raise PostError(turn)
        return turn if isinstance(turn, int) else await asyncio.shield(turn)

    async def arrived(self, count: int) -> None:
        """Wait until so many requests have come."""
        async with self._arrived, asyncio.timeout(5):
            await self._arrived.wait_for(lambda: len(self.posts) >= count)

    async def close(self) -> None:
        """See ``Poster.close``."""
        self.is_closed = True

    def to(self, url: str) -> list[Post]:
        """Return the requests to a URL, first one first."""
        return [each for each in self.posts if each.url == url]

    def bodies(self, url: str | None = None) -> list[Json]:
        """Return the bodies as JSON, of one URL or of all."""
        return [each.json for each in self.posts if url is None or each.url == url]


def never() -> asyncio.Future[int]:
    """Return the answer of a receiver that never answers."""
    return asyncio.get_running_loop().create_future()
