"""Bodies that no client should send: torn characters, endless nesting, numbers without end; none may raise."""

import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.check import MessagesContract
from mockserver.contract.reasons import MOST
from mockserver.contract.specs import load_specs
from mockserver.model import Json
from tests.bodies import body_of
from tests.contract.send import custom, media, sms, text, whatsapp

CONTRACT = MessagesContract(load_specs())
HALF = "\ud83c"
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
_NAMES = st.sampled_from(
    [
        "from",
        "to",
        "message",
        "content",
        "type",
        "text",
        "number",
        "id",
        "image",
        "url",
        "whatsapp",
        "custom",
        "channel",
    ]
)
_WORDS = st.sampled_from(["sms", "mms", "viber_service_msg", "messenger", "whatsapp", "text", "image", "custom", "fax"])
JSON = st.recursive(
    _SCALARS | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | st.text(max_size=3), inner, max_size=6),
    max_leaves=25,
)


def nested(depth: int) -> Json:
    """Return an object inside an object, and so on."""
    value: Json = {"end": 1}
    for _ in range(depth):
        value = {"in": value}
    return value


@given(JSON)
def test_any_json_gets_a_verdict_and_keeps_its_value(body: Json) -> None:
    before = deepcopy(body)

    verdict = CONTRACT.check(body)
    nearest = CONTRACT.nearest(body)

    assert before == body
    assert nearest is None or CONTRACT.check(nearest).is_valid
    assert verdict.branch is not None or not verdict.is_valid


@given(JSON, st.sampled_from(["from", "to", "message", "client_ref", "other"]))
def test_any_member_gets_a_verdict(member: Json, name: str) -> None:
    body = whatsapp() | {name: member}

    verdict = CONTRACT.check(body)

    assert all(each.reason for each in verdict.violations)
    assert CONTRACT.nearest(body) is None or CONTRACT.check(CONTRACT.nearest(body)).is_valid


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (sms(text(HALF)), "message.content.text"),
        (sms(text("a" * 50 + HALF)), "message.content.text"),
        (sms(client_ref=HALF), "client_ref"),
        (sms(**{HALF: 1}), "?"),
        (sms(x={"y": [{"é": HALF}]}), "x.y[0].é"),
        (whatsapp(custom({"a": HALF})), "message.content.custom.a"),
        (sms() | {"to": {"type": HALF}}, "to.type"),
    ],
)
def test_half_a_surrogate_pair_is_a_violation_where_it_stands(
    body: Json, name: str, contract: MessagesContract
) -> None:
    found = {(each.name, each.rule) for each in contract.check(body).violations}

    assert (name, "unicode") in found


def test_reason_of_a_torn_body_can_be_written(contract: MessagesContract) -> None:
    verdict = contract.check(sms(text(HALF * 1001), **{HALF: HALF}))

    for each in verdict.violations:
        json.dumps([each.name, each.reason, each.found, each.nearest], ensure_ascii=False).encode()
    assert 4 == len(verdict.violations)


def test_whole_astral_characters_pass(contract: MessagesContract) -> None:
    assert () == contract.check(sms(text("\U0001f35d é ñ 漢"))).violations


@pytest.mark.parametrize("depth", [90, 300, 900])
def test_deep_custom_object_passes(depth: int, contract: MessagesContract) -> None:
    assert () == contract.check(whatsapp(custom(nested(depth)))).violations


@pytest.mark.parametrize("depth", [90, 300, 900, 5000])
def test_deep_body_is_refused_for_what_is_wrong_with_it(depth: int, contract: MessagesContract) -> None:
    body = whatsapp(custom(nested(depth)), to={"type": "whatsapp", "number": "7"}, deep=nested(depth))

    assert ["to.number"] == [each.name for each in contract.check(body).violations]
    assert contract.nearest(body) is not None


def test_torn_characters_in_a_deep_body_are_noticed(contract: MessagesContract) -> None:
    body = whatsapp(custom({"deep": nested(5000), "torn": HALF}))

    assert ["message.content.custom.torn"] == [each.name for each in contract.check(body).violations]


@pytest.mark.parametrize("value", [10**400, -(10**400), 1e308, float("inf"), float("nan"), -0.0])
def test_numbers_without_end_are_refused(value: float, contract: MessagesContract) -> None:
    assert ["to.number"] == [each.name for each in contract.check(sms(to={"type": "sms", "number": value})).violations]


def test_types_that_cannot_be_keys_are_refused(contract: MessagesContract) -> None:
    body = sms({"type": ["text"], "text": "Hi"}, to={"type": {"a": 1}, "number": "447700900141"})

    verdict = contract.check(body)

    assert [("to.type", "channel"), ("message.content.type", "kind")] == [
        (each.name, each.rule) for each in verdict.violations
    ]


def test_check_leaves_no_trace_between_bodies(contract: MessagesContract) -> None:
    bad, good = sms(media("image", "x")), sms()

    first = [contract.check(bad), contract.check(good)]
    again = [contract.check(good), contract.check(bad)]

    assert first == again[::-1]


def test_a_list_of_half_a_million_wrong_items_is_refused_at_once(contract: MessagesContract) -> None:
    """It once took a minute, in which the server did nothing else."""
    body = body_of("whatsapp", "template")
    body["message"]["content"]["template"]["parameters"] = [1] * 500_000

    verdict = contract.check(body)

    assert len(verdict.violations) == MOST
    assert contract.nearest(body) is None


def test_a_wrong_item_far_down_a_list_is_refused_too(contract: MessagesContract) -> None:
    body = body_of("whatsapp", "template")
    body["message"]["content"]["template"]["parameters"] = [*["a"] * 1000, 1]

    (violation,) = contract.check(body).violations

    assert violation.reason.startswith("A list of the body breaks the contract behind its first 500 items")


@pytest.mark.parametrize("content", [{"type": None}, {"type": None, "text": "x"}])
def test_a_null_type_is_refused_with_a_reason(contract: MessagesContract, content: Json) -> None:
    body = body_of("sms", "text")
    body["message"]["content"] = content

    assert "message.content.type" in {each.name for each in contract.check(body).violations}


def test_two_null_channels_are_refused_with_reasons(contract: MessagesContract) -> None:
    body = body_of("sms", "text")
    body["from"]["type"] = body["to"]["type"] = None

    assert {"to.type", "from.type"} <= {each.name for each in contract.check(body).violations}
