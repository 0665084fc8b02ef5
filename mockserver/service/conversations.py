"""Who talks with whom: the messages of each user by channel and own address, with the sends to him that were refused.

Nothing is noted when a message is sent. Whoever asks has what is new since the last question read from the store, the
first time all of it; what is kept of a message is its number.
"""

import asyncio
import re
from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from msgspec import Struct

from mockserver.core.matching import Matcher
from mockserver.errors import UsageError
from mockserver.journal import Journal
from mockserver.model import Direction, Entry, Json, Message
from mockserver.service.subjects import Subjects, of_message
from mockserver.store.base import Store

_MOST_ENTRIES: Final = 5000
"""Refusals and findings that are looked for at once, the newest: reading one takes a tenth of a millisecond."""
_CURSOR: Final = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")
_BEFORE_ALL: Final = -1
_BEYOND: Final = 10**18 - 1
_TIDY_AFTER: Final = 10_000
"""Messages that may have been dropped before what led to them is forgotten: 8 bytes each."""
_BREATH: Final = 1000
"""Things noted, or conversations looked at, before others get their turn: a millisecond."""


class Parties(Struct, frozen=True, gc=False):
    """What tells a conversation from others: ``sender`` is the account's own address."""

    channel: str
    user: str
    sender: str

    @property
    def id(self) -> str:
        """It as a text that may stand in a URL as it is, in a path as in a query."""
        return ":".join(_escaped(each) for each in (self.channel, self.user, self.sender))

    @classmethod
    def read(cls, identity: str) -> "Parties | None":
        """Return the parties of an id, ``None`` if it is none."""
        try:
            parts = [_unescaped(each) for each in identity.split(":")]
        except UnicodeDecodeError:
            return None
        return cls(*parts) if len(parts) == len(cls.__struct_fields__) else None


