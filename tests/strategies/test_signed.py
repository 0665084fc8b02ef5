"""Signed webhooks are believed by the official way to verify them, and the forged ones are not."""

import hashlib
from datetime import UTC, datetime

import jwt
import msgspec
import pytest
from hypothesis import find, given, settings

from mockserver.strategies import SignedWebhook, inbound_webhooks, signed, status_webhooks
from mockserver.wire.forging import WRONG

_SECRET = "a secret of thirty-two characters"


def _is_believed(request: SignedWebhook, secret: str = _SECRET) -> bool:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return False
    return bool(claims["payload_hash"] == hashlib.sha256(request.body).hexdigest())


@settings(max_examples=30, database=None)
@given(signed(inbound_webhooks(), _SECRET) | signed(status_webhooks(), _SECRET))
def test_signed_webhook_is_believed_and_is_what_it_says(request: SignedWebhook) -> None:
    assert _is_believed(request)
    assert request.webhook == msgspec.json.decode(request.body)
    assert "application/json" == request.headers["Content-Type"]


@pytest.mark.parametrize("form", WRONG)
def test_forged_webhook_is_not_believed(form: str) -> None:
    request = signed({"message_uuid": "u-1"}, _SECRET, form=form)  # type: ignore[call-overload]

    assert form == request.form
    assert not _is_believed(request)


def test_webhook_signed_with_another_secret_is_not_believed() -> None:
    assert not _is_believed(signed({"message_uuid": "u-1"}, "another secret of some more characters"))


def test_same_webhook_signed_at_the_same_time_is_the_same() -> None:
    at = datetime(2025, 3, 4, tzinfo=UTC)
    webhook = find(inbound_webhooks("v1", "sms"), lambda _: True)

    assert signed(webhook, _SECRET, at=at) == signed(webhook, _SECRET, at=at)
