"""``mockserver ready``: tells a container or a script whether the server takes messages."""

import time
from typing import Annotated

import typer

from mockserver.cli.client import Server
from mockserver.cli.options import Url, examples, server_of
from mockserver.errors import UnreachableError

EXAMPLES = examples("mockserver ready", "mockserver ready --timeout 10 --url http://127.0.0.1:7670")
_PAUSE_S = 0.1


def ready(
    context: typer.Context,
    *,
    url: Url = None,
    timeout_s: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0, help="How long to wait for it.")
    ] = 2.0,
) -> None:
    """Wait until the server takes messages.

    Exit code 0 once it does, 3 if it does not in time.
    """
    _wait_until_ready(server_of(context, url), time.monotonic() + timeout_s)


def _wait_until_ready(server: Server, deadline: float) -> None:
    """Ask until the server is ready; raise UnreachableError once the deadline has passed."""
    while True:
        left_s = deadline - time.monotonic()
        try:
            return server.probe("readyz", max(left_s, _PAUSE_S))
        except UnreachableError:
            if left_s <= 0:
                raise
            time.sleep(min(_PAUSE_S, left_s))
