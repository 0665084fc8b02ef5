"""The table of control routes, as data; the handlers stand in ``handlers`` under the names given here."""

from dataclasses import dataclass, field
from typing import Final

from mockserver.core import match
from mockserver.core.forms import FORMS
from mockserver.model import DeliveryState, EntryKind, Json, Status

PREFIX: Final = "/_mock"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter: what it is for and the JSON Schema of its value."""

    name: str
    about: str
    schema: Json = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True)
class ControlRoute:
    """One verb on one path. ``body`` is the JSON Schema of the request body, if it takes one."""

    path: str
    method: str
    handler: str
    summary: str
    parameters: tuple[Parameter, ...] = ()
    body: Json = None
    status: int = 200
    aliases: tuple[str, ...] = ()


def _number(about: str, name: str, *, minimum: int = 0, maximum: int | None = None) -> Parameter:
    bounds = {"minimum": minimum} | ({} if maximum is None else {"maximum": maximum})
    return Parameter(name, about, {"type": "integer", **bounds})


def _words(about: str, name: str, values: tuple[str, ...]) -> Parameter:
    return Parameter(name, about, {"type": "string", "enum": list(values)})


LARGEST_PAGE: Final = 1000
LONGEST_WAIT_S: Final = 60

_ACCOUNT = Parameter("account", "API key or application id of the account to look at; the default account without it.")
_LIMIT = _number("How many to return; 50 without it.", "limit", minimum=1, maximum=LARGEST_PAGE)
_CURSOR = Parameter("cursor", "Where the page before ended: its `next`.")
_QUERY = Parameter("q", 'A search such as `channel:sms to:4477* status:delivered text:"order" has:error`.')
_FILTERS = tuple(
    Parameter(name, f"Only messages whose {name} is this; `*` and `?` are wild.")
    for name in match.FIELDS
    if name not in {"has", "uuid"}
)

_STATUS_BODY: Json = {
    "type": "object",
    "required": ["status"],
    "additionalProperties": False,
    "properties": {
        "status": {"enum": [each.value for each in Status if each not in {Status.ACCEPTED, Status.RECEIVED}]},
        "code": {
            "type": "integer",
            "description": "An asynchronous error code, for rejected or undeliverable.",
        },
        "force": {"type": "boolean", "description": "Move even where the channel could not."},
    },
}
_INBOUND_BODY: Json = {
    "type": "object",
    "required": ["channel", "kind"],
    "properties": {
        "channel": {"type": "string", "description": "sms, mms, rcs, viber, messenger or whatsapp."},
        "kind": {
            "type": "string",
            "description": "text, image, audio, video, file, vcard, location, contacts, button, reply, order, sticker, "
            "reaction or unsupported; each channel has some of them.",
        },
        "version": {
            "enum": list(FORMS),
            "description": "The version of the API it arrives in. Without it, the webhook_version of the application "
            "that `to` is linked to, of the account or of the server; else that of the last message sent on the "
            "channel, else v1. Where only one version has such a message and none is set, it arrives in that one.",
        },
        "from": {"type": "string", "description": "The user's address; the user last written to without it."},
        "to": {
            "type": "string",
            "description": "The account's own address; the sender last used without it.",
        },
    },
    "additionalProperties": True,
    "description": "Members of the content stand beside these, named as the webhook names them: text; url, name and "
    "caption; latitude and longitude as text, or lat and long, numbers in v1; payload and text; contacts; action and "
    "emoji. Without them, content is made up. In v1 so do members beside the content: context, context_status, "
    "profile, provider_message, _self and whatsapp (its referral) on WhatsApp, content (several attachments) on MMS, "
    "context on Viber; sms, usage and origin, which are worked out otherwise. Text is read as JSON where the member "
    "is a number, an object or a list.",
}
_ACCOUNT_BODY: Json = {
    "type": "object",
    "properties": {
        "secrets": {"type": "array", "items": {"type": "string"}},
        "signature_secret": {"type": ["string", "null"]},
        "inbound_url": {"type": ["string", "null"]},
        "status_url": {"type": ["string", "null"]},
        "webhook_version": {"enum": ["v0.1", "v1", None], "description": "The version webhooks are written in."},
        "sms_receipt_url": {"type": ["string", "null"]},
        "sms_receipt_method": {"enum": ["GET", "POST"]},
        "read": {"type": ["boolean", "null"]},
        "applications": {
            "type": "array",
            "items": {"type": "object"},
            "description": "Each with id, name, public_key, inbound_url, status_url, webhook_version, and messages: "
            "false for one without the Messages capability, whose requests are refused.",
        },
        "senders": {"type": "array", "items": {"type": "object"}},
        "provider": {
            "type": ["object", "null"],
            "description": "What is known of the provider's side: rules, templates, known_recipients, opt_outs, "
            "whitelist, unreachable, numbers, countries, media, tags, page_token_expired, pass_phrase, balance, "
            "low_balance, prices, rates, throttled. See docs/provider-rules.md.",
        },
    },
    "additionalProperties": False,
}

ROUTES: Final[tuple[ControlRoute, ...]] = (
    ControlRoute(
        "/health", "GET", "health", "How the server is: version, accounts, webhooks on their way.",
        aliases=("/health", "/_/health"),
    ),
    ControlRoute("/livez", "GET", "livez", "Whether the process answers."),
    ControlRoute("/readyz", "GET", "readyz", "Whether it takes messages; 503 while it starts or stops."),
    ControlRoute("/openapi.json", "GET", "openapi", "This table as an OpenAPI document."),
    ControlRoute(
        "/messages", "GET", "list_messages", "Messages sent and received, newest first.",
        (_ACCOUNT, _QUERY, *_FILTERS, _LIMIT, _CURSOR),
    ),
    ControlRoute(
        "/messages/latest", "GET", "latest_message", "The newest message a search finds, with its timeline.",
        (_ACCOUNT, _QUERY, *_FILTERS),
    ),
    ControlRoute(
        "/messages/{uuid}", "GET", "one_message", "One message with its journal entries and webhooks.", (_ACCOUNT,)
    ),
    ControlRoute(
        "/messages/{uuid}/status", "POST", "move_message", "Move a message now and send the status webhook.",
        (_ACCOUNT,), _STATUS_BODY,
    ),
    ControlRoute(
        "/inbound", "POST", "inbound", "Let a user's message arrive at the system under test.",
        (_ACCOUNT,), _INBOUND_BODY, 201,
    ),
    ControlRoute(
        "/journal", "GET", "journal", "All that happened: oldest first after an entry, else newest first.",
        (
            _ACCOUNT,
            _number("Only entries numbered above this, oldest first.", "after"),
            _number("Only entries numbered below this, newest first.", "before", minimum=1),
            _number(
                "With `after`: wait this many seconds for an entry if there is none.", "wait_s", maximum=LONGEST_WAIT_S
            ),
            _words("Only entries of this kind.", "kind", tuple(EntryKind)),
            _words("Only requests with this verdict.", "verdict", ("accepted", "refused", "failed")),
            _words("Only requests with a finding.", "has", ("finding",)),
            Parameter("message", "Only entries about this message."),
            _LIMIT,
        ),
    ),
    ControlRoute(
        "/journal/{number}", "GET", "one_entry",
        "One entry; a request with the nearest valid form of its body and what it caused.", (_ACCOUNT,),
    ),
    ControlRoute(
        "/deliveries", "GET", "list_deliveries", "Webhooks and their attempts, newest first.",
        (
            _ACCOUNT,
            _words("Only webhooks in this state.", "state", tuple(DeliveryState)),
            Parameter("event", "Only webhooks of this event: inbound, a status or report."),
            Parameter("message", "Only webhooks of this message."),
            _LIMIT,
            _CURSOR,
        ),
    ),
    ControlRoute("/deliveries/{id}", "GET", "one_delivery", "One webhook.", (_ACCOUNT,)),
    ControlRoute(
        "/deliveries/{id}/redeliver", "POST", "redeliver", "Send a webhook once more, now.", (_ACCOUNT,), None, 202
    ),
    ControlRoute(
        "/explain", "POST", "explain", "Judge a request body without sending it.",
        (
            _words("The version to judge by; without it, that which the body's members tell.", "version", tuple(FORMS)),
            _words("The method it would be sent with; PATCH judges it as an update.", "method", ("POST", "PATCH")),
        ),
        {"description": "Any JSON."},
    ),
    ControlRoute("/rules", "GET", "rules", "What is known of the API: channels, limits, codes, magic values."),
    ControlRoute(
        "/reset", "POST", "reset", "Forget all or part of an account; `accounts` puts all accounts back as configured.",
        (_ACCOUNT, _words("What to forget; all without it.", "what", ("journal", "messages", "accounts", "all"))),
    ),
    ControlRoute("/accounts", "GET", "list_accounts", "Every account known, secrets shortened."),
    ControlRoute("/accounts/{api_key}", "GET", "one_account", "One account, secrets shortened."),
    ControlRoute(
        "/accounts/{api_key}", "PUT", "put_account", "Set an account's secrets, URLs, applications and senders.",
        (), _ACCOUNT_BODY,
    ),
    ControlRoute(
        "/accounts/{api_key}", "DELETE", "delete_account", "Forget an account and all that happened in it.",
        (), None, 204,
    ),
    ControlRoute("/applications", "GET", "list_applications", "Every application known, with its account."),
)  # fmt: skip
