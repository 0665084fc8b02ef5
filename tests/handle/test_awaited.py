"""The awaited verbs, a tour through all of them beside an application under test."""

from pathlib import Path

import pytest

from mockserver import MockServer
from mockserver.errors import UsageError
from tests.handle.conftest import QUICK, Clinic
from tests.handle.sending import CLINIC, USER
from tests.handle.test_verbs import STORY

_HERE = Path(__file__).name


async def test_accounts_can_be_made_and_forgotten() -> None:
    async with MockServer.in_process(QUICK) as mock:
        account = await mock.new_account(read=True)
        await account.configure(status_url="http://127.0.0.1:9/")
        assert "http://127.0.0.1:9/" == (await mock.ask("GET", f"accounts/{account.api_key}"))["status_url"]
        assert [] == await mock.account(account.api_key).sent()
        await account.forget()

        with pytest.raises(UsageError, match="no account"):
            await account.sent()


async def test_messages_webhooks_and_journal(clinic: Clinic) -> None:
    async with MockServer.in_process(QUICK, sut=clinic.app) as mock:
        clinic.mock = mock
        await clinic.send(colour="red")
        [message] = await mock.assert_sent(within_s=1)
        await mock.assert_nothing_sent(to=CLINIC)
        assert "rejected" == (await mock.status(message, "rejected", code=1300)).status
        webhook = await mock.webhooks.wait_for(status="rejected", acknowledged=True)
        await mock.webhooks.redeliver(webhook)
        await mock.settle()
        assert 1 <= len(await mock.webhooks.assert_sent(status="rejected"))
        await mock.webhooks.assert_none(event="inbound")
        assert ([], ["colour"]) == (await mock.violations(), [each["name"] for each in await mock.findings()])
        assert "POST /v1/messages 202" in await mock.timeline()
        assert (await mock.explain({"channel": "sms"}))["valid"] is False
        await mock.reset()

        assert [] == await mock.journal()


async def test_clock_and_faults(clinic: Clinic) -> None:
    async with MockServer.in_process(QUICK) as mock:
        clinic.mock = mock
        await mock.clock.freeze()
        fault = await mock.faults.add("answers", "status", status=503)
        assert 503 == (await clinic.send()).status_code
        assert [1] == [each["hits"] for each in await mock.faults.list()]
        await mock.faults.remove(fault)
        await mock.faults.clear()
        assert 202 == (await clinic.send()).status_code
        assert 2 == (await mock.clock.advance("1h"))["counts"]["status"]
        await mock.clock.real()

        assert "real" == (await mock.clock.read())["mode"]


async def test_rules(clinic: Clinic) -> None:
    async with MockServer.in_process(QUICK) as mock:
        clinic.mock = mock
        rule = await mock.rules.when(channel="sms", text="Hello").respond(problem="throttled")
        assert 202 == (await clinic.send()).status_code
        with pytest.raises(AssertionError, match=rf"{_HERE}:\d+: the rule was to decide at least one send"):
            await rule.assert_used()
        assert 429 == (await clinic.send(text="Hello")).status_code
        assert 1 == await rule.decided()
        await mock.rules.clear()
        assert 202 == (await clinic.send(text="Hello")).status_code

        with pytest.raises(UsageError, match=rf"{_HERE}:\d+: rules\[0\]\.when\.chanel is not known"):
            await mock.rules.when(chanel="sms").respond()


async def test_rules_of_an_account_that_was_forgotten_are_gone() -> None:
    async with MockServer.in_process(QUICK) as server:
        mock = await server.new_account()
        rule = await mock.rules.when(channel="sms").then("submitted")
        await mock.rules.when(channel="mms").then("submitted")
        await mock.forget()

        await rule.remove()
        await mock.rules.clear()


async def test_scenario(clinic: Clinic, tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY, encoding="utf-8")
    async with MockServer.in_process(QUICK) as mock:
        clinic.mock = mock
        story = await mock.scenario(path, who=USER)
        assert 429 == (await clinic.send()).status_code
        assert ("running", 1) == ((await story.report())["outcome"], (await story.state())["sends"])
        with pytest.raises(AssertionError, match="scenario story failed"):
            await story.assert_passed()

        await story.remove()
        assert "stopped" == (await (await mock.scenario(path)).stop())["outcome"]
