"""``mockserver coverage``: tables, JSON, pages, merged reports, and exit codes that name what is missing."""

import json
import shlex
import signal
import sys
from pathlib import Path

import pytest

from mockserver.model import Json
from tests.cli.conftest import Cli, OpenServer, Sink
from tests.cli.test_serve import end, process, start

SENT = "sent:v0.1:sms:text"
SCENARIO = """
scenario: one-text
timeline:
  - inbound: {channel: sms, kind: text, text: "yes"}
"""


def report(folder: Path, name: str, goals: Json = None, **counts: int) -> str:
    """Write a report of three cells; return the name of its file."""
    cells = {"sent:v1:sms:text": counts.get("text", 0), "sent:v1:mms:image": 0, "code:v1:1320": counts.get("code", 0)}
    written = {"format": 1, "cells": cells, "beyond": {}, "goals": goals}
    (folder / name).write_text(json.dumps(written), encoding="utf-8")
    return name


def test_a_running_server_tells_what_all_its_accounts_exercised(cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        api.send(key="aaaa1111")
        whole = cli("coverage", "--url", api.url)
        default = cli("coverage", "--url", api.url, "--account", "mockkey1", "--json")

    assert (0, "") == (whole.code, whole.err)
    lines = whole.out.splitlines()
    assert ["WHAT", "EXERCISED", "SHARE", "NOT", "YET"] == lines[0].split()
    assert lines[1].startswith(
        "Operations        1 of 13    7.6 %  POST /v1/messages, PATCH /v1/messages/{message_uuid}"
    )
    assert lines[-1].startswith("All               3 of ")
    assert ("mockkey1", 0) == (default.json["account"], default.json["covered"])


def test_reports_are_merged(cli: Cli, tmp_path: Path) -> None:
    names = report(tmp_path, "a.json", text=1), report(tmp_path, "b.json", text=2, code=1)

    outcome = cli("coverage", "--merge", *names, "--json")

    cells = {"sent:v1:sms:text": 3, "sent:v1:mms:image": 0, "code:v1:1320": 1}
    assert (0, cells, 66.6) == (outcome.code, outcome.json["cells"], outcome.json["percent"])


def test_what_is_printed_as_json_is_read_again(cli: Cli, open_server: OpenServer, tmp_path: Path) -> None:
    with open_server() as api:
        api.send()
        first = cli("coverage", "--url", api.url, "--json")
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(first.out, encoding="utf-8")

    merged = cli("coverage", "--merge", "a.json", "b.json", "--json")

    assert (1, 2) == (first.json["cells"][SENT], merged.json["cells"][SENT])
    assert first.json["covered"] == merged.json["covered"]


def test_cells_and_all_that_is_missing_are_listed(cli: Cli, tmp_path: Path) -> None:
    name = report(tmp_path, "a.json", text=12)

    cells = cli("coverage", "--merge", name, "--cells", "--only", "sent")
    missing = cli("coverage", "--merge", name, "--missing")

    assert ["CELL               TIMES", "sent:v1:sms:text   12", "sent:v1:mms:image  0"] == cells.out.splitlines()
    assert ["", "sent:v1:mms: image", "code:v1: 1320"] == missing.out.splitlines()[-3:]


def test_goals_missed_end_with_1_and_name_what_is_missing(cli: Cli, tmp_path: Path) -> None:
    name = report(tmp_path, "a.json", text=1)

    outcome = cli("coverage", "--merge", name, "--only", "sent", "--fail-under", "80", "--required", "code")

    assert (1, "") == (outcome.code, outcome.err)
    assert [
        "FAIL  required code: not exercised; missing:",
        "      code:v1: 1320",
        "FAIL  50.0 % of 2 cells exercised, expected at least 80 %; missing:",
        "      sent:v1:mms: image",
    ] == outcome.out.splitlines()[-4:]


def test_goals_reached_are_told(cli: Cli, tmp_path: Path) -> None:
    outcome = cli("coverage", "--merge", report(tmp_path, "a.json", text=1), "--required", "sent:v1:sms")

    assert (0, "ok    all that is asked of the run was exercised") == (outcome.code, outcome.out.splitlines()[-1])


def test_goals_come_from_flags_else_the_file_here_else_the_reports(cli: Cli, tmp_path: Path) -> None:
    theirs = {"fail_under": 70, "required": ["code"], "only": []}
    names = report(tmp_path, "a.json", theirs, text=1), report(tmp_path, "b.json", {"fail_under": 90}, code=1)

    def goals(*flags: str) -> Json:
        return cli("coverage", "--merge", *names, "--json", *flags).json["goals"]

    told = goals()
    (tmp_path / "mockserver.toml").write_text(
        'coverage_fail_under = 30\ncoverage_required = ["sent:v1:sms"]\n', encoding="utf-8"
    )

    assert {"fail_under": 90, "required": ["code"], "only": []} == told
    assert {"fail_under": 30, "required": ["sent:v1:sms"], "only": []} == goals()
    assert {"fail_under": 1, "required": ["sent:v1:sms"], "only": ["sent"]} == goals(
        "--fail-under", "1", "--only", "sent"
    )


def test_a_page_is_written_whether_or_not_the_goals_are_reached(cli: Cli, tmp_path: Path) -> None:
    name = report(tmp_path, "a.json", text=1)

    outcome = cli("coverage", "--merge", name, "--html", "page.html", "--fail-under", "100")

    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert (1, True) == (outcome.code, page.startswith("<!doctype html>"))
    assert "merged from a.json" in page
    assert "Message already sent" in page


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--merge"], "--merge and reports go together. Name the reports after --merge."),
        (["a.json"], "--merge and reports go together. Write --merge a.json."),
        (["--merge", "gone.json"], "gone.json: it cannot be read: No such file or directory"),
        (["--merge", "text.json"], "text.json: it is not JSON. Write it with `mockserver coverage --json`."),
        (
            ["--merge", "a.json", "--only", "sent:v1:smss"],
            "no cell of the contract is like 'sent:v1:smss'. Did you mean sent:v1:sms?",
        ),
        (["--merge", "deep.json"], "deep.json: it is not JSON. Write it with `mockserver coverage --json`."),
        (
            ["--html", "gone/page.html"],
            "--html: {folder}/gone/page.html cannot be written: {folder}/gone is no folder.",
        ),
        (["--html", "."], "--html: {folder} is a folder. Name a file in it."),
        (["--config", "gone.toml"], "{folder}/gone.toml cannot be read: No such file or directory."),
    ],
)
def test_wrong_use_ends_with_2_and_a_sentence(argv: list[str], says: str, cli: Cli, tmp_path: Path) -> None:
    report(tmp_path, "a.json")
    (tmp_path / "text.json").write_text("no", encoding="utf-8")
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")

    outcome = cli("coverage", *argv)

    expected = f"mockserver: {says.format(folder=tmp_path)}"
    assert (2, True) == (outcome.code, outcome.err.startswith(expected)), outcome.err


