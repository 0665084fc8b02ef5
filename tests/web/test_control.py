"""The control API, in process: lists, searches, moves, arrivals, accounts and its own document."""

from datetime import datetime

import pytest

from mockserver.clock import at
from mockserver.contract.specs import Specs
from mockserver.model import Json
from mockserver.web.control import ROUTES
from tests.web.conftest import INBOUND_URL, START_S, Api, OpenApi, sms


async def test_health_and_its_aliases_answer_ok(api: Api) -> None:
    for path in ("/_mock/health", "/health", "/_/health"):
        answer = await api.client.get(path)
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_readyz_is_503_once_stopped(api: Api) -> None:
    before = await api.client.get("/_mock/readyz")
    await api.app.runtime.stop(0)
    after = await api.client.get("/_mock/readyz")

    assert (before.status_code, after.status_code) == (200, 503)
    assert (await api.client.get("/_mock/livez")).status_code == 200


async def test_messages_are_listed_newest_first_and_by_pages(api: Api) -> None:
    sent = [(await api.send(sms(client_ref=str(number)))).json()["message_uuid"] for number in range(5)]

    first = (await api.client.get("/_mock/messages", params={"limit": 3})).json()
    rest = (await api.client.get("/_mock/messages", params={"limit": 3, "cursor": first["next"]})).json()

    listed = [each["message_uuid"] for each in first["messages"] + rest["messages"]]
    assert sent[::-1] == listed
    assert rest["next"] is None


async def test_a_page_follows_though_what_it_follows_no_longer_fits(api: Api) -> None:
    sent = [(await api.send(sms(client_ref=str(number)))).json()["message_uuid"] for number in range(4)]
    query = {"limit": "2", "status": "accepted"}
    first = (await api.client.get("/_mock/messages", params=query)).json()

    await api.client.post(f"/_mock/messages/{first['next']}/status", json={"status": "submitted"})
    rest = (await api.client.get("/_mock/messages", params=query | {"cursor": first["next"]})).json()

    assert [each["message_uuid"] for each in first["messages"] + rest["messages"]] == sent[::-1]


async def test_messages_can_be_searched_by_query_and_by_parameter(api: Api) -> None:
    await api.send(sms(client_ref="a"))
    await api.send(sms(client_ref="b", to={"type": "sms", "number": "33612345678"}))

    by_query = (await api.client.get("/_mock/messages", params={"q": "channel:sms to:336*"})).json()["messages"]
    by_parameter = (await api.client.get("/_mock/messages", params={"to": "336*"})).json()["messages"]

    assert ["b"] == [each["client_ref"] for each in by_query]
    assert by_query == by_parameter


async def test_latest_message_comes_with_journal_and_deliveries(api: Api) -> None:
    answer = await api.send(sms())
    await api.advance(5)

    latest = (await api.client.get("/_mock/messages/latest")).json()

    assert latest["message"]["message_uuid"] == answer.json()["message_uuid"]
    assert latest["message"]["status"] == "delivered"
    assert latest["message"]["sms"] == {"encoding": "gsm7", "units": 11, "parts": 1}
    assert ["request", "status", "attempt", "status", "attempt"] == [each["kind"] for each in latest["journal"]]
    assert ["delivered", "delivered"] == [each["state"] for each in latest["deliveries"]]


async def test_a_message_tells_the_steps_before_it(api: Api) -> None:
    uuid = (await api.send(sms())).json()["message_uuid"]

    begun = (await api.client.get(f"/_mock/messages/{uuid}")).json()["plan"]
    await api.advance(begun_after_s(begun[0]))
    halfway = (await api.client.get(f"/_mock/messages/{uuid}")).json()["plan"]
    await api.advance(5)
    ended = (await api.client.get(f"/_mock/messages/{uuid}")).json()["plan"]

    assert ["submitted", "delivered"] == [each["status"] for each in begun]
    assert begun[1:] == halfway
    assert [] == ended


