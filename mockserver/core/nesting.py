"""How deep JSON nests, told before it is read: parsers and whatever walks a value break at about a thousand levels."""

from typing import Final

DEEPEST: Final = 100
"""Levels of nesting read; nothing in the API needs more than ten."""

_QUOTE, _BACKSLASH = b'"\\'


def is_deep(raw: bytes) -> bool:
    """Return whether brackets nest deeper than ``DEEPEST``; only counts when there are enough of them to matter."""
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return False
    depth = 0
    in_string = escaped = False
    for byte in raw:
        if in_string:
            in_string = escaped or byte != _QUOTE
            escaped = byte == _BACKSLASH and not escaped
        elif byte == _QUOTE:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif byte in b"]}":
            depth -= 1
    return False
