"""Where a media URL leads, read off its text alone: its host and its file extension."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from mockserver.model import Json

_PLAIN: Final = ("", "url")
_PLACES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"content": ("content", "url"), "card": ("", "media_url"), "carousel": ("cards", "media_url")}
)
"""Where the content of a kind holds files, if not one under ``url``: the list of objects, if any, and the member."""


def urls(kind: str, content: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield every media URL of a message, with its place in the content: ``url`` or ``cards[1].media_url``.

    There is none in content that names its file otherwise, such as a sticker by its id.
    """
    several, member = _PLACES.get(kind, _PLAIN)
    if not several and member in content:
        yield member, content[member]
    for index, item in enumerate(content[several] if several else ()):
        yield f"{several}[{index}].{member}", item[member]


def extension(url: str) -> str | None:
    """Return the file extension of a URL's path in lower case, ``None`` if it has none; the query does not count."""
    path = url.partition("://")[2].partition("?")[0].partition("#")[0]
    _, slash, file = path.rpartition("/")
    _, dot, ending = file.rpartition(".")
    return ending.lower() if slash and dot and ending else None


def host(url: str) -> str:
    """Return the host of a URL in lower case; empty if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # an address half in brackets
        return ""
