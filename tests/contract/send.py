"""Short ways to write request bodies in tests; the values are our own."""

from mockserver.model import Json


def sms(content: Json = None, /, **changes: Json) -> Json:
    """Return an SMS; ``changes`` replace members of the body."""
    return _body({"type": "sms", "number": "TRATTORIA"}, {"type": "sms", "number": "447700900141"}, content, changes)


def mms(content: Json = None, /, **changes: Json) -> Json:
    """Return an MMS."""
    return _body({"type": "mms", "number": "51515"}, {"type": "mms", "number": "12025550141"}, content, changes)


def viber(content: Json = None, /, options: Json = None, **changes: Json) -> Json:
    """Return a Viber message, with options beside the content if given."""
    sender = {"type": "viber_service_msg", "id": "40772"}
    recipient = {"type": "viber_service_msg", "number": "447700900142"}
    return _body(sender, recipient, content, changes, viber_service_msg=options)


def messenger(content: Json = None, /, options: Json = None, **changes: Json) -> Json:
    """Return a Messenger message, with options beside the content if given."""
    sender, recipient = {"type": "messenger", "id": "303030303"}, {"type": "messenger", "id": "404040404040"}
    return _body(sender, recipient, content, changes, messenger=options)


def whatsapp(content: Json = None, /, options: Json = None, **changes: Json) -> Json:
    """Return a WhatsApp message, with options beside the content if given."""
    sender, recipient = {"type": "whatsapp", "number": "447700900143"}, {"type": "whatsapp", "number": "447700900144"}
    return _body(sender, recipient, content, changes, whatsapp=options)


def text(words: Json = "Dinner at eight") -> Json:
    """Return text content."""
    return {"type": "text", "text": words}


def media(kind: str, url: Json, **more: Json) -> Json:
    """Return image, audio, video or file content."""
    return {"type": kind, kind: {"url": url, **more}}


def template(name: str = "trattoria:booking", **more: Json) -> Json:
    """Return template content; ``parameters`` where given."""
    return {"type": "template", "template": {"name": name, **more}}


def custom(inner: Json) -> Json:
    """Return custom content."""
    return {"type": "custom", "custom": inner}


def _body(sender: Json, recipient: Json, content: Json, changes: dict[str, Json], **options: Json) -> Json:
    message = {"content": text() if content is None else content}
    message |= {name: each for name, each in options.items() if each is not None}
    return {"from": sender, "to": recipient, "message": message} | changes
