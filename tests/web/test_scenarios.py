"""Scenarios over control calls: load, start, stop, reload, state and report; and rules that see whole requests."""

import asyncio

import httpx2
import msgspec
import pytest

from mockserver.core.reports import Report
from mockserver.model import Account, Json
from tests.web.conftest import Api, OpenApi, basic, sms

RULES = """
scenario: story
about: One sentence.
machines: {consent: {key: "${message.to}", initial: unknown, states: [unknown, confirmed]}}
rules:
  - id: busy
    when: {times: 1}
    respond: {problem: throttled}
  - id: rest
    capture: {who: message.to}
"""
BROKEN = """
scenario: story
rules:
  - id: busy
    when: {chanel: sms}
    respond: {problem: throtled}
"""


async def post(api: Api, text: str = RULES, **query: str) -> httpx2.Response:
    """Load a scenario."""
    return await api.client.post("/_mock/scenarios", content=text, params=query)


async def report(api: Api, identity: str = "story", **query: str) -> Report:
    """Return a report, as ``mockserver run`` reads it."""
    answer = await api.client.get(f"/_mock/scenarios/{identity}/report", params=query)
    assert answer.status_code == 200, answer.text
    return msgspec.convert(answer.json(), Report)


async def test_loaded_scenario_does_nothing_until_it_is_started(api: Api) -> None:
    loaded = await post(api)
    before = await api.send(sms())

    started = await api.client.post("/_mock/scenarios/story/start")
    after = await api.send(sms())

    assert (201, "loaded") == (loaded.status_code, loaded.json()["outcome"])
    assert (202, "running") == (started.status_code, started.json()["outcome"])
    assert [202, 429] == [before.status_code, after.status_code]


async def test_scenario_can_be_started_as_it_is_loaded(api: Api) -> None:
    loaded = await post(api, start="true", name="story.yaml")

    assert "running" == loaded.json()["outcome"]
    assert ("story.yaml", "One sentence.") == (loaded.json()["source"], loaded.json()["about"])
    assert 429 == (await api.send(sms())).status_code


async def test_json_is_taken_as_well(api: Api) -> None:
    loaded = await api.client.post("/_mock/scenarios", json={"scenario": "story", "rules": [{"id": "r"}]})

    assert 201 == loaded.status_code


async def test_variables_can_be_set(api: Api) -> None:
    text = 'scenario: story\nvars: {to: "1"}\nrules: [{id: r, when: {to: "${vars.to}"}, respond: {problem: throttled}}]'

    wrong = await api.client.post("/_mock/scenarios", content=text, params={"set": "to"})
    loaded = await api.client.post("/_mock/scenarios", content=text, params={"set": "to=447700900123", "start": "true"})

    assert (400, "set is 'to'") == (wrong.status_code, wrong.json()["detail"])
    assert 201 == loaded.status_code
    assert 429 == (await api.send(sms())).status_code


async def test_answer_of_a_rule_is_that_of_the_api_and_journalled_as_meant(api: Api) -> None:
    await post(api, start="true")

    answer = await api.send(sms())

    assert 429 == answer.status_code
    assert "https://developer.nexmo.com/api-errors#throttled" == answer.json()["type"]
    [entry] = await api.journal(kind="request")
    assert ("status", "refused") == (entry["request"]["fault"], entry["request"]["verdict"])
    assert "fault status (rule busy)" in entry["about"]
    assert "scenario story rule busy decides: throttled on sms text to 447700900123" in [
        each["about"] for each in await api.journal(kind="scenario")
    ]


async def test_answer_of_the_testers_own_goes_out_as_written(api: Api) -> None:
    text = """
scenario: story
rules:
  - id: r
    when: {headers: {X-Kind: reminder}, json: {message.content.text: {contains: Table}}}
    respond: {status: 503, body: {sorry: "${request.headers.x-kind}"}, headers: {Retry-After: "5"}}
"""
    await post(api, text, start="true")

    plain = await api.send(sms())
    hit = await api.client.post("/v0.1/messages", json=sms(), headers={**basic("mockkey1"), "X-Kind": "reminder"})

    assert 202 == plain.status_code
    assert (503, "5", {"sorry": "reminder"}) == (hit.status_code, hit.headers["retry-after"], hit.json())


