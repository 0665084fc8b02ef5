"""The dialect of Messages v0.1: nested parties and content; reads requests, writes answers and webhooks.

Source: domain facts, messages-v0.1 parts 1.4, 1.5, 2 and 4.
"""

from datetime import datetime
from typing import Final

from mockserver.clock import to_the_second
from mockserver.contract.specs import ErrorCode
from mockserver.core.capabilities import ChannelRow
from mockserver.core.forms import V0_1
from mockserver.core.prices import price_of
from mockserver.core.segments import segments
from mockserver.model import Direction, Json, Message, Move, Status
from mockserver.problem import Problem, Violation

DIALECT: Final = V0_1
INVALID_PARAMS: Final = "https://www.nexmo.com/messages/Errors#InvalidParams"


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
    party = channel.addresses["outbound"]
    content = body["message"]["content"]
    kind = content["type"]
    member = content[kind]
    return Message(
        uuid=uuid,
        account=account,
        direction=Direction.OUTBOUND,
        dialect=DIALECT,
        channel=channel.name,
        kind=kind,
        sender=body["from"][party.sender.member],
        recipient=body["to"][party.recipient.member],
        content={"text": member} if kind == "text" else _plain(member),
        at=at,
        status=Status.ACCEPTED,
        application=application,
        client_ref=body.get("client_ref"),
        options=body["message"].get(channel.names[DIALECT]) or {},
    )


def write_request(message: Message, channel: ChannelRow) -> Json:
    """Return the body that would have sent this message: the other half of ``read_message``."""
    wire_name = channel.names[DIALECT]
    body: dict[str, Json] = {
        "from": _party(message, channel, "from"),
        "to": _party(message, channel, "to"),
        "message": {"content": _content(message)},
    }
    if message.options:
        body["message"][wire_name] = message.options
    if message.client_ref is not None:
        body["client_ref"] = message.client_ref
    return body


def accepted(message: Message) -> Json:
    """Return the body of a 202."""
    return {"message_uuid": message.uuid}


def status_body(message: Message, channel: ChannelRow, move: Move, error: ErrorCode | None) -> Json:
    """Return a status webhook; keys stand in the order seen on the wire, since some verifiers serialise anew."""
    body: dict[str, Json] = {
        "message_uuid": message.uuid,
        "to": _party(message, channel, "to"),
        "from": _party(message, channel, "from"),
        "timestamp": timestamp(move.at),
        "status": move.status.value,
    }
    if error is not None:
        body["error"] = {"code": error.code, "reason": error.label}
    if move.status is Status.DELIVERED:
        body["usage"] = usage(message, channel)
    if message.client_ref is not None:
        body["client_ref"] = message.client_ref
    return body


def usage(message: Message, channel: ChannelRow) -> Json:
    """Return what a message costs."""
    return {"price": price_of(message, channel), "currency": channel.currency}


def inbound_body(message: Message, channel: ChannelRow) -> Json:
    """Return an inbound webhook."""
    body: dict[str, Json] = {
        "message_uuid": message.uuid,
        "to": _party(message, channel, "to"),
        "from": _party(message, channel, "from"),
        "timestamp": timestamp(message.at),
        "direction": message.direction.value,
        "message": {"content": _content(message)},
    }
    if channel.counts_parts:
        body["message"][channel.names[DIALECT]] = {"num_messages": str(segments(message.content["text"]).parts)}
        body["usage"] = usage(message, channel)
    return body


def problem_body(problem: Problem, trace_id: str) -> Json:
    """Return an error answer; members the documented answer lacks (a 401 has no ``type``) are left out."""
    body: dict[str, Json] = {} if problem.type is None else {"type": problem.type}
    body |= {"title": problem.title, "detail": problem.detail, "instance": trace_id}
    if problem.violations:
        body["invalid_parameters"] = [{"name": each.name, "reason": each.reason} for each in problem.violations]
    return body


def invalid(violations: tuple[Violation, ...], status: int = 400) -> Problem:
    """Return the problem that lists broken rules; the words of title and detail are those seen on the wire."""
    return Problem(
        status=status,
        type=INVALID_PARAMS,
        title="Your request parameters didn't validate.",
        detail=f"Found errors validating {len(violations)} of your submitted parameters.",
        violations=violations,
    )


def throttled(detail: str) -> Problem:
    """Return the problem of a message too many. Source: domain facts, messages-v0.1 part 9 row 2."""
    return Problem(429, "Rate Limit Hit", detail, type="https://developer.nexmo.com/api-errors#throttled")


def low_balance(reason: str) -> Problem:
    """Return the problem of an account without credit, ``reason`` for the journal; words as seen on the wire."""
    return Problem(
        status=400,
        type="https://developer.vonage.com/api-errors#low-balance",
        title="Bad Request",
        detail="Insufficient balance, please check your nexmo account.",
        reason=reason,
    )


def timestamp(moment: datetime) -> str:
    """Return ISO 8601 in UTC with exactly three decimals and a Z."""
    return f"{to_the_second(moment)}.{moment.microsecond // 1000:03}Z"


def _plain(member: dict[str, Json]) -> dict[str, Json]:
    """Return content with template parameters as bare strings, whichever of both spellings they had."""
    parameters = member.get("parameters")
    if not isinstance(parameters, list) or not parameters or not isinstance(parameters[0], dict):
        return member
    return {**member, "parameters": [each["default"] for each in parameters]}


def _party(message: Message, channel: ChannelRow, side: str) -> Json:
    """Return one address as its channel writes it, the address before the type."""
    pair = channel.addresses[message.direction.value]
    address, shape = (message.sender, pair.sender) if side == "from" else (message.recipient, pair.recipient)
    return {shape.member: address, "type": channel.names[DIALECT]}


def _content(message: Message) -> Json:
    """Return the content object: its type, then the member named after it where the kind has one."""
    content: dict[str, Json] = {"type": message.kind}
    if message.kind == "text":
        content["text"] = message.content["text"]
    elif message.content:
        content[message.kind] = message.content
    return content
