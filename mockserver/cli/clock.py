"""``mockserver clock`` and ``mockserver advance``: read, set and move the clock of an account."""

from collections.abc import Mapping
from typing import Annotated, Final

import typer

from mockserver.cli.options import AccountKey, AsJson, Url, examples, server_of
from mockserver.cli.output import moment, one_line, show_json, show_line
from mockserver.cli.shell import shell_of
from mockserver.cli.styles import QUIET
from mockserver.model import Json

CLOCK_EXAMPLES = examples(
    "mockserver clock",
    "mockserver clock 60x",
    "mockserver clock manual --at 2026-03-29T00:59:30Z",
    "mockserver clock real --json",
)
ADVANCE_EXAMPLES = examples(
    "mockserver clock manual && mockserver advance 24h",
    "mockserver clock manual && mockserver advance 90 --limit 5 --json",
)
_ADVANCING_S: Final = 3600
"""As long as a day of many retries may take; a slow receiver is waited for at each try."""
_WIDTH: Final = 200


def clock(
    context: typer.Context,
    *,
    mode: Annotated[
        str | None, typer.Argument(metavar="[real|manual|60x]", help="What it is to be; without it, what it is.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it is, as ISO 8601.")] = None,
    url: Url = None,
    account: AccountKey = None,
    as_json: AsJson = False,
) -> None:
    """Show the clock of an account, or set it.

    manual stands still until `mockserver advance`; 60x runs so many times as fast. Statuses, retries, reply windows and
    time-outs follow it; tokens keep real time. Without --at, time goes on from where the account is.
    """
    server = server_of(context, url, account)
    if mode is None and at is None:
        found = server.get("clock")
    else:
        wanted = {"mode": mode or server.get("clock")["mode"]} | ({} if at is None else {"at": at})
        found = server.put("clock", wanted)
    if as_json:
        show_json(found)
        return
    owner = "its own clock" if found["own"] else "the server's clock"
    due = f"; next due {moment(found['next_at'])}" if found["next_at"] else ""
    print(f"account {found['account']}: {found['mode']}, {moment(found['at'])}, by {owner}{due}")


def advance(
    context: typer.Context,
    *,
    by: Annotated[str, typer.Argument(metavar="TIME", help="How far: 90, 15m, 24h, 1d12h.")],
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many entries to show.")] = 20,
    url: Url = None,
    account: AccountKey = None,
    as_json: AsJson = False,
) -> None:
    """Move a manual clock, and do everything due on the way in order.

    Comes back once all of it has been tried, and shows what happened.
    """
    found = server_of(context, url, account).post("clock/advance", {"by": by}, wait_s=_ADVANCING_S, limit=limit)
    if as_json:
        show_json(found)
    else:
        _show(shell_of(context).environ, found)


def _show(environ: Mapping[str, str], found: Json) -> None:
    for entry in found["entries"]:
        about = one_line(entry["about"], _WIDTH)
        show_line(environ, (moment(entry["at"]), QUIET), (f"  {entry['kind']:<9}  {about}", ""))
    if found["next"] is not None:
        rest = found["total"] - len(found["entries"])
        show_line(environ, (f"and {rest} more: GET /_mock/journal?after={found['next']}", QUIET))
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(found["counts"].items())) or "nothing was due"
    print(f"account {found['account']}: {moment(found['from'])} to {moment(found['to'])}; {counts}")
