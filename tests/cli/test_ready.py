"""``mockserver ready``: quiet if the server takes messages, one line if not."""

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

    expected = f"mockserver: The server at {sink.url} is not ready: it answered 503.\n"
    assert (3, expected) == (outcome.code, outcome.err)


def test_ready_says_that_something_else_answers(cli: Cli, sink: Sink) -> None:
    sink.status = 200

    outcome = cli("ready", "--timeout", "0", "--url", sink.url)

    assert (3, True) == (outcome.code, "is no mockserver" in outcome.err)
