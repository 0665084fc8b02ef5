"""The three normative matrices, cell by cell, against the rows, the schemas and the verdicts."""

import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.schemas import Schemas, cell_of_schema
from mockserver.contract.specs import Specs
from mockserver.core.capabilities import ChannelRow, Row
from mockserver.core.forms import FORMS
from mockserver.model import Json

# Source: messages-v0.1 part 3.3. Written out here as an independent fact; nothing below derives it from our files.
SUPPORTED: dict[str, dict[str, list[str]]] = {
    "outbound": {
        "sms": ["text"],
        "mms": ["text", "image"],
        "viber_service_msg": ["text", "image", "template"],
        "messenger": ["text", "image", "audio", "video", "file", "template"],
        "whatsapp": ["text", "image", "audio", "video", "file", "template"],
    },
    "inbound": {
        "mms": ["text", "image"],
        "viber_service_msg": ["text"],
        "messenger": ["text", "image", "audio", "video", "file", "location"],
        "whatsapp": ["text", "image", "audio", "video", "file", "location"],
    },
    "custom": {
        "sms": [],
        "mms": [],
        "viber_service_msg": ["button"],
        "messenger": ["button"],
        "whatsapp": ["button", "location", "contact"],
    },
}
KINDS = {
    "outbound": ["text", "image", "audio", "video", "file", "template"],
    "inbound": ["text", "image", "audio", "video", "file", "location"],
    "custom": ["button", "location", "contact"],
}
PARTIES: dict[str, tuple[Json, Json]] = {
    "sms": ({"type": "sms", "number": "LUNCH"}, {"type": "sms", "number": "447700900131"}),
    "mms": ({"type": "mms", "number": "61616"}, {"type": "mms", "number": "12025550131"}),
    "viber_service_msg": (
        {"type": "viber_service_msg", "id": "30551"},
        {"type": "viber_service_msg", "number": "447700900132"},
    ),
    "messenger": ({"type": "messenger", "id": "101010101"}, {"type": "messenger", "id": "202020202020"}),
    "whatsapp": ({"type": "whatsapp", "number": "447700900133"}, {"type": "whatsapp", "number": "447700900134"}),
}
CONTENTS: dict[str, Json] = {
    "text": "Soup of the day",
    "image": {"url": "https://files.example.org/soup.jpg"},
    "audio": {"url": "https://files.example.org/soup.mp3"},
    "video": {"url": "https://files.example.org/soup.mp4"},
    "file": {"url": "https://files.example.org/soup.pdf"},
    "template": {"name": "lunch:soup", "parameters": ["tomato"]},
}
CUSTOM: dict[tuple[str, str], Json] = {
    ("viber_service_msg", "button"): {"text": "Soup?", "caption": "Yes", "action": "https://example.org/soup"},
    ("messenger", "button"): {"attachment": {"type": "template", "payload": {"template_type": "button"}}},
    ("whatsapp", "button"): {"type": "template", "template": {"namespace": "lunch", "name": "soup"}},
}
ANY_CUSTOM: dict[str, Json] = {
    "button": {"type": "button", "title": "Yes"},
    "location": {"type": "location", "location": {"longitude": 1.5, "latitude": 2.5}},
    "contact": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Bo"}}]},
}


def cells(matrix: str) -> list[tuple[str, str, bool]]:
    return [
        (channel, kind, kind in supported) for channel, supported in SUPPORTED[matrix].items() for kind in KINDS[matrix]
    ]


def send(channel: str, kind: str, member: Json) -> Json:
    """Return a body of one cell; WhatsApp templates get the locale they need."""
    sender, recipient = PARTIES[channel]
    message: dict[str, Json] = {"content": {"type": kind, kind: member}}
    if (channel, kind) == ("whatsapp", "template"):
        message["whatsapp"] = {"locale": "en_GB"}
    return {"from": sender, "to": recipient, "message": message}


