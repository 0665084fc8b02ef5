"""A server for all tests of the handle, an account of it for each, and a system under test that is an ASGI app."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.handle import AsyncMockServer, MockServer
from mockserver.model import Json
from mockserver.settings import Settings
from tests.handle.sending import body_of

QUICK = Settings(port=0, tls=False, submitted_after_s=0.0, delivered_after_s=0.01, read_after_s=0.02)


@pytest.fixture(scope="session")
def server() -> Iterator[MockServer]:
    """Serve for all tests."""
    with MockServer.serving(QUICK) as mock:
        yield mock


@pytest.fixture
def mock(server: MockServer) -> Iterator[MockServer]:
    """Return an account of the test's own."""
    account = server.new_account()
    yield account
    account.forget()


@dataclass
class Clinic:
    """A system under test that keeps its webhooks, and answers each inbound message within its webhook."""

    mock: MockServer | AsyncMockServer | None = None
    got: list[tuple[str, Json]] = field(default_factory=list)
    life: list[str] = field(default_factory=list)
    loops: set[asyncio.AbstractEventLoop] = field(default_factory=set)
    fails: int = 0

    @property
    def app(self) -> Starlette:
        """The application."""
        routes = [
            Route("/webhooks/status", self.on_status, methods=["POST"]),
            Route("/webhooks/inbound", self.on_inbound, methods=["POST"]),
        ]
        return Starlette(routes=routes, lifespan=self.lifespan)

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[dict[str, str]]:
        """Leave a trace of the start and the end."""
        self.life.append("started")
        yield {"opened": "yes"}
        self.life.append("stopped")

    async def on_status(self, request: Request) -> Response:
        """Keep it, or fail as often as was asked for."""
        self.loops.add(asyncio.get_running_loop())
        if self.fails:
            self.fails -= 1
            raise ZeroDivisionError("the clinic is closed")
        self.got.append((request.url.path, await request.json()))
        return Response(status_code=204)

    async def on_inbound(self, request: Request) -> Response:
        """Keep it, and answer the user before it is acknowledged."""
        told = await request.json()
        self.got.append((request.url.path, told))
        await self.send(to=told["from"], text=f"You said: {told['text']}")
        return Response(status_code=204)

    async def send(self, **members: Json) -> httpx2.Response:
        """Send a message by the application of the mock server."""
        assert self.mock is not None
        transport = httpx2.ASGITransport(self.mock.app)
        async with httpx2.AsyncClient(transport=transport, base_url=self.mock.url) as client:
            headers = {"Authorization": self.mock.basic}
            return await client.post("/v1/messages", json=body_of(**members), headers=headers)

    def statuses(self) -> list[str]:
        """Return the statuses it was told of."""
        return [told["status"] for path, told in self.got if path == "/webhooks/status"]


@pytest.fixture
def clinic() -> Clinic:
    """Return a system under test that is not running yet."""
    return Clinic()
