"""Scenarios in an account: each verb of the timeline, each answer of a rule, what follows, reports, ends."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import jwt
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.contract.specs import Specs, load_specs
from mockserver.core.reports import Report, StepResult
from mockserver.core.scenario_values import Scenario
from mockserver.errors import ConflictError, UnknownError, UsageError
from mockserver.model import Account, Application, DeliveryState, Direction, EntryKind, Json, Message, Status
from mockserver.scenario.load import load_text
from mockserver.service.accounts import Caller, Requested
from mockserver.service.messages import Sent
from mockserver.service.plays import KEPT_LINES, Play
from tests.bodies import body_of
from tests.service.conftest import INBOUND_URL, KEY, STATUS_URL, OpenWorld, World

SPECS = load_specs()
USER = "447700900111"
"""The recipient of every SMS of ``tests.bodies``."""
LONG_S = 20
SIGNATURE_SECRET = "a-signature-secret-of-at-least-32-bytes"


def read(text: str, **overrides: str) -> Scenario:
    """Return the scenario of a text; its id is ``story`` unless it gives another."""
    return load_text(
        text if text.startswith("scenario:") else f"scenario: story\n{text}", "story.yaml", overrides, specs=SPECS
    )


async def started(world: World, text: str, key: str = KEY) -> Play:
    """Load a scenario and start it."""
    scenario = read(text)
    world.runtime.scenarios.load(key, scenario)
    return await world.runtime.scenarios.start(key, scenario.id)


async def ended(world: World, play: Play) -> Report:
    """Return the report of a scenario at its end."""
    report = await world.runtime.scenarios.wait(play.account, play.id, LONG_S)
    assert report.is_over, report
    return report


async def ran(world: World, text: str) -> Report:
    """Return the report of a scenario that needs nothing from outside."""
    async with asyncio.timeout(LONG_S):
        return await world.runtime.scenarios.run(KEY, read(text))


async def sent(world: World, key: str = KEY, request: Requested | None = None, **changes: Json) -> Sent:
    """Send an SMS; return what came of it."""
    account = await world.runtime.accounts.find(key) or await world.runtime.accounts.put(Account(key))
    caller = Caller(account, request=request)
    return await world.runtime.messages.send(caller, "sms", body_of("sms", "text", **changes))


async def text_sent(world: World, text: str, key: str = KEY) -> Sent:
    """Send an SMS of some text."""
    return await sent(world, key, message={"content": {"type": "text", "text": text}})


@dataclass
class Sut:
    """A system under test that does what a test says."""

    url: str = ""
    got: list[tuple[str, str, Json]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    answer: Callable[[], Awaitable[web.StreamResponse]] | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keep a request and answer it."""
        raw = await request.text()
        self.headers = dict(request.headers)
        self.got.append((request.method, request.path, raw))
        if self.answer is not None:
            return await self.answer()
        return web.json_response({"id": "r-1", "items": [{"n": 3}]}, status=201, headers={"X-Kind": "reminder"})


@pytest.fixture
async def sut() -> AsyncIterator[Sut]:
    """Serve a system under test on loopback."""
    sut = Sut()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", sut.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    sut.url = f"http://{host}:{port}"
    yield sut
    await runner.cleanup()


# What rules answer


async def test_without_scenarios_nobody_is_asked(world: World) -> None:
    play = await started(world, "rules: [{id: r}]")
    is_asked = world.runtime.messages.fates.director is not None

    await world.runtime.scenarios.stop(KEY, play.id)

    assert is_asked
    assert world.runtime.messages.fates.director is None


async def test_rule_without_more_leaves_the_usual_statuses(world: World) -> None:
    await started(world, "rules: [{id: r, respond: accepted}]")

    message = await world.send()
    await world.advance(10)

    assert ["submitted", "delivered"] == world.statuses(message.uuid)


async def test_statuses_that_follow_a_rule_come_at_their_times_in_place_of_the_usual_ones(world: World) -> None:
    await started(
        world, "rules: [{id: r, then: [{status: submitted, after: 1s}, {status: rejected, code: 1300, after: 5s}]}]"
    )

    message = await world.send()
    await world.advance(10)

    assert ["submitted", "rejected"] == world.statuses(message.uuid)
    moved = [round((each.at - message.at).total_seconds(), 3) for each in (await world.message(message.uuid)).moves]
    assert [1, 5] == moved


async def test_rule_with_an_empty_then_is_followed_by_nothing(world: World) -> None:
    await started(world, "rules: [{id: r, then: []}]")

    await world.send()
    await world.advance(100)

    assert [] == world.poster.posts


async def test_statuses_are_delivered_as_the_step_says(world: World) -> None:
    text = """
rules:
  - id: r
    then:
      - {status: submitted, after: 1s}
      - {status: delivered, after: 2s, deliver: {copies: 2, before: submitted}}
"""
    await started(world, text)

    message = await world.send()
    await world.advance(10)

    assert ["delivered", "delivered", "submitted"] == world.statuses(message.uuid)


@pytest.mark.parametrize(
    ("problem", "status"), [("throttled", 429), ("low_balance", 400), ("unauthorised", 401), ("internal_error", 500)]
)
async def test_rule_answers_a_problem_by_name_and_no_message_is_taken(problem: str, status: int, world: World) -> None:
    await started(world, f"rules: [{{id: r, respond: {{problem: {problem}}}}}]")

    came = await sent(world)

    assert came.message is None
    assert came.fate.problem is not None
    assert status == came.fate.problem.status
    assert "fault status (rule r)" == came.fate.problem.reason
    assert [] == [each async for each in world.runtime.store.messages(KEY)]


async def test_rule_answers_a_status_of_its_own_with_body_headers_and_delay(world: World) -> None:
    text = """
rules:
  - id: r
    capture: {who: message.to}
    respond: {status: 503, body: {sorry: "${who}"}, headers: {Retry-After: "5"}, delay: 2s}
"""
    await started(world, text)

    came = await sent(world)

    assert came.fate.problem is not None
    assert (503, {"Retry-After": "5"}) == (came.fate.problem.status, came.fate.problem.headers)
    assert came.fate.hit is not None
    assert ({"sorry": USER}, 2.0) == (came.fate.hit.fault.body, came.fate.hit.delay_s)


