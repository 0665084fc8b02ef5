"""What errors and reports say in more than one place: which choices there are, and texts cut to a bearable length."""

from collections.abc import Iterable
from difflib import get_close_matches

from mockserver.model import Json


def choices(name: Json, known: Iterable[str], listed: str = "Known") -> str:
    """Return the choices there are, the nearest first: ``Did you mean sms? Known: sms, mms.``."""
    known = tuple(known)
    near = get_close_matches(str(name), known, 1)
    return (f"Did you mean {near[0]}? " if near else "") + f"{listed}: {', '.join(known) or 'none'}."


def cut(text: str, longest: int, after: str = "...") -> str:
    """Return a text of at most so many characters, and ``after`` it where there were more."""
    return text if len(text) <= longest else f"{text[:longest]}{after}"
