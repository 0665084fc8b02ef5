"""The reply window: how long after a user's message, and for what, that user may be written to freely."""

from msgspec import Struct

from mockserver.model import Message


class WindowRule(Struct, frozen=True, forbid_unknown_fields=True):
    """How long the window stands open, and by channel the kinds and categories it does not concern."""

    length_s: float
    free_kinds: dict[str, tuple[str, ...]] = {}
    free_categories: dict[str, tuple[str, ...]] = {}


def is_free(rule: WindowRule, message: Message) -> bool:
    """Tell whether a message may be sent at any time; a custom object counts as the kind it says it is."""
    kind = message.content.get("type") if message.kind == "custom" else message.kind
    category = message.options.get("category")
    return kind in rule.free_kinds.get(message.channel, ()) or category in rule.free_categories.get(message.channel, ())


def is_open(rule: WindowRule, heard_s: float | None, now_s: float) -> bool:
    """Tell whether the window stands open, given when the user last wrote, both in seconds since 1970."""
    return heard_s is not None and now_s - heard_s < rule.length_s
