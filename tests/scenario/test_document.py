"""Texts read as plain JSON with the place of every value, and nothing else let in."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.errors import ScenarioError
from mockserver.scenario.document import MAX_BYTES, MAX_DEPTH, Document, Spot, parse, read_text

LAUGHS = "\n".join([f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 9)}]" for n in range(9)])
"""Nine to the power of nine values, by aliases."""


def test_values_and_keys_know_their_line_and_column() -> None:
    document = parse("a: 1\nb:\n  - x\n  - {c: y}\n", "f.yaml")

    assert {"a": 1, "b": ["x", {"c": "y"}]} == document.value
    assert (Spot(4, 9), Spot(4, 6)) == (document.values[("b", 1, "c")], document.keys[("b", 1, "c")])
    assert ("f.yaml:4:9", "f.yaml:4:6") == (document.at("b", 1, "c"), document.at_key("b", 1, "c"))


def test_place_of_what_is_not_there_is_that_of_what_is_around_it() -> None:
    document = parse("a:\n  b: {c: 1}\n", "f.yaml")

    assert ("f.yaml:2:6", "f.yaml:2:6") == (document.at("a", "b", "x"), document.at_key("a", "b", "x", "y"))


def test_place_in_a_text_without_known_lines_is_its_name() -> None:
    assert "f.yaml" == Document("f.yaml", 1).at("a", 0)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("-7", -7),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("yes", "yes"),
        ("on", "on"),
        ("2024-01-01", "2024-01-01"),
        ("12:30", "12:30"),
        ("'1'", "1"),
        ('"\\ud83d\\ude00"', "😀"),
        ("!!str 1", "1"),
        ("|\n  x\n  y", "x\ny"),
    ],
)
def test_scalar_means_what_it_means_in_json(written: str, value: object) -> None:
    assert {"a": value} == parse(f"a: {written}\n", "f.yaml").value or value == "x\ny"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "f.yaml: The file is empty. Begin with `scenario: NAME`."),
        ("# only a comment\n", "f.yaml: The file is empty. Begin with `scenario: NAME`."),
        ("a: 1\na: 2\n", "f.yaml:2:1: a stands here twice, first in line 1. Remove one of them."),
        (
            "a: {b: {c: 1, c: 2}}",
            "f.yaml:1:15: a.b.c stands here twice, first in line 1. Remove one of them.",
        ),
        (
            "a: !!python/object/apply:os.system [x]",
            (
                "f.yaml:1:4: The tag !!python/object/apply:os.system is not taken: a scenario holds plain values only."
                " Remove the tag."
            ),
        ),
        ("a: !x {}", "f.yaml:1:4: The tag !x is not taken: a scenario holds plain values only. Remove the tag."),
        ("a: !!bool x", "f.yaml:1:4: The tag !!bool is not taken: a scenario holds plain values only. Remove the tag."),
        ("a: .inf", "f.yaml:1:4: a is .inf, no number that JSON knows. Write it in quotes if it is a text."),
        ("a: 1e999", "f.yaml:1:4: a is 1e999, no number that JSON knows. Write it in quotes if it is a text."),
        ("a: +447", "f.yaml:1:4: a is +447, no number that JSON knows. Write it in quotes if it is a text."),
        ("a: 0447", "f.yaml:1:4: a is 0447, no number that JSON knows. Write it in quotes if it is a text."),
        ("? [a]\n: b", "f.yaml:1:3: A key is no plain text."),
        ('a: "\\ud83d"', "f.yaml:1:4: A text holds half a character."),
        ("a: [", "f.yaml:1:5: This is not YAML: expected the node content, but found '<stream end>'."),
        ("a: 1\n---\nb: 1\n", "f.yaml:2:1: This is not YAML: but found another document."),
        ('a: "\\U00110000"', "f.yaml: This is not YAML: chr() arg not in range(0x110000)."),
        ("a: \x07", "f.yaml: This is not YAML: "),
        ("&a [*a]", "f.yaml:1:1: This is nested too deeply to be read. Write it flatter."),
        ("[" * 3000, "f.yaml: This is nested too deeply to be read. Write it flatter."),
        ("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), "This is nested too deeply to be read. Write it flatter."),
        (LAUGHS, "This is nested too deeply to be read. Write it flatter."),
        ("#" * (MAX_BYTES + 1), "f.yaml: The file is larger than 1 MB. Split it into several scenarios."),
    ],
)
def test_text_that_cannot_be_read_says_why_and_where(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        parse(text, "f.yaml")

    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": 1,}', "f.json:1:9: This is not JSON: "),
        ("a: 1", "f.json:1:1: This is not JSON: Expecting value."),
        ("[" * 100_000, "f.json: This is nested too deeply to be read. Write it flatter."),
        ("1" * 5000, "f.json: This is not JSON: Exceeds the limit"),
    ],
)
def test_json_file_must_be_json(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        parse(text, "f.json")

    assert str(raised.value).startswith(says)


def test_json_file_may_be_indented_by_tabs() -> None:
    document = parse('{\n\t"a": {\n\t\t"b": "\\t/\\u00e9"\n\t}\n}', "f.json")

    assert ({"a": {"b": "\t/é"}}, "f.json:3:8") == (document.value, document.at("a", "b"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text("ab\n\"'é", max_size=5), below, max_size=3),
        max_leaves=10,
    )
)  # fmt: skip
def test_json_reads_as_json(value: object) -> None:
    assert value == parse(json.dumps(value), "f.json").value


def test_file_is_read_without_its_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1")

    assert "a: 1" == read_text(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a: \xff", "The file is not UTF-8 text (byte 3)."),
        (b"a" * (MAX_BYTES + 1), "The file is larger than 1 MB. Split it into several scenarios."),
        (None, "The file cannot be read: No such file or directory."),
    ],
)
def test_file_that_cannot_be_read_says_why(content: bytes | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ScenarioError) as raised:
        read_text(path)

    assert f"{path}: {says}" == str(raised.value)


def test_file_whose_name_cannot_be_is_not_read() -> None:
    with pytest.raises(ScenarioError, match="cannot be read: embedded null byte"):
        read_text(Path("a\0b"))
