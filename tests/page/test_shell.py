"""What stands around every view: addresses, accounts, theme, keys, search, banners, and how it outlives a server."""

import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from mockserver.handle import MockServer
from mockserver.wire.signing import basic_header
from tests.page.browser import NARROW, THEMES, Screen, screened
from tests.page.conftest import QUICK
from tests.page.seeding import HOSTILE, post, send

VIEWS = ("Conversations", "Messages", "Journal", "Deliveries", "Scenarios", "Clock & faults", "Rules", "Explain")
LIGHT, DARK = "rgb(251, 251, 250)", "rgb(20, 20, 21)"
LETTERS = dict(zip("cmjdstre", VIEWS, strict=True))


# Addresses


async def test_bare_address_leads_to_the_conversations(screen: Screen) -> None:
    await screen.page.goto(f"{screen.url}/")

    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Conversations")
    assert "/conversations" == await screen.hash()


async def test_every_view_is_a_link_away_and_says_where_one_is(screen: Screen) -> None:
    await screen.open("nowhere")

    for label in VIEWS:
        link = screen.page.get_by_role("navigation", name="Views").get_by_role("link", name=label)
        await link.click()

        await expect(screen.page.get_by_role("heading", level=1)).to_have_text(label)
        await expect(link).to_have_attribute("aria-current", "page")
        await expect(screen.page).to_have_title(f"{label} · mockserver")


async def test_links_keep_the_account_that_is_looked_at(screen: Screen, mock: MockServer) -> None:
    await screen.open("journal")

    await screen.page.get_by_role("link", name="Rules").click()

    assert f"/rules?account={mock.api_key}" == await screen.hash()


async def test_unknown_address_names_the_views(screen: Screen) -> None:
    await screen.open("jurnal")

    await expect(screen.main).to_contain_text("Nothing is at this address")
    await expect(screen.main.get_by_role("link", name="Journal")).to_be_visible()


async def test_address_that_cannot_be_decoded_does_no_harm(screen: Screen) -> None:
    screen.allow_refusals()
    await screen.page.goto(f"{screen.url}/#/journal/%E0%A4%A?q=%")

    await expect(screen.page.get_by_role("navigation")).to_be_visible()


async def test_back_leads_to_the_view_before(screen: Screen) -> None:
    await screen.open("rules")
    await screen.page.get_by_role("link", name="Explain").click()
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Explain")

    await screen.page.go_back()

    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Rules")


async def test_view_that_breaks_leaves_the_rest_of_the_page(screen: Screen) -> None:
    await screen.page.route("**/views/rules.js", lambda route: route.abort())
    screen.allow("ERR_FAILED")
    await screen.open("rules")

    await expect(screen.main.get_by_role("alert")).to_be_visible()
    await screen.page.get_by_role("link", name="Explain").click()
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Explain")


# Accounts


async def test_switcher_shows_the_account_of_the_address(screen: Screen, mock: MockServer) -> None:
    await screen.open("journal")

    await expect(screen.page.get_by_label("Account")).to_have_value(mock.api_key)


async def test_switcher_goes_to_the_same_view_of_another_account(screen: Screen, server: MockServer) -> None:
    other = server.new_account()
    await screen.open("journal", q="has:error")

    await screen.page.get_by_label("Account").select_option(other.api_key)

    await screen.is_live()
    assert f"/journal?account={other.api_key}" == await screen.hash()


async def test_default_account_needs_no_name_in_the_address(screen: Screen, server: MockServer) -> None:
    await screen.page.goto(f"{screen.url}/#/journal")
    await expect(screen.page.get_by_label("Account")).to_have_value(server.api_key)
    await screen.page.get_by_label("Account").select_option(screen.account)

    await screen.page.get_by_label("Account").select_option(server.api_key)

    assert "/journal" == await screen.hash()


async def test_account_that_comes_to_be_appears_in_the_switcher(screen: Screen, server: MockServer) -> None:
    await screen.open("journal")

    other = server.new_account()

    await expect(screen.page.get_by_label("Account").locator("option", has_text=other.api_key)).to_have_count(1)


async def test_account_nobody_used_yet_is_shown_once_it_comes_to_be(screen: Screen, server: MockServer) -> None:
    """The account is left behind: were it forgotten, what the page asks of it just then would be refused."""
    key = f"{screen.account}-later"
    await screen.open("rules", account=key)
    await expect(screen.main).to_contain_text(f"Nobody has used the key {key}")

    server.ask("PUT", f"accounts/{key}", {})

    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Rules")


