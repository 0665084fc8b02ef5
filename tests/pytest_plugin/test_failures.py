"""What breaks the contract fails the test that sent it, and whatever fails shows the account's timeline."""

import pytest

from tests.pytest_plugin.conftest import Run
from tests.pytest_plugin.sending import SENDING

TIMELINE = "*- messages_api: timeline -*"
BROKEN = [
    "1 request of this test broke the contract, and the test did not look at it:",
    "  POST /v1/messages was answered 422 (journal entry *)",
    "    `to` is *+1*; expected a phone number: digits only* (pattern)",
    '    body: {"channel": "sms"*}',
    "Mend the request. Is it meant? Then assert on messages_api.violations(), or mark the test:",
    '@pytest.mark.messages_api(allow_violations=["pattern"])',
]


def test_violation_nobody_looked_at_fails_the_test(run_there: Run) -> None:
    result = run_there(SENDING + "def test_bad(messages_api):\n    send(messages_api, to='+1')\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(BROKEN)
    result.stdout.fnmatch_lines([TIMELINE, "*POST /v1/messages*422*"])
    result.stdout.no_fnmatch_line("*Traceback*")


PASSING = {
    "asserted": "def test(messages_api):\n    send(messages_api, to='+1')\n    assert messages_api.violations()\n",
    "all allowed": (
        "@pytest.mark.messages_api(allow_violations=True)\ndef test(messages_api):\n    send(messages_api, to='+1')\n"
    ),
    "rule allowed": (
        "@pytest.mark.messages_api(allow_violations='pattern')\n"
        "def test(messages_api):\n    send(messages_api, to='+1')\n"
    ),
    "field allowed by the module": (
        "pytestmark = pytest.mark.messages_api(allow_violations=['to'])\n"
        "def test(messages_api):\n    send(messages_api, to='+1')\n"
    ),
    "none": "def test(messages_api):\n    send(messages_api)\n",
    "a finding": "def test(messages_api):\n    send(messages_api, colour='red')\n",
    "not strict by marker": (
        "pytestmark = pytest.mark.messages_api(strict=True)\n"
        "@pytest.mark.messages_api(strict=False)\n"
        "def test(messages_api):\n    send(messages_api, colour='red')\n"
    ),
}


@pytest.mark.parametrize("source", PASSING.values(), ids=PASSING)
def test_test_passes_with(run_there: Run, source: str) -> None:
    result = run_there(SENDING + source)

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line(TIMELINE)


def test_another_rule_than_the_allowed_fails(run_there: Run) -> None:
    marked = "@pytest.mark.messages_api(allow_violations=['required'])\n"

    result = run_there(SENDING + marked + "def test_bad(messages_api):\n    send(messages_api, to='+1')\n")

    result.assert_outcomes(failed=1)


def test_violation_after_the_last_look_fails(run_there: Run) -> None:
    source = """
def test_bad(messages_api):
    send(messages_api, to='+1')
    assert messages_api.violations()
    send(messages_api, text='')
"""

    result = run_there(SENDING + source)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([BROKEN[0], "    `text` is empty*"])


@pytest.mark.parametrize("how", ["flag", "marker"])
def test_finding_fails_a_strict_test(run_there: Run, how: str) -> None:
    marked = "@pytest.mark.messages_api(strict=True)\n" if how == "marker" else ""
    flags = ["--messages-api-strict"] if how == "flag" else []

    result = run_there(SENDING + marked + "def test_odd(messages_api):\n    send(messages_api, colour='red')\n", *flags)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["1 request of this test had findings, and the test is strict:", "    colour: * (*, a finding)"]
    )


def test_failed_test_shows_the_violation_beside_its_own_reason_and_is_told_once(run_there: Run) -> None:
    result = run_there(SENDING + "def test_bad(messages_api):\n    assert 202 == send(messages_api, to='+1')\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *assert 202 == 422*", "*- messages_api: violations -*", *BROKEN, TIMELINE])


