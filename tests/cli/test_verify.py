"""``mockserver verify`` and ``mockserver wait``: verdicts with a difference to read, and exit codes for a CI job."""

import pytest

from tests.cli.conftest import Cli, OpenServer


def test_verify_passes_if_all_is_as_expected(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        api.send()
        file = b'- {messages: {to: "447700900123"}, count: 1, name: one table}\n- {violations: 0}\n'
        outcome = cli("verify", "-", "--url", api.url, stdin=file)

    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        'ok    one table: messages with to "447700900123": 1 found, expected exactly 1',
        "ok    violations: none found, expected none",
        "all 2 as expected",
    ]


def test_verify_shows_the_nearest_field_by_field(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        uuid = api.send()
        file = b"- {messages: {channel: sms, text: {contains: confirmed}}, within: 100ms}\n"
        outcome = cli("verify", "-", "--url", api.url, stdin=file)

    lines = outcome.out.splitlines()
    assert outcome.code == 1
    assert lines[0].startswith(
        'FAIL  messages with channel "sms"; text something that contains "confirmed": none found'
    )
    assert "(after 0.1 s)" in lines[0]
    assert lines[1].startswith("      nearest  sms text from ACME to 447700900123 is ")
    assert lines[1].endswith(uuid)
    assert lines[2] == '               text is "Table ready"; expected something that contains "confirmed"'
    assert lines[-1] == "1 of 1 failed"


def test_verify_lists_what_fits_where_there_is_too_much(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        for _ in range(12):
            api.send()
        outcome = cli("verify", "-", "--url", api.url, stdin=b"{messages: {}, absent: true}")

    assert outcome.code == 1
    assert outcome.out.count("      fits     sms text") == 10
    assert "      and 2 more" in outcome.out


def test_verify_reads_a_file_and_prints_json(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        outcome = cli("verify", "-", "--json", "--url", api.url, stdin=b'[{"messages": {}, "count": 0}]')

    assert (outcome.code, outcome.json["passed"], outcome.json["outcomes"][0]["count"]) == (0, True, 0)


def test_verify_says_where_else_something_happened(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        api.send(key="aaaa1111")
        outcome = cli("verify", "-", "--url", api.url, stdin=b"{messages: {}}")

    assert "Looked at in account mockkey1; other accounts with traffic: aaaa1111" in outcome.out


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (
            b"- {messages: {}}\n- messages: {chanel: sms}\n",
            "standard input:2:14: chanel is no field of messages. Did you",
        ),
        (b"{mesages: {}}", "standard input:1:2: mesages is nothing that can be expected. Did you mean messages?"),
        (b"[]", "standard input: nothing is expected. Send "),
        (b"{messages: [", "standard input:"),
        (b"\xff", "standard input: it is not UTF-8 text."),
    ],
    ids=["field", "verb", "empty", "yaml", "bytes"],
)
def test_verify_names_the_line_of_a_mistake(cli: Cli, open_server: OpenServer, file: bytes, words: str) -> None:
    with open_server() as api:
        outcome = cli("verify", "-", "--url", api.url, stdin=file)

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"mockserver: {words}")


def test_verify_of_a_file_that_is_not_there_says_so(cli: Cli) -> None:
    outcome = cli("verify", "nothing.yaml")

    assert (outcome.code, "nothing.yaml" in outcome.err) == (2, True)


def test_wait_prints_what_it_found(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        uuid = api.send()
        outcome = cli("wait", "channel:sms", "status:delivered", "--within", "10s", "--url", api.url)
        webhooks = cli("wait", "event:delivered", "--what", "deliveries", "--url", api.url)
        requests = cli("wait", "verdict:accepted", "--what", "requests", "--json", "--url", api.url)

    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == f"{uuid}  sms text from ACME to 447700900123 is delivered: Table ready\n"
    assert "  delivered webhook to None is dropped" in webhooks.out
    assert (requests.code, requests.json["count"]) == (0, 1)


def test_wait_fails_when_the_time_is_over(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        api.send()
        api.send(key="aaaa1111")
        outcome = cli("wait", "to:336*", "--count", "2", "--within", "0.05s", "--url", api.url)

    assert outcome.code == 1
    assert outcome.err.startswith("none of 2 messages in account mockkey1 fit after 0.")
    assert "Other accounts with traffic (--account KEY): aaaa1111" in outcome.err
    assert outcome.out.splitlines()[1] == '         to is "447700900123"; expected like "336*"'


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--within", "soon"), 'mockserver: --within: "soon" is no duration. Write it like 50ms, 2s, 5m, 2h or 1d'),
        (("--what", "message"), "mockserver: what is 'message'. Did you mean messages?"),
        (("chanel:sms",), "mockserver: q: the search knows no field chanel of messages. Did you mean channel?"),
    ],
)
def test_wait_refuses_what_cannot_be(cli: Cli, open_server: OpenServer, argv: tuple[str, ...], words: str) -> None:
    with open_server() as api:
        outcome = cli("wait", *argv, "--url", api.url)

    assert (outcome.code, outcome.err.startswith(words)) == (2, True), outcome.err
