"""A browser to look at the page with: Debian's chromium, with nowhere to go but this machine."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, urlencode, urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request, ViewportSize, async_playwright, expect

from mockserver.model import Json

FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
)
WIDE: Final = (1280, 800)
NARROW: Final = (390, 780)
SIZES: Final = {"wide": WIDE, "narrow": NARROW}
Theme = Literal["light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")

PATIENCE_MS: Final = 20_000
"""How long to wait for what will come: on a busy machine a page takes seconds to open."""

_AXE: Final = files("axe_playwright_python").joinpath("axe.min.js")
_AXE_RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_ANSWERS = "Failed to load resource: the server responded with a status of 4"
_REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} kept out ${event.blockedURI}`);
});"""

expect.set_options(timeout=PATIENCE_MS)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds of the server, or of the page; TimeoutError if it does not in time."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await holds():  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.02)


def chromium(environ: Mapping[str, str]) -> str:
    """Return where the browser is; without one, skip the test, but in CI, where ``.ci/run`` installs it, fail it."""
    found = shutil.which("chromium", path=environ.get("PATH"))
    if found is not None:
        return found
    reason = "chromium missing: install Debian's package of that name"
    if "CI" in environ:
        pytest.fail(reason)
    pytest.skip(reason)


@asynccontextmanager
async def launched(path: str) -> AsyncIterator[Browser]:
    """Start the browser for the length of the block."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        await browser.close()


@dataclass(eq=False)
class Screen:
    """The page in a window of its own, and what it did that no page of ours may do: ``wrongs``."""

    page: Page
    url: str
    account: str | None
    folder: Path
    wrongs: list[str] = field(default_factory=list)
    _allowed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Watch what it asks for and complains of."""
        self.page.on("request", self._requested)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrongs.append(f"error: {error}"))

    def allow(self, pattern: str) -> None:
        """Take a complaint of the browser that fits, as one of a server that is gone."""
        self._allowed.append(pattern)

    def allow_refusals(self) -> None:
        """Take answers of 4xx: the browser complains of each, though the page tells of it as it should."""
        self.allow(re.escape(_ANSWERS))

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.wrongs.append(f"request to elsewhere: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if not any(re.search(each, message.text) for each in self._allowed):
            self.wrongs.append(f"console {message.type}: {message.text} {message.location.get('url', '')}")

    def address(self, route: str, /, *, account: str | None = None, **query: str) -> str:
        """Return the URL of a route, such as ``messages``, in the account of the test unless another is given."""
        key = account or self.account
        members = query if key is None else {**query, "account": key}
        path = "/".join(quote(each, safe="") for each in route.split("/"))
        return f"{self.url}/#/{path}" + (f"?{urlencode(members, safe='*')}" if members else "")

    async def open(self, route: str, /, *, account: str | None = None, **query: str) -> None:
        """Go to a route, as by a link, and wait until the stream of events is open."""
        await self.page.goto(self.address(route, account=account, **query))
        await self.is_live()

    async def is_live(self) -> None:
        """Wait until the stream of events is open."""
        await expect(self.page.locator(".light")).to_contain_text("Live")

    async def is_settled(self) -> None:
        """Wait until the view is there and nothing in it is on its way."""
        await expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        await expect(self.page.locator("[aria-busy=true]")).to_have_count(0)

    async def holds(self, expression: str) -> None:
        """Wait until an expression of the page's own script holds.

        Playwright's own wait looks a second time by what the page's policy refuses.
        """

        async def is_so() -> bool:
            return bool(await self.page.evaluate(expression))

        await until(is_so)

    async def wear(self, theme: Theme, size: tuple[int, int] = WIDE) -> None:
        """Draw it in a theme, as if the system asked for that, and in a size."""
        await self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await self.page.set_viewport_size({"width": size[0], "height": size[1]})

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for each in keys:
            await self.page.keyboard.press(each)

    async def hash(self) -> str:
        """Return the address after the host."""
        return urlsplit(self.page.url).fragment

    async def shot(self, name: str) -> Path:
        """Draw what is seen into a file of the test's folder, to be looked at."""
        path = self.folder / f"{name}.png"
        await self.page.screenshot(path=path)
        return path

    async def barriers(self) -> list[str]:
        """Return what axe-core finds in the way of people: the rule, the element, and why."""
        if await self.page.evaluate("typeof axe") == "undefined":
            await self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        found: Json = await self.page.evaluate("(tags) => axe.run(document, { runOnly: tags })", list(_AXE_RULES))
        return [
            f"{each['id']}: {node['html'][:200]} - {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    async def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        wide: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide

    @property
    def main(self) -> Locator:
        """The area of the view."""
        return self.page.locator("main")

    @property
    def search(self) -> Locator:
        """The search box of the header."""
        return self.page.locator("#search")


@asynccontextmanager
async def screened(browser: Browser, url: str, account: str | None, folder: Path) -> AsyncIterator[Screen]:
    """Open a window; at the end, what the page did wrong fails the test."""
    size: ViewportSize = {"width": WIDE[0], "height": WIDE[1]}
    context = await browser.new_context(viewport=size, locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(PATIENCE_MS)
    await context.add_init_script(_REPORT_VIOLATIONS)
    screen = Screen(await context.new_page(), url, account, folder)
    yield screen
    await context.close()
    if screen.wrongs:
        pytest.fail("The page did what it must not:\n" + "\n".join(screen.wrongs))
