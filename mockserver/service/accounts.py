"""Who is asking: finds the account behind credentials, making a fresh one where that is allowed."""

import math
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Final

import msgspec
from msgspec import Struct

from mockserver.contract.specs import Specs
from mockserver.core.routing import application_of
from mockserver.errors import ConflictError
from mockserver.model import Account, Application, Json
from mockserver.service.told import channel_name, told_by_name
from mockserver.settings import Settings
from mockserver.store.base import Store
from mockserver.wire.signing import SKEW_S, Basic, Bearer, Refused, claims_of, read_credentials, signature_fault

_REMEMBERED: Final = 4096
"""Checked credentials kept, so that a client's are checked once and not at each of its requests."""


class Requested(Struct, frozen=True):
    """What was asked for, as far as scenarios ask for it: header names in lower case, the body read."""

    operation: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: Json


class Caller(Struct, frozen=True):
    """An account, and the application whose token was shown, if one was.

    ``sandbox``: the request came to the host of the sandbox. ``request`` is the request itself, told only while
    a scenario may ask for it.
    """

    account: Account
    application: str | None = None
    sandbox: bool = False
    request: Requested | None = None


class Accounts:
    """The accounts of a server: those configured, and those met."""

    def __init__(self, store: Store, settings: Settings, specs: Specs, configured: tuple[Account, ...]) -> None:
        self._store = store
        self._settings = settings
        self._specs = specs
        self._configured = tuple(self._with_channels(each) for each in configured)
        self._configured_keys = frozenset(each.api_key for each in configured)
        self._callers: dict[str, tuple[Caller, float]] = {}
        self._on_change: Callable[[], None] = lambda: None

    def tell_of_changes(self, on_change: Callable[[], None]) -> None:
        """Call this whenever an account is made, changed or forgotten."""
        self._on_change = on_change

    async def start(self) -> None:
        """Put the default account and the configured ones into the store."""
        await self.reset()

    async def reset(self) -> None:
        """Forget every account met or changed since the start."""
        self._callers.clear()
        for account in await self._store.accounts():
            await self._store.remove_account(account.api_key)
        secret = self._settings.api_secret
        await self._store.put_account(Account(self._settings.api_key, secrets=(secret,) if secret else ()))
        for account in self._configured:
            await self._store.put_account(account)
        self._on_change()

    async def put(self, account: Account) -> Account:
        """Replace what is known of an account and return it; raise ConfigError for a sender on no known channel."""
        known = self._with_channels(account)
        self._callers.clear()
        await self._keep(known)
        return known

    async def _keep(self, account: Account) -> None:
        await self._store.put_account(account)
        self._on_change()

    async def claim(self, account: Account) -> Account:
        """Replace what is known of an account; raise ConflictError if an application of it is another's already."""
        for application in account.applications:
            owner = await self._store.account_of_application(application.id)
            if owner is not None and owner.api_key != account.api_key:
                raise ConflictError(f"application {application.id} belongs to account {owner.api_key} already")
        return await self.put(account)

    def _with_channels(self, account: Account) -> Account:
        """Return the account with channels by their names here; raise ConfigError for a name that nothing has."""
        senders = tuple(
            msgspec.structs.replace(
                each,
                channel=channel_name(each.channel, f"accounts.{account.api_key}.senders[{index}].channel", self._specs),
            )
            for index, each in enumerate(account.senders)
        )
        told = account.provider
        if told is not None:
            told = told_by_name(told, f"accounts.{account.api_key}.provider", self._specs)
        return msgspec.structs.replace(account, senders=senders, provider=told)

    async def remove(self, api_key: str) -> bool:
        """Forget an account and all that happened in it."""
        self._callers.clear()
        was_there = await self._store.remove_account(api_key)
        self._on_change()
        return was_there

    def belongs_elsewhere(self, api_key: str, channel: str, identity: str) -> bool:
        """Return whether the configuration gives a sender to another key.

        Only the configuration counts: what other keys did since must not show, for each account is a world.
        """
        return any(
            (sender.channel, sender.id) == (channel, identity)
            for account in self._configured
            if account.api_key != api_key
            for sender in account.senders
        )

    async def find(self, name: str | None) -> Account | None:
        """Return the account of an API key or of an application's id; the default one for ``None``."""
        wanted = name or self._settings.api_key
        return await self._store.account(wanted) or await self._store.account_of_application(wanted)

    async def identify(self, headers: list[str], now_s: float) -> Caller | Refused:
        """Return who sent these ``Authorization`` headers, or why nobody can be told."""
        known = self._callers.get(headers[0]) if len(headers) == 1 else None
        if known is not None and now_s <= known[1]:
            return known[0]
        match read_credentials(headers, now_s):
            case Basic() as basic:
                caller, until_s = await self._by_key(basic), math.inf
            case Bearer() as bearer:
                caller, until_s = await self._by_token(bearer), bearer.expires_s + SKEW_S
            case refused:
                return refused
        if isinstance(caller, Caller):
            self._remember(headers[0], caller, until_s)
        return caller

    async def owner(self, headers: list[str]) -> str | None:
        """Return the account that credentials name, be they right or wrong; ``None`` for none that is known."""
        api_key, application = claims_of(headers)
        account = None
        if api_key is not None:
            account = await self._store.account(api_key)
        elif application is not None:
            account = await self._store.account_of_application(application)
        return None if account is None else account.api_key

    def _remember(self, header: str, caller: Caller, until_s: float) -> None:
        if len(self._callers) >= _REMEMBERED:
            self._callers.clear()
        self._callers[header] = (caller, until_s)

    async def _by_key(self, basic: Basic) -> Caller | Refused:
        account = await self._store.account(basic.api_key)
        if account is None:
            if self._settings.auth == "strict":
                return Refused(f"the API key {basic.api_key!r} is not configured, and auth is strict")
            account = Account(basic.api_key)
            await self._keep(account)
        if self._settings.auth == "strict" and not account.secrets and account.api_key not in self._configured_keys:
            return Refused(
                f"the API key {account.api_key!r} has no secret and is not configured, and auth is strict",
                account.api_key,
            )
        if account.secrets and basic.api_secret not in account.secrets:
            return Refused(f"the API secret is none of those of account {basic.api_key}", account.api_key)
        return Caller(account)

    async def _by_token(self, bearer: Bearer) -> Caller | Refused:
        account = await self._store.account_of_application(bearer.application)
        if account is None:
            if self._settings.auth == "strict":
                return Refused(f"the application {bearer.application!r} is not configured, and auth is strict")
            account = await self._meet_application(bearer.application)
        application = application_of(account, bearer.application)
        key = application.public_key if application is not None else None
        if key is None and self._settings.auth == "strict":
            return Refused(f"the application {bearer.application!r} has no public key, and auth is strict")
        fault = signature_fault(bearer, key) if key is not None else None
        if fault is not None:
            return Refused(fault, account.api_key)
        if application is not None and not application.messages:
            reason = f"the application {bearer.application!r} lacks the Messages capability (messages is false)"
            return Refused(reason, account.api_key, unprovisioned=True)
        return Caller(account, bearer.application)

    async def _meet_application(self, application: str) -> Account:
        """Give an unknown application a world of its own, under a key that always comes out the same."""
        api_key = blake2b(application.encode("utf-8", "replace"), digest_size=4).hexdigest()
        known = await self._store.account(api_key) or Account(api_key)
        account = msgspec.structs.replace(known, applications=(*known.applications, Application(application)))
        await self._keep(account)
        return account
