"""The nearest valid form of a body in Messages v1, and of bodies of the other version, both ways."""

from typing import Final

import pytest

from mockserver.contract.alternatives import Tag, tag_of
from mockserver.contract.check import MessagesContract
from mockserver.contract.failover import FailoverContract
from mockserver.contract.nearest import NOTHING, near, sample
from mockserver.contract.specs import Specs, load_specs
from mockserver.model import Json
from tests.contract import corpus, differential, send
from tests.contract.send_v1 import CARD, CONTEXT, HOST, REPLY, messenger, mms, rcs, renamed, sms, viber, whatsapp

SPECS: Final = load_specs()
CONTRACT: Final = FailoverContract(SPECS)
OLD: Final = MessagesContract(SPECS)
OUTBOUND: Final = SPECS.schemas("v1").outbound()
VIDEO: Final = {"url": f"{HOST}/a.mp4", "thumb_url": f"{HOST}/a.jpg"}
LINK: Final = {**REPLY, "type": "open_url", "url": HOST, "description": "d"}
WIDTH: Final = {"card_width": "SMALL"}


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        pytest.param(renamed(sms(), "channel", "chanel"), sms(), id="chanel"),
        pytest.param(renamed(sms(), "message_type", "mesage_type"), sms(), id="mesage_type"),
        pytest.param(renamed(sms(), "message_type", "type"), sms(), id="type"),
        pytest.param(renamed(sms(), "to", "recipient"), sms(), id="recipient"),
        pytest.param(renamed(sms(), "from", "form"), sms(), id="form"),
        pytest.param(renamed(renamed(sms(), "to", "number"), "text", "body"), sms(), id="number and body"),
        pytest.param(sms(to=["447700900141"]), sms(), id="recipient in a list"),
        pytest.param(sms(to=447700900141), sms(), id="recipient as a number"),
        pytest.param(sms(to={"type": "sms", "number": "+447700900141"}), sms(), id="recipient as in v0.1"),
        pytest.param(sms() | {"channel": ["SMS"]}, sms(), id="channel in a list"),
        pytest.param(whatsapp(channel=..., whatsapp={}), whatsapp(whatsapp={}), id="channel by its options"),
        pytest.param(sms() | {"message_type": "TEXT"}, sms(), id="capitals"),
        pytest.param(viber() | {"channel": "viber_service_msg"}, viber(), id="name of v0.1"),
        pytest.param(sms(text={"body": "Hi"}), sms(text="Hi"), id="text in an object"),
        pytest.param(sms(text=["Hi"]), sms(text="Hi"), id="text in a list"),
        pytest.param(sms(ttl="60", trusted_recipient="True"), sms(ttl=60, trusted_recipient=True), id="strings"),
        pytest.param(sms(text="x" * 1001, to=None), sms(text="x" * 1000, to="447700900123"), id="long text, no one"),
        pytest.param(
            whatsapp("document", document={"url": f"{HOST}/a.pdf"}),
            whatsapp("file", file={"url": f"{HOST}/a.pdf"}),
            id="document",
        ),
        pytest.param(whatsapp("image", text="Hi"), whatsapp(text="Hi"), id="text for image"),
        pytest.param(
            whatsapp(text=..., image={"link": "files.example.org/a.png", "caption": 7}),
            whatsapp("image", image={"url": f"{HOST}/a.png", "caption": "7"}),
            id="image for text",
        ),
        pytest.param(
            whatsapp("location", location={"latitude": 1.5}),
            whatsapp("custom", custom={"type": "location", "location": {"latitude": 1.5}}),
            id="location goes into custom",
        ),
        pytest.param(
            whatsapp("contact", contacts=[{"name": {}}]),
            whatsapp("custom", custom={"type": "contacts", "contacts": [{"name": {}}]}),
            id="contacts go into custom",
        ),
        pytest.param(
            mms("content", content={"type": "Image", "url": HOST}),
            mms("content", content=[{"type": "image", "url": HOST}]),
            id="one attachment, no list",
        ),
        pytest.param(
            whatsapp("sticker", sticker={"url": HOST, "id": "x"}), whatsapp("sticker", sticker={"url": HOST}), id="both"
        ),
        pytest.param(
            whatsapp("sticker", sticker={"link": HOST}), whatsapp("sticker", sticker={"url": HOST}), id="sticker link"
        ),
        pytest.param(whatsapp("sticker", sticker="x-7"), whatsapp("sticker", sticker={"id": "x-7"}), id="sticker id"),
        pytest.param(
            viber("video", video=VIDEO, viber_service={"duration": 30, "file_size": 4.0}),
            viber("video", video=VIDEO, viber_service={"duration": "30", "file_size": "4"}),
            id="numbers for strings",
        ),
        pytest.param(
            viber("video", video=VIDEO | {"duration": "30", "file_size": "4"}),
            viber("video", video=VIDEO, viber_service={"duration": "30", "file_size": "4"}),
            id="options inside the content",
        ),
        pytest.param(
            viber("video", video=VIDEO, viber_service_msg={"duration": 30, "file_size": 4}, ttl=60),
            viber("video", video=VIDEO, viber_service={"duration": "30", "file_size": "4", "ttl": 60}),
            id="options by the name of v0.1, and at the top",
        ),
        pytest.param(
            viber("file", file={"url": HOST, "name": f"{'n' * 30}.pdf"}),
            viber("file", file={"url": HOST, "name": f"{'n' * 21}.pdf"}),
            id="a long name keeps its extension",
        ),
        pytest.param(sms(sms={"ttl": "60"}, to="+447700900141"), sms(sms={}, ttl=60), id="ttl among the options"),
        pytest.param(
            whatsapp("template", template={"name": "a:b", "locale": "it", "parameters": [{"default": "x"}, 7]}),
            whatsapp("template", template={"name": "a:b", "parameters": ["x", "7"]}, whatsapp={"locale": "it"}),
            id="template as in v0.1",
        ),
        pytest.param(
            whatsapp("reaction", reaction={"action": "unreact"}, whatsapp={"context": "5e0f2c1d"}),
            whatsapp("reaction", reaction={"action": "unreact"}, whatsapp={}, context=CONTEXT),
            id="context among the options",
        ),
        pytest.param(
            messenger(tag="X", messenger={"category": "MESSAGE_TAG"}),
            messenger(messenger={"category": "message_tag", "tag": "X"}),
            id="tag at the top",
        ),
        pytest.param(
            rcs(suggestions={**LINK, "type": "open_link", "url": "files.example.org"}),
            rcs(suggestions=[LINK]),
            id="one suggestion of a type nearly right",
        ),
        pytest.param(
            rcs(suggestions=[renamed(LINK, "postback_data", "postbackData"), None, "Maybe"]),
            rcs(suggestions=[LINK, {"type": "reply", "text": "Maybe", "postback_data": "choice_1"}]),
            id="camel case, null, and a bare word",
        ),
        pytest.param(rcs(suggestions=[REPLY] * 12), rcs(suggestions=[REPLY] * 11), id="too many suggestions"),
        pytest.param(
            rcs("carousel", carousel=[CARD, renamed(CARD, "media_url", "url")], card_width="small"),
            rcs("carousel", carousel={"cards": [CARD, CARD]}, rcs=WIDTH),
            id="cards without their object, width at the top",
        ),
        pytest.param(
            rcs("card", card={**CARD, "media_force_refresh": "false"}, rcs={"card_orientation": "horizontal"}),
            rcs(
                "card",
                card={**CARD, "media_force_refresh": False},
                rcs={"card_orientation": "HORIZONTAL", "image_alignment": "LEFT"},
            ),
            id="horizontal card",
        ),
        pytest.param(
            sms(failover=[whatsapp(to="+447700900144"), "x", renamed(sms(), "from", "form")]),
            sms(failover=[whatsapp(), sms()]),
            id="items of a failover, the hopeless one left out",
        ),
        pytest.param(
            viber(viber_service_msg="x", to="+447700900142"), viber(viber_service_msg="x"), id="options that are none"
        ),
        pytest.param(
            send.whatsapp({"type": "image"}),
            whatsapp("image", image={"url": "https://cdn.example.org/picture.jpg"}),
            id="v0.1 without content",
        ),
        pytest.param(sms(failover=whatsapp()), sms(failover=[whatsapp()]), id="failover without its list"),
        pytest.param(sms(failover=["x"]), sms(), id="hopeless failover"),
        pytest.param(sms(failover=[send.sms(send.text("Hi"))]), sms(failover=[sms(text="Hi")]), id="item of v0.1"),
    ],
)
def test_nearest_form_keeps_what_can_be_kept(broken: Json, mended: Json) -> None:
    assert mended == CONTRACT.nearest(broken)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(send.sms(client_ref="basket-12"), sms(client_ref="basket-12"), id="SMS"),
        pytest.param(
            send.mms(send.media("image", f"{HOST}/a.png", caption="A")),
            mms("image", image={"url": f"{HOST}/a.png", "caption": "A"}, to="12025550141", **{"from": "51515"}),
            id="MMS image",
        ),
        pytest.param(
            send.viber(None, {"ttl": 60, "category": "promotion"}),
            viber(viber_service={"ttl": 60, "category": "promotion"}),
            id="Viber options",
        ),
        pytest.param(
            send.messenger(None, {"category": "message_tag", "tag": "X"}),
            messenger(messenger={"category": "message_tag", "tag": "X"}),
            id="Messenger tag",
        ),
        pytest.param(
            send.whatsapp(send.template(parameters=["a"]), {"locale": "it"}),
            whatsapp(
                "template", template={"name": "trattoria:booking", "parameters": ["a"]}, whatsapp={"locale": "it"}
            ),
            id="WhatsApp template",
        ),
        pytest.param(
            send.whatsapp(send.custom({"type": "location", "location": {"latitude": 1.5}})),
            whatsapp("custom", custom={"type": "location", "location": {"latitude": 1.5}}),
            id="WhatsApp custom object",
        ),
    ],
)
def test_a_body_of_one_version_is_translated_into_the_other(old: Json, new: Json) -> None:
    assert new == CONTRACT.nearest(old)
    assert old == OLD.nearest(new)


