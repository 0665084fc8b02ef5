"""The tokens of requests that look like webhooks: the right one is a webhook's own, each wrong one is refused."""

import hashlib

import jwt
import pytest

from mockserver.core.scenario_values import TokenForm
from mockserver.wire.forging import WRONG, Signer, authorization
from mockserver.wire.signing import webhook_token

SIGNER = Signer("a-signature-secret-of-at-least-32-bytes", "key")
BODY = b'{"message_uuid":"1"}'
NOW_S = 1_700_000_000.0


def token_of(form: TokenForm) -> str:
    """Return the token of a form."""
    header = authorization(form, BODY, SIGNER, now_s=NOW_S, token_id="id")["Authorization"]
    return header.removeprefix("Bearer ")


def is_believed(token: str) -> bool:
    """Tell whether a careful receiver takes a token for that of the body."""
    try:
        claims = jwt.decode(token, SIGNER.secret, algorithms=["HS256"], options={"verify_iat": False})
    except jwt.InvalidTokenError:
        return False
    return bool(claims["payload_hash"] == hashlib.sha256(BODY).hexdigest())


def test_a_right_token_is_that_of_a_webhook() -> None:
    usual = webhook_token(BODY, SIGNER.secret, issued_s=NOW_S, token_id="id", api_key="key", application=None)

    assert usual == token_of("right")
    assert is_believed(usual)


@pytest.mark.parametrize("form", [each for each in WRONG if each != "unsigned"])
def test_a_wrong_token_is_not_believed(form: TokenForm) -> None:
    assert not is_believed(token_of(form))


def test_unsigned_is_no_header_at_all() -> None:
    assert {} == authorization("unsigned", BODY, SIGNER, now_s=NOW_S, token_id="id")


def test_a_stale_token_is_right_but_a_day_old() -> None:
    claims = jwt.decode(token_of("stale_signature"), options={"verify_signature": False})

    assert NOW_S - 86_400 == claims["iat"]
    assert is_believed(token_of("stale_signature"))


def test_a_token_without_algorithm_says_so() -> None:
    assert "none" == jwt.get_unverified_header(token_of("no_algorithm"))["alg"]