async def test_v1_requests_and_workflows_come_to_rules_with_their_operation(api: Api) -> None:
    text = """
scenario: story
rules:
  - id: workflow
    when: {operation: dispatch, json: {"workflow[0].to.number": {exists: true}}}
    respond: {problem: throttled}
  - {id: v1, when: {version: v1, path: /v1/messages, method: POST}, respond: {problem: low_balance}}
"""
    await post(api, text, start="true")
    step = {**sms(), "failover": {"expiry_time": 600, "condition_status": "delivered"}}
    v1 = {"from": "ACME", "to": "447700900123", "channel": "sms", "message_type": "text", "text": "Hello"}

    workflow = await api.send({"template": "failover", "workflow": [step, sms()]}, path="/v0.1/dispatch")
    first = await api.send(v1, path="/v1/messages")
    plain = await api.send(sms())

    assert [429, 402, 202] == [each.status_code for each in (workflow, first, plain)]


async def test_broken_text_is_refused_with_every_mistake_and_its_place(api: Api) -> None:
    answer = await post(api, BROKEN, name="story.yaml")

    body = answer.json()
    assert (400, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert ["story.yaml:5:12", "story.yaml:6:24"] == [each["where"] for each in body["errors"]]
    assert body["detail"] == body["errors"][0]["detail"]
    assert "channel" in body["errors"][0]["fix"]
    assert [] == (await api.client.get("/_mock/scenarios")).json()["scenarios"]


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"[]", b"scenario: [", b"{" * 200])
async def test_text_that_is_no_scenario_is_refused(raw: bytes, api: Api) -> None:
    answer = await api.client.post("/_mock/scenarios", content=raw)

    assert 400 == answer.status_code


async def test_same_id_twice_is_a_conflict(api: Api) -> None:
    await post(api)

    answer = await post(api)

    assert 409 == answer.status_code
    assert "PUT /_mock/scenarios/story replaces it, DELETE removes it." == answer.json()["fix"]


async def test_put_replaces_a_text_and_begins_anew(api: Api) -> None:
    await post(api, start="true")
    text = "scenario: story\nrules: [{id: other}]"

    answer = await api.client.put("/_mock/scenarios/story", content=text)

    assert (200, "running") == (answer.status_code, answer.json()["outcome"])
    assert ["other"] == [each["rule"] for each in answer.json()["rules"]]
    assert 202 == (await api.send(sms())).status_code


async def test_put_loads_what_is_not_there_yet(api: Api) -> None:
    answer = await api.client.put("/_mock/scenarios/story", content=RULES, params={"start": "true"})
    wrong = await api.client.put("/_mock/scenarios/other", content=RULES)

    assert (200, "running") == (answer.status_code, answer.json()["outcome"])
    assert (400, "the text is of scenario story, not of other") == (wrong.status_code, wrong.json()["detail"])


async def test_put_of_a_broken_text_keeps_the_old_one_and_says_so(api: Api) -> None:
    await post(api, start="true")

    answer = await api.client.put("/_mock/scenarios/story", content=BROKEN)

    view = (await api.client.get("/_mock/scenarios/story")).json()
    assert 400 == answer.status_code
    assert ("running", 2) == (view["outcome"], len(view["broken"]))
    assert view["broken"][0].startswith("scenario:5:12: ")
    assert 429 == (await api.send(sms())).status_code


async def test_stop_answers_the_report_and_delete_forgets(api: Api) -> None:
    await post(api, start="true")

    stopped = await api.client.post("/_mock/scenarios/story/stop")
    again = await api.client.post("/_mock/scenarios/story/stop")
    deleted = await api.client.delete("/_mock/scenarios/story")
    gone = await api.client.get("/_mock/scenarios/story")

    assert (200, "stopped") == (stopped.status_code, stopped.json()["outcome"])
    assert [409, 204, 404] == [each.status_code for each in (again, deleted, gone)]


@pytest.mark.parametrize(("sends", "expected"), [(1, "passed"), (2, "failed")])
async def test_finish_judges_what_a_scenario_without_timeline_met(api: Api, sends: int, expected: str) -> None:
    await post(api, "scenario: story\nverify: [{messages: {channel: sms}, count: 1}]", start="true")
    for _ in range(sends):
        await api.send(sms())

    finished = await api.client.post("/_mock/scenarios/story/finish")
    again = await api.client.post("/_mock/scenarios/story/finish")

    assert (200, expected) == (finished.status_code, finished.json()["outcome"])
    assert [expected == "passed"] == [each["ok"] for each in finished.json()["checks"]]
    assert finished.json() == again.json()


async def test_finish_waits_for_the_end_of_a_timeline(api: Api) -> None:
    await post(api, "scenario: story\nrules: [{id: r}]\ntimeline: [{await: {rule: r, within: 20s}}]", start="true")
    early = await api.client.post("/_mock/scenarios/story/finish")
    waiting = asyncio.create_task(api.client.post("/_mock/scenarios/story/finish", params={"wait_s": "20"}))

    await api.send(sms())
    finished = await waiting

    assert "running" == early.json()["outcome"]
    assert "passed" == finished.json()["outcome"]


