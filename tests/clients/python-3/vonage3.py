"""Takes the steps of an order on stdin with the official Python client, version 3; answers JSON on stdout.

``{"host": "127.0.0.1:7671", "auth": {...}, "steps": [{"do": "send", "message": {...}}, ...]}`` is answered by
``{"version": "3.18.0", "results": [...]}``.
"""

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from vonage import Client
from vonage.errors import Error
from vonage.messages import Messages
from vonage_jwt import verify_signature
from vonage_utils import VonageError


def send(client: Client, message: Any) -> Any:
    """Send a message."""
    return client.messages.send_message(message)


def read(client: Client, uuid: str) -> Any:
    """Mark an inbound WhatsApp message as read."""
    return client.messages.mark_whatsapp_message_read(uuid)


def revoke(client: Client, uuid: str) -> Any:
    """Revoke an RCS message."""
    return client.messages.revoke_outbound_rcs_message(uuid)


def verify(_client: Client, token: str, secret: str) -> Any:
    """Return whether a webhook's token is signed with a secret."""
    return verify_signature(token, secret)


def list_kinds(_client: Client) -> Any:
    """Return the kinds of messages the client lets through, by channel."""
    return {channel: sorted(kinds) for channel, kinds in Messages.valid_message_types.items()}


STEPS: dict[str, Callable[..., Any]] = {
    "send": send,
    "read": read,
    "revoke": revoke,
    "verify": verify,
    "kinds": list_kinds,
}


def take(client: Client, step: dict[str, Any]) -> Any:
    """Take one step; return its result, or the error that a developer would see."""
    arguments = {name: value for name, value in step.items() if name != "do"}
    try:
        return STEPS[step["do"]](client, **arguments)
    except (Error, VonageError) as error:
        return {"error": type(error).__name__, "text": str(error)}


def main() -> None:
    """Take all steps of the order."""
    order = json.load(sys.stdin)
    client = Client(**order["auth"])
    client.api_host(order["host"])
    results = [take(client, step) for step in order["steps"]]
    json.dump({"version": version("vonage"), "results": results}, sys.stdout)


if __name__ == "__main__":
    main()
