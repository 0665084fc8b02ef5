"""Every generated value, held against the documents; every cell reached; the simplest values small and readable."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, TypeVar

import jsonschema_rs
import phonenumbers
import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import find as find_slowly
from hypothesis import strategies as st

from mockserver.contract.schemas import expanded
from mockserver.core import lifecycle
from mockserver.core.fake import FICTION
from mockserver.core.forms import FORMS, V0_1, V1, found_at
from mockserver.core.segments import segments
from mockserver.model import Json, Status
from mockserver.strategies import (
    RULES,
    BrokenBody,
    ErrorAnswer,
    broken_bodies,
    error_answers,
    inbound_webhooks,
    phone_numbers,
    send_bodies,
    status_sequences,
    status_webhooks,
    texts,
)
from mockserver.strategies.known import Cell, cells, documents

_FEW = settings(max_examples=3, phases=[Phase.generate], database=None)
_ENOUGH = settings(max_examples=60, database=None)
"""Fewer than usual to save time; health checks and deadline are those of any run."""
_OUTBOUND, _INBOUND = cells("outbound", None, None, None), cells("inbound", None, None, None)
_UUID: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_VERSIONS: Final = tuple(FORMS)
Value = TypeVar("Value")


def find(strategy: st.SearchStrategy[Value], condition: Callable[[Value], bool]) -> Value:
    """Return the smallest value that fits; the reasons why, which Hypothesis would seek too, take most of the time."""
    phases = [Phase.generate, Phase.shrink]
    return find_slowly(strategy, condition, settings=settings(max_examples=2000, phases=phases, database=None))


def _id(cell: Cell) -> str:
    return f"{cell.version}-{cell.channel.name}-{cell.row.kind}"


def _cell_of(version: str, body: Json) -> tuple[Json, Json]:
    """Return the channel and kind that a body names."""
    form = FORMS[version]
    return found_at(body, form.channel_at[0]), found_at(body, form.kind_at)


def _violations_of_webhook(version: str, name: str, body: Json) -> object:
    return documents().contracts[version].webhook_violations(name, body)


@pytest.mark.parametrize("cell", _OUTBOUND, ids=_id)
@_FEW
@given(data=st.data())
def test_body_of_each_cell_is_accepted_and_nothing_is_odd_about_it(cell: Cell, data: st.DataObject) -> None:
    body = data.draw(send_bodies(cell.version, cell.channel.name, cell.row.kind))

    verdict = documents().contracts[cell.version].check(body)

    assert () == verdict.violations
    assert [] == [each for each in verdict.findings if each.rule != "divergence"]
    wire_name = cell.channel.names[cell.version]
    assert (wire_name, cell.row.through or cell.row.kind) == _cell_of(cell.version, body)


@pytest.mark.parametrize("cell", _INBOUND, ids=_id)
@_FEW
@given(data=st.data())
def test_inbound_webhook_of_each_cell_passes_its_contract(cell: Cell, data: st.DataObject) -> None:
    body = data.draw(inbound_webhooks(cell.version, cell.channel.name, cell.row.kind))

    assert () == _violations_of_webhook(cell.version, "inbound-message", body)
    assert (cell.channel.names[cell.version], cell.row.kind) == _cell_of(cell.version, body)


def test_cells_are_those_of_both_versions() -> None:
    rows = documents().specs.capabilities.rows
    wanted = {(each.dialect, each.channel, each.kind, each.direction) for each in rows if each.is_supported}

    found = {(each.version, each.channel.name, each.row.kind, each.row.direction) for each in (*_OUTBOUND, *_INBOUND)}
    assert wanted == found
    assert {V0_1, V1} == {each.version for each in _OUTBOUND} == {each.version for each in _INBOUND}


@_ENOUGH
@given(st.sampled_from(_VERSIONS).flatmap(lambda version: st.tuples(st.just(version), send_bodies(version))))
def test_body_of_any_cell_is_accepted(pair: tuple[str, Json]) -> None:
    version, body = pair

    assert () == documents().contracts[version].check(body).violations


@pytest.mark.parametrize("version", _VERSIONS)
def test_any_inbound_webhook_passes_its_contract(version: str) -> None:
    @_ENOUGH
    @given(inbound_webhooks(version))
    def check(body: Json) -> None:
        assert () == _violations_of_webhook(version, "inbound-message", body)

    check()


@pytest.mark.parametrize("version", _VERSIONS)
def test_any_status_webhook_passes_its_contract(version: str) -> None:
    @_ENOUGH
    @given(status_webhooks(version))
    def check(body: Json) -> None:
        assert () == _violations_of_webhook(version, "message-status", body)
        assert str is type(body["status"])

    check()


@pytest.mark.parametrize("status", ["submitted", "delivered", "read", "rejected", "undeliverable"])
def test_status_webhook_is_of_the_status_named(status: str) -> None:
    assert status == find(status_webhooks("v1", "whatsapp", status), lambda _: True)["status"]


@pytest.mark.parametrize("version", _VERSIONS)
def test_failed_status_comes_with_an_error_and_without(version: str) -> None:
    failed = status_webhooks(version, "sms", "rejected")

    assert "error" in find(failed, lambda body: "error" in body)
    assert "error" not in find(failed, lambda body: "error" not in body)


@_ENOUGH
@given(broken_bodies())
def test_broken_body_is_refused_for_exactly_the_rule_and_field_it_names(broken: BrokenBody) -> None:
    verdict = documents().contracts[broken.version].check(broken.body)

    assert [(broken.rule, broken.field)] == [(each.rule, each.name) for each in verdict.violations]


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_can_be_broken(rule: str) -> None:
    broken = find(broken_bodies(rule=rule), lambda _: True)

    assert rule == broken.rule
    verdict = documents().contracts[broken.version].check(broken.body)
    assert [(rule, broken.field)] == [(each.rule, each.name) for each in verdict.violations]


@_ENOUGH
@given(broken_bodies("v0.1", "viber", field="message.viber_service_msg.ttl"))
def test_field_to_break_can_be_named(broken: BrokenBody) -> None:
    assert "message.viber_service_msg.ttl" == broken.field
    assert broken.rule in {"type", "range"}


@pytest.mark.parametrize("version", _VERSIONS)
def test_status_sequence_is_legal_on_its_channel(version: str) -> None:
    @_ENOUGH
    @given(status_sequences(version=version))
    def check(bodies: tuple[Json, ...]) -> None:
        name = bodies[0].get("channel") or bodies[0]["to"]["type"]
        channel = documents().specs.capabilities.by_wire(version, name)
        assert channel is not None
        steps = [Status.ACCEPTED, *(Status(each["status"]) for each in bodies)]
        moments = [datetime.fromisoformat(each["timestamp"]) for each in bodies]

        assert all(lifecycle.may_move(channel, *pair) for pair in pairwise(steps))
        assert moments == sorted(set(moments))
        assert 1 == len({each["message_uuid"] for each in bodies})
        assert all(_violations_of_webhook(version, "message-status", each) == () for each in bodies)

    check()


_SENT: Final = {"v0.1": send_bodies("v0.1", "viber", "text"), "v1": send_bodies("v1", "viber", "text")}


@pytest.mark.parametrize("version", _VERSIONS)
def test_status_sequence_of_a_body_is_of_that_message(version: str) -> None:
    body = find(_SENT[version], lambda found: "client_ref" in found)

    told = find(status_sequences({**body, "message_uuid": "u-1"}, version="v1"), lambda found: len(found) == 3)

    assert ["submitted", "delivered", "read"] == [each["status"] for each in told]
    assert {("u-1", "12025550100", body["client_ref"])} == {
        (each["message_uuid"], each["to"], each["client_ref"]) for each in told
    }


def test_status_sequence_of_a_message_as_the_server_tells_of_it() -> None:
    message = {"message_uuid": "u-1", "version": "v0.1", "channel": "sms", "kind": "text", "from": "ACME", "to": "1"}

    [told] = find(status_sequences(message), lambda found: len(found) == 1)

    assert ("u-1", {"number": "1", "type": "sms"}) == (told["message_uuid"], told["to"])


@pytest.mark.parametrize("version", _VERSIONS)
def test_status_sequence_of_a_message_read_by_the_server(version: str) -> None:
    dialect, channel = documents().dialects[V1], documents().specs.capabilities.channels["viber"]
    at = datetime(2025, 3, 4, tzinfo=UTC)
    body = find(_SENT[V1], lambda _: True)
    message = dialect.read_message(body, channel, uuid="u-1", account="key", application=None, at=at)

    [told] = find(status_sequences(message, version=version), lambda found: len(found) == 1)

    assert ("u-1", "submitted") == (told["message_uuid"], told["status"])
    assert told["timestamp"].startswith("2025-03-04T00:00:01")


def test_status_sequence_of_a_body_without_an_id_makes_one_up() -> None:
    [told] = find(status_sequences(find(_SENT[V1], lambda _: True)), lambda found: len(found) == 1)

    assert _UUID.fullmatch(told["message_uuid"])


def test_gaps_leave_a_status_out() -> None:
    told = find(
        status_sequences(version="v1", channel="rcs", trouble=["gaps"]), lambda found: _names(found) == ["read"]
    )

    assert ["read"] == _names(told)


def test_duplicates_repeat_a_status() -> None:
    sequences = status_sequences(version="v1", channel="sms", trouble=["duplicates"])

    told = find(sequences, lambda found: len(found) == 2)

    assert told[0] == told[1]


def test_reorder_puts_a_later_status_in_front() -> None:
    sequences = status_sequences(version="v1", channel="sms", trouble="reorder")

    told = find(sequences, lambda found: _names(found)[0] != "submitted" and "submitted" in _names(found))

    assert "submitted" == told[1]["status"]


def _names(bodies: tuple[Json, ...]) -> list[str]:
    return [each["status"] for each in bodies]


_OPERATIONS: Final = [
    (name, parts["operationId"], int(status), response)
    for name, document in documents().specs.documents.items()
    for path in document["paths"].values()
    for parts in path.values()
    if isinstance(parts, dict) and "operationId" in parts
    for status, response in parts["responses"].items()
    if int(status) >= 400
]


def test_error_answers_are_those_documented() -> None:
    documented = {(name, operation, status): response for name, operation, status, response in _OPERATIONS}
    validators: dict[tuple[str, str, int], jsonschema_rs.Draft202012Validator] = {}

    @settings(_ENOUGH, max_examples=150)
    @given(st.sampled_from(sorted({each[1] for each in _OPERATIONS})).flatmap(error_answers))
    def check(answer: ErrorAnswer) -> None:
        place = (answer.document, answer.operation, answer.status)
        response = expanded(documents().specs.documents[answer.document], documented[place])
        content = response.get("content", {"": {"schema": {"type": "null"}}})
        [(media, parts)] = content.items()
        if place not in validators:
            validators[place] = jsonschema_rs.Draft202012Validator(parts["schema"])

        assert validators[place].is_valid(answer.body)
        assert media == answer.headers.get("Content-Type", "")
        traces = [answer.headers[name] for name in response["headers"]]
        assert all(re.fullmatch("[0-9a-f]{32}", each) for each in traces)
        assert (answer.body or {}).get("instance") in {None, *traces}

    check()


@pytest.mark.parametrize(("document", "operation", "status"), sorted({each[:3] for each in _OPERATIONS}))
def test_each_documented_error_can_be_had(document: str, operation: str, status: int) -> None:
    version = document.removeprefix("messages-") if document.startswith("messages-") else None

    answer = find(error_answers(operation, version=version, status=status), lambda _: True)

    assert (document, operation, status) == (answer.document, answer.operation, answer.status)


@pytest.mark.parametrize("country", [None, *FICTION, "FR", "IN", "NU", "BR"])
def test_number_is_one_that_libraries_call_valid(country: str | None) -> None:
    @settings(_ENOUGH, max_examples=20)
    @given(phone_numbers(country))
    def check(number: str) -> None:
        parsed = phonenumbers.parse(f"+{number}")
        assert phonenumbers.is_valid_number(parsed)
        assert country in {None, phonenumbers.region_code_for_number(parsed)}
        assert re.fullmatch("[1-9][0-9]{6,14}", number)

    check()


def test_every_country_has_numbers() -> None:
    found = {region: find(phone_numbers(region), lambda _: True) for region in ("SH", "TA", "VA", "gb", "JP", "NR")}

    assert all(re.fullmatch("[1-9][0-9]{6,14}", number) for number in found.values())


@_ENOUGH
@given(st.data())
def test_texts_are_of_the_length_asked_for_and_valid_utf_8(data: st.DataObject) -> None:
    least = data.draw(st.integers(0, 200))
    most = data.draw(st.integers(least, 400))

    text = data.draw(texts(min_chars=least, max_chars=most))

    assert least <= len(text) <= most
    assert text == text.encode().decode()


_KINDS_OF_TEXT: Final[dict[str, Callable[[str], bool]]] = {
    "empty": lambda text: text == "",
    "GSM with an extension": lambda text: "€" in text and segments(text).encoding == "gsm7",
    "UCS-2": lambda text: segments(text).encoding == "ucs2" and max(text) <= "\uffff",
    "astral": lambda text: "\U0001f44d" in text,
    "right to left": lambda text: "ש" in text,
    "no width": lambda text: "\u200b" in text,
    "one SMS, full": lambda text: segments(text).units == 160 and segments(text).parts == 1,
    "one too many for an SMS": lambda text: segments(text).units == 161,
    "one UCS-2 SMS, full": lambda text: segments(text) == segments("ж" * 70),
    "three parts": lambda text: segments(text).parts == 3,
    "as long as may be": lambda text: len(text) == 1000,
}


@pytest.mark.parametrize("kind", _KINDS_OF_TEXT)
def test_texts_of_each_kind_are_found(kind: str) -> None:
    found = find(texts(), _KINDS_OF_TEXT[kind])

    assert _KINDS_OF_TEXT[kind](found)


def test_texts_of_gsm_are_gsm_throughout() -> None:
    from mockserver.strategies.texts import _GSM

    assert "gsm7" == segments(_GSM).encoding


_SMALLEST: Final[dict[str, tuple[st.SearchStrategy[Json], Json]]] = {
    "v1 text": (
        send_bodies("v1", "sms", "text"),
        {"channel": "sms", "message_type": "text", "to": "12025550100", "from": "ACME", "text": "Your table is ready"},
    ),
    "v0.1 template": (
        send_bodies("v0.1", "viber", "template"),
        {
            "from": {"type": "viber_service_msg", "id": "20417"},
            "to": {"type": "viber_service_msg", "number": "12025550100"},
            "message": {"content": {"type": "template", "template": {"name": "acme_ns:visit_reminder"}}},
        },
    ),
    "v1 sticker": (
        send_bodies("v1", "whatsapp", "sticker"),
        {
            "channel": "whatsapp",
            "message_type": "sticker",
            "to": "12025550100",
            "from": "12025550100",
            "sticker": {"url": "https://files.example.org/file.webp"},
        },
    ),
    "a body without its sender": (
        broken_bodies("v1", "sms", "text", rule="required").map(lambda each: (each.field, each.body)),
        ("channel", {"message_type": "text", "to": "12025550100", "from": "ACME", "text": "Your table is ready"}),
    ),
    "a long text": (
        send_bodies("v1", "sms", "text").map(lambda body: body["text"]).filter(lambda text: len(text) > 160),
        "a" * 161,
    ),
    "two statuses": (
        status_sequences(version="v1", channel="sms").map(_names).filter(lambda names: len(names) > 1),
        ["submitted", "delivered"],
    ),
    "an error": (
        error_answers(version="v1", status=429).map(lambda each: each.body["title"]),
        "Rate Limit Hit",
    ),
}


@pytest.mark.parametrize("name", _SMALLEST)
def test_shrinks_to_the_smallest_sensible_value(name: str) -> None:
    strategy, expected = _SMALLEST[name]

    assert expected == find(strategy, lambda _: True)


def test_inbound_webhook_shrinks_to_the_members_it_must_have() -> None:
    body = find(inbound_webhooks("v1", "mms", "text"), lambda _: True)

    assert _UUID.fullmatch(body.pop("message_uuid"))
    assert body == {
        "channel": "mms",
        "to": "12015550123",
        "from": "12025550100",
        "timestamp": "2024-01-01T00:00:00Z",
        "message_type": "text",
        "text": "Is it open?",
        "origin": {"network_code": "310090"},
    }


@pytest.mark.parametrize(
    "strategy",
    [send_bodies(), broken_bodies(), inbound_webhooks(), status_sequences(trouble=["gaps", "duplicates", "reorder"])],
    ids=["send_bodies", "broken_bodies", "inbound_webhooks", "status_sequences"],
)
def test_same_seed_gives_the_same_values(strategy: st.SearchStrategy[Json]) -> None:
    def values() -> list[Json]:
        found = []

        @seed(20)
        @settings(max_examples=15, phases=[Phase.generate], database=None)
        @given(strategy)
        def collect(value: Json) -> None:
            found.append(value)

        collect()
        return found

    assert values() == values()
