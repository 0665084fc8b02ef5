"""Our own webhooks and answers, held against the documents."""

import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.oracle import Oracle
from mockserver.model import Json

UUID = "b2f1a3c4-0d5e-4f60-8a7b-9c8d7e6f5a4b"
TRACE = {"X-Nexmo-Trace-Id": "00112233445566778899aabbccddeeff"}
NUMBER, BUSINESS = "447700900151", "447700900152"


def party(channel: str, **address: str) -> Json:
    """Return an address with its type last, as on the wire."""
    return {**address, "type": channel}


PARTIES: dict[str, tuple[Json, Json]] = {
    "sms": (party("sms", number=BUSINESS), party("sms", number=NUMBER)),
    "mms": (party("mms", number="70705"), party("mms", number="12025550151")),
    "viber_service_msg": (party("viber_service_msg", id="50881"), party("viber_service_msg", number=NUMBER)),
    "messenger": (party("messenger", id="515151"), party("messenger", id="616161616161")),
    "whatsapp": (party("whatsapp", number=BUSINESS), party("whatsapp", number=NUMBER)),
}


def inbound(channel: str, content: Json, **more: Json) -> Json:
    """Return an inbound webhook: the user is ``from`` here."""
    business, user = PARTIES[channel]
    return {
        "message_uuid": UUID,
        "to": business,
        "from": user,
        "timestamp": "2020-06-07T08:09:10.011Z",
        "direction": "inbound",
        "message": {"content": content},
    } | more


def status(channel: str, name: str, **more: Json) -> Json:
    """Return a status webhook: the sides are those of the request."""
    business, user = PARTIES[channel]
    return {
        "message_uuid": UUID,
        "to": user,
        "from": business,
        "timestamp": "2020-06-07T08:09:10.011Z",
        "status": name,
    } | more


MEDIA = "https://media.example.org"
WHATSAPP_PLACE = {"longitude": "-1.5491", "latitude": "53.8008", "name": "Trattoria", "address": "2 Sample Road"}
MESSENGER_PLACE = {
    "lat": "53.8008",
    "long": "-1.5491",
    "url": "https://maps.example.org/?q=53.8,-1.5",
    "name": "Trattoria",
}
SMS_PARTS = {"content": {"type": "text", "text": "NO"}, "sms": {"num_messages": "2"}}

