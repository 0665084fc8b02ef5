"""Bodies of v1 that no client should send: torn characters, endless nesting, endless lists; none may raise or last."""

import json
import time
from copy import deepcopy
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.check import MessagesContract
from mockserver.contract.failover import FailoverContract
from mockserver.contract.reasons import MOST
from mockserver.contract.specs import load_specs
from mockserver.model import Json
from mockserver.service.versions import versions_of
from tests.contract.send_v1 import CARD, HOST, REPLY, mms, rcs, sms, whatsapp
from tests.contract.test_robust import HALF, JSON, nested

SPECS: Final = load_specs()
CONTRACT: Final = FailoverContract(SPECS)
OLD: Final = MessagesContract(SPECS)
DIALECT: Final = versions_of(SPECS, exact=False).v1
HALF_A_MILLION: Final = 500_000
LONGEST_S: Final = 20.0
"""Seconds of computing that the worst body may take, with coverage counting every line; it once took over a minute."""
_MEMBERS: Final = st.sampled_from(
    ["channel", "message_type", "to", "from", "text", "image", "failover", "suggestions", "rcs", "content", "card", "x"]
)
_KINDS: Final = st.sampled_from([sms(), whatsapp("sticker", sticker={}), rcs(suggestions=[REPLY]), rcs("card")])


@given(JSON)
def test_any_json_gets_a_verdict_and_keeps_its_value(body: Json) -> None:
    before = deepcopy(body)

    verdict = CONTRACT.check(body)
    nearest = CONTRACT.nearest(body)

    assert before == body
    assert nearest is None or CONTRACT.check(nearest).is_valid
    assert verdict.branch is not None or not verdict.is_valid


@given(_KINDS, st.dictionaries(_MEMBERS, JSON, min_size=1, max_size=4))
def test_any_members_get_a_verdict_an_answer_and_a_translation(body: Json, members: dict[str, Json]) -> None:
    changed = body | members

    verdict = CONTRACT.check(changed)
    nearest, old = CONTRACT.nearest(changed), OLD.nearest(changed)

    assert all(each.reason for each in verdict.violations)
    assert verdict.is_valid or DIALECT.refusal(verdict.violations).status == 422
    assert nearest is None or CONTRACT.check(nearest).is_valid
    assert old is None or OLD.check(old).is_valid


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (sms(text=HALF), "text"),
        (sms(client_ref=HALF), "client_ref"),
        (sms() | {"channel": HALF}, "channel"),
        (rcs(suggestions=[REPLY, {**REPLY, "text": HALF}]), "suggestions[1].text"),
        (mms("content", content=[{"type": "image", "url": HOST, "caption": HALF}]), "content[0].caption"),
        (sms(failover=[whatsapp(text=HALF)]), "failover[0].text"),
        (sms(failover=[{HALF: 1}]), "failover[0].?"),
    ],
)
def test_half_a_surrogate_pair_is_a_violation_where_it_stands(body: Json, name: str) -> None:
    found = {(each.name, each.rule) for each in CONTRACT.check(body).violations}

    assert (name, "unicode") in found


def test_reason_of_a_torn_body_can_be_written() -> None:
    verdict = CONTRACT.check(sms(text=HALF * 1001, failover=[whatsapp(text=HALF, **{HALF: HALF})]))

    for each in verdict.violations:
        json.dumps([each.name, each.reason, each.found, each.nearest], ensure_ascii=False).encode()
    assert len(verdict.violations) > 3


@pytest.mark.parametrize("depth", [90, 300, 900])
def test_deep_custom_object_passes(depth: int) -> None:
    assert () == CONTRACT.check(whatsapp("custom", custom=nested(depth))).violations


