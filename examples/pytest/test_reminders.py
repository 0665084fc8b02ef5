"""The library sends what it should, and says why it could not."""

import pytest
from reminders import NotSentError, Reminders

from mockserver import MockServer
from mockserver.pytest_plugin.sink import MessagesSink

PATIENT = "447700900101"


def test_reminder_is_sent(reminders: Reminders, messages_api: MockServer) -> None:
    uuid = reminders.remind(f"+{PATIENT}", "Tomorrow at ten?", "appointment-7")

    [message] = messages_api.assert_sent(to=PATIENT, text="Tomorrow at ten?", client_ref="appointment-7", count=1)
    assert uuid == message.uuid


def test_too_long_text_is_never_sent(reminders: Reminders, messages_api: MockServer) -> None:
    with pytest.raises(ValueError, match="918 fit"):
        reminders.remind(PATIENT, "x" * 919, "appointment-7")

    messages_api.assert_nothing_sent()


def test_throttled_reminder_is_worth_a_retry(reminders: Reminders, messages_api: MockServer) -> None:
    busy = messages_api.rules.when(channel="sms", times=1).respond(problem="throttled")

    with pytest.raises(NotSentError) as error:
        reminders.remind(PATIENT, "Tomorrow at ten?", "appointment-7")

    assert error.value.is_worth_a_retry
    busy.assert_used()
    assert reminders.remind(PATIENT, "Tomorrow at ten?", "appointment-7")


def test_refused_reminder_says_why(reminders: Reminders, messages_api: MockServer) -> None:
    with pytest.raises(NotSentError, match="Invalid params"):
        reminders.remind(PATIENT, "", "appointment-7")

    assert ["text"] == [each["name"] for each in messages_api.violations()]


def test_empty_balance_is_not_worth_a_retry(reminders: Reminders) -> None:
    with pytest.raises(NotSentError, match="Low balance") as error:
        reminders.remind("99900000402", "Tomorrow at ten?", "appointment-7")

    assert not error.value.is_worth_a_retry


@pytest.mark.messages_api(scenario="never_delivered.yaml")
def test_scenario_decides_what_becomes_of_it(reminders: Reminders, messages_sink: MessagesSink) -> None:
    uuid = reminders.remind(PATIENT, "Tomorrow at ten?", "appointment-7")

    [hook] = messages_sink.wait(status="undeliverable", message_uuid=uuid)
    assert "1260" in hook.body["error"]["title"]


def test_statuses_name_the_reminder(reminders: Reminders, messages_sink: MessagesSink) -> None:
    uuid = reminders.remind(PATIENT, "Tomorrow at ten?", "appointment-7")

    [hook] = messages_sink.wait(status="delivered", message_uuid=uuid)
    assert "appointment-7" == hook.body["client_ref"]
