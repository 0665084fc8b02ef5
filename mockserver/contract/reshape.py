"""Known wrong forms of a body, put right: another version, misplaced options, content that travels otherwise."""

from typing import Final

from mockserver.contract.guess import close_channel, close_kind
from mockserver.core.capabilities import Capabilities, ChannelRow, Row
from mockserver.core.forms import FORMS, V0_1, V1, Form, found_at, said_version
from mockserver.model import Json
from mockserver.problem import Violation

_MARKS: Final = {V1: ("channel", "message_type"), V0_1: ("message",)}
"""Members that tell a version."""


def other_form(form: Form, body: dict[str, Json]) -> Form | None:
    """Return the form a body was written in, if it is another than the one it is judged by."""
    said = said_version(body)
    return None if said is None or said == form.dialect else FORMS[said]


def version_violation(form: Form, other: Form, body: dict[str, Json]) -> Violation:
    """Say that a body is of another version."""
    marks = " and ".join(f"`{mark}`" for mark in _MARKS[other.dialect] if mark in body) or "parties that are objects"
    reason = (
        f"This looks like a {other.title} body, since it has {marks}; {other.title} lives at {other.path}."
        f" Here a message is an object with {form.needs}."
    )
    rule = f"{other.dialect.replace('.', '_')}_body"
    return Violation("body", rule, reason, expected=f"an object with {form.needs}")


def translated(capabilities: Capabilities, form: Form, body: dict[str, Json]) -> dict[str, Json]:
    """Return a body of another version in a form; any other body, and one without a known channel, as it is."""
    other = other_form(form, body)
    if other is None:
        return body
    names = (found_at(body, place) for place in other.channel_at)
    said = next((each for each in names if isinstance(each, str)), "")
    channel = close_channel(capabilities, other.dialect, said)
    if channel is None or not channel.speaks(form.dialect):
        return body
    return _WRITERS[form.dialect](capabilities, channel, _parts(capabilities, other, channel, body))


def _parts(capabilities: Capabilities, form: Form, channel: ChannelRow, body: dict[str, Json]) -> dict[str, Json]:
    """Return what a body says, free of its form: kind, content, both addresses, options, client_ref."""
    pair = channel.addresses["outbound"]
    kind = close_kind(capabilities, form.dialect, found_at(body, form.kind_at)) or "text"
    options = [found_at(body, form.options_at(channel))]
    options += [body.get(name) for name in (*channel.names.values(), *channel.aliases)]
    flat = next((dict(each) for each in options if isinstance(each, dict)), {})
    if form.dialect == V1:
        flat |= {name: body[name] for name, each in channel.options.items() if each.top and name in body}
    return {
        "kind": kind,
        "content": found_at(body, form.content_at(kind)),
        "from": found_at(body, form.party_at("from", pair.sender)),
        "to": found_at(body, form.party_at("to", pair.recipient)),
        "options": {name: each for name, each in flat.items() if _is_for(channel, name, form)},
        "client_ref": body.get("client_ref"),
    }


def _is_for(channel: ChannelRow, option: str, form: Form) -> bool:
    """Return whether an option means something in the other version; what nobody knows is kept."""
    known = channel.options.get(option)
    return known is None or set(known.dialects) > {form.dialect}


def _as_v0_1(_: Capabilities, channel: ChannelRow, parts: dict[str, Json]) -> dict[str, Json]:
    pair = channel.addresses["outbound"]
    wire_name = channel.names[V0_1]
    content = {"type": parts["kind"]} | ({} if parts["content"] is None else {parts["kind"]: parts["content"]})
    turned: dict[str, Json] = {
        "from": {"type": wire_name, pair.sender.member: parts["from"]},
        "to": {"type": wire_name, pair.recipient.member: parts["to"]},
        "message": {"content": content} | ({wire_name: parts["options"]} if parts["options"] else {}),
    }
    return turned | ({} if parts["client_ref"] is None else {"client_ref": parts["client_ref"]})


