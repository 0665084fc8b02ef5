"""What a scenario file comes to, key by key."""

import pytest

from mockserver.core.scenario_values import (
    Advance,
    Answered,
    Arrived,
    Await,
    AwaitRule,
    Bounds,
    ClockWish,
    Expect,
    Fired,
    Http,
    Inbound,
    Latency,
    Machine,
    Move,
    Place,
    Respond,
    Scenario,
    Sequence,
    SetFault,
    SetState,
    Sleep,
    Timing,
    Total,
    Wanted,
    Window,
)
from mockserver.model import Application, Deliver, MediaFile, Planned, Provider, Rate, Rates, Sender, Status, Template
from tests.scenario.conftest import Load


@pytest.mark.parametrize(
    ("word", "clock"),
    [("real", ClockWish()), ("manual", ClockWish("manual", 0.0)), ("60x", ClockWish("scaled", 60.0))],
)
def test_clock_is_real_manual_or_scaled(word: str, clock: ClockWish, load: Load) -> None:
    assert clock == load(f"scenario: a\nclock: {word}").clock


def test_head_of_a_file(load: Load) -> None:
    scenario = load("scenario: a-b_1\nabout: One.\nseed: 7\nvars: {x: [1, {y: '$${z}'}]}")

    expected = ("a-b_1", "f.yaml", "One.", 7, {"x": [1, {"y": "${z}"}]})
    assert expected == (scenario.id, scenario.source, scenario.about, scenario.seed, scenario.given_vars)


def test_file_may_be_all_but_empty(load: Load) -> None:
    assert Scenario("a", "f.yaml") == load("scenario: a")


def test_account_is_as_given(load: Load) -> None:
    given = load(
        """\
        scenario: a
        vars: {sut: "http://127.0.0.1:1"}
        given:
          secrets: [one]
          status_url: "${vars.sut}/status"
          read: true
          applications: [{id: app, name: A, messages: false}]
          senders: [{channel: viber_service_msg, id: "20417", application: app, name: Shop}]
          templates: [{channel: viber_service, name: "1", parameters: 2}]
          prices: {viber_service_msg: "0.05"}
          rules: {window: "on"}
          media: [{url: "https://h/x.mp4", bytes: 7}]
          rates: {key: {per_s: 2}}
          numbers: {"447700900007": 1300}
        """
    ).given

    account = given.account
    told = Provider(
        rules={"window": "on"},
        templates=(Template("1", "viber", parameters=2),),
        prices={"viber": "0.05"},
        media=(MediaFile("https://h/x.mp4", 7),),
        rates=Rates(Rate(2.0)),
        numbers={"447700900007": 1300},
    )
    assert (("one",), "http://127.0.0.1:1/status", True) == (account.secrets, account.status_url, account.read)
    assert (Application("app", "A", messages=False),) == account.applications
    assert (Sender("viber", "20417", "app", "Shop"),) == account.senders
    assert told == account.provider
    assert {"secrets", "status_url", "read", "prices", "media"} <= given.members
    assert not {"inbound_url", "balance"} & given.members


def test_windows_and_settings_are_no_members_of_the_account(load: Load) -> None:
    given = load(
        """\
        scenario: a
        given:
          windows: [{channel: wa, from: "1", to: "2", opened: 25h}]
          settings: {read: false, submitted_after: 1s, read_after: 2m}
        """
    ).given

    assert (Window("whatsapp", "1", "2", 90_000.0),) == given.windows
    assert Timing(1.0, None, 120.0) == given.timing
    assert (False, frozenset({"read"})) == (given.account.read, given.members)


def test_member_read_goes_before_the_setting(load: Load) -> None:
    assert load("scenario: a\ngiven: {read: true, settings: {read: false}}").given.account.read is True


def test_machines(load: Load) -> None:
    scenario = load('scenario: a\nmachines: {m: {key: "${message.to}", initial: x, states: [x, y]}}')

    assert {"m": Machine("m", "${message.to}", "x", ("x", "y"))} == scenario.machines


def test_rule_asks_counts_and_remembers(load: Load) -> None:
    (rule,) = load(
        """\
        scenario: a
        machines: {m: {key: "${message.to}", initial: x, states: [x, y]}}
        rules:
          - id: r
            when:
              {channel: [facebook, sms], text: {matches: "(?P<d>.)"}, state: {m: x}, nth: 1, times: 2, every: 3,
               probability: 0.5}
            capture: {u: message.uuid, d: "day ${match.d}"}
            set: {m: y}
        """
    ).rules

    assert (1, 2, 3, 0.5) == (rule.nth, rule.times, rule.every, rule.probability)
    assert {"u": "${message.uuid}", "d": "day ${match.d}"} == rule.capture
    assert ({"m": "y"}, Respond(), None, ()) == (rule.sets, rule.respond, rule.script, rule.later)
    assert Place("f.yaml:4:5", "rules[0]") == rule.place
    judged = rule.when.bind({}).judge({"channel": "messenger", "text": "x", "state": {"m": "x"}})
    assert (True, {"d": "x"}) == (judged.fits, judged.groups)


