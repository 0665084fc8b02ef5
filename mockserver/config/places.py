"""Knows on which line each key of a TOML text stands, and not what any of them means."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys of tables, indexes of lists."""

_WORD = re.compile(
    r'"""(?:\\.|[^\\])*?"""+'
    r"|'''.*?'''+"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\n\[\]{}=.]"
    r"|[^\s\"'\#\[\]{}=.]+",
    re.DOTALL,
)


def dotted(path: KeyPath) -> str:
    """Write a path as people do: ``accounts.abc.applications[0].id``."""
    written = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return written.removeprefix(".")


@dataclass(frozen=True, slots=True)
class Source:
    """A text a person can go to: its name, and the line of each path where it is known, or ``line:column``."""

    name: str
    lines: Mapping[KeyPath, int | str] = field(default_factory=dict)

    def at(self, *path: str | int) -> str:
        """Return ``file:line`` of a path or of what is around it; just the name where no line is known."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return f"{self.name}:{self.lines[path[:end]]}"
        return self.name


def toml_lines(text: str) -> dict[KeyPath, int]:
    """Return the line of each table and each key of a valid TOML text; inline tables count as one value."""
    lines: dict[KeyPath, int] = {}
    seen: Counter[KeyPath] = Counter()
    table: KeyPath = ()
    for line, words in _statements(text):
        if words[0] == "[":
            table = _header(words, seen)
            path = table
        else:
            path = table + _names(words[: words.index("=")])
        for end in range(1, len(path) + 1):
            lines.setdefault(path[:end], line)
    return lines


def _statements(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each statement as its first line and its words, comments left out."""
    line, start, depth = 1, 1, 0
    words: list[str] = []
    for word in _WORD.findall(text):
        if word == "\n" and depth == 0 and words:
            yield start, words
            words = []
        elif word != "\n" and not word.startswith("#"):
            start = start if words else line
            words.append(word)
            depth += (word in "[{") - (word in "]}")
        line += word.count("\n")
    if words:
        yield start, words


def _header(words: list[str], seen: Counter[KeyPath]) -> KeyPath:
    """Return the path of a ``[table]`` or of the next of a ``[[list of tables]]``."""
    path: KeyPath = ()
    names = _names(words)
    for name in names[:-1]:
        path = _last_of((*path, name), seen)
    path += names[-1:]
    if words[1] != "[":
        return path
    seen[path] += 1
    return _last_of(path, seen)


def _last_of(path: KeyPath, seen: Counter[KeyPath]) -> KeyPath:
    """Return the path itself, or that of the last table of the list it names."""
    return (*path, seen[path] - 1) if path in seen else path


def _names(words: list[str]) -> tuple[str, ...]:
    """Return the parts of a key, quotes taken off."""
    return tuple(word.strip("\"'") for word in words if word not in "[].")
