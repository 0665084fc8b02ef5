"""Messages, requests and webhooks can be asked for every field that is documented, and mean what they say."""

import pytest

from mockserver.core.asking import FIELDS, About
from mockserver.model import Account, Direction, EntryKind, Exchange, Json
from mockserver.problem import Finding, Violation
from mockserver.service.messages import Arrival
from mockserver.service.subjects import Found
from tests.bodies import body_of
from tests.service.conftest import KEY, STATUS_URL, World

_NO_FIELDS = {"json", "headers", "q"}
"""What can be asked without being a field."""


async def _all(world: World, about: About, key: str = KEY) -> list[Found]:
    """Return all there is, oldest first."""
    return [each async for each in world.runtime.subjects.all(key, about)][::-1]


async def _request(world: World, **members: Json) -> Found:
    """Journal a request and return it."""
    known: dict[str, Json] = {"method": "POST", "path": "/v0.1/messages", "status": 422, "verdict": "refused"}
    message = members.pop("message", None)
    await world.runtime.journal.write(
        KEY,
        EntryKind.REQUEST,
        "POST",
        message=message,
        exchange=Exchange(**(known | members)),
    )
    return (await _all(world, "requests"))[-1]


async def test_every_documented_field_is_there(world: World) -> None:
    sent = await world.send("whatsapp", "image", client_ref="order-7")
    await world.advance(1)
    await _request(world, message=sent.uuid)

    abouts: tuple[About, ...] = ("messages", "requests", "deliveries")
    for about in abouts:
        (found, *_) = await _all(world, about)
        assert set(FIELDS[about]) - _NO_FIELDS <= set(found.subject), about


async def test_a_message_is_what_was_sent_and_what_became_of_it(world: World) -> None:
    sent = await world.send("viber", "text", client_ref="mock:rejected:1300")
    await world.advance(1)

    (found,) = await _all(world, "messages")

    assert found == Found("messages", sent.uuid, found.subject)
    assert found.subject == {
        "channel": "viber",
        "kind": "text",
        "from": "31007",
        "to": "447700900112",
        "text": "Your parcel is near",
        "client_ref": "mock:rejected:1300",
        "application": None,
        "version": "v0.1",
        "direction": "outbound",
        "status": "rejected",
        "uuid": sent.uuid,
        "content": {"text": "Your parcel is near"},
        "options": None,
        "error_code": 1300,
        "workflow": None,
    }
    assert found.line == "viber text from 31007 to 447700900112 is rejected: Your parcel is near"


async def test_a_webhook_is_what_it_tells_and_how_it_was_answered(world: World) -> None:
    world.poster.answer(STATUS_URL, 503, 204)
    sent = await world.send()
    await world.advance(10)

    found = (await _all(world, "deliveries"))[0]

    body = found.subject["body"]
    assert body["status"] == "submitted"
    assert {name: value for name, value in found.subject.items() if name != "body"} == {
        "event": "submitted",
        "status": "submitted",
        "message": sent.uuid,
        "channel": "sms",
        "kind": "text",
        "to": "447700900111",
        "from": "BISTRO",
        "text": sent.content["text"],
        "client_ref": None,
        "url": STATUS_URL,
        "state": "delivered",
        "acknowledged": True,
        "attempts": 2,
        "answered": 204,
    }
    assert found.line == f"submitted webhook to {STATUS_URL} is delivered after 2 tries, answered 204"


async def test_an_inbound_webhook_has_no_status(world: World) -> None:
    arrival = Arrival("sms", "text", "447700900111", "BISTRO", {"text": "Hello"})
    await world.runtime.messages.receive(await world.account(), arrival)

    (found,) = await _all(world, "deliveries")
    (message,) = await _all(world, "messages")

    assert (found.subject["event"], found.subject["status"], found.subject["acknowledged"]) == ("inbound", None, False)
    assert found.line.endswith(" is pending after 0 tries")
    assert message.subject["direction"] == Direction.INBOUND.value


async def test_a_webhook_without_a_url_or_a_body_goes_nowhere(world: World) -> None:
    await world.runtime.accounts.put(Account(KEY, status_url=""))
    await world.send()
    await world.advance(1)

    found = (await _all(world, "deliveries"))[0]

    assert (found.subject["url"], found.subject["state"]) == (None, "dropped")
    assert found.line == "submitted webhook to nowhere is dropped after 0 tries"


