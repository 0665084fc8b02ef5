"""Requests that were refused for their credentials or their path: they fail the test whose account they name."""

import pytest

from tests.pytest_plugin.conftest import Run

_ASKING = """
import base64
import pytest
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def basic(key, secret):
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


def ask(mock, auth=None, path="/v1/messages", method="POST"):
    headers = {"Content-Type": "application/json"} | ({"Authorization": auth} if auth else {})
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(mock.url + path, b"{}", headers, method=method), timeout=10)
    refused.value.close()
"""
WRONG = {
    "secret": (
        "ask(messages_api, basic(messages_api.api_key, 'wrong'))",
        401,
        "credentials",
        "the API secret is none of",
    ),
    "expired": ("ask(messages_api, 'Bearer ' + messages_api.jwt(exp=0))", 401, "credentials", "the token lives *"),
    "path": ("ask(messages_api, messages_api.basic, '/v1/mesages')", 404, "path", "*Did you mean /v1/messages?*"),
    "path by token": (
        "ask(messages_api, 'Bearer ' + messages_api.jwt(), '/v2/x')",
        404,
        "path",
        "No operation is at /v2/x*",
    ),
    "method": ("ask(messages_api, messages_api.basic, method='PUT')", 405, "method", "PUT is not allowed here*"),
    "external": (
        "ask(messages_api, basic(messages_api.api_key, 'wrong'), '/beta/chatapp-accounts/', 'GET')",
        401,
        "credentials",
        "the API secret is none of *",
    ),
}


@pytest.mark.parametrize(("call", "status", "rule", "why"), WRONG.values(), ids=WRONG)
def test_refused_request_of_the_account_fails_its_test(
    run_there: Run, call: str, status: int, rule: str, why: str
) -> None:
    result = run_there(f"{_ASKING}\n\ndef test_it(messages_api):\n    {call}\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"  * was answered {status} (journal entry 1)", f"    {why}* ({rule})"])
    result.stdout.fnmatch_lines(f'@pytest.mark.messages_api(allow_violations=["{rule}"])')


@pytest.mark.parametrize("allowed", ["True", "'credentials'", "['Authorization']"])
def test_refused_credentials_may_be_allowed(run_there: Run, allowed: str) -> None:
    mark = f"@pytest.mark.messages_api(allow_violations={allowed})"
    result = run_there(f"{_ASKING}\n\n{mark}\ndef test_it(messages_api):\n    {WRONG['secret'][0]}\n")

    result.assert_outcomes(passed=1)


def test_request_of_nobody_fails_no_test(run_there: Run) -> None:
    result = run_there(f"{_ASKING}\n\ndef test_it(messages_api):\n    ask(messages_api, path='/v1/mesages')\n")

    result.assert_outcomes(passed=1)


def test_failures_name_what_was_refused(run_there: Run) -> None:
    source = f"""{_ASKING}

def test_earlier(messages_api):
    ask(messages_api, path="/v1/of-another-test")


def test_own(messages_api):
    {WRONG["secret"][0]}
    messages_api.assert_sent(to="447700900101")


def test_strangers(messages_api):
    ask(messages_api, path="/v1/mesages")
    ask(messages_api, path="/v1/messages")
    messages_api.wait_for(within_s=0)
"""

    result = run_there(source)

    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*Nothing was sent; one request was refused:",
            "*  POST /v1/messages was answered 401 (journal entry 1)",
            "*    the API secret is none of those of account *",
            "*  This account's credentials: api_key and api_secret, both in basic; *",
            "*Other requests the server refused meanwhile:",
            "*  POST /v1/mesages 404",
            "*  POST /v1/messages 401: *",
        ]
    )
    result.stdout.no_fnmatch_line("*of-another-test*")
