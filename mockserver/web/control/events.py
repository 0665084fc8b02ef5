"""The control call that never ends: what happens in an account, as server-sent events."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Final, assert_never

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.service.events import Changed, Entries, Event, Gap, Hello, Mark, Quiet, Restarted
from mockserver.version import version
from mockserver.web.control import views
from mockserver.web.control.calls import Calls
from mockserver.web.streaming import Stream

_MARK: Final = re.compile(r"(?:(?P<boot>[0-9a-z]+)-)?(?P<number>[0-9]{1,18})")
_AT_ONCE: Final = 25
"""Entries written in one go, a fraction of a millisecond each."""
_RETRY: Final = "retry: 1000\n"
"""How long a browser is to wait before it connects again, in milliseconds."""
_PING: Final = b": ping\n\n"


class EventCalls(Calls):
    """Tells those who listen."""

    async def events(self, request: Request) -> Response:
        """Answer with events until the client leaves or the server stops."""
        account = await self._account(request)
        return Stream(self._parts(account.api_key, _since(request)), self._runtime.events.closing)

    async def _parts(self, account: str, since: Mark | None) -> AsyncGenerator[bytes]:
        async with aclosing(self._runtime.events.follow(account, since)) as events:
            async for event in events:
                for part in self._written(account, event):
                    yield part
                    await asyncio.sleep(0)

    def _written(self, account: str, event: Event) -> Iterator[bytes]:
        boot = self._runtime.events.boot
        match event:
            case Hello(after, last):
                told = {"boot": boot, "version": version(), "account": account, "last": last}
                yield _RETRY.encode() + _event("hello", told, f"{boot}-{after}")
            case Restarted(last):
                yield _event("restarted", {"boot": boot, "last": last}, f"{boot}-{last}")
            case Entries(entries):
                for start in range(0, len(entries), _AT_ONCE):
                    yield b"".join(
                        _event("entry", views.entry_view(each, self._specs), f"{boot}-{each.id}")
                        for each in entries[start : start + _AT_ONCE]
                    )
            case Gap(first, last):
                yield _event("gap", {"from": first, "to": last}, f"{boot}-{last}")
            case Changed(what):
                yield _event("state", {"what": what})
            case Quiet():
                yield _PING
            case _:
                assert_never(event)


def _event(name: str, told: Json, mark: str | None = None) -> bytes:
    """Return an event as it goes over the line; JSON has no line breaks of its own."""
    head = f"event: {name}\ndata: " if mark is None else f"id: {mark}\nevent: {name}\ndata: "
    return head.encode() + msgspec.json.encode(told) + b"\n\n"


def _since(request: Request) -> Mark | None:
    """Return where the client was; a browser that connects again says so by its header, whatever the URL says.

    A header that we never wrote is of another server.
    """
    seen = request.headers.get("last-event-id")
    if seen:
        return _mark(seen) or Mark(0, "")
    after = request.query_params.get("after")
    if after is None:
        return None
    mark = _mark(after)
    if mark is None:
        raise UsageError(f"after is {after!r}", fix="Give the id of an event, or the number of a journal entry.")
    return mark


def _mark(text: str) -> Mark | None:
    found = _MARK.fullmatch(text)
    return None if found is None else Mark(int(found["number"]), found["boot"])
