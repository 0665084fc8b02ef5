"""docs/python.md holds: every snippet runs, every verb it names is there, and every verb is named."""

import re
import traceback
from pathlib import Path

import pytest

from mockserver.handle import MockServer

PAGE = (Path(__file__).parent.parent.parent / "docs" / "python.md").read_text(encoding="utf-8")
SNIPPETS = {
    PAGE.count("\n", 0, block.start()) + 1: block["code"]
    for block in re.finditer(r"^```python\n(?P<code>.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
}


@pytest.mark.parametrize("line", SNIPPETS)
def test_snippet_runs(line: int) -> None:
    code = compile(SNIPPETS[line], f"docs/python.md from line {line}", "exec")

    try:
        exec(code, {"__name__": "snippet"})  # noqa: S102, our own page
    except AssertionError:
        pytest.fail(traceback.format_exc())


def test_every_verb_is_named() -> None:
    verbs = {name for kind in MockServer.__mro__[:-1] for name in vars(kind) if not name.startswith("_")}

    assert {"looked"} == {verb for verb in verbs if not re.search(rf"`[^`\n]*\b{verb}\b", PAGE)}
