"""``mockserver record``: writes the scenario file of what happened in an account of a running server."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from mockserver.cli.client import Server
from mockserver.cli.entries import entries_after
from mockserver.cli.options import AccountKey, Url, examples, server_of
from mockserver.cli.shell import complain, shell_of
from mockserver.cli.styles import ACKNOWLEDGED
from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.scenario.recorded import Asked, Event, Heard, Moved, Recording, Refused, Sent, written

EXAMPLES = examples(
    "mockserver record",
    "mockserver record --since 0 -o recorded.yaml",
    """mockserver record --ask 'POST /remind {"channel": "sms"}' --name reminder""",
)
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]+")
_NAME: Final = "recorded"
_FAILED: Final = 1


def record(
    context: typer.Context,
    *,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write; else standard output.")
    ] = None,
    since: Annotated[
        int, typer.Option("--since", metavar="ENTRY", min=0, help="Only what came after this journal entry.")
    ] = 0,
    name: Annotated[str | None, typer.Option("--name", metavar="ID", help="The id of the scenario.")] = None,
    ask: Annotated[
        list[str] | None,
        typer.Option(
            "--ask",
            metavar="'METHOD PATH [BODY]'",
            help="What makes your system send the next message that no user asked for; repeatable.",
        ),
    ] = None,
    url: Url = None,
    account: AccountKey = None,
) -> None:
    """Write a scenario file that replays what happened.

    Users' messages become steps, what became of your system's sends becomes rules, and what came of it all is what the
    file verifies; faults are left out. What made your system send in the first place is not in the journal: say it by
    --ask, or add it to the file. Exit code 1 if the file needs a hand before it can be run.
    """
    folder = shell_of(context).folder
    server = server_of(context, url, account)
    asked = tuple(map(asked_of, ask or ()))
    identity = _UNFIT.sub("-", name or (Path(output).stem if output else _NAME)).lstrip("-_0123456789") or _NAME
    text = written(recording(server, identity, since, asked))
    if output is None:
        print(text, end="")
    else:
        _write(folder / output, text)
    raise typer.Exit(_FAILED if _has_mistakes(text, output or "standard output") else 0)


def recording(server: Server, identity: str, since: int, asked: tuple[Asked, ...] = ()) -> Recording:
    """Return what happened after a journal entry; raise UsageError if nothing did."""
    entries = list(entries_after(server, since))
    requests = [each["request"] for each in entries if "request" in each]
    told = [server.get(f"messages/{each}") for each in _messages_of(entries)]
    told = [each for each in told if each["journal"] and each["journal"][0]["id"] > since]
    if not told and not requests:
        fix = "Name another account by --account, or an earlier entry by --since."
        raise UsageError("nothing was sent and nothing arrived", fix=fix)
    started_s = min([_seconds(each["message"]["at"]) for each in told] + [_seconds(entries[0]["at"])])
    events = sorted(
        [*(_event(each, started_s) for each in told), *_refusals(entries, started_s)], key=lambda each: each.at_s
    )
    return Recording(
        id=identity,
        events=tuple(events),
        end_s=_seconds(entries[-1]["at"]) - started_s,
        asked=asked,
        inbound_url=_target(told, is_inbound=True),
        status_url=_target(told, is_inbound=False),
        acknowledged=_acknowledged(told),
        refused=sum(each["verdict"] == "refused" and each["fault"] is None for each in requests),
        violations=sum(len(each["violations"]) for each in requests),
        findings=sum(len(each["findings"]) for each in requests),
        faulted=sum(each["fault"] is not None for each in requests),
    )


def _messages_of(entries: list[Json]) -> list[str]:
    return list(dict.fromkeys(each["message_uuid"] for each in entries if each["message_uuid"] is not None))


def _event(found: Json, started_s: float) -> Event:
    message = found["message"]
    about = {
        "at_s": _seconds(message["at"]) - started_s,
        "channel": message["channel"],
        "kind": message["kind"],
        "sender": message["from"],
        "recipient": message["to"],
    }
    if message["direction"] == "inbound":
        return Heard(**about, content=message["content"], answered=_first_answer(found["deliveries"]))
    return Sent(**about, text=message["text"], moves=tuple(_moves(message, started_s)))


def _moves(message: Json, started_s: float) -> Iterator[Moved]:
    for each in message["statuses"]:
        code = each["error"]["code"] if "error" in each else None
        yield Moved(_seconds(each["at"]) - started_s, each["status"], code)


def _refusals(entries: list[Json], started_s: float) -> Iterator[Refused]:
    """Yield the sends refused for what the account is: a replay needs rules for them, others come by themselves."""
    for entry in entries:
        request = entry.get("request")
        if request is None or request["fault"] is not None or request["verdict"] != "refused":
            continue
        if request["channel"] is not None and not request["violations"]:
            at_s = _seconds(entry["at"]) - started_s
            yield Refused(at_s, request["channel"], request["kind"], request["status"], request["answer"])


def _first_answer(deliveries: list[Json]) -> int | None:
    attempts = [each for delivery in deliveries if delivery["fault"] is None for each in delivery["attempts"]]
    return next((int(each["status"]) for each in attempts if each["status"] is not None), None)


def _target(told: list[Json], *, is_inbound: bool) -> str | None:
    """Return where most webhooks of a sort went."""
    urls = Counter(
        each["url"]
        for found in told
        for each in found["deliveries"]
        if each["url"] is not None and (each["event"] == "inbound") == is_inbound
    )
    return next((url for url, _ in urls.most_common(1)), None)


def _acknowledged(told: list[Json]) -> dict[str, int]:
    """Return how many messages had a webhook of each event acknowledged, faults and repetitions aside."""
    found = dict.fromkeys(
        (each["event"], each["message_uuid"])
        for message in told
        for each in message["deliveries"]
        if each["fault"] is None and any(attempt["status"] in ACKNOWLEDGED for attempt in each["attempts"])
    )
    return dict(Counter(event for event, _ in found))


def asked_of(text: str) -> Asked:
    """Return the request that a flag spells, such as ``POST /remind {"to": "447700900101"}``."""
    method, _, rest = text.strip().partition(" ")
    url, _, body = rest.strip().partition(" ")
    if not url.startswith(("/", "http://", "https://")) or not method.isalpha():
        fix = """Write it like 'POST /remind {"to": "447700900101"}'."""
        raise UsageError(f'"{text}" is no request', where="--ask", fix=fix)
    return Asked(method.upper(), url, _body(body.strip()))


def _body(text: str) -> Json:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror}"
        raise UsageError(what, where="--output", fix="Name another file.") from None


def _has_mistakes(text: str, name: str) -> bool:
    """Tell what is wrong with a file just written; such as a status that was forced upon a message."""
    from mockserver.scenario.load import ScenarioErrors, load_text

    try:
        load_text(text, name)
    except ScenarioErrors as error:
        for each in error.errors:
            complain(each)
        return True
    return False
