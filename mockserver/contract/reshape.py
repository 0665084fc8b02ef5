"""Known wrong forms of a body, put right: v1 bodies, misplaced options, content that travels otherwise."""

from typing import Final

from mockserver.contract.guess import close_channel, close_kind
from mockserver.core.capabilities import Capabilities, ChannelRow, Row
from mockserver.model import Json
from mockserver.problem import Violation

_V1_MARKS: Final = ("channel", "message_type")


def looks_like_v1(body: dict[str, Json]) -> bool:
    """Return whether a body has the members of Messages v1 and lacks the one v0.1 is built on."""
    return "message" not in body and any(mark in body for mark in _V1_MARKS)


def v1_violation(body: dict[str, Json]) -> Violation:
    """Say that a body is of the other version."""
    marks = " and ".join(f"`{mark}`" for mark in _V1_MARKS if mark in body)
    reason = (
        f"This looks like a Messages v1 body, since it has {marks}; v1 lives at /v1/messages."
        " Here a message is an object with `from`, `to` and `message`."
    )
    return Violation("body", "v1_body", reason, expected="an object with `from`, `to` and `message`")


def from_v1(capabilities: Capabilities, dialect: str, body: dict[str, Json]) -> dict[str, Json]:
    """Return a v1 body in the form of v0.1; any other body, and one without a known channel, as it is."""
    channel = close_channel(capabilities, dialect, str(body.get("channel", "")))
    if channel is None or not looks_like_v1(body):
        return body
    kind = close_kind(capabilities, body.get("message_type")) or "text"
    pair = channel.addresses["outbound"]
    wire_name = channel.names[dialect]
    content = {"type": kind, **({kind: body[kind]} if kind in body else {})}
    options = [body[name] for name in (wire_name, *channel.aliases) if isinstance(body.get(name), dict)]
    turned = {
        "from": {"type": wire_name, pair.sender.member: body.get("from")},
        "to": {"type": wire_name, pair.recipient.member: body.get("to")},
        "message": {"content": content} | ({wire_name: options[0]} if options else {}),
    }
    return turned | ({"client_ref": body["client_ref"]} if "client_ref" in body else {})


def misplaced_options(wire_name: str, body: dict[str, Json]) -> str | None:
    """Return the dotted name of the wrong place a channel's options stand in, ``None`` if they do not."""
    message = body.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, dict) and isinstance(content.get(wire_name), dict):
        return f"message.content.{wire_name}"
    return wire_name if isinstance(body.get(wire_name), dict) else None


def with_options_in_place(wire_name: str, body: dict[str, Json]) -> dict[str, Json]:
    """Return the body with its channel's options beside the content, if they stood elsewhere."""
    place = misplaced_options(wire_name, body)
    message = body.get("message")
    if place is None or not isinstance(message, dict) or message.get(wire_name) is not None:
        return body
    if place == wire_name:
        return _without(body, wire_name) | {"message": {**message, wire_name: body[wire_name]}}
    content = message["content"]
    return {
        **body,
        "message": {**message, "content": _without(content, wire_name), wire_name: content[wire_name]},
    }


def with_kind(capabilities: Capabilities, row: Row, kind: str, body: dict[str, Json]) -> dict[str, Json]:
    """Return the body with its content turned into the kind of a row; its other members are dropped.

    The body must have content, as any body with a kind does.
    A kind that travels through another takes what was written for it along: a location goes into ``custom``.
    """
    message = body["message"]
    content = message["content"]
    kept = {name: each for name, each in content.items() if name == row.kind}
    kept = {"type": row.kind} | kept | _carried(capabilities, row, kind, content)
    return {**body, "message": {**message, "content": kept}}


def _carried(capabilities: Capabilities, row: Row, kind: str, content: dict[str, Json]) -> dict[str, Json]:
    cell = capabilities.row(row.channel, kind, "outbound")
    if cell is None or cell.through != row.kind:
        return {}
    sort = capabilities.custom_objects.get(kind)
    member = sort.member if sort else None
    inner = content.get(member, content.get(kind)) if member else None
    return {row.kind: {**cell.example, member: inner} if member and inner else cell.example}


def branch_kind(capabilities: Capabilities, channel: ChannelRow, kind: str | None) -> str | None:
    """Return the kind whose branch suits what was meant: itself, the one it goes through, or ``None``."""
    row = capabilities.row(channel.name, kind, "outbound") if kind else None
    if row is None or not row.is_supported:
        return None
    return row.through or row.kind


def _without(members: dict[str, Json], name: str) -> dict[str, Json]:
    return {key: value for key, value in members.items() if key != name}
