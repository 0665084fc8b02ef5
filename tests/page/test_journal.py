"""The journal: requests before all else, what broke marked in its place, filters, entries as they come."""

from itertools import product

import pytest
from playwright.async_api import Locator, expect

from mockserver.handle import MockServer
from mockserver.model import Json
from mockserver.wire.signing import basic_header
from tests.page.browser import NARROW, THEMES, WIDE, Screen
from tests.page.seeding import HOSTILE, USER, post, send

BROKEN = {"channel": "sms", "message_type": "txt", "to": "+447700900151", "text": "Hi"}


def rows(screen: Screen) -> Locator:
    """Return the rows of the list."""
    return screen.main.get_by_role("listbox", name="Journal entries").get_by_role("option")


def pane(screen: Screen) -> Locator:
    """Return the pane of one entry."""
    return screen.main.get_by_role("article")


def number_of(mock: MockServer, **params: Json) -> int:
    """Return the number of the newest entry that fits."""
    return int(mock.ask("GET", "journal", limit=1, **params)["entries"][0]["id"])


# The list


async def test_requests_stand_out_among_what_they_caused(screen: Screen, mock: MockServer) -> None:
    send(mock)
    mock.settle()
    await screen.open("journal")

    request = rows(screen).filter(has_text="POST /v1/messages")

    await expect(request.locator(".journal-row")).to_have_class("journal-row is-request")
    await expect(request).to_contain_text("202")
    await expect(request).to_contain_text(f"sms text to {USER}")
    await expect(rows(screen).filter(has_text="is delivered").locator(".is-event")).to_have_count(1)


async def test_refused_request_is_red_and_says_why_in_the_list(screen: Screen, mock: MockServer) -> None:
    post(mock, "/v1/messages", BROKEN)
    await screen.open("journal")

    row = rows(screen).first

    await expect(row.locator(".is-refused")).to_have_count(1)
    await expect(row).to_contain_text('`message_type` is "txt"; expected text')
    await expect(row.get_by_text("422")).to_be_visible()


async def test_entries_come_in_by_themselves(screen: Screen, mock: MockServer) -> None:
    await screen.open("journal")
    await expect(screen.main).to_contain_text("Nothing happened yet")

    send(mock, text="First")

    await expect(rows(screen).filter(has_text="POST /v1/messages")).to_have_count(1)
    await expect(rows(screen).filter(has_text="is delivered")).to_have_count(1)


async def test_empty_journal_teaches_how_to_send(screen: Screen, mock: MockServer) -> None:
    await screen.open("journal")

    await expect(screen.main.get_by_label("curl", exact=True)).to_contain_text(f"curl -u {mock.api_key}:any-secret")
    await expect(screen.main.get_by_role("link", name="Explain")).to_be_visible()


@pytest.mark.parametrize(
    ("chip", "member", "shown"),
    [
        ("Requests", "kind=request", ["POST", "POST", "POST"]),
        ("Statuses", "kind=status", ["submitted", "delivered"]),
        ("Refused", "verdict=refused", ["POST", "POST"]),
        ("Violations", "has=violation", ["POST"]),
        ("Findings", "has=finding", ["POST"]),
        ("Faults", "has=fault", ["POST"]),
    ],
)
async def test_chips_narrow_the_list_and_stand_in_the_address(
    screen: Screen, mock: MockServer, chip: str, member: str, shown: list[str]
) -> None:
    post(mock, "/v1/messages", BROKEN)
    send(mock, odd=1)
    mock.faults.add("answers", "status", status=500, next=1)
    post(mock, "/v1/messages", {**BROKEN, "to": USER, "message_type": "text", "from": "ACME"})
    mock.settle()
    await screen.open("journal")

    button = screen.main.get_by_role("button", name=chip, exact=True)
    await button.click()

    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(rows(screen)).to_have_count(len(shown))
    assert member in await screen.hash()
    await button.click()
    assert member not in await screen.hash()


async def test_other_kinds_are_in_a_menu(screen: Screen, mock: MockServer) -> None:
    uuid = send(mock)
    mock.settle()
    post(mock, f"/v1/messages/{uuid}", {"status": "read"})
    await screen.open("journal")

    await screen.main.get_by_label("Other kinds").select_option("Updates")

    await expect(screen.main).to_contain_text("Nothing in the journal fits")
    await screen.main.get_by_role("button", name="Show everything").click()
    await expect(rows(screen).first).to_be_visible()


