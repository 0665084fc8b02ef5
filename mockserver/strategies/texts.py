"""Texts that programs stumble over: of every alphabet, and of the lengths where something changes."""

from typing import Final

from hypothesis import strategies as st

from mockserver.core.segments import GSM_PART, GSM_SINGLE, UCS2_PART, UCS2_SINGLE
from mockserver.errors import UsageError
from mockserver.strategies.known import is_a

_CHARS: Final = 40
"""Characters of a text that is not made for its length."""
_GSM: Final = (
    "abcdefghijklmnopqrstuvwxyz ABCXYZ0123456789@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    "!\"#%&'()*+,-./:;<=>?\u00a1\u00a7\u00bf\u00c4\u00d6\u00d1\u00dc\u00e4\u00f6\u00f1\u00fc\u00e0\n€[]{}\\^~|"
)
_UCS2: Final = "жщяЖσλżőçêáķ\u2019\u201c\u2013…日本語한글ไทยहिंदी★"
_ASTRAL: Final = ("👍", "🙏", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇸🇪", "𝄞", "𠜎")
_RIGHT_TO_LEFT: Final = "אבגשלוםمرحباسلام؟، 123\u200f\u202b\u202c"
_NO_WIDTH: Final = "a \u200b\u200c\u200d\u2060\ufeff\u00ad\u0301"
_UNITS: Final = {"a": (GSM_SINGLE, GSM_PART), "€": (GSM_SINGLE // 2, GSM_PART // 2), "Ω": (GSM_SINGLE, GSM_PART)} | {
    "ж": (UCS2_SINGLE, UCS2_PART),
    "👍": (UCS2_SINGLE // 2, UCS2_PART // 2),
}
"""Characters with how many of them fill a single SMS, and a part of several."""
JUST_TOO_LONG: Final = tuple(char * (single + 1) for char, (single, _) in _UNITS.items())
"""Texts of each alphabet by one character longer than a single SMS."""


def texts(*, min_chars: int = 0, max_chars: int = 1000) -> st.SearchStrategy[str]:
    """Return texts of so many code points, all of them valid UTF-8.

    They are GSM, UCS-2, beyond the BMP, right to left, without width, anything at all, and as long as a limit or one
    more: of one SMS, of two and three parts, of ``max_chars``. Raise UsageError if no text can be so long.
    """
    for name, size in (("min_chars", min_chars), ("max_chars", max_chars)):
        if not is_a(int, size):
            raise UsageError(f"{name} is {size!r}, expected a whole number of characters", where="texts")
    if not 0 <= min_chars <= max_chars:
        raise UsageError(
            f"no text has at least {min_chars} and at most {max_chars} characters",
            where="texts",
            fix="Make min_chars at least 0 and max_chars at least min_chars.",
        )
    most = min(max_chars, min_chars + _CHARS)
    by_alphabet = [
        st.text(each, min_size=min_chars, max_size=most) for each in (_GSM, _UCS2, _RIGHT_TO_LEFT, _NO_WIDTH)
    ]
    pieces = st.lists(st.sampled_from(_ASTRAL), min_size=min_chars, max_size=most).map("".join)
    return st.one_of(
        *by_alphabet,
        pieces.map(lambda text: text[:max_chars]),
        st.text(st.characters(codec="utf-8"), min_size=min_chars, max_size=most),
        _of_a_limit(min_chars, max_chars),
    )


def _of_a_limit(min_chars: int, max_chars: int) -> st.SearchStrategy[str]:
    """Return texts of one character again and again, as long as a limit or one more."""
    sizes = {
        char: sorted({size for size in (min_chars, max_chars, *_limits(*units)) if min_chars <= size <= max_chars})
        for char, units in _UNITS.items()
    }
    return st.sampled_from([(char, size) for char, found in sizes.items() for size in found]).map(
        lambda pair: pair[0] * pair[1]
    )


def _limits(single: int, part: int) -> tuple[int, ...]:
    return tuple(size + more for size in (single, 2 * part, 3 * part) for more in (0, 1))
