"""The poster against real receivers on loopback: what it sends, what it reports, and what it must not follow."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import pytest
from aiohttp import web

from mockserver.errors import PostError
from mockserver.poster import HttpPoster

Handler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve: TypeAlias = Callable[[Handler], AbstractAsyncContextManager[str]]
_LOOPBACK = "127.0.0.1"


@pytest.fixture
def serve() -> Serve:
    """Return what serves a handler for the length of a block, and yields its base URL."""

    @asynccontextmanager
    async def served(handler: Handler) -> AsyncIterator[str]:
        runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, _LOOPBACK, 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        try:
            yield f"http://{host}:{port}"
        finally:
            await runner.cleanup()

    return served


@pytest.fixture
async def poster() -> AsyncIterator[HttpPoster]:
    """Return a poster with the time-outs of production."""
    made = HttpPoster(connect_timeout_s=3, answer_timeout_s=5)
    yield made
    await made.close()


@pytest.fixture
async def hasty() -> AsyncIterator[HttpPoster]:
    """Return a poster that waits for no answer."""
    made = HttpPoster(connect_timeout_s=60, answer_timeout_s=0.05)
    yield made
    await made.close()


@pytest.fixture
def deaf_url() -> Iterator[str]:
    """Return the URL of a port whose queue of connections is full, so that no more are accepted."""
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.socket())
        listener.bind((_LOOPBACK, 0))
        listener.listen(0)
        for _ in range(8):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://{_LOOPBACK}:{listener.getsockname()[1]}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


async def _no_content(_: web.BaseRequest) -> web.Response:
    return web.Response(status=204)


async def test_post_sends_exactly_the_bytes_and_headers(serve: Serve, poster: HttpPoster) -> None:
    got: list[tuple[str, str, bytes, str | None, str | None]] = []

    async def receive(request: web.BaseRequest) -> web.Response:
        headers = request.headers
        got.append(
            (request.method, request.raw_path, await request.read(), headers.get("Content-Type"), headers.get("X-A"))
        )
        return web.Response(status=200, text="thanks")

    body = '{"text":"Grüße/🍽"}'.encode()
    async with serve(receive) as url:
        status = await poster.post("POST", f"{url}/hook?a=1", body, {"Content-Type": "application/json", "X-A": "b"})

    assert status == 200
    assert got == [("POST", "/hook?a=1", body, "application/json", "b")]


async def test_post_sends_a_get_with_its_query_and_no_body(serve: Serve, poster: HttpPoster) -> None:
    got: list[tuple[str, str | None, bytes]] = []

    async def receive(request: web.BaseRequest) -> web.Response:
        got.append((request.method, request.query.get("message-timestamp"), await request.read()))
        return web.Response()

    async with serve(receive) as url:
        await poster.post("GET", f"{url}/?message-timestamp=2021-06-01+09%3A05%3A07", b"", {})

    assert got == [("GET", "2021-06-01 09:05:07", b"")]


async def test_post_names_no_user_agent(serve: Serve, poster: HttpPoster) -> None:
    got: list[bool] = []

    async def receive(request: web.BaseRequest) -> web.Response:
        got.append("User-Agent" in request.headers)
        return web.Response()

    async with serve(receive) as url:
        await poster.post("POST", url, b"{}", {})

    assert got == [False]


@pytest.mark.parametrize("status", [200, 204, 205, 206, 301, 302, 307, 400, 404, 500, 503])
async def test_post_returns_the_status_and_follows_no_redirect(serve: Serve, poster: HttpPoster, status: int) -> None:
    paths: list[str] = []

    async def receive(request: web.BaseRequest) -> web.Response:
        paths.append(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with serve(receive) as url:
        assert await poster.post("POST", f"{url}/hook", b"{}", {}) == status

    assert paths == ["/hook"]


async def test_post_sends_no_cookie_back(serve: Serve, poster: HttpPoster) -> None:
    """By the name of a host: nobody keeps cookies of bare addresses."""
    got: list[str | None] = []

    async def receive(request: web.BaseRequest) -> web.Response:
        got.append(request.headers.get("Cookie"))
        return web.Response(headers={"Set-Cookie": "a=b"})

    async with serve(receive) as url:
        for _ in range(2):
            await poster.post("POST", url.replace(_LOOPBACK, "localhost"), b"{}", {})

    assert got == [None, None]


@pytest.mark.parametrize("text", ["", "ok", "x" * 60_000], ids=["empty", "short", "long"])
async def test_post_keeps_its_connection(serve: Serve, poster: HttpPoster, text: str) -> None:
    ports: set[object] = set()

    async def receive(request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername"))
        return web.Response(text=text)

    async with serve(receive) as url:
        for _ in range(5):
            await poster.post("POST", url, b"{}", {})

    assert len(ports) == 1


async def test_post_has_no_limit_of_its_own_on_connections(serve: Serve, poster: HttpPoster) -> None:
    """Limits are the outbox's; here aiohttp's hundred would let one receiver hold up another."""
    waiting = asyncio.Semaphore(0)
    all_here = asyncio.Event()
    here: list[int] = []

    async def receive(_: web.BaseRequest) -> web.Response:
        here.append(1)
        if len(here) == 120:
            all_here.set()
        await waiting.acquire()
        return web.Response()

    async with serve(receive) as url, asyncio.timeout(20):
        posts = [asyncio.create_task(poster.post("POST", url, b"{}", {})) for _ in range(120)]
        await all_here.wait()
        for _ in posts:
            waiting.release()
        assert set(await asyncio.gather(*posts)) == {200}


async def test_post_gives_up_on_a_receiver_that_never_answers(serve: Serve, hasty: HttpPoster) -> None:
    never = asyncio.Event()

    async def receive(_: web.BaseRequest) -> web.Response:
        await never.wait()
        return web.Response()

    async with serve(receive) as url, asyncio.timeout(10):
        with pytest.raises(PostError, match=r"^no answer within 0\.05 s$"):
            await hasty.post("POST", url, b"{}", {})
        never.set()


async def test_post_gives_up_on_a_body_that_never_comes(serve: Serve, hasty: HttpPoster) -> None:
    never = asyncio.Event()

    async def receive(request: web.BaseRequest) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": "10"})
        await answer.prepare(request)
        await never.wait()
        return answer

    async with serve(receive) as url, asyncio.timeout(10):
        with pytest.raises(PostError, match=r"^no answer within 0\.05 s$"):
            await hasty.post("POST", url, b"{}", {})
        never.set()


async def test_post_reads_a_bounded_part_of_an_endless_answer(serve: Serve, poster: HttpPoster) -> None:
    async def receive(request: web.BaseRequest) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await answer.write(b"x" * 65_536)
        return answer

    async with serve(receive) as url, asyncio.timeout(5):
        assert await poster.post("POST", url, b"{}", {}) == 200


async def test_post_gives_up_on_a_port_that_accepts_nothing(deaf_url: str) -> None:
    poster = HttpPoster(connect_timeout_s=0.05, answer_timeout_s=60)

    async with asyncio.timeout(10):
        with pytest.raises(PostError, match=r"^no connection within 0\.05 s$"):
            await poster.post("POST", deaf_url, b"{}", {})

    await poster.close()


async def test_post_says_that_a_connection_was_refused(poster: HttpPoster) -> None:
    port = _free_port()

    with pytest.raises(PostError) as caught:
        await poster.post("POST", f"http://{_LOOPBACK}:{port}/hook", b"{}", {})

    assert str(caught.value).startswith(f"ClientConnectorError: Cannot connect to host {_LOOPBACK}:{port}")


@pytest.mark.parametrize(
    ("answer", "words"),
    [(b"", "ServerDisconnectedError: Server disconnected"), (b"no http\r\n\r\n", "HttpParserError: ")],
    ids=["hangs up", "speaks something else"],
)
async def test_post_says_what_was_wrong_with_the_answer(poster: HttpPoster, answer: bytes, words: str) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(hang_up, _LOOPBACK, 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(PostError) as caught:
            await poster.post("POST", f"http://{_LOOPBACK}:{port}/", b"{}", {})

    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("url", ["http://", "no url", "http://[::1", "ftp://127.0.0.1/", "http://127.0.0.1:99999/"])
async def test_post_says_so_if_a_url_is_none(poster: HttpPoster, url: str) -> None:
    with pytest.raises(PostError, match=r"^\w+: "):
        await poster.post("POST", url, b"{}", {})


async def test_close_can_be_called_twice_and_before_any_post() -> None:
    poster = HttpPoster(connect_timeout_s=1, answer_timeout_s=1)

    await poster.close()
    await poster.close()


_PROXIED = """
import asyncio, sys
from mockserver.poster import HttpPoster

