"""Webhooks to an application in this process: posts them with no socket, and answers as a server of it would."""

import asyncio
import logging
from collections.abc import Mapping

from mockserver.errors import PostError
from mockserver.handle.asgi import AsgiApp, NoAnswerError, Request, ask_app

_BROKEN = 500
_log = logging.getLogger(__name__)


class AppPoster:
    """Posts every webhook to one application, whatever host its URL names; the path is what counts."""

    def __init__(self, answer_timeout_s: float) -> None:
        self.app: AsgiApp | None = None
        self._answer_s = answer_timeout_s

    async def post(self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, over_s: float = 0.0) -> int:
        """See ``Poster.post``. What the application raises is a 500 to us and logged for the tester."""
        if self.app is None:
            raise PostError("the application has ended")
        try:
            async with asyncio.timeout(over_s + self._answer_s):
                return (await ask_app(self.app, Request(method, url, headers, body, over_s))).status
        except TimeoutError:
            raise PostError(f"no answer within {self._answer_s:g} s") from None
        except NoAnswerError as error:
            raise PostError(str(error)) from None
        except Exception:  # noqa: BLE001 - the edge of a server: its own mistakes are answers, and told in the log
            _log.exception("the application raised while it handled a webhook to %s", url)
            return _BROKEN

    async def close(self) -> None:
        """See ``Poster.close``."""
        self.app = None