@pytest.mark.parametrize("fault", ["hang", "reset", "truncate", "malformed"])
async def test_rule_spoils_the_answer_to_a_message_that_is_taken(fault: str, world: World) -> None:
    await started(world, f"rules: [{{id: r, respond: {{fault: {fault}}}}}]")

    came = await sent(world)

    assert came.message is not None
    assert came.fate.hit is not None
    assert (fault, "rule r") == (came.fate.hit.fault.do, came.fate.hit.fault.id)


async def test_rule_that_only_delays_takes_the_message_and_holds_the_answer(world: World) -> None:
    await started(world, "rules: [{id: r, respond: {delay: 150ms}}]")

    came = await sent(world)

    assert came.message is not None
    assert came.fate.hit is not None
    assert ("latency", 0.15) == (came.fate.hit.fault.do, came.fate.hit.delay_s)


async def test_send_that_no_rule_takes_is_judged_as_ever(world: World) -> None:
    await started(world, "rules: [{id: mms, when: {channel: mms}, respond: {problem: throttled}}]")

    came = await sent(world, client_ref="mock:http:429")

    assert came.fate.problem is not None
    assert 429 == came.fate.problem.status
    assert "fault status (rule mms)" != came.fate.problem.reason


async def test_rule_that_leaves_the_rest_to_magic_values_is_answered_by_them(world: World) -> None:
    play = await started(world, "rules: [{id: r, capture: {who: message.to}, respond: {delay: 1s}}]")

    came = await sent(world, client_ref="mock:http:429")

    assert came.fate.problem is not None
    assert came.fate.hit is not None
    assert (429, 1.0) == (came.fate.problem.status, came.fate.hit.delay_s)
    assert {"who": USER} == world.runtime.scenarios.state(KEY, play.id).names


async def test_rule_that_says_what_follows_goes_before_magic_values(world: World) -> None:
    await started(world, "rules: [{id: r, then: [{status: submitted, after: 1s}]}]")

    came = await sent(world, client_ref="mock:http:429")

    assert came.message is not None


async def test_rules_ask_for_the_request(world: World) -> None:
    text = """
rules:
  - id: r
    when: {headers: {X-Kind: reminder}, path: /v0.1/messages, json: {"to.number": {starts_with: "44"}}}
    capture: {key: request.headers.x-kind, text: request.body.message.content.text}
"""
    play = await started(world, text)
    body = body_of("sms", "text")
    request = Requested("send", "POST", "/v0.1/messages", {"x-kind": "reminder"}, body)

    await sent(world)
    await sent(world, request=request)

    assert play.run is not None
    assert {"r": 1} == play.run.state.decided
    assert {"key": "reminder", "text": body["message"]["content"]["text"]} == play.run.state.names


# What follows a rule


async def test_user_answers_some_time_after_acceptance_with_the_parties_swapped(world: World) -> None:
    await started(world, "rules: [{id: r, then: [{inbound: {text: 'yes'}, after: 2s}]}]")
    message = await world.send()

    await world.advance(1)
    early = world.poster.bodies(INBOUND_URL)
    await world.advance(1)

    [body] = world.poster.bodies(INBOUND_URL)
    assert [] == early
    assert (USER, message.sender) == (body["from"]["number"], body["to"]["number"])
    assert "yes" == body["message"]["content"]["text"]


async def test_what_follows_may_name_what_was_captured_and_found(world: World) -> None:
    text = r"""
rules:
  - id: r
    when: {text: {matches: 'on (?P<day>\w+)'}}
    capture: {who: message.to}
    then: [{inbound: {text: "fine, ${match.day}, says ${who}"}, after: 2s}]
"""
    await started(world, text)
    await text_sent(world, "visit on monday")

    await world.advance(3)

    [body] = world.poster.bodies(INBOUND_URL)
    assert f"fine, monday, says {USER}" == body["message"]["content"]["text"]


MACHINES = 'machines: {consent: {key: "${message.to}", initial: unknown, states: [unknown, asked, confirmed]}}\n'


async def test_machines_are_set_at_once_and_later(world: World) -> None:
    text = f"{MACHINES}rules: [{{id: r, set: {{consent: asked}}, then: [{{set: {{consent: confirmed}}, after: 3s}}]}}]"
    play = await started(world, text)

    await world.send()
    at_once = world.runtime.scenarios.state(KEY, play.id).machines
    await world.advance(5)

    assert {"consent": {USER: "asked"}} == at_once
    assert {"consent": {USER: "confirmed"}} == world.runtime.scenarios.state(KEY, play.id).machines


async def test_nothing_follows_a_message_that_was_reset_away(world: World) -> None:
    play = await started(world, f"{MACHINES}rules: [{{id: r, then: [{{set: {{consent: asked}}, after: 3s}}]}}]")
    await world.send()

    await world.runtime.reset(await world.account(), "messages")
    await world.advance(5)

    assert {} == world.runtime.scenarios.state(KEY, play.id).machines


async def test_nothing_follows_once_the_scenario_stopped(world: World) -> None:
    play = await started(
        world, "rules: [{id: r, then: [{status: submitted, after: 1s}, {inbound: {text: hi}, after: 3s}]}]"
    )
    message = await world.send()

    await world.runtime.scenarios.stop(KEY, play.id)
    await world.advance(5)

    assert ["submitted"] == world.statuses(message.uuid)
    assert [] == world.poster.bodies(INBOUND_URL)


async def test_what_cannot_follow_fails_the_run_and_says_why(world: World) -> None:
    text = """
clock: manual
rules: [{id: r, then: [{inbound: {kind: image, url: "ftp://x"}, after: 1s}]}]
timeline: [{await: {rule: r}}, {advance: 5s}]
"""
    scenario = read(text.replace("kind: image, url:", "channel: whatsapp, kind: image, url:"))
    world.runtime.scenarios.load(KEY, scenario)
    play = await world.runtime.scenarios.start(KEY, scenario.id)

    await world.send()
    report = await ended(world, play)

    assert "failed" == report.outcome
    assert "rules[0].then[0] failed: such an inbound message would break the contract" in report.why


async def test_stopped_server_abandons_what_was_to_follow(world: World) -> None:
    await started(world, "rules: [{id: r, then: [{inbound: {text: hi}, after: 3s}]}]")
    message = await world.send()

    stopped = await world.runtime.stop(0)

    about = "scenario story: rules[0].then[0] abandoned, the server stopped before it"
    assert (f"message {message.uuid} of account {KEY}: {about}",) == stopped.abandoned
    assert [about] == [each.about for each in await world.entries(EntryKind.ABANDONED)]


# The timeline


