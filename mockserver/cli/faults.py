"""``mockserver faults``: lists what is broken on purpose, breaks more, and mends it."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from mockserver.cli.client import Server
from mockserver.cli.options import AccountKey, AsJson, Url, examples, pairs_of, server_of
from mockserver.cli.output import one_line, show_json, show_table
from mockserver.cli.shell import shell_of
from mockserver.config import nearest
from mockserver.core.faults import KINDS, SELECTORS
from mockserver.errors import UsageError
from mockserver.model import Json

EXAMPLES = examples(
    "mockserver faults",
    "mockserver faults add webhooks drop --next 1",
    "mockserver faults add answers status --set problem=throttled --when channel=sms --probability 0.3",
    'mockserver faults add answers latency --set \'delay={"p50": "100ms", "p95": "2s"}\'',
    'mockserver faults add \'{"on": "webhooks", "do": "delay", "delay": "5s", "every": 2}\'',
    "mockserver faults clear",
    "mockserver faults kinds",
)
_COLUMNS = ("ID", "ON", "DO", "WHEN", "HITS", "SEEN", "WITH")
_KINDS = ("ON", "DO", "MEANS", "TAKES")
_SHOWN: Final = frozenset({"id", "on", "do", "when", "hits", "seen", "spent"})


def faults(
    context: typer.Context,
    *,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[list|add|remove|clear|kinds] [...]", help="What to do; list without it."),
    ] = None,
    next_: Annotated[int | None, typer.Option("--next", metavar="N", help="Only the next so many that fit.")] = None,
    nth: Annotated[int | None, typer.Option("--nth", metavar="N", help="Only the one of this number.")] = None,
    every: Annotated[int | None, typer.Option("--every", metavar="N", help="Each second, third, ...")] = None,
    probability: Annotated[
        float | None, typer.Option("--probability", metavar="SHARE", help="This share of them, from 0 to 1.")
    ] = None,
    when: Annotated[
        list[str] | None, typer.Option("--when", metavar="FIELD=PATTERN", help="What it is done to; repeatable.")
    ] = None,
    more: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One more member; repeatable.")
    ] = None,
    url: Url = None,
    account: AccountKey = None,
    as_json: AsJson = False,
) -> None:
    """List what is broken on purpose, break something, or mend it.

    `add` takes what it is done to (answers or webhooks) and what is done, or a fault as JSON. Patterns and values are
    JSON where they look like it, else text. `kinds` lists what can be broken.
    """
    action, *rest = words or ["list"]
    chosen = zip(SELECTORS, (next_, nth, every, probability), strict=True)
    given = {
        **{name: value for name, value in chosen if value is not None},
        **({"when": _members(when, "--when")} if when else {}),
        **_members(more or [], "--set"),
    }
    if action not in _ACTIONS:
        near = nearest(action, tuple(_ACTIONS))
        fix = f"Did you mean {near}?" if near else f"Known: {', '.join(_ACTIONS)}."
        raise UsageError(f"{action} is nothing to do with faults", fix=fix)
    if given and action != "add":
        raise UsageError(f"{action} takes no members of a fault", fix="Use them with add.")
    show = show_json if as_json else _show_in(shell_of(context).environ)
    show(_ACTIONS[action](server_of(context, url, account), rest, given))


def _list(server: Server, rest: list[str], _: Json) -> Json:
    _refuse_more(rest)
    return server.get("faults")


def _add(server: Server, rest: list[str], given: dict[str, Json]) -> Json:
    if len(rest) == 1 and rest[0].lstrip().startswith("{"):
        fault = _read_json(rest[0])
    elif len(rest) == len(("on", "do")):
        fault = {"on": rest[0], "do": rest[1]}
    else:
        raise UsageError("add needs what it is done to and what is done", fix="Write: add webhooks drop.")
    return server.post("faults", fault | given)


def _remove(server: Server, rest: list[str], _: Json) -> Json:
    if not rest:
        raise UsageError("remove needs the ids of faults", fix="`mockserver faults` lists them.")
    for each in rest:
        server.delete(f"faults/{each}")
    return server.get("faults")


def _clear(server: Server, rest: list[str], _: Json) -> Json:
    _refuse_more(rest)
    server.delete("faults")
    return server.get("faults")


def _kinds(_: Server, rest: list[str], __: Json) -> Json:
    _refuse_more(rest)
    return {"kinds": [{"on": each.on, "do": each.name, "about": each.about, "takes": each.takes} for each in KINDS]}


_ACTIONS: Final[Mapping[str, Callable[[Server, list[str], dict[str, Json]], Json]]] = {
    "list": _list,
    "add": _add,
    "remove": _remove,
    "clear": _clear,
    "kinds": _kinds,
}


def _refuse_more(rest: list[str]) -> None:
    if rest:
        raise UsageError(f"{rest[0]} is one word too many", fix="Leave it out.")


def _members(pairs: list[str], flag: str) -> dict[str, Json]:
    return {name: _value(value) for name, value in pairs_of(pairs, flag).items()}


def _value(text: str) -> Json:
    """Return JSON where a text is any; numbers with leading zeros and telephone numbers beyond JSON's stay texts."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read_json(text: str) -> dict[str, Json]:
    try:
        fault: dict[str, Json] = json.loads(text)
    except ValueError as error:
        raise UsageError(f"the fault is no JSON: {error}") from None
    return fault


def _show_in(environ: Mapping[str, str]) -> Callable[[Json], None]:
    def show(answer: Json) -> None:
        if "kinds" in answer:
            rows = [(each["on"], each["do"], each["about"], ", ".join(each["takes"])) for each in answer["kinds"]]
            show_table(environ, _KINDS, rows)
            return
        listed = answer.get("faults", [answer])
        if listed:
            show_table(environ, _COLUMNS, [_row(each) for each in listed])
        else:
            print(f"Nothing is broken on purpose in account {answer['account']}.")

    return show


def _row(fault: Json) -> tuple[str, ...]:
    rest = {name: value for name, value in fault.items() if name not in _SHOWN}
    hits = f"{fault['hits']}{' (spent)' if fault['spent'] else ''}"
    return (
        fault["id"],
        fault["on"],
        fault["do"],
        one_line(_spelt(fault.get("when", {})) or "always"),
        hits,
        str(fault["seen"]),
        one_line(_spelt(rest)),
    )


def _spelt(members: Mapping[str, Json]) -> str:
    return " ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in members.items()
    )
