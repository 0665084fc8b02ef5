"""An appointment-reminder service: it sends reminders and answers "yes" with a confirmation.

It speaks to the Messages API v0.1, or v1 if MESSAGES_API_VERSION or an order says so. It knows nothing of mockserver:
point MESSAGES_API_URL at the real host or at a stand-in, and it behaves the same. All in memory, to be read from top
to bottom.
"""

import asyncio
import hashlib
import logging
import os
import sys
import time
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
# How far along a message or a workflow is; those of 3 are final.
PROGRESS = {"accepted": 0, "submitted": 1, "delivered": 2, "read": 3, "rejected": 3, "undeliverable": 3}
PROGRESS |= {"completed": 3, "error": 3}
CLOCK_SKEW_S = 10
TOKEN_AGE_S = 300  # no webhook is under way for longer; an older token is an old one played again

# Error codes of messages: a text outside of the reply window, a picture that cannot be sent, what we must mend.
WINDOW_CLOSED = {1340}
NO_PICTURE = {1380, 1381, 1382}
OUR_CONCERN = {1070, 1120, 1140, 1370}
TEMPLATE = "clinic_ns:visit_reminder"

# Answers that say the message was not taken, so that it may be sent again; and the one we give when none came.
NOT_TAKEN = {429, 503}
NO_ANSWER = (504, {"title": "The API gave no answer; its webhooks will tell whether it took the message."})
TRIES = 3
ANSWER_S = 3
BACKUP_AFTER_S = 600

log = logging.getLogger("booking")


