"""The choices a tester has, in words: what probably was meant, then all there are."""

from collections.abc import Iterable
from difflib import get_close_matches

from mockserver.model import Json


def choices(name: Json, known: Iterable[str]) -> str:
    """Return the choices there are, the nearest first: ``Did you mean sms? Known: sms, mms.``."""
    known = tuple(known)
    near = get_close_matches(str(name), known, 1)
    return (f"Did you mean {near[0]}? " if near else "") + f"Known: {', '.join(known) or 'none'}."
