"""Rows are found by any name, and read strictly."""

import msgspec
import pytest

from mockserver.contract.specs import load_specs
from mockserver.core.capabilities import Capabilities, read_capabilities
from mockserver.model import Json, Status

CAPABILITIES = load_specs().capabilities


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sms", "sms"),
        ("SMS", "sms"),
        ("viber", "viber"),
        ("viber_service_msg", "viber"),
        ("viber_service", "viber"),
        ("Facebook", "messenger"),
        ("whatsapp", "whatsapp"),
    ],
)
def test_channel_is_found_by_any_of_its_names(name: str, expected: str) -> None:
    channel = CAPABILITIES.channel(name)

    assert channel is not None
    assert expected == channel.name


@pytest.mark.parametrize("name", ["", "fax", "fb_messenger", "viber service"])
def test_other_names_find_no_channel(name: str) -> None:
    assert CAPABILITIES.channel(name) is None


def test_names_and_aliases_are_each_for_one_channel() -> None:
    names = [
        name.lower()
        for channel in CAPABILITIES.channels.values()
        for name in {channel.name, *channel.names.values(), *channel.aliases}
    ]

    assert sorted(set(names)) == sorted(names)


def test_by_wire_takes_the_exact_name_of_the_dialect_only() -> None:
    viber = CAPABILITIES.by_wire("v0.1", "viber_service_msg")

    assert viber is CAPABILITIES.channels["viber"]
    assert CAPABILITIES.by_wire("v0.1", "viber") is None
    assert CAPABILITIES.by_wire("v0.1", "SMS") is None
    assert CAPABILITIES.by_wire("v9", "sms") is None


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        (("sms", "text", "outbound"), "supported"),
        (("sms", "image", "outbound"), "not_by_channel"),
        (("whatsapp", "location", "inbound"), "supported"),
        (("whatsapp", "location", "outbound"), "supported"),
        (("viber", "location", "outbound"), "not_by_channel"),
    ],
)
def test_row_is_found_by_channel_kind_and_direction(cell: tuple[str, str, str], state: str) -> None:
    row = CAPABILITIES.row(*cell, "v0.1")

    assert row is not None
    assert (*cell, state, state == "supported") == (row.channel, row.kind, row.direction, row.state, row.is_supported)


@pytest.mark.parametrize(
    "cell", [("sms", "custom", "outbound"), ("sms", "image", "inbound"), ("viber_service_msg", "text", "outbound")]
)
def test_cell_that_is_in_no_matrix_has_no_row(cell: tuple[str, str, str]) -> None:
    assert CAPABILITIES.row(*cell, "v0.1") is None


def test_rows_of_a_channel_come_in_the_order_of_the_file() -> None:
    kinds = [row.kind for row in CAPABILITIES.rows_of("mms", "outbound", "v0.1")]

    assert ["text", "image", "audio", "video", "file", "template", "button", "location", "contact"] == kinds


def test_what_travels_through_another_kind_gives_an_example_that_is_recognised() -> None:
    through = [row for row in CAPABILITIES.rows if row.through]

    assert {("messenger", "template")} | {(channel, "button") for channel in ("viber", "messenger", "whatsapp")} | {
        ("whatsapp", "location"),
        ("whatsapp", "contact"),
    } == {(row.channel, row.kind) for row in through}
    for row in through:
        recognised = CAPABILITIES.custom_object(row.example)
        assert recognised in {row.kind, "button"} or row.channel == "viber"
        assert row.example
        target = CAPABILITIES.row(row.channel, row.through or "", row.direction, row.dialect)
        assert target is not None
        assert target.schema


@pytest.mark.parametrize(
    ("custom", "expected"),
    [
        ({"type": "location", "location": {}}, "location"),
        ({"type": "contacts", "contacts": []}, "contact"),
        ({"type": "contact"}, "contact"),
        ({"attachment": {"type": "template", "payload": {}}}, "button"),
        ({"type": "template", "template": {}}, "button"),
        ({"type": "interactive"}, "button"),
        ({"type": "LOCATION"}, None),
        ({"type": ["location"]}, None),
        ({"attachment": "template"}, None),
        ({"location": {}}, None),
        ({}, None),
        (None, None),
        ("location", None),
    ],
)
def test_custom_object_is_recognised_by_its_marks(custom: Json, expected: str | None) -> None:
    assert expected == CAPABILITIES.custom_object(custom)


def test_viber_swaps_its_sides_inbound() -> None:
    addresses = CAPABILITIES.channels["viber"].addresses

    outbound, inbound = addresses["outbound"], addresses["inbound"]

    assert ("id", "number") == (outbound.sender.member, outbound.recipient.member)
    assert ("number", "id") == (inbound.sender.member, inbound.recipient.member)


def test_sms_alone_counts_parts_and_takes_receipts() -> None:
    marked = {each.name for each in CAPABILITIES.channels.values() if each.counts_parts or each.takes_receipts}

    assert {"sms"} == marked


def test_price_is_the_one_of_every_published_example() -> None:
    prices = {(each.price, each.currency) for each in CAPABILITIES.channels.values()}

    assert {("0.0333", "EUR")} == prices


def small(**changes: Json) -> Json:
    """Return the smallest capability file, or one spoiled by ``changes`` to its channel."""
    party = {"from": {"member": "number", "shape": "n"}, "to": {"member": "number", "shape": "n"}}
    channel = {
        "title": "Pigeon post",
        "names": {"v0.1": "pigeon"},
        "addresses": {"outbound": party, "inbound": party},
        "statuses": ["submitted", "delivered"],
        "price": "1.0",
        "currency": "EUR",
    }
    return {
        "version": 1,
        "shapes": {"n": {"words": "a digit", "pattern": "[0-9]", "example": "1"}},
        "channels": {"pigeon": channel | changes},
        "kinds": {"text": []},
        "bare_kinds": ["text"],
        "network_codes": {},
        "moves": {"accepted": ["submitted", "rejected"], "submitted": ["delivered", "read"], "delivered": ["read"]},
        "custom_objects": {},
        "rows": [],
    }


def test_channel_learns_its_name_and_the_moves_its_statuses_leave() -> None:
    pigeon = read_capabilities(small()).channels["pigeon"]

    assert "pigeon" == pigeon.name
    assert pigeon.moves == {
        Status.ACCEPTED: (Status.SUBMITTED,),
        Status.SUBMITTED: (Status.DELIVERED,),
        Status.DELIVERED: (),
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"color": "grey"}, r"unknown field `color` - at `\$.channels\[...\]`"),
        ({"statuses": ["lost"]}, r"Invalid enum value 'lost' - at `\$.channels\[...\].statuses\[0\]`"),
        ({"price": None}, r"Expected `str`, got `null` - at `\$.channels\[...\].price`"),
        ({"addresses": {"sideways": {}}}, "Invalid enum value 'sideways'"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(changes: Json, words: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=words):
        read_capabilities(small(**changes))


@pytest.mark.parametrize("document", [None, [], {"channels": 7}, {"channels": {"pigeon": 7}}])
def test_other_documents_are_refused(document: Json) -> None:
    with pytest.raises(msgspec.ValidationError):
        read_capabilities(document)


def test_capabilities_can_be_written_as_json_and_read_again() -> None:
    again = msgspec.json.decode(msgspec.json.encode(CAPABILITIES), type=Capabilities)

    assert CAPABILITIES == again
