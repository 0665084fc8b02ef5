"""Accounts out of JSON, as the control API reads them: what is wrong is said with its place."""

from typing import Any

import pytest

from mockserver.config import account_from
from mockserver.errors import ConfigError
from mockserver.model import Account, Application


def refusal(json: Any) -> str:
    """Return the mistake in an account."""
    with pytest.raises(ConfigError) as caught:
        account_from(json, "body")
    return str(caught.value)


def test_an_account_needs_only_its_key() -> None:
    assert Account("abc") == account_from({"api_key": "abc"}, "body")


def test_an_account_keeps_a_public_key(public_pem: str) -> None:
    json = {"api_key": "abc", "applications": [{"id": "app", "public_key": public_pem}]}

    assert (Application("app", public_key=public_pem),) == account_from(json, "body").applications


@pytest.mark.parametrize(
    ("json", "words"),
    [
        ([], "body: This is [], expected a table."),
        ({}, "body: api_key is missing. Add api_key."),
        ({"api_key": ""}, "body: api_key is empty. Give the key its clients use."),
        ({"api_key": 5}, "body: api_key is 5, expected a text."),
        (
            {"api_key": "abc", "secret": ["x"]},
            "body: secret is not known. Did you mean secrets?",
        ),
        (
            {"api_key": "abc", "secrets": "longer-secret"},
            'body: secrets is "longer...", expected a list.',
        ),
        ({"api_key": "abc", "read": "yes"}, 'body: read is "yes", expected true or false.'),
        (
            {"api_key": "abc", "status_url": "nowhere"},
            (
                'body: status_url is "nowhere", expected an absolute http or https URL.'
                " Write it like http://127.0.0.1:9000/webhooks."
            ),
        ),
        (
            {"api_key": "abc", "sms_receipt_method": "PSOT"},
            'body: sms_receipt_method is "PSOT", expected "GET" or "POST". Did you mean "POST"?',
        ),
        (
            {"api_key": "abc", "sms_receipt_method": "x"},
            'body: sms_receipt_method is "x", expected "GET" or "POST". Did you mean "GET"?',
        ),
        (
            {"api_key": "abc", "applications": [{"name": "x"}]},
            "body: applications[0].id is missing. Add id.",
        ),
        (
            {"api_key": "abc", "applications": [{"id": ""}]},
            "body: applications[0].id is empty. Give the id of the application.",
        ),
        (
            {"api_key": "abc", "applications": [{"id": "x", "inbound": "y"}]},
            "body: applications[0].inbound is not known. Did you mean inbound_url?",
        ),
        (
            {"api_key": "abc", "applications": [{"id": "x", "public_key_file": "/etc/passwd"}]},
            ("body: applications[0].public_key_file is not known. Did you mean public_key?"),
        ),
        (
            {"api_key": "abc", "applications": [{"id": "x", "inbound_url": "y"}]},
            (
                'body: applications[0].inbound_url is "y", expected an absolute http or https URL.'
                " Write it like http://127.0.0.1:9000/webhooks."
            ),
        ),
        (
            {"api_key": "abc", "applications": [{"id": "x"}, {"id": "x"}]},
            "body: applications[1] (x) is there already. Remove one of them.",
        ),
        (
            {"api_key": "abc", "senders": [{"channel": "sms", "id": "5"}, {"channel": "sms", "id": "5"}]},
            "body: senders[1] (sms 5) is there already. Remove one of them.",
        ),
        (
            {"api_key": "abc", "senders": [{"channel": "sms", "id": "6"}, {"channel": "SMS", "id": "6"}]},
            "body: senders[1] (sms 6) is there already. Remove one of them.",
        ),
        (
            {
                "api_key": "abc",
                "applications": [{"id": "app-1"}],
                "senders": [{"channel": "sms", "id": "5", "application": "app-2"}],
            },
            'body: senders[0].application is "app-2", which this account lacks. Did you mean "app-1"?',
        ),
        (
            {"api_key": "abc", "senders": [{"channel": "sms", "id": "5", "application": "app"}]},
            'body: senders[0].application is "app", which this account lacks. List it under applications.',
        ),
    ],
    ids=lambda value: value.removeprefix("body: ") if isinstance(value, str) else "",
)
def test_a_mistake_is_told_with_its_place_and_what_to_do(json: Any, words: str) -> None:
    assert words == refusal(json)


def test_the_same_id_on_two_channels_is_two_senders() -> None:
    senders = [{"channel": "sms", "id": "5"}, {"channel": "mms", "id": "5"}]

    assert 2 == len(account_from({"api_key": "abc", "senders": senders}, "body").senders)


def key_refusal(pem: str) -> str:
    """Return why a public key is refused, without the advice."""
    words = refusal({"api_key": "abc", "applications": [{"id": "x", "public_key": pem}]})
    reason, _, advice = words.removeprefix("body: applications[0].public_key ").partition(". ")
    assert "-----BEGIN PUBLIC KEY-----" in advice
    return reason


def test_a_private_key_is_refused_without_repeating_it(private_pem: str) -> None:
    assert "holds a private key" == key_refusal(private_pem)


def test_a_public_key_of_another_kind_is_refused(elliptic_pem: str) -> None:
    assert "is not an RSA key, and tokens are signed with RS256" == key_refusal(elliptic_pem)


@pytest.mark.parametrize(
    "pem",
    ["", "not a key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"],
    ids=["empty", "words", "bytes that are no key"],
)
def test_what_is_no_pem_is_refused(pem: str) -> None:
    assert "is not the PEM of a public key" == key_refusal(pem)
