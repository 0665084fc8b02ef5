"""Every rule of the provider on both sides of its border, and in each of its modes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mockserver.contract.specs import load_specs
from mockserver.core import provider
from mockserver.core.media import urls
from mockserver.core.provider import CHECKS, NOTHING_TOLD, Case, Facts, Ruling, judge, opts
from mockserver.model import Account, Json, MediaFile, Message, Provider, RuleMode, Sender, Template
from tests.core.outbound import PARTIES, outbound

SPECS = load_specs()
RULES = SPECS.provider
CELLS_OF = provider.cells_of(SPECS.capabilities, RULES)
BY_NAME = {each.name: each for each in RULES.rules}
NOW_S = 1_790_000_000.0
DAY_S = 86_400.0
CODE = Template("acme_ns:login", languages=("en_GB",), parameters=1)
BIG, FITTING = 67_108_865, 67_108_864


NOTHING_SEEN = Facts(NOW_S)


@dataclass(frozen=True)
class Known:
    """What is known when a message is judged."""

    told: Provider = NOTHING_TOLD
    facts: Facts = NOTHING_SEEN
    senders: tuple[Sender, ...] = ()


def told(**members: Any) -> Known:
    """Return that the tester told something."""
    return Known(Provider(**members))


def saw(**members: Any) -> Known:
    """Return that the server saw something."""
    return Known(facts=Facts(NOW_S, **members))


def owns(channel: str, identity: str, application: str | None = None, *, must_own: bool = False) -> Known:
    """Return that the account has a sender, and whether only its own are let in."""
    return Known(facts=Facts(NOW_S, must_own=must_own), senders=(Sender(channel, identity, application),))


@dataclass(frozen=True)
class Border:
    """A rule and a message at its border.

    ``kept``: what is known when it is kept. ``broken``: when it is broken by what was told. ``open``: when nobody told.
    """

    rule: str
    message: Message
    code: int | None
    broken: Known | None
    kept: Known
    open: Known | None = None
    at: str = ""
    words: str = ""


def text(channel: str, **changes: Any) -> Message:
    """Return a text on a channel."""
    return outbound(channel, **changes)


def media(channel: str, kind: str = "image", url: str = "https://files.example.org/a.jpg") -> Message:
    """Return a message with media."""
    return outbound(channel, kind, {"url": url})


def template(channel: str = "whatsapp", name: str = "acme_ns:login", *values: str, locale: str = "en-GB") -> Message:
    """Return a template with one parameter unless others are given."""
    content: Json = {"name": name, "parameters": list(values or ("x",))}
    return outbound(channel, "template", content, options={"locale": locale} if channel == "whatsapp" else {})


def viber(**options: Json) -> Message:
    """Return a text on Viber with options."""
    return text("viber", options=options)


def v1(channel: str, kind: str = "text", content: Json = None, **options: Json) -> Message:
    """Return a message of v1."""
    return outbound(channel, kind, content, options=options, dialect="v1")


def tagged(tag: str) -> Message:
    """Return a text on Messenger with a tag."""
    return text("messenger", options={"category": "message_tag", "tag": tag})


TO = {channel: recipient for channel, (_, recipient) in PARTIES.items()}
FROM = {channel: sender for channel, (sender, _) in PARTIES.items()}
MEDIA_URL = "https://files.example.org/a.jpg"
FILES = "https://files.example.org"
GONE = told(media=(MediaFile("files.example.org", reachable=False),))
FILE_A, FILE_B = ({"type": "image", "url": f"{FILES}/{name}.jpg"} for name in "ab")
CARD: Json = {
    "title": "Bistro", "text": "Come in", "media_url": f"{FILES}/a.jpg",
    "suggestions": [{"type": "open_url", "url": f"{FILES}/link", "text": "Look", "postback_data": "x"}],
}  # fmt: skip

BORDERS = {
    "page token": Border(
        "page_token", text("messenger"), 1370, told(page_token_expired=True), told(), at="from.id",
        words="The link to the page has expired; the real API would end it in 1370 (rule page_token).",
    ),
    "whitelist": Border(
        "whitelist", text("sms"), 1160, told(whitelist=("1", "2")), told(whitelist=("1", TO["sms"])), at="to.number",
        words="447700900101 is not an approved recipient; the real API would end it in 1160 (rule whitelist).",
    ),
    "empty whitelist": Border("whitelist", text("mms"), 1160, told(whitelist=()), told()),
    "sandbox": Border("whitelist", text("viber"), 1160, saw(whitelisted=False), saw(whitelisted=True)),
    **{
        f"sender on {channel}": Border(
            "sender", text(channel), code, owns(channel, "999"), owns(channel, FROM[channel]), Known(),
            at=f"from.{member}",
        )
        for channel, code, member in (
            ("sms", 1120, "number"), ("mms", 1120, "number"), ("viber", 1140, "id"), ("messenger", 1140, "id"),
            ("whatsapp", 1140, "number"),
        )
    },
    "sender on rcs": Border(
        "sender", v1("rcs"), 1420, owns("rcs", "acmeagent"), owns("rcs", FROM["rcs"]), Known(), at="from",
        words="AcmeAgent is not one of the account's senders; the real API would end it in 1420 (rule sender).",
    ),
    "whitelist on rcs": Border("whitelist", v1("rcs"), 1160, told(whitelist=()), told(whitelist=(TO["rcs"],)), at="to"),
    "number table on rcs": Border("numbers", v1("rcs"), 1484, told(numbers={TO["rcs"]: 1484}), Known()),
    "recipient on rcs": Border(
        "recipient", v1("rcs"), 1300, told(known_recipients={"rcs": ("1",)}),
        told(known_recipients={"rcs": (TO["rcs"],)}), Known(), at="to",
    ),
    "opt-out on rcs": Border("opt_out", v1("rcs"), 1240, told(opt_outs=(TO["rcs"],)), told(opt_outs=("1",))),
    "sender of another channel": Border(
        "sender", text("whatsapp"), 1140, owns("whatsapp", "9"), owns("whatsapp", FROM["whatsapp"]),
        owns("sms", FROM["whatsapp"]),
    ),
    "sender not linked": Border(
        "sender", text("whatsapp"), 1140, owns("whatsapp", FROM["whatsapp"], must_own=True),
        owns("whatsapp", FROM["whatsapp"], "app", must_own=True),
        words="447700900201 is linked to no application; the real API would end it in 1140 (rule sender).",
    ),
    "number not linked": Border(
        "sender", text("sms"), 1120, saw(must_own=True), owns("sms", FROM["sms"], must_own=True)
    ),
    "sender form": Border("sender_form", text("sms", sender="TOOLONGSENDER"), 1120, None, Known(), Known()),
    "sender with a blank": Border("sender_form", text("sms", sender="ACME CO"), 1120, None, Known(), Known()),
    "number table": Border(
        "numbers", text("sms"), 1050, told(numbers={TO["sms"]: 1050}), told(numbers={"447700900999": 1050})
    ),
    "number lost": Border("numbers", text("whatsapp"), 1190, told(numbers={TO["whatsapp"]: 1190}), Known()),
    "destination": Border(
        "destination", text("viber"), 1260, told(countries={"viber": ("49", "43")}),
        told(countries={"viber": ("43", "44")}),
    ),
    "recipient": Border(
        "recipient", text("whatsapp"), 1300, told(known_recipients={"whatsapp": ("1",)}),
        told(known_recipients={"whatsapp": ("1", TO["whatsapp"])}), told(known_recipients={"viber": ("1",)}),
        words="447700900103 does not use this channel; the real API would end it in 1300 (rule recipient).",
    ),
    "recipient who wrote": Border(
        "recipient", text("viber"), 1300, told(known_recipients={"viber": ()}),
        Known(Provider(known_recipients={"viber": ()}), Facts(NOW_S, heard_s=0)), Known(),
    ),
    "recipient on messenger": Border(
        "recipient", text("messenger"), 1300, saw(channel_heard=True), saw(channel_heard=True, heard_s=0), Known()
    ),
    "opt-out told": Border("opt_out", text("sms"), 1240, told(opt_outs=(TO["sms"],)), told(opt_outs=("1",))),
    "opt-out seen": Border("opt_out", text("mms"), 1240, saw(stopped=True), saw(stopped=False)),
    "opted in again": Border(
        "opt_out", text("sms"), 1240, told(opt_outs=(TO["sms"],)),
        Known(Provider(opt_outs=(TO["sms"],)), Facts(NOW_S, stopped=False)),
    ),
    "tag": Border(
        "tag", tagged("SALE"), 1021, told(tags=("OTHER",)), told(tags=("SALE",)), Known(), at="message.messenger.tag",
        words="The tag 'SALE' is none of OTHER; the real API would end it in 1021 (rule tag).",
    ),
    "window on whatsapp": Border(
        "window", text("whatsapp"), 1340, saw(heard_s=NOW_S - DAY_S, channel_heard=True),
        saw(heard_s=NOW_S - DAY_S + 1, channel_heard=True), Known(),
        words="447700900103 wrote last 1 day, 0:00:00 ago; the real API would end it in 1340 (rule window).",
    ),
    "window never opened": Border(
        "window", text("whatsapp"), 1340, saw(channel_heard=True), saw(heard_s=NOW_S, channel_heard=True), Known(),
        words="447700900103 has not written to this sender; the real API would end it in 1340 (rule window).",
    ),
    "window on messenger": Border(
        "window", text("messenger", options={"category": "update"}), 1340, saw(heard_s=NOW_S - DAY_S),
        saw(heard_s=NOW_S), Known(),
    ),
    "template": Border(
        "template", template(name="acme_ns:other"), 1022, told(templates=(CODE,)),
        told(templates=(CODE, Template("acme_ns:other", parameters=1))), Known(), at="message.content.template",
    ),
    "template of another channel": Border(
        "template", template("viber", "parcel"), 1022, told(templates=(Template("x", "viber"),)),
        told(templates=(Template("parcel", "viber", parameters=1),)),
        told(templates=(Template("parcel", parameters=1),)),
    ),
    "template language": Border(
        "template", template(locale="fr"), 1022, told(templates=(CODE,)),
        told(templates=(Template("acme_ns:login", languages=("fr",), parameters=1),)), Known(),
    ),
    "custom template": Border(
        "template",
        outbound("whatsapp", "custom", {"type": "template", "template": {"namespace": "acme_ns", "name": "login"}}),
        1022, told(templates=(CODE,)), told(templates=(Template("acme_ns:login"),)), Known(),
        at="message.content.custom",
    ),
    "first message": Border(
        "first_message", viber(category="promotion"), 1140, None, saw(greeted=True), Known(),
        at="message.viber_service_msg.category",
    ),
    "media reach": Border(
        "media_reach", media("whatsapp"), 1380, told(media=(MediaFile(MEDIA_URL, reachable=False),)),
        told(media=(MediaFile("https://files.example.org/b.jpg", reachable=False),)), at="message.content.image.url",
    ),
    "media host": Border(
        "media_reach", media("mms"), 1380, told(media=(MediaFile("files.example.org", reachable=False),)),
        told(media=(MediaFile("files.example.org", reachable=False), MediaFile(MEDIA_URL))),
    ),
    "media reach of a vcard": Border(
        "media_reach", v1("mms", "vcard", {"url": f"{FILES}/a.vcf"}), 1380, GONE, told(), at="vcard.url"
    ),
    "media reach of the second of several": Border(
        "media_reach", v1("mms", "content", {"content": [FILE_B, FILE_A]}), 1380,
        told(media=(MediaFile(FILE_A["url"], reachable=False),)), told(media=(MediaFile("other.example.org"),)),
        at="content[1].url",
    ),
    "media reach of a card": Border(
        "media_reach", v1("rcs", "card", CARD), 1380, GONE, told(media=(MediaFile(f"{FILES}/link", reachable=False),)),
        at="card.media_url",
    ),
    "media reach of a carousel": Border(
        "media_reach", v1("rcs", "carousel", {"cards": [CARD, CARD]}, card_width="SMALL"), 1380, GONE, told(),
        at="carousel.cards[0].media_url",
    ),
    "media reach of a sticker": Border(
        "media_reach", v1("whatsapp", "sticker", {"url": f"{FILES}/a.webp"}), 1380, GONE, told(), at="sticker.url"
    ),
    "template of v1": Border(
        "template", v1("whatsapp", "template", {"name": "acme_ns:other", "parameters": ["x"]}, locale="en-GB"), 1022,
        told(templates=(CODE,)), told(templates=(Template("acme_ns:other", parameters=1),)), Known(), at="template",
    ),
    "media size": Border(
        "media_size", media("whatsapp"), 1381, told(media=(MediaFile(MEDIA_URL, BIG),)),
        told(media=(MediaFile(MEDIA_URL, FITTING),)),
        words="The file has 67108865 bytes, 67108864 are allowed; the real API would end it in 1381 (rule media_size).",
    ),
    "ttl": Border(
        "ttl", viber(ttl=60), 1360, told(unreachable=(TO["viber"],)), told(unreachable=("1",)), at="to.number"
    ),
    **{
        f"ttl on {channel}": Border(
            "ttl", v1(channel, ttl=300), 1360, told(unreachable=(TO[channel],)), told(unreachable=("1",)), at="to"
        )
        for channel in ("sms", "mms", "rcs", "viber")
    },
    "unreachable on rcs": Border("unreachable", v1("rcs"), None, told(unreachable=(TO["rcs"],)), Known()),
    "unreachable": Border("unreachable", text("sms"), 1180, told(unreachable=(TO["sms"],)), told(unreachable=("1",))),
    "unreachable app": Border(
        "unreachable", text("viber"), None, told(unreachable=(TO["viber"],)), Known(),
        words="447700900102 is unreachable; it stays submitted (rule unreachable).",
    ),
}  # fmt: skip

ALWAYS = {
    "country": (text("whatsapp", recipient="5312345678"), text("whatsapp", recipient="5212345678"), 1040),
    "country of the sender": (text("whatsapp", sender="963912345678"), text("whatsapp"), 1040),
    "country Iran": (text("whatsapp", recipient="989121234567"), text("whatsapp", recipient="971501234567"), 1040),
    "country North Korea": (text("whatsapp", recipient="8501234567"), text("whatsapp", recipient="8521234567"), 1040),
    "media type": (
        media("whatsapp", url="https://files.example.org/a.gif"),
        media("whatsapp", url="https://files.example.org/a.JPG?x=.gif"), 1382,
    ),
    "media type of a vcard": (
        v1("mms", "vcard", {"url": f"{FILES}/a.txt"}), v1("mms", "vcard", {"url": f"{FILES}/a.vcf"}), 1382,
    ),
    "media type of a sticker": (
        v1("whatsapp", "sticker", {"url": f"{FILES}/a.png"}), v1("whatsapp", "sticker", {"id": "sticker-1"}), 1382,
    ),
    "media type of an rcs video": (
        v1("rcs", "video", {"url": f"{FILES}/a.avi"}), v1("rcs", "video", {"url": f"{FILES}/a.webm"}), 1382,
    ),
    "media type of a video": (
        media("messenger", "video", "https://files.example.org/a.avi"),
        media("messenger", "video", "https://files.example.org/a"), 1382,
    ),
}  # fmt: skip
"""Messages that break a rule which is on from the start, and that keep it."""


def ruled(
    message: Message, known: Known, *, strict: bool = False, only: str | None = None, mode: RuleMode | None = None
) -> Ruling:
    """Return what the rules, or one of them in a mode, say of a message."""
    side = known.told if mode is None else msgspec.structs.replace(known.told, rules=dict.fromkeys(BY_NAME, mode))
    cell = CELLS_OF[message.dialect, message.channel, message.kind]
    rules = cell.rules if only is None else tuple(each for each in cell.rules if each.name == only)
    assert rules
    case = Case(message, Account("key", senders=known.senders), side, known.facts, RULES, cell)
    return judge(rules, case, strict=strict)


def border(name: str) -> Border:
    """Return one of the borders."""
    return BORDERS[name]


@pytest.mark.parametrize("name", [name for name, each in BORDERS.items() if each.broken is not None])
def test_a_rule_closes_once_it_is_told(name: str) -> None:
    each = border(name)
    assert each.broken is not None

    found = ruled(each.message, each.broken, only=each.rule)

    assert (BY_NAME[each.rule], each.code) == (found.rule, found.code)
    [finding] = found.findings
    assert each.rule == finding.rule
    assert each.at in {"", finding.name}
    assert each.words in {"", finding.detail}


@pytest.mark.parametrize("name", BORDERS)
@pytest.mark.parametrize("mode", ["auto", "on", "off"])
@pytest.mark.parametrize("strict", [False, True])
def test_a_rule_kept_says_nothing_in_any_mode(name: str, mode: RuleMode, strict: bool) -> None:
    each = border(name)

    kept = each.message if each.rule != "sender_form" else text("sms", sender="ACME4YOU")
    found = ruled(kept, each.kept, strict=strict, only=each.rule, mode=mode)

    assert found == Ruling()


@pytest.mark.parametrize("name", [name for name, each in BORDERS.items() if each.open is not None])
def test_a_rule_that_nobody_told_lets_pass_with_a_remark(name: str) -> None:
    each = border(name)
    assert each.open is not None

    found = ruled(each.message, each.open, only=each.rule)

    assert (None, None) == (found.rule, found.code)
    remark = BY_NAME[each.rule].remark.get(each.message.channel)
    assert ([remark] if remark else []) == [finding.detail for finding in found.findings]


@pytest.mark.parametrize("name", [name for name, each in BORDERS.items() if each.open is not None])
def test_strict_realism_closes_what_nobody_told(name: str) -> None:
    each = border(name)
    assert each.open is not None

    assert each.code == ruled(each.message, each.open, only=each.rule, strict=True).code


@pytest.mark.parametrize("name", [name for name, each in BORDERS.items() if each.open is not None])
def test_a_rule_set_on_closes_what_nobody_told(name: str) -> None:
    each = border(name)
    assert each.open is not None

    assert each.code == ruled(each.message, each.open, only=each.rule, mode="on").code


@pytest.mark.parametrize("name", [name for name, each in BORDERS.items() if each.broken is not None])
@pytest.mark.parametrize("strict", [False, True])
def test_a_rule_set_off_says_nothing(name: str, strict: bool) -> None:
    each = border(name)
    assert each.broken is not None

    assert Ruling() == ruled(each.message, each.broken, only=each.rule, strict=strict, mode="off")


@pytest.mark.parametrize("name", ALWAYS)
def test_a_plain_rule_is_on_from_the_start(name: str) -> None:
    broken, kept, code = ALWAYS[name]
    rule = name.partition(" of")[0].partition(" Iran")[0].partition(" North")[0].replace(" ", "_")

    assert code == ruled(broken, Known(), only=rule).code
    assert Ruling() == ruled(kept, Known(), only=rule)
    assert Ruling() == ruled(broken, Known(), only=rule, mode="off")


def test_every_rule_has_a_border_here() -> None:
    on = {rule.name for rule in RULES.rules if rule.default == "on"}

    assert set(CHECKS) == {each.rule for each in BORDERS.values()} | on
    assert {"country", "media_type"} == on


def test_a_ttl_tells_when_the_message_is_lost() -> None:
    found = ruled(viber(ttl=60), told(unreachable=(TO["viber"],)))

    assert found.objection is not None
    assert (60, 1360) == (found.objection.after_s, found.code)


def test_a_ttl_that_its_version_has_not_is_none() -> None:
    """An unknown member of a v0.1 body is let pass, whatever it holds."""
    message = text("sms", options={"ttl": "soon"})

    assert 1180 == ruled(message, told(unreachable=(TO["sms"],))).code


@pytest.mark.parametrize(
    ("message", "places"),
    [
        (v1("whatsapp", "sticker", {"id": "sticker-1"}), []),
        (v1("mms", "content", {"content": [FILE_A, FILE_B]}), ["content[0].url", "content[1].url"]),
        (v1("rcs", "card", CARD), ["media_url"]),
        (v1("rcs", "carousel", {"cards": [CARD, CARD]}), ["cards[0].media_url", "cards[1].media_url"]),
        (v1("rcs", "image", {"url": "x", "content": 7, "cards": [7], "media_url": "y"}), ["url"]),
    ],
    ids=["a sticker by its id", "several", "card", "carousel", "image"],
)
def test_the_files_of_a_message_are_found_where_its_kind_has_them(message: Message, places: list[str]) -> None:
    assert places == [place for place, _ in urls(message.kind, message.content)]
    assert Ruling() == ruled(
        message, told(media=(MediaFile("elsewhere.example.org", reachable=False),)), only="media_reach"
    )


def test_a_ttl_switched_off_is_silent() -> None:
    found = ruled(viber(ttl=60), told(unreachable=(TO["viber"],), rules={"ttl": "off"}))

    assert ("unreachable", None) == (found.rule and found.rule.name, found.code)


def test_the_first_closed_rule_decides_and_earlier_remarks_stay() -> None:
    found = ruled(text("messenger"), saw(channel_heard=True))

    assert 1300 == found.code
    assert ["sender", "recipient"] == [each.rule for each in found.findings]


@pytest.mark.parametrize("tag", RULES.tags)
def test_known_tags_are_let_in_without_being_told(tag: str) -> None:
    assert Ruling() == ruled(tagged(tag), Known(), only="tag", strict=True)


def test_a_text_as_sms_sender_needs_no_owner() -> None:
    assert Ruling() == ruled(text("sms", sender="ACME"), saw(must_own=True), only="sender")


@pytest.mark.parametrize("message", [template(), outbound("whatsapp", "custom", {"type": "template", "template": {}})])
def test_the_window_does_not_concern_templates(message: Message) -> None:
    assert Ruling() == ruled(message, saw(channel_heard=True), only="window", strict=True)


def test_messenger_takes_any_file_as_the_table_lists_no_extensions() -> None:
    assert Ruling() == ruled(media("messenger", "file", "https://files.example.org/a.xyz"), Known(), only="media_type")


@pytest.mark.parametrize(("dialect", "channel", "kind"), CELLS_OF)
def test_nothing_told_the_rules_worked_out_ahead_say_what_all_rules_say(dialect: str, channel: str, kind: str) -> None:
    """An account that nothing was told of is judged by fewer rules, for speed."""
    content: Json = {"url": MEDIA_URL, "name": "n:t", "text": "x"}
    content |= {"content": [FILE_A], "media_url": MEDIA_URL, "cards": [CARD]}
    message = outbound(channel, kind, content, dialect=dialect)
    cell = CELLS_OF[dialect, channel, kind]
    case = Case(message, Account("key"), NOTHING_TOLD, Facts(NOW_S), RULES, cell)

    assert judge(cell.rules, case, strict=False) == judge(cell.untold, case, strict=False)


@pytest.mark.parametrize(
    ("channel", "words", "expected"),
    [
        ("sms", "STOP", True), ("sms", " stop\n", True), ("mms", "Stop", True), ("sms", "START", False),
        ("sms", "please stop", None), ("sms", "", None), ("whatsapp", "STOP", None), ("messenger", "START", None),
    ],
)  # fmt: skip
def test_a_word_of_its_own_opts_out_and_in_again(channel: str, words: str, expected: bool | None) -> None:
    assert expected is opts(RULES.opt_out, channel, {"text": words})


def test_only_a_text_opts_out() -> None:
    assert opts(RULES.opt_out, "mms", {"url": MEDIA_URL}) is None


def test_rules_name_checks_channels_and_codes_that_exist() -> None:
    rule = msgspec.structs.replace(BY_NAME["opt_out"], name="opt_in", channels={"fax": 1, "sms": None})
    rules = msgspec.structs.replace(RULES, rules=(rule, *(each for each in RULES.rules if each.name != "opt_out")))

    expected = [
        "rules: no check is called opt_in",
        "rules: the check opt_out has no row",
        "rules[0]: there is no channel fax",
        "rules[0].channels: there is no error code 1",
    ]
    assert expected == provider.rule_mistakes(rules, SPECS.capabilities.channels, SPECS.errors)


def test_a_rule_speaks_of_each_channel_it_remarks_on() -> None:
    assert [] == [each.name for each in RULES.rules if not each.remark.keys() <= each.channels.keys()]


def test_the_page_about_rules_has_each_in_its_order() -> None:
    text = (Path(__file__).parents[2] / "docs" / "provider-rules.md").read_text(encoding="utf-8")

    rows = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]

    assert [*RULES.names, *sorted(Provider.__struct_fields__)] == [*rows[: len(RULES.names)], *sorted(members(rows))]


def members(rows: list[str]) -> set[str]:
    """Return the members the page tells of; two share a row."""
    return {*rows[len(RULES.names) :], "unreachable"}
