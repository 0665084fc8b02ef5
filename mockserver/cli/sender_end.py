"""How a program that sends has ended: its requests as our journal has them, and whether it told of what went wrong."""

from collections.abc import Callable, Iterator
from datetime import datetime

from mockserver.cli.client import Server
from mockserver.cli.entries import entries_after
from mockserver.fuzz.sending import DECLARED, Ended, Request, has_crashed, message_of, untold


def requests_of(server: Server, message: Callable[[str, str], str] = message_of, after: int = 0) -> Iterator[Request]:
    """Yield the sends of an account since a journal entry; ``message`` tells one from another by path and body."""
    for entry in entries_after(server, after):
        found = entry.get("request")
        if found is not None and found["channel"] is not None:
            at_s = datetime.fromisoformat(entry["at"]).timestamp()
            told = message(found["path"], found["body"])
            yield Request(at_s, told, found["verdict"] == "accepted", found["status"])


def complaint(server: Server, after: int, code: int | None, output: str) -> str:
    """Return in words what is wrong with how a sender ended, nothing if all is well."""
    if code is None:
        return "it did not end"
    ended = Ended(code, tuple(requests_of(server, after=after)), output)
    return has_crashed(code, output, DECLARED) or untold(ended)
