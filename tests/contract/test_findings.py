"""What is let pass and remarked upon, in its words; and that a plain message is remarked upon not at all."""

import pytest

from mockserver.contract.check import MessagesContract
from mockserver.core.media import extension
from mockserver.model import Json
from mockserver.problem import Finding
from tests.contract.send import custom, media, messenger, mms, sms, template, text, viber, whatsapp

HOST = "https://files.example.org"
LOCALE = {"locale": "it"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            sms(clientref="x"),
            Finding(
                "clientref",
                "unknown_member",
                "`clientref` is not a member the API documents; it has no effect. Did you mean `client_ref`?",
            ),
            id="near-miss member",
        ),
        pytest.param(
            sms({**text(), "lang": "it"}),
            Finding(
                "message.content.lang",
                "unknown_member",
                "`message.content.lang` is not a member the API documents; it has no effect.",
            ),
            id="unknown member",
        ),
        pytest.param(
            whatsapp({**text(), "image": {"url": HOST}}),
            Finding(
                "message.content.image",
                "extra_content",
                "`message.content.image` has no effect, since the content is of type text.",
            ),
            id="extra content",
        ),
        pytest.param(
            sms() | {"message": {"content": text(), "whatsapp": {}}},
            Finding(
                "message.whatsapp",
                "foreign_options",
                "`message.whatsapp` is for another channel and has no effect on sms.",
            ),
            id="options of another channel",
        ),
        pytest.param(
            viber(viber_service_msg={"ttl": 60}),
            Finding(
                "viber_service_msg",
                "misplaced_options",
                "`viber_service_msg` has no effect here; the options belong at `message.viber_service_msg`.",
            ),
            id="options at the top",
        ),
        pytest.param(
            messenger(media("image", f"{HOST}/a.png", caption="A")),
            Finding(
                "message.content.image.caption",
                "caption",
                "`message.content.image.caption` has no effect: messenger shows no caption with image.",
            ),
            id="caption",
        ),
        pytest.param(
            sms(client_ref=None),
            Finding("client_ref", "null_member", "`client_ref` is null; it is taken as absent."),
            id="null",
        ),
        pytest.param(
            mms(media("image", f"{HOST}/a.tiff?as=.png")),
            Finding(
                "message.content.image.url",
                "extension",
                "`message.content.image.url` ends in .tiff; mms image supports .jpg, .jpeg, .png, .gif.",
            ),
            id="other extension",
        ),
        pytest.param(
            viber(media("image", f"{HOST}/a")),
            Finding(
                "message.content.image.url",
                "no_extension",
                "`message.content.image.url` has no file extension;"
                " viber_service_msg image supports .jpg, .jpeg, .png.",
            ),
            id="no extension",
        ),
        pytest.param(
            viber(media("image", f"{HOST}/über uns.png")),
            Finding(
                "message.content.image.url",
                "url_characters",
                "`message.content.image.url` holds characters that a URL must percent-encode.",
            ),
            id="characters of a URL",
        ),
        pytest.param(
            sms() | {"from": {"type": "sms", "number": "The Trattoria"}},
            Finding(
                "from.number",
                "sender_shape",
                '`from.number` is "The Trattoria"; a sender on sms is a number of up to 15 digits,'
                " or 1 to 11 letters and digits without spaces.",
            ),
            id="SMS sender",
        ),
        pytest.param(
            mms(media("image", f"{HOST}/a.png")) | {"from": {"type": "mms", "number": "12025550100"}},
            Finding(
                "from.number",
                "sender_shape",
                '`from.number` is "12025550100"; a sender on mms is a US short code of 5 or 6 digits.',
            ),
            id="MMS sender",
        ),
        pytest.param(
            whatsapp() | {"from": {"type": "whatsapp", "number": "+447700900143"}},
            Finding(
                "from.number",
                "sender_shape",
                '`from.number` is "+447700900143"; a sender on whatsapp is digits only, country code first,'
                " 7 to 15 of them, no leading + or 0.",
            ),
            id="WhatsApp sender",
        ),
        pytest.param(
            mms(),
            Finding(
                "message.content.type",
                "divergence",
                "The capability matrix lists MMS text, both published specifications list MMS image only (mms-text);"
                " the real API may refuse it.",
            ),
            id="MMS text",
        ),
        pytest.param(
            whatsapp(media("video", f"{HOST}/a.mp4", caption="A")),
            Finding(
                "message.content.video.caption",
                "divergence",
                "Published samples send a caption with a WhatsApp video, no specification lists one;"
                " it may be dropped.",
            ),
            id="video caption",
        ),
        pytest.param(
            whatsapp(template(), {"locale": "english"}),
            Finding(
                "message.whatsapp.locale",
                "option_shape",
                '`message.whatsapp.locale` is "english"; it should be a language tag such as en-GB or en_GB.',
            ),
            id="locale",
        ),
        pytest.param(
            whatsapp(template("booking"), LOCALE),
            Finding(
                "message.content.template.name",
                "template_name",
                '`message.content.template.name` is "booking";'
                " it should be namespace:name, with neither spaces nor quotes.",
            ),
            id="template name",
        ),
        pytest.param(
            messenger(None, {"category": "update", "tag": "ACCOUNT_UPDATE"}),
            Finding(
                "message.messenger.tag",
                "idle_option",
                "`message.messenger.tag` has no effect unless `category` is message_tag.",
            ),
            id="tag without its category",
        ),
        pytest.param(
            whatsapp(custom({"type": "contacts", "contact": []})),
            Finding(
                "message.content.custom",
                "custom_object",
                "`message.content.custom` looks like a contact but has no `contacts`; the provider will refuse it.",
            ),
            id="custom object without its member",
        ),
    ],
)
def test_finding_says_what_is_odd(body: Json, expected: Finding, contract: MessagesContract) -> None:
    verdict = contract.check(body)

    assert ((), (expected,)) == (verdict.violations, verdict.findings)


@pytest.mark.parametrize(
    "body",
    [
        sms(client_ref="basket-12"),
        sms() | {"from": {"type": "sms", "number": "447700900141"}},
        viber(media("image", f"{HOST}/A.JPEG?size=2#top"), {"category": "promotion", "ttl": 30, "type": "x"}),
        messenger(media("file", f"{HOST}/a.tar.gz")),
        messenger(media("file", HOST)),
        messenger(custom({"anything": None})),
        viber(template("booking")),
    ],
)
def test_ordinary_body_has_no_finding(body: Json, contract: MessagesContract) -> None:
    verdict = contract.check(body)

    assert ((), ()) == (verdict.violations, verdict.findings)


def test_findings_are_told_beside_violations(contract: MessagesContract) -> None:
    verdict = contract.check(sms(text(""), flash=True))

    assert ["message.content.text"] == [each.name for each in verdict.violations]
    assert ["flash"] == [each.name for each in verdict.findings]


def test_findings_survive_a_body_in_pieces(contract: MessagesContract) -> None:
    broken = {"from": 7, "to": {"type": "whatsapp", "number": None}, "message": {"content": {"type": "image"}}, "x": 1}
    verdict = contract.check(broken)

    assert {"x"} == {each.name for each in verdict.findings}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a.png", "png"),
        ("https://example.org/a/b.c.JPG", "jpg"),
        ("https://example.org/a.png?x=y.gif#z.bmp", "png"),
        ("https://example.org/a?x=/b.gif", None),
        ("https://example.org/a", None),
        ("https://example.org/a.", None),
        ("https://example.org", None),
        ("https://example.org/v1.2/a", None),
    ],
)
def test_extension_is_that_of_the_path(url: str, expected: str | None) -> None:
    assert expected == extension(url)
