"""How values are shown in messages."""

import pytest

from mockserver.config import nearest, shortened, shown


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
