"""What a client does to a message after it was sent or received: revokes it, or marks it as read.

Source: domain facts, messages-v1 part 1.
"""

from typing import Final

import msgspec

from mockserver.clock import at
from mockserver.core.magic import Magic
from mockserver.model import EntryKind, Json, Message, Status, Update
from mockserver.problem import Problem
from mockserver.service.accounts import Caller
from mockserver.service.fates import magic_problem
from mockserver.service.versions import Versions
from mockserver.surroundings import Surroundings

_REVOKED: Final = "revoked"
_REVOCABLE: Final = frozenset({Status.ACCEPTED, Status.SUBMITTED})
"""Statuses from which a message can still be taken back: what has reached the user stays with the user."""


class Updated(msgspec.Struct, frozen=True, gc=False):
    """The message as updated, or the problem; ``about`` says for the journal what came of it."""

    message: Message | None = None
    problem: Problem | None = None
    about: str = ""


class Updates:
    """Updates the messages of all accounts."""

    def __init__(self, around: Surroundings, versions: Versions) -> None:
        self._store = around.store
        self._journal = around.journal
        self._times = around.times
        self._channels = versions.specs.capabilities.channels
        self._magic = versions.specs.magic if around.settings.magic else None
        self._dialect = versions.v1

    async def update(self, caller: Caller, uuid: str, body: Json) -> Updated:
        """Do what a valid body asks for, if the message is there and its channel and direction allow it."""
        message = await self._store.message(caller.account.api_key, uuid.lower())
        if message is None:
            return Updated(problem=self._missing(caller, uuid))
        allowed = self._channels[message.channel].v1.updates
        if allowed.get(message.direction.value) != body["status"]:
            why = f"an {message.direction.value} message on {message.channel} cannot be {body['status']}"
            can = " or ".join(f"{status} ({direction})" for direction, status in allowed.items()) or "nothing at all"
            return Updated(problem=self._dialect.unsupported(f"{why}; on this channel one can be {can}"))
        return await self._note(message, body)

    def _missing(self, caller: Caller, uuid: str) -> Problem:
        """Return the error that an id asks for which is a magic directive, else that no message has this id."""
        asked = self._magic.find("", uuid) if self._magic is not None else None
        problem = magic_problem(asked, self._dialect) if isinstance(asked, Magic) else None
        why = f"no message {uuid} in account {caller.account.api_key}"
        return problem or self._dialect.not_found(uuid, why)

    async def _note(self, message: Message, body: Json) -> Updated:
        status = body["status"]
        update = Update(status, at(self._times.seconds(message.account)), body.get("replying_indicator"))
        updated = msgspec.structs.replace(message, updates=(*message.updates, update))
        await self._store.put_message(updated)
        about = f"{message.channel} {message.kind} of {message.recipient} {_outcome(message, status)}"
        await self._journal.write(message.account, EntryKind.UPDATE, about, message=message.uuid)
        return Updated(updated, about=about)


def is_taken_back(message: Message) -> bool:
    """Return whether a message was revoked in time, so that no further status follows."""
    return message.status in _REVOCABLE and any(each.status == _REVOKED for each in message.updates)


def _outcome(message: Message, status: str) -> str:
    """Say what an update does: a message that has reached its user cannot be taken back any more."""
    if status != _REVOKED:
        return f"is marked {status}"
    if message.status in _REVOCABLE:
        return "is revoked; no further status follows"
    return f"is to be revoked, too late: it is {message.status.value}"
