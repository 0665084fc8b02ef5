"""The view of deliveries: every webhook with its tries, its body and its signature; again, paused and released."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from mockserver.handle import MockServer
from mockserver.model import Json
from tests.page.browser import NARROW, SIZES, WIDE, Screen, screened
from tests.page.seeding import CLINIC, HOSTILE, NOWHERE, send

THEMES = ("light", "dark")


class Receiver:
    """A system under test: answers what the path says, such as ``/200``, until told otherwise by ``answers``."""

    def __init__(self) -> None:
        self.answers: dict[str, int] = {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receiver.answers.get(self.path, int(self.path[1:])))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver of webhooks."""
    running = Receiver()
    yield running
    running.close()


def failed(mock: MockServer, url: str) -> Json:
    """Return a webhook whose first try failed, in an account whose time stands still."""
    mock.clock.freeze()
    send(mock, webhook_url=url)
    mock.clock.advance(1)
    return mock.webhooks.wait_for(event="submitted", acknowledged=False)


def acknowledged(mock: MockServer, url: str) -> Json:
    """Return a webhook that was acknowledged."""
    uuid = send(mock, webhook_url=url)
    return mock.webhooks.wait_for(event="delivered", message=uuid, acknowledged=True)


def rows(screen: Screen) -> Locator:
    """Return the rows of the list."""
    return screen.main.locator("[role=option]").filter(visible=True)


def detail(screen: Screen) -> Locator:
    """Return what is open beside the list."""
    return screen.main.locator(".deliveries-detail")


# The list


async def test_nothing_yet_says_how_to_have_a_webhook(screen: Screen) -> None:
    await screen.open("deliveries")

    await expect(screen.main).to_contain_text("No webhook yet")
    await expect(screen.main).to_contain_text("--status-url")
    await expect(screen.main).to_contain_text(f"curl -u {screen.account}:any-secret")


async def test_webhook_appears_as_it_happens_with_what_became_of_it(
    screen: Screen, mock: MockServer, receiver: Receiver
) -> None:
    await screen.open("deliveries")

    acknowledged(mock, f"{receiver.url}/200")

    row = rows(screen).filter(has_text="delivered SMS 447700900151")
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("1 try")
    await expect(row).to_contain_text("ended in 200")
    await expect(row).to_contain_text(f"{receiver.url}/200")
    await expect(row.locator(".deliveries-bar.is-good")).to_have_count(1)


async def test_webhook_that_waits_counts_down_by_the_clock_of_the_account(
    screen: Screen, mock: MockServer, receiver: Receiver
) -> None:
    failed(mock, f"{receiver.url}/500")

    await screen.open("deliveries")

    row = rows(screen).filter(has_text="next try")
    await expect(row).to_contain_text("ended in 500")
    await expect(row).to_contain_text("next try in 4 s")

    mock.clock.advance(2)

    await expect(row).to_contain_text("next try in 2 s")


async def test_filters_narrow_by_state_and_event_and_stand_in_the_address(
    screen: Screen, mock: MockServer, receiver: Receiver
) -> None:
    acknowledged(mock, f"{receiver.url}/200")
    send(mock)
    mock.webhooks.wait_for(event="delivered", state="dropped")
    await screen.open("deliveries")
    await expect(rows(screen)).to_have_count(4)

    await screen.main.get_by_label("State").select_option("dropped")

    await expect(rows(screen)).to_have_count(2)
    await screen.main.get_by_label("Event").select_option("submitted")
    await expect(rows(screen)).to_have_count(1)
    assert f"/deliveries?state=dropped&event=submitted&account={mock.api_key}" == await screen.hash()

    await screen.main.get_by_role("button", name="Clear").click()

    await expect(rows(screen)).to_have_count(4)


async def test_search_that_finds_nothing_says_what_it_knows(screen: Screen, mock: MockServer) -> None:
    send(mock)
    mock.webhooks.wait_for(event="delivered", state="dropped")

    await screen.open("deliveries", q="to:nobody")

    await expect(screen.main).to_contain_text("No webhook fits")
    await screen.main.get_by_role("link", name="show all").click()
    await expect(rows(screen)).to_have_count(2)


