"""Writes the blocking verbs of ``MockServer`` from those that are awaited: one text, two forms.

``python -m docs.twins`` writes ``mockserver/handle/blocking.py``, ``--check`` only says whether it is stale.
"""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent.parent / "mockserver" / "handle"
AWAITED: Final = FOLDER / "awaited.py"
BLOCKING: Final = FOLDER / "blocking.py"
HEAD: Final = '"""The verbs of a test, blocking; made of ``awaited.py`` by ``python -m docs.twins``, so change that.\n'
WORDS: Final[Mapping[str, str]] = {
    "AsyncMockServer(Access)": "MockServer(Doors)",
    "from mockserver.handle.access import Access, Notes, Place": (
        "from mockserver.handle.access import Notes, Place\nfrom mockserver.handle.doors import Doors"
    ),
    "async def ": "def ",
    "await ": "",
}
"""What is written otherwise; the names that begin with Async lose that, too."""


def blocking(awaited: str) -> str:
    """Return the blocking form of a module, not yet formatted."""
    text = HEAD + awaited[awaited.index("\n") + 1 :]
    for old, new in WORDS.items():
        text = text.replace(old, new)
    return re.sub(r"\bAsync(?=[A-Z])", "", text)


def formatted(text: str) -> str:
    """Return a module as the project's formatter has it, imports in order."""
    for command in (["check", "--select", "I", "--fix", "--quiet"], ["format", "--quiet"]):
        run = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(BLOCKING), "-"]
        text = subprocess.run(run, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603, ours
    return text


def main(arguments: list[str]) -> int:
    """Write the module, or with ``--check`` only say that it is stale; return the exit code."""
    made = formatted(blocking(AWAITED.read_text(encoding="utf-8")))
    if BLOCKING.exists() and made == BLOCKING.read_text(encoding="utf-8"):
        return 0
    if "--check" in arguments:
        print(f"{BLOCKING} is stale: run `python -m docs.twins`")
        return 1
    BLOCKING.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
