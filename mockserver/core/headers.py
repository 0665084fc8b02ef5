"""Headers that a tester writes: which can be sent, and what is wrong with the others."""

import re
from typing import Final

NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
"""A token. Source: RFC 9110 part 5.6.2."""
_SENDABLE: Final = r"\t\x20-\x7e"
VALUE: Final = f"[{_SENDABLE}]*"
COUNTING: Final = frozenset({"content-length", "transfer-encoding"})
"""Headers that say where a body ends: written twice, or wrongly, they break what follows as well."""


def wrong_with(name: str, value: str) -> tuple[str, str] | None:
    """Return what is wrong with a header, in words that follow its value, and how to mend it, if anything is."""
    if not re.fullmatch(NAME, name):
        return "and that is no name of a header", "Write letters, digits and hyphens, such as X-Test."
    if name.lower() in COUNTING:
        return "but who sends it counts the body", "Leave it out; the faults truncate and malformed break answers."
    if not re.fullmatch(VALUE, value):
        return "not all of which can be sent", "Write printable ASCII."
    return None


def sendable(value: str) -> str:
    """Return a text as a header can have it: each other character becomes a question mark."""
    return re.sub(f"[^{_SENDABLE}]", "?", value)
