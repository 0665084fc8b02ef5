"""An appointment-reminder service: it sends reminders and answers "yes" with a confirmation.

It speaks to the Messages API v0.1 and knows nothing of mockserver: point MESSAGES_API_URL at the real host or
at a stand-in, and it behaves the same. All in memory, to be read from top to bottom.
"""

import hashlib
import logging
import os
import sys
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
import uvicorn
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Json = dict[str, Any]
Send = Callable[[Json], Awaitable[tuple[int, Json]]]

# Who we are on each channel, and whether a user there is a number or an id.
CHANNELS: dict[str, tuple[Json, str]] = {
    "sms": ({"type": "sms", "number": "447700900010"}, "number"),
    "mms": ({"type": "mms", "number": "54321"}, "number"),
    "viber_service_msg": ({"type": "viber_service_msg", "id": "20417"}, "number"),
    "messenger": ({"type": "messenger", "id": "104455667788990"}, "id"),
    "whatsapp": ({"type": "whatsapp", "number": "447700900201"}, "number"),
}
# How far along a message is; the last three are final.
PROGRESS = {"accepted": 0, "submitted": 1, "delivered": 2, "read": 3, "rejected": 3, "undeliverable": 3}
CLOCK_SKEW_S = 10

log = logging.getLogger("booking")


class Booking:
    """What was sent, and what was heard of it since; each by message_uuid."""

    def __init__(self, send: Send, signature_secret: str) -> None:
        self.send = send
        self.key = OctKey.import_key(signature_secret)
        self.sent: dict[str, Json] = {}
        # Apart from what was sent: a status can be here before the API's answer to our request is.
        self.history: dict[str, list[str]] = {}
        self.inbound: dict[str, Json] = {}

    async def remind(self, request: Request) -> Response:
        """Send a reminder: {"channel": "sms", "to": "447700900101", "text": "Tomorrow at ten?"}."""
        match await read_json(request):
            case {"channel": str(channel), "to": str(to), "text": str(text)} if channel in CHANNELS:
                sender, member = CHANNELS[channel]
                status, answer = await self.message(sender, {"type": channel, member: to}, text)
                return JSONResponse(answer, status if status == HTTPStatus.ACCEPTED else HTTPStatus.BAD_GATEWAY)
        raise HTTPException(400, f"give channel, to and text; the channels are {', '.join(CHANNELS)}")

    async def message(self, sender: Json, recipient: Json, text: str, confirms: str | None = None) -> tuple[int, Json]:
        """Send a text, and remember it if the API accepts it."""
        content = {"type": "text", "text": text}
        status, answer = await self.send({"from": sender, "to": recipient, "message": {"content": content}})
        if status == HTTPStatus.ACCEPTED:
            self.sent[answer["message_uuid"]] = {"to": recipient, "text": text, "confirms": confirms}
        else:
            log.error("the API answered %s: %s", status, answer)
        return status, answer

    async def on_status(self, request: Request) -> Response:
        """Note how a message is doing; statuses may be late, doubled, out of order, new to us or not ours."""
        match await self.read_signed(request):
            case {"message_uuid": str(uuid), "status": str(status)}:
                history = self.history.setdefault(uuid, [])
                if status in PROGRESS and status not in history:
                    history.append(status)
                return Response(status_code=200)
        raise HTTPException(400, "not a message status")

    async def on_inbound(self, request: Request) -> Response:
        """Note a user's message; confirm if it says yes to a reminder. One that comes twice counts once."""
        match await self.read_signed(request):
            case {"message_uuid": str(uuid), "from": user, "to": us, "message": {"content": dict(content)}}:
                reminder = self.last_reminder(user)
                is_new = uuid not in self.inbound
                said_yes = str(content.get("text", "")).strip().lower().startswith("yes")
                self.inbound.setdefault(uuid, {"answers": reminder, "content": content})
                if not (reminder and is_new and said_yes):
                    return Response(status_code=200)
                # In the background: a webhook wants its answer within seconds, whatever we do about it.
                confirm = BackgroundTask(self.message, us, user, "You are booked.", reminder)
                return Response(status_code=200, background=confirm)
        raise HTTPException(400, "not an inbound message")

    def last_reminder(self, user: Any) -> str | None:
        """Return the latest reminder sent to a user."""
        ours = (uuid for uuid, sent in self.sent.items() if sent["to"] == user and not sent["confirms"])
        return next(reversed([*ours]), None)

    async def reminders(self, _: Request) -> Response:
        """Show what was sent and what came of it, oldest first."""
        return JSONResponse([{"message_uuid": uuid} | self.sent[uuid] | self.progress(uuid) for uuid in self.sent])

    def progress(self, uuid: str) -> Json:
        """Return where a message stands: the furthest it came, so that a late status never sets it back."""
        history = self.history.get(uuid, [])
        replies = [each["content"] for each in self.inbound.values() if each["answers"] == uuid]
        status = max(["accepted", *history], key=PROGRESS.__getitem__)
        return {"status": status, "history": history, "replies": replies}

    async def read_signed(self, request: Request) -> Any:
        """Return the body of a webhook; refuse it unless the API made its token for exactly these bytes."""
        digest = hashlib.sha256(await request.body()).hexdigest()
        expected = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW_S,
            iss={"essential": True, "value": "Vonage"},
            iat={"essential": True},
            payload_hash={"essential": True, "value": digest},
        )
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            expected.validate(jwt.decode(token, self.key, algorithms=["HS256"]).claims)
        except JoseError as error:
            log.warning("refused a webhook: %s", error)
            raise HTTPException(401, "the signature is missing or wrong") from error
        return await read_json(request)


async def read_json(request: Request) -> Any:
    """Return the body of a request, or refuse it if it is not JSON."""
    try:
        return await request.json()
    except ValueError as error:
        raise HTTPException(400, "the body is not JSON") from error


def api(environ: Mapping[str, str]) -> Send:
    """Return the way to the Messages API that the environment names."""
    url = environ["MESSAGES_API_URL"].rstrip("/") + "/v0.1/messages"
    credentials = f"{environ['MESSAGES_API_KEY']}:{environ['MESSAGES_API_SECRET']}"
    headers = {"Authorization": "Basic " + b64encode(credentials.encode()).decode()}

    async def send(body: Json) -> tuple[int, Json]:
        async with aiohttp.ClientSession(headers=headers) as session, session.post(url, json=body) as answer:
            return answer.status, await answer.json(content_type=None)

    return send


def create_app(send: Send, signature_secret: str) -> Starlette:
    """Return the web application."""
    booking = Booking(send, signature_secret)
    return Starlette(
        routes=[
            Route("/remind", booking.remind, methods=["POST"]),
            Route("/reminders", booking.reminders),
            Route("/webhooks/status", booking.on_status, methods=["POST"]),
            Route("/webhooks/inbound", booking.on_inbound, methods=["POST"]),
        ]
    )


NEEDED = ("MESSAGES_API_URL", "MESSAGES_API_KEY", "MESSAGES_API_SECRET", "MESSAGES_SIGNATURE_SECRET")

if __name__ == "__main__":
    if missing := [name for name in NEEDED if name not in os.environ]:
        sys.exit(f"Set {', '.join(missing)}; README.md says to what.")
    app = create_app(api(os.environ), os.environ["MESSAGES_SIGNATURE_SECRET"])
    uvicorn.run(app, port=int(os.environ.get("PORT", "8000")))