def test_a_server_that_stops_leaves_its_report(cli: Cli, tmp_path: Path) -> None:
    with process("serve", "--port", "0", "--no-tls", "--coverage-file", "left.json", folder=tmp_path) as running:
        start(running)
        code, _ = end(running, signal.SIGTERM)

    outcome = cli("coverage", "--merge", "left.json", "--json")

    assert (0, 0, 0) == (code, outcome.code, outcome.json["covered"])
    assert SENT in outcome.json["cells"]


def test_a_run_of_scenarios_leaves_its_report(cli: Cli, sink: Sink, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(SCENARIO, encoding="utf-8")
    file, url = "run.json", sink.url
    ran = cli("run", "one.yaml", MESSAGES_MOCKSERVER_COVERAGE_FILE=file, MESSAGES_MOCKSERVER_INBOUND_URL=url)
    outcome = cli("coverage", "--merge", "run.json", "--json")

    assert (0, 1) == (ran.code, sum(count for name, count in outcome.json["cells"].items() if "inbound" in name))


@pytest.mark.parametrize(
    ("file", "says"),
    [("gone/run.json", "to gone/run.json: {folder}/gone is no folder. "), (".", "to .: {folder} is a folder. ")],
)
@pytest.mark.parametrize("argv", [("run", "one.yaml"), ("serve", "--port", "0")])
def test_a_report_that_could_not_be_left_ends_with_2_at_once(
    cli: Cli, tmp_path: Path, argv: tuple[str, ...], file: str, says: str
) -> None:
    (tmp_path / "one.yaml").write_text(SCENARIO, encoding="utf-8")

    outcome = cli(*argv, MESSAGES_MOCKSERVER_COVERAGE_FILE=file)

    expected = f"The coverage cannot be written {says}Make the folder, or name another file by coverage_file."
    assert (2, "") == (outcome.code, outcome.out)
    assert expected.format(folder=tmp_path) in outcome.err
    assert "API  " not in outcome.err


def test_a_report_that_cannot_be_left_any_more_ends_with_2(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    going = f"{shlex.quote(sys.executable)} -c \"import os; os.rmdir('out')\""
    (tmp_path / "one.yaml").write_text(SCENARIO, encoding="utf-8")

    outcome = cli("run", "one.yaml", "--sender", going, MESSAGES_MOCKSERVER_COVERAGE_FILE="out/run.json")

    assert 2 == outcome.code
    assert "run.json: No such file or directory. Name another file by coverage_file." in outcome.err


def test_check_names_the_line_of_a_goal_that_names_no_cell(cli: Cli, tmp_path: Path) -> None:
    written = 'port = 0\ncoverage_only = ["*:v1:sms"]\ncoverage_required = ["sent:v1:sms", "sent:v3"]\n'
    (tmp_path / "mockserver.toml").write_text(written, encoding="utf-8")

    outcome = cli("check", "mockserver.toml")

    says = f"{tmp_path}/mockserver.toml:3: coverage_required: no cell of the contract is like 'sent:v3'. Did you mean"
    assert (2, True) == (outcome.code, outcome.err.startswith(says) or outcome.out.startswith(says)), outcome