class Booking:
    """What was sent, and what was heard of it since; each by message_uuid."""

    def __init__(self, send: Send, signature_secret: str) -> None:
        self.send = send
        self.key = OctKey.import_key(signature_secret)
        self.sent: dict[str, Json] = {}
        # Apart from what was sent: a status can be here before the API's answer to our request is.
        self.history: dict[str, list[str]] = {}
        self.errors: dict[str, int] = {}
        self.inbound: dict[str, Json] = {}
        # By the id of the order, which we send as client_ref: statuses bring it back, even if the answer was lost.
        self.ordered: dict[str, Json] = {}
        self.opted_out: set[str] = set()
        self.alarms: list[Json] = []
        self.closed = False

    # What the clinic asks for

    async def remind(self, request: Request) -> Response:
        """Send a reminder: {"channel": "sms", "to": "447700900101", "text": "Tomorrow at ten?"}.

        It may also have an "id" (asked twice, it is sent once), an "image", a "backup": {"channel", "to"}, and the
        API "version" to send it by.
        """
        match await read_json(request):
            case {"channel": str(channel), "to": str(to), "text": str(text), **more} if channel in CHANNELS:
                if to in self.opted_out:
                    raise HTTPException(409, "this user wants no messages")
                extra = extras(more)
                if extra.get("id") in self.ordered:
                    return JSONResponse(self.known(extra["id"]))
                sender, recipient = parties(channel, to)
                status, answer = await self.message(sender, recipient, text, **extra)
                return JSONResponse(answer, status if status in {202, 504} else HTTPStatus.BAD_GATEWAY)
        raise HTTPException(400, f"give channel, to and text; the channels are {', '.join(CHANNELS)}")

    def known(self, reference: str) -> Json:
        """Return what an order has come to, for someone who asks for it again."""
        found = [uuid for uuid, sent in self.sent.items() if sent.get("id") == reference]
        return {"id": reference, "message_uuid": found[0] if found else None}

    async def message(
        self, sender: Json, recipient: Json, text: str, confirms: str | None = None, **extra: Any
    ) -> tuple[int, Json]:
        """Send a text, or what ``extra`` makes of it, and remember it if the API accepts it."""
        sent = {"to": recipient, "text": text, "confirms": confirms} | extra
        reference = extra.get("id")
        if reference:
            self.ordered[reference] = sent
        status, answer = await self.send(body_of(sender, sent))
        if status == HTTPStatus.ACCEPTED:
            uuid = answer.get("message_uuid") or answer["dispatch_uuid"]
            self.sent[uuid] = sent
            await self.try_otherwise(uuid)
        else:
            log.error("the API answered %s: %s", status, answer)
        if status in {400, 401, 402, 403}:
            self.alarms.append({"title": answer.get("title")})
        if status not in {HTTPStatus.ACCEPTED, NO_ANSWER[0]}:
            self.ordered.pop(reference or "", None)
        return status, answer

    async def reminders(self, _: Request) -> Response:
        """Show what was sent and what came of it, oldest first."""
        return JSONResponse([{"message_uuid": uuid} | self.sent[uuid] | self.progress(uuid) for uuid in self.sent])

    def progress(self, uuid: str) -> Json:
        """Return where a message stands: the furthest it came, so that a late status never sets it back."""
        history = self.history.get(uuid, [])
        replies = [each["content"] for each in self.inbound.values() if each["answers"] == uuid]
        status = max(["accepted", *history], key=PROGRESS.__getitem__)
        return {"status": status, "history": history, "replies": replies}

    async def health(self, _: Request) -> Response:
        """Show what the clinic must mend: an expired page token, an empty balance."""
        return JSONResponse({"status": "degraded" if self.alarms else "ok", "alarms": self.alarms})

    async def maintain(self, request: Request) -> Response:
        """Close or open for maintenance: {"closed": true}. Webhooks get a 503 meanwhile; the API sends them again."""
        match await read_json(request):
            case {"closed": bool(closed)}:
                self.closed = closed
                return Response(status_code=204)
        raise HTTPException(400, "say whether it is closed")

    # What the API tells

    async def on_status(self, request: Request) -> Response:
        """Note how a message is doing; statuses may be late, doubled, out of order, new to us or not ours."""
        match await self.read_signed(request):
            case {"message_uuid": str(uuid), "status": str(status), **more}:
                ours = self.ordered.get(str(more.get("client_ref")))
                if ours is not None:
                    self.sent.setdefault(uuid, ours)
                self.note(uuid, status, code_of(more.get("error")))
                # In the background: a webhook wants its answer within seconds, whatever we do about it.
                return Response(status_code=200, background=BackgroundTask(self.try_otherwise, uuid))
            case {"dispatch_uuid": str(uuid), "status": str(status)}:
                self.note(uuid, status)
                return Response(status_code=200)
        raise HTTPException(400, "not a message status")

    def note(self, uuid: str, status: str, code: int | None = None) -> None:
        """Add a status to the history of a message; one that was there before changes nothing."""
        history = self.history.setdefault(uuid, [])
        if status not in PROGRESS or status in history:
            return
        history.append(status)
        if code is not None:
            self.errors[uuid] = code
            if code in OUR_CONCERN:
                self.alarms.append({"message_uuid": uuid, "code": code})

    async def try_otherwise(self, uuid: str) -> None:
        """Send what failed once more in another way, if there is one: a template, or the text without the picture."""
        sent, code = self.sent.get(uuid), self.errors.get(uuid)
        if sent is None or code is None or "instead_of" in sent:
            return
        instead = {"instead_of": uuid}
        if code in WINDOW_CLOSED:
            instead |= {"template": TEMPLATE}
        elif code not in NO_PICTURE:
            return
        del self.errors[uuid]
        sender, _ = CHANNELS[sent["to"]["type"]]
        await self.message(sender, sent["to"], sent["text"], **instead)

    async def on_inbound(self, request: Request) -> Response:
        """Note a user's message; confirm if it says yes to a reminder. One that comes twice counts once."""
        match as_v0_1(await self.read_signed(request)):
            case {"message_uuid": str(uuid), "from": dict(user), "to": dict(us), "message": {"content": dict(content)}}:
                reminder = self.last_reminder(user)
                is_new = uuid not in self.inbound
                said = str(content.get("text", "")).strip().lower()
                self.inbound.setdefault(uuid, {"answers": reminder, "content": content})
                self.heed(user, said)
                if not (reminder and is_new and said.startswith("yes")):
                    return Response(status_code=200)
                confirm = BackgroundTask(self.message, us, user, "You are booked.", reminder)
                return Response(status_code=200, background=confirm)
        raise HTTPException(400, "not an inbound message")

    def heed(self, user: Json, said: str) -> None:
        """Send nothing more to a user who says STOP, on any channel, until the same user says START."""
        address = str(user.get("number") or user.get("id") or "")
        if said == "stop":
            self.opted_out.add(address)
        elif said == "start":
            self.opted_out.discard(address)

    def last_reminder(self, user: Any) -> str | None:
        """Return the latest reminder sent to a user."""
        ours = (uuid for uuid, sent in self.sent.items() if sent["to"] == user and not sent["confirms"])
        return next(reversed([*ours]), None)

    async def read_signed(self, request: Request) -> Any:
        """Return the body of a webhook; refuse it unless the API made its token, just now and for these very bytes."""
        if self.closed:
            raise HTTPException(503, "closed for maintenance")
        digest = hashlib.sha256(await request.body()).hexdigest()
        expected = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW_S,
            iss={"essential": True, "value": "Vonage"},
            iat={"essential": True},
            payload_hash={"essential": True, "value": digest},
        )
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, self.key, algorithms=["HS256"]).claims
            expected.validate(claims)
        except JoseError as error:
            log.warning("refused a webhook: %s", error)
            raise HTTPException(401, "the signature is missing or wrong") from error
        if claims["iat"] < time.time() - TOKEN_AGE_S:
            raise HTTPException(401, "the token is too old")
        return await read_json(request)


