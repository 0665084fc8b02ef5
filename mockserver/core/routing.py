"""Where a webhook goes: pure look-ups over what an account told us; knows no defaults of the server by itself.

Source: domain facts, messages-v0.1 part 4.5.
"""

from dataclasses import dataclass

from mockserver.model import Account, Application


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send a webhook. ``url`` of ``None`` means nowhere, and ``why`` says what to configure."""

    url: str | None
    application: str | None = None
    why: str = ""
    receipt_method: str | None = None


def application_of(account: Account, application_id: str | None) -> Application | None:
    """Return the application of that id, or ``None``."""
    return next((each for each in account.applications if each.id == application_id), None)


def linked_application(account: Account, channel: str, sender: str) -> Application | None:
    """Return the application a sender is linked to, or ``None`` if it is unknown or not linked."""
    for each in account.senders:
        if each.channel == channel and each.id == sender:
            return application_of(account, each.application)
    return None


def status_target(
    account: Account,
    default_url: str | None,
    *,
    channel: str,
    sender: str,
    application_id: str | None,
    takes_receipts: bool,
) -> Target:
    """Return where the statuses of an outbound message go.

    Sent with a token: the application's status URL. Sent with key and secret: the account's receipt URL on channels
    that have one, else the status URL of the application the sender is linked to. Then the account's, then the default.
    """
    if application_id is None and takes_receipts and account.sms_receipt_url is not None:
        if not account.sms_receipt_url:
            return Target(None, why="the SMS receipt URL is set to nothing")
        return Target(account.sms_receipt_url, receipt_method=account.sms_receipt_method)
    application = (
        application_of(account, application_id)
        if application_id is not None
        else linked_application(account, channel, sender)
    )
    named = application_id if application_id is not None else (application.id if application else None)
    urls = (application.status_url if application else None, account.status_url, default_url)
    return _first(urls, named, "status")


def inbound_target(account: Account, default_url: str | None, *, channel: str, recipient: str) -> Target:
    """Return where an inbound message goes: the linked application's URL, then the account's, then the default."""
    application = linked_application(account, channel, recipient)
    urls = (application.inbound_url if application else None, account.inbound_url, default_url)
    return _first(urls, application.id if application else None, "inbound")


def _first(urls: tuple[str | None, ...], application: str | None, what: str) -> Target:
    """Take the first URL that is set; an empty one is a deliberate 'none'."""
    url = next((each for each in urls if each is not None), None)
    if url:
        return Target(url, application)
    if url == "":
        return Target(None, application, f"the {what} URL is set to nothing")
    return Target(
        None,
        application,
        f"no {what} URL is set: use --{what}-url, mockserver.toml or PUT /_mock/accounts/KEY",
    )
