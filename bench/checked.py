"""The plain way to a stand-in: openapi-core judging each request in a handler, by our own document of v1.

``python checked.py PORT DOCUMENT``; the document is JSON, see bench/peers.py.
"""

import sys
from pathlib import Path
from uuid import uuid4

import msgspec
import uvicorn
from openapi_core import OpenAPI
from openapi_core.contrib.starlette import StarletteOpenAPIRequest
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.security.exceptions import SecurityNotFound
from openapi_core.validation.request.exceptions import SecurityValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def checked(document: Path) -> Starlette:
    """Return an app that takes what the document takes."""
    api = OpenAPI.from_dict(msgspec.json.decode(document.read_bytes()))

    async def send(request: Request) -> Response:
        body = await request.body()
        try:
            api.validate_request(StarletteOpenAPIRequest(request, body))
        except (SecurityValidationError, SecurityNotFound):
            return Response(status_code=401)
        except OpenAPIError:
            return Response(status_code=422)
        answer = msgspec.json.encode({"message_uuid": uuid4()})
        return Response(answer, status_code=202, media_type="application/json")

    return Starlette(routes=[Route("/v1/messages", send, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(checked(Path(sys.argv[2])), port=int(sys.argv[1]), log_level="warning", access_log=False)
