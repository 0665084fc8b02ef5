"""Lines of keys in TOML and YAML texts."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.config.places import Source, dotted, toml_lines
from mockserver.config.yaml_places import yaml_lines

TOML = '''# port = 1
port = 7670

"odd key" = """
[not.a.table]
port = 2
"""
seconds = [
  1,  # one
  2,
]

[accounts.abc]
secrets = ["x"]  # [accounts.def]

[[accounts.abc.applications]]
id = "first"

[[accounts.abc.applications]]
id = "second"
dotted.key = {a = 1, b = "]"}

[accounts."k.2".deep]
word = 'it''s'
'''.replace("'it''s'", "'its'")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("port",), 2),
        (("odd key",), 4),
        (("seconds",), 8),
        (("accounts",), 13),
        (("accounts", "abc"), 13),
        (("accounts", "abc", "secrets"), 14),
        (("accounts", "abc", "applications", 0), 16),
        (("accounts", "abc", "applications", 0, "id"), 17),
        (("accounts", "abc", "applications", 1, "id"), 20),
        (("accounts", "abc", "applications", 1, "dotted", "key"), 21),
        (("accounts", "k.2", "deep", "word"), 24),
    ],
    ids=str,
)
def test_toml_lines_finds_the_line_of_a_key(path: tuple[str | int, ...], line: int) -> None:
    assert line == toml_lines(TOML)[path]


def test_toml_lines_knows_no_key_inside_a_text_or_a_comment() -> None:
    lines = toml_lines(TOML)

    assert [] == [path for path in lines if path[:1] == ("not",) or path == ("accounts", "def")]


@given(
    st.dictionaries(
        st.text("abc_-", min_size=1, max_size=4), st.integers() | st.text("xyz #[]=.", max_size=5), min_size=1
    )
)
def test_toml_lines_counts_the_keys_of_any_flat_table(table: dict[str, int | str]) -> None:
    text = "\n".join(
        f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in table.items()
    )
    assert table == tomllib.loads(text)

    assert {(key,): line for line, key in enumerate(table, start=1)} == toml_lines(text)


def test_yaml_lines_finds_keys_and_list_items() -> None:
    text = "a: 1\nb:\n- x\n- {c: 2, d:\n    3}\n"

    assert {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "c"): 4, ("b", 1, "d"): 4} == yaml_lines(text)


@pytest.mark.parametrize("text", ["", "just a scalar"])
def test_yaml_lines_of_a_text_without_keys_is_empty(text: str) -> None:
    assert {} == yaml_lines(text)


def test_dotted_writes_a_path_as_people_do() -> None:
    assert "accounts.abc.applications[0].id" == dotted(("accounts", "abc", "applications", 0, "id"))


@pytest.mark.parametrize(
    ("source", "path", "place"),
    [
        (Source("a.toml", {("x",): 3}), ("x",), "a.toml:3"),
        (Source("a.toml", {("x",): 3}), ("x", "y", 0), "a.toml:3"),
        (Source("a.toml", {("x",): 3}), ("z",), "a.toml"),
        (Source("body"), (), "body"),
    ],
    ids=["known", "inside", "unknown", "whole"],
)
def test_source_names_the_nearest_place_it_knows(source: Source, path: tuple[str | int, ...], place: str) -> None:
    assert place == source.at(*path)
