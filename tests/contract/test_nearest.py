"""The nearest valid form of a body, and the small choices it is made of."""

import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.nearest import NOTHING, near, sample
from mockserver.contract.schemas import Schemas
from mockserver.contract.specs import load_specs
from mockserver.model import Json
from tests.contract import corpus
from tests.contract.send import custom, media, messenger, mms, sms, template, text, viber, whatsapp

OUTBOUND = load_specs().schemas("v0.1").outbound()


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        pytest.param(sms(to="+44 7700 900141"), sms(to={"number": "447700900141", "type": "sms"}), id="flat recipient"),
        pytest.param(
            sms({"tetx": "Hi"}, to={"type": "sms", "id": 447700900141}, client_ref="n" * 41),
            sms({"type": "text", "text": "Hi"}, to={"type": "sms", "number": "447700900141"}, client_ref="n" * 40),
            id="everything at once",
        ),
        pytest.param(sms(text("n" * 1200)), sms(text("n" * 1000)), id="long text"),
        pytest.param(sms(text("")), sms(text("Your table is ready")), id="nothing to go by"),
        pytest.param(sms("Hi"), sms(text("Hi")), id="flat content"),
        pytest.param(
            mms({"type": "picture", "image": "files.example.org/a.png"}),
            mms(media("image", "https://files.example.org/a.png")),
            id="picture",
        ),
        pytest.param(
            viber(None, {"ttl": "20", "category": "Promotional"}),
            viber(None, {"ttl": 30, "category": "promotion"}),
            id="options",
        ),
        pytest.param(viber(None, {"ttl": True}), viber(None, {}), id="an option beyond repair is dropped"),
        pytest.param(
            whatsapp({**template(parameters=["a", {"default": "b"}, 7]), "whatsapp": {"locale": "it"}}),
            whatsapp(template(parameters=["a", "b", "7"]), {"locale": "it"}),
            id="mixed parameters, options inside the content",
        ),
        pytest.param(
            whatsapp(template(parameters=[{"default": "a"}, "b"]), {"policy": "fallback"}),
            whatsapp(
                template(parameters=[{"default": "a"}, {"default": "b"}]),
                {"policy": "deterministic", "locale": "en-GB"},
            ),
            id="mixed parameters the other way, no locale",
        ),
        pytest.param(
            messenger(None, {"category": "message_tag"}),
            messenger(None, {"category": "message_tag", "tag": "CONFIRMED_EVENT_UPDATE"}),
            id="no tag",
        ),
        pytest.param(
            whatsapp({"type": "location", "location": {"latitude": 1.5, "longitude": 2.5}}),
            whatsapp(custom({"type": "location", "location": {"latitude": 1.5, "longitude": 2.5}})),
            id="location goes into custom",
        ),
        pytest.param(
            sms(media("image", "https://files.example.org/a.png"), client_ref="basket-12"),
            sms(text("Your table is ready"), client_ref="basket-12"),
            id="impossible kind",
        ),
        pytest.param(
            {
                "channel": "viber_service",
                "message_type": "text",
                "to": "447700900142",
                "from": "40772",
                "text": "Hi",
                "viber_service": {"category": "promotion"},
                "client_ref": "basket-12",
            },
            viber(text("Hi"), {"category": "promotion"}, client_ref="basket-12"),
            id="v1 body",
        ),
        pytest.param(
            {"channel": "sms", "message_type": 7, "to": "447700900141", "from": "TRATTORIA", "text": "Hi"},
            sms(text("Hi")),
            id="v1 body with a number for its type",
        ),
        pytest.param(
            {"channel": "sms", "message_type": "haiku", "to": "447700900141", "from": "TRATTORIA"},
            sms(text("Your table is ready")),
            id="v1 body without content",
        ),
    ],
)
def test_nearest_form_keeps_what_can_be_kept(broken: Json, mended: Json, contract: MessagesContract) -> None:
    assert mended == contract.nearest(broken)


def test_messenger_template_becomes_a_custom_object(contract: MessagesContract) -> None:
    nearest = contract.nearest(messenger(template()))

    assert nearest is not None
    assert {"attachment"} == set(nearest["message"]["content"]["custom"])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(None, id="null"),
        pytest.param([], id="list"),
        pytest.param({}, id="empty"),
        pytest.param({"to": {"type": "fax"}}, id="no channel"),
        pytest.param({"channel": "fax", "message_type": "text"}, id="v1, no channel"),
        pytest.param(messenger(custom({"type": "location"})), id="a custom object the channel cannot carry"),
    ],
)
def test_no_nearest_form_where_none_is_near(body: Json, contract: MessagesContract) -> None:
    assert contract.nearest(body) is None


