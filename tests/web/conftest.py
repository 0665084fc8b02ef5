"""An application in process: a client for it, a clock to move, and a receiver that remembers its webhooks."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import httpx2
import msgspec
import pytest

from mockserver.clock import ManualClock
from mockserver.contract.specs import Specs, load_specs
from mockserver.model import Account, Json
from mockserver.settings import Settings
from mockserver.web.app import MockApp, create_app

STATUS_URL = "http://127.0.0.1:9/status"
INBOUND_URL = "http://127.0.0.1:9/inbound"
START_S = 1_790_000_000.0


@dataclass
class Receiver:
    """A poster that keeps what it is given and answers with one status."""

    answer: int = 204
    got: list[tuple[str, Json]] = field(default_factory=list)

    async def post(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        over_s: float = 0.0,  # noqa: ARG002 - the protocol's
    ) -> int:
        """Keep the URL and the body."""
        assert method == "POST"
        assert headers["Authorization"].startswith("Bearer ")
        self.got.append((url, msgspec.json.decode(body)))
        return self.answer

    async def close(self) -> None:
        """Hold nothing, so let go of nothing."""


@dataclass
class Api:
    """What a test talks to."""

    app: MockApp
    client: httpx2.AsyncClient
    receiver: Receiver

    async def send(self, body: Json, *, key: str = "mockkey1", path: str = "/v0.1/messages") -> httpx2.Response:
        """Send a message with key and secret."""
        return await self.client.post(path, json=body, headers=basic(key))

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        await self.app.runtime.advance(seconds)

    async def journal(self, **query: str) -> list[Json]:
        """Return the journal, newest entry first."""
        answer = await self.client.get("/_mock/journal", params=query)
        assert answer.status_code == 200, answer.text
        entries: list[Json] = answer.json()["entries"]
        return entries


class OpenApi(Protocol):
    """Makes an Api with settings of its own."""

    def __call__(self, *accounts: Account, **settings: object) -> AbstractAsyncContextManager[Api]:
        """Open it for the length of a ``with`` block."""
        ...


def basic(key: str, secret: str = "any") -> dict[str, str]:
    """Return the header of key and secret."""
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}


def sms(**changes: Json) -> Json:
    """Return a small valid SMS body."""
    return {
        "from": {"type": "sms", "number": "ACME"},
        "to": {"type": "sms", "number": "447700900123"},
        "message": {"content": {"type": "text", "text": "Table ready"}},
        **changes,
    }


@pytest.fixture(scope="session")
def specs() -> Specs:
    """Read the documents once."""
    return load_specs()


@pytest.fixture
def open_api(specs: Specs) -> OpenApi:
    """Return the maker of applications; answers and webhooks are held against our documents."""

    @asynccontextmanager
    async def opened(*accounts: Account, **changes: object) -> AsyncIterator[Api]:
        known = {
            "status_url": STATUS_URL,
            "inbound_url": INBOUND_URL,
            "seed": 7,
            "self_check": True,
        } | changes
        receiver = Receiver()
        app = create_app(
            Settings(**known),  # type: ignore[arg-type]  # a test names its settings by keyword
            accounts,
            specs=specs,
            clock=ManualClock(START_S),
            poster=receiver,
        )
        await app.runtime.start()
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield Api(app, client, receiver)
        await app.runtime.stop(0)

    return opened


@pytest.fixture
async def api(open_api: OpenApi) -> AsyncIterator[Api]:
    """Return an application with default settings."""
    async with open_api() as opened:
        yield opened
