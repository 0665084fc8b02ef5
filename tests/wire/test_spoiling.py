"""Webhooks spoilt on purpose: which tries, and what they look like."""

import json

import pytest

from mockserver.core.faults import KINDS
from mockserver.model import DeliveryFault
from mockserver.wire import spoiling

BODY = b'{"text":"Gr\xc3\xbc\xc3\x9fe"}'
WHOLE = [each.name for each in KINDS if each.on == "webhooks" and not each.per_try]
TRIES = [each.name for each in KINDS if each.per_try]


@pytest.mark.parametrize("do", TRIES)
def test_every_try_is_spoilt_unless_the_fault_says_how_many(do: str) -> None:
    always, once = DeliveryFault(do, "f1"), DeliveryFault(do, "f1", tries=1)

    assert [always, always] == [spoiling.fault_of_try(always, number) for number in (1, 2)]
    assert [once, None] == [spoiling.fault_of_try(once, number) for number in (1, 2)]


@pytest.mark.parametrize("do", WHOLE)
def test_no_try_is_spoilt_by_a_fault_on_the_webhook_as_a_whole(do: str) -> None:
    assert spoiling.fault_of_try(DeliveryFault(do, "f1"), 1) is None


def test_no_try_is_spoilt_without_a_fault() -> None:
    assert spoiling.fault_of_try(None, 1) is None


def test_a_truncated_body_is_half_and_no_json() -> None:
    sent = spoiling.body_of(DeliveryFault("truncate", "f1"), BODY)

    assert BODY[: len(BODY) // 2] == sent
    with pytest.raises(json.JSONDecodeError):
        json.loads(sent)


@pytest.mark.parametrize("body", [BODY, b"{}"])
def test_a_changed_body_is_json_with_one_member_more(body: bytes) -> None:
    sent = spoiling.body_of(DeliveryFault("changed_body", "f1"), body)

    assert {**json.loads(body), "changed_on_purpose": True} == json.loads(sent)


@pytest.mark.parametrize("do", ["unsigned", "wrong_signature", "stale_signature", "trickle"])
def test_other_faults_leave_the_body(do: str) -> None:
    assert BODY == spoiling.body_of(DeliveryFault(do, "f1"), BODY)


def test_each_fault_of_signatures_changes_one_thing() -> None:
    found = {
        do: (
            spoiling.is_signed(DeliveryFault(do, "f1")),
            spoiling.secret_of(DeliveryFault(do, "f1"), "secret"),
            spoiling.issued_s_of(DeliveryFault(do, "f1"), 100_000.0),
        )
        for do in ("unsigned", "wrong_signature", "stale_signature", "changed_body")
    }

    assert {
        "unsigned": (False, "secret", 100_000.0),
        "wrong_signature": (True, "not secret", 100_000.0),
        "stale_signature": (True, "secret", 13_600.0),
        "changed_body": (True, "secret", 100_000.0),
    } == found
