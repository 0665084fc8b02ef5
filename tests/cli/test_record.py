"""``mockserver record``: what happened becomes a scenario file that replays it."""

import json
import shlex
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mockserver.data import bundled
from mockserver.model import Json
from mockserver.scenario.load import load_scenario
from tests.cli.conftest import PATIENCE_S, Api, Cli, OpenServer, Sink

BOOKING = f"{shlex.quote(sys.executable)} {shlex.quote(str(bundled('examples') / 'booking' / 'app.py'))}"
ORDER = {"channel": "whatsapp", "to": "447700900101", "text": "Tomorrow at ten?"}
LIVE = """\
scenario: live
vars: {sut: "http://127.0.0.1:1"}
given: {inbound_url: "${vars.sut}/webhooks/inbound", status_url: "${vars.sut}/webhooks/status"}
timeline:
  - http: {url: "${vars.sut}/remind", json: ORDER}
  - await: {deliveries: {event: delivered}, within: 5s}
  - inbound: {channel: whatsapp, kind: image, from: "447700900101", to: "447700900201", url: "${vars.sut}/a.jpg"}
    expect: {answered: 2xx}
  - inbound: {channel: whatsapp, kind: text, from: "447700900101", to: "447700900201", text: "yes"}
  - await: {deliveries: {event: delivered}, count: 2, within: 5s}
"""


def put(api: Api, path: str, body: Json) -> None:
    """Put something over the control API."""
    headers = {"Content-Type": "application/json"}
    urlopen(Request(f"{api.url}/{path}", json.dumps(body).encode(), headers, method="PUT"), timeout=PATIENCE_S).close()


def inbound(api: Api, **more: Json) -> None:
    """Let an SMS come in."""
    api.post("_mock/inbound", {"channel": "sms", "kind": "text", "from": "447700900123", "to": "447700900010", **more})


def test_a_run_of_the_booking_service_is_replayed_green_against_a_fresh_one(
    cli: Cli, open_server: OpenServer, tmp_path: Path
) -> None:
    (tmp_path / "live.yaml").write_text(LIVE.replace("ORDER", json.dumps(ORDER)), encoding="utf-8")
    with open_server(submitted_after_s=0.02, delivered_after_s=0.1) as api:
        live = cli("run", "live.yaml", "--command", BOOKING, "--url", api.url)
        ask = f"POST /remind {json.dumps(ORDER)}"
        recorded = cli("record", "--account", "run-live", "-o", "again.yaml", "--ask", ask, "--url", api.url)

    assert (0, 0, "", "") == (live.code, recorded.code, recorded.out, recorded.err), live.out
    scenario = load_scenario(tmp_path / "again.yaml")
    assert ("again", 2) == (scenario.id, len(scenario.rules))
    assert ["http", "await", "inbound", "inbound", "await"] == [
        each.verb for each in scenario.timeline if each.verb != "sleep"
    ]
    again = cli("run", "again.yaml", "--command", BOOKING)
    assert 0 == again.code, again.out


def test_the_replay_is_red_if_the_system_does_something_else(cli: Cli, open_server: OpenServer, tmp_path: Path) -> None:
    (tmp_path / "live.yaml").write_text(LIVE.replace("ORDER", json.dumps(ORDER)), encoding="utf-8")
    mutant = (
        (bundled("examples") / "booking" / "app.py").read_text(encoding="utf-8").replace("You are booked", "Booked")
    )
    (tmp_path / "mutant.py").write_text(mutant, encoding="utf-8")
    with open_server() as api:
        cli("run", "live.yaml", "--command", BOOKING, "--url", api.url)
        ask = f"POST /remind {json.dumps(ORDER)}"
        cli("record", "--account", "run-live", "-o", "again.yaml", "--ask", ask, "--url", api.url)
    text = (tmp_path / "again.yaml").read_text(encoding="utf-8").replace("within: 10s", "within: 1s")
    (tmp_path / "again.yaml").write_text(text, encoding="utf-8")

    again = cli("run", "again.yaml", "--command", f"{shlex.quote(sys.executable)} mutant.py")

    assert (1, True) == (again.code, 'text is "Booked."; expected "You are booked."' in again.out), again.out


