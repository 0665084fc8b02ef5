"""``mockserver clock`` and ``mockserver advance``: what time it is, and what happened on the way to another."""

from tests.cli.conftest import Cli, OpenServer, Sink


def test_clock_shows_what_time_it_is(cli: Cli, open_server: OpenServer) -> None:
    with open_server(clock="manual", delivered_after_s=3600) as api:
        bare = cli("clock", "--url", api.url)
        api.send()
        due = cli("clock", "--url", api.url)

    assert (bare.code, bare.out.startswith("account mockkey1: manual, 20")) == (0, True)
    assert bare.out.endswith(", by the server's clock\n")
    assert "; next due 20" in due.out


def test_clock_sets_mode_and_time(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        at = cli("clock", "manual", "--at", "2030-01-01T00:00:00Z", "--url", api.url)
        later = cli("clock", "--at", "2031-01-01T00:00:00Z", "--url", api.url)
        fast = cli("clock", "60x", "--json", "--url", api.url)

    assert at.out == "account mockkey1: manual, 2030-01-01 00:00:00, by its own clock\n"
    assert later.out == "account mockkey1: manual, 2031-01-01 00:00:00, by its own clock\n"
    assert (fast.json["mode"], fast.json["own"]) == ("60x", True)


def test_clock_refuses_what_is_no_mode(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        outcome = cli("clock", "manuel", "--url", api.url)

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith('mockserver: mode: mode is "manuel". Did you mean manual? Known: real, manual, 60x.')


def test_advance_tells_what_happened(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    sink.status = 500
    with open_server(clock="manual", status_url=sink.url) as api:
        cli("clock", "manual", "--at", "2030-01-01T00:00:00Z", "--url", api.url)
        api.send()
        outcome = cli("advance", "1m", "--limit", "3", "--url", api.url)

    lines = outcome.out.splitlines()
    assert outcome.code == 0
    assert lines[0] == "2030-01-01 00:00:00  status     sms text to 447700900123 is submitted"
    assert lines[3].startswith("and 3 more: GET /_mock/journal?after=")
    assert lines[-1] == "account mockkey1: 2030-01-01 00:00:00 to 2030-01-01 00:01:00; 4 attempt, 2 status"


def test_advance_of_an_idle_account_says_so(cli: Cli, open_server: OpenServer) -> None:
    with open_server(clock="manual") as api:
        plain = cli("advance", "90", "--url", api.url)
        data = cli("advance", "1h", "--json", "--account", "mockkey1", "--url", api.url)

    assert plain.out.endswith("; nothing was due\n")
    assert (data.json["total"], data.json["entries"]) == (0, [])


def test_advance_of_a_real_clock_says_how_to_set_it(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        outcome = cli("advance", "24h", "--url", api.url)

    assert outcome.code == 2
    assert "only a manual clock can be advanced" in outcome.err
    assert "`mockserver clock manual`" in outcome.err


def test_tail_tells_the_date_where_the_clock_is_no_real_one(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        cli("clock", "manual", "--at", "2030-01-01T00:00:00Z", "--url", api.url)
        api.send()
        outcome = cli("tail", "--once", "--url", api.url)

    assert outcome.out.startswith("2030-01-01 00:00:00  request    POST /v0.1/messages 202")


def test_tail_shows_what_tells_of_something_that_fits(cli: Cli, open_server: OpenServer) -> None:
    with open_server(submitted_after_s=3600, delivered_after_s=3600) as api:
        api.send(to="447700900123")
        api.send(to="33612345678")
        outcome = cli("tail", "--once", "to:336*", "--url", api.url)

    assert [line.split(" sms ")[1].split(" [")[0] for line in outcome.out.splitlines()] == ["text to 33612345678"]
