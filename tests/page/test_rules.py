"""The view of rules: matrices coloured by what the run has met, what each cell allows, codes, errors, magic values."""

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.async_api import Browser, Locator, expect

from mockserver.handle import MockServer
from tests.page.browser import NARROW, SIZES, WIDE, Screen, screened
from tests.page.seeding import send

ROUTES = ("rules/v0.1", "rules/v1/viber", "rules/v1/whatsapp/template", "rules/errors", "rules/http", "rules/magic")
ALL_ROUTES = ("rules", *ROUTES, "rules/provider")


def matrix(screen: Screen, name: str) -> Locator:
    """Return a matrix."""
    return screen.main.get_by_role("region", name=name, exact=True)


def cell(screen: Screen, name: str, *, sent: bool = True) -> Locator:
    """Return the link of a cell, such as ``SMS text``, of what is sent or of what users send."""
    title = "What you send" if sent else "What users send"
    return matrix(screen, title).get_by_role("link", name=f"{name}:")


def detail(screen: Screen) -> Locator:
    """Return what is open beside the matrices."""
    return screen.main.get_by_role("complementary", name="What was chosen")


# Matrices


@pytest.mark.parametrize(
    ("version", "channels"),
    [
        ("v0.1", ["SMS", "MMS", "Viber", "Messenger", "WhatsApp"]),
        ("v1", ["SMS", "MMS", "RCS", "Viber", "Messenger", "WhatsApp"]),
    ],
)
async def test_matrices_have_the_channels_of_their_version(screen: Screen, version: str, channels: list[str]) -> None:
    await screen.open(f"rules/{version}")

    heads = matrix(screen, "What you send").locator("thead a")
    await expect(heads).to_have_text(channels)


async def test_rows_of_the_matrix_are_those_of_the_rules(screen: Screen, mock: MockServer) -> None:
    rows = mock.ask("GET", "rules")["capabilities"]["rows"]
    possible = [
        each for each in rows if (each["dialect"], each["direction"], each["state"]) == ("v1", "outbound", "supported")
    ]

    await screen.open("rules/v1")

    marks = matrix(screen, "What you send").locator(".rules-mark")
    await expect(marks).to_have_count(len(possible))


async def test_cell_is_coloured_and_counted_once_it_is_met(screen: Screen, mock: MockServer) -> None:
    await screen.open("rules")
    text = cell(screen, "SMS text")
    await expect(text).to_contain_text("not met yet")

    send(mock)
    send(mock)

    await expect(text).to_contain_text("met 2 times")
    await expect(text.locator(".icon-check")).to_be_visible()
    await expect(text).to_have_class("rules-cell is-met")
    await expect(cell(screen, "SMS text", sent=False)).to_contain_text("not met yet")


async def test_what_is_not_possible_says_so(screen: Screen) -> None:
    await screen.open("rules/v0.1")

    await expect(cell(screen, "SMS image")).to_contain_text("not possible")
    await cell(screen, "SMS image").click()
    await expect(detail(screen)).to_contain_text("The channel has no such thing.")


async def test_bars_say_how_much_is_met(screen: Screen, mock: MockServer) -> None:
    await screen.open("rules")
    bars = screen.main.get_by_role("region", name="Coverage by this run")
    await expect(bars).to_contain_text("Operations0 of 13")

    send(mock)

    await expect(bars).to_contain_text("Operations1 of 13")
    await expect(bars.get_by_role("img", name="Operations: 7.6 %")).to_be_attached()
    await expect(bars).to_contain_text("Messages sent1 of 57")


async def test_arrows_move_between_cells_and_enter_opens(screen: Screen, mock: MockServer) -> None:
    await screen.open("rules/v1")
    await cell(screen, "SMS text").focus()

    await screen.press("ArrowRight", "ArrowDown", "Enter")

    await expect(detail(screen).get_by_role("heading", level=2)).to_have_text("MMS image")
    assert f"/rules/v1/mms/image?account={mock.api_key}" == await screen.hash()


# A cell, a channel


