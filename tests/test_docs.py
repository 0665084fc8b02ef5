"""What the documents say holds: their generated tables are fresh, and every snippet of the README works."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from docs.generate import TABLES, documents, stale, table, written
from mockserver.config import read_file
from mockserver.settings import Settings
from mockserver.web.server import serving

ROOT = Path(__file__).parent.parent
PROGRAMS = Path(sys.executable).parent
FENCE = re.compile(r"^```(?P<language>\S*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
DEFAULT_URL = re.compile(r"http://(127\.0\.0\.1|localhost):7670\b")

# Commands that are shown but not run here: how each begins, and why.
NOT_RUN = {
    "make demo": "it installs first; tests/demo runs the demo itself",
    "make serve": "it runs until it is stopped; the snippets talk to a server that runs already",
    "make test": "the tests run inside it",
    "export PATH=": "it finds the programs of a clone; here they are found already",
}
# Commands that end with another exit code than 0: how each ends, and with what.
EXIT_CODES = {"mockserver explain -": 1}


@dataclass(frozen=True, slots=True)
class Snippet:
    """A fenced block of the README."""

    language: str
    code: str
    line: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a snippet runs: a folder of its own, and a server."""

    folder: Path
    url: str

    def here(self, words: str) -> str:
        """Return words with the default address and folder of programs replaced by those of this run."""
        return DEFAULT_URL.sub(self.url, words).replace(".venv/bin/", f"{PROGRAMS}/")

    def run(self, command: list[str], exit_code: int = 0) -> str:
        """Run a command; return what it printed; fail with that if it ends otherwise."""
        path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "MESSAGES_MOCKSERVER_URL": self.url}
        run = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert run.returncode == exit_code, f"{command} ended with {run.returncode}:\n{run.stdout}{run.stderr}"
        return run.stdout


def snippets(text: str) -> list[Snippet]:
    """Return the fenced blocks of a document."""
    return [
        Snippet(block["language"], block["code"], text.count("\n", 0, block.start()) + 1)
        for block in FENCE.finditer(text)
    ]


def commands(code: str) -> Iterator[tuple[str, str]]:
    """Yield the commands of a console block, each with the output shown under it."""
    for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        lines = part.splitlines(keepends=True)
        length = next(length for length in range(1, len(lines) + 1) if is_whole("".join(lines[:length])))
        yield "".join(lines[:length]).strip(), "".join(lines[length:])


def is_whole(command: str) -> bool:
    """Tell whether a command ends here, rather than going on in the next line."""
    try:
        shlex.split(command)
    except ValueError:
        return False
    return not command.endswith("\\\n")


def run_console(code: str, place: Place) -> None:
    """Run each command; where output is shown, it must fit, ``...`` standing for anything."""
    for command, expected in commands(code):
        if command.startswith(tuple(NOT_RUN)):
            continue
        exit_code = next((code for end, code in EXIT_CODES.items() if command.endswith(end)), 0)
        printed = place.run(["/bin/bash", "-euo", "pipefail", "-c", place.here(command)], exit_code)
        flags = ELLIPSIS | NORMALIZE_WHITESPACE
        assert not expected or OutputChecker().check_output(place.here(expected), printed, flags), printed


def run_python(code: str, place: Place) -> None:
    """Run a program."""
    place.run([sys.executable, "-c", place.here(code)])


def read_toml(code: str, place: Place) -> None:
    """Read a configuration file as the server would."""
    path = place.folder / "mockserver.toml"
    path.write_text(code, encoding="utf-8")
    assert read_file(path).errors == ()


def show(_code: str, _place: Place) -> None:
    """Accept a block that is only looked at."""


CHECKS: dict[str, Callable[[str, Place], None]] = {
    "console": run_console,
    "python": run_python,
    "text": show,
    "toml": read_toml,
}
README = snippets((ROOT / "README.md").read_text(encoding="utf-8"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Run the server that the snippets talk to, and lay down the key that they speak of."""
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "application.pub").write_bytes(pem)
    with serving(Settings(port=0, tls=False)) as running:
        yield Place(tmp_path, running.url)


def test_readme_works_when_followed_from_top_to_bottom(place: Place, subtests: pytest.Subtests) -> None:
    for snippet in README:
        with subtests.test(line=snippet.line):
            CHECKS[snippet.language](snippet.code, place)

    assert {"console", "toml"} <= {snippet.language for snippet in README}


def test_each_reason_not_to_run_a_command_is_needed() -> None:
    shown = [command for each in README if each.language == "console" for command, _ in commands(each.code)]

    assert [start for start in NOT_RUN if not any(command.startswith(start) for command in shown)] == []


def test_commands_are_told_from_their_output() -> None:
    code = "$ echo one \\\n  two\none two\n$ echo 'a\nb'\n$ true\n"

    expected = [("echo one \\\n  two", "one two\n"), ("echo 'a\nb'", ""), ("true", "")]
    assert list(commands(code)) == expected


def test_console_snippet_with_other_output_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="one"):
        run_console("$ echo one\ntwo\n", Place(tmp_path, ""))


def test_console_snippet_that_fails_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="ended with 3"):
        run_console("$ exit 3\n", Place(tmp_path, ""))


def test_python_snippet_that_fails_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run_python("1 / 0", Place(tmp_path, ""))


def test_generated_tables_are_fresh() -> None:
    assert list(stale(documents())) == []


def test_readme_holds_the_tables_it_must() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    wanted = {
        "settings",
        "capabilities-outbound",
        "capabilities-inbound",
        "capabilities-custom",
        "capabilities-v1-outbound",
        "capabilities-v1-inbound",
        "channels",
        "commands",
        "control",
    }
    assert wanted <= set(re.findall(r"<!-- generated: ([a-z0-9-]+) -->", readme))


@pytest.mark.parametrize("name", TABLES)
def test_generated_table_has_rows_of_one_width(name: str) -> None:
    heads, rule, *rows = TABLES[name]().splitlines()

    assert rows
    assert {line.replace("\\|", "").count("|") for line in (heads, rule, *rows)} == {heads.count("|")}


def test_written_replaces_only_what_stands_between_markers() -> None:
    text = "before\n<!-- generated: x -->\nold\n<!-- end -->\nafter\n"

    new = written(text, {"x": lambda: table(("A", "B"), [("1", "a|b")])})

    lines = ["| A | B |", "| --- | --- |", "| 1 | a\\|b |"]
    assert new.splitlines() == ["before", "<!-- generated: x -->", *lines, "<!-- end -->", "after"]


def test_written_refuses_a_table_nobody_knows() -> None:
    with pytest.raises(KeyError, match="settigns"):
        written("<!-- generated: settigns -->\n<!-- end -->\n")


def test_stale_names_the_document_that_differs(tmp_path: Path) -> None:
    fresh, old = tmp_path / "fresh.md", tmp_path / "old.md"
    fresh.write_text("<!-- generated: x -->\nnew\n<!-- end -->\n", encoding="utf-8")
    old.write_text("<!-- generated: x -->\nold\n<!-- end -->\n", encoding="utf-8")

    assert stale((fresh, old), {"x": lambda: "new\n"}) == {old: fresh.read_text(encoding="utf-8")}