async def test_a_plan_names_codes_and_goes_along_with_a_clock_that_is_set(api: Api) -> None:
    uuid = (await api.send(sms(client_ref="mock:undeliverable:1180"))).json()["message_uuid"]
    before = (await api.client.get(f"/_mock/messages/{uuid}")).json()["plan"]

    await api.client.put("/_mock/clock", json={"mode": "manual", "at": at(START_S + 3600).isoformat()})
    after = (await api.client.get(f"/_mock/messages/{uuid}")).json()["plan"]

    assert {"code": 1180, "reason": "Absent Subscriber Temporary"} == after[-1]["error"]
    assert [begun_after_s(each) + 3600 for each in before] == pytest.approx([begun_after_s(each) for each in after])


async def test_a_message_that_was_forgotten_has_no_plan(api: Api) -> None:
    uuid = (await api.send(sms())).json()["message_uuid"]
    message = await api.app.runtime.store.message("mockkey1", uuid)
    assert message is not None

    await api.client.post("/_mock/reset", params={"what": "messages"})

    assert () == api.app.runtime.messages.scripts.ahead(message)


def begun_after_s(move: Json) -> float:
    """Return how long after the start a planned move is due."""
    return datetime.fromisoformat(move["at"]).timestamp() - START_S


async def test_an_empty_list_says_where_else_something_happened(api: Api) -> None:
    await api.send(sms(), key="aaaa1111")

    answer = (await api.client.get("/_mock/messages")).json()

    assert answer["messages"] == []
    assert answer["elsewhere"] == ["aaaa1111"]


async def test_a_message_can_be_moved_now(api: Api) -> None:
    uuid = (await api.send(sms())).json()["message_uuid"]

    answer = await api.client.post(f"/_mock/messages/{uuid}/status", json={"status": "rejected", "code": 1300})
    await api.advance(10)

    assert answer.json()["status"] == "rejected"
    assert [{"code": 1300, "reason": "Not part of the provider network"}] == [
        body["error"] for _, body in api.receiver.got
    ]
    skipped = await api.journal(kind="skipped")
    assert len(skipped) == 2


@pytest.mark.parametrize(
    ("body", "status", "fix"),
    [
        pytest.param({"status": "read"}, 409, 'Add "force": true to do it all the same.', id="illegal move"),
        pytest.param({"status": "deliverd"}, 400, "Did you mean delivered?", id="misspelt"),
        pytest.param({"status": "rejected", "code": 1301}, 400, "The nearest is 1300.", id="unknown code"),
        pytest.param({"status": "rejected", "code": [1300]}, 400, "The nearest is 1300.", id="list for a code"),
        pytest.param({"status": "rejected", "code": 1340.0}, 400, "The nearest is 1340.", id="no whole number"),
        pytest.param({"status": "submitted", "code": 1300}, 400, "Codes go with rejected", id="code without failure"),
        pytest.param({"state": "read"}, 400, "Known: status, code, force.", id="unknown member"),
        pytest.param([], 400, "", id="no object"),
    ],
)
async def test_a_move_that_cannot_be_is_refused_with_the_way_out(api: Api, body: Json, status: int, fix: str) -> None:
    uuid = (await api.send(sms())).json()["message_uuid"]

    answer = await api.client.post(f"/_mock/messages/{uuid}/status", json=body)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().get("fix", "").startswith(fix)


async def test_every_supported_inbound_cell_arrives_with_made_up_content(api: Api, specs: Specs) -> None:
    for row in specs.capabilities.rows_in("v0.1"):
        if row.direction != "inbound" or not row.is_supported:
            continue
        body = {"channel": row.channel, "kind": row.kind, "version": "v0.1"}
        answer = await api.client.post("/_mock/inbound", json=body)
        assert answer.status_code == 201, answer.text
        await api.app.runtime.settle()
        url, body = api.receiver.got[-1]
        assert url == INBOUND_URL
        assert body["message"]["content"]["type"] == row.kind
        assert body == answer.json()["body"]


async def test_every_unsupported_inbound_cell_is_refused_by_name(api: Api, specs: Specs) -> None:
    refused = [row for row in specs.capabilities.rows_in("v0.1") if row.direction == "inbound" and not row.is_supported]
    assert len(refused) == 9
    for row in refused:
        body = {"channel": row.channel, "kind": row.kind, "version": "v0.1"}
        answer = await api.client.post("/_mock/inbound", json=body)
        assert answer.status_code == 400
        assert answer.json()["detail"].startswith(f"{row.kind} cannot come in on {row.channel} in v0.1: ")


