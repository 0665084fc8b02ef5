"""What the pages of clients show of ``specs/clients.yaml``: tables and texts by the names of their blocks; no prose."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

from mockserver.cli.env import SCHEMES, UNTESTED, shell_lines, values_at
from mockserver.cli.options import DEFAULT_URL
from mockserver.cli.whereabouts import Whereabouts
from mockserver.config import Config
from mockserver.contract.clients import load_clients
from mockserver.core import clients
from mockserver.core.clients import Client, Clients, Values
from mockserver.settings import Settings

Table: TypeAlias = tuple[tuple[str, ...], list[tuple[str, ...]]]
"""The heads of a table and its rows."""

VALUES: Final[Values] = values_at(
    Whereabouts(DEFAULT_URL, "https://127.0.0.1:7671", Path("ca.pem")), Config(Settings())
)
"""Those of a server without settings; ``ca.pem`` stands for the path that ``serve`` prints."""


def tables(known: Clients | None = None) -> Mapping[str, Table]:
    """Return the overview of all clients, and for each what it makes of errors."""
    known = known or load_clients()
    return {"client-settings": _overview(known), **{f"errors-{each.name}": _errors(each) for each in known.clients}}


def texts(known: Clients | None = None) -> Mapping[str, str]:
    """Return for each client the settings with the program, the check of webhooks if it has one, and the pitfalls."""
    known = known or load_clients()
    found: dict[str, str] = {}
    for each in known.clients:
        found[f"client-{each.name}"] = _settings(each)
        found[f"pitfalls-{each.name}"] = "".join(f"- {note}\n" for note in each.notes)
        if each.webhook:
            found[f"webhook-{each.name}"] = _fenced(each.language, clients.webhook_of(each, VALUES))
    return found


def _overview(known: Clients) -> Table:
    heads = ("`mockserver env`", "Client", "Package", "Speaks", "Scheme", "Trusts a certificate by", "Tested")
    return heads, [_line(each) for each in known.clients]


def _line(client: Client) -> tuple[str, ...]:
    return (
        f"[`{client.name}`]({client.page}.md)",
        client.title,
        f"`{client.package}` {client.version}",
        client.speaks,
        SCHEMES[client.scheme],
        client.trust,
        "yes" if client.tested else "no",
    )


def _errors(client: Client) -> Table:
    return ("Answer", "What the caller gets"), [(each.answer, each.raises) for each in client.errors]


def _settings(client: Client) -> str:
    """Return how to install a client, the variables it reads, and the program that sends one message."""
    lines = "\n".join([f"# To install it: {client.install}", *shell_lines(client, VALUES)])
    parts = [_fenced("sh", f"{lines}\n"), _fenced(client.language, clients.snippet_of(client, VALUES))]
    return "\n".join(parts if client.tested else [f"{UNTESTED}\n", *parts])


def _fenced(language: str, code: str) -> str:
    return f"```{language}\n{code}```\n"
