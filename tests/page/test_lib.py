"""What the views share, asked in the browser itself: addresses, calls, what happens, formats, JSON with marks."""

import asyncio
from contextlib import suppress
from datetime import datetime

from playwright.async_api import Error, Route, expect

from mockserver.handle import MockServer
from mockserver.model import Json
from tests.page.browser import Screen
from tests.page.seeding import send, send_many


async def ask(screen: Screen, module: str, expression: str, **given: Json) -> Json:
    """Return the value of an expression over a module of the page, named ``lib``, and what is ``given``."""
    if not screen.page.url.startswith(screen.url):
        await screen.page.goto(f"{screen.url}/#/nowhere")
    return await screen.page.evaluate(
        f"async ({{ given }}) => {{ const lib = await import('/_page/lib/{module}.js'); return {expression}; }}",
        {"given": given},
    )


# Addresses


async def test_address_is_written_as_it_is_read(screen: Screen) -> None:
    params = ["messages", "a/b?c#d&e=f%", "ü – 東"]

    route = await ask(
        screen, "router", "lib.parse(lib.href(given.params, { q: 'to:4477* a&b', none: null, empty: '' }, 'k&1'))",
        params=params,
    )  # fmt: skip

    assert route == {"view": "messages", "params": params[1:], "query": {"q": "to:4477* a&b"}, "account": "k&1"}


async def test_address_that_cannot_be_decoded_is_taken_as_it_is(screen: Screen) -> None:
    assert ["%E0%A4%A"] == (await ask(screen, "router", "lib.parse('#/journal/%E0%A4%A')"))["params"]


# Calls


async def test_refusal_of_the_api_is_an_error_with_its_document(screen: Screen) -> None:
    screen.allow_refusals()

    found = await ask(
        screen,
        "api",
        "lib.get('/messages', { params: { q: 'colour:red' } })"
        ".catch((error) => [error.name, error.status, error.message, error.problem.where])",
    )

    assert found == ["ApiError", 400, "the search knows no field colour of messages", "q"]


async def test_account_goes_only_to_calls_that_know_one(screen: Screen, mock: MockServer) -> None:
    send(mock)

    found = await ask(
        screen,
        "api",
        "Promise.all(['/messages', '/health'].map((path) => lib.get(path, { account: given.key })))"
        ".then(([messages, health]) => [messages.account, health.status])",
        key=mock.api_key,
    )

    assert found == [mock.api_key, "ok"]


# Formats


WRITTEN = {
    "lib.duration(0.4123)": "0.4 ms",
    "lib.duration(999)": "999 ms",
    "lib.duration(3_210)": "3.2 s",
    "lib.duration(125_000)": "2 min 5 s",
    "lib.duration(93_600_000)": "1 d 2 h",
    "lib.duration(null)": "–",
    "lib.bytes(999)": "999 B",
    "lib.bytes(1400)": "1.4 kB",
    "lib.count(1, 'entry', 'entries')": "1 entry",
    "lib.count(12345, 'entry', 'entries')": "12,345 entries",
    "lib.shortId('1edd144c-90da-4622-b9bc-724b3de26104')": "1edd144c…",
    "lib.clip('a  b\\nc', 4)": "a b…",
    "lib.channel('whatsapp')": "WhatsApp",
    "lib.channel('constructor')": "constructor",
    "lib.safeUrl('https://example.org/a')": "https://example.org/a",
    "lib.safeUrl(' JavaScript:alert(1)')": None,
    "lib.safeUrl('data:text/html,x')": None,
    "lib.safeUrl('//example.org')": None,
}


async def test_values_are_written_for_people(screen: Screen) -> None:
    found = await ask(screen, "format", f"[{', '.join(WRITTEN)}]")

    assert WRITTEN == dict(zip(WRITTEN, found, strict=True))


