"""A server with no sockets beside an application under test: webhooks come, answers go, and nothing hangs."""

import asyncio
import threading
from dataclasses import replace

import httpx2
import pytest

from mockserver import MockServer, Settings
from mockserver.errors import UnreachableError, UsageError
from mockserver.handle.asgi import Event, Receive, Send
from tests.handle.conftest import QUICK, Clinic
from tests.handle.sending import CLINIC, USER, open_files


async def test_application_may_send_while_it_handles_a_webhook(clinic: Clinic) -> None:
    async with MockServer.in_process(QUICK, sut=clinic.app) as mock:
        clinic.mock = mock

        await mock.inbound("sms", text="yes", from_=USER, to=CLINIC)
        answer = await mock.wait_for(to=USER)
        await mock.settle()

        assert "You said: yes" == answer.text
        assert ["submitted", "delivered"] == clinic.statuses()
        assert 3 == len(await mock.webhooks.assert_acknowledged(count=3, within_s=0))
        assert {asyncio.get_running_loop()} == clinic.loops


async def test_talk_of_many_turns_settles(clinic: Clinic) -> None:
    async with MockServer.in_process(QUICK, sut=clinic.app) as mock:
        clinic.mock = mock

        for number in range(20):
            await mock.inbound("sms", text=str(number), from_=USER, to=CLINIC)
        await mock.settle()

        assert 20 == len(await mock.assert_sent(count=20))
        assert [f"You said: {number}" for number in range(20)] == [each.text for each in await mock.sent()]


def test_test_without_a_loop_has_the_same_verbs(clinic: Clinic) -> None:
    with MockServer.in_process(QUICK, sut=clinic.app) as mock:
        clinic.mock = mock

        mock.inbound("sms", text="yes", from_=USER, to=CLINIC)
        assert "You said: yes" == mock.wait_for(to=USER).text
        mock.settle()

        assert ["submitted", "delivered"] == clinic.statuses()


def test_application_can_be_called_from_any_loop(clinic: Clinic) -> None:
    with MockServer.in_process(QUICK) as mock:
        clinic.mock = mock

        answers = [asyncio.run(clinic.send(text=f"number {number}")) for number in range(2)]

        assert [202, 202] == [each.status_code for each in answers]
        mock.assert_sent(count=2)


async def test_verbs_can_be_awaited_beside_a_server_in_a_thread(clinic: Clinic) -> None:
    with MockServer.in_process(QUICK) as mock:
        clinic.mock = mock
        await clinic.send()

        assert 1 == len(await mock.aio.sent())


async def test_application_starts_and_stops_with_the_server(clinic: Clinic) -> None:
    async with MockServer.in_process(QUICK, sut=clinic.app):
        assert ["started"] == clinic.life

    assert ["started", "stopped"] == clinic.life


async def test_life_of_the_application_can_be_left_to_others(clinic: Clinic) -> None:
    async with MockServer.in_process(QUICK, sut=clinic.app, lifespan=False):
        assert [] == clinic.life


async def test_application_that_raises_answers_500_and_is_tried_again(clinic: Clinic) -> None:
    clinic.fails = 1
    async with MockServer.in_process(QUICK, sut=clinic.app) as mock:
        clinic.mock = mock
        await mock.clock.freeze()
        await clinic.send()
        await mock.clock.advance("1h")

        [webhook] = await mock.webhooks.list(status="submitted")
        assert [500, 204] == [each["status"] for each in webhook["attempts"]]
        assert ["submitted", "delivered"] == clinic.statuses()


async def _plain(_scope: Event, _receive: Receive, _send: Send) -> None:
    """Fail with no framework around that would answer."""
    raise ZeroDivisionError("the clinic is closed")


