"""``mockserver faults``: what is listed, broken and mended."""

import json

import pytest

from mockserver.core.faults import KINDS
from mockserver.model import Json
from tests.cli.conftest import Cli, OpenServer


def test_without_a_word_it_lists_what_is_broken(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        nothing = cli("faults", "--url", api.url)
        cli("faults", "add", "webhooks", "drop", "--next", "1", "--when", "channel=sms", "--url", api.url)
        listed = cli("faults", "list", "--url", api.url)

    assert (0, "Nothing is broken on purpose in account mockkey1.\n") == (nothing.code, nothing.out)
    head, line = listed.out.splitlines()
    assert ["ID", "ON", "DO", "WHEN", "HITS", "SEEN", "WITH"] == head.split()
    assert ["f1", "webhooks", "drop", "channel=sms", "0", "0", "next=1"] == line.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("webhooks", "drop"), {"on": "webhooks", "do": "drop"}),
        (
            ("answers", "status", "--set", "problem=throttled", "--probability", "0.3"),
            {"on": "answers", "do": "status", "problem": "throttled", "probability": 0.3},
        ),
        (
            ("answers", "latency", "--set", 'delay={"min": "1s", "max": 2}', "--every", "3"),
            {"on": "answers", "do": "latency", "delay": {"min": 1.0, "max": 2.0}, "every": 3},
        ),
        (
            ("answers", "reset", "--nth", "2", "--when", 'text={"contains": "a=b"}', "--when", "to=447700900123"),
            {"on": "answers", "do": "reset", "nth": 2, "when": {"text": {"contains": "a=b"}, "to": 447700900123}},
        ),
        (('{"on": "webhooks", "do": "delay"}', "--set", "delay=5s"), {"on": "webhooks", "do": "delay", "delay": 5.0}),
    ],
)
def test_add_takes_flags_or_json(cli: Cli, open_server: OpenServer, words: tuple[str, ...], expected: Json) -> None:
    with open_server() as api:
        outcome = cli("faults", "add", *words, "--json", "--url", api.url)

    assert {"id": "f1", **expected, "seen": 0, "hits": 0, "spent": False} == outcome.json


def test_a_fault_that_was_added_is_at_work_and_shows_its_hits(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        cli("faults", "add", "answers", "malformed", "--next", "1", "--url", api.url)
        with pytest.raises(json.JSONDecodeError):
            api.send()
        api.send()
        listed = cli("faults", "--url", api.url)

    assert ["f1", "answers", "malformed", "always", "1", "(spent)", "2", "next=1"] == listed.out.splitlines()[1].split()


def test_remove_and_clear_mend(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        for do in ("drop", "unsigned", "trickle"):
            cli("faults", "add", "webhooks", do, "--url", api.url)
        removed = cli("faults", "remove", "f1", "f3", "--json", "--url", api.url)
        cleared = cli("faults", "clear", "--json", "--url", api.url)

    assert ["f2"] == [each["id"] for each in removed.json["faults"]]
    assert [] == cleared.json["faults"]


def test_kinds_lists_every_kind(cli: Cli) -> None:
    table, printed = cli("faults", "kinds"), cli("faults", "kinds", "--json")

    assert len(KINDS) + 1 == len(table.out.splitlines())
    assert [(each.on, each.name) for each in KINDS] == [(each["on"], each["do"]) for each in printed.json["kinds"]]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("ad",), "ad is nothing to do with faults. Did you mean add?"),
        (("xyz",), "xyz is nothing to do with faults. Known: list, add, remove, clear, kinds."),
        (("add",), "add needs what it is done to and what is done. Write: add webhooks drop."),
        (
            ("add", "{"),
            "the fault is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).",
        ),
        (("add", "webhooks", "drop", "--set", "next"), '--set: "next" has no equals sign. Write it like name=value.'),
        (("list", "all"), "all is one word too many. Leave it out."),
        (("remove",), "remove needs the ids of faults. `mockserver faults` lists them."),
        (("clear", "--next", "1"), "clear takes no members of a fault. Use them with add."),
    ],
)
def test_wrong_use_is_told_in_one_line(cli: Cli, words: tuple[str, ...], line: str) -> None:
    outcome = cli("faults", *words)

    assert (2, f"mockserver: {line}\n") == (outcome.code, outcome.err)


def test_what_the_server_refuses_is_told(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        unknown = cli("faults", "remove", "f9", "--url", api.url)
        wrong = cli("faults", "add", "webhooks", "dorp", "--url", api.url)

    assert (2, "mockserver: no fault 'f9' in account mockkey1. Known: none.\n") == (unknown.code, unknown.err)
    assert (2, True) == (wrong.code, 'do is "dorp". Did you mean drop?' in wrong.err)
