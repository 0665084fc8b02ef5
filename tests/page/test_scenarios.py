"""The view of scenarios: loaded with their mistakes shown, run, watched as they move, and what came of them."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from mockserver.handle import MockServer
from tests.page.browser import NARROW, WIDE, Screen, Theme
from tests.page.seeding import HOSTILE, post, send

TALK = """
scenario: talk
about: A reminder is sent, and the user answers.
machines:
  consent: {key: "${message.to}", initial: unknown, states: [unknown, confirmed]}
rules:
  - id: reminder
    when: {text: {contains: reminder}}
    capture: {uuid: message.uuid, who: message.to}
    set: {consent: confirmed}
  - {id: never, when: {text: zebra}}
timeline:
  - await: {rule: reminder, within: 60s}
  - name: the user agrees
    inbound: {channel: sms, from: "${who}", to: "447700900010", text: "yes"}
  - await: {rule: reminder, count: 2, within: 60s}
verify:
  - {name: two reminders, messages: {direction: outbound}, count: 2}
  - {violations: 0}
""".strip()
FAILS = """
scenario: fails
timeline:
  - expect: {messages: {text: bye}}
  - sleep: 1s
verify: [{violations: 0}]
""".strip()
RULES = """
scenario: rules
about: Rules without a timeline.
rules: [{id: busy, when: {channel: sms, times: 1}, respond: {problem: throttled}}]
verify:
  - {messages: {channel: sms}, count: 1}
  - {requests: {status: 429}, count: 1}
