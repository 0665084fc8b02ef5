"""The marker runs a scenario file in the test's account, and the test fails with it."""

import pytest

from tests.pytest_plugin.conftest import Run
from tests.pytest_plugin.sending import SENDING

RULES = """
scenario: busy
rules:
  - id: once
    when: {channel: sms, times: 1}
    respond: {problem: throttled}
verify:
  - {messages: {channel: sms}, count: 1}
"""
TIMELINE = """
scenario: talk
rules:
  - id: reminder
    when: {channel: sms}
timeline:
  - await: {rule: reminder, within: 300ms}
verify:
  - {messages: {text: Hi}, count: 1}
"""
GOOD = """
@pytest.mark.messages_api(scenario="story.yaml")
def test_it(messages_api):
    assert 429 == send(messages_api)
    assert 202 == send(messages_api)
"""


@pytest.mark.parametrize("place", ["beside", "rootdir", "folder"])
def test_rules_of_a_scenario_hold(run_there: Run, pytester: pytest.Pytester, place: str) -> None:
    folder = {"beside": "deep", "rootdir": ".", "folder": "stories"}[place]
    for each in ("deep", "stories"):
        pytester.mkdir(each)
    pytester.path.joinpath(folder, "story.yaml").write_text(RULES, encoding="utf-8")
    pytester.path.joinpath("deep", "test_deep.py").write_text(SENDING + GOOD, encoding="utf-8")
    flags = ["--messages-api-scenarios=stories"] if place == "folder" else []

    run_there("", "deep", *flags).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("scenario", "sends", "outcome"),
    [(RULES, 2, "passed"), (RULES, 1, "failed"), (TIMELINE, 1, "passed"), (TIMELINE, 0, "failed")],
    ids=["rules-good", "rules-bad", "timeline-good", "timeline-bad"],
)
def test_scenario_is_judged_at_the_end_of_the_test(
    run_there: Run, pytester: pytest.Pytester, scenario: str, sends: int, outcome: str
) -> None:
    pytester.path.joinpath("story.yaml").write_text(scenario, encoding="utf-8")
    source = f"""
@pytest.mark.messages_api(scenario="story.yaml")
def test_it(messages_api):
    for _ in range({sends}):
        send(messages_api)
"""

    result = run_there(SENDING + source)

    result.assert_outcomes(**{outcome: 1})
    if outcome == "failed":
        result.stdout.fnmatch_lines(["scenario * failed*", "  *story.yaml:*", "*- messages_api: timeline -*"])


def test_scenario_that_is_nowhere_is_told_with_the_places_looked_at(run_there: Run) -> None:
    result = run_there(SENDING + GOOD)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        "test_it.py:*: the marker messages_api names the scenario story.yaml, which is not in *"
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_broken_scenario_is_told_with_its_place(run_there: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("story.yaml").write_text(RULES.replace("channel", "chanel", 1), encoding="utf-8")

    result = run_there(SENDING + GOOD)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*story.yaml:5:*chanel*channel*")
    result.stdout.no_fnmatch_line("*Traceback*")