async def test_times_are_told_by_the_clock_of_the_account(screen: Screen) -> None:
    found = await ask(
        screen,
        "format",
        "(lib.setClock({ mode: 'manual', own: true, at: '2026-03-02T09:00:00Z', seenAt: 0 }),"
        " [lib.ago('2026-03-02T08:00:00Z'), lib.ago('2026-03-02T09:01:30Z'), lib.day('2026-03-01T12:00:00Z'),"
        " lib.time('2026-03-02T08:00:00Z'), lib.time('2025-12-31T08:00:00Z')])",
    )

    assert found == ["1 h ago", "in 1 min", "Yesterday", "08:00:00", "31 Dec 2025 08:00"]


async def test_time_of_the_server_that_stands_still_is_that_of_its_accounts(screen: Screen) -> None:
    found = await ask(
        screen,
        "format",
        "(lib.setClock({ mode: 'manual', own: false, at: '2026-03-02T09:00:00Z', seenAt: 0 }),"
        " lib.ago('2026-03-02T08:00:00Z'))",
    )

    assert found == "1 h ago"


async def test_time_that_runs_fast_goes_on_while_one_looks_around(screen: Screen, mock: MockServer) -> None:
    mock.ask("PUT", "clock", {"mode": "600x"})
    await screen.open("messages")
    await asyncio.sleep(2)
    await screen.press("g", "j")
    await screen.is_settled()

    seen = await ask(screen, "format", "lib.now()")
    behind_s = datetime.fromisoformat(mock.ask("GET", "clock")["at"]).timestamp() - seen / 1000

    assert abs(behind_s) < 600


# JSON with marks


async def marked(screen: Screen, value: Json, *paths: str) -> list[tuple[str, str, bool]]:
    """Return the lines of a value: their path, their text, and whether they are marked."""
    lines = await ask(
        screen,
        "ui",
        "lib.markedLines(given.value, given.paths.map((path) => ({ path, note: '!' })))",
        value=value,
        paths=list(paths),
    )
    return [(each["path"], each["text"], "marks" in each) for each in lines]


async def test_mark_stands_at_its_field(screen: Screen) -> None:
    lines = await marked(screen, {"to": {"number": "1"}, "items": [{"a": 1}]}, "to.number", "items[0].a")

    assert [path for path, _, is_marked in lines if is_marked] == ["to.number", "items[0].a"]


async def test_missing_field_gets_a_line_at_the_end_of_what_should_hold_it(screen: Screen) -> None:
    lines = await marked(screen, {"message": {"content": {}}, "to": 1}, "message.content.text", "from", "a.b[2].c")

    assert lines == [
        ("", "{", False),
        ("message", "{", False),
        ("message.content", "{}", False),
        ("message.content.text", "missing", True),
        ("message", "}", False),
        ("to", "1", False),
        ("from", "missing", True),
        ("a.b[2].c", "missing", True),
        ("", "}", False),
    ]


async def test_no_path_leads_astray(screen: Screen) -> None:
    values: list[Json] = [{}, [], "text", None]
    for value in values:
        for path in ("x[", "]", "..", "[0", "a]b.", ""):
            lines = await marked(screen, value, path)

            assert 1 == sum(is_marked for _, _, is_marked in lines), (value, path)


async def test_what_nests_without_an_end_is_cut(screen: Screen) -> None:
    lines = await ask(screen, "ui", "lib.jsonLines(JSON.parse('['.repeat(30_000) + ']'.repeat(30_000)))")

    assert (201, "[…]") == (len(lines), lines[100]["text"])


# What happens


_FOLLOW = """async () => {
  const { html, render } = await import("/_page/vendor/preact.js");
  const { useQuery, useLive } = await import("/_page/lib/live.js");
  window.batches = [];
  window.drawn = 0;
  function Follower() {
    const { data } = useQuery("/messages", { params: { limit: 1000 }, refreshOn: ["entry"] });
    useLive((batch) => window.batches.push(batch.entries.length));
    window.drawn += 1;
    return html`<output>${data?.messages.length ?? "?"}</output>`;
  }
  render(html`<${Follower} />`, document.querySelector("main"));
}"""


