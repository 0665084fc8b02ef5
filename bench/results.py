"""Keeps bench/RESULTS.md: the benchmark's report, and behind it the soak's section, each written without the other."""

from pathlib import Path
from typing import Final

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
SOAK: Final = "## Soak\n"


def with_report(text: str, report: str) -> str:
    """Return the results with another report in front of the soak that is there."""
    _, heading, soak = text.partition(SOAK)
    return f"{report.rstrip()}\n\n{heading}{soak}" if heading else report


def with_soak(text: str, section: str) -> str:
    """Return the results with another soak behind the report that is there."""
    report = text.partition(SOAK)[0].rstrip()
    return f"{report}\n\n{section}" if report else section


def write_report(report: str) -> None:
    """Write another report into the file."""
    RESULTS.write_text(with_report(_read(), report), encoding="utf-8")


def write_soak(section: str) -> None:
    """Write another soak into the file."""
    RESULTS.write_text(with_soak(_read(), section), encoding="utf-8")


def _read() -> str:
    return RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
