"""``mockserver inbound``: makes a user's message arrive and tells what the receiver answered."""

import time
from typing import Annotated

import typer

from mockserver.cli.client import Server
from mockserver.cli.options import AccountKey, AsJson, ServerUrl, examples, server_of
from mockserver.cli.output import show_json
from mockserver.errors import ConfigError
from mockserver.model import Json

EXAMPLES = examples(
    "mockserver inbound whatsapp text --text 'Is my table ready?'",
    "mockserver inbound mms image --from 447700900123 --url http://127.0.0.1/cat.jpg --caption Cat",
    "mockserver inbound whatsapp location --set latitude=51.5 --set longitude=-0.1 --json",
)
_WAIT_S = 12
"""Longer than a receiver has to accept a connection and to answer, as the settings come."""
_UNACKNOWLEDGED = 1
_ACKNOWLEDGED = range(200, 206)


def inbound(
    context: typer.Context,
    *,
    channel: Annotated[str, typer.Argument(help="sms, mms, viber, messenger or whatsapp.")],
    kind: Annotated[str, typer.Argument(help="text, image, audio, video, file, location or button.")],
    sender: Annotated[str | None, typer.Option("--from", metavar="ADDR", help="The user's address.")] = None,
    recipient: Annotated[str | None, typer.Option("--to", metavar="ADDR", help="Your own address.")] = None,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="What the user writes.")] = None,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Where the media file is.")] = None,
    caption: Annotated[str | None, typer.Option("--caption", metavar="TEXT", help="Its caption.")] = None,
    more: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One more member; repeatable.")
    ] = None,
    server_url: ServerUrl = None,
    account: AccountKey = None,
    as_json: AsJson = False,
) -> None:
    """Make a user's message arrive at your system.

    Waits for the answer to the webhook. What is left out is made up: the addresses last used, content that
    looks real. Exit code 1 if the receiver did not acknowledge, 2 if such a message cannot come in.
    """
    server = server_of(context, server_url, account)
    given = {"channel": channel, "kind": kind, "from": sender, "to": recipient}
    given |= {"text": text, "url": url, "caption": caption, **_members(more or [])}
    so_far = _newest_entry(server)
    arrived = server.post("inbound", {name: value for name, value in given.items() if value is not None})
    attempt = _first_attempt(server, arrived["delivery"], so_far) if arrived["url"] else None
    if as_json:
        show_json({**arrived, "attempt": attempt})
    else:
        print(f"{channel} {kind} {arrived['message_uuid']}: {_outcome(arrived, attempt)}")
    raise typer.Exit(0 if attempt and attempt["status"] in _ACKNOWLEDGED else _UNACKNOWLEDGED)


def _members(pairs: list[str]) -> dict[str, str]:
    """Return the members that ``--set`` gives."""
    for pair in pairs:
        if "=" not in pair:
            raise ConfigError(f'"{pair}" has no equals sign.', where="--set", fix="Write it like name=value.")
    return dict(pair.split("=", 1) for pair in pairs)


def _newest_entry(server: Server) -> int:
    """Return the number of the journal's last entry."""
    entries = server.get("journal", limit=1)["entries"]
    return int(entries[0]["id"]) if entries else 0


def _first_attempt(server: Server, delivery: str, after: int) -> Json:
    """Return the first attempt to send a webhook, ``None`` if there is none for long."""
    deadline = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline:
        page = server.get("journal", after=after, wait_s=1)
        for entry in page["entries"]:
            if entry.get("delivery") == delivery and "attempt" in entry:
                return entry["attempt"]
        after = page["next"]
    return None


def _outcome(arrived: Json, attempt: Json) -> str:
    """Say what became of the webhook."""
    if not arrived["url"]:
        return "sent nowhere, for there is no inbound URL. Give one: mockserver serve --inbound-url URL"
    if attempt is None:
        return f"not sent to {arrived['url']} yet; `mockserver tail` shows when it is"
    if attempt["error"]:
        return f"{arrived['url']} could not be reached ({attempt['error']}); it is tried again"
    again = "" if attempt["status"] in _ACKNOWLEDGED else "; it is tried again"
    return f"{arrived['url']} answered {attempt['status']} in {attempt['duration_ms']:.0f} ms{again}"
