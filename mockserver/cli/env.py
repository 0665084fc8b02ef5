"""``mockserver env``: what points an official client at this server, ready to be copied."""

import shlex
import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import typer

from mockserver.cli.options import AsJson, Url, examples
from mockserver.cli.output import show_json, show_table
from mockserver.cli.shell import Shell, shell_of
from mockserver.cli.whereabouts import Whereabouts, doubts, find_server
from mockserver.config import Config, load_config, nearest
from mockserver.core import clients
from mockserver.core.clients import Client, Clients, Values
from mockserver.errors import UsageError
from mockserver.model import ANY_SECRET, Json
from mockserver.settings import Settings

EXAMPLES = examples(
    "mockserver env",
    "mockserver env python",
    "mockserver env node --json",
    "mockserver env curl --only snippet",
    "mockserver env ruby --url http://127.0.0.1:7670",
)
APPLICATION = "6c1e0d74-9a2b-4f85-b3d6-e07f1a5c8924"
"""The application in code, where the configuration has none; without --auth strict any is let in."""
PRIVATE_KEY_FILE = "application.key"
SCHEMES = {"https": "https only", "http": "http; https on port 443 only", "either": "http or https"}
"""The schemes of clients in words."""
UNTESTED = (
    "Our tests do not run this client, for its package cannot be had where they run: this is written from what is known"
    " of its source."
)

_COLUMNS = ("CLIENT", "WHAT", "SPEAKS", "SCHEME", "TESTED")


class Part(StrEnum):
    """A part of what is printed, for use in other commands."""

    EXPORTS = "exports"
    SNIPPET = "snippet"
    WEBHOOK = "webhook"


