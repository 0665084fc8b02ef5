"""The words of refusals in Messages v1: what was found, what is expected, what is nearest, where it should stand."""

from typing import Final

import pytest

from mockserver.contract.failover import FailoverContract
from mockserver.contract.specs import Specs, load_specs
from mockserver.model import Json
from mockserver.problem import Violation
from tests.contract import corpus
from tests.contract.send_v1 import CARD, CONTEXT, HOST, REPLY, messenger, mms, rcs, renamed, sms, viber, whatsapp

CONTRACT: Final = FailoverContract(load_specs())
NUMBER: Final = "a phone number: digits only, country code first, 7 to 15 of them, no leading + or 0"
USER: Final = "a phone number of 7 to 15 digits without + or 0 in front, or a user id such as US.1349120"
URL: Final = "an http or https URL that the provider can fetch"
CHANNELS: Final = "one of sms, mms, rcs, viber_service, messenger, whatsapp"
WHATSAPP: Final = "one of text, image, audio, video, file, template, sticker, reaction, custom"
SUGGESTION: Final = "a suggestion, an object with `type`, `text` and `postback_data` and what its type needs"
SUGGESTIONS: Final = (
    "one of reply, suggested_reply, dial, view_location, share_location, open_url, open_url_in_webview,"
    " create_calendar_event"
)
STICKER: Final = "the sticker, an object with either its `url` or its `id`"
VIDEO_OPTIONS: Final = "the Viber options of a video, an object with at least its `duration` and `file_size`"
LOCALE: Final = "the WhatsApp options of a template, an object with at least its `locale`"
IMAGE: Final = "the image, an object with its `url` and, if you like, a `caption`"
WHOLE: Final = "a whole message, an object with its own `channel`, `message_type`, `to`, `from` and content"
VIBER_VIDEO: Final = {"url": f"{HOST}/a.mp4", "thumb_url": f"{HOST}/a.jpg"}
V0_1: Final = {
    "from": {"type": "sms", "number": "TRATTORIA"},
    "to": {"type": "sms", "number": "447700900141"},
    "message": {"content": {"type": "text", "text": "Hi"}},
}


def v0_1(channel: str, content: Json) -> Json:
    """Return a body of v0.1."""
    sender = {"type": channel, "id": "40772"}
    return {"from": sender, "to": {"type": channel, "number": "447700900142"}, "message": {"content": content}}


