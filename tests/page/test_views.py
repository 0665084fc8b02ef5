"""What holds for every view, whatever it shows: no barriers, no sideways scrolling, nothing run, nothing fetched."""

import re
from collections import Counter
from importlib.resources import files

import pytest
from playwright.async_api import expect

from tests.page.browser import NARROW, THEMES, WIDE, Screen

VIEWS = ("conversations", "messages", "journal", "deliveries", "scenarios", "clock", "rules", "explain")
RUNNING = 'a[href^="javascript:" i], a[href^="data:" i], iframe, object, embed, main script, main img'


@pytest.mark.parametrize("view", VIEWS)
async def test_view_with_everything_has_no_barriers(seeded_screen: Screen, view: str) -> None:
    await seeded_screen.open(view)
    await seeded_screen.is_settled()

    for theme in THEMES:
        await seeded_screen.wear(theme, WIDE)
        assert [] == await seeded_screen.barriers(), theme


@pytest.mark.parametrize("view", VIEWS)
async def test_view_with_nothing_has_no_barriers(screen: Screen, view: str) -> None:
    await screen.wear("light", NARROW)

    await screen.open(view)
    await screen.is_settled()

    assert [] == await screen.barriers()


@pytest.mark.parametrize("view", VIEWS)
async def test_view_never_scrolls_sideways(seeded_screen: Screen, view: str) -> None:
    await seeded_screen.open(view)
    await seeded_screen.is_settled()

    for width in (360, 768, 1280):
        await seeded_screen.wear("light", (width, 780))
        assert 0 == await seeded_screen.overflow(), width


@pytest.mark.parametrize("view", VIEWS)
async def test_hostile_content_does_not_run(seeded_screen: Screen, view: str) -> None:
    await seeded_screen.open(view)
    await seeded_screen.is_settled()

    await expect(seeded_screen.page.locator(RUNNING)).to_have_count(0)
    assert await seeded_screen.page.evaluate("window.pwned") is None


async def test_request_to_elsewhere_would_be_seen(screen: Screen) -> None:
    """The watch over the page sees what it is for: a picture of a message that was loaded after all."""
    await screen.open("rules")

    await screen.page.evaluate(
        "document.body.append(Object.assign(new Image(), { src: 'https://evil.example/x.png' }))"
    )
    await screen.holds("document.images.length > 1")
    await screen.page.wait_for_timeout(50)

    assert screen.wrongs
    assert all("evil.example" in each for each in screen.wrongs)
    screen.wrongs.clear()


async def test_barrier_would_be_seen(screen: Screen) -> None:
    await screen.open("rules")

    await screen.page.evaluate("document.querySelector('main').append(document.createElement('button'))")

    assert any(each.startswith("button-name") for each in await screen.barriers())


def test_views_do_not_style_each_others_classes() -> None:
    """All style sheets are in force at once: a class is styled by one view, or by the sheet that all share."""
    page = files("mockserver").joinpath("page")
    first = re.compile(r"^ *\.([\w-]+)", re.MULTILINE)
    shared = set(first.findall(page.joinpath("style.css").read_text(encoding="utf-8")))

    sheets = [set(first.findall(page.joinpath("views", f"{view}.css").read_text(encoding="utf-8"))) for view in VIEWS]

    counted = Counter(name for sheet in sheets for name in sheet - shared if not name.startswith("is-"))
    assert [] == [name for name, count in counted.items() if count > 1]
