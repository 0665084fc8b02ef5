"""What v0.1 does where the sources disagree: each decision of the design that is the contract's to keep."""

from collections.abc import Callable

import pytest

from mockserver.contract.check import MessagesContract
from mockserver.model import Json
from tests.contract.send import custom, media, messenger, mms, sms, template, text, viber, whatsapp

ASTRAL = "\U0001f35d"
LOCALE = {"locale": "it"}


def broken(contract: MessagesContract, body: Json) -> list[tuple[str, str]]:
    """Return name and rule of every violation."""
    return [(each.name, each.rule) for each in contract.check(body).violations]


def test_mms_text_is_accepted(contract: MessagesContract) -> None:
    assert [] == broken(contract, mms())


def test_messenger_template_is_refused_with_custom_as_the_way(contract: MessagesContract) -> None:
    [violation] = contract.check(messenger(template())).violations

    assert ("message.content.type", "capability", "custom") == (violation.name, violation.rule, violation.nearest)
    assert "travels as custom" in violation.reason


def test_messenger_template_and_buttons_travel_as_custom(contract: MessagesContract) -> None:
    inner = {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": []}}}

    assert [] == broken(contract, messenger(custom(inner)))


def test_viber_template_is_accepted(contract: MessagesContract) -> None:
    assert [] == broken(contract, viber(template("booking", parameters=["Ada"])))


@pytest.mark.parametrize("options", [None, {}, {"policy": "deterministic"}, {"locale": ""}])
def test_whatsapp_template_without_locale_is_refused(options: Json, contract: MessagesContract) -> None:
    [(name, _)] = broken(contract, whatsapp(template(), options))

    assert name in {"message.whatsapp", "message.whatsapp.locale"}


def test_whatsapp_template_with_null_locale_is_refused(contract: MessagesContract) -> None:
    assert [("message.whatsapp.locale", "type")] == broken(contract, whatsapp(template(), {"locale": None}))


@pytest.mark.parametrize("locale", ["en-GB", "en_GB", "it"])
def test_whatsapp_template_takes_either_separator_in_its_locale(locale: str, contract: MessagesContract) -> None:
    verdict = contract.check(whatsapp(template(), {"locale": locale}))

    assert ((), ()) == (verdict.violations, verdict.findings)


def test_whatsapp_policy_fallback_is_refused(contract: MessagesContract) -> None:
    body = whatsapp(template(), {"policy": "fallback", **LOCALE})

    assert [("message.whatsapp.policy", "enum")] == broken(contract, body)


def test_whatsapp_policy_fallback_is_refused_without_a_template_too(contract: MessagesContract) -> None:
    assert [("message.whatsapp.policy", "enum")] == broken(contract, whatsapp(None, {"policy": "fallback"}))


@pytest.mark.parametrize("options", [LOCALE, {"policy": "deterministic", **LOCALE}, {"policy": None, **LOCALE}])
def test_whatsapp_template_needs_no_policy(options: Json, contract: MessagesContract) -> None:
    assert [] == broken(contract, whatsapp(template(), options))


@pytest.mark.parametrize("parameters", [[], ["a", "b"], [{"default": "a"}, {"default": "b"}], None])
def test_template_parameters_of_one_form_are_accepted(parameters: Json, contract: MessagesContract) -> None:
    assert [] == broken(contract, whatsapp(template(parameters=parameters), LOCALE))


@pytest.mark.parametrize("parameters", [["a", {"default": "b"}], [{"default": "a"}, "b"]])
def test_mixed_template_parameters_are_refused(parameters: Json, contract: MessagesContract) -> None:
    expected = [("message.content.template.parameters[1]", "mixed_parameters")]

    assert expected == broken(contract, whatsapp(template(parameters=parameters), LOCALE))


@pytest.mark.parametrize("parameters", [[7], [{"default": 7}]])
def test_numbers_as_template_parameters_are_refused(parameters: Json, contract: MessagesContract) -> None:
    [(name, rule)] = broken(contract, whatsapp(template(parameters=parameters), LOCALE))

    assert name.startswith("message.content.template.parameters[0]")
    assert "type" == rule


@pytest.mark.parametrize(
    ("send", "limit"), [(sms, 1000), (mms, 1000), (viber, 1000), (messenger, 640), (whatsapp, 4096)]
)
@pytest.mark.parametrize("character", ["n", ASTRAL])
def test_text_is_counted_in_code_points_up_to_its_limit(
    send: Callable[..., Json], limit: int, character: str, contract: MessagesContract
) -> None:
    assert [] == broken(contract, send(text(character * limit)))
    assert [("message.content.text", "max_length")] == broken(contract, send(text(character * (limit + 1))))


@pytest.mark.parametrize("send", [sms, mms, viber, messenger, whatsapp])
def test_empty_text_is_refused_and_blank_text_is_not(send: Callable[..., Json], contract: MessagesContract) -> None:
    assert [("message.content.text", "min_length")] == broken(contract, send(text("")))
    assert [] == broken(contract, send(text(" ")))


@pytest.mark.parametrize(
    ("send", "kind"), [(mms, "image"), (whatsapp, "image"), (whatsapp, "video"), (whatsapp, "file")]
)
def test_caption_has_at_most_3000_characters(send: Callable[..., Json], kind: str, contract: MessagesContract) -> None:
    url = "https://files.example.org/dinner"
    name = f"message.content.{kind}.caption"

    assert [] == broken(contract, send(media(kind, url, caption=ASTRAL * 3000)))
    assert [(name, "max_length")] == broken(contract, send(media(kind, url, caption=ASTRAL * 3001)))
    assert [(name, "min_length")] == broken(contract, send(media(kind, url, caption="")))


@pytest.mark.parametrize("url", ["http://a.b", "HTTPS://FILES.EXAMPLE.ORG/A", "https://h/" + "n" * 1990])
def test_url_of_10_to_2000_characters_is_accepted(url: str, contract: MessagesContract) -> None:
    assert [] == broken(contract, mms(media("image", url)))


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://ab", "min_length"),
        ("https://h/" + "n" * 1991, "max_length"),
        ("ftp://files.example.org/a", "pattern"),
        ("files.example.org/a.png", "pattern"),
        ("https:///a.png", "pattern"),
        (7, "type"),
        (None, "type"),
    ],
)
def test_other_urls_are_refused(url: Json, rule: str, contract: MessagesContract) -> None:
    assert [("message.content.image.url", rule)] == broken(contract, mms(media("image", url)))