@pytest.mark.parametrize(
    ("path", "operation", "version"),
    [
        ("/v0.1/messages", "send", "v0.1"),
        ("/v0.1/messages/", "send", "v0.1"),
        ("/beta/messages?api_key=mockke...", "send", "v0.1"),
        ("/v1/messages", "send", "v1"),
        ("/v1/messages/6c1e0d74-9a2b-4f85-b3d6-e07f1a5c8924", "update", "v1"),
        ("/v0.1/dispatch", "dispatch", "v0.1"),
        ("/beta/workflows", "dispatch", "v0.1"),
        ("/beta/chatapp-accounts", "external", None),
        ("/beta/chatapp-accounts/whatsapp/447700900201", "external", None),
        ("/v2/messages", None, None),
        ("/v1/messagesx", None, None),
    ],
)
async def test_the_path_of_a_request_tells_its_operation(
    world: World, path: str, operation: str | None, version: str | None
) -> None:
    found = await _request(world, path=path)

    assert (found.subject["operation"], found.subject["version"]) == (operation, version)
    assert found.subject["path"] == path.partition("?")[0]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param(
            {"body": '{"to": {"type": "sms", "number": "1"}, "from": {"type": "sms", "id": "2"},'
             ' "message": {"content": {"type": "text", "text": "Hello"}}, "client_ref": "c"}',
             "channel": "sms", "kind": "text"},
            {"to": "1", "from": "2", "text": "Hello", "client_ref": "c", "channel": "sms"},
            id="v0.1",
        ),
        pytest.param(
            {"path": "/v1/messages", "body": '{"to": "1", "from": "2", "text": "Hello", "channel": "sms"}',
             "channel": "sms", "kind": "text"},
            {"to": "1", "from": "2", "text": "Hello"},
            id="v1",
        ),
        pytest.param(
            {"path": "/v0.1/dispatch",
             "body": '{"template": "failover", "workflow": [{"to": {"number": "1"}, "message": {"content": {}}}]}'},
            {"to": "1", "from": None},
            id="dispatch",
        ),
        pytest.param({"body": '{"to": {}, "from": 7, "x": "why"}'}, {"to": None, "from": 7, "text": "why"}, id="odd"),
        pytest.param({"body": "{nonsense"}, {"to": None, "body": "{nonsense", "text": "{nonsense"}, id="no-json"),
        pytest.param({"body": ""}, {"body": None, "text": "", "violations": None, "fault": None}, id="empty"),
        pytest.param({"body": "[1]"}, {"body": [1], "to": None}, id="list"),
    ],
)  # fmt: skip
async def test_a_refused_request_tells_what_can_be_read_off_its_body(
    world: World, members: dict[str, Json], expected: dict[str, Json]
) -> None:
    found = await _request(world, **members)

    assert {name: found.subject[name] for name in expected} == expected


async def test_violations_and_findings_are_named_by_field_and_rule(world: World) -> None:
    found = await _request(
        world,
        violations=(Violation("to.number", "pattern", "no number"), Violation("to.type", "pattern", "no type")),
        findings=(Finding("captoin", "unknown_member", "odd"),),
        channel="sms",
        kind="text",
    )

    assert found.subject["violations"] == ["to.number", "pattern", "to.type"]
    assert found.subject["findings"] == ["captoin", "unknown_member"]
    assert found.line == "POST /v0.1/messages 422 refused sms text: to.number, pattern, to.type"


async def test_an_accepted_request_has_the_fields_of_its_message(world: World) -> None:
    sent = await world.send(client_ref="order-7")

    found = await _request(world, message=sent.uuid, status=202, verdict="accepted", headers={"x-id": "7"})

    assert (found.subject["to"], found.subject["client_ref"]) == (sent.recipient, "order-7")
    assert found.subject["headers"] == {"x-id": "7"}
    assert found.line == "POST /v0.1/messages 202 accepted sms text to 447700900111"


async def test_an_entry_is_asked_for_what_it_told_of_then(world: World) -> None:
    world.poster.answer(STATUS_URL, 503)
    await world.send()
    await world.advance(10)
    entries = await world.entries()

    subjects = [await world.runtime.subjects.of_entry(KEY, each) for each in entries]

    told = [
        (each.kind.value, subject["status"], subject.get("answered"))
        for each, subject in zip(entries, subjects, strict=True)
    ]
    assert told == [
        ("status", "submitted", None),
        ("attempt", "submitted", 503),
        ("status", "delivered", None),
        ("attempt", "submitted", 204),
        ("attempt", "delivered", 204),
    ]
    assert [each.get("acknowledged") for each in subjects] == [None, False, None, True, True]


async def test_an_entry_about_nothing_that_is_left_has_no_fields(world: World) -> None:
    await world.send()
    await world.advance(1)
    await world.runtime.reset(await world.account(), "messages")

    subjects = [await world.runtime.subjects.of_entry(KEY, each) for each in await world.entries()]

    assert [each for each in subjects if "channel" in each] == []


async def test_order_is_where_something_begins(world: World) -> None:
    world.poster.answer(STATUS_URL, 503)
    await world.send()
    await world.advance(10)
    request = await _request(world)
    subjects = world.runtime.subjects
    (message,), (first, second) = await _all(world, "messages"), await _all(world, "deliveries")
    unknown = Found("deliveries", "nobody", first.subject)

    order = [await subjects.order(KEY, each) for each in (message, first, second, request, unknown)]

    assert order == [1, 2, 5, 6, None]


async def test_requests_are_walked_newest_first_and_down_to_an_entry(world: World) -> None:
    for _ in range(3):
        await _request(world)
    await world.send()

    assert [each.id async for each in world.runtime.subjects.requests(KEY)] == [3, 2, 1]
    assert [each.id async for each in world.runtime.subjects.requests(KEY, 1)] == [3, 2]


async def test_a_long_text_is_cut_in_a_line(world: World) -> None:
    body = body_of("sms", "text")
    body["message"]["content"]["text"] = "x" * 100
    await world.send("sms", "text", message=body["message"])

    (found,) = await _all(world, "messages")

    assert found.line.endswith(f": {'x' * 57}...")
