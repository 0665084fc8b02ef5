"""Messages, requests and webhooks as the fields that can be asked of them; ``core.asking`` says which there are."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from mockserver.contract.specs import Specs
from mockserver.core.asking import About
from mockserver.core.forms import FORMS, found_at
from mockserver.core.match import text_in, text_of
from mockserver.core.matching import Subject
from mockserver.core.nesting import is_deep
from mockserver.delivery import ACKNOWLEDGED
from mockserver.model import Attempt, Delivery, Entry, EntryKind, Exchange, Json, Message
from mockserver.store.base import Store
from mockserver.store.tags import Where

_OPERATIONS: Final = {
    "messages-v0.1": ("send", "v0.1"),
    "messages-v1": ("send", "v1"),
    "dispatch-v0.1": ("dispatch", "v0.1"),
    "external-accounts": ("external", None),
}
"""What the paths of a document are for, and in which API version; those that name a message update it."""
_NO_STATUS: Final = frozenset({"inbound", "report"})
_REQUESTS: Final = frozenset({EntryKind.REQUEST, EntryKind.ERROR})


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that can be asked about: which, by its id, and its fields."""

    about: About
    id: str
    subject: Subject

    @property
    def line(self) -> str:
        """It in a line for people."""
        return _LINES[self.about](self.subject)


class Subjects:
    """Reads the store of all accounts as subjects."""

    def __init__(self, store: Store, specs: Specs) -> None:
        self._store = store
        self._paths = tuple(_paths(specs.documents))

    async def all(self, account: str, about: About, where: Where = ()) -> AsyncIterator[Found]:
        """Yield all there is of one sort in an account, newest first; with ``where`` at least what fits that."""
        match about:
            case "messages":
                async for message in self._store.messages(account, where):
                    yield Found(about, message.uuid, of_message(message))
            case "deliveries":
                async for delivery in self._store.deliveries(account, where):
                    yield Found(about, delivery.id, await self.of_delivery(delivery))
            case _:
                async for entry in self.requests(account, where=where):
                    yield Found(about, str(entry.id), await self.of_request(account, entry))

    async def requests(self, account: str, after: int = 0, where: Where = ()) -> AsyncIterator[Entry]:
        """Yield the entries of requests numbered above ``after``, newest first; with ``where`` at least what fits."""
        verdicts = [each for each in where if each[0] == "verdict"]  # other fields of entries mean something else there
        async for entry in self._store.entries_back(account, where=verdicts):
            if entry.id <= after:
                return
            if entry.exchange is not None:
                yield entry

    async def order(self, account: str, found: Found) -> int | None:
        """Return the number of the entry something begins with; ``None`` if the journal does not tell of it (yet).

        That is a request itself, the request or arrival of a message, the first try of a webhook or its being dropped.
        """
        match found.about:
            case "messages":
                entries = await self._store.entries_of(account, found.id)
            case "deliveries":
                about = await self._store.entries_of(account, str(found.subject["message"]))
                of_it = [each for each in about if each.delivery == found.id]
                # That it is held back on purpose is told before its first try, and places it only until then.
                entries = [each for each in of_it if each.kind is not EntryKind.FAULT] or of_it
            case _:
                return int(found.id)
        return entries[0].id if entries else None

    async def is_later(self, account: str, found: Found, after: int) -> bool:
        """Return whether something began after an entry; a webhook not tried yet did if its message was told of since.

        What the journal does not tell of any more did not.
        """
        number = await self.order(account, found)
        if number is None and found.about == "deliveries":
            entries = await self._store.entries_of(account, str(found.subject["message"]))
            number = entries[-1].id if entries else None
        return number is not None and number > after

    async def of_request(self, account: str, entry: Entry) -> Subject:
        """Return the fields of a request; where it was refused, of the message it would have been, as far as known."""
        exchange = entry.exchange
        if exchange is None:
            return {}
        message = await self._store.message(account, entry.message) if entry.message is not None else None
        operation, version = self._operation(exchange.path)
        body = _read(exchange.body.encode())
        return {
            "operation": operation,
            "method": exchange.method,
            "path": exchange.path.partition("?")[0],
            "version": version,
            **_asked_for(exchange, message, body, version),
            "status": exchange.status,
            "verdict": exchange.verdict,
            "body": body,
            "headers": exchange.headers,
            "violations": _names(exchange.violations),
            "findings": _names(exchange.findings),
            "fault": exchange.fault,
        }

    async def of_delivery(self, delivery: Delivery) -> Subject:
        """Return the fields of a webhook."""
        return of_webhook(delivery, await self._store.message(delivery.account, delivery.message))

    async def of_entry(self, account: str, entry: Entry) -> Subject:
        """Return the fields of what a journal entry tells of: a request, a webhook, else a message as it was then."""
        if entry.exchange is not None:
            return await self.of_request(account, entry)
        message = await self._store.message(account, entry.message) if entry.message is not None else None
        subject = {} if message is None else of_message(message)
        delivery = await self._store.delivery(account, entry.delivery) if entry.delivery is not None else None
        if delivery is not None:
            return {**subject, **of_webhook(delivery, message), **_tried(entry.attempt)}
        if entry.move is not None:
            return {**subject, "status": entry.move.status.value, "error_code": entry.move.code}
        return subject

    async def touched(self, account: str, entry: Entry, about: About) -> list[Found]:
        """Return all of one sort that may have changed when an entry was written, as it is now."""
        if about not in {"messages", "deliveries"}:
            is_request = entry.exchange is not None
            return [Found(about, str(entry.id), await self.of_request(account, entry))] if is_request else []
        message = None if entry.message is None else await self._store.message(account, entry.message)
        if message is None:
            return []
        if about == "messages":
            return [Found(about, message.uuid, of_message(message))]
        told = await self._store.deliveries_of(account, message.uuid)
        return [Found(about, each.id, of_webhook(each, message)) for each in told]

    def _operation(self, path: str) -> tuple[str | None, str | None]:
        """Return what a path is for, and in which version; ``None`` twice for one that is nothing's."""
        bare = path.partition("?")[0].rstrip("/")
        return next(((name, version) for shape, name, version in self._paths if shape.fullmatch(bare)), (None, None))


