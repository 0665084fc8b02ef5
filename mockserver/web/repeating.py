"""A request of the journal as a command that sends it again; secrets are left to whoever knows them."""

import re
import shlex
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import quote

from mockserver.model import Exchange
from mockserver.web.vonage import KEPT_BODY

_SECRET: Final = "YOUR-SECRET"  # noqa: S105 - none, on purpose
_TOKEN: Final = "YOUR-TOKEN"  # noqa: S105 - none, on purpose
_QUERY_SECRET: Final = re.compile(r"(?<=secret=)[^&]*")
_OWN: Final = frozenset(
    {
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that curl writes itself, or that are about a connection."""
_IN_PATH: Final = "/:@$!&'()*+,;=~"
_GLOBS: Final = frozenset("[]{}")


def curl_command(exchange: Exchange, url: str, api_key: str, hosts: Collection[str] = ()) -> str | None:
    """Return the command for a POSIX shell, ``None`` if the journal has not all of the request.

    ``url`` is where the server answers; ``hosts`` are names that a request keeps, since they mean something.
    """
    body = exchange.body
    if len(body) >= KEPT_BODY or "\0" in body or "\N{REPLACEMENT CHARACTER}" in body:
        return None
    path, mark, query = exchange.path.partition("?")
    target = url.rstrip("/") + quote(path, safe=_IN_PATH) + mark + _QUERY_SECRET.sub(_SECRET, query)
    words = ["curl", "-X", exchange.method]
    if _GLOBS & set(query):
        words.append("--globoff")
    if "/." in path:
        words.append("--path-as-is")
    words += _credentials(exchange, api_key)
    for name, value in _headers(exchange, hosts):
        words += "-H", f"{name}: {value}" if value else f"{name};"
    if body and "content-type" not in exchange.headers:
        words += "-H", "content-type:"  # else curl would give it one
    if body:
        words += "--data-raw", body
    return shlex.join([*words, target])


def _credentials(exchange: Exchange, api_key: str) -> Iterator[str]:
    shown = exchange.headers.get("authorization")
    if shown is None:
        return
    scheme = shown.partition(" ")[0].lower()
    if scheme == "basic":
        yield from ("-u", f"{api_key}:{_SECRET}")
    elif scheme == "bearer":
        yield from ("-H", f"Authorization: Bearer {_TOKEN}")
    else:
        yield from ("-H", f"Authorization: {shown}")


def _headers(exchange: Exchange, hosts: Collection[str]) -> Iterator[tuple[str, str]]:
    for name, value in exchange.headers.items():
        if name not in _OWN or (name == "host" and value.partition(":")[0] in hosts):
            yield name, value
