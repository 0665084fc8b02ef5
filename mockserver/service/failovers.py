"""Failovers of Messages v1 under way: sends the next message once the one before it is rejected.

What is known of a failover lies in the store, as a document of its account. Source: domain facts, messages-v1 part 5.
"""

from hashlib import blake2b
from typing import Final

import msgspec

from mockserver.core import lifecycle
from mockserver.core.chance import digest_for
from mockserver.core.forms import V1
from mockserver.model import Json, Message, Status
from mockserver.service.accounts import Caller
from mockserver.service.later import Later
from mockserver.service.messages import Messages, Sent
from mockserver.service.versions import Versions
from mockserver.surroundings import Surroundings

_KIND: Final = "failover"
"""The kind of document a failover is kept as."""
_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LETTERS: Final = bytes(ord(_ALPHABET[byte % len(_ALPHABET)]) for byte in range(256))
"""The letter that stands for each byte."""
_LENGTH: Final = 55


class _Progress(msgspec.Struct, frozen=True):
    """A failover: its messages as bodies, the first included, and how many of them were sent."""

    application: str | None
    sandbox: bool
    items: tuple[Json, ...]
    sent: int


class Failovers:
    """Starts failovers and takes them further as their messages are rejected."""

    def __init__(self, around: Surroundings, versions: Versions, messages: Messages) -> None:
        self._around = around
        self._store = around.store
        self._capabilities = versions.specs.capabilities
        self._messages = messages
        self._later = Later(around, versions.specs, messages)
        messages.watch(self)

    async def start(self, caller: Caller, channel: str, body: Json) -> Sent:
        """Take a message with others to try, all of which have passed the contract, and send it, unless refused."""
        items = (body, *body["failover"])
        workflow = await self._next_id(caller.account.api_key)
        message = await self._message(caller, channel, body)
        message = msgspec.structs.replace(message, workflow=workflow, step=0, steps=len(items))
        fate = await self._messages.fates.decide(caller, message)
        if fate.problem is not None:
            return Sent(None, fate)
        await self._keep(message.account, workflow, _Progress(caller.application, caller.sandbox, items, 1))
        await self._messages.accept(message, fate)
        return Sent(message, fate)

    async def moved(self, message: Message) -> None:
        """Learn that a message took a status; see ``Watcher``."""
        if message.workflow is None or message.steps is None:
            return
        kept = await self._store.document(message.account, _KIND, message.workflow)
        if kept is None or message.step != kept["sent"] - 1:
            return
        if message.status is Status.REJECTED:
            await self._send_next(message, msgspec.convert(kept, _Progress))
        elif not lifecycle.may_move(self._capabilities.channels[message.channel], message.status, Status.REJECTED):
            await self._store.put_document(message.account, _KIND, message.workflow, None)  # no other will be sent

    async def _send_next(self, last: Message, progress: _Progress) -> None:
        # Kept before it is sent: a message that is rejected at once must find the failover where it then stands.
        await self._keep(last.account, last.workflow or "", msgspec.structs.replace(progress, sent=progress.sent + 1))
        body = progress.items[progress.sent]
        account = await self._around.account(last.account)
        caller = Caller(account, progress.application, progress.sandbox)
        channel = self._capabilities.by_wire(V1, body["channel"])
        message = await self._message(caller, channel.name if channel is not None else "", body)
        message = msgspec.structs.replace(message, workflow=last.workflow, step=progress.sent, steps=last.steps)
        fate = await self._later.decide(caller, message, f"item {progress.sent} is rejected")
        await self._messages.accept(message, fate)

    async def _message(self, caller: Caller, channel: str, body: Json) -> Message:
        return await self._messages.read(caller, V1, channel, body)

    async def _next_id(self, account: str) -> str:
        """Return the next opaque id; the same seed gives the same ids."""
        number = await self._store.count(account, _KIND)
        seed = digest_for(self._around.seed, number, f"{_KIND} {account}")
        return blake2b(seed.encode(), digest_size=_LENGTH).digest().translate(_LETTERS).decode()

    async def _keep(self, account: str, workflow: str, progress: _Progress) -> None:
        """Keep a failover up to its last message: nothing follows that, and there may be a million of them."""
        if progress.sent == len(progress.items):
            await self._store.put_document(account, _KIND, workflow, None)
            return
        kept = {name: getattr(progress, name) for name in progress.__struct_fields__}  # bodies are values: no copies
        await self._store.put_document(account, _KIND, workflow, kept)
