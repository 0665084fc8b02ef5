"""Short ways to write request bodies of v1 in tests; the values are our own."""

from typing import Final

from mockserver.model import Json

HOST: Final = "https://files.example.org"
REPLY: Final = {"type": "reply", "text": "Yes", "postback_data": "y"}
CARD: Final = {"title": "Window", "text": "For two", "media_url": f"{HOST}/window.jpg"}
CONTEXT: Final = {"message_uuid": "5e0f2c1d"}


def sms(kind: Json = "text", /, **changes: Json) -> Json:
    """Return an SMS; ``changes`` replace members, ``...`` takes one out."""
    return _body("sms", kind, "447700900141", "TRATTORIA", changes)


def mms(kind: Json = "text", /, **changes: Json) -> Json:
    """Return an MMS."""
    return _body("mms", kind, "12025550141", "12025550142", changes)


def rcs(kind: Json = "text", /, **changes: Json) -> Json:
    """Return an RCS message."""
    return _body("rcs", kind, "447700900141", "Trattoria", changes)


def viber(kind: Json = "text", /, **changes: Json) -> Json:
    """Return a Viber message."""
    return _body("viber_service", kind, "447700900142", "40772", changes)


def messenger(kind: Json = "text", /, **changes: Json) -> Json:
    """Return a Messenger message."""
    return _body("messenger", kind, "404040404040", "303030303", changes)


def whatsapp(kind: Json = "text", /, **changes: Json) -> Json:
    """Return a WhatsApp message."""
    return _body("whatsapp", kind, "447700900144", "447700900143", changes)


def renamed(body: Json, old: str, new: str) -> Json:
    """Return a body with one member under another name."""
    return {new if name == old else name: each for name, each in body.items()}


def _body(channel: str, kind: Json, recipient: str, sender: str, changes: dict[str, Json]) -> Json:
    body = {"channel": channel, "message_type": kind, "to": recipient, "from": sender}
    body |= {"text": "Dinner at eight"} if kind == "text" else {}
    return {name: each for name, each in (body | changes).items() if each is not ...}
