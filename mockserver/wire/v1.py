"""The dialect of Messages v1: flat parties and content; reads requests, writes answers and webhooks.

Source: domain facts, messages-v1 parts 2 to 9.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from mockserver.clock import to_the_second
from mockserver.contract.specs import ErrorCode
from mockserver.core.capabilities import Capabilities, ChannelRow
from mockserver.core.forms import FORMS, V1
from mockserver.core.prices import counted, price_of
from mockserver.core.segments import segments
from mockserver.model import Direction, Json, Message, Move, Status

DIALECT: Final = V1
ERRORS: Final = "https://developer.vonage.com/api-errors/messages"
_ENVELOPE: Final = ("client_ref", "webhook_url", "webhook_version")


def read_message(
    body: Json,
    channel: ChannelRow,
    *,
    uuid: str,
    account: str,
    application: str | None,
    at: datetime,
) -> Message:
    """Return the message a valid body means. The body must have passed the contract."""
    kind = body["message_type"]
    member = body[kind]
    return Message(
        uuid=uuid,
        account=account,
        direction=Direction.OUTBOUND,
        dialect=DIALECT,
        channel=channel.name,
        kind=kind,
        sender=body["from"],
        recipient=body["to"],
        content=member if member.__class__ is dict else {kind: member},
        at=at,
        status=Status.ACCEPTED,
        application=application,
        client_ref=body.get("client_ref"),
        options=_options(body, channel),
        webhook_url=body.get("webhook_url"),
        webhook_version=_version(body.get("webhook_version")),
    )


def write_request(message: Message, channel: ChannelRow, bare_kinds: Iterable[str]) -> Json:
    """Return the body that would have sent this message: the other half of ``read_message``.

    ``bare_kinds`` are those of ``specs/capabilities.yaml``, whose content is no object.
    """
    wire_name, top = channel.names[DIALECT], channel.top_options
    body: dict[str, Json] = {"channel": wire_name, "message_type": message.kind}
    body |= {"to": message.recipient, "from": message.sender, message.kind: _member(message, bare_kinds)}
    body |= {name: each for name, each in message.options.items() if name in top}
    inner = {name: each for name, each in message.options.items() if name not in top}
    if inner:
        body[wire_name] = inner
    return body | {name: each for name in _ENVELOPE if (each := getattr(message, name)) is not None}


def accepted(message: Message) -> Json:
    """Return the body of a 202; ``workflow_id`` is there only where there are other messages to try."""
    return {"message_uuid": message.uuid} | ({} if message.workflow is None else {"workflow_id": message.workflow})


def status_body(
    message: Message, channel: ChannelRow, move: Move, error: ErrorCode | None, known: Capabilities
) -> Json:
    """Return a status webhook; keys stand in the order of the published examples."""
    body: dict[str, Json] = {
        "message_uuid": message.uuid,
        "to": message.recipient,
        "from": message.sender,
        "timestamp": timestamp(move.at),
        "status": move.status.value,
        "channel": channel.names[DIALECT],
    }
    if error is not None:
        body["error"] = _error(message, error)
    if message.client_ref is not None:
        body["client_ref"] = message.client_ref
    body.update(_details(message, channel, move.status, known))
    if message.workflow is not None:
        body.update(_workflow(message))
    return body


def inbound_body(message: Message, channel: ChannelRow, known: Capabilities) -> Json:
    """Return an inbound webhook.

    The options of an inbound message are what it holds beside its content; they win over what is worked out here.
    """
    body: dict[str, Json] = {
        "channel": channel.names[DIALECT],
        "message_uuid": message.uuid,
        "to": message.recipient,
        "from": message.sender,
        "timestamp": timestamp(message.at),
        "message_type": message.kind,
    }
    if message.content or message.kind in known.bare_kinds:
        body[message.kind] = _member(message, known.bare_kinds)
    if channel.counts_parts:
        text = message.content["text"]
        words = text.split()
        body[channel.names[DIALECT]] = {
            "num_messages": str(segments(text).parts),
            "keyword": words[0].upper() if words else "",
        }
        body["usage"] = usage(message, channel)
    if channel.v1.origin and (network := _network(message.sender, known)) is not None:
        body["origin"] = {"network_code": network}
    return body | message.options


def context_status(options: dict[str, Json]) -> str:
    """Return whether an inbound message tells which other it belongs to."""
    return "available" if "context" in options else "none"


def self_link(base_url: str, uuid: str) -> Json:
    """Return the link of an inbound message to itself: where a client sends the update that marks it as read."""
    return {"href": f"{base_url}{FORMS[DIALECT].path}/{uuid}"}


def usage(message: Message, channel: ChannelRow) -> Json:
    """Return what a message costs; the currency first, as v1 writes it."""
    return {"currency": channel.currency, "price": price_of(message, channel)}


def timestamp(moment: datetime) -> str:
    """Return ISO 8601 in UTC to the second, with a Z."""
    return f"{to_the_second(moment)}Z"


def _version(said: Json) -> str | None:
    """Return the version asked for; RCS does not declare the member, so there anything may stand in it."""
    return said if isinstance(said, str) and said in FORMS else None


def _options(body: Json, channel: ChannelRow) -> dict[str, Json]:
    """Return what a body says beside its content; what belongs at the top does nothing in the channel's object."""
    inner: dict[str, Json] = body.get(channel.names[DIALECT]) or {}
    top = channel.top_options
    if not top or (top.isdisjoint(inner) and top.isdisjoint(body)):
        return inner
    return {name: body[name] for name in channel.options if name in top and name in body} | {
        name: each for name, each in inner.items() if name not in top
    }


def _member(message: Message, bare_kinds: Iterable[str]) -> Json:
    return message.content[message.kind] if message.kind in bare_kinds else message.content


def _error(message: Message, error: ErrorCode) -> Json:
    """Return why a message failed; the trace is the message's own, so that it is the same in each of its webhooks."""
    code = str(error.code)
    return {
        "type": f"{ERRORS}#{code}",
        "title": code,
        "detail": error.meaning,
        "instance": message.uuid.replace("-", ""),
    }


def _details(message: Message, channel: ChannelRow, status: Status, known: Capabilities) -> dict[str, Json]:
    """Return what the channel tells of a message besides: price, network, parts, conversation."""
    found: dict[str, Json] = {}
    more = channel.v1
    if status in more.usage:
        found["usage"] = usage(message, channel)
    if more.networks and (network := _network(message.recipient, known)) is not None:
        found["destination"] = {"network_code": network}
    cut = counted(message, channel)
    if cut is not None:
        found[channel.names[DIALECT]] = {"count_total": str(cut.parts)}
    if status is Status.DELIVERED and more.delivered:
        found[channel.names[DIALECT]] = _delivered(message, more.delivered)
    return found


def _delivered(message: Message, rows: dict[str, dict[str, Json]]) -> Json:
    """Return what a delivered status tells of the price and the conversation, which is named after the message."""
    row = rows.get(message.kind) or rows["*"]
    return row | {"conversation": {"id": message.uuid.replace("-", ""), **row["conversation"]}}


def _workflow(message: Message) -> dict[str, Json]:
    """Return which of several messages this is; all three values are strings, the count includes the first."""
    if message.workflow is None or message.step is None or message.steps is None:
        return {}
    numbers = {"items_number": str(message.step + 1), "items_total": str(message.steps)}
    return {"workflow": {"workflow_id": message.workflow, **numbers}}


def _network(number: str, known: Capabilities) -> str | None:
    """Return the mobile network of a number, as far as any is known for its country."""
    return next((code for prefix, code in known.network_codes.items() if number.startswith(prefix)), None)
