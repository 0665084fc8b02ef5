"""The official Node client of Messages v1 on stage: how it writes messages, and a server and receiver for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from mockserver.model import Account, Application, Json, Provider
from mockserver.settings import Settings
from mockserver.web.listeners import Running
from mockserver.web.server import serving
from tests.clients.control import ask, requests
from tests.clients.node import NodeClient
from tests.clients.python import OPEN, new_key, pem
from tests.clients.receiver import Hook, Receiver, receiving

KEY = "nodev3"
API_SECRET = "node-s3cret"
SECRET = "a-signature-secret-of-thirty-two-bytes"
APPLICATION = "d3b0c6de-6a0c-4f57-9a3e-2f5b8c1d7e90"
UNFIT = "7f0e8a4b-5c1d-4e2f-9b3a-8d7c6e5f4a3b"
"""An application without the Messages capability."""
CLIENTS = [
    NodeClient("node-v3", "@vonage/server-sdk", "node-v3/send.mjs"),
    NodeClient("node-v3-next", "@vonage/server-sdk", "node-v3-next/send.mjs"),
]
CLASSES = {
    "sms": "SMS",
    "mms": "MMS{kind}",
    "rcs": "RCS{kind}",
    "whatsapp": "WhatsApp{kind}",
    "messenger": "Messenger{kind}",
    "viber_service": "Viber{kind}",
}
SUGGESTION_CLASSES = {
    "reply": "RCSReplySuggestion",
    "dial": "RCSDialActionSuggestion",
    "view_location": "RCSViewLocationSuggestion",
    "share_location": "RCSShareLocationSuggestion",
    "open_url": "RCSOpenURLSuggestion",
    "open_url_in_webview": "RCSOpenURLWebviewSuggestion",
    "create_calendar_event": "RCSCreateCalendarEventSuggestion",
}
WITHOUT_CLASS = {"card", "carousel"}
"""Kinds of RCS that the client has no class for; a user writes them as plain objects."""
VERBATIM = {"custom"}
"""Content whose names the client's user writes as they are to be sent."""


def camel(value: Json) -> Json:
    """Return a value of the API with names as this client writes them."""
    if isinstance(value, list):
        return [camel(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {camel_name(name): member if name in VERBATIM else camel(member) for name, member in value.items()}


def camel_name(name: str) -> str:
    """Return a name as this client writes it: messageUUID for message_uuid."""
    head, *rest = name.split("_")
    return head + "".join("UUID" if each == "uuid" else each.capitalize() for each in rest)


def made(message: Json) -> Json:
    """Return a message as an object of the client's own class where it has one, its suggestions too."""
    params = camel(message)
    if "suggestions" in message:
        params["suggestions"] = [
            {"class": SUGGESTION_CLASSES[each["type"]], "params": camel(each)} for each in message["suggestions"]
        ]
    kind = message["message_type"]
    if kind in WITHOUT_CLASS:
        return params
    return {"class": CLASSES[message["channel"]].format(kind=kind.capitalize()), "params": params}


def classes_in(value: Json) -> set[str]:
    """Return the names of all classes a call uses."""
    if isinstance(value, dict):
        return {value["class"]} | classes_in(value["params"]) if "class" in value else classes_in([*value.values()])
    return {name for each in value for name in classes_in(each)} if isinstance(value, list) else set()


@dataclass(frozen=True, slots=True)
class Stage:
    """A server that knows an application and its key, the receiver of its webhooks, and a client."""

    client: NodeClient
    running: Running
    receiver: Receiver
    key: str

    @property
    def application(self) -> Json:
        """What identifies the application: its id and its key."""
        return {"applicationId": APPLICATION, "privateKey": self.key}

    def do(self, *calls: Json, auth: Json = None, https: bool = False) -> list[Json]:
        """Have the client make calls; return the result of each."""
        results: list[Json] = self.told(*calls, auth=auth, https=https)["results"]
        return results

    def told(self, *calls: Json, auth: Json = None, https: bool = False) -> Json:
        """Have the client make calls; return all it answers, the names of its classes too."""
        host = self.running.tls_url if https else self.running.url
        trusted = {"NODE_EXTRA_CA_CERTS": str(self.running.ca_file)} if https else {}
        return self.client.run({"host": host, "auth": auth or self.application, "calls": calls}, **trusted)

    def send(self, *messages: Json) -> list[str]:
        """Have the client send messages; return the uuids it was given."""
        results = self.do(*({"send": each} for each in messages))
        assert [] == [result["error"] for result in results if "error" in result]
        return [result["answer"]["messageUUID"] for result in results]

    def arrive(self, channel: str, kind: str) -> str:
        """Let a user's message arrive; return its uuid."""
        uuid: str = ask(self.running.url, "inbound", {"channel": channel, "kind": kind}, account=KEY)["message_uuid"]
        return uuid

    def look(self, path: str) -> Json:
        """Ask the control API."""
        return ask(self.running.url, path, account=KEY)

    def requests(self, uuid: str) -> list[Json]:
        """Return the requests about a message."""
        return requests(self.running.url, uuid, KEY)

    def taken(self, hooks: list[Hook]) -> dict[str, bool]:
        """Return, by token, whether the client's helper accepts the token of each webhook."""
        results = self.do(*({"verify": [hook.token, SECRET]} for hook in hooks))
        return {hook.token: result["answer"] for hook, result in zip(hooks, results, strict=True)}


@contextmanager
def staged(client: NodeClient, folder: Path) -> Iterator[Stage]:
    """Set the stage for the length of a ``with`` block; certificates are kept in ``folder``."""
    client.ready()
    key = new_key()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    settings = Settings(port=0, tls_dir=str(folder), submitted_after_s=0, delivered_after_s=0.02, self_check=True)
    with receiving() as receiver, serving(settings, (account(receiver.url, public.decode()),)) as running:
        yield Stage(client, running, receiver, pem(key))


def account(receiver: str, public_key: str) -> Account:
    """Return an account whose webhooks go to different paths of a receiver."""
    return Account(
        KEY,
        secrets=(API_SECRET,),
        signature_secret=SECRET,
        inbound_url=f"{receiver}/inbound",
        status_url=f"{receiver}/account",
        webhook_version="v1",
        applications=(
            Application(APPLICATION, public_key=public_key, status_url=f"{receiver}/status"),
            Application(UNFIT, public_key=public_key, messages=False),
        ),
        provider=Provider(rules=OPEN),
    )
