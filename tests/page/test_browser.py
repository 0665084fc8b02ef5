"""Where the browser of these tests comes from, and what a test does without one."""

from pathlib import Path

import pytest

from tests.page.browser import chromium


def test_browser_is_that_of_the_path(tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)

    assert str(program) == chromium({"PATH": str(tmp_path)})


def test_test_without_a_browser_is_skipped_at_home(tmp_path: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="chromium missing: install Debian's package"):
        chromium({"PATH": str(tmp_path)})


def test_test_without_a_browser_fails_in_ci(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="chromium missing"):
        chromium({"PATH": str(tmp_path), "CI": "true"})


def test_ci_installs_the_browser() -> None:
    script = Path(__file__).parents[2] / ".ci" / "run"

    assert "command -v chromium >/dev/null || missing+=(chromium)" in script.read_text(encoding="utf-8")
