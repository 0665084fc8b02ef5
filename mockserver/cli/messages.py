"""``mockserver messages``: lists what was sent and received, or shows one message and what became of it."""

import sys
from typing import Annotated
from uuid import UUID

import typer

from mockserver.cli.client import Server
from mockserver.cli.options import AccountKey, AsJson, Url, examples, server_of
from mockserver.cli.output import clock_time, one_line, show_json, show_line, show_table
from mockserver.cli.shell import Shell, shell_of
from mockserver.cli.styles import STATE_STYLES, STATUS_STYLES
from mockserver.model import Json

EXAMPLES = examples(
    "mockserver messages",
    "mockserver messages channel:sms status:delivered --limit 5",
    "mockserver messages 'to:4477* text:\"Hello\"' --json",
    "mockserver messages latest",
)
_COLUMNS = ("AT", "WAY", "CHANNEL", "KIND", "FROM", "TO", "STATUS", "MESSAGE_UUID", "TEXT")
_WAYS = {"outbound": "out", "inbound": "in"}
_LATEST = "latest"


def messages(
    context: typer.Context,
    *,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY|UUID|latest]", help="What to look for; all without it.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many at most.")] = 20,
    url: Url = None,
    account: AccountKey = None,
    as_json: AsJson = False,
) -> None:
    """List messages, newest first, or show one in full.

    A query is made of terms: channel: kind: from: to: status: direction: ref: application: version: text:
    has: with * and ? as wild cards, quotes around spaces, and - before a term that must not hold.
    """
    server, words = server_of(context, url, account), query or []
    if words[:1] == [_LATEST] or (len(words) == 1 and _is_uuid(words[0])):
        found = server.get(f"messages/{words[0]}", q=" ".join(words[1:]) or None)
        show_json(found) if as_json else _show_one(shell_of(context), found)
        return
    page = server.get("messages", q=" ".join(words) or None, limit=limit)
    show_json(page) if as_json else _show_list(shell_of(context), server, page)


def _is_uuid(word: str) -> bool:
    try:
        UUID(word)
    except ValueError:
        return False
    return True


def _show_list(shell: Shell, server: Server, page: Json) -> None:
    """Print a page of messages; where there is none, say which accounts have some."""
    if page["messages"]:
        show_table(shell.environ, _COLUMNS, [_row(each) for each in page["messages"]])
    else:
        print(f"No message in account {page['account']} fits.", file=sys.stderr)
    if page["next"]:
        print("There are more; --limit N shows them.", file=sys.stderr)
    if page["elsewhere"] and not (page["messages"] or server.account):
        print(f"Other accounts with traffic (--account KEY): {', '.join(page['elsewhere'])}", file=sys.stderr)


def _row(message: Json) -> tuple[str, ...]:
    parties = (message["from"], message["to"])
    return (
        clock_time(message["at"]),
        _WAYS[message["direction"]],
        message["channel"],
        message["kind"],
        *(one_line(each) for each in parties),
        message["status"],
        message["message_uuid"],
        one_line(message["text"]),
    )


def _show_one(shell: Shell, found: Json) -> None:
    """Print a message, then what the journal says of it, then its webhooks."""
    message = found["message"]
    way = f"{message['from']} to {message['to']}"
    show_line(
        shell.environ,
        (f"{message['channel']} {message['kind']} from {way}: ", "bold"),
        (message["status"], STATUS_STYLES.get(message["status"], "")),
    )
    show_line(shell.environ, (f"{message['message_uuid']}, account {message['account']}", "dim"))
    show_json(message["content"])
    for entry in found["journal"]:
        print(f"{clock_time(entry['at'])}  {entry['kind']:<9}  {one_line(entry['about'], 200)}")
    for delivery in found["deliveries"]:
        _show_delivery(shell, delivery)


_STATES = {
    "pending": "on its way",
    "delivered": "acknowledged",
    "gave_up": "given up",
    "abandoned": "abandoned",
    "dropped": "dropped",
}
"""Words for the states of a webhook; "delivered" would read as the status it tells of."""


def _show_delivery(shell: Shell, delivery: Json) -> None:
    tries = len(delivery["attempts"])
    last = delivery["attempts"][-1] if tries else None
    answer = f", answered {last['status'] or last['error']}" if last else ""
    show_line(
        shell.environ,
        (f"{delivery['event']} webhook to {delivery['url'] or 'nowhere'}: ", ""),
        (_STATES[delivery["state"]], STATE_STYLES.get(delivery["state"], "")),
        (f" after {tries} {'try' if tries == 1 else 'tries'}{answer}", "dim"),
    )