# Source: messages-v0.1 part 4.3.
INBOUND: dict[str, Json] = {
    "sms text": inbound("sms", None, message=SMS_PARTS, usage={"price": "0.0666", "currency": "EUR"}),
    "mms text": inbound("mms", {"type": "text", "text": "Hi"}),
    "mms image": inbound("mms", {"type": "image", "image": {"url": f"{MEDIA}/m/1.gif"}}),
    "viber text": inbound("viber_service_msg", {"type": "text", "text": "Hi"}),
    "viber unsupported": inbound("viber_service_msg", {"type": "unsupported"}),
    "messenger text": inbound("messenger", {"type": "text", "text": "Hi"}),
    "messenger image": inbound("messenger", {"type": "image", "image": {"url": f"{MEDIA}/i/1.jpg"}}),
    "messenger audio": inbound("messenger", {"type": "audio", "audio": {"url": f"{MEDIA}/a/1.mp3"}}),
    "messenger video": inbound("messenger", {"type": "video", "video": {"url": f"{MEDIA}/v/1.mp4"}}),
    "messenger file": inbound("messenger", {"type": "file", "file": {"url": f"{MEDIA}/f/1.pdf"}}),
    "messenger location": inbound("messenger", {"type": "location", "location": MESSENGER_PLACE}),
    "messenger unsupported": inbound("messenger", {"type": "unsupported"}),
    "whatsapp text": inbound("whatsapp", {"type": "text", "text": ""}),
    "whatsapp image": inbound("whatsapp", {"type": "image", "image": {"url": f"{MEDIA}/i/1.jpg", "caption": "A"}}),
    "whatsapp audio": inbound("whatsapp", {"type": "audio", "audio": {"url": f"{MEDIA}/a/1.opus"}}),
    "whatsapp video": inbound("whatsapp", {"type": "video", "video": {"url": f"{MEDIA}/v/1.mp4", "caption": "A"}}),
    "whatsapp file": inbound("whatsapp", {"type": "file", "file": {"url": f"{MEDIA}/f/1.pdf", "caption": "A"}}),
    "whatsapp location": inbound("whatsapp", {"type": "location", "location": WHATSAPP_PLACE}),
    "whatsapp button": inbound("whatsapp", {"type": "button", "button": {"payload": "YES", "text": "Yes"}}),
    "whatsapp unsupported": inbound("whatsapp", {"type": "unsupported"}),
}
NOT_INBOUND: dict[str, tuple[Json, str]] = {
    "viber image": (inbound("viber_service_msg", {"type": "image", "image": {"url": f"{MEDIA}/i/1.jpg"}}), "body"),
    "sms without usage": (inbound("sms", None, message=SMS_PARTS), "usage"),
    "parts as a number": (
        inbound(
            "sms", None, message={**SMS_PARTS, "sms": {"num_messages": 2}}, usage={"price": "0.1", "currency": "EUR"}
        ),
        "message.sms.num_messages",
    ),
    "messenger place spelled as on whatsapp": (
        inbound("messenger", {"type": "location", "location": WHATSAPP_PLACE}),
        "message.content.location.lat",
    ),
    "coordinates as numbers": (
        inbound("whatsapp", {"type": "location", "location": {"latitude": 1.5, "longitude": "2"}}),
        "message.content.location.latitude",
    ),
    "address without name": (
        inbound("whatsapp", {"type": "location", "location": {"latitude": "1", "longitude": "2", "address": "A"}}),
        "message.content.location.name",
    ),
    "caption on messenger": (
        inbound("messenger", {"type": "image", "image": {"url": f"{MEDIA}/i/1.jpg", "caption": "A"}}),
        "message.content.image",
    ),
    "client_ref": (inbound("mms", {"type": "text", "text": "Hi"}, client_ref="x"), "body"),
    "seconds only": (inbound("mms", {"type": "text", "text": "Hi"}, timestamp="2020-06-07T08:09:10Z"), "timestamp"),
    "sides as in the request": (
        inbound(
            "viber_service_msg",
            {"type": "text", "text": "Hi"},
            **dict(zip(("from", "to"), PARTIES["viber_service_msg"], strict=True)),
        ),
        "to.id",
    ),
    "not an object": ([], "body"),
}
USAGE = {"price": "0.0333", "currency": "EUR"}
LINKS = {"workflow": {"dispatch_uuid": UUID, "href": f"/workflows/{UUID}"}}

# Source: messages-v0.1 parts 4.4 and 7.4.
STATUS: dict[str, Json] = {
    "submitted": status("sms", "submitted", client_ref="basket-12"),
    "delivered": status("sms", "delivered", usage=USAGE, client_ref="basket-12"),
    "rejected": status("whatsapp", "rejected", error={"code": 1340, "reason": "Outside of the allowed window"}),
    "undeliverable": status("mms", "undeliverable", error={"code": 1260, "reason": "Destination unreachable"}),
    "rejected without a reason": status("messenger", "rejected"),
    "viber read": status("viber_service_msg", "read"),
    "messenger read": status("messenger", "read"),
    "of a workflow": status("messenger", "rejected", _links=LINKS),
}
NOT_STATUS: dict[str, tuple[Json, str]] = {
    "sms read": (status("sms", "read"), "status"),
    "mms read": (status("mms", "read"), "status"),
    "accepted": (status("sms", "accepted"), "status"),
    "seen": (status("whatsapp", "seen"), "status"),
    "error on delivered": (
        status("sms", "delivered", error={"code": 1300, "reason": "Not part of the provider network"}),
        "status",
    ),
    "unknown code": (status("sms", "rejected", error={"code": 1999, "reason": "Unknown"}), "error.code"),
    "other label": (status("sms", "rejected", error={"code": 1000, "reason": "throttled"}), "error.reason"),
    "code as a string": (status("sms", "rejected", error={"code": "1000", "reason": "Throttled"}), "error.code"),
    "price as a number": (status("sms", "delivered", usage={"price": 0.0333, "currency": "EUR"}), "usage.price"),
    "dollars": (status("sms", "delivered", usage={"price": "0.0333", "currency": "USD"}), "usage.currency"),
    "links of 2018": (status("sms", "submitted", _links={"dispatch": {}}), "_links.workflow"),
    "sides as inbound": (
        status("viber_service_msg", "read", **dict(zip(("to", "from"), PARTIES["viber_service_msg"], strict=True))),
        "to.number",
    ),
    "no channel": (status("sms", "submitted", to={"number": NUMBER}), "body"),
    "unknown member": (status("sms", "submitted", network="23410"), "body"),
}
PROBLEM = {"type": "about:blank", "title": "No", "detail": "No.", "instance": TRACE["X-Nexmo-Trace-Id"]}
UNAUTHORISED = {"title": "Unauthorised", "detail": "Invalid Token", "instance": TRACE["X-Nexmo-Trace-Id"]}
ITEMS = {"invalid_parameters": [{"name": "to", "reason": "Missing `to` field"}]}
ANSWERS: list[tuple[int, Json]] = [
    (202, {"message_uuid": UUID}),
    (400, PROBLEM | ITEMS),
    (400, PROBLEM),
    (401, UNAUTHORISED),
    *((http_status, PROBLEM) for http_status in (402, 403, 404, 405, 413, 415, 422, 429, 500, 503)),
]
NOT_ANSWERS: list[tuple[int, Json, str]] = [
    (202, {"message_uuid": UUID.upper()}, "message_uuid"),
    (202, {"message_uuid": UUID, "workflow_id": UUID}, "body"),
    (202, {}, "message_uuid"),
    (400, PROBLEM | {"invalid_parameters": []}, "invalid_parameters"),
    (400, PROBLEM | {"invalid_parameters": {"name": "to"}}, "invalid_parameters"),
    (401, PROBLEM, "title"),
    (404, UNAUTHORISED, "type"),
    (500, PROBLEM | {"instance": UUID}, "instance"),
    (418, PROBLEM, "body"),
]


