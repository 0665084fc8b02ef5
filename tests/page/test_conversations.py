"""Conversations: who talks with whom, every kind drawn for what it is, and the reply box that writes as the user."""

import asyncio
import json
import shlex
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from playwright.async_api import Locator, Page, Route, expect

from mockserver.handle import MockServer
from mockserver.model import Json
from mockserver.pytest_plugin.sink import MessagesSink, Sinks, serving_sinks
from tests.bodies import body_of
from tests.page.browser import NARROW, THEMES, WIDE, Screen, until
from tests.page.seeding import HOSTILE, HOSTILE_URLS, post, send, send_many

ADA, CAFE = "447700900161", "447700900162"
WHATSAPP = f"conversations/whatsapp:{ADA}:{CAFE}"
SMS = f"conversations/sms:{ADA}:CAFE"
RCS = f"conversations/rcs:{ADA}:CafeAgent"
QUESTION = {
    "type": "interactive",
    "interactive": {
        "type": "button",
        "header": {"type": "text", "text": "Your table"},
        "body": {"text": "Which time?"},
        "footer": {"text": "until nine"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "t7", "title": "at seven"}},
                {"type": "reply", "reply": {"id": "t8", "title": "at eight"}},
            ]
        },
    },
}
MENU = {
    "type": "interactive",
    "interactive": {
        "type": "list",
        "body": {"text": "What may it be?"},
        "action": {
            "button": "The menu",
            "sections": [{"title": "Starters", "rows": [{"id": "s1", "title": "Olives", "description": "with lemon"}]}],
        },
    },
}
PLACE = {
    "type": "location",
    "location": {"longitude": -1.5492, "latitude": 53.7997, "name": "Cafe", "address": "4 High St"},
}
TEMPLATE = {"name": "cafe:ready", "parameters": ["Ada", "7"]}
BODY = "Hello {{1}}, your table is number {{2}}."
ABOUT = {"description": "The cafe"}
SUGGESTIONS = [
    {"type": "reply", "text": "Book", "postback_data": "book-1"},
    {"type": "open_url", "text": "Look", "postback_data": "look-1", "url": "https://cafe.example.org", **ABOUT},
    {"type": "share_location", "text": "Where I am", "postback_data": "here"},
]


def sent(mock: MockServer, **body: Json) -> str:
    """Send a message of v1; return its uuid."""
    status, answer = post(mock, "/v1/messages", body)
    assert status == 202, answer
    return str(answer["message_uuid"])


def whatsapp(mock: MockServer, kind: str = "text", **members: Json) -> str:
    """Send Ada a message by WhatsApp; return its uuid."""
    usual = {"text": "Hello Ada"} if kind == "text" else {}
    return sent(mock, channel="whatsapp", message_type=kind, **{"from": CAFE, "to": ADA, **usual, **members})


def sms(mock: MockServer, **members: Json) -> str:
    """Send Ada an SMS; return its uuid."""
    return send(mock, to=ADA, **{"from": "CAFE", **members})


def rcs(mock: MockServer, kind: str, **members: Json) -> str:
    """Send Ada a message by RCS; return its uuid."""
    return sent(mock, channel="rcs", message_type=kind, **{"to": ADA, "from": "CafeAgent", **members})


def arrive(mock: MockServer, kind: str = "text", **members: Json) -> str:
    """Let a message of Ada arrive by WhatsApp; return its uuid."""
    name = {"profile": {"name": "Ada L"}, "version": "v1"}
    return str(mock.inbound("whatsapp", kind, from_=ADA, to=CAFE, **{**name, **members})["message_uuid"])


def taken_in(mock: MockServer, channel: str) -> set[str]:
    """Return the kinds that can come in on a channel, by the rules."""
    with urlopen(f"{mock.url}/_mock/rules", timeout=10) as answer:
        rows = json.load(answer)["capabilities"]["rows"]
    row = {"channel": channel, "direction": "inbound", "state": "supported"}
    return {each["kind"] for each in rows if row.items() <= each.items()}


def revoke(mock: MockServer, uuid: str) -> None:
    """Take a message back, as the account."""
    headers = {"Authorization": mock.basic, "Content-Type": "application/json"}
    asked = Request(f"{mock.url}/v1/messages/{uuid}", b'{"status": "revoked"}', headers, method="PATCH")
    with urlopen(asked, timeout=10) as answer:
        assert answer.status == 202


def bubbles(screen: Screen, side: str = "") -> Locator:
    """Return the bubbles of the talk, of one side if asked."""
    return screen.page.locator(f".talk .bubble{side}")


def people(screen: Screen) -> Locator:
    """Return the conversations of the list."""
    return screen.page.locator(".conversations-item")


def box(page: Page) -> Locator:
    """Return where one writes as the user."""
    return page.get_by_label("Message as the user")


async def choose(screen: Screen, kind: str) -> None:
    """Choose the kind of message the user sends."""
    await screen.page.get_by_label("Kind of message").select_option(kind)


async def press_send(screen: Screen) -> None:
    """Send what was filled in."""
    await screen.page.get_by_role("button", name="Send as the user").click()


async def scroll_to_the_first(screen: Screen) -> None:
    """Scroll up until the first message is there; each page of what came before has to be fetched."""

    async def is_there() -> bool:
        await screen.page.locator(".talk .windowed").evaluate("list => { list.scrollTop = 0; }")
        return await bubbles(screen).filter(has_text="Message 0").count() > 0

    await until(is_there)


