"""The view of clock & faults: time seen, set and advanced, and what is broken on purpose."""

import json
import re

import pytest
from playwright.async_api import Locator, expect

from mockserver.core.faults import KINDS
from mockserver.handle import MockServer
from tests.page.browser import NARROW, WIDE, Screen, Theme
from tests.page.seeding import HOSTILE, post, send

AT = "2026-03-01T09:30:00Z"


def button(screen: Screen, name: str) -> Locator:
    """Return a button of the view by its whole name."""
    return screen.main.get_by_role("button", name=name, exact=True)


def field(screen: Screen, name: str) -> Locator:
    """Return a field of the view by its whole label."""
    return screen.main.get_by_label(name, exact=True)


def now(screen: Screen) -> Locator:
    """Return the time that is shown."""
    return screen.main.get_by_role("timer")


async def choose(screen: Screen, name: str) -> None:
    """Choose one of the choices that stand side by side."""
    await screen.main.get_by_text(name, exact=True).click()


# Time


async def test_time_of_the_account_ticks(screen: Screen, mock: MockServer) -> None:
    mock.clock.set("real", AT)
    await screen.open("clock")

    await expect(now(screen)).to_have_text(re.compile("09:30:0[0-9]"))
    first = await now(screen).inner_text()
    await expect(now(screen)).not_to_have_text(first)

    await expect(screen.main).to_contain_text("1 March 2026")
    await expect(screen.main).to_contain_text("Clock of its own")


async def test_clock_is_stopped_at_a_moment_and_goes_back_to_the_servers(screen: Screen, mock: MockServer) -> None:
    await screen.open("clock")
    await expect(screen.main).to_contain_text("The server's clock")

    await choose(screen, "Stands still")
    await field(screen, "At (optional)").fill(AT)
    await screen.press("Enter")
    await expect(now(screen)).to_have_text("09:30:00")
    stopped = mock.clock.read()
    await button(screen, "Back to the server's clock").click()
    await expect(screen.main).to_contain_text("The server's clock")

    assert ("manual", "2026-03-01T09:30:00.000Z", True) == (stopped["mode"], stopped["at"], stopped["own"])
    assert ("real", False) == (mock.clock.read()["mode"], mock.clock.read()["own"])


async def test_clock_is_made_faster(screen: Screen, mock: MockServer) -> None:
    await screen.open("clock")

    await choose(screen, "Faster")
    await field(screen, "Times as fast").fill("3600")
    await button(screen, "Set the clock").click()
    await expect(screen.main).to_contain_text("3600 times as fast")

    assert "3600x" == mock.clock.read()["mode"]
    await expect(screen.page.get_by_role("region", name="Out of the ordinary")).to_contain_text("3600x")


@pytest.mark.parametrize(
    ("label", "wrong", "said"),
    [("At (optional)", "tomorrow", "Write it like 2026-03-29T00:59:30Z."), ("Times as fast", "soon", "mode is")],
)
async def test_wrong_setting_is_told_at_its_field(
    screen: Screen, mock: MockServer, label: str, wrong: str, said: str
) -> None:
    screen.allow_refusals()
    await screen.open("clock")
    await choose(screen, "Faster")

    await field(screen, label).fill(wrong)
    await button(screen, "Set the clock").click()

    await expect(field(screen, label)).to_have_attribute("aria-invalid", "true")
    hint = await field(screen, label).get_attribute("aria-describedby")
    await expect(screen.main.locator(f"#{hint}")).to_contain_text(said)
    assert "real" == mock.clock.read()["mode"]


async def test_clock_set_elsewhere_is_shown_at_once(screen: Screen, mock: MockServer) -> None:
    await screen.open("clock")

    mock.clock.freeze(AT)

    await expect(now(screen)).to_have_text("09:30:00")
    await expect(screen.main.get_by_role("radio", name="Stands still")).to_be_checked()


# Advancing