async def test_await_rule_waits_for_its_decisions_and_captures_of_the_last(world: World) -> None:
    text = "rules: [{id: r}]\ntimeline: [{await: {rule: r, count: 2}, capture: {text: message.text}}]"
    play = await started(world, text)

    await text_sent(world, "one")
    assert play.is_running
    await text_sent(world, "two")
    report = await ended(world, play)

    assert "passed" == report.outcome
    assert "rule r decided 2 times" == report.steps[0].detail
    assert play.run is not None
    assert {"text": "two"} == play.run.state.names


async def test_await_rule_that_never_decides_fails_with_the_nearest_send(world: World) -> None:
    text = """
rules: [{id: r, when: {channel: sms, text: hello}}]
timeline: [{await: {rule: r, within: 100ms}}, {sleep: 1s}]
"""
    play = await started(world, text)

    await text_sent(world, "hallo")
    report = await ended(world, play)

    assert ("failed", False) == (report.outcome, report.steps[0].ok)
    assert "rule r decided on nothing within 0.1 s, not once" == report.steps[0].detail
    assert ('text is "hallo"; expected "hello"',) == report.steps[0].difference
    assert "send 1" == report.steps[0].near[0].what
    assert (True, False) == (report.steps[1].skipped, report.steps[1].ok)
    assert report.steps[0].place.startswith("story.yaml:4:")


async def test_await_rule_says_if_nothing_was_sent_at_all(world: World) -> None:
    report = await ran(world, "rules: [{id: r}]\ntimeline: [{await: {rule: r, within: 50ms}}]")

    assert ("nothing was sent",) == report.steps[0].difference


async def test_await_messages_ends_with_the_first_that_fits_and_captures_of_it(world: World) -> None:
    text = r"""
rules: [{id: r}]
timeline:
  - await: {messages: {text: {matches: 'on (?P<day>\w+)'}}}
    capture: {uuid: message.uuid, day: match.day}
"""
    play = await started(world, text)

    await text_sent(world, "nothing")
    came = await text_sent(world, "visit on friday")
    report = await ended(world, play)

    assert "passed" == report.outcome
    assert came.message is not None
    assert play.run is not None
    assert {"uuid": came.message.uuid, "day": "friday"} == play.run.state.names


async def test_await_deliveries_waits_for_webhooks(world: World) -> None:
    text = "timeline: [{await: {deliveries: {status: submitted, acknowledged: true}}, capture: {url: delivery.url}}]"
    play = await started(world, text)

    await world.send()
    await world.advance(1)
    report = await ended(world, play)

    assert "passed" == report.outcome
    assert play.run is not None
    assert {"url": STATUS_URL} == play.run.state.names


async def test_capture_of_what_is_not_there_fails_the_step(world: World) -> None:
    text = "rules: [{id: r}]\ntimeline: [{await: {messages: {kind: text}}, capture: {x: match.day}}]"
    play = await started(world, text)

    await world.send()
    report = await ended(world, play)

    assert "failed" == report.outcome
    assert "${match.day} stands for nothing" in report.steps[0].detail


async def test_expect_of_what_is_there_passes_and_of_more_fails_with_a_difference(world: World) -> None:
    await started(world, "scenario: rules\nrules: [{id: r}]")
    text = "timeline: [{expect: {messages: {to: '447700900111'}, count: 1}}, {expect: {messages: {text: nope}}}]"
    scenario = read(text)
    play = world.runtime.scenarios.load(KEY, scenario)
    await world.runtime.scenarios.start(KEY, scenario.id)

    await world.send()
    report = await ended(world, play)

    assert [True, False] == [each.ok for each in report.steps]
    assert report.steps[1].difference[0].startswith("text is ")
    assert report.steps[1].near[0].what.startswith("sms text from")


async def test_expect_of_nothing_watches_for_its_time(world: World) -> None:
    report = await ran(world, "timeline: [{expect: {messages: {channel: sms}, absent: true, within: 50ms}}]")

    assert "passed" == report.outcome
    assert report.steps[0].took_s >= 0.05


async def test_inbound_arrives_and_its_answer_is_checked(world: World) -> None:
    text = """
vars: {clinic: "447700900010"}
timeline:
  - inbound: {channel: whatsapp, kind: text, from: "447700900001", to: "${vars.clinic}", text: "yes"}
    expect: {answered: 2xx, within: 3s}
    capture: {uuid: message.uuid, status: answer.status, event: delivery.event}
"""
    report = await ran(world, text)

    [body] = world.poster.bodies(INBOUND_URL)
    assert "passed" == report.outcome
    assert "whatsapp text from 447700900001 to 447700900010; answered 204" == report.steps[0].detail
    play = world.runtime.scenarios.one(KEY, "story")
    assert play.run is not None
    assert {"uuid": body["message_uuid"], "status": 204, "event": "inbound"} == play.run.state.names


@pytest.mark.parametrize(
    ("turn", "detail", "difference"),
    [
        (500, "answered 500", "status is 500; expected 200 to 299"),
        ("no route", "no route", "status is nothing; expected 200 to 299"),
    ],
    ids=["other status", "no answer"],
)
async def test_inbound_answered_otherwise_fails(turn: int | str, detail: str, difference: str, world: World) -> None:
    world.poster.answer(INBOUND_URL, turn)

    report = await ran(world, "timeline: [{inbound: {channel: sms, text: hi}, expect: {answered: 2xx, within: 2s}}]")

    assert "failed" == report.outcome
    assert report.steps[0].detail.endswith(f"; {detail}")
    assert (difference,) == report.steps[0].difference


async def test_inbound_not_answered_in_time_fails(world: World) -> None:
    never: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    world.poster.answer(INBOUND_URL, never)

    report = await ran(world, "timeline: [{inbound: {channel: sms, text: hi}, expect: {answered: 2xx, within: 50ms}}]")
    never.set_result(204)

    assert report.steps[0].detail.endswith("its webhook was not answered within 0.05 s")


async def test_inbound_that_goes_nowhere_fails_where_an_answer_is_expected(open_world: OpenWorld) -> None:
    world = await open_world(inbound_url=None)
    text = (
        "timeline: [{inbound: {channel: sms, text: hi}}, {inbound: {channel: sms, text: hi}, expect: {answered: 2xx}}]"
    )

    report = await ran(world, text)

    assert [True, False] == [each.ok for each in report.steps]
    assert report.steps[1].detail.endswith("its webhook was dropped")


