"""JUnit XML of what no step failed of; what steps come to is seen in ``test_run``."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mockserver.cli.junit import clean, junit
from mockserver.cli.runner import Ran
from mockserver.cli.scenario_files import ScenarioFile
from mockserver.core.reports import Report, StepResult
from mockserver.core.scenario_values import Scenario
from tests.cli import junit_schema

FILE = ScenarioFile("story.yaml", Path("story.yaml"), "", Scenario("story", "story.yaml"), (), {})
STEP = StepResult(index=0, verb="sleep", name="sleep", ok=True)
AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize("steps", [(), (STEP,)], ids=["no step", "one good step"])
def test_a_scenario_that_failed_of_no_step_fails_as_a_whole(steps: tuple[StepResult, ...]) -> None:
    report = Report("story", "mockkey1", "failed", 7, steps=steps, why="rules[0].then[0]: there is no sender")

    xml = junit([Ran(FILE, "mockkey1", report)], AT)

    assert [] == junit_schema.mistakes(xml)
    (failed,) = ET.fromstring(xml).iterfind(".//testcase[failure]")  # noqa: S314 - our own output
    assert "the whole scenario" == failed.get("name")
    assert "rules[0].then[0]: there is no sender" == failed.findtext("failure")


def test_seed_and_account_are_properties() -> None:
    xml = junit([Ran(FILE, "mockkey1", Report("story", "mockkey1", "passed", 7, entries=(3, 9)))], AT)

    found = {each.get("name"): each.get("value") for each in ET.fromstring(xml).iter("property")}  # noqa: S314 - our own
    assert {"file": "story.yaml", "account": "mockkey1", "seed": "7", "entries": "3-9"} == found


@pytest.mark.parametrize(
    ("text", "expected"), [("a\x00b", r"a\x00b"), ("\ud800", r"\ud800"), ("\ufffe", r"\ufffe"), ("ä\t\n😀", "ä\t\n😀")]
)
def test_what_xml_cannot_hold_is_written_out(text: str, expected: str) -> None:
    assert expected == clean(text)
