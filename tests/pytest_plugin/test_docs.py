"""docs/pytest.md holds: its snippets pass, its failure reads so, its options are those there are."""

from pathlib import Path

import pytest

from mockserver.pytest_plugin.options import OPTIONS
from tests.pytest_plugin.conftest import Run
from tests.pytest_plugin.sending import SENDING
from tests.test_docs import Snippet, snippets

PAGE = (Path(__file__).parent.parent.parent / "docs" / "pytest.md").read_text(encoding="utf-8")
CONFTEST, *BLOCKS = (each for each in snippets(PAGE) if each.language == "python")


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"line-{block.line}")
def test_snippet_passes(run: Run, block: Snippet) -> None:
    result = run(block.code, conftest=CONFTEST.code)

    result.assert_outcomes(passed=block.code.count("def test_"))


def test_failure_reads_as_shown(run: Run) -> None:
    [shown] = (each for each in snippets(PAGE) if each.language == "text")
    bad = 'def test_bad(messages_api):\n    send(messages_api, **{"from": "447700900010"}, to="+447700900101")\n'
    said = shown.code.replace("Tomorrow?", "Hi")

    result = run(SENDING + bad)

    lines = [line.replace("[", "[[]") for line in said.splitlines() if not line.startswith("    body:")]
    result.stdout.fnmatch_lines(lines)


def test_options_are_those_there_are() -> None:
    rows = [f"| `{each.flag}{f' {each.metavar}' if each.metavar else ''}` | {each.help} |" for each in OPTIONS]

    assert "\n".join(["| Flag | Means |", "| --- | --- |", *rows]) in PAGE
