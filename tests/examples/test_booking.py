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
    """Accepts every message, or refuses or leaves unanswered all once told to; remembers the bodies."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.refusal: dict[str, Any] | None = None
        self.lost = False

    async def send(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer as the Messages API would."""
        self.bodies.append(body)
        if self.refusal is not None:
            return 400, self.refusal
        if self.lost:
            return 504, {"title": "no answer"}
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


# What an order may hold besides, and what follows a failure

FULL_ORDER = REMINDER | {"id": "order-1"}


def failed(code: int, uuid: str = "uuid-1", **more: Any) -> dict[str, Any]:
    """Return the webhook of a rejected message."""
    return {"message_uuid": uuid, "status": "rejected", "error": {"code": code, "reason": "No"}, **more}


def test_order_asked_for_twice_is_sent_once(sut: Sut) -> None:
    answers = [sut.remind(FULL_ORDER), sut.remind(FULL_ORDER)]

    assert [202, 200] == [each.status_code for each in answers]
    assert {"id": "order-1", "message_uuid": "uuid-1"} == answers[1].json()
    assert ["order-1"] == [each["client_ref"] for each in sut.api.bodies]


def test_order_the_api_refused_can_be_asked_for_again(sut: Sut) -> None:
    sut.api.refusal = {"title": "Invalid"}
    sut.remind(FULL_ORDER)
    sut.api.refusal = None

    assert 202 == sut.remind(FULL_ORDER).status_code
    assert ["uuid-2"] == [each["message_uuid"] for each in sut.reminders()]


def test_message_whose_answer_was_lost_is_known_by_the_reference_in_its_status(sut: Sut) -> None:
    sut.api.lost = True
    lost = sut.remind(FULL_ORDER)
    again = sut.remind(FULL_ORDER)

    sut.hook("/webhooks/status", {"message_uuid": "u", "status": "delivered", "client_ref": "order-1"})

    assert [504, 200] == [lost.status_code, again.status_code]
    assert 1 == len(sut.api.bodies)
    assert [("u", "delivered")] == [(each["message_uuid"], each["status"]) for each in sut.reminders()]


def test_user_who_says_stop_gets_nothing_until_start(sut: Sut) -> None:
    before = sut.remind().status_code
    sut.say("in-1", text=" stop ")
    stopped = [sut.remind(REMINDER | {"channel": each}).status_code for each in ("sms", "whatsapp")]
    sut.say("in-2", text="START")

    assert [202, 409, 409, 202] == [before, *stopped, sut.remind().status_code]


def test_text_outside_of_the_window_goes_out_as_a_template_once(sut: Sut) -> None:
    sut.remind(REMINDER | {"channel": "whatsapp"})

    answers = [sut.hook("/webhooks/status", failed(1340)), sut.hook("/webhooks/status", failed(1340))]
    sut.hook("/webhooks/status", failed(1340, "uuid-2"))

    assert [200, 200] == answers
    _, template = sut.api.bodies
    assert {
        "content": {
            "type": "template",
            "template": {"name": "clinic_ns:visit_reminder", "parameters": [{"default": "Tomorrow at ten?"}]},
        },
        "whatsapp": {"policy": "deterministic", "locale": "en-GB"},
    } == template["message"]
    assert "uuid-1" == sut.reminders()[1]["instead_of"]


def test_picture_that_cannot_be_sent_goes_out_as_text(sut: Sut) -> None:
    sut.remind(REMINDER | {"channel": "whatsapp", "image": "https://x.example/a.jpg"})
    sut.hook("/webhooks/status", failed(1381))

    picture, text = (each["message"]["content"] for each in sut.api.bodies)
    assert {"url": "https://x.example/a.jpg", "caption": "Tomorrow at ten?"} == picture["image"]
    assert {"type": "text", "text": "Tomorrow at ten?"} == text


def test_rejection_that_comes_before_the_answer_is_made_good_after_it(sut: Sut) -> None:
    sut.hook("/webhooks/status", failed(1340))
    sut.remind(REMINDER | {"channel": "whatsapp"})

    assert ["text", "template"] == [each["message"]["content"]["type"] for each in sut.api.bodies]


def test_what_the_clinic_must_mend_stands_in_its_health(sut: Sut) -> None:
    sut.remind()
    before = sut.client.get("/health").json()
    sut.hook("/webhooks/status", failed(1370))
    sut.api.refusal = {"title": "Low balance"}
    sut.remind()

    assert {"status": "ok", "alarms": []} == before
    assert {
        "status": "degraded",
        "alarms": [{"message_uuid": "uuid-1", "code": 1370}, {"title": "Low balance"}],
    } == sut.client.get("/health").json()