async def test_inbound_takes_content_and_parties_as_given(api: Api) -> None:
    wanted = {
        "channel": "whatsapp",
        "kind": "image",
        "version": "v0.1",
        "from": "447700900103",
        "to": "447700900201",
        "url": "https://media.example.org/i/9.jpg",
        "caption": "Receipt",
    }

    body = (await api.client.post("/_mock/inbound", json=wanted)).json()["body"]

    assert body["from"] == {"number": "447700900103", "type": "whatsapp"}
    assert body["to"] == {"number": "447700900201", "type": "whatsapp"}
    assert body["message"]["content"]["image"] == {"url": wanted["url"], "caption": "Receipt"}
    assert body["direction"] == "inbound"


async def test_inbound_without_parties_answers_the_last_message_of_the_channel(api: Api) -> None:
    await api.send(sms())

    body = (await api.client.post("/_mock/inbound", json={"channel": "sms", "kind": "text", "text": "yes"})).json()[
        "body"
    ]

    assert (body["from"]["number"], body["to"]["number"]) == ("447700900123", "ACME")
    assert body["message"]["content"]["text"] == "yes"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({"kind": "text"}, "channel is missing", id="no channel"),
        pytest.param({"channel": "whatsap", "kind": "text"}, "Did you mean whatsapp?", id="channel"),
        pytest.param({"channel": "whatsapp", "kind": "txt"}, "Did you mean text?", id="kind"),
        pytest.param({"channel": "sms", "kind": "image"}, "image cannot come in on sms", id="no such cell"),
        pytest.param({"channel": "whatsapp", "kind": "text", "tetx": "x"}, "Did you mean text?", id="member"),
        pytest.param(
            {"channel": "whatsapp", "kind": "text", "text": 5}, "Write it as a JSON string.", id="text no string"
        ),
        pytest.param({"channel": "sms", "kind": "text", "text": None}, "Write it as a JSON string.", id="null text"),
        pytest.param({"channel": "sms", "kind": "text", "text": [1]}, "Write it as a JSON string.", id="list text"),
        pytest.param({"channel": "whatsapp", "kind": "text", "from": 44}, "Write it as a JSON string.", id="number"),
    ],
)
async def test_inbound_that_cannot_be_is_refused_with_the_nearest_choice(api: Api, body: Json, words: str) -> None:
    answer = await api.client.post("/_mock/inbound", json=body)

    assert answer.status_code == 400
    assert words in answer.json()["detail"] + " " + answer.json().get("fix", "")


async def test_journal_can_be_followed_from_an_entry_on(api: Api) -> None:
    await api.send(sms())
    first = (await api.client.get("/_mock/journal", params={"after": 0})).json()
    await api.send(sms())
    second = (await api.client.get("/_mock/journal", params={"after": first["next"], "wait_s": 5})).json()

    assert [1] == [each["id"] for each in first["entries"]]
    assert [2] == [each["id"] for each in second["entries"]]


async def test_deliveries_can_be_filtered_and_sent_again(api: Api) -> None:
    await api.send(sms())
    await api.advance(5)
    found = (await api.client.get("/_mock/deliveries", params={"event": "submitted"})).json()["deliveries"]
    (delivery,) = found

    answer = await api.client.post(f"/_mock/deliveries/{delivery['id']}/redeliver")
    await api.app.runtime.settle()

    assert answer.status_code == 202
    again = (await api.client.get(f"/_mock/deliveries/{delivery['id']}")).json()
    assert [1, 2] == [each["number"] for each in again["attempts"]]
    assert ["submitted", "delivered", "submitted"] == [body["status"] for _, body in api.receiver.got]


