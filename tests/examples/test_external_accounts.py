"""The curl walk through the External Accounts API does what its steps say; its webhooks arrive where they should."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue

import pytest

from mockserver.model import Json
from mockserver.settings import Settings
from mockserver.web.server import serving

SCRIPT = Path(__file__).parent.parent.parent / "examples" / "external-accounts.sh"
PATIENCE_S = 20
APPLICATION = "6c1e0d74-9a2b-4f85-b3d6-e07f1a5c8924"
PAGE = {
    "provider": "messenger",
    "external_id": "104455667788990",
    "api_key": "ab12cd34",
    "name": "Cafe page",
    "applications": [],
    "access_token": "page-token-1",
}
RENAMED = {**PAGE, "name": "Cafe Central"}
VIBER = {
    "provider": "viber_service_msg",
    "external_id": "31007",
    "api_key": "ab12cd34",
    "name": "Parcels",
    "applications": [],
}
# What each step is answered: the status, and the body or the one member of it that tells.
STEPS: dict[str, tuple[int, Json]] = {
    "Create a Messenger page": (201, PAGE),
    "Get it": (200, PAGE),
    "Change its name": (200, RENAMED),
    "Its id cannot be changed": (
        400,
        [{"name": "external_id", "reason": "'external_id' parameter cannot be changed"}],
    ),
    "Get the Viber service": (200, VIBER),
    "List all, one a page": (200, [RENAMED]),
    "List the Viber services": (200, [VIBER]),
    "Link the application": (200, {**RENAMED, "applications": [APPLICATION]}),
    "A second link is a conflict": (409, "Unable to link application"),
    "Unlink it": (204, None),
    "There is nothing left to unlink": (409, "Unable to unlink application"),
    "Link the Viber service": (200, {**VIBER, "applications": [APPLICATION]}),
    "Delete the page": (204, None),
    "It is gone": (404, None),
}
TELLING = ("invalid_params", "_embedded", "detail")


@dataclass
class Receiver:
    """A webhook receiver on a free port; what it got waits in a queue: the path and the text."""

    got: Queue[tuple[str, str]] = field(default_factory=Queue)
    url: str = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Let a receiver listen while the test runs."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.got.put((self.path, body["message"]["content"]["text"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def parts(output: str) -> dict[str, str]:
    """Return what the script printed under each heading."""
    blocks = [each.partition("\n") for each in output.split("== ")[1:]]
    return {title: text.strip() for title, _, text in blocks}


def answer(text: str) -> tuple[int, Json]:
    """Return the status of a step and what tells in its body."""
    body, _, status = text.rpartition("\n")
    value = json.loads(body) if body.strip() else None
    if isinstance(value, dict):
        value = next((value[name] for name in TELLING if name in value), value)
    return int(status), value


def test_walk_does_what_it_says(receiver: Receiver) -> None:
    shell, curl = shutil.which("sh"), shutil.which("curl")
    assert shell
    assert curl, "curl is what this example is about"
    with serving(Settings(port=0, tls=False, self_check=True)) as running:
        environment = {
            "PATH": os.environ["PATH"],
            "MOCK": running.url,
            "LINKED": f"{receiver.url}/linked",
            "DEFAULT": f"{receiver.url}/default",
        }
        run = subprocess.run(
            [shell, str(SCRIPT)], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        arrived = [receiver.got.get(timeout=PATIENCE_S) for _ in range(3)]

    assert (0, "") == (run.returncode, run.stderr)
    printed = parts(run.stdout)
    assert STEPS == {title: answer(printed[title]) for title in STEPS}
    assert {
        "A user writes: Before the link": f"webhook to {receiver.url}/default",
        "A user writes: Through the linked application": f"webhook to {receiver.url}/linked",
        "A user writes: After the link": f"webhook to {receiver.url}/default",
    } == {title: text for title, text in printed.items() if title.startswith("A user writes")}
    assert {
        ("/default", "Before the link"),
        ("/linked", "Through the linked application"),
        ("/default", "After the link"),
    } == set(arrived)


def test_walk_stops_at_a_server_that_is_not_there() -> None:
    shell = shutil.which("sh")
    assert shell

    run = subprocess.run(
        [shell, str(SCRIPT)],
        env={"PATH": os.environ["PATH"], "MOCK": "http://127.0.0.1:1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode != 0
    assert "curl" in run.stderr