def test_service_closed_for_maintenance_answers_webhooks_with_503(sut: Sut) -> None:
    sut.remind()
    closed = sut.client.put("/maintenance", json={"closed": True}).status_code
    meanwhile = sut.hear("delivered")
    sut.client.put("/maintenance", json={"closed": False})

    assert (204, [503], [200]) == (closed, meanwhile, sut.hear("delivered"))
    assert 400 == sut.client.put("/maintenance", json={"closed": "yes"}).status_code


def test_token_of_long_ago_is_refused(sut: Sut) -> None:
    assert 401 == sut.hook("/webhooks/status", STATUS, token=signed(STATUS, iat=int(time.time()) - 3600))


def test_report_of_a_workflow_is_its_status(sut: Sut) -> None:
    sut.remind(REMINDER | {"backup": {"channel": "mms", "to": "447700900101"}})

    answer = sut.hook("/webhooks/status", {"dispatch_uuid": "uuid-1", "status": "completed"})

    assert (200, "completed") == (answer, sut.reminders()[0]["status"])


def test_inbound_message_of_v1_is_understood(sut: Sut) -> None:
    sut.remind()
    body = {
        "channel": "sms",
        "message_uuid": "in-1",
        "from": "447700900101",
        "to": "447700900010",
        "timestamp": "2026-01-01T10:00:00Z",
        "message_type": "text",
        "text": "yes",
    }

    assert 200 == sut.hook("/webhooks/inbound", body)
    assert (US, USER) == (sut.api.bodies[1]["from"], sut.api.bodies[1]["to"])


def test_rejection_of_v1_is_understood(sut: Sut) -> None:
    sut.remind(REMINDER | {"channel": "whatsapp"})
    sut.hook("/webhooks/status", failed(0) | {"error": {"type": "about:blank", "title": "1340", "detail": "No"}})

    assert "template" == sut.api.bodies[1]["message"]["content"]["type"]


# How a message is written


def body(**more: Any) -> dict[str, Any]:
    """Return a message as the service has it before it is written."""
    return {"from": US, "to": USER, "message": {"content": {"type": "text", "text": "Hi"}}, **more}


@pytest.mark.parametrize(
    ("written", "version", "path", "sent"),
    [
        (body(client_ref="r"), "v0.1", "/v0.1/messages", body(client_ref="r")),
        (
            body(backup=body(client_ref="r"), client_ref="r"),
            "v0.1",
            "/v0.1/dispatch",
            {
                "template": "failover",
                "workflow": [body(failover={"expiry_time": 600, "condition_status": "delivered"}), body()],
            },
        ),
        (
            body(client_ref="r"),
            "v1",
            "/v1/messages",
            {
                "channel": "sms",
                "message_type": "text",
                "from": US["number"],
                "to": USER["number"],
                "text": "Hi",
                "client_ref": "r",
            },
        ),
        (
            body(
                to={"type": "viber_service_msg", "number": "447700900101"},
                message={
                    "content": {"type": "template", "template": {"name": "a:b", "parameters": [{"default": "x"}]}},
                    "whatsapp": {"locale": "en-GB"},
                },
                backup=body(),
            ),
            "v1",
            "/v1/messages",
            {
                "channel": "viber_service",
                "message_type": "template",
                "from": US["number"],
                "to": USER["number"],
                "template": {"name": "a:b", "parameters": ["x"]},
                "whatsapp": {"locale": "en-GB"},
                "failover": [
                    {
                        "channel": "sms",
                        "message_type": "text",
                        "from": US["number"],
                        "to": USER["number"],
                        "text": "Hi",
                    }
                ],
            },
        ),
    ],
    ids=["v0.1", "dispatch", "v1", "failover"],
)
@pytest.mark.parametrize("by", ["environment", "order"])
def test_message_is_written_as_the_version_has_it(
    booking: ModuleType, api_url: str, written: dict[str, Any], version: str, path: str, sent: dict[str, Any], by: str
) -> None:
    environ = {"MESSAGES_API_URL": api_url, "MESSAGES_API_KEY": "key", "MESSAGES_API_SECRET": "secret"}
    environ |= {"MESSAGES_API_VERSION": version} if by == "environment" else {}
    asked = written | ({"version": version} if by == "order" else {})

    _, answer = asyncio.run(booking.api(environ)(asked))

    assert (path, sent) == (answer["path"], answer["body"])
