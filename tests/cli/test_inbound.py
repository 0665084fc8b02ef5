"""``mockserver inbound``: what arrives, and what the receiver made of it."""

import json

import pytest

from mockserver.cli.inbound import CHANNELS, KINDS
from mockserver.contract.specs import load_specs
from tests.cli.conftest import Cli, OpenServer, Sink


def test_inbound_delivers_and_tells_the_answer(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url) as api:
        outcome = cli(
            *("inbound", "whatsapp", "text", "--from", "447700900001", "--to", "447700900002"),
            *("--text", "Is my table ready?", "--server", api.url),
        )

    (webhook,) = sink.got
    assert ("447700900001", "447700900002", "Is my table ready?") == (
        webhook["from"],
        webhook["to"],
        webhook["text"],
    )
    assert (0, "") == (outcome.code, outcome.err)
    start = f"whatsapp text {webhook['message_uuid']} (v1): {sink.url} answered 204 in "
    assert outcome.out.startswith(start)


def test_inbound_arrives_in_the_version_it_is_told(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url) as api:
        outcome = cli("inbound", "whatsapp", "text", "--text", "Hi", "--version", "v0.1", "--server", api.url)

    (webhook,) = sink.got
    assert {"type": "text", "text": "Hi"} == webhook["message"]["content"]
    assert outcome.out.startswith(f"whatsapp text {webhook['message_uuid']} (v0.1): ")


def test_inbound_arrives_in_the_version_of_the_last_message_if_told_none(
    cli: Cli, open_server: OpenServer, sink: Sink
) -> None:
    with open_server(inbound_url=sink.url) as api:
        api.send()
        outcome = cli("inbound", "sms", "text", "--json", "--server", api.url)

    assert ("v0.1", sink.got[0]) == (outcome.json["version"], outcome.json["body"])


def test_inbound_takes_numbers_objects_and_lists_as_json(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    context = {"message_uuid": "2f7c9b10-4d3e-4a61-b8f5-6a0c1e9d7b32", "message_from": "447700900002"}
    contacts = [{"name": {"formatted_name": "Ida Bo"}}]
    with open_server(inbound_url=sink.url) as api:
        place = ("--set", "lat=51.5", "--set", "long=-0.1", "--set", "name=51")
        cli("inbound", "whatsapp", "location", *place, "--server", api.url)
        cli("inbound", "whatsapp", "text", "--set", f"context={json.dumps(context)}", "--server", api.url)
        cli("inbound", "whatsapp", "contacts", "--set", f"contacts={json.dumps(contacts)}", "--server", api.url)

    first, second, third = sink.got
    assert {"lat": 51.5, "long": -0.1, "name": "51"} == first["location"]
    assert ("available", context) == (second["context_status"], second["context"])
    assert contacts == third["contacts"]


def test_inbound_knows_every_channel_and_kind_that_can_come_in() -> None:
    capabilities = load_specs().capabilities
    kinds = {row.kind for row in capabilities.rows if row.direction == "inbound" and row.is_supported}

    assert (set(CHANNELS), set(KINDS)) == (set(capabilities.channels), kinds)
    assert (len(set(CHANNELS)), len(set(KINDS))) == (len(CHANNELS), len(KINDS))


def test_inbound_refuses_a_version_there_is_none_of(cli: Cli) -> None:
    outcome = cli("inbound", "sms", "text", "--version", "v2")

    assert (2, "") == (outcome.code, outcome.out)
    assert all(each in outcome.err for each in ("--version", "v0.1", "v1"))


def test_inbound_takes_url_caption_and_further_members(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url) as api:
        picture = ("--url", "http://127.0.0.1/cat.jpg", "--caption", "A cat")
        old = ("--version", "v0.1")
        cli("inbound", "whatsapp", "image", *picture, *old, MESSAGES_MOCKSERVER_URL=api.url)
        place = ("--set", "latitude=51.5", "--set", "longitude=-0.1", "--set", "name=a=b")
        cli("inbound", "whatsapp", "location", *place, *old, MESSAGES_MOCKSERVER_URL=api.url)

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
        (("mms", "location"), "location cannot come in on mms: the channel itself cannot"),
        (("mms", "video", "--version", "v0.1"), 'in v0.1: text, image. Say "version": "v1" for it.'),
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
