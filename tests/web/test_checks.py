"""Verify and wait over the control API: verdicts, differences, searches, and a time that is over."""

import asyncio

import pytest

from mockserver.model import Json
from tests.web.conftest import Api, sms

_VERIFY = "/_mock/verify"
_WAIT = "/_mock/wait"


async def test_a_verdict_lists_what_came_of_each_expectation(api: Api) -> None:
    uuid = (await api.send(sms())).json()["message_uuid"]
    await api.advance(1)

    answer = await api.client.post(
        _VERIFY,
        json=[
            {"messages": {"channel": "sms"}, "count": 1, "name": "one table"},
            {"deliveries": {"status": "delivered", "message": uuid}, "acknowledged": True},
            {"sequence": [{"requests": {"operation": "send"}}, {"deliveries": {}}]},
            {"violations": 0},
        ],
    )

    told = answer.json()
    assert (answer.status_code, told["passed"], told["stopped"], told["elsewhere"]) == (200, True, False, [])
    assert [(each["name"], each["passed"], each["count"]) for each in told["outcomes"]] == [
        ("one table", True, 1),
        (None, True, 1),
        (None, True, 2),
        (None, True, 0),
    ]
    assert told["outcomes"][0]["matching"] == [
        {
            "id": uuid,
            "what": "messages",
            "line": "sms text from ACME to 447700900123 is delivered: Table ready",
        }
    ]


async def test_a_failure_shows_the_nearest_field_by_field(api: Api) -> None:
    await api.send(sms())

    answer = await api.client.post(_VERIFY, json={"messages": {"channel": "sms", "text": {"contains": "confirmed"}}})

    (outcome,) = answer.json()["outcomes"]
    assert (answer.status_code, answer.json()["passed"], outcome["count"]) == (200, False, 0)
    assert outcome["says"].endswith("none found, expected at least 1")
    assert outcome["nearest"][0]["misses"] == [
        {
            "field": "text",
            "expected": 'something that contains "confirmed"',
            "found": "Table ready",
            "says": 'text is "Table ready"; expected something that contains "confirmed"',
        }
    ]


async def test_a_failure_says_where_else_something_happened(api: Api) -> None:
    await api.send(sms(), key="aaaa1111")

    told = (await api.client.post(_VERIFY, json={"messages": {}})).json()

    assert (told["passed"], told["elsewhere"]) == (False, ["aaaa1111"])


@pytest.mark.parametrize(
    ("body", "where", "words"),
    [
        ([{"messages": {"chanel": "sms"}}], "[0].messages.chanel", "Did you mean channel?"),
        ({"mesages": {}}, "mesages", "Did you mean messages?"),
        ({"requests": {"q": "has:error"}}, "requests.q", "Known: ref, violation, finding, fault."),
        (7, None, "an expectation is 7"),
    ],
)
async def test_what_cannot_be_expected_is_refused_with_its_place(
    api: Api, body: Json, where: str | None, words: str
) -> None:
    answer = await api.client.post(_VERIFY, json=body)

    problem = answer.json()
    assert (answer.status_code, problem.get("where")) == (400, where)
    assert words in problem["detail"] + " " + problem.get("fix", "")


async def test_a_wait_answers_with_what_is_there(api: Api) -> None:
    uuid = (await api.send(sms())).json()["message_uuid"]

    told = (await api.client.get(_WAIT, params={"q": "channel:sms to:4477*"})).json()

    assert (told["matched"], told["count"], told["what"]) == (True, 1, "messages")
    assert [each["message_uuid"] for each in told["messages"]] == [uuid]


async def test_a_wait_may_be_for_requests_and_webhooks(api: Api) -> None:
    await api.send(sms())
    await api.send({"from": {}})
    await api.advance(1)

    requests = (await api.client.get(_WAIT, params={"q": "has:violation", "what": "requests"})).json()
    webhooks = (
        await api.client.get(_WAIT, params={"q": "acknowledged:true", "what": "deliveries", "count": "2"})
    ).json()

    assert [each["request"]["status"] for each in requests["requests"]] == [400]
    assert [each["event"] for each in webhooks["deliveries"]] == ["submitted", "delivered"]


@pytest.mark.parametrize("within", ["0", "0s", "10ms"])
async def test_a_wait_whose_time_is_over_says_so(api: Api, within: str) -> None:
    await api.send(sms())

    answer = await api.client.get(_WAIT, params={"q": "channel:viber", "within": within})

    told = answer.json()
    assert (answer.status_code, told["matched"], told["count"], told["messages"]) == (200, False, 0, [])
    assert told["nearest"][0]["misses"][0]["field"] == "channel"


