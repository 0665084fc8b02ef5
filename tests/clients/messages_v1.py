"""A message of Messages v1 for every channel and kind, as the API takes it; knows no client."""

from typing import Final

from mockserver.model import Json

USER: Final = "447700900101"
CDN: Final = "https://cdn.example.org"
SMS: Final = {"channel": "sms", "to": USER, "from": "AcmeCo"}
MMS: Final = {"channel": "mms", "to": "12015550123", "from": "12015550199"}
RCS: Final = {"channel": "rcs", "to": USER, "from": "AcmeAgent"}
WHATSAPP: Final = {"channel": "whatsapp", "to": USER, "from": "447700900201"}
MESSENGER: Final = {"channel": "messenger", "to": "2233445566778899", "from": "104455667788990"}
VIBER: Final = {"channel": "viber_service", "to": USER, "from": "20417"}


def message(parties: Json, kind: str, content: Json, **options: Json) -> Json:
    """Return a message; its client_ref names its channel and kind."""
    ref = f"{parties['channel']} {kind}"
    return {**parties, "message_type": kind, kind: content, "client_ref": ref, **options}


def media(file: str, **members: Json) -> Json:
    """Return the content of a message that shows a file."""
    return {"url": f"{CDN}/{file}", **members}


SUGGESTIONS: Final[list[Json]] = [
    {"type": "reply", "text": "Yes", "postback_data": "yes"},
    {"type": "dial", "text": "Call", "postback_data": "call", "phone_number": "447700900300"},
    {
        "type": "view_location",
        "text": "Where",
        "postback_data": "where",
        "latitude": "51.5072",
        "longitude": "-0.1276",
        "pin_label": "Office",
    },
    {"type": "share_location", "text": "I am here", "postback_data": "here"},
    {"type": "open_url", "text": "Read", "postback_data": "read", "url": f"{CDN}/news", "description": "News"},
    {
        "type": "open_url_in_webview",
        "text": "Look",
        "postback_data": "look",
        "url": f"{CDN}/shop",
        "description": "Shop",
        "view_mode": "HALF",
    },
    {
        "type": "create_calendar_event",
        "text": "Save",
        "postback_data": "save",
        "start_time": "2026-12-01T09:00:00Z",
        "end_time": "2026-12-01T10:00:00Z",
        "title": "Visit",
        "description": "At the clinic",
    },
]
CARD: Final[Json] = {
    "title": "Box",
    "text": "Made of oak",
    "media_url": f"{CDN}/box.jpg",
    "media_height": "TALL",
    "suggestions": SUGGESTIONS[:1],
}
MESSAGES: Final[list[Json]] = [
    message(
        SMS,
        "text",
        "Table ready",
        ttl=600,
        sms={"encoding_type": "unicode", "content_id": "1107457532145798767", "entity_id": "1101456324675322134"},
        trusted_recipient=True,
    ),
    message(MMS, "text", "See you"),
    message(MMS, "image", media("box.jpg", caption="Box")),
    message(MMS, "vcard", media("ada.vcf", caption="Ada")),
    message(MMS, "audio", media("bell.mp3", caption="Bell")),
    message(MMS, "video", media("bell.mp4", caption="Bell")),
    message(MMS, "file", media("bill.pdf", caption="Bill")),
    message(MMS, "content", [media("box.jpg", type="image"), media("bill.pdf", type="file", caption="Bill")]),
    message(RCS, "text", "Pick one", suggestions=SUGGESTIONS, rcs={"category": "transaction"}, ttl=600),
    message(RCS, "image", media("box.jpg")),
    message(RCS, "video", media("bell.mp4")),
    message(RCS, "file", media("bill.pdf")),
    message(RCS, "custom", {"contentMessage": {"text": "As the network takes it"}}),
    message(RCS, "card", CARD, rcs={"card_orientation": "HORIZONTAL", "image_alignment": "LEFT"}),
    message(RCS, "carousel", {"cards": [CARD, CARD]}, rcs={"card_width": "SMALL"}, suggestions=SUGGESTIONS[:2]),
    message(WHATSAPP, "text", "Thanks for writing"),
    message(WHATSAPP, "image", media("box.jpg", caption="Box")),
    message(WHATSAPP, "audio", media("bell.mp3")),
    message(WHATSAPP, "video", media("bell.mp4", caption="Bell")),
    message(WHATSAPP, "file", media("bill.pdf", caption="Bill", name="bill.pdf")),
    message(
        WHATSAPP,
        "template",
        {"name": "acme:login_code", "parameters": ["Acme", "90417"]},
        whatsapp={"policy": "deterministic", "locale": "en_GB"},
    ),
    message(WHATSAPP, "sticker", media("wave.webp")),
    message(WHATSAPP, "sticker", {"id": "fe2a6f4e-3f8e-4a9c-9b8e-1b7f5d0c2a11"}),
    message(
        WHATSAPP,
        "reaction",
        {"action": "react", "emoji": "👍"},
        context={"message_uuid": "5b1e6c2a-8d5f-4a7e-9c3b-1f2e3d4c5b6a"},
    ),
    message(WHATSAPP, "custom", {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ada"}}]}),
    message(MESSENGER, "text", "On our way", messenger={"category": "message_tag", "tag": "CONFIRMED_EVENT_UPDATE"}),
    message(MESSENGER, "image", media("box.jpg"), messenger={"category": "response"}),
    message(MESSENGER, "audio", media("bell.mp3"), messenger={"category": "response"}),
    message(MESSENGER, "video", media("bell.mp4"), messenger={"category": "response"}),
    message(MESSENGER, "file", media("bill.pdf"), messenger={"category": "update"}),
    message(VIBER, "text", "Parcel out", viber_service={"category": "transaction", "ttl": 600, "type": "string"}),
    message(
        VIBER,
        "image",
        media("box.jpg", caption="Box"),
        viber_service={"category": "promotion", "ttl": 600, "action": {"url": f"{CDN}/shop", "text": "Buy"}},
    ),
    message(
        VIBER,
        "video",
        media("bell.mp4", thumb_url=f"{CDN}/bell.jpg", caption="Bell"),
        viber_service={"category": "transaction", "duration": "30", "file_size": "2"},
    ),
    message(VIBER, "file", media("bill.pdf", name="bill.pdf")),
]
"""Every channel and kind once, the WhatsApp sticker by its URL and by its id."""
EMAIL: Final[Json] = {
    "channel": "email",
    "message_type": "text",
    "to": "ada@example.org",
    "from": "acme@example.org",
    "text": "Parcel out",
}
"""A channel that one client has and no published document of the API."""


def of(channel: str, kind: str) -> Json:
    """Return the first message of a channel and kind."""
    return next(each for each in MESSAGES if (each["channel"], each["message_type"]) == (channel, kind))