async def test_application_that_raises_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with MockServer.in_process(QUICK, sut=_plain) as mock:
        await mock.inbound("sms", text="yes", from_=USER, to=CLINIC)
        await mock.settle()

        [webhook] = await mock.webhooks.list()
        assert [500] == [each["status"] for each in webhook["attempts"]]
        assert "the application raised while it handled a webhook to http://sut/webhooks/inbound" in caplog.text
        assert "ZeroDivisionError" in caplog.text


async def _silent(scope: Event, _receive: Receive, _send: Send) -> None:
    """Never answer a webhook, know no life span."""
    if scope["type"] == "http":
        await asyncio.Event().wait()


async def _absent(_scope: Event, _receive: Receive, _send: Send) -> None:
    """Return with no answer."""


@pytest.mark.parametrize(
    ("app", "error"),
    [
        (_silent, "no answer within 0.05 s"),
        (_absent, "the application did not answer POST http://sut/webhooks/inbound"),
    ],
    ids=["silent", "absent"],
)
async def test_application_without_an_answer_is_told_so(app: object, error: str) -> None:
    settings = replace(QUICK, answer_timeout_s=0.05)
    async with MockServer.in_process(settings, sut=app) as mock:  # type: ignore[arg-type]  # an application
        await mock.inbound("sms", text="yes", from_=USER, to=CLINIC)
        await mock.settle()

        [webhook] = await mock.webhooks.list()
        assert [error] == [each["error"] for each in webhook["attempts"]]


async def test_settings_say_where_the_application_takes_webhooks(clinic: Clinic) -> None:
    settings = replace(QUICK, inbound_url="https://clinic.example/nowhere?x=1")
    async with MockServer.in_process(settings, sut=clinic.app) as mock:
        await mock.inbound("sms", text="yes", from_=USER, to=CLINIC)
        await mock.settle()

        [webhook] = await mock.webhooks.list()
        assert [404] == [each["status"] for each in webhook["attempts"]]


async def test_new_account_sends_its_webhooks_to_the_application(clinic: Clinic) -> None:
    async with MockServer.in_process(QUICK, sut=clinic.app) as server:
        clinic.mock = mock = await server.new_account()
        await clinic.send()
        await mock.wait_for(status="delivered")
        await mock.settle()

        assert ["submitted", "delivered"] == clinic.statuses()
        assert [] == await server.sent()


@pytest.mark.parametrize("app", [None, "clinic"])
def test_nothing_is_left_in_process(app: str | None) -> None:
    def use() -> None:
        clinic = Clinic()
        with MockServer.in_process(QUICK, sut=clinic.app if app else None) as mock:
            clinic.mock = mock
            asyncio.run(clinic.send())
            mock.settle()

    use()
    threads, files = set(threading.enumerate()), open_files()
    for _ in range(3):
        use()

    assert set() == set(threading.enumerate()) - threads
    assert open_files() <= files


def test_handle_of_an_ended_server_says_so() -> None:
    with MockServer.in_process(QUICK) as mock:
        pass

    with pytest.raises(UnreachableError, match="in this process has ended"):
        mock.sent()


def test_server_in_process_has_neither_https_nor_a_port() -> None:
    with MockServer.in_process(QUICK) as mock:
        assert ("http://mockserver", None, None) == (mock.url, mock.tls_url, mock.ca_file)
        with pytest.raises(
            UsageError, match=r"Python, vonage 4 speaks https only, and this server has none\. Use serv"
        ):
            mock.env("python")


async def test_blocking_clients_of_starlette_reach_the_application() -> None:
    from starlette.testclient import TestClient

    async with MockServer.in_process(QUICK) as mock:
        client = TestClient(mock.app)
        health = await asyncio.to_thread(client.get, "/_mock/health")

        assert "ok" == health.json()["status"]
        assert isinstance(health, httpx2.Response)


def test_settings_of_a_server_hold_in_process() -> None:
    with MockServer.in_process(Settings(strict=True)) as mock:
        assert not mock.explain({"channel": "sms", "colour": "red"})["valid"]
