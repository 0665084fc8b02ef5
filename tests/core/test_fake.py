"""What fake users send must be believable, spelled as the channel spells it, and the same for a seed."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from urllib.parse import urlsplit

import phonenumbers
import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.specs import load_specs
from mockserver.core.capabilities import Row
from mockserver.core.chance import random_for, uuid_for
from mockserver.core.fake import address, inbound_content
from mockserver.model import Direction, Message, Status
from mockserver.wire import v0_1

SPECS = load_specs()
INBOUND = [row for row in SPECS.capabilities.rows_in("v0.1") if row.direction == "inbound" and row.is_supported]
NOON = datetime(2020, 5, 20, 12, tzinfo=UTC)

KINDS = ("text", "image", "audio", "video", "file", "location", "button", "unsupported")
CHANNELS = ("sms", "mms", "viber", "messenger", "whatsapp")
SHAPES = {
    "number": r"[1-9][0-9]{6,14}",
    "sms_sender": r"[1-9][0-9]{6,14}",
    "short_code": r"[0-9]{5,6}",
    "psid": r"[1-9][0-9]{15}",
    "page_id": r"[1-9][0-9]{14}",
    "service_id": r"[0-9]{5}",
}
MANY = range(60)


@pytest.fixture(scope="module")
def contract() -> MessagesContract:
    """Compile the contract once."""
    return MessagesContract(SPECS)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("kind", KINDS)
def test_content_repeats_with_its_seed(kind: str, channel: str) -> None:
    assert inbound_content(kind, channel, random_for(5)) == inbound_content(kind, channel, random_for(5))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "unsupported"])
def test_content_varies_with_its_seed(kind: str) -> None:
    written = {str(inbound_content(kind, "whatsapp", random_for(seed))) for seed in MANY}

    assert len(written) > 3


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_member_is_a_filled_string(kind: str, channel: str) -> None:
    """The facts give every inbound member as a string, coordinates included."""
    for seed in MANY:
        for value in inbound_content(kind, channel, random_for(seed)).values():
            assert isinstance(value, str)
            assert value.strip()
            assert "{" not in value


def test_text_fits_every_channel_and_leaves_ascii() -> None:
    texts = [inbound_content("text", "messenger", random_for(seed))["text"] for seed in MANY]

    assert max(map(len, texts)) <= 640
    assert not all(text.isascii() for text in texts)


@pytest.mark.parametrize(
    ("kind", "extensions"),
    [("image", {"jpg", "png"}), ("audio", {"mp3"}), ("video", {"mp4"}), ("file", {"pdf"})],
)
def test_media_have_an_https_url_with_a_supported_extension(kind: str, extensions: set[str]) -> None:
    urls = [inbound_content(kind, "whatsapp", random_for(seed))["url"] for seed in MANY]

    assert {urlsplit(url).scheme for url in urls} == {"https"}
    assert {url.rpartition(".")[2] for url in urls} == extensions
    assert all(10 <= len(url) <= 2000 for url in urls)


@pytest.mark.parametrize("kind", ["image", "video", "file"])
def test_whatsapp_media_come_with_and_without_a_caption(kind: str) -> None:
    members = {tuple(inbound_content(kind, "whatsapp", random_for(seed))) for seed in MANY}

    assert members == {("url",), ("url", "caption")}


@pytest.mark.parametrize(("kind", "channel"), [("image", "mms"), ("image", "messenger"), ("audio", "whatsapp")])
def test_other_media_never_have_a_caption(kind: str, channel: str) -> None:
    members = {tuple(inbound_content(kind, channel, random_for(seed))) for seed in MANY}

    assert members == {("url",)}


@pytest.mark.parametrize(
    ("channel", "members"),
    [
        ("whatsapp", ["latitude", "longitude", "name", "address"]),
        ("messenger", ["lat", "long", "url", "name", "address"]),
    ],
)
def test_location_is_spelled_as_its_channel_does(channel: str, members: list[str]) -> None:
    content = inbound_content("location", channel, random_for(1))

    assert list(content) == members
    assert all(re.fullmatch(r"-?[0-9]{1,2}\.[0-9]{4}", content[name]) for name in members[:2])


def test_button_has_payload_and_text_and_unsupported_has_nothing() -> None:
    assert list(inbound_content("button", "whatsapp", random_for(1))) == ["payload", "text"]
    assert inbound_content("unsupported", "viber", random_for(1)) == {}


def test_content_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError, match="smell"):
        inbound_content("smell", "whatsapp", random_for(1))


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


@pytest.mark.parametrize("row", INBOUND, ids=[f"{row.channel} {row.kind}" for row in INBOUND])
def test_content_and_addresses_of_every_inbound_cell_pass_the_contract(row: Row, contract: MessagesContract) -> None:
    """The documents were written apart from this module; neither may know members the other does not."""
    channel = SPECS.capabilities.channels[row.channel]
    parties = channel.addresses["inbound"]
    for seed in range(12):
        rng = random_for(seed, row.channel, row.kind)
        message = Message(
            uuid=uuid_for(seed),
            account="mockkey1",
            direction=Direction.INBOUND,
            dialect=v0_1.DIALECT,
            channel=row.channel,
            kind=row.kind,
            sender=address(parties.sender.shape, rng),
            recipient=address(parties.recipient.shape, rng),
            content=inbound_content(row.kind, row.channel, rng),
            at=NOON,
            status=Status.RECEIVED,
        )

        assert contract.webhook_violations("inbound-message", v0_1.inbound_body(message, channel)) == ()


@pytest.mark.parametrize(
    "shape",
    sorted(
        {
            party.shape
            for channel in SPECS.capabilities.channels.values()
            for pair in channel.addresses.values()
            for party in (pair.sender, pair.recipient)
        }
    ),
)
def test_every_address_shape_of_the_capabilities_can_be_faked(shape: str) -> None:
    pattern = SPECS.capabilities.shapes[shape].pattern

    assert all(re.fullmatch(pattern, address(shape, random_for(seed))) for seed in MANY)
