"""Accounts out of JSON, as the control API reads them: what is wrong is said with its place."""

from typing import Any

import pytest

from mockserver.config import account_from
from mockserver.errors import ConfigError
from mockserver.model import Account, Application, Json, Provider, Rate, Template


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
            {"api_key": "abc", "webhook_version": "V1"},
            'body: webhook_version is "V1", expected one of "v0.1", "v1". Did you mean "v1"?',
        ),
        (
            {"api_key": "abc", "webhook_version": 1},
            'body: webhook_version is 1, expected one of "v0.1", "v1". Did you mean "v1"?',
        ),
        (
            {"api_key": "abc", "webhook_version": ["v1"]},
            'body: webhook_version is ["v1"], expected one of "v0.1", "v1". Did you mean "v0.1"?',
        ),
        (
            {"api_key": "abc", "applications": [{"id": "x"}, {"id": "y", "webhook_version": "0.1"}]},
            'body: applications[1].webhook_version is "0.1", expected one of "v0.1", "v1". Did you mean "v0.1"?',
        ),
        (
            {"api_key": "abc", "applications": [{"id": "x", "webhook_version": ""}]},
            'body: applications[0].webhook_version is "", expected one of "v0.1", "v1". Did you mean "v0.1"?',
        ),
        (
            {"api_key": "abc", "applications": [{"id": "x", "webhooks_version": "v1"}]},
            "body: applications[0].webhooks_version is not known. Did you mean webhook_version?",
        ),
        (
            {"api_key": "abc", "applications": [{"id": "x", "messages": "no"}]},
            'body: applications[0].messages is "no", expected true or false.',
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


def test_an_account_and_its_applications_have_a_version_of_webhooks_each() -> None:
    applications = [{"id": "a", "webhook_version": "v0.1"}, {"id": "b", "webhook_version": None}, {"id": "c"}]
    json = {"api_key": "abc", "webhook_version": "v1", "applications": applications}

    expected = (Application("a", webhook_version="v0.1"), Application("b"), Application("c"))
    assert Account("abc", webhook_version="v1", applications=expected) == account_from(json, "body")


def test_an_application_may_lack_the_messages_capability() -> None:
    json = {"api_key": "abc", "applications": [{"id": "a", "messages": False}]}

    assert (Application("a", messages=False),) == account_from(json, "body").applications


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


PROVIDER = {
    "rules": {"window": "off", "sender": "on"},
    "templates": [{"name": "acme_ns:login", "languages": ["en-GB"], "parameters": 2, "body": "{{1}} {{2}}"}],
    "known_recipients": {"whatsapp": ["447700900103"]},
    "opt_outs": ["447700900104"],
    "whitelist": [],
    "unreachable": ["447700900105"],
    "numbers": {"447700900106": 1300},
    "countries": {"viber": ["44"]},
    "media": [{"url": "https://files.example.org/a.png", "bytes": 5, "reachable": False}],
    "tags": ["ACCOUNT_UPDATE"],
    "page_token_expired": True,
    "pass_phrase": "join red fox",
    "balance": "10.5",
    "low_balance": "rejected",
    "prices": {"sms": "0.05"},
    "rates": {"key": {"per_s": 30}, "sender": {"per_s": 0.5, "burst": 2}, "recipient": {"per_s": 1}},
    "throttled": "rejected",
}


def test_all_of_the_provider_s_side_can_be_told() -> None:
    found = account_from({"api_key": "abc", "provider": PROVIDER}, "body").provider

    assert isinstance(found, Provider)
    assert PROVIDER.keys() == set(found.__struct_fields__)
    assert Template("acme_ns:login", languages=("en-GB",), parameters=2, body="{{1}} {{2}}") == found.templates[0]
    assert Rate(0.5, 2) == (found.rates and found.rates.sender)
    assert () == found.whitelist


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ([], "provider is [], expected a table."),
        ({"opt_out": []}, "provider.opt_out is not known. Did you mean opt_outs?"),
        ({"templates": [{"nam": "x"}]}, "provider.templates[0].nam is not known. Did you mean name?"),
        ({"templates": [{}]}, "provider.templates[0].name is missing. Add name."),
        ({"media": [{"uri": "x"}]}, "provider.media[0].uri is not known. Did you mean url?"),
        ({"rates": {"sendr": {}}}, "provider.rates.sendr is not known. Did you mean sender?"),
        ({"rates": {"key": {"per": 1}}}, "provider.rates.key.per is not known. Did you mean per_s?"),
        ({"rates": {"key": {}}}, "provider.rates.key.per_s is missing. Add per_s."),
        ({"rates": {"key": {"per_s": "fast"}}}, 'provider.rates.key.per_s is "fast", expected a number.'),
        (
            {"rates": {"key": {"per_s": 0}}},
            (
                "provider.rates.key is 0 a second and 1 at once; nothing would get through."
                " Give a per_s above 0 and a burst of at least 1."
            ),
        ),
        (
            {"rates": {"recipient": {"per_s": 1, "burst": 0}}},
            (
                "provider.rates.recipient is 1 a second and 0 at once; nothing would get through."
                " Give a per_s above 0 and a burst of at least 1."
            ),
        ),
        (
            {"rules": {"window": "of"}},
            'provider.rules.window is "of", expected one of "auto", "on", "off". Did you mean "off"?',
        ),
        (
            {"rules": {"window": True}},
            'provider.rules.window is true, expected one of "auto", "on", "off". Did you mean "auto"?',
        ),
        (
            {"low_balance": "reject"},
            'provider.low_balance is "reject", expected one of "refused", "rejected". Did you mean "rejected"?',
        ),
        ({"balance": 5}, "provider.balance is 5, expected a text."),
        ({"balance": "-5"}, 'provider.balance is "-5", expected an amount. Write it like "0.0333".'),
        ({"prices": {"sms": "free"}}, 'provider.prices.sms is "free", expected an amount. Write it like "0.0333".'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_in_the_provider_s_side_is_told_with_its_place(provider: Any, words: str) -> None:
    assert f"body: {words}" == refusal({"api_key": "abc", "provider": provider})


@pytest.mark.parametrize("provider", [{"numbers": {"447700900101": None}}, {"prices": {"sms": 0}}])
def test_wrong_value_under_a_free_key_is_told_with_the_table_it_is_in(provider: Json) -> None:
    (table,) = provider

    with pytest.raises(ConfigError, match=rf"provider\.{table} holds a value that is not"):
        account_from({"api_key": "ab12cd34", "provider": provider}, "PUT")
