"""How a program that sends has ended: its requests as our journal has them, and whether it told of what went wrong."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from mockserver.cli.client import Server
from mockserver.fuzz.sending import DECLARED, Ended, Request, has_crashed, message_of, untold

_PAGE: Final = 1000


def requests_of(server: Server, message: Callable[[str, str], str] = message_of, after: int = 0) -> Iterator[Request]:
    """Yield the sends of an account since a journal entry; ``message`` tells one from another by path and body."""
    while (page := server.get("journal", after=after, limit=_PAGE))["entries"]:
        for entry in page["entries"]:
            found = entry.get("request")
            if found is not None and found["channel"] is not None:
                at_s = datetime.fromisoformat(entry["at"]).timestamp()
                told = message(found["path"], found["body"])
                yield Request(at_s, told, found["verdict"] == "accepted", found["status"])
        after = page["next"]


def complaint(server: Server, after: int, code: int | None, output: str) -> str:
    """Return in words what is wrong with how a sender ended, nothing if all is well."""
    if code is None:
        return "it did not end"
    ended = Ended(code, tuple(requests_of(server, after=after)), output)
    return has_crashed(code, output, DECLARED) or untold(ended)
