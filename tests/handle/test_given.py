"""Arguments of a wrong type: each is told by its name, what was found and what is expected."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from mockserver.errors import MockServerError, UsageError
from mockserver.handle import MockServer
from mockserver.model import Account, Application
from mockserver.settings import Settings
from tests.handle.sending import sent_by

_SECONDS: Final = 'expected seconds, 0 or more, or a text such as "5s" or "24h"'
WRONG: Final[dict[str, tuple[Callable[[Any], object], str]]] = {
    "within_s text": (lambda mock: mock.wait_for(within_s="5 parsecs"), f"within_s is '5 parsecs', {_SECONDS}"),
    "within_s list": (lambda mock: mock.assert_sent(within_s=[5]), f"within_s is [5], {_SECONDS}"),
    "within_s negative": (lambda mock: mock.webhooks.assert_none(within_s=-1), f"within_s is -1, {_SECONDS}"),
    "within_s flag": (lambda mock: mock.settle(within_s=True), f"within_s is True, {_SECONDS}"),
    "count": (lambda mock: mock.assert_sent(count="2"), "count is '2', expected a whole number, 0 or more"),
    "count of webhooks": (lambda mock: mock.webhooks.assert_sent(count=-1), "count is -1, expected a whole number, 0"),
    "search": (lambda mock: mock.sent({"channel": "sms"}), "the search is {'channel': 'sms'}, expected a text such as"),
    "term": (lambda mock: mock.sent(text=lambda text: text), "text is <function"),
    "bytes": (lambda mock: mock.sent(text=b"Hi"), "text is b'Hi', expected a value, a list of some, a pattern"),
    "message": (lambda mock: mock.message(5), "5 names no message"),
    "channel": (lambda mock: mock.inbound(5), 'channel is 5, expected a text such as "sms"'),
    "kind": (lambda mock: mock.inbound("sms", ["text"]), "kind is ['text'], expected a text such as"),
    "from_": (lambda mock: mock.inbound("sms", from_=447700900101), "from_ is 447700900101, expected a text such as"),
    "content": (lambda mock: mock.inbound("sms", text=object()), "text is <object object"),
    "reply": (lambda mock: mock.reply(None), "None names no message"),
    "status": (lambda mock: mock.status("x", 5), 'status is 5, expected a text such as "delivered"'),
    "code": (lambda mock: mock.status("x", "rejected", code="1300"), "code is '1300', expected a whole number"),
    "force": (lambda mock: mock.status("x", "read", force="yes"), "force is 'yes', expected True or False"),
    "scenario": (lambda mock: mock.scenario(5), "the path of a scenario is 5, expected the path of a file"),
    "sets": (lambda mock: mock.scenario(__file__, n=[1]), "n is [1], expected the text of a variable's value"),
    "journal": (lambda mock: mock.journal(limit="5"), "limit is '5', expected a whole number, 1 or more"),
    "filter": (lambda mock: mock.journal(kind={"a": 1}), "kind is {'a': 1}, expected a text, a number or a list"),
    "explain": (lambda mock: mock.explain({}, version=1), 'version is 1, expected a text such as "v1"'),
    "body": (lambda mock: mock.explain(object()), "the body is <object object"),
    "reset": (lambda mock: mock.reset(5), 'what is 5, expected a text such as "journal"'),
    "ask": (lambda mock: mock.ask("GET", 5), "path is 5, expected a text such as"),
    "account": (lambda mock: mock.account(5), "name is 5, expected a text such as the API key of an account"),
    "keys": (
        lambda mock: mock.new_account(keys="pem"),
        "keys is 'pem', expected a KeyPair. Make one by KeyPair.new().",
    ),
    "member": (lambda mock: mock.new_account(status_url=object()), "status_url is <object object"),
    "configure": (lambda mock: mock.configure(senders=object()), "senders is <object object"),
    "at": (lambda mock: mock.clock.freeze(5), 'at is 5, expected a text such as "2026-05-04T12:00:00Z"'),
    "by": (lambda mock: mock.clock.advance("a day"), f"by is 'a day', {_SECONDS}"),
    "mode": (lambda mock: mock.clock.set(60), 'mode is 60, expected a text such as "real", "manual" or "60x"'),
    "fault on": (lambda mock: mock.faults.add(5, "drop"), "on is 5, expected a text such as"),
    "fault do": (lambda mock: mock.faults.add("webhooks", None), "do is None, expected a text such as"),
    "fault": (
        lambda mock: mock.faults.remove(None),
        "the fault is None, expected an id, or what faults.add() returned",
    ),
    "webhook": (lambda mock: mock.webhooks.redeliver({}), "the webhook is {}, expected an id, or what webhooks.list()"),
    "step": (
        lambda mock: mock.rules.when().then(5),
        'a step is 5, expected a status such as "delivered", or a mapping',
    ),
    "answer": (lambda mock: mock.rules.when().respond(503), "503 is no answer by itself. Write respond("),
    "used": (lambda mock: mock.rules.when().respond().assert_used("1"), "count is '1', expected a whole number"),
    "matcher": (lambda mock: mock.rules.when(5), "the search is 5, expected a text such as"),
    "env": (lambda mock: mock.env(5), 'client is 5, expected a text such as "python"'),
    "jwt": (lambda mock: mock.jwt(lives_s="long"), f"lives_s is 'long', {_SECONDS}"),
    "claim": (lambda mock: mock.jwt(sub=object()), "sub is <object object"),
    "settings": (lambda mock: mock.serving({"port": 0}), "settings is {'port': 0}, expected Settings. Write Settings("),
    "accounts": (lambda mock: mock.serving(accounts=["a"]), "accounts[0] is 'a', expected Account, such as"),
    "one account": (lambda mock: mock.serving(accounts=5), "accounts is 5, expected a list of Account"),
    "key": (lambda mock: mock.in_process(account=5), "account is 5, expected a text such as the API key"),
    "sut": (lambda mock: mock.in_process(sut=5), "sut is 5, expected an ASGI application. Give the application itself"),
    "lifespan": (lambda mock: mock.in_process(lifespan="auto"), "lifespan is 'auto', expected True or False"),
    "url": (lambda mock: mock.connect(7670), "url is 7670, expected a text such as http://127.0.0.1:7670"),
    "tls_url": (lambda mock: mock.connect(mock.url, tls_url=7671), "tls_url is 7671, expected a text such as"),
    "ca_file": (lambda mock: mock.connect(mock.url, ca_file=5), "ca_file is 5, expected the path of a file"),
}


@pytest.mark.parametrize(("call", "says"), WRONG.values(), ids=WRONG)
def test_argument_of_a_wrong_type_is_told(mock: MockServer, call: Callable[[Any], object], says: str) -> None:
    with pytest.raises(UsageError, match="^.*" + re.escape(says)):
        call(mock)


def test_durations_are_read_as_the_control_api_reads_them(mock: MockServer) -> None:
    uuid = sent_by(mock)

    assert mock.wait_for(within_s="5s").uuid == uuid
    assert mock.wait_for(within_s=timedelta(seconds=5)).uuid == uuid
    mock.settle("1s")
    mock.clock.freeze(datetime(2026, 5, 4, 12, tzinfo=UTC))
    mock.clock.advance(timedelta(hours=1))
    assert mock.clock.read()["at"].startswith("2026-05-04T13:00:00")


def test_parts_to_forget_may_be_listed(mock: MockServer) -> None:
    sent_by(mock)

    mock.reset(["journal", "messages"])

    assert ([], []) == (mock.journal(), mock.sent())


ACCOUNTS: Final = {
    "url": ([Account("a", status_url="localhost")], 'status_url is "localhost", expected an absolute http'),
    "twice": ([Account("a"), Account("a")], 'accounts[1].api_key is "a", as that of another. Remove one.'),
    "empty": ([Account("")], "accounts[0]: api_key is empty."),
    "application": (
        [Account("a", applications=(Application("x"),)), Account("b", applications=(Application("x"),))],
        "which belongs to account a already",
    ),
    "type": ([Account("a", secrets="abc")], "secrets is"),  # type: ignore[arg-type]  # what is tested
    "key": ([Account("a", applications=(Application("x", public_key="PEM"),))], "is not the PEM of a public key"),
}


@pytest.mark.parametrize(("accounts", "says"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_accounts_made_in_python_are_checked_as_those_of_a_file(accounts: list[Account], says: str) -> None:
    with (
        pytest.raises(MockServerError, match=re.escape(says)),
        MockServer.in_process(Settings(tls=False), accounts),
    ):
        pass  # pragma: no cover, it does not start