async def test_report_waits_for_the_end(api: Api) -> None:
    text = "scenario: story\nrules: [{id: r}]\ntimeline: [{await: {rule: r, within: 20s}}]\nverify: [{violations: 0}]"
    await post(api, text, start="true")
    waiting = asyncio.create_task(report(api, wait_s="20"))
    early = await report(api)

    await api.send(sms())
    found = await waiting

    assert ("running", "passed") == (early.outcome, found.outcome)
    assert [True] == [each.ok for each in found.steps]
    assert [True] == [each.ok for each in found.checks]
    assert found.passed


async def test_run_judges_rules_without_a_timeline_at_once(api: Api) -> None:
    await post(api, "scenario: story\nverify: [{messages: {channel: sms}}]")

    begun = await api.client.post("/_mock/scenarios/story/run")
    found = await report(api, wait_s="20")

    assert 202 == begun.status_code
    assert ("failed", False) == (found.outcome, found.checks[0].ok)


async def test_inbound_steps_reach_the_receiver(api: Api) -> None:
    text = "scenario: story\ntimeline: [{inbound: {channel: sms, text: hi}, expect: {answered: 204}}]"
    await post(api, text, start="true")

    found = await report(api, wait_s="20")

    assert "passed" == found.outcome, found
    assert ["hi"] == [body["text"] for _, body in api.receiver.got]


async def test_state_is_read_and_set(api: Api) -> None:
    await post(api, start="true")
    await api.send(sms())
    await api.send(sms())

    read = (await api.client.get("/_mock/scenarios/story/state")).json()
    body = {"machines": {"consent": {"447700900123": "confirmed"}}, "names": {"n": 1}}
    put = await api.client.put("/_mock/scenarios/story/state", json=body)

    assert {"sends": 2, "names": {"who": "447700900123"}, "machines": {}, "decided": {"busy": 1, "rest": 1}} == read
    assert 200 == put.status_code
    assert {**read, "machines": body["machines"], "names": {"who": "447700900123", "n": 1}} == put.json()


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"machine": {}}, "machine is no member here"),
        ({"machines": []}, "machines is []"),
        ({"machines": {"consent": "confirmed"}}, 'machines.consent is "confirmed"'),
        ({"machines": {"consent": {"1": "maybe"}}}, "machine consent has no state 'maybe'"),
    ],
)
async def test_state_that_cannot_be_is_refused(body: Json, detail: str, api: Api) -> None:
    await post(api, start="true")

    answer = await api.client.put("/_mock/scenarios/story/state", json=body)

    assert (400, detail) == (answer.status_code, answer.json()["detail"])


async def test_scenarios_of_an_account_are_its_own(api: Api) -> None:
    await post(api, account="fresh", start="true")

    here = (await api.client.get("/_mock/scenarios")).json()
    there = (await api.client.get("/_mock/scenarios", params={"account": "fresh"})).json()

    assert ("mockkey1", []) == (here["account"], here["scenarios"])
    assert ["story"] == [each["id"] for each in there["scenarios"]]
    assert [202, 429] == [(await api.send(sms(), key=each)).status_code for each in ("mockkey1", "fresh")]


async def test_strict_server_makes_no_account_for_a_scenario(open_api: OpenApi) -> None:
    async with open_api(Account("known", secrets=("any",)), auth="strict") as api:
        answer = await post(api, account="fresh")

    assert 404 == answer.status_code


async def test_reset_forgets_scenarios(api: Api) -> None:
    await post(api, start="true")

    answer = await api.client.post("/_mock/reset", params={"what": "scenarios"})

    assert 200 == answer.status_code
    assert [] == (await api.client.get("/_mock/scenarios")).json()["scenarios"]
    assert 202 == (await api.send(sms())).status_code


async def test_nearest_send_of_a_rule_is_told(api: Api) -> None:
    await post(api, "scenario: story\nrules: [{id: r, when: {text: hello}}]", start="true")
    await api.send(sms())

    view = (await api.client.get("/_mock/scenarios/story")).json()

    [rule] = view["rules"]
    assert {"what": "send 1", "lines": ['text is "Table ready"; expected "hello"']} == rule["near"]


REFUSED: Json = {"channel": "sms", "message_type": "text", "to": "+447700900101", "from": "AcmeCo", "text": "hi"}
WHY = '`to` is "+447700900101"; expected a phone number'


