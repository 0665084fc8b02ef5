"""What a test can do and ask: each verb against a real server, its failures in the words a tester reads."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mockserver.errors import ConflictError, UsageError
from mockserver.handle import KeyPair, MockServer
from mockserver.handle.asking import Term
from tests.handle.sending import CLINIC, USER, send, sent_by

OTHER = "447700900102"


def test_sent_are_in_order(mock: MockServer) -> None:
    uuids = [sent_by(mock, text=str(number)) for number in range(60)]

    assert uuids == [each.uuid for each in mock.sent()]


@pytest.mark.parametrize(
    ("query", "terms", "texts"),
    [
        ("", {"to": USER}, ["one"]),
        ("", {"from_": CLINIC, "text": {"contains": "t"}}, ["two"]),
        ("", {"text": re.compile("^ONE", re.IGNORECASE)}, ["one"]),
        ("", {"text": ["one", "two", "three"]}, ["one", "two"]),
        ("", {"json": {"content.text": re.compile("w")}}, ["two"]),
        ("channel:sms to:*102", {}, ["two"]),
        ("channel:sms", {"to": USER}, ["one"]),
        ("", {"channel": "whatsapp"}, []),
    ],
    ids=["value", "pattern", "regex", "list", "inside", "query", "both", "none"],
)
def test_sent_finds_what_fits(mock: MockServer, query: str, terms: dict[str, Term], texts: list[str]) -> None:
    send(mock, text="one")
    send(mock, text="two", to=OTHER)

    assert texts == [each.text for each in mock.sent(query, **terms)]


def test_users_messages_are_not_sent(mock: MockServer) -> None:
    mock.inbound("sms", text="yes", from_=USER, to=CLINIC)

    assert [] == mock.sent()
    mock.assert_nothing_sent()


def test_message_tells_its_common_members(mock: MockServer) -> None:
    uuid = sent_by(mock, client_ref="order-7")
    message = mock.wait_for(status="delivered")

    assert (uuid, "sms", "text", CLINIC, USER, "Hi", "order-7", "delivered") == (
        message.uuid,
        message.channel,
        message.kind,
        message.from_,
        message.to,
        message.text,
        message.client_ref,
        message.status,
    )
    assert ["submitted", "delivered"] == message.statuses
    assert message["content"] == {"text": "Hi"}


def test_waiting_ends_with_the_first_that_fits(mock: MockServer) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(mock.wait_for, to=OTHER)
        send(mock)
        uuid = sent_by(mock, to=OTHER)

        assert uuid == waiting.result().uuid


def test_assert_sent_returns_what_fits(mock: MockServer) -> None:
    uuids = [sent_by(mock), sent_by(mock)]
    send(mock, to=OTHER)

    assert uuids == [each.uuid for each in mock.assert_sent(to=USER, count=2)]
    assert 3 == len(mock.assert_sent())


FAILURES: dict[str, tuple[Callable[[MockServer], object], list[str]]] = {
    "missing": (
        lambda mock: mock.assert_sent(channel="sms", text={"contains": "order"}),
        [
            'Messages sent with channel "sms"; text something that contains "order": expected at least 1, found none.',
            "",
            "Nearest:",
            "  sms text from 447700900010 to 447700900101 is accepted: Hi  [UUID]",
            '    text is "Hi"; expected something that contains "order"',
            "",
            "Refused, and so not sent:",
            "  POST /v1/messages was answered 422 (journal entry N)",
            '    `to` is "+44"; expected a phone number: digits only, ...',
        ],
    ),
    "too many": (
        lambda mock: mock.assert_nothing_sent(),
        [
            "Messages sent: expected none, found 1.",
            "",
            "These fit:",
            "  sms text from 447700900010 to 447700900101 is accepted: Hi  [UUID]",
        ],
    ),
    "too few": (
        lambda mock: mock.assert_sent(count=2, to=USER),
        [
            'Messages sent with to "447700900101": expected exactly 2, found 1.',
            "",
            "These fit:",
            "  sms text from 447700900010 to 447700900101 is accepted: Hi  [UUID]",
            "",
            "Refused, and so not sent:",
            "  POST /v1/messages was answered 422 (journal entry N)",
            '    `to` is "+44"; expected a phone number: digits only, ...',
        ],
    ),
    "too late": (
        lambda mock: mock.wait_for(to=OTHER, within_s=0.1),
        [
            'Messages sent with to "447700900102": expected at least 1, found none within 0.1 s.',
            "",
            "Nearest:",
            "  sms text from 447700900010 to 447700900101 is accepted: Hi  [UUID]",
            '    to is "447700900101"; expected "447700900102"',
            "",
            "Refused, and so not sent:",
            "  POST /v1/messages was answered 422 (journal entry N)",
            '    `to` is "+44"; expected a phone number: digits only, ...',
        ],
    ),
    "webhook": (
        lambda mock: mock.webhooks.assert_sent(event="inbound"),
        [
            'Webhooks with event "inbound": expected at least 1, found none.',
            "",
            "Nothing of the sort came to account KEY at all.",
        ],
    ),
    "dropped webhook": (
        lambda mock: (mock.inbound("sms", text="yes"), mock.webhooks.assert_sent()),
        [
            "Webhooks: expected at least 1, found none.",
            "",
            "Nearest:",
            "  inbound webhook to nowhere is dropped after 0 tries  [UUID]",
            "    attempts is 0; expected at least 1",
            "",
            "1 was dropped as no inbound_url is set: configure(inbound_url=...) sets one",
        ],
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_failure_says_what_was_found_and_what_came_near(mock: MockServer, name: str) -> None:
    verb, expected = FAILURES[name]
    mock.clock.freeze()
    send(mock)
    send(mock, to="+44")

    with pytest.raises(AssertionError) as error:
        verb(mock)

    said = str(error.value).partition("\n\nLooked at")[0].replace(mock.api_key, "KEY")
    for pattern, plain in ((r"[0-9a-f-]{36}", "UUID"), (r"entry \d+", "entry N"), (r"(digits only, ).*", r"\1...")):
        said = re.sub(pattern, plain, said)
    assert expected == said.splitlines()


def test_failure_names_other_accounts_with_traffic(mock: MockServer, server: MockServer) -> None:
    other = server.new_account()
    send(other)

    with pytest.raises(AssertionError) as error:
        mock.assert_sent()

    other.forget()
    assert f"Nothing of the sort came to account {mock.api_key} at all." in str(error.value)
    assert re.search(f"other accounts with traffic: .*{other.api_key}", str(error.value))


def test_failure_does_not_name_accounts_of_earlier_tests(server: MockServer) -> None:
    earlier = server.new_account()
    send(earlier)
    mock, cleared = server.new_account(), server.new_account()
    later = server.new_account()
    send(later)
    cleared.reset()

    with pytest.raises(AssertionError) as error:
        mock.assert_sent()
    with pytest.raises(AssertionError) as none:
        cleared.assert_sent()

    for each in (earlier, later, mock, cleared):
        each.forget()
    assert f"other accounts with traffic: {later.api_key}.\nWas it sent with another key?" in str(error.value)
    assert "other accounts" not in str(none.value)


def test_webhooks_without_a_url_were_not_sent(mock: MockServer) -> None:
    sent_by(mock)
    mock.wait_for(status="delivered")

    mock.webhooks.assert_none()
    with pytest.raises(AssertionError, match=r"2 were dropped as no status_url is set: configure\(status_url="):
        mock.webhooks.assert_sent(count=2)
    assert 2 == len(mock.webhooks.assert_sent(state="dropped"))
    assert 2 == len(mock.webhooks.list())


def test_webhooks_dropped_on_purpose_were_not_sent(mock: MockServer) -> None:
    mock.configure(status_url="http://127.0.0.1:9/status")
    mock.faults.add("webhooks", "drop")
    sent_by(mock)
    mock.wait_for(status="delivered")

    with pytest.raises(AssertionError, match="2 were dropped on purpose, by a fault"):
        mock.webhooks.assert_sent()


def test_webhook_that_was_tried_in_vain_was_sent(mock: MockServer) -> None:
    mock.configure(status_url="http://127.0.0.1:9/status")
    sent_by(mock)

    found = mock.webhooks.assert_sent(within_s=5)

    assert [1] == [len(each["attempts"]) for each in found]


MISTAKES: dict[str, tuple[Callable[[MockServer], object], str]] = {
    "field": (
        lambda mock: mock.assert_sent(chanel="sms"),
        "messages.chanel: chanel is no field of messages. Did you m",
    ),
    "word": (
        lambda mock: mock.assert_nothing_sent(channel="smss"),
        'messages.channel: channel is "smss", which it can never be. Did you mean sms?',
    ),
    "sent": (
        lambda mock: mock.sent(chanel="sms"),
        "messages.chanel: chanel is no field of messages. Did you mean chan",
    ),
    "status": (lambda mock: mock.status(sent_by(mock), "rread"), "status is 'rread'. Did you mean read?"),
    "message": (
        lambda mock: mock.status({"uuid": "x"}, "read"),
        "{'uuid': 'x'} names no message. Give one of sent(), ",
    ),
    "channel": (lambda mock: mock.inbound("smms"), "channel is 'smms'. Did you mean sms?"),
    "fault": (lambda mock: mock.faults.add("webhook", "drop"), 'on is "webhook". Did you mean webhooks?'),
    "kind": (
        lambda mock: mock.assert_nothing_sent(kind="txt"),
        'messages.kind: kind is "txt", which it can never be. Did you mean text?',
    ),
    "searched channel": (
        lambda mock: mock.assert_sent("channel:smss", count=0),
        'messages.q: channel is "smss", which it can never be. Did you mean sms?',
    ),
    "searched webhook": (
        lambda mock: mock.webhooks.assert_none("event:inbund"),
        'deliveries.q: event is "inbund", which it can never be. Did you mean inbound?',
    ),
    "channel of a fault": (
        lambda mock: mock.faults.add("webhooks", "drop", when={"channel": "smss"}),
        'when: channel is "smss", which it can never be. Did you mean sms?',
    ),
    "advance": (
        lambda mock: mock.clock.advance("1h"),
        "the clock of account KEY runs by itself; only a manual clock can be advanced. Stop it first: clock.freeze().",
    ),
    "scenario": (
        lambda mock: mock.scenario("nowhere.yaml"),
        f"nowhere.yaml: it cannot be read: No such file or directory. Looked for in {Path.cwd()}.",
    ),
    "reset": (lambda mock: mock.reset("jjournal"), "what is 'jjournal'. Did you mean journal?"),
    "app": (lambda mock: mock.app, "This server has no application to call. Use its url, or in_process()."),
    "client": (lambda mock: mock.env("pythonn"), 'There is no client "pythonn". Did you mean python?'),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_of_the_tester_is_told_with_its_mending(mock: MockServer, name: str) -> None:
    verb, said = MISTAKES[name]

    with pytest.raises(UsageError) as error:
        verb(mock)

    assert said in str(error.value).replace(mock.api_key, "KEY")


def test_inbound_and_reply_swap_the_parties(mock: MockServer) -> None:
    uuid = sent_by(mock)

    replies = [mock.reply(uuid, "yes"), mock.reply(mock.message(uuid), kind="text", text="no")]

    told = [(each["body"]["from"], each["body"]["to"], each["body"]["text"]) for each in replies]
    assert [(USER, CLINIC, "yes"), (USER, CLINIC, "no")] == told


def test_message_can_be_moved(mock: MockServer) -> None:
    mock.clock.freeze()
    uuid = sent_by(mock)

    assert "submitted" == mock.status(uuid, "submitted").status
    moved = mock.status({"message_uuid": uuid}, "rejected", code=1300)

    assert (["submitted", "rejected"], 1300) == (moved.statuses, moved["statuses"][-1]["error"]["code"])


def test_move_that_cannot_be_needs_force(mock: MockServer) -> None:
    message = mock.status(sent_by(mock), "delivered")

    with pytest.raises(ConflictError):
        mock.status(message, "submitted")
    assert "submitted" == mock.status(message, "submitted", force=True).status


def test_clock_is_frozen_advanced_and_let_go(mock: MockServer) -> None:
    assert "2030-01-01T00:00:00.000Z" == mock.clock.freeze("2030-01-01T00:00:00Z")["at"]
    send(mock)
    assert "accepted" == mock.sent()[0].status

    assert {"status": 2, "dropped": 2} == mock.clock.advance("1h")["counts"]
    assert ("delivered", "2030-01-01T01:00:00.000Z") == (mock.sent()[0].status, mock.clock.read()["at"])
    assert ["60x", "real"] == [mock.clock.set("60x")["mode"], mock.clock.real()["mode"]]


def test_settle_waits_for_what_is_due_soon(mock: MockServer) -> None:
    uuids = [sent_by(mock) for _ in range(3)]

    mock.settle()

    assert ["delivered"] * 3 == [mock.message(uuid).status for uuid in uuids]


def test_settle_by_a_frozen_clock_moves_nothing(mock: MockServer) -> None:
    mock.clock.freeze()
    uuid = sent_by(mock)
    mock.clock.advance(0)

    mock.settle()

    assert "submitted" == mock.message(uuid).status


def test_faults_are_added_listed_and_mended(mock: MockServer) -> None:
    fault = mock.faults.add("answers", "status", status=503, next=1)
    assert [503, 202] == [send(mock)[0], send(mock)[0]]
    other = mock.faults.add("webhooks", "drop")
    assert [1, 0] == [each["hits"] for each in mock.faults.list()]

    mock.faults.remove(fault)
    assert [other["id"]] == [each["id"] for each in mock.faults.list()]
    mock.faults.clear()
    assert [] == mock.faults.list()


def test_webhooks_can_be_listed_awaited_and_sent_again(mock: MockServer) -> None:
    mock.configure(status_url="http://127.0.0.1:9/status")
    uuid = sent_by(mock)

    first = mock.webhooks.wait_for(status="submitted", message=uuid)
    mock.webhooks.wait_for(status="submitted", attempts={"at_least": 1})
    mock.webhooks.redeliver(first)
    mock.webhooks.wait_for(status="submitted", attempts={"at_least": 2})
    mock.webhooks.assert_none(event="inbound")

    assert uuid == mock.webhooks.list(status="submitted")[0]["message_uuid"]
    with pytest.raises(AssertionError, match=r"Webhooks with .*acknowledged true: expected at least 1, found none"):
        mock.webhooks.assert_acknowledged(within_s=0)


def test_webhooks_are_held_back_and_let_go_in_order(mock: MockServer) -> None:
    mock.configure(status_url="http://127.0.0.1:9/status")
    mock.webhooks.pause()
    sent_by(mock)
    mock.wait_for(status="delivered")

    mock.webhooks.assert_none(attempts={"at_least": 1})
    held = mock.webhooks.pause()
    sent = mock.webhooks.resume()

    assert (2, 2) == (held, sent)
    mock.webhooks.wait_for(status="submitted", attempts={"at_least": 1})


def test_violations_and_findings_are_told_and_noted(mock: MockServer) -> None:
    send(mock, to="+44")
    send(mock, colour="red")

    assert [("to", "pattern")] == [(each["name"], each["rule"]) for each in mock.violations()]
    assert 1 == len(mock.looked)
    assert ["colour"] == [each["name"] for each in mock.findings()]
    assert {each["id"] for each in mock.journal(kind="request") if each["request"]["violations"]} <= mock.looked
    assert 2 == len(mock.aio.looked)


def test_timeline_reads_from_top_to_bottom(mock: MockServer) -> None:
    send(mock)
    send(mock, to="+44")

    lines = [line.split(maxsplit=2)[2] for line in mock.timeline().splitlines() if " request " in line]
    assert ["POST /v1/messages 202 sms text to", 'POST /v1/messages 422 `to` is "+4'] == [line[:33] for line in lines]


@pytest.mark.parametrize(("method", "valid"), [(None, False), ("PATCH", True)])
def test_explain_judges_without_sending(mock: MockServer, method: str | None, valid: bool) -> None:
    verdict = mock.explain({"status": "revoked"}, method=method)

    assert valid is verdict["valid"]
    assert [] == mock.journal()


def test_reset_forgets_all_of_the_account_and_nothing_else(mock: MockServer, server: MockServer) -> None:
    other = server.new_account()
    rule = mock.rules.when(channel="sms").respond(problem="throttled")
    send(mock)
    send(other)

    mock.reset()

    assert 202 == send(mock)[0]
    assert ([], 1, 1) == (
        [each for each in mock.journal() if each["kind"] == "scenario"],
        len(mock.sent()),
        len(other.sent()),
    )
    with pytest.raises(UsageError):
        rule.assert_used()
    other.forget()


def test_part_can_be_reset(mock: MockServer) -> None:
    send(mock, to="+44")
    send(mock)

    mock.reset("journal")

    assert (0, 1) == (len(mock.journal(kind="request")), len(mock.sent()))


def test_accounts_are_worlds(server: MockServer) -> None:
    one, two = server.new_account(), server.new_account(keys=KeyPair.new())
    send(one)

    assert (1, 0) == (len(one.sent()), len(two.sent()))
    assert 1 == len(two.account(one.api_key).sent())
    assert one.api_secret == two.account(one.api_key).api_secret
    assert len({one.api_key, two.api_key, server.api_key}) == 3
    assert len({one.private_key, two.private_key}) == 2
    for each in (one, two):
        each.forget()


def test_threads_share_an_account(mock: MockServer) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: send(mock)[0], range(24)))
        counts = list(pool.map(lambda _: len(mock.sent()), range(8)))

    assert ([202] * 24, [24] * 8) == (statuses, counts)


STORY = """
scenario: story
vars: {who: "1"}
rules:
  - id: busy
    when: {channel: sms, times: 1}
    respond: {problem: throttled}
