"""One valid request body for each supported outbound cell of v0.1, with values of our own; it knows no rules."""

from copy import deepcopy

from mockserver.model import Json

_PARTIES: dict[str, tuple[Json, Json]] = {
    "sms": ({"type": "sms", "number": "BISTRO"}, {"type": "sms", "number": "447700900111"}),
    "mms": ({"type": "mms", "number": "70707"}, {"type": "mms", "number": "12025550177"}),
    "viber": ({"type": "viber_service_msg", "id": "31007"}, {"type": "viber_service_msg", "number": "447700900112"}),
    "messenger": ({"type": "messenger", "id": "110022003300"}, {"type": "messenger", "id": "9988776655443322"}),
    "whatsapp": ({"type": "whatsapp", "number": "447700900199"}, {"type": "whatsapp", "number": "447700900113"}),
}

_BUTTONS = {"attachment": {"type": "template", "payload": {"template_type": "button", "text": "Come?", "buttons": []}}}
_PLACE = {
    "type": "location",
    "location": {"longitude": -1.54, "latitude": 53.79, "name": "Café", "address": "1 High St"},
}

_CONTENTS: dict[tuple[str, str], Json] = {
    ("sms", "text"): "Your table / Ihr Tisch 🍽 is ready",
    ("mms", "text"): "Today's menu",
    ("mms", "image"): {"url": "https://files.example.org/menu.png", "caption": "Menu"},
    ("viber", "text"): "Your parcel is near",
    ("viber", "image"): {"url": "https://files.example.org/parcel.jpg"},
    ("viber", "template"): {"name": "parcel_near", "parameters": ["Ida", "Monday"]},
    ("viber", "custom"): {"text": "Follow it", "caption": "Map", "action": "https://example.org/follow"},
    ("messenger", "text"): "See you at seven",
    ("messenger", "image"): {"url": "https://files.example.org/door.gif"},
    ("messenger", "audio"): {"url": "https://files.example.org/hello.mp3"},
    ("messenger", "video"): {"url": "https://files.example.org/way.mp4"},
    ("messenger", "file"): {"url": "https://files.example.org/list.csv"},
    ("messenger", "custom"): _BUTTONS,
    ("whatsapp", "text"): "Thank you",
    ("whatsapp", "image"): {"url": "https://files.example.org/door.jpg", "caption": "The door"},
    ("whatsapp", "audio"): {"url": "https://files.example.org/hello.opus"},
    ("whatsapp", "video"): {"url": "https://files.example.org/way.mp4"},
    ("whatsapp", "file"): {"url": "https://files.example.org/bill.pdf", "caption": "Bill"},
    ("whatsapp", "template"): {"name": "bistro:ns:login", "parameters": [{"default": "Bistro"}, {"default": "4711"}]},
    ("whatsapp", "custom"): _PLACE,
}

_OPTIONS: dict[tuple[str, str], Json] = {
    ("viber", "image"): {"category": "promotion", "ttl": 900},
    ("viber", "template"): {"type": "template"},
    ("messenger", "text"): {"category": "message_tag", "tag": "ACCOUNT_UPDATE"},
    ("whatsapp", "template"): {"policy": "deterministic", "locale": "en-GB"},
}

CELLS = tuple(_CONTENTS)
"""The pairs of channel and kind that have a body here."""


def body_of(channel: str, kind: str, **changes: Json) -> Json:
    """Return a valid body of a cell; ``changes`` are further or other members at its top level."""
    sender, recipient = _PARTIES[channel]
    message: dict[str, Json] = {"content": {"type": kind, kind: _CONTENTS[channel, kind]}}
    if (channel, kind) in _OPTIONS:
        message[sender["type"]] = _OPTIONS[channel, kind]
    return deepcopy({"from": sender, "to": recipient, "message": message}) | changes
