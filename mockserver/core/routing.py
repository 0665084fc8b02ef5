"""Where a webhook goes: pure look-ups over what an account told us; knows no defaults of the server by itself.

Source: domain facts, messages-v0.1 part 4.5.
"""

from collections.abc import Sequence

from msgspec import Struct

from mockserver.core.capabilities import ChannelRow
from mockserver.core.forms import V1
from mockserver.model import Account, Application, Message


class Target(Struct, frozen=True, gc=False):
    """Where to send a webhook. ``url`` of ``None`` means nowhere, and ``why`` says what to configure."""

    url: str | None
    application: str | None = None
    why: str = ""
    receipt_method: str | None = None


def application_of(account: Account, application_id: str | None) -> Application | None:
    """Return the application of that id, or ``None``."""
    if application_id is None:
        return None
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
    message_url: str | None = None,
) -> Target:
    """Return where the statuses of an outbound message go: to the message's own URL, if it named one.

    Else, sent with a token: the application's status URL. Sent with key and secret: the account's receipt URL on
    channels that have one, else the status URL of the application the sender is linked to. Then the account's, then
    the default.
    """
    if message_url:
        return Target(message_url, _named(account, channel, sender, application_id))
    if application_id is None and takes_receipts and account.sms_receipt_url is not None:
        if not account.sms_receipt_url:
            return Target(None, why="the SMS receipt URL is set to nothing")
        return Target(account.sms_receipt_url, receipt_method=account.sms_receipt_method)
    application = (
        application_of(account, application_id)
        if application_id is not None
        else linked_application(account, channel, sender)
    )
    named = _named(account, channel, sender, application_id)
    urls = (application.status_url if application else None, account.status_url, default_url)
    return _first(urls, named, "status")


def status_version(account: Account, message: Message, channel: ChannelRow, default: str | None) -> str:
    """Return the dialect of a message's statuses: as it asked, as its application or account is set, else its own.

    A channel that a dialect does not have is told of in the message's own. Source: domain facts, messages-v1 part 2.
    """
    application = _named(account, message.channel, message.sender, message.application)
    wanted = message.webhook_version or set_version(account, application, default) or message.dialect
    return wanted if channel.speaks(wanted) else message.dialect


def inbound_version(wanted: str | None, last: str | None, possible: Sequence[str]) -> str:
    """Return the dialect an inbound message arrives in: the one wanted, else ``last``'s, else v1.

    ``last`` is that of the last message sent on its channel, if any was; ``possible`` are the dialects that have such
    a message at all. Where none is wanted, one that has it is better than one that has not.
    """
    likely = wanted or last or V1
    return likely if wanted or likely in possible or not possible else possible[0]


def set_version(account: Account, application_id: str | None, default: str | None) -> str | None:
    """Return the dialect of webhooks that is set for an application, else for its account, else for all, if any is."""
    application = application_of(account, application_id)
    own = application.webhook_version if application is not None else None
    return own or account.webhook_version or default


def _named(account: Account, channel: str, sender: str, application_id: str | None) -> str | None:
    """Return the id of the application that webhooks are signed for."""
    if application_id is not None or not account.senders:
        return application_id
    linked = linked_application(account, channel, sender)
    return linked.id if linked is not None else None


def inbound_target(account: Account, default_url: str | None, *, channel: str, recipient: str) -> Target:
    """Return where an inbound message goes: the linked application's URL, then the account's, then the default."""
    application = linked_application(account, channel, recipient)
    urls = (application.inbound_url if application else None, account.inbound_url, default_url)
    return _first(urls, application.id if application else None, "inbound")


def _first(urls: tuple[str | None, ...], application: str | None, what: str) -> Target:
    """Take the first URL that is set; an empty one is a deliberate 'none'."""
    url = None
    for url in urls:
        if url is not None:
            break
    if url:
        return Target(url, application)
    if url == "":
        return Target(None, application, f"the {what} URL is set to nothing")
    return Target(
        None,
        application,
        f"no {what} URL is set: use --{what}-url, mockserver.toml or PUT /_mock/accounts/KEY",
    )