def _as_v1(_: Capabilities, channel: ChannelRow, parts: dict[str, Json]) -> dict[str, Json]:
    turned: dict[str, Json] = {"channel": channel.names[V1], "message_type": parts["kind"]}
    turned |= {"to": parts["to"], "from": parts["from"]}
    if parts["content"] is not None:
        turned[parts["kind"]] = _plain_parameters(parts["content"])
    if parts["options"]:
        turned[channel.names[V1]] = parts["options"]
    return turned | ({} if parts["client_ref"] is None else {"client_ref": parts["client_ref"]})


def _plain_parameters(content: Json) -> Json:
    """Write template parameters as v1 has them: bare strings, where v0.1 also took ``{"default": ...}``."""
    parameters = content.get("parameters") if isinstance(content, dict) else None
    if not isinstance(parameters, list):
        return content
    plain = [each.get("default", each) if isinstance(each, dict) else each for each in parameters]
    return {**content, "parameters": plain}


_WRITERS: Final = {V0_1: _as_v0_1, V1: _as_v1}


def misplaced_options(form: Form, channel: ChannelRow, body: dict[str, Json]) -> str | None:
    """Return the dotted name of the wrong place a channel's options stand in, ``None`` if they do not."""
    wire_name = channel.names[form.dialect]
    content = found_at(body, form.holder)
    if not form.holder or not isinstance(found_at(body, form.options_home), dict):
        return None
    if isinstance(content, dict) and isinstance(content.get(wire_name), dict):
        return f"{form.holder}.{wire_name}"
    return wire_name if isinstance(body.get(wire_name), dict) else None


def with_options_in_place(form: Form, channel: ChannelRow, body: dict[str, Json]) -> dict[str, Json]:
    """Return the body with its channel's options where they belong, if they stood elsewhere."""
    place = misplaced_options(form, channel, body)
    here = form.options_at(channel)
    if place is None or found_at(body, here) is not None:
        return body
    return placed(removed(body, place), here, found_at(body, place))


def with_kind(capabilities: Capabilities, form: Form, row: Row, kind: str, body: dict[str, Json]) -> dict[str, Json]:
    """Return the body with its content turned into the kind of a row; its other content is dropped.

    The body must have content, as any body with a kind does.
    A kind that travels through another takes what was written for it along: a location goes into ``custom``.
    """
    content = found_at(body, form.holder)
    known = capabilities.kinds_in(form.dialect)
    kept = {name: each for name, each in content.items() if name == row.kind or (not form.holder and name not in known)}
    carried = _carried(capabilities, row, kind, content)
    body = placed(body, form.holder, kept | carried) if form.holder else kept | carried
    return placed(body, form.kind_at, row.kind)


def _carried(capabilities: Capabilities, row: Row, kind: str, content: dict[str, Json]) -> dict[str, Json]:
    cell = capabilities.row(row.channel, kind, "outbound", row.dialect)
    if cell is None or cell.through != row.kind:
        return {}
    sort = capabilities.custom_objects.get(kind)
    member = sort.member if sort else None
    inner = content.get(member, content.get(kind)) if member else None
    return {row.kind: {**cell.example, member: inner} if member and inner else cell.example}


def branch_kind(capabilities: Capabilities, form: Form, channel: ChannelRow, kind: str | None) -> str | None:
    """Return the kind whose branch suits what was meant: itself, the one it goes through, or ``None``."""
    row = capabilities.row(channel.name, kind, "outbound", form.dialect) if kind else None
    if row is None or not row.is_supported:
        return None
    return row.through or row.kind


def placed(body: Json, name: str, value: Json) -> dict[str, Json]:
    """Return the body with a value under a dotted name, objects made on the way where there are none."""
    head, _, rest = name.partition(".")
    members = body if isinstance(body, dict) else {}
    return {**members, head: placed(members.get(head), rest, value) if rest else value}


def removed(body: Json, name: str) -> dict[str, Json]:
    """Return the body without the member of a dotted name."""
    head, _, rest = name.partition(".")
    if not rest:
        return {key: each for key, each in body.items() if key != head}
    return {**body, head: removed(body[head], rest)}
