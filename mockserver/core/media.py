"""Where a media URL leads, read off its text alone: its host and its file extension."""

from urllib.parse import urlsplit


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
