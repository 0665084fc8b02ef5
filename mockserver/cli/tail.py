"""``mockserver tail``: follows the journal, a line an entry."""

from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from mockserver.cli.client import Server
from mockserver.cli.options import AccountKey, AsJson, Url, examples, server_of
from mockserver.cli.output import clock_time, moment, one_line, show_json_line, show_line
from mockserver.cli.shell import shell_of
from mockserver.cli.styles import ACKNOWLEDGED, BAD, ENTRY_STYLES, GOOD, QUIET, STATUS_STYLES, VERDICT_STYLES
from mockserver.model import Json

EXAMPLES = examples(
    "mockserver tail --once",
    "mockserver tail --once --refused",
    "mockserver tail --once channel:sms to:4477*",
    "mockserver tail --once --limit 5 --json",
)
_WAIT_S = 20
_WIDTH = 300
_REAL = "real"
_SHORT = 8
"""Characters of a message's uuid that tell it from its neighbours."""


def tail(
    context: typer.Context,
    *,
    query: Annotated[
        list[str] | None, typer.Argument(metavar="[QUERY]", help="Only what tells of something that fits.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Print what is there and stop.")] = False,
    refused: Annotated[bool, typer.Option("--refused", help="Only requests that were refused, and why.")] = False,
    findings: Annotated[bool, typer.Option("--findings", help="Only requests with a finding.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Begin with the last N.")] = 20,
    url: Url = None,
    account: AccountKey = None,
    as_json: AsJson = False,
) -> None:
    """Follow the journal until Ctrl-C.

    Shows every request, status and webhook as it happens, by the account's clock, with the date where that is no real
    one. A query is made of the terms of `mockserver messages`, and of those for requests and webhooks.
    """
    environ = shell_of(context).environ
    wanted = {"verdict": "refused" if refused else None, "has": "finding" if findings else None}
    wanted["q"] = " ".join(query or []) or None
    for entry, time_of in _entries(server_of(context, url, account), limit, wanted, once=once):
        if as_json:
            show_json_line(entry)
        else:
            about = one_line(_about(entry), _WIDTH)
            show_line(
                environ,
                (time_of(entry["at"]), QUIET),
                (f"  {entry['kind']:<9}  ", ""),
                (about, _style(entry)),
            )


def _about(entry: Json) -> str:
    """Return what to say of an entry: what happened, to which message, and what was odd about a request."""
    findings = entry["request"]["findings"] if "request" in entry else []
    odd = "".join(f" (finding: {each['detail']})" for each in findings)
    message = f" [{entry['message_uuid'][:_SHORT]}]" if entry["message_uuid"] else ""
    return f"{entry['about']}{message}{odd}"


def _entries(
    server: Server, limit: int, wanted: dict[str, str | None], *, once: bool
) -> Iterator[tuple[Json, Callable[[str], str]]]:
    """Yield the last entries, oldest first, and then each new one, each with how to tell its time."""
    page = server.get("journal", wanted, limit=limit)
    yield from ((each, _time_of(page)) for each in reversed(page["entries"]))
    after = page["entries"][0]["id"] if page["entries"] else 0
    while not once:
        page = server.get("journal", wanted, after=after, wait_s=_WAIT_S)
        yield from ((each, _time_of(page)) for each in page["entries"])
        after = page["next"]


def _time_of(page: Json) -> Callable[[str], str]:
    return clock_time if page["clock"]["mode"] == _REAL else moment


def _style(entry: Json) -> str:
    """Return the colour of an entry: by its verdict, its status, its attempt, else its kind."""
    if "request" in entry:
        return VERDICT_STYLES.get(entry["request"]["verdict"], "")
    if "status" in entry:
        return STATUS_STYLES.get(entry["status"]["status"], "")
    if "attempt" in entry:
        return GOOD if entry["attempt"]["status"] in ACKNOWLEDGED else BAD
    return ENTRY_STYLES.get(entry["kind"], "")