def _escaped(text: str) -> str:
    """Return a text percent-encoded, with another sign: a percent sign in a path is decoded on its way here."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="").replace("~", "%7E").replace("%", "~")


def _unescaped(text: str) -> str:
    return unquote(text.replace("~", "%"), errors="surrogatepass")


@dataclass(slots=True)
class Numbers:
    """Numbers that grow, of which the first may be gone."""

    _all: "array[int]" = field(default_factory=lambda: array("q"))
    _start: int = 0

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._all) - self._start

    def add(self, number: int) -> None:
        """Add one that is larger than those before."""
        self._all.append(number)

    @property
    def first(self) -> int:
        """The smallest."""
        return self._all[self._start]

    @property
    def last(self) -> int:
        """The largest."""
        return self._all[-1]

    def drop_first(self) -> None:
        """Forget the smallest."""
        self._start += 1
        if self._start * 2 > len(self._all):
            del self._all[: self._start]
            self._start = 0

    def below(self, number: int) -> Iterable[int]:
        """Return those below a number, the largest first."""
        end = bisect_left(self._all, number, self._start)
        return (self._all[index] for index in range(end - 1, self._start - 1, -1))


@dataclass(slots=True)
class Talk:
    """A conversation: its messages and the refusals of sends to the user, by number.

    ``last_at`` is when something was last sent, arrived or was refused. ``name`` is what the user calls himself.
    ``findings`` counts the sends that had some.
    """

    parties: Parties
    last_at: datetime
    messages: Numbers = field(default_factory=Numbers)
    refused: Numbers = field(default_factory=Numbers)
    findings: int = 0
    name: str | None = None


class Summary(Struct, frozen=True):
    """A conversation and the newest message of it, ``None`` if all were refused."""

    talk: Talk
    last: Message | None


class Part(Struct, frozen=True):
    """A part of a conversation: messages with their first journal entry, and refusals, both newest first."""

    messages: list[tuple[Message, Entry | None]]
    refused: list[Entry]
    next: str | None


class _Placed(NamedTuple):
    """A message or the entry of a refusal, with its number and its time."""

    number: int
    at: datetime
    what: Message | Entry


class _News(Struct, frozen=True, gc=False):
    """Something that happened in a conversation; a refusal has the number of its entry."""

    at: datetime
    parties: Parties
    number: int
    is_refusal: bool
    name: str | None


@dataclass(slots=True)
class _Known:
    """What is known of one account: its conversations, the one with the latest activity last.

    ``message`` and ``entry`` are the numbers of the last of either that were read, ``forgotten`` how often things were
    forgotten by then, ``dropped`` how many messages had been dropped when this was last tidied.
    """

    forgotten: int
    dropped: int
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    talks: dict[Parties, Talk] = field(default_factory=dict)
    message: int = _BEFORE_ALL
    entry: int = 0


class Conversations:
    """The conversations of all accounts."""

    def __init__(self, store: Store, journal: Journal, subjects: Subjects) -> None:
        self._store = store
        self._journal = journal
        self._subjects = subjects
        self._known: dict[str, _Known] = {}

    async def listed(self, account: str, matcher: Matcher, words: Sequence[str], rest: Matcher) -> list[Talk]:
        """Return conversations, the one with the latest activity first.

        With a matcher that asks for something, those with a message that fits it. ``words`` are what it asks for
        without a field, and ``rest`` is all else: a user whose name or address holds the words, or whose own one does,
        needs a message that fits the rest only.
        """
        talks = list(reversed((await self._current(account)).talks.values()))
        if not matcher.conditions:
            return talks
        named = {each.parties for each in talks if words and all(_says(each, word.lower()) for word in words)}
        fitting = set() if rest.conditions else set(named)
        async for message in self._store.messages(account, matcher.known()):
            parties = _parties(message)
            if len(fitting) == len(talks):
                break
            if parties in fitting:
                continue
            subject = of_message(message)
            if matcher.judge(subject).fits or (parties in named and rest.judge(subject).fits):
                fitting.add(parties)
        return [each for each in talks if each.parties in fitting]

    async def one(self, account: str, parties: Parties) -> Talk | None:
        """Return a conversation."""
        talk = (await self._current(account)).talks.get(parties)
        return None if talk is None or await self._is_over(account, talk) else talk

    async def summary(self, account: str, talk: Talk) -> Summary | None:
        """Return a conversation with its newest message; ``None`` if all of it is gone."""
        if await self._is_over(account, talk):
            return None
        last = await self._store.message_numbered(account, talk.messages.last) if talk.messages else None
        return Summary(talk, last)

    async def part(self, account: str, talk: Talk, limit: int, cursor: str | None) -> Part:
        """Return so many messages and refusals, the newest ones, or those before where the last part ended."""
        before = _CURSOR.fullmatch(cursor) if cursor is not None else None
        if cursor is not None and before is None:
            raise UsageError(f"the cursor {cursor!r} leads nowhere", fix="Take `next` of the page before.")
        ends = (_BEYOND, _BEYOND) if before is None else (int(before[1]), int(before[2]))
        messages = await self._messages(account, talk, ends[0], limit + 1)
        refused = await self._refused(account, talk, ends[1], limit + 1)
        shown = list(merge(messages, refused, key=lambda each: each.at, reverse=True))[:limit]
        sent = [each.what for each in shown if isinstance(each.what, Message)]
        complaints = [each.what for each in shown if isinstance(each.what, Entry)]
        if sent:
            ends = (messages[len(sent) - 1].number, ends[1])
        if complaints:
            ends = (ends[0], complaints[-1].id)
        more = len(messages) + len(refused) > limit
        return Part([await self._told(each) for each in sent], complaints, f"{ends[0]}.{ends[1]}" if more else None)

    async def _messages(self, account: str, talk: Talk, before: int, limit: int) -> list[_Placed]:
        found: list[_Placed] = []
        for number in talk.messages.below(before):
            if len(found) == limit:
                break
            message = await self._store.message_numbered(account, number)
            if message is not None:
                found.append(_Placed(number, message.at, message))
        return found

    async def _refused(self, account: str, talk: Talk, before: int, limit: int) -> list[_Placed]:
        found: list[_Placed] = []
        for number in talk.refused.below(before):
            if len(found) == limit:
                break
            entry = await self._store.entry(account, number)
            if entry is not None:
                found.append(_Placed(number, entry.at, entry))
        return found

    async def _told(self, message: Message) -> tuple[Message, Entry | None]:
        """Return a message with the entry it begins with, a request or an arrival."""
        entries = await self._store.entries_of(message.account, message.uuid)
        return message, entries[0] if entries else None

    # What is known

    async def _current(self, account: str) -> _Known:
        """Return what is known of an account, with all that happened up to now."""
        changes = self._journal.told(account)
        forgotten = changes["messages"] + changes["journal"]
        known = self._known.get(account)
        if known is None or known.forgotten != forgotten:
            known = self._known[account] = _Known(forgotten, await self._store.dropped(account))
        async with known.lock:
            await self._read_on(account, known)
            await self._tidy(account, known)
        return known

    async def _read_on(self, account: str, known: _Known) -> None:
        last_entry = await self._journal.last_number(account)
        messages = await self._new_messages(account, known)
        refusals = await self._new_refusals(account, known, last_entry)
        in_order = merge(messages, refusals, key=lambda each: each.at)  # a clock may go back, numbers never do
        for count, each in enumerate(in_order):
            _note(known, each)
            if not count % _BREATH:
                await asyncio.sleep(0)
        for parties in await self._new_findings(account, known, last_entry):
            if parties in known.talks:
                known.talks[parties].findings += 1
        known.entry = last_entry

    async def _new_messages(self, account: str, known: _Known) -> list[_News]:
        """Return what is to be known of new messages, oldest first."""
        found: list[_News] = []
        async for number, message in self._store.numbered_messages(account, known.message):
            found.append(_News(message.at, _parties(message), number, is_refusal=False, name=_name(message)))
        if found:
            known.message = found[0].number
        return found[::-1]

    async def _new_refusals(self, account: str, known: _Known, last: int) -> list[_News]:
        """Return what is to be known of sends that were refused since, oldest first."""
        found: list[_News] = []
        async for entry in self._new_entries(account, known, last, ("verdict", "refused")):
            if entry.exchange is None or entry.exchange.verdict != "refused":
                continue
            subject = await self._subjects.of_request(account, entry)
            channel, user, sender = (subject.get(name) for name in ("channel", "to", "from"))
            if isinstance(channel, str) and _is_address(user):
                parties = Parties(channel, str(user), str(sender) if _is_address(sender) else "")
                found.append(_News(entry.at, parties, entry.id, is_refusal=True, name=None))
        return found[::-1]

    async def _new_findings(self, account: str, known: _Known, last: int) -> list[Parties]:
        """Return the parties of sends with findings since."""
        found: list[Parties] = []
        async for entry in self._new_entries(account, known, last, ("has", "finding")):
            if entry.exchange is None or not entry.exchange.findings or entry.message is None:
                continue
            message = await self._store.message(account, entry.message)
            if message is not None:
                found.append(_parties(message))
        return found

    async def _new_entries(
        self, account: str, known: _Known, last: int, where: tuple[str, str]
    ) -> AsyncIterator[Entry]:
        """Yield entries since up to the ``last`` one; what came while others were read is for the next question."""
        count = 0
        async for entry in self._store.entries_back(account, before=last + 1, where=[where]):
            if entry.id <= known.entry or count == _MOST_ENTRIES:
                return
            yield entry
            count += 1

    async def _tidy(self, account: str, known: _Known) -> None:
        """Forget conversations of which nothing is left, once many messages were dropped."""
        dropped = await self._store.dropped(account)
        if dropped - known.dropped < _TIDY_AFTER:
            return
        known.dropped = dropped
        for number, (parties, talk) in enumerate(list(known.talks.items())):
            if await self._is_over(account, talk):
                del known.talks[parties]
            if not number % _BREATH:
                await asyncio.sleep(0)

    async def _is_over(self, account: str, talk: Talk) -> bool:
        """Let go of what is gone of a conversation; return whether nothing is left."""
        while talk.messages and await self._store.gone(account, message=talk.messages.first):
            talk.messages.drop_first()
        while talk.refused and await self._store.gone(account, entry=talk.refused.first):
            talk.refused.drop_first()
        return not talk.messages and not talk.refused


def _note(known: _Known, news: _News) -> None:
    """Put something into its conversation, which is then the one with the latest activity."""
    talk = known.talks.pop(news.parties, None) or Talk(news.parties, news.at)
    known.talks[news.parties] = talk
    talk.last_at = news.at
    talk.name = news.name or talk.name
    (talk.refused if news.is_refusal else talk.messages).add(news.number)


def _parties(message: Message) -> Parties:
    """Return whom a message is between."""
    if message.direction is Direction.INBOUND:
        return Parties(message.channel, message.sender, message.recipient)
    return Parties(message.channel, message.recipient, message.sender)


def _name(message: Message) -> str | None:
    """Return what the user calls himself in a message of his."""
    profile = message.options.get("profile")
    name = profile.get("name") if isinstance(profile, dict) else None
    return name if message.direction is Direction.INBOUND and isinstance(name, str) else None


def _is_address(value: Json) -> bool:
    """Return whether something can be meant as an address, be it of the right type or not."""
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _says(talk: Talk, words: str) -> bool:
    return any(words in each.lower() for each in (talk.parties.user, talk.parties.sender, talk.name or ""))