async def hold_replies(screen: Screen, saying: str = "") -> asyncio.Event:
    """Let no reply that says so reach the server until the event is set."""
    answering = asyncio.Event()

    async def held(route: Route) -> None:
        if saying in (route.request.post_data or ""):
            await answering.wait()
        await route.continue_()

    await screen.page.route("**/reply?*", held)
    return answering


@pytest.fixture(scope="module")
def sinks() -> Iterator[Sinks]:
    """Serve receivers of webhooks."""
    with serving_sinks() as opened:
        yield opened


@pytest.fixture
def sut(sinks: Sinks, mock: MockServer) -> Iterator[MessagesSink]:
    """Return a system under test that the account's webhooks reach."""
    with sinks.opened(mock.signature_secret) as opened:
        mock.configure(inbound_url=opened.inbound_url)
        yield opened


# The list


async def test_empty_account_teaches_how_to_begin(screen: Screen) -> None:
    await screen.open("conversations")

    await expect(screen.main).to_contain_text("No conversation yet")
    await expect(screen.main).to_contain_text(f"curl -u {screen.account}:any-secret")


async def test_users_are_listed_with_channel_sender_and_what_was_said_last(screen: Screen, mock: MockServer) -> None:
    sms(mock, text="By SMS")
    arrive(mock, text="By WhatsApp")

    await screen.open("conversations")

    rows = people(screen)
    await expect(rows).to_have_count(2)
    await expect(rows.nth(0)).to_contain_text("Ada L")
    await expect(rows.nth(0)).to_contain_text("By WhatsApp")
    await expect(rows.nth(0)).to_contain_text(f"WhatsApp · {ADA} · {CAFE}")
    await expect(rows.nth(1)).to_contain_text("By SMS")
    await expect(rows.nth(1)).to_contain_text("SMS · CAFE")


async def test_new_conversation_appears_by_itself(screen: Screen, mock: MockServer) -> None:
    await screen.open("conversations")
    await expect(screen.main).to_contain_text("No conversation yet")

    sms(mock, text="Out of the blue")

    await expect(people(screen)).to_contain_text("Out of the blue")


async def test_list_is_narrowed_by_channel_and_by_search(screen: Screen, mock: MockServer) -> None:
    sms(mock, text="one")
    whatsapp(mock, text="two")
    await screen.open("conversations")
    rows = people(screen)
    await expect(rows).to_have_count(2)

    await screen.page.get_by_label("Channel", exact=True).select_option("sms")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("one")
    assert "channel=sms" in await screen.hash()

    await screen.open("conversations", q="text:two")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("two")

    await screen.open("conversations", q="text:three")
    await expect(screen.main).to_contain_text("No conversation fits")


async def test_keys_move_in_the_list_and_open_a_talk(screen: Screen, mock: MockServer) -> None:
    send(mock, to="447700900171", text="older")
    send(mock, to="447700900172", text="newer")
    await screen.open("conversations")
    await expect(people(screen)).to_have_count(2)

    await screen.page.get_by_role("listbox", name="Conversations").focus()
    await screen.press("j", "j", "Enter")

    await expect(bubbles(screen)).to_contain_text("older")


async def test_user_begins_a_talk_of_their_own(screen: Screen, mock: MockServer) -> None:
    screen.allow_refusals()  # a talk that is not there yet
    await screen.open("conversations")

    await screen.page.get_by_role("button", name="Write as a user").click()
    await screen.page.get_by_label("The user").fill(ADA)
    await screen.page.get_by_label("To", exact=True).fill("CAFE")
    await screen.page.get_by_role("button", name="Begin").click()
    await expect(screen.main).to_contain_text("Nothing was said yet")
    await box(screen.page).fill("Anybody there?")
    await screen.press("Enter")

    await expect(bubbles(screen, ".is-in")).to_contain_text("Anybody there?")
    [message] = mock.ask("GET", "messages")["messages"]
    assert (ADA, "CAFE", "Anybody there?") == (message["from"], message["to"], message["text"])


# The talk


async def test_deep_link_shows_both_sides_in_order(screen: Screen, mock: MockServer) -> None:
    whatsapp(mock, text="first")
    arrive(mock, text="second")
    whatsapp(mock, text="third")

    await screen.open(WHATSAPP)

    await expect(bubbles(screen)).to_have_count(3)
    assert ["first", "second", "third"] == [
        (await each.locator(".talk-words").inner_text()) for each in await bubbles(screen).all()
    ]
    await expect(bubbles(screen, ".is-in")).to_have_count(1)
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Ada L")
    await expect(screen.main.locator(".day")).to_have_text("Today")
    await expect(screen.main).to_contain_text("window ends in 23 h")