@pytest.mark.parametrize("version", ["v0.1", "v1"])
def test_every_cell_that_both_versions_have_is_translated(version: str) -> None:
    """And only those: of any other it is said which version has it."""
    other = "v1" if version == "v0.1" else "v0.1"
    judge = CONTRACT if other == "v1" else OLD
    for row in SPECS.capabilities.rows_in(version):
        if row.direction != "outbound" or row.schema is None:
            continue
        body = sample(SPECS.schemas(version).component(row.schema))
        there = SPECS.capabilities.row(row.channel, row.kind, "outbound", other)
        first, nearest = judge.check(body).violations[0], judge.nearest(body)

        assert (row.channel, row.kind) == (judge.check(body).channel, judge.check(body).kind)
        assert f"{version.replace('.', '_')}_body" == first.rule
        assert (there is not None and there.schema is not None) == (nearest is not None), row
        assert (nearest is None) == first.reason.endswith(" only."), row


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(None, id="null"),
        pytest.param([], id="list"),
        pytest.param({}, id="empty"),
        pytest.param(sms() | {"channel": "fax"}, id="no channel"),
        pytest.param(send.viber(send.template()), id="a kind that only v0.1 has"),
        pytest.param(send.viber(send.custom({"text": "x"})), id="a custom object that only v0.1 has"),
    ],
)
def test_no_nearest_form_where_none_is_near(body: Json) -> None:
    assert CONTRACT.nearest(body) is None


