"""``mockserver explain``: a verdict without a server, the same as the control API's."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, OpenServer

VALID = {
    "from": {"type": "sms", "number": "ACME"},
    "to": {"type": "sms", "number": "447700900123"},
    "message": {"content": {"type": "text", "text": "Hello"}},
}
BROKEN = {**VALID, "to": {"type": "sms", "number": "+447700900123"}}


def test_explain_accepts_a_valid_body(cli: Cli) -> None:
    outcome = cli("explain", stdin=json.dumps(VALID).encode())

    assert (0, "Accepted: sms text, branch SmsText\n", "") == (outcome.code, outcome.out, outcome.err)


def test_explain_reads_a_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "message.json").write_text(json.dumps(VALID), encoding="utf-8")

    assert 0 == cli("explain", "message.json").code


def test_explain_shows_each_violation_and_the_nearest_valid_form(cli: Cli) -> None:
    outcome = cli("explain", "-", stdin=json.dumps(BROKEN).encode())

    verdict, field, reason, found, expected, nearest, title, *form = outcome.out.splitlines()
    assert (1, "Refused: sms text, branch SmsText", "to.number  (pattern)") == (outcome.code, verdict, field)
    assert reason.startswith('  `to.number` is "+447700900123"; ')
    assert '  found    "+447700900123"' == found
    assert expected.startswith("  expected a phone number")
    assert ('  nearest  "447700900123"', "Nearest valid form:") == (nearest, title)
    assert VALID == json.loads("\n".join(form))


def test_explain_judges_a_workflow_by_the_rules_of_dispatch(cli: Cli) -> None:
    workflow = {"template": "failover", "workflow": [BROKEN]}

    outcome = cli("explain", "--json", stdin=json.dumps(workflow).encode())

    verdict = json.loads(outcome.out)
    assert (1, "Workflow") == (outcome.code, verdict["branch"])
    assert ["workflow[0].to.number"] == [each["name"] for each in verdict["violations"]]
    assert {"template": "failover", "workflow": [VALID]} == verdict["nearest"]


def test_explain_says_that_no_branch_fits(cli: Cli) -> None:
    outcome = cli("explain", stdin=b'{"to": {"type": "pigeon"}}')

    assert (1, "Refused: unknown channel unknown kind, no branch fits") == (
        outcome.code,
        outcome.out.splitlines()[0],
    )


def test_explain_shows_findings_of_spelling_and_of_content(cli: Cli) -> None:
    text = json.dumps({**VALID, "colour": "red"}).replace('"colour": "red"', '"colour": "red", "colour": "blue"')

    outcome = cli("explain", stdin=text.encode())

    findings = [line for line in outcome.out.splitlines() if line.startswith("finding ")]
    assert (0, 2) == (outcome.code, len(findings))
    assert ("finding body: ", True) == (findings[0][:14], "`colour` stands twice" in findings[0])
    assert findings[1].startswith("finding colour: ")


@pytest.mark.parametrize(
    "body", [VALID, BROKEN, {**VALID, "colour": "red"}, []], ids=["valid", "broken", "odd", "list"]
)
def test_explain_as_json_is_what_the_control_api_answers(body: object, cli: Cli, open_server: OpenServer) -> None:
    with open_server() as api:
        answered = api.post("_mock/explain", body)

    assert answered == cli("explain", "--json", stdin=json.dumps(body).encode()).json


def test_explain_names_line_and_column_of_broken_json(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "message.json").write_text('{"to":\n  {"type" "sms"}}', encoding="utf-8")

    outcome = cli("explain", "message.json")

    assert (2, "") == (outcome.code, outcome.out)
    assert outcome.err.startswith("mockserver: message.json:2:11: The body is not JSON: Expecting ':' delimiter, near")


def test_explain_says_that_standard_input_is_empty(cli: Cli) -> None:
    outcome = cli("explain", stdin=b" \n")

    expected = "mockserver: standard input: The body is empty; expected a JSON object.\n"
    assert (2, expected) == (outcome.code, outcome.err)


def test_explain_says_that_a_file_is_missing(cli: Cli, tmp_path: Path) -> None:
    outcome = cli("explain", "gone.json")

    expected = (
        f"mockserver: {tmp_path}/gone.json cannot be read: No such file or directory."
        " Give a file, or - for standard input.\n"
    )
    assert (2, expected) == (outcome.code, outcome.err)


def test_explain_colours_the_verdict_on_a_terminal(cli: Cli) -> None:
    good = cli("explain", stdin=json.dumps(VALID).encode(), FORCE_COLOR="1")
    bad = cli("explain", stdin=json.dumps(BROKEN).encode(), FORCE_COLOR="1")

    assert ("\x1b[32mAccepted\x1b[0m" in good.out, "\x1b[31mRefused\x1b[0m" in bad.out) == (True, True)
