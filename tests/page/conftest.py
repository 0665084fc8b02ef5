"""A server with traffic of every kind, a browser for each module, and a window for each test that watches the page."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from mockserver.handle import MockServer
from mockserver.settings import Settings
from tests.page.browser import Screen, chromium, launched, screened
from tests.page.seeding import seed

QUICK = Settings(port=0, tls=False, submitted_after_s=0.0, delivered_after_s=0.01, read_after_s=0.02)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the browser."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def server() -> Iterator[MockServer]:
    """Serve for all tests."""
    with MockServer.serving(QUICK) as mock:
        yield mock


@pytest.fixture
def mock(server: MockServer) -> Iterator[MockServer]:
    """Return an account of the test's own, in which nothing has happened."""
    account = server.new_account()
    yield account
    account.forget()


@pytest.fixture(scope="session")
def seeded(server: MockServer) -> MockServer:
    """Return an account in which everything has happened; for tests that only look."""
    account = server.new_account()
    seed(account)
    return account


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Return the browser."""
    async with launched(chromium(os.environ)) as running:
        yield running


@pytest.fixture
async def screen(browser: Browser, mock: MockServer, tmp_path: Path) -> AsyncIterator[Screen]:
    """Return a window on the test's own account; it fails the test for requests to elsewhere and for any complaint."""
    async with screened(browser, mock.url, mock.api_key, tmp_path) as opened:
        yield opened


@pytest.fixture
async def seeded_screen(browser: Browser, seeded: MockServer, tmp_path: Path) -> AsyncIterator[Screen]:
    """Return a window on the account in which everything has happened."""
    async with screened(browser, seeded.url, seeded.api_key, tmp_path) as opened:
        yield opened
