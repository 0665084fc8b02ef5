"""``mockserver inbound``: makes a user's message arrive and tells what the receiver answered."""

import math
import time
from typing import Annotated, Final

import typer

from mockserver.cli.client import Server
from mockserver.cli.options import AccountKey, AsJson, ServerUrl, examples, pairs_of, server_of
from mockserver.cli.output import show_json
from mockserver.cli.styles import ACKNOWLEDGED
from mockserver.model import Json, WebhookVersion

EXAMPLES = examples(
    "mockserver inbound whatsapp text --text 'Is my table ready?'",
    "mockserver inbound mms image --from 447700900123 --url http://127.0.0.1/cat.jpg --caption Cat",
    "mockserver inbound whatsapp location --set lat=51.5 --set long=-0.1 --version v1 --json",
    'mockserver inbound whatsapp text --set \'context={"message_uuid": "5b1e6c2a-8d5f-4a7e-9c3b-1f2e3d4c5b6a"}\'',
)
# Words of the help only. Reading the specs would double the time a command takes; a test holds them against the rows.
CHANNELS: Final = ("sms", "mms", "rcs", "viber", "messenger", "whatsapp")
KINDS: Final = (
    *("text", "image", "audio", "video", "file", "vcard", "sticker", "location", "contacts"),
    *("button", "reply", "order", "reaction", "unsupported"),
)
_WAIT_S = 12
"""Longer than a receiver has to accept a connection and to answer, as the settings come."""
_UNACKNOWLEDGED = 1


def inbound(
    context: typer.Context,
    *,
    channel: Annotated[str, typer.Argument(help=f"{', '.join(CHANNELS[:-1])} or {CHANNELS[-1]}.")],
    kind: Annotated[str, typer.Argument(help=f"{', '.join(KINDS[:-1])} or {KINDS[-1]}.")],
    sender: Annotated[str | None, typer.Option("--from", metavar="ADDR", help="The user's address.")] = None,
    recipient: Annotated[str | None, typer.Option("--to", metavar="ADDR", help="Your own address.")] = None,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="What the user writes.")] = None,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="Where the media file is."),
    ] = None,
    caption: Annotated[str | None, typer.Option("--caption", metavar="TEXT", help="Its caption.")] = None,
    more: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="One more member; JSON where it is a number, an object or a list; repeatable.",
        ),
    ] = None,
    version: Annotated[
        WebhookVersion | None,
        typer.Option("--version", help="Version of the API it arrives in; else as your application or account is set."),
    ] = None,
    wait_s: Annotated[
        int, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for the answer.")
    ] = _WAIT_S,
    server_url: ServerUrl = None,
    account: AccountKey = None,
    as_json: AsJson = False,
) -> None:
    """Make a user's message arrive at your system.

    Waits for the answer to the webhook, unless --wait is 0. What is left out is made up: the addresses last used,
    content that looks real. Exit code 1 if the receiver did not acknowledge, 2 if such a message cannot come in.
    """
    server = server_of(context, server_url, account)
    given = {"channel": channel, "kind": kind, "from": sender, "to": recipient, "version": version}
    given |= {"text": text, "url": url, "caption": caption, **pairs_of(more or [])}
    so_far = _newest_entry(server)
    arrived = server.post("inbound", {name: value for name, value in given.items() if value is not None})
    attempt = _first_attempt(server, arrived, so_far, wait_s)
    arrived["state"] = server.get(f"deliveries/{arrived['delivery']}")["state"]
    if as_json:
        show_json({**arrived, "attempt": attempt})
    else:
        name = f"{channel} {kind} {arrived['message_uuid']} ({arrived['version']})"
        print(f"{name}: {_outcome(arrived, attempt)}")
    raise typer.Exit(0 if _is_well(arrived, attempt, wait_s) else _UNACKNOWLEDGED)


def _newest_entry(server: Server) -> int:
    """Return the number of the journal's last entry."""
    entries = server.get("journal", limit=1)["entries"]
    return int(entries[0]["id"]) if entries else 0


def _first_attempt(server: Server, arrived: Json, after: int, wait_s: int) -> Json:
    """Return the first attempt to send the webhook, ``None`` if there is none in time."""
    deadline = time.monotonic() + (wait_s if arrived["url"] else 0)
    while (left_s := deadline - time.monotonic()) > 0:
        page = server.get("journal", after=after, wait_s=math.ceil(left_s))
        for entry in page["entries"]:
            if entry.get("delivery") == arrived["delivery"] and "attempt" in entry:
                return entry["attempt"]
        after = page["next"]
    return None


def _is_well(arrived: Json, attempt: Json, wait_s: int) -> bool:
    """Tell whether the webhook was acknowledged, or is on its way and nobody wanted to wait."""
    if attempt is None:
        return bool(arrived["url"]) and wait_s == 0
    return attempt["status"] in ACKNOWLEDGED


def _outcome(arrived: Json, attempt: Json) -> str:
    """Say what became of the webhook."""
    if not arrived["url"]:
        return "sent nowhere, for there is no inbound URL. Give one: mockserver serve --inbound-url URL"
    if attempt is None:
        return f"not sent to {arrived['url']} yet; `mockserver tail` shows when it is"
    if attempt["error"]:
        return f"{arrived['url']} could not be reached ({attempt['error']}); it is tried again"
    again = "" if attempt["status"] in ACKNOWLEDGED else "; it is tried again"
    return f"{arrived['url']} answered {attempt['status']} in {attempt['duration_ms']:.0f} ms{again}"