async def test_search_that_cannot_be_read_says_why(screen: Screen) -> None:
    screen.allow_refusals()

    await screen.open("deliveries", q="colour:red")

    await expect(screen.main.get_by_role("alert")).to_contain_text("the search knows no field colour of deliveries")


async def test_keys_go_through_the_list_and_open(screen: Screen, mock: MockServer) -> None:
    send(mock)
    mock.webhooks.wait_for(event="delivered", state="dropped")
    first, second = reversed(mock.webhooks.list())
    await screen.open("deliveries")
    await expect(rows(screen)).to_have_count(2)

    await screen.press("j", "j", "Enter")

    await expect(detail(screen).get_by_role("heading", level=2)).to_have_text(second["event"])
    assert f"/deliveries/{second['id']}?account={mock.api_key}" == await screen.hash()
    assert first["id"] != second["id"]


# One webhook


async def test_address_of_a_webhook_shows_its_body_and_its_tries(
    screen: Screen, mock: MockServer, receiver: Receiver
) -> None:
    webhook = acknowledged(mock, f"{receiver.url}/200")

    await screen.open(f"deliveries/{webhook['id']}")

    body = detail(screen).get_by_role("region", name="Body")
    await expect(body).to_contain_text(f'"message_uuid": "{webhook["message_uuid"]}"')
    tries = detail(screen).get_by_role("list", name="Tries").get_by_role("listitem")
    await expect(tries).to_have_count(1)
    await expect(tries).to_contain_text("200")
    link = detail(screen).locator("a", has_text=webhook["message_uuid"][:8])
    assert f"#/messages/{webhook['message_uuid']}?account={mock.api_key}" == await link.get_attribute("href")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("500", "The receiver failed on its side"),
        ("404", "Nothing is at this path"),
        ("405", "webhooks are sent with POST"),
        ("401", "The receiver refused the signature"),
        ("302", "Redirects are not followed"),
        ("206", "Only 200 to 205 acknowledge"),
    ],
)
async def test_failed_webhook_says_what_the_receiver_should_answer(
    screen: Screen, mock: MockServer, receiver: Receiver, answer: str, says: str
) -> None:
    webhook = failed(mock, f"{receiver.url}/{answer}")

    await screen.open(f"deliveries/{webhook['id']}")

    hint = detail(screen).get_by_role("complementary", name="What your receiver should answer")
    await expect(hint).to_contain_text(says)
    await expect(hint).to_contain_text("Answer any status from 200 to 205")


async def test_webhook_that_nobody_takes_says_that_nothing_listens(screen: Screen, mock: MockServer) -> None:
    webhook = failed(mock, NOWHERE)

    await screen.open(f"deliveries/{webhook['id']}")

    await expect(detail(screen)).to_contain_text("Nothing listens there")
    await expect(detail(screen).get_by_role("listitem").first).to_contain_text("no answer")


async def test_webhook_without_a_url_says_how_to_give_one(screen: Screen, mock: MockServer) -> None:
    send(mock)
    webhook = mock.webhooks.wait_for(event="submitted", state="dropped")

    await screen.open(f"deliveries/{webhook['id']}")

    await expect(detail(screen)).to_contain_text("There was no URL to send it to")
    await expect(detail(screen)).to_contain_text("It was never tried.")
    await expect(detail(screen).get_by_role("button", name="Redeliver")).to_have_count(0)


async def test_time_that_stands_still_is_said_beside_the_next_try(
    screen: Screen, mock: MockServer, receiver: Receiver
) -> None:
    webhook = failed(mock, f"{receiver.url}/500")

    await screen.open(f"deliveries/{webhook['id']}")

    await expect(detail(screen)).to_contain_text("Time stands still")
    await expect(detail(screen).get_by_role("link", name="advance the clock")).to_be_visible()


