"""Takes the pictures of the page in the README: ``python -m docs.pictures`` tells a small story and photographs it.

It needs Debian's ``chromium``.
"""

import asyncio
import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from mockserver.handle import MockServer
from mockserver.model import Json
from mockserver.settings import Settings
from tests.page.browser import WIDE, Screen, Theme, chromium, launched, screened

FOLDER: Final = Path(__file__).parent / "pictures"
MOST_BYTES: Final = 150_000

ADA: Final = "447700900101"
CAFE: Final = "447700900152"
QUICK: Final = Settings(port=0, tls=False, seed=7, read=True, delivered_after_s=0.1, read_after_s=0.2)
CHOICE: Final[Json] = {
    "type": "interactive",
    "interactive": {
        "type": "button",
        "body": {"text": "A table for two, Friday at 19:00?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "yes", "title": "Yes please"}},
                {"type": "reply", "reply": {"id": "no", "title": "Another time"}},
            ]
        },
    },
}


class Receiver(BaseHTTPRequestHandler):
    """Stands for an application that acknowledges every webhook."""

    def do_POST(self) -> None:
        """Answer 204."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiver() -> Iterator[str]:
    """Listen for webhooks, and hand out where."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


def send(mock: MockServer, **members: Json) -> None:
    """Send a message, and wait until it was read; one that is refused is part of the story."""
    usual = {"channel": "whatsapp", "message_type": "text", "to": ADA, "from": CAFE}
    headers = {"Authorization": mock.basic, "Content-Type": "application/json"}
    body = json.dumps({**usual, **members}).encode()
    try:
        urllib.request.urlopen(urllib.request.Request(f"{mock.url}/v1/messages", body, headers)).close()  # noqa: S310, ours
    except urllib.error.HTTPError as error:
        error.close()
    mock.settle()


def tell(mock: MockServer, hooks: str) -> None:
    """Let the story happen."""
    mock.configure(
        inbound_url=f"{hooks}/inbound",
        status_url=f"{hooks}/status",
        senders=[{"channel": channel, "id": CAFE} for channel in ("sms", "whatsapp", "viber")],
    )
    send(mock, channel="viber_service", to="447700900104", text="We open on Sundays now. See you?")
    send(mock, channel="sms", to="447700900103", text="Your table is ready")
    mock.inbound("sms", text="Five minutes!", from_="447700900103", to=CAFE)
    send(mock, channel="sms", to="447700900106", text="Are you still coming?", client_ref="mock:rejected:1240")
    mock.inbound("whatsapp", text="Hi! May I bring my dog on Friday?", **_ada())
    send(mock, text="Of course. Dogs sit in the garden:")
    send(mock, message_type="image", image={"url": "https://example.org/garden.jpg", "caption": "The garden"})
    send(mock, message_type="custom", custom=CHOICE)
    mock.inbound("whatsapp", "reply", **_ada(), id="yes", title="Yes please")
    send(mock, message_type="txt", text="Booked. See you on Friday, Ada!")
    mock.settle()


def _ada() -> dict[str, Json]:
    return {"from_": ADA, "to": CAFE, "version": "v1", "profile": {"name": "Ada Brown"}}


async def take(screen: Screen, name: str, theme: Theme, route: str, **query: str) -> None:
    """Take the picture of a route."""
    await screen.wear(theme, WIDE)
    await screen.open(route, **query)
    await screen.is_settled()
    await screen.page.wait_for_timeout(500)  # for what is drawn last: rows that find their height
    taken = await screen.shot(name)
    size = taken.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{taken} has {size} bytes, more than {MOST_BYTES}")
    print(f"wrote {taken.relative_to(FOLDER.parent.parent)}, {size // 1000} kB")


async def photograph(mock: MockServer) -> None:
    """Take all pictures."""
    refused = mock.journal(verdict="refused")[-1]["id"]
    async with launched(chromium(os.environ)) as browser, screened(browser, mock.url, mock.api_key, FOLDER) as screen:
        await take(screen, "conversation", "light", f"conversations/whatsapp:{ADA}:{CAFE}")
        await take(screen, "refusal", "dark", f"journal/{refused}", kind="request")


def main() -> None:
    """Tell the story on a server of its own, and photograph it."""
    FOLDER.mkdir(exist_ok=True)
    with receiver() as hooks, MockServer.serving(QUICK) as mock:
        tell(mock, hooks)
        asyncio.run(photograph(mock))


if __name__ == "__main__":
    main()