async def test_step_that_cannot_be_taken_fails_with_the_words_of_the_mistake(world: World) -> None:
    report = await ran(world, 'timeline: [{status: {message: "no-such", status: read}}]')

    assert ("failed", "there is no message no-such") == (report.outcome, report.steps[0].detail)


async def test_status_moves_a_message_and_its_answer_is_checked(world: World) -> None:
    text = """
rules: [{id: r, then: [], capture: {uuid: message.uuid}}]
timeline:
  - await: {rule: r}
  - {status: {message: "${uuid}", status: submitted}, expect: {answered: 204}}
  - {status: {message: "${uuid}", status: rejected, code: 1300}}
  - {status: {message: "${uuid}", status: delivered}}
"""
    play = await started(world, text)

    message = await world.send()
    report = await ended(world, play)

    assert [True, True, True, False] == [each.ok for each in report.steps]
    assert "rejected" in report.steps[3].detail
    assert Status.REJECTED is (await world.message(message.uuid)).status


async def test_advance_moves_the_accounts_own_clock_and_runs_what_is_due(world: World) -> None:
    text = """
clock: manual
rules: [{id: r, then: [{status: submitted, after: 1h}]}]
timeline: [{await: {rule: r}}, {advance: 2h}, {expect: {deliveries: {status: submitted}, count: 1}}]
"""
    play = await started(world, text)

    await world.send()
    report = await ended(world, play)

    assert "passed" == report.outcome
    assert 7200 == report.steps[1].at_s
    assert "7200 s later: 1 attempt, 1 status" == report.steps[1].detail
    assert not world.runtime.times.has_own(KEY)


async def test_sleep_advances_a_manual_clock(world: World) -> None:
    report = await ran(world, "clock: manual\ntimeline: [{sleep: 30s}]")

    assert ("passed", 30) == (report.outcome, report.steps[0].at_s)


async def test_sleep_lets_a_clock_run_as_fast_as_it_does(world: World) -> None:
    report = await ran(world, "clock: 1000x\ntimeline: [{sleep: 100s}]")

    assert ("passed", "100 s") == (report.outcome, report.steps[0].detail)
    assert 0.1 <= report.steps[0].took_s < 5
    assert report.steps[0].at_s >= 100


async def test_set_gives_a_machine_a_state(world: World) -> None:
    text = f"""
{MACHINES}
rules: [{{id: known, when: {{state: {{consent: confirmed}}}}}}]
timeline: [{{set: {{consent: confirmed, for: "{USER}"}}}}, {{await: {{rule: known}}}}]
"""
    play = await started(world, text)
    await asyncio.sleep(0)

    await world.send()
    report = await ended(world, play)

    assert "passed" == report.outcome
    assert f"consent confirmed for {USER}" == report.steps[0].detail


async def test_fault_breaks_webhooks_until_the_scenario_ends_or_clears_it(world: World) -> None:
    text = """
timeline:
  - fault: {on: webhooks, do: drop, next: 1}
  - inbound: {channel: sms, text: one}
  - inbound: {channel: sms, text: two}
  - fault: {on: webhooks, do: drop}
  - fault: clear
  - inbound: {channel: sms, text: three}
  - fault: {on: webhooks, do: drop}
"""
    report = await ran(world, text)
    await world.runtime.settle()

    assert "passed" == report.outcome
    assert ["two", "three"] == [each["text"] for each in world.poster.bodies(INBOUND_URL)]
    assert "2 mended" == report.steps[4].detail
    assert [] == await world.runtime.faults.listed(KEY)


async def test_http_asks_the_system_under_test_and_checks_its_answer(world: World, sut: Sut) -> None:
    text = f"""
vars: {{sut: "{sut.url}", who: ana}}
timeline:
  - http: {{url: "${{vars.sut}}/reminders", json: {{name: "${{vars.who}}"}}, headers: {{X-Test: "1"}}}}
    expect: {{answered: 2xx, json: {{"items[0].n": {{at_least: 3}}}}, headers: {{x-kind: reminder}}}}
    capture: {{id: answer.json.id}}
  - http: {{url: "${{vars.sut}}/${{id}}"}}
    expect: {{answered: 200}}
"""
    report = await ran(world, text)

    assert [True, False] == [each.ok for each in report.steps]
    assert ("POST", "/reminders", {"name": "ana"}) == (*sut.got[0][:2], json.loads(sut.got[0][2]))
    assert ("GET", "/r-1", "") == sut.got[1]
    assert ("status is 201; expected 200",) == report.steps[1].difference
    assert f"GET {sut.url}/r-1 answered 201" == report.steps[1].detail


async def test_http_without_an_expectation_takes_any_answer_and_no_more_than_a_megabyte_of_it(
    world: World, sut: Sut
) -> None:
    async def answer() -> web.StreamResponse:
        return web.Response(status=500, text="x" * 3_000_000)

    sut.answer = answer

    report = await ran(world, f"timeline: [{{http: {{url: '{sut.url}'}}, capture: {{text: answer.text}}}}]")

    play = world.runtime.scenarios.one(KEY, "story")
    assert play.run is not None
    assert ("passed", f"GET {sut.url} answered 500") == (report.outcome, report.steps[0].detail)
    assert 1_048_576 == len(play.run.state.names["text"])


async def test_http_sends_a_text_as_it_is_and_reads_one(world: World, sut: Sut) -> None:
    async def answer() -> web.StreamResponse:
        return web.Response(text="all fine")

    sut.answer = answer
    text = (
        f"timeline: [{{http: {{method: PUT, url: '{sut.url}/x', body: 'a=1'}}, expect: {{text: {{contains: fine}}}}}}]"
    )

    report = await ran(world, text)

    assert "passed" == report.outcome
    assert [("PUT", "/x", "a=1")] == sut.got


async def test_http_sends_what_is_no_text(world: World, sut: Sut) -> None:
    report = await ran(world, f"timeline: [{{http: {{url: '{sut.url}/x', base64: 'eyJhIjoxfQ=='}}}}]")

    assert "passed" == report.outcome
    assert [("POST", "/x", '{"a":1}')] == sut.got


