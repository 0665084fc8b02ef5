"""The pytest plugin: fixtures, marker, options and hooks.

It imports nothing heavy, since every test run in its environment loads it: what a run uses is imported when it does.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import pytest

from mockserver.pytest_plugin.options import MARKER, MARKER_LINE, Options, add_options, read_marker, read_options

if TYPE_CHECKING:
    from mockserver.handle import AsyncMockServer, MockServer
    from mockserver.handle.asgi import AsgiApp
    from mockserver.pytest_plugin.case import Case
    from mockserver.pytest_plugin.coverage import Coverage
    from mockserver.pytest_plugin.sink import MessagesSink, Sinks
    from mockserver.settings import Settings

_FIXTURE: Final = "messages_api"
_IN_PROCESS: Final = "messages_api_in_process"
_OPTIONS = pytest.StashKey[Options]()
_COVERAGE: "pytest.StashKey[Coverage]" = pytest.StashKey()
_CASES: "pytest.StashKey[list[Case]]" = pytest.StashKey()


# Hooks


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare flags and ini keys."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, read the options, and count coverage where that is asked for."""
    config.addinivalue_line("markers", MARKER_LINE)
    options = config.stash[_OPTIONS] = read_options(config)
    if options.counts:
        from mockserver.pytest_plugin.coverage import PLUGIN, Coverage

        config.stash[_COVERAGE] = Coverage(config, options)
        config.pluginmanager.register(config.stash[_COVERAGE], PLUGIN)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Check the marker, and give a marked test its account even if only its system under test has a use for it."""
    if item.get_closest_marker(MARKER) is None:
        return
    read_marker(item)  # a mistake in it is to be told before any test runs
    if isinstance(item, pytest.Function) and not {_FIXTURE, _IN_PROCESS} & set(item.fixturenames):
        item.fixturenames.append(_FIXTURE)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin anew, also where another plugin runs a test once more."""
    if _CASES in item.stash:
        del item.stash[_CASES]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Judge what a test sent once it has passed: a failed one has its reason already."""
    yield
    for case in item.stash.get(_CASES, ()):
        case.judge()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach to a failure what happened in the test's account, and what of it the test would have failed over, too."""
    report = yield
    if report.failed:
        for case in item.stash.get(_CASES, ()):
            report.sections += [(f"{_FIXTURE}: {title}", text) for title, text in case.sections() if text]
    return report


# Fixtures


@pytest.fixture(scope="session")
def messages_api_settings() -> "Settings":
    """How the server is to behave; override it to have another one. Messages are delivered sooner than usual."""
    from mockserver.pytest_plugin.serving import USUAL

    return USUAL


@pytest.fixture(scope="session")
def messages_api_server(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> "Iterator[MockServer]":
    """The server of this run, of each worker under xdist; or, with ``--messages-api-url``, the one that runs there."""
    from mockserver.pytest_plugin import serving

    options, coverage = pytestconfig.stash[_OPTIONS], pytestconfig.stash.get(_COVERAGE, None)
    if options.url is not None:
        yield serving.connected(options.url, options)
        return
    with serving.started(request.getfixturevalue("messages_api_settings")) as server:
        if coverage is None:
            yield server
        else:
            with coverage.counting(server):
                yield server


@pytest.fixture
def messages_api(
    request: pytest.FixtureRequest, pytestconfig: pytest.Config, messages_api_server: "MockServer"
) -> "Iterator[MockServer]":
    """An account of the test's own, with all verbs on it; the test fails if requests in it break the contract.

    Whatever the test fails over, the report shows what happened in the account.
    """
    from mockserver.pytest_plugin.case import opened

    item: pytest.Item = request.node
    options, coverage = pytestconfig.stash[_OPTIONS], pytestconfig.stash.get(_COVERAGE, None)
    with opened(messages_api_server, options, item) as case:
        item.stash.setdefault(_CASES, []).append(case)
        yield case.account
        if coverage is not None:
            coverage.count(messages_api_server, case.account)


@pytest.fixture
def messages_api_async(messages_api: "MockServer") -> "AsyncMockServer":
    """The same account, its verbs to be awaited: for tests that run in an event loop, whichever plugin runs it."""
    return messages_api.aio


@pytest.fixture
def messages_api_in_process(
    request: pytest.FixtureRequest, pytestconfig: pytest.Config, messages_api_settings: "Settings"
) -> "Iterator[Callable[[Callable[[MockServer], AsgiApp]], MockServer]]":
    """What runs a server with no sockets around an ASGI application under test, and judges it as ``messages_api``.

    ``api = messages_api_in_process(lambda api: create_app(api.app, api.signature_secret))``. Both run in an event loop
    of their own. Webhooks go to the application, at ``/webhooks/inbound`` and ``/webhooks/status``, unless the settings
    name other paths. Its life span is not run.
    """
    from mockserver.pytest_plugin.case import around, judged

    item: pytest.Item = request.node
    options, coverage = pytestconfig.stash[_OPTIONS], pytestconfig.stash.get(_COVERAGE, None)
    with ExitStack() as held:

        def start(make: "Callable[[MockServer], AsgiApp]") -> "MockServer":
            server = held.enter_context(around(make, messages_api_settings))
            case = held.enter_context(judged(server, options, item))
            item.stash.setdefault(_CASES, []).append(case)
            if coverage is not None:
                held.callback(coverage.count, server, server)
            return server

        yield start


@pytest.fixture(scope="session")
def _messages_sinks() -> "Iterator[Sinks]":
    from mockserver.pytest_plugin.sink import serving_sinks

    with serving_sinks() as sinks:
        yield sinks


@pytest.fixture
def messages_sink(
    request: pytest.FixtureRequest, messages_api: "MockServer", _messages_sinks: "Sinks"
) -> "Iterator[MessagesSink]":
    """A receiver of the account's webhooks, for the tests of libraries; one that is signed wrongly fails the test."""
    item: pytest.Item = request.node
    with _messages_sinks.opened(messages_api.signature_secret) as sink:
        next(case for case in item.stash[_CASES] if case.account is messages_api).sinks.append(sink)
        messages_api.configure(inbound_url=sink.inbound_url, status_url=sink.status_url)
        yield sink