async def test_try_now_sends_it_before_its_time(screen: Screen, mock: MockServer, receiver: Receiver) -> None:
    webhook = failed(mock, f"{receiver.url}/500")
    await screen.open(f"deliveries/{webhook['id']}")
    receiver.answers["/500"] = 200

    await detail(screen).get_by_role("button", name="Try now").click()

    await expect(detail(screen).get_by_role("listitem")).to_have_count(2)
    await expect(detail(screen).locator(".deliveries-title .chip")).to_have_text("delivered")


async def test_redeliver_sends_it_once_more(screen: Screen, mock: MockServer, receiver: Receiver) -> None:
    webhook = acknowledged(mock, f"{receiver.url}/200")
    await screen.open(f"deliveries/{webhook['id']}")

    await detail(screen).get_by_role("button", name="Redeliver").click()

    await expect(detail(screen).get_by_role("listitem")).to_have_count(2)
    await expect(screen.page.get_by_role("status").filter(has_text="Sent once more")).to_be_visible()


async def test_fault_is_named_where_it_struck(screen: Screen, mock: MockServer, receiver: Receiver) -> None:
    mock.faults.add("webhooks", "wrong_signature")
    webhook = acknowledged(mock, f"{receiver.url}/200")

    await screen.open(f"deliveries/{webhook['id']}")

    await expect(detail(screen).get_by_role("listitem").first).to_contain_text("wrong signature")
    await expect(rows(screen).first).to_contain_text("broken on purpose")


async def test_unknown_webhook_says_so(screen: Screen) -> None:
    screen.allow_refusals()

    await screen.open("deliveries/nobody")

    await expect(screen.main).to_contain_text("This webhook is not here")


async def test_hostile_body_is_text(screen: Screen, mock: MockServer) -> None:
    mock.inbound("whatsapp", text=HOSTILE[1], from_="447700900151", to=CLINIC, profile={"name": HOSTILE[0]})
    webhook = mock.webhooks.wait_for(event="inbound", state="dropped")

    await screen.open(f"deliveries/{webhook['id']}")

    await expect(detail(screen).get_by_role("region", name="Body")).to_contain_text("<img src=")
    assert await screen.page.evaluate("window.pwned") is None
    assert 0 == await screen.main.locator("img, script").count()


# Its signature


async def test_signature_is_taken_apart_and_held_against_the_body(
    screen: Screen, mock: MockServer, receiver: Receiver
) -> None:
    webhook = acknowledged(mock, f"{receiver.url}/200")
    await screen.open(f"deliveries/{webhook['id']}")

    await detail(screen).get_by_role("tab", name="Signature").click()

    panel = detail(screen).get_by_role("tabpanel")
    await expect(panel).to_contain_text("It verifies")
    await expect(panel).to_contain_text("Its payload_hash is the SHA-256 of the body.")
    for words in ("HS256", "Vonage", mock.api_key, "SHA-256 of the body, of exactly the bytes that were sent"):
        await expect(panel).to_contain_text(words)
    assert f"/deliveries/{webhook['id']}?tab=signature&account={mock.api_key}" == await screen.hash()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("wrong_signature", "It does not verify"),
        ("changed_body", "Its payload_hash is not the SHA-256 of the body."),
        ("unsigned", "A fault left the signature out, on purpose."),
    ],
)
async def test_signature_that_is_wrong_is_told_to_be(
    screen: Screen, mock: MockServer, receiver: Receiver, fault: str, says: str
) -> None:
    mock.faults.add("webhooks", fault)
    webhook = acknowledged(mock, f"{receiver.url}/200")

    await screen.open(f"deliveries/{webhook['id']}", tab="signature")

    await expect(detail(screen).get_by_role("tabpanel")).to_contain_text(says)


async def test_each_try_has_a_signature_of_its_own(screen: Screen, mock: MockServer, receiver: Receiver) -> None:
    webhook = failed(mock, f"{receiver.url}/500")
    mock.webhooks.redeliver(webhook)
    mock.settle()
    await screen.open(f"deliveries/{webhook['id']}", tab="headers")
    headers = detail(screen).get_by_role("region", name="Headers")
    await expect(headers).to_contain_text("Authorization: Bearer ey")
    last = await headers.inner_text()

    await detail(screen).get_by_label("Try").select_option("1")

    await expect(headers).not_to_have_text(last)