@pytest.mark.parametrize(
    ("token", "secret"), [("right", SIGNATURE_SECRET), ("wrong_signature", f"not {SIGNATURE_SECRET}")]
)
async def test_http_sends_a_token_like_that_of_a_webhook(world: World, sut: Sut, token: str, secret: str) -> None:
    given = f"given: {{signature_secret: {SIGNATURE_SECRET}}}"
    step = f"{{http: {{url: '{sut.url}/x', json: {{a: 1}}, token: {token}}}}}"

    report = await ran(world, f"{given}\ntimeline: [{step}]")

    assert "passed" == report.outcome
    claims = jwt.decode(sut.headers["Authorization"].removeprefix("Bearer "), secret, algorithms=["HS256"])
    assert (hashlib.sha256(b'{"a":1}').hexdigest(), KEY) == (claims["payload_hash"], claims["api_key"])


async def test_http_answer_that_differs_is_told_line_by_line(world: World, sut: Sut) -> None:
    expected = "{answered: 201, json: {id: other, none: {exists: true}}}"
    text = f"timeline: [{{http: {{url: '{sut.url}'}}, expect: {expected}}}]"

    report = await ran(world, text)

    assert ('json id is "r-1"; expected "other"', "json none is nothing; expected a value") == report.steps[
        0
    ].difference


async def test_headers_of_steps_hold_what_can_be_sent_of_what_is_put_into_them(world: World, sut: Sut) -> None:
    async def answer() -> web.StreamResponse:
        return web.Response(text="Grü\r\nx-two: 2")

    sut.answer = answer
    text = f"""
timeline:
  - http: {{url: "{sut.url}"}}
    capture: {{who: answer.text}}
  - http: {{url: "{sut.url}", headers: {{X-Who: "${{who}}"}}}}
  - fault: {{on: answers, do: status, status: 503, headers: {{X-Who: "${{who}}"}}}}
"""

    report = await ran(world, text)

    assert ("passed", "Gr???x-two: 2") == (report.outcome, sut.headers["X-Who"])


async def test_http_that_is_not_answered_fails_in_time(world: World, sut: Sut) -> None:
    released = asyncio.Event()

    async def answer() -> web.StreamResponse:
        await released.wait()
        return web.Response()

    sut.answer = answer
    report = await ran(world, f"timeline: [{{http: {{url: '{sut.url}'}}, expect: {{answered: 2xx, within: 50ms}}}}]")
    released.set()

    assert f"GET {sut.url} was not answered within 0.05 s" == report.steps[0].detail


async def test_http_to_where_nobody_listens_fails(world: World) -> None:
    report = await ran(world, "timeline: [{http: {url: 'http://127.0.0.1:9/x'}}]")

    assert "failed" == report.outcome
    assert report.steps[0].detail.startswith("GET http://127.0.0.1:9/x failed: ClientConnectorError")


async def test_http_follows_no_redirects_and_sends_no_cookies(world: World, sut: Sut) -> None:
    async def answer() -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/elsewhere", "Set-Cookie": "a=1"})

    sut.answer = answer
    steps = ", ".join(f"{{http: {{url: '{sut.url}/{each}'}}, expect: {{answered: 302}}}}" for each in "ab")

    report = await ran(world, f"timeline: [{steps}]")

    assert "passed" == report.outcome
    assert ["/a", "/b"] == [path for _, path, _ in sut.got]
    assert "Cookie" not in sut.headers


# What must hold at the end

CHECKED = """
rules: [{id: r, then: [{status: submitted, after: 0}], capture: {who: message.to}}]
timeline:
  - await: {rule: r}
  - inbound: {channel: sms, text: hi}
    expect: {answered: 2xx}
verify:
"""


async def checked(world: World, verify: str) -> Report:
    """Return the report of a scenario in which one SMS was sent and answered."""
    play = await started(world, CHECKED + verify)
    await world.send()
    return await ended(world, play)


@pytest.mark.parametrize(
    "verify",
    [
        '  - {messages: {to: "${who}", direction: outbound}, count: 1}',
        "  - {deliveries: {event: inbound}, acknowledged: true, count: 1}",
        '  - {sequence: ["rule:r", "inbound:1", {deliveries: {event: inbound}}]}',
        "  - {violations: 0}\n  - {findings: 0}",
        "  - {messages: {text: nope}, absent: true}",
    ],
    ids=["messages", "deliveries", "sequence", "totals", "absent"],
)
async def test_check_that_holds_passes(verify: str, world: World) -> None:
    report = await checked(world, verify)

    assert "passed" == report.outcome, report.checks


@pytest.mark.parametrize(
    ("verify", "detail"),
    [
        ('  - {messages: {to: "${who}", direction: outbound}, count: 2}', "1 found, expected exactly 2"),
        ('  - {sequence: ["inbound:1", "rule:r"]}', "number 2, rule:r, did not follow"),
        ("  - {violations: {at_least: 1}}", "none found, expected at least 1"),
        ("  - {name: once, messages: {kind: text}, absent: true, within: 50ms}", "expected none"),
    ],
    ids=["messages", "sequence", "totals", "absent"],
)
async def test_check_that_does_not_hold_fails_and_says_why(verify: str, detail: str, world: World) -> None:
    report = await checked(world, verify)

    assert "failed" == report.outcome
    assert detail in report.checks[0].detail


async def test_checks_are_not_made_where_a_step_failed(world: World) -> None:
    report = await ran(
        world, "rules: [{id: r}]\ntimeline: [{await: {rule: r, within: 10ms}}]\nverify: [{violations: 0}]"
    )

    assert "failed" == report.outcome
    assert () == report.checks


async def test_check_of_a_name_that_was_never_captured_fails_alone(world: World) -> None:
    text = """
rules: [{id: r, capture: {uuid: message.uuid}}]
verify: [{messages: {uuid: "${uuid}"}}, {violations: 0}]
"""
    report = await ran(world, text)

    assert [False, True] == [each.ok for each in report.checks]
    assert "${uuid} stands for nothing" in report.checks[0].detail


async def test_only_what_happened_since_the_start_is_judged(world: World) -> None:
    await world.send()

    report = await ran(world, "verify: [{messages: {channel: sms}, absent: true}]")

    assert "passed" == report.outcome
    entries = await world.entries()
    assert (1, entries[-1].id) == report.entries
    assert ["scenario story begins", "scenario story ends: passed"] == [each.about for each in entries]


# What is given


