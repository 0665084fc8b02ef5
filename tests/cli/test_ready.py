"""``mockserver ready``: quiet if the server takes messages, one line if not."""

import pytest

from tests.cli.conftest import Cli, OpenServer, Sink


def test_ready_is_quiet_about_a_server_that_answers(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        outcome = cli("ready", "--url", api.url)

    assert (0, "", "") == (outcome.code, outcome.out, outcome.err)


def test_ready_takes_the_url_of_the_environment(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        assert 0 == cli("ready", MESSAGES_MOCKSERVER_URL=api.url).code


def test_ready_says_in_one_line_that_nobody_answers(cli: Cli) -> None:
    outcome = cli("ready", "--timeout", "0.3", "--url", "http://127.0.0.1:9")

    assert (3, 1) == (outcome.code, outcome.err.count("\n"))
    assert outcome.err.startswith("mockserver: No server answers at http://127.0.0.1:9 (Connection refused).")


def test_ready_says_that_the_server_is_not_ready(cli: Cli, sink: Sink) -> None:
    sink.status, sink.page = 503, b'{"status": "not ready"}'

    outcome = cli("ready", "--timeout", "0.2", "--url", sink.url)

    expected = f"mockserver: The server at {sink.url} is not ready: it answered 503 to GET /_mock/readyz.\n"
    assert (3, expected) == (outcome.code, outcome.err)


def test_ready_says_that_something_else_answers(cli: Cli, sink: Sink) -> None:
    sink.status = 200

    outcome = cli("ready", "--timeout", "0", "--url", sink.url)

    assert (3, True) == (outcome.code, "is no mockserver" in outcome.err)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://a..b", '--url: the server\'s URL is "http://a..b", expected an absolute http or https URL.'),
        ("http://127.0.0.1:1/\udcff", "expected an absolute http or https URL."),
        ("http://127.0.0.1:1/é", "http://127.0.0.1:1/é holds characters other than ASCII after its host."),
    ],
    ids=["host", "bytes", "path"],
)
def test_a_url_that_cannot_be_asked_ends_with_2(url: str, words: str, cli: Cli) -> None:
    for command in ("ready", "messages"):
        outcome = cli(command, "--url", url)

        assert (2, True, 1) == (outcome.code, words in outcome.err, outcome.err.count("\n"))


@pytest.mark.parametrize("timeout", ["inf", "1e300"])
def test_ready_waits_as_long_as_it_is_told(timeout: str, cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        assert 0 == cli("ready", "--timeout", timeout, "--url", api.url).code


def test_an_account_that_is_not_utf_8_is_asked_for_all_the_same(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        assert 2 == cli("messages", "--account", "\udcff", "--url", api.url).code
