"""The timeline must tell everything that happened, in order, and tell alike things once."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mockserver.demo.plot import Seen
from mockserver.demo.timeline import TOGETHER, Line, in_words, timeline, together

NOON = datetime(2020, 5, 20, 12, tzinfo=UTC)


def attempted(seen: Seen, **attempt: Any) -> dict[str, Any]:
    """Return a copy of the journal entry of the first attempt, changed."""
    entry = next(each for each in seen.entries if "attempt" in each)
    return {**entry, "attempt": {**entry["attempt"], **attempt}}


def test_timeline_of_a_real_run_tells_both_sides_in_order(seen: Seen) -> None:
    lines = timeline(seen)

    told = [(line.source, line.target, line.answer, line.series) for line in lines]
    sent = [line.answer for line in lines if line.source == "booking"]
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert sent == ["202", "202", "202", "202", "202", "400", "202"]
    assert ("stranger", "booking", "401", "") in told
    assert told[-6:] == [
        ("user", "API", "", ""),
        ("API", "booking", "200", "inbound"),
        ("booking", "API", "202", ""),
        ("API", "booking", "200", "submitted"),
        ("API", "booking", "200", "delivered"),
        ("API", "booking", "200", "read"),
    ]


def test_timeline_tells_every_webhook(seen: Seen) -> None:
    told = [(line.series, channel) for line in timeline(seen) if line.series for channel in line.what.split(", ")]

    assert len(told) == len(seen.deliveries)


def test_refusal_shows_field_found_expected_and_nearest(seen: Seen) -> None:
    (refusal,) = [line for line in timeline(seen) if line.answer == "400"]

    assert [label for label, _ in refusal.notes] == ["field", "found", "expected", "nearest"]
    assert dict(refusal.notes)["nearest"] == "447700900101"


def test_found_value_that_is_no_string_is_shown_as_json(seen: Seen) -> None:
    entry = next(each for each in seen.entries if "request" in each and each["request"]["violations"])
    request = {
        **entry["request"],
        "violations": [{"name": "to.number", "found": {"a": 1}, "expected": "", "nearest": None}],
    }

    (_, line) = timeline(replace(seen, entries=({**entry, "request": request},)))[::-1]

    assert line.notes == (("field", "to.number"), ("found", '{"a": 1}'))


def test_failed_attempt_tells_its_number_and_why(seen: Seen) -> None:
    entry = attempted(seen, number=2, status=None, error="connection refused")

    (line,) = [line for line in timeline(replace(seen, entries=(entry,))) if line.source == "API"]

    assert (line.answer, line.series) == ("-", "submitted (try 2)")
    assert line.what.endswith("(connection refused)")


def test_entry_of_another_kind_is_told_in_the_words_of_the_journal(seen: Seen) -> None:
    entry = {
        "id": 1,
        "at": "2020-05-20T12:00:00.000Z",
        "kind": "gave_up",
        "about": "read webhook given up",
        "message_uuid": "x",
    }

    line = timeline(replace(seen, entries=(entry,)))[0]

    assert (line.source, line.target, line.what) == ("API", "", "read webhook given up")


def test_request_that_is_no_text_message_is_told_in_the_words_of_the_journal(seen: Seen) -> None:
    entry = next(each for each in seen.entries if "request" in each)
    entries = ({**entry, "about": "POST /v0.1/messages 400", "request": {**entry["request"], "body": "{"}},)

    (line,) = [line for line in timeline(replace(seen, entries=entries)) if line.source == "booking"]

    assert line.what == "POST /v0.1/messages 400"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"to": {"type": "sms", "number": "1"}, "message": {"content": {"text": "a"}}}', 'sms to 1: "a"'),
        ('{"to": {"type": "pigeon", "id": 1}, "message": {"content": {"text": "a"}}}', 'pigeon to 1: "a"'),
        ('{"to": {"number": "1"}, "message": {"content": {"text": "a"}}}', None),
        (json.dumps([]), None),
        ("", None),
    ],
    ids=["known channel", "unknown channel", "no channel", "no object", "nothing"],
)
def test_request_in_words(body: str, words: str | None) -> None:
    assert in_words(body) == words


def lines(*series: tuple[str, str, float]) -> list[Line]:
    """Return lines of a series and an answer, each so many parts of TOGETHER after noon."""
    return [Line(NOON + part * TOGETHER, "API", "booking", answer, "sms", name) for name, answer, part in series]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([("read", "200", 0), ("read", "200", 0.9)], ["sms, sms"]),
        ([("read", "200", 0), ("read", "200", 1)], ["sms", "sms"]),
        ([("read", "200", 0), ("read", "500", 0)], ["sms", "sms"]),
        ([("read", "200", 0), ("sent", "200", 0), ("read", "200", 0)], ["sms", "sms", "sms"]),
        ([("", "200", 0), ("", "200", 0)], ["sms", "sms"]),
        ([], []),
    ],
    ids=["close", "apart", "answered otherwise", "interrupted", "no series", "nothing"],
)
def test_lines_of_one_series_are_told_together(given: list[tuple[str, str, float]], told: list[str]) -> None:
    assert [line.what for line in together(lines(*given))] == told


def test_moment_of_lines_told_together_is_the_first() -> None:
    first, second = lines(("read", "200", 0), ("read", "200", 0.5))

    assert [line.at for line in together([first, second])] == [NOON]
    assert second.at - first.at == timedelta(seconds=0.125)