async def test_explain_judges_without_sending(api: Api) -> None:
    good = (await api.client.post("/_mock/explain", json=sms())).json()
    bad = (await api.client.post("/_mock/explain", json=sms(to={"type": "sms", "number": "00447700900123"}))).json()
    broken = (await api.client.post("/_mock/explain", content=b"{")).json()

    assert (good["valid"], good["branch"]) == (True, "SmsText")
    assert (bad["valid"], bad["nearest"]) == (False, sms())
    assert broken["valid"] is False
    assert (await api.client.get("/_mock/messages")).json()["messages"] == []
    assert await api.journal() == []


async def test_rules_list_every_cell_and_code(api: Api, specs: Specs) -> None:
    rules = (await api.client.get("/_mock/rules")).json()

    assert len(specs.capabilities.rows) == len(rules["capabilities"]["rows"])
    assert len(rules["errors"]) == 64
    assert "InvalidJson" in {each["name"] for each in rules["problems"]}


async def test_reset_forgets_what_it_is_told_and_no_more(api: Api) -> None:
    await api.send(sms())
    await api.send(sms(), key="aaaa1111")
    await api.client.post("/_mock/reset", params={"what": "journal"})
    assert await api.journal() == []
    assert len((await api.client.get("/_mock/messages")).json()["messages"]) == 1

    await api.client.post("/_mock/reset")

    assert (await api.client.get("/_mock/messages")).json()["messages"] == []
    assert len((await api.client.get("/_mock/messages", params={"account": "aaaa1111"})).json()["messages"]) == 1
    await api.advance(10)
    assert (await api.client.get("/_mock/messages")).json()["elsewhere"] == []
    await api.send(sms(), key="aaaa1111")
    assert ["aaaa1111"] == (await api.client.get("/_mock/messages")).json()["elsewhere"]


async def test_reset_of_accounts_puts_them_back_as_configured(api: Api) -> None:
    await api.client.put("/_mock/accounts/mockkey1", json={"status_url": "http://127.0.0.1:8/other"})
    await api.client.put("/_mock/accounts/new00001", json={})

    await api.client.post("/_mock/reset", params={"what": "accounts"})

    accounts = (await api.client.get("/_mock/accounts")).json()["accounts"]
    assert [("mockkey1", None)] == [(each["api_key"], each["status_url"]) for each in accounts]


async def test_an_account_can_be_set_shown_and_forgotten(api: Api) -> None:
    wanted = {
        "secrets": ["a-long-secret"],
        "status_url": "http://127.0.0.1:8/st",
        "webhook_version": "v1",
        "applications": [{"id": "app-1", "status_url": "http://127.0.0.1:8/app", "webhook_version": "v0.1"}],
        "senders": [{"channel": "whatsapp", "id": "447700900201", "application": "app-1"}],
    }

    put = await api.client.put("/_mock/accounts/ab12cd34", json=wanted)
    shown = (await api.client.get("/_mock/accounts/ab12cd34")).json()
    applications = (await api.client.get("/_mock/applications")).json()["applications"]
    gone = await api.client.delete("/_mock/accounts/ab12cd34")

    assert put.status_code == 200
    assert shown["secrets"] == ["a-long..."]
    assert "v1" == shown["webhook_version"]
    assert [("app-1", "v0.1")] == [(each["id"], each["webhook_version"]) for each in applications]
    assert gone.status_code == 204
    assert (await api.client.get("/_mock/accounts/ab12cd34")).status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({"statusurl": "x"}, "status_url", id="misspelt key"),
        pytest.param({"status_url": "localhost:9000"}, "http", id="no scheme"),
        pytest.param({"secrets": "x"}, "secrets", id="wrong type"),
        pytest.param({"webhook_version": "V1"}, 'Did you mean "v1"?', id="version of webhooks"),
        pytest.param({"senders": [{"channel": "whatsap", "id": "1"}]}, "Did you mean whatsapp?", id="channel"),
        pytest.param({"api_key": "other"}, "the path says", id="other key"),
        pytest.param({"applications": [{"id": "a", "public_key": "nonsense"}]}, "PEM", id="no key"),
    ],
)
async def test_a_wrong_account_is_refused_with_place_and_fix(api: Api, body: Json, words: str) -> None:
    answer = await api.client.put("/_mock/accounts/ab12cd34", json=body)

    assert answer.status_code == 400
    assert words in answer.json()["detail"] + answer.json().get("fix", "")


