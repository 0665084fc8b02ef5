"""Where webhooks go, row by row of the documented table: what is not set falls back, what is empty does not."""

import msgspec
import pytest

from mockserver.core.routing import (
    Target,
    application_of,
    inbound_target,
    inbound_version,
    linked_application,
    status_target,
)
from mockserver.model import Account, Application, Sender

_DEFAULT = "http://default.test/hook"
_FULL = Application("app-1", inbound_url="http://app.test/in", status_url="http://app.test/st")
_BARE = Application("app-2")
_SILENT = Application("app-3", inbound_url="", status_url="")
_SENDERS = (
    Sender("whatsapp", "447700900199", "app-1"),
    Sender("sms", "447700900199", "app-1"),
    Sender("viber", "31007", "app-2"),
    Sender("messenger", "page-3", "app-3"),
    Sender("mms", "70707"),
    Sender("mms", "80808", "app-1"),
)


def _account(**changes: str) -> Account:
    plain = Account("key", applications=(_FULL, _BARE, _SILENT), senders=_SENDERS)
    return msgspec.structs.replace(plain, **changes)


def _status(  # one argument a column of the table
    account: Account,
    *,
    channel: str = "whatsapp",
    sender: str = "nobody",
    application: str | None = None,
    default: str | None = _DEFAULT,
    receipts: bool = False,
) -> Target:
    return status_target(
        account,
        default,
        channel=channel,
        sender=sender,
        application_id=application,
        takes_receipts=receipts,
    )


# Statuses of what was sent with a token


def test_status_of_a_token_goes_to_its_application() -> None:
    assert _status(_account(), application="app-1") == Target("http://app.test/st", "app-1")


def test_status_of_a_token_does_not_follow_the_senders_link() -> None:
    target = _status(_account(), channel="messenger", sender="page-3", application="app-1")

    assert target == Target("http://app.test/st", "app-1")


def test_status_of_a_token_never_goes_to_the_receipt_url() -> None:
    account = _account(sms_receipt_url="http://account.test/receipt")

    assert _status(account, channel="sms", application="app-1", receipts=True).url == "http://app.test/st"


@pytest.mark.parametrize("application", ["app-2", "unknown"])
def test_status_of_a_token_falls_back_to_account_and_default_and_keeps_its_application(application: str) -> None:
    account = _account(status_url="http://account.test/st")

    assert _status(account, application=application) == Target("http://account.test/st", application)
    assert _status(_account(), application=application) == Target(_DEFAULT, application)


# Statuses of what was sent with key and secret


def test_status_of_a_sms_by_key_goes_to_the_accounts_receipt_url() -> None:
    account = _account(sms_receipt_url="http://account.test/receipt", sms_receipt_method="POST")

    target = _status(account, channel="sms", sender="447700900199", receipts=True)

    assert target == Target("http://account.test/receipt", receipt_method="POST")


def test_status_by_key_on_a_channel_without_receipts_ignores_the_receipt_url() -> None:
    account = _account(sms_receipt_url="http://account.test/receipt")

    assert _status(account, receipts=False) == Target(_DEFAULT)


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_status_by_key_goes_to_the_application_the_sender_is_linked_to(channel: str) -> None:
    target = _status(_account(), channel=channel, sender="447700900199", receipts=channel == "sms")

    assert target == Target("http://app.test/st", "app-1")


@pytest.mark.parametrize(
    ("channel", "sender", "application"),
    [("viber", "31007", "app-2"), ("mms", "70707", None), ("viber", "447700900199", None), ("sms", "x", None)],
    ids=["linked to one without a URL", "not linked", "linked on another channel", "unknown sender"],
)
def test_status_by_key_falls_back_to_the_account_then_to_the_default(
    channel: str, sender: str, application: str | None
) -> None:
    account = _account(status_url="http://account.test/st")

    assert _status(account, channel=channel, sender=sender) == Target("http://account.test/st", application)
    assert _status(_account(), channel=channel, sender=sender) == Target(_DEFAULT, application)


def test_status_without_any_url_is_dropped_with_what_to_set() -> None:
    target = _status(_account(), default=None)

    assert target == Target(
        None, None, "no status URL is set: use --status-url, mockserver.toml or PUT /_mock/accounts/KEY"
    )


def test_status_url_set_to_nothing_does_not_fall_back() -> None:
    nothing = Target(None, "app-3", "the status URL is set to nothing")

    assert _status(_account(status_url="http://account.test/st"), application="app-3") == nothing
    assert _status(_account(status_url="")) == Target(None, None, "the status URL is set to nothing")


# Inbound messages


@pytest.mark.parametrize(
    ("channel", "recipient"), [("whatsapp", "447700900199"), ("mms", "80808")], ids=["chat", "mms"]
)
def test_inbound_goes_to_the_application_the_recipient_is_linked_to(channel: str, recipient: str) -> None:
    target = inbound_target(_account(), _DEFAULT, channel=channel, recipient=recipient)

    assert target == Target("http://app.test/in", "app-1")


@pytest.mark.parametrize(
    ("channel", "recipient", "application"),
    [("viber", "31007", "app-2"), ("mms", "70707", None), ("messenger", "page-9", None)],
    ids=["linked to one without a URL", "not linked", "unknown recipient"],
)
def test_inbound_falls_back_to_the_account_then_to_the_default(
    channel: str, recipient: str, application: str | None
) -> None:
    account = _account(inbound_url="http://account.test/in")

    found = [inbound_target(each, _DEFAULT, channel=channel, recipient=recipient) for each in (account, _account())]

    assert found == [Target("http://account.test/in", application), Target(_DEFAULT, application)]


def test_inbound_without_any_url_is_dropped_with_what_to_set() -> None:
    target = inbound_target(_account(), None, channel="mms", recipient="70707")

    assert target.url is None
    assert target.why == "no inbound URL is set: use --inbound-url, mockserver.toml or PUT /_mock/accounts/KEY"


def test_inbound_url_set_to_nothing_does_not_fall_back() -> None:
    account = _account(inbound_url="http://account.test/in")

    target = inbound_target(account, _DEFAULT, channel="messenger", recipient="page-3")

    assert target == Target(None, "app-3", "the inbound URL is set to nothing")


@pytest.mark.parametrize(
    ("wanted", "last", "possible", "expected"),
    [
        pytest.param("v0.1", "v1", ["v0.1", "v1"], "v0.1", id="wanted wins"),
        pytest.param("v0.1", "v1", ["v1"], "v0.1", id="wanted wins though it cannot be"),
        pytest.param(None, "v0.1", ["v0.1", "v1"], "v0.1", id="as the last message sent"),
        pytest.param(None, None, ["v0.1", "v1"], "v1", id="v1 if none was sent"),
        pytest.param(None, "v0.1", ["v1"], "v1", id="the only version that has it, after v0.1"),
        pytest.param(None, None, ["v0.1"], "v0.1", id="the only version that has it"),
        pytest.param(None, "v0.1", [], "v0.1", id="no version has it"),
    ],
)
def test_inbound_version_is_the_one_wanted_else_the_likeliest(
    wanted: str | None, last: str | None, possible: list[str], expected: str
) -> None:
    assert expected == inbound_version(wanted, last, possible)


# Look-ups


def test_application_of_finds_by_id() -> None:
    assert application_of(_account(), "app-2") is _BARE
    assert application_of(_account(), "app-9") is None
    assert application_of(_account(), None) is None


def test_linked_application_of_an_application_nobody_knows_is_none() -> None:
    account = Account("key", senders=(Sender("sms", "ACME", "gone"),))

    assert linked_application(account, "sms", "ACME") is None
