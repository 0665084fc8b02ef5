"""Opens the sockets a server listens on, or says in one sentence why not; knows no protocol above TLS."""

import errno
import os
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from mockserver.core.urls import server_url
from mockserver.errors import UnreachableError
from mockserver.settings import Settings
from mockserver.web import tls

Address: TypeAlias = tuple[socket.AddressFamily, str]
"""A family and an address as sockets write it."""

_REASONS = {
    errno.EADDRINUSE: "is taken by another program",
    errno.EACCES: "needs more rights than this user has",
}
_ABSENT = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_BACKLOG = 2048
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Running:
    """Where a server answers; without https there is neither ``tls_url`` nor ``ca_file``."""

    url: str
    tls_url: str | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """The sockets of one scheme; those of https have a certificate."""

    sockets: list[socket.socket]
    certificate: tls.Certificate | None = None


def open_listeners(settings: Settings, held: ExitStack) -> list[Listener]:
    """Open the sockets for http and, where wanted, https; ``held`` closes them."""
    plain = Listener(_held(listen(settings.host, settings.port, "--port"), held))
    if not settings.tls:
        return [plain]
    certificate = _certificate(settings)
    sockets = _held(listen(settings.host, _tls_port(settings), "--tls-port"), held)
    return [plain, Listener(sockets, certificate)]


def _held(sockets: list[socket.socket], held: ExitStack) -> list[socket.socket]:
    """Have the sockets closed in the end."""
    for each in sockets:
        held.enter_context(each)
    return sockets


def _tls_port(settings: Settings) -> int:
    """Return the https port: the one set, else the one after the http port, or 0 beside 0."""
    if settings.tls_port is not None:
        return settings.tls_port
    return settings.port + 1 if 0 < settings.port < _LAST_PORT else 0


def _certificate(settings: Settings) -> tls.Certificate:
    """Return a certificate for the names the server is called by."""
    folder = Path(settings.tls_dir) if settings.tls_dir else tls.default_folder(os.environ)
    return tls.prepare(folder, tls.names_for(settings.host, settings.tls_name), datetime.now(UTC))


def running_at(settings: Settings, listeners: list[Listener]) -> Running:
    """Return the URLs at which this machine reaches the listeners."""
    url = server_url(settings.host, port_of(listeners[0].sockets))
    for each in listeners[1:]:
        ca_file = each.certificate.ca_file if each.certificate else None
        return Running(url, server_url(settings.host, port_of(each.sockets), "https"), ca_file)
    return Running(url)


def listen(host: str, port: int, flag: str) -> list[socket.socket]:
    """Return a listening socket for each address of a host, all on one port; 0 picks a free one.

    Raise UnreachableError, its advice naming the ``flag`` that chose the port.
    """
    return listen_on(_addresses(host, port), port, flag)


def listen_on(addresses: list[Address], port: int, flag: str) -> list[socket.socket]:
    """Return a listening socket for each address that this machine has; raise as ``listen`` does if it has none."""
    with ExitStack() as opened:
        sockets: list[socket.socket] = []
        for index, (family, address) in enumerate(addresses, start=1):
            chosen = port or (port_of(sockets) if sockets else 0)
            is_last_hope = index == len(addresses) and not sockets
            try:
                sockets.append(opened.enter_context(_open(family, address, chosen)))
            except OSError as error:
                # "localhost" names ::1 even where IPv6 is switched off; the other address will do then.
                if is_last_hope or error.errno not in _ABSENT:
                    raise _refusal(address, chosen, flag, error) from None
        opened.pop_all()
        return sockets


def port_of(sockets: list[socket.socket]) -> int:
    """Return the port that the sockets share."""
    port: int = sockets[0].getsockname()[1]
    return port


def _addresses(host: str, port: int) -> list[Address]:
    """Return the families and addresses of a host name, each once."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, ValueError) as error:  # the latter for what no name may look like, such as a..b
        what = f"Cannot listen on {host}: {getattr(error, 'strerror', None) or 'this is no host name'}."
        raise UnreachableError(what, fix="Give an address of this machine by --host.") from None
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def _open(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    """Return a socket listening on one address."""
    both = address == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((address, port), family=family, backlog=_BACKLOG, dualstack_ipv6=both)


def _refusal(address: str, port: int, flag: str, error: OSError) -> UnreachableError:
    """Return the reason why a port cannot be had, and what to do."""
    if error.errno in _ABSENT:
        return UnreachableError(f"This machine has no address {address}.", fix="Give another by --host.")
    reason = _REASONS.get(error.errno or 0, f"cannot be opened ({error.strerror})")
    fix = f"Give another port by {flag}; 0 picks a free one."
    return UnreachableError(f"Port {port} on {address} {reason}.", fix=fix)