@pytest.mark.parametrize("number", ["1234567", "447700900141", "123456789012345"])
@pytest.mark.parametrize("send", [sms, mms, viber, whatsapp])
def test_recipient_of_7_to_15_digits_is_accepted(
    send: Callable[..., Json], number: str, contract: MessagesContract
) -> None:
    body = send()
    body["to"] = {**body["to"], "number": number}

    assert [] == broken(contract, body)


@pytest.mark.parametrize(
    "number",
    ["123456", "1234567890123456", "+447700900141", "00447700900141", "07700900141", "44 7700", "", "٤٤٧٧٠٠٩٠٠١٤١"],
)
@pytest.mark.parametrize("send", [sms, mms, viber, whatsapp])
def test_other_recipients_are_refused(send: Callable[..., Json], number: str, contract: MessagesContract) -> None:
    body = send()
    body["to"] = {**body["to"], "number": number}

    assert [("to.number", "pattern")] == broken(contract, body)


def test_trailing_newline_in_a_number_is_refused(contract: MessagesContract) -> None:
    """Python's ``$`` would let it pass."""
    assert [("to.number", "pattern")] == broken(contract, sms(to={"type": "sms", "number": "447700900141\n"}))


def test_json_numbers_where_strings_belong_are_refused(contract: MessagesContract) -> None:
    body = viber(text(7), to={"type": "viber_service_msg", "number": 447700900142}, client_ref=7)
    body["from"] = {"type": "viber_service_msg", "id": 40772}

    expected = [("from.id", "type"), ("to.number", "type"), ("message.content.text", "type"), ("client_ref", "type")]
    assert sorted(expected) == sorted(broken(contract, body))