async def read_json(request: Request) -> Any:
    """Return the body of a request, or refuse it if it is not JSON."""
    try:
        return await request.json()
    except (ValueError, RecursionError) as error:  # the latter for lists in lists in lists ...
        raise HTTPException(400, "the body is not JSON") from error


# Messages as the API has them


def parties(channel: str, to: str) -> tuple[Json, Json]:
    """Return who sends on a channel, and the user there."""
    sender, member = CHANNELS[channel]
    return sender, {"type": channel, member: to}


def extras(order: Mapping[Any, Any]) -> Json:
    """Return what an order asks for beside channel, recipient and text."""
    found = {name: order[name] for name in ("id", "image", "version") if isinstance(order.get(name), str)}
    match order.get("backup"):
        case {"channel": str(channel), "to": str(to)} if channel in CHANNELS:
            found["backup"] = {"channel": channel, "to": to}
    return found


def body_of(sender: Json, sent: Json) -> Json:
    """Return the body of a request in v0.1, with a "backup" that is a body of its own if there is one."""
    message: Json = {"content": {"type": "text", "text": sent["text"]}}
    if "image" in sent:
        message = {"content": {"type": "image", "image": {"url": sent["image"], "caption": sent["text"]}}}
    if "template" in sent:
        blanks = [{"default": sent["text"]}]
        message = {"content": {"type": "template", "template": {"name": sent["template"], "parameters": blanks}}}
        message |= {"whatsapp": {"policy": "deterministic", "locale": "en-GB"}}
    body = {"from": sender, "to": sent["to"], "message": message}
    if "id" in sent:
        body["client_ref"] = sent["id"]
    if "version" in sent:
        body["version"] = sent["version"]
    if "backup" in sent:
        us, user = parties(sent["backup"]["channel"], sent["backup"]["to"])
        others = {name: each for name, each in sent.items() if name not in {"backup", "image", "version"}}
        body["backup"] = body_of(us, others | {"to": user})
    return body