def test_steps_that_follow_come_in_the_order_of_time(load: Load) -> None:
    (rule,) = load(
        """\
        scenario: a
        machines: {m: {key: "${message.to}", initial: x, states: [x]}}
        rules:
          - id: r
            then:
              - {status: delivered, after: 2s, deliver: {copies: 2, delay: 1m}}
              - {inbound: {channel: facebook, text: "${message.uuid}"}, after: 3s}
              - {status: submitted, after: 50ms, deliver: {before: delivered, fault: unsigned}}
              - {set: {m: x}}
              - {status: read, after: 4, deliver: {drop: true}}
        """
    ).rules

    assert (
        Planned(0.05, Status.SUBMITTED, None, Deliver(before=Status.DELIVERED, fault="unsigned")),
        Planned(2.0, Status.DELIVERED, None, Deliver(copies=2, delay_s=60.0)),
        Planned(4.0, Status.READ, None, Deliver(fault="drop")),
    ) == rule.script
    assert [
        (3.0, Inbound({"kind": "text", "channel": "messenger", "text": "${message.uuid}"}), "rules[0].then[1]"),
        (0.0, SetState({"m": "x"}), "rules[0].then[3]"),
    ] == [(each.after_s, each.act, each.place.path) for each in rule.later]


def test_no_steps_at_all_may_follow(load: Load) -> None:
    (rule,) = load("scenario: a\nrules: [{id: r, then: []}]").rules

    assert () == rule.script


def test_usual_delivery_is_not_mentioned(load: Load) -> None:
    (rule,) = load("scenario: a\nrules: [{id: r, then: [{status: rejected, code: 1300, deliver: {}}]}]").rules

    assert (Planned(0.0, Status.REJECTED, 1300),) == rule.script


@pytest.mark.parametrize(
    ("written", "respond"),
    [
        ("accepted", Respond()),
        ("{problem: throttled, delay: 2s}", Respond(problem="throttled", delay=Latency(2.0, 2.0))),
        (
            "{status: 503, body: {a: '${message.to}'}, headers: {X-A: b}}",
            Respond(status=503, body={"a": "${message.to}"}, headers={"X-A": "b"}),
        ),
        ("{fault: hang}", Respond(fault="hang")),
        ("{delay: {fixed: 1s}}", Respond(delay=Latency(1.0, 1.0))),
        ("{delay: {min: 1s, max: 2s}}", Respond(delay=Latency(1.0, 2.0))),
        ("{delay: {p50: 1s, p99: 2s}}", Respond(delay=Latency(percentiles=((0.5, 1.0), (0.99, 2.0))))),
    ],
)
def test_answers(written: str, respond: Respond, load: Load) -> None:
    (rule,) = load(f"scenario: a\nrules: [{{id: r, respond: {written}}}]").rules

    assert respond == rule.respond


STEPS = {
    "await a rule": ("await: {rule: r, count: 2, within: 1s}", AwaitRule("r", 2, 1.0)),
    "await a rule, patiently": ("await: {rule: r}", AwaitRule("r", 1, 10.0)),
    "advance": ("advance: 24h", Advance(86_400.0)),
    "sleep": ("sleep: 30", Sleep(30.0)),
    "status": ("status: {message: u, status: rejected, code: 1300}", Move("u", Status.REJECTED, 1300)),
    "set": ("set: {m: x, for: '1'}", SetState({"m": "x"}, "1")),
    "inbound": (
        "inbound: {channel: wa, kind: image, url: 'https://h/a', version: v1}",
        Inbound({"kind": "image", "channel": "whatsapp", "url": "https://h/a", "version": "v1"}),
    ),
    "be somewhere": (
        "inbound: {channel: whatsapp, kind: location, version: v1, lat: 51.5, long: '-0.1'}",
        Inbound({"kind": "location", "channel": "whatsapp", "version": "v1", "lat": 51.5, "long": "-0.1"}),
    ),
    "mend": ("fault: clear", SetFault({}, clear=True)),
    "break": (
        "fault: {on: webhooks, do: duplicate, copies: 3, next: 2, when: {channel: facebook}}",
        SetFault({"on": "webhooks", "do": "duplicate", "copies": 3, "next": 2, "when": {"channel": "messenger"}}),
    ),
    "be slow": (
        "fault: {on: answers, do: latency, delay: {min: 50ms, max: 2s}, every: 2}",
        SetFault({"on": "answers", "do": "latency", "delay": {"min": 0.05, "max": 2.0}, "every": 2}),
    ),
    "get": ("http: {url: 'http://h/'}", Http("GET", "http://h/")),
    "post json": ("http: {url: 'http://h/', json: null}", Http("POST", "http://h/", sends_json=True)),
    "post text": (
        "http: {url: 'http://h/', body: x, headers: {a: b}}",
        Http("POST", "http://h/", {"a": "b"}, body="x"),
    ),
    "put": ("http: {url: 'http://h/', method: PUT}", Http("PUT", "http://h/")),
}
FRAME = """\
scenario: a
clock: manual
machines: {m: {key: "${message.to}", initial: x, states: [x]}}
rules: [{id: r}]
timeline:
  - {%s}
"""