ENVELOPE: Final = [
    pytest.param(
        [],
        "body",
        "The body is a list of 0; expected an object with `channel`, `message_type`, `to`, `from` and the content.",
        id="list",
    ),
    pytest.param({}, "channel", f"Missing `channel` field: expected {CHANNELS}.", id="empty"),
    pytest.param(
        renamed(sms(), "channel", "chanel"),
        "channel",
        "Missing `channel` field: expected sms. There is `chanel`; did you mean `channel`?",
        id="chanel",
    ),
    pytest.param(
        renamed(sms(), "message_type", "mesage_type"),
        "message_type",
        "Missing `message_type` field: expected text. There is `mesage_type`; did you mean `message_type`?",
        id="mesage_type",
    ),
    pytest.param(
        renamed(sms(), "message_type", "type"),
        "message_type",
        "Missing `message_type` field: expected text. There is `type`; did you mean `message_type`?",
        id="type",
    ),
    pytest.param(
        sms(message_type=...), "message_type", 'Missing `message_type` field: expected text. Try "text".', id="no type"
    ),
    pytest.param(
        renamed(sms(), "to", "recipient"),
        "to",
        f"Missing `to` field: expected {NUMBER}. There is `recipient`; did you mean `to`?",
        id="recipient",
    ),
    pytest.param(
        renamed(sms(), "from", "form"),
        "from",
        "Missing `from` field: expected the sender: a number or a name. There is `form`; did you mean `from`?",
        id="form",
    ),
    pytest.param(sms(to=...), "to", f"Missing `to` field: expected {NUMBER}.", id="no recipient"),
    pytest.param(
        sms(to="+44 7700 900-141"),
        "to",
        f'`to` is "+44 7700 900-141"; expected {NUMBER}. Try "447700900141".',
        id="plus, space and dash",
    ),
    pytest.param(
        sms(to=447700900141),
        "to",
        f'`to` is the number 447700900141, not a string; expected {NUMBER}. Try "447700900141".',
        id="JSON number",
    ),
    pytest.param(
        sms(to=["447700900141", "447700900142"]),
        "to",
        f'`to` is a list of 2, not a string; expected {NUMBER}. Try "447700900141".',
        id="list of recipients",
    ),
    pytest.param(
        sms(to={"type": "sms", "number": "447700900141"}),
        "to",
        f'`to` is an object, not a string; expected {NUMBER}. Try "447700900141".',
        id="recipient as in v0.1",
    ),
    pytest.param(sms(to=None), "to", f"`to` is null, not a string; expected {NUMBER}.", id="null recipient"),
    pytest.param(
        whatsapp(to="us.1349120"),
        "to",
        f'`to` is "us.1349120"; expected {USER}. Try "US.1349120".',
        id="user id in small letters",
    ),
    pytest.param(sms(to="US.1349120"), "to", f'`to` is "US.1349120"; expected {NUMBER}.', id="user id for SMS"),
    pytest.param(
        sms() | {"channel": "SMS"}, "channel", f'`channel` is "SMS"; expected {CHANNELS}. Try "sms".', id="capitals"
    ),
    pytest.param(
        sms() | {"channel": ["sms"]},
        "channel",
        f'`channel` is a list of 1; expected {CHANNELS}. Try "sms".',
        id="channel in a list",
    ),
    pytest.param(sms() | {"channel": None}, "channel", f"`channel` is null; expected {CHANNELS}.", id="null channel"),
    pytest.param(sms() | {"channel": "email"}, "channel", f'`channel` is "email"; expected {CHANNELS}.', id="email"),
    pytest.param(
        viber() | {"channel": "viber_service_msg"},
        "channel",
        f'`channel` is "viber_service_msg"; expected {CHANNELS}. Try "viber_service".',
        id="name of v0.1",
    ),
    pytest.param(
        sms(client_ref="n" * 101),
        "client_ref",
        "`client_ref` has 101 characters; at most 100 are allowed.",
        id="long client_ref",
    ),
    pytest.param(
        sms(webhook_url="hooks.example.org"),
        "webhook_url",
        (
            '`webhook_url` is "hooks.example.org"; expected an http or https URL that takes this message\'s'
            ' statuses. Try "https://hooks.example.org".'
        ),
        id="webhook_url",
    ),
    pytest.param(
        sms(webhook_version="v2"),
        "webhook_version",
        '`webhook_version` is "v2"; expected v0.1 or v1, the form of this message\'s statuses.',
        id="webhook_version",
    ),
    pytest.param(
        sms(ttl="60"),
        "ttl",
        '`ttl` is "60", not a whole number; expected the time to live, a whole number of seconds from 1. Try 60.',
        id="ttl as a string",
    ),
    pytest.param(
        mms(ttl=10),
        "ttl",
        "`ttl` is the number 10; expected the time to live, a whole number of seconds from 300 to 259200. Try 300.",
        id="ttl too small",
    ),
    pytest.param(
        sms(trusted_recipient="true"),
        "trusted_recipient",
        (
            '`trusted_recipient` is "true", not a boolean; expected true or false, whether fraud checks are'
            " passed over. Try true."
        ),
        id="boolean as a string",
    ),
    pytest.param(
        sms(trusted_recipient=1),
        "trusted_recipient",
        (
            "`trusted_recipient` is the number 1, not a boolean; expected true or false, whether fraud"
            " checks are passed over. Try true."
        ),
        id="boolean as a number",
    ),
    pytest.param(
        sms(sms={"encoding_type": "Unicode"}),
        "sms.encoding_type",
        '`sms.encoding_type` is "Unicode"; expected text, unicode or auto. Try "unicode".',
        id="option",
    ),
]
CONTENT: Final = [
    pytest.param(
        sms(text={"body": "Hi"}),
        "text",
        '`text` is an object, not a string; expected a text of 1 to 1000 characters. Try "Hi".',
        id="text in an object",
    ),
    pytest.param(
        sms(text=7),
        "text",
        '`text` is the number 7, not a string; expected a text of 1 to 1000 characters. Try "7".',
        id="number for text",
    ),
    pytest.param(
        sms(text=None), "text", "`text` is null, not a string; expected a text of 1 to 1000 characters.", id="null text"
    ),
    pytest.param(
        renamed(sms(), "text", "body"),
        "text",
        "Missing `text` field: expected a text of 1 to 1000 characters. There is `body`; did you mean `text`?",
        id="body for text",
    ),
    pytest.param(
        sms("image", image={"url": f"{HOST}/a.png"}),
        "message_type",
        "image is not possible on sms; sms takes: text.",
        id="impossible cell",
    ),
    pytest.param(
        viber("template", template={"name": "a"}),
        "message_type",
        (
            "template is not possible on viber_service; viber_service takes: text, image, video, file. Viber"
            " has template in Messages v0.1 (/v0.1/messages) only."
        ),
        id="kind of v0.1",
    ),
    pytest.param(
        whatsapp("document", document={"url": f"{HOST}/a.pdf"}),
        "message_type",
        f'`message_type` is "document"; expected {WHATSAPP}, which is all whatsapp takes. Try "file".',
        id="document",
    ),
    pytest.param(
        whatsapp("location", location={"latitude": 1.5}),
        "message_type",
        (
            'On whatsapp a location travels as custom: set `message_type` to "custom" and put the'
            ' provider\'s object in `custom`, such as {"type": "location", "location": {"longitude":'
            ' -0.0854, "latitude": 51.5228, "name": "Acme HQ"}}.'
        ),
        id="location",
    ),
    pytest.param(
        whatsapp("image", text="Hi"),
        "image",
        f'Missing `image` field: expected {IMAGE}. There is `text`; if that is the content, `message_type` is "text".',
        id="text for image",
    ),
    pytest.param(
        whatsapp("image", image=f"{HOST}/a.png"),
        "image",
        f'`image` is "{HOST}/a.png", not an object; expected {IMAGE}. Try {{"url": "{HOST}/a.png"}}.',
        id="flat image",
    ),
    pytest.param(
        whatsapp("image", image={"link": f"{HOST}/a.png"}),
        "image.url",
        f"Missing `image.url` field: expected {URL}. There is `image.link`; did you mean `url`?",
        id="link for url",
    ),
    pytest.param(
        whatsapp("image", image={"url": "files.example.org/a.png"}),
        "image.url",
        f'`image.url` is "files.example.org/a.png"; expected {URL}. Try "https://files.example.org/a.png".',
        id="no scheme",
    ),
    pytest.param(
        whatsapp("template", template={"name": "a:b", "parameters": ["x", 7]}, whatsapp={"locale": "it"}),
        "template.parameters[1]",
        '`template.parameters[1]` is the number 7, not a string; expected a string. Try "7".',
        id="number for a parameter",
    ),
    pytest.param(
        whatsapp("template", template={"name": "a:b", "parameters": [{"default": "x"}]}, whatsapp={"locale": "it"}),
        "template.parameters[0]",
        '`template.parameters[0]` is an object, not a string; expected a string. Try "x".',
        id="parameter as in v0.1",
    ),
    pytest.param(
        whatsapp("sticker", sticker={"url": HOST, "id": "x"}),
        "sticker",
        f'`sticker` has both `url` and `id`; expected {STICKER}. Try {{"url": "{HOST}"}}.',
        id="sticker by both",
    ),
    pytest.param(
        whatsapp("sticker", sticker={}),
        "sticker",
        (
            f'`sticker` has neither `url` nor `id`; expected {STICKER}. Try {{"url":'
            ' "https://cdn.example.org/wave.webp"}.'
        ),
        id="sticker by neither",
    ),
    pytest.param(
        whatsapp("sticker", sticker=f"{HOST}/a.webp"),
        "sticker",
        f'`sticker` is "{HOST}/a.webp", not an object; expected {STICKER}. Try {{"url": "{HOST}/a.webp"}}.',
        id="flat sticker",
    ),
    pytest.param(
        whatsapp("reaction", reaction={"action": "reacted"}, context=CONTEXT),
        "reaction.action",
        '`reaction.action` is "reacted"; expected react or unreact. Try "react".',
        id="reaction",
    ),
    pytest.param(
        whatsapp("reaction", reaction={"action": "react"}, context=CONTEXT),
        "reaction.emoji",
        "Missing `reaction.emoji` field: expected an emoji, since the action is react.",
        id="no emoji",
    ),
    pytest.param(
        whatsapp("custom", custom={}),
        "custom",
        "`custom` is empty; expected the provider's own object, not empty; it is passed on as it is.",
        id="empty custom",
    ),
    pytest.param(
        mms("content", content={"type": "image", "url": HOST}),
        "content",
        (
            "`content` is an object, not a list; expected a list of one or more attachments, objects with a"
            f' `type` and a `url`. Try [{{"type": "image", "url": "{HOST}"}}].'
        ),
        id="one attachment, no list",
    ),
    pytest.param(
        mms("content", content=[{"type": "image", "url": HOST}, "x"]),
        "content[1]",
        (
            '`content[1]` is "x", not an object; expected an attachment, an object with its `type` and `url`'
            " and, if you like, a `caption`."
        ),
        id="attachment",
    ),
]
OPTIONS: Final = [
    pytest.param(
        viber("video", video=VIBER_VIDEO, viber_service={"duration": 30, "file_size": "4"}),
        "viber_service.duration",
        (
            "`viber_service.duration` is the number 30, not a string; expected the seconds the video lasts,"
            ' a string of a whole number from 1 to 600. Try "30".'
        ),
        id="duration as a number",
    ),
    pytest.param(
        viber("video", video=VIBER_VIDEO, viber_service={"duration": "900", "file_size": "4"}),
        "viber_service.duration",
        (
            '`viber_service.duration` is "900"; expected the seconds the video lasts, a string of a whole'
            " number from 1 to 600."
        ),
        id="long video",
    ),
    pytest.param(
        viber("video", video=VIBER_VIDEO | {"duration": "30"}),
        "viber_service",
        (
            f"Missing `viber_service` field: expected {VIDEO_OPTIONS}. There is `video.duration`; it belongs"
            " at `viber_service.duration`."
        ),
        id="duration inside the video",
    ),
    pytest.param(
        viber("video", video=VIBER_VIDEO, viber_service_msg={"duration": "30", "file_size": "4"}),
        "viber_service",
        (
            f"Missing `viber_service` field: expected {VIDEO_OPTIONS}. There is `viber_service_msg`; it"
            " belongs at `viber_service`."
        ),
        id="options by the name of v0.1",
    ),
    pytest.param(
        viber("image", image={"url": HOST}, viber_service={"action": {"url": HOST, "text": "Go"}}),
        "image.caption",
        "Missing `image.caption` field: expected a caption, since there is an action.",
        id="action without a caption",
    ),
    pytest.param(
        whatsapp("template", template={"name": "a:b"}),
        "whatsapp",
        f"Missing `whatsapp` field: expected {LOCALE}.",
        id="no locale",
    ),
    pytest.param(
        whatsapp("template", template={"name": "a:b"}, locale="it"),
        "whatsapp",
        f"Missing `whatsapp` field: expected {LOCALE}. There is `locale`; it belongs at `whatsapp.locale`.",
        id="locale at the top",
    ),
    pytest.param(
        whatsapp("reaction", reaction={"action": "unreact"}, whatsapp={"context": CONTEXT}),
        "context",
        (
            "Missing `context` field: expected the message this one is about, an object with its"
            " `message_uuid`. There is `whatsapp.context`; it belongs at `context`."
        ),
        id="context among the options",
    ),
    pytest.param(
        whatsapp("reaction", reaction={"action": "unreact"}, context="5e0f"),
        "context",
        (
            '`context` is "5e0f", not an object; expected the message this one is about, an object with its'
            ' `message_uuid`. Try {"message_uuid": "5e0f"}.'
        ),
        id="flat context",
    ),
    pytest.param(
        whatsapp(whatsapp={"policy": "fallback"}),
        "whatsapp.policy",
        '`whatsapp.policy` is "fallback"; expected deterministic, the one policy WhatsApp takes. Try "deterministic".',
        id="policy",
    ),
    pytest.param(
        messenger(messenger={"category": "message_tag"}),
        "messenger.tag",
        "Missing `messenger.tag` field: expected one of Facebook's message tags, since the category is message_tag.",
        id="no tag",
    ),
    pytest.param(
        messenger(messenger={"category": "message_tag"}, tag="X"),
        "messenger.tag",
        (
            "Missing `messenger.tag` field: expected one of Facebook's message tags, since the category is"
            " message_tag. There is `tag`; it belongs at `messenger.tag`."
        ),
        id="tag at the top",
    ),
]
RICH: Final = [
    pytest.param(
        rcs(suggestions=[REPLY, {**REPLY, "type": "open_link", "url": HOST, "description": "d"}]),
        "suggestions[1].type",
        f'`suggestions[1].type` is "open_link"; expected {SUGGESTIONS}. Try "open_url".',
        id="type of a suggestion",
    ),
    pytest.param(
        rcs(suggestions=[{"text": "x", "postback_data": "y", "phone_number": "+44"}]),
        "suggestions[0].type",
        f'Missing `suggestions[0].type` field: expected {SUGGESTIONS}. Try "dial".',
        id="no type, but a phone number",
    ),
    pytest.param(
        rcs(suggestions=[{**REPLY, "type": None}]),
        "suggestions[0].type",
        f'`suggestions[0].type` is null; expected {SUGGESTIONS}. Try "reply".',
        id="null type",
    ),
    pytest.param(
        rcs(suggestions=[{**REPLY, "type": "open_url", "description": "d"}]),
        "suggestions[0].url",
        "Missing `suggestions[0].url` field: expected an http or https URL.",
        id="link without a URL",
    ),
    pytest.param(
        rcs(suggestions=[{**REPLY, "type": "view_location", "latitude": 51.5, "longitude": "0", "pin_label": "p"}]),
        "suggestions[0].latitude",
        '`suggestions[0].latitude` is the number 51.5, not a string; expected degrees north, as a string. Try "51.5".',
        id="latitude as a number",
    ),
    pytest.param(
        rcs(suggestions=[{"type": "reply", "text": "Yes", "postbackData": "y"}]),
        "suggestions[0].postback_data",
        (
            "Missing `suggestions[0].postback_data` field: expected what is sent back to you. There is"
            " `suggestions[0].postbackData`; did you mean `postback_data`?"
        ),
        id="camel case",
    ),
    pytest.param(
        rcs(suggestions=[{**REPLY, "text": "n" * 26}]),
        "suggestions[0].text",
        f'`suggestions[0].text` has 26 characters; at most 25 are allowed. Try "{"n" * 25}".',
        id="long label",
    ),
    pytest.param(
        rcs(suggestions=["Yes"]),
        "suggestions[0]",
        f'`suggestions[0]` is "Yes", not an object; expected {SUGGESTION}.',
        id="bare suggestion",
    ),
    pytest.param(
        rcs(suggestions=REPLY),
        "suggestions",
        (
            '`suggestions` is an object, not a list; expected a list of 1 to 11 suggestions. Try [{"type":'
            ' "reply", "text": "Yes", "postback_data": "y"}].'
        ),
        id="one suggestion, no list",
    ),
    pytest.param(
        rcs(suggestions=[]),
        "suggestions",
        "`suggestions` is empty; expected a list of 1 to 11 suggestions.",
        id="no suggestion",
    ),
    pytest.param(
        rcs(suggestions=[REPLY] * 12),
        "suggestions",
        "`suggestions` is a list of 12; expected a list of 1 to 11 suggestions.",
        id="too many suggestions",
    ),
    pytest.param(
        rcs("card", card={**CARD, "suggestions": [{**REPLY, "type": "dial", "phone_number": 44}]}),
        "card.suggestions[0].phone_number",
        '`card.suggestions[0].phone_number` is the number 44, not a string; expected the number to call. Try "44".',
        id="suggestion of a card",
    ),
    pytest.param(
        rcs("card", card={**CARD, "media_height": "short"}),
        "card.media_height",
        '`card.media_height` is "short"; expected SHORT, MEDIUM or TALL. Try "SHORT".',
        id="height of a card",
    ),
    pytest.param(
        rcs("card", card=CARD, rcs={"card_orientation": "HORIZONTAL"}),
        "rcs.image_alignment",
        "Missing `rcs.image_alignment` field: expected LEFT or RIGHT, since the card is HORIZONTAL.",
        id="horizontal card",
    ),
    pytest.param(
        rcs("carousel", carousel={"cards": [CARD]}, rcs={"card_width": "SMALL"}),
        "carousel.cards",
        "`carousel.cards` is a list of 1; expected a list of 2 to 10 cards.",
        id="one card",
    ),
    pytest.param(
        rcs(
            "carousel",
            carousel={"cards": [CARD, {**CARD, "suggestions": [{**REPLY, "type": "replly"}]}]},
            rcs={"card_width": "SMALL"},
        ),
        "carousel.cards[1].suggestions[0].type",
        f'`carousel.cards[1].suggestions[0].type` is "replly"; expected {SUGGESTIONS}. Try "reply".',
        id="suggestion of a card of a carousel",
    ),
    pytest.param(
        rcs("carousel", carousel={"cards": [CARD, CARD]}),
        "rcs",
        "Missing `rcs` field: expected the RCS options of a carousel, an object with at least its `card_width`.",
        id="no width",
    ),
]
FAILOVER: Final = [
    pytest.param(
        sms(failover=[sms(), whatsapp(text="")]),
        "failover[1].text",
        "`failover[1].text` is empty; expected a text of 1 to 4096 characters.",
        id="item",
    ),
    pytest.param(
        sms(failover=[renamed(sms(), "to", "recipient")]),
        "failover[0].to",
        f"Missing `failover[0].to` field: expected {NUMBER}. There is `failover[0].recipient`; did you mean `to`?",
        id="misspelt item",
    ),
    pytest.param(
        sms(failover=[sms(), "x"]),
        "failover[1]",
        f'`failover[1]` is "x", not an object; expected {WHOLE}.',
        id="no item",
    ),
    pytest.param(
        sms(failover="x"),
        "failover",
        '`failover` is "x", not a list; expected other messages to try, a list of whole messages.',
        id="no list",
    ),
    pytest.param(
        sms(failover=[V0_1]),
        "failover[0]",
        (
            "This looks like a Messages v0.1 body, since it has `message`; Messages v0.1 lives at"
            " /v0.1/messages. Here a message is an object with `channel`, `message_type`, `to`, `from` and"
            " the content."
        ),
        id="item of v0.1",
    ),
]
VERSIONS: Final = [
    pytest.param(
        V0_1,
        "body",
        (
            "This looks like a Messages v0.1 body, since it has `message`; Messages v0.1 lives at"
            " /v0.1/messages. Here a message is an object with `channel`, `message_type`, `to`, `from` and"
            " the content."
        ),
        id="v0.1",
    ),
    pytest.param(
        v0_1("viber_service_msg", {"type": "template", "template": {"name": "a"}}),
        "body",
        (
            "This looks like a Messages v0.1 body, since it has `message`; Messages v0.1 lives at"
            " /v0.1/messages. Here a message is an object with `channel`, `message_type`, `to`, `from` and"
            " the content. Viber has template in Messages v0.1 (/v0.1/messages) only."
        ),
        id="kind of v0.1 only",
    ),
]