def request_of(body: Json) -> tuple[str, Json]:
    """Return path and body of a request in v0.1: a message, or with a backup a workflow of the Dispatch API."""
    steps = [{name: each for name, each in body.items() if name not in {"backup", "version"}}]
    if "backup" not in body:
        return "/v0.1/messages", steps[0]
    steps[0]["failover"] = {"expiry_time": BACKUP_AFTER_S, "condition_status": "delivered"}
    steps.append(body["backup"])
    for step in steps:
        step.pop("client_ref", None)  # the Dispatch API has none
    return "/v0.1/dispatch", {"template": "failover", "workflow": steps}


def request_of_v1(body: Json) -> tuple[str, Json]:
    """Return path and body of a request in v1, where a backup stands in the message itself."""
    content, channel = body["message"]["content"], body["to"]["type"]
    kind = content["type"]
    found = {
        "channel": channel.removesuffix("_msg"),
        "message_type": kind,
        "from": address(body["from"]),
        "to": address(body["to"]),
        kind: content[kind],
        **{name: each for name, each in body["message"].items() if name != "content"},
        **{name: body[name] for name in ("client_ref",) if name in body},
    }
    if kind == "template":
        found[kind] = content[kind] | {"parameters": [each["default"] for each in content[kind]["parameters"]]}
    if "backup" in body:
        found["failover"] = [request_of_v1(body["backup"])[1]]
    return "/v1/messages", found


def as_v0_1(body: Any) -> Any:
    """Return an inbound message of v1 in the words of v0.1; anything else as it is."""
    match body:
        case {"channel": str(channel), "from": str(user), "to": str(us), "message_type": str(kind)}:
            name = {"viber_service": "viber_service_msg"}.get(channel, channel)
            sender, member = CHANNELS.get(name, ({"number": ""}, "number"))
            ours = "id" if "id" in sender else "number"
            content = {"type": kind} | ({kind: body[kind]} if kind in body else {})
            message = {"from": {"type": name, member: user}, "to": {"type": name, ours: us}}
            return {"message_uuid": body.get("message_uuid"), "message": {"content": content}} | message
    return body


def address(party: Json) -> str:
    """Return the number or the id of a party."""
    return str(party.get("number") or party.get("id"))


def code_of(error: Any) -> int | None:
    """Return the code in the error of a status, which v1 writes as a title."""
    match error:
        case {"code": int(code)}:
            return code
        case {"title": str(title)} if title.isdecimal():
            return int(title)
    return None


# The way to the API


def api(environ: Mapping[str, str]) -> Send:
    """Return the way to the Messages API that the environment names."""
    url = environ["MESSAGES_API_URL"].rstrip("/")
    usual = environ.get("MESSAGES_API_VERSION", "v0.1")
    credentials = f"{environ['MESSAGES_API_KEY']}:{environ['MESSAGES_API_SECRET']}"
    headers = {"Authorization": "Basic " + b64encode(credentials.encode()).decode()}

    async def send(body: Json) -> tuple[int, Json]:
        """Send again only what the API says it did not take: after silence a second one could be one too many."""
        shape = request_of_v1 if body.get("version", usual) == "v1" else request_of
        path, content = shape(body)
        for _ in range(TRIES - 1):
            status, answer, pause_s = await once(path, content)
            if status not in NOT_TAKEN:
                return status, answer
            await asyncio.sleep(pause_s)
        return (await once(path, content))[:2]

    async def once(path: str, content: Json) -> tuple[int, Json, float]:
        try:
            async with (
                aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(ANSWER_S)) as session,
                session.post(url + path, json=content) as answer,
            ):
                pause = answer.headers.get("Retry-After", "")
                return answer.status, await answer.json(content_type=None), float(pause if pause.isdecimal() else 1)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("no answer of the API: %r", error)
            return (*NO_ANSWER, 0)

    return send


def create_app(send: Send, signature_secret: str) -> Starlette:
    """Return the web application."""
    booking = Booking(send, signature_secret)
    return Starlette(
        routes=[
            Route("/remind", booking.remind, methods=["POST"]),
            Route("/reminders", booking.reminders),
            Route("/health", booking.health),
            Route("/maintenance", booking.maintain, methods=["PUT"]),
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