async def main():
    poster = HttpPoster(connect_timeout_s=3, answer_timeout_s=5)
    print(await poster.post("POST", sys.argv[1], b"{}", {}))
    await poster.close()

asyncio.run(main())
"""


async def test_post_ignores_proxies_of_the_environment(serve: Serve) -> None:
    """In a process of its own, since the environment belongs to the whole process."""
    proxy = f"http://{_LOOPBACK}:{_free_port()}"
    names = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
    environment = {**os.environ, **dict.fromkeys(names, proxy), "no_proxy": "", "NO_PROXY": ""}

    async with serve(_no_content) as url:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _PROXIED, url, env=environment, stdout=subprocess.PIPE
        )
        output, _ = await process.communicate()

    assert output == b"204\n"


async def test_a_trickling_body_comes_whole_with_its_length_and_slowly(serve: Serve, poster: HttpPoster) -> None:
    came: list[tuple[bytes, str | None, float]] = []
    loop = asyncio.get_running_loop()

    async def slowly(request: web.BaseRequest) -> web.Response:
        began_s = loop.time()
        body = await request.read()
        came.append((body, request.headers.get("Content-Length"), loop.time() - began_s))
        return web.Response(status=204)

    async with serve(slowly) as url:
        status = await poster.post("POST", url, b"x" * 90, {}, over_s=0.2)

    [(body, length, took_s)] = came
    assert (204, b"x" * 90, "90") == (status, body, length)
    assert took_s >= 0.15


async def test_a_body_may_trickle_longer_than_an_answer_may_take(serve: Serve) -> None:
    poster = HttpPoster(connect_timeout_s=0.1, answer_timeout_s=0.1)

    async def read(request: web.BaseRequest) -> web.Response:
        return web.Response(status=200 if len(await request.read()) == 3 else 400)

    async with serve(read) as url:
        status = await poster.post("POST", url, b"abc", {}, over_s=0.4)
    await poster.close()

    assert 200 == status


async def test_a_trickle_that_gets_no_answer_is_given_up_after_it(serve: Serve) -> None:
    poster = HttpPoster(connect_timeout_s=0.05, answer_timeout_s=0.05)
    never = asyncio.Event()

    async def read(request: web.BaseRequest) -> web.Response:
        await request.read()
        await never.wait()
        return web.Response()

    async with serve(read) as url, asyncio.timeout(10):
        with pytest.raises(PostError, match=r"^no answer within 0\.05 s$"):
            await poster.post("POST", url, b"abc", {}, over_s=0.05)
        never.set()
    await poster.close()
