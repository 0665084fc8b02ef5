"""The sample service must do its job: send, believe only signed webhooks, bear them in any order."""

import asyncio
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any
from uuid import uuid4

import jwt
import pytest
from starlette.testclient import TestClient

from mockserver.data import bundled

SECRET = "a-signature-secret-of-at-least-32-bytes"
USER = {"type": "sms", "number": "447700900101"}
US = {"type": "sms", "number": "447700900010"}
REMINDER = {"channel": "sms", "to": "447700900101", "text": "Tomorrow at ten?"}


class FakeApi:
    """Accepts every message, or refuses them all once told to; remembers the bodies."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.refusal: dict[str, Any] | None = None

    async def send(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer as the Messages API would."""
        self.bodies.append(body)
        if self.refusal is not None:
            return 400, self.refusal
        return 202, {"message_uuid": f"uuid-{len(self.bodies)}"}


class Sut:
    """The service under test, with the two things that happen to it: requests and webhooks."""

    def __init__(self, client: TestClient, api: FakeApi) -> None:
        self.client = client
        self.api = api

    def remind(self, order: Any = REMINDER) -> Any:
        """Ask it for a reminder; return its answer."""
        return self.client.post("/remind", json=order)

    def hook(self, path: str, body: Any, token: str | None = None) -> int:
        """Call a webhook, properly signed unless a token is given; return the status of the answer."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        authorization = f"Bearer {signed(content) if token is None else token}"
        answer = self.client.post(path, content=content, headers={"Authorization": authorization})
        return int(answer.status_code)

    def hear(self, *statuses: str, uuid: str = "uuid-1") -> list[int]:
        """Send statuses of a message in this order; return the answers."""
        return [self.hook("/webhooks/status", {"message_uuid": uuid, "status": status}) for status in statuses]

    def say(self, uuid: str = "inbound-1", **content: Any) -> int:
        """Let the user send something; return the status of the answer."""
        message = {"content": {"type": "text", **content}}
        return self.hook("/webhooks/inbound", {"message_uuid": uuid, "from": USER, "to": US, "message": message})

    def reminders(self) -> list[dict[str, Any]]:
        """Return its own view."""
        return list(self.client.get("/reminders").json())


def signed(body: bytes, secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """Return the token the real API would send; a claim of None is left out."""
    digest = hashlib.sha256(body).hexdigest()
    usual = {
        "iat": int(time.time()),
        "jti": str(uuid4()),
        "iss": "Vonage",
        "payload_hash": digest,
        "api_key": "k",
    }
    told = {name: value for name, value in (usual | claims).items() if value is not None}
    return jwt.encode(told, secret, algorithm=algorithm)


@pytest.fixture(scope="module")
def booking() -> ModuleType:
    """Load the example from where the wheel or the checkout keeps it."""
    spec = spec_from_file_location("booking_app", bundled("examples") / "booking" / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sut(booking: ModuleType) -> Iterator[Sut]:
    """Run the service in process against an API that accepts everything."""
    api = FakeApi()
    with TestClient(booking.create_app(api.send, SECRET)) as client:
        yield Sut(client, api)


@pytest.mark.parametrize(
    ("channel", "sender", "recipient"),
    [
        ("sms", {"number": "447700900010"}, {"number": "447700900101"}),
        ("mms", {"number": "54321"}, {"number": "447700900101"}),
        ("viber_service_msg", {"id": "20417"}, {"number": "447700900101"}),
        ("messenger", {"id": "104455667788990"}, {"id": "447700900101"}),
        ("whatsapp", {"number": "447700900201"}, {"number": "447700900101"}),
    ],
)
def test_reminder_is_sent_in_the_shape_of_its_channel(
    sut: Sut, channel: str, sender: dict[str, str], recipient: dict[str, str]
) -> None:
    answer = sut.remind(REMINDER | {"channel": channel})

    assert (answer.status_code, answer.json()) == (202, {"message_uuid": "uuid-1"})
    assert sut.api.bodies == [
        {
            "from": {"type": channel, **sender},
            "to": {"type": channel, **recipient},
            "message": {"content": {"type": "text", "text": "Tomorrow at ten?"}},
        }
    ]


def test_reminder_the_api_refuses_is_passed_on_and_not_kept(sut: Sut) -> None:
    sut.api.refusal = {"title": "Your request parameters didn't validate."}

    answer = sut.remind()

    assert (answer.status_code, answer.json()) == (502, sut.api.refusal)
    assert sut.reminders() == []


@pytest.mark.parametrize(
    "order",
    [
        {},
        [],
        REMINDER | {"channel": "pigeon"},
        REMINDER | {"to": 447700900101},
        {"channel": "sms", "to": "1"},
    ],
    ids=["empty", "list", "unknown channel", "number as number", "no text"],
)
def test_unreadable_order_is_refused_with_the_channels_to_choose_from(sut: Sut, order: Any) -> None:
    answer = sut.remind(order)

    assert (answer.status_code, sut.api.bodies) == (400, [])
    assert "sms, mms, viber_service_msg, messenger, whatsapp" in answer.text


def test_statuses_move_a_reminder_forward(sut: Sut) -> None:
    sut.remind()

    answers = sut.hear("submitted", "delivered", "read")

    assert answers == [200, 200, 200]
    assert sut.reminders() == [
        {
            "message_uuid": "uuid-1",
            "to": USER,
            "text": "Tomorrow at ten?",
            "confirms": None,
            "status": "read",
            "history": ["submitted", "delivered", "read"],
            "replies": [],
        }
    ]


@pytest.mark.parametrize(
    ("heard", "status"),
    [
        ([], "accepted"),
        (["delivered", "submitted"], "delivered"),
        (["read", "delivered", "submitted"], "read"),
        (["rejected", "submitted"], "rejected"),
        (["undeliverable", "delivered"], "undeliverable"),
    ],
)
def test_late_status_never_sets_a_reminder_back(sut: Sut, heard: list[str], status: str) -> None:
    sut.remind()

    sut.hear(*heard)

    assert [(each["status"], each["history"]) for each in sut.reminders()] == [(status, heard)]


def test_doubled_and_unheard_of_statuses_are_welcome_and_change_nothing(sut: Sut) -> None:
    sut.remind()

    answers = sut.hear("submitted", "submitted", "seen")

    assert answers == [200, 200, 200]
    assert sut.reminders()[0]["history"] == ["submitted"]


def test_status_that_overtakes_the_answer_of_the_api_is_not_lost(sut: Sut) -> None:
    sut.hear("submitted", uuid="uuid-1")

    sut.remind()

    assert sut.reminders()[0]["status"] == "submitted"


def test_yes_is_answered_with_one_confirmation_back_to_the_user(sut: Sut) -> None:
    sut.remind()

    answers = [sut.say(text=" Yes please"), sut.say(text=" Yes please")]

    reminder, confirmation = sut.reminders()
    assert answers == [200, 200]
    assert reminder["replies"] == [{"type": "text", "text": " Yes please"}]
    assert (confirmation["confirms"], confirmation["to"]) == ("uuid-1", USER)
    assert sut.api.bodies[1]["from"] == US


@pytest.mark.parametrize(
    "content",
    [{"text": "no"}, {"type": "unsupported"}, {"type": "image", "image": {"url": "https://x.example/a.png"}}],
    ids=["no", "unsupported", "image"],
)
def test_any_other_reply_is_noted_without_a_word(sut: Sut, content: dict[str, Any]) -> None:
    sut.remind()

    status = sut.say(**content)

    assert (status, len(sut.api.bodies)) == (200, 1)
    assert sut.reminders()[0]["replies"] == [{"type": "text", **content}]


def test_yes_of_a_stranger_is_not_answered(sut: Sut) -> None:
    assert sut.say(text="yes") == 200
    assert sut.api.bodies == []


STATUS = b'{"message_uuid":"uuid-1","status":"delivered"}'


@pytest.mark.parametrize(
    "forge",
    [
        lambda: "",
        lambda: "not a token",
        lambda: signed(STATUS, secret="somebody else's secret of 32 bytes."),
        lambda: signed(STATUS + b" "),
        lambda: signed(STATUS, payload_hash=None),
        lambda: signed(STATUS, iss="Nexmo"),
        lambda: signed(STATUS, iss=None),
        lambda: signed(STATUS, iat=int(time.time()) + 3600),
        lambda: signed(STATUS, iat=None),
        lambda: signed(STATUS, algorithm="HS512", secret=SECRET * 2),
    ],
    ids=[
        "empty",
        "no token",
        "wrong secret",
        "another body",
        "no hash",
        "wrong issuer",
        "no issuer",
        "from the future",
        "no time",
        "wrong algorithm",
    ],
)
@pytest.mark.parametrize("path", ["/webhooks/status", "/webhooks/inbound"])
def test_webhook_with_a_wrong_token_gets_401_and_changes_nothing(sut: Sut, path: str, forge: Callable[[], str]) -> None:
    sut.remind()

    assert sut.hook(path, STATUS, token=forge()) == 401
    assert sut.reminders()[0]["history"] == []


def test_webhook_without_a_token_gets_401(sut: Sut) -> None:
    assert sut.client.post("/webhooks/status", content=STATUS).status_code == 401


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[]", b"null", b'{"message_uuid":1,"status":2}'])
@pytest.mark.parametrize("path", ["/webhooks/status", "/webhooks/inbound"])
def test_signed_webhook_of_another_shape_gets_400(sut: Sut, path: str, body: bytes) -> None:
    assert sut.hook(path, body) == 400


class EchoingApi(BaseHTTPRequestHandler):
    """Answers with the request itself, so that the client's side of the wire can be seen."""

    def do_POST(self) -> None:
        """Send back the path, the credentials and the body, as a problem would be sent."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps({"path": self.path, "authorization": self.headers["Authorization"], "body": body})
        self.send_response(400)
        self.send_header("Content-Type", "application/problem+json")
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def api_url() -> Iterator[str]:
    """Serve one echoing API on a free port."""
    with HTTPServer(("127.0.0.1", 0), EchoingApi) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_api_is_reached_by_the_url_and_credentials_of_the_environment(booking: ModuleType, api_url: str) -> None:
    environ = {"MESSAGES_API_URL": api_url, "MESSAGES_API_KEY": "key", "MESSAGES_API_SECRET": "secret"}

    answer = asyncio.run(booking.api(environ)({"some": "body"}))

    assert answer == (
        400,
        {"path": "/v0.1/messages", "authorization": "Basic a2V5OnNlY3JldA==", "body": {"some": "body"}},
    )
