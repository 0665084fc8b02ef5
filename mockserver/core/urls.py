"""How a server's own address is written as a URL: from a host and a port, without looking anything up."""

from ipaddress import ip_address
from typing import Final

_EVERY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104, named, not bound


def server_url(host: str, port: int, scheme: str = "http") -> str:
    """Return the URL at which this machine reaches a server that listens on a host and a port."""
    name = _EVERY_ADDRESS.get(host, host)
    return f"{scheme}://[{name}]:{port}" if ":" in name else f"{scheme}://{name}:{port}"


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches a host; a name other than localhost may be anything."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
