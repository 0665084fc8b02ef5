"""The page, served from files of this package; knows nothing of what they hold."""

import mimetypes
from hashlib import blake2b
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.web.endpoint import Endpoint

PAGE: Final = Path(__file__).parent.parent / "page"
_PREFIX: Final = "/_page/"
_INDEX: Final = "index.html"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing of others is loaded, and nothing runs but the scripts of this package: messages hold what they like."""
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
_KINDS: Final = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".txt": "text/plain",
}
"""What the files are: the tables of some machines call JavaScript something that browsers do not run."""


class Page:
    """Serves the files of one folder, and nothing beside it."""

    def __init__(self, folder: Path = PAGE) -> None:
        self._folder = folder.resolve()

    def routes(self) -> list[Route]:
        """Return the routes of the page; other verbs at ``/`` are those of a client that has lost its path."""
        return [
            Route("/", Endpoint(self._index), methods=["GET"]),
            Route(_PREFIX + "{path:path}", Endpoint(self._file)),
        ]

    async def _index(self, request: Request) -> Response:
        return self._answer(request, _INDEX)

    async def _file(self, request: Request) -> Response:
        return self._answer(request, request.path_params["path"])

    def _answer(self, request: Request, name: str) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return _plain(405, f"{request.method} is not allowed here. Use GET.", {"Allow": "GET, HEAD"})
        file = self._found(name)
        if file is None:
            return _plain(404, f"The page has no file {name!r}. It begins at /.")
        content = file.read_bytes()
        mark = f'"{blake2b(content, digest_size=12).hexdigest()}"'
        headers = {**_HEADERS, "ETag": mark}
        if _is_known(mark, request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=_media_type(file))

    def _found(self, name: str) -> Path | None:
        """Return a file of the folder, ``None`` if there is none or the name leads out of it."""
        try:
            file = (self._folder / name).resolve()
            return file if file.is_relative_to(self._folder) and file.is_file() else None
        except (OSError, ValueError):  # names that no file can have
            return None


def _is_known(mark: str, seen: str) -> bool:
    """Return whether a client has a file already, by its ``If-None-Match``."""
    marks = [each.strip().removeprefix("W/") for each in seen.split(",")]
    return mark in marks or "*" in marks


def _media_type(file: Path) -> str:
    return _KINDS.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _plain(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    return Response(f"{words}\n", status, {**_HEADERS, **(headers or {})}, "text/plain")
