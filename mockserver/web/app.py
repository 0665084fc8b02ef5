"""The composition root: one ASGI application over one runtime."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.clock import Clock
from mockserver.contract.specs import Specs
from mockserver.model import Account
from mockserver.poster import Poster
from mockserver.service.runtime import Runtime
from mockserver.settings import Settings
from mockserver.web.control.handlers import Control
from mockserver.web.control.table import PREFIX
from mockserver.web.endpoint import Endpoint
from mockserver.web.vonage import VonageRoutes


class MockApp(Starlette):
    """The application; start its ``runtime`` in the running loop before the first request, stop it after the last."""

    def __init__(self, runtime: Runtime) -> None:
        vonage, control = VonageRoutes(runtime), Control(runtime)
        routes = [
            *vonage.routes(),
            *control.routes(),
            Route(PREFIX + "/{path:path}", Endpoint(control.unknown_path)),
            Route("/{path:path}", Endpoint(vonage.unknown_path)),
        ]

        async def failed(request: Request, error: Exception) -> Response:
            return await vonage.record_failure(request, error)

        super().__init__(routes=routes, exception_handlers={Exception: failed})
        self.router.redirect_slashes = False
        self.runtime = runtime


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
