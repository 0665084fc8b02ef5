"""``mockserver fuzz``: searches for webhooks, or for answers to sends, that a system under test does not bear."""

import random
import shlex
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urljoin

import typer

from mockserver.cli.fuzz_output import Search
from mockserver.cli.inbound import CHANNELS
from mockserver.cli.options import AsJson, duration_of, examples
from mockserver.cli.record import asked_of
from mockserver.cli.shell import shell_of
from mockserver.cli.sut import PORT, Program
from mockserver.config import check_url, load_config, nearest
from mockserver.core.forms import FORMS
from mockserver.errors import UsageError

if TYPE_CHECKING:
    from mockserver.fuzz.cases import Event

EXAMPLES = examples(
    "mockserver fuzz --inbound-url /webhooks/inbound --command 'python app.py' --examples 20 --channel sms",
    "mockserver fuzz --sends --examples 1 --without no-hang -- python reminders.py",
)
VERSIONS: Final = tuple(FORMS)
WORDS: Final = ("yes", "Yes please", "no", "STOP", "start", "help", "1")
"""What users answer; a system under test that heeds words heeds some of these."""
_SEEDS: Final = 2**31
OWN_BASE: Final = f"http://127.0.0.1:{PORT}"
"""Where a system under test listens that we start."""


def fuzz(
    context: typer.Context,
    *,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[COMMAND...]", help="With --sends: the program that sends.")
    ] = None,
    inbound_url: Annotated[
        str | None, typer.Option("--inbound-url", metavar="URL", help="Where your system takes inbound messages.")
    ] = None,
    status_url: Annotated[
        str | None, typer.Option("--status-url", metavar="URL", help="Where your system takes statuses.")
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option("--secret", metavar="SECRET", help="Signature secret; wrong tokens are tried only with one."),
    ] = None,
    channel: Annotated[
        list[str] | None,
        typer.Option("--channel", metavar="NAME", help=f"Only this channel ({', '.join(CHANNELS)}); repeatable."),
    ] = None,
    version: Annotated[
        list[str] | None,
        typer.Option("--version", metavar="VERSION", help="Only webhooks of this API version; repeatable."),
    ] = None,
    ask: Annotated[
        list[str] | None,
        typer.Option(
            "--ask",
            metavar="'METHOD PATH [BODY]'",
            help="Makes your system send a message to {user}, which webhooks are then about; repeatable.",
        ),
    ] = None,
    word: Annotated[
        list[str] | None,
        typer.Option("--word", metavar="TEXT", help="What a user may answer beside the usual words; repeatable."),
    ] = None,
    state_url: Annotated[
        str | None,
        typer.Option(
            "--state-url", metavar="URL", help="What must not change by a webhook that is doubled or refused."
        ),
    ] = None,
    sends: Annotated[bool, typer.Option("--sends", help="Fuzz the answers to what COMMAND sends.")] = False,
    exit_codes: Annotated[
        str, typer.Option("--exit-codes", metavar="N,N", help="With --sends: codes that COMMAND may end with.")
    ] = "0,1",
    command: Annotated[
        str | None,
        typer.Option("--command", metavar="COMMAND", help="Start your system with this; {port} is its port."),
    ] = None,
    ready_url: Annotated[
        str | None, typer.Option("--ready-url", metavar="URL", help="What answers once it is ready.")
    ] = None,
    ready_within: Annotated[
        str, typer.Option("--ready-within", metavar="TIME", help="How long it may take to be ready.")
    ] = "30s",
    url: Annotated[
        str | None, typer.Option("--url", "--server", metavar="URL", help="Use this server instead of one of our own.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="PORT", help="Port of our own server; without it a free one.")
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", metavar="KEY", help="The account that your system sends with.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", min=0, help="Tries the same cases again.")] = None,
    number: Annotated[int, typer.Option("--examples", metavar="N", min=1, help="How many cases to try.")] = 100,
    timeout: Annotated[
        str | None, typer.Option("--timeout", metavar="TIME", help="How long an answer, or COMMAND, may take.")
    ] = None,
    settle: Annotated[
        str, typer.Option("--settle", metavar="TIME", help="How long your system may take to send after an answer.")
    ] = "100ms",
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="CHECK", help="Leave this check out; repeatable.")
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", metavar="DIR", help="Keep failing cases here and try them first.")
    ] = None,
    save: Annotated[
        str, typer.Option("--save", metavar="DIR", help="Where scenario files of failing cases go.")
    ] = "fuzz-found",
    junit: Annotated[str | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML.")] = None,
    as_json: AsJson = False,
) -> None:
    """Search for what your system does not bear.

    Sends valid, odd and broken webhooks to a system that runs, or is started by --command, and judges each answer. With
    --sends runs COMMAND again and again while its sends meet errors, silence and delays. The smallest case of each kind
    of failure is printed, and saved as a scenario file for `mockserver run`. Exit code 0 if nothing was found, 1 if
    something was, 2 for wrong use, 3 if something cannot be reached.
    """
    _need_hypothesis()
    shell = shell_of(context)
    if (shell.folder / save).exists() and not (shell.folder / save).is_dir():
        raise UsageError(
            f"{save} is no folder", where="--save", fix="Name a folder for the scenario files of failures."
        )
    chosen = random.SystemRandom().randrange(_SEEDS) if seed is None else seed
    kept = None if database is None else shell.folder / database
    again = [
        word for flag, value in (("--command", command), ("--ready-url", ready_url)) if value for word in (flag, value)
    ]
    if sends:
        again = ["--sender", shlex.join(words or ())]
    search = Search(shell, chosen, number, kept, save, tuple(without or ()), junit, as_json, tuple(again))
    flags = {"port": str(port or 0), "tls": False, "seed": chosen, "signature_secret": secret, "api_key": account}
    settings = load_config(flags, shell.environ, shell.folder).settings
    if url is not None:
        check_url("the server's URL", url, "--url")
    if sends:
        from mockserver.cli.fuzz_sends import Sending, fuzz_sends

        _refuse(
            {"--inbound-url": inbound_url, "--status-url": status_url, "--command": command, "--url": url}
            | {"--channel": channel, "--version": version, "--ask": ask, "--word": word, "--state-url": state_url}
            | {"--ready-url": ready_url}
        )
        sending = Sending(tuple(words or ()), _codes(exit_codes), duration_of(timeout or "30s", "--timeout"))
        raise typer.Exit(fuzz_sends(search, sending, settings))
    if words:
        fix = "Write --sends before it, or start your system by --command."
        raise UsageError(f'"{words[0]}" is not expected here', where="COMMAND", fix=fix)
    from mockserver.cli.fuzz_webhooks import Wishes, fuzz_webhooks

    urls = _urls(inbound_url, status_url, command)
    base = OWN_BASE if command is not None else next(iter(urls.values()))
    program = Program(command, base, ready_url, duration_of(ready_within, "--ready-within"))
    if command is not None and not program.words:
        raise UsageError("the command is empty", where="--command", fix="Write: --command 'python app.py'.")
    wishes = Wishes(
        urls=urls,
        asks=tuple(map(asked_of, ask or ())),
        words=(*WORDS, *(word or ())),
        channels=_chosen(channel, CHANNELS, "channel"),
        versions=_chosen(version, VERSIONS, "version"),
        state_url=None if state_url is None else urljoin(base, state_url),
        secret=secret,
        patience_s=duration_of(timeout or "5s", "--timeout"),
        settle_s=duration_of(settle, "--settle"),
    )
    raise typer.Exit(fuzz_webhooks(search, wishes, program, settings, url))


