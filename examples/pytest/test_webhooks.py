"""The service answers a "yes" once, whatever the network does, and believes nobody without a genuine token."""

import pytest

from mockserver.handle import AsyncMockServer

PATIENT, CLINIC = "447700900101", "447700900010"


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
async def test_yes_is_confirmed(clinic_api: AsyncMockServer, channel: str) -> None:
    await clinic_api.inbound(channel, text="Yes", from_=PATIENT, to=CLINIC)

    confirmation = await clinic_api.wait_for(channel=channel, to=PATIENT)
    assert "See you then." == confirmation.text
    await clinic_api.webhooks.assert_acknowledged(event="inbound")


async def test_anything_else_is_not(clinic_api: AsyncMockServer) -> None:
    await clinic_api.inbound("sms", text="Who is this?", from_=PATIENT, to=CLINIC)
    await clinic_api.settle()

    await clinic_api.assert_nothing_sent()


async def test_yes_that_comes_twice_is_confirmed_once(clinic_api: AsyncMockServer) -> None:
    await clinic_api.faults.add("webhooks", "duplicate")
    await clinic_api.inbound("sms", text="Yes", from_=PATIENT, to=CLINIC)
    await clinic_api.settle()

    await clinic_api.assert_sent(to=PATIENT, count=1)


@pytest.mark.parametrize("fault", ["unsigned", "wrong_signature"])
async def test_webhook_that_is_not_genuine_is_refused(clinic_api: AsyncMockServer, fault: str) -> None:
    await clinic_api.faults.add("webhooks", fault)
    await clinic_api.inbound("sms", text="Yes", from_=PATIENT, to=CLINIC)
    await clinic_api.settle()

    await clinic_api.assert_nothing_sent()
