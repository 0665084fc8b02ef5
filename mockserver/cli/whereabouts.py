"""Finds out where a server answers and which certificate it shows, and what of that is doubtful; starts none."""

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

from mockserver.cli.client import Server
from mockserver.cli.options import DEFAULT_URL
from mockserver.cli.shell import Shell
from mockserver.config import URL_ENV, check_url
from mockserver.core.urls import server_url
from mockserver.errors import MockServerError, UsageError
from mockserver.settings import Settings

_PATIENCE_S = 2
_LAST_PORT = 65535
_START = "Start one with `mockserver serve`, or name another by --url or --ready-file."


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a server is, or would be; without https there is neither ``tls_url`` nor ``ca_file``."""

    url: str
    tls_url: str | None
    ca_file: Path | None


def find_server(shell: Shell, settings: Settings, url: str | None) -> Whereabouts:
    """Return where a server is: by its URL if one is given, by its ready file if it has written one, by the settings.

    Raise UsageError if none of them tells.
    """
    if named := url or shell.environ.get(URL_ENV):
        check_url("the server's URL", named, "--url" if url else URL_ENV)
        return _beside(shell, settings, named.rstrip("/"))
    if settings.ready_file is not None:
        return _told(shell.folder / settings.ready_file)
    if settings.port == 0:
        what = "The port is 0, so the server picks one when it starts."
        raise UsageError(what, fix="Name the server by --url, or by the file of `serve --ready-file`.")
    return _beside(shell, settings, server_url(settings.host, settings.port))


def _beside(shell: Shell, settings: Settings, url: str) -> Whereabouts:
    """Return the whereabouts of a server at a URL: https is where the settings put it, else a port further."""
    parts = urlsplit(url)
    ca_file = _ca_file(shell, settings)
    if parts.scheme == "https":
        return Whereabouts(url, url, ca_file)
    if not settings.tls:
        return Whereabouts(url, None, None)
    after = min((parts.port or urlsplit(DEFAULT_URL).port or 0) + 1, _LAST_PORT)
    return Whereabouts(url, server_url(parts.hostname or "", settings.tls_port or after, "https"), ca_file)


def _ca_file(shell: Shell, settings: Settings) -> Path:
    """Return the certificate that a server of these settings tells its clients to trust."""
    from mockserver.web import tls

    folder = shell.folder / settings.tls_dir if settings.tls_dir else tls.default_folder(shell.environ)
    return folder / "ca.pem"


def _told(path: Path) -> Whereabouts:
    """Return what a server has written into its ready file."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        ca_file = Path(told["ca_file"]).absolute() if told["ca_file"] else None
        return Whereabouts(told["url"], told["tls_url"], ca_file)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = getattr(error, "strerror", None) or "it is not what `serve --ready-file` writes"
        raise UsageError(f"{path} tells of no server: {reason}.", fix=_START) from None


def doubts(place: Whereabouts, *, is_https: bool) -> Iterator[str]:
    """Yield what a person should know before relying on it: that nobody answers, or that the certificate is another's.

    ``is_https`` tells whether https is what the client will speak.
    """
    if is_https and place.tls_url is not None and place.ca_file is not None:
        yield from _https_doubts(place.tls_url, place.ca_file)
        return
    try:
        Server(place.url).probe("readyz", _PATIENCE_S)
    except MockServerError as error:
        yield f"{error.what} What follows is made of the settings. {_START}"


def _https_doubts(url: str, ca_file: Path) -> Iterator[str]:
    """Yield why a client that trusts a certificate would not be served."""
    if not ca_file.is_file():
        yield f"There is no {ca_file} yet; the first `mockserver serve` makes it."
        return
    try:
        context = ssl.create_default_context(cafile=str(ca_file))
        with build_opener(ProxyHandler({}), HTTPSHandler(context=context)).open(
            f"{url}/_mock/livez", timeout=_PATIENCE_S
        ):
            return
    except ssl.SSLError:
        yield f"{ca_file} holds no certificate."
    except URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            yield f"{url} is not certified by {ca_file}; `mockserver serve` names the right file when it starts."
        else:
            yield f"No server answers at {url} ({_words(error.reason)}). What follows is made of the settings. {_START}"


def _words(reason: object) -> str:
    return getattr(reason, "strerror", None) or str(reason)