async def test_cell_tells_limits_addresses_options_statuses_and_sources(screen: Screen) -> None:
    await screen.open("rules/v1/viber/text")

    sent = detail(screen).get_by_role("region", name="You send it")
    for words in (
        "1 to 1,000 characters",
        "a Viber Service Message id, 1 to 50 characters",
        "transaction, promotion",
        "30 to 259,200 s (3 d)",
        "in viber_service",
        "after delivered",
        "messages-v1 4, 13",
        "ViberText",
        "sent:v1:viber:text",
    ):
        await expect(sent).to_contain_text(words)
    await expect(sent.get_by_role("link", name="first_message")).to_be_visible()


async def test_cell_tells_extensions_and_what_is_needed(screen: Screen) -> None:
    await screen.open("rules/v1/whatsapp/sticker")
    await expect(detail(screen)).to_contain_text(".webp")

    await screen.open("rules/v1/whatsapp/template")
    await expect(detail(screen)).to_contain_text("locale")
    await expect(detail(screen)).to_contain_text("needed a language tag such as en-GB")


@pytest.mark.parametrize(
    ("version", "channel", "kind"),
    [("v1", "rcs", "carousel"), ("v0.1", "whatsapp", "location"), ("v0.1", "sms", "text")],
)
async def test_example_is_a_body_the_contract_takes(
    screen: Screen, mock: MockServer, version: str, channel: str, kind: str
) -> None:
    await screen.open(f"rules/{version}/{channel}/{kind}")

    target = await detail(screen).get_by_role("link", name="Try in Explain").get_attribute("href")

    assert target is not None
    query = parse_qs(target.partition("?")[2])
    verdict = mock.explain(json.loads(query["body"][0]), version=query["version"][0])
    assert (True, version) == (verdict["valid"], verdict["version"])
    assert target.startswith("#/explain?")


async def test_user_can_be_had_to_send_what_a_cell_is_of(screen: Screen, mock: MockServer) -> None:
    await screen.open("rules/v1/rcs/location")

    await detail(screen).get_by_role("button", name="Have a user send one").click()

    await expect(detail(screen).get_by_role("link", name="See its webhook")).to_be_visible()
    await expect(cell(screen, "RCS location", sent=False)).to_contain_text("not met yet")
    assert "location" == mock.ask("GET", "messages")["messages"][0]["kind"]


async def test_channel_tells_its_names_and_kinds(screen: Screen) -> None:
    await screen.open("rules/v1")

    await matrix(screen, "What you send").get_by_role("link", name="Viber", exact=True).click()

    await expect(detail(screen)).to_contain_text("viber_service")
    await expect(detail(screen)).to_contain_text("0.0333 EUR")
    await detail(screen).get_by_role("link", name="video").first.click()
    await expect(detail(screen).get_by_role("heading", level=2)).to_have_text("Viber video")


@pytest.mark.parametrize("route", ["rules/v1/pager", "rules/v1/constructor", "rules/v1/sms/smoke", "rules/v9"])
async def test_what_there_is_not_is_told_with_a_way_back(screen: Screen, route: str) -> None:
    await screen.open(route)

    await expect(screen.main).to_contain_text("No such")
    await expect(
        screen.main.get_by_role("link", name="Show the matrices").or_(
            screen.main.get_by_role("link", name="v1", exact=True)
        )
    ).to_be_visible()


# Lists


async def test_codes_tell_their_status_in_each_version_and_how_often_they_were_met(
    screen: Screen, mock: MockServer
) -> None:
    mock.configure(status_url="http://127.0.0.1:9/")
    await screen.open("rules/errors", find="1180")
    row = screen.main.get_by_role("row", name="1180")
    await expect(row).to_contain_text("undeliverable")
    await expect(row).to_contain_text("rejected")
    await expect(row).to_contain_text("99900001180")

    send(mock, to="99900001180")

    await expect(row).to_contain_text("met 1 time")


async def test_filter_narrows_and_stands_in_the_address(screen: Screen, mock: MockServer) -> None:
    await screen.open("rules/errors")
    body = screen.main.locator("tbody tr")
    await expect(body).to_have_count(64)

    await screen.main.get_by_role("searchbox", name="Find a code").fill("prepaid balance")

    await expect(body).to_have_count(1)
    await expect(body).to_contain_text("1070")
    assert f"/rules/errors?find=prepaid+balance&account={mock.api_key}" == await screen.hash()

    await screen.main.get_by_role("searchbox", name="Find a code").fill("no such words")
    await screen.main.get_by_role("button", name="Show all").click()
    await expect(body).to_have_count(64)