async def test_account_is_as_given_and_keeps_what_is_not_spoken_of(open_world: OpenWorld) -> None:
    world = await open_world(Account("other", secrets=("s",), sms_receipt_url="http://sut.test/receipts"))
    given = "{read: true, status_url: 'http://sut.test/x', balance: '0.05', opt_outs: ['447700900009']}"
    text = f"given: {given}\nrules: [{{id: r}}]"

    await started(world, text, "other")

    account = await world.account("other")
    assert (("s",), "http://sut.test/receipts") == (account.secrets, account.sms_receipt_url)
    assert (True, "http://sut.test/x") == (account.read, account.status_url)
    assert account.provider is not None
    assert ("0.05", ("447700900009",)) == (account.provider.balance, account.provider.opt_outs)


async def test_account_that_nobody_knew_comes_into_being(world: World) -> None:
    play = await started(world, "given: {secrets: [abc]}\nrules: [{id: r}]", "fresh")

    assert ("abc",) == (await world.account("fresh")).secrets
    assert play.is_running


async def test_application_of_another_account_is_refused_and_nothing_begins(open_world: OpenWorld) -> None:
    world = await open_world(Account("other", applications=(Application("app-1"),)))
    world.runtime.scenarios.load(KEY, read("given: {applications: [{id: app-1}]}\nrules: [{id: r}]"))

    with pytest.raises(ConflictError, match="application app-1 belongs to account other already"):
        await world.runtime.scenarios.start(KEY, "story")

    assert not world.runtime.scenarios.one(KEY, "story").is_running
    assert world.runtime.messages.fates.director is None


async def test_windows_were_opened_so_long_ago(world: World) -> None:
    text = """
given:
  windows:
    - {channel: whatsapp, from: "447700900001", to: "447700900010", opened: 2h}
    - {channel: whatsapp, from: "447700900002", to: "447700900010", opened: 25h}
rules: [{id: r, when: {channel: mms}}]
"""
    await started(world, text)

    caller = Caller(await world.account())
    own = {"type": "whatsapp", "number": "447700900010"}
    uuids = []
    for user in ("447700900001", "447700900002"):
        body = body_of("whatsapp", "text", **{"from": own, "to": {"type": "whatsapp", "number": user}})
        message = (await world.runtime.messages.send(caller, "whatsapp", body)).message
        uuids.append("" if message is None else message.uuid)
    await world.advance(10)

    assert ["submitted", "rejected"] == [world.statuses(each)[0] for each in uuids]


async def test_times_of_statuses_are_as_given(world: World) -> None:
    await started(
        world, "given: {settings: {submitted_after: 3s, delivered_after: 4s}}\nrules: [{id: r, when: {channel: mms}}]"
    )

    message = await world.send()
    await world.advance(2)
    early = world.statuses(message.uuid)
    await world.advance(2)

    assert [] == early
    assert ["submitted", "delivered"] == world.statuses(message.uuid)


# Several, and their ends


async def test_first_rule_over_all_scenarios_of_an_account_decides(world: World) -> None:
    await started(world, "scenario: one\nrules: [{id: a, when: {text: {contains: a}}, then: []}]")
    await started(world, "scenario: two\nrules: [{id: b, nth: 2}]".replace("nth: 2", "when: {nth: 2}"))

    await text_sent(world, "a")
    await text_sent(world, "b")

    reports = [each.report() for each in world.runtime.scenarios.listed(KEY)]
    assert [1, 1] == [each.rules[0].decided for each in reports]
    assert 2 == reports[1].rules[0].seen


async def test_other_accounts_are_not_touched(world: World) -> None:
    await started(world, "rules: [{id: r, respond: {problem: throttled}}]", "one")
    await started(world, "rules: [{id: r, when: {channel: mms}}]", "two")

    came = [(await sent(world, each)).message is not None for each in ("one", "two", KEY)]

    assert [False, True, True] == came


async def test_id_is_unique_in_an_account(world: World) -> None:
    scenario = read("rules: [{id: r}]")
    world.runtime.scenarios.load(KEY, scenario)
    world.runtime.scenarios.load("other", scenario)

    with pytest.raises(ConflictError, match="scenario story is loaded in account mockkey1 already"):
        world.runtime.scenarios.load(KEY, scenario)


async def test_unknown_scenario_is_told_with_the_nearest(world: World) -> None:
    world.runtime.scenarios.load(KEY, read("rules: [{id: r}]"))

    with pytest.raises(UnknownError, match="no scenario 'stroy'") as unknown:
        world.runtime.scenarios.one(KEY, "stroy")

    assert "Did you mean story? Loaded: story." == unknown.value.fix


async def test_scenario_without_a_timeline_goes_on_until_it_is_stopped(world: World) -> None:
    play = await started(world, "rules: [{id: r}]")

    running = await world.runtime.scenarios.wait(KEY, play.id, 0)
    await world.runtime.scenarios.stop(KEY, play.id)

    assert ("running", "stopped") == (running.outcome, play.report().outcome)
    assert "it was stopped" == play.report().why
    with pytest.raises(ConflictError, match="scenario story does not run"):
        await world.runtime.scenarios.stop(KEY, play.id)


async def test_stop_leaves_nothing_under_way(world: World) -> None:
    text = (
        "clock: manual\nrules: [{id: r}]\ntimeline: [{fault: {on: webhooks, do: drop}}, {await: {rule: r, within: 1h}}]"
    )
    before = asyncio.all_tasks()
    play = await started(world, text)
    await asyncio.sleep(0)
    own = world.runtime.times.has_own(KEY)

    await world.runtime.scenarios.stop(KEY, play.id)

    assert own
    assert before == asyncio.all_tasks()
    assert not world.runtime.times.has_own(KEY)
    assert [] == await world.runtime.faults.listed(KEY)
    assert world.runtime.messages.fates.director is None


async def test_run_that_is_cancelled_stops_its_scenario(world: World) -> None:
    task = asyncio.create_task(
        world.runtime.scenarios.run(KEY, read("rules: [{id: r}]\ntimeline: [{await: {rule: r}}]"))
    )
    await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert ("stopped", "it was interrupted") == (
        world.runtime.scenarios.one(KEY, "story").report().outcome,
        world.runtime.scenarios.one(KEY, "story").report().why,
    )


async def test_stopped_server_stops_its_scenarios(world: World) -> None:
    play = await started(world, "rules: [{id: r}]\ntimeline: [{await: {rule: r, within: 1h}}]")

    await world.runtime.stop(0)

    assert ("stopped", "the server stopped") == (play.report().outcome, play.report().why)


async def test_run_without_a_timeline_is_judged_at_once(world: World) -> None:
    report = await ran(world, "rules: [{id: r}]\nverify: [{messages: {channel: sms}, count: 1}]")

    assert ("failed", False) == (report.outcome, report.checks[0].ok)