def row_of(specs: Specs, wire_name: str, kind: str, direction: str) -> Row | None:
    channel = specs.capabilities.by_wire("v0.1", wire_name)
    assert channel is not None
    return specs.capabilities.row(channel.name, kind, direction, "v0.1")


@pytest.mark.parametrize(("matrix", "count"), [("outbound", 30), ("inbound", 24), ("custom", 15)])
def test_matrix_is_complete(matrix: str, count: int, specs: Specs) -> None:
    rows = {(row.channel, row.kind) for row in specs.capabilities.rows_in("v0.1") if row.matrix == matrix}

    assert count == len(rows) == len(cells(matrix))


@pytest.mark.parametrize(
    ("matrix", "channel", "kind", "is_supported"), [(matrix, *cell) for matrix in SUPPORTED for cell in cells(matrix)]
)
def test_row_says_what_the_matrix_says(matrix: str, channel: str, kind: str, is_supported: bool, specs: Specs) -> None:
    row = row_of(specs, channel, kind, "inbound" if matrix == "inbound" else "outbound")

    assert row is not None
    assert (matrix, "supported" if is_supported else "not_by_channel") == (row.matrix, row.state)


@pytest.mark.parametrize(("channel", "kind", "is_supported"), cells("outbound"))
def test_outbound_cell_is_accepted_or_refused(
    channel: str, kind: str, is_supported: bool, contract: MessagesContract
) -> None:
    verdict = contract.check(send(channel, kind, CONTENTS[kind]))

    if (channel, kind) == ("messenger", "template"):
        [violation] = verdict.violations
        assert violation.reason.startswith("On messenger a template travels as custom: ")
    elif is_supported:
        assert () == verdict.violations
    else:
        [violation] = verdict.violations
        assert ("message.content.type", "capability") == (violation.name, violation.rule)
        named = f"{kind} is not possible on {channel} (outbound matrix: not by the channel); {channel} takes: "
        assert violation.reason.startswith(named)


@pytest.mark.parametrize(("channel", "sort", "is_supported"), cells("custom"))
def test_custom_object_is_accepted_or_refused(
    channel: str, sort: str, is_supported: bool, contract: MessagesContract
) -> None:
    verdict = contract.check(send(channel, "custom", CUSTOM.get((channel, sort), ANY_CUSTOM[sort])))

    if is_supported:
        assert () == verdict.violations
    else:
        [violation] = verdict.violations
        assert violation.rule == "capability"
        assert f"{sort} is not possible on {channel} (custom-object matrix: not by the channel)" in violation.reason


@pytest.mark.parametrize(("channel", "sort", "is_supported"), cells("custom"))
def test_custom_object_as_content_type_is_refused_with_the_way_to_send_it(
    channel: str, sort: str, is_supported: bool, contract: MessagesContract
) -> None:
    [violation] = contract.check(send(channel, sort, {"a": 1})).violations

    assert "message.content.type" == violation.name
    named = f"On {channel} a {sort} travels as custom" if is_supported else f"{sort} is not possible on {channel}"
    assert named in violation.reason


def test_unknown_custom_object_passes_where_there_is_custom(contract: MessagesContract) -> None:
    for channel in ("viber_service_msg", "messenger", "whatsapp"):
        assert () == contract.check(send(channel, "custom", {"anything": [1]})).violations


def test_unknown_custom_object_is_refused_where_there_is_none(contract: MessagesContract) -> None:
    [violation] = contract.check(send("sms", "custom", {"anything": [1]})).violations

    assert violation.reason == (
        "custom is not possible on sms (custom-object matrix: location not by the channel,"
        " contact not by the channel, button not by the channel); sms takes: text."
    )


def test_each_branch_belongs_to_one_row(specs: Specs, schemas: Schemas) -> None:
    for direction, branches in (("outbound", schemas.outbound()), ("inbound", schemas.webhook("inboundMessage"))):
        named = [row.schema for row in specs.capabilities.rows_in("v0.1") if row.direction == direction and row.schema]

        assert sorted(branches) == sorted(named)


