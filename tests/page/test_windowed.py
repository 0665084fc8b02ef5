"""The list that draws only what is in sight, in a window of its own with nothing around it."""

from playwright.async_api import expect

from tests.page.browser import Screen

_LIST = """async ({ count, role, anchor, grow }) => {
  const { html, render } = await import("/_page/vendor/preact.js");
  const { Windowed } = await import("/_page/lib/windowed.js");
  document.body.innerHTML = '<main id="box"></main>';
  const box = document.getElementById("box");
  Object.assign(box.style, { height: "500px", display: "flex", flexDirection: "column" });
  window.opened = [];
  window.ended = 0;
  window.items = Array.from({ length: count }, (_, at) => ({ id: at }));
  const words = (each) => "word ".repeat(grow ? (Math.abs(each.id) * 7) % 60 : 1);
  const row = (each) => html`<div class=${`item item-${each.id}`}>${each.id}: ${words(each)}</div>`;
  const calls = { onOpen: (each) => window.opened.push(each.id), onEnd: () => { window.ended += 1; } };
  window.draw = (selected = null) => render(html`<${Windowed} items=${window.items} id=${(each) => each.id}
    label="Things" role=${role} anchor=${anchor} estimate=${30} selected=${selected} ...${calls}>${row}<//>`, box);
  window.draw();
}"""


async def listed(
    screen: Screen, count: int = 10_000, *, role: str = "listbox", anchor: str = "top", grow: bool = True
) -> None:
    """Draw a list of numbered rows, of different heights if they grow."""
    await screen.page.goto(f"{screen.url}/#/nowhere")
    await screen.page.evaluate(_LIST, {"count": count, "role": role, "anchor": anchor, "grow": grow})
    await expect(screen.page.locator(".item").first).to_be_visible()


async def in_sight(screen: Screen) -> list[int]:
    """Return the numbers of the rows that can be seen, in order."""
    found: list[int] = await screen.page.evaluate("""() => {
      const box = document.querySelector("[data-list]").getBoundingClientRect();
      const isSeen = ({ top, bottom }) => bottom > box.top + 1 && top < box.bottom - 1;
      return [...document.querySelectorAll("[data-row]")].filter((each) => isSeen(each.getBoundingClientRect()))
        .map((each) => Number(each.dataset.row)).sort((one, other) => one - other);
    }""")
    return found


async def scroll(screen: Screen, to: int) -> None:
    """Scroll the list, and wait until what is there is drawn and measured."""
    await screen.page.evaluate(
        """async (to) => {
          document.querySelector("[data-list]").scrollTop = to;
          for (let at = 0; at < 4; at++) await new Promise(requestAnimationFrame);
        }""",
        to,
    )


async def gaps(screen: Screen) -> list[float]:
    """Return where rows drawn one after the other overlap or leave a gap."""
    found: list[float] = await screen.page.evaluate("""() => {
      const boxes = [...document.querySelectorAll("[data-row]")].map((each) => each.getBoundingClientRect())
        .sort((one, other) => one.top - other.top);
      return boxes.slice(1).map((each, at) => each.top - boxes[at].bottom).filter((gap) => Math.abs(gap) > 1);
    }""")
    return found


async def test_only_what_is_in_sight_is_drawn(screen: Screen) -> None:
    await listed(screen)

    assert await screen.page.locator("[data-row]").count() < 80
    assert 0 == (await in_sight(screen))[0]


async def test_rows_of_any_height_lie_one_after_the_other_wherever_it_is_scrolled(screen: Screen) -> None:
    await listed(screen)

    for place in (0, 3_000, 120_000, 80_000, 79_000, 50):
        await scroll(screen, place)
        assert [] == await gaps(screen)
        assert await in_sight(screen)


async def test_end_key_goes_to_the_last_row_and_home_to_the_first(screen: Screen) -> None:
    await listed(screen)
    await screen.page.locator("[data-list]").focus()

    await screen.press("End")
    await expect(screen.page.locator(".is-active")).to_have_text("9999: " + "word " * (9999 * 7 % 60))
    at_end = await in_sight(screen)
    await screen.press("Home")
    await expect(screen.page.locator(".is-active")).to_contain_text("0:")

    assert 9999 == at_end[-1]
    assert 0 == (await in_sight(screen))[0]


