"""Traffic of every kind for the page to show: both versions, both directions, refused, failed and hostile."""

import json
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from ruamel.yaml import YAML

from mockserver.handle import MockServer
from mockserver.model import Json
from tests.bodies import CELLS, body_of

USER: Final = "447700900151"
CLINIC: Final = "447700900152"
NOWHERE: Final = "http://127.0.0.1:9/status"
"""A port nothing listens on: webhooks to it are tried again and again."""

HOSTILE: Final = (
    "<script>window.pwned = 1</script>",
    '<img src="https://evil.example/x.png" onerror="window.pwned = 1">',
    "javascript:window.pwned=1",
    "\u202egnirts desrever\u202c \u0000 \ufffd \u2028 ${window.pwned = 1} {{7*7}}",
    '"><svg onload=window.pwned=1>' + "x" * 300,
)
"""Texts that would run, load or break something if they were taken for more than text."""
HOSTILE_URLS: Final = (
    "javascript:window.pwned=1",
    "data:text/html,<script>window.pwned=1</script>",
    "https://evil.example/" + "a/" * 80 + "x.jpg?<script>",
)

_IMAGE: Final = {"channel": "whatsapp", "message_type": "image", "to": USER, "from": CLINIC}
_SAMPLES: Json = YAML(typ="safe", pure=True).load(Path(__file__).parents[1] / "contract" / "samples_v1.yaml")


def post(mock: MockServer, path: str, body: Json, *, authorization: str | None = None) -> tuple[int, Json]:
    """Post to the API as the account, or with other credentials; return the status and the body of the answer."""
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"Authorization": authorization or mock.basic, "Content-Type": "application/json"}
    try:
        with urlopen(Request(f"{mock.url}{path}", text.encode(), headers), timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"null")


def send(mock: MockServer, **members: Json) -> str:
    """Send an SMS of v1, with other members if given; return its uuid."""
    usual = {"channel": "sms", "message_type": "text", "to": USER, "from": CLINIC, "text": "Hi"}
    status, answer = post(mock, "/v1/messages", {**usual, **members})
    assert status == 202, answer
    return str(answer["message_uuid"])


def send_many(mock: MockServer, number: int, *, users: int = 1) -> None:
    """Send so many texts, each with its number in it, to so many users in turn."""
    for each in range(number):
        send(mock, to=str(447700900200 + each % users), text=f"Message {each}")


def seed(mock: MockServer) -> None:
    """Let everything happen in an account."""
    for sample in _SAMPLES["outbound"]:
        post(mock, "/v1/messages", sample["body"])
    for channel, kind in CELLS:
        post(mock, "/v0.1/messages", body_of(channel, kind))
    for sample in _SAMPLES["inbound"]:
        _arrive(mock, sample["body"])
    _refused(mock)
    _failed(mock)
    _hostile(mock)
    mock.settle()


def _arrive(mock: MockServer, body: Json) -> None:
    """Let a user's message of a sample arrive, with its parties and its content."""
    kind = body["message_type"]
    content = body.get(kind)
    members = content if isinstance(content, dict) else {} if content is None else {kind: content}
    parties = {"from": body["from"], "to": body["to"], "version": "v1"}
    mock.ask("POST", "inbound", {"channel": body["channel"], "kind": kind, **members, **parties})


def _refused(mock: MockServer) -> None:
    post(mock, "/v1/messages", {"channel": "sms", "message_type": "text", "to": "4477x", "from": CLINIC, "txt": "Hi"})
    post(mock, "/v1/messages", {"channel": "whatsapp", "message_type": "image", "to": USER, "from": CLINIC})
    post(mock, "/v1/messages", '{"channel": "sms", "text": "cut o')
    post(mock, "/v0.1/messages", {"from": {"type": "sms"}, "to": {"type": "sms", "number": "+44 7700"}, "message": {}})


def _failed(mock: MockServer) -> None:
    send(mock, client_ref="mock:rejected:1240", text="Nobody takes this")
    send(mock, webhook_url=NOWHERE, text="Nobody hears of this")


def _hostile(mock: MockServer) -> None:
    for text in HOSTILE:
        send(mock, text=text, client_ref="hostile")
        mock.inbound("whatsapp", text=text, from_=USER, to=CLINIC, version="v1", profile={"name": text})
        mock.inbound("messenger", text=text, from_=text[:40], to="<b>page</b>")
    for url in HOSTILE_URLS:
        post(mock, "/v1/messages", {**_IMAGE, "image": {"url": url, "caption": HOSTILE[1]}})
        send(mock, channel="whatsapp", message_type="custom", custom={"type": "image", "image": {"link": url}})
    mock.inbound("whatsapp", "image", version="v1", url=HOSTILE_URLS[-1], name=HOSTILE[1], from_=USER, to=CLINIC)
    mock.inbound("whatsapp", "file", version="v1", url=HOSTILE_URLS[-1], name=HOSTILE[0], from_=USER, to=CLINIC)
