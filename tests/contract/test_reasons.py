"""The words of refusals: what was found, what is expected, what is nearest."""

import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.specs import Specs
from mockserver.model import Json
from mockserver.problem import Violation
from tests.contract import corpus
from tests.contract.send import custom, media, messenger, mms, sms, template, text, viber, whatsapp

NUMBER = "a phone number: digits only, country code first, 7 to 15 of them, no leading + or 0"
URL = "an http or https URL of 10 to 2000 characters that the provider can fetch"
CHANNELS = "one of sms, mms, viber_service_msg, messenger, whatsapp"
TTL = "the time to live, a whole number of seconds from 30 to 259200"
OPTIONS = "the WhatsApp options of a template, an object with at least its `locale`"


def to(value: Json) -> Json:
    return sms(to={"type": "sms", "number": value})


@pytest.mark.parametrize(
    ("body", "name", "reason"),
    [
        pytest.param(
            {}, "to", "Missing `to` field: expected the recipient, an object with `type` and its `number` or `id`."
        ),
        pytest.param([], "body", "The body is a list of 0; expected an object with `from`, `to` and `message`."),
        pytest.param(None, "body", "The body is null; expected an object with `from`, `to` and `message`."),
        pytest.param(
            sms(to={"type": "sms"}), "to.number", f"Missing `to.number` field: expected {NUMBER}.", id="no number"
        ),
        pytest.param(
            sms(to={"type": "sms", "id": "447700900141"}),
            "to.number",
            f"Missing `to.number` field: expected {NUMBER}. There is `to.id`; did you mean `number`?",
            id="id for number",
        ),
        pytest.param(
            to("+44 (7700) 900-141"),
            "to.number",
            f'`to.number` is "+44 (7700) 900-141"; expected {NUMBER}. Try "447700900141".',
            id="plus, spaces, brackets and dashes",
        ),
        pytest.param(
            to("00447700900141"),
            "to.number",
            f'`to.number` is "00447700900141"; expected {NUMBER}. Try "447700900141".',
            id="double zero",
        ),
        pytest.param(
            to("07700900141"), "to.number", f'`to.number` is "07700900141"; expected {NUMBER}.', id="national number"
        ),
        pytest.param(
            to(447700900141),
            "to.number",
            f'`to.number` is the number 447700900141, not a string; expected {NUMBER}. Try "447700900141".',
            id="JSON number",
        ),
        pytest.param(
            to("n" * 5000),
            "to.number",
            f'`to.number` is "{"n" * 47}..." (5000 characters); expected {NUMBER}.',
            id="a very long value is shortened",
        ),
        pytest.param(
            sms(to="447700900141"),
            "to",
            '`to` is "447700900141", not an object; expected the recipient, an object with `type` and `number`.'
            ' Try {"number": "447700900141", "type": "sms"}.',
            id="flat recipient",
        ),
        pytest.param(
            viber(to={"type": "viber_service_message", "number": "447700900142"}),
            "to.type",
            f'`to.type` is "viber_service_message"; expected {CHANNELS}. Try "viber_service_msg".',
            id="near-miss channel",
        ),
        pytest.param(
            sms(to={"type": "fax", "number": "447700900141"}) | {"from": {"type": "fax", "number": "1"}},
            "to.type",
            f'`to.type` is "fax"; expected {CHANNELS}.',
            id="unknown channel",
        ),
        pytest.param(
            sms(to={"type": "rcs", "number": "447700900141"}),
            "to.type",
            f'`to.type` is "rcs"; expected {CHANNELS}. Try "sms". RCS exists in Messages v1 (/v1/messages) only.',
            id="channel of v1",
        ),
        pytest.param(
            mms(media("video", "https://files.example.org/a.mp4")),
            "message.content.type",
            "video is not possible on mms (outbound matrix: not by the channel); mms takes: text, image."
            " MMS has video in Messages v1 (/v1/messages) only.",
            id="kind of v1",
        ),
        pytest.param(
            whatsapp({"type": "sticker", "sticker": {}}),
            "message.content.type",
            '`message.content.type` is "sticker"; expected one of text, image, audio, video, file, template, custom,'
            " which is all whatsapp takes. WhatsApp has sticker in Messages v1 (/v1/messages) only.",
            id="kind that v0.1 knows on no channel",
        ),
        pytest.param(
            sms() | {"from": {"number": "TRATTORIA"}},
            "from.type",
            "Missing `from.type` field: expected sms.",
            id="no type",
        ),
        pytest.param(
            {"from": {}, "to": {}, "message": {}},
            "to.type",
            f"Missing `to.type` field: expected {CHANNELS}.",
            id="no types",
        ),
        pytest.param(
            sms() | {"from": {"type": "mms", "number": "51515"}},
            "from.type",
            '`from.type` is "mms" but `to.type` is "sms"; both must name the same channel. Try "sms".',
            id="two channels",
        ),
        pytest.param(
            mms({"type": "img", "image": {"url": "https://files.example.org/a.png"}}),
            "message.content.type",
            '`message.content.type` is "img"; expected one of text, image, which is all mms takes. Try "image".',
            id="near-miss kind",
        ),
        pytest.param(
            sms({"type": "picture", "picture": {}}),
            "message.content.type",
            '`message.content.type` is "picture"; expected text, which is all sms takes.'
            " If image was meant: image is not possible on sms (outbound matrix: not by the channel).",
            id="a word for a kind the channel cannot carry",
        ),
        pytest.param(
            {"message": {"content": {"type": "haiku"}}},
            "message.content.type",
            '`message.content.type` is "haiku"; expected one of text, image, audio, video, file, template, custom.',
            id="unknown kind, unknown channel",
        ),
        pytest.param(
            mms({"image": {"url": "https://files.example.org/a.png"}}),
            "message.content.type",
            'Missing `message.content.type` field: expected one of text, image. Try "image".',
            id="no kind, but its member",
        ),
        pytest.param(
            sms(media("image", "https://files.example.org/a.png")),
            "message.content.type",
            "image is not possible on sms (outbound matrix: not by the channel); sms takes: text.",
            id="impossible cell",
        ),
        pytest.param(
            messenger(custom({"type": "location", "location": {}})),
            "message.content.custom",
            "The custom object is a location; location is not possible on messenger"
            " (custom-object matrix: not by the channel); messenger takes: text, image, audio, video, file, custom.",
            id="impossible custom object",
        ),
        pytest.param(
            whatsapp({"type": "location", "location": {}}),
            "message.content.type",
            'On whatsapp a location travels as custom: set `message.content.type` to "custom" and put the provider\'s'
            ' object in `message.content.custom`, such as {"type": "location", "location": {"longitude": -0.0854,'
            ' "latitude": 51.5228, "name": "Acme HQ"}}.',
            id="custom object as content type",
        ),
        pytest.param(
            sms({"type": "text", "tetx": "Hi"}),
            "message.content.text",
            "Missing `message.content.text` field: expected a text of 1 to 1000 characters."
            " There is `message.content.tetx`; did you mean `text`?",
            id="near-miss member",
        ),
        pytest.param(
            sms(text("n" * 1001)),
            "message.content.text",
            "`message.content.text` has 1001 characters; at most 1000 are allowed.",
            id="too long",
        ),
        pytest.param(
            sms(text("")),
            "message.content.text",
            "`message.content.text` is empty; expected a text of 1 to 1000 characters.",
        ),
        pytest.param(
            mms(media("image", "files.example.org/a.png")),
            "message.content.image.url",
            f'`message.content.image.url` is "files.example.org/a.png"; expected {URL}.'
            ' Try "https://files.example.org/a.png".',
            id="no scheme",
        ),
        pytest.param(
            mms(media("image", "ftp://files.example.org/a.png")),
            "message.content.image.url",
            f'`message.content.image.url` is "ftp://files.example.org/a.png"; expected {URL}.',
            id="other scheme",
        ),
        pytest.param(
            mms({"type": "image", "image": "https://files.example.org/a.png"}),
            "message.content.image",
            '`message.content.image` is "https://files.example.org/a.png", not an object; expected the image, an object'
            ' with its `url` and, if you like, a `caption`. Try {"url": "https://files.example.org/a.png"}.',
            id="flat image",
        ),
        pytest.param(
            viber(None, {"ttl": 20}),
            "message.viber_service_msg.ttl",
            f"`message.viber_service_msg.ttl` is the number 20; expected {TTL}. Try 30.",
            id="ttl too small",
        ),
        pytest.param(
            viber(None, {"ttl": 10**9}),
            "message.viber_service_msg.ttl",
            f"`message.viber_service_msg.ttl` is the number 1000000000; expected {TTL}. Try 259200.",
            id="ttl too large",
        ),
        pytest.param(
            viber(None, {"ttl": "600"}),
            "message.viber_service_msg.ttl",
            f'`message.viber_service_msg.ttl` is "600", not a whole number; expected {TTL}. Try 600.',
            id="ttl as a string",
        ),
        pytest.param(
            viber(None, {"category": "transactional"}),
            "message.viber_service_msg.category",
            '`message.viber_service_msg.category` is "transactional"; expected transaction or promotion.'
            ' Try "transaction".',
            id="near-miss category",
        ),
        pytest.param(
            whatsapp(None, {"policy": "fallback"}),
            "message.whatsapp.policy",
            '`message.whatsapp.policy` is "fallback"; expected deterministic, the one policy WhatsApp still takes.'
            ' Try "deterministic".',
            id="fallback",
        ),
        pytest.param(
            whatsapp(template()),
            "message.whatsapp",
            f"Missing `message.whatsapp` field: expected {OPTIONS}.",
            id="no locale",
        ),
        pytest.param(
            whatsapp({**template(), "whatsapp": {"locale": "it"}}),
            "message.whatsapp",
            f"Missing `message.whatsapp` field: expected {OPTIONS}."
            " There is `message.content.whatsapp`; it belongs at `message.whatsapp`.",
            id="options inside the content",
        ),
        pytest.param(
            whatsapp(template(), whatsapp={"locale": "it"}),
            "message.whatsapp",
            f"Missing `message.whatsapp` field: expected {OPTIONS}."
            " There is `whatsapp`; it belongs at `message.whatsapp`.",
            id="options at the top",
        ),
        pytest.param(
            messenger(None, {"category": "message_tag"}),
            "message.messenger.tag",
            "Missing `message.messenger.tag` field: expected one of Facebook's message tags,"
            " since the category is message_tag.",
            id="no tag",
        ),
        pytest.param(
            viber(template(parameters=["a", {"default": "b"}])),
            "message.content.template.parameters[1]",
            "`message.content.template.parameters[1]` is an object but `message.content.template.parameters[0]` is"
            ' "a"; expected items of one form, either all strings or all objects. Try "b".',
            id="mixed parameters",
        ),
        pytest.param(
            viber(template(parameters=["a", 7])),
            "message.content.template.parameters[1]",
            '`message.content.template.parameters[1]` is the number 7, not a string; expected a string. Try "7".',
            id="number as parameter",
        ),
        pytest.param(
            viber(template(parameters=[{"default": "a"}, {"value": "b"}])),
            "message.content.template.parameters[1].default",
            "Missing `message.content.template.parameters[1].default` field: expected a string."
            " There is `message.content.template.parameters[1].value`; did you mean `default`?",
            id="parameter without default",
        ),
        pytest.param(
            viber(template(parameters="Ida")),
            "message.content.template.parameters",
            '`message.content.template.parameters` is "Ida", not a list;'
            ' expected a list of strings, or a list of objects like {"default": "value"}; not mixed. Try ["Ida"].',
            id="parameters not a list",
        ),
        pytest.param(
            whatsapp(custom({})),
            "message.content.custom",
            "`message.content.custom` is empty;"
            " expected the provider's own object, not empty; it is passed on as it is.",
            id="empty custom",
        ),
        pytest.param(
            {"channel": "sms", "message_type": "text"},
            "body",
            "This looks like a Messages v1 body, since it has `channel` and `message_type`; "
            "Messages v1 lives at /v1/messages. Here a message is an object with `from`, `to` and `message`.",
            id="v1 body",
        ),
        pytest.param(
            sms(text("\ud83c")),
            "message.content.text",
            "`message.content.text` holds half of a surrogate pair; expected text that can be written as UTF-8.",
            id="half a surrogate pair",
        ),
    ],
)
def test_reason_says_what_is_wrong_and_what_would_be_right(
    body: Json, name: str, reason: str, contract: MessagesContract
) -> None:
    reasons = {each.name: each.reason for each in contract.check(body).violations}

    assert reason == reasons[name]


