"""``mockserver messages``: lists, searches, one message in full."""

import re
from pathlib import Path

from mockserver.settings import Settings
from mockserver.web.server import serving
from tests.cli.conftest import Cli, OpenServer, Sink

NO_SUCH = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"


def test_messages_lists_the_newest_first_in_plain_columns(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        first, second = api.send("One"), api.send("Two\n\x1b[31mlines")
        outcome = cli("messages", "--url", api.url)

    header, newest, oldest = outcome.out.splitlines()
    assert ["AT", "WAY", "CHANNEL", "KIND", "FROM", "TO", "STATUS", "MESSAGE_UUID", "TEXT"] == header.split()
    assert ["out", "sms", "text", "ACME", "447700900123"] == newest.split()[1:6]
    assert [second, "Two\\n\\x1b[31mlines"] == newest.split()[7:]
    assert [first, "One"] == oldest.split()[7:]
    assert (0, "") == (outcome.code, outcome.err)


def test_messages_searches_and_limits(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        for number in (1, 2, 3):
            api.send(f"Table {number}")
        api.send("Other")
        outcome = cli("messages", "text:table", "channel:sms", "--limit", "2", "--url", api.url)

    assert ["Table 3", "Table 2"] == [line[-7:] for line in outcome.out.splitlines()[1:]]
    assert "There are more; --limit N shows them.\n" == outcome.err


def test_messages_prints_the_page_as_json(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        uuid = api.send("Grüße")
        outcome = cli("messages", "--json", "--url", api.url)

    assert [(uuid, "Grüße")] == [(each["message_uuid"], each["text"]) for each in outcome.json["messages"]]
    assert "Grüße" in outcome.out


def test_messages_says_where_else_to_look_if_there_are_none(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        api.send(key="other123")
        outcome = cli("messages", "--url", api.url)

    assert (0, "") == (outcome.code, outcome.out)
    assert (
        "No message in account mockkey1 fits.\nOther accounts with traffic (--account KEY): other123\n"
    ) == outcome.err


def test_messages_of_another_account(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        uuid = api.send(key="other123")
        outcome = cli("messages", "--account", "other123", "--json", "--url", api.url)

    assert [uuid] == [each["message_uuid"] for each in outcome.json["messages"]]


def test_messages_refuses_an_unknown_account(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        outcome = cli("messages", "--account", "nobody", "--url", api.url)

    assert (2, True) == (outcome.code, "no account 'nobody'" in outcome.err)


def test_messages_shows_one_with_its_journal_and_webhooks(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url) as api:
        came = cli("inbound", "sms", "text", "--text", "Hi", "--from", "447700900001", "--server", api.url)
        uuid = came.out.split()[2].rstrip(":")
        outcome = cli("messages", uuid, "--url", api.url)

    first, second, *rest = outcome.out.splitlines()
    assert re.fullmatch(r"sms text from 447700900001 to \d+: received", first)
    assert f"{uuid}, account mockkey1" == second
    assert '  "text": "Hi"' in rest
    assert ["inbound", "attempt"] == [line.split()[1] for line in rest if re.match(r"\d\d:\d\d:\d\d ", line)]
    assert f"inbound webhook to {sink.url}: acknowledged after 1 try, answered 204" == rest[-1]


def test_messages_shows_what_went_nowhere(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        came = cli("inbound", "sms", "text", "--server", api.url)
        outcome = cli("messages", came.out.split()[2].rstrip(":"), "--url", api.url)

    assert "inbound webhook to nowhere: dropped after 0 tries" == outcome.out.splitlines()[-1]


def test_messages_latest_is_the_newest(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        api.send("One")
        uuid = api.send("Two")
        outcome = cli("messages", "latest", "--json", "--url", api.url)

    assert (uuid, {"text": "Two"}) == (
        outcome.json["message"]["message_uuid"],
        outcome.json["message"]["content"],
    )


def test_messages_refuses_a_uuid_that_no_message_has(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        outcome = cli("messages", NO_SUCH, "--url", api.url)

    assert (2, f"mockserver: no message '{NO_SUCH}' in account mockkey1.\n") == (outcome.code, outcome.err)


def test_messages_draws_a_table_with_whole_ids_on_a_terminal(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        uuid = api.send("x" * 100)
        coloured = cli("messages", "--url", api.url, FORCE_COLOR="1")
        plain = cli("messages", "--url", api.url, FORCE_COLOR="1", NO_COLOR="1")

    assert (True, True) == (uuid in coloured.out, uuid in plain.out)
    assert "\x1b[1mAT" in coloured.out
    assert not re.search(r"\x1b\[(3|9)\d", plain.out)


def test_messages_colours_one_on_a_terminal(cli: Cli, open_server: OpenServer) -> None:
    with open_server(delivered_after_s=3600) as api:
        api.send()
        coloured = cli("messages", "latest", "--url", api.url, FORCE_COLOR="1")
        plain = cli("messages", "latest", "--url", api.url, FORCE_COLOR="1", NO_COLOR="1")

    assert ("\x1b[33m" in coloured.out, "\x1b" in plain.out) == (True, False)


def test_a_url_that_is_none_is_refused_and_names_its_flag(cli: Cli) -> None:
    outcome = cli("messages", "--url", "localhost:7670")

    assert (
        2,
        (
            'mockserver: --url: the server\'s URL is "localhost:7670", expected an absolute http or https URL.'
            " Write it like http://127.0.0.1:9000/webhooks.\n"
        ),
    ) == (outcome.code, outcome.err)


def test_a_url_of_the_environment_that_is_none_names_the_variable(cli: Cli) -> None:
    outcome = cli("messages", MESSAGES_MOCKSERVER_URL="nowhere")

    assert outcome.err.startswith("mockserver: MESSAGES_MOCKSERVER_URL: ")


def test_a_server_that_is_not_there_is_told_in_a_sentence_with_exit_code_3(cli: Cli) -> None:
    outcome = cli("messages", "--url", "http://127.0.0.1:9/")

    assert (
        3,
        "",
        (
            "mockserver: No server answers at http://127.0.0.1:9 (Connection refused)."
            " Start one with `mockserver serve`, or give its URL by --server.\n"
        ),
    ) == (outcome.code, outcome.out, outcome.err)


def test_a_server_whose_certificate_is_not_trusted_is_told(cli: Cli, tmp_path: Path) -> None:
    with serving(Settings(port=0, tls_dir=str(tmp_path))) as running:
        outcome = cli("messages", "--url", str(running.tls_url))

    expected = (
        f"mockserver: The certificate of {running.tls_url} is not trusted here."
        " Set SSL_CERT_FILE to the server's ca.pem, or give its http URL.\n"
    )
    assert (3, expected) == (outcome.code, outcome.err)


def test_a_server_of_another_kind_is_told(cli: Cli, sink: Sink) -> None:
    sink.status = 404

    outcome = cli("messages", "--url", sink.url)

    expected = f"mockserver: What answers at {sink.url} is no mockserver. Give the URL of one by --server.\n"
    assert (3, expected) == (outcome.code, outcome.err)