async def test_http_errors_show_each_operation_and_each_documented_error(screen: Screen, mock: MockServer) -> None:
    await screen.open("rules/http")

    grid = screen.main.get_by_role("region", name="Operations by HTTP status")
    await expect(grid.locator("tbody tr")).to_have_count(13)
    errors = screen.main.get_by_role("region", name="Errors of v1")
    await expect(errors).to_contain_text("The crendentials provided do not have access to the requested product")

    send(mock)

    await expect(grid.get_by_role("row", name="POST /v1/messages", exact=False).first).to_contain_text("met 1 time")


async def test_magic_values_tell_what_they_do(screen: Screen, mock: MockServer) -> None:
    await screen.open("rules/magic")
    await expect(screen.main.locator("tbody tr")).to_have_count(len(mock.ask("GET", "rules")["magic"]))

    await screen.main.get_by_role("searchbox", name="Find a magic value").fill("mock:slow")

    await expect(screen.main.locator("tbody tr")).to_contain_text("after 30 s")


async def test_provider_rules_lead_to_their_codes(screen: Screen) -> None:
    await screen.open("rules/provider", find="opt_out")

    await screen.main.get_by_role("region", name="opt_out").get_by_role("link", name="1240").first.click()

    await expect(screen.main.locator("tbody tr")).to_contain_text("The recipient opted out.")


async def test_sections_are_links_that_say_where_one_is(screen: Screen) -> None:
    await screen.open("rules")
    parts = screen.page.get_by_role("navigation", name="Parts of the rules")
    await expect(parts.locator("[aria-current=page]")).to_have_text("Messages v1")

    await parts.get_by_role("link", name="Magic values").click()

    await expect(parts.locator("[aria-current=page]")).to_have_text("Magic values")


# Everyone, everywhere


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("route", ROUTES)
async def test_rules_have_no_barriers(
    browser: Browser, seeded: MockServer, tmp_path: Path, route: str, theme: str
) -> None:
    async with screened(browser, seeded.url, seeded.api_key, tmp_path) as screen:
        await screen.wear("dark" if theme == "dark" else "light", WIDE)
        await screen.open(route)
        await expect(screen.main.locator(".rules-mark, .rules-value").first).to_be_visible()
        await expect(screen.main.locator("[aria-busy=true]")).to_have_count(0)

        assert [] == await screen.barriers()


@pytest.mark.parametrize("width", [360, *(width for width, _ in SIZES.values())])
async def test_rules_never_scroll_sideways(seeded_screen: Screen, width: int) -> None:
    await seeded_screen.wear("light", (width, 780))
    for route in ALL_ROUTES:
        await seeded_screen.open(route)
        await expect(seeded_screen.main.locator("[aria-busy=true]")).to_have_count(0)

        assert (route, 0) == (route, await seeded_screen.overflow())


async def test_matrix_scrolls_in_its_own_box_beside_the_kinds(screen: Screen) -> None:
    await screen.wear("light", (360, 780))
    await screen.open("rules/v1")
    box = matrix(screen, "What you send").locator(".table-box")
    head = matrix(screen, "What you send").get_by_role("rowheader", name="carousel")
    await expect(head).to_be_visible()
    before = await head.bounding_box()

    await box.evaluate("(each) => { each.scrollLeft = 50; }")

    after = await head.bounding_box()
    assert 50 == await box.evaluate("(each) => each.scrollLeft")
    assert before is not None
    assert after is not None
    assert before["x"] == after["x"]


async def test_phone_shows_the_cell_alone_and_leads_back(screen: Screen) -> None:
    await screen.wear("light", NARROW)
    await screen.open("rules/v1/sms/text")
    await expect(detail(screen)).to_be_visible()
    await expect(matrix(screen, "What you send")).to_be_hidden()

    await screen.main.get_by_role("link", name="Back").click()

    await expect(matrix(screen, "What you send")).to_be_visible()
