"""The number of parts of an SMS at every border: GSM 7-bit with its extension table, and UCS-2."""

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.segments import Segments, segments

_ASTRAL = "🍽"
_GSM_CAPITALS = "ΓΔΘΛΞΠΣΦΨΩ"


_TABLE = [
    ("", Segments("gsm7", 0, 1)),
    ("a", Segments("gsm7", 1, 1)),
    ("a" * 160, Segments("gsm7", 160, 1)),
    ("a" * 161, Segments("gsm7", 161, 2)),
    ("a" * 306, Segments("gsm7", 306, 2)),
    ("a" * 307, Segments("gsm7", 307, 3)),
    ("a" * 459, Segments("gsm7", 459, 3)),
    ("a" * 460, Segments("gsm7", 460, 4)),
    ("a" * 1000, Segments("gsm7", 1000, 7)),
    ("€" * 80, Segments("gsm7", 160, 1)),
    ("€" * 80 + "a", Segments("gsm7", 161, 2)),
    ("€" * 152, Segments("gsm7", 304, 2)),
    ("€" * 153, Segments("gsm7", 306, 3)),
    ("a" + "€" * 152 + "a", Segments("gsm7", 306, 2)),
    ("a" * 152 + "€" + "a" * 151, Segments("gsm7", 305, 2)),
    ("a" * 152 + "€" + "a" * 152, Segments("gsm7", 306, 3)),
    ("я" * 70, Segments("ucs2", 70, 1)),
    ("я" * 71, Segments("ucs2", 71, 2)),
    ("я" * 134, Segments("ucs2", 134, 2)),
    ("я" * 135, Segments("ucs2", 135, 3)),
    ("a" * 70 + "я", Segments("ucs2", 71, 2)),
    ("€" * 69 + "я", Segments("ucs2", 70, 1)),
    (_ASTRAL * 35, Segments("ucs2", 70, 1)),
    (_ASTRAL * 36, Segments("ucs2", 72, 2)),
    (_ASTRAL * 66, Segments("ucs2", 132, 2)),
    (_ASTRAL * 67, Segments("ucs2", 134, 3)),
    ("a" * 66 + _ASTRAL + "a" * 65, Segments("ucs2", 133, 2)),
    ("a" * 66 + _ASTRAL + "a" * 66, Segments("ucs2", 134, 3)),
]


def _short(text: str) -> str:
    """Return a text as its runs, such as ``66a 1🍽 65a``."""
    return " ".join(f"{len(list(run))}{character}" for character, run in groupby(text)) or "nothing"


@pytest.mark.parametrize(("text", "expected"), _TABLE, ids=[_short(text) for text, _ in _TABLE])
def test_segments_counts_at_the_borders(text: str, expected: Segments) -> None:
    assert segments(text) == expected


@pytest.mark.parametrize("character", [*"^{}\\[~]|€", "\f"])
def test_segments_counts_extension_characters_double(character: str) -> None:
    assert segments(character) == Segments("gsm7", 2, 1)


@pytest.mark.parametrize("character", [*"@£$¥èéùìòÇØøÅå_ÆæßÉ ¡ÄÖÑÜ§¿äöñüà¤", *_GSM_CAPITALS, "\n", "\r"])
def test_segments_knows_the_basic_alphabet(character: str) -> None:
    assert segments(character) == Segments("gsm7", 1, 1)


@pytest.mark.parametrize("character", [*"çáíóúÀâ`’“…–αβА", "\t", "\x1b"])
def test_segments_sends_anything_else_as_ucs2(character: str) -> None:
    assert segments(character).encoding == "ucs2"


def test_segments_knows_127_basic_characters_and_10_extensions() -> None:
    """The whole table of GSM 03.38 but its escape."""
    units = [found.units for code in range(0x2FFF) if (found := segments(chr(code))).encoding == "gsm7"]

    assert (units.count(1), units.count(2)) == (127, 10)


@given(st.text(max_size=400))
def test_segments_are_no_fewer_than_units_need_and_no_more_than_waste_allows(text: str) -> None:
    found = segments(text)
    single, part = (160, 153) if found.encoding == "gsm7" else (70, 67)

    if found.units <= single:
        assert found.parts == 1
    else:
        assert -(-found.units // part) <= found.parts <= -(-found.units // (part - 1))