async def test_many_events_become_few_calls_and_few_drawings(screen: Screen, mock: MockServer) -> None:
    """Sixty messages make hundreds of entries; the page looks a few times and ends with all of them."""
    calls: list[str] = []
    await screen.open("nowhere")
    await screen.page.evaluate("document.querySelector('main').replaceChildren()")
    screen.page.on("request", lambda request: calls.append(request.url) if "/_mock/messages" in request.url else None)
    await screen.page.evaluate(_FOLLOW)
    await expect(screen.page.locator("output")).to_have_text("0")

    for _ in range(60):
        send(mock)
    await expect(screen.page.locator("output")).to_have_text("60")

    await screen.holds("window.batches.reduce((sum, each) => sum + each, 0) >= 120")
    assert len(calls) < 30
    assert await screen.page.evaluate("window.drawn") < 60


async def test_slow_answers_are_waited_for_while_things_go_on(screen: Screen, mock: MockServer) -> None:
    """Each answer takes longer than it takes until the next look is due."""

    async def slowly(route: Route) -> None:
        await asyncio.sleep(0.6)
        with suppress(Error):  # given up
            await route.continue_()

    async def traffic() -> None:
        while True:
            await asyncio.to_thread(send, mock)
            await asyncio.sleep(0.05)

    await screen.open("nowhere")
    await screen.page.evaluate("document.querySelector('main').replaceChildren()")
    await screen.page.route("**/_mock/messages?*", slowly)
    sending = asyncio.create_task(traffic())
    try:
        await screen.page.evaluate(_FOLLOW)
        await expect(screen.page.locator("output")).not_to_have_text("?")
        seen = await screen.page.locator("output").inner_text()
        await expect(screen.page.locator("output")).not_to_have_text(seen)
    finally:
        sending.cancel()
    await screen.page.unroute_all(behavior="ignoreErrors")


async def test_page_that_goes_to_the_background_goes_on_listening(screen: Screen, mock: MockServer) -> None:
    await screen.open("nowhere")
    await screen.page.evaluate("document.querySelector('main').replaceChildren()")
    await screen.page.evaluate(_FOLLOW)
    await expect(screen.page.locator("output")).to_have_text("0")
    await screen.page.evaluate("window.requestAnimationFrame = () => (window.asked = true)")
    send(mock)
    await screen.holds("window.asked")

    await show(screen, hidden=True)

    await expect(screen.page.locator("output")).to_have_text("1")


