"""The ways a call of the control API can take besides a socket: a worker thread, an application in this process."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.client import Answer, AsyncTransport, Call, Transport
from mockserver.errors import UnreachableError
from mockserver.handle.asgi import AsgiApp, Request, ask_app

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal


@dataclass(frozen=True, slots=True)
class InThread:
    """Has another transport ask in a worker thread, so that the event loop goes on; any loop that anyio knows."""

    blocking: Transport

    async def ask(self, call: Call) -> Answer:
        """See ``AsyncTransport.ask``."""
        from anyio.to_thread import run_sync

        return await run_sync(self.blocking.ask, call, abandon_on_cancel=True)


@dataclass(frozen=True, slots=True)
class InLoop:
    """Asks an application in the running loop."""

    app: AsgiApp

    async def ask(self, call: Call) -> Answer:
        """See ``AsyncTransport.ask``."""
        headers = {"content-type": call.content_type} if call.content else {}
        answer = await ask_app(self.app, Request(call.method, call.target, headers, call.content or b""))
        return Answer(answer.status, answer.body)


@dataclass(frozen=True, slots=True)
class FromThread:
    """Has another transport ask in the loop of another thread, and waits for it."""

    awaited: AsyncTransport
    portal: "BlockingPortal"

    def ask(self, call: Call) -> Answer:
        """See ``Transport.ask``."""
        try:
            return self.portal.call(self.awaited.ask, call)
        except RuntimeError as error:
            raise UnreachableError(f"The server in this process has ended ({error}).") from None
