"""The shapes of every published sample: good ones pass, the ones known to be broken are refused for what is broken."""

import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.oracle import Oracle
from mockserver.model import Json
from tests.contract.send import custom, media, messenger, mms, sms, template, text, viber, whatsapp

HOST = "https://files.example.org"
_HEADER = {"type": "header", "parameters": [{"type": "image", "image": {"link": f"{HOST}/h.jpg"}}]}
_BODY = {"type": "body", "parameters": [{"type": "text", "text": "Ida"}]}


def button(sub_type: str, index: Json, parameter: Json) -> Json:
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]}


def media_template(*components: Json) -> Json:
    language = {"policy": "deterministic", "code": "en_GB"}
    inner = {"namespace": "trattoria", "name": "visit", "language": language, "components": list(components)}
    return custom({"type": "template", "template": inner})


# Source: messages-v0.1 part 2.11, one body a published shape, with values of our own.
GOOD: dict[str, Json] = {
    "sms text": sms(),
    "mms image": mms(media("image", f"{HOST}/menu.png")),
    "mms text": mms(),
    "viber text": viber(),
    "viber image with options": viber(
        media("image", f"{HOST}/box.jpg"), {"category": "transaction", "ttl": 1200}, client_ref="basket-12"
    ),
    "viber template": viber(template("box_out", parameters=["Ida", "Monday"]), {"type": "template"}),
    "viber custom": viber(custom({"text": "Follow it", "caption": "Open", "action": "https://example.org/f/12"})),
    "messenger text": messenger(),
    "messenger text with tag": messenger(None, {"category": "message_tag", "tag": "ACCOUNT_UPDATE"}),
    "messenger image": messenger(media("image", f"{HOST}/a.gif")),
    "messenger audio": messenger(media("audio", f"{HOST}/a.mp3")),
    "messenger video": messenger(media("video", f"{HOST}/a.mp4")),
    "messenger file": messenger(media("file", f"{HOST}/a.zip")),
    "messenger button": messenger(custom({"attachment": {"type": "template", "payload": {"template_type": "button"}}})),
    "whatsapp text": whatsapp(),
    "whatsapp image": whatsapp(media("image", f"{HOST}/b.jpg", caption="The door")),
    "whatsapp audio": whatsapp(media("audio", f"{HOST}/b.opus")),
    "whatsapp video": whatsapp(media("video", f"{HOST}/b.mp4")),
    "whatsapp file": whatsapp(media("file", f"{HOST}/b.pdf", caption="Bill")),
    "whatsapp template, older parameters": whatsapp(
        template("trattoria:code", parameters=[{"default": "Trattoria"}, {"default": "11887"}]),
        {"policy": "deterministic", "locale": "en-GB"},
    ),
    "whatsapp template, newer parameters": whatsapp(
        template("whatsapp:hsm:technology:nexmo:verify", parameters=["Trattoria", "11887"]), {"locale": "en-GB"}
    ),
    "whatsapp location": whatsapp(custom({"type": "location", "location": {"longitude": -1.54, "latitude": 53.79}})),
    "whatsapp contact": whatsapp(custom({"type": "contacts", "contacts": [{"name": {"formatted_name": "Ida Bo"}}]})),
    "whatsapp quick reply": whatsapp(
        media_template(_HEADER, _BODY, button("quick_reply", 0, {"type": "payload", "payload": "YES"}))
    ),
    "whatsapp link button": whatsapp(media_template(_BODY, button("url", "0", {"type": "text", "text": "12"}))),
}

# Source: messages-v0.1 part 10.2 and 2.2: what published samples get wrong, and where it shows.
BROKEN: dict[str, tuple[Json, set[str]]] = {
    "viber_service_message with id for number": (
        viber(to={"type": "viber_service_message", "id": "447700900142"}),
        {"to.type", "to.number"},
    ),
    "img for image": (
        mms({"type": "img", "img": {"url": f"{HOST}/menu.png"}}),
        {"message.content.type", "message.content.image"},
    ),
    "number without quotes": (sms(to={"type": "sms", "number": 447700900141}), {"to.number"}),
    "id without quotes": (viber() | {"from": {"type": "viber_service_msg", "id": 40772}}, {"from.id"}),
    "v1 body": (
        {"channel": "whatsapp", "message_type": "text", "to": "447700900144", "from": "447700900143", "text": "Hi"},
        {"body", "message", "to", "from"},
    ),
    "from.id on whatsapp": (whatsapp() | {"from": {"type": "whatsapp", "id": "447700900143"}}, {"from.number"}),
    "viber": (viber(to={"type": "viber", "number": "447700900142"}), {"to.type"}),
    "viber_service": (viber(to={"type": "viber_service", "number": "447700900142"}), {"to.type"}),
    "viber_sevice_msg": (viber(to={"type": "viber_sevice_msg", "number": "447700900142"}), {"to.type"}),
    "options inside the content": (
        whatsapp({**template(), "whatsapp": {"locale": "it"}}),
        {"message.whatsapp"},
    ),
    "options at the top": (whatsapp(template(), whatsapp={"locale": "it"}), {"message.whatsapp"}),
    "flat recipient": (sms(to="447700900141"), {"to"}),
}


@pytest.mark.parametrize("sample", GOOD)
def test_good_sample_passes_without_a_finding(sample: str, contract: MessagesContract) -> None:
    verdict = contract.check(GOOD[sample])

    assert () == verdict.violations
    assert ["divergence"] * (sample == "mms text") == [each.rule for each in verdict.findings]


@pytest.mark.parametrize("sample", GOOD)
def test_openapi_core_passes_it_too(sample: str, oracle: Oracle) -> None:
    assert oracle.accepts(GOOD[sample])


@pytest.mark.parametrize("sample", BROKEN)
def test_broken_sample_is_refused_for_what_is_broken(sample: str, contract: MessagesContract) -> None:
    body, names = BROKEN[sample]

    assert names == {each.name for each in contract.check(body).violations}


@pytest.mark.parametrize("sample", BROKEN)
def test_broken_sample_has_a_nearest_valid_form(sample: str, contract: MessagesContract) -> None:
    body, _ = BROKEN[sample]

    nearest = contract.nearest(body)

    assert contract.check(nearest).is_valid
    assert nearest != body


def test_location_component_without_header_is_left_to_the_provider(contract: MessagesContract) -> None:
    """A guide shows it so; what is inside custom is the provider's to refuse."""
    assert () == contract.check(whatsapp(media_template({"type": "location"}))).violations


def test_stray_quotes_in_a_template_name_are_a_finding(contract: MessagesContract) -> None:
    verdict = contract.check(whatsapp(template("example_namespace':'verify"), {"locale": "it"}))

    assert () == verdict.violations
    assert ["template_name"] == [each.rule for each in verdict.findings]


def test_text_formatting_passes_untouched(contract: MessagesContract) -> None:
    assert () == contract.check(whatsapp(text("_a_ *b* ~c~ ```d```\n\u200f"))).violations
