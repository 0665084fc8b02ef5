"""The yardstick: a bare Starlette app that writes a JSON body back, with the server's own JSON library.

``python echo.py PORT``
"""

import sys

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def echo(request: Request) -> Response:
    """Answer 202 with the body, decoded and encoded again."""
    body = msgspec.json.decode(await request.body())
    return Response(msgspec.json.encode(body), status_code=202, media_type="application/json")


app = Starlette(routes=[Route(path, echo, methods=["POST"]) for path in ("/v0.1/messages", "/v1/messages")])

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