async def test_a_wait_is_answered_when_it_happens(api: Api) -> None:
    waiting = asyncio.create_task(api.client.get(_WAIT, params={"q": "status:delivered", "within": "60s"}))
    await api.send(sms())
    for _ in range(20):
        await asyncio.sleep(0)
    was_waiting = not waiting.done()

    await api.advance(1)

    async with asyncio.timeout(5):
        told = (await waiting).json()
    assert (was_waiting, told["matched"]) == (True, True)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"q": "chanel:sms"}, "Did you mean channel?"),
        ({"what": "message"}, "Did you mean messages?"),
        ({"within": "soon"}, "Write it like 50ms"),
        ({"within": "1h"}, "The longest wait is 600s"),
        ({"count": "0"}, "Give a whole number from 1."),
        ({"within_s": "1s"}, "Did you mean within?"),
    ],
)
async def test_a_wait_for_what_cannot_be_is_refused(api: Api, params: dict[str, str], words: str) -> None:
    answer = await api.client.get(_WAIT, params=params)

    assert answer.status_code == 400
    assert words in answer.json()["detail"] + " " + answer.json().get("fix", "")


async def test_the_journal_and_the_webhooks_are_searched_in_the_same_grammar(api: Api) -> None:
    await api.send(sms())
    await api.send(sms(to={"type": "sms", "number": "33612345678"}))
    await api.send({"from": {}})
    await api.advance(1)

    refused = await api.journal(q="has:violation")
    french = await api.journal(q="to:336*")
    unmet = await api.journal(q="to:336* status:delivered", kind="attempt")
    webhooks = (await api.client.get("/_mock/deliveries", params={"q": "to:336* acknowledged:true"})).json()
    by_parameter = (await api.client.get("/_mock/messages", params={"status": "delivered", "to": "336*"})).json()

    assert [each["request"]["status"] for each in refused] == [400]
    assert sorted(each["kind"] for each in french) == ["attempt", "attempt", "request", "status", "status"]
    assert [each["about"].split()[0] for each in unmet] == ["delivered"]
    assert [each["event"] for each in webhooks["deliveries"]] == ["delivered", "submitted"]
    assert [each["to"] for each in by_parameter["messages"]] == ["33612345678"]


@pytest.mark.parametrize(("has", "count"), [("violation", 1), ("finding", 1), ("fault", 0)])
async def test_the_journal_is_filtered_by_what_requests_have(api: Api, has: str, count: int) -> None:
    await api.send({"from": {}})
    await api.send(sms(extra="x"))

    assert len(await api.journal(has=has)) == count


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"messages": {"to": "447700900101"}}, 2),
        ({"messages": "text:one"}, 1),
        ({"messages": {}}, 3),
        ({"requests": {"verdict": "accepted"}}, 3),
        ({"deliveries": {"event": "inbound"}}, 0),
    ],
    ids=["fields", "search", "all", "requests", "none"],
)
async def test_what_fits_is_found_oldest_first(api: Api, body: Json, count: int) -> None:
    for to, text in (("447700900101", "one"), ("447700900101", "two"), ("447700900102", "three")):
        await api.send(_text(text, to))

    found = (await api.client.post("/_mock/find", json=body)).json()
    [name] = body

    assert count == len(found[name])
    assert found[name] == sorted(found[name], key=lambda each: each["at"])


def _text(text: str, to: str = "447700900101") -> Json:
    return sms(to={"type": "sms", "number": to}, message={"content": {"type": "text", "text": text}})


async def test_a_limit_leaves_the_newest(api: Api) -> None:
    for text in ("one", "two", "three"):
        await api.send(_text(text))

    found = (await api.client.post("/_mock/find", params={"limit": 2}, json={"messages": {}})).json()

    assert ["two", "three"] == [each["text"] for each in found["messages"]]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "what to find is nothing"),
        ({"mesages": {}}, "what to find is mesages"),
        ({"messages": {}, "requests": {}}, "what to find is messages, requests"),
        ({"messages": {"chanel": "sms"}}, "chanel is no field of messages"),
    ],
)
async def test_what_cannot_be_found_is_refused(api: Api, body: Json, words: str) -> None:
    refused = await api.client.post("/_mock/find", json=body)

    assert (400, words) == (refused.status_code, refused.json()["detail"])


async def test_what_fits_is_shown_in_full_if_asked_for(api: Api) -> None:
    sent = (await api.send(sms())).json()["message_uuid"]

    plain = (await api.client.post("/_mock/verify", json={"messages": {}})).json()["outcomes"][0]
    full = (await api.client.post("/_mock/verify", params={"full": "true"}, json={"messages": {}})).json()["outcomes"][
        0
    ]

    assert "things" not in plain
    assert [sent] == [each["message_uuid"] for each in full["things"]]
