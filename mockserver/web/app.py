"""The composition root: one ASGI application over one runtime."""

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mockserver.clock import Clock
from mockserver.contract.specs import Specs
from mockserver.model import Account
from mockserver.poster import Poster
from mockserver.service.runtime import Runtime
from mockserver.settings import Settings
from mockserver.web.control.handlers import Control
from mockserver.web.external import ExternalRoutes
from mockserver.web.ui import Page
from mockserver.web.vonage import VonageRoutes


class MockApp:
    """The application; start its ``runtime`` in the running loop before the first request, stop it after the last.

    The provider's operations are dispatched by their exact path, ahead of the framework: its routing and wrapping would
    cost a fifth of a send.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._vonage = VonageRoutes(runtime)
        control = Control(runtime)
        external = ExternalRoutes(runtime)
        rest = Route("/{path:path}", self._vonage)
        self._others = Starlette(routes=[*Page().routes(), *control.routes(), *external.routes(), rest])
        self._others.router.redirect_slashes = False
        self._no_socket = self._others.router.default
        self._others.router.default = self._unrouted  # a path with a line break, which no route of Starlette takes

    def is_quick(self, scope: Scope) -> bool:
        """Return whether a request will be answered without waiting, as far as one can tell.

        A send is, unless a scenario has a say in it; the store of one process answers at once.
        """
        return scope["path"] in self._vonage.paths and self._vonage.is_undirected

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["path"] in self._vonage.paths:
            await self._vonage(scope, receive, send)
        else:
            await self._others(scope, receive, send)

    async def _unrouted(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._vonage if scope["type"] == "http" else self._no_socket)(scope, receive, send)


def create_app(
    settings: Settings,
    accounts: tuple[Account, ...] = (),
    *,
    specs: Specs | None = None,
    clock: Clock | None = None,
    poster: Poster | None = None,
) -> MockApp:
    """Return the application of one server; ``clock`` and ``poster`` replace time and the network in tests."""
    return MockApp(Runtime(settings, accounts, specs=specs, clock=clock, poster=poster))
