"""``mockserver tail``: what happened, a line an entry."""

import json
import re

from tests.cli.conftest import Cli, OpenServer, Sink


def test_tail_once_prints_what_happened_oldest_first(cli: Cli, open_server: OpenServer) -> None:
    with open_server(delivered_after_s=3600) as api:
        cli("inbound", "sms", "text", "--server", api.url)
        api.send()
        outcome = cli("tail", "--once", "--url", api.url)

    lines = [re.fullmatch(r"\d\d:\d\d:\d\d  (\w+) +(.+)", line) for line in outcome.out.splitlines()]
    kinds = [line[1] for line in lines if line]
    assert (0, ["inbound", "dropped", "request"]) == (outcome.code, kinds[:3])
    assert "request    POST /v0.1/messages 202 sms text to 447700900123" in outcome.out


def test_tail_begins_with_the_last_few(cli: Cli, open_server: OpenServer) -> None:
    with open_server(submitted_after_s=3600, delivered_after_s=3600) as api:
        for number in range(5):
            api.send(to=f"44770090000{number}")
        outcome = cli("tail", "--once", "--limit", "2", "--json", "--url", api.url)

    entries = [json.loads(line) for line in outcome.out.splitlines()]
    assert ["447700900003", "447700900004"] == [each["about"].split()[-1] for each in entries]


def test_tail_of_an_empty_journal_prints_nothing(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        outcome = cli("tail", "--once", "--url", api.url)

    assert (0, "", "") == (outcome.code, outcome.out, outcome.err)


def test_tail_colours_what_went_well_and_what_did_not(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url, submitted_after_s=3600, delivered_after_s=3600) as api:
        api.send()
        cli("inbound", "sms", "text", "--server", api.url)
        good = cli("tail", "--once", "--limit", "1", "--url", api.url, FORCE_COLOR="1")
        sink.status = 500
        cli("inbound", "sms", "text", "--server", api.url)
        bad = cli("tail", "--once", "--limit", "1", "--url", api.url, FORCE_COLOR="1")
        every = cli("tail", "--once", "--url", api.url, FORCE_COLOR="1")
        plain = cli("tail", "--once", "--url", api.url, FORCE_COLOR="1", NO_COLOR="1")

    green, red = "\x1b[32m", "\x1b[31m"
    assert (True, True) == (f"{green}inbound webhook, try 1" in good.out, f"{red}inbound webhook, try 1" in bad.out)
    assert f"{green}POST /v0.1/messages 202" in every.out
    assert "\x1b" not in plain.out
