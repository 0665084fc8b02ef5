"""Every snippet of docs/strategies.md is a test module that passes."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_snippets_pass_as_they_stand(tmp_path: Path) -> None:
    snippets = _PYTHON.findall((ROOT / "docs" / "strategies.md").read_text(encoding="utf-8"))
    for number, code in enumerate(snippets):
        (tmp_path / f"test_snippet_{number}.py").write_text(code, encoding="utf-8")

    # Enough to see that they run; a machine's usual hundred runs of fifty steps take half a minute.
    few = "from hypothesis import settings\nsettings.register_profile('few', max_examples=10, stateful_step_count=10)\n"
    (tmp_path / "conftest.py").write_text(f"{few}settings.load_profile('few')\n", encoding="utf-8")

    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert run.returncode == 0, run.stdout
    assert f"{len(re.findall('def test_|TestCase$', ''.join(snippets), re.MULTILINE))} passed" in run.stdout


def test_document_names_all_there_is() -> None:
    from mockserver import strategies

    text = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")

    values = {"Delivered", "ErrorAnswer", "Trouble"}  # what is returned, spoken of by its members
    assert [name for name in strategies.__all__ if name not in values and name not in text] == []
