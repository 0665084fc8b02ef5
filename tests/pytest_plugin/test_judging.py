"""What of a journal fails a test, and the words for it."""

import pytest

from mockserver.model import Json
from mockserver.pytest_plugin.judging import breaches, sentence
from mockserver.pytest_plugin.options import Marked

BAD_TO: Json = {"name": "to", "rule": "pattern", "reason": '`to` is "+4477"; expected digits only. Try "4477".'}
NO_TEXT: Json = {"name": "text", "rule": "required", "reason": "`text` is missing."}
ODD: Json = {"name": "image.url", "rule": "extension", "detail": "the URL has no extension"}


def entry(number: int, violations: tuple[Json, ...] = (), findings: tuple[Json, ...] = ()) -> Json:
    """Return the journal entry of a request."""
    request = {
        "method": "POST",
        "path": "/v1/messages",
        "status": 422 if violations else 202,
        "body": '{"to":"+4477"}',
        "violations": list(violations),
        "findings": list(findings),
    }
    return {"id": number, "kind": "request", "request": request}


NEWEST_FIRST = [
    entry(9, (BAD_TO,)),
    entry(7, (NO_TEXT, BAD_TO), (ODD,)),
    {"id": 6, "kind": "status"},
    entry(5, (), (ODD,)),
    entry(3),
]


@pytest.mark.parametrize(
    ("marked", "is_strict", "expected"),
    [
        pytest.param(Marked(), False, [7, 9], id="usual"),
        pytest.param(Marked(), True, [5, 7, 9], id="strict"),
        pytest.param(Marked(allows_all=True), True, [], id="all-allowed"),
        pytest.param(Marked(allowed=frozenset({"pattern"})), False, [7], id="rule-allowed"),
        pytest.param(Marked(allowed=frozenset({"to"})), False, [7], id="field-allowed"),
        pytest.param(Marked(allowed=frozenset({"to", "required"})), False, [], id="both-allowed"),
        pytest.param(Marked(allowed=frozenset({"to", "required", "extension"})), True, [], id="finding-allowed"),
        pytest.param(Marked(allowed=frozenset({"nothing"})), False, [7, 9], id="other-allowed"),
    ],
)
def test_breaches_are_the_requests_that_must_fail(marked: Marked, is_strict: bool, expected: list[int]) -> None:
    assert expected == [each.number for each in breaches(NEWEST_FIRST, marked, is_strict=is_strict)]


def test_sentence_of_one_names_the_request_the_rule_and_what_to_do() -> None:
    found = breaches([entry(9, (BAD_TO,))], Marked(), is_strict=False)

    assert sentence(found) == (
        "1 request of this test broke the contract, and the test did not look at it:\n"
        "\n"
        "  POST /v1/messages was answered 422 (journal entry 9)\n"
        '    `to` is "+4477"; expected digits only. Try "4477". (pattern)\n'
        '    body: {"to":"+4477"}\n'
        "\n"
        "Mend the request. Is it meant? Then assert on messages_api.violations(), or mark the test:\n"
        '@pytest.mark.messages_api(allow_violations=["pattern"])'
    )


def test_sentence_of_several_names_each() -> None:
    words = sentence(breaches(NEWEST_FIRST, Marked(), is_strict=True))

    assert words.startswith("3 requests of this test broke the contract, and the test did not look at them:")
    assert "    image.url: the URL has no extension (extension, a finding)" in words
    assert words.endswith('(allow_violations=["extension", "required", "pattern"])')


def test_sentence_of_findings_says_that_the_test_is_strict() -> None:
    words = sentence(breaches([entry(5, (), (ODD,))], Marked(), is_strict=True))

    assert words.startswith("1 request of this test had findings, and the test is strict:")
    assert "assert on messages_api.findings()" in words


def test_long_body_is_cut() -> None:
    long = entry(1, (BAD_TO,))
    long["request"]["body"] = "x" * 600

    assert "body: " + "x" * 500 + "... (600 characters)" in sentence(breaches([long], Marked(), is_strict=False))
