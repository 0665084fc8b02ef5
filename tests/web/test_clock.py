"""Clocks over the control API: read, set, advanced, reset; mistakes come with the way out."""

import pytest

from mockserver.model import Account, Json
from tests.web.conftest import Api, OpenApi, sms

_CLOCK = "/_mock/clock"
_ADVANCE = "/_mock/clock/advance"
_START = "2026-09-21T14:13:20.000Z"


async def test_a_clock_is_shown(api: Api) -> None:
    await api.send(sms())

    shown = (await api.client.get(_CLOCK)).json()

    assert shown == {
        "account": "mockkey1",
        "mode": "manual",
        "at": _START,
        "own": False,
        "next_at": "2026-09-21T14:13:20.050Z",
    }


@pytest.mark.parametrize("mode", ["real", "manual", "60x"])
async def test_a_clock_is_set(api: Api, mode: str) -> None:
    answer = await api.client.put(_CLOCK, json={"mode": mode, "at": "2030-01-01T00:00:00+01:00"})

    assert answer.status_code == 200
    assert (answer.json()["mode"], answer.json()["own"]) == (mode, True)
    assert answer.json()["at"].startswith("2029-12-31T23:00:0")


async def test_a_time_without_a_zone_is_utc(api: Api) -> None:
    answer = await api.client.put(_CLOCK, json={"mode": "manual", "at": "2030-01-01 12:00"})

    assert answer.json()["at"] == "2030-01-01T12:00:00.000Z"


@pytest.mark.parametrize("by", [86_400, "24h", "1d", "23h60m"])
async def test_an_advance_answers_once_all_is_done(api: Api, by: Json) -> None:
    await api.send(sms())

    answer = await api.client.post(_ADVANCE, json={"by": by})

    told = answer.json()
    assert answer.status_code == 200
    assert (told["account"], told["from"], told["to"]) == ("mockkey1", _START, "2026-09-22T14:13:20.000Z")
    assert (told["total"], told["counts"], told["next"]) == (4, {"status": 2, "attempt": 2}, None)
    assert [each["kind"] for each in told["entries"]] == ["status", "attempt", "status", "attempt"]
    assert len(api.receiver.got) == 2


async def test_an_advance_shows_as_much_as_asked_for_and_where_to_go_on(api: Api) -> None:
    api.receiver.answer = 500
    await api.send(sms())

    told = (await api.client.post(_ADVANCE, json={"by": "24h"}, params={"limit": 3})).json()
    rest = (await api.client.get("/_mock/journal", params={"after": told["next"], "limit": 1000})).json()["entries"]

    assert [each["id"] for each in told["entries"]] == [2, 3, 4]
    assert told["total"] == len(told["entries"]) + len(rest)
    assert told["counts"]["attempt"] == 110


async def test_an_advance_of_nothing_changes_nothing(api: Api) -> None:
    told = (await api.client.post(_ADVANCE, json={"by": 0})).json()

    assert (told["from"], told["to"], told["total"], told["entries"], told["next"]) == (_START, _START, 0, [], None)


async def test_a_named_account_is_moved_alone(open_api: OpenApi) -> None:
    async with open_api(Account("aaaa1111"), Account("bbbb2222")) as api:
        for key in ("aaaa1111", "bbbb2222"):
            await api.send(sms(), key=key)

        await api.client.post(_ADVANCE, json={"by": "1h"}, params={"account": "aaaa1111"})

        clocks = [(await api.client.get(_CLOCK, params={"account": key})).json() for key in ("aaaa1111", "bbbb2222")]
        assert [each["at"] for each in clocks] == ["2026-09-21T15:13:20.000Z", _START]
        assert len(api.receiver.got) == 2


