"""Cases for webhook endpoints: what is called valid is valid by our documents, and each sort of case is there."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockserver.core.places import places, put, removed
from mockserver.fuzz import bodies
from mockserver.fuzz.cases import Case, FreshIds, Hook, Material, Renamer, Talk, bytes_of, lines_of, shown
from mockserver.fuzz.making import Making
from mockserver.fuzz.plain import Plain
from mockserver.model import Json
from mockserver.service.versions import versions_of
from tests.fuzz.conftest import known

CHANNELS = ("sms", "mms", "rcs", "viber", "messenger", "whatsapp")
VERSIONS = versions_of(known(), exact=False)
TALK = Talk("22222222-2222-4222-8222-222222222222", "whatsapp", "v0.1", "447700900201", "12015550100")
MATERIAL = Material(CHANNELS, ("v0.1", "v1"), ("inbound", "status"), ("yes",), (TALK,), is_signed=True)
NAMES = {"inbound": "inbound-message", "status": "message-status"}
FEW = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None, phases=[Phase.generate])


def mistakes(hook: Hook) -> tuple[object, ...]:
    """Return what is wrong with a webhook by the documents of both versions; nothing if one of them takes it."""
    found = [VERSIONS.contracts[each].webhook_violations(NAMES[hook.event], hook.body) for each in ("v0.1", "v1")]
    return min(found, key=len)


def plain() -> Iterator[Hook]:
    """Return the webhooks of all plain cases."""
    return (hook for case in Plain(MATERIAL, VERSIONS).cases() for hook in case.hooks)


@FEW
@given(Making(MATERIAL).cases())
def test_made_webhooks_that_are_called_valid_are(case: Case) -> None:
    assert [] == [mistakes(each) for each in case.hooks if each.sort == "valid" and mistakes(each)]


def test_plain_webhooks_that_are_called_valid_are() -> None:
    assert [] == [(each, mistakes(each)) for each in plain() if each.sort == "valid" and mistakes(each)]


def test_every_sort_of_plain_webhook_is_there() -> None:
    counts = Counter((each.event, each.sort, each.is_ours) for each in plain())

    sorts = {(event, sort, False) for event in NAMES for sort in ("valid", "unknown", "broken")}
    assert sorts | {(event, "valid", True) for event in NAMES} == set(counts)


def test_no_plain_case_is_there_twice() -> None:
    cases = list(Plain(MATERIAL, VERSIONS).cases())

    assert len(cases) == len({repr(each) for each in cases})


@pytest.mark.parametrize(
    ("material", "sorts"),
    [
        (Material(CHANNELS, ("v1",), ("status",), ()), {"status"}),
        (Material(("rcs",), ("v0.1",), ("inbound",), ()), {"inbound"}),
    ],
)
def test_only_what_is_asked_for_is_tried(material: Material, sorts: set[str]) -> None:
    hooks = [hook for case in Plain(material, VERSIONS).cases() for hook in case.hooks]

    assert sorts == {each.event for each in hooks}
    assert {"right"} == {each.token for each in hooks}


CELLS = [
    (version, channel) for version in ("v0.1", "v1") for channel in CHANNELS if (version, channel) != ("v0.1", "rcs")
]


@pytest.mark.parametrize(("version", "channel"), CELLS)
@settings(max_examples=10, suppress_health_check=list(HealthCheck), deadline=None, phases=[Phase.generate])
@given(data=st.data())
def test_bodies_are_valid(version: str, channel: str, data: st.DataObject) -> None:
    contract = VERSIONS.contracts[version]

    status = data.draw(bodies.status_webhooks(version, channel))

    assert () == contract.webhook_violations("message-status", status)
    inbound = data.draw(bodies.inbound_webhooks(version, channel))
    assert () == contract.webhook_violations("inbound-message", inbound)


def test_a_channel_that_a_version_does_not_have_has_no_bodies() -> None:
    assert "nothing()" == repr(bodies.inbound_webhooks("v0.1", "rcs"))
    assert "nothing()" == repr(bodies.status_webhooks("v0.1", "rcs"))


VALUE: Json = {"a": [1, {"b": None}], "c": {}}


def test_every_place_is_found() -> None:
    assert [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b"), ("c",)] == [place for place, _ in places(VALUE)]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((), "new"),
        (("a",), {"a": "new", "c": {}}),
        (("a", 1, "b"), {"a": [1, {"b": "new"}], "c": {}}),
        (("c", "d"), {"a": [1, {"b": None}], "c": {"d": "new"}}),
    ],
)
def test_a_value_is_put_in_a_place(place: tuple[str | int, ...], expected: Json) -> None:
    assert expected == put(VALUE, place, "new")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (("a",), {"c": {}}),
        (("a", 0), {"a": [{"b": None}], "c": {}}),
        (("a", 1, "b"), {"a": [1, {}], "c": {}}),
    ],
)
def test_a_value_is_taken_away(place: tuple[str | int, ...], expected: Json) -> None:
    assert expected == removed(VALUE, place)


def test_a_case_is_told_in_words() -> None:
    hooks = (
        Hook("status", {"a": 1}, copies=2, is_ours=True, about="Throttled"),
        Hook("inbound", b"\xff\n", "broken", "unsigned"),
    )

    assert [
        "the system is asked to send a message (--ask 1)",
        'status webhook about that message (Throttled), 2 times: {"a":1}',
        "inbound webhook; it has no token at all: \\xff\\n",
    ] == list(lines_of(Case(hooks, 0)))


def test_a_long_body_is_cut() -> None:
    assert shown("x" * 1000).endswith("... (1002 characters)")


def test_bodies_are_sent_compact_and_raw_ones_as_they_are() -> None:
    assert (b'{"a":"\xc3\xa9"}', b"raw") == (bytes_of({"a": "é"}), bytes_of(b"raw"))


@pytest.mark.parametrize("body", [b"raw", [1], {"message_uuid": 7}, {"status": "read"}])
def test_what_has_no_id_stays_as_it_is(body: Json) -> None:
    assert body == Renamer(FreshIds(1)).renamed(body)
