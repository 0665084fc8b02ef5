"""What holds for every view, whatever it shows: no barriers, no sideways scrolling, nothing run, nothing fetched."""

import pytest
from playwright.async_api import expect

from tests.page.browser import SIZES, WIDE, Screen

VIEWS = ("conversations", "messages", "journal", "deliveries", "scenarios", "clock", "rules", "explain")
RUNNING = 'a[href^="javascript:" i], a[href^="data:" i], iframe, object, embed, main script, main img'


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
async def test_view_with_everything_has_no_barriers(seeded_screen: Screen, view: str, theme: str) -> None:
    await seeded_screen.wear("dark" if theme == "dark" else "light", WIDE)

    await seeded_screen.open(view)
    await settled(seeded_screen)

    assert [] == await seeded_screen.barriers()


@pytest.mark.parametrize("view", VIEWS)
async def test_view_with_nothing_has_no_barriers(screen: Screen, view: str) -> None:
    await screen.wear("light", SIZES["narrow"])

    await screen.open(view)
    await settled(screen)

    assert [] == await screen.barriers()


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("view", VIEWS)
async def test_view_never_scrolls_sideways(seeded_screen: Screen, view: str, width: int) -> None:
    await seeded_screen.wear("light", (width, 780))

    await seeded_screen.open(view)
    await settled(seeded_screen)

    assert 0 == await seeded_screen.overflow()


@pytest.mark.parametrize("view", VIEWS)
async def test_hostile_content_does_not_run(seeded_screen: Screen, view: str) -> None:
    await seeded_screen.open(view)
    await settled(seeded_screen)

    assert await seeded_screen.page.evaluate("window.pwned") is None
    assert (
        0
        == await seeded_screen.page.locator('a[href^="javascript:" i], a[href^="data:" i], iframe, main script').count()
    )


async def settled(screen: Screen) -> None:
    """Wait until the view is there and nothing in it is on its way."""
    await expect(screen.page.get_by_role("heading", level=1)).to_be_visible()
    await expect(screen.page.locator("[aria-busy=true]")).to_have_count(0)