async def test_the_journal_tells_its_clock(api: Api) -> None:
    await api.client.put(_CLOCK, json={"mode": "manual", "at": "2030-01-01T00:00:00Z"})
    await api.send(sms())

    page = (await api.client.get("/_mock/journal")).json()

    assert (page["clock"]["mode"], page["clock"]["at"]) == ("manual", "2030-01-01T00:00:00.000Z")
    assert page["entries"][0]["at"] == "2030-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("PUT", _CLOCK, {}, 400, "mode is nothing"),
        ("PUT", _CLOCK, {"mode": "manuel"}, 400, "Did you mean manual?"),
        ("PUT", _CLOCK, {"mode": "0x"}, 400, "Write real, manual, or so many times as fast, such as 60x."),
        ("PUT", _CLOCK, {"mode": 60}, 400, "mode is 60"),
        ("PUT", _CLOCK, {"mode": "real", "att": "x"}, 400, "Did you mean at?"),
        ("PUT", _CLOCK, {"mode": "real", "at": "soon"}, 400, "Write it like 2026-03-29T00:59:30Z."),
        ("PUT", _CLOCK, {"mode": "real", "at": 7}, 400, "at is 7, no time"),
        ("PUT", _CLOCK, {"mode": "real", "at": "3500-01-01T00:00:00Z"}, 400, "leave the years 1970 to 2999"),
        ("POST", _ADVANCE, {}, 400, 'Send {"by": "24h"}.'),
        ("POST", _ADVANCE, {"by": "24 hours"}, 400, "Write it like 50ms"),
        ("POST", _ADVANCE, {"by": -1}, 400, "by is -1, no duration"),
        ("POST", _ADVANCE, {"by": "400d"}, 400, "The longest is 366d."),
        ("POST", _ADVANCE, {"by": "1h", "to": "x"}, 400, "to is no member here"),
    ],
)  # fmt: skip
async def test_a_mistake_is_told_with_the_way_out(
    api: Api, method: str, path: str, body: Json, status: int, words: str
) -> None:
    answer = await api.client.request(method, path, json=body)

    assert answer.status_code == status
    assert words in answer.json()["detail"] + " " + answer.json().get("fix", "")


async def test_a_real_clock_cannot_be_advanced(api: Api) -> None:
    await api.client.put(_CLOCK, json={"mode": "real"})

    answer = await api.client.post(_ADVANCE, json={"by": "24h"})

    assert answer.status_code == 409
    assert answer.json()["fix"] == 'Set it first: PUT /_mock/clock {"mode": "manual"}, or `mockserver clock manual`.'


async def test_parts_are_reset_together(api: Api) -> None:
    await api.send(sms())
    await api.client.put(_CLOCK, json={"mode": "60x"})

    answer = await api.client.post("/_mock/reset", params={"what": "journal,clock"})

    assert (answer.status_code, answer.json()["reset"]) == (200, "journal,clock")
    assert not (await api.client.get(_CLOCK)).json()["own"]
    assert await api.journal() == []
    assert len((await api.client.get("/_mock/messages")).json()["messages"]) == 1


async def test_a_part_that_cannot_be_reset_is_named(api: Api) -> None:
    answer = await api.client.post("/_mock/reset", params={"what": "journal,clok"})

    assert (answer.status_code, answer.json()["detail"]) == (400, "what is 'clok'")
    assert answer.json()["fix"].startswith("Did you mean clock? Known: journal, messages,")


@pytest.mark.parametrize(
    ("mode", "within", "statuses"),
    [
        ("manual", "2s", []),
        ("real", "2s", ["submitted", "delivered"]),
        ("real", "0.2", ["submitted"]),
        ("100x", "20ms", ["submitted", "delivered"]),
        ("real", "0s", []),
    ],
)
async def test_settling_waits_for_what_is_due_soon(api: Api, mode: str, within: str, statuses: list[str]) -> None:
    await api.client.put(_CLOCK, json={"mode": mode})
    await api.send(sms())

    settled = await api.client.post("/_mock/settle", params={"within": within})

    assert settled.status_code == 204
    assert statuses == [body["status"] for _, body in api.receiver.got]


async def test_settling_does_not_wait_for_next_tries_due_later(api: Api) -> None:
    api.receiver.answer = 500
    await api.client.put(_CLOCK, json={"mode": "real"})
    await api.send(sms())

    await api.client.post("/_mock/settle", params={"within": "1s"})

    assert ["submitted"] == [body["status"] for _, body in api.receiver.got]


async def test_settling_runs_what_a_standing_clock_has_reached(api: Api) -> None:
    await api.send(sms())
    await api.client.put(_CLOCK, json={"mode": "manual"})
    await api.client.post("/_mock/messages/" + await _newest(api) + "/status", json={"status": "submitted"})

    await api.client.post("/_mock/settle")

    assert ["submitted"] == [body["status"] for _, body in api.receiver.got]


async def _newest(api: Api) -> str:
    uuid: str = (await api.client.get("/_mock/messages")).json()["messages"][0]["message_uuid"]
    return uuid


async def test_a_time_to_settle_that_is_none_is_refused(api: Api) -> None:
    refused = await api.client.post("/_mock/settle", params={"within": "soon"})

    assert refused.status_code == 400
    assert "within is 'soon'" in refused.json()["detail"]
