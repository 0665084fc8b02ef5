"""Each test has an account of its own, on one server a run, in whatever way the tests are run."""

import json
from urllib.request import urlopen

import pytest

from mockserver.settings import Settings
from mockserver.web.server import serving
from tests.pytest_plugin.conftest import Run
from tests.pytest_plugin.sending import SENDING


def test_accounts_are_apart_and_the_server_is_one(run: Run) -> None:
    source = """
seen = []

@pytest.mark.parametrize("number", range(3))
def test_alone(messages_api, messages_api_server, number):
    assert 202 == send(messages_api)
    assert 1 == len(messages_api.sent())
    assert messages_api.url == messages_api_server.url
    seen.append((messages_api.api_key, messages_api.url))

def test_together():
    assert 3 == len({key for key, url in seen})
    assert 1 == len({url for key, url in seen})
"""

    run(SENDING + source).assert_outcomes(passed=4)


def test_accounts_are_apart_in_threads(run: Run) -> None:
    source = """
from concurrent.futures import ThreadPoolExecutor

def test_threads(messages_api_server, messages_api):
    def one(number):
        account = messages_api_server.new_account()
        for _ in range(number):
            assert 202 == send(account)
        return len(account.sent())

    with ThreadPoolExecutor(4) as pool:
        assert [1, 2, 3, 4] == list(pool.map(one, range(1, 5)))
    assert [] == list(messages_api.sent())

def test_one_account_in_threads(messages_api):
    with ThreadPoolExecutor(4) as pool:
        assert {202} == set(pool.map(lambda _: send(messages_api), range(8)))
    messages_api.assert_sent(count=8)
"""

    run(SENDING + source).assert_outcomes(passed=2)


def test_settings_can_be_overridden(run: Run) -> None:
    source = """
from mockserver import Settings

@pytest.fixture(scope="session")
def messages_api_settings():
    return Settings(port=0, tls=False, strict=True, delivered_after_s=0)

@pytest.mark.messages_api(allow_violations=True)
def test_strict(messages_api):
    assert messages_api.tls_url is None
    assert 422 == send(messages_api, colour="red")
"""

    run(SENDING + source).assert_outcomes(passed=1)


def test_settings_that_cannot_be_are_told_in_one_sentence(run: Run) -> None:
    source = """
from mockserver import Settings

@pytest.fixture(scope="session")
def messages_api_settings():
    return Settings(port=0, host="192.0.2.1")

def test_it(messages_api):
    pass
"""

    result = run(source.replace("@pytest", "import pytest\n@pytest", 1))

    result.assert_outcomes(errors=1)
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*.py:*: *Error")
    result.stdout.fnmatch_lines("*192.0.2.1*")


@pytest.mark.parametrize("how", ["flag", "environment"])
def test_running_server_is_used_and_left_clean(run: Run, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    source = """
def test_it(messages_api, messages_api_server):
    assert 202 == send(messages_api)
    messages_api.assert_sent(count=1)
    assert messages_api.url == "URL"
"""
    with serving(Settings(port=0, tls=False)) as running:
        if how == "environment":
            monkeypatch.setenv("MESSAGES_MOCKSERVER_URL", running.url)
        flags = [f"--messages-api-url={running.url}"] if how == "flag" else []
        result = run(SENDING + source.replace("URL", running.url), *flags)
        with urlopen(f"{running.url}/_mock/accounts") as answer:
            accounts = json.load(answer)["accounts"]

    result.assert_outcomes(passed=1)
    assert ["mockkey1"] == [each["api_key"] for each in accounts]


def test_coverage_on_a_running_server_is_of_this_run_alone(run: Run) -> None:
    source = "def test_it(messages_api):\n    assert 202 == send(messages_api)\n"
    with serving(Settings(port=0, tls=False)) as running:
        flags = (f"--messages-api-url={running.url}", "--messages-api-coverage")
        results = [run(SENDING + source, *flags) for _ in range(2)]

    for each in results:
        each.stdout.fnmatch_lines("All * 3 of *")


def test_server_that_does_not_run_is_told_in_one_sentence(run: Run) -> None:
    with serving(Settings(port=0, tls=False)) as running:
        url = running.url

    result = run(SENDING + "def test_it(messages_api):\n    pass\n", f"--messages-api-url={url}")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(f"No server answers at {url} *")
    result.stdout.no_fnmatch_line("*Traceback*")


ASYNC = """
import asyncio

async def talk(messages_api_async):
    assert 202 == await asyncio.to_thread(send, messages_api_async)
    await messages_api_async.assert_sent(count=1)
    [message] = await messages_api_async.sent(channel="sms")
    await messages_api_async.wait_for("status:delivered")
"""


def test_verbs_can_be_awaited_under_anyio(run: Run) -> None:
    source = """
@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
async def test_it(messages_api_async):
    await talk(messages_api_async)
"""

    run(SENDING + ASYNC + source).assert_outcomes(passed=1)


def test_verbs_can_be_awaited_under_any_plugin(run: Run) -> None:
    """A plugin that runs asynchronous tests by an event loop of its own, as pytest-asyncio does."""
    source = """
async def test_it(messages_api_async):
    await talk(messages_api_async)
"""
    conftest = """
import asyncio
import inspect
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        names = inspect.signature(pyfuncitem.obj).parameters
        asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
        return True
"""

    run(SENDING + ASYNC + source, "-p", "no:anyio", conftest=conftest).assert_outcomes(passed=1)
