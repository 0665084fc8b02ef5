"""``mockserver serve``: gathers the configuration, runs the server, and tells people where it is."""

import asyncio
import json
import logging
import shlex
import sys
import webbrowser
from threading import Thread
from typing import TYPE_CHECKING, Any

import typer

from mockserver.cli.flags import serve_signature
from mockserver.cli.options import examples
from mockserver.cli.shell import shell_of
from mockserver.config import Config, load_config
from mockserver.core.urls import is_loopback
from mockserver.model import ANY_SECRET
from mockserver.settings import Settings
from mockserver.web.collecting import uncollected

if TYPE_CHECKING:
    from mockserver.web.server import Stopped

EXAMPLES = examples(
    "mockserver serve --inbound-url http://127.0.0.1:9000/inbound --status-url http://127.0.0.1:9000/status",
    "mockserver serve --port 0 --ready-file ready.json",
    "mockserver serve --no-tls --strict --seed 7",
    "mockserver serve --scenario scenario.yaml --watch",
    "mockserver serve --open",
)
_FIRST_MESSAGE = {"channel": "sms", "message_type": "text", "to": "447700900123", "from": "ACME", "text": "Hello"}


def serve(context: typer.Context, **flags: Any) -> None:
    """Run the server until SIGTERM or Ctrl-C.

    Each flag can be given as an environment variable (MESSAGES_MOCKSERVER_STATUS_URL for --status-url) or in
    mockserver.toml (status_url = "..."); a flag beats the variable, the variable the file.
    """
    shell = shell_of(context)
    config = load_config(flags, shell.environ, shell.folder)
    _log_to_stderr(config.settings.log_level)
    for warning in config.warnings:
        _say(f"warning: {warning}")
    if not is_loopback(config.settings.host):
        _say(
            f"warning: The host {config.settings.host} may be reached from elsewhere, and the control API (/_mock) asks"
            " nobody who he is: whoever reaches it reads all and changes all."
        )

    with uncollected():
        from mockserver.cli.coverage_file import check_place, write_coverage
        from mockserver.cli.senders import sender_mistakes
        from mockserver.cli.served_scenarios import ServedScenarios
        from mockserver.contract.specs import load_specs
        from mockserver.web.app import create_app
        from mockserver.web.listeners import Running
        from mockserver.web.server import run

        check_place(config.settings, shell.folder)
        specs = load_specs()
        if config.path is not None:
            for mistake in sender_mistakes(config.path, config.accounts, specs.capabilities):
                raise mistake
        app = create_app(config.settings, config.accounts, specs=specs)
        served = ServedScenarios(app.runtime.scenarios, config.settings.api_key, specs)
        told = served.load(shell.folder / each for each in flags["scenario"] or ())

    watching: list[asyncio.Task[None]] = []

    def started(running: Running) -> None:
        *lines, last = start_lines(config, running.url, running.tls_url, str(running.ca_file))
        for line in (*lines, *told, last):
            _say(line)
        if flags["open"]:
            _open(running.url)
        if flags["watch"]:
            watching.append(asyncio.get_running_loop().create_task(served.watch()))

    code = ended(run(app, config.settings, started))
    write_coverage(app.runtime.coverage, config.settings, shell.folder)
    raise typer.Exit(code)


# Typer reads flags off a signature; this one is made of the table of settings.
serve.__signature__ = serve_signature()  # type: ignore[attr-defined]  # functions take any attribute
serve.__annotations__ = {}


def start_lines(config: Config, url: str, tls_url: str | None, ca_file: str) -> list[str]:
    """Return the six lines a server starts with."""
    settings = config.settings
    certificate = f"{ca_file} (what clients of https are to trust)" if tls_url else "none, https is off"
    return [
        "API          " + " and ".join(filter(None, [url, tls_url])),
        f"Page         {url}/",
        f"Control      {url}/_mock/openapi.json",
        f"Certificate  {certificate}",
        f"Webhooks     {_targets(config)}",
        f"Try          {_curl(settings, url)}",
    ]


def _open(url: str) -> None:
    """Show the page in a browser, in a thread of its own: some browsers return only when they are closed."""

    def show() -> None:
        if not webbrowser.open(f"{url}/"):
            _say(f"warning: No browser is known here; open {url}/ yourself.")

    Thread(target=show, name="browser", daemon=True).start()


def ended(stopped: "Stopped") -> int:
    """Say what became of the webhooks under way; return the exit code."""
    for line in stopped.report.lines():
        _say(line)
    return stopped.exit_code


def _targets(config: Config) -> str:
    """Say where webhooks go, and how to say it where they go nowhere."""
    settings = config.settings
    inbound = settings.inbound_url or "nowhere (--inbound-url URL)"
    status = settings.status_url or "nowhere (--status-url URL)"
    count = len(config.accounts)
    more = f"; {count} {'account' if count == 1 else 'accounts'} of {config.path}" if count else ""
    return f"inbound to {inbound}; status to {status}{more}"


def _curl(settings: Settings, url: str) -> str:
    """Return a command that sends the first message; a secret is left to the shell that knows it."""
    credentials = f"{settings.api_key}:{ANY_SECRET}"
    user = shlex.quote(credentials) if settings.api_secret is None else shlex.quote(f"{settings.api_key}:YOUR-SECRET")
    body = shlex.quote(json.dumps(_FIRST_MESSAGE, separators=(",", ":")))
    return f"curl -u {user} -H 'Content-Type: application/json' -d {body} {url}/v1/messages"


def _say(line: str) -> None:
    """Print a line for people."""
    print(line, file=sys.stderr, flush=True)


def _log_to_stderr(level: str) -> None:
    """Log as much as asked; of uvicorn only what went wrong, for its starts and stops are told by ours."""
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn").setLevel(max(logging.WARNING, logging.getLogger().level))
