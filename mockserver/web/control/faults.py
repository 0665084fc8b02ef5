"""What control answers say of faults: each as it can be written again, with what it has met."""

import msgspec

from mockserver.core.asking import FIELDS
from mockserver.core.faults import ASKED, KINDS, SELECTORS, UNASKED
from mockserver.errors import UsageError
from mockserver.model import Account, DeliveryFault, Json
from mockserver.service.faults import Standing


def fault_view(standing: Standing) -> Json:
    """Return a fault with its id, how much it has seen that fits it, how often it hit, and whether it can hit again."""
    fault, count = standing.fault, standing.count
    return {
        **msgspec.to_builtins(fault),
        "seen": count.seen,
        "hits": count.hits,
        "spent": standing.is_spent,
    }


def faults_view(account: Account, standing: list[Standing]) -> Json:
    """Return all faults of an account, in the order they are tried."""
    return {"account": account.api_key, "faults": [fault_view(each) for each in standing]}


def delivery_fault_view(fault: DeliveryFault | None) -> Json:
    """Return what is done to a webhook on purpose, and who asked for it."""
    return None if fault is None else {"do": fault.do, "by": fault.by}


def faults_in(body: Json) -> list[Json]:
    """Return the faults of a body that lists them; raise UsageError for any other body."""
    listed = body.get("faults") if isinstance(body, dict) else body
    if not isinstance(listed, list) or (isinstance(body, dict) and set(body) != {"faults"}):
        raise UsageError("the body is no list of faults", fix='Send {"faults": [{"on": "webhooks", "do": "drop"}]}.')
    return [_written(each) for each in listed]


def _written(fault: Json) -> Json:
    """Return a fault as it was written, if it is one that a control answer showed."""
    return {name: value for name, value in fault.items() if name not in _SHOWN} if isinstance(fault, dict) else fault


_SHOWN = frozenset({"id", "seen", "hits", "spent"})
_MEMBERS: dict[str, Json] = {
    "when": {"type": "object", "description": "What it is done to, in the grammar of matchers; all without it."},
    "next": {"type": "integer", "minimum": 1, "description": "Only the next so many that fit."},
    "nth": {"type": "integer", "minimum": 1, "description": "Only the one of this number that fits, from 1."},
    "every": {"type": "integer", "minimum": 1, "description": "Each second, third, ... that fits."},
    "probability": {"type": "number", "description": "This share of those that fit, drawn by the seed."},
    "delay": {"description": "A duration; or drawn from {min, max} or {p50, p95, p99}."},
    "status": {"type": "integer", "minimum": 200, "maximum": 599, "description": "The HTTP status of the answer."},
    "problem": {"type": "string", "description": "An error of the API by name, such as throttled."},
    "body": {"description": "A body of your own; a text goes out as it is."},
    "headers": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "Headers of your own.",
    },
    "retry_after": {"description": "What the header Retry-After says: seconds, or a text such as 5s."},
    "per_s": {"type": "number", "description": "Requests a second that get through."},
    "after": {"type": "integer", "minimum": 0, "description": "Requests that get through before."},
    "copies": {"type": "integer", "minimum": 2, "maximum": 100, "description": "How often each is sent; 2 without it."},
    "within": {"description": "How long it is held at most: seconds, or a text such as 2m; 30s without it."},
    "over": {"description": "How long the body takes: seconds, or a text such as 500ms; 2s without it."},
    "tries": {"type": "integer", "minimum": 1, "description": "How many first tries are spoilt; all without it."},
    "taken": {"type": "boolean", "description": "Whether the message is accepted though its sender is not told."},
}
FAULT_BODY: Json = {
    "type": "object",
    "required": ["on", "do"],
    "additionalProperties": False,
    "properties": {
        "on": {"enum": list(dict.fromkeys(each.on for each in KINDS))},
        "do": {"enum": list(dict.fromkeys(each.name for each in KINDS))},
        **_MEMBERS,
    },
    "x-kinds": [
        {"on": each.on, "do": each.name, "about": each.about, "takes": list(each.takes), "needs": list(each.needs)}
        for each in KINDS
    ],
    "x-selectors": list(SELECTORS),
    "x-when": {on: [each for each in FIELDS[about] if each not in UNASKED[on]] for on, about in ASKED.items()},
}
"""The JSON Schema of one fault.

``x-kinds`` are the kinds, each with the members it takes beside those of all and those it needs one of; one of
``x-selectors`` goes with each at most; ``x-when`` are the fields ``when`` may name.
"""
FAULTS_BODY: Json = {
    "type": "object",
    "required": ["faults"],
    "additionalProperties": False,
    "properties": {"faults": {"type": "array", "items": FAULT_BODY}},
}
