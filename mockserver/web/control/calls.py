"""What control calls have in common: the account they are about, their body, the parameters of their query."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.requests import Request

from mockserver.core.asking import About
from mockserver.core.matching import Matcher
from mockserver.errors import UnknownError, UsageError
from mockserver.model import Account, Json
from mockserver.scenario.durations import DurationError, read_duration
from mockserver.service.choices import choices
from mockserver.service.expectations import matcher_for
from mockserver.service.runtime import Runtime
from mockserver.web.bodies import parse_json
from mockserver.web.control.table import ControlRoute, Parameter
from mockserver.web.incoming import LeftError, TooLargeError, read_body

DEFAULT_LIMIT: Final = 50
_DIGITS: Final = 18


class Calls:
    """What handlers need to read a call; they are its children."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._specs = runtime.specs
        self._store = runtime.store

    @property
    def _aliases(self) -> Mapping[str, str]:
        """Other spellings of channels, with their names here."""
        return self._specs.capabilities.aliases

    async def _account(self, request: Request) -> Account:
        name = request.query_params.get("account")
        account = await self._runtime.accounts.find(name)
        if account is None:
            raise UnknownError(*await self._unknown_account(name or ""))
        return account

    async def _named_account(self, api_key: str) -> Account:
        account = await self._store.account(api_key)
        if account is None:
            raise UnknownError(*await self._unknown_account(api_key))
        return account

    async def _unknown_account(self, name: str) -> tuple[str]:
        known = ", ".join(each.api_key for each in await self._store.accounts())
        return (f"no account {name!r}; known: {known}",)

    async def _elsewhere(self, account: Account) -> list[str]:
        """Return the other accounts in which something happened, since a client may use another key than expected."""
        others = [each.api_key for each in await self._store.accounts() if each.api_key != account.api_key]
        return [each for each in others if await self._store.last_entries(each, limit=1)]

    def _matcher(self, about: About, query: str) -> Matcher:
        """Return the matcher of a search; raise UsageError for one that cannot be read."""
        return matcher_for(about, {"q": query}, "", self._aliases) if query else Matcher()

    async def _raw(self, request: Request) -> bytes:
        limit = self._runtime.settings.max_body_bytes
        try:
            return await read_body(request.receive, request.headers.get("content-length"), limit)
        except LeftError:
            raise UsageError("the client left before its body was complete") from None
        except TooLargeError:
            raise UsageError(f"the body is larger than {limit} bytes") from None

    async def _json(self, request: Request) -> Json:
        parsed = parse_json(await self._raw(request))
        if parsed.violation is not None:
            raise UsageError(parsed.violation.reason.rstrip("."))
        return parsed.value

    async def _body(self, request: Request) -> dict[str, Json]:
        value = await self._json(request)
        if not isinstance(value, dict):
            raise UsageError("the body is not a JSON object")
        return value

    async def _arrived(self, account: Account, body: dict[str, Json]) -> Json:
        """Let a user's message arrive and answer what became of it."""
        arrival = await self._runtime.arrivals.read(account, body)
        message, delivery = await self._runtime.messages.receive(account, arrival)
        return {
            "message_uuid": message.uuid,
            "version": message.dialect,
            "delivery": delivery.id,
            "state": delivery.state.value,
            "url": delivery.url or None,
            "body": msgspec.json.decode(delivery.body),
        }


def check_parameters(request: Request, route: ControlRoute) -> None:
    """Raise UsageError for a query parameter the route does not have, or a value its schema refuses."""
    known = {each.name: each for each in route.parameters}
    for name, value in request.query_params.multi_items():
        parameter = known.get(name)
        if parameter is None:
            raise UsageError(f"no parameter is called {name}", fix=choices(name, known))
        _check_value(parameter, value)


def _check_value(parameter: Parameter, value: str) -> None:
    name, schema = parameter.name, parameter.schema
    words = value.split(",") if parameter.is_list else [value]
    for each in words if "enum" in schema else ():
        if each not in schema["enum"]:
            raise UsageError(f"{name} is {each!r}", fix=choices(each, schema["enum"]))
    if schema["type"] == "integer":
        least, most = schema["minimum"], schema.get("maximum")
        if not is_number(value) or int(value) < least or (most is not None and int(value) > most):
            upper = "" if most is None else f" to {most}"
            raise UsageError(f"{name} is {value!r}", fix=f"Give a whole number from {least}{upper}.")


def is_number(text: str) -> bool:
    """Return whether a text is a whole number of a size that can be meant."""
    return text.isdecimal() and text.isascii() and len(text) <= _DIGITS


def int_of(request: Request, name: str, default: int) -> int:
    """Return a number of the query, which the table has checked."""
    return int(request.query_params.get(name, default))


def limit_of(request: Request) -> int:
    """Return how many to answer with."""
    return int_of(request, "limit", DEFAULT_LIMIT)


def duration_of(written: Json, name: str) -> float:
    """Return the seconds of a duration; numbers in a query are texts. Raise UsageError for none."""
    if isinstance(written, str) and re.fullmatch(r"\d+(\.\d+)?", written, re.ASCII):
        written = float(written)
    try:
        return read_duration(written)
    except DurationError as error:
        raise UsageError(f"{name} is {written!r}, {error.says}", where=name, fix=error.fix) from None
