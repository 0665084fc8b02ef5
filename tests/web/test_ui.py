"""The page is served with its headers, from its folder alone."""

import asyncio
import re
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.applications import Starlette

from mockserver.settings import Settings
from mockserver.web.server import serving
from mockserver.web.ui import PAGE, Page
from tests.web.conftest import Api


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a page, and a secret beside it."""
    page = tmp_path / "page"
    (page / "lib").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><title>mock</title>")
    (page / "lib" / "api.js").write_text("export default 1;")
    (page / "style.css").write_text("body {}")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "page-beside.txt").write_text("secret")
    (page / "link.txt").symlink_to(tmp_path / "secret.txt")
    return page


@pytest.fixture
def client(folder: Path) -> httpx2.AsyncClient:
    """Return a client of the page."""
    app = Starlette(routes=Page(folder).routes())
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://mock")


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/_page/index.html", "text/html; charset=utf-8"),
        ("/_page/lib/api.js", "text/javascript; charset=utf-8"),
        ("/_page/style.css", "text/css; charset=utf-8"),
    ],
)
async def test_files_are_served_with_a_strict_policy(client: httpx2.AsyncClient, path: str, media_type: str) -> None:
    answer = await client.get(path)

    assert (200, media_type) == (answer.status_code, answer.headers["content-type"])
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_file_seen_before_is_not_sent_again(client: httpx2.AsyncClient, folder: Path) -> None:
    mark = (await client.get("/")).headers["etag"]

    again = await client.get("/", headers={"If-None-Match": f'"other", W/{mark}'})
    (folder / "index.html").write_text("<!doctype html><title>new</title>")
    changed = await client.get("/", headers={"If-None-Match": mark})

    assert (304, b"", mark) == (again.status_code, again.content, again.headers["etag"])
    assert (200, True) == (changed.status_code, b"new" in changed.content)


async def test_a_head_is_answered_with_the_length(client: httpx2.AsyncClient) -> None:
    whole, head = await client.get("/_page/style.css"), await client.head("/_page/style.css")

    assert (200, whole.headers["content-length"]) == (head.status_code, head.headers["content-length"])


async def test_another_verb_is_told_which_to_use(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/_page/index.html")

    assert (405, "GET, HEAD", "POST is not allowed here. Use GET.\n") == (
        answer.status_code,
        answer.headers["allow"],
        answer.text,
    )


@pytest.mark.parametrize(
    "path",
    [
        "/_page/nothing.js",
        "/_page/",
        "/_page/lib",
        "/_page/link.txt",
        "/_page/%00",
        "/_page/" + "x" * 5000,
        "/_page/..%2fsecret.txt",
        "/_page/%2e%2e/secret.txt",
        "/_page/%2e%2e%2fsecret.txt",
        "/_page/lib/../../secret.txt",
        "/_page/lib/%2e%2e/%2e%2e/secret.txt",
        "/_page/..%5csecret.txt",
        "/_page/..%2fpage-beside.txt",
        "/_page//etc/passwd",
        "/_page/%2fetc/passwd",
    ],
)
async def test_what_is_not_in_the_folder_is_not_served(client: httpx2.AsyncClient, path: str) -> None:
    """Also absolute, encoded, and by a link that leads out."""
    answer = await client.get(path)

    assert answer.status_code == 404
    assert "secret" not in answer.text.replace("secret.txt", "")
    assert "root:" not in answer.text


@pytest.mark.parametrize("target", ["/_page/../secret.txt", "/_page/lib/../../secret.txt", "/_page//etc/passwd"])
async def test_dots_sent_as_they_are_lead_nowhere(target: str) -> None:
    """Clients tidy such paths up before they ask; an attacker does not."""
    with serving(Settings(port=0, tls=False)) as running:
        parts = urlsplit(running.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(f"GET {target} HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()

    assert re.match(rb"HTTP/1.1 404 Not Found\r\n", answer)
    assert b"The page has no file" in answer


async def test_the_server_has_a_page(api: Api) -> None:
    answer = await api.client.get("/")

    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert answer.text == (PAGE / "index.html").read_text(encoding="utf-8")


async def test_a_post_to_the_root_is_told_and_journalled_as_ever(api: Api) -> None:
    answer = await api.client.post("/", json={})

    assert answer.status_code == 404
    assert "No operation is at /." in answer.json()["detail"]
    assert ["POST /"] == [each["about"][:6] for each in await api.journal()]