def _need_hypothesis() -> None:
    if find_spec("hypothesis") is None:
        what = "Fuzzing needs Hypothesis, which is not installed"
        raise UsageError(what, fix="Install it: pip install 'messages-mockserver[fuzz]'.")


def _refuse(given: Mapping[str, object]) -> None:
    """Raise UsageError for a flag that does not go with ``--sends``."""
    for flag, value in given.items():
        if value:
            raise UsageError(f"{flag} does not go with --sends", where=flag, fix="Leave out one of them.")


def _codes(written: str) -> frozenset[int]:
    try:
        return frozenset(map(int, written.split(",")))
    except ValueError:
        fix = "Write it like --exit-codes 0,1."
        raise UsageError(f'"{written}" are no exit codes', where="--exit-codes", fix=fix) from None


def _chosen(named: list[str] | None, there_are: tuple[str, ...], what: str) -> tuple[str, ...]:
    for name in named or ():
        if name not in there_are:
            near = nearest(name, there_are)
            fix = f"Did you mean {near}?" if near else f"There are: {', '.join(there_are)}."
            raise UsageError(f"there is no {what} {name}", where=f"--{what}", fix=fix)
    return tuple(named or there_are)


def _urls(inbound_url: str | None, status_url: str | None, command: str | None) -> dict["Event", str]:
    """Return the endpoints; with a command a path is one at the port it is given."""
    given: dict[Event, str | None] = {"inbound": inbound_url, "status": status_url}
    urls: dict[Event, str] = {}
    for event, url in given.items():
        if url is not None:
            urls[event] = urljoin(OWN_BASE, url) if command is not None else url
            check_url(f"the URL of {event} webhooks", urls[event].replace(PORT, "1"), f"--{event}-url")
    if not urls:
        fix = "Give --inbound-url, --status-url, or both; or --sends and a command."
        raise UsageError("there is nothing to fuzz", fix=fix)
    return urls
