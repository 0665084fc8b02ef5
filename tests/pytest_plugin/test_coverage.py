"""The plugin counts which part of the contract a run exercised, over servers and workers, and judges it."""

import json
from pathlib import Path

import pytest

from tests.pytest_plugin.conftest import Run
from tests.pytest_plugin.sending import SENDING
from tests.pytest_plugin.test_in_process import SERVICE

TWO = (
    SENDING
    + """
def test_sms(messages_api):
    assert 202 == send(messages_api)

def test_whatsapp(messages_api):
    assert 202 == send(messages_api, channel="whatsapp", **{"from": "447700900201"})
"""
)
SMS, WHATSAPP = "sent:v1:sms:text", "sent:v1:whatsapp:text"


def cells(path: Path) -> dict[str, int]:
    """Return how often each cell was exercised, those that were."""
    told = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {name: count for name, count in told.items() if count and name.startswith("sent:")}


def test_summary_shows_a_line_a_dimension(run: Run) -> None:
    result = run(TWO, "--messages-api-coverage")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["*coverage of the Messages API*", "Operations *1 of *%", "Messages sent *2 of *%", "All *"]
    )
    assert pytest.ExitCode.OK == result.ret


def test_nothing_is_shown_unless_asked_for(run: Run) -> None:
    result = run(TWO)

    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*coverage of the Messages API*")


def test_counts_are_written_to_a_file(run: Run, pytester: pytest.Pytester) -> None:
    pytester.mkdir("out")

    result = run(TWO, "--messages-api-coverage-file", "out/coverage.json")

    result.assert_outcomes(passed=2)
    assert {SMS: 1, WHATSAPP: 1} == cells(pytester.path / "out" / "coverage.json")


def test_workers_of_xdist_have_a_server_each_and_their_counts_are_merged(run: Run, pytester: pytest.Pytester) -> None:
    noting = """
@pytest.fixture(autouse=True)
def noted(messages_api, worker_id):
    with open("seen.txt", "a") as file:
        print(worker_id, messages_api.url, messages_api.api_key, file=file)
"""

    result = run(TWO + noting, "--messages-api-coverage-file", "coverage.json", "-n", "2", "--dist=each")

    result.assert_outcomes(passed=4)
    assert {SMS: 2, WHATSAPP: 2} == cells(pytester.path / "coverage.json")
    seen = [line.split() for line in pytester.path.joinpath("seen.txt").read_text().splitlines()]
    assert 2 == len({(worker, url) for worker, url, _ in seen}) == len({url for _, url, _ in seen})
    assert 4 == len({key for _, _, key in seen})


def test_every_account_of_a_server_in_process_counts(run: Run, pytester: pytest.Pytester) -> None:
    source = """
def test_it(messages_api_in_process):
    api = messages_api_in_process(Service)
    say_yes(api)
    other = api.new_account()
    other.inbound("whatsapp", text="yes", from_="447700900101", to="447700900010")
    other.settle()
"""

    result = run(SERVICE + source, "--messages-api-coverage-file", "coverage.json")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines("Inbound messages *2 of *")
    told = json.loads(pytester.path.joinpath("coverage.json").read_text(encoding="utf-8"))["cells"]
    assert (1, 1) == (told["inbound:v1:sms:text"], told["inbound:v1:whatsapp:text"])


def test_too_little_fails_the_run_and_says_what_is_missing(run: Run) -> None:
    result = run(TWO, "--messages-api-coverage-fail-under", "50")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines("FAIL * % of * cells exercised, expected at least 50 %; missing: operation:*more")
    assert pytest.ExitCode.TESTS_FAILED == result.ret


def test_run_without_any_use_of_the_api_exercised_nothing(run: Run) -> None:
    result = run("def test_nothing():\n    pass\n", "--messages-api-coverage-fail-under", "1")

    result.stdout.fnmatch_lines("FAIL 0.0 % of * cells exercised, expected at least 1 %*")
    assert pytest.ExitCode.TESTS_FAILED == result.ret


def test_tests_that_are_only_listed_exercise_nothing_and_fail_nothing(run: Run) -> None:
    result = run(TWO, "--messages-api-coverage-fail-under", "50", "--collect-only")

    result.stdout.no_fnmatch_line("*coverage of the Messages API*")
    assert pytest.ExitCode.OK == result.ret


def test_required_cells_and_what_counts_are_read_from_the_configuration(run: Run, pytester: pytest.Pytester) -> None:
    goals = 'coverage_required = ["sent:v1:viber:text"]\ncoverage_only = ["sent:v1:sms"]\n'
    pytester.path.joinpath("mockserver.toml").write_text(goals, encoding="utf-8")

    result = run(TWO, "--messages-api-coverage")

    result.stdout.fnmatch_lines(
        [
            "Messages sent *1 of 1 *100.0 %",
            "FAIL required sent:v1:viber:text: not exercised; missing: sent:v1:viber:text",
        ]
    )
    assert pytest.ExitCode.TESTS_FAILED == result.ret


def test_broken_configuration_is_told_in_one_sentence(run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("mockserver.toml").write_text("coverage_fail_under = 101\n", encoding="utf-8")

    result = run(TWO, "--messages-api-coverage")

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert any(each.startswith("ERROR: ") and "mockserver.toml:1" in each for each in result.errlines)


def test_goal_that_names_no_cell_is_told_in_one_sentence(run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("mockserver.toml").write_text('coverage_only = ["snet:v1:sms"]\n', encoding="utf-8")

    result = run(TWO, "--messages-api-coverage")

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert "ERROR: no cell of the contract is like 'snet:v1:sms'. Did you mean sent:v1:sms?" in result.errlines


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "elsewhere/coverage.json",
            "{file}, for messages_api_coverage_file, cannot be written: {file.parent} is no folder. ",
        ),
        ("text/coverage.json", "cannot be written: {file.parent} is no folder. Make the folder, or name another file."),
        ("folder", "{file}, for messages_api_coverage_file, is a folder. Name a file."),
    ],
)
def test_file_that_cannot_be_is_refused_before_the_first_test(
    run: Run, pytester: pytest.Pytester, file: str, expected: str
) -> None:
    pytester.path.joinpath("text").write_text("a file", encoding="utf-8")
    pytester.mkdir("folder")

    result = run(TWO, "--messages-api-coverage-file", file)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert expected.format(file=pytester.path / file) in str(result.stderr)
    assert "passed" not in str(result.stdout)
    assert not pytester.path.joinpath("elsewhere").exists()


def test_file_that_cannot_be_written_any_more_is_told_in_one_sentence(run: Run, pytester: pytest.Pytester) -> None:
    leaving = "import pathlib\n\ndef test_last():\n    pathlib.Path('out').rmdir()\n"
    pytester.mkdir("out")

    result = run(leaving, "--messages-api-coverage-file", "out/coverage.json")

    assert "cannot be written" in str(result.stderr) + str(result.stdout)
    assert "Traceback" not in str(result.stderr)
