"""What was recorded is written as a file that loads, and that says what happened."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.expressions import evaluate
from mockserver.core.scenario_values import Scenario
from mockserver.scenario.load import load_text
from mockserver.scenario.recorded import Asked, Heard, Moved, Recording, Refused, Sent, written

OWN, USER = "447700900010", "447700900101"


def sent(at_s: float = 0.0, text: str = "Hello", to: str = USER, **more: Any) -> Sent:
    """Return an SMS that was sent."""
    return Sent(at_s, "sms", "text", OWN, to, text, **more)


def heard(at_s: float = 1.0, text: str = "yes", **more: Any) -> Heard:
    """Return an SMS that came in."""
    return Heard(at_s, "sms", "text", USER, OWN, {"text": text}, **more)


def lines_of(*events: Any, **more: Any) -> list[str]:
    """Return the steps of what was recorded, comments and expectations left out."""
    text = written(Recording("recorded", events, **more))
    load_text(text, "recorded.yaml")
    return [each.strip().removeprefix("- ") for each in text.splitlines() if each.startswith("  - ")]


def loaded(*events: Any, **more: Any) -> Scenario:
    """Return what was recorded, written and read again."""
    return load_text(written(Recording("recorded", events, **more)), "recorded.yaml")


def test_a_send_becomes_a_rule_with_its_statuses_and_a_step_that_waits_for_it() -> None:
    moves = (Moved(0.0521, "submitted"), Moved(0.4049, "rejected", 1300))

    scenario = loaded(sent(moves=moves))

    (rule,) = scenario.rules
    assert [(0.05, "submitted", None), (0.4, "rejected", 1300)] == [
        (each.after_s, each.status.value, each.code) for each in rule.script or ()
    ]
    assert (1, ("message_1",)) == (rule.times, tuple(rule.capture))
    assert ["await", "sleep"] == [each.verb for each in scenario.timeline]


def test_a_send_nothing_became_of_stays_without_a_status() -> None:
    assert () == loaded(sent()).rules[0].script


def test_pauses_of_users_are_kept_and_what_machines_take_is_none() -> None:
    steps = lines_of(sent(), heard(61.0), sent(61.03, "Booked"), end_s=61.04)

    assert [
        "await: {rule: message-1, within: 10s}",
        "sleep: 61s",
        'inbound: {channel: sms, kind: text, from: "${vars.user}", to: "${vars.sender}", text: "yes"}',
        "await: {rule: message-2, within: 10s}",
    ] == steps[2:6]


def test_a_step_comes_after_the_statuses_that_came_before_it() -> None:
    steps = lines_of(
        sent(moves=(Moved(0.0149, "submitted"),)), heard(0.0151), sent(0.02, moves=(Moved(0.5, "submitted"),))
    )

    assert ["await", "sleep: 20ms", "inbound", "await", "sleep: 480ms"] == [
        each if each.startswith("sleep") else each.split(":")[0] for each in steps[2:7]
    ]


def test_statuses_that_come_at_once_are_let_come() -> None:
    scenario = loaded(sent(moves=(Moved(0.001, "submitted"),)))

    assert [0.01] == [each.act.seconds for each in scenario.timeline if each.verb == "sleep"]  # type: ignore[union-attr]  # a sleep


def test_a_send_that_takes_its_time_is_waited_for_as_long() -> None:
    assert "await: {rule: message-2, within: 40s}" in lines_of(sent(), sent(30.0, "Still there?"))


def test_addresses_are_variables_and_where_the_system_answers_is_one() -> None:
    scenario = loaded(
        sent(), sent(1.0, to="447700900102"), status_url="http://h:1/status", inbound_url="http://other:2/inbound"
    )

    assert {
        "sut": "http://other:2",
        "sender": OWN,
        "user_1": USER,
        "user_2": "447700900102",
    } == scenario.given_vars
    assert ("http://other:2/inbound", "http://h:1/status") == (
        scenario.given.account.inbound_url,
        scenario.given.account.status_url,
    )


def test_what_was_asked_goes_before_sends_that_no_user_led_to() -> None:
    asked = (
        Asked("POST", "/remind", {"to": USER, "texts": ["${x}"]}),
        Asked("GET", "http://other:1/again"),
        Asked("PUT", "/never", "as it is"),
    )

    scenario = loaded(sent(), heard(), sent(1.1), sent(1.2), asked=asked, status_url="http://h:1/status")

    verbs = [each.verb for each in scenario.timeline if each.verb != "sleep"]
    assert ["http", "await", "inbound", "await", "http", "await"] == verbs
    first, again = (each.act for each in scenario.timeline if each.verb == "http")
    assert {"to": USER, "texts": ["${x}"]} == evaluate(first.json, {})  # type: ignore[union-attr]  # an http step
    assert "http://other:1/again" == again.url  # type: ignore[union-attr]  # an http step


def test_a_text_is_asked_for_as_it_is() -> None:
    scenario = loaded(sent(), asked=(Asked("PUT", "/x", "a=${b}"),))

    assert "a=${b}" == evaluate(scenario.timeline[0].act.body, {})  # type: ignore[union-attr]  # an http step


def test_a_send_nobody_asked_for_is_marked() -> None:
    text = written(Recording("recorded", (sent(),)))

    assert "# Nothing that was recorded made the system under test send this." in text


def test_a_refusal_for_what_the_account_is_becomes_a_rule_in_its_place() -> None:
    problem = {"title": "Low balance", "detail": "costs ${more}"}

    scenario = loaded(sent(), heard(), Refused(1.1, "sms", "text", 402, problem))

    refused = scenario.rules[1]
    assert ("refused-1", 402, problem) == (refused.id, refused.respond.status, evaluate(refused.respond.body, {}))


@pytest.mark.parametrize(("answered", "expected"), [(204, ((200, 299),)), (500, ((500, 500),))])
def test_what_a_webhook_was_answered_is_expected_again(answered: int, expected: Any) -> None:
    scenario = loaded(sent(), heard(answered=answered))

    (answer,) = [each.answered for each in scenario.timeline if each.verb == "inbound"]
    assert answer is not None
    assert expected == answer.statuses


def test_what_came_of_it_is_verified() -> None:
    steps = lines_of(sent(), acknowledged={"submitted": 1}, refused=2, violations=3, findings=4, faulted=5)

    assert [
        "{messages: {direction: outbound}, count: 1}",
        "{deliveries: {event: submitted}, acknowledged: true, count: 1}",
        "{requests: {verdict: refused}, count: 2}",
        "{violations: 3}",
        "{findings: {at_most: 4}}",
    ] == steps[-5:]


def test_faults_are_left_out_and_said_to_be() -> None:
    text = written(Recording("recorded", (sent(),), faulted=5))

    assert "# 5 requests met a fault on purpose; they are not replayed." in text


WORDS = st.text(min_size=1, max_size=40)


@given(text=WORDS)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    scenario = loaded(sent(text=text), heard(text=text))

    assert text == evaluate(scenario.rules[0].when.fields["text"], {})
    (inbound,) = [each.act for each in scenario.timeline if each.verb == "inbound"]
    assert text == evaluate(inbound.fields["text"], {})  # type: ignore[union-attr]  # an inbound step


@given(word=st.sampled_from(["yes", "null", "1e3", "0x10", "12", "1m", "on", "a b", "-", "~", "2xx", "true", "5d"]))
def test_a_text_that_looks_like_something_else_stays_a_text(word: str) -> None:
    assert word == loaded(sent(text=word)).rules[0].when.fields["text"]