async def show(screen: Screen, *, hidden: bool) -> None:
    """Have another tab looked at, or this one again."""
    await screen.page.evaluate(
        "(hidden) => {"
        " Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


async def test_tab_that_nobody_looks_at_leaves_the_stream_to_others(screen: Screen, mock: MockServer) -> None:
    await screen.open("messages")
    async with screen.page.expect_event("requestfailed", lambda request: "/_mock/events" in request.url):
        await show(screen, hidden=True)

    send(mock, text="Meanwhile")
    async with screen.page.expect_request("**/_mock/events*"):
        await show(screen, hidden=False)

    await screen.is_live()
    await expect(screen.main).to_contain_text("Meanwhile")


_FLOOD = """async () => {
  const { html, render } = await import("/_page/vendor/preact.js");
  const { connect, useLive } = await import("/_page/lib/live.js");
  const moment = () => new Promise((resolve) => setTimeout(resolve, 300));
  const batches = [];
  function Listener() {
    useLive(({ entries, refresh }) => batches.push([entries.length, refresh]));
  }
  render(html`<${Listener} />`, document.querySelector("main"));
  await moment();
  let source;
  window.EventSource = class extends EventTarget {
    constructor() {
      super();
      source = this;
    }
    close() {}
  };
  connect("another");
  for (let id = 1; id <= 9_999; id++) source.dispatchEvent(new MessageEvent("entry", { data: `{"id":${id}}` }));
  await moment();
  return batches.at(-1);
}"""


async def test_more_than_can_be_kept_is_read_again_instead(screen: Screen) -> None:
    await screen.open("nowhere")
    await screen.page.evaluate("document.querySelector('main').replaceChildren()")

    kept, is_refresh = await screen.page.evaluate(_FLOOD)

    assert is_refresh
    assert kept <= 2000


async def test_what_was_forgotten_goes_from_the_page(screen: Screen, mock: MockServer) -> None:
    send(mock)
    await screen.open("nowhere")
    await screen.page.evaluate("document.querySelector('main').replaceChildren()")
    await screen.page.evaluate(_FOLLOW)
    await expect(screen.page.locator("output")).to_have_text("1")

    mock.reset()

    await expect(screen.page.locator("output")).to_have_text("0")


_LIST = """async () => {
  const { html, render } = await import("/_page/vendor/preact.js");
  const { useList } = await import("/_page/lib/live.js");
  function List() {
    const list = useList("/messages", { items: "messages", id: (each) => each.message_uuid, size: 20 });
    window.list = list;
    return html`<output>${list.items?.map((each) => each.text.split(" ")[1]).join(" ")}</output>
      <p>${list.isWhole ? "whole" : "more"}</p>`;
  }
  render(html`<${List} />`, document.querySelector("main"));
}"""


def numbers(first: int, last: int) -> str:
    """Return the numbers from one down to another, as the list shows them."""
    return " ".join(str(each) for each in range(first, last - 1, -1))


async def test_list_grows_page_by_page_and_keeps_its_beginning_up_to_date(screen: Screen, mock: MockServer) -> None:
    send_many(mock, 50)
    await screen.open("nowhere")
    await screen.page.evaluate("document.querySelector('main').replaceChildren()")
    await screen.page.evaluate(_LIST)
    shown, end = screen.page.locator("output"), screen.page.locator("main p")
    await expect(shown).to_have_text(numbers(49, 30))

    await screen.page.evaluate("window.list.more()")
    await expect(shown).to_have_text(numbers(49, 10))
    await expect(end).to_have_text("more")
    send(mock, text="Message 50")
    await expect(shown).to_have_text(numbers(50, 10))
    await screen.page.evaluate("window.list.more()")
    await expect(shown).to_have_text(numbers(50, 0))
    await expect(end).to_have_text("whole")

    mock.reset()
    await expect(shown).to_have_text("")


async def test_list_keeps_what_is_held_when_a_burst_is_longer_than_its_first_page(
    screen: Screen, mock: MockServer
) -> None:
    send_many(mock, 70)
    await screen.open("nowhere")
    await screen.page.evaluate("document.querySelector('main').replaceChildren()")
    await screen.page.evaluate(_LIST)
    shown = screen.page.locator("output")
    await expect(shown).to_have_text(numbers(69, 50))
    await screen.page.evaluate("window.list.more()")
    await expect(shown).to_have_text(numbers(69, 30))
    await screen.page.context.set_offline(offline=True)
    screen.allow("ERR_INTERNET_DISCONNECTED")

    send_many(mock, 90)
    await screen.page.context.set_offline(offline=False)

    await expect(shown).to_have_text(f"{numbers(89, 0)} {numbers(69, 30)}")
    await screen.page.evaluate("window.list.more()")
    await expect(shown).to_have_text(f"{numbers(89, 0)} {numbers(69, 10)}")


async def test_list_begins_anew_when_far_more_came_than_it_holds(screen: Screen, mock: MockServer) -> None:
    send_many(mock, 30)
    await screen.open("nowhere")
    await screen.page.evaluate("document.querySelector('main').replaceChildren()")
    await screen.page.evaluate(_LIST)
    await expect(screen.page.locator("output")).to_have_text(numbers(29, 10))
    await screen.page.evaluate("window.list.more()")
    await expect(screen.page.locator("output")).to_have_text(numbers(29, 0))
    await screen.page.context.set_offline(offline=True)
    screen.allow("ERR_INTERNET_DISCONNECTED")

    send_many(mock, 240)
    await screen.page.context.set_offline(offline=False)

    await expect(screen.page.locator("output")).to_have_text(numbers(239, 220))
    uuids = await screen.page.evaluate("window.list.items.map((each) => each.message_uuid)")
    assert len(uuids) == len(set(uuids))
