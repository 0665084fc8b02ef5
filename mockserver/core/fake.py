"""Believable users: the content and the addresses of inbound messages nobody spelled out.

It knows what people send. Which of that a message can hold, and whether as text or as a number, its schema says.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, Final, TypeAlias

from mockserver.model import Json

if TYPE_CHECKING:
    from faker import Faker

_Written: TypeAlias = dict[str, tuple[Json, ...]]
"""Members by name, each in every spelling that some channel has."""

_MEDIA_HOST = "https://media.example.org"
_CAPTION_ODDS = 0.5

_EXTENSIONS = {
    "image": ("jpg", "png"),
    "audio": ("mp3",),
    "video": ("mp4",),
    "file": ("pdf",),
    "vcard": ("vcf",),
    "sticker": ("webp",),
}
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
_REPLIES = (
    ("slot_9", "9 o'clock", "In the morning"),
    ("slot_13", "1 o'clock", "After lunch"),
    ("yes", "Yes", "I will be there"),
    ("no", "No", "Another day, please"),
)
_EMOJI = ("👍", "❤️", "😂", "🙏")
_CURRENCIES = ("EUR", "GBP", "SEK", "USD")
_PLACES = (
    ("London", 51.5072, -0.1276),
    ("Leeds", 53.7974, -1.5438),
    ("Glasgow", 55.8612, -4.2502),
    ("Cardiff", 51.4816, -3.1791),
    ("Norwich", 52.6287, 1.2923),
)
_NEARBY = 0.02
_VENUES = ("Café {last_name}", "{last_name} & Sons", "{city} Clinic", "The {last_name} Arms")

FICTION: Final[Mapping[str, tuple[tuple[int, int], ...]]] = {
    "US": (
        (12_025_550_100, 12_025_550_199),  # Washington, 555-0100 to 555-0199
        (14_155_550_100, 14_155_550_199),  # San Francisco, the same
    ),
    "GB": ((442_079_460_000, 442_079_460_999),),  # London, Ofcom's numbers for drama
    "SE": ((46_701_740_605, 46_701_740_699),),  # Swedish mobiles, PTS
    "DE": ((4_917_604_069_000, 4_917_604_069_099),),  # German mobiles, Bundesnetzagentur
}
"""Ranges that regulators keep for fiction, by country, so that no real person can be reached.

Only those that number-checking libraries call valid: a careful system under test may refuse the others,
such as 447700900xxx.
"""
_NUMBERS: Final = tuple(each for ranges in FICTION.values() for each in ranges)

_AGENT_TRADES = ("Bakery", "Books", "Cafe", "Clinic", "Garage", "Garden", "Hotel", "Optician", "Parcel", "Taxi")
_AGENT_PLACES = ("Abbey", "Bridge", "Castle", "Forest", "Harbour", "Hill", "Market", "Meadow", "River", "Station")


def _within(*ranges: tuple[int, int]) -> Callable[[Random], str]:
    def write(rng: Random) -> str:
        first, last = rng.choice(ranges)
        return str(rng.randint(first, last))

    return write


def _agent(rng: Random) -> str:
    return f"{rng.choice(_AGENT_PLACES)}{rng.choice(_AGENT_TRADES)}Agent"


_ADDRESSES: dict[str, Callable[[Random], str]] = {
    "number": _within(*_NUMBERS),
    "sms_sender": _within(*_NUMBERS),
    "mms_sender": _within((20_000, 999_999), *FICTION["US"]),
    "whatsapp_user": _within(*_NUMBERS),
    "rcs_agent": _agent,
    "short_code": _within((20_000, 999_999)),
    "psid": _within((1_000_000_000_000_000, 9_999_999_999_999_999)),
    "page_id": _within((100_000_000_000_000, 999_999_999_999_999)),
    "service_id": _within((10_000, 99_999)),
}


def address(shape: str, rng: Random) -> str:
    """Return an address of a shape that ``specs/capabilities.yaml`` names, such as ``number`` or ``psid``.

    Raises KeyError for any other shape.
    """
    return _ADDRESSES[shape](rng)


def inbound_content(kind: str, members: Mapping[str, Json], rng: Random) -> dict[str, Json]:
    """Return what a user might send: members of ``Message.content``, those that have a schema in ``members``.

    ``inbound_content("location", {"lat": {"type": "number"}}, rng)`` gives ``{"lat": 51.5228}``.
    Raises KeyError for a kind that no channel carries.
    """
    return {
        name: next(each for each in spellings if _is_of(members[name], each))
        for name, spellings in _WRITERS[kind](rng).items()
        if name in members
    }


def inbound_beside(kind: str, members: Mapping[str, Json], rng: Random) -> dict[str, Json]:
    """Return what comes along with a user's message, of the members that ``members`` names."""
    makers = _BESIDE | _BESIDE_KINDS.get(kind, {})
    return {name: make(rng) for name, make in makers.items() if name in members}


