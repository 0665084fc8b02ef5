"""Explain: a body is judged while it is typed, its places marked, mended by a press, and sent for real."""

import json
from itertools import product

import pytest
from playwright.async_api import Locator, expect

from mockserver.contract.specs import load_specs
from mockserver.handle import MockServer
from mockserver.model import Json
from mockserver.wire.signing import basic_header
from tests.page.browser import NARROW, THEMES, WIDE, Screen
from tests.page.seeding import HOSTILE, USER, post

VALID = {"channel": "sms", "message_type": "text", "to": USER, "from": "ACME", "text": "Hi"}
BROKEN = {**VALID, "to": f"+{USER}"}
ROWS = [row for row in load_specs().capabilities.rows if row.direction == "outbound" and row.is_supported]


def box(screen: Screen) -> Locator:
    """Return the box of the body."""
    return screen.main.get_by_label("Body to judge, as JSON")


def verdict(screen: Screen) -> Locator:
    """Return the line that says what would become of the body."""
    return screen.main.locator(".explain-summary")


async def body_in(screen: Screen) -> Json:
    """Return the body as it stands in the box."""
    return json.loads(await box(screen).input_value())


async def test_empty_view_offers_bodies_to_begin_with(screen: Screen) -> None:
    await screen.open("explain")

    await screen.main.get_by_role("button", name="v1 SMS text").click()

    await expect(verdict(screen)).to_contain_text("This body is valid")
    assert "sms" == (await body_in(screen))["channel"]


async def test_body_is_judged_while_it_is_typed(screen: Screen) -> None:
    await screen.open("explain")

    await box(screen).fill(json.dumps(VALID))
    await expect(verdict(screen)).to_contain_text("This body is valid")
    await box(screen).fill(json.dumps(BROKEN))

    await expect(verdict(screen)).to_contain_text("Refused: Invalid recipient")
    await expect(verdict(screen)).to_contain_text("422")
    await expect(verdict(screen)).to_contain_text("Judged as a Messages v1 body: SMS text")


async def test_lines_that_break_a_rule_or_are_odd_are_marked(screen: Screen) -> None:
    await screen.open("explain", body=json.dumps({**BROKEN, "odd": 1}, indent=1))

    await expect(screen.main.locator(".explain-line.is-bad")).to_have_text(["4"])
    await expect(screen.main.locator(".explain-line.is-warn")).to_have_text(["7"])


async def test_missing_member_is_marked_where_it_should_be(screen: Screen) -> None:
    text = """{"from": {"type": "sms", "number": "447700900152"},
"to": {
"type": "sms"},
"message": {"content": {"type": "text", "text": "Hi"}}}"""
    await screen.open("explain", body=text)

    await expect(screen.main.locator(".explain-line.is-bad")).to_have_text(["2"])


async def test_text_that_is_no_json_is_marked_where_it_breaks(screen: Screen) -> None:
    await screen.open("explain", body='{\n"channel": "sms",\n"text" "Hi"}')

    await expect(verdict(screen)).to_contain_text("Refused")
    await expect(screen.main.locator(".explain-line.is-bad")).to_have_text(["3"])


async def test_field_pressed_is_gone_to_in_the_body(screen: Screen) -> None:
    await screen.open("explain", body=json.dumps(BROKEN, indent=2))

    await screen.main.get_by_role("list", name="Broken rules").get_by_role("button", name="to").click()

    await expect(box(screen)).to_be_focused()
    chosen = await box(screen).evaluate("(box) => box.value.slice(box.selectionStart, box.selectionEnd)")
    assert f'"to": "+{USER}",' == chosen


async def test_nearest_valid_form_is_used_by_a_press(screen: Screen) -> None:
    await screen.open("explain", body=json.dumps(BROKEN))
    nearest = screen.main.get_by_label("Nearest valid form", exact=True)
    await expect(nearest.locator(".mark-info")).to_contain_text(f'was "+{USER}"')

    await screen.main.get_by_role("button", name="Use the nearest valid form").click()

    await expect(verdict(screen)).to_contain_text("This body is valid")
    assert await body_in(screen) == VALID


async def test_version_and_method_are_chosen_and_stand_in_the_address(screen: Screen) -> None:
    await screen.open("explain", body='{"status": "rea"}')
    await expect(verdict(screen)).to_contain_text("v0.1")

    await screen.main.get_by_label("Method").select_option("PATCH")

    await expect(verdict(screen)).to_contain_text("of a PATCH")
    assert "method=PATCH" in await screen.hash()
    await screen.main.get_by_label("Version").select_option("v1")
    await expect(verdict(screen)).to_contain_text("v1")
    assert "version=v1" in await screen.hash()


