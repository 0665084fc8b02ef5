"""The control calls about the clock of an account."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from mockserver.clock import MODE_FORM, is_mode
from mockserver.core.matching import shown
from mockserver.core.words import choices
from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.service.clocks import Advanced, Reading
from mockserver.service.expectations import read_within
from mockserver.web.control import views
from mockserver.web.control.calls import Calls, duration_of, limit_of
from mockserver.wire.v0_1 import timestamp

_SOON = "2s"
_MODES = ("real", "manual", "60x")


class ClockCalls(Calls):
    """Reads, sets and moves clocks."""

    async def one_clock(self, request: Request) -> Json:
        """Answer how a clock stands."""
        account = await self._account(request)
        return clock_view(self._runtime.clocks.read(account.api_key))

    async def put_clock(self, request: Request) -> Json:
        """Give an account a clock of its own."""
        account = await self._account(request)
        body = await self._members(request, "mode", "at")
        mode = body.get("mode")
        if not isinstance(mode, str) or not is_mode(mode):
            fix = f"{choices(mode, _MODES)} Write {MODE_FORM}."
            raise UsageError(f"mode is {shown(mode)}", where="mode", fix=fix)
        at_s = _moment(body["at"]) if body.get("at") is not None else None
        return clock_view(await self._runtime.clocks.set(account.api_key, mode, at_s))

    async def advance_clock(self, request: Request) -> Json:
        """Move a manual clock, and answer what happened."""
        body = await self._members(request, "by")
        if "by" not in body:
            raise UsageError("by is missing", where="by", fix='Send {"by": "24h"}.')
        account = await self._account(request) if "account" in request.query_params else None
        seconds = duration_of(body["by"], "by")
        advanced = await self._runtime.advance(seconds, None if account is None else account.api_key)
        limit = limit_of(request)
        entries = await self._store.entries(advanced.account, after=advanced.after, limit=min(limit, advanced.total))
        return {
            **advanced_view(advanced),
            "entries": [views.entry_view(each, self._specs) for each in entries],
            "next": entries[-1].id if advanced.total > len(entries) > 0 else None,
        }

    async def settle(self, request: Request) -> Response:
        """Answer once all that is due soon has happened."""
        account = await self._account(request)
        within_s = read_within(duration_of(request.query_params.get("within", _SOON), "within"), "within")
        await self._runtime.clocks.settle(account.api_key, within_s)
        return Response(status_code=204)

    async def _members(self, request: Request, *known: str) -> dict[str, Json]:
        body = await self._body(request)
        for name in body:
            if name not in known:
                raise UsageError(f"{name} is no member here", where=name, fix=choices(name, known))
        return body


def clock_view(reading: Reading) -> Json:
    """Return how a clock stands: its mode, what time it is there, whose it is, when something is due next."""
    return {
        "account": reading.account,
        "mode": reading.mode,
        "at": timestamp(reading.now),
        "own": reading.is_own,
        "next_at": None if reading.next_at is None else timestamp(reading.next_at),
    }


def advanced_view(advanced: Advanced) -> Json:
    """Return from when to when a clock was moved, and how much of what the journal tells of since."""
    return {
        "account": advanced.account,
        "from": timestamp(advanced.began),
        "to": timestamp(advanced.ended),
        "total": advanced.total,
        "counts": dict(advanced.counts),
    }


def _moment(written: Json) -> float:
    """Return a moment written as ISO 8601, in UTC where it names no zone."""
    fix = "Write it like 2026-03-29T00:59:30Z."
    try:
        found = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        raise UsageError(f"at is {shown(written)}, no time", where="at", fix=fix) from None
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()