async def test_webhook_not_tried_yet_is_one_of_the_run_that_wrote_it(world: World) -> None:
    world.poster.then = 503
    text = """
clock: manual
rules: [{id: r}]
timeline: [{await: {rule: r}}, {advance: 1s}]
verify:
  - {deliveries: {state: pending, status: submitted, attempts: 1}, count: 1}
  - {deliveries: {state: pending, status: delivered, attempts: 0}, count: 1}
"""
    play = await started(world, text)
    await sent(world)

    report = await ended(world, play)
    later = await ran(world, "scenario: later\nverify: [{deliveries: {}, absent: true}]")

    assert [True, True] == [each.ok for each in report.checks], report.checks
    assert [True] == [each.ok for each in later.checks], later.checks


async def test_webhook_held_for_another_counts_from_its_first_try_on(world: World) -> None:
    text = """
clock: manual
rules:
  - id: r
    then:
      - {status: submitted, after: 1s}
      - {status: delivered, after: 2s, deliver: {before: submitted}}
timeline: [{await: {rule: r}}, {advance: 5s}]
verify:
  - {sequence: [{deliveries: {status: delivered}}, {deliveries: {status: submitted}}]}
"""
    play = await started(world, text)
    await sent(world)

    assert [True] == [each.ok for each in (await ended(world, play)).checks]


async def test_run_tells_each_step_and_check_as_it_ends(world: World) -> None:
    told: list[str] = []
    text = "clock: manual\ntimeline: [{sleep: 1s}, {name: later, advance: 2s}]\nverify: [{violations: 0}]"

    await world.runtime.scenarios.run(KEY, read(text), lambda each: told.append(each.name))

    assert ["sleep", "later", "violations"] == told


async def test_transcript_keeps_the_newest_lines(world: World) -> None:
    play = await started(world, "rules: [{id: r}]")

    for number in range(KEPT_LINES + 1):
        play.tell(f"line {number}")

    transcript = play.report().transcript
    assert (KEPT_LINES, f"0.000 line {KEPT_LINES}") == (len(transcript), transcript[-1])


async def test_mistake_of_ours_fails_the_run_and_is_logged(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world = await open_world()

    def broken(_: StepResult) -> None:
        raise RuntimeError("oh no")

    report = await world.runtime.scenarios.run(KEY, read("timeline: [{sleep: 0}]"), broken)

    assert ("failed", "the mock server itself failed: RuntimeError: oh no") == (report.outcome, report.why)
    assert "scenario story failed by a mistake of ours" in caplog.text
    assert not world.runtime.scenarios.one(KEY, "story").is_running


async def test_run_takes_the_place_of_an_earlier_one(world: World) -> None:
    await ran(world, "vars: {n: 1}")

    report = await ran(world, "about: the second\nvars: {n: 2}")

    assert ("passed", "the second") == (report.outcome, report.about)
    assert 1 == len(world.runtime.scenarios.listed(KEY))


async def test_start_begins_anew_with_nothing_remembered(world: World) -> None:
    play = await started(world, "rules: [{id: r, when: {times: 1}, capture: {uuid: message.uuid}}]")
    await world.send()

    await world.runtime.scenarios.start(KEY, play.id)

    state = world.runtime.scenarios.state(KEY, play.id)
    assert ({}, 0, {}) == (state.decided, state.sends, state.names)


async def test_reload_takes_the_new_text_and_begins_anew(world: World) -> None:
    play = await started(world, "rules: [{id: r, respond: {problem: throttled}}]")
    world.runtime.scenarios.note_broken(KEY, play.id, ("story.yaml:1:1: broken",))

    await world.runtime.scenarios.reload(KEY, play.id, read("rules: [{id: other}]"))

    assert (True, ()) == (play.is_running, play.broken)
    assert (await sent(world)).message is not None
    assert ["other"] == [each.rule for each in play.report().rules]


async def test_broken_text_leaves_the_old_one_running(world: World) -> None:
    play = await started(world, "rules: [{id: r, respond: {problem: throttled}}]")

    world.runtime.scenarios.note_broken(KEY, play.id, ("story.yaml:1:1: broken",))

    assert (await sent(world)).message is None
    assert ("story.yaml:1:1: broken",) == play.broken


async def test_text_of_another_scenario_is_not_put_in_its_place(world: World) -> None:
    play = await started(world, "rules: [{id: r}]")

    with pytest.raises(ConflictError, match="the text is of scenario other, not of story"):
        await world.runtime.scenarios.reload(KEY, play.id, read("scenario: other\nrules: [{id: r}]"))

    assert play.is_running


async def test_forgotten_scenario_is_stopped(world: World) -> None:
    play = await started(world, "rules: [{id: r}]")

    await world.runtime.scenarios.forget(KEY, play.id)

    assert [] == world.runtime.scenarios.listed(KEY)
    assert not play.is_running


@pytest.mark.parametrize("what", ["scenarios", "all", "accounts"])
async def test_reset_removes_scenarios_but_begins_those_anew_that_the_server_was_started_with(
    what: str, world: World
) -> None:
    world.runtime.scenarios.load(KEY, read("scenario: kept\nclock: manual\nrules: [{id: r}]"), is_kept=True)
    await world.runtime.scenarios.start_kept()
    await started(world, "rules: [{id: r}]")
    await world.send()

    await world.runtime.reset(await world.account(), what)

    [kept] = world.runtime.scenarios.listed(KEY)
    assert ("kept", True) == (kept.id, kept.is_running)
    assert 0 == world.runtime.scenarios.state(KEY, "kept").sends
    assert world.runtime.times.has_own(KEY)


async def test_removed_account_takes_its_scenarios_along(world: World) -> None:
    await started(world, "rules: [{id: r}]", "other")

    await world.runtime.remove_account("other")

    assert [] == world.runtime.scenarios.listed("other")
    assert world.runtime.messages.fates.director is None


async def test_states_can_be_set_from_outside_while_it_runs(world: World) -> None:
    play = await started(world, f"{MACHINES}rules: [{{id: r}}]")

    state = world.runtime.scenarios.put_states(KEY, play.id, {"consent": {"1": "asked"}}, {"who": "ana"})

    assert ({"consent": {"1": "asked"}}, {"who": "ana"}) == (state.machines, state.names)
    with pytest.raises(UsageError, match="has no state 'maybe'"):
        world.runtime.scenarios.put_states(KEY, play.id, {"consent": {"1": "maybe"}}, {})
    await world.runtime.scenarios.stop(KEY, play.id)
    with pytest.raises(ConflictError):
        world.runtime.scenarios.put_states(KEY, play.id, {}, {})


async def test_journal_tells_what_a_scenario_does(world: World) -> None:
    play = await started(world, f"{MACHINES}rules: [{{id: r, then: [{{set: {{consent: asked}}, after: 1s}}]}}]")
    message = await world.send()
    await world.advance(2)
    await world.runtime.scenarios.stop(KEY, play.id)

    entries = await world.entries(EntryKind.SCENARIO)

    assert [each.about for each in entries] == [
        "scenario story begins",
        f"scenario story rule r decides: accepted on sms text to {USER}",
        "scenario story sets consent asked",
        "scenario story ends: stopped, it was stopped",
    ]
    assert [None, message.uuid, message.uuid, None] == [each.message for each in entries]


async def test_steps_of_workflows_and_failovers_are_decided_by_rules_as_well(world: World) -> None:
    text = """
rules:
  - id: first
    when: {operation: dispatch, channel: sms, times: 1}
    then: [{status: rejected, code: 1300, after: 1s}]
  - id: second
    when: {workflow: {exists: true}}
    respond: {problem: throttled}
"""
    play = await started(world, text)
    step = {**body_of("sms", "text"), "failover": {"expiry_time": 600, "condition_status": "delivered"}}
    caller = Caller(await world.account())

    begun = await world.runtime.workflows.start(
        caller, {"template": "failover", "workflow": [step, body_of("sms", "text")]}
    )
    await world.advance(5)

    assert begun.message is not None
    assert [1, 1] == [each.decided for each in play.report().rules]
    last = await anext(world.runtime.store.messages(KEY))
    assert Status.REJECTED is last.status


# Laws

STORY = """scenario: law
seed: 11
clock: manual
rules:
  - {id: odd, when: {every: 3}, respond: {problem: throttled}}
  - {id: some, when: {probability: 0.5}, then: [{status: submitted, after: 1s}, {inbound: {text: "yes"}, after: 2s}]}
  - id: rest
    then:
      - {status: submitted, after: 1s, deliver: {copies: 2}}
      - {status: delivered, after: 3s, deliver: {before: submitted}}
timeline:
  - await: {rule: rest, count: 1, within: 5s}
  - advance: 1h
verify:
  - {violations: 0}
"""
FAULTS: list[Json] = [
    {"on": "webhooks", "do": "drop", "every": 2},
    {"on": "webhooks", "do": "duplicate", "probability": 0.5},
    {"on": "webhooks", "do": "reorder", "within": 5},
    {"on": "webhooks", "do": "delay", "delay": {"min": 1, "max": 100}},
    {"on": "webhooks", "do": "unsigned", "nth": 2},
]
TEXTS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=3, max_size=12)


