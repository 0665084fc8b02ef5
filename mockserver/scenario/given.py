"""What a tester writes to say how the account is to be at the start: members of ``Account`` and ``Provider``."""

from typing import Literal, TypeAlias

from pydantic import Field, StrictBool, StrictInt, StrictStr

from mockserver.model import LimitAnswer, RuleMode, WebhookVersion
from mockserver.scenario import words
from mockserver.scenario.words import ChannelName, Duration, ErrorCode, Strict

ByChannel: TypeAlias = dict[StrictStr, list[StrictStr]]


class Application(Strict):
    """An application of the account."""

    id: StrictStr = Field(min_length=1, examples=["aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"])
    """Its id."""
    name: StrictStr = ""
    """What it is called."""
    public_key: StrictStr | None = None
    """The PEM of its public key; tokens of this application are checked with it."""
    inbound_url: StrictStr | None = Field(default=None, examples=["${vars.sut}/webhooks/inbound"])
    """Where its inbound messages go."""
    status_url: StrictStr | None = Field(default=None, examples=["${vars.sut}/webhooks/status"])
    """Where its statuses go."""
    webhook_version: WebhookVersion | None = None
    """The API version of its webhooks."""
    messages: StrictBool = True
    """Whether it has the Messages capability."""


class Sender(Strict):
    """A number, page or service id of the account; as an external account it has a name and maybe a token."""

    channel: ChannelName = Field(examples=["whatsapp"])
    """The channel."""
    id: StrictStr = Field(min_length=1, examples=["447700900010"])
    """The number, page id or service id."""
    application: StrictStr | None = None
    """The id of the application it is linked to."""
    name: StrictStr | None = None
    """The name the External Accounts API shows."""
    access_token: StrictStr | None = None
    """The access token of a Facebook page."""


class Template(Strict):
    """A message template registered with the provider."""

    name: StrictStr = Field(examples=["acme_ns:visit_reminder"])
    """Its name, as in a request."""
    channel: ChannelName = "whatsapp"
    """The channel."""
    languages: list[StrictStr] = Field(default=[], examples=[["en_GB"]])
    """Its languages; none means any."""
    parameters: StrictInt = Field(default=0, ge=0)
    """How many parameters its body takes."""
    body: StrictStr | None = Field(default=None, examples=["Your visit is on {{1}} at {{2}}."])
    """Its text; known only where its length is to be checked."""


class MediaFile(Strict):
    """What is behind a media URL; nothing is looked up."""

    url: StrictStr = Field(examples=["https://media.example.org/big.mp4"])
    """The whole URL, or a host for all that is there."""
    bytes: StrictInt | None = Field(default=None, ge=0, examples=[70000000])
    """How large it is."""
    reachable: StrictBool = True
    """Whether it can be reached."""


class Rate(Strict):
    """How fast messages may be sent."""

    per_s: words.Rate = Field(examples=[1])
    """So many a second over time."""
    burst: StrictInt = Field(default=1, ge=1)
    """So many at once."""


class Rates(Strict):
    """How fast the account may send."""

    key: Rate | None = None
    """In all."""
    sender: Rate | None = None
    """From each sender."""
    recipient: Rate | None = None
    """To each recipient."""


class Window(Strict):
    """A reply window: the user wrote to the account some time ago."""

    channel: ChannelName = Field(examples=["whatsapp"])
    """The channel."""
    from_: StrictStr = Field(alias="from", examples=["447700900001"])
    """The user."""
    to: StrictStr = Field(examples=["447700900010"])
    """The sender of the account."""
    opened: Duration = Field(default=0.0, examples=["2h", "25h"])
    """How long ago the user last wrote; a window is open for 24 hours."""


class GivenSettings(Strict):
    """When statuses come where no rule says so."""

    read: StrictBool | None = None
    """Whether messages are read, on channels that report it."""
    submitted_after: Duration | None = Field(default=None, examples=["50ms"])
    """From acceptance to `submitted`."""
    delivered_after: Duration | None = Field(default=None, examples=["400ms"])
    """From acceptance to `delivered`."""
    read_after: Duration | None = Field(default=None, examples=["900ms"])
    """From acceptance to `read`."""


class Given(Strict):
    """How the account is to be at the start; what is left out stays as the server has it."""

    secrets: list[StrictStr] | None = None
    """API secrets; without any, every secret is accepted."""
    signature_secret: StrictStr | None = None
    """What signs its webhooks."""
    inbound_url: StrictStr | None = Field(default=None, examples=["${vars.sut}/webhooks/inbound"])
    """Where inbound messages go; empty for nowhere."""
    status_url: StrictStr | None = Field(default=None, examples=["${vars.sut}/webhooks/status"])
    """Where statuses go; empty for nowhere."""
    webhook_version: WebhookVersion | None = None
    """The API version of webhooks that no application decides on."""
    sms_receipt_url: StrictStr | None = None
    """Where receipts of SMS sent with key and secret go, in the form of the older SMS API."""
    sms_receipt_method: Literal["GET", "POST"] | None = None
    """How those receipts are sent."""
    read: StrictBool | None = None
    """Whether messages are read, on channels that report it."""
    applications: list[Application] | None = None
    """Its applications."""
    senders: list[Sender] | None = Field(default=None, examples=[[{"channel": "whatsapp", "id": "447700900010"}]])
    """The numbers, pages and service ids it sends from, external accounts among them."""
    rules: dict[StrictStr, RuleMode] | None = Field(default=None, examples=[{"window": "on"}])
    """Rules of the provider, each `auto`, `on` or `off`."""
    templates: list[Template] | None = None
    """Templates registered with the provider."""
    known_recipients: ByChannel | None = Field(default=None, examples=[{"viber": ["447700900001"]}])
    """Who uses a channel."""
    opt_outs: list[StrictStr] | None = Field(default=None, examples=[["447700900009"]])
    """Who has opted out."""
    whitelist: list[StrictStr] | None = None
    """The only recipients of a trial account."""
    unreachable: list[StrictStr] | None = Field(default=None, examples=[["447700900008"]])
    """Who gets nothing at the moment."""
    numbers: dict[StrictStr, ErrorCode] | None = Field(default=None, examples=[{"447700900007": 1300}])
    """The error code that each message to an address ends in."""
    countries: ByChannel | None = Field(default=None, examples=[{"viber": ["44"]}])
    """The calling codes a channel is enabled for."""
    media: list[MediaFile] | None = None
    """What is behind media URLs."""
    tags: list[StrictStr] | None = None
    """The tags Messenger takes."""
    page_token_expired: StrictBool | None = None
    """Whether the link to the Facebook page has expired."""
    pass_phrase: StrictStr | None = None
    """What users send to join the sandbox."""
    balance: StrictStr | None = Field(default=None, examples=["0.05"])
    """What there is to spend, a decimal in quotes."""
    low_balance: LimitAnswer | None = None
    """How an empty balance is told: the request is `refused`, or the message `rejected`."""
    prices: dict[StrictStr, StrictStr] | None = Field(default=None, examples=[{"sms": "0.0333"}])
    """Prices by channel, decimals in quotes."""
    rates: Rates | None = Field(default=None, examples=[{"key": {"per_s": 1, "burst": 2}}])
    """How fast it may send."""
    throttled: LimitAnswer | None = None
    """How a message too many is told."""
    windows: list[Window] | None = None
    """Users who wrote before the scenario begins."""
    settings: GivenSettings | None = None
    """When statuses come where no rule says so."""