verify:
  - {messages: {to: "${vars.who}"}, count: 1}
"""


@pytest.mark.parametrize(("sends", "passes"), [(2, True), (1, False)])
def test_scenario_of_a_file_holds_and_is_judged(mock: MockServer, tmp_path: Path, sends: int, passes: bool) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY, encoding="utf-8")
    story = mock.scenario(path, who=USER)

    assert [429, 202][:sends] == [send(mock)[0] for _ in range(sends)]
    assert ("running", {"busy": 1}) == (story.report()["outcome"], story.state()["decided"])
    if passes:
        story.assert_passed()
        return
    with pytest.raises(AssertionError) as error:
        story.assert_passed()
    assert str(error.value).startswith(f"scenario story failed ({path})\n  {path}:9:5: ")
    assert 'messages with to "447700900101"' in str(error.value)


def test_scenario_can_be_stopped(mock: MockServer, tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY, encoding="utf-8")

    assert "stopped" == mock.scenario(path).stop()["outcome"]
    assert 202 == send(mock)[0]


async def test_every_verb_can_be_awaited(mock: MockServer) -> None:
    aio = mock.aio
    uuid = sent_by(mock)
    await aio.settle()

    assert [uuid] == [each.uuid for each in await aio.assert_sent(status="delivered")]
    assert uuid == (await aio.wait_for(to=USER)).uuid
    assert "yes" == (await aio.reply(uuid, "yes"))["body"]["text"]
    rule = await aio.rules.when(channel="sms").respond(delay="1ms").then("submitted", "rejected")
    assert 202 == send(mock)[0]
    await rule.assert_used(1)
    await rule.remove()
    assert 202 == send(mock)[0]
    with pytest.raises(AssertionError, match="expected exactly 9, found 3"):
        await aio.assert_sent(count=9)


def test_scenario_that_is_no_text_is_told(mock: MockServer, tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_bytes(b"\xff")

    with pytest.raises(UsageError, match=r"story\.yaml: it is not UTF-8 text"):
        mock.scenario(path)


def test_broken_scenario_is_told_with_its_place(mock: MockServer, tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY.replace("channel", "chanel"), encoding="utf-8")

    with pytest.raises(UsageError, match=r"story\.yaml:6:12: .*chanel is not known\. Did you mean channel"):
        mock.scenario(path)