def test_violation_carries_found_expected_and_nearest_as_values(contract: MessagesContract) -> None:
    [violation] = contract.check(viber(None, {"ttl": "20"})).violations

    assert violation == Violation(
        name="message.viber_service_msg.ttl",
        rule="type",
        reason=f'`message.viber_service_msg.ttl` is "20", not a whole number; expected {TTL}. Try 30.',
        expected=TTL,
        found="20",
        nearest=30,
    )


def test_impossible_cell_names_its_source(contract: MessagesContract) -> None:
    [violation] = contract.check(sms(media("video", "https://files.example.org/a.mp4"))).violations

    assert "messages-v0.1 3.1" == violation.source


@pytest.mark.parametrize("branch", ["SmsText", "ViberTemplate", "MessengerText", "WhatsappTemplate", "WhatsappVideo"])
def test_every_reason_names_its_field_and_ends_as_a_sentence(
    branch: str, contract: MessagesContract, specs: Specs
) -> None:
    schema = specs.schemas("v0.1").component(branch)
    found = [each for case in corpus.cases(schema) for each in contract.check(case.body).violations]

    assert len(found) > 100
    for each in found:
        assert each.reason[-1] in ".?", each
        assert f"`{each.name}`" in each.reason or each.rule in {"not_object", "capability"}, each


@pytest.mark.parametrize("branch", ["SmsText", "ViberImage", "MessengerText", "WhatsappTemplate"])
def test_refusal_of_a_changed_member_names_that_member(branch: str, contract: MessagesContract, specs: Specs) -> None:
    """Channel and kind are left out: another channel's name makes the other party the odd one."""
    schema = specs.schemas("v0.1").component(branch)
    changed = [case for case in corpus.cases(schema) if case.about != "body" and not case.about.endswith("type")]
    refused = [(case, contract.check(case.body).violations) for case in changed]

    strays = [
        case.about
        for case, violations in refused
        if violations and not any(each.name.startswith(case.about) for each in violations)
    ]
    assert [] == strays
    assert sum(bool(violations) for _, violations in refused) > 100