@pytest.mark.parametrize(("body", "name", "reason"), [*ENVELOPE, *CONTENT, *OPTIONS, *RICH, *FAILOVER, *VERSIONS])
def test_reason_says_what_is_wrong_and_what_would_be_right(body: Json, name: str, reason: str) -> None:
    reasons = {each.name: each.reason for each in CONTRACT.check(body).violations}

    assert reason == reasons[name]


@pytest.mark.parametrize(("body", "name"), [each.values[:2] for each in (*ENVELOPE, *CONTENT, *OPTIONS, *RICH)])
def test_one_mistake_is_one_violation(body: Json, name: str) -> None:
    """But for a misspelt kind, whose content is misspelt as well, and the empty body."""
    names = [each.name for each in CONTRACT.check(body).violations]

    assert name == names[0]
    assert len(names) == 1 or body == {} or name == "message_type"


def test_violation_carries_found_expected_and_nearest_as_values() -> None:
    [violation] = CONTRACT.check(sms(trusted_recipient="true")).violations

    words = "true or false, whether fraud checks are passed over"
    assert violation == Violation(
        name="trusted_recipient",
        rule="type",
        reason=f'`trusted_recipient` is "true", not a boolean; expected {words}. Try true.',
        expected=words,
        found="true",
        nearest=True,
    )


def test_a_body_of_the_other_version_is_told_so_first_and_called_what_it_is() -> None:
    verdict = CONTRACT.check(v0_1("viber_service_msg", {"type": "template", "template": {"name": "a"}}))

    assert ("viber", "template", None) == (verdict.channel, verdict.kind, verdict.branch)
    assert "v0_1_body" == verdict.violations[0].rule


@pytest.mark.parametrize("branch", ["SmsText", "MmsContent", "RcsCard", "WhatsappSticker", "ViberVideo"])
def test_every_reason_names_its_field_and_ends_as_a_sentence(branch: str, specs: Specs) -> None:
    schema = specs.schemas("v1").component(branch)
    found = [each for case in corpus.cases(schema) for each in CONTRACT.check(case.body).violations]

    assert len(found) > 100
    for each in found:
        assert each.reason[-1] in ".?", each
        assert f"`{each.name}`" in each.reason or each.rule in {"not_object", "capability"}, each
