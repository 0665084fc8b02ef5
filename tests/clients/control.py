"""Asks the control API of a running server, as a tester would; knows no client."""

import json
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from mockserver.model import Json


def ask(url: str, path: str, body: Json = None, **query: str) -> Json:
    """Return what the control API answers to a GET or, with a body, to a POST; fail with its words if it refuses."""
    content = None if body is None else json.dumps(body).encode()
    request = Request(f"{url}/_mock/{path}?{urlencode(query)}", content, {"Content-Type": "application/json"})
    try:
        with urlopen(request) as answer:
            return json.load(answer)
    except HTTPError as error:
        with error:
            raise AssertionError(error.read().decode()) from None


def requests(url: str, uuid: str, account: str) -> list[Json]:
    """Return the requests that were about a message, oldest first: path, status, body and what else is known."""
    journal = ask(url, f"messages/{uuid}", account=account)["journal"]
    return [entry["request"] for entry in journal if "request" in entry]
