"""Reading JSON as leniently as the real API, and saying where it is broken."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.nesting import DEEPEST
from mockserver.web.bodies import parse_json


def test_parse_json_reads_plain_json_without_findings() -> None:
    parsed = parse_json(b'{"a": [1, "x", null]}')

    assert {"a": [1, "x", None]} == parsed.value
    assert parsed.findings == ()
    assert parsed.violation is None


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        pytest.param(b"", "The body is empty", id="nothing"),
        pytest.param(b" \n ", "The body is empty", id="blank"),
        pytest.param(b'{"a": 1,}', "line 1 column", id="trailing comma"),
        pytest.param(b'{\n"a": tru}', "line 2 column", id="second line"),
        pytest.param(b"text=hi&to=44", "The body is not JSON", id="form"),
        pytest.param(b'{"a": "\xff"}', "not UTF-8: byte 8 is 0xff", id="bad utf-8"),
        pytest.param(b'{"a": NaN}', "NaN is not a JSON number", id="nan"),
        pytest.param(b"[" * 2000 + b"]" * 2000, f"nested deeper than {DEEPEST} levels", id="deep"),
        pytest.param(b'{"a":' * 500 + b"1" + b"}" * 500, f"nested deeper than {DEEPEST} levels", id="deep objects"),
    ],
)
def test_parse_json_says_why_a_body_cannot_be_read(raw: bytes, words: str) -> None:
    parsed = parse_json(raw)

    assert parsed.violation is not None
    assert parsed.violation.name == "body"
    assert words in parsed.violation.reason


def test_parse_json_takes_brackets_inside_strings_for_text() -> None:
    raw = json.dumps({"a": '[{"\\' * 400}).encode()

    assert json.loads(raw) == parse_json(raw).value


def test_parse_json_accepts_a_byte_order_mark_with_a_finding() -> None:
    parsed = parse_json(b'\xef\xbb\xbf{"a": 1}')

    assert {"a": 1} == parsed.value
    assert ["byte_order_mark"] == [each.rule for each in parsed.findings]


def test_parse_json_replaces_a_lone_surrogate_with_a_finding() -> None:
    parsed = parse_json(b'{"text": "half \\ud83d"}')

    assert {"text": "half \ufffd"} == parsed.value
    assert ["lone_surrogate"] == [each.rule for each in parsed.findings]


def test_parse_json_keeps_a_whole_surrogate_pair() -> None:
    assert {"text": "\U0001f600"} == parse_json(b'{"text": "\\ud83d\\ude00"}').value


def test_parse_json_names_repeated_keys_and_takes_the_last() -> None:
    parsed = parse_json(b'{"to": 1, "m": {"x": "a", "x": "b"}, "to": 2}')

    assert {"to": 2, "m": {"x": "b"}} == parsed.value
    assert ["x", "to"] == [each.detail.split("`")[1] for each in parsed.findings]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=15,
    )
)
def test_parse_json_agrees_with_the_standard_library(value: object) -> None:
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)
        if not ascii_only and any(0xD800 <= ord(each) < 0xE000 for each in text):
            continue
        parsed = parse_json(text.encode())
        assert parsed.violation is None
        assert not [each for each in parsed.findings if each.rule == "repeated_key"]