async def test_an_application_belongs_to_one_account(api: Api) -> None:
    await api.client.put("/_mock/accounts/ab12cd34", json={"applications": [{"id": "app-1"}]})

    answer = await api.client.put("/_mock/accounts/ef56ab78", json={"applications": [{"id": "app-1"}]})

    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/_mock/messages?chanel=sms", "Did you mean channel?"),
        ("/_mock/messages?limit=0", "Give a whole number from 1 to 1000."),
        ("/_mock/messages?limit=ten", "Give a whole number from 1 to 1000."),
        ("/_mock/messages?q=chanel:sms", "Did you mean channel?"),
        ("/_mock/messages?q=text:%22open", "Close the quote."),
        ("/_mock/messages?cursor=nowhere", "Take `next` of the page before."),
        ("/_mock/messages?account=nobody", "known: mockkey1"),
        ("/_mock/deliveries?state=lost", "Known: pending"),
        ("/_mock/journal?verdict=refusd", "Did you mean refused?"),
        ("/_mock/mesages", "Did you mean /_mock/messages?"),
        ("/_mock/messages/none", "no message 'none'"),
        ("/_mock/journal/0", "no journal entry 0"),
        ("/_mock/deliveries/none", "no delivery 'none'"),
    ],
)
async def test_a_wrong_control_call_is_a_problem_that_says_what_to_write(api: Api, path: str, words: str) -> None:
    answer = await api.client.get(path)

    assert answer.status_code in {400, 404}
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"] + " " + answer.json().get("fix", "")


async def test_a_wrong_verb_gets_405_with_allow(api: Api) -> None:
    answer = await api.client.delete("/_mock/messages")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


async def test_every_route_of_the_table_is_in_the_document_and_answers(api: Api) -> None:
    document = (await api.client.get("/_mock/openapi.json")).json()

    listed = {(path, verb.upper()) for path, item in document["paths"].items() for verb in item}
    assert {("/_mock" + route.path, route.method) for route in ROUTES} == listed
    for route in ROUTES:
        path = "/_mock" + route.path.replace("{uuid}", "x").replace("{id}", "x").replace("{number}", "1")
        method = "HEAD" if route.answers == "text/event-stream" else route.method  # which has no end
        answer = await api.client.request(method, path.replace("{api_key}", "abcd1234"), json={})
        assert answer.status_code in {200, 201, 202, 204, 400, 404, 409}, (route, answer.text)


@pytest.mark.parametrize(
    ("path", "field", "words"),
    [
        ("/messages", "direction", ["outbound", "inbound"]),
        ("/messages", "to", []),
        ("/messages", "has", ["error", "ref"]),
        ("/journal", "verdict", ["accepted", "refused", "failed"]),
        ("/deliveries", "event", ["inbound", "report"]),
    ],
)
async def test_the_control_document_tells_what_can_be_searched_for(
    api: Api, path: str, field: str, words: list[str]
) -> None:
    document = (await api.client.get("/_mock/openapi.json")).json()
    parameters = document["paths"][f"/_mock{path}"]["get"]["parameters"]
    query = next(each for each in parameters if each["name"] == "q")

    assert set(words) <= set(query["schema"]["x-fields"][field])
    assert bool(words) == bool(query["schema"]["x-fields"][field])


@pytest.mark.parametrize("path", ["/messages", "/journal", "/deliveries"])
async def test_every_field_the_document_tells_can_be_searched_for(api: Api, path: str) -> None:
    document = (await api.client.get("/_mock/openapi.json")).json()
    parameters = document["paths"][f"/_mock{path}"]["get"]["parameters"]
    fields = next(each for each in parameters if each["name"] == "q")["schema"]["x-fields"]
    asked = [f"{name}:{word}" for name, words in fields.items() for word in words or ["7"]]

    answers = [await api.client.get(f"/_mock{path}", params={"q": each}) for each in asked]

    assert {200} == {each.status_code for each in answers}


async def test_the_control_document_is_valid_openapi(api: Api) -> None:
    from openapi_spec_validator import validate

    validate((await api.client.get("/_mock/openapi.json")).json())


