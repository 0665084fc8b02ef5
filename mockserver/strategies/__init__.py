"""Hypothesis strategies for the APIs: request bodies, webhooks, statuses and errors, made from the documents.

It needs the extra ``fuzz``. Everything is generated here, nothing is sent.
"""

from importlib.util import find_spec

from mockserver.errors import UsageError

if find_spec("hypothesis") is None:
    raise UsageError(
        "mockserver.strategies needs Hypothesis, which is not installed",
        fix="Install the extra: pip install 'messages-mockserver[fuzz]'.",
    )

from mockserver.strategies.answers import ErrorAnswer, error_answers
from mockserver.strategies.bodies import send_bodies
from mockserver.strategies.broken import RULES, BrokenBody, broken_bodies
from mockserver.strategies.machine import Delivered, SutMachine
from mockserver.strategies.numbers import phone_numbers
from mockserver.strategies.sequences import Trouble, status_sequences
from mockserver.strategies.signed import SignedWebhook, signed
from mockserver.strategies.texts import texts
from mockserver.strategies.webhooks import inbound_webhooks, status_webhooks

__all__ = [
    "RULES",
    "BrokenBody",
    "Delivered",
    "ErrorAnswer",
    "SignedWebhook",
    "SutMachine",
    "Trouble",
    "broken_bodies",
    "error_answers",
    "inbound_webhooks",
    "phone_numbers",
    "send_bodies",
    "signed",
    "status_sequences",
    "status_webhooks",
    "texts",
]
