"""Requests of the journal as commands: safe in a shell, without secrets, and the same request again."""

import shlex
import shutil
import subprocess
from urllib.parse import urlsplit

import aiohttp
import pytest

from mockserver.model import Exchange, Json
from mockserver.settings import Settings
from mockserver.web.repeating import curl_command
from mockserver.web.vonage import KEPT_BODY
from tests.web.conftest import Api, basic, sms

NASTY = """it's $(touch x) `id` "quoted" \\ ! @file
next ${HOME} 日本 'end"""


def words(command: str | None) -> list[str]:
    """Return the words a shell would make of a command."""
    assert command is not None
    return shlex.split(command)


async def entry(api: Api) -> Json:
    """Return the newest entry in full."""
    [newest, *_] = await api.journal()
    return (await api.client.get(f"/_mock/journal/{newest['id']}")).json()


async def test_a_request_is_told_as_a_command(api: Api) -> None:
    await api.send(sms(message={"content": {"type": "text", "text": NASTY}}, extra=1))
    told = await entry(api)

    found = words(told["curl"])

    assert ["curl", "-X", "POST", "-u", "mockkey1:YOUR-SECRET"] == found[:5]
    assert "http://127.0.0.1/v0.1/messages" == found[-1]
    assert told["request"]["body"] == found[found.index("--data-raw") + 1]
    assert "content-type: application/json" in found
    assert not [each for each in found if each.startswith(("host:", "content-length:", "authorization:"))]


async def test_the_places_to_mend_are_told_as_pointers(api: Api) -> None:
    body = sms(message={"content": {"type": "text"}}, to={"type": "sms", "number": "x"})
    await api.send(body)
    told = await entry(api)
    explained = (await api.client.post("/_mock/explain", json=body)).json()

    assert ["message.content.text", "to.number"] == sorted(each["name"] for each in told["places"])
    assert told["places"] == explained["places"]
    by_name = {each["name"]: each for each in told["places"]}
    assert by_name["message.content.text"] == {
        "name": "message.content.text",
        "pointer": "/message/content/text",
        "missing": True,
        "holder": "/message/content",
    }
    assert (by_name["to.number"]["pointer"], by_name["to.number"]["missing"]) == ("/to/number", False)


def exchange(**changes: object) -> Exchange:
    """Return a request."""
    known: dict[str, object] = {"method": "POST", "path": "/v1/messages", "status": 202, "verdict": "accepted"}
    return Exchange(**{**known, **changes})  # type: ignore[arg-type]  # a test names its members by keyword


def test_a_token_is_left_to_whoever_has_it() -> None:
    found = words(curl_command(exchange(headers={"authorization": "Bearer eyJ..."}), "http://m/", "key"))

    assert ["curl", "-X", "POST", "-H", "Authorization: Bearer YOUR-TOKEN", "http://m/v1/messages"] == found


def test_a_secret_in_the_query_is_left_out_and_odd_paths_stay_what_they_are() -> None:
    asked = exchange(method="GET", path="/a b/../%41[0]?api_key=k&api_secret=ab...&x={1}")

    found = words(curl_command(asked, "http://m", "key"))

    assert "http://m/a%20b/../%2541%5B0%5D?api_key=k&api_secret=YOUR-SECRET&x={1}" == found[-1]
    assert {"--globoff", "--path-as-is"} <= set(found)


def test_a_host_that_means_something_is_kept() -> None:
    asked = exchange(headers={"host": "sandbox.example:80", "x-empty": ""}, body="{}")

    assert "host: sandbox.example:80" in words(curl_command(asked, "http://m", "key", ("sandbox.example",)))
    found = words(curl_command(asked, "http://m", "key"))
    assert [each for each in found if each.startswith("host")] == []
    assert {"x-empty;", "content-type:"} <= set(found)


@pytest.mark.parametrize("body", ["x" * KEPT_BODY, "nul \0", "not \N{REPLACEMENT CHARACTER} text"])
def test_a_request_the_journal_has_not_all_of_is_no_command(body: str) -> None:
    assert curl_command(exchange(body=body), "http://m", "key") is None


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
async def test_the_command_sends_the_same_again() -> None:
    import asyncio

    from mockserver.web.server import serving

    with serving(Settings(port=0, tls=False)) as running:
        async with aiohttp.ClientSession(running.url) as client:
            text = sms(message={"content": {"type": "text", "text": NASTY}})
            await client.post("/v0.1/messages", json=text, headers=basic("mockkey1"))
            async with client.get("/_mock/journal/1") as answer:
                first = await answer.json()
            shell = ["sh", "-c", f"{first['curl']} -s --noproxy '*'"]
            done = await asyncio.to_thread(subprocess.run, shell, capture_output=True, check=True)
            async with client.get("/_mock/journal", params={"kind": "request"}) as answer:
                second, _ = (await answer.json())["entries"]

    assert b"message_uuid" in done.stdout
    assert urlsplit(running.url).netloc in first["curl"]
    assert ("accepted", first["request"]["body"]) == (second["request"]["verdict"], second["request"]["body"])
