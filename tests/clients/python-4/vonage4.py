"""Takes the steps of an order on stdin with the official Python client, version 4; answers JSON on stdout.

``{"host": "127.0.0.1:7671", "auth": {...}, "steps": [{"do": "send", "message": {"model": "Sms", ...}}, ...]}`` is
answered by ``{"version": "4.9.1", "results": [...]}``. An object with the member ``model`` stands for that model.
"""

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from vonage import Auth, HttpClientOptions, Vonage, VonageError
from vonage_jwt import verify_signature
from vonage_messages import models


def built(value: Any) -> Any:
    """Return a value with models of the client in it wherever the order names one."""
    if isinstance(value, list):
        return [built(each) for each in value]
    if not isinstance(value, dict):
        return value
    arguments = {name: built(each) for name, each in value.items() if name != "model"}
    return getattr(models, value["model"])(**arguments) if "model" in value else arguments


def send(client: Vonage, message: Any, **more: Any) -> Any:
    """Send a message."""
    answer = client.messages.send(built(message), **built(more))
    return answer.model_dump(exclude_none=True)


def read(client: Vonage, uuid: str, **more: Any) -> Any:
    """Mark an inbound WhatsApp message as read."""
    return client.messages.mark_whatsapp_message_read(uuid, **built(more))


def revoke(client: Vonage, uuid: str) -> Any:
    """Revoke an RCS message."""
    return client.messages.revoke_rcs_message(uuid)


def verify(_client: Vonage, token: str, secret: str) -> Any:
    """Return whether a webhook's token is signed with a secret."""
    return verify_signature(token, secret)


def list_models(_client: Vonage) -> Any:
    """Return the names of all models the client has for messages and their parts."""
    found = {name: getattr(models, name) for name in models.__all__}
    return sorted(name for name, each in found.items() if issubclass(each, BaseModel))


STEPS: dict[str, Callable[..., Any]] = {
    "send": send,
    "read": read,
    "revoke": revoke,
    "verify": verify,
    "models": list_models,
}


def take(client: Vonage, step: dict[str, Any]) -> Any:
    """Take one step; return its result, or the error that a developer would see."""
    arguments = {name: value for name, value in step.items() if name != "do"}
    try:
        return STEPS[step["do"]](client, **arguments)
    except VonageError as error:
        response = getattr(error, "response", None)
        told = {} if response is None else {"status": response.status_code, "body": response.json()}
        return {"error": type(error).__name__, "text": str(error), **told}


def main() -> None:
    """Take all steps of the order."""
    order = json.load(sys.stdin)
    client = Vonage(Auth(**order["auth"]), HttpClientOptions(api_host=order["host"]))
    results = [take(client, step) for step in order["steps"]]
    json.dump({"version": version("vonage"), "results": results}, sys.stdout)


if __name__ == "__main__":
    main()