# Held back and let go


async def test_paused_webhooks_are_held_and_counted_until_released(
    screen: Screen, mock: MockServer, receiver: Receiver
) -> None:
    await screen.open("deliveries")
    await screen.main.get_by_role("button", name="Pause").click()
    sign = screen.main.get_by_role("status")
    await expect(sign).to_contain_text("none held yet")

    send(mock, webhook_url=f"{receiver.url}/200")

    await expect(sign).to_contain_text("2 held")
    await expect(rows(screen).filter(has_text="held")).not_to_have_count(0)
    await expect(rows(screen).filter(has_text="ended in 200")).to_have_count(0)

    await screen.main.get_by_role("button", name="Release").click()

    await expect(rows(screen).filter(has_text="ended in 200")).to_have_count(2)
    await expect(sign).to_be_empty()
    await expect(screen.main.get_by_role("button", name="Pause")).to_be_visible()


async def test_try_whose_time_comes_while_paused_is_held(screen: Screen, mock: MockServer, receiver: Receiver) -> None:
    webhook = failed(mock, f"{receiver.url}/500")
    mock.ask("POST", "deliveries/pause")
    await screen.open(f"deliveries/{webhook['id']}")
    await expect(detail(screen)).to_contain_text("next try in 4 s")

    mock.clock.advance(10)

    await expect(detail(screen).locator(".deliveries-next")).to_have_text("held")
    await expect(detail(screen).get_by_role("button", name="Try now")).to_be_disabled()


async def test_pause_from_elsewhere_is_seen(screen: Screen, mock: MockServer) -> None:
    await screen.open("deliveries")
    await expect(screen.main.get_by_role("button", name="Pause")).to_be_visible()

    mock.ask("POST", "deliveries/pause")

    await expect(screen.main.get_by_role("button", name="Release")).to_be_visible()


# Everyone, everywhere


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tab", ["body", "signature", "headers"])
async def test_webhook_has_no_barriers(
    browser: Browser, seeded: MockServer, tmp_path: Path, theme: str, tab: str
) -> None:
    webhook = next(each for each in seeded.webhooks.list() if each["url"] == NOWHERE)
    async with screened(browser, seeded.url, seeded.api_key, tmp_path) as screen:
        await screen.wear("dark" if theme == "dark" else "light", WIDE)
        await screen.open(f"deliveries/{webhook['id']}", tab=tab)
        await expect(detail(screen).get_by_role("tabpanel")).to_be_visible()

        assert [] == await screen.barriers()


@pytest.mark.parametrize("width", [360, *(width for width, _ in SIZES.values())])
async def test_webhook_never_scrolls_sideways(screen: Screen, mock: MockServer, width: int) -> None:
    webhook = failed(mock, f"{NOWHERE}/{'long' * 60}")
    await screen.wear("light", (width, 780))

    await screen.open(f"deliveries/{webhook['id']}")
    await expect(detail(screen)).to_be_visible()

    assert 0 == await screen.overflow()


async def test_phone_shows_the_webhook_alone_and_leads_back(screen: Screen, mock: MockServer) -> None:
    send(mock)
    webhook = mock.webhooks.wait_for(event="delivered", state="dropped")
    await screen.wear("light", NARROW)
    await screen.open(f"deliveries/{webhook['id']}")
    await expect(detail(screen)).to_be_visible()
    await expect(rows(screen)).to_have_count(0)

    await screen.main.get_by_role("link", name="Back").click()

    await expect(rows(screen)).to_have_count(2)


async def test_escape_closes_the_webhook(screen: Screen, mock: MockServer) -> None:
    send(mock)
    mock.settle()
    await screen.open("deliveries")
    await screen.main.get_by_role("listbox", name="Webhooks").get_by_role("option").first.click()
    await expect(screen.page.locator(".deliveries-detail")).to_be_visible()

    await screen.press("Escape")

    await expect(screen.page.locator(".deliveries-detail")).to_have_count(0)
    await expect(screen.main.get_by_role("listbox", name="Webhooks").get_by_role("option").first).to_be_visible()
