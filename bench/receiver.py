"""A webhook receiver that acknowledges and counts, or refuses; it has its own clock, so that nobody has to be believed.

``python receiver.py PORT``; ``GET /`` answers
``{"total": 2, "statuses": {"delivered": 1, ...}, "first_s": 1.5, "last_s": 2.5}``.
"""

import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(slots=True)
class Tally:
    """How many webhooks came, by status, and when the first and the last did, by a monotonic clock."""

    statuses: Counter[str] = field(default_factory=Counter)
    first_s: float = 0.0
    last_s: float = 0.0

    async def take(self, request: Request) -> Response:
        """Count one webhook and acknowledge it."""
        body = msgspec.json.decode(await request.body())
        self.last_s = time.monotonic()
        self.first_s = self.first_s or self.last_s
        self.statuses[body["status"]] += 1
        return Response()

    async def refuse(self, request: Request) -> Response:
        """Take no webhook."""
        await request.body()
        return Response(status_code=500)

    async def tell(self, _: Request) -> Response:
        """Answer with the counts."""
        counts = {
            "total": self.statuses.total(),
            "statuses": self.statuses,
            "first_s": self.first_s,
            "last_s": self.last_s,
        }
        return Response(msgspec.json.encode(counts), media_type="application/json")


def receiver() -> Starlette:
    """Return a receiver that has counted nothing yet."""
    tally = Tally()
    return Starlette(
        routes=[
            Route("/status", tally.take, methods=["POST"]),
            Route("/refuse", tally.refuse, methods=["POST"]),
            Route("/", tally.tell, methods=["GET"]),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(receiver(), port=int(sys.argv[1]), log_level="warning", access_log=False)
