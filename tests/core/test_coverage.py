"""Reports of coverage: what counts, what is missing, what several runs come to, and what JSON keeps of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.coverage import (
    Goals,
    Report,
    merged,
    percent_of,
    read_goals,
    read_report,
    report_view,
    shortfalls,
)
from mockserver.errors import UsageError
from mockserver.model import Json

POST = "POST /v1/messages"
OPERATION, OK, BAD = ("operation", POST), ("answer", POST, "202"), ("answer", POST, "422")
TEXT, IMAGE = ("sent", "v1", "sms", "text"), ("sent", "v1", "mms", "image")
KNOWN = (OPERATION, OK, BAD, TEXT, IMAGE)
ODD = ("answer", POST, "418")


def reported(**counts: int) -> Report:
    """Return a report of texts, images and answers."""
    cells = {"text": TEXT, "image": IMAGE, "ok": OK, "bad": BAD, "odd": ODD}
    return Report.of(KNOWN, {cells[name]: count for name, count in counts.items()})


def test_an_operation_counts_once_it_answered_with_success() -> None:
    assert 0 == reported(bad=3).counts[OPERATION]
    assert 2 == reported(bad=3, ok=2).counts[OPERATION]


def test_a_report_has_every_known_cell_in_order_and_keeps_the_others_apart() -> None:
    report = reported(text=2, odd=1)

    assert (KNOWN, {ODD: 1}) == (tuple(report.counts), dict(report.beyond))
    assert (1, 5, 20.0) == (report.covered, report.total, report.percent)
    assert (OPERATION, OK, BAD, IMAGE) == report.missing


def test_shares_are_by_dimension() -> None:
    shares = {each.dimension.name: (each.covered, each.total, each.percent) for each in reported(text=1).shares()}

    assert {"operation": (0, 1, 0.0), "answer": (0, 2, 0.0), "sent": (1, 2, 50.0)} == shares


@pytest.mark.parametrize(
    ("covered", "total", "percent"), [(0, 3, 0.0), (2, 3, 66.6), (9999, 10000, 99.9), (3, 3, 100.0), (0, 0, 100.0)]
)
def test_only_all_of_it_is_100_percent(covered: int, total: int, percent: float) -> None:
    assert percent == percent_of(covered, total)


def test_patterns_choose_what_counts() -> None:
    report = reported(text=1, odd=1).only(["sent:v1:sms", "answer:*:4*"])

    assert ({BAD: 0, TEXT: 1}, {ODD: 1}) == (dict(report.counts), dict(report.beyond))


COUNTS = st.dictionaries(st.sampled_from((*KNOWN[1:], ODD)), st.integers(1, 9))


@given(st.lists(COUNTS, max_size=4))
def test_merged_reports_are_the_report_of_all_that_was_counted(counts: list[dict[tuple[str, ...], int]]) -> None:
    whole = {cell: sum(each.get(cell, 0) for each in counts) for cell in (*KNOWN[1:], ODD)}

    found = merged([Report.of(KNOWN, {}), *(Report.of(KNOWN, each) for each in counts)])

    assert Report.of(KNOWN, {cell: count for cell, count in whole.items() if count}) == found


def test_what_one_release_knows_is_known_to_the_whole() -> None:
    older = Report.of((OK, TEXT), {IMAGE: 1, TEXT: 1})
    newer = Report.of(KNOWN, {TEXT: 1})

    found = merged([older, newer])

    assert ({OPERATION: 0, OK: 0, BAD: 0, TEXT: 2, IMAGE: 1}, {}) == (dict(found.counts), dict(found.beyond))
    assert ["operation", "answer", "sent"] == list(dict.fromkeys(cell[0] for cell in found.counts))


@pytest.mark.parametrize(
    ("goals", "says"),
    [
        (Goals(), []),
        (Goals(20), []),
        (Goals(20.1), ["20.0 % of 5 cells exercised, expected at least 20.1 %"]),
        (Goals(50, only=("sent",)), []),
        (Goals(51, only=("sent",)), ["50.0 % of 2 cells exercised, expected at least 51 %"]),
        (Goals(required=("sent:v1:sms",)), []),
        (Goals(required=("sent:v1:mms",)), ["required sent:v1:mms: not exercised"]),
        (Goals(required=("sent", "answer")), [
            "required sent: 1 of 2 cells not exercised", "required answer: 2 of 2 cells not exercised",
        ]),
    ],
)  # fmt: skip
def test_goals_missed_are_told(goals: Goals, says: list[str]) -> None:
    assert says == [each.says for each in shortfalls(reported(text=1), goals)]


def test_what_is_missing_is_named() -> None:
    (missed,) = shortfalls(reported(text=1), Goals(required=("sent",)))

    assert (IMAGE,) == missed.missing


def test_json_keeps_all_of_a_report_and_its_goals() -> None:
    report, goals = reported(text=2, ok=1, odd=1), Goals(30, ("sent",), ("sent", "answer"))

    view = json.loads(json.dumps(report_view(report, goals)))

    assert (report, goals) == (read_report(view, "report.json"), read_goals(view, "report.json"))
    assert (False, 2, 4) == (view["passed"], view["covered"], view["total"])
    assert [{"says": "required sent: 1 of 2 cells not exercised", "missing": ["sent:v1:mms:image"]}] == view[
        "shortfalls"
    ]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ([], "this is no report of coverage"),
        ({"format": 2}, "this is no report of coverage"),
        ({"format": 1}, "cells is not an object of counts by cell"),
        ({"format": 1, "cells": {"code:v1:1320": -1}}, "cells is not an object of counts by cell"),
        ({"format": 1, "cells": {"sent:v1": 1}}, "cells has 'sent:v1', which is no cell"),
        ({"format": 1, "cells": {}, "beyond": {"a": True}}, "beyond is not an object of counts by cell"),
    ],
)
def test_what_is_no_report_is_refused(written: Json, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_report(written, "a.json")

    assert f"a.json: {says}. Write it with `mockserver coverage --json`." == str(refused.value)


@pytest.mark.parametrize("written", [{}, {"goals": None}, {"goals": {}}])
def test_a_report_without_goals_has_none(written: Json) -> None:
    assert Goals() == read_goals(written, "a.json")


@pytest.mark.parametrize("written", [5, {"fail_under": "much"}, {"required": "sent"}])
def test_what_are_no_goals_is_refused(written: Json) -> None:
    with pytest.raises(UsageError, match=r"^a\.json: goals are not goals of coverage"):
        read_goals({"goals": written}, "a.json")
