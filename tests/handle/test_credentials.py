"""Credentials open the account, are its own, and are written as clients want them."""

import time

import jwt
import pytest

from mockserver.errors import UsageError
from mockserver.handle import KeyPair, MockServer
from mockserver.handle.access import Access, Place
from mockserver.handle.credentials import Credentials
from tests.handle.sending import send


def test_token_opens_the_account(mock: MockServer) -> None:
    assert 202 == send(mock, auth=f"Bearer {mock.jwt()}")[0]
    assert [mock.application_id] == [each["application_id"] for each in mock.sent()]


@pytest.mark.parametrize("claims", [{"exp": 1}, {"iat": 4_000_000_000}, {"application_id": "other"}], ids=str)
def test_wrong_token_does_not(mock: MockServer, claims: dict[str, int]) -> None:
    token = mock.jwt(**claims)

    send(mock, auth=f"Bearer {token}")

    assert [] == mock.sent()


def test_token_of_another_key_is_refused(mock: MockServer) -> None:
    claims = {"application_id": mock.application_id, "iat": int(time.time()), "exp": int(time.time()) + 60, "jti": "1"}

    assert 401 == send(mock, auth="Bearer " + jwt.encode(claims, KeyPair.new().private, algorithm="RS256"))[0]


def test_token_lives_as_long_as_asked(mock: MockServer) -> None:
    claims = jwt.decode(mock.jwt(lives_s=60), mock.public_key, algorithms=["RS256"])

    assert (60, mock.application_id) == (claims["exp"] - claims["iat"], claims["application_id"])


def test_wrong_secret_is_refused(mock: MockServer, server: MockServer) -> None:
    other = server.new_account()

    assert 401 == send(mock, auth=Access(Place(""), Credentials(mock.api_key, other.api_secret)).basic)[0]
    other.forget()


def test_environment_holds_what_programs_need(mock: MockServer) -> None:
    assert {
        "MESSAGES_API_URL": mock.url,
        "MESSAGES_API_KEY": mock.api_key,
        "MESSAGES_API_SECRET": mock.api_secret,
        "MESSAGES_APPLICATION_ID": mock.application_id,
        "MESSAGES_PRIVATE_KEY": mock.private_key,
        "MESSAGES_SIGNATURE_SECRET": mock.signature_secret,
    } == mock.env()


def test_environment_of_a_client_names_the_certificate() -> None:
    with MockServer.serving() as mock:
        assert str(mock.ca_file) == mock.env("python")["REQUESTS_CA_BUNDLE"] == mock.env("py")["MESSAGES_API_CA_FILE"]
        assert str(mock.ca_file) == mock.env("node")["NODE_EXTRA_CA_CERTS"]


@pytest.mark.parametrize(
    "name", ["api_secret", "application_id", "private_key", "public_key", "signature_secret", "basic", "app"]
)
def test_what_is_not_known_is_told(name: str) -> None:
    access = Access(Place("http://127.0.0.1:1"), Credentials("someone"))

    with pytest.raises(UsageError, match=r"(someone is not|of someone is) known here\. Use new_account|no application"):
        getattr(access, name)


def test_handle_says_where_and_whose_it_is(mock: MockServer) -> None:
    assert f"<MockServer {mock.url} account {mock.api_key}>" == repr(mock)
