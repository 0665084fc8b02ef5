"""``mockserver fuzz``: searches for webhooks, or for answers to sends, that a system under test does not bear."""

import random
import shlex
from importlib.util import find_spec
from typing import Annotated, Final

import typer

from mockserver.cli.fuzz_flags import (
    OWN_BASE,
    asks_of,
    at,
    check_side,
    check_texts,
    chosen,
    codes_of,
    patience_of,
    urls_of,
)
from mockserver.cli.fuzz_output import Search
from mockserver.cli.options import AsJson, check_server, duration_of, examples
from mockserver.cli.output import check_file, check_folder
from mockserver.cli.shell import shell_of
from mockserver.cli.sut import Program, checked
from mockserver.config import load_config
from mockserver.core.forms import FORMS
from mockserver.errors import UsageError

EXAMPLES = examples(
    "mockserver fuzz --inbound-url /webhooks/inbound --command 'python app.py' --examples 20 --channel sms",
    "mockserver fuzz --sends --examples 1 --without no-hang -- python reminders.py",
)
VERSIONS: Final = tuple(FORMS)
WORDS: Final = ("yes", "Yes please", "no", "STOP", "start", "help", "1")
"""What users answer; a system under test that heeds words heeds some of these."""
_SEEDS: Final = 2**31


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
        typer.Option("--channel", metavar="NAME", help="Only this channel, such as sms; repeatable."),
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
    check_side(context, sends=sends)
    check_texts({"--secret": secret, "--account": account, "--save": save, "--database": database, "--junit": junit})
    check_server(url, {"--port": port})
    check_folder(shell.folder / save, "--save")
    if database is not None:
        check_folder(shell.folder / database, "--database")
    if junit is not None:
        check_file(shell.folder / junit, "--junit")
    chosen_seed = random.SystemRandom().randrange(_SEEDS) if seed is None else seed
    search = Search(
        shell,
        chosen_seed,
        number,
        None if database is None else shell.folder / database,
        save,
        tuple(without or ()),
        junit,
        as_json,
        again=_again(words, command, ready_url, sends=sends),
    )
    flags = {"port": str(port or 0), "tls": False, "seed": chosen_seed, "signature_secret": secret, "api_key": account}
    settings = load_config(flags, shell.environ, shell.folder).settings
    if sends:
        from mockserver.cli.fuzz_sends import Sending, fuzz_sends

        sending = Sending(tuple(words or ()), codes_of(exit_codes), patience_of(timeout or "30s"))
        raise typer.Exit(fuzz_sends(search, sending, settings))
    if words:
        fix = "Write --sends before it, or start your system by --command."
        raise UsageError(f'"{words[0]}" is not expected here', where="COMMAND", fix=fix)
    from mockserver.cli.fuzz_webhooks import Wishes, fuzz_webhooks

    urls = urls_of({"inbound": inbound_url, "status": status_url}, is_ours=command is not None)
    base = OWN_BASE if command is not None else next(iter(urls.values()))
    wishes = Wishes(
        urls=urls,
        asks=asks_of(ask or (), base),
        words=(*WORDS, *(word or ())),
        channels=tuple(channel or ()),
        versions=chosen(version or (), VERSIONS, "version"),
        state_url=None if state_url is None else at(base, state_url, "the URL of the state", "--state-url"),
        secret=secret,
        patience_s=patience_of(timeout or "5s"),
        settle_s=duration_of(settle, "--settle"),
    )
    program = checked(Program(command, base, ready_url, duration_of(ready_within, "--ready-within")))
    raise typer.Exit(fuzz_webhooks(search, wishes, program, settings, url))


def _again(words: list[str] | None, command: str | None, ready_url: str | None, *, sends: bool) -> tuple[str, ...]:
    """Return what `mockserver run` needs beside a file to try a case again."""
    if sends:
        return "--sender", shlex.join(words or ())
    given = {"--command": command, "--ready-url": ready_url}
    return tuple(word for flag, value in given.items() if value for word in (flag, value))


def _need_hypothesis() -> None:
    if find_spec("hypothesis") is None:
        what = "Fuzzing needs Hypothesis, which is not installed"
        raise UsageError(what, fix="Install it: pip install 'messages-mockserver[fuzz]'.")