@pytest.mark.parametrize("depth", [90, 300, 900, 5000])
def test_deep_body_is_refused_for_what_is_wrong_with_it(depth: int) -> None:
    body = whatsapp("custom", custom=nested(depth), to="7", deep=nested(depth), failover=[sms(deep=nested(depth))])

    assert ["to"] == [each.name for each in CONTRACT.check(body).violations]
    assert CONTRACT.nearest(body) is not None


@pytest.mark.parametrize("depth", [90, 900])
def test_failover_in_failover_without_end_is_remarked_upon_once(depth: int) -> None:
    body = sms()
    for _ in range(depth):
        body = sms(failover=[body])

    verdict = CONTRACT.check(body)

    assert () == verdict.violations
    assert ["nested_failover"] == [each.rule for each in verdict.findings]


@pytest.mark.parametrize("value", [10**400, -(10**400), 1e308, float("inf"), float("nan"), -0.0])
def test_numbers_without_end_are_refused(value: float) -> None:
    assert ["to", "trusted_recipient"] == [
        each.name for each in CONTRACT.check(sms(to=value, trusted_recipient=value)).violations
    ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(rcs(suggestions=[1] * HALF_A_MILLION), id="wrong suggestions"),
        pytest.param(rcs(suggestions=[{"type": "x"}] * HALF_A_MILLION), id="suggestions of no type"),
        pytest.param(rcs(suggestions=[REPLY] * HALF_A_MILLION), id="right suggestions, far too many"),
        pytest.param(rcs("card", card={**CARD, "suggestions": [{}] * HALF_A_MILLION}), id="suggestions of a card"),
        pytest.param(rcs("carousel", carousel={"cards": [{}] * HALF_A_MILLION}), id="cards"),
        pytest.param(mms("content", content=[{"type": "x"}] * HALF_A_MILLION), id="attachments"),
        pytest.param(sms(failover=[1] * HALF_A_MILLION), id="wrong items"),
        pytest.param(sms(failover=[{}] * HALF_A_MILLION), id="empty items"),
        pytest.param(sms(failover=[rcs(suggestions=[{}] * 5000)] * 100), id="lists within lists"),
        pytest.param(sms(to=["x"] * HALF_A_MILLION), id="recipients"),
        pytest.param({"channel": ["x"] * HALF_A_MILLION}, id="channels"),
    ],
)
def test_a_list_without_end_is_refused_at_once(body: Json) -> None:
    begun_s = time.process_time()

    verdict = CONTRACT.check(body)
    nearest = CONTRACT.nearest(body)

    assert verdict.violations
    assert len(verdict.violations) <= 2 * MOST
    assert nearest is None
    assert time.process_time() - begun_s < LONGEST_S


def test_failover_may_be_as_long_as_a_body_can_hold() -> None:
    begun_s = time.process_time()

    verdict = CONTRACT.check(sms(failover=[sms()] * 20_000))

    assert verdict.is_valid
    assert time.process_time() - begun_s < LONGEST_S


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(sms(text="n" * 3_000_000), id="text"),
        pytest.param(sms() | {f"m{number}": number for number in range(200_000)}, id="members"),
        pytest.param(sms(to="7" * 3_000_000, client_ref="é" * 1_500_000), id="number and reference"),
        pytest.param(whatsapp("custom", custom={f"m{number}": "x" * 10 for number in range(150_000)}), id="custom"),
    ],
)
def test_a_body_of_three_megabytes_is_judged_at_once(body: Json) -> None:
    begun_s = time.process_time()

    verdict = CONTRACT.check(body)
    nearest = CONTRACT.nearest(body)

    assert CONTRACT.check(nearest).is_valid
    assert all(len(each.reason) < 400 for each in verdict.violations)
    assert time.process_time() - begun_s < LONGEST_S


def test_a_wrong_item_far_down_a_list_is_refused_too() -> None:
    body = mms("content", content=[*[{"type": "image", "url": HOST}] * 1000, {}])

    (violation,) = CONTRACT.check(body).violations

    assert violation.reason.startswith("A list of the body breaks the contract behind its first 500 items")