async def test_account_that_is_forgotten_while_one_looks_is_said_to_be_unknown(
    screen: Screen, server: MockServer
) -> None:
    screen.allow_refusals()  # of what is asked of it before the page has heard
    key = f"{screen.account}-forgotten"
    server.ask("PUT", f"accounts/{key}", {})
    await screen.open("rules", account=key)
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Rules")

    server.account(key).forget()

    await expect(screen.main).to_contain_text(f"Nobody has used the key {key}")
    await screen.is_live()


@pytest.mark.parametrize("name", [HOSTILE[0], HOSTILE[4], "a&b=c#d?e/f%", "Ærø – 東京", " "], ids=range(5))
async def test_hostile_name_of_an_account_is_a_name_like_others(screen: Screen, mock: MockServer, name: str) -> None:
    """Accounts come to be by their first request, whatever they are called."""
    post(mock, "/v1/messages", {}, authorization=basic_header(name, "any"))

    await screen.open("journal", account=name)

    await expect(screen.page.get_by_label("Account")).to_have_value(name)
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Journal")
    assert await screen.page.evaluate("window.pwned") is None


# Theme


async def test_theme_is_that_of_the_system_until_one_is_chosen(screen: Screen) -> None:
    body = screen.page.locator("body")
    await screen.wear("dark")
    await screen.open("rules")
    await expect(body).to_have_css("background-color", DARK)
    await screen.wear("light")
    await expect(body).to_have_css("background-color", LIGHT)

    await screen.page.get_by_role("button", name="Theme: as the system").click()
    await screen.page.get_by_role("button", name="Theme: light").click()

    await expect(body).to_have_css("background-color", DARK)
    await screen.page.reload()
    await expect(body).to_have_css("background-color", DARK)


# Keys


async def test_g_and_a_letter_go_to_a_view(screen: Screen) -> None:
    await screen.open("nowhere")

    for letter, label in LETTERS.items():
        await screen.press("g", letter)

        await expect(screen.page.get_by_role("heading", level=1)).to_have_text(label)


async def test_question_mark_shows_the_help_and_escape_closes_it(screen: Screen) -> None:
    await screen.open("rules")

    await screen.press("?")
    await expect(screen.page.get_by_role("dialog", name="Help")).to_contain_text("Keys")
    await screen.press("Escape")

    await expect(screen.page.get_by_role("dialog")).to_have_count(0)


async def test_slash_goes_to_the_search_and_escape_leaves_it(screen: Screen) -> None:
    await screen.open("journal")

    await screen.press("/")
    await expect(screen.search).to_be_focused()
    await screen.press("Escape", "Escape")

    await expect(screen.search).not_to_be_focused()


async def test_keys_typed_into_the_search_are_text(screen: Screen) -> None:
    await screen.open("journal")
    await screen.search.focus()

    await screen.page.keyboard.type("g c ? j")

    await expect(screen.search).to_have_value("g c ? j")
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Journal")


async def test_first_stop_of_tab_skips_to_the_content(screen: Screen) -> None:
    await screen.open("rules")

    await screen.press("Tab", "Enter")

    await expect(screen.main).to_be_focused()


# Search


async def test_search_is_kept_in_the_address(screen: Screen) -> None:
    await screen.open("journal")

    await screen.search.fill("has:error to:4477*")
    await screen.press("Enter")

    await expect(screen.page).to_have_url(screen.address("journal", q="has:error to:4477*"))
    await screen.page.reload()
    await expect(screen.search).to_have_value("has:error to:4477*")


async def test_search_from_a_view_without_a_list_looks_for_messages(screen: Screen) -> None:
    await screen.open("rules")

    await screen.search.fill("channel:sms")
    await screen.press("Enter")

    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Messages")


async def test_mistake_in_a_search_is_told_below_it(screen: Screen) -> None:
    screen.allow_refusals()
    await screen.open("messages")

    await screen.search.fill("colour:red")
    await screen.press("Enter")

    await expect(screen.page.get_by_role("search").get_by_role("alert")).to_contain_text("knows no field colour")
    await expect(screen.search).to_have_attribute("aria-invalid", "true")
    assert "colour" not in await screen.hash()


async def test_names_of_fields_are_completed(screen: Screen) -> None:
    await screen.open("messages")
    await screen.search.focus()
    await screen.page.keyboard.type("to:4477* cha")

    await expect(screen.page.get_by_role("option", name="channel:")).to_be_visible()
    await screen.press("ArrowDown", "Enter")

    await expect(screen.search).to_have_value("to:4477* channel:")


async def test_values_of_a_field_are_completed(screen: Screen) -> None:
    await screen.open("messages")
    await screen.search.focus()
    await screen.page.keyboard.type("-status:deli")
    await expect(screen.page.get_by_role("option", name="-status:delivered")).to_be_visible()

    await screen.press("ArrowDown", "Enter")

    await expect(screen.search).to_have_value("-status:delivered ")


