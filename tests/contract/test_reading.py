"""Our YAML files are read once, and kept in a quicker form for as long as they are the same."""

import os
import sys
from pathlib import Path

import pytest
import yaml

from mockserver.contract.reading import read_yaml
from mockserver.errors import SpecError

OLD_NS = 1_700_000_000_000_000_000


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file that was read once, where Python writes bytecode."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "facts.yaml"
    write(path, "200: {text: first}\n")
    read_yaml(path)
    return path


def write(path: Path, text: str, changed_ns: int = OLD_NS) -> None:
    """Write a file that was changed at a moment."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(changed_ns, changed_ns))


def kept(path: Path) -> Path:
    """Return where what was read is kept."""
    return path.parent / "__pycache__" / f"{path.name}.msgpack"


def no_loader(*_: object) -> None:
    """Fail where YAML would be read."""
    raise AssertionError("YAML is read again")


def test_a_file_that_is_the_same_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "load", no_loader)

    assert {200: {"text": "first"}} == read_yaml(file)


@pytest.mark.parametrize(
    ("text", "changed_ns"),
    [("200: {text: other}\n", OLD_NS + 1), ("200: {text: longer than before}\n", OLD_NS)],
    ids=["another time", "another size"],
)
def test_a_file_that_was_changed_is_read_again(file: Path, text: str, changed_ns: int) -> None:
    write(file, text, changed_ns)

    assert read_yaml(file)[200]["text"] in text


@pytest.mark.parametrize("content", [b"", b"\xc1", b"\x93\x01", b"no msgpack at all"])
def test_what_is_kept_may_be_broken(file: Path, content: bytes) -> None:
    kept(file).write_bytes(content)

    assert {200: {"text": "first"}} == read_yaml(file)
    assert content != kept(file).read_bytes()


def test_nothing_is_kept_where_python_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = tmp_path / "facts.yaml"
    write(path, "a: 1\n")

    assert {"a": 1} == read_yaml(path)
    assert not kept(path).exists()


@pytest.mark.parametrize("text", ["{1: a, true: b, 2026-11-28: c}\n", f"{{a: {10**30}}}\n", "[.nan]\n"])
def test_what_would_not_come_back_the_same_is_not_kept(file: Path, text: str) -> None:
    path = file.parent / "odd.yaml"
    write(path, text)

    assert repr(read_yaml(path)) == repr(read_yaml(path))
    assert not kept(path).exists()


def test_a_folder_that_takes_no_files_is_no_hindrance(file: Path) -> None:
    kept(file).unlink()
    kept(file).parent.rmdir()
    kept(file).parent.write_text("a file where the folder would be", encoding="utf-8")

    assert {200: {"text": "first"}} == read_yaml(file)


def test_a_missing_file_is_told_though_it_was_read_before(file: Path) -> None:
    file.unlink()

    with pytest.raises(SpecError, match="cannot be read: No such file"):
        read_yaml(file)