async def test_advance_tells_what_happened_and_where_to_look(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze(AT)
    uuid = send(mock)
    await screen.open("clock")
    await expect(screen.main).to_contain_text("Next due")

    await button(screen, "1h").click()

    await expect(screen.main.get_by_role("heading", name=re.compile("1 h later: [0-9]+ entries"))).to_be_visible()
    await expect(now(screen)).to_have_text("10:30:00")
    happened = screen.main.get_by_role("region", name="What happened")
    await expect(happened).to_contain_text(re.compile("sms text to [0-9]+ is delivered"))
    await expect(happened.get_by_role("link", name="message").first).to_have_attribute(
        "href", f"#/messages/{uuid}?account={mock.api_key}"
    )
    await happened.get_by_role("link", name="is delivered").first.click()
    assert (await screen.hash()).startswith("/journal/")


async def test_clock_goes_to_what_is_due_next_and_no_further(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze(AT)
    uuid = send(mock)
    mock.settle()
    await screen.open("clock")

    await button(screen, "To the next thing due").click()
    await expect(screen.main.get_by_role("heading", name=re.compile("later"))).to_be_visible()

    assert "delivered" == mock.message(uuid).status
    assert mock.clock.read()["at"].startswith("2026-03-01T09:30:00.01")


async def test_custom_length_is_advanced_by_and_a_wrong_one_told(screen: Screen, mock: MockServer) -> None:
    screen.allow_refusals()
    mock.clock.freeze(AT)
    await screen.open("clock")
    by = field(screen, "By")

    await by.fill("1 fortnight")
    await button(screen, "Advance").click()
    await expect(screen.main).to_contain_text("by is '1 fortnight', no duration")
    await expect(by).to_have_attribute("aria-invalid", "true")
    await by.fill("1h30m")
    await screen.press("Enter")

    await expect(screen.main.get_by_role("heading", name="1 h 30 min later: no entries")).to_be_visible()
    await expect(now(screen)).to_have_text("11:00:00")


async def test_clock_that_runs_must_be_stopped_before_it_is_advanced(screen: Screen, mock: MockServer) -> None:
    await screen.open("clock")
    await expect(button(screen, "24h")).to_be_disabled()

    await button(screen, "Stop it now").click()

    await expect(button(screen, "24h")).to_be_enabled()
    assert "manual" == mock.clock.read()["mode"]


async def test_long_advance_shows_the_first_and_leads_to_the_rest(screen: Screen, mock: MockServer) -> None:
    mock.clock.freeze(AT)
    for _ in range(60):
        send(mock)
    await screen.open("clock")

    await button(screen, "24h").click()

    await expect(screen.main.get_by_role("link", name="stand in the journal")).to_be_visible()
    assert 200 == await screen.main.get_by_role("region", name="What happened").get_by_role("listitem").count()


# Faults


async def test_common_fault_is_a_click_away_and_counts_what_it_hit(screen: Screen, mock: MockServer) -> None:
    await screen.open("clock")

    await button(screen, "429 once").click()
    fault = screen.main.get_by_role("list", name=re.compile("Faults")).get_by_role("listitem")
    await expect(fault).to_contain_text("hit 0 of 0")
    await expect(screen.page.get_by_role("region", name="Out of the ordinary")).to_contain_text("answers status")
    refused, taken = (post_sms(mock) for _ in range(2))

    await expect(fault).to_contain_text("hit 1 of 2")
    await expect(fault).to_contain_text("spent")
    assert (429, 202) == (refused, taken)
    await expect(screen.page.get_by_role("region", name="Out of the ordinary")).to_be_empty()


def post_sms(mock: MockServer) -> int:
    """Send a text; return the HTTP status."""
    body = {"channel": "sms", "message_type": "text", "to": "447700900151", "from": "ACME", "text": "Hi"}
    return post(mock, "/v1/messages", body)[0]


async def test_every_common_fault_is_taken_by_the_server(screen: Screen, mock: MockServer) -> None:
    await screen.open("clock")
    groups = screen.main.get_by_role("group", name=re.compile("Answers to|Webhooks you"))
    presets = groups.get_by_role("button")
    await expect(presets).to_have_count(12)

    for at in range(await presets.count()):
        await presets.nth(at).click()
        await expect(screen.main.locator(".fault")).to_have_count(at + 1)

    listed = mock.faults.list()
    assert {"answers", "webhooks"} == {each["on"] for each in listed}
    assert {"event": "delivered"} == next(each for each in listed if each["do"] == "drop")["when"]


async def test_fault_is_mended_alone_added_again_and_all_are_mended(screen: Screen, mock: MockServer) -> None:
    mock.faults.add("webhooks", "drop", next=1)
    mock.faults.add("answers", "latency", delay={"min": 1, "max": 3}, when={"channel": ["sms", "mms"]})
    await screen.open("clock")
    await expect(screen.main).to_contain_text("min 1 s, max 3 s")
    await expect(screen.main).to_contain_text("channel sms or mms")

    await button(screen, "Mend webhooks: drop (f1)").click()
    await expect(screen.main.locator(".fault")).to_have_count(1)
    await button(screen, "Again: answers: latency (f2)").click()
    await expect(screen.main.locator(".fault")).to_have_count(2)
    again = mock.faults.list()
    await button(screen, "Mend all").click()
    await expect(screen.main.locator(".fault")).to_have_count(0)

    assert [{"min": 1.0, "max": 3.0}] * 2 == [each["delay"] for each in again]
    assert [] == mock.faults.list()


async def test_form_offers_what_the_kind_takes_and_sends_what_it_shows(screen: Screen, mock: MockServer) -> None:
    await screen.open("clock")
    await button(screen, "Break something").click()

    await choose(screen, "Webhooks")
    await field(screen, "Do").select_option("trickle")
    await field(screen, "over").fill("3s")
    await field(screen, "tries").fill("1")
    await button(screen, "Condition").click()
    await field(screen, "Test of condition 1").select_option("one_of")
    await field(screen, "Value of condition 1").fill("delivered, read")
    await button(screen, "Condition").click()
    await field(screen, "Field of condition 2").select_option("json")
    await field(screen, "Path of condition 2").fill("to")
    await field(screen, "Test of condition 2").select_option("starts_with")
    await field(screen, "Value of condition 2").fill("4477")
    await field(screen, "Which of them").select_option("probability")
    await field(screen, "probability").fill("0.5")
    shown = json.loads(await screen.main.get_by_role("region", name="what is sent").inner_text())
    await button(screen, "Break it").click()
    await expect(screen.main.locator(".fault")).to_contain_text("50 % of them")

    (fault,) = mock.faults.list()
    assert {"event": ["delivered", "read"], "json": {"to": {"starts_with": "4477"}}} == fault["when"]
    assert (3.0, 1, 0.5) == (fault["over"], fault["tries"], fault["probability"])
    assert "3s" == shown["over"]
    await expect(screen.main.get_by_role("form", name="Break something")).to_have_count(0)


async def test_form_keeps_what_is_filled_in_until_it_is_added(screen: Screen) -> None:
    await screen.open("clock")
    await button(screen, "Break something").click()
    await field(screen, "Do").select_option("throttle")
    await field(screen, "per s (this or that)").fill("3")

    await screen.open("journal")
    await screen.open("clock")
    await button(screen, "Break something").click()
    await expect(field(screen, "per s (this or that)")).to_have_value("3")

    await button(screen, "Break it").click()
    await expect(screen.main.get_by_role("form", name="Break something")).to_have_count(0)
    await button(screen, "Break something").click()
    await expect(field(screen, "Do")).to_have_value("status")


async def test_form_knows_every_kind_there_is(screen: Screen) -> None:
    await screen.open("clock")
    await button(screen, "Break something").click()

    offered = {"answers": await screen.main.locator("option").all_inner_texts()}
    await choose(screen, "Webhooks")
    offered["webhooks"] = await screen.main.locator("option").all_inner_texts()

    for each in KINDS:
        assert each.name.replace("_", " ") in offered[each.on]


@pytest.mark.parametrize(
    ("kind", "label", "written", "said"),
    [
        ("status", "status (this or that)", "9", "status is 9. Write a whole number from 200 to 599."),
        ("status", "problem (this or that)", "throtled", "Did you mean throttled?"),
        ("status", "status (this or that)", "", "status needs status or problem. Give status."),
        ("latency", "delay (needed)", "soon", "no duration"),
        ("latency", "delay (needed)", "", "latency needs delay. Give delay."),
        ("latency", "delay (needed)", '{"min": "3s", "max": "1s"}', "Write the shorter times before the longer ones."),
        ("throttle", "per s (this or that)", "-1", "Write a number above 0."),
    ],
)
async def test_mistake_is_told_at_its_field_in_the_words_of_the_api(
    screen: Screen, mock: MockServer, kind: str, label: str, written: str, said: str
) -> None:
    screen.allow_refusals()
    await screen.open("clock")
    await button(screen, "Break something").click()
    await field(screen, "Do").select_option(kind)

    await field(screen, label).fill(written)
    await button(screen, "Break it").click()

    hint = await field(screen, label).get_attribute("aria-describedby")
    await expect(screen.main.locator(f"#{hint}")).to_contain_text(said)
    await expect(field(screen, label)).to_have_attribute("aria-invalid", "true")
    assert [] == mock.faults.list()


async def test_wrong_condition_and_choice_are_told_where_they_stand(screen: Screen) -> None:
    screen.allow_refusals()
    await screen.open("clock")
    await button(screen, "Break something").click()
    await field(screen, "status (this or that)").fill("503")

    await button(screen, "Condition").click()
    await field(screen, "Field of condition 1").select_option("text")
    await field(screen, "Test of condition 1").select_option("matches")
    await field(screen, "Value of condition 1").fill("(")
    await button(screen, "Break it").click()
    await expect(screen.main.get_by_role("group", name="What it is done to").get_by_role("alert")).to_contain_text(
        "text"
    )
    await button(screen, "Remove condition 1").click()
    await field(screen, "Which of them").select_option("nth")
    await field(screen, "nth").fill("0")
    await button(screen, "Break it").click()

    await expect(field(screen, "nth")).to_have_attribute("aria-invalid", "true")
    await expect(screen.main).to_contain_text("nth is 0. Write a whole number from 1.")


async def test_hostile_fault_is_only_text(screen: Screen, mock: MockServer) -> None:
    for text in HOSTILE:
        mock.faults.add("answers", "status", status=500, body=text, when={"text": {"contains": text}})

    await screen.wear("light", NARROW)
    await screen.open("clock")
    await expect(screen.main.locator(".fault")).to_have_count(len(HOSTILE))

    assert await screen.page.evaluate("window.pwned") is None
    assert 0 == await screen.main.locator(".fault img, .fault script").count()
    assert 0 == await screen.overflow()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_nothing_is_in_the_way_of_people(
    screen: Screen, mock: MockServer, theme: Theme, size: tuple[int, int]
) -> None:
    screen.allow_refusals()
    await screen.wear(theme, size)
    mock.clock.freeze(AT)
    send(mock)
    mock.faults.add("webhooks", "drop", next=1)
    await screen.open("clock")
    await button(screen, "1h").click()
    await expect(screen.main.get_by_role("region", name="What happened")).to_be_visible()
    await button(screen, "Break something").click()
    await field(screen, "status (this or that)").fill("9")
    await button(screen, "Condition").click()
    await button(screen, "Break it").click()
    await expect(field(screen, "status (this or that)")).to_have_attribute("aria-invalid", "true")

    assert [] == await screen.barriers()
    assert 0 == await screen.overflow()
    await screen.shot(f"clock-{theme}-{size[0]}")


async def test_clock_is_set_by_keys_alone(screen: Screen, mock: MockServer) -> None:
    await screen.open("clock")

    await screen.main.get_by_role("radio", name="Real").focus()
    await screen.press("ArrowRight", "Tab", "Tab", "Enter")

    await expect(button(screen, "24h")).to_be_enabled()
    assert "manual" == mock.clock.read()["mode"]
