"""Fields that can only be one of a few words, and what is said of another."""

import pytest

from mockserver.core.asking import About, matcher_of
from mockserver.core.matching import PatternError
from mockserver.model import Json


@pytest.mark.parametrize(
    ("about", "fields", "near"),
    [
        ("messages", {"status": "deliverd"}, "delivered"),
        ("messages", {"status": ["delivered", "redd"]}, "read"),
        ("messages", {"direction": "outbund"}, "outbound"),
        ("requests", {"verdict": "refuzed"}, "refused"),
        ("deliveries", {"event": "inbund"}, "inbound"),
        ("deliveries", {"state": "gave-up"}, "gave_up"),
    ],
)
def test_word_that_a_field_can_never_be_is_a_mistake(about: About, fields: dict[str, Json], near: str) -> None:
    with pytest.raises(PatternError, match="which it can never be") as raised:
        matcher_of(about, fields)

    assert near in raised.value.fix


@pytest.mark.parametrize(
    ("about", "fields"),
    [
        ("messages", {"status": ["delivered", "read"]}),
        ("messages", {"status": {"matches": "deliv"}}),
        ("requests", {"status": 422, "verdict": "refused"}),
        ("deliveries", {"event": "report", "state": "gave_up"}),
    ],
)
def test_words_that_can_be_and_patterns_are_taken(about: About, fields: dict[str, Json]) -> None:
    assert len(matcher_of(about, fields).conditions) == len(fields)
