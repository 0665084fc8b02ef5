"""The words of failures, from answers as the control API gives them."""

import pytest

from mockserver.handle.words import Surroundings, failure, report_failure, timeline
from mockserver.model import Json

HINT = "  This account's credentials: api_key and api_secret, both in basic; for programs, env()."


def outcome_of(**members: Json) -> Json:
    """Return an outcome of nothing found, with other members if given."""
    usual = {"asked": 'messages with direction "outbound"', "expected": "at least 1", "count": 0, "waited_s": 0.0}
    return {**usual, "matching": [], "nearest": [], **members}


def found(number: int) -> Json:
    """Return something found."""
    return {"id": f"id-{number}", "line": f"message {number}"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ('messages with direction "outbound"', "Messages sent: "),
        ('messages with direction "outbound"; to "1"', 'Messages sent with to "1": '),
        ('deliveries with event "inbound"', 'Webhooks with event "inbound": '),
        ("requests", "requests: "),
    ],
)
def test_what_was_asked_is_said_in_words_of_tests(asked: str, said: str) -> None:
    assert failure(outcome_of(asked=asked), Surroundings("KEY")).startswith(said)


def test_many_that_fit_are_cut() -> None:
    outcome = outcome_of(expected="none", count=60, matching=[found(number) for number in range(50)])

    lines = failure(outcome, Surroundings("KEY")).splitlines()

    assert "  message 9  [id-9]" == lines[-2]
    assert "  and 50 more" == lines[-1]


def test_users_messages_are_not_near() -> None:
    misses = [{"field": "direction", "says": "direction is inbound"}]
    outcome = outcome_of(nearest=[{**found(1), "misses": misses}])

    said = failure(outcome, Surroundings("KEY", is_missing=True))

    assert "message 1" not in said
    assert "Nothing of the sort came to account KEY at all." in said


def test_number_of_all_is_told_if_more_than_are_shown() -> None:
    misses = [{"field": "to", "says": "to is 1; expected 2"}]
    outcome = outcome_of(nearest=[{**found(1), "misses": misses}])

    said = failure(outcome, Surroundings("KEY", is_missing=True, total=7, elsewhere=["OTHER"]))

    assert "Nearest (of 7):\n  message 1  [id-1]\n    to is 1; expected 2" in said
    assert "OTHER" not in said


def refused(number: int, **members: Json) -> Json:
    """Return the entry of a request that was refused."""
    usual = {"method": "POST", "path": "/v1/messages", "status": 401, "violations": [], "reason": "no such key"}
    return {"id": number, "request": {**usual, **members}}


def test_refused_requests_are_told_with_their_reasons() -> None:
    entries = [refused(1), refused(2, reason="", violations=[{"reason": "`to` is missing"}]), refused(3, reason="")]

    said = failure(outcome_of(), Surroundings("KEY", is_missing=True, refused=entries))

    assert said.endswith(
        "Nothing was sent; 3 requests were refused:\n"
        "  POST /v1/messages was answered 401 (journal entry 1)\n"
        "    no such key\n"
        "  POST /v1/messages was answered 401 (journal entry 2)\n"
        "    `to` is missing\n"
        "  POST /v1/messages was answered 401 (journal entry 3)\n"
        f"{HINT}"
    )


def test_many_refused_requests_are_cut() -> None:
    around = Surroundings("KEY", is_missing=True, refused=[refused(number) for number in range(13)])

    assert failure(outcome_of(), around).endswith(f"(journal entry 9)\n    no such key\n  and 3 more\n{HINT}")


def test_rules_are_told_by_their_lines() -> None:
    near = {"what": "sms text to 1", "lines": ['text is "Hi"; expected "Hello"']}
    rules = [
        {"source": "test_a.py:3", "rules": [{"rule": "rule-1", "seen": 2, "decided": 0, "near": near}]},
        {"source": "test_a.py:4", "rules": [{"rule": "rule-2", "seen": 2, "decided": 2, "near": near}]},
    ]

    said = failure(outcome_of(), Surroundings("KEY", is_missing=True, rules=rules))

    assert said.endswith(
        "Rules of the test:\n"
        "  test_a.py:3: decided 0 of 2 sends that fit it\n"
        "    nearest: sms text to 1\n"
        '      text is "Hi"; expected "Hello"\n'
        "  test_a.py:4: decided 2 of 2 sends that fit it"
    )


def test_report_tells_what_failed_and_nothing_else() -> None:
    near = {"what": "sms text to 1", "lines": ["to is 1; expected 2"]}
    report = {
        "scenario": "story",
        "outcome": "failed",
        "why": "the time was over",
        "steps": [{"name": "await", "ok": True}, {"name": "inbound", "ok": False, "skipped": True}],
        "checks": [
            {"name": "messages", "ok": False, "detail": "none found", "difference": ["1, not 2"], "near": [near]}
        ],
    }

    assert [
        "scenario story failed: the time was over",
        "  messages: none found",
        "    1, not 2",
        "    nearest: sms text to 1",
        "      to is 1; expected 2",
    ] == report_failure(report).splitlines()


def test_timeline_is_one_line_an_entry_and_what_was_wrong() -> None:
    entry = {"at": "12:00", "kind": "request", "about": f"POST\n{'x' * 400}", "message_uuid": "12345678-9"}
    request = {"violations": [{"reason": "broken"}], "findings": [{"detail": "odd"}]}

    lines = timeline([{**entry, "request": request}]).splitlines()

    assert ["    broken", "    finding: odd"] == lines[1:]
    assert lines[0].startswith("12:00  request    POST xxx")
    assert lines[0].endswith("xxx... [12345678]")
