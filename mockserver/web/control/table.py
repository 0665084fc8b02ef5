"""The table of control routes, as data; the handlers stand in ``handlers`` under the names given here."""

from dataclasses import dataclass, field
from typing import Final

from mockserver.clock import MODE_FORM
from mockserver.core.asking import About, choices, searched
from mockserver.core.forms import FORMS
from mockserver.model import DeliveryState, EntryKind, Json, Status
from mockserver.service.runtime import RESETTABLE
from mockserver.web.control.faults import FAULT_BODY, FAULTS_BODY

PREFIX: Final = "/_mock"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter: what it is for and the JSON Schema of its value, or of each where commas part several."""

    name: str
    about: str
    schema: Json = field(default_factory=lambda: {"type": "string"})
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class ControlRoute:
    """One verb on one path. ``body`` is the JSON Schema of the request body, if it takes one.

    ``answers`` is the media type of its answer.
    """

    path: str
    method: str
    handler: str
    summary: str
    parameters: tuple[Parameter, ...] = ()
    body: Json = None
    status: int = 200
    aliases: tuple[str, ...] = ()
    answers: str = "application/json"


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
_SEARCH: Final = 'A search such as `channel:sms to:4477* status:delivered text:"order" has:error`.'
_QUERY = Parameter("q", _SEARCH)


def _query(about: About) -> Parameter:
    """Return the search of a list; ``x-fields`` are what it can ask for, each with the words it can be."""
    fields = {name: list(words) for name, words in choices(about).items()}
    return Parameter("q", _SEARCH, {"type": "string", "x-fields": fields})


_FILTERS = tuple(
    Parameter(name, f"Only messages whose {name} is this; `*` and `?` are wild.")
    for name in searched("messages")
    if name not in {"has", "uuid"}
)
_WHAT = _words("What to look for; messages without it.", "what", ("messages", "requests", "deliveries"))
_WITHIN = Parameter(
    "within", "How long to wait, in real time: seconds, or a text such as 500ms or 2m; 10s without it, 10m at most."
)
_CLOCK_BODY: Json = {
    "type": "object",
    "required": ["mode"],
    "additionalProperties": False,
    "properties": {
        "mode": {"type": "string", "description": f"{MODE_FORM}."},
        "at": {
            "type": "string",
            "format": "date-time",
            "description": "When it is, as ISO 8601; without it, time goes on from where the account is.",
        },
    },
}
_ADVANCE_BODY: Json = {
    "type": "object",
    "required": ["by"],
    "additionalProperties": False,
    "properties": {"by": {"type": ["number", "string"], "description": "Seconds, or a text such as 24h or 1h30m."}},
}
_VERIFY_BODY: Json = {
    "type": ["object", "array"],
    "description": "An expectation, or a list of them: one of messages, requests, deliveries (with fields to ask for,"
    " or a search), sequence, violations, findings; with count, at_least, at_most, absent, acknowledged, within, name."
    " See docs/verify.md.",
}
_FIND_BODY: Json = {
    "type": "object",
    "description": "One of messages, requests, deliveries, with fields to ask for or a search. See docs/verify.md.",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
    "properties": {each: {"type": ["object", "string"]} for each in ("messages", "requests", "deliveries")},
}

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
_REPLY_BODY: Json = {
    **_INBOUND_BODY,
    "required": ["kind"],
    "properties": {
        name: schema for name, schema in _INBOUND_BODY["properties"].items() if name not in {"channel", "from", "to"}
    },
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

_SCENARIO_BODY: Json = {
    "type": "string",
    "description": "A scenario as YAML or JSON text; see docs/scenarios.md, and scenario.schema.json for its keys.",
}
_START = _words("Whether to start it as well.", "start", ("true", "false"))
_FILE = Parameter("name", "The name of its file, which the places of mistakes begin with.")
_SET = Parameter("set", "A variable and its value, such as `clinic=447700900010`; may stand several times.")
_STATE_BODY: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "machines": {
            "type": "object",
            "description": "States by the names of machines and the values of their keys.",
            "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "names": {"type": "object", "description": "Values by name, as rules and steps capture them."},
    },
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
        (_ACCOUNT, _query("messages"), *_FILTERS, _LIMIT, _CURSOR),
    ),
    ControlRoute(
        "/messages/latest", "GET", "latest_message", "The newest message a search finds, with its timeline.",
        (_ACCOUNT, _query("messages"), *_FILTERS),
    ),
    ControlRoute(
        "/messages/{uuid}", "GET", "one_message",
        "One message with its journal entries, its webhooks and the steps before it.", (_ACCOUNT,),
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
        "/conversations", "GET", "list_conversations",
        "Who talks with whom: each user by channel and own address, the latest activity first.",
        (
            _ACCOUNT,
            Parameter("q", "Only those with a message that a search finds, or whose name or address has these words."),
            _LIMIT,
            _CURSOR,
        ),
    ),
    ControlRoute(
        "/conversations/{id}", "GET", "one_conversation",
        "One conversation: its messages and the sends to the user that were refused, both newest first.",
        (_ACCOUNT, _LIMIT, _CURSOR),
    ),
    ControlRoute(
        "/conversations/{id}/reply", "POST", "reply", "Let the user of a conversation write.",
        (_ACCOUNT,), _REPLY_BODY, 201,
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
            _words("Only requests with a finding, a violation, or a fault.", "has", ("finding", "violation", "fault")),
            Parameter("message", "Only entries about this message."),
            _query("entries"),
            _LIMIT,
        ),
    ),
    ControlRoute(
        "/journal/{number}", "GET", "one_entry",
        "One entry; a request as curl, with the nearest valid form of its body, the places to mend and what it caused.",
        (_ACCOUNT,),
    ),
    ControlRoute(
        "/events", "GET", "events",
        "What happens, as server-sent events: hello, entry, gap, state, restarted. See docs/events.md.",
        (
            _ACCOUNT,
            Parameter(
                "after", "Begin after this event or journal entry, as browsers do by the header `Last-Event-ID`; "
                "without it only what happens from now on is told.",
            ),
        ),
        answers="text/event-stream",
    ),
    ControlRoute(
        "/deliveries", "GET", "list_deliveries", "Webhooks and their attempts, newest first.",
        (
            _ACCOUNT,
            _words("Only webhooks in this state.", "state", tuple(DeliveryState)),
            Parameter("event", "Only webhooks of this event: inbound, a status or report."),
            Parameter("message", "Only webhooks of this message."),
            _query("deliveries"),
            _LIMIT,
            _CURSOR,
        ),
    ),
    ControlRoute(
        "/deliveries/pause", "POST", "pause_deliveries",
        "Hold an account's webhooks back from now on, in order; a reset lets go of them.", (_ACCOUNT,),
    ),
    ControlRoute(
        "/deliveries/resume", "POST", "resume_deliveries", "Send an account's webhooks again, those held first.",
        (_ACCOUNT,),
    ),
    ControlRoute(
        "/deliveries/{id}", "GET", "one_delivery",
        "One webhook; of its newest tries what their tokens say, and whether they hold.", (_ACCOUNT,),
    ),
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
        "/coverage", "GET", "coverage", "Which part of the contract was exercised, and whether that is enough.",
        (
            Parameter(
                "account", "API key or application id of the account to look at, `*` for all of them together; the"
                " default account without it.",
            ),
        ),
    ),
    ControlRoute("/faults", "GET", "list_faults", "What is broken on purpose, and how often it hit.", (_ACCOUNT,)),
    ControlRoute(
        "/faults", "POST", "add_fault", "Break something on purpose from now on.", (_ACCOUNT,), FAULT_BODY, 201
    ),
    ControlRoute("/faults", "PUT", "put_faults", "Break exactly this on purpose.", (_ACCOUNT,), FAULTS_BODY),
    ControlRoute("/faults", "DELETE", "clear_faults", "Mend everything broken on purpose.", (_ACCOUNT,), None, 204),
    ControlRoute("/faults/{id}", "GET", "one_fault", "One fault.", (_ACCOUNT,)),
    ControlRoute("/faults/{id}", "DELETE", "remove_fault", "Mend what one fault broke.", (_ACCOUNT,), None, 204),
    ControlRoute(
        "/verify", "POST", "verify", "Hold what happened against what was expected; waits for it where asked to.",
        (_ACCOUNT, _words("Whether to show in full what fits.", "full", ("true", "false"))), _VERIFY_BODY,
    ),
    ControlRoute(
        "/find", "POST", "find", "The newest messages, requests or webhooks that fit, oldest first.",
        (_ACCOUNT, _LIMIT), _FIND_BODY,
    ),
    ControlRoute(
        "/wait", "GET", "wait", "Wait until a search finds something, or until the time is over.",
        (_ACCOUNT, _QUERY, _WHAT, _number("How many; 1 without it.", "count", minimum=1), _WITHIN),
    ),
    ControlRoute("/scenarios", "GET", "list_scenarios", "Scenarios loaded, and how they stand.", (_ACCOUNT,)),
    ControlRoute(
        "/scenarios", "POST", "load_scenario", "Load a scenario; a broken one is refused with every mistake in it.",
        (_ACCOUNT, _START, _FILE, _SET), _SCENARIO_BODY, 201,
    ),
    ControlRoute("/scenarios/{id}", "GET", "one_scenario", "How one scenario stands.", (_ACCOUNT,)),
    ControlRoute(
        "/scenarios/{id}", "PUT", "put_scenario",
        "Put another text in its place, or load it; one that runs begins anew. A broken text changes nothing.",
        (_ACCOUNT, _START, _FILE, _SET), _SCENARIO_BODY,
    ),
    ControlRoute(
        "/scenarios/{id}", "DELETE", "delete_scenario", "Stop a scenario and forget it.", (_ACCOUNT,), None, 204
    ),
    ControlRoute(
        "/scenarios/{id}/start", "POST", "start_scenario",
        "Begin it from its start; without a timeline it goes on until it is stopped.", (_ACCOUNT,), None, 202,
    ),
    ControlRoute(
        "/scenarios/{id}/run", "POST", "run_scenario",
        "Begin it, to be judged at the end of its timeline; without one at once.", (_ACCOUNT,), None, 202,
    ),
    ControlRoute("/scenarios/{id}/stop", "POST", "stop_scenario", "Stop it; what came of it so far.", (_ACCOUNT,)),
    ControlRoute(
        "/scenarios/{id}/finish", "POST", "finish_scenario",
        "Judge what it has met so far, and stop it; one with a timeline is judged at the end of that.",
        (_ACCOUNT, _number("Wait this many seconds for its end.", "wait_s", maximum=LONGEST_WAIT_S)),
    ),
    ControlRoute(
        "/scenarios/{id}/report", "GET", "scenario_report", "What came of it, step by step and check by check.",
        (_ACCOUNT, _number("Wait this many seconds for its end.", "wait_s", maximum=LONGEST_WAIT_S)),
    ),
    ControlRoute(
        "/scenarios/{id}/state", "GET", "scenario_state", "What it remembers, and the states of its machines.",
        (_ACCOUNT,),
    ),
    ControlRoute(
        "/scenarios/{id}/state", "PUT", "put_scenario_state", "Set states of machines, and what is remembered.",
        (_ACCOUNT,), _STATE_BODY,
    ),
    ControlRoute("/clock", "GET", "one_clock", "How an account's clock stands.", (_ACCOUNT,)),
    ControlRoute(
        "/clock", "PUT", "put_clock", "Give an account a clock of its own: real, manual or sped up.",
        (_ACCOUNT,), _CLOCK_BODY,
    ),
    ControlRoute(
        "/clock/advance", "POST", "advance_clock", "Move a manual clock and run everything due on the way.",
        (_ACCOUNT, _LIMIT), _ADVANCE_BODY,
    ),
    ControlRoute(
        "/settle", "POST", "settle", "Wait until all that is due soon has happened and each webhook in line was tried.",
        (
            _ACCOUNT,
            Parameter("within", "What is soon, in real time: seconds, or a text such as 500ms; 2s without it."),
        ),
        None, 204,
    ),
    ControlRoute(
        "/reset", "POST", "reset", "Forget all or part of an account; `accounts` puts all accounts back as configured.",
        (
            _ACCOUNT,
            Parameter(
                "what", "What to forget, with commas between several; all without it, but for"
                " `coverage`, which goes only by its name.",
                {"type": "string", "enum": list(RESETTABLE)}, is_list=True,
            ),
        ),
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
