"""Brings servers up for the length of a block, and leaves nothing behind: no thread, no socket, no file."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass, replace
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

from mockserver.client import AsyncTransport, OverHttp
from mockserver.core.words import choices
from mockserver.errors import ConfigError, UsageError
from mockserver.handle import given
from mockserver.handle.access import Notes, Place
from mockserver.handle.asgi import AsgiApp, AtHome, lifespan_of
from mockserver.handle.awaited import AsyncMockServer
from mockserver.handle.blocking import MockServer
from mockserver.handle.credentials import Credentials
from mockserver.handle.sut import AppPoster
from mockserver.handle.transports import FromThread, InLoop
from mockserver.model import Account, Json
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.contract.specs import Specs

_SETTINGS: Final = "Write Settings(port=0, tls=False)."
PRETENDED_URL: Final = "http://mockserver"
"""Where a server without sockets says it is: the base URL of clients that call its application."""
SUT_INBOUND_URL: Final = "http://sut/webhooks/inbound"
SUT_STATUS_URL: Final = "http://sut/webhooks/status"
"""Where the webhooks of an application under test go, unless the settings name other paths."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for: settings, accounts, and the API key of the one to speak for."""

    settings: Settings | None = None
    accounts: tuple[Account, ...] = ()
    account: str | None = None

    @classmethod
    def given(cls, settings: object, accounts: object, account: object) -> Self:
        """Return what a test handed over; raise UsageError for what is of another type."""
        return cls(
            None if settings is None else given.instance("settings", settings, Settings, "Settings", _SETTINGS),
            given.listed("accounts", accounts, Account, 'Account, such as Account("abcd1234")'),
            given.text_or_none("account", account, "the API key of an account"),
        )

    def settled(self) -> "Settled":
        """Return it with everything decided; raise UsageError for what cannot be."""
        settings, accounts = _checked(self.settings or Settings()), _checked_accounts(self.accounts)
        if settings.port == Settings().port:
            settings = replace(settings, port=0)  # tests run side by side, and beside a server of `mockserver serve`
        name = self.account or settings.api_key
        chosen = next((each for each in accounts if each.api_key == name), None)
        if chosen is None and name != settings.api_key:
            known = [each.api_key for each in accounts]
            raise UsageError(f"account {name!r} is not among the accounts given", fix=choices(name, known))
        if chosen is not None:
            credentials = Credentials.of(chosen, settings.signature_secret)
            return Settled(settings, accounts, credentials, None)
        new = Credentials.new()
        credentials = replace(
            new,
            api_key=name,
            api_secret=settings.api_secret or new.api_secret,
            signature_secret=settings.signature_secret,
        )
        members = {**credentials.account(), "signature_secret": None}
        if settings.api_secret is None and settings.auth != "strict":
            members["secrets"] = []
        return Settled(settings, (*accounts, _account(name, members)), credentials, members)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a server is made of. ``members`` are those of its account, if it was made here."""

    settings: Settings
    accounts: tuple[Account, ...]
    credentials: Credentials
    members: dict[str, Json] | None

    def place(self, url: str, **more: Any) -> Place:
        """Return the place of the server, which knows its account."""
        return Place(url, known={self.credentials.api_key: self.credentials}, **more)


def _checked(settings: Settings) -> Settings:
    from mockserver.config import checked_settings

    try:
        return checked_settings(settings, "Settings")
    except ConfigError as error:
        raise UsageError(error.what, where=error.where, fix=error.fix) from None


def _checked_accounts(accounts: tuple[Account, ...]) -> tuple[Account, ...]:
    """Return accounts as a configuration file might have them; raise UsageError for what it must not."""
    from mockserver.config import checked_accounts

    try:
        return checked_accounts(accounts)
    except ConfigError as error:
        raise UsageError(error.what, where=error.where, fix=error.fix) from None


def _account(name: str, members: Json) -> Account:
    from mockserver.config import account_from

    return account_from({"api_key": name, **members}, "the handle's account")


@cache
def shared_specs() -> "Specs":
    """Return the documents, read once for all servers of this process: reading takes most of the time of a start."""
    from mockserver.contract.specs import load_specs

    return load_specs()


@contextmanager
def served(wanted: Wanted) -> Iterator[MockServer]:
    """Serve in a thread, on ports of its own; certificates live as long as the block unless the settings keep them."""
    from mockserver.web.app import create_app
    from mockserver.web.server import serving

    settled = wanted.settled()
    settings = settled.settings
    with ExitStack() as held:
        if settings.tls and settings.tls_dir is None:
            folder = held.enter_context(tempfile.TemporaryDirectory(prefix="mockserver-tls-"))
            settings = replace(settings, tls_dir=folder)
        app = create_app(settings, settled.accounts, specs=shared_specs())
        running = held.enter_context(serving(settings, app=app))
        place = settled.place(running.url, tls_url=running.tls_url, ca_file=running.ca_file)
        yield MockServer(OverHttp(running.url), place, settled.credentials, Notes(settled.members))


_Parts: TypeAlias = tuple[AsyncTransport, Place, Credentials, Notes]


@dataclass(frozen=True, slots=True)
class Sut:
    """An application under test that takes the webhooks. ``lifespan``: whether to start it up and shut it down."""

    app: AsgiApp | None = None
    lifespan: bool = True

    @classmethod
    def given(cls, app: AsgiApp | None, lifespan: object) -> Self:
        """Return what a test handed over; raise UsageError for what is of another type."""
        if app is not None and not callable(app):
            raise given.wrong("sut", app, "an ASGI application", "Give the application itself, such as FastAPI().")
        return cls(app, given.flag("lifespan", lifespan))


@asynccontextmanager
async def served_beside(wanted: Wanted) -> AsyncIterator[AsyncMockServer]:
    """Serve in a thread for tests that run in a loop, which goes on while the thread starts and ends."""
    from anyio import CancelScope
    from anyio.to_thread import run_sync

    serving = served(wanted)
    mock = await run_sync(serving.__enter__)
    try:
        yield mock.aio
    finally:
        with CancelScope(shield=True):
            await run_sync(serving.__exit__, None, None, None)


@asynccontextmanager
async def in_loop(wanted: Wanted, sut: Sut) -> AsyncIterator[AsyncMockServer]:
    """Run in the running loop with no sockets."""
    async with _running(wanted, sut) as (transport, place, credentials, notes):
        yield AsyncMockServer(transport, place, credentials, notes)


@asynccontextmanager
async def _running(wanted: Wanted, sut: Sut) -> AsyncIterator[_Parts]:
    """Run in the running loop; webhooks go to the application under test, if there is one."""
    from mockserver.web.app import create_app

    settled = _with_urls(wanted.settled(), sut)
    settings = settled.settings
    poster = AppPoster(settings.answer_timeout_s) if sut.app is not None else None
    app = create_app(settings, settled.accounts, specs=shared_specs(), poster=poster)
    app.runtime.listens_at(PRETENDED_URL)
    async with AsyncExitStack() as held:
        if sut.app is not None and poster is not None:
            poster.app = await held.enter_async_context(lifespan_of(sut.app)) if sut.lifespan else sut.app
        await app.runtime.start()
        held.push_async_callback(app.runtime.stop, settings.shutdown_grace_s)
        home = AtHome(app, asyncio.get_running_loop())
        place = settled.place(PRETENDED_URL, app=home)
        yield InLoop(home), place, settled.credentials, Notes(settled.members)


def _with_urls(settled: Settled, sut: Sut) -> Settled:
    """Return it with webhooks that go to the application under test, if there is one and nothing else is said."""
    settings = settled.settings
    if sut.app is None:
        return settled
    named = replace(
        settings,
        inbound_url=settings.inbound_url or SUT_INBOUND_URL,
        status_url=settings.status_url or SUT_STATUS_URL,
    )
    return replace(settled, settings=named)


@contextmanager
def in_thread(wanted: Wanted, sut: Sut) -> Iterator[MockServer]:
    """Run with no sockets in the loop of a thread of its own, for tests that have none."""
    from anyio.from_thread import start_blocking_portal

    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(_running(wanted, sut)) as (transport, place, credentials, notes),
    ):
        yield MockServer(FromThread(transport, portal), place, credentials, notes)


class Opening:
    """A server that is about to be: ``with`` hands out its blocking verbs, ``async with`` those to be awaited."""

    def __init__(
        self,
        blocking: Callable[[], AbstractContextManager[MockServer]],
        awaited: Callable[[], AbstractAsyncContextManager[AsyncMockServer]],
    ) -> None:
        self._blocking = blocking
        self._awaited = awaited
        self._held = ExitStack()
        self._held_awaited = AsyncExitStack()

    def __enter__(self) -> MockServer:
        """Start it."""
        return self._held.enter_context(self._blocking())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self._held.__exit__(kind, error, trace)

    async def __aenter__(self) -> AsyncMockServer:
        """Start it."""
        return await self._held_awaited.enter_async_context(self._awaited())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        await self._held_awaited.__aexit__(kind, error, trace)
