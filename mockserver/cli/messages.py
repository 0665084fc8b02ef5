"""``mockserver messages``: lists what was sent and received, or shows one message with all that became of it."""

from typing import Annotated
from uuid import UUID

import typer

from mockserver.cli.client import Server
from mockserver.cli.options import AccountKey, AsJson, Url, examples, server_of
from mockserver.cli.output import complain_nothing, one_line, show_json, show_line, show_table
from mockserver.cli.shell import shell_of
from mockserver.model import Json

EXAMPLES = examples(
    "mockserver messages",
    "mockserver messages channel:sms status:delivered --limit 5",
    "mockserver messages 'to:4477* text:\"table\"' --json",
    "mockserver messages latest",
)
_COLUMNS = ("AT", "WAY", "CHANNEL", "KIND", "FROM", "TO", "STATUS", "MESSAGE_UUID", "TEXT")
_WAYS = {"outbound": "sent", "inbound": "came"}
