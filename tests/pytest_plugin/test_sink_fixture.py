"""The sink gets the webhooks of the test's account, and nothing unsigned passes unseen."""

from tests.pytest_plugin.conftest import Run
from tests.pytest_plugin.sending import SENDING


def test_statuses_and_inbound_messages_come_to_the_sink(run_there: Run) -> None:
    source = """
def test_it(messages_api, messages_sink):
    send(messages_api, client_ref="order-7")
    [hook] = messages_sink.wait(path="/status", status="delivered")
    assert "order-7" == hook.body["client_ref"]
    assert messages_api.api_key == hook.claims["api_key"]
    messages_api.inbound("sms", "text", text="yes")
    [hook] = messages_sink.wait(path="/inbound")
    assert "yes" == hook.body["text"]
"""

    run_there(SENDING + source).assert_outcomes(passed=1)


def test_webhooks_are_retried_until_the_sink_acknowledges(run_there: Run) -> None:
    source = """
def test_it(messages_api, messages_sink):
    messages_api.clock.freeze()
    messages_sink.answer(503, times=2)
    messages_api.inbound("sms", "text", text="yes", from_="447700900101", to="447700900010")
    messages_sink.wait(1)
    messages_api.clock.advance("1m")
    assert 3 == len(messages_sink.wait(3))
"""

    run_there(SENDING + source).assert_outcomes(passed=1)


BROKEN_SIGNATURE = """
def test_it(messages_api, messages_sink):
    messages_sink.secret = "another secret than that of the account, and as long"
    send(messages_api)
    LOOK
"""


def test_wrongly_signed_webhook_fails_the_test(run_there: Run) -> None:
    waiting = "messages_api.wait_for('status:delivered'); messages_api.settle()"

    result = run_there(SENDING + BROKEN_SIGNATURE.replace("LOOK", waiting))

    assert 1 == result.parseoutcomes()["failed"]
    result.stdout.fnmatch_lines(
        [
            "* of this test did not have the right signature, and the test did not look at *:",
            '  its token is signed with another secret: /status {"*',
            "*- messages_api: timeline -*",
        ]
    )


def test_wrongly_signed_webhook_that_is_asserted_passes(run_there: Run) -> None:
    look = "assert 'another secret' in messages_sink.wait_refused()[0].reason"

    run_there(SENDING + BROKEN_SIGNATURE.replace("LOOK", look)).assert_outcomes(passed=1)
