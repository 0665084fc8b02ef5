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
V1 = {"channel": "viber_service", "message_type": "text", "to": "447700900123", "from": "40772", "text": "Hello"}
V1_AS_V0_1 = {
    "from": {"type": "viber_service_msg", "id": "40772"},
    "to": {"type": "viber_service_msg", "number": "447700900123"},
    "message": {"content": {"type": "text", "text": "Hello"}},
}
CARD = {
    "channel": "rcs",
    "message_type": "card",
    "to": "447700900123",
    "from": "Acme",
    "card": {"title": "Table", "text": "For two", "media_url": "https://files.example.org/table.jpg"},
}
BROKEN = {**VALID, "to": {"type": "sms", "number": "+447700900123"}}


def test_explain_accepts_a_valid_body(cli: Cli) -> None:
    outcome = cli("explain", stdin=json.dumps(VALID).encode())

    expected = "Accepted as a Messages v0.1 body: sms text, branch SmsText\n"
    assert (0, expected, "") == (outcome.code, outcome.out, outcome.err)


def test_explain_reads_a_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "message.json").write_text(json.dumps(VALID), encoding="utf-8")

    assert 0 == cli("explain", "message.json").code


def test_explain_shows_each_violation_and_the_nearest_valid_form(cli: Cli) -> None:
    outcome = cli("explain", "-", stdin=json.dumps(BROKEN).encode())

    verdict, answer, field, reason, found, expected, nearest, title, *form = outcome.out.splitlines()
    assert (1, "Refused as a Messages v0.1 body: sms text, branch SmsText") == (outcome.code, verdict)
    assert "Answer: 400 Your request parameters didn't validate." in answer
    assert "to.number  (pattern)" == field
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


def test_explain_judges_a_body_by_the_version_that_its_members_tell(cli: Cli) -> None:
    outcome = cli("explain", stdin=json.dumps(V1).encode())

    expected = "Accepted as a Messages v1 body: viber text, branch ViberText\n"
    assert (0, expected) == (outcome.code, outcome.out)


@pytest.mark.parametrize(("body", "version", "nearest"), [(V1, "v0.1", V1_AS_V0_1), (V1_AS_V0_1, "v1", V1)])
def test_explain_translates_a_body_of_another_version_than_asked_for(
    body: object, version: str, nearest: object, cli: Cli
) -> None:
    outcome = cli("explain", "--version", version, "--json", stdin=json.dumps(body).encode())

    view = json.loads(outcome.out)
    first = view["violations"][0]
    assert (1, version, "viber", "text") == (outcome.code, view["version"], view["channel"], view["kind"])
    assert first["reason"].startswith("This looks like a Messages v")
    assert nearest == view["nearest"]


def test_explain_says_that_only_the_other_version_has_a_channel(cli: Cli) -> None:
    outcome = cli("explain", "--version", "v0.1", stdin=json.dumps(CARD).encode())

    verdict, _, _, reason, *_ = outcome.out.splitlines()
    assert (1, "Refused as a Messages v0.1 body: rcs card, no branch fits") == (outcome.code, verdict)
    assert reason.endswith(" RCS exists in Messages v1 (/v1/messages) only.")
    assert "Nearest" not in outcome.out


def test_explain_says_that_no_member_tells_the_version(cli: Cli) -> None:
    outcome = cli("explain", stdin=b"{}")

    expected = "Refused as a Messages v0.1 body, though no member of it tells a version: unknown channel unknown kind"
    assert outcome.out.startswith(expected)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            {**V1, "to": "+447700900123"},
            {
                "status": 422,
                "type": "https://developer.vonage.com/api-errors/messages#110",
                "title": "Invalid recipient",
                "detail": "The `to` parameter is invalid for the given channel.",
            },
        ),
        (
            BROKEN,
            {
                "status": 400,
                "type": "https://www.nexmo.com/messages/Errors#InvalidParams",
                "title": "Your request parameters didn't validate.",
                "detail": "Found errors validating 1 of your submitted parameters.",
            },
        ),
        (VALID, None),
    ],
    ids=["v1", "v0.1", "valid"],
)
def test_explain_tells_what_would_be_answered(body: object, problem: object, cli: Cli) -> None:
    outcome = cli("explain", "--json", stdin=json.dumps(body).encode())

    assert problem == json.loads(outcome.out)["problem"]


def test_explain_judges_an_update(cli: Cli) -> None:
    good = cli("explain", "--patch", stdin=b'{"status": "read"}')
    bad = cli("explain", "--patch", stdin=b'{"status": "seen"}')

    assert (0, "Accepted as a Messages v1 body of a PATCH: branch Update\n") == (good.code, good.out)
    assert 1 == bad.code
    assert '  `status` is "seen"; expected revoked or read.' in bad.out.splitlines()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--version", "v2"), "--version is 'v2'. Known: v0.1, v1."),
        (("--version", "v0.1", "--patch"), "Messages v0.1 has no PATCH. Leave out --version, or --patch."),
    ],
)
def test_explain_refuses_flags_that_cannot_be(flags: tuple[str, ...], said: str, cli: Cli) -> None:
    outcome = cli("explain", *flags, stdin=b"{}")

    assert (2, f"mockserver: {said}\n") == (outcome.code, outcome.err)


def test_explain_says_that_no_branch_fits(cli: Cli) -> None:
    outcome = cli("explain", stdin=b'{"to": {"type": "pigeon"}}')

    expected = "Refused as a Messages v0.1 body: unknown channel unknown kind, no branch fits"
    assert (1, expected) == (outcome.code, outcome.out.splitlines()[0])


def test_explain_shows_findings_of_spelling_and_of_content(cli: Cli) -> None:
    text = json.dumps({**VALID, "colour": "red"}).replace('"colour": "red"', '"colour": "red", "colour": "blue"')

    outcome = cli("explain", stdin=text.encode())

    findings = [line for line in outcome.out.splitlines() if line.startswith("finding ")]
    assert (0, 2) == (outcome.code, len(findings))
    assert ("finding body: ", True) == (findings[0][:14], "`colour` stands twice" in findings[0])
    assert findings[1].startswith("finding colour: ")


@pytest.mark.parametrize(
    "body",
    [VALID, BROKEN, {**VALID, "colour": "red"}, [], V1, {**V1, "failover": [{}]}],
    ids=["valid", "broken", "odd", "list", "v1", "broken v1"],
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
