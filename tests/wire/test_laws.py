"""Both dialects as laws, for every outbound row: what is read is written back, equal meanings are equal messages."""

from datetime import UTC, datetime
from functools import cache

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mockserver.contract.reshape import translated
from mockserver.contract.specs import load_specs
from mockserver.core.capabilities import ChannelRow, Row
from mockserver.core.forms import FORMS, V0_1, V1
from mockserver.model import Json, Message, Move, Status
from mockserver.service.versions import versions_of
from tests.wire.generated import JsonStrategy, values

_AT = datetime(2024, 2, 29, 23, 59, 58, 765_000, tzinfo=UTC)
_UUID = "7a1c5d3e-90b2-4f68-8e4d-2b6f0a9c1d37"
_SPECS = load_specs()
_CAPABILITIES = _SPECS.capabilities
_VERSIONS = versions_of(_SPECS, exact=False)
_ROWS = [
    row
    for dialect in FORMS
    for row in _CAPABILITIES.rows_in(dialect)
    if row.direction == "outbound" and row.schema is not None
]
_SHARED = [
    (row, other)
    for row in _ROWS
    for other in _ROWS
    if (row.channel, row.kind) == (other.channel, other.kind) and (row.dialect, other.dialect) == (V0_1, V1)
]
_FAILED = {Status.REJECTED, Status.UNDELIVERABLE}
_ENOUGH = settings(max_examples=12, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
"""Examples of a row; there are over fifty rows."""


@cache
def _branch_bodies(dialect: str, name: str | None) -> JsonStrategy:
    """Return the valid bodies of a branch, those with other messages to try left out."""
    schema = _SPECS.schemas(dialect).component(name or "")
    members = {name: each for name, each in schema["properties"].items() if name != "failover"}
    return values({**schema, "properties": members})


def _bodies(row: Row) -> JsonStrategy:
    return _branch_bodies(row.dialect, row.schema)


def _channel(row: Row) -> ChannelRow:
    return _CAPABILITIES.channels[row.channel]


def _read(row: Row, body: Json) -> Message:
    dialect = _VERSIONS.dialects[row.dialect]
    return dialect.read_message(body, _channel(row), uuid=_UUID, account="key", application="app-1", at=_AT)


def _id(row: Row) -> str:
    return f"{row.dialect}-{row.channel}-{row.kind}"


@pytest.mark.parametrize("row", _ROWS, ids=_id)
@_ENOUGH
@given(data=st.data())
def test_reading_what_was_written_gives_the_same_message(row: Row, data: st.DataObject) -> None:
    body = data.draw(_bodies(row))
    message = _read(row, body)

    written = _VERSIONS.dialects[row.dialect].write_request(message, _channel(row))

    contract = _VERSIONS.contracts[row.dialect]
    assert () == contract.check(body).violations
    assert () == contract.check(written).violations
    assert message == _read(row, written)


@pytest.mark.parametrize(("old", "new"), _SHARED, ids=_id)
@_ENOUGH
@given(data=st.data())
def test_a_v0_1_body_and_the_v1_body_that_means_the_same_are_the_same_message(
    old: Row, new: Row, data: st.DataObject
) -> None:
    body = data.draw(_bodies(old))
    turned = translated(_CAPABILITIES, FORMS[V1], body, FORMS[V0_1])
    assume(_VERSIONS.contracts[V1].check(turned).is_valid)

    assert _plain(_read(old, body)) == _plain(_read(new, turned))


@pytest.mark.parametrize(("old", "new"), _SHARED, ids=_id)
@_ENOUGH
@given(data=st.data())
def test_a_v1_body_is_the_same_message_as_the_v0_1_body_of_what_both_versions_have(
    old: Row, new: Row, data: st.DataObject
) -> None:
    body = data.draw(_bodies(new))
    turned = translated(_CAPABILITIES, FORMS[V0_1], body, FORMS[V1])
    assume(_VERSIONS.contracts[V0_1].check(turned).is_valid)

    assert _plain(_read(old, turned)) == _plain(_read(new, body))


@pytest.mark.parametrize("row", _ROWS, ids=_id)
@_ENOUGH
@given(data=st.data(), at=st.datetimes(timezones=st.just(UTC)))
def test_every_status_of_every_message_passes_its_document(row: Row, data: st.DataObject, at: datetime) -> None:
    channel, message = _channel(row), _read(row, data.draw(_bodies(row)))
    told = data.draw(st.sampled_from(sorted(channel.names)))
    status = data.draw(st.sampled_from(channel.statuses))
    code = data.draw(st.sampled_from(sorted(_SPECS.errors))) if status in _FAILED else None

    error = None if code is None else _SPECS.errors[code]
    body = _VERSIONS.dialects[told].status_body(message, channel, Move(status, at, code), error)

    assert () == _VERSIONS.contracts[told].webhook_violations("message-status", body)


def _plain(message: Message) -> Message:
    """Return a message free of what only one version has: the dialect, its options, webhooks of its own."""
    known = _CAPABILITIES.channels[message.channel].options
    return msgspec.structs.replace(
        message,
        dialect="any",
        options={
            name: each for name, each in message.options.items() if name not in known or V0_1 in known[name].dialects
        },
        webhook_url=None,
        webhook_version=None,
    )
