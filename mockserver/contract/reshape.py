"""Known wrong forms of a body, put right: another version, misplaced options, content that travels otherwise."""

from typing import Final

from mockserver.contract.branches import Branch
from mockserver.contract.cells import only_in
from mockserver.contract.guess import cell_of, close_channel, close_kind, said_at, twin_of
from mockserver.core.capabilities import Capabilities, ChannelRow, Row
from mockserver.core.forms import FORMS, V0_1, V1, Form, found_along, found_at, said_version
from mockserver.core.places import dotted, put, removed
from mockserver.model import Json
from mockserver.problem import Violation

_MARKS: Final = {V1: ("channel", "message_type"), V0_1: ("message",)}
"""Members that tell a version."""


def other_form(form: Form, body: dict[str, Json]) -> Form | None:
    """Return the form a body was written in, if it is another than the one it is judged by."""
    said = said_version(body)
    return None if said is None or said == form.dialect else FORMS[said]


def version_violation(capabilities: Capabilities, form: Form, other: Form, body: dict[str, Json]) -> Violation:
    """Say that a body is of another version, and what of it does not exist here."""
    marks = " and ".join(f"`{mark}`" for mark in _MARKS[other.dialect] if mark in body) or "parties that are objects"
    reason = (
        f"This looks like a {other.title} body, since it has {marks}; {other.title} lives at {other.path}."
        f" Here a message is an object with {form.needs}.{lost(capabilities, form, body)}"
    )
    rule = f"{other.dialect.replace('.', '_')}_body"
    return Violation("body", rule, reason, expected=f"an object with {form.needs}")


def lost(capabilities: Capabilities, form: Form, body: dict[str, Json]) -> str:
    """Return a sentence on what keeps a body of another version from being translated; empty if nothing does."""
    other = other_form(form, body)
    channel = _channel(capabilities, other, body) if other else None
    if other is None or channel is None:
        return ""
    if not channel.speaks(form.dialect):
        return only_in(channel.title, "", [other.dialect])
    kind = close_kind(capabilities, other.dialect, said_at(body, other.kind_at))
    is_here = kind is None or branch_kind(capabilities, form, channel, kind) is not None
    return "" if is_here else only_in(channel.title, kind or "", [other.dialect])


def translated(capabilities: Capabilities, form: Form, body: dict[str, Json], other: Form | None) -> dict[str, Json]:
    """Return a body of another form in this; any other body, and one without a known channel, as it is."""
    if other is None:
        return body
    channel = _channel(capabilities, other, body)
    if channel is None or not channel.speaks(form.dialect):
        return body
    return _WRITERS[form.dialect](capabilities, channel, _parts(capabilities, other, channel, body))


def _channel(capabilities: Capabilities, form: Form, body: dict[str, Json]) -> ChannelRow | None:
    """Return the channel a body of a form names first."""
    names = (said_at(body, place) for place in form.channel_at)
    said = next((each for each in names if isinstance(each, str)), "")
    return close_channel(capabilities, form.dialect, said)


def _parts(capabilities: Capabilities, form: Form, channel: ChannelRow, body: dict[str, Json]) -> dict[str, Json]:
    """Return what a body says, free of its form: kind, content, both addresses, options, client_ref."""
    pair = channel.addresses["outbound"]
    kind = close_kind(capabilities, form.dialect, said_at(body, form.kind_at)) or "text"
    options = [found_at(body, form.options_at(channel))]
    options += [body.get(name) for name in (*channel.names.values(), *channel.aliases)]
    flat = next((dict(each) for each in options if isinstance(each, dict)), {})
    if form.dialect == V1:
        flat |= {name: body[name] for name in channel.options if name in channel.top_options and name in body}
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


def strays(branch: Branch, body: dict[str, Json]) -> list[tuple[str, str]]:
    """Return the options that stand where they have no effect: each place with the one where they belong.

    Whole objects of options come first; an option that stands in its right place as well is no stray.
    """
    for home, names in branch.stray_names.items():
        holder = found_along(home, body)
        if holder.__class__ is dict and not names.isdisjoint(holder):
            break
    else:
        return []
    found = []
    for there, places in branch.stray_places:
        place = next((each for each in places if _is_stray(branch, body, each, there)), None)
        if place is not None:
            found.append((place, there))
    return found


def _is_stray(branch: Branch, body: dict[str, Json], place: str, there: str) -> bool:
    """Return whether there is something at a place that is not where it belongs, and nothing where it does."""
    value = found_at(body, place)
    if value is None or found_at(body, there) is not None or place == twin_of(body, branch.form.kind_at):
        return False
    return there != branch.options_at or isinstance(value, dict)


def with_options_in_place(branch: Branch, body: dict[str, Json]) -> dict[str, Json]:
    """Return the body with its channel's options where they belong, if they stood elsewhere."""
    for _ in range(2):  # what stood in a misplaced object may belong elsewhere again
        for place, there in strays(branch, body):
            body = put(removed(body, dotted(place)), dotted(there), found_at(body, place))
    return body


def with_kind(capabilities: Capabilities, form: Form, row: Row, kind: str, body: dict[str, Json]) -> dict[str, Json]:
    """Return the body with its content turned into the kind of a row; its other content is dropped.

    The body must have content, as any body with a kind does.
    A kind that travels through another takes what was written for it along: a location goes into ``custom``.
    """
    content = found_at(body, form.holder)
    known = capabilities.kinds_in(form.dialect)
    kept = {name: each for name, each in content.items() if name == row.kind or (not form.holder and name not in known)}
    carried = _carried(capabilities, row, kind, content)
    body = put(body, dotted(form.holder), kept | carried) if form.holder else kept | carried
    turned: dict[str, Json] = put(body, dotted(form.kind_at), row.kind)
    return turned


def _carried(capabilities: Capabilities, row: Row, kind: str, content: dict[str, Json]) -> dict[str, Json]:
    cell = cell_of(capabilities, row.dialect, capabilities.channels[row.channel], kind)
    if cell is None or cell.through != row.kind:
        return {}
    sort = capabilities.custom_objects.get(cell.kind)
    member = sort.member if sort else None
    inner = content.get(member, content.get(kind)) if member else None
    return {row.kind: {**cell.example, member: inner} if member and inner else cell.example}


def branch_kind(capabilities: Capabilities, form: Form, channel: ChannelRow, kind: str | None) -> str | None:
    """Return the kind whose branch suits what was meant: itself, the one it goes through, or ``None``."""
    row = cell_of(capabilities, form.dialect, channel, kind) if kind else None
    if row is None or not row.is_supported:
        return None
    return row.through or row.kind
