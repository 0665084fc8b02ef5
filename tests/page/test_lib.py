"""What the views share, asked in the browser itself: addresses, calls, the stream of events, formats, JSON with marks."""

import pytest
from playwright.async_api import expect

from mockserver.handle import MockServer
from mockserver.model import Json
from tests.page.browser import Screen
from tests.page.seeding import send


async def ask(screen: Screen, module: str, expression: str, **given: Json) -> Json:
    """Return the value of an expression over a module of the page, named ``lib``, and what is ``given``."""
    if not screen.page.url.startswith(screen.url):
        await screen.page.goto(f"{screen.url}/_page/theme.js")  # an address of the server without the shell
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
        "[(await lib.get('/messages', { account: given.key })).account, (await lib.get('/health', { account: 'x' })).status]",
        key=mock.api_key,
    )

    assert found == [mock.api_key, "ok"]


# Formats


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("lib.duration(0.4123)", "0.4 ms"),
        ("lib.duration(999)", "999 ms"),
        ("lib.duration(3_210)", "3.2 s"),
        ("lib.duration(125_000)", "2 min 5 s"),
        ("lib.duration(93_600_000)", "1 d 2 h"),
        ("lib.duration(null)", "–"),
        ("lib.bytes(999)", "999 B"),
        ("lib.bytes(1400)", "1.4 kB"),
        ("lib.count(1, 'entry', 'entries')", "1 entry"),
        ("lib.count(12345, 'entry', 'entries')", "12,345 entries"),
        ("lib.shortId('1edd144c-90da-4622-b9bc-724b3de26104')", "1edd144c…"),
        ("lib.clip('a  b\\nc', 4)", "a b…"),
        ("lib.channel('whatsapp')", "WhatsApp"),
        ("lib.safeUrl('https://example.org/a')", "https://example.org/a"),
        ("lib.safeUrl(' JavaScript:alert(1)')", None),
        ("lib.safeUrl('data:text/html,x')", None),
        ("lib.safeUrl('//example.org')", None),
    ],
)
async def test_values_are_written_for_people(screen: Screen, expression: str, written: str | None) -> None:
    assert written == await ask(screen, "format", expression)


async def test_times_are_told_by_the_clock_of_the_account(screen: Screen) -> None:
    found = await ask(
        screen,
        "format",
        "(lib.setClock({ mode: 'manual', own: true, at: '2026-03-02T09:00:00Z' }),"
        " [lib.ago('2026-03-02T08:00:00Z'), lib.ago('2026-03-02T09:01:30Z'), lib.day('2026-03-01T12:00:00Z'),"
        " lib.time('2026-03-02T08:00:00Z'), lib.time('2025-12-31T08:00:00Z')])",
    )

    assert found == ["1 h ago", "in 1 min", "Yesterday", "08:00:00", "31 Dec 2025 08:00"]


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


@pytest.mark.parametrize("path", ["x[", "]", "..", "[0", "a]b.", ""])
@pytest.mark.parametrize("value", [{}, [], "text", None])
async def test_no_path_leads_astray(screen: Screen, value: Json, path: str) -> None:
    lines = await marked(screen, value, path)

    assert 1 == sum(is_marked for _, _, is_marked in lines)


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

    await screen.page.wait_for_function("window.batches.reduce((sum, each) => sum + each, 0) >= 120")
    assert len(calls) < 30
    assert await screen.page.evaluate("window.drawn") < 60


async def test_what_was_forgotten_goes_from_the_page(screen: Screen, mock: MockServer) -> None:
    send(mock)
    await screen.open("nowhere")
    await screen.page.evaluate("document.querySelector('main').replaceChildren()")
    await screen.page.evaluate(_FOLLOW)
    await expect(screen.page.locator("output")).to_have_text("1")

    mock.reset()

    await expect(screen.page.locator("output")).to_have_text("0")