def rows_with_branches(specs: Specs, direction: str) -> list[tuple[ChannelRow, Row]]:
    """Return the rows that have a branch, each with its channel."""
    rows = [row for row in specs.capabilities.rows_in("v0.1") if row.direction == direction and row.schema]
    return [(specs.capabilities.channels[row.channel], row) for row in rows]


def test_each_branch_is_for_the_channel_and_kind_of_its_row(specs: Specs, schemas: Schemas) -> None:
    for direction, count in (("outbound", 20), ("inbound", 20)):
        pairs = rows_with_branches(specs, direction)

        assert count == len(pairs)
        for channel, row in pairs:
            cell = cell_of_schema(schemas.component(row.schema or ""), FORMS["v0.1"])
            assert (channel.names["v0.1"], row.kind) == cell


def test_limits_of_rows_and_branches_are_the_same(specs: Specs, schemas: Schemas) -> None:
    """Both ways: a limit that only one of the two knows is a difference as well."""
    for _, row in rows_with_branches(specs, "outbound"):
        branch = schemas.component(row.schema or "")
        content = branch["properties"]["message"]["properties"]["content"]["properties"][row.kind]
        members = content.get("properties", {})
        text = content if row.kind == "text" else {}

        expected = {
            "text": (row.text_min_chars, row.text_max_chars),
            "caption": (row.caption_min_chars, row.caption_max_chars),
            "url": (row.url_min_chars, row.url_max_chars),
        }
        found = {
            name: (schema.get("minLength"), schema.get("maxLength"))
            for name, schema in (("text", text), *((name, members.get(name, {})) for name in ("caption", "url")))
        }
        assert expected == found, row


def test_parties_of_rows_and_branches_are_the_same(specs: Specs, schemas: Schemas) -> None:
    for direction in ("outbound", "inbound"):
        for channel, row in rows_with_branches(specs, direction):
            members = schemas.component(row.schema or "")["properties"]
            pair = channel.addresses["outbound" if direction == "outbound" else "inbound"]

            assert ["type", pair.sender.member] == members["from"]["required"], row
            assert ["type", pair.recipient.member] == members["to"]["required"], row


def test_options_of_channels_and_branches_are_the_same(specs: Specs, schemas: Schemas) -> None:
    for channel, row in rows_with_branches(specs, "outbound"):
        members = dict(schemas.component(row.schema or "")["properties"]["message"]["properties"])
        del members["content"]

        assert set(members) == ({channel.names["v0.1"]} if channel.options_in("v0.1") else set()), row
        for options in members.values():
            assert list(channel.options_in("v0.1")) == list(options["properties"])
            assert row.options_needed == tuple(options.get("required", ()))


def test_values_of_options_are_those_of_the_branches(specs: Specs, schemas: Schemas) -> None:
    found = []
    for channel, row in rows_with_branches(specs, "outbound"):
        message = schemas.component(row.schema or "")["properties"]["message"]["properties"]
        for name, option in channel.options_in("v0.1").items():
            schema = message[channel.names["v0.1"]]["properties"][name]
            choices = tuple(each for each in schema.get("enum", ()) if each is not None)
            assert (option.values, option.min_s, option.max_s) == (
                choices,
                schema.get("minimum"),
                schema.get("maximum"),
            )
            found.append(name)

    assert {"category", "ttl", "type", "tag", "policy", "locale"} == set(found)


def test_statuses_of_channels_and_branches_are_the_same(specs: Specs, schemas: Schemas) -> None:
    found = {}
    for name in schemas.webhook("messageStatus"):
        branch = schemas.component(name)
        found[branch["properties"]["to"]["properties"]["type"]["const"]] = branch["properties"]["status"]["enum"]

    assert {each.names["v0.1"]: list(each.statuses) for each in specs.capabilities.channels_in("v0.1")} == found
