"""Conversations: who talks with whom, what was said and refused, page by page, and what the user answers."""

from urllib.parse import quote

import pytest

from mockserver.model import Account, Json, Provider
from tests.web.conftest import INBOUND_URL, Api, OpenApi, basic, sms

ID = "sms:447700900123:ACME"


async def listed(api: Api, **query: str) -> list[Json]:
    """Return the conversations of a page."""
    answer = await api.client.get("/_mock/conversations", params=query)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["conversations"]
    return found


async def one(api: Api, identity: str = ID, **query: str) -> Json:
    """Return a part of a conversation."""
    answer = await api.client.get(f"/_mock/conversations/{quote(identity, safe='')}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def to(number: str, text: str = "Table ready", **changes: Json) -> Json:
    """Return an SMS to a user."""
    body = {"to": {"type": "sms", "number": number}, "message": {"content": {"type": "text", "text": text}}}
    return sms(**{**body, **changes})


async def test_messages_of_both_directions_make_one_conversation(api: Api) -> None:
    await api.send(sms())
    await api.advance(5)
    await api.client.post(
        "/_mock/inbound",
        json={"channel": "sms", "kind": "text", "from": "447700900123", "to": "ACME", "text": "Thanks"},
    )

    [talk] = await listed(api)

    last = talk.pop("last")
    assert talk == {
        "id": ID,
        "channel": "sms",
        "user": "447700900123",
        "sender": "ACME",
        "name": None,
        "last_at": last["at"],
        "messages": 2,
        "violations": 0,
        "findings": 0,
    }
    assert ("text", "Thanks", "inbound", "received") == tuple(
        last[name] for name in ("kind", "text", "direction", "status")
    )


async def test_a_message_is_told_with_all_that_is_to_be_seen_beside_it(open_api: OpenApi) -> None:
    account = Account("mockkey1", provider=Provider(prices={"sms": "0.05"}))
    async with open_api(account) as api:
        sent = await api.send(sms(message={"content": {"type": "text", "text": "x" * 200}}, client_ref="r-1", odd=1))
        await api.advance(5)
        [bubble] = (await one(api))["messages"]
        [entry] = await api.journal(kind="request")

    assert bubble["message_uuid"] == sent.json()["message_uuid"]
    assert bubble["content"] == {"text": "x" * 200}
    assert bubble["sms"] == {"encoding": "gsm7", "units": 200, "parts": 2}
    assert bubble["price"] == {"currency": "EUR", "amount": "0.1000"}
    assert ["submitted", "delivered"] == [each["status"] for each in bubble["statuses"]]
    assert (entry["id"], "r-1") == (bubble["entry"], bubble["client_ref"])
    assert (
        ["odd"]
        == [each["name"] for each in bubble["findings"]]
        == [each["name"] for each in entry["request"]["findings"]]
    )


async def test_a_failed_message_tells_its_code(api: Api) -> None:
    uuid = (await api.send(sms())).json()["message_uuid"]
    await api.client.post(f"/_mock/messages/{uuid}/status", json={"status": "rejected", "code": 1300})

    [bubble] = (await one(api))["messages"]

    assert bubble["statuses"][0]["error"] == {"code": 1300, "reason": "Not part of the provider network"}


async def test_the_latest_activity_comes_first_and_statuses_are_none(api: Api) -> None:
    first = (await api.send(to("447700900001"))).json()["message_uuid"]
    await api.advance(1)
    await api.send(to("447700900002"))
    await api.advance(1)
    before = [each["user"] for each in await listed(api)]
    await api.client.post(f"/_mock/messages/{first}/status", json={"status": "read", "force": True})
    still = [each["user"] for each in await listed(api)]
    await api.send(to("447700900001"))

    assert ["447700900002", "447700900001"] == before == still
    assert ["447700900001", "447700900002"] == [each["user"] for each in await listed(api)]


async def test_conversations_are_listed_by_pages(api: Api) -> None:
    for number in range(5):
        await api.send(to(f"44770090000{number}"))

    first = (await api.client.get("/_mock/conversations", params={"limit": 3})).json()
    rest = (await api.client.get("/_mock/conversations", params={"limit": 3, "cursor": first["next"]})).json()

    users = [each["user"] for each in first["conversations"] + rest["conversations"]]
    assert [f"44770090000{number}" for number in (4, 3, 2, 1, 0)] == users
    assert rest["next"] is None


async def test_messages_of_a_conversation_come_by_pages_with_refusals_where_they_occurred(api: Api) -> None:
    for number in range(6):
        await api.advance(10)
        text = {"text": f"{number}"} if number % 3 else {"txt": "wrong"}
        await api.send(sms(message={"content": {"type": "text", **text}}))

    pages = [await one(api, limit="2")]
    while pages[-1]["next"]:
        pages.append(await one(api, limit="2", cursor=pages[-1]["next"]))

    assert [["5", "4"], ["2"], ["1"]] == [[each["content"]["text"] for each in page["messages"]] for page in pages]
    assert [0, 1, 1] == [len(page["refused"]) for page in pages]
    assert pages[0]["conversation"]["violations"] == 2
    assert pages[1]["refused"][0]["request"]["violations"][0]["name"] == "message.content.text"


async def test_sends_that_were_all_refused_make_a_conversation_too(api: Api) -> None:
    await api.send(sms(message={"content": {"type": "text"}}))

    [talk] = await listed(api)
    part = await one(api)

    assert (ID, None, 0, 1) == tuple(talk[name] for name in ("id", "last", "messages", "violations"))
    assert ([], 1) == (part["messages"], len(part["refused"]))


async def test_a_refusal_that_names_no_user_is_in_no_conversation(api: Api) -> None:
    await api.send({"to": {"type": "sms"}})
    await api.client.post("/v0.1/messages", content=b"{", headers=basic("mockkey1"))

    assert await listed(api) == []


async def test_findings_are_counted(api: Api) -> None:
    await api.send(sms(odd=1))
    await api.send(sms())
    await listed(api)
    await api.send(sms(odd=2))

    assert [2] == [each["findings"] for each in await listed(api)]


async def test_a_user_is_called_by_his_name(api: Api) -> None:
    body = {"channel": "whatsapp", "kind": "text", "version": "v1", "from": "447700900123", "to": "447700900201"}
    await api.client.post("/_mock/inbound", json={**body, "text": "Hi", "profile": {"name": "Ada <b>L</b>"}})

    assert ["Ada <b>L</b>"] == [each["name"] for each in await listed(api)]
    for found in ("ada", "channel:whatsapp ada", '"Ada <b>L" -channel:sms', "ada <b>"):
        assert ["447700900123"] == [each["user"] for each in await listed(api, q=found)], found
    for missed in ("channel:sms ada", "ada -channel:whatsapp", "ada grace"):
        assert [] == await listed(api, q=missed), missed


@pytest.mark.parametrize(
    ("q", "users"),
    [
        pytest.param("channel:sms", ["447700900002", "447700900001"], id="grammar"),
        pytest.param("to:447700900001", ["447700900001"], id="party"),
        pytest.param('text:"two words"', ["447700900002"], id="text"),
        pytest.param("0900001", ["447700900001"], id="part of a number"),
        pytest.param("acme", ["447700900002", "447700900001"], id="own address"),
        pytest.param("nothing", [], id="none"),
    ],
)
async def test_conversations_can_be_searched(api: Api, q: str, users: list[str]) -> None:
    await api.send(to("447700900001"))
    await api.send(to("447700900002", "two words"))

    assert users == [each["user"] for each in await listed(api, q=q)]


@pytest.mark.parametrize(
    "user", ["a:b/c?d#e%25 f", "~7E", "<script>", "Zoë", "..", "+4477"], ids=lambda user: quote(user, safe="")
)
async def test_any_address_makes_an_id_that_may_stand_in_a_url(api: Api, user: str) -> None:
    await api.send(sms(to={"type": "sms", "number": user}))

    [talk] = await listed(api)
    raw = (await api.client.get(f"/_mock/conversations/{talk['id']}")).json()

    assert (user, user) == (talk["user"], raw["conversation"]["user"])
    assert raw["conversation"] == (await one(api, talk["id"]))["conversation"]


async def test_a_user_replies_to_where_he_was_written_from(api: Api) -> None:
    await api.send(sms())
    await api.app.runtime.settle()

    answer = await api.client.post(f"/_mock/conversations/{ID}/reply", json={"kind": "text", "text": "STOP"})
    await api.app.runtime.settle()

    assert answer.status_code == 201
    url, body = api.receiver.got[-1]
    assert (INBOUND_URL, answer.json()["body"]) == (url, body)
    assert ("447700900123", "ACME") == (body["from"]["number"], body["to"]["number"])
    assert ["STOP", "Table ready"] == [each["text"] for each in (await one(api))["messages"]]


@pytest.mark.parametrize("member", ["channel", "from", "to"])
async def test_a_reply_has_no_parties_of_its_own(api: Api, member: str) -> None:
    await api.send(sms())

    answer = await api.client.post(f"/_mock/conversations/{ID}/reply", json={"kind": "text", member: "x"})

    assert (400, f"{member} is that of the conversation") == (answer.status_code, answer.json()["detail"])
    assert answer.json()["fix"] == "Leave it out, or use POST /_mock/inbound."


@pytest.mark.parametrize(
    ("identity", "detail"),
    [
        ("nothing", "'nothing' is no conversation"),
        ("pigeon:1:2", "'pigeon:1:2' is no conversation"),
        ("sms::ACME", "'sms::ACME' is no conversation"),
        ("sms:~FF:ACME", "'sms:~FF:ACME' is no conversation"),
        ("sms:1:2", "no conversation 'sms:1:2' in account mockkey1"),
    ],
)
async def test_an_unknown_conversation_is_not_found(api: Api, identity: str, detail: str) -> None:
    answer = await api.client.get(f"/_mock/conversations/{identity}")

    assert (404, detail) == (answer.status_code, answer.json()["detail"])


@pytest.mark.parametrize("path", ["", f"/{ID}"])
async def test_a_cursor_that_leads_nowhere_is_refused(api: Api, path: str) -> None:
    await api.send(sms())

    answer = await api.client.get(f"/_mock/conversations{path}", params={"cursor": "nowhere"})

    assert (400, "the cursor 'nowhere' leads nowhere") == (answer.status_code, answer.json()["detail"])


async def test_a_reset_forgets_conversations_and_new_ones_begin(api: Api) -> None:
    await api.send(sms())
    await listed(api)
    await api.client.post("/_mock/reset")
    forgotten = await listed(api)
    await api.send(to("447700900009"))

    assert (forgotten, ["447700900009"]) == ([], [each["user"] for each in await listed(api)])


async def test_accounts_do_not_see_the_conversations_of_others(api: Api) -> None:
    await api.send(sms(), key="aaaa1111")

    assert await listed(api) == []
    assert [ID] == [each["id"] for each in await listed(api, account="aaaa1111")]


async def test_what_was_dropped_is_in_no_conversation(open_api: OpenApi) -> None:
    async with open_api(keep=3, status_url=None) as api:
        for number in range(8):
            await api.send(to(f"4477009000{number // 2:02}"))
            await api.advance(60)
            await listed(api)
        talks = await listed(api)

    assert [("447700900003", 2), ("447700900002", 1)] == [(each["user"], each["messages"]) for each in talks]


@pytest.mark.parametrize("levels", [500, 30_000])
async def test_a_body_nested_too_deep_to_be_read_hides_no_conversation(api: Api, levels: int) -> None:
    await api.send(sms())
    deep = '{"to": ' + "[" * levels + "]" * levels + "}"
    refused = await api.client.post("/v1/messages", content=deep, headers=basic("mockkey1"))

    assert refused.status_code == 422
    assert [ID] == [each["id"] for each in await listed(api)]
    assert [deep] == [each["request"]["body"] for each in await api.journal(q='"[[[["')]


async def test_what_is_refused_while_the_conversations_are_read_counts_once(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.send(sms())
    await listed(api)
    journal = api.app.runtime.journal
    last_number = journal.last_number

    async def and_then_another_comes(account: str) -> int:
        number = await last_number(account)
        monkeypatch.undo()
        await api.send(to("447700900123", message={"content": {"type": "text", "txt": "wrong"}}))
        return number

    monkeypatch.setattr(journal, "last_number", and_then_another_comes)
    await listed(api)
    [talk] = await listed(api)

    assert talk["violations"] == 1
    assert len((await one(api))["refused"]) == 1
