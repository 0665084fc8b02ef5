"""Pages of other sites: they cannot drive the control API through a browser, and nobody else is hindered."""

import pytest

from tests.web.conftest import Api, OpenApi

BROWSER = "Mozilla/5.0 (X11; Linux x86_64)"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", "127.0.0.1:7670"),
        ("http://127.0.0.1:8000", "127.0.0.1:7670"),
        ("http://localhost:7670", "127.0.0.1:7670"),
        ("null", "127.0.0.1:7670"),
        ("http://[broken", "127.0.0.1:7670"),
        ("http://127.0.0.1:7670", "[broken"),
    ],
)
async def test_a_page_of_another_site_changes_nothing(api: Api, origin: str, host: str) -> None:
    answer = await api.client.post("/_mock/reset", headers={"Origin": origin, "Host": host})

    assert (403, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert answer.json() == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": f"a page of {origin} may not change anything here (the host is {host})",
        "fix": "Use the server's own page, or a program that sends no Origin.",
    }


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:7670", "127.0.0.1:7670"),
        ("http://localhost:7670", "localhost:7670"),
        ("http://LOCALHOST:7670", "localhost:7670"),
        ("http://mockserver:7670", "mockserver:7670"),
        ("http://[::1]:7670", "[::1]:7670"),
        ("http://mock.test", "mock.test:80"),
        ("https://mock.localhost", "mock.localhost"),
        (None, "mockserver:7670"),
        (None, "api.example.com"),
    ],
)
async def test_the_own_page_and_programs_change_what_they_like(api: Api, origin: str | None, host: str) -> None:
    headers = {"Host": host} if origin is None else {"Host": host, "Origin": origin, "User-Agent": BROWSER}

    assert (await api.client.post("/_mock/reset", headers=headers)).status_code == 200


async def test_a_page_of_another_site_may_ask_but_browsers_do_not_let_it_read(api: Api) -> None:
    answer = await api.client.get("/_mock/health", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


async def test_a_browser_that_a_name_was_pointed_here_for_is_not_answered(api: Api) -> None:
    headers = {"Host": "Evil.example:7670", "User-Agent": BROWSER}

    read = await api.client.get("/_mock/journal", headers=headers)
    changed = await api.client.post("/_mock/reset", headers=headers | {"Origin": "http://evil.example:7670"})

    assert (403, 403) == (read.status_code, changed.status_code)
    assert read.json()["detail"] == "the server listens on this machine only, and is no evil.example"
    assert read.json()["fix"] == "Ask by localhost, or start it with --tls-name evil.example if that name is yours."


async def test_a_page_cannot_pass_for_a_program_by_another_user_agent(api: Api) -> None:
    pretending = {"Host": "evil.example:7670", "User-Agent": "curl/8", "Accept-Language": "en"}
    node = {"Host": "mock.example:7670", "User-Agent": "node", "Accept-Language": "*", "Sec-Fetch-Mode": "cors"}

    assert (await api.client.get("/_mock/journal", headers=pretending)).status_code == 403
    assert (await api.client.get("/_mock/journal", headers=node)).status_code == 200


@pytest.mark.parametrize("changes", [{"host": "::"}, {"tls_name": ("Mock.example.com",)}], ids=["host", "name"])
async def test_a_browser_may_ask_by_name_for_what_has_one(open_api: OpenApi, changes: dict[str, object]) -> None:
    async with open_api(**changes) as api:
        headers = {"Host": "mock.example.com:7670", "User-Agent": BROWSER}

        assert (await api.client.get("/_mock/journal", headers=headers)).status_code == 200
