"""What tests of the services share: a whole runtime whose clock stands still and whose receivers answer by turns."""

import base64
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

import pytest

from mockserver.clock import ManualClock
from mockserver.contract.specs import Specs, load_specs
from mockserver.model import Account, Delivery, Entry, EntryKind, Json, Message
from mockserver.service.accounts import Caller
from mockserver.service.runtime import Runtime
from mockserver.settings import Settings
from tests.bodies import body_of
from tests.fakes import FakePoster

START_S = 1_790_000_000.0
STATUS_URL = "http://sut.test/status"
INBOUND_URL = "http://sut.test/inbound"
KEY = "mockkey1"


@dataclass(frozen=True, slots=True)
class World:
    """A runtime with a poster that keeps what it is given; ``key`` is the account calls are about."""

    runtime: Runtime
    clock: ManualClock
    poster: FakePoster

    async def account(self, key: str = KEY) -> Account:
        """Return an account as it stands."""
        found = await self.runtime.accounts.find(key)
        assert found is not None
        return found

    async def send(
        self,
        channel: str = "sms",
        kind: str = "text",
        *,
        key: str = KEY,
        application: str | None = None,
        **changes: Json,
    ) -> Message:
        """Send a message, with the token of an application if one is named."""
        caller = Caller(await self.account(key), application)
        sent = await self.runtime.messages.send(caller, channel, body_of(channel, kind, **changes))
        assert sent.message is not None, sent.fate
        return sent.message

    async def advance(self, seconds: float) -> None:
        """Let time pass, and everything happen that is due."""
        await self.runtime.advance(seconds)

    async def message(self, uuid: str, key: str = KEY) -> Message:
        """Return a message as it stands."""
        found = await self.runtime.store.message(key, uuid)
        assert found is not None
        return found

    async def deliveries(self, uuid: str, key: str = KEY) -> list[Delivery]:
        """Return the webhooks of a message, oldest first."""
        return await self.runtime.store.deliveries_of(key, uuid)

    async def entries(self, kind: EntryKind | None = None, key: str = KEY) -> list[Entry]:
        """Return the journal, or its entries of one kind, oldest first."""
        entries = await self.runtime.store.entries(key, limit=100_000)
        return [each for each in entries if kind in {None, each.kind}]

    def statuses(self, uuid: str) -> list[str]:
        """Return the statuses that webhooks told of a message, in the order they were posted."""
        bodies = [each for each in self.poster.bodies() if each["message_uuid"] == uuid]
        return [each["status"] for each in bodies]


class OpenWorld(Protocol):
    """Makes a started world; settings are given by keyword."""

    async def __call__(self, *accounts: Account, specs: Specs | None = None, **settings: object) -> World:
        """Make it; it is stopped when the test is over."""
        ...


def basic(key: str, secret: str = "s3cret") -> list[str]:
    """Return the Authorization headers of a request with key and secret."""
    return ["Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()]


@pytest.fixture(scope="session")
def specs() -> Specs:
    """Read the documents once."""
    return load_specs()


@pytest.fixture
async def open_world(specs: Specs) -> AsyncIterator[OpenWorld]:
    """Return the maker of worlds; our own webhooks are held against our documents."""
    own_specs = specs
    async with AsyncExitStack() as stack:

        async def opened(*accounts: Account, specs: Specs | None = None, **changes: object) -> World:
            known = {"status_url": STATUS_URL, "inbound_url": INBOUND_URL, "seed": 7, "self_check": True} | changes
            clock = ManualClock(START_S)
            poster = FakePoster(clock)
            runtime = Runtime(
                Settings(**known),  # type: ignore[arg-type]  # a test names its settings by keyword
                accounts,
                specs=specs or own_specs,
                clock=clock,
                poster=poster,
            )
            await runtime.start()
            stack.push_async_callback(runtime.stop, 0)
            return World(runtime, clock, poster)

        yield opened


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    """Return a world with default settings."""
    return await open_world()
