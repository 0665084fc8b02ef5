"""Asks the system under test to do something over HTTP, as a step of a scenario says; judges no answer."""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import Final

import msgspec

from mockserver.core.scenario_values import Http
from mockserver.model import Json

_MOST_BYTES: Final = 1_048_576
"""How much of an answer is read."""


async def ask(asked: Http) -> dict[str, Json] | str:
    """Return the answer as ``status``, ``headers``, ``text`` and ``json``, or in words why there is none.

    No proxies of the environment, no redirects, no cookies: what the receiver says is what is told.
    """
    await asyncio.to_thread(import_module, "aiohttp")  # few need it, and it takes a fifth of a second to load
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=asked.timeout_s)
    content = content_of(asked)
    headers = _headers(asked)
    try:
        async with (
            aiohttp.ClientSession(trust_env=False, cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout) as session,
            session.request(asked.method, asked.url, data=content, headers=headers, allow_redirects=False) as answer,
        ):
            raw = bytearray()
            async for piece in answer.content.iter_any():
                raw += piece
                if len(raw) > _MOST_BYTES:
                    break
            return _read(answer.status, answer.headers, bytes(raw[:_MOST_BYTES]))
    except TimeoutError:
        return f"was not answered within {asked.timeout_s:g} s"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return f"failed: {type(error).__name__}: {error}"


def content_of(asked: Http) -> bytes | None:
    """Return the body as it is sent, ``None`` where nothing is."""
    if asked.sends_json:
        return msgspec.json.encode(asked.json)
    return asked.raw if asked.body is None else asked.body.encode()


def _headers(asked: Http) -> dict[str, str]:
    named = {name.lower() for name in asked.headers}
    usual = {"Content-Type": "application/json"} if asked.sends_json and "content-type" not in named else {}
    return {**usual, **asked.headers}


def _read(status: int, headers: Mapping[str, str], raw: bytes) -> dict[str, Json]:
    text = raw.decode("utf-8", "replace")
    try:
        json = msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        json = None
    return {
        "status": status,
        "headers": {name.lower(): each for name, each in headers.items()},
        "text": text,
        "json": json,
    }
