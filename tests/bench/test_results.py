"""The file of results holds the report and the soak, and writing one leaves the other alone."""

import pytest

from bench.results import with_report, with_soak

REPORT = "# Benchmark\n\n## Goals\n\nold\n"
SOAK = "## Soak\n\nold\n"
BOTH = f"{REPORT}\n{SOAK}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(BOTH, "# Benchmark\n\nnew\n\n## Soak\n\nold\n", id="both"),
        pytest.param(REPORT, "# Benchmark\n\nnew\n", id="no-soak"),
        pytest.param("", "# Benchmark\n\nnew\n", id="empty"),
    ],
)
def test_report_is_written_in_front_of_the_soak(before: str, after: str) -> None:
    assert after == with_report(before, "# Benchmark\n\nnew\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(BOTH, f"{REPORT}\n## Soak\n\nnew\n", id="both"),
        pytest.param(REPORT, f"{REPORT}\n## Soak\n\nnew\n", id="no-soak"),
        pytest.param("", "## Soak\n\nnew\n", id="empty"),
    ],
)
def test_soak_is_written_behind_the_report(before: str, after: str) -> None:
    assert after == with_soak(before, "## Soak\n\nnew\n")