async def test_letters_and_arrows_move_and_enter_opens(screen: Screen) -> None:
    await listed(screen)
    await screen.page.locator("[data-list]").focus()

    await screen.press("j", "j", "ArrowDown", "k", "Enter")

    assert [1] == await screen.page.evaluate("window.opened")
    active = await screen.page.locator("[data-list]").get_attribute("aria-activedescendant")
    assert "1" == await screen.page.locator(f"#{active}").get_attribute("data-row")


async def test_rows_tell_their_place_and_how_many_there_are(screen: Screen) -> None:
    await listed(screen)

    row = screen.page.get_by_role("option").nth(2)

    assert ("3", "10000") == (await row.get_attribute("aria-posinset"), await row.get_attribute("aria-setsize"))


async def test_what_is_looked_at_stays_while_rows_come_above(screen: Screen) -> None:
    await listed(screen)
    await scroll(screen, 40_000)
    before = await screen.page.evaluate(_PLACE_OF_FIRST)

    await screen.page.evaluate(
        "window.items = [...Array.from({ length: 50 }, (_, at) => ({ id: -1 - at })), ...window.items]; window.draw()"
    )
    await scroll(screen, await screen.page.evaluate("document.querySelector('[data-list]').scrollTop"))

    name, top = before
    now = await screen.page.locator(f".{name}").evaluate("(each) => each.getBoundingClientRect().top")
    assert abs(now - top) < 2


_PLACE_OF_FIRST = """() => {
  const box = document.querySelector("[data-list]").getBoundingClientRect();
  const row = [...document.querySelectorAll(".item")].find((each) => each.getBoundingClientRect().top >= box.top);
  return [row.className.split(" ")[1], row.getBoundingClientRect().top];
}"""


async def test_list_at_its_top_stays_there_while_rows_come(screen: Screen) -> None:
    await listed(screen)

    await screen.page.evaluate("window.items = [{ id: -1 }, ...window.items]; window.draw()")

    await expect(screen.page.locator(".item--1")).to_be_in_viewport()


async def test_talk_begins_at_its_end_and_stays_there_while_rows_come(screen: Screen) -> None:
    await listed(screen, 300, role="feed", anchor="bottom")
    await expect(screen.page.locator(".item-299")).to_be_in_viewport()

    await screen.page.evaluate("window.items = [...window.items, { id: 300 }]; window.draw()")

    await expect(screen.page.locator(".item-300")).to_be_in_viewport()


async def test_feed_moves_the_focus_between_articles(screen: Screen) -> None:
    await listed(screen, role="feed")
    await screen.page.locator("article").first.focus()

    await screen.press(*["j"] * 30)

    await expect(screen.page.locator("article:focus")).to_contain_text("30:")


async def test_more_is_asked_for_near_the_end_only(screen: Screen) -> None:
    await listed(screen)
    early = await screen.page.evaluate("window.ended")

    await screen.page.locator("[data-list]").focus()
    await screen.press("End")
    await screen.holds("window.ended > 0")

    assert 0 == early


async def test_row_that_is_open_is_scrolled_to(screen: Screen) -> None:
    await listed(screen)

    await screen.page.evaluate("window.draw(5000)")

    await expect(screen.page.locator(".item-5000")).to_be_in_viewport()
    await expect(screen.page.locator(".is-selected")).to_contain_text("5000:")


async def test_row_that_is_open_is_scrolled_to_once_it_comes(screen: Screen) -> None:
    await listed(screen, 100)
    await screen.page.evaluate("window.draw(5000)")

    await screen.page.evaluate(
        "window.items = Array.from({ length: 9000 }, (_, at) => ({ id: at })); window.draw(5000)"
    )

    await expect(screen.page.locator(".item-5000")).to_be_in_viewport()


async def test_ten_thousand_rows_scroll_without_stutter(screen: Screen) -> None:
    """A frame of scrolling takes far less time than a person would see; the median says it without the noise."""
    await listed(screen)

    times: list[float] = await screen.page.evaluate("""async () => {
      const box = document.querySelector("[data-list]");
      const times = [];
      for (let at = 1; at <= 60; at++) {
        const began = performance.now();
        box.scrollTop = at * 900;
        box.dispatchEvent(new Event("scroll"));
        await new Promise((done) => setTimeout(done));
        box.getBoundingClientRect();
        times.push(performance.now() - began);
        await new Promise(requestAnimationFrame);
      }
      return times.sort((one, other) => one - other);
    }""")

    assert times[len(times) // 2] < 100
