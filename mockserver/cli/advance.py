"""``mockserver advance``: move the clock of an account, and see what that makes happen."""

from collections.abc import Mapping
from typing import Annotated, Final

import typer

from mockserver.cli.options import AccountKey, AsJson, Url, examples, server_of
from mockserver.cli.output import moment, one_line, show_json, show_line
from mockserver.cli.shell import shell_of
from mockserver.cli.styles import QUIET
from mockserver.model import Json

EXAMPLES = examples(
    "mockserver clock manual && mockserver advance 24h",
    "mockserver clock manual && mockserver advance 90 --limit 5 --json",
)
_ADVANCING_S: Final = 3600
"""As long as a day of many retries may take; a slow receiver is waited for at each try."""
_WIDTH: Final = 200


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