def of_message(message: Message) -> Subject:
    """Return the fields of a message."""
    codes = [move.code for move in message.moves if move.code is not None]
    return {
        "channel": message.channel,
        "kind": message.kind,
        "from": message.sender,
        "to": message.recipient,
        "text": text_of(message),
        "client_ref": message.client_ref,
        "application": message.application,
        "version": message.dialect,
        "direction": message.direction.value,
        "status": message.status.value,
        "uuid": message.uuid,
        "content": message.content,
        "options": message.options or None,
        "error_code": codes[-1] if codes else None,
        "workflow": message.workflow,
    }


def of_webhook(delivery: Delivery, message: Message | None) -> Subject:
    """Return the fields of a webhook of a message."""
    of_it: Mapping[str, Json] = {} if message is None else of_message(message)
    answers = [each.status for each in delivery.attempts]
    return {
        "event": delivery.event,
        "status": None if delivery.event in _NO_STATUS else delivery.event,
        "message": delivery.message,
        **{name: of_it.get(name) for name in ("channel", "kind", "to", "from", "text", "client_ref")},
        "url": delivery.url or None,
        "state": delivery.state.value,
        "acknowledged": any(each in ACKNOWLEDGED for each in answers if each is not None),
        "attempts": len(answers),
        "answered": answers[-1] if answers else None,
        "body": _read(delivery.body),
    }


def _tried(attempt: Attempt | None) -> Subject:
    """Return the fields of a webhook as one try left them."""
    if attempt is None:
        return {}
    acknowledged = attempt.status is not None and attempt.status in ACKNOWLEDGED
    return {"attempts": attempt.number, "answered": attempt.status, "acknowledged": acknowledged}


def _asked_for(exchange: Exchange, message: Message | None, body: Json, version: str | None) -> Subject:
    """Return the fields of the message a request was about, read off its body where there is none."""
    if message is not None:
        subject = of_message(message)
        return {name: subject[name] for name in _SHARED}
    first = _first_step(body)
    return {
        "channel": exchange.channel,
        "kind": exchange.kind,
        "from": _party(first, "from"),
        "to": _party(first, "to"),
        "text": _text(first, exchange.kind, version),
        "client_ref": found_at(body, "client_ref"),
        "application": None,
    }


_SHARED: Final = ("channel", "kind", "from", "to", "text", "client_ref", "application")


def _first_step(body: Json) -> Json:
    """Return the first message of a workflow; any other body is one itself."""
    steps = found_at(body, "workflow")
    return steps[0] if isinstance(steps, list) and steps else body


def _party(body: Json, side: str) -> Json:
    """Return an address as either version writes it."""
    found = found_at(body, side)
    if isinstance(found, dict):
        return next((found[name] for name in ("number", "id") if name in found), None)
    return found


def _text(body: Json, kind: str | None, version: str | None) -> str:
    """Return the texts of the content, of the whole body where no content is to be seen."""
    form = FORMS.get(version or "")
    content = None if form is None or kind is None else found_at(body, form.content_at(kind))
    return text_in(body if content is None else content)


def _names(complaints: Iterable[Json]) -> list[str] | None:
    """Return the fields and the rules that complaints are about, ``None`` if there are none."""
    return list(dict.fromkeys(name for each in complaints for name in (each.name, each.rule))) or None


def _read(raw: bytes) -> Json:
    """Return a body as JSON, or as a text if it is none, or nests so deep that looking into it would fail."""
    if not raw:
        return None
    try:
        if not is_deep(raw):
            return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    return raw.decode("utf-8", "replace")


def _paths(documents: Mapping[str, Json]) -> Iterable[tuple[re.Pattern[str], str, str | None]]:
    for document, (name, version) in _OPERATIONS.items():
        for path, item in documents[document]["paths"].items():
            operation = "update" if name == "send" and "patch" in item else name
            for each in (path, *item.get("x-aliases", ())):
                yield re.compile(re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(each))), operation, version


def _message_line(subject: Subject) -> str:
    way = f"{subject['channel']} {subject['kind']} from {subject['from']} to {subject['to']}"
    return f"{way} is {subject['status']}: {_short(subject['text'])}"


def _request_line(subject: Subject) -> str:
    about = " ".join(str(subject[name]) for name in ("channel", "kind") if subject[name])
    to = f" to {subject['to']}" if subject["to"] else ""
    broken = f": {', '.join(subject['violations'])}" if subject["violations"] else ""
    return (
        f"{subject['method']} {subject['path']} {subject['status']} {subject['verdict']} {about}{to}{broken}".rstrip()
    )


def _delivery_line(subject: Subject) -> str:
    tries = "1 try" if subject["attempts"] == 1 else f"{subject['attempts']} tries"
    answered = f", answered {subject['answered']}" if subject["answered"] is not None else ""
    return f"{subject['event']} webhook to {subject['url'] or 'nowhere'} is {subject['state']} after {tries}{answered}"


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."


_WIDTH: Final = 60
_LINES: Final = {"messages": _message_line, "requests": _request_line, "deliveries": _delivery_line}
