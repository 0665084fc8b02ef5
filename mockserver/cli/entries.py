"""Reads the journal of an account by pages, from one entry to the newest there is."""

from collections.abc import Iterator
from typing import Final

from mockserver.cli.client import Server
from mockserver.model import Json

_PAGE: Final = 1000


def entries_after(server: Server, since: int) -> Iterator[Json]:
    """Yield the entries after one, oldest first."""
    while (page := server.get("journal", after=since, limit=_PAGE))["entries"]:
        yield from page["entries"]
        since = page["next"]
