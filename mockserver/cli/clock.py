"""``mockserver clock``: read and set the clock of an account."""

from typing import Annotated

import typer

from mockserver.cli.options import AccountKey, AsJson, Url, examples, server_of
from mockserver.cli.output import moment, show_json

EXAMPLES = examples(
    "mockserver clock",
    "mockserver clock 60x",
    "mockserver clock manual --at 2026-03-29T00:59:30Z",
    "mockserver clock real --json",
)


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