# Banners


async def test_banner_says_that_time_stands_still(screen: Screen, mock: MockServer) -> None:
    await screen.open("rules")
    banners = screen.page.get_by_role("region", name="Out of the ordinary")
    await expect(banners).to_be_empty()

    mock.clock.freeze("2026-03-01T09:30:00Z")
    await expect(banners).to_contain_text("Time stands still at 2026-03-01 09:30:00 UTC")
    mock.clock.real()

    await expect(banners).not_to_contain_text("stands still")


async def test_banner_says_what_is_broken_on_purpose(screen: Screen, mock: MockServer) -> None:
    await screen.open("rules")
    banners = screen.page.get_by_role("region", name="Out of the ordinary")

    mock.faults.add("webhooks", "drop")
    await expect(banners).to_contain_text("Broken on purpose: webhooks drop")
    mock.faults.clear()

    await expect(banners).to_be_empty()


async def test_banner_says_that_webhooks_are_held_back(screen: Screen, mock: MockServer) -> None:
    mock.configure(status_url="http://127.0.0.1:9/status")
    await screen.open("rules")
    banners = screen.page.get_by_role("region", name="Out of the ordinary")

    mock.ask("POST", "deliveries/pause")
    await expect(banners).to_contain_text("0 webhooks held back")
    send(mock)
    await expect(banners).to_contain_text("Webhooks are paused: 2 webhooks held back until they are let go")
    mock.ask("POST", "deliveries/resume")

    await expect(banners).to_be_empty()


# Without a server


@pytest.fixture
def port() -> int:
    """Return a port that is free."""
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        found: int = probing.getsockname()[1]
        return found


@pytest.fixture
async def alone(browser: Browser, port: int, tmp_path: Path) -> AsyncIterator[Screen]:
    """Return a window on a server that the test starts and stops itself, on its default account."""
    async with screened(browser, f"http://127.0.0.1:{port}", None, tmp_path) as opened:
        opened.allow("ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE")
        yield opened


async def test_page_comes_back_to_life_with_a_server_that_began_anew(alone: Screen, port: int) -> None:
    settings = replace(QUICK, port=port)
    async with MockServer.serving(settings) as mock:
        await mock.new_account()
        await alone.open("journal")
    await expect(alone.page.locator(".light")).to_contain_text("Reconnecting")
    banners = alone.page.get_by_role("region", name="Out of the ordinary")
    await expect(banners.get_by_role("alert")).to_contain_text("The server does not answer")

    async with MockServer.serving(settings) as again:
        other = await again.new_account()

        await alone.is_live()
        await expect(alone.page.get_by_text("The server does not answer")).to_have_count(0)
        await expect(alone.page.get_by_label("Account").locator("option", has_text=other.api_key)).to_have_count(1)


# What holds for the frame as a whole


async def test_help_has_no_barriers(screen: Screen) -> None:
    await screen.open("rules")
    await screen.press("?")

    for theme in THEMES:
        await screen.wear(theme)
        assert [] == await screen.barriers()


async def test_frame_fits_every_width(screen: Screen, mock: MockServer) -> None:
    mock.faults.add("webhooks", "drop")
    mock.clock.freeze()
    await screen.open("conversations")

    for width in (360, 390, 860, 1280, 1920):
        await screen.wear("light", (width, NARROW[1]))
        assert 0 == await screen.overflow(), width


async def test_search_is_tried_before_the_list_is_asked(screen: Screen, mock: MockServer) -> None:
    send(mock, text="the only one")
    await screen.open("messages")

    await screen.search.fill("text:*only*")
    async with screen.page.expect_response(lambda answer: "limit=1" in answer.url and "only" in answer.url):
        await screen.press("Enter")

    await expect(screen.page).to_have_url(screen.address("messages", q="text:*only*"))


async def test_view_that_could_not_be_loaded_is_there_once_the_server_is_again(screen: Screen) -> None:
    screen.allow("ERR_FAILED|Failed to fetch dynamically")
    await screen.page.route("**/_page/views/rules.js", lambda route: route.abort())
    await screen.open("rules")
    await expect(screen.main.get_by_role("alert")).to_contain_text("Failed to fetch")

    await screen.page.unroute("**/_page/views/rules.js")
    await screen.main.get_by_role("button", name="Try again").click()

    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Rules")


async def test_g_and_j_go_to_the_journal_from_a_list(screen: Screen, mock: MockServer) -> None:
    send(mock)
    await screen.open("messages")
    await expect(screen.main.get_by_role("option")).to_have_count(1)

    await screen.press("j", "g", "j")

    await expect(screen.page.get_by_role("heading", name="Journal", level=1)).to_be_visible()
