"""The ways to a mock server: start one in a thread, run one in process, or connect to one that runs."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.client import OverHttp, Transport, call_of, meaning
from mockserver.handle import given
from mockserver.handle.access import Access, Notes, Place
from mockserver.handle.asgi import AsgiApp
from mockserver.handle.credentials import Credentials
from mockserver.handle.transports import InThread
from mockserver.model import ANY_SECRET, Account
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.handle.awaited import AsyncMockServer
    from mockserver.handle.blocking import MockServer
    from mockserver.handle.opening import Opening


class Doors(Access):
    """How one comes by a ``MockServer``."""

    _transport: Transport

    @staticmethod
    def serving(
        settings: Settings | None = None, accounts: Sequence[Account] = (), *, account: str | None = None
    ) -> "Opening":
        """Return a server that runs in a thread for the length of a ``with`` or ``async with`` block.

        It takes free ports unless the settings name others than the usual ones, and speaks http and https. Its verbs
        are on ``account``, one of those given; without it, on the default account of the settings.
        """
        from mockserver.handle.opening import Opening, Wanted, served, served_beside

        wanted = Wanted.given(settings, accounts, account)
        return Opening(lambda: served(wanted), lambda: served_beside(wanted))

    @staticmethod
    def in_process(
        settings: Settings | None = None,
        accounts: Sequence[Account] = (),
        *,
        account: str | None = None,
        sut: AsgiApp | None = None,
        lifespan: bool = True,
    ) -> "Opening":
        """Return a server with no sockets for the length of a ``with`` or ``async with`` block; ``app`` calls it.

        Webhooks go to ``sut``, an ASGI application, at ``/webhooks/inbound`` and ``/webhooks/status`` unless the
        settings or the account name other URLs, whose host does not matter. It is started up and shut down, too, unless
        ``lifespan`` is false. Under ``async with`` all runs in the loop of the test, under ``with`` in one of its own.
        Without ``sut``, webhooks go by sockets to where the account says, as ever.
        """
        from mockserver.handle.opening import Opening, Sut, Wanted, in_loop, in_thread

        wanted, under_test = Wanted.given(settings, accounts, account), Sut.given(sut, lifespan)
        return Opening(lambda: in_thread(wanted, under_test), lambda: in_loop(wanted, under_test))

    @staticmethod
    def connect(
        url: str,
        *,
        account: str | None = None,
        tls_url: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
    ) -> "MockServer":
        """Return the verbs of a server that runs elsewhere, on its default account or on another of it.

        It holds nothing open. Its secrets are known only to whoever started it; ``new_account`` makes an account with
        everything known. Raise UnreachableError where none answers, UnknownError for an account it does not have.
        """
        from mockserver.handle.blocking import MockServer

        url = given.text("url", url, "http://127.0.0.1:7670").rstrip("/")
        given.text_or_none("account", account, "an API key")
        given.text_or_none("tls_url", tls_url, "https://127.0.0.1:7671")
        trusted = None if ca_file is None else Path(given.path("ca_file", ca_file))
        transport = OverHttp(url, None if trusted is None else str(trusted))
        asked = call_of("GET", "clock", query={"account": account})
        api_key = meaning(asked, transport.ask(asked), url)["account"]
        asked = call_of("GET", f"accounts/{api_key}")
        found = meaning(asked, transport.ask(asked), url)
        application = next(iter(found["applications"]), None)
        credentials = Credentials(
            api_key,
            None if found["secrets"] else ANY_SECRET,
            None if application is None else application["id"],
        )
        place = Place(url, tls_url, trusted, known={api_key: credentials})
        return MockServer(transport, place, credentials, Notes())

    @property
    def aio(self) -> "AsyncMockServer":
        """The same account with verbs to be awaited, in any event loop that anyio knows; they ask in worker threads."""
        from mockserver.handle.awaited import AsyncMockServer

        return AsyncMockServer(InThread(self._transport), self._place, self._credentials, self._notes)
