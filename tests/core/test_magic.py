"""Magic values: which message asks for what, and what was probably meant."""

import re

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.specs import ErrorCode, load_specs
from mockserver.core.magic import (
    Magic,
    MagicTable,
    Misspelt,
    does,
    findings_of,
    misspelt_finding,
    mistakes,
    plan_of,
    problem_of,
    read_magic,
)
from mockserver.data import bundled
from mockserver.model import Json, Planned, Status
from mockserver.settings import Settings

SPECS = load_specs()
TABLE = SPECS.magic
CHANNELS = SPECS.capabilities.channels
USER = "447700900123"
TIMES = Settings(submitted_after_s=1, delivered_after_s=2, read_after_s=3)


def asked(client_ref: str, table: MagicTable = TABLE) -> Magic:
    """Return the row a client_ref asks for."""
    found = table.find(USER, client_ref)
    assert isinstance(found, Magic)
    return found


def raw() -> Json:
    """Return the table as it is written."""
    return yaml.safe_load((bundled("specs") / "magic.yaml").read_bytes())


def spoiled(part: str, index: int, **changes: Json) -> MagicTable:
    """Return the table with members of one row changed."""
    document = raw()
    document[part][index] |= changes
    return read_magic(document, SPECS.errors)


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.directive)
def test_row_is_found_by_its_number_and_by_its_directive(row: Magic) -> None:
    assert row == TABLE.find(TABLE.recipient(row), None)
    assert row == TABLE.find(USER, TABLE.directive(row))
    assert row == TABLE.find(USER, f"{TABLE.directive(row)} order-7781")


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.directive)
def test_row_fits_the_contract(row: Magic) -> None:
    shapes = {each.addresses["outbound"].recipient.shape for each in CHANNELS.values() if each.name != "messenger"}
    [pattern] = {SPECS.capabilities.shapes[each].pattern for each in shapes}

    assert re.fullmatch(pattern, TABLE.recipient(row))
    assert len(TABLE.directive(row)) <= 40


def test_every_code_has_a_row_with_its_status() -> None:
    rows = {row.steps[-1].code: row for row in TABLE.rows if row.steps and row.steps[-1].code}

    assert {code: each.status for code, each in SPECS.errors.items()} == {
        code: row.steps[-1].status.value for code, row in rows.items()
    }
    assert 64 == len(rows)
    assert {f"{code}" for code in SPECS.errors} == {row.digits for row in rows.values()}


def test_every_answer_is_named_by_its_status() -> None:
    answers = {row.directive: row.answer.status for row in TABLE.rows if row.answer is not None}

    assert {f"http:{status}": status for status in (400, 401, 402, 403, 404, 413, 415, 422, 429, 500, 503)} == answers
    assert all(row.digits == f"{row.answer.status:04}" for row in TABLE.rows if row.answer is not None)


def test_directive_goes_before_the_number() -> None:
    found = TABLE.find("99900000429", "mock:read")

    assert isinstance(found, Magic)
    assert "read" == found.directive


@pytest.mark.parametrize(
    ("recipient", "client_ref"),
    [
        (USER, None),
        (USER, "order-7781"),
        (USER, "mocked"),
        (USER, " mock:read"),
        (USER, ""),
        ("9990000130", None),
        ("999000013000", None),
        ("99900013000", None),
        ("9988776655443322", None),
        ("9990000page", None),
    ],
)
def test_ordinary_message_asks_for_nothing(recipient: str, client_ref: str | None) -> None:
    assert TABLE.find(recipient, client_ref) is None


@pytest.mark.parametrize(
    ("recipient", "client_ref", "expected"),
    [
        ("99900001305", None, Misspelt("to", "99900001305", "99900001300")),
        ("99900000000", None, Misspelt("to", "99900000000", "99900000400")),
        ("99900009999", None, Misspelt("to", "99900009999", "99900009005")),
        (USER, "mock:rejected:1181", Misspelt("client_ref", "mock:rejected:1181", "mock:undeliverable:1180")),
        (USER, "mock:1300", Misspelt("client_ref", "mock:1300", "mock:rejected:1300")),
        (USER, "mock:htpp:429 x", Misspelt("client_ref", "mock:htpp:429", "mock:http:429")),
        (USER, "mock:undeliverd", Misspelt("client_ref", "mock:undeliverd", "mock:undelivered")),
        (USER, "mock:rejected:1301", Misspelt("client_ref", "mock:rejected:1301", "mock:rejected:1300")),
    ],
)
def test_misspelt_value_names_the_nearest(recipient: str, client_ref: str | None, expected: Misspelt) -> None:
    found = TABLE.find(recipient, client_ref)

    assert expected == found


@given(st.from_regex(r"mock:\S{0,35}", fullmatch=True))
def test_whatever_begins_like_a_directive_is_one_or_is_near_one(client_ref: str) -> None:
    found = TABLE.find(USER, client_ref)

    assert found is not None
    assert isinstance(found, Magic) or isinstance(TABLE.find(USER, found.nearest), Magic)


def test_finding_says_what_was_meant() -> None:
    [finding] = [misspelt_finding(Misspelt("client_ref", "mock:slwo", "mock:slow"))]

    expected = (
        "`client_ref` is mock:slwo, which is no magic value; the message takes its usual way. "
        "Did you mean mock:slow? See `mockserver rules --magic`."
    )
    assert ("client_ref", "magic", expected) == (finding.name, finding.rule, finding.detail)