@pytest.mark.parametrize("side", ["from", "to"])
def test_id_has_1_to_50_characters(side: str, contract: MessagesContract) -> None:
    def with_id(value: str) -> Json:
        return messenger() | {side: {"type": "messenger", "id": value}}

    assert [] == broken(contract, with_id("n" * 50))
    assert [(f"{side}.id", "max_length")] == broken(contract, with_id("n" * 51))
    assert [(f"{side}.id", "min_length")] == broken(contract, with_id(""))


def test_client_ref_has_at_most_40_characters(contract: MessagesContract) -> None:
    assert [] == broken(contract, sms(client_ref=ASTRAL * 40))
    assert [("client_ref", "max_length")] == broken(contract, sms(client_ref="n" * 41))


@pytest.mark.parametrize(
    ("ttl", "expected"),
    [(29, ["range"]), (30, []), (259200, []), (259201, ["range"]), ("600", ["type"]), (30.5, ["type"])],
)
def test_viber_ttl_is_30_to_259200_seconds(ttl: Json, expected: list[str], contract: MessagesContract) -> None:
    assert expected == [rule for _, rule in broken(contract, viber(None, {"ttl": ttl}))]


@pytest.mark.parametrize("tag", [{}, {"tag": None}, {"tag": ""}, {"tag": 7}])
def test_message_tag_needs_its_tag(tag: Json, contract: MessagesContract) -> None:
    [(name, _)] = broken(contract, messenger(None, {"category": "message_tag", **tag}))

    assert "message.messenger.tag" == name


def test_unknown_message_tag_is_left_to_the_provider(contract: MessagesContract) -> None:
    assert [] == broken(contract, messenger(None, {"category": "message_tag", "tag": "NO_SUCH_TAG"}))


@pytest.mark.parametrize(
    "body",
    [
        media("image", "https://files.example.org/dinner.tiff"),
        media("image", "https://no-such-host.invalid/dinner.jpg"),
        template("someone:elses"),
    ],
)
def test_what_only_the_provider_can_know_is_accepted(body: Json, contract: MessagesContract) -> None:
    assert [] == broken(contract, whatsapp(body, LOCALE))


@pytest.mark.parametrize(
    "body",
    [
        whatsapp(media("image", "https://files.example.org/dinner")),
        sms(callback="https://example.org"),
        viber(media("image", "https://files.example.org/dinner.jpg", caption="Dinner")),
        whatsapp(media("audio", "https://files.example.org/dinner.mp3", caption="Dinner")),
        sms(client_ref=None),
        viber(None, {"ttl": None, "category": None, "type": None}),
        whatsapp(None) | {"client_ref": None},
    ],
)
def test_oddities_are_accepted_with_a_finding(body: Json, contract: MessagesContract) -> None:
    verdict = contract.check(body)

    assert () == verdict.violations
    assert verdict.findings


@pytest.mark.parametrize("options", ["viber_service_msg", "messenger", "whatsapp"])
def test_null_options_are_taken_as_absent(options: str, contract: MessagesContract) -> None:
    send = {"viber_service_msg": viber, "messenger": messenger, "whatsapp": whatsapp}[options]
    body = send()
    body["message"][options] = None

    verdict = contract.check(body)

    assert ((), [f"message.{options}"]) == (verdict.violations, [each.name for each in verdict.findings])


def test_parties_must_name_the_same_channel(contract: MessagesContract) -> None:
    body = sms() | {"from": {"type": "mms", "number": "51515"}}

    assert [("from.type", "channel_mismatch")] == broken(contract, body)


def test_all_violations_are_reported_at_once(contract: MessagesContract) -> None:
    body = sms(text("n" * 1001), to={"type": "sms", "number": "+44"}, client_ref="n" * 41)

    expected = {("to.number", "pattern"), ("message.content.text", "max_length"), ("client_ref", "max_length")}
    assert expected == set(broken(contract, body))


def test_impossible_kind_does_not_hide_the_rest(contract: MessagesContract) -> None:
    body = sms(media("image", "x"), to={"type": "sms", "number": "+44"}, client_ref=7)

    expected = {("message.content.type", "capability"), ("to.number", "pattern"), ("client_ref", "type")}
    assert expected == set(broken(contract, body))