async def test_search_of_the_header_narrows_the_journal(screen: Screen, mock: MockServer) -> None:
    send(mock, to="447700900111")
    send(mock, to="447700900222")
    await screen.open("journal", q="to:447700900222", kind="request")

    await expect(rows(screen)).to_have_count(1)
    await expect(rows(screen)).to_contain_text("447700900222")


async def test_search_that_is_wrong_says_so(screen: Screen) -> None:
    screen.allow_refusals()

    await screen.open("journal", q="chanel:sms")

    await expect(screen.main.get_by_role("alert")).to_contain_text("chanel")


# One entry


async def test_refused_request_shows_field_found_expected_nearest_and_the_place(
    screen: Screen, mock: MockServer
) -> None:
    post(mock, "/v1/messages", BROKEN)
    await screen.open(f"journal/{number_of(mock)}")

    kind = pane(screen).get_by_role("list", name="Broken rules").get_by_role("listitem").filter(has_text="message_type")
    for part in ("Found", "txt", "Expected", "text", "Nearest"):
        await expect(kind).to_contain_text(part)
    body = pane(screen).get_by_label("Body", exact=True)
    await expect(body.locator(".mark-bad").filter(has_text="message_type")).to_contain_text('Try "text"')
    await expect(body.locator(".mark-bad").filter(has_text="from")).to_contain_text("missing")
    await expect(body.locator(".mark-bad")).to_have_count(3)
    nearest = pane(screen).get_by_label("Nearest valid form", exact=True)
    await expect(nearest.locator(".mark-info").filter(has_text="message_type")).to_contain_text('was "txt"')
    await expect(nearest.locator(".mark-info").filter(has_text="from")).to_contain_text("added")


async def test_body_that_is_no_json_is_marked_where_it_breaks(screen: Screen, mock: MockServer) -> None:
    post(mock, "/v1/messages", '{"channel": "sms",\n "text" "Hi"}')
    await screen.open(f"journal/{number_of(mock)}")

    marked = pane(screen).get_by_label("Body", exact=True).locator(".mark-bad")

    await expect(marked).to_contain_text(' "text" "Hi"}')
    await expect(marked.locator("mark")).to_have_text('"')
    await expect(marked).to_contain_text("line 2 column 9")


async def test_entry_leads_to_its_message_and_webhooks(screen: Screen, mock: MockServer) -> None:
    uuid = send(mock)
    mock.settle()
    await screen.open(f"journal/{number_of(mock, kind='request')}")

    caused = pane(screen).get_by_role("list").filter(has_text="is delivered")
    await expect(caused.get_by_role("listitem")).to_have_count(4)
    await caused.get_by_role("link").filter(has_text="is delivered").click()
    await expect(pane(screen).get_by_role("heading", name="Status")).to_be_visible()
    await pane(screen).get_by_role("link", name=f"Message {uuid[:8]}").click()

    assert (await screen.hash()).startswith(f"/messages/{uuid}")