@pytest.mark.parametrize(
    ("client_ref", "expected"),
    [
        ("mock:rejected:1300", (Planned(1, Status.REJECTED, 1300),)),
        ("mock:undeliverable:1180", (Planned(1, Status.SUBMITTED), Planned(2, Status.UNDELIVERABLE, 1180))),
        ("mock:delivered", (Planned(1, Status.SUBMITTED), Planned(2, Status.DELIVERED))),
        ("mock:read", (Planned(1, Status.SUBMITTED), Planned(2, Status.DELIVERED), Planned(3, Status.READ))),
        ("mock:undelivered", (Planned(1, Status.SUBMITTED),)),
        ("mock:slow", (Planned(1, Status.SUBMITTED), Planned(30, Status.DELIVERED))),
        ("mock:duplicate", (Planned(1, Status.SUBMITTED), Planned(2, Status.DELIVERED))),
        ("mock:silent", ()),
        ("mock:http:429", ()),
    ],
)
def test_steps_come_at_the_times_of_the_settings_or_of_the_row(client_ref: str, expected: tuple[Planned, ...]) -> None:
    row = asked(client_ref)

    assert expected == plan_of(row, CHANNELS["viber"], TIMES)
    assert () == findings_of(row, CHANNELS["viber"])


def test_only_duplicates_are_sent_twice() -> None:
    assert {"duplicate": 2} == {row.directive: row.copies for row in TABLE.rows if row.copies != 1}


def test_step_that_a_channel_never_reports_is_left_out_with_a_finding() -> None:
    row = asked("mock:read")

    assert Status.DELIVERED == plan_of(row, CHANNELS["sms"], TIMES)[-1].status
    assert ["`read` asks for read, which SMS never reports."] == [
        each.detail for each in findings_of(row, CHANNELS["sms"])
    ]


def test_answer_becomes_a_problem_and_says_why() -> None:
    problem = problem_of(asked("mock:http:401"))

    assert problem is not None
    assert (401, "Unauthorised", "Invalid Token", None) == (problem.status, problem.title, problem.detail, problem.type)
    assert "asked for by a magic value: http:401" == problem.reason


def test_steps_are_no_problem() -> None:
    assert problem_of(asked("mock:read")) is None


@pytest.mark.parametrize(
    ("client_ref", "expected"),
    [
        ("mock:http:429", "429"),
        ("mock:undeliverable:1180", "202, submitted, undeliverable 1180"),
        ("mock:silent", "202"),
    ],
)
def test_row_says_what_it_does(client_ref: str, expected: str) -> None:
    assert expected == does(asked(client_ref))


def test_list_holds_every_row_with_its_whole_values() -> None:
    listed = {each["client_ref"]: each for each in TABLE.listed()}

    assert [TABLE.directive(row) for row in TABLE.rows] == list(listed)
    assert ("99900001300", "Not part of the provider network.") == (
        listed["mock:rejected:1300"]["recipient"],
        listed["mock:rejected:1300"]["about"],
    )
    assert 429 == listed["mock:http:429"]["answer"]["status"]


def test_table_has_no_mistakes() -> None:
    assert [] == list(mistakes(TABLE))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"digits": "0400"}, ("answers[1].digits", "0400 stands here twice.")),
        ({"directive": "http:400"}, ("answers[1].directive", "http:400 stands here twice.")),
        ({"digits": "401"}, ("answers[1].digits", "The digits are '401'; they must be 4 digits.")),
        ({"digits": "04x1"}, ("answers[1].digits", "The digits are '04x1'; they must be 4 digits.")),
        ({"steps": [{"status": "read"}]}, ("answers[1]", "A row has an answer or steps, not both.")),
    ],
)
def test_mistake_of_a_row_is_told(changes: dict[str, Json], expected: tuple[str, str]) -> None:
    assert [expected] == list(mistakes(spoiled("answers", 1, **changes)))


def test_row_of_another_shape_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `answr`"):
        spoiled("answers", 0, answr={})


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ({"rejected": [{"status": "rejected"}]}, "missing required field `undeliverable`"),
        ({"rejected": [], "undeliverable": [{"status": "undeliverable"}]}, "length >= 1"),
    ],
)
def test_codes_without_steps_are_refused(codes: Json, words: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=words):
        read_magic(raw() | {"codes": codes}, SPECS.errors)


@pytest.mark.parametrize(("code", "error"), SPECS.errors.items())
def test_number_of_a_code_ends_in_the_status_that_carries_it_in_the_version(code: int, error: ErrorCode) -> None:
    found = {dialect: TABLE.find(f"9990000{code}", None, dialect) for dialect in ("v0.1", "v1")}

    for dialect, row in found.items():
        assert isinstance(row, Magic)
        assert (error.carried_by(dialect), code) == (row.steps[-1].status, row.steps[-1].code)


@pytest.mark.parametrize("dialect", ["v0.1", "v1"])
@pytest.mark.parametrize("status", ["rejected", "undeliverable"])
@pytest.mark.parametrize("code", SPECS.errors)
def test_directive_of_a_code_ends_in_the_status_it_names(code: int, status: str, dialect: str) -> None:
    row = TABLE.find(USER, f"mock:{status}:{code}", dialect)

    assert isinstance(row, Magic)
    assert (status, code) == (row.steps[-1].status, row.steps[-1].code)


@pytest.mark.parametrize(
    ("name", "dialect", "status"),
    [("low_balance", "v0.1", 400), ("low_balance", "v1", 402), ("throttled", "v0.1", 429), ("unavailable", "v1", 503)],
)
def test_problem_is_found_by_its_name_in_each_version(name: str, dialect: str, status: int) -> None:
    problem = problem_of(TABLE.problem(name, dialect))

    assert problem is not None
    assert status == problem.status


def test_name_of_no_answer_is_a_mistake() -> None:
    document = raw()
    document["problems"]["invalid"]["v1"] = "9000"

    expected = [("problems.invalid.v1", "There is no answer with the digits '9000'.")]
    assert expected == list(mistakes(read_magic(document, SPECS.errors)))
