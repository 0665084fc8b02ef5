"""Keeps access tokens out of what the journal shows of a body, be it JSON or not."""

from dataclasses import replace

import msgspec

from mockserver.problem import Violation
from mockserver.web.bodies import parse_json
from mockserver.wire import accounts as wire


def masked_body(raw: bytes) -> str:
    """Return a body as text, its tokens shortened; written anew only if it holds one."""
    parsed = parse_json(raw)
    if parsed.violation is not None:
        return wire.masked_text(raw.decode("utf-8", "replace"))
    if not wire.has_secret(parsed.value):
        return raw.decode("utf-8", "replace")
    return msgspec.json.encode(wire.masked(parsed.value)).decode()


def unquoted(violation: Violation, raw: bytes) -> Violation:
    """Return why a body is no JSON, without the piece of it that would be shown, if that may be of a token."""
    text = raw.decode("utf-8", "replace")
    if wire.masked_text(text) == text:
        return violation
    return replace(violation, reason=violation.reason.partition(", near ")[0].rstrip(".") + ".")
