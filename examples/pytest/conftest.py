"""What the tests share: the library and the service under test, each pointed at an account of the test's own."""

from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

import httpx2
import pytest
from reminders import Reminders
from starlette.applications import Starlette
from vonage import Auth, HttpClientOptions, Vonage
from webhooks import create_app

from mockserver import MockServer
from mockserver.handle import AsyncMockServer

CLINIC = "447700900010"
InProcess: TypeAlias = Callable[[Callable[[MockServer], Starlette]], MockServer]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio, which the server needs."""
    return "asyncio"


@pytest.fixture
def reminders(messages_api: MockServer, monkeypatch: pytest.MonkeyPatch) -> Reminders:
    """The library; its client speaks https only, so it has to trust the server's certificate."""
    for name, value in messages_api.env("python").items():
        monkeypatch.setenv(name, value)
    auth = Auth(application_id=messages_api.application_id, private_key=messages_api.private_key)
    return Reminders(Vonage(auth, HttpClientOptions(api_host=urlsplit(messages_api.tls_url).netloc)), CLINIC)


@pytest.fixture
def clinic_api(messages_api_in_process: InProcess) -> AsyncMockServer:
    """The API around the service, with no sockets between them."""

    def clinic(api: MockServer) -> Starlette:
        headers = {"Authorization": f"Bearer {api.jwt()}"}
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(api.app), base_url=api.url, headers=headers)
        app: Starlette = create_app(client, api.signature_secret)
        return app

    return messages_api_in_process(clinic).aio