""".strip()
BROKEN = TALK.replace("contains: reminder", "contain: reminder").replace(
    "within: 60s}\n  - name", "within: 60ss}\n  - name"
)


def button(screen: Screen, name: str) -> Locator:
    """Return a button of the view by its whole name."""
    return screen.main.get_by_role("button", name=name, exact=True)


def link(screen: Screen, name: str) -> Locator:
    """Return a link of the view by its whole name."""
    return screen.main.get_by_role("link", name=name, exact=True)


def steps(screen: Screen) -> Locator:
    """Return the steps of the scenario that is looked at."""
    return screen.main.get_by_role("region", name="Steps", exact=True).locator(".step")


def checks(screen: Screen) -> Locator:
    """Return its checks."""
    return screen.main.get_by_role("region", name="Checks at the end").locator(".step")


def editor(screen: Screen) -> Locator:
    """Return where the text is written."""
    return screen.main.get_by_label(re.compile("of the scenario$"))


def load(mock: MockServer, text: str, *, start: bool = False) -> None:
    """Load a scenario into the account."""
    mock.ask("POST", "scenarios", text, start="true" if start else "false", name="talk.yaml")


async def ran(screen: Screen, outcome: str) -> None:
    """Wait until the scenario that is looked at came to an end."""
    await expect(screen.main.get_by_role("status").filter(has_text=outcome).first).to_be_visible()


# Loading


async def test_empty_view_teaches_a_scenario_that_can_be_run(screen: Screen, mock: MockServer) -> None:
    await screen.open("scenarios")
    await expect(screen.main).to_contain_text("scenarios/")

    await link(screen, "Put it into the editor").click()
    await button(screen, "Load and start").click()
    await expect(steps(screen).first).to_contain_text("rule sms decides, within 2m")
    send(mock)

    await ran(screen, "passed")
    assert "/scenarios/first" == (await screen.hash()).split("?")[0]


async def test_pasted_text_is_loaded_without_being_started(screen: Screen, mock: MockServer) -> None:
    await screen.open("scenarios")
    await link(screen, "Load a scenario").click()

    await editor(screen).fill(TALK)
    await button(screen, "Load only").click()

    await expect(screen.main.get_by_role("heading", name="talk", exact=True)).to_be_visible()
    await expect(screen.main.get_by_role("option", name="talk")).to_contain_text("loaded")
    assert ["loaded"] == [each["outcome"] for each in mock.ask("GET", "scenarios")["scenarios"]]


async def test_file_is_chosen_and_names_the_places_of_mistakes(
    screen: Screen, mock: MockServer, tmp_path: Path
) -> None:
    file = tmp_path / "story.yaml"
    file.write_text(TALK, encoding="utf-8")
    await screen.open("scenarios", load="new")

    await screen.main.get_by_label("File of a scenario").set_input_files(file)
    await expect(editor(screen)).to_have_value(TALK)
    await button(screen, "Load only").click()

    await expect(screen.main.get_by_role("heading", name="talk", exact=True)).to_be_visible()
    assert "story.yaml" == mock.ask("GET", "scenarios/talk")["source"]


async def test_every_mistake_is_listed_and_its_line_marked(screen: Screen, mock: MockServer) -> None:
    screen.allow_refusals()
    await screen.open("scenarios", load="new")

    await editor(screen).fill(BROKEN)
    await button(screen, "Load and start").click()

    mistakes = screen.main.get_by_role("alert", name="Mistakes").get_by_role("listitem")
    await expect(mistakes).to_have_count(2)
    await expect(mistakes.nth(0)).to_contain_text("rules[0].when.text.contain is not known.")
    await expect(mistakes.nth(0)).to_contain_text("Did you mean contains?")
    await expect(mistakes.nth(0).locator("mark")).to_have_text("contain")
    await expect(mistakes.nth(1).locator("mark")).to_have_text("60ss")
    assert ["7", "12"] == await screen.main.locator(".editor-number.is-bad").all_inner_texts()
    assert [] == mock.ask("GET", "scenarios")["scenarios"]


async def test_place_of_a_mistake_leads_into_the_text_and_mending_takes_the_marks_away(screen: Screen) -> None:
    screen.allow_refusals()
    await screen.open("scenarios", load="new")
    await editor(screen).fill(BROKEN)
    await button(screen, "Load only").click()

    await screen.main.get_by_role("button", name=re.compile("^Line 12, column")).click()
    selected = await editor(screen).evaluate("(each) => each.value.slice(each.selectionStart, each.selectionEnd)")
    await screen.page.keyboard.type("60s")

    assert "60ss" == selected
    await expect(screen.main.locator(".editor-number.is-bad")).to_have_count(0)
    assert "within: 60s}" in await editor(screen).input_value()


async def test_text_that_is_no_yaml_is_told_with_its_line(screen: Screen) -> None:
    screen.allow_refusals()
    await screen.open("scenarios", load="new")

    await editor(screen).fill("scenario: x\nrules: [\n")
    await button(screen, "Load only").click()

    await expect(screen.main.get_by_role("alert", name="Mistakes")).to_contain_text("This is not YAML")
    await expect(screen.main.locator(".editor-number.is-bad")).to_have_text("3")


async def test_variables_are_set_and_a_wrong_one_is_told_at_its_field(screen: Screen, mock: MockServer) -> None:
    screen.allow_refusals()
    await screen.open("scenarios", load="new")
    variables = screen.main.get_by_label("Variables (optional)")

    await editor(screen).fill('scenario: v\nvars: {to: "1"}\nrules: [{id: r, when: {to: "${vars.to}"}}]\n')
    await variables.fill("to")
    await button(screen, "Load only").click()
    await expect(screen.main).to_contain_text("set is 'to'. Write it like set=clinic=447700900010.")
    await expect(variables).to_have_attribute("aria-invalid", "true")
    await variables.fill("to=447700900151")
    await button(screen, "Load and start").click()
    await expect(screen.main.get_by_role("heading", name="v", exact=True)).to_be_visible()
    send(mock)

    assert 1 == mock.ask("GET", "scenarios/v")["rules"][0]["decided"]


async def test_scenario_of_the_same_name_is_replaced_if_one_wants_so(screen: Screen, mock: MockServer) -> None:
    screen.allow_refusals()
    load(mock, TALK)
    await screen.open("scenarios", load="new")

    await editor(screen).fill(TALK.replace("A reminder is sent", "Another text"))
    await button(screen, "Load only").click()
    await expect(screen.main).to_contain_text("scenario talk is loaded in account")
    await button(screen, "Replace it").click()

    await expect(screen.main.get_by_role("paragraph").filter(has_text="Another text")).to_be_visible()
    assert mock.ask("GET", "scenarios/talk")["about"].startswith("Another text")


async def test_text_loaded_here_can_be_changed_and_put_back(screen: Screen, mock: MockServer) -> None:
    await screen.open("scenarios", load="new")
    await editor(screen).fill(TALK)
    await button(screen, "Load only").click()

    await link(screen, "Replace the text").click()
    await expect(editor(screen)).to_have_value(TALK)
    await editor(screen).fill(TALK.replace("within: 60s", "within: 90s"))
    await button(screen, "Replace only").click()

    await expect(steps(screen).first).to_contain_text("within 90s")
    assert "rule reminder decides, within 90s" == mock.ask("GET", "scenarios/talk")["timeline"][0]["about"]


# Running


async def test_steps_move_as_it_runs_and_it_passes(screen: Screen, mock: MockServer) -> None:
    load(mock, TALK)
    await screen.open("scenarios/talk")
    await expect(steps(screen)).to_have_text([re.compile("to come")] * 3)

    await button(screen, "Run").click()
    await expect(steps(screen).nth(0)).to_contain_text("under way")
    await expect(steps(screen).nth(0)).to_contain_text("rule reminder decides, within 1m")
    send(mock, text="a reminder")
    await expect(steps(screen).nth(0)).to_contain_text("rule reminder decided once")
    await expect(steps(screen).nth(1)).to_contain_text("passed: 2inboundthe user agrees")
    await expect(steps(screen).nth(2)).to_contain_text("under way")
    await expect(screen.main.get_by_role("option", name="talk")).to_contain_text("2 of 3 steps")
    send(mock, text="a reminder")

    await ran(screen, "passed")
    await expect(checks(screen)).to_contain_text(
        [re.compile("passed: 1verify.*two reminders"), "violations: none found"]
    )


async def test_rules_count_and_what_nearly_fitted_is_told(screen: Screen, mock: MockServer) -> None:
    load(mock, TALK, start=True)
    await screen.open("scenarios/talk")
    rows = screen.main.get_by_role("region", name="Rules", exact=True).get_by_role("row")

    send(mock, text="a remider")
    await expect(rows.nth(1)).to_contain_text('found "a remider"')
    uuid = send(mock, text="a reminder")

    await expect(rows.nth(1).get_by_role("cell").nth(1)).to_have_text("1")
    await expect(rows.nth(2).get_by_role("cell").nth(1)).to_have_text("0")
    decisions = screen.main.get_by_role("region", name="Decisions")
    await expect(decisions.get_by_role("link", name="reminder decides: accepted")).to_be_visible()
    await expect(decisions.get_by_role("link", name=re.compile("^message"))).to_have_attribute(
        "href", re.compile(f"^#/messages/{uuid}")
    )


async def test_what_it_remembers_is_shown_and_a_machine_moved(screen: Screen, mock: MockServer) -> None:
    load(mock, TALK, start=True)
    await screen.open("scenarios/talk")
    remembered = screen.main.get_by_role("region", name="Remembered", exact=True)
    await expect(remembered).to_contain_text("unknown")

    uuid = send(mock, text="a reminder")
    machine = remembered.get_by_label("State of consent for 447700900151")
    await expect(machine).to_have_value("confirmed")
    await expect(remembered.get_by_role("link", name=uuid)).to_be_visible()
    await machine.select_option("unknown")
    await expect(screen.page.get_by_text("consent of 447700900151 is unknown")).to_be_visible()

    assert {"447700900151": "unknown"} == mock.ask("GET", "scenarios/talk/state")["machines"]["consent"]


async def test_failed_step_says_what_was_found_what_expected_and_what_came_nearest(
    screen: Screen, mock: MockServer
) -> None:
    load(mock, FAILS)
    await screen.open("scenarios/fails")
    await expect(steps(screen)).to_have_count(2)
    post(mock, "/v1/messages", {"channel": "sms", "to": "x"})
    mock.ask("POST", "scenarios/fails/start")
    await ran(screen, "failed")

    load(mock, FAILS.replace("fails", "near").replace("{text: bye}}", "{text: bye}, within: 1s}"), start=True)
    uuid = send(mock, text="Hi")
    await screen.open("scenarios/near")
    await ran(screen, "failed")

    failed = steps(screen).nth(0)
    await expect(failed).to_contain_text('messages with text "bye": none found, expected at least 1')
    await expect(failed.locator(".difference").first).to_have_text(re.compile(r'text\s*found "Hi"\s*expected "bye"'))
    await expect(failed.get_by_role("link", name="is delivered: Hi")).to_have_attribute(
        "href", re.compile(f"^#/messages/{uuid}")
    )
    await expect(steps(screen).nth(1)).to_contain_text("skipped")
    await expect(screen.main.get_by_role("region", name="Steps")).to_contain_text("1 of 2, 1 skipped")
    await expect(screen.main.locator(".scenario-row").first).to_contain_text("1 of 2 steps")
    await expect(steps(screen).first.locator(".step-why")).not_to_be_empty()
    await expect(checks(screen).nth(0)).to_contain_text("skipped")
    await expect(screen.main).to_contain_text("Step 1 failed.")


async def test_failed_check_is_told_at_the_top_and_at_its_place(screen: Screen, mock: MockServer) -> None:
    load(mock, RULES, start=True)
    await screen.open("scenarios/rules")

    await button(screen, "Finish and judge").click()
    await ran(screen, "failed")

    await expect(screen.main).to_contain_text("Check 1, messages, failed.")
    await expect(checks(screen).nth(0)).to_contain_text("there are no messages at all, expected exactly 1")


async def test_rules_without_a_timeline_are_started_judged_and_stopped(screen: Screen, mock: MockServer) -> None:
    load(mock, RULES)
    await screen.open("scenarios/rules")

    await button(screen, "Start").click()
    await expect(button(screen, "Stop")).to_be_visible()
    send_status = post(mock, "/v1/messages", BODY)[0]
    send(mock)
    await button(screen, "Finish and judge").click()
    await ran(screen, "passed")
    await button(screen, "Start").click()
    await button(screen, "Stop").click()
    await ran(screen, "stopped")

    assert 429 == send_status
    await expect(screen.main).to_contain_text("Stopped: it was stopped.")


BODY = {"channel": "sms", "message_type": "text", "to": "447700900151", "from": "ACME", "text": "Hi"}


async def test_scenario_is_begun_anew_and_removed_once_one_is_sure(screen: Screen, mock: MockServer) -> None:
    load(mock, TALK, start=True)
    await screen.open("scenarios/talk")
    send(mock, text="a reminder")
    await expect(steps(screen).nth(2)).to_contain_text("under way")

    await button(screen, "Begin anew").click()
    await expect(steps(screen).nth(0)).to_contain_text("under way")
    await button(screen, "Remove").click()
    dialog = screen.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Keep it").click()
    await expect(dialog).to_have_count(0)
    await button(screen, "Remove").click()
    await dialog.get_by_role("button", name="Remove").click()

    await expect(screen.main).to_contain_text("No scenario is loaded")
    assert [] == mock.ask("GET", "scenarios")["scenarios"]


async def test_report_is_saved_as_json(screen: Screen, mock: MockServer) -> None:
    load(mock, FAILS, start=True)
    mock.ask("GET", "scenarios/fails/report", wait_s=5, patience_s=5.0)
    await screen.open("scenarios/fails")

    async with screen.page.expect_download() as waiting:
        await button(screen, "Report as JSON").click()
    saved = await (await waiting.value).path()

    assert "fails.report.json" == (await waiting.value).suggested_filename
    assert mock.ask("GET", "scenarios/fails/report") == json.loads(saved.read_text(encoding="utf-8"))


async def test_report_leads_to_the_journal_of_the_run_and_its_transcript(screen: Screen, mock: MockServer) -> None:
    load(mock, FAILS, start=True)
    first, last = mock.ask("GET", "scenarios/fails/report", wait_s=5, patience_s=5.0)["entries"]
    await screen.open("scenarios/fails")

    await expect(link(screen, str(first))).to_have_attribute("href", re.compile(f"^#/journal/{first}"))
    await expect(link(screen, str(last))).to_have_attribute("href", re.compile(f"^#/journal/{last}"))
    await screen.main.get_by_text("Transcript", exact=True).click()
    await expect(screen.main.get_by_role("region", name="Transcript")).to_contain_text("ends: failed")


async def test_newer_text_that_was_not_taken_is_told(screen: Screen, mock: MockServer) -> None:
    screen.allow_refusals()
    load(mock, TALK)
    await screen.open("scenarios/talk")
    await expect(steps(screen)).to_have_count(3)

    with pytest.raises(Exception, match="contain"):
        mock.ask("PUT", "scenarios/talk", BROKEN)

    await expect(screen.main).to_contain_text("A newer text was not taken.")
    await expect(screen.main.get_by_role("option", name="talk")).to_contain_text("newer text not taken")


# Addresses, keys, hostile texts, people


async def test_unknown_scenario_names_those_that_are_loaded(screen: Screen, mock: MockServer) -> None:
    screen.allow_refusals()
    load(mock, TALK)

    await screen.open("scenarios/tlak")

    await expect(screen.main.get_by_role("alert")).to_contain_text("Did you mean talk?")


async def test_scenario_loaded_elsewhere_is_there_at_once_and_opened_by_keys(screen: Screen, mock: MockServer) -> None:
    await screen.open("scenarios")
    await expect(screen.main).to_contain_text("No scenario is loaded")

    load(mock, TALK)
    load(mock, RULES)
    await expect(screen.main.get_by_role("option")).to_have_count(2)
    await screen.main.get_by_role("listbox").focus()
    await screen.press("j", "Enter")

    assert re.match("/scenarios/(talk|rules)", await screen.hash())
    await expect(screen.main.get_by_role("heading", level=2)).to_have_text(re.compile("talk|rules"))


async def test_hostile_texts_are_only_text(screen: Screen, mock: MockServer) -> None:
    await screen.wear("light", NARROW)
    text = json.dumps(
        {
            "scenario": "hostile",
            "about": HOSTILE[1],
            "rules": [{"id": "any", "capture": {"said": "message.text"}}],
            "timeline": [
                {"await": {"rule": "any", "within": "30s"}},
                {"name": HOSTILE[0], "expect": {"messages": {"text": HOSTILE[4]}}},
            ],
            "verify": [{"name": HOSTILE[1], "violations": 0}],
        }
    )
    load(mock, text, start=True)
    await screen.open("scenarios/hostile")
    send(mock, text=HOSTILE[1])
    await ran(screen, "failed")

    await expect(screen.main.get_by_role("region", name="Remembered", exact=True)).to_contain_text(HOSTILE[1])
    assert await screen.page.evaluate("window.pwned") is None
    assert 0 == await screen.main.locator("img, script").count()
    assert 0 == await screen.overflow()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_nothing_is_in_the_way_of_people(
    screen: Screen, mock: MockServer, theme: Theme, size: tuple[int, int]
) -> None:
    screen.allow_refusals()
    await screen.wear(theme, size)
    load(mock, TALK, start=True)
    send(mock, text="a remider")
    send(mock, text="a reminder")
    await screen.open("scenarios/talk")
    await expect(steps(screen).nth(2)).to_contain_text("under way")
    running = await screen.barriers()
    send(mock, text="a reminder")
    await ran(screen, "failed")
    failed = await screen.barriers()
    await screen.shot(f"scenario-{theme}-{size[0]}")
    await screen.open("scenarios", load="new")
    await editor(screen).fill(BROKEN)
    await button(screen, "Load only").click()
    await expect(screen.main.get_by_role("alert", name="Mistakes")).to_be_visible()

    assert ([], [], []) == (running, failed, await screen.barriers())
    assert 0 == await screen.overflow()


async def test_text_that_is_written_and_not_loaded_is_kept(screen: Screen) -> None:
    await screen.open("scenarios", load="new")
    text = screen.page.get_by_label("The text of the scenario")
    sets = screen.page.get_by_label("Variables (optional)")
    await text.fill("scenario: mine")
    await sets.fill("a=1")

    await screen.page.get_by_role("link", name="Rules", exact=True).click()
    await expect(text).to_have_count(0)
    await screen.page.go_back()

    await expect(text).to_have_value("scenario: mine")
    await expect(sets).to_have_value("a=1")
    await screen.page.get_by_role("link", name="Cancel").click()
    await expect(text).to_have_count(0)
    await screen.page.go_back()
    await expect(text).to_have_value("")
