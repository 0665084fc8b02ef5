"""``mockserver inbound``: what arrives, and what the receiver made of it."""

import pytest

from tests.cli.conftest import Cli, OpenServer, Sink


def test_inbound_delivers_and_tells_the_answer(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url) as api:
        outcome = cli(
            *("inbound", "whatsapp", "text", "--from", "447700900001", "--to", "447700900002"),
            *("--text", "Is my table ready?", "--server", api.url),
        )

    (webhook,) = sink.got
    assert ("447700900001", "447700900002", "Is my table ready?") == (
        webhook["from"]["number"],
        webhook["to"]["number"],
        webhook["message"]["content"]["text"],
    )
    assert (0, "") == (outcome.code, outcome.err)
    start = f"whatsapp text {webhook['message_uuid']}: {sink.url} answered 204 in "
    assert outcome.out.startswith(start)


def test_inbound_takes_url_caption_and_further_members(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url) as api:
        picture = ("--url", "http://127.0.0.1/cat.jpg", "--caption", "A cat")
        cli("inbound", "whatsapp", "image", *picture, MESSAGES_MOCKSERVER_URL=api.url)
        place = ("--set", "latitude=51.5", "--set", "longitude=-0.1", "--set", "name=a=b")
        cli("inbound", "whatsapp", "location", *place, MESSAGES_MOCKSERVER_URL=api.url)

    assert [
        {"type": "image", "image": {"url": "http://127.0.0.1/cat.jpg", "caption": "A cat"}},
        {"type": "location", "location": {"latitude": "51.5", "longitude": "-0.1", "name": "a=b"}},
    ] == [each["message"]["content"] for each in sink.got]


def test_inbound_prints_the_webhook_and_the_attempt_as_json(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url) as api:
        outcome = cli("inbound", "viber", "text", "--json", "--server", api.url)

    printed = outcome.json
    assert (sink.got[0], sink.url, 1, 204) == (
        printed["body"],
        printed["url"],
        printed["attempt"]["number"],
        printed["attempt"]["status"],
    )


def test_inbound_ends_with_1_if_the_receiver_does_not_acknowledge(
    cli: Cli, open_server: OpenServer, sink: Sink
) -> None:
    sink.status = 500
    with open_server(inbound_url=sink.url, shutdown_grace_s=0) as api:
        outcome = cli("inbound", "mms", "text", "--server", api.url)

    assert (1, True, True) == (
        outcome.code,
        f"{sink.url} answered 500 in " in outcome.out,
        outcome.out.endswith(" ms; it is tried again\n"),
    )


def test_inbound_ends_with_1_if_nobody_listens(cli: Cli, open_server: OpenServer) -> None:
    with open_server(inbound_url="http://127.0.0.1:9/in", shutdown_grace_s=0) as api:
        outcome = cli("inbound", "mms", "text", "--server", api.url)

    assert (1, True) == (outcome.code, "http://127.0.0.1:9/in could not be reached (" in outcome.out)


def test_inbound_ends_with_1_and_says_what_to_do_without_a_url(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        outcome = cli("inbound", "mms", "text", "--server", api.url)

    assert 1 == outcome.code
    assert outcome.out.endswith(
        "sent nowhere, for there is no inbound URL. Give one: mockserver serve --inbound-url URL\n"
    )


def test_inbound_does_not_wait_if_told_so(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url) as api:
        outcome = cli("inbound", "mms", "text", "--wait", "0", "--server", api.url)

    assert 0 == outcome.code
    assert outcome.out.endswith(f"not sent to {sink.url} yet; `mockserver tail` shows when it is\n")


def test_inbound_ends_with_1_if_the_answer_takes_too_long(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with sink.holding(), open_server(inbound_url=sink.url) as api:
        outcome = cli("inbound", "mms", "text", "--wait", "1", "--server", api.url)

    assert (1, True) == (outcome.code, f"not sent to {sink.url} yet" in outcome.out)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("mms", "video"), "video cannot come in on mms: the channel itself cannot"),
        (("wotsapp", "text"), "Did you mean whatsapp?"),
        (("mms", "txt"), "Did you mean text?"),
        (("mms", "text", "--set", "colour=red"), "colour is no member of mms text"),
    ],
)
def test_inbound_refuses_what_cannot_come_in(
    argv: tuple[str, ...], words: str, cli: Cli, open_server: OpenServer
) -> None:
    with open_server() as api:
        outcome = cli("inbound", *argv, "--server", api.url)

    assert (2, "") == (outcome.code, outcome.out)
    assert outcome.err.startswith("mockserver: ")
    assert words in outcome.err


def test_inbound_refuses_a_member_without_a_value(cli: Cli) -> None:
    outcome = cli("inbound", "mms", "text", "--set", "colour")

    expected = 'mockserver: --set: "colour" has no equals sign. Write it like name=value.\n'
    assert (2, expected) == (outcome.code, outcome.err)


def test_inbound_reaches_another_account(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url) as api:
        api.send(key="other123")
        cli("inbound", "sms", "text", "--account", "other123", "--server", api.url)
        listed = cli("messages", "direction:inbound", "--account", "other123", "--json", "--url", api.url)

    assert ["447700900123"] == [each["from"] for each in listed.json["messages"]]