async def test_address_holds_the_body_so_that_it_can_be_sent_on(screen: Screen) -> None:
    await screen.open("explain")
    await box(screen).fill(json.dumps(BROKEN))
    await expect(verdict(screen)).to_contain_text("Refused")
    address = await screen.page.evaluate("location.href")

    await screen.page.goto("about:blank")
    await screen.page.goto(address)

    await expect(verdict(screen)).to_contain_text("Invalid recipient")
    assert await body_in(screen) == BROKEN


async def test_another_address_brings_another_body(screen: Screen) -> None:
    await screen.open("explain", body='{"a": 1}')
    await expect(verdict(screen)).to_be_visible()

    await screen.page.goto(screen.address("explain", body='{"b": 2}'))

    await expect(box(screen)).to_have_value('{\n  "b": 2\n}')


async def test_there_is_a_valid_example_of_every_channel_and_kind(screen: Screen, mock: MockServer) -> None:
    await screen.open("explain")
    start = screen.main.get_by_label("Start from")
    await expect(start.locator("optgroup")).to_have_count(13)
    options = await start.locator("optgroup option").all_text_contents()

    assert len(ROWS) + 4 == len(options)
    bodies: Json = await screen.page.evaluate("""async () => {
      const { fetchRules, groupsOf, bodyOf } = await import("/_page/views/explain/examples.js");
      const examples = groupsOf(await fetchRules()).flatMap((each) => each.examples);
      return Promise.all(examples.map(async (each) => ({ ...each, body: await bodyOf(each) })));
    }""")
    for each in bodies:
        judged = mock.explain(each["body"], version=each["version"], method=each["method"])
        assert judged["valid"], (each["id"], judged["violations"])


async def test_example_chosen_stands_in_the_box(screen: Screen) -> None:
    await screen.open("explain")

    await screen.main.get_by_label("Start from").select_option("v0.1 WhatsApp location (custom)")

    await expect(verdict(screen)).to_contain_text("This body is valid")
    assert "location" == (await body_in(screen))["message"]["content"]["custom"]["type"]
    assert "version=v0.1" in await screen.hash()


async def test_findings_are_told_of_a_valid_body(screen: Screen) -> None:
    await screen.open("explain", body=json.dumps({**VALID, "odd": 1}))

    await expect(verdict(screen)).to_contain_text("This body is valid")
    await expect(screen.main.get_by_role("list", name="Findings")).to_contain_text("`odd` is not a member")


async def test_text_is_laid_out_and_cleared(screen: Screen) -> None:
    await screen.open("explain")
    await box(screen).fill(json.dumps(VALID))

    await screen.main.get_by_role("button", name="Format").click()
    await expect(box(screen)).to_have_value(json.dumps(VALID, indent=2))
    await screen.main.get_by_role("button", name="Clear", exact=True).click()

    await expect(box(screen)).to_have_value("")
    await expect(screen.main).to_contain_text("Would the API take it?")


# Sending


async def test_body_is_sent_for_real_and_leads_to_its_message(screen: Screen, mock: MockServer) -> None:
    await screen.open("explain", body=json.dumps({**VALID, "text": "From the page"}))

    await screen.main.get_by_label("Secret of").fill(mock.api_secret)
    await screen.main.get_by_role("button", name="Send", exact=True).click()

    answer = screen.main.locator(".explain-send").get_by_role("status")
    await expect(answer).to_contain_text("202")
    uuid = mock.wait_for(text="From the page").uuid
    await answer.get_by_role("link").first.click()
    await expect(screen.main.get_by_role("article")).to_contain_text("From the page")
    assert (await screen.hash()).startswith(f"/messages/{uuid}")


async def test_wrong_secret_is_answered_as_the_api_does(screen: Screen, mock: MockServer) -> None:
    screen.allow_refusals()
    await screen.open("explain", body=json.dumps(VALID))

    await screen.main.get_by_label("Secret of").fill("wrong")
    await screen.main.get_by_role("button", name="Send", exact=True).click()

    await expect(screen.main.locator(".explain-send").get_by_role("status")).to_contain_text("401")
    mock.assert_nothing_sent()