async def told_of(open_world: OpenWorld, texts: list[str], faults: list[Json], key: str = KEY) -> tuple[Report, World]:
    """Return the report of the story in a fresh world, its sends sent one after another."""
    world = await open_world(realism="open")
    await sent(world, key)
    await world.runtime.reset(await world.account(key), "messages")
    await world.runtime.faults.put(key, faults)
    scenario = read(STORY)
    world.runtime.scenarios.load(key, scenario)
    await world.runtime.scenarios.start(key, scenario.id)
    for text in (*texts, *["z"] * 20):
        await text_sent(world, text, key)
    return await ended(world, world.runtime.scenarios.one(key, "law")), world


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, st.lists(st.sampled_from(FAULTS), max_size=3))
async def test_same_seed_tells_the_same_story_byte_for_byte(
    open_world: OpenWorld, texts: list[str], faults: list[Json]
) -> None:
    one, _ = await told_of(open_world, texts, faults)
    other, _ = await told_of(open_world, texts, faults)

    assert "\n".join(one.transcript).encode() == "\n".join(other.transcript).encode()
    assert one.rules == other.rules


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(["a", "b", "c", "a", "b"]), st.lists(st.sampled_from(FAULTS), max_size=4))
async def test_no_step_is_lost_or_doubled_under_any_faults_and_any_order(
    open_world: OpenWorld, texts: list[str], faults: list[Json]
) -> None:
    report, world = await told_of(open_world, texts, faults)

    messages = [each async for each in world.runtime.store.messages(KEY)]
    out = [each for each in messages if each.direction is Direction.OUTBOUND]
    tallies = {each.rule: each.decided for each in report.rules}
    assert len(texts) + 20 == sum(tallies.values())
    assert tallies["some"] + tallies["rest"] == len(out)
    assert tallies["some"] == len(messages) - len(out)
    assert tallies["some"] == [_moves(each) for each in out].count(["submitted"])
    assert tallies["rest"] == [_moves(each) for each in out].count(["submitted", "delivered"])
    deliveries = [each async for each in world.runtime.store.deliveries(KEY)]
    assert DeliveryState.PENDING not in {each.state for each in deliveries}
    expected = tallies["some"] * 2 + tallies["rest"] * 3
    assert len(deliveries) >= expected


def _decisions(report: Report) -> list[str]:
    """Return which rules decided, in order, whatever the time was."""
    return [line.partition(" ")[2] for line in report.transcript if " decides: " in line]


def _moves(message: Message) -> list[str]:
    return [each.status.value for each in message.moves]


async def test_two_accounts_play_the_same_story_side_by_side(open_world: OpenWorld) -> None:
    alone = {key: (await told_of(open_world, ["a", "b"], [], key))[0] for key in ("one", "two")}
    world = await open_world(realism="open")
    for key in alone:
        await sent(world, key)
        world.runtime.scenarios.load(key, read(STORY))
        await world.runtime.scenarios.start(key, "law")

    async def play(key: str) -> Report:
        for text in ["a", "b", *["z"] * 20]:
            await text_sent(world, text, key)
            await asyncio.sleep(0)
        return await ended(world, world.runtime.scenarios.one(key, "law"))

    together = await asyncio.gather(*map(play, alone))

    assert list(map(_decisions, together)) == list(map(_decisions, alone.values()))
    assert _decisions(together[0]) != _decisions(together[1])
    assert ["passed", "passed"] == [each.outcome for each in together]


def test_specs_are_those_of_the_worlds(specs: Specs) -> None:
    assert SPECS.capabilities == specs.capabilities