async def test_status_moves_while_one_looks(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze()
    uuid = whatsapp(mock)
    await screen.open(WHATSAPP)
    status = bubbles(screen).locator(".status")
    await expect(status).to_have_text("accepted")

    for word in ("submitted", "delivered", "read"):
        mock.ask("POST", f"messages/{uuid}/status", {"status": word})
        await expect(status).to_have_text(word)


async def test_failure_is_told_with_its_code(screen: Screen, mock: MockServer) -> None:
    sms(mock, client_ref="mock:rejected:1240", text="Nobody takes this")

    await screen.open(SMS)

    bubble = bubbles(screen, ".is-bad")
    await expect(bubble.locator(".talk-problem")).to_have_text("1240 Illegal Number")
    await expect(bubble.locator(".status")).to_have_text("rejected")


async def test_sms_tells_its_parts_encoding_and_price(screen: Screen, mock: MockServer) -> None:
    sms(mock, text="a" * 200)
    sms(mock, text="\u00e7a va? \u0416")

    await screen.open(SMS)

    await expect(bubbles(screen).nth(0)).to_contain_text("2 parts GSM-7")
    await expect(bubbles(screen).nth(0)).to_contain_text("EUR 0.0666")
    await expect(bubbles(screen).nth(1)).to_contain_text("1 part UCS-2")


async def test_refused_send_stands_in_the_talk_and_leads_to_the_journal(screen: Screen, mock: MockServer) -> None:
    sms(mock, text="fine")
    body = {"channel": "sms", "message_type": "text", "to": ADA, "from": "CAFE", "text": ""}
    assert 422 == post(mock, "/v1/messages", body)[0]

    await screen.open(SMS)

    refused = bubbles(screen, ".talk-refused")
    await expect(refused).to_contain_text("Refused")
    await expect(refused).to_contain_text("422")
    await expect(refused.locator(".talk-violations code").first).to_have_text("text")
    number = mock.journal(verdict="refused")[0]["id"]
    await expect(refused.get_by_role("link")).to_have_attribute("href", f"#/journal/{number}?account={screen.account}")


async def test_finding_is_told_where_it_occurred(screen: Screen, mock: MockServer) -> None:
    sms(mock, odd=1)
    await screen.open(SMS)

    await bubbles(screen).get_by_text("1 finding").click()

    await expect(bubbles(screen).locator(".talk-findings li").first).to_contain_text("odd")


async def test_failover_names_the_item_and_leads_to_all_of_it(screen: Screen, mock: MockServer) -> None:
    second = {"channel": "sms", "message_type": "text", "to": ADA, "from": "CAFE", "text": "Then by SMS"}
    rcs(mock, "text", text="First by RCS", client_ref="mock:rejected:1300", failover=[second])
    mock.settle()

    await screen.open(SMS)

    step = bubbles(screen).get_by_role("link", name="failover 2 of 2")
    await expect(step).to_be_visible()
    await step.click()
    assert "/messages?q=workflow" in await screen.hash()


# Kinds


@pytest.mark.parametrize("kind", ["image", "audio", "video", "file", "sticker"])
async def test_media_is_a_placeholder_and_never_loaded(screen: Screen, mock: MockServer, kind: str) -> None:
    ending = {"image": "jpg", "audio": "mp3", "video": "mp4", "file": "pdf", "sticker": "webp"}[kind]
    whatsapp(mock, kind, **{kind: {"url": f"https://files.example.org/thing.{ending}"}})

    await screen.open(WHATSAPP)

    await expect(bubbles(screen)).to_contain_text(f"thing.{ending}")
    await expect(bubbles(screen)).to_contain_text(f"{kind}, not loaded")
    await expect(screen.main.locator("img, audio, video, iframe")).to_have_count(0)


async def test_place_is_sketched(screen: Screen, mock: MockServer) -> None:
    whatsapp(mock, "custom", custom=PLACE)
    arrive(mock, "location", lat=51.5, long=-0.1)

    await screen.open(WHATSAPP)

    await expect(
        bubbles(screen).nth(0).get_by_role("img", name="A sketch of the place 53.7997, -1.5492")
    ).to_be_visible()
    await expect(bubbles(screen).nth(0)).to_contain_text("4 High St")
    await expect(bubbles(screen).nth(1)).to_contain_text("51.5, -0.1")


async def test_contact_order_and_unsupported_are_drawn_for_what_they_are(screen: Screen, mock: MockServer) -> None:
    arrive(mock, "contacts", contacts=[{"name": {"formatted_name": "Ben O"}, "phones": [{"phone": "447700900163"}]}])
    item = {"product_retailer_id": "wine-3", "quantity": "2", "item_price": "4.50", "currency": "GBP"}
    arrive(mock, "order", catalog_id="280", product_items=[item])
    arrive(mock, "unsupported", provider_message="131051: not supported")

    await screen.open(WHATSAPP)

    await expect(bubbles(screen).nth(0)).to_contain_text("Ben O")
    await expect(bubbles(screen).nth(0)).to_contain_text("447700900163")
    await expect(bubbles(screen).nth(1)).to_contain_text("wine-3")
    await expect(bubbles(screen).nth(1)).to_contain_text("4.50 GBP")
    await expect(bubbles(screen).nth(2)).to_contain_text("131051: not supported")


async def test_template_is_filled_in_where_its_text_is_known(screen: Screen, mock: MockServer) -> None:
    mock.configure(provider={"templates": [{"name": "cafe:ready", "parameters": 2, "body": BODY}]})
    whatsapp(mock, "template", template=TEMPLATE, whatsapp={"locale": "en", "policy": "deterministic"})

    await screen.open(WHATSAPP)

    await expect(bubbles(screen)).to_contain_text("Hello Ada, your table is number 7.")
    await expect(bubbles(screen).locator("mark").first).to_have_text("Ada")


async def test_unknown_template_lists_its_parameters(screen: Screen, mock: MockServer) -> None:
    whatsapp(mock, "template", template=TEMPLATE, whatsapp={"locale": "en", "policy": "deterministic"})

    await screen.open(WHATSAPP)

    await expect(bubbles(screen)).to_contain_text("cafe:ready")
    await expect(bubbles(screen).get_by_label("Parameters").locator("li")).to_have_text(["{{1}} Ada", "{{2}} 7"])


async def test_reaction_hangs_on_the_bubble_it_belongs_to(screen: Screen, mock: MockServer) -> None:
    uuid = whatsapp(mock, text="See you")
    about: dict[str, Json] = {
        "context": {"message_uuid": uuid, "message_from": CAFE},
        "context_status": "available",
    }
    arrive(mock, "reaction", action="react", emoji="+1", **about)
    await screen.open(WHATSAPP)

    await expect(bubbles(screen)).to_have_count(1)
    await expect(bubbles(screen).locator(".talk-reaction")).to_have_text("+1")

    arrive(mock, "reaction", action="unreact", **about)
    await expect(bubbles(screen).locator(".talk-reaction")).to_have_count(0)


async def test_revoked_message_says_so(screen: Screen, mock: MockServer) -> None:
    uuid = rcs(mock, "text", text="Never mind")
    mock.settle()
    revoke(mock, uuid)

    await screen.open(RCS)

    await expect(bubbles(screen)).to_contain_text("Revoked: the user no longer sees this")


async def test_viber_button_leads_somewhere(screen: Screen, mock: MockServer) -> None:
    action = {"url": "https://cafe.example.org/way", "text": "The way"}
    body = {"channel": "viber_service", "message_type": "text", "text": "Come", "to": ADA, "from": "40773"}
    assert 202 == post(mock, "/v1/messages", {**body, "viber_service": {"action": action}})[0]

    await screen.open(f"conversations/viber:{ADA}:40773")

    await expect(bubbles(screen)).to_contain_text("The way")
    link = bubbles(screen).get_by_role("link", name="https://cafe.example.org/way")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_carousel_shows_its_cards_beside_each_other(screen: Screen, mock: MockServer) -> None:
    cards = [
        {"title": f"Room {number}", "text": "quiet", "media_url": "https://files.example.org/r.jpg"}
        for number in (1, 2)
    ]
    rcs(mock, "carousel", carousel={"cards": cards}, rcs={"card_width": "SMALL"}, suggestions=SUGGESTIONS)

    await screen.open(RCS)

    await expect(bubbles(screen).get_by_role("group").locator(".talk-card")).to_have_count(2)
    await expect(bubbles(screen)).to_contain_text("Room 2")
    await expect(bubbles(screen).get_by_role("button", name="Book")).to_be_visible()


# What the user presses


@pytest.mark.parametrize(
    ("custom", "pressed", "reply"),
    [
        (QUESTION, "at eight", {"id": "t8", "title": "at eight"}),
        (MENU, "Olives", {"id": "s1", "title": "Olives", "description": "with lemon"}),
    ],
    ids=["button", "list"],
)
async def test_pressing_reaches_the_system_under_test(
    screen: Screen, mock: MockServer, sut: MessagesSink, custom: Json, pressed: str, reply: Json
) -> None:
    uuid = whatsapp(mock, "custom", custom=custom)
    await screen.open(WHATSAPP)

    await bubbles(screen).get_by_role("button", name=pressed).click()

    await expect(bubbles(screen, ".is-in")).to_contain_text(pressed)
    [hook] = sut.wait(1)
    assert reply == hook.body["reply"]
    assert {"message_uuid": uuid, "message_from": CAFE} == hook.body["context"]


async def test_suggestion_is_pressed(screen: Screen, mock: MockServer, sut: MessagesSink) -> None:
    rcs(mock, "text", text="Shall we?", suggestions=SUGGESTIONS)
    await screen.open(RCS)

    await bubbles(screen).get_by_role("button", name="Book").click()
    await bubbles(screen).first.get_by_role("button", name="Look").click()

    await expect(bubbles(screen, ".is-in")).to_have_count(2)
    reply, button = (each.body for each in sut.wait(2))
    assert {"id": "book-1", "title": "Book"} == reply["reply"]
    assert {"payload": "look-1", "text": "Look"} == button["button"]


async def test_asking_for_a_place_opens_its_form(screen: Screen, mock: MockServer) -> None:
    rcs(mock, "text", text="Where are you?", suggestions=SUGGESTIONS)
    await screen.open(RCS)

    await bubbles(screen).get_by_role("button", name="Where I am").click()
    await expect(screen.page.get_by_label("Latitude")).to_be_focused()
    await press_send(screen)

    await expect(bubbles(screen, ".is-in").get_by_role("img")).to_be_visible()


async def test_button_of_messenger_arrives_as_its_text(screen: Screen, mock: MockServer) -> None:
    buttons = [{"type": "postback", "title": "Come", "payload": "GO"}]
    payload = {"template_type": "button", "text": "Will you?", "buttons": buttons}
    content = {"type": "custom", "custom": {"attachment": {"type": "template", "payload": payload}}}
    body = body_of("messenger", "custom", message={"content": content})
    assert 202 == post(mock, "/v0.1/messages", body)[0]
    await screen.open(f"conversations/messenger:{body['to']['id']}:{body['from']['id']}")

    await bubbles(screen).get_by_role("button", name="Come").click()

    await expect(bubbles(screen, ".is-in")).to_contain_text("Come")


# The reply box


async def test_enter_sends_and_shift_enter_begins_a_line(screen: Screen, mock: MockServer, sut: MessagesSink) -> None:
    sms(mock)
    await screen.open(SMS)

    await box(screen.page).fill("one")
    await screen.press("Shift+Enter")
    await screen.page.keyboard.type("two")
    await screen.press("Enter")

    await expect(bubbles(screen, ".is-in")).to_contain_text("one\ntwo", use_inner_text=True)
    await expect(box(screen.page)).to_have_value("")
    await expect(box(screen.page)).to_be_focused()
    [hook] = sut.wait(1)
    assert "one\ntwo" == hook.body["text"]
    await expect(screen.page.locator(".talk-outcome")).to_contain_text("webhook delivered (200)")
    await expect(bubbles(screen, ".is-in").locator(".talk-webhook")).to_have_text("200")


async def test_what_is_sent_while_another_is_under_way_waits_its_turn(screen: Screen, mock: MockServer) -> None:
    whatsapp(mock)
    await screen.open(WHATSAPP)
    answering = await hold_replies(screen)

    await box(screen.page).fill("A picture:")
    await screen.press("Enter")
    await choose(screen, "image")
    await press_send(screen)
    await press_send(screen)  # what is pressed twice is sent once
    await choose(screen, "text")
    await box(screen.page).fill("Seen?")
    await screen.press("Enter")
    answering.set()

    await expect(bubbles(screen, ".is-in")).to_have_count(3)
    came = mock.ask("GET", "messages", direction="inbound")["messages"]
    assert ["text", "image", "text"] == [each["kind"] for each in came]
    assert ["Seen?", "A picture:"] == [each["content"]["text"] for each in came[::2]]


async def test_suggestion_pressed_while_a_text_is_under_way_waits_its_turn(screen: Screen, mock: MockServer) -> None:
    rcs(mock, "text", text="Shall we?", suggestions=SUGGESTIONS)
    await screen.open(RCS)
    answering = await hold_replies(screen, saying="Let me see")

    await box(screen.page).fill("Let me see")
    await screen.press("Enter")
    await bubbles(screen).get_by_role("button", name="Book").click()
    answering.set()

    await expect(bubbles(screen, ".is-in")).to_have_count(2)
    came = mock.ask("GET", "messages", direction="inbound")["messages"]
    assert ["reply", "text"] == [each["kind"] for each in came]


async def test_what_waits_its_turn_reaches_the_account_it_was_meant_for(
    screen: Screen, mock: MockServer, server: MockServer
) -> None:
    other = server.new_account()
    for account, text in ((mock, "Shall we?"), (other, "Of another account")):
        rcs(account, "text", text=text, suggestions=SUGGESTIONS)
    await screen.open(RCS)
    answering = await hold_replies(screen, saying="Let me see")
    await box(screen.page).fill("Let me see")
    await screen.press("Enter")
    await bubbles(screen).get_by_role("button", name="Book").click()

    await screen.open(RCS, account=other.api_key)
    await expect(bubbles(screen)).to_contain_text("Of another account")
    answering.set()

    async def both_came() -> bool:
        return len(mock.ask("GET", "messages", direction="inbound")["messages"]) == 2

    await until(both_came)
    await screen.is_settled()
    assert [] == other.ask("GET", "messages", direction="inbound")["messages"]
    await expect(screen.page.locator(".talk-outcome")).to_be_empty()


async def test_another_picture_waits_its_turn_and_stays_until_it_is_sent(screen: Screen, mock: MockServer) -> None:
    whatsapp(mock)
    await screen.open(WHATSAPP)
    answering = await hold_replies(screen)

    for name in ("one", "two", "three"):
        await choose(screen, "image")
        await screen.page.get_by_label("URL", exact=True).fill(f"https://example.test/{name}.png")
        if name != "three":
            await press_send(screen)
    answering.set()

    await expect(bubbles(screen, ".is-in")).to_have_count(2)
    await expect(screen.page.get_by_label("URL", exact=True)).to_have_value("https://example.test/three.png")
    came = mock.ask("GET", "messages", direction="inbound")["messages"]
    assert ["two", "one"] == [each["content"]["url"].rpartition("/")[2].removesuffix(".png") for each in came]


async def test_failure_stays_though_what_was_sent_behind_it_arrives(screen: Screen, mock: MockServer) -> None:
    answering = asyncio.Event()
    screen.allow_refusals()

    async def refused_once(route: Route) -> None:
        await answering.wait()
        if "A picture:" in (route.request.post_data or ""):
            await route.fulfill(status=409, json={"status": 409, "title": "No", "detail": "not now"})
        else:
            await route.continue_()

    whatsapp(mock)
    await screen.open(WHATSAPP)
    await screen.page.route("**/reply?*", refused_once)

    await box(screen.page).fill("A picture:")
    await screen.press("Enter")
    await choose(screen, "image")
    await press_send(screen)
    answering.set()

    await expect(bubbles(screen, ".is-in")).to_have_count(1)
    await expect(screen.page.locator(".talk-outcome")).to_contain_text("not now")
    await expect(box(screen.page)).to_have_value("A picture:")


async def test_reply_tells_of_a_refusing_receiver(screen: Screen, mock: MockServer, sut: MessagesSink) -> None:
    sut.answer(500)
    sms(mock)
    await screen.open(SMS)

    await box(screen.page).fill("Hello?")
    await screen.press("Enter")

    await expect(screen.page.locator(".talk-outcome")).to_contain_text("webhook refused (500), tried again later")


async def test_reply_tells_of_a_missing_url(screen: Screen, mock: MockServer) -> None:
    sms(mock)
    await screen.open(SMS)

    await box(screen.page).fill("Hello?")
    await screen.press("Enter")

    await expect(screen.page.locator(".talk-outcome")).to_contain_text("there is no URL to tell of it")
    await expect(bubbles(screen, ".is-in").locator(".talk-webhook")).to_have_text("no URL")


async def test_stop_opts_out_and_start_in_again(screen: Screen, mock: MockServer) -> None:
    sms(mock)
    await screen.open(SMS)

    await screen.page.get_by_role("button", name="STOP").click()
    await expect(screen.main.locator(".talk-head")).to_contain_text("opted out")

    await screen.page.get_by_role("button", name="START").click()
    await expect(screen.main.locator(".talk-head")).not_to_contain_text("opted out")
    await expect(bubbles(screen, ".is-in")).to_have_count(2)


@pytest.mark.parametrize("channel", ["sms", "mms", "rcs", "viber", "messenger", "whatsapp"])
async def test_every_kind_a_channel_takes_in_can_be_sent(screen: Screen, mock: MockServer, channel: str) -> None:
    whom = {"messenger": "2233445566", "mms": "12025550161"}.get(channel, ADA)
    ours = {"messenger": "104455", "mms": "12025550162", "viber": "40773", "rcs": "CafeAgent"}.get(channel, CAFE)
    if channel == "whatsapp":
        whatsapp(mock)  # what a reaction is about
    mock.inbound(channel, text="Hi", from_=whom, to=ours)
    await screen.open(f"conversations/{channel}:{whom}:{ours}")
    offered = screen.page.get_by_label("Kind of message").locator("option")
    await expect(offered.first).to_be_attached()
    kinds = await offered.all_inner_texts()

    for kind in kinds:
        await choose(screen, kind)
        if kind == "text":
            await box(screen.page).fill("Hi again")
        await press_send(screen)
        await expect(screen.page.get_by_label("Kind of message")).to_have_value("text")
        await expect(box(screen.page)).to_have_value("")

    async def all_came() -> bool:
        return len(mock.ask("GET", "messages", direction="inbound")["messages"]) == len(kinds) + 1

    await until(all_came)  # a form is cleared as it is sent
    known = taken_in(mock, channel)
    assert known == set(kinds)
    assert known == {each["kind"] for each in mock.ask("GET", "messages", direction="inbound")["messages"]}


async def test_place_is_named_as_the_version_names_it(screen: Screen, mock: MockServer) -> None:
    arrive(mock)
    await screen.open(WHATSAPP)

    await choose(screen, "location")
    await screen.page.get_by_label("Version it arrives in").select_option("v0.1")
    await screen.page.get_by_label("Latitude").fill("12.5")
    await press_send(screen)

    await expect(bubbles(screen, ".is-in")).to_have_count(2)
    message = mock.ask("GET", "messages")["messages"][0]
    assert ("v0.1", "12.5") == (message["version"], message["content"]["latitude"])


async def test_refusal_of_a_reply_says_what_was_wrong(screen: Screen, mock: MockServer) -> None:
    screen.allow_refusals()
    arrive(mock)
    await screen.open(WHATSAPP)

    await choose(screen, "image")
    await screen.page.get_by_label("URL", exact=True).fill("nowhere")
    await press_send(screen)

    await expect(screen.page.locator(".talk-outcome")).to_contain_text("expected an http or https URL")
    await expect(screen.page.get_by_label("URL", exact=True)).to_have_value("nowhere")


async def test_answer_names_the_message_it_answers(screen: Screen, mock: MockServer) -> None:
    uuid = whatsapp(mock, text="The question")
    await screen.open(WHATSAPP)

    await screen.page.get_by_label("More of this message").click()
    await screen.page.get_by_role("button", name="Answer it").click()
    await expect(screen.page.locator(".talk-target")).to_contain_text("The question")
    await box(screen.page).fill("The answer")
    await screen.press("Enter")

    await expect(bubbles(screen, ".is-in").locator(".talk-quote")).to_contain_text("The question")
    message = mock.ask("GET", "messages")["messages"][0]
    assert {"message_uuid": uuid, "message_from": CAFE} == message["options"]["context"]


# More of a message


async def test_status_is_moved_by_hand(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze()
    sms(mock)
    await screen.open(SMS)

    await screen.page.get_by_label("More of this message").click()
    dialog = screen.page.get_by_role("dialog")
    await dialog.get_by_label("To", exact=True).select_option("rejected")
    await dialog.get_by_label("Code").select_option("1240")
    await dialog.get_by_role("button", name="Move").click()
    await expect(dialog).to_contain_text("1240 Illegal Number")
    await screen.press("Escape")

    await expect(bubbles(screen).locator(".talk-problem")).to_have_text("1240 Illegal Number")
    await expect(screen.page.get_by_label("More of this message")).to_be_focused()


async def test_curl_that_is_copied_sends_the_message_once_more(screen: Screen, mock: MockServer) -> None:
    uuid = sms(mock, text="It's ready")
    await screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await screen.open(SMS)

    await screen.page.get_by_label("More of this message").click()
    await expect(screen.page.get_by_role("link", name="Timeline")).to_have_attribute(
        "href", f"#/messages/{uuid}?account={screen.account}"
    )
    await screen.page.get_by_role("button", name="Copy as curl").click()

    await expect(screen.page.locator(".toasts")).to_contain_text("Copied")
    copied = await screen.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -X POST -u {mock.api_key}:any-secret")
    assert "It'\\''s ready" in copied
    assert f"{mock.url}/v1/messages" in copied


# Much, hostile, barriers


async def test_long_talk_begins_at_its_end_and_brings_the_rest_when_scrolled(screen: Screen, mock: MockServer) -> None:
    send_many(mock, 150)
    await screen.open("conversations/sms:447700900200:447700900152")
    await expect(bubbles(screen).last).to_contain_text("Message 149")
    drawn = await bubbles(screen).count()
    assert 0 < drawn < 60

    await screen.page.locator(".talk .windowed").focus()
    await scroll_to_the_first(screen)
    await expect(bubbles(screen).first).to_contain_text("Message 0")
    await screen.page.get_by_role("button", name="Latest").click()
    await expect(bubbles(screen).last).to_contain_text("Message 149")


async def test_new_message_comes_in_sight_at_the_end_but_moves_nobody_who_reads_above(
    screen: Screen, mock: MockServer
) -> None:
    send_many(mock, 40)
    await screen.open("conversations/sms:447700900200:447700900152")
    await expect(bubbles(screen).last).to_contain_text("Message 39")

    send(mock, to="447700900200", text="At the end")
    await expect(bubbles(screen).last).to_be_in_viewport()
    await expect(bubbles(screen).last).to_contain_text("At the end")

    feed = screen.page.locator(".talk .windowed")
    await feed.evaluate("list => { list.scrollTop = 300; }")
    await screen.page.wait_for_timeout(100)
    before = await feed.evaluate("list => list.scrollTop")
    send(mock, to="447700900200", text="Unseen")
    await expect(people(screen)).to_contain_text("Unseen")
    assert before == await feed.evaluate("list => list.scrollTop")


async def test_place_is_kept_when_more_comes_at_once_than_a_page_holds(screen: Screen, mock: MockServer) -> None:
    send_many(mock, 100)
    await screen.open("conversations/sms:447700900200:447700900152")
    await expect(bubbles(screen).last).to_contain_text("Message 99")
    await scroll_to_the_first(screen)
    screen.allow("ERR_INTERNET_DISCONNECTED")
    await screen.page.context.set_offline(offline=True)

    send_many(mock, 150)
    await screen.page.context.set_offline(offline=False)

    await expect(people(screen)).to_contain_text("Message 149")
    await expect(bubbles(screen).first).to_contain_text("Message 0")
    await expect(bubbles(screen).first).to_be_in_viewport()
    await screen.page.get_by_role("button", name="Latest").click()
    await expect(bubbles(screen).last).to_contain_text("Message 149")


async def test_hostile_talk_runs_nothing_and_loads_nothing(screen: Screen, mock: MockServer) -> None:
    for text in HOSTILE:
        arrive(mock, text=text, profile={"name": text})
        choice = {"type": "reply", "reply": {"id": text, "title": text}}
        whatsapp(mock, text=text)
        whatsapp(
            mock,
            "custom",
            custom={
                "type": "interactive",
                "interactive": {"type": "button", "body": {"text": text}, "action": {"buttons": [choice, None, 5]}},
            },
        )
    for url in HOSTILE_URLS:
        way = {"type": "cta_url", "body": 7, "action": {"parameters": {"display_text": url, "url": url}}}
        whatsapp(mock, "custom", custom={"type": "interactive", "interactive": way})
    for custom in ({"type": "location", "location": "x"}, {"type": "contacts", "contacts": [None]}, {"type": 5}):
        whatsapp(mock, "custom", custom=custom)

    await screen.wear("light", (1280, 6000))
    await screen.open(WHATSAPP)

    await expect(bubbles(screen)).to_have_count(3 * len(HOSTILE) + len(HOSTILE_URLS) + 3)
    await expect(bubbles(screen).first).to_contain_text("<script>window.pwned = 1</script>")
    assert await screen.page.evaluate("window.pwned") is None
    running = 'a[href^="javascript:" i], a[href^="data:" i], iframe, main script, main img'
    await expect(screen.page.locator(running)).to_have_count(0)
    assert 0 == await screen.overflow()


async def test_long_text_is_cut_until_it_is_asked_for(screen: Screen, mock: MockServer) -> None:
    whatsapp(mock, text="word " * 800)
    await screen.open(WHATSAPP)
    words = bubbles(screen).locator(".talk-words")
    assert 700 > len(await words.inner_text())

    await bubbles(screen).get_by_role("button", name="Show all 4,000 characters").click()

    assert 3990 < len(await words.inner_text())


async def test_phone_shows_the_talk_alone_and_leads_back(screen: Screen, mock: MockServer) -> None:
    whatsapp(mock)
    await screen.wear("light", NARROW)
    await screen.open(WHATSAPP)

    await expect(screen.page.get_by_role("heading", level=1)).to_have_text(ADA)
    await expect(screen.page.get_by_role("listbox")).to_be_hidden()
    await screen.page.get_by_label("Back to all conversations").click()

    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Conversations")
    await expect(people(screen)).to_be_visible()


async def test_talk_has_no_barriers(screen: Screen, mock: MockServer) -> None:
    uuid = whatsapp(mock, text="See https://cafe.example.org for all of it")
    about: Json = {"context": {"message_uuid": uuid, "message_from": CAFE}, "context_status": "available"}
    arrive(mock, "reaction", action="react", emoji="+1", **about)
    arrive(mock, text="Well then", **about)
    for custom in (QUESTION, MENU, PLACE):
        whatsapp(mock, "custom", custom=custom)
    whatsapp(mock, "image", image={"url": "https://files.example.org/a.jpg", "caption": "Look"})
    whatsapp(mock, client_ref="mock:rejected:1300", odd=1)
    body = {"channel": "whatsapp", "message_type": "text", "to": ADA, "from": CAFE}
    assert 422 == post(mock, "/v1/messages", body)[0]
    await screen.wear("light", (WIDE[0], 2600))
    await screen.open(WHATSAPP)

    for width in (WIDE[0], NARROW[0]):
        for theme in THEMES:
            await screen.wear(theme, (width, 2600))
            await screen.page.reload()  # switched on the spot, colours would still be on their way
            await expect(bubbles(screen)).to_have_count(8)
            await choose(screen, "contacts")
            assert [] == await screen.barriers(), (theme, width)
            assert 0 == await screen.overflow(), (theme, width)


async def test_details_have_no_barriers(screen: Screen, mock: MockServer) -> None:
    sms(mock)
    await screen.open(SMS)

    await screen.page.get_by_label("More of this message").click()

    for theme in THEMES:
        await screen.wear(theme)
        assert [] == await screen.barriers(), theme


async def test_curl_that_is_copied_runs_nothing_that_a_client_wrote(screen: Screen, mock: MockServer) -> None:
    path = "/v1/messages?a=$(id)&b='`;#"
    await screen.open("conversations")

    send, arrive = await screen.page.evaluate(
        """async ([path, key]) => {
          const { sendAsCurl, arrivalAsCurl } = await import("/_page/views/conversations/details.js");
          return [sendAsCurl({ request: { method: "POST", path, body: "@/etc/passwd" } }, key), arrivalAsCurl({}, key)];
        }""",
        [path, "it's"],
    )

    assert f"{mock.url}{path}" == shlex.split(send)[-1]
    words = shlex.split(send)
    assert "@/etc/passwd" == words[words.index("--data-raw") + 1]
    assert f"{mock.url}/_mock/inbound?account=it's" == shlex.split(arrive)[-1]


async def test_what_is_written_and_not_sent_is_kept(screen: Screen, mock: MockServer) -> None:
    sms(mock)
    send(mock, to="447700900299", **{"from": "CAFE"})
    await screen.open(SMS)
    await box(screen.page).fill("Half a sent")

    await screen.page.get_by_role("button", name="STOP").click()
    await expect(screen.main.locator(".talk-head")).to_contain_text("opted out")
    await expect(box(screen.page)).to_have_value("Half a sent")

    await screen.open("conversations/sms:447700900299:CAFE")
    await expect(box(screen.page)).to_have_value("")
    await screen.page.go_back()
    await expect(box(screen.page)).to_have_value("Half a sent")

    await box(screen.page).press("Enter")
    await expect(bubbles(screen, ".is-in").last).to_contain_text("Half a sent")
    await expect(box(screen.page)).to_have_value("")


SLOW_REPLIES = """() => {
  const real = window.fetch;
  window.answerReplies = null;
  const gate = new Promise((resolve) => { window.answerReplies = resolve; });
  window.fetch = async (url, options) => {
    if (String(url).includes("/reply")) await gate;
    return real(url, options);
  };
}"""
"""Holds replies back until ``answerReplies()``."""


async def test_what_is_written_while_a_message_is_on_its_way_is_kept(screen: Screen, mock: MockServer) -> None:
    arrive(mock)
    await screen.open(WHATSAPP)
    await box(screen.page).fill("first")
    await screen.page.evaluate(SLOW_REPLIES)

    await screen.press("Enter")
    await screen.page.keyboard.type("second")
    await screen.press("Enter")
    await screen.page.keyboard.type("third")
    await screen.page.evaluate("answerReplies()")

    await expect(bubbles(screen, ".is-in")).to_have_count(3)
    await expect(bubbles(screen, ".is-in").nth(1)).to_contain_text("first")
    await expect(bubbles(screen, ".is-in").nth(2)).to_contain_text("second")
    await expect(box(screen.page)).to_have_value("third")


async def test_what_was_sent_is_no_draft_for_who_left_before_the_answer(screen: Screen, mock: MockServer) -> None:
    arrive(mock)
    await screen.open(WHATSAPP)
    await box(screen.page).fill("first")
    await screen.page.evaluate(SLOW_REPLIES)

    await screen.press("Enter")
    await screen.page.evaluate("location.hash = location.hash.replace(/conversations[^?]*/, 'journal')")
    await expect(screen.page.get_by_role("heading", name="Journal", level=1)).to_be_visible()
    await screen.page.evaluate("answerReplies()")
    await screen.page.go_back()

    await expect(bubbles(screen, ".is-in").last).to_contain_text("first")
    await expect(box(screen.page)).to_have_value("")
