"""A system under test in a few lines: it sends over sockets, and knows nothing of the handle."""

import json
import ssl
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from mockserver.handle import AsyncMockServer, MockServer
from mockserver.model import Json

USER = "447700900101"
CLINIC = "447700900010"


def body_of(**members: Json) -> dict[str, Json]:
    """Return the body of an SMS, with other members if given."""
    usual = {"channel": "sms", "message_type": "text", "to": USER, "from": CLINIC, "text": "Hi"}
    return {**usual, **members}


def send(mock: MockServer | AsyncMockServer, *, auth: str | None = None, **members: Json) -> tuple[int, Json]:
    """Send a message with key and secret; return the status and the body of the answer."""
    return post(mock.url, auth or mock.basic, body_of(**members))


def post(url: str, auth: str, body: Json, context: ssl.SSLContext | None = None) -> tuple[int, Json]:
    """Post a message; return the status and the body of the answer."""
    headers = {"Authorization": auth, "Content-Type": "application/json"}
    request = Request(f"{url}/v1/messages", json.dumps(body).encode(), headers)
    try:
        with urlopen(request, timeout=10, context=context) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def sent_by(mock: MockServer, **members: Json) -> str:
    """Send a message; return its uuid."""
    status, answer = send(mock, **members)
    assert status == 202, answer
    return str(answer["message_uuid"])


def open_files() -> int:
    """Return how many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))
