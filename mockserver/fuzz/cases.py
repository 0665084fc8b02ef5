"""What the fuzzer tries on the webhook endpoints of a system under test, as plain values; sends nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import msgspec

from mockserver.core.chance import uuid_for
from mockserver.core.scenario_values import TokenForm
from mockserver.model import Json
from mockserver.wire.forging import WRONG

Event: TypeAlias = Literal["inbound", "status"]
"""Which endpoint a webhook goes to."""
Sort: TypeAlias = Literal["valid", "unknown", "broken"]
"""What a webhook is: of the contract, the same with members nobody knows, or off the contract."""
_SHOWN_CHARS: Final = 240


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook of a case. ``body`` is JSON, or raw bytes that are none.

    ``is_ours``: it is about the message that was asked for, and of the user who got it; else its ids are its own.
    ``copies`` says how often it comes, one after the other.
    """

    event: Event
    body: Json
    sort: Sort = "valid"
    token: TokenForm = "right"  # noqa: S105 - the name of a form
    copies: int = 1
    is_ours: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Some webhooks in order. ``asks`` is the number of what the system under test is first asked for, if anything."""

    hooks: tuple[Hook, ...]
    asks: int | None = None

    @property
    def size(self) -> tuple[int, int]:
        """How large it is, to tell the smaller of two."""
        return sum(each.copies for each in self.hooks), sum(len(bytes_of(each.body)) for each in self.hooks)


@dataclass(frozen=True, slots=True)
class Talk:
    """A message that the system under test sent: what webhooks about it, and answers to it, must name."""

    uuid: str
    channel: str
    version: str
    sender: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Material:
    """What cases are made of. ``talks`` are what the system under test sends when asked, by the number of the request.

    ``words`` are what users answer; ``is_signed`` says that wrong tokens are to be tried.
    """

    channels: tuple[str, ...]
    versions: tuple[str, ...]
    events: tuple[Event, ...]
    words: tuple[str, ...]
    talks: tuple[Talk, ...] = ()
    is_signed: bool = False


def bytes_of(body: Json) -> bytes:
    """Return a body as it is sent: JSON in the compact form of real webhooks, raw bytes as they are."""
    return body if isinstance(body, bytes) else msgspec.json.encode(body)


def about_talk(hook: Hook, talk: Talk) -> Json:
    """Return the body of a webhook with the ids and parties of a talk in the place of its own, where it has any."""
    if not isinstance(hook.body, dict):
        return hook.body
    if hook.event == "status":
        return _with(hook.body, {"message_uuid": talk.uuid}, talk.sender, talk.recipient)
    return _with(hook.body, {}, talk.recipient, talk.sender)


def _with(body: Mapping[str, Json], more: Mapping[str, Json], sender: str, recipient: str) -> Json:
    parties = {"from": sender, "to": recipient}
    named = {name: _party(body[name], address) for name, address in parties.items() if name in body}
    return {**body, **named, **more}


def _party(found: Json, address: str) -> Json:
    """Return a party with another address: v1 has a text, v0.1 an object with a number or an id."""
    if isinstance(found, dict):
        return {**found, **{name: address for name in ("number", "id") if name in found}}
    return address


@dataclass(slots=True)
class Renamer:
    """Gives each id of a case a fresh one, the same for the same, since a system under test remembers those it saw."""

    fresh: "FreshIds"
    _known: dict[str, str] = field(default_factory=dict)

    def renamed(self, body: Json) -> Json:
        """Return a body with a fresh ``message_uuid``."""
        if not isinstance(body, dict) or not isinstance(body.get("message_uuid"), str):
            return body
        old = body["message_uuid"]
        if old not in self._known:
            self._known[old] = self.fresh.next()
        return {**body, "message_uuid": self._known[old]}


class FreshIds:
    """Ids and users that were never met before in a run, the same in each run of a seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._ids = self._users = 0

    def next(self) -> str:
        """Return one more id."""
        self._ids += 1
        return uuid_for(self._seed, "fuzz", self._ids)

    def user(self) -> str:
        """Return one more telephone number, of those North America keeps for fiction (1 NPA 555 01xx)."""
        area, line = divmod(self._users % (_AREAS * _LINES), _LINES)
        self._users += 1
        return f"1{_FIRST_AREA + area}55501{line:02d}"


_FIRST_AREA: Final = 201
_AREAS: Final = 700
_LINES: Final = 100


def lines_of(case: Case) -> Iterator[str]:
    """Yield a case in words, a line each webhook."""
    if case.asks is not None:
        yield f"the system is asked to send a message (--ask {case.asks + 1})"
    for each in case.hooks:
        often = "" if each.copies == 1 else f", {each.copies} times"
        whose = " about that message" if each.is_ours and each.event == "status" else ""
        whose = " of the user who got it" if each.is_ours and each.event == "inbound" else whose
        token = f"; {WRONG[each.token]}" if each.token in WRONG else ""
        about = f" ({each.about})" if each.about else ""
        yield f"{each.event} webhook{whose}{about}{often}{token}: {shown(each.body)}"


def shown(body: Json) -> str:
    """Return a body on one line, cut where it is too long to read."""
    text = one_line(bytes_of(body).decode("utf-8", "backslashreplace"))
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}... ({len(text)} characters)"


def one_line(text: str) -> str:
    """Return a text with what cannot be printed spelt out."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
