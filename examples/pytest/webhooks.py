"""An ASGI service: it takes the webhooks of the Messages API, believes only signed ones, and confirms a "yes"."""

import hashlib
from typing import Any

import httpx2
import jwt
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def create_app(api: httpx2.AsyncClient, signature_secret: str) -> Starlette:
    """Return the service; it sends by a client whose base URL and credentials are those of the API."""
    answered: set[str] = set()

    async def on_inbound(request: Request) -> Response:
        body = await signed(request, signature_secret)
        if body["message_uuid"] not in answered and body.get("text", "").strip().lower() == "yes":
            answered.add(body["message_uuid"])
            message = {"channel": body["channel"], "message_type": "text", "text": "See you then."}
            answer = await api.post("/v1/messages", json={**message, "to": body["from"], "from": body["to"]})
            answer.raise_for_status()
        return Response()

    async def on_status(request: Request) -> Response:
        await signed(request, signature_secret)
        return Response()

    return Starlette(
        routes=[
            Route("/webhooks/inbound", on_inbound, methods=["POST"]),
            Route("/webhooks/status", on_status, methods=["POST"]),
        ]
    )


async def signed(request: Request, secret: str) -> dict[str, Any]:
    """Return the body of a webhook; raise HTTPException 401 unless its token is genuine, and of this body."""
    raw = await request.body()
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "the token is not genuine") from error
    if claims.get("payload_hash") != hashlib.sha256(raw).hexdigest():
        raise HTTPException(401, "the token is not of this body")
    body: dict[str, Any] = await request.json()
    return body