def env(
    context: typer.Context,
    *,
    client: Annotated[str | None, typer.Argument(metavar="[CLIENT]", help="Such as python, node or curl.")] = None,
    url: Url = None,
    only: Annotated[Part | None, typer.Option("--only", help="One part, for use in other commands.")] = None,
    ready_file: Annotated[
        str | None, typer.Option("--ready-file", metavar="FILE", help="What `serve --ready-file` has written.")
    ] = None,
    tls_port: Annotated[str | None, typer.Option("--tls-port", metavar="PORT", help="As given to `serve`.")] = None,
    tls_dir: Annotated[str | None, typer.Option("--tls-dir", metavar="DIR", help="As given to `serve`.")] = None,
    config: Annotated[str | None, typer.Option("--config", metavar="FILE", help="As given to `serve`.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print what points an official client at this server.

    Variables for the shell first, then a program that sends one message; notes go to standard error. Without a
    client, all that are known. Address and certificate are those of the settings, as for `serve`, unless --url or
    --ready-file says otherwise.
    """
    from mockserver.contract.clients import load_clients

    shell, known = shell_of(context), load_clients()
    if client is None:
        _show_all(shell, known, as_json=as_json)
        return
    chosen = _chosen(known, client)
    flags = {"config": config, "ready_file": ready_file, "tls_port": tls_port, "tls_dir": tls_dir}
    settled = load_config(flags, shell.environ, shell.folder)
    place = _reachable(chosen, find_server(shell, settled.settings, url))
    values = values_at(place, settled)
    warnings = list(doubts(place, is_https=is_https(chosen, values)))
    if as_json:
        show_json(_as_json(chosen, place, values, warnings))
        return
    _tell(warnings)
    if only is None:
        _show(chosen, values)
    else:
        _show_part(chosen, only, values)


def values_at(place: Whereabouts, config: Config) -> Values:
    """Return the values of a server for code; a secret that somebody set is left to those who know it."""
    settings = config.settings
    own = (each for each in config.accounts if each.api_key == settings.api_key)
    applications = (application.id for account in own for application in account.applications)
    is_public = settings.signature_secret == Settings().signature_secret
    return Values(
        url=place.url,
        tls_url=place.tls_url or "",
        ca_file=str(place.ca_file or ""),
        api_key=settings.api_key,
        api_secret=ANY_SECRET if settings.api_secret is None else "YOUR-SECRET",
        application_id=next(applications, APPLICATION),
        private_key_file=PRIVATE_KEY_FILE,
        signature_secret=settings.signature_secret if is_public else "YOUR-SIGNATURE-SECRET",
    )


def shell_lines(client: Client, values: Values) -> list[str]:
    """Return the lines for a shell that set the variables of a client; over http, which needs none, as comments."""
    mark = "" if is_https(client, values) else "# only for https: "
    return [f"{mark}export {name}={shlex.quote(value)}" for name, value in clients.exports_of(client, values).items()]


def is_https(client: Client, values: Values) -> bool:
    """Tell whether the code of a client speaks https."""
    return client.scheme == "https" or values.url == values.tls_url


def _chosen(known: Clients, name: str) -> Client:
    """Return the client of a name; raise UsageError with the nearest, or with why there is none."""
    found = known.find(name)
    if isinstance(found, Client):
        return found
    if found is not None:
        raise UsageError(found.why, fix="Use another client, or any HTTP library; `mockserver env` lists those known.")
    near = nearest(name, known.names)
    fix = f"Did you mean {near}?" if near else f"Known: {', '.join(each.name for each in known.clients)}."
    raise UsageError(f'There is no client "{name}".', fix=fix)


def _reachable(client: Client, place: Whereabouts) -> Whereabouts:
    """Return the whereabouts if the client can speak to them; else raise UsageError."""
    if client.scheme == "https" and place.tls_url is None:
        what = f"{client.title} speaks https only, and https is off."
        raise UsageError(what, fix="Start the server without --no-tls (or `tls = false`).")
    if client.scheme == "http" and place.url == place.tls_url:
        what = f"{client.title} speaks https on port 443 only."
        raise UsageError(what, fix="Give the server's http URL by --url.")
    return place


def _show_all(shell: Shell, known: Clients, *, as_json: bool) -> None:
    """Print every client, a line each."""
    if as_json:
        show_json([_row_as_json(each) for each in known.clients])
        return
    rows = (
        (each.name, each.title, each.speaks, SCHEMES[each.scheme], "yes" if each.tested else "no")
        for each in known.clients
    )
    show_table(shell.environ, _COLUMNS, rows)


def _show(client: Client, values: Values) -> None:
    """Print the settings for a shell, then the program; what to mind goes to standard error."""
    print(f"# {client.title}. To install it: {client.install}")
    print("".join(f"{line}\n" for line in shell_lines(client, values)), end="")
    if client.run:
        print(f"# Keep this as {client.file} and run it by: {client.run}")
    print()
    print(clients.snippet_of(client, values), end="")
    sys.stdout.flush()
    _tell(client.notes if client.tested else (UNTESTED, *client.notes))


def _show_part(client: Client, part: Part, values: Values) -> None:
    """Print one part as it is; raise UsageError if the client has none."""
    match part:
        case Part.EXPORTS:
            print("".join(f"{line}\n" for line in shell_lines(client, values)), end="")
        case Part.SNIPPET:
            print(clients.snippet_of(client, values), end="")
        case Part.WEBHOOK if client.webhook:
            print(clients.webhook_of(client, values), end="")
        case Part.WEBHOOK:
            what = f"{client.title} has nothing that checks the signature of a webhook."
            raise UsageError(what, fix="Use a JWT library; the README shows what to check.")


def _tell(lines: Iterable[str]) -> None:
    """Print lines for people."""
    for line in lines:
        print(f"note: {line}", file=sys.stderr)
    sys.stderr.flush()


def _row_as_json(client: Client) -> Json:
    """Return what is known of a client without a server."""
    return {
        "client": client.name,
        "title": client.title,
        "aliases": client.aliases,
        "package": client.package,
        "version": client.version,
        "install": client.install,
        "speaks": client.speaks,
        "scheme": client.scheme,
        "trust": client.trust,
        "tested": client.tested,
    }


def _as_json(client: Client, place: Whereabouts, values: Values, warnings: list[str]) -> Json:
    """Return all there is to know of a client at a server; ``exports`` are the variables its snippet needs."""
    exports = clients.exports_of(client, values)
    return _row_as_json(client) | {
        "server": {
            "url": place.url,
            "tls_url": place.tls_url,
            "ca_file": str(place.ca_file) if place.ca_file else None,
        },
        "warnings": warnings,
        "exports": exports if is_https(client, values) else {},
        "exports_for_https": exports,
        "language": client.language,
        "file": client.file or None,
        "run": client.run or None,
        "snippet": clients.snippet_of(client, values),
        "webhook": clients.webhook_of(client, values) or None,
        "errors": [{"answer": each.answer, "raises": each.raises} for each in client.errors],
        "notes": client.notes,
    }