@pytest.mark.parametrize("branch", OUTBOUND)
def test_every_body_of_a_known_channel_has_a_valid_nearest_form(branch: str) -> None:
    bodies = [case.body for case in corpus.cases(SPECS.schemas("v1").component(branch)) if isinstance(case.body, dict)]
    known = [body for body in bodies[:: max(1, len(bodies) // 300)] if CONTRACT.check(body).channel]

    lacking = [body for body in known if not CONTRACT.check(CONTRACT.nearest(body)).is_valid]

    assert [] == lacking
    assert len(known) > 100


def test_every_broken_body_of_the_corpus_has_a_valid_nearest_form_if_its_channel_is_known() -> None:
    cases = [each for each in differential.cases(SPECS) if each.version == "v1" and each.method == "POST"]
    broken = [each for each in cases if not each.accept and each.rule != "v0_1_body"][::5]
    known = [each for each in broken if CONTRACT.check(each.body).channel]

    assert [] == [each for each in known if not CONTRACT.check(CONTRACT.nearest(each.body)).is_valid]
    assert len(known) > 1000


def test_a_valid_body_is_its_own_nearest_form() -> None:
    bodies = [sms(failover=[whatsapp(), sms()]), rcs(suggestions=[LINK]), viber(odd=None)]

    assert bodies == [CONTRACT.nearest(body) for body in bodies]


@pytest.mark.parametrize("branch", OUTBOUND)
def test_example_of_every_branch_is_valid_and_unremarkable(branch: str, specs: Specs) -> None:
    verdict = CONTRACT.check(sample(specs.schemas("v1").component(branch)))

    assert (branch, ()) == (verdict.branch, verdict.violations)
    assert {each.rule for each in verdict.findings} <= {"divergence", "sender_shape"}


@pytest.mark.parametrize(
    ("body", "nearest"),
    [
        ({"status": "reed"}, {"status": "read"}),
        ({"state": "revoked"}, {"status": "revoked"}),
        ("read", {"status": "read"}),
        (
            {"status": "read", "replying_indicator": {"show": "true"}},
            {"status": "read", "replying_indicator": {"show": True, "type": "text"}},
        ),
    ],
)
def test_nearest_form_of_an_update(body: Json, nearest: Json) -> None:
    assert nearest == CONTRACT.nearest_update(body)


def test_an_update_without_a_status_is_shown_one() -> None:
    assert {"status": "revoked"} == CONTRACT.nearest_update({})


@pytest.mark.parametrize(
    ("alternatives", "expected"),
    [
        ([{"type": "string"}, {"type": "array"}], None),
        ([{"properties": {"a": {"const": "x"}}}, {"properties": {"b": {"const": "y"}}}], None),
        ([{"properties": {"a": {"const": "x"}}}, {"properties": {"a": {"type": "string"}}}], None),
        (
            [{"properties": {"b": {}, "a": {"const": "x"}}}, {"properties": {"a": {"enum": ["y", "z"]}, "b": {}}}],
            Tag("a", (("x",), ("y", "z"))),
        ),
    ],
)
def test_alternatives_are_told_apart_by_a_member_that_has_constants_in_each(
    alternatives: list[Json], expected: Tag | None
) -> None:
    assert expected == tag_of(alternatives)


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "boolean"}, " TRUE ", True),
        ({"type": "boolean"}, 0, False),
        ({"type": "number"}, "51.5", 51.5),
        ({"type": "number"}, "7", 7),
        ({"type": "number"}, "nan", NOTHING),
        ({"type": "number"}, [7], NOTHING),
        ({"type": "boolean"}, "yes", NOTHING),
        ({"type": "string"}, [["a"]], NOTHING),
        ({"type": "string"}, ["a", "b"], "a"),
        ({"type": "string"}, {"type": "x", "number": "7"}, "7"),
        ({"type": "array", "minItems": 2, "items": {"type": "string", "examples": ["x"]}}, ["a"], ["a", "x"]),
        ({"type": "array", "maxItems": 1, "items": {"type": "string"}}, ["a", "b"], ["a"]),
    ],
)
def test_near_value(schema: Json, value: Json, expected: Json) -> None:
    assert expected == near(schema, value)