async def test_failed_step_names_the_requests_that_were_refused_instead(api: Api) -> None:
    text = "scenario: story\nrules: [{id: any, respond: accepted}]\ntimeline: [{await: {rule: any, within: 200ms}}]"
    await post(api, text, start="true")
    await api.send(REFUSED, path="/v1/messages")

    found = await report(api, wait_s="20")

    [step] = found.steps
    assert [f"refused  POST /v1/messages 422 {WHY}"] == [each.partition(":")[0] for each in step.difference[1:]]


async def test_violations_and_what_should_be_absent_are_shown_with_their_reasons(api: Api) -> None:
    text = (
        "scenario: story\ntimeline: [{await: {requests: {verdict: refused}, within: 5s}}]\n"
        "verify: [{violations: 0}, {requests: {verdict: refused}, absent: true}]"
    )
    await post(api, text, start="true")
    await api.send(REFUSED, path="/v1/messages")

    found = await report(api, wait_s="20")

    for check in found.checks:
        assert [f"found  POST /v1/messages 422 {WHY}"] == [each.partition(":")[0] for each in check.difference]


async def test_one_scenario_tells_what_it_is_made_of(api: Api) -> None:
    text = """
scenario: parts
clock: manual
vars: {sut: "http://127.0.0.1:8000"}
machines: {consent: {key: "${message.to}", initial: unknown, states: [unknown, confirmed]}}
rules: [{id: any, capture: {uuid: message.uuid, who: message.to}}]
timeline:
  - await: {rule: any, count: 2, within: 90s}
  - name: a day later
    advance: 1d
  - inbound: {channel: sms, from: "${who}", to: "447700900010", text: hi}
    expect: {answered: 2xx}
  - inbound: {channel: whatsapp, kind: image, url: "https://a.example/a.jpg", caption: b}
  - sleep: 1m30s
  - status: {message: "${uuid}", status: rejected, code: 1300}
  - set: {consent: confirmed, for: "${who}"}
  - fault: {on: webhooks, do: drop, next: 1, when: {event: read}}
  - fault: {on: answers, do: hang}
  - fault: clear
  - http: {url: "${vars.sut}/orders", json: {item: tea}}
  - await: {deliveries: {message: "${uuid}"}, acknowledged: true, within: 2s}
  - expect: {messages: {}, at_least: 2}
verify:
  - {name: one text, messages: {channel: sms, text: {matches: "${vars.sut}("}}, count: 1}
  - {deliveries: {event: inbound}, acknowledged: false}
  - {sequence: ["rule:any", "inbound:1"], within: 5s}
  - {violations: 0}
""".replace("${vars.sut}(", "^${who}[")

    await post(api, text, name="parts.yaml")
    one = (await api.client.get("/_mock/scenarios/parts")).json()
    listed = (await api.client.get("/_mock/scenarios")).json()["scenarios"][0]

    assert ("manual", "loaded") == (one["clock"], one["outcome"])
    assert {"consent": {"key": "${message.to}", "initial": "unknown", "states": ["unknown", "confirmed"]}} == one[
        "machines"
    ]
    assert [
        ("await", "rule any decides 2 times, within 90s"),
        ("advance", "1d pass"),
        ("inbound", "sms text from ${who} to 447700900010: hi, and the answer is as expected"),
        ("inbound", 'whatsapp image: {"url": "https://a.example/a.jpg", "caption": "b"}'),
        ("sleep", "90s pass"),
        ("status", "message ${uuid} is rejected, code 1300"),
        ("set", "consent confirmed for ${who}"),
        ("fault", 'drop on webhooks {"next": 1, "when": {"event": "read"}}'),
        ("fault", "hang on answers"),
        ("fault", "all that is broken on purpose is mended"),
        ("http", "POST http://127.0.0.1:8000/orders"),
        ("await", 'deliveries with message "${uuid}", acknowledged: at least 1, within 2s'),
        ("expect", "messages: at least 2"),
    ] == [(each["verb"], each["about"]) for each in one["timeline"]]
    assert ("a day later", "parts.yaml:9:5") == (one["timeline"][1]["name"], one["timeline"][1]["place"])
    assert [
        'messages with {"channel": "sms", "text": {"matches": "^${who}["}}: exactly 1',
        'deliveries with event "inbound", not acknowledged: at least 1',
        "2 things in order, within 5s",
        "violations: none",
    ] == [each["about"] for each in one["verify"]]
    assert "timeline" not in listed


async def test_what_came_near_can_be_found_again(api: Api) -> None:
    await post(api, "scenario: near\ntimeline: [{await: {messages: {text: bye}, within: 50ms}}]", start="true")
    uuid = (await api.send(sms())).json()["message_uuid"]

    step = (await report(api, "near", wait_s="5")).steps[0]

    assert [("messages", uuid)] == [(each.about, each.id) for each in step.near]
