"""Flags that several commands share, and the examples their help ends in."""

from collections.abc import Iterable, Mapping
from typing import Annotated

import typer

from mockserver.cli.client import Server
from mockserver.cli.shell import shell_of
from mockserver.config import URL_ENV, check_url
from mockserver.errors import UsageError
from mockserver.scenario.durations import DurationError, read_duration

DEFAULT_URL = "http://127.0.0.1:7670"

_WHERE = f"Where the server answers; else {URL_ENV}, else {DEFAULT_URL}."
Url = Annotated[str | None, typer.Option("--url", "--server", metavar="URL", help=_WHERE)]
ServerUrl = Annotated[str | None, typer.Option("--server", metavar="URL", help=_WHERE)]
"""For commands whose ``--url`` means something else."""
AccountKey = Annotated[
    str | None,
    typer.Option("--account", metavar="KEY", help="API key or application id; else the default account."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def server_of(context: typer.Context, url: str | None, account: str | None = None) -> Server:
    """Return the server that flags and environment name."""
    environ = shell_of(context).environ
    address = url or environ.get(URL_ENV) or DEFAULT_URL
    check_url("the server's URL", address, "--url" if url else URL_ENV)
    return Server(address.rstrip("/"), account)


def check_server(url: str | None, own: Mapping[str, object]) -> None:
    """Raise for a URL of a server that is none, and for flags of a server of our own beside it."""
    if url is None:
        return
    check_url("the server's URL", url, "--url")
    for flag, value in own.items():
        if value is not None:
            fix = "Give it to `mockserver serve`, or leave out --url."
            raise UsageError(f"{flag} is for a server of our own", where=flag, fix=fix)


def pairs_of(written: Iterable[str], flag: str = "--set") -> dict[str, str]:
    """Return what ``NAME=VALUE`` pairs say, the last of a name; raise UsageError for what is no pair."""
    found: dict[str, str] = {}
    for each in written:
        name, equals, value = each.partition("=")
        if not equals:
            raise UsageError(f'"{each}" has no equals sign', where=flag, fix="Write it like name=value.")
        found[name] = value
    return found


def duration_of(written: str, flag: str) -> float:
    """Return the seconds of ``90`` or ``"1m30s"`` on the command line; raise UsageError for what is no duration."""
    try:
        return read_duration(float(written) if written.isdecimal() else written)
    except DurationError as error:
        raise UsageError(f'"{written}" is {error.says}', where=flag, fix=error.fix) from None


def examples(*lines: str) -> str:
    """Return the end of a help text: commands to copy. Tests run every one of them."""
    # Lines of a paragraph that begins with this mark are left as they are.
    return "\n".join(["Examples:", "", "\b", *(f"  {line}" for line in lines)])