@pytest.mark.parametrize("example", INBOUND)
def test_inbound_example_is_valid(example: str, contract: MessagesContract) -> None:
    assert () == contract.webhook_violations("inbound-message", INBOUND[example])


@pytest.mark.parametrize("example", INBOUND)
def test_openapi_core_takes_the_inbound_example(example: str, oracle: Oracle) -> None:
    assert [] == oracle.webhook_errors("inboundMessage", INBOUND[example])


@pytest.mark.parametrize("example", NOT_INBOUND)
def test_wrong_inbound_is_noticed(example: str, contract: MessagesContract, oracle: Oracle) -> None:
    body, name = NOT_INBOUND[example]

    assert name in {each.name for each in contract.webhook_violations("inbound-message", body)}
    assert oracle.webhook_errors("inboundMessage", body)


@pytest.mark.parametrize("example", STATUS)
def test_status_example_is_valid(example: str, contract: MessagesContract, oracle: Oracle) -> None:
    assert () == contract.webhook_violations("message-status", STATUS[example])
    assert [] == oracle.webhook_errors("messageStatus", STATUS[example])


@pytest.mark.parametrize("example", NOT_STATUS)
def test_wrong_status_is_noticed(example: str, contract: MessagesContract) -> None:
    body, name = NOT_STATUS[example]

    assert name in {each.name for each in contract.webhook_violations("message-status", body)}


def test_wrong_webhook_is_told_in_words(contract: MessagesContract) -> None:
    [label] = contract.webhook_violations("message-status", NOT_STATUS["other label"][0])
    [code] = contract.webhook_violations("message-status", NOT_STATUS["unknown code"][0])
    [stranger] = contract.webhook_violations("message-status", NOT_STATUS["unknown member"][0])
    [branch] = contract.webhook_violations("inbound-message", NOT_INBOUND["viber image"][0])

    assert "`error.reason` is 'throttled'; code 1000 is called 'Throttled'." == label.reason
    assert "`error.code` is 1999, which no list of codes has." == code.reason
    assert "`body` holds `network`, which is not documented." == stranger.reason
    assert "No inbound-message webhook is documented for this channel and kind." == branch.reason


@pytest.mark.parametrize(("http_status", "body"), ANSWERS)
def test_answer_is_valid(http_status: int, body: Json, contract: MessagesContract, oracle: Oracle) -> None:
    content_type = "application/json" if http_status == 202 else "application/problem+json"

    assert () == contract.answer_violations(http_status, body)
    assert [] == oracle.answer_errors(http_status, body, content_type=content_type, headers=TRACE)


@pytest.mark.parametrize(("http_status", "body", "name"), NOT_ANSWERS)
def test_wrong_answer_is_noticed(http_status: int, body: Json, name: str, contract: MessagesContract) -> None:
    assert name in {each.name for each in contract.answer_violations(http_status, body)}
