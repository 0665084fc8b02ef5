"""How values are shown in messages."""

import re

import pytest

from mockserver.config import check_url, nearest, shortened, shown
from mockserver.errors import ConfigError


@pytest.mark.parametrize(
    ("secret", "text"),
    [("", "..."), ("x", "..."), ("four", "fo..."), ("a-long-secret-indeed", "a-long...")],
)
def test_shortened_shows_six_characters_at_most_and_half_at_most(secret: str, text: str) -> None:
    assert text == shortened(secret)


def test_shown_cuts_a_long_value() -> None:
    assert ('"' + "x" * 76 + "...", 80) == (shown("x" * 500), len(shown("x" * 500)))


def test_shown_writes_json() -> None:
    assert '{"a":[1,null]}' == shown({"a": [1, None]})


@pytest.mark.parametrize(("word", "choice"), [("Stats", "status"), ("STATUS", "status"), ("xyz", None), (5, None)])
def test_nearest_ignores_case_and_gives_up_on_strangers(word: object, choice: str | None) -> None:
    assert choice == nearest(word, ["status", "inbound"])


@pytest.mark.parametrize(
    "url", ["http://user:sesame@host/", "http://sesame@host", "ftp://user:sesame@host", "http://u:ses/ame@host:x"]
)
def test_check_url_refuses_credentials_and_does_not_show_them(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_url("status_url", url, "--status-url")

    assert not re.search("ses/?ame", str(caught.value))


@pytest.mark.parametrize("url", ["http://a..b/", "http://host/\udcff", "http://" + "x" * 64])
def test_check_url_refuses_what_cannot_be_looked_up(url: str) -> None:
    with pytest.raises(ConfigError, match="expected an absolute http or https URL"):
        check_url("status_url", url, "--status-url")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a@b?c=@", "https://münchen.example/ü", "http://[::1]:9"])
def test_check_url_takes_what_can_be_sent_to(url: str) -> None:
    check_url("status_url", url, "--status-url")