def test_passing_test_shows_nothing(run_there: Run) -> None:
    result = run_there(SENDING + "def test_good(messages_api):\n    send(messages_api)\n", "-rA")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line(TIMELINE)


def test_violation_of_a_fixture_that_ends_is_an_error_of_the_test(run_there: Run) -> None:
    source = """
@pytest.fixture
def service(messages_api):
    yield
    send(messages_api, to='+1')

def test_good(service):
    pass
"""

    result = run_there(SENDING + source)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_good*", *BROKEN, TIMELINE])


def test_expected_failure_may_break_the_contract(run_there: Run) -> None:
    source = """
@pytest.mark.xfail(reason="issue 12")
def test_bad(messages_api):
    send(messages_api, to='+1')
"""

    result = run_there(SENDING + source)

    result.assert_outcomes(xfailed=1)


def test_marked_test_has_an_account_without_asking_for_it(run_there: Run) -> None:
    source = """
@pytest.fixture
def service(request):
    return request.getfixturevalue("messages_api")

@pytest.mark.messages_api(allow_violations=True)
def test_it(request):
    assert "messages_api" in request.fixturenames
    assert request.getfixturevalue("messages_api") is request.node.funcargs["messages_api"]
"""

    result = run_there(SENDING + source)

    result.assert_outcomes(passed=1)


def test_failed_test_shows_how_its_rules_fared_with_their_lines(run_there: Run) -> None:
    source = """
def test_busy(messages_api):
    messages_api.rules.when(channel="sms", times=1).respond(problem="throttled")  # here
    messages_api.rules.when(channel="viber").respond(problem="throttled")
    assert 202 == send(messages_api)
"""
    lines = (SENDING + source).strip().splitlines()
    line = next(number for number, each in enumerate(lines, 1) if each.endswith("# here"))

    result = run_there(SENDING + source)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- messages_api: rules -*",
            f"test_it.py:{line}: rule-* decided 1 of 1 sends that fit it",
            f"test_it.py:{line + 1}: rule-* decided 0 of 0 sends that fit it",
            "  nearest: *",
            TIMELINE,
        ]
    )


def test_test_that_runs_once_more_begins_anew(run_there: Run) -> None:
    source = """
seen = []

def test_flaky(messages_api):
    seen.append(messages_api.api_key)
    assert len(set(seen)) > 1
"""
    again = """
import pytest
from _pytest.runner import runtestprotocol

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    runtestprotocol(item, nextitem=nextitem, log=False)
    item.funcargs = {}
    item._initrequest()
    for each in runtestprotocol(item, nextitem=nextitem, log=False):
        item.ihook.pytest_runtest_logreport(report=each)
    return True
"""

    run_there(SENDING + source, conftest=again).assert_outcomes(passed=1)


FORGETS = """
def test_bad(messages_api):
    messages_api.forget()
    raise ZeroDivisionError

def test_next(messages_api):
    messages_api.assert_nothing_sent()
"""
ENDS = """
import pytest
from contextlib import ExitStack
from mockserver import MockServer

@pytest.fixture(scope="session")
def held():
    with ExitStack() as held:
        yield held

@pytest.fixture(scope="session")
def messages_api_server(held, messages_api_settings):
    return held.enter_context(MockServer.serving(messages_api_settings))

def test_bad(messages_api, held):
    held.close()
    raise ZeroDivisionError

def test_next():
    pass
"""


@pytest.mark.parametrize(
    ("source", "why"),
    [(FORGETS, "no account '*'; known: *"), (ENDS, "No server answers at *")],
    ids=["forgot", "ended"],
)
def test_run_goes_on_without_the_account_of_a_failed_test(run: Run, source: str, why: str) -> None:
    result = run(source)

    result.assert_outcomes(failed=1, errors=1, passed=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_bad*", why, "E * ZeroDivisionError", TIMELINE, why])
    result.stdout.no_fnmatch_line("INTERNALERROR*")
