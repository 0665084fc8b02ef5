"""Believable users: the content and the addresses of inbound messages nobody spelled out.

It knows what people send and how each channel spells it; whether a channel carries a kind at all is for
``core.capabilities`` to say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from mockserver.model import Json

if TYPE_CHECKING:
    from faker import Faker

_MEDIA_HOST = "https://media.example.org"
_CAPTION_ODDS = 0.5

_EXTENSIONS = {"image": ("jpg", "png"), "audio": ("mp3",), "video": ("mp4",), "file": ("pdf",)}
"""The file extensions that every channel carrying the kind supports."""

_TEXTS = (
    "Yes please, see you then",
    "Hi, it's {first_name}. Can I come at {time} instead?",
    "Is {day} still free?",
    "Running ten minutes late, sorry 🙏",
    "Could you send the receipt to {address}? Thanks",
    "What time do you close on {day}?",
    "I can't make it on {day}. Please cancel.",
    "Where do I park?\nI'm coming from {city}.",
    "Danke, bis {time} Uhr! Grüße, {first_name}",
    "Order {number} has not arrived yet",
    "👍",
    "No",
)
_CAPTIONS = ("The front door", "Receipt from {day}", "Like this?", "Für {first_name}", "Order {number}")
_BUTTONS = (("confirm", "Confirm"), ("cancel", "Cancel"), ("later", "Another time"), ("call-me", "Call me"))
_PLACES = (
    ("London", 51.5072, -0.1276),
    ("Leeds", 53.7974, -1.5438),
    ("Glasgow", 55.8612, -4.2502),
    ("Cardiff", 51.4816, -3.1791),
    ("Norwich", 52.6287, 1.2923),
)
_NEARBY = 0.02
_VENUES = ("Café {last_name}", "{last_name} & Sons", "{city} Clinic", "The {last_name} Arms")


@dataclass(frozen=True, slots=True)
class _Spelling:
    """What a channel's inbound content looks like where channels differ.

    Source: domain facts, messages-v0.1 parts 3.4 (row 7) and 4.3, as design.md part 2 decides them.
    """

    latitude: str = "latitude"
    longitude: str = "longitude"
    with_map_link: bool = False
    with_captions: bool = False


_PLAIN = _Spelling()
_SPELLINGS = {
    "messenger": _Spelling(latitude="lat", longitude="long", with_map_link=True),
    "whatsapp": _Spelling(with_captions=True),
}

_NUMBERS = (
    (12_025_550_100, 12_025_550_199),  # Washington, 555-0100 to 555-0199
    (14_155_550_100, 14_155_550_199),  # San Francisco, the same
    (442_079_460_000, 442_079_460_999),  # London, Ofcom's numbers for drama
    (46_701_740_605, 46_701_740_699),  # Swedish mobiles, PTS
    (4_917_604_069_000, 4_917_604_069_099),  # German mobiles, Bundesnetzagentur
)
"""Ranges that regulators keep for fiction, so that no real person can be reached.

Only those that number-checking libraries call valid: a careful system under test may refuse the others,
such as 447700900xxx.
"""

_ADDRESSES: dict[str, tuple[tuple[int, int], ...]] = {
    "number": _NUMBERS,
    "sms_sender": _NUMBERS,
    "short_code": ((20_000, 999_999),),
    "psid": ((1_000_000_000_000_000, 9_999_999_999_999_999),),
    "page_id": ((100_000_000_000_000, 999_999_999_999_999),),
    "service_id": ((10_000, 99_999),),
}


def address(shape: str, rng: Random) -> str:
    """Return an address of a shape that ``specs/capabilities.yaml`` names, such as ``number`` or ``psid``.

    Raises KeyError for any other shape.
    """
    first, last = rng.choice(_ADDRESSES[shape])
    return str(rng.randint(first, last))


def inbound_content(kind: str, channel: str, rng: Random) -> dict[str, Json]:
    """Return what a user might send: the members of ``Message.content``, as the channel spells them.

    ``inbound_content("location", "messenger", rng)`` gives ``{"lat": "51.5228", "long": "-0.0854", ...}``.
    Raises KeyError for a kind that no channel carries.
    """
    return _WRITERS[kind](_SPELLINGS.get(channel, _PLAIN), rng)


def _text(_: _Spelling, rng: Random) -> dict[str, Json]:
    return {"text": _filled(rng.choice(_TEXTS), rng)}


def _media(kind: str) -> Callable[[_Spelling, Random], dict[str, Json]]:
    def write(_: _Spelling, rng: Random) -> dict[str, Json]:
        return {"url": f"{_MEDIA_HOST}/{kind}/{rng.randbytes(6).hex()}.{rng.choice(_EXTENSIONS[kind])}"}

    return write


def _captioned(kind: str) -> Callable[[_Spelling, Random], dict[str, Json]]:
    write_plain = _media(kind)

    def write(spelling: _Spelling, rng: Random) -> dict[str, Json]:
        content = write_plain(spelling, rng)
        if spelling.with_captions and rng.random() < _CAPTION_ODDS:
            content["caption"] = _filled(rng.choice(_CAPTIONS), rng)
        return content

    return write


def _location(spelling: _Spelling, rng: Random) -> dict[str, Json]:
    faker = _faker(rng)
    city, *centre = rng.choice(_PLACES)
    latitude, longitude = (f"{each + rng.uniform(-_NEARBY, _NEARBY):.4f}" for each in centre)
    content: dict[str, Json] = {spelling.latitude: latitude, spelling.longitude: longitude}
    if spelling.with_map_link:
        content["url"] = f"https://maps.example.org/?q={latitude},{longitude}"
    venue = rng.choice(_VENUES).format(last_name=faker.last_name(), city=city)
    return content | {"name": venue, "address": f"{faker.building_number()} {faker.street_name()}, {city}"}


def _button(_: _Spelling, rng: Random) -> dict[str, Json]:
    payload, text = rng.choice(_BUTTONS)
    return {"payload": payload, "text": text}


def _unsupported(_: _Spelling, __: Random) -> dict[str, Json]:
    return {}


_WRITERS: dict[str, Callable[[_Spelling, Random], dict[str, Json]]] = {
    "text": _text,
    "image": _captioned("image"),
    "audio": _media("audio"),
    "video": _captioned("video"),
    "file": _captioned("file"),
    "location": _location,
    "button": _button,
    "unsupported": _unsupported,
}


def _filled(template: str, rng: Random) -> str:
    faker = _faker(rng)
    return template.format(
        first_name=faker.first_name(),
        last_name=faker.last_name(),
        city=faker.city(),
        day=faker.day_of_week(),
        time=f"{rng.randint(9, 17)}:{rng.choice(('00', '15', '30', '45'))}",
        address=faker.safe_email(),
        number=rng.randint(1000, 9999),
    )


def _faker(rng: Random) -> "Faker":
    # Imported here: faker takes a third of a second to load, and most runs never need it.
    from faker import Faker

    faker = Faker("en_GB")
    faker.seed_instance(rng.getrandbits(64))
    return faker
