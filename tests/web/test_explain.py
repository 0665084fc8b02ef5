"""Explanations over the control API: by which version, what would be answered, and the journal's nearest forms."""

import pytest

from mockserver.model import Json
from tests.web.conftest import Api, OpenApi, basic, sms

V1 = {"channel": "sms", "message_type": "text", "to": "447700900123", "from": "ACME", "text": "Hello"}
V0_1 = {
    "from": {"type": "sms", "number": "ACME"},
    "to": {"type": "sms", "number": "447700900123"},
    "message": {"content": {"type": "text", "text": "Hello"}},
}


async def explained(api: Api, body: Json, **query: str) -> Json:
    """Return what the control API says of a body."""
    return (await api.client.post("/_mock/explain", json=body, params=query)).json()


async def newest(api: Api) -> Json:
    """Return the journal's newest entry in full."""
    number = (await api.journal())[0]["id"]
    return (await api.client.get(f"/_mock/journal/{number}")).json()


@pytest.mark.parametrize(
    ("body", "version", "branch"), [(V1, "v1", "SmsText"), (V0_1, "v0.1", "SmsText")], ids=["v1", "v0.1"]
)
async def test_the_members_of_a_body_tell_the_version(api: Api, body: Json, version: str, branch: str) -> None:
    view = await explained(api, body)

    assert (True, version, branch, None) == (view["valid"], view["version"], view["branch"], view["problem"])
    assert f"a Messages {version} body" == view["judged_as"]


@pytest.mark.parametrize(
    ("body", "version", "nearest", "status"), [(V1, "v0.1", V0_1, 400), (V0_1, "v1", V1, 422)], ids=["v1", "v0.1"]
)
async def test_a_body_of_another_version_than_asked_for_is_translated(
    api: Api, body: Json, version: str, nearest: Json, status: int
) -> None:
    view = await explained(api, body, version=version)

    assert (False, version, status, nearest) == (
        view["valid"],
        view["version"],
        view["problem"]["status"],
        view["nearest"],
    )
    assert "body" == view["violations"][0]["name"]


async def test_an_update_is_explained_as_one(api: Api) -> None:
    view = await explained(api, {"status": "reed"}, method="PATCH")

    assert (False, "Update", {"status": "read"}) == (view["valid"], view["branch"], view["nearest"])
    assert 422 == view["problem"]["status"]


@pytest.mark.parametrize(
    ("query", "version", "status"), [({}, "v0.1", 400), ({"version": "v1"}, "v1", 422)], ids=["v0.1", "v1"]
)
async def test_a_body_that_is_no_json_is_explained(api: Api, query: dict[str, str], version: str, status: int) -> None:
    view = (await api.client.post("/_mock/explain", content=b"{", params=query)).json()

    assert (False, version, None) == (view["valid"], view["version"], view["nearest"])
    assert (status, "json") == (view["problem"]["status"], view["violations"][0]["rule"])


async def test_an_unknown_version_is_refused(api: Api) -> None:
    answer = await api.client.post("/_mock/explain", json=V1, params={"version": "v2"})

    assert (400, "version is 'v2'") == (answer.status_code, answer.json()["detail"])


async def test_findings_under_strict_are_violations_with_an_answer(open_api: OpenApi) -> None:
    async with open_api(strict=True) as api:
        view = await explained(api, V1 | {"colour": "red"})

    assert (False, 422) == (view["valid"], view["problem"]["status"])
    assert ["colour"] == [each["name"] for each in view["violations"]]


@pytest.mark.parametrize(
    ("path", "body", "nearest"),
    [
        pytest.param("/v0.1/messages", V1, V0_1, id="v1 body on the path of v0.1"),
        pytest.param("/beta/messages", V1, V0_1, id="v1 body on the old path of v0.1"),
        pytest.param("/v1/messages", V0_1, V1, id="v0.1 body on the path of v1"),
        pytest.param("/v1/messages/", V1 | {"to": "+447700900123"}, V1, id="v1, with a slash"),
        pytest.param("/v1/messages?x=1", V1 | {"to": 447700900123}, V1, id="v1, with a query"),
        pytest.param(
            "/v1/messages", {"template": "failover", "workflow": [V0_1]}, None, id="workflow on the path of v1"
        ),
    ],
)
async def test_an_entry_shows_the_nearest_form_of_the_version_it_was_sent_to(
    api: Api, path: str, body: Json, nearest: Json
) -> None:
    await api.send(body, path=path)

    assert nearest == (await newest(api))["nearest"]


async def test_an_entry_of_an_update_shows_the_nearest_update(api: Api) -> None:
    uuid = (await api.send(V1, path="/v1/messages")).json()["message_uuid"]

    await api.client.patch(f"/v1/messages/{uuid}", json={"status": "revoke"}, headers=basic("mockkey1"))

    assert {"status": "revoked"} == (await newest(api))["nearest"]


async def test_an_entry_of_another_operation_has_no_nearest_form(api: Api) -> None:
    """External Accounts has rules of its own, by which nothing is mended."""
    await api.client.post("/beta/chatapp-accounts/messenger", json=sms(), headers=basic("mockkey1"))

    entry = await newest(api)
    assert entry["request"]["violations"]
    assert entry["nearest"] is None