def _is_of(schema: Json, value: Json) -> bool:
    """Return whether a value is of the type that a schema asks for."""
    if "const" in schema:
        return bool(value == schema["const"])
    if "enum" in schema:
        return value in schema["enum"]
    return isinstance(value, _TYPES[schema["type"]])


_TYPES: Final[dict[str, type]] = {"string": str, "number": float, "object": dict, "array": list}


def _text(rng: Random) -> _Written:
    return _plain(text=_filled(rng.choice(_TEXTS), rng))


def _media(kind: str) -> Callable[[Random], _Written]:
    def write(rng: Random) -> _Written:
        name = f"{rng.randbytes(6).hex()}.{rng.choice(_EXTENSIONS[kind])}"
        media = _plain(url=f"{_MEDIA_HOST}/{kind}/{name}", name=name)
        if rng.random() < _CAPTION_ODDS:
            media |= _plain(caption=_filled(rng.choice(_CAPTIONS), rng))
        return media

    return write


def _location(rng: Random) -> _Written:
    faker = _faker(rng)
    city, *centre = rng.choice(_PLACES)
    latitude, longitude = (f"{each + rng.uniform(-_NEARBY, _NEARBY):.4f}" for each in centre)
    venue = rng.choice(_VENUES).format(last_name=faker.last_name(), city=city)
    north, east = (latitude, float(latitude)), (longitude, float(longitude))
    return {"latitude": north, "longitude": east, "lat": north, "long": east} | _plain(
        url=f"https://maps.example.org/?q={latitude},{longitude}",
        name=venue,
        address=f"{faker.building_number()} {faker.street_name()}, {city}",
    )


def _button(rng: Random) -> _Written:
    payload, text = rng.choice(_BUTTONS)
    return {"payload": (payload, {"flow_token": payload})} | _plain(text=text, subtype="flow")


def _reply(rng: Random) -> _Written:
    identity, title, description = rng.choice(_REPLIES)
    return _plain(id=identity, title=title, description=description)


def _contacts(rng: Random) -> _Written:
    faker = _faker(rng)
    first, last = faker.first_name(), faker.last_name()
    name = {"formatted_name": f"{first} {last}", "first_name": first, "last_name": last}
    phones = [{"phone": address("number", rng), "type": rng.choice(("work", "home"))}]
    return _plain(contacts=[{"name": name, "phones": phones}])


def _order(rng: Random) -> _Written:
    currency = rng.choice(_CURRENCIES)
    items = [
        {
            "product_retailer_id": f"sku-{rng.randint(1, 999)}",
            "quantity": str(rng.randint(1, 5)),
            "item_price": f"{rng.randint(50, 5000) / 100:.2f}",
            "currency": currency,
        }
        for _ in range(rng.randint(1, 3))
    ]
    return _plain(catalog_id=str(rng.randint(10**14, 10**15 - 1)), product_items=items)


def _reaction(rng: Random) -> _Written:
    return _plain(action="react", emoji=rng.choice(_EMOJI))


def _nothing(_: Random) -> _Written:
    return {}


_WRITERS: dict[str, Callable[[Random], _Written]] = {
    "text": _text,
    **{kind: _media(kind) for kind in _EXTENSIONS},
    "location": _location,
    "button": _button,
    "reply": _reply,
    "contacts": _contacts,
    "order": _order,
    "reaction": _reaction,
    "unsupported": _nothing,
}


def _profile(rng: Random) -> Json:
    faker = _faker(rng)
    return {"name": f"{faker.first_name()} {faker.last_name()}"}


def _provider_message(_: Random) -> Json:
    return "A message of this type is not passed on"


_BESIDE: Final[dict[str, Callable[[Random], Json]]] = {"profile": _profile}
_BESIDE_KINDS: Final[dict[str, dict[str, Callable[[Random], Json]]]] = {
    "unsupported": {"provider_message": _provider_message}
}


def _plain(**members: Json) -> _Written:
    """Return members that are spelled one way only."""
    return {name: (value,) for name, value in members.items()}


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