def test_a_refusal_for_what_the_account_is_is_replayed(cli: Cli, open_server: OpenServer, tmp_path: Path) -> None:
    live = LIVE.partition("timeline:")[0].replace("given: {", 'given: {balance: "0", ')
    live += f'timeline:\n  - http: {{url: "${{vars.sut}}/remind", json: {json.dumps(ORDER)}}}\n'
    (tmp_path / "live.yaml").write_text(live, encoding="utf-8")
    with open_server() as api:
        ran = cli("run", "live.yaml", "--command", BOOKING, "--url", api.url)
        ask = f"POST /remind {json.dumps(ORDER)}"
        recorded = cli("record", "--account", "run-live", "-o", "again.yaml", "--ask", ask, "--url", api.url)

    again = cli("run", "again.yaml", "--command", BOOKING)

    assert (0, 0, 0) == (ran.code, recorded.code, again.code), again.out
    assert "rule refused-1 decided once" in again.out


def test_only_what_came_after_an_entry_is_recorded(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        api.send("before")
        cli("wait", "status:delivered", "--url", api.url)
        last = cli("tail", "--once", "--json", "--url", api.url).out.splitlines()[-1]
        api.send("after")
        outcome = cli("record", "--since", str(json.loads(last)["id"]), "--url", api.url)

    assert 0 == outcome.code
    assert ("text: after" in outcome.out, "before" in outcome.out) == (True, False)


def test_what_users_sent_and_how_it_was_answered_is_recorded(cli: Cli, open_server: OpenServer, sink: Sink) -> None:
    with open_server(inbound_url=sink.url) as api:
        sink.status = 503
        inbound(api, text="is it ${open}?")
        cli("wait", "event:inbound", "attempts:1", "--what", "deliveries", "--url", api.url)
        outcome = cli("record", "--url", api.url, "--name", "17 Odd names!")

    assert 0 == outcome.code
    assert "scenario: Odd-names-\n" in outcome.out
    assert f"sut: {json.dumps(sink.url.rpartition('/')[0])}" in outcome.out
    assert 'text: "is it $${open}?"}\n    expect: {answered: 503}' in outcome.out


def test_a_refusal_for_what_the_account_is_is_recorded_and_a_fault_is_only_mentioned(
    cli: Cli, open_server: OpenServer
) -> None:
    with open_server() as api:
        put(api, "_mock/accounts/mockkey1", {"provider": {"balance": "0"}})
        with pytest.raises(HTTPError):
            api.send()
        cli("faults", "add", "answers", "status", "--set", "problem=throttled", "--next", "1", "--url", api.url)
        with pytest.raises(HTTPError):
            api.send()
        outcome = cli("record", "--url", api.url)

    assert 0 == outcome.code, outcome.err
    assert 1 == outcome.out.count("  - id: ")
    assert "# 1 requests met a fault on purpose; they are not replayed." in outcome.out


def test_a_status_that_cannot_be_replayed_is_told_of(cli: Cli, open_server: OpenServer) -> None:
    with open_server(submitted_after_s=3600, delivered_after_s=3600) as api:
        uuid = api.send()
        api.post(f"_mock/messages/{uuid}/status", {"status": "read", "force": True})
        outcome = cli("record", "-o", "odd.yaml", "--url", api.url)

    assert (1, True) == (outcome.code, outcome.err.startswith("mockserver: odd.yaml:")), outcome.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--ask", "remind"), '--ask: "remind" is no request.'),
        (("--ask", "POST remind"), '--ask: "POST remind" is no request.'),
        (("-o", "gone/x.yaml"), "--output: "),
    ],
)
def test_wrong_use_is_told_in_a_sentence(cli: Cli, open_server: OpenServer, words: tuple[str, ...], said: str) -> None:
    with open_server() as api:
        api.send()
        outcome = cli("record", *words, "--url", api.url)

    assert (2, True) == (outcome.code, outcome.err.startswith(f"mockserver: {said}")), outcome.err


def test_an_account_in_which_nothing_happened_cannot_be_recorded(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        outcome = cli("record", "--url", api.url)

    assert (2, "mockserver: nothing was sent and nothing arrived.") == (outcome.code, outcome.err[:49])
