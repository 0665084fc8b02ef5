"""``mockserver rules``: the table, cell by cell."""

import msgspec
import pytest

from mockserver.contract.specs import load_specs
from tests.cli.conftest import Cli

WORDS = {"supported": "yes", "not_by_provider": "no", "not_by_channel": "n/a"}
TITLES = {
    "outbound": "Messages v0.1: outbound",
    "inbound": "Messages v0.1: inbound",
    "custom": "Messages v0.1: custom objects",
}


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


@pytest.mark.parametrize(("direction", "possible"), [("outbound", 33), ("inbound", 39)])
def test_rules_shows_every_cell_of_v1_and_what_has_none_as_not_possible(
    direction: str, possible: int, cli: Cli
) -> None:
    header, *lines = block(cli("rules").out, f"Messages v1: {direction}")

    assert ["KIND", "sms", "mms", "rcs", "viber", "messenger", "whatsapp"] == header
    shown = {(name, line[0]): word for line in lines for name, word in zip(header[1:], line[1:], strict=True)}
    rows = load_specs().capabilities.rows_in("v1")
    supported = {(row.channel, row.kind) for row in rows if row.direction == direction}
    assert {cell: "yes" if cell in supported else "no" for cell in shown} == shown
    assert possible == len(supported) == list(shown.values()).count("yes")


@pytest.mark.parametrize("channel", [[], *([name] for name in load_specs().capabilities.channels)])
def test_rules_fit_into_a_hundred_columns(channel: list[str], cli: Cli) -> None:
    lines = cli("rules", *channel).out.splitlines()

    assert 100 >= max(map(len, lines))


def test_rules_explains_its_words(cli: Cli) -> None:
    outcome = cli("rules")

    legend = "yes: possible. no: not through this API. n/a: the channel itself cannot."
    assert (0, legend, "") == (outcome.code, outcome.out.splitlines()[-1], outcome.err)


@pytest.mark.parametrize("name", ["viber", "viber_service_msg", "VIBER"])
def test_rules_of_a_channel_show_names_statuses_and_limits(name: str, cli: Cli) -> None:
    lines = cli("rules", name).out.splitlines()

    assert "Viber (viber_service_msg in v0.1, viber_service in v1)" == lines[0]
    assert "statuses: submitted, delivered, read, rejected, undeliverable" == lines[1]
    assert lines[2].startswith("outbound from: a Viber Service Message id")
    rows = [" ".join(line.split()) for line in lines]
    assert "outbound text yes text 1 to 1000 characters" in rows
    assert "outbound image yes url 10 to 2000 characters; files jpg, jpeg, png" in rows
    assert "outbound audio n/a" in rows
    assert "outbound button yes as custom" in rows


def under(text: str, title: str) -> list[str]:
    """Return the lines under a title, up to the next version or the end, blanks made one."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    start = lines.index(title) + 1
    ends = [index for index, line in enumerate(lines) if index > start and line.startswith("Messages v")]
    return lines[start : ends[0] if ends else len(lines)]


@pytest.mark.parametrize(
    ("channel", "title", "expected"),
    [
        ("viber", "Messages v0.1, /v0.1/messages", "message.viber_service_msg.ttl 30 to 259200 seconds"),
        ("viber", "Messages v1, /v1/messages", "viber_service.ttl 30 to 259200 seconds"),
        ("viber", "Messages v1, /v1/messages", "viber_service.action text, image"),
        ("mms", "Messages v1, /v1/messages", "ttl 300 to 259200 seconds"),
        ("sms", "Messages v1, /v1/messages", "sms.encoding_type text, unicode, auto"),
        ("sms", "Messages v1, /v1/messages", "ttl at least 1 second"),
        ("rcs", "Messages v1, /v1/messages", "outbound carousel yes needs card_width"),
        ("rcs", "Messages v1, /v1/messages", "inbound text yes text up to 3072 characters"),
        ("rcs", "Messages v1, /v1/messages", "PATCH /v1/messages/MESSAGE_UUID makes an outbound message revoked."),
        ("messenger", "Messages v1, /v1/messages", "messenger.tag needed when category is message_tag"),
        ("whatsapp", "Messages v1, /v1/messages", "whatsapp.locale a language tag such as en-GB or en_GB"),
        ("whatsapp", "Messages v1, /v1/messages", "outbound sticker yes files webp"),
        ("whatsapp", "Messages v1, /v1/messages", "PATCH /v1/messages/MESSAGE_UUID makes an inbound message read."),
    ],
)
def test_rules_of_a_channel_tell_what_each_version_has(channel: str, title: str, expected: str, cli: Cli) -> None:
    assert expected in under(cli("rules", channel).out, title)


@pytest.mark.parametrize(
    ("channel", "title", "unexpected"),
    [
        ("viber", "Messages v0.1, /v0.1/messages", "message.viber_service_msg.action text, image"),
        ("whatsapp", "Messages v0.1, /v0.1/messages", "outbound sticker yes files webp"),
        ("viber", "Messages v1, /v1/messages", "outbound template yes"),
    ],
)
def test_rules_of_a_channel_keep_the_versions_apart(channel: str, title: str, unexpected: str, cli: Cli) -> None:
    assert unexpected not in under(cli("rules", channel).out, title)


def test_rules_of_a_channel_of_one_version_name_no_other(cli: Cli) -> None:
    out = cli("rules", "rcs").out

    assert "RCS (rcs in v1)" == out.splitlines()[0]
    assert "Messages v0.1" not in out


def test_rules_tell_of_an_address_that_looks_otherwise_in_a_version(cli: Cli) -> None:
    lines = cli("rules", "mms").out.splitlines()

    assert "outbound from: a US short code of 5 or 6 digits" in lines
    assert "outbound from in v1: a number, or a US short code of 5 or 6 digits" in lines


def test_rules_continue_in_the_same_column_where_limits_are_long(cli: Cli) -> None:
    lines = cli("rules", "viber").out.splitlines()

    place = next(index for index, line in enumerate(lines) if "url at least 1 character; files doc," in line)
    column = lines[place].index("url at least")
    assert [" " * column] * 2 == [line[:column] for line in lines[place + 1 : place + 3]]
    assert lines[place + 2].endswith("xltx")


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
    assert {"v0.1", "v1"} == {each["dialect"] for each in printed["rows"]}


def test_rules_of_a_channel_as_json_hold_only_its_rows(cli: Cli) -> None:
    printed = cli("rules", "sms", "--json").json

    assert (["sms"], {"sms"}) == (
        [each["name"] for each in printed["channels"]],
        {each["channel"] for each in printed["rows"]},
    )


@pytest.mark.parametrize(
    ("name", "fix"),
    [("wattsapp", "Did you mean whatsapp?"), ("fax", "Known: sms, mms, rcs, viber, messenger, whatsapp.")],
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
