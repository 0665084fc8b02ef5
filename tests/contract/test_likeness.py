"""Words that look alike, and that we count so as difflib does, whose words users have come to read."""

from difflib import get_close_matches

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.contract.likeness import close_member, close_word
from mockserver.model import Json

WORDS = st.text("abent_x", max_size=12)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("tetx", "text"), (" IMAGE ", "image"), ("imgae", "image"), ("haiku", None), ("", None), (7, None)],
)
def test_close_word(word: Json, expected: str | None) -> None:
    assert expected == close_word(word, ["text", "image", "audio"])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["from", "too"], "too", id="looks like it"),
        pytest.param(["recipient", "text"], "recipient", id="people say so"),
        pytest.param(["msisdn", "tto"], "tto", id="looks go before customs"),
        pytest.param(["text"], None, id="nothing like it"),
    ],
)
def test_close_member(names: list[str], expected: str | None) -> None:
    assert expected == close_member("to", names)


@given(WORDS, st.lists(WORDS, max_size=6), st.sampled_from([0.5, 0.6, 0.7]))
@example("", ["", "a"], 0.6)
@example("ab", ["abx", "abt"], 0.6)  # equally alike: the last of the alphabet wins
@example("aab", ["baa", "aba"], 0.6)
def test_likeness_is_counted_as_difflib_does(word: str, words: list[str], cutoff: float) -> None:
    expected = next(iter(get_close_matches(word, words, 1, cutoff)), None)

    assert expected == close_word(word, words, cutoff)