@pytest.mark.parametrize("branch", OUTBOUND)
def test_every_body_of_a_known_channel_has_a_valid_nearest_form(
    branch: str, contract: MessagesContract, schemas: Schemas
) -> None:
    bodies = [case.body for case in corpus.cases(schemas.component(branch)) if isinstance(case.body, dict)]
    known = [body for body in bodies if contract.check(body).channel]

    lacking = [body for body in known if not contract.check(contract.nearest(body)).is_valid]

    assert [] == lacking
    assert len(known) > 150


@pytest.mark.parametrize("branch", OUTBOUND)
def test_a_valid_body_is_its_own_nearest_form(branch: str, contract: MessagesContract, schemas: Schemas) -> None:
    bodies = [case.body for case in corpus.cases(schemas.component(branch))]
    valid = [body for body in bodies if contract.check(body).is_valid]

    assert valid == [contract.nearest(body) for body in valid]
    assert len(valid) > 30


@pytest.mark.parametrize("branch", OUTBOUND)
def test_example_of_every_branch_is_valid_and_unremarkable(
    branch: str, contract: MessagesContract, schemas: Schemas
) -> None:
    verdict = contract.check(sample(schemas.component(branch)))

    assert (branch, ()) == (verdict.branch, verdict.violations)
    assert {each.rule for each in verdict.findings} <= {"divergence", "sender_shape"}


NUMBER = {"type": "string", "pattern": "^[1-9][0-9]{6,14}$"}
URL = {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^/?# ]"}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (NUMBER, "+44.7700/900-141", "447700900141"),
        (NUMBER, 447700900141, "447700900141"),
        (NUMBER, 447700900141.0, "447700900141"),
        (NUMBER, {"number": "+447700900141"}, "447700900141"),
        (NUMBER, {"a": "1", "b": "2"}, NOTHING),
        (NUMBER, True, NOTHING),
        (NUMBER, "٤٤٧٧٠٠٩٠٠١٤١", NOTHING),
        (URL, " https://example.org", "https://example.org"),
        (URL, "http:/example.org", "http://example.org"),
        (URL, "//example.org/a", "https://example.org/a"),
        (URL, "www.example.org", "https://www.example.org"),
        (URL, "mailto:ida@example.org", NOTHING),
        ({"type": "integer", "minimum": 30, "maximum": 60}, " 45 ", 45),
        ({"type": "integer", "minimum": 30, "maximum": 60}, 12.6, 30),
        ({"type": "integer", "minimum": 30, "maximum": 60}, 1e300, 60),
        ({"type": "integer", "minimum": 30, "maximum": 60}, float("inf"), NOTHING),
        ({"type": "integer", "minimum": 30, "maximum": 60}, "soon", NOTHING),
        ({"type": "integer", "minimum": 30, "maximum": 60}, [45], NOTHING),
        ({"enum": ["transaction", "promotion", None]}, "PROMOTION", "promotion"),
        ({"enum": ["transaction", "promotion", None]}, "weekly", NOTHING),
        ({"enum": ["deterministic", None]}, "fallback", "deterministic"),
        ({"const": "sms"}, 7, "sms"),
        ({"type": "array", "items": {"type": "string"}}, 7, ["7"]),
        ({"type": "array", "items": {"type": "string"}}, [True], NOTHING),
        ({"type": "object", "minProperties": 1}, {}, NOTHING),
        ({"type": "null"}, 7, NOTHING),
    ],
)
def test_near_value(schema: Json, value: Json, expected: Json) -> None:
    assert expected == near(schema, value)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"const": "sms"}, "sms"),
        ({"type": "string", "examples": ["a", "b"]}, "a"),
        ({"enum": ["x", "y"]}, "x"),
        ({"anyOf": [{"enum": ["x"]}, {"enum": ["y"]}]}, "x"),
        ({"type": "array", "items": {"const": 7}}, [7]),
        ({"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 2}}, "required": ["b"]}, {"b": 2}),
    ],
)
def test_sample_is_made_of_what_the_schema_offers(schema: Json, expected: Json) -> None:
    assert expected == sample(schema)
