"""Checks the flags of ``mockserver fuzz`` before anything runs, so that a slip is not told minutes later."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import typer

from mockserver.cli.options import duration_of
from mockserver.cli.record import asked_of
from mockserver.cli.sut import PORT
from mockserver.config import check_url, nearest
from mockserver.errors import UsageError

if TYPE_CHECKING:
    from mockserver.fuzz.cases import Event
    from mockserver.scenario.recorded import Asked

OWN_BASE: Final = f"http://127.0.0.1:{PORT}"
"""Where a system under test listens that we start."""
_FOR_WEBHOOKS: Final = (
    *("inbound_url", "status_url", "command", "ready_url", "ready_within", "url", "account", "channel", "version"),
    *("ask", "word", "state_url", "settle"),
)
_MOST_CODE: Final = 255


def check_side(context: typer.Context, *, sends: bool) -> None:
    """Raise UsageError for a flag that was given and is for the other way of fuzzing."""
    for name in _FOR_WEBHOOKS if sends else ("exit_codes",):
        source = context.get_parameter_source(name)
        if source is not None and source.name != "DEFAULT":
            flag = f"--{name.replace('_', '-')}"
            what = f"{flag} does not go with --sends" if sends else f"{flag} is for --sends"
            raise UsageError(what, where=flag, fix="Leave out one of them." if sends else "Leave it out.")


def check_texts(given: Mapping[str, str | None]) -> None:
    """Raise UsageError for a flag with nothing behind it."""
    for flag, value in given.items():
        if value is not None and not value.strip():
            raise UsageError(f"{flag} is empty", where=flag, fix="Give it a value, or leave it out.")


def codes_of(written: str) -> frozenset[int]:
    """Return the exit codes that a flag lists; raise UsageError for what are none."""
    try:
        codes = frozenset(map(int, written.split(",")))
    except ValueError:
        codes = frozenset((-1,))
    if not all(0 <= each <= _MOST_CODE for each in codes):
        fix = f"Write numbers from 0 to {_MOST_CODE}, such as --exit-codes 0,1."
        raise UsageError(f'"{written}" are no exit codes', where="--exit-codes", fix=fix)
    return codes


def patience_of(written: str) -> float:
    """Return how long an answer or a program may take; raise UsageError for no time at all."""
    patience_s = duration_of(written, "--timeout")
    if not patience_s:
        raise UsageError(f'"{written}" leaves no time for an answer', where="--timeout", fix="Write it like 500ms.")
    return patience_s


def chosen(named: Iterable[str], there_are: Iterable[str], what: str) -> tuple[str, ...]:
    """Return what a flag names, all there are if nothing; raise UsageError for what there is not."""
    known = tuple(there_are)
    for name in named:
        if name not in known:
            near = nearest(name, known)
            fix = f"Did you mean {near}?" if near else f"There are: {', '.join(known)}."
            raise UsageError(f"there is no {what} {name}", where=f"--{what}", fix=fix)
    return tuple(dict.fromkeys(named)) or known


def urls_of(given: Mapping["Event", str | None], *, is_ours: bool) -> dict["Event", str]:
    """Return the endpoints; of a program that we start a path is one at the port it is given."""
    urls: dict[Event, str] = {}
    for event, url in given.items():
        if url is not None:
            urls[event] = at(OWN_BASE if is_ours else "", url, f"the URL of {event} webhooks", f"--{event}-url")
    if not urls:
        fix = "Give --inbound-url, --status-url, or both; or --sends and a command."
        raise UsageError("there is nothing to fuzz", fix=fix)
    return urls


def asks_of(written: Iterable[str], base: str) -> tuple["Asked", ...]:
    """Return what makes the system under test send; raise UsageError for what is no request, or names no user."""
    from mockserver.fuzz.writing import USER

    asks = tuple(map(asked_of, written))
    for each, text in zip(asks, written, strict=True):
        if USER not in text.partition(" ")[2]:
            fix = f"""Write {USER} where the recipient's number stands: 'POST /remind {{"to": "{USER}"}}'."""
            raise UsageError(f'"{text}" names no {USER}', where="--ask", fix=fix)
        at(base, each.url.replace(USER, "1"), "its URL", "--ask")
    return asks


def at(base: str, url: str, name: str, flag: str) -> str:
    """Return a URL that may be a path at another; raise ConfigError if it is none."""
    whole = urljoin(base, url)
    check_url(name, whole.replace(PORT, "1"), flag)
    return whole