async def test_account_that_takes_any_secret_needs_none(screen: Screen, mock: MockServer) -> None:
    key = f"{mock.api_key[:6]}zz"
    post(mock, "/v1/messages", VALID, authorization=basic_header(key, "any"))

    await screen.open("explain", account=key, body=json.dumps({**VALID, "text": "Any"}))
    await screen.main.get_by_role("button", name="Send", exact=True).click()

    await expect(screen.main.locator(".explain-send").get_by_role("status")).to_contain_text("202")


async def test_update_is_sent_to_the_message_named(screen: Screen, mock: MockServer) -> None:
    arrived = mock.inbound("whatsapp", text="Hi", from_=USER, to="447700900152", version="v1")
    await screen.open("explain", body='{"status": "read"}', method="PATCH")

    await screen.main.get_by_label("Secret of").fill(mock.api_secret)
    await screen.main.get_by_label("Message", exact=True).fill(arrived["message_uuid"])
    await screen.main.get_by_role("button", name="Send", exact=True).click()

    await expect(screen.main.locator(".explain-send").get_by_role("status")).to_contain_text("202")
    assert ["read"] == [each["status"] for each in mock.message(arrived)["updates"]]


async def test_curl_line_sends_the_same(screen: Screen, mock: MockServer) -> None:
    await screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await screen.open("explain", body=json.dumps({**VALID, "text": "it's"}))

    await screen.main.get_by_label("Secret of").fill("s3cret")
    await screen.main.get_by_role("button", name="Copy as curl").click()

    await expect(screen.page.locator(".toast")).to_contain_text("Copied")
    copied = await screen.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -u {mock.api_key}:s3cret")
    assert "it'\\''s" in copied
    assert copied.endswith(f"{mock.url}/v1/messages")


# For everybody


async def test_verdict_has_no_barriers(screen: Screen) -> None:
    await screen.open("explain", body=json.dumps({**BROKEN, "odd": 1}, indent=1))
    await screen.is_settled()
    await expect(verdict(screen)).to_be_visible()

    for theme, size in product(THEMES, (WIDE, NARROW)):
        await screen.wear(theme, size)
        assert [] == await screen.barriers(), (theme, size)
        assert 0 == await screen.overflow(), (theme, size)


async def test_hostile_bodies_are_only_text(screen: Screen) -> None:
    await screen.wear("dark", NARROW)
    for text in HOSTILE:
        body = json.dumps({**BROKEN, text: text, "to": text, "channel": text, "zz]": text})
        await screen.open("explain", body=body)

        await expect(screen.main.get_by_role("list", name="Broken rules")).to_contain_text("channel")
        assert json.loads(body) == await body_in(screen)

        assert await screen.page.evaluate("window.pwned") is None
        assert 0 == await screen.page.locator("main img, main iframe, main script").count()
        assert 0 == await screen.overflow()


async def test_body_is_laid_out_as_it_was_written(screen: Screen) -> None:
    """Read and written anew, its long number would be another one, and its first `to` would be gone."""
    await screen.open("explain", body=r'{"to":1,"to":447700900123447700900123,"a":{"b":[]},"text":"\u00e9, {x}\""}')

    await expect(box(screen)).to_have_value(
        '{\n  "to": 1,\n  "to": 447700900123447700900123,\n  "a": {\n    "b": []\n  },\n'
        r'  "text": "\u00e9, {x}\""' + "\n}"
    )
    await expect(screen.main.get_by_label("Findings")).to_contain_text("repeated key")


async def test_body_that_nests_without_an_end_is_refused_as_any_other(screen: Screen) -> None:
    await screen.open("explain", body="[" * 4000 + "]" * 4000)

    await expect(verdict(screen)).to_contain_text("Refused")
    await expect(screen.main).to_contain_text("nested deeper than 100 levels")


@pytest.mark.parametrize(
    "text", ['{"mine": true}', '"' + "x" * 25_000 + '"'], ids=["short", "too long for the address"]
)
async def test_text_is_still_there_for_who_comes_back(screen: Screen, text: str) -> None:
    await screen.open("explain")
    box = screen.main.get_by_role("textbox").first
    await box.fill(text)
    await expect(screen.main.get_by_role("heading", name="Send it")).to_be_visible()

    await screen.page.get_by_role("link", name="Rules", exact=True).click()
    await expect(screen.page.get_by_role("heading", name="Rules", level=1)).to_be_visible()
    await screen.page.get_by_role("link", name="Explain", exact=True).click()

    await expect(box).to_have_value(text)
