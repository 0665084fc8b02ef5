"""The client of the control API over sockets: where it asks, and what it says of what it cannot ask."""

import pytest

from mockserver.client import Call, OverHttp, call_of
from mockserver.errors import UsageError
from mockserver.settings import Settings
from mockserver.web.server import serving


def test_path_of_the_url_goes_before_that_of_the_call() -> None:
    with serving(Settings(port=0, tls=False)) as running:
        status = [OverHttp(f"{running.url}{path}").ask(Call("GET", "clock")).status for path in ("", "/", "/proxied")]

    assert [200, 200, 404] == status


def test_url_with_other_characters_than_ascii_is_told() -> None:
    with pytest.raises(UsageError, match=r"holds characters other than ASCII after its host\. Write them percent-enc"):
        OverHttp("http://127.0.0.1:9/\u00fc").ask(Call("GET", "clock"))


def test_half_a_character_is_left_to_the_server_to_complain_of() -> None:
    assert b'{"text": "\\ud800"}' == call_of("POST", "explain", {"text": "\ud800"}).content


@pytest.mark.parametrize(
    ("body", "query", "says"),
    [
        ({"text": object()}, {}, "the body is {'text': <object object"),
        (None, {"limit": {"a": 1}}, "limit is {'a': 1}, expected a text, a number or a list of texts"),
    ],
    ids=["body", "query"],
)
def test_what_cannot_be_written_is_told(body: object, query: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError) as error:
        call_of("POST", "explain", body, query=query)  # type: ignore[arg-type]  # what is tested

    assert str(error.value).startswith(says)
