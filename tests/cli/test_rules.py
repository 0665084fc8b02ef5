"""``mockserver rules``: the table, cell by cell."""

import msgspec
import pytest

from mockserver.contract.specs import load_specs
from tests.cli.conftest import Cli

WORDS = {"supported": "yes", "not_by_provider": "no", "not_by_channel": "n/a"}
TITLES = {"outbound": "Outbound", "inbound": "Inbound", "custom": "Custom objects"}


def block(text: str, title: str) -> list[list[str]]:
    """Return the words of each line under a title, up to the next empty line."""
    lines = text.splitlines()
    start = lines.index(title) + 1
    return [line.split() for line in lines[start : lines.index("", start)]]


@pytest.mark.parametrize(("matrix", "cells"), [("outbound", 30), ("inbound", 24), ("custom", 15)])
def test_rules_shows_every_cell_of_a_matrix(matrix: str, cells: int, cli: Cli) -> None:
    header, *lines = block(cli("rules").out, TITLES[matrix])

    shown = {(line[0], kind): word for line in lines for kind, word in zip(header[1:], line[1:], strict=True)}
    rows = [row for row in load_specs().capabilities.rows_in("v0.1") if row.matrix == matrix]
    assert {(row.channel, row.kind): WORDS[row.state] for row in rows} == shown
    assert cells == len(shown)


def test_rules_explains_its_words(cli: Cli) -> None:
    outcome = cli("rules")

    legend = "yes: possible. no: the channel can, the provider does not. n/a: the channel itself cannot."
    assert (0, legend, "") == (outcome.code, outcome.out.splitlines()[-1], outcome.err)


@pytest.mark.parametrize("name", ["viber", "viber_service_msg", "VIBER"])
def test_rules_of_a_channel_show_names_statuses_and_limits(name: str, cli: Cli) -> None:
    lines = cli("rules", name).out.splitlines()

    assert "Viber (viber_service_msg in v0.1)" == lines[0]
    assert "statuses: submitted, delivered, read, rejected, undeliverable" == lines[1]
    assert lines[2].startswith("outbound from: a Viber Service Message id")
    rows = [" ".join(line.split()) for line in lines]
    assert "outbound text yes text 1 to 1000 characters" in rows
    assert "outbound image yes url 10 to 2000 characters; files jpg, jpeg, png" in rows
    assert "outbound audio n/a" in rows
    assert "outbound button yes as custom" in rows


def test_rules_of_a_channel_tell_which_options_a_kind_needs(cli: Cli) -> None:
    rows = [" ".join(line.split()) for line in cli("rules", "whatsapp").out.splitlines()]

    assert "outbound template yes needs locale" in rows


def test_rules_as_json_hold_all_rows(cli: Cli) -> None:
    printed = cli("rules", "--json").json

    capabilities = load_specs().capabilities
    assert (len(capabilities.rows), list(capabilities.channels)) == (
        len(printed["rows"]),
        [each["name"] for each in printed["channels"]],
    )


def test_rules_of_a_channel_as_json_hold_only_its_rows(cli: Cli) -> None:
    printed = cli("rules", "sms", "--json").json

    assert (["sms"], {"sms"}) == (
        [each["name"] for each in printed["channels"]],
        {each["channel"] for each in printed["rows"]},
    )


@pytest.mark.parametrize(
    ("name", "fix"),
    [("wattsapp", "Did you mean whatsapp?"), ("fax", "Known: sms, mms, viber, messenger, whatsapp.")],
)
def test_rules_refuse_an_unknown_channel_with_the_nearest(name: str, fix: str, cli: Cli) -> None:
    outcome = cli("rules", name)

    expected = f'mockserver: There is no channel "{name}". {fix}\n'
    assert (2, "", expected) == (outcome.code, outcome.out, outcome.err)


def test_rules_list_the_magic_values(cli: Cli) -> None:
    header, *lines = cli("rules", "--magic").out.splitlines()

    shown = {line.split()[0]: line.split()[1] for line in lines}
    table = load_specs().magic
    assert ["RECIPIENT", "CLIENT_REF", "DOES", "MEANS"] == header.split()
    assert {table.recipient(each): table.directive(each) for each in table.rows} == shown
    [line] = [" ".join(line.split()) for line in lines if line.startswith("99900001180")]
    assert "99900001180 mock:undeliverable:1180 202, submitted, undeliverable 1180 Absent Subscriber Temporary." == line


def test_magic_values_as_json_are_those_of_the_server(cli: Cli) -> None:
    as_sent = msgspec.json.decode(msgspec.json.encode(load_specs().magic.listed()))

    assert {"magic": as_sent} == cli("rules", "--magic", "--json").json


def test_magic_values_of_one_channel_are_refused(cli: Cli) -> None:
    outcome = cli("rules", "sms", "--magic")

    expected = "mockserver: Magic values are the same on every channel. Leave out sms.\n"
    assert (2, "", expected) == (outcome.code, outcome.out, outcome.err)
