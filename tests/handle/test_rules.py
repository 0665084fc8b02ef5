"""Rules made in a test: what they answer, in which order they decide, and the line that a failure names."""

from pathlib import Path

import pytest

from mockserver.errors import UsageError
from mockserver.handle import MockServer
from mockserver.handle.rules import RuleText, place_of_caller
from mockserver.model import Json
from tests.handle.sending import USER, send, sent_by

HERE = Path(__file__).name


def line_of(text: str) -> int:
    """Return the number of the one line of this file that ends so."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    [found] = [number for number, line in enumerate(lines, 1) if line.endswith(text)]
    return found


@pytest.mark.parametrize(
    ("members", "status"),
    [({"problem": "throttled"}, 429), ({"status": 503, "body": {"title": "no"}}, 503), ({}, 202)],
    ids=["problem", "status", "accepted"],
)
def test_rule_answers(mock: MockServer, members: dict[str, Json], status: int) -> None:
    rule = mock.rules.when(channel="sms").respond(**members)

    assert status == send(mock)[0]
    assert 1 == rule.decided


def test_rule_decides_as_often_as_it_says(mock: MockServer) -> None:
    mock.rules.when(channel="sms", times=2).respond(problem="throttled")

    assert [429, 429, 202] == [send(mock)[0] for _ in range(3)]


def test_first_rule_that_fits_decides(mock: MockServer) -> None:
    first = mock.rules.when(to=USER, times=1).respond(problem="throttled")
    second = mock.rules.when(channel="sms").respond(status=503)

    assert [429, 503, 503] == [send(mock)[0] for _ in range(3)]
    first.assert_used(1)
    second.assert_used(2)


def test_another_rule_leaves_counts_alone(mock: MockServer) -> None:
    mock.rules.when(to=USER, times=1).respond(problem="throttled")
    send(mock)
    mock.rules.when(channel="sms").respond(status=503)

    assert 503 == send(mock)[0]


def test_rule_moves_the_message_on(mock: MockServer) -> None:
    mock.rules.when(channel="sms").respond().then("submitted").then("rejected", code=1300, after="10ms")

    sent_by(mock)
    message = mock.wait_for(status="rejected")

    assert (["submitted", "rejected"], 1300) == (message.statuses, message["statuses"][-1]["error"]["code"])


def test_rule_may_go_on_without_an_answer_of_its_own(mock: MockServer) -> None:
    mock.rules.when("channel:sms").then("submitted", {"inbound": {"text": "yes"}, "after": "10ms"})

    sent_by(mock)

    assert "yes" == mock.webhooks.wait_for(event="inbound", state="dropped")["body"]["text"]


def test_rules_can_be_let_go(mock: MockServer) -> None:
    first = mock.rules.when(channel="sms").respond(problem="throttled")
    mock.rules.when(channel="sms").respond(status=503)

    first.remove()
    assert 503 == send(mock)[0]
    mock.rules.clear()
    assert 202 == send(mock)[0]


def test_unused_rule_is_told_with_its_line_and_what_came_near(mock: MockServer) -> None:
    rule = mock.rules.when(channel="sms", text="Hello").respond(problem="throttled")  # unused
    send(mock)

    with pytest.raises(AssertionError) as error:
        rule.assert_used()

    said = str(error.value).splitlines()
    assert said[0].endswith(
        f"{HERE}:{line_of('# unused')}: the rule was to decide at least one send: decided 0 of 0 sends that fit it"
    )
    assert any('text is "Hi"' in line for line in said[1:])


def test_rule_used_too_often_is_told(mock: MockServer) -> None:
    rule = mock.rules.when(channel="sms").respond(problem="throttled")
    send(mock)

    with pytest.raises(AssertionError, match=r"the rule was to decide 2 sends: decided 1 of 1 sends that fit it$"):
        rule.assert_used(2)


def test_failed_assertion_names_the_line_of_each_rule(mock: MockServer) -> None:
    mock.rules.when(channel="sms", times=1).respond(problem="throttled")  # named
    send(mock)

    with pytest.raises(AssertionError) as error:
        mock.assert_sent()

    assert f"{HERE}:{line_of('# named')}: decided 1 of 1 sends that fit it" in str(error.value)
    assert "POST /v1/messages was answered 429" in str(error.value)


@pytest.mark.parametrize(
    ("when", "respond", "said"),
    [
        ({"chanel": "sms"}, {}, "rules[0].when.chanel is not known. Did you mean channel?"),
        ({"channel": "sms"}, {"problem": "throtled"}, 'problem is "throtled", no problem. Did you mean throttled?'),
        ({"channel": "sms"}, {"answer": "thanks"}, "'thanks' is no answer by itself. Write respond(problem="),
    ],
    ids=["field", "problem", "answer"],
)
def test_broken_rule_is_told_with_its_line(
    mock: MockServer, when: dict[str, str], respond: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError) as error:
        mock.rules.when(**when).respond(**respond)  # broken

    assert f"{HERE}:{line_of('# broken')}: " in str(error.value)
    assert said in str(error.value)
    assert 202 == send(mock)[0]


def test_members_go_with_one_step() -> None:
    with pytest.raises(UsageError, match=r"^here:1: members go with one step only\. Write then"):
        RuleText("rule-1", "here:1", {}).going_on(("submitted", "rejected"), {"code": 1300})


def test_place_is_that_of_the_test() -> None:
    assert f"{HERE}:{line_of('# place')}" == place_of_caller().rpartition("/")[2]  # place


def test_rule_of_a_forgotten_account_can_be_let_go(server: MockServer) -> None:
    other = server.new_account()
    rule = other.rules.when(channel="sms").respond()
    other.forget()

    rule.remove()
    rule.remove()
