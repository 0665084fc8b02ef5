"""The last official Node clients that speak Dispatch v0.1 start workflows on a running server, and time is moved.

Server, receiver and client's callbacks share the loop of the test; only the client is a process of its own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mockserver.clock import ManualClock
from mockserver.model import Account, Application, Json, Status
from mockserver.settings import Settings
from mockserver.web.app import MockApp, create_app
from mockserver.web.lifetime import serve
from mockserver.web.listeners import Running
from tests.clients.node import NodeClient
from tests.clients.python import new_key
from tests.clients.test_node_legacy import ACCOUNT, APPLICATION, CLIENTS, order_of

pytestmark = pytest.mark.node

SECRET = "a-signature-secret-of-thirty-two-bytes"
READ_OR_EXPIRE: Json = [
    {
        "from": {"type": "messenger", "id": "104455667788990"},
        "to": {"type": "messenger", "id": "2233445566778899"},
        "message": {"content": {"type": "text", "text": "Server down"}},
        "failover": {"expiry_time": 600, "condition_status": "read"},
    },
    {
        "from": {"type": "sms", "number": "AcmeCo"},
        "to": {"type": "sms", "number": "447700900101"},
        "message": {"content": {"type": "text", "text": "Server down"}},
    },
]


@dataclass
class Stage:
    """A running server on a clock that stands still, the webhooks its receiver got, and a client to send with."""

    client: NodeClient
    key: rsa.RSAPrivateKey
    app: MockApp
    port: int = 0
    got: list[Json] = field(default_factory=list)
    tokens: list[Json] = field(default_factory=list)

    async def start(self, *workflows: Json) -> list[Json]:
        """Start workflows by the client; return what it handed to its callbacks."""
        order = order_of(self.client, self.port, self.key)
        results: list[Json] = await asyncio.to_thread(self.client.run, {**order, "workflows": workflows})
        return results

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        await self.app.runtime.advance(seconds)

    async def read_first(self) -> None:
        """Let the user read the message that was sent first."""
        [first] = [each async for each in self.app.runtime.store.messages(ACCOUNT) if each.step == 0]
        await self.app.runtime.messages.move(first, Status.READ)
        await self.app.runtime.settle()

    async def take(self, request: web.Request) -> web.Response:
        """Keep a webhook and the claims of its token, which must be signed with the secret of the account."""
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self.tokens.append(jwt.decode(token, SECRET, algorithms=["HS256"]))
        self.got.append(await request.json())
        return web.Response(status=204)


@asynccontextmanager
async def receiving(stage: Stage) -> AsyncIterator[str]:
    """Let the receiver of a stage listen, and yield its URL."""
    taker = web.Application()
    taker.router.add_post("/status", stage.take)
    runner = web.AppRunner(taker)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/status"
    await runner.cleanup()


@asynccontextmanager
async def serving(stage: Stage, settings: Settings) -> AsyncIterator[Running]:
    """Serve in the loop of the test for the length of a ``with`` block."""
    stopping = asyncio.Event()
    started: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(stage.app, settings, stopping, started.set_result))
        yield await started
        stopping.set()


@pytest.fixture(params=CLIENTS, ids=lambda client: client.place)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """Set the stage for each client: the key of the application is known, its statuses go to the receiver."""
    client: NodeClient = request.param
    client.ready()
    key = new_key()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    settings = Settings(port=0, tls=False, self_check=True)
    stage = Stage(client, key, create_app(settings, clock=ManualClock()))
    async with receiving(stage) as url, serving(stage, settings) as running:
        application = Application(APPLICATION, public_key=public.decode(), status_url=url)
        account = Account(ACCOUNT, signature_secret=SECRET, applications=(application,))
        await stage.app.runtime.accounts.put(account)
        stage.port = urlsplit(running.url).port or 0
        yield stage


async def test_client_is_told_the_uuid_of_its_workflow(stage: Stage) -> None:
    [result] = await stage.start(READ_OR_EXPIRE)

    assert result["error"] is None
    assert ["dispatch_uuid"] == list(result["answer"])
    assert str(UUID(result["answer"]["dispatch_uuid"])) == result["answer"]["dispatch_uuid"]


async def test_message_read_in_time_is_the_end_of_it(stage: Stage) -> None:
    [result] = await stage.start(READ_OR_EXPIRE)
    await stage.advance(599)

    await stage.read_first()
    await stage.advance(86400)

    assert ["submitted", "delivered", "read", "completed"] == [each["status"] for each in stage.got]
    report = stage.got[-1]
    assert result["answer"]["dispatch_uuid"] == report["dispatch_uuid"]
    assert [("messenger", "read")] == [(each["channel"], each["status"]) for each in report["_links"]["messages"]]


async def test_unread_message_expires_and_the_next_is_sent(stage: Stage) -> None:
    [result] = await stage.start(READ_OR_EXPIRE)

    await stage.advance(599)
    assert ["submitted", "delivered"] == [each["status"] for each in stage.got]
    await stage.advance(60)

    told = [(each.get("to", {}).get("type"), each["status"]) for each in stage.got]
    assert [
        ("messenger", "submitted"),
        ("messenger", "delivered"),
        ("sms", "submitted"),
        ("sms", "delivered"),
        (None, "completed"),
    ] == told
    workflow = result["answer"]["dispatch_uuid"]
    assert {workflow} == {each["_links"]["workflow"]["dispatch_uuid"] for each in stage.got[:-1]}
    report = stage.got[-1]
    assert (workflow, "0.0666") == (report["dispatch_uuid"], report["usage"]["price"])
    assert [each["message_uuid"] for each in stage.got[1:4:2]] == [
        each["message_uuid"] for each in report["_links"]["messages"]
    ]
    assert {APPLICATION} == {each["application_id"] for each in stage.tokens}


async def test_client_reads_which_step_is_wrong(stage: Stage) -> None:
    first, last = READ_OR_EXPIRE
    wrong = {**last, "to": {"type": "sms", "number": 447700900101}}

    [result] = await stage.start([first, wrong])

    assert (None, 400) == (result["answer"], result["error"]["statusCode"])
    assert ["workflow[1].to.number"] == [each["name"] for each in result["error"]["body"]["invalid_parameters"]]


async def test_client_that_puts_its_callback_into_the_workflow_is_refused(stage: Stage) -> None:
    """An old official sample does; the function becomes a null on its way."""
    [result] = await stage.start([*READ_OR_EXPIRE, None])

    assert 400 == result["error"]["statusCode"]
    assert ["workflow[2]"] == [each["name"] for each in result["error"]["body"]["invalid_parameters"]]