async def test_time_in_the_journal_is_the_account_clock(api: Api) -> None:
    await api.send(sms())
    await api.advance(5)

    entries = await api.journal()

    times = [datetime.fromisoformat(each["at"]).timestamp() for each in reversed(entries)]
    assert times[0] == START_S
    assert sorted(times) == times
    assert times[-1] == START_S + 0.4


async def test_refusals_are_found_behind_any_number_of_other_entries(api: Api) -> None:
    await api.send({})
    for _ in range(60):
        await api.send(sms())

    (entry,) = await api.journal(verdict="refused")

    assert entry["id"] == 1
    assert await api.journal(verdict="refused", after="0", limit="1") == [entry]


async def test_requests_with_a_finding_can_be_picked_out(api: Api) -> None:
    await api.send(sms(colour="red"))
    await api.send(sms(), key="aaaa1111")

    (entry,) = await api.journal(has="finding", kind="request")

    assert "colour" in {each["name"] for each in entry["request"]["findings"]}


async def test_a_reset_takes_its_word_from_the_query_only(api: Api) -> None:
    answer = await api.client.post("/_mock/reset", json={"what": "journal"})

    assert (answer.status_code, answer.json()["fix"]) == (
        400,
        "Say what to forget in the query: ?what=journal.",
    )


async def test_a_default_account_that_was_deleted_can_be_put_back(api: Api) -> None:
    await api.client.delete("/_mock/accounts/mockkey1")

    answer = await api.client.post("/_mock/reset", params={"what": "accounts"})

    assert answer.status_code == 200
    assert (await api.client.get("/_mock/accounts/mockkey1")).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/_mock/messages?limit={'9' * 5000}", 400),
        (f"/_mock/journal?after={'9' * 5000}", 400),
        (f"/_mock/journal/{'9' * 5000}", 404),
        ("/_mock/journal/\u0661", 404),
    ],
    ids=["limit", "after", "entry", "arabic digit"],
)
async def test_numbers_nobody_can_mean_are_refused(api: Api, path: str, status: int) -> None:
    assert (await api.client.get(path)).status_code == status


async def test_a_parameter_is_taken_as_it_is_quotes_included(api: Api) -> None:
    await api.send(sms(client_ref='a"b'))

    found = (await api.client.get("/_mock/messages", params={"ref": 'a"b'})).json()["messages"]

    assert ['a"b'] == [each["client_ref"] for each in found]


async def test_force_is_true_and_nothing_else(api: Api) -> None:
    uuid = (await api.send(sms())).json()["message_uuid"]

    answer = await api.client.post(f"/_mock/messages/{uuid}/status", json={"status": "delivered", "force": "no"})

    assert answer.status_code == 409


async def test_explain_under_strict_judges_as_a_send_would(open_api: OpenApi) -> None:
    async with open_api(strict=True) as api:
        verdict = (await api.client.post("/_mock/explain", json=sms(colour="red"))).json()

    assert verdict["valid"] is False


async def test_deleting_an_account_lets_its_webhooks_go(open_api: OpenApi) -> None:
    async with open_api() as api:
        api.receiver.answer = 500
        for _ in range(5):
            await api.send(sms(), key="aaaa1111")
        await api.advance(1)
        before = (await api.client.get("/_mock/health")).json()["webhooks"]["retrying"]

        await api.client.delete("/_mock/accounts/aaaa1111")

        assert before == 5
        after = (await api.client.get("/_mock/health")).json()
        assert {"queued": 0, "in_flight": 0, "retrying": 0, "parked": 0} == after["webhooks"]
        assert after["held"] == 0


async def test_our_own_mistake_in_a_control_call_is_a_500_problem_and_logged(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> object:
        raise ZeroDivisionError("a planted mistake")

    api.app.runtime.reset = broken  # type: ignore[method-assign,assignment]  # a planted mistake

    answer = await api.client.post("/_mock/reset")

    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["detail"] == "the mock server itself failed: ZeroDivisionError: a planted mistake"
    assert "a control call failed by a mistake of ours" in caplog.text
