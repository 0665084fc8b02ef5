"""Messages: the list of both directions, and one message with its timeline drawn as one line."""

from itertools import product

import pytest
from playwright.async_api import Locator, expect

from mockserver.handle import MockServer
from tests.page.browser import NARROW, THEMES, WIDE, Screen
from tests.page.seeding import CLINIC, HOSTILE, HOSTILE_URLS, NOWHERE, USER, post, send

FAILOVER = {
    "channel": "viber_service",
    "message_type": "text",
    "to": USER,
    "from": "20417",
    "text": "First",
    "client_ref": "mock:rejected:1080",
    "failover": [
        {"channel": "sms", "message_type": "text", "to": USER, "from": CLINIC, "text": "Second"},
        {"channel": "mms", "message_type": "text", "to": USER, "from": CLINIC, "text": "Third"},
    ],
}


def rows(screen: Screen) -> Locator:
    """Return the rows of the list."""
    return screen.main.get_by_role("listbox", name="Messages").get_by_role("option")


def pane(screen: Screen) -> Locator:
    """Return the pane of one message."""
    return screen.main.get_by_role("article")


def timeline(screen: Screen) -> Locator:
    """Return the drawing."""
    return pane(screen).locator("svg.line")


def labels(screen: Screen) -> Locator:
    """Return the words at the points of the drawing, in order."""
    return timeline(screen).locator(".line-label")


# The list


async def test_list_holds_both_directions_with_their_status(screen: Screen, mock: MockServer) -> None:
    send(mock, text="Out")
    mock.inbound("sms", text="In", from_=USER, to=CLINIC)
    mock.settle()
    await screen.open("messages")

    await expect(rows(screen)).to_have_count(2)
    await expect(rows(screen).filter(has_text="Out")).to_contain_text("delivered")
    await expect(rows(screen).filter(has_text="In")).to_contain_text("received")


