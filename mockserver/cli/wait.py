"""``mockserver wait``: waits on the server until a search finds something."""

import sys
from collections.abc import Mapping
from typing import Annotated, Final

import typer

from mockserver.cli.options import AccountKey, AsJson, Url, duration_of, examples, server_of
from mockserver.cli.output import one_line, show_json, show_line
from mockserver.cli.shell import shell_of
from mockserver.cli.styles import BAD
from mockserver.model import Json

EXAMPLES = examples(
    "mockserver wait channel:sms to:4477* --within 5s",
    "mockserver wait event:delivered --what deliveries --within 2m",
    "mockserver wait verdict:accepted --what requests --json",
)
_FAILED: Final = 1
_WIDTH: Final = 200


def wait(
    context: typer.Context,
    *,
    query: Annotated[list[str] | None, typer.Argument(metavar="QUERY", help="What to wait for.")] = None,
    within: Annotated[str, typer.Option("--within", metavar="TIME", help="How long, in real time.")] = "10s",
    count: Annotated[int, typer.Option("--count", metavar="N", min=1, help="How many there must be.")] = 1,
    what: Annotated[
        str, typer.Option("--what", metavar="messages|requests|deliveries", help="What to look for.")
    ] = "messages",
    url: Url = None,
    account: AccountKey = None,
    as_json: AsJson = False,
) -> None:
    """Wait until so many messages, requests or deliveries fit a query.

    The server answers as soon as they do. Exit code 1 if they do not in time.
    """
    wait_s = duration_of(within, "--within")
    server = server_of(context, url, account)
    asked = {"q": " ".join(query or []) or None, "what": what, "within": within, "count": str(count)}
    found = server.get("wait", asked, patience_s=wait_s)
    if as_json:
        show_json(found)
    else:
        _show(shell_of(context).environ, found, count)
    raise typer.Exit(0 if found["matched"] else _FAILED)


def _show(environ: Mapping[str, str], found: Json, count: int) -> None:
    for each in found[found["what"]]:
        show_line(environ, (_line(found["what"], each), ""))
    if found["matched"]:
        return
    said = f"{found['count'] or 'none'} of {count} {found['what']} in account {found['account']} fit"
    print(f"{said} after {found['waited_s']:.1f} s.", file=sys.stderr)
    for near in found["nearest"]:
        show_line(environ, (f"nearest  {one_line(near['line'], _WIDTH)}", ""))
        for miss in near["misses"]:
            show_line(environ, (f"         {one_line(miss['says'], _WIDTH)}", BAD))
    if found["elsewhere"]:
        print(f"Other accounts with traffic (--account KEY): {', '.join(found['elsewhere'])}", file=sys.stderr)


def _line(what: str, thing: Json) -> str:
    """Return a thing found in a line; of one that was reset away meanwhile only that is left."""
    return one_line(thing.get("line") or _WORDS[what].format_map(thing), _WIDTH)


_WORDS: Final = {
    "messages": "{message_uuid}  {channel} {kind} from {from} to {to} is {status}: {text}",
    "requests": "{id}  {about}",
    "deliveries": "{id}  {event} webhook to {url} is {state}",
}
