"""The external accounts of an API key: its senders with a provider, created, changed, listed and linked.

An account is one of the senders, so that what is linked here decides where inbound messages go.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from mockserver.core.routing import application_of
from mockserver.model import Account, Json, Sender
from mockserver.problem import Problem
from mockserver.service.accounts import Accounts
from mockserver.store.base import Store
from mockserver.wire import accounts as wire

_NOT_YOURS: Final = wire.SOMEBODY_ELSES.reason or ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some accounts, and how many there are in all."""

    accounts: tuple[Sender, ...]
    total: int


class External:
    """Answers with the account as it is now, or with the problem that keeps it from being so."""

    def __init__(self, store: Store, accounts: Accounts, channels: Iterable[str]) -> None:
        self._store = store
        self._accounts = accounts
        self._channels = frozenset(channels)

    async def page(self, api_key: str, channel: str | None, *, number: int, size: int) -> Page:
        """Return a page, counted from 1, of the accounts on one channel or on all; oldest first."""
        account = await self._account(api_key)
        channels = self._channels if channel is None else {channel}
        found = [each for each in account.senders if each.channel in channels]
        start = (number - 1) * size
        return Page(tuple(found[start : start + size]), len(found))

    async def show(self, api_key: str, channel: str, identity: str) -> Sender | Problem:
        """Return one account. Somebody else's is as unknown as one that nobody has."""
        return sender_of(await self._account(api_key), channel, identity) or wire.UNKNOWN

    async def create(self, api_key: str, channel: str, body: Json) -> Sender | Problem:
        """Add the account a valid request describes."""
        account = await self._account(api_key)
        new = wire.read_account(body, channel)
        if sender_of(account, channel, new.id) is not None:
            return wire.account_conflict(new.id)
        if self._accounts.belongs_elsewhere(api_key, channel, new.id):
            return wire.SOMEBODY_ELSES
        fault = link_fault(account, new.application)
        return fault or await self._keep(account, new)

    async def update(self, api_key: str, channel: str, identity: str, body: Json) -> Sender | Problem:
        """Change what a valid request names; ``applications`` sets, replaces or takes away the link."""
        account = await self._account(api_key)
        present = sender_of(account, channel, identity)
        if present is None:
            return self._missing(api_key, channel, identity, wire.SOMEBODY_ELSES)
        following = wire.changed(present, body)
        is_linked_anew = following.application != present.application
        fault = link_fault(account, following.application) if is_linked_anew else None
        return fault or await self._keep(account, following)

    async def delete(self, api_key: str, channel: str, identity: str) -> Sender | Problem:
        """Remove an account and return what it was."""
        account = await self._account(api_key)
        present = sender_of(account, channel, identity)
        if present is None:
            return self._missing(api_key, channel, identity, wire.SOMEBODY_ELSES)
        senders = tuple(each for each in account.senders if each is not present)
        await self._accounts.put(msgspec.structs.replace(account, senders=senders))
        return present

    async def link(self, api_key: str, channel: str, identity: str, application: str) -> Sender | Problem:
        """Link an application to an account that has none."""
        account = await self._account(api_key)
        present = sender_of(account, channel, identity)
        if present is None:
            return self._missing(api_key, channel, identity, wire.cannot_link(_NOT_YOURS))
        fault = link_fault(account, application)
        if fault is not None:
            return fault
        if present.application is not None:
            return wire.link_conflict(f"it is linked to application {present.application} already")
        return await self._keep(account, msgspec.structs.replace(present, application=application))

    async def unlink(self, api_key: str, channel: str, identity: str, application: str) -> Sender | Problem:
        """Take the link to an application away."""
        account = await self._account(api_key)
        present = sender_of(account, channel, identity)
        if present is None:
            return self._missing(api_key, channel, identity, wire.cannot_unlink(_NOT_YOURS))
        if present.application != application:
            linked = present.application or "no application"
            return wire.unlink_conflict(f"it is linked to {linked}, not to {application}")
        return await self._keep(account, msgspec.structs.replace(present, application=None))

    async def _account(self, api_key: str) -> Account:
        """Return the account as it is stored: the one a caller was recognised by may be older."""
        return await self._store.account(api_key) or Account(api_key)

    async def _keep(self, account: Account, sender: Sender) -> Sender:
        await self._accounts.put(msgspec.structs.replace(account, senders=with_sender(account.senders, sender)))
        return sender

    def _missing(self, api_key: str, channel: str, identity: str, elsewhere: Problem) -> Problem:
        """Return the problem of an account this key lacks, which depends on whether it is another's for good."""
        return elsewhere if self._accounts.belongs_elsewhere(api_key, channel, identity) else wire.UNKNOWN


def sender_of(account: Account, channel: str, identity: str) -> Sender | None:
    """Return the sender of that channel and id, or ``None``."""
    return next((each for each in account.senders if each.channel == channel and each.id == identity), None)


def with_sender(senders: tuple[Sender, ...], sender: Sender) -> tuple[Sender, ...]:
    """Return the senders with one put in its place, or at the end if it is new."""
    name = (sender.channel, sender.id)
    if all((each.channel, each.id) != name for each in senders):
        return (*senders, sender)
    return tuple(sender if (each.channel, each.id) == name else each for each in senders)


def link_fault(account: Account, application: str | None) -> Problem | None:
    """Return why an application cannot be linked: the account must have it, from its configuration or a token."""
    if application is None or application_of(account, application) is not None:
        return None
    known = ", ".join(each.id for each in account.applications) or "none"
    return wire.cannot_link(f"the account has no application {application}; known: {known}")