async def test_what_a_request_causes_appears_while_it_is_open(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze()
    send(mock)
    await screen.open(f"journal/{number_of(mock, kind='request')}")
    await expect(pane(screen).get_by_role("heading", level=2)).to_have_text("POST /v1/messages")
    await expect(pane(screen)).not_to_contain_text("What it caused")

    mock.clock.advance(5)

    await expect(pane(screen)).to_contain_text("What it caused")
    await expect(pane(screen)).to_contain_text("is delivered")


async def test_fault_is_named(screen: Screen, mock: MockServer) -> None:
    mock.faults.add("answers", "status", status=503, next=1)
    post(mock, "/v1/messages", {**BROKEN, "message_type": "text"})
    await screen.open(f"journal/{number_of(mock)}")

    await expect(pane(screen)).to_contain_text("Broken on purpose:")


async def test_wrong_secret_is_told_as_what_was_broken(screen: Screen, mock: MockServer) -> None:
    status, _ = post(mock, "/v1/messages", BROKEN, authorization=basic_header(mock.api_key, "wrong"))
    await screen.open(f"journal/{number_of(mock, verdict='refused')}")

    assert 401 == status
    await expect(pane(screen)).to_contain_text("credentials")
    await expect(pane(screen)).to_contain_text("secret")


async def test_request_is_copied_as_curl(screen: Screen, mock: MockServer) -> None:
    post(mock, "/v1/messages", BROKEN)
    await screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await screen.open(f"journal/{number_of(mock)}")

    await pane(screen).get_by_role("button", name="Copy as curl").click()

    await expect(screen.page.locator(".toast")).to_contain_text("Copied")
    copied = await screen.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl ")
    assert f"{mock.url}/v1/messages" in copied
    assert '"message_type": "txt"' in copied


async def test_body_is_tried_in_explain(screen: Screen, mock: MockServer) -> None:
    post(mock, "/v1/messages", BROKEN)
    await screen.open(f"journal/{number_of(mock)}")

    await pane(screen).get_by_role("link", name="Try in Explain").click()

    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Explain")
    await expect(screen.main.get_by_label("Body to judge, as JSON")).to_have_value(
        '{\n  "channel": "sms",\n  "message_type": "txt",\n  "to": "+447700900151",\n  "text": "Hi"\n}'
    )
    await expect(screen.main.get_by_role("status")).to_contain_text("Refused")


async def test_entry_that_is_not_there_says_so(screen: Screen) -> None:
    screen.allow_refusals()

    await screen.open("journal/9999")

    await expect(screen.main.get_by_role("alert")).to_contain_text("9999")


# By keyboard, on a phone, for everybody


async def test_keys_move_open_and_close(screen: Screen, mock: MockServer) -> None:
    send(mock, to="447700900111")
    mock.settle()
    await screen.open("journal", kind="request")
    await expect(rows(screen)).to_have_count(1)

    await screen.press("j", "Enter")

    await expect(pane(screen).get_by_role("heading", level=2)).to_have_text("POST /v1/messages")
    await screen.press("Escape")
    await expect(pane(screen)).to_have_count(0)
    assert "kind=request" in await screen.hash()


async def test_phone_shows_list_or_entry(screen: Screen, mock: MockServer) -> None:
    await screen.wear("light", NARROW)
    post(mock, "/v1/messages", BROKEN)
    await screen.open("journal")

    await rows(screen).first.click()
    await expect(pane(screen)).to_be_visible()
    await expect(rows(screen).first).to_be_hidden()
    assert 0 == await screen.overflow()
    await screen.main.get_by_role("link", name="Back").click()

    await expect(rows(screen).first).to_be_visible()


async def test_entry_has_no_barriers(screen: Screen, mock: MockServer) -> None:
    post(mock, "/v1/messages", {**BROKEN, "odd": 1})
    await screen.open(f"journal/{number_of(mock)}")
    await screen.is_settled()
    await expect(pane(screen).get_by_role("heading", level=2)).to_be_visible()

    for theme, size in product(THEMES, (WIDE, NARROW)):
        await screen.wear(theme, size)
        assert [] == await screen.barriers(), (theme, size)
        assert 0 == await screen.overflow(), (theme, size)


async def test_hostile_requests_are_only_text(screen: Screen, mock: MockServer) -> None:
    await screen.wear("light", NARROW)
    for text in HOSTILE:
        post(mock, "/v1/messages", {**BROKEN, text: text, "to": text, "message_type": text})
        await screen.open(f"journal/{number_of(mock)}")

        await expect(pane(screen).get_by_role("list", name="Broken rules")).to_contain_text("message_type")

        assert await screen.page.evaluate("window.pwned") is None
        assert 0 == await screen.page.locator("main img, main iframe, main script").count()
        assert 0 == await screen.overflow()


@pytest.mark.parametrize("levels", [300, 30_000])
async def test_body_that_nests_without_an_end_is_shown_as_far_as_it_can_be(
    screen: Screen, mock: MockServer, levels: int
) -> None:
    post(mock, "/v1/messages", "[" * levels + "]" * levels)
    await screen.open(f"journal/{number_of(mock)}")

    await expect(pane(screen).get_by_role("region", name="Body")).to_contain_text("[…]")
    await expect(pane(screen)).to_contain_text("nested deeper than 100 levels")


async def test_entry_that_is_forgotten_while_one_looks_is_not_shown_on(screen: Screen, mock: MockServer) -> None:
    screen.allow_refusals()
    send(mock)
    [entry, *_] = mock.ask("GET", "journal", limit=1)["entries"]
    await screen.open(f"journal/{entry['id']}")
    await expect(screen.page.locator(".journal-detail")).to_contain_text(f"#{entry['id']}")

    mock.reset()

    await expect(screen.page.locator(".journal-detail [role=alert]")).to_be_visible()
