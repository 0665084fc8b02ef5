"""Loads ``specs/clients.yaml``, apart from the other documents: no server needs it, and start-up is felt."""

from pathlib import Path

import msgspec

from mockserver.contract.reading import read_yaml
from mockserver.core.clients import Clients, mistakes, read_clients
from mockserver.data import bundled
from mockserver.errors import SpecError


def load_clients(path: Path | None = None) -> Clients:
    """Read and lint the bundled file, or another of the same form; raise SpecError for anything broken."""
    path = path or bundled("specs") / "clients.yaml"
    try:
        clients = read_clients(read_yaml(path))
    except msgspec.ValidationError as error:
        raise SpecError(f"A client does not fit: {error}.", where=str(path)) from error
    for place, what in mistakes(clients):
        raise SpecError(what, where=f"{path}: {place}")
    return clients