@pytest.mark.parametrize(("written", "act"), STEPS.values(), ids=STEPS)
def test_steps_of_the_timeline(written: str, act: object, load: Load) -> None:
    (step,) = load(FRAME % written).timeline

    assert (act, written.partition(":")[0]) == (step.act, step.verb)
    assert (0, step.verb, Place("f.yaml:6:5", "timeline[0]")) == (step.index, step.name, step.place)


def test_step_waits_for_what_it_expects(load: Load) -> None:
    waiting, expecting = load(
        """\
        scenario: a
        timeline:
          - {await: {messages: {channel: wa}, at_least: 2}, capture: {u: message.uuid}, name: first}
          - {expect: {deliveries: {message: "${u}"}, acknowledged: false, at_most: 3, within: 5s}}
        """
    ).timeline

    assert isinstance(waiting.act, Await)
    assert isinstance(expecting.act, Expect)
    assert (Bounds(2), 10.0) == (waiting.act.expect.bounds, waiting.act.expect.within_s)
    assert {"channel": "whatsapp"} == waiting.act.expect.wanted.fields
    assert ("first", {"u": "${message.uuid}"}) == (waiting.name, waiting.capture)
    assert (Bounds(0, 3), 5.0, False) == (expecting.act.bounds, expecting.act.within_s, expecting.act.acknowledged)


@pytest.mark.parametrize(
    ("written", "answered"),
    [
        ("{}", Answered(((200, 299),), 10.0)),
        ("{answered: 404, within: 1s}", Answered(((404, 404),), 1.0)),
        ("{answered: [201, 4xx]}", Answered(((201, 201), (400, 499)), 10.0)),
        ("{json: {a: 1}, text: x}", Answered(((200, 299),), 10.0, {"json": {"a": 1}, "text": "x"})),
    ],
)  # fmt: skip
def test_answers_that_steps_expect(written: str, answered: Answered, load: Load) -> None:
    (step,) = load(f"scenario: a\ntimeline: [{{http: {{url: 'http://h/'}}, expect: {written}}}]").timeline

    assert answered == step.answered


def test_answer_that_nobody_asks_for_is_not_judged(load: Load) -> None:
    (step,) = load("scenario: a\ntimeline: [{inbound: {channel: sms}}]").timeline

    assert step.answered is None


def test_patience_of_a_request_is_that_for_its_answer(load: Load) -> None:
    (step,) = load("scenario: a\ntimeline: [{http: {url: 'http://h/'}, expect: {within: 1s}}]").timeline

    assert Http("GET", "http://h/", timeout_s=1.0) == step.act


@pytest.mark.parametrize(
    ("written", "bounds"),
    [
        ("", Bounds(1)),
        (", count: 2", Bounds(2, 2)),
        (", count: 0", Bounds(0, 0)),
        (", absent: true", Bounds(0, 0)),
        (", at_least: 2", Bounds(2)),
        (", at_most: 2", Bounds(0, 2)),
        (", at_least: 1, at_most: 2", Bounds(1, 2)),
    ],
)
def test_counts_of_checks(written: str, bounds: Bounds, load: Load) -> None:
    (check,) = load(f"scenario: a\nverify: [{{messages: {{}}{written}}}]").verify

    assert isinstance(check.check, Expect)
    assert (bounds, 0.0) == (check.check.bounds, check.check.within_s)


def test_checks_of_a_whole_run(load: Load) -> None:
    order, violations, findings = load(
        """\
        scenario: a
        rules: [{id: r}]
        timeline: [{sleep: 0}, {inbound: {channel: sms}}, {inbound: {channel: sms}, name: again}]
        verify:
          - {sequence: ["rule:r", "inbound:1", "inbound:again", {requests: {method: POST}}], within: 2s, name: order}
          - {violations: 0}
          - {findings: {at_most: 2}}
        """
    ).verify

    assert isinstance(order.check, Sequence)
    assert (Fired("r"), Arrived(1), Arrived(2)) == order.check.items[:3]
    assert isinstance(order.check.items[3], Wanted)
    assert ("requests", {"method": "POST"}) == (order.check.items[3].about, order.check.items[3].fields)
    assert (2.0, "order", Place("f.yaml:5:5", "verify[0]")) == (order.check.within_s, order.name, order.place)
    assert (Total("violations", Bounds(0, 0)), Total("findings", Bounds(0, 2))) == (violations.check, findings.check)
