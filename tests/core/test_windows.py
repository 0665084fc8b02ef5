"""The reply window: its border, and what it does not concern."""

import pytest

from mockserver.core.windows import WindowRule, is_free, is_open
from mockserver.model import Json
from tests.core.outbound import outbound

DAY_S = 86_400.0
RULE = WindowRule(DAY_S, free_kinds={"whatsapp": ("template",)}, free_categories={"messenger": ("message_tag",)})


@pytest.mark.parametrize(
    ("heard_s", "now_s", "expected"),
    [(None, 0, False), (0, 0, True), (0, DAY_S - 0.001, True), (0, DAY_S, False), (5, DAY_S + 4, True)],
)
def test_a_window_stands_open_for_a_day(heard_s: float | None, now_s: float, expected: bool) -> None:
    assert expected is is_open(RULE, heard_s, now_s)


@pytest.mark.parametrize(
    ("channel", "kind", "content", "options", "expected"),
    [
        ("whatsapp", "text", {"text": "x"}, {}, False),
        ("whatsapp", "template", {"name": "n:t"}, {}, True),
        ("whatsapp", "custom", {"type": "template"}, {}, True),
        ("whatsapp", "custom", {"type": "location"}, {}, False),
        ("messenger", "text", {"text": "x"}, {}, False),
        ("messenger", "text", {"text": "x"}, {"category": "update"}, False),
        ("messenger", "text", {"text": "x"}, {"category": "message_tag"}, True),
        ("messenger", "custom", {"type": "template"}, {}, False),
    ],
)
def test_templates_and_tags_are_free(
    channel: str, kind: str, content: dict[str, Json], options: dict[str, Json], expected: bool
) -> None:
    assert expected is is_free(RULE, outbound(channel, kind, content, options=options))
