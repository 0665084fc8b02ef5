"""What is kept of an account, and what the control API says of what was dropped."""

import pytest

from tests.web.conftest import Api, OpenApi, sms


async def _sent(api: Api, count: int) -> list[str]:
    return [(await api.send(sms())).json()["message_uuid"] for _ in range(count)]


async def _kept(api: Api) -> list[str]:
    listed = (await api.client.get("/_mock/messages")).json()["messages"]
    return [each["message_uuid"] for each in listed][::-1]


async def test_the_oldest_finished_messages_are_dropped_with_all_that_belongs_to_them(open_api: OpenApi) -> None:
    async with open_api(keep=2) as api:
        sent = []
        for _ in range(4):
            sent += await _sent(api, 1)
            await api.advance(10)

        assert await _kept(api) == sent[2:]
        deliveries = (await api.client.get("/_mock/deliveries")).json()["deliveries"]
        assert {each["message_uuid"] for each in deliveries} == set(sent[2:])
        entries = (await api.client.get("/_mock/journal?limit=200")).json()["entries"]
        assert {each["message_uuid"] for each in entries} - {None} == set(sent[2:])
        assert entries[-1]["id"] > 1


async def test_messages_under_way_are_never_dropped(open_api: OpenApi) -> None:
    async with open_api(keep=2) as api:
        sent = await _sent(api, 4)

        assert await _kept(api) == sent

        await api.advance(10)
        sent += await _sent(api, 2)
        assert await _kept(api) == sent[-2:]


@pytest.mark.parametrize(
    ("path", "what"),
    [("messages/{}", "no message"), ("journal/1", "no journal entry 1"), ("deliveries/x", "no delivery")],
)
async def test_what_was_dropped_is_said_to_have_been_perhaps(open_api: OpenApi, path: str, what: str) -> None:
    async with open_api(keep=1) as api:
        [first] = await _sent(api, 1)
        await api.advance(10)
        await _sent(api, 1)

        answer = await api.client.get("/_mock/" + path.format(first))

        assert answer.status_code == 404
        assert answer.json()["detail"].startswith(what)
        assert answer.json()["detail"].endswith(
            "it never was, or the oldest message was dropped and it with them (--keep 1)"
        )
        assert "--keep 0" in answer.json()["fix"]


async def test_refused_requests_are_kept_as_many_as_messages(open_api: OpenApi) -> None:
    async with open_api(keep=3) as api:
        for _ in range(7):
            await api.send({})

        entries = (await api.client.get("/_mock/journal?verdict=refused")).json()["entries"]

        assert [each["id"] for each in entries] == [7, 6, 5]


async def test_ids_go_on_after_a_drop(open_api: OpenApi) -> None:
    async with open_api(keep=1) as api:
        sent = []
        for _ in range(5):
            sent += await _sent(api, 1)
            await api.advance(10)

        assert len(set(sent)) == len(sent)


async def test_what_finishes_later_is_dropped_though_nothing_more_is_sent(open_api: OpenApi) -> None:
    async with open_api(keep=2) as api:
        sent = await _sent(api, 6)
        await api.advance(10)

        while api.app.runtime.store.tidy():
            pass

        assert await _kept(api) == sent[-2:]
