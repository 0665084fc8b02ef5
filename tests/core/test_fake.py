"""What fake users send must be believable, spelled as its document spells it, and the same for a seed."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from urllib.parse import urlsplit

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.inbound import InboundShapes
from mockserver.contract.oracle import Oracle
from mockserver.contract.specs import load_specs
from mockserver.core.capabilities import Row
from mockserver.core.chance import random_for, uuid_for
from mockserver.core.fake import address, inbound_beside, inbound_content
from mockserver.model import Direction, Json, Message, Status
from mockserver.service.versions import versions_of
from mockserver.wire import v1

SPECS = load_specs()
SHAPES_OF = InboundShapes(SPECS)
INBOUND = [row for row in SPECS.capabilities.rows if row.direction == "inbound" and row.is_supported]
SILENT = "unsupported"
NOON = datetime(2020, 5, 20, 12, tzinfo=UTC)

SHAPES = {
    "number": r"[1-9][0-9]{6,14}",
    "sms_sender": r"[1-9][0-9]{6,14}",
    "mms_sender": r"[1-9][0-9]{4,5}|1[0-9]{10}",
    "whatsapp_user": r"[1-9][0-9]{6,14}",
    "rcs_agent": r"[A-Z][a-z]+[A-Z][a-z]+Agent",
    "short_code": r"[0-9]{5,6}",
    "psid": r"[1-9][0-9]{15}",
    "page_id": r"[1-9][0-9]{14}",
    "service_id": r"[0-9]{5}",
}
MANY = range(60)


def named(row: Row) -> str:
    return f"{row.dialect} {row.channel} {row.kind}"


def row_of(dialect: str, channel: str, kind: str) -> Row:
    row = SPECS.capabilities.row(channel, kind, "inbound", dialect)
    assert row is not None
    return row


def content_of(row: Row, seed: int) -> dict[str, Json]:
    return inbound_content(row.kind, SHAPES_OF.of(row).members, random_for(seed))


def whatsapp(kind: str, seed: int, dialect: str = "v0.1") -> dict[str, Json]:
    return content_of(row_of(dialect, "whatsapp", kind), seed)


@pytest.mark.parametrize("row", INBOUND, ids=named)
def test_content_repeats_with_its_seed(row: Row) -> None:
    assert content_of(row, 5) == content_of(row, 5)


@pytest.mark.parametrize("row", [row for row in INBOUND if row.kind != SILENT], ids=named)
def test_content_varies_with_its_seed(row: Row) -> None:
    assert len({str(content_of(row, seed)) for seed in MANY}) > 2


@pytest.mark.parametrize("row", [row for row in INBOUND if row.dialect == "v0.1"], ids=named)
def test_every_member_in_v0_1_is_a_filled_string(row: Row) -> None:
    """The facts give every inbound member as a string, coordinates included."""
    for seed in MANY:
        for value in content_of(row, seed).values():
            assert isinstance(value, str)
            assert value.strip()
            assert "{" not in value


def test_text_fits_every_channel_and_leaves_ascii() -> None:
    texts = [whatsapp("text", seed)["text"] for seed in MANY]

    assert max(map(len, texts)) <= 640
    assert not all(text.isascii() for text in texts)


@pytest.mark.parametrize(
    ("kind", "extensions"),
    [
        ("image", {"jpg", "png"}),
        ("audio", {"mp3"}),
        ("video", {"mp4"}),
        ("file", {"pdf"}),
        ("sticker", {"webp"}),
    ],
)
def test_media_have_an_https_url_with_a_supported_extension(kind: str, extensions: set[str]) -> None:
    urls = [whatsapp(kind, seed, "v1")["url"] for seed in MANY]

    assert {urlsplit(url).scheme for url in urls} == {"https"}
    assert {url.rpartition(".")[2] for url in urls} == extensions
    assert all(10 <= len(url) <= 2000 for url in urls)


@pytest.mark.parametrize(
    ("dialect", "channel", "kind", "members"),
    [
        ("v0.1", "whatsapp", "image", ["url", "caption"]),
        ("v0.1", "whatsapp", "video", ["url", "caption"]),
        ("v0.1", "whatsapp", "file", ["url", "caption"]),
        ("v1", "mms", "image", ["url", "name", "caption"]),
        ("v1", "mms", "file", ["url", "name", "caption"]),
    ],
)
def test_some_media_come_with_and_without_a_caption(dialect: str, channel: str, kind: str, members: list[str]) -> None:
    found = {tuple(content_of(row_of(dialect, channel, kind), seed)) for seed in MANY}

    assert found == {tuple(members), tuple(members[:-1])}


@pytest.mark.parametrize(
    ("dialect", "channel", "kind", "members"),
    [
        ("v0.1", "mms", "image", ["url"]),
        ("v0.1", "whatsapp", "audio", ["url"]),
        ("v1", "messenger", "image", ["url"]),
        ("v1", "whatsapp", "sticker", ["url"]),
        ("v1", "whatsapp", "image", ["url", "name"]),
        ("v1", "rcs", "vcard", ["url", "name"]),
        ("v0.1", "whatsapp", "location", ["latitude", "longitude", "name", "address"]),
        ("v0.1", "messenger", "location", ["lat", "long", "url", "name", "address"]),
        ("v1", "whatsapp", "location", ["lat", "long", "name", "address"]),
        ("v1", "rcs", "location", ["lat", "long"]),
        ("v0.1", "whatsapp", "button", ["payload", "text"]),
        ("v1", "rcs", "button", ["payload", "text"]),
        ("v1", "whatsapp", "button", ["payload", "text", "subtype"]),
        ("v1", "rcs", "reply", ["id", "title"]),
        ("v1", "whatsapp", "reply", ["id", "title", "description"]),
        ("v1", "whatsapp", "reaction", ["action", "emoji"]),
        ("v1", "whatsapp", "contacts", ["contacts"]),
        ("v1", "whatsapp", "order", ["catalog_id", "product_items"]),
        ("v0.1", "viber", "unsupported", []),
        ("v1", "messenger", "unsupported", []),
    ],
)
def test_content_has_what_its_branch_has(dialect: str, channel: str, kind: str, members: list[str]) -> None:
    found = {tuple(content_of(row_of(dialect, channel, kind), seed)) for seed in MANY}

    assert found == {tuple(members)}


def test_media_are_named_as_their_url_ends() -> None:
    image = whatsapp("image", 1, "v1")

    assert image["url"].endswith("/" + image["name"])


def test_coordinates_are_text_or_numbers_as_the_version_has_them() -> None:
    old, new = whatsapp("location", 1), whatsapp("location", 1, "v1")

    assert all(re.fullmatch(r"-?[0-9]{1,2}\.[0-9]{4}", old[name]) for name in ("latitude", "longitude"))
    assert (float(old["latitude"]), float(old["longitude"])) == (new["lat"], new["long"])
    assert {float} == {type(new["lat"]), type(new["long"])}


def test_payload_of_a_button_is_text_or_an_object_as_its_channel_has_it() -> None:
    payload = content_of(row_of("v1", "rcs", "button"), 1)["payload"]

    assert {"flow_token": payload} == whatsapp("button", 1, "v1")["payload"]


def test_content_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError, match="smell"):
        inbound_content("smell", {}, random_for(1))


@pytest.mark.parametrize(
    ("dialect", "channel", "kind", "members"),
    [
        ("v0.1", "whatsapp", "unsupported", []),
        ("v1", "sms", "text", []),
        ("v1", "rcs", "text", []),
        ("v1", "whatsapp", "text", ["profile"]),
        ("v1", "whatsapp", "unsupported", ["profile", "provider_message"]),
        ("v1", "messenger", "unsupported", []),
    ],
)
def test_beside_the_content_is_what_its_branch_has(dialect: str, channel: str, kind: str, members: list[str]) -> None:
    beside = SHAPES_OF.of(row_of(dialect, channel, kind)).beside

    assert members == list(inbound_beside(kind, beside, random_for(1)))


def test_profiles_name_somebody_else_each_time() -> None:
    names = {inbound_beside("text", {"profile": {}}, random_for(seed))["profile"]["name"] for seed in MANY}

    assert all(" " in name for name in names)
    assert len(names) > 30


@pytest.mark.parametrize(("shape", "pattern"), SHAPES.items(), ids=SHAPES)
def test_address_has_its_shape_and_repeats_with_its_seed(shape: str, pattern: str) -> None:
    addresses = [address(shape, random_for(seed)) for seed in MANY]

    assert all(re.fullmatch(pattern, each) for each in addresses)
    assert addresses == [address(shape, random_for(seed)) for seed in MANY]
    assert len(set(addresses)) > 30


def test_numbers_are_valid_and_of_several_countries() -> None:
    numbers = [phonenumbers.parse("+" + address("number", random_for(seed))) for seed in MANY]

    assert all(phonenumbers.is_valid_number(number) for number in numbers)
    assert {number.country_code for number in numbers} == {1, 44, 46, 49}


def test_address_of_an_unknown_shape_is_refused() -> None:
    with pytest.raises(KeyError, match="postcode"):
        address("postcode", random_for(1))


def test_importing_the_module_does_not_load_faker() -> None:
    code = "import sys, mockserver.core.fake; sys.exit('faker' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


VERSIONS = versions_of(SPECS, exact=False)
ORACLES = {dialect: Oracle(SPECS.documents[f"messages-{dialect}"]) for dialect in VERSIONS.contracts}


def made_up(row: Row, seed: int) -> Json:
    """Return the webhook of a message that is made up altogether."""
    channel, shape = SPECS.capabilities.channels[row.channel], SHAPES_OF.of(row)
    parties, rng = channel.addresses["inbound"], random_for(seed, row.channel, row.kind)
    options = inbound_beside(row.kind, shape.beside, rng)
    if "context_status" in shape.beside:
        options["context_status"] = v1.context_status(options)
    message = Message(
        uuid=uuid_for(seed),
        account="mockkey1",
        direction=Direction.INBOUND,
        dialect=row.dialect,
        channel=row.channel,
        kind=row.kind,
        sender=address(parties.sender.shape_in(row.dialect), rng),
        recipient=address(parties.recipient.shape_in(row.dialect), rng),
        content=inbound_content(row.kind, shape.members, rng),
        options=options,
        at=NOON,
        status=Status.RECEIVED,
    )
    return VERSIONS.dialects[row.dialect].inbound_body(message, channel)


@pytest.mark.parametrize("row", INBOUND, ids=named)
def test_what_is_made_up_passes_the_document_and_the_oracle(row: Row) -> None:
    body = made_up(row, 1)

    assert () == VERSIONS.contracts[row.dialect].webhook_violations("inbound-message", body)
    assert [] == ORACLES[row.dialect].webhook_errors("inboundMessage", body)


@given(row=st.sampled_from(INBOUND), seed=st.integers(0, 2**48))
def test_whatever_the_seed_what_is_made_up_passes_the_document(row: Row, seed: int) -> None:
    """The documents were written apart from this module; neither may know members the other does not."""
    body = made_up(row, seed)

    assert () == VERSIONS.contracts[row.dialect].webhook_violations("inbound-message", body)


@pytest.mark.parametrize(
    "shape",
    sorted(
        {
            party.shape_in(dialect)
            for channel in SPECS.capabilities.channels.values()
            for dialect in channel.names
            for pair in channel.addresses.values()
            for party in (pair.sender, pair.recipient)
        }
    ),
)
def test_every_address_shape_of_the_capabilities_can_be_faked(shape: str) -> None:
    pattern = SPECS.capabilities.shapes[shape].pattern

    assert all(re.fullmatch(pattern, address(shape, random_for(seed))) for seed in MANY)
