"""Scenario files of findings: they lint, send the very bytes that failed, and ask for what must hold."""

from dataclasses import replace

import msgspec
import pytest

from mockserver.core.scenario_values import Http
from mockserver.fuzz.cases import Case, Hook, Talk
from mockserver.fuzz.checks import Finding
from mockserver.fuzz.trial import Asked, Failed, Looked, Posted, Quiet, Step, WebhookFinding
from mockserver.fuzz.writing import Around, with_user, written
from mockserver.scenario.recorded import Asked as Request
from mockserver.service.asking_sut import content_of
from tests.fuzz.conftest import parsed

SUT = "http://127.0.0.1:8000"
AROUND = Around({"inbound": f"{SUT}/in", "status": f"{SUT}/st"})
USER = "12015550100"
TALK = Talk("22222222-2222-4222-8222-222222222222", "sms", "v0.1", "ACME", USER)
ASKED = Asked(0, USER, TALK)


def finding(*steps: Step, check: str = "no-5xx", said: str = "it answered 500") -> WebhookFinding:
    """Return a finding after some steps."""
    return Finding(check, "inbound", said, Failed(Case((Hook("inbound", {}),)), steps))


@pytest.mark.parametrize(
    "content",
    [
        b'{"text":"yes","n":1.5,"more":[null,true]}',
        b'{"text": "spaced"}',
        b"",
        b"nonsense",
        b'"${vars.sut} is no expression"',
        b'{"${vars.sut}":"nor this: $${x}"}',
        '{"text":"\U0001f44d \u202e \x7f"}'.encode(),
        b'{"text":"\\u0000\\ud800"}',
        b"\xff\xfe",
        b"[" * 5000,
        b"12345678901234567890",
        b'{"yes":"no","null":null,"a b":"1"}',
    ],
)
def test_the_very_bytes_are_sent_again(content: bytes) -> None:
    text = written(finding(Posted("inbound", content, "right", ("4xx",))), AROUND)

    (step,) = parsed(text).timeline
    assert isinstance(step.act, Http)
    sent = step.act if step.act.sends_json else msgspec.structs.replace(step.act, body=_evaluated(step.act.body))
    assert content == (content_of(_plain(sent)) or b"")


def _evaluated(text: str | None) -> str | None:
    return None if text is None else text.replace("$${", "${")


def _plain(act: Http) -> Http:
    """Return a step with its JSON as it is sent, without expressions."""
    if not act.sends_json:
        return act
    return msgspec.structs.replace(act, json=msgspec.json.decode(msgspec.json.encode(act.json).replace(b"$${", b"${")))


def test_an_answer_is_asked_for_where_that_is_the_point() -> None:
    steps = (Posted("status", b"{}", "unsigned"), Posted("inbound", b"{}", "wrong_signature", ("4xx",)))

    first, second = parsed(written(finding(*steps, check="refuses"), AROUND)).timeline

    assert isinstance(first.act, Http)
    assert isinstance(second.act, Http)
    assert (f"{SUT}/st", "unsigned", None) == (first.act.url, first.act.token, first.answered)
    assert second.answered is not None
    assert (f"{SUT}/in", "wrong_signature", ((400, 499),)) == (
        second.act.url,
        second.act.token,
        second.answered.statuses,
    )


def test_ids_and_users_are_those_of_the_replay() -> None:
    content = msgspec.json.encode({"message_uuid": TALK.uuid, "to": {"number": USER}, "by": USER})
    around = replace(AROUND, asks=(Request("POST", "/remind", {"to": "{user}", "text": "Hi ${you}"}),))

    text = written(finding(ASKED, Posted("status", content, None)), around)

    asked, awaited, posted = parsed(text).timeline
    assert {"uuid": "${message.uuid}"} == awaited.capture
    assert isinstance(asked.act, Http)
    assert isinstance(posted.act, Http)
    assert {"to": USER, "text": "Hi $${you}"} == asked.act.json
    assert {"message_uuid": "${uuid}", "to": {"number": USER}, "by": USER} == posted.act.json
    assert 'user: "12015550100"' in text


def test_sends_are_counted_before_and_after() -> None:
    text = written(finding(Quiet(2), Quiet(2, is_most=True), check="sends-once"), AROUND)

    assert "- await: {messages: {direction: outbound}, count: 2, within: 10s}\n" in text
    assert "expect: {messages: {direction: outbound}, at_most: 2, within: 1s}\n" in text
    assert 2 == len(parsed(text).timeline)


def test_nothing_is_awaited_where_nothing_was_sent() -> None:
    text = written(finding(Quiet(0), Quiet(0, is_most=True), check="sends-once"), AROUND)

    assert 1 == len(parsed(text).timeline)


def test_the_state_must_be_what_it_was() -> None:
    around = replace(AROUND, state_url=f"{SUT}/state")

    text = written(finding(Looked(), Looked(is_same=True), check="state-once"), around)

    first, second = parsed(text).timeline
    assert {"state": "${answer.text}"} == first.capture
    assert second.answered is not None
    assert {"text": {"equals": "${state}"}} == second.answered.fields


def test_the_secret_is_there_only_if_it_is_not_the_usual_one() -> None:
    found = finding(Posted("inbound", b"{}", "right"))

    assert "signature_secret" not in written(found, AROUND)
    assert "signature_secret: s3cret" in written(found, replace(AROUND, secret="s3cret"))


def test_what_is_said_stays_on_its_line() -> None:
    text = written(finding(said="line\nbreak: x\u2028"), AROUND)

    assert text.startswith(
        "# Found by mockserver fuzz, seed 0: line\\nbreak: x\\u2028.\n# It must hold that no webhook"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [("{user}", "7"), ({"to": ["{user}", 1]}, {"to": ["7", 1]}), (None, None), ("to {user}!", "to 7!")],
)
def test_a_user_is_put_wherever_one_stands(value: object, expected: object) -> None:
    assert expected == with_user(value, "7")