async def test_statuses_move_while_they_are_looked_at(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze()
    send(mock, text="Slow")
    await screen.open("messages")
    await expect(rows(screen)).to_contain_text("accepted")

    mock.clock.advance(5)

    await expect(rows(screen)).to_contain_text("delivered")


async def test_list_is_searched_and_narrowed_by_direction(screen: Screen, mock: MockServer) -> None:
    send(mock, text="Order 1", to="447700900111")
    send(mock, text="Order 2", to="447700900222")
    mock.inbound("sms", text="Order?", from_="447700900111", to=CLINIC)
    await screen.open("messages", q="to:447700900111")
    await expect(rows(screen)).to_have_count(1)

    await screen.page.goto(screen.address("messages", q='text:"Order"'))
    await expect(rows(screen)).to_have_count(3)
    await screen.main.get_by_role("button", name="Inbound").click()

    await expect(rows(screen)).to_have_count(1)
    await expect(rows(screen)).to_contain_text("Order?")
    assert "direction=inbound" in await screen.hash()


async def test_search_that_finds_nothing_is_told_from_an_empty_account(screen: Screen, mock: MockServer) -> None:
    await screen.open("messages")
    await expect(screen.main).to_contain_text("No messages yet")
    await expect(screen.main.get_by_label("curl", exact=True)).to_contain_text("/v1/messages")

    send(mock)
    await screen.page.goto(screen.address("messages", q="to:1"))

    await expect(screen.main).to_contain_text("No message fits")
    await screen.main.get_by_role("button", name="Show all messages").click()
    await expect(rows(screen)).to_have_count(1)


async def test_keys_open_and_close_a_message(screen: Screen, mock: MockServer) -> None:
    send(mock, text="Older")
    uuid = send(mock, text="Newer")
    await screen.open("messages")
    await expect(rows(screen)).to_have_count(2)

    await screen.press("j", "Enter")

    await expect(pane(screen)).to_contain_text("Newer")
    assert (await screen.hash()).startswith(f"/messages/{uuid}")
    await screen.press("j", "Enter")
    await expect(pane(screen)).to_contain_text("Older")
    await screen.press("Escape")
    await expect(pane(screen)).to_have_count(0)


# The timeline


async def test_timeline_draws_request_statuses_and_tries_in_order(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze()
    uuid = send(mock, webhook_url=NOWHERE)
    mock.clock.advance(6)
    await screen.open(f"messages/{uuid}")

    await expect(labels(screen)).to_have_text(["202", "submitted", "failed", "delivered", "failed", "try 3"])


async def test_plan_is_drawn_ahead_of_now_and_comes_true(screen: Screen, mock: MockServer) -> None:
    mock.configure(status_url=None)
    mock.clock.freeze()
    uuid = send(mock)
    await screen.open(f"messages/{uuid}")
    await expect(labels(screen)).to_have_text(["202", "submitted", "delivered"])
    await expect(timeline(screen).locator(".line-dot.is-next")).to_have_count(2)
    await expect(timeline(screen).locator(".line-now")).to_have_text("now")

    mock.clock.advance(5)

    await expect(timeline(screen).locator(".line-dot.is-next")).to_have_count(0)
    await expect(timeline(screen).locator(".line-now")).to_have_count(0)
    await expect(labels(screen).filter(has_text="delivered")).to_have_count(1)


async def test_points_are_left_of_each_other_in_the_order_of_time(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze()
    uuid = send(mock, webhook_url=NOWHERE)
    mock.clock.advance("2h")
    await screen.open(f"messages/{uuid}")
    await expect(labels(screen).last).to_contain_text("try")

    places = [
        float(await each.get_attribute("cx") or 0) for each in await timeline(screen).locator(".line-circle").all()
    ]

    assert sorted(places) == places
    assert len(set(places)) == len(places)


async def test_long_gaps_are_drawn_broken_and_told(screen: Screen, mock: MockServer) -> None:
    mock.configure(status_url=None)
    mock.clock.freeze()
    uuid = send(mock)
    mock.clock.advance(5)
    mock.clock.advance("26h")
    mock.status(mock.message({"message_uuid": uuid}), "rejected", force=True)
    await screen.open(f"messages/{uuid}")

    await expect(timeline(screen).locator(".line-break")).to_have_count(1)
    await expect(timeline(screen).locator(".line-gap").last).to_have_text("1 d 2 h")
    width = float(await timeline(screen).get_attribute("width") or 0)
    assert width < 1200


async def test_clock_set_back_is_drawn_as_such(screen: Screen, mock: MockServer) -> None:
    mock.configure(status_url=None)
    mock.clock.freeze("2030-01-02T00:00:00Z")
    uuid = send(mock)
    mock.clock.freeze("2030-01-01T00:00:00Z")
    mock.clock.advance(5)
    await screen.open(f"messages/{uuid}")

    await expect(timeline(screen).locator(".line-gap").first).to_contain_text("−")
    await expect(labels(screen).filter(has_text="delivered")).to_have_count(1)


async def test_point_opens_its_entry(screen: Screen, mock: MockServer) -> None:
    uuid = send(mock)
    mock.settle()
    await screen.open(f"messages/{uuid}")

    await timeline(screen).get_by_role("link", name="is delivered").click()

    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Journal")
    await expect(pane(screen)).to_contain_text("is delivered")


async def test_try_to_come_opens_its_webhook(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze()
    uuid = send(mock, webhook_url=NOWHERE)
    mock.clock.advance(0.1)
    await screen.open(f"messages/{uuid}")

    await timeline(screen).get_by_role("link", name="try 2 of the submitted webhook").click()

    assert (await screen.hash()).startswith("/deliveries/")


async def test_points_are_reached_by_keyboard(screen: Screen, mock: MockServer) -> None:
    mock.configure(status_url=None)
    uuid = send(mock)
    mock.settle()
    await screen.open(f"messages/{uuid}")
    await timeline(screen).get_by_role("link").first.focus()

    await screen.press("ArrowRight", "ArrowRight", "ArrowRight")
    await expect(timeline(screen).get_by_role("link", name="is delivered")).to_be_focused()
    await expect(pane(screen).locator(".moment.is-active")).to_contain_text("is delivered")
    await screen.press("Home")
    await expect(timeline(screen).get_by_role("link", name="POST /v1/messages")).to_be_focused()
    await screen.press("Enter")

    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Journal")


async def test_failover_shows_its_hops_and_what_was_not_tried(screen: Screen, mock: MockServer) -> None:
    _, answer = post(mock, "/v1/messages", FAILOVER)
    mock.settle()
    await screen.open(f"messages/{answer['message_uuid']}")

    hops = pane(screen).get_by_label("Failover").get_by_role("listitem")
    await expect(hops).to_have_count(3)
    await expect(hops.nth(0)).to_contain_text("rejected")
    await expect(hops.nth(2)).to_contain_text("1 more not tried")
    await expect(labels(screen).filter(has_text="to SMS")).to_have_count(1)
    await hops.nth(1).get_by_role("link").click()

    await expect(pane(screen)).to_contain_text("Second")
    await expect(labels(screen).first).to_have_text("failover")


async def test_tries_come_in_while_it_is_looked_at(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze()
    uuid = send(mock, webhook_url=NOWHERE)
    mock.clock.advance(0.1)
    await screen.open(f"messages/{uuid}")
    await expect(labels(screen).filter(has_text="failed")).to_have_count(1)

    mock.clock.advance(6)

    await expect(labels(screen).filter(has_text="failed")).to_have_count(2)


# One message


async def test_message_shows_its_facts(screen: Screen, mock: MockServer) -> None:
    uuid = send(mock, text="ю" * 80, client_ref="order-7781")
    mock.settle()
    await screen.open(f"messages/{uuid}")

    for fact in (USER, CLINIC, "order-7781", "2, 80 units in ucs2"):
        await expect(pane(screen)).to_contain_text(fact)


async def test_message_is_moved_with_a_code(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze()
    uuid = send(mock)
    mock.clock.advance(0.1)
    await screen.open(f"messages/{uuid}")

    await pane(screen).get_by_role("button", name="Move status").click()
    dialog = screen.page.get_by_role("dialog")
    await dialog.get_by_label("Status").select_option("undeliverable")
    await dialog.get_by_label("Error code").select_option("1180")
    await dialog.get_by_role("button", name="Move to undeliverable").click()
    await expect(dialog).to_have_count(0)

    await expect(pane(screen).locator(".journal-head")).to_contain_text("undeliverable")
    await expect(pane(screen)).to_contain_text("1180")
    assert "undeliverable" == mock.message({"message_uuid": uuid}).status


async def test_move_its_channel_does_not_know_is_made_by_force(screen: Screen, mock: MockServer) -> None:
    uuid = send(mock)
    mock.settle()
    await screen.open(f"messages/{uuid}")

    await pane(screen).get_by_role("button", name="Move status").click()
    dialog = screen.page.get_by_role("dialog")
    await dialog.get_by_label("Status").select_option("submitted")
    await expect(dialog).to_contain_text("SMS knows no such move from delivered")
    await dialog.get_by_role("button", name="Move to submitted").click()
    await expect(dialog).to_have_count(0)

    await expect(pane(screen).locator(".journal-head")).to_contain_text("submitted")


async def test_webhook_is_sent_once_more(screen: Screen, mock: MockServer) -> None:
    uuid = send(mock, webhook_url=NOWHERE)
    mock.settle()
    await screen.open(f"messages/{uuid}")
    await expect(labels(screen).filter(has_text="failed")).to_have_count(1)

    await pane(screen).get_by_role("button", name="Redeliver submitted").click()

    await expect(labels(screen).filter(has_text="failed")).to_have_count(2)


async def test_message_is_answered_as_its_user(screen: Screen, mock: MockServer) -> None:
    uuid = send(mock)
    await screen.open(f"messages/{uuid}")

    await pane(screen).get_by_role("button", name="Reply as the user").click()
    await screen.page.get_by_role("dialog").get_by_label("Text").fill("STOP")
    await screen.page.get_by_role("dialog").get_by_role("button", name="Reply").click()

    await expect(pane(screen).get_by_text("STOP")).to_be_visible()
    [arrived] = mock.ask("GET", "messages", direction="inbound")["messages"]
    assert [USER, CLINIC, "STOP"] == [arrived["from"], arrived["to"], arrived["text"]]


async def test_unknown_message_says_so(screen: Screen) -> None:
    screen.allow_refusals()

    await screen.open("messages/00000000-0000-4000-8000-000000000000")

    await expect(screen.main.get_by_role("alert")).to_contain_text("no message")


async def test_message_has_no_barriers(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze()
    _, answer = post(mock, "/v1/messages", {**FAILOVER, "webhook_url": NOWHERE, "odd": 1})
    mock.clock.advance(30)
    await screen.open(f"messages/{answer['message_uuid']}")
    await screen.is_settled()
    await expect(labels(screen).first).to_be_visible()

    for theme, size in product(THEMES, (WIDE, NARROW)):
        await screen.wear(theme, size)
        await screen.page.reload()
        await expect(labels(screen).first).to_be_visible()
        assert [] == await screen.barriers(), (theme, size)
        assert 0 == await screen.overflow(), (theme, size)


async def test_hostile_messages_are_only_text(screen: Screen, mock: MockServer) -> None:
    await screen.wear("light", NARROW)
    for text in HOSTILE:
        uuid = send(mock, text=text, client_ref=text[:40])
        await screen.open(f"messages/{uuid}")

        assert text == await pane(screen).locator(".message-body").text_content()

        assert await screen.page.evaluate("window.pwned") is None
        assert 0 == await screen.page.locator("main img, main iframe, main script").count()
        assert 0 == await screen.overflow()


async def test_media_are_never_loaded(screen: Screen, mock: MockServer) -> None:
    url = HOSTILE_URLS[-1]
    arrived = mock.inbound("whatsapp", "image", version="v1", url=url, name=HOSTILE[1], from_=USER, to=CLINIC)
    await screen.open(f"messages/{arrived['message_uuid']}")

    await expect(pane(screen)).to_contain_text("image, not loaded")

    assert 0 == await screen.page.locator("main img").count()


@pytest.mark.parametrize("url", HOSTILE_URLS)
async def test_urls_in_content_of_a_senders_own_are_no_links(screen: Screen, mock: MockServer, url: str) -> None:
    uuid = send(mock, channel="whatsapp", message_type="custom", custom={"type": "image", "image": {"link": url}})
    await screen.open(f"messages/{uuid}")

    await expect(pane(screen).get_by_label("Content", exact=True)).to_contain_text(url)

    assert 0 == await screen.page.locator('main img, main a[href^="javascript:" i], main a[href^="data:" i]').count()


async def test_message_leads_to_its_conversation_whatever_its_parties_are_called(
    screen: Screen, mock: MockServer
) -> None:
    mock.inbound("messenger", text="Found", from_="a:b ~c/%41", to="<b>page</b>")
    uuid = mock.ask("GET", "messages")["messages"][0]["message_uuid"]
    await screen.open(f"messages/{uuid}")

    await pane(screen).get_by_role("link", name="Conversation").click()

    await expect(screen.main.get_by_role("feed")).to_contain_text("Found")
    await expect(screen.main.locator(".is-selected")).to_contain_text("a:b ~c/%41")


async def test_a_code_of_another_status_is_not_sent_with_a_move(screen: Screen, mock: MockServer) -> None:
    uuid = send(mock)
    mock.settle()
    await screen.open(f"messages/{uuid}")
    await pane(screen).get_by_role("button", name="Move status").click()
    dialog = screen.page.get_by_role("dialog")

    await dialog.get_by_label("Status").select_option("rejected")
    await dialog.get_by_label("Error code").select_option("1240")
    await dialog.get_by_label("Status").select_option("undeliverable")
    await expect(dialog.get_by_label("Error code")).to_have_value("")
    await dialog.get_by_role("button", name="Move to undeliverable").click()
    await expect(dialog).to_have_count(0)

    await expect(dialog).to_have_count(0)
    await expect(pane(screen).locator(".journal-head")).to_contain_text("undeliverable")
    assert "1240" not in await pane(screen).inner_text()


async def test_a_dialog_stays_where_selecting_its_text_ends_beside_it(screen: Screen, mock: MockServer) -> None:
    uuid = send(mock)
    await screen.open(f"messages/{uuid}")
    await pane(screen).get_by_role("button", name="Reply as the user").click()
    text = screen.page.get_by_role("dialog").get_by_label("Text")
    await text.fill("Much to say")
    place = await text.bounding_box()
    assert place is not None

    await screen.page.mouse.move(place["x"] + 60, place["y"] + 12)
    await screen.page.mouse.down()
    await screen.page.mouse.move(10, 300)
    await screen.page.mouse.up()

    await expect(text).to_have_value("Much to say")
    await screen.page.mouse.click(10, 300)
    await expect(text).to_have_count(0)


async def test_message_that_is_forgotten_while_one_looks_is_not_shown_on(screen: Screen, mock: MockServer) -> None:
    screen.allow_refusals()
    uuid = send(mock, text="Forget me")
    await screen.open(f"messages/{uuid}")
    await expect(pane(screen)).to_contain_text("Forget me")

    mock.reset()

    await expect(screen.main.get_by_role("alert")).to_contain_text("no message")
    await expect(pane(screen)).to_have_count(0)
