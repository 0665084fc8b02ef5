"""The control calls about conversations: who talks with whom, what was said, and what the user answers."""

from typing import Final

from starlette.requests import Request

from mockserver.core.match import read_terms, text_of
from mockserver.core.prices import price_of, priced
from mockserver.errors import UnknownError, UsageError
from mockserver.model import Account, Direction, Entry, Json, Message
from mockserver.service.conversations import Parties, Summary, Talk
from mockserver.web.control import views
from mockserver.web.control.calls import Calls, limit_of
from mockserver.wire.v0_1 import timestamp

_GIVEN: Final = ("channel", "from", "to")
_PREVIEW_CHARS: Final = 160


class ConversationCalls(Calls):
    """Shows talks as a phone would, and lets the user answer."""

    async def list_conversations(self, request: Request) -> Json:
        """Answer a page of conversations, the one with the latest activity first."""
        account = await self._account(request)
        query = request.query_params.get("q", "")
        matcher = self._matcher("messages", query)
        terms = read_terms(query)
        words = [each.wanted for each in terms if each.field is None and not each.is_not]
        rest = " ".join(each.written() for each in terms if each.field is not None or each.is_not)
        talks = await self._runtime.conversations.listed(
            account.api_key, matcher, words, self._matcher("messages", rest)
        )
        cursor = request.query_params.get("cursor")
        start = 0 if cursor is None else _after(talks, cursor)
        limit = limit_of(request)
        shown = talks[start : start + limit]
        summaries = [await self._runtime.conversations.summary(account.api_key, each) for each in shown]
        return {
            "account": account.api_key,
            "conversations": [summary_view(each) for each in summaries if each is not None],
            "next": shown[-1].parties.id if len(talks) > start + limit else None,
            "elsewhere": await self._elsewhere(account),
        }

    async def one_conversation(self, request: Request) -> Json:
        """Answer a part of one conversation, newest first."""
        account = await self._account(request)
        parties = self._parties(request)
        talk = await self._runtime.conversations.one(account.api_key, parties)
        summary = None if talk is None else await self._runtime.conversations.summary(account.api_key, talk)
        if talk is None or summary is None:
            raise _unknown(request, account)
        cursor = request.query_params.get("cursor")
        part = await self._runtime.conversations.part(account.api_key, talk, limit_of(request), cursor)
        return {
            "account": account.api_key,
            "conversation": summary_view(summary),
            "messages": [self._bubble(account, message, entry) for message, entry in part.messages],
            "refused": [views.entry_view(each, self._specs) for each in part.refused],
            "next": part.next,
        }

    async def reply(self, request: Request) -> Json:
        """Let the user of a conversation write."""
        account = await self._account(request)
        body = await self._body(request)
        parties = self._parties(request)
        given = next((each for each in _GIVEN if each in body), None)
        if given is not None:
            raise UsageError(f"{given} is that of the conversation", fix="Leave it out, or use POST /_mock/inbound.")
        own = {"to": parties.sender} if parties.sender else {}
        return await self._arrived(account, {**body, "channel": parties.channel, "from": parties.user, **own})

    def _parties(self, request: Request) -> Parties:
        """Return the parties an id in the path names."""
        identity = request.path_params["id"]
        parties = Parties.read(identity)
        if parties is None or parties.channel not in self._specs.capabilities.channels or not parties.user:
            raise UnknownError(f"{identity!r} is no conversation", fix="Take the id of one: GET /_mock/conversations.")
        return parties

    def _bubble(self, account: Account, message: Message, entry: Entry | None) -> Json:
        """Return a message with what is to be seen beside it."""
        view: dict[str, Json] = views.message_view(message, self._specs)
        if message.direction is Direction.OUTBOUND:
            channel = priced(self._specs.capabilities.channels[message.channel], account)
            view["price"] = {"currency": channel.currency, "amount": price_of(message, channel)}
        exchange = entry.exchange if entry is not None else None
        view["entry"] = entry.id if entry is not None else None
        view["findings"] = [] if exchange is None else [views.finding_view(each) for each in exchange.findings]
        return view


def _after(talks: list[Talk], cursor: str) -> int:
    """Return the place after the conversation that a cursor names."""
    for index, each in enumerate(talks):
        if each.parties.id == cursor:
            return index + 1
    raise UsageError(f"the cursor {cursor!r} leads nowhere", fix="Take `next` of the page before.")


def _unknown(request: Request, account: Account) -> UnknownError:
    what = f"no conversation {request.path_params['id']!r} in account {account.api_key}"
    return UnknownError(what, fix="Those that there are: GET /_mock/conversations.")


def summary_view(summary: Summary) -> Json:
    """Return a conversation in a line; ``violations`` counts sends that were refused, ``findings`` sends with some."""
    talk, last = summary.talk, summary.last
    return {
        "id": talk.parties.id,
        "channel": talk.parties.channel,
        "user": talk.parties.user,
        "sender": talk.parties.sender,
        "name": talk.name,
        "last_at": timestamp(talk.last_at),
        "last": None if last is None else _last_view(last),
        "messages": len(talk.messages),
        "violations": len(talk.refused),
        "findings": talk.findings,
    }


def _last_view(message: Message) -> Json:
    return {
        "message_uuid": message.uuid,
        "kind": message.kind,
        "text": text_of(message)[:_PREVIEW_CHARS],
        "direction": message.direction.value,
        "status": message.status.value,
        "at": timestamp(message.at),
    }
