"""Webhooks on their way: their order, their retries, what is signed, and that none is lost without a word."""

import asyncio
import hashlib
import itertools
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeAlias

import jwt
import msgspec
import pytest

from mockserver.clock import ManualClock, at
from mockserver.delivery import Depth, Outbox
from mockserver.journal import Journal
from mockserver.model import Account, Attempt, Delivery, DeliveryState, Entry, EntryKind
from mockserver.settings import Settings
from mockserver.store.memory import MemoryStore
from mockserver.surroundings import Surroundings
from mockserver.times import Times
from tests.fakes import FakePoster, Turn, never

_START_S = 1_790_000_000.0
_DAY_S = 86_400.0
_HOOK = "http://sut.test/hook"
_OTHER = "http://other.test/hook"


@dataclass(frozen=True, slots=True)
class Bench:
    """An outbox with everything around it; time moves only by ``advance``."""

    settings: Settings
    clock: ManualClock
    store: MemoryStore
    journal: Journal
    times: Times
    poster: FakePoster
    outbox: Outbox

    async def add(self, identity: str, message: str = "m-1", **changes: object) -> None:
        """Hand over a webhook."""
        plain = Delivery(
            id=identity,
            account="key",
            message=message,
            event="submitted",
            url=_HOOK,
            body=f'{{"id":"{identity}"}}'.encode(),
            created_at=at(self.clock.seconds()),
        )
        await self.outbox.add(msgspec.structs.replace(plain, **changes))

    async def advance(self, seconds: float) -> None:
        """Let time pass, and everything happen that is due."""
        until_s = self.clock.seconds() + seconds
        await self.outbox.settle()
        while await self.times.move_to_next("key", self.clock, until_s):
            await self.outbox.settle()

    async def delivery(self, identity: str) -> Delivery:
        """Return a webhook as it stands."""
        found = await self.store.delivery("key", identity)
        assert found is not None
        return found

    async def states(self) -> dict[str, str]:
        """Return how each webhook stands."""
        return {each.id: each.state.value async for each in self.store.deliveries("key")}

    async def entries(self, kind: EntryKind | None = None) -> list[Entry]:
        """Return the journal, or its entries of one kind."""
        entries = await self.store.entries("key", limit=10_000)
        return [each for each in entries if kind in {None, each.kind}]

    def sent(self) -> list[str]:
        """Return the ids in the order they were posted."""
        return [each.json["id"] for each in self.poster.posts]

    def gaps_s(self) -> list[float]:
        """Return the seconds between posts."""
        moments = [each.at_s for each in self.poster.posts]
        return [later - earlier for earlier, later in itertools.pairwise(moments)]


MakeBench: TypeAlias = Callable[..., Bench]


@pytest.fixture
def make_bench() -> MakeBench:
    """Return the maker of benches; keywords are settings."""

    def made(**changes: object) -> Bench:
        settings = Settings(**changes)  # type: ignore[arg-type]  # a test names its settings by keyword
        clock, store = ManualClock(_START_S), MemoryStore()
        times, poster = Times(clock), FakePoster(clock)
        journal = Journal(store, times)
        outbox = Outbox(Surroundings(settings, 7, store, journal, times), poster)
        return Bench(settings, clock, store, journal, times, poster, outbox)

    return made


@pytest.fixture
async def bench(make_bench: MakeBench) -> Bench:
    """Return a bench with default settings and one account."""
    made = make_bench()
    await made.store.put_account(Account("key"))
    return made


# One attempt


async def test_a_webhook_is_posted_and_done_when_acknowledged(bench: Bench) -> None:
    await bench.add("d-1")
    await bench.outbox.settle()

    [post] = bench.poster.posts
    delivery = await bench.delivery("d-1")
    assert (post.method, post.url, post.body) == ("POST", _HOOK, b'{"id":"d-1"}')
    assert post.headers["Content-Type"] == "application/json"
    assert delivery.state is DeliveryState.DELIVERED
    assert delivery.next_at is None
    [attempt] = delivery.attempts
    assert attempt == Attempt(1, at(_START_S), attempt.duration_ms, 204)
    assert bench.outbox.depth == Depth(0, 0, 0)


@pytest.mark.parametrize("status", range(200, 206))
async def test_a_status_from_200_to_205_acknowledges(bench: Bench, status: int) -> None:
    bench.poster.answer(_HOOK, status)

    await bench.add("d-1")
    await bench.outbox.settle()

    assert await bench.states() == {"d-1": "delivered"}
    assert len(bench.times) == 0


@pytest.mark.parametrize("turn", [199, 206, 301, 302, 400, 404, 500, "no answer within 5 s"])
async def test_anything_else_is_tried_again(bench: Bench, turn: Turn) -> None:
    bench.poster.answer(_HOOK, turn)

    await bench.add("d-1")
    await bench.outbox.settle()

    delivery = await bench.delivery("d-1")
    assert delivery.state is DeliveryState.PENDING
    assert delivery.next_at == at(_START_S + 5)
    assert bench.outbox.depth == Depth(0, 0, 1)


async def test_each_attempt_is_journalled_with_status_or_error(bench: Bench) -> None:
    bench.poster.answer(_HOOK, 503, "ClientConnectorError: refused", 204)

    await bench.add("d-1")
    await bench.advance(60)

    entries = await bench.entries()
    assert {each.kind for each in entries} == {EntryKind.ATTEMPT}
    assert [each.about for each in entries] == [
        f"submitted webhook, try 1, to {_HOOK}: answered 503",
        f"submitted webhook, try 2, to {_HOOK}: ClientConnectorError: refused",
        f"submitted webhook, try 3, to {_HOOK}: answered 204",
    ]
    assert {(each.message, each.delivery) for each in entries} == {("m-1", "d-1")}
    attempts = [each.attempt for each in entries if each.attempt is not None]
    assert [(each.number, each.status, each.error) for each in attempts] == [
        (1, 503, None),
        (2, None, "ClientConnectorError: refused"),
        (3, 204, None),
    ]
    assert tuple(attempts) == (await bench.delivery("d-1")).attempts
    assert all(each.duration_ms >= 0 for each in attempts)


# Signatures


async def test_a_webhook_is_signed_over_exactly_its_bytes(bench: Bench) -> None:
    body = '{"text":"Grüße/🍽"}'.encode()

    await bench.add("d-1", body=body, application="app-1")
    await bench.outbox.settle()

    [post] = bench.poster.posts
    token = post.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, bench.settings.signature_secret, algorithms=["HS256"])
    assert post.body == body
    assert abs(claims["iat"] - time.time()) < 60
    assert claims == {
        "iat": claims["iat"],
        "jti": claims["jti"],
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "api_key": "key",
        "application_id": "app-1",
    }


async def test_a_webhook_is_signed_by_the_accounts_own_secret_where_it_has_one(bench: Bench) -> None:
    own = "a-secret-of-the-account-with-enough-bytes"
    await bench.store.put_account(Account("key", signature_secret=own))

    await bench.add("d-1")
    await bench.outbox.settle()

    token = bench.poster.posts[0].headers["Authorization"].removeprefix("Bearer ")
    assert jwt.decode(token, own, algorithms=["HS256"])["api_key"] == "key"


async def test_a_receipt_carries_no_token(bench: Bench) -> None:
    await bench.add("d-1", method="GET", signed=False, body=b"")
    await bench.outbox.settle()

    [post] = bench.poster.posts
    assert (post.method, post.body) == ("GET", b"")
    assert "Authorization" not in post.headers


async def test_a_retry_repeats_the_body_under_a_fresh_token(bench: Bench) -> None:
    bench.poster.answer(_HOOK, 500, 500)

    await bench.add("d-1")
    await bench.advance(60)

    claims = [each.claims for each in bench.poster.posts]
    assert len(claims) == 3
    assert len({each["jti"] for each in claims}) == 3
    assert len({each["payload_hash"] for each in claims}) == 1
    assert len({each.body for each in bench.poster.posts}) == 1


async def test_webhooks_never_share_a_token_id(bench: Bench) -> None:
    for number in range(10):
        await bench.add(f"d-{number}", f"m-{number % 3}")
    await bench.outbox.settle()

    assert len({each.claims["jti"] for each in bench.poster.posts}) == 10


# Order


async def test_webhooks_of_a_message_wait_for_the_acknowledgement_of_those_before(bench: Bench) -> None:
    first = never()
    bench.poster.answer(_HOOK, first)
    for identity in ("d-1", "d-2", "d-3"):
        await bench.add(identity)
    await bench.poster.arrived(1)
    assert bench.sent() == ["d-1"]
    assert bench.outbox.depth == Depth(2, 1, 0)

    first.set_result(200)
    await bench.outbox.settle()

    assert bench.sent() == ["d-1", "d-2", "d-3"]


async def test_webhooks_of_a_message_wait_through_all_retries(bench: Bench) -> None:
    bench.poster.answer(_HOOK, 500, 500)
    for identity in ("d-1", "d-2"):
        await bench.add(identity)

    await bench.advance(14.9)
    assert bench.sent() == ["d-1", "d-1"]
    await bench.advance(0.2)

    assert bench.sent() == ["d-1", "d-1", "d-1", "d-2"]


async def test_webhooks_of_different_messages_do_not_wait_for_each_other(bench: Bench) -> None:
    bench.poster.answer(_HOOK, never(), 500)

    for number in (1, 2, 3):
        await bench.add(f"d-{number}", f"m-{number}")
    await bench.poster.arrived(3)

    assert bench.sent() == ["d-1", "d-2", "d-3"]
    await bench.outbox.stop(0)


async def test_a_given_up_webhook_lets_the_next_one_go(make_bench: MakeBench) -> None:
    bench = make_bench(retry_delays_s=(5.0,), retry_for_s=4.0)
    bench.poster.answer(_HOOK, 500)

    for identity in ("d-1", "d-2"):
        await bench.add(identity)
    await bench.outbox.settle()

    assert bench.sent() == ["d-1", "d-2"]
    assert await bench.states() == {"d-1": "gave_up", "d-2": "delivered"}


# The retry schedule


async def test_three_failures_give_four_attempts_with_doubling_gaps(bench: Bench) -> None:
    bench.poster.answer(_HOOK, 500, 500, 500, 200)

    await bench.add("d-1")
    await bench.advance(_DAY_S)

    assert bench.gaps_s() == [5, 10, 20]
    delivery = await bench.delivery("d-1")
    assert delivery.state is DeliveryState.DELIVERED
    assert [each.status for each in delivery.attempts] == [500, 500, 500, 200]
    assert [each.at for each in delivery.attempts] == [at(_START_S + each) for each in (0, 5, 15, 35)]


async def test_retries_follow_the_documented_schedule_for_a_day(bench: Bench) -> None:
    bench.poster.then = 500

    await bench.add("d-1")
    await bench.advance(2 * _DAY_S)

    assert bench.gaps_s() == [5, 10, 20, 40, 80, 160, 320, 640] + [900] * 94
    delivery = await bench.delivery("d-1")
    assert len(delivery.attempts) == 103
    assert delivery.state is DeliveryState.GAVE_UP
    assert delivery.next_at is None
    [gave_up] = await bench.entries(EntryKind.GAVE_UP)
    assert gave_up.about == "submitted webhook given up after 103 tries"
    assert gave_up.delivery == "d-1"
    assert bench.outbox.depth == Depth(0, 0, 0)
    assert len(bench.times) == 0


async def test_the_schedule_is_a_setting(make_bench: MakeBench) -> None:
    bench = make_bench(retry_delays_s=(1.0, 2.0), retry_every_s=3.0, retry_for_s=10.0)
    bench.poster.then = 500

    await bench.add("d-1")
    await bench.advance(60)

    assert bench.gaps_s() == [1, 2, 3, 3]
    assert await bench.states() == {"d-1": "gave_up"}


async def test_a_retry_at_the_very_end_of_the_time_is_still_made(make_bench: MakeBench) -> None:
    bench = make_bench(retry_for_s=15.0)
    bench.poster.then = 500

    await bench.add("d-1")
    await bench.advance(60)

    assert bench.gaps_s() == [5, 10]


async def test_no_retries_at_all_is_a_setting(make_bench: MakeBench) -> None:
    bench = make_bench(retry_for_s=0.0)
    bench.poster.then = 500

    await bench.add("d-1")
    await bench.advance(_DAY_S)

    assert bench.sent() == ["d-1"]
    assert await bench.states() == {"d-1": "gave_up"}


# Many at once


async def test_a_receiver_gets_no_more_at_once_than_its_limit(make_bench: MakeBench) -> None:
    bench = make_bench(deliveries_per_target=2)
    turns = [never() for _ in range(5)]
    bench.poster.answer(_HOOK, *turns)
    for number in range(5):
        await bench.add(f"d-{number}", f"m-{number}")

    await bench.poster.arrived(2)
    assert bench.outbox.depth == Depth(3, 2, 0)
    for finished, turn in enumerate(turns):
        turn.set_result(204)
        await bench.poster.arrived(min(finished + 3, 5))
        assert len(bench.poster.posts) == min(finished + 3, 5)
    await bench.outbox.settle()

    assert bench.sent() == [f"d-{number}" for number in range(5)]


async def test_a_receiver_that_never_answers_holds_up_no_other(make_bench: MakeBench) -> None:
    bench = make_bench(deliveries_per_target=1)
    bench.poster.answer(_HOOK, never())
    for number in range(10):
        await bench.add(f"slow-{number}", f"slow-{number}")
        await bench.add(f"fast-{number}", f"fast-{number}", url=_OTHER)

    await bench.poster.arrived(11)

    assert len(bench.poster.to(_OTHER)) == 10
    assert len(bench.poster.to(_HOOK)) == 1
    assert bench.outbox.depth == Depth(9, 1, 0)
    await bench.outbox.stop(0)


async def test_paths_of_one_host_share_the_limit_and_ports_do_not(make_bench: MakeBench) -> None:
    bench = make_bench(deliveries_per_target=1)
    bench.poster.then = never()
    urls = ("http://sut.test/a", "http://sut.test/b", "http://sut.test:81/a", "https://sut.test/a")
    for url in urls:
        await bench.add(url, url, url=url)

    await bench.poster.arrived(3)

    assert [each.url for each in bench.poster.posts] == [urls[0], urls[2], urls[3]]
    await bench.outbox.stop(0)


async def test_room_is_what_webhooks_that_wait_or_will_be_tried_again_leave(make_bench: MakeBench) -> None:
    bench = make_bench(deliveries_per_target=1, delivery_queue=2)
    first = never()
    bench.poster.answer(_HOOK, first)
    found = []
    for number in range(3):
        await bench.add(f"d-{number}", f"m-{number}")
        found.append((bench.outbox.depth, bench.outbox.room("key")))

    first.set_result(500)
    await bench.outbox.settle()
    found.append((bench.outbox.depth, bench.outbox.room("key")))
    bench.poster.answer(_HOOK, 500)
    await bench.add("d-3", "m-3")
    await bench.outbox.settle()
    found.append((bench.outbox.depth, bench.outbox.room("key")))

    assert found == [
        (Depth(0, 1, 0), 2),
        (Depth(1, 1, 0), 1),
        (Depth(2, 1, 0), 0),
        (Depth(0, 0, 1), 1),
        (Depth(0, 0, 2), 0),
    ]


# Sending once more


async def test_resume_sends_at_once_what_waits_for_its_next_try(bench: Bench) -> None:
    bench.poster.answer(_HOOK, 500)
    await bench.add("d-1")
    await bench.outbox.settle()

    assert bench.outbox.resume("d-1")
    assert not bench.outbox.resume("d-1")
    await bench.outbox.settle()

    assert bench.gaps_s() == [0]
    assert await bench.states() == {"d-1": "delivered"}
    await bench.advance(_DAY_S)
    assert len(bench.poster.posts) == 2


async def test_resume_of_something_that_does_not_wait_is_false(bench: Bench) -> None:
    assert not bench.outbox.resume("d-9")


async def test_a_resumed_webhook_keeps_to_the_schedule_of_its_own_tries(bench: Bench) -> None:
    """The moment that was planned before must not bring on another try when its time comes."""
    bench.poster.answer(_HOOK, 500, 500, 500)
    await bench.add("d-1")
    await bench.advance(1)
    bench.outbox.resume("d-1")

    await bench.advance(_DAY_S)

    assert [each.at_s - _START_S for each in bench.poster.posts] == [0, 1, 11, 31]


async def test_a_finished_webhook_can_be_added_again_with_its_attempts(bench: Bench) -> None:
    await bench.add("d-1")
    await bench.outbox.settle()
    done = await bench.delivery("d-1")

    await bench.outbox.add_again(msgspec.structs.replace(done, state=DeliveryState.PENDING))
    await bench.outbox.settle()

    [again] = [each async for each in bench.store.deliveries("key")]
    assert again.state is DeliveryState.DELIVERED
    assert [each.number for each in again.attempts] == [1, 2]
    assert bench.poster.posts[0].claims["jti"] != bench.poster.posts[1].claims["jti"]


# Forgotten by a reset


async def test_a_webhook_forgotten_while_with_its_receiver_leaves_no_trace(bench: Bench) -> None:
    first = never()
    bench.poster.answer(_HOOK, first)
    await bench.add("d-1")
    await bench.add("d-2")
    await bench.poster.arrived(1)

    await bench.store.clear("key", "messages")
    first.set_result(500)
    await bench.outbox.settle()

    assert bench.sent() == ["d-1"]
    assert await bench.entries() == []
    assert await bench.states() == {}
    assert bench.outbox.depth == Depth(0, 0, 0)
    assert len(bench.times) == 0


async def test_a_webhook_forgotten_before_its_send_began_is_not_sent(bench: Bench) -> None:
    await bench.add("d-1")

    await bench.store.clear("key", "messages")
    bench.outbox.forget("key")
    await bench.outbox.settle()

    assert bench.sent() == []
    assert bench.outbox.depth == Depth(0, 0, 0)


async def test_forget_lets_go_of_what_waits_for_its_next_try(bench: Bench) -> None:
    bench.poster.answer(_HOOK, 500)
    await bench.add("d-1")
    await bench.add("d-2")
    await bench.outbox.settle()
    entries = await bench.entries()

    await bench.store.clear("key", "messages")
    bench.outbox.forget("key")
    await bench.outbox.settle()

    assert bench.outbox.depth == Depth(0, 0, 0)
    await bench.advance(_DAY_S)
    assert bench.sent() == ["d-1"]
    assert await bench.entries() == entries


async def test_forget_leaves_other_accounts_alone(bench: Bench) -> None:
    bench.poster.answer(_HOOK, 500)
    await bench.add("d-1")
    await bench.outbox.settle()

    bench.outbox.forget("other")

    assert bench.outbox.depth == Depth(0, 0, 1)


async def test_a_forgotten_lane_is_free_for_new_webhooks(bench: Bench) -> None:
    bench.poster.answer(_HOOK, 500)
    await bench.add("d-1")
    await bench.outbox.settle()
    await bench.store.clear("key", "messages")

    await bench.advance(5)
    await bench.add("d-2")
    await bench.outbox.settle()

    assert bench.sent() == ["d-1", "d-2"]
    assert await bench.states() == {"d-2": "delivered"}


# Stopping


async def test_stop_waits_for_sends_under_way_and_those_behind_them(bench: Bench) -> None:
    first = never()
    bench.poster.answer(_HOOK, first)
    for identity in ("d-1", "d-2"):
        await bench.add(identity)
    await bench.poster.arrived(1)

    stopping = asyncio.create_task(bench.outbox.stop(60))
    await asyncio.sleep(0)
    first.set_result(204)

    assert await stopping == []
    assert await bench.states() == {"d-1": "delivered", "d-2": "delivered"}
    assert bench.poster.is_closed


async def test_stop_abandons_all_that_is_left_in_whatever_state(make_bench: MakeBench) -> None:
    bench = make_bench(deliveries_per_target=2)
    await bench.store.put_account(Account("key"))
    bench.poster.answer(_OTHER, 204, 500)
    bench.poster.answer(_HOOK, *(never() for _ in range(9)))
    await bench.add("done", "m-done", url=_OTHER)
    await bench.add("retrying", "m-retrying", url=_OTHER)
    await bench.add("behind-retrying", "m-retrying", url=_OTHER)
    await bench.poster.arrived(2)
    await bench.outbox.settle()
    for number in range(4):
        await bench.add(f"hook-{number}", f"m-{number}")
    await bench.add("behind-hook", "m-0")
    await bench.poster.arrived(4)
    assert bench.outbox.depth == Depth(4, 2, 1)

    left = await bench.outbox.stop(0)

    expected = {"retrying", "behind-retrying", "behind-hook", *(f"hook-{number}" for number in range(4))}
    assert {each.id for each in left} == expected
    assert await bench.states() == {"done": "delivered", **dict.fromkeys(expected, "abandoned")}
    abandoned = await bench.entries(EntryKind.ABANDONED)
    assert {each.delivery for each in abandoned} == expected
    assert len(abandoned) == len(expected)
    by_delivery = {each.delivery: each.about for each in abandoned}
    assert by_delivery["retrying"] == "submitted webhook abandoned: the server stopped after 1 try"


async def test_stop_starts_no_new_sends(make_bench: MakeBench) -> None:
    """What is cancelled makes room at its receiver; nothing may move up into it."""
    bench = make_bench(deliveries_per_target=1)
    await bench.store.put_account(Account("key"))
    bench.poster.answer(_HOOK, never())
    for number in range(5):
        await bench.add(f"d-{number}", f"m-{number}")
    await bench.poster.arrived(1)

    left = await bench.outbox.stop(0)
    for _ in range(20):
        await asyncio.sleep(0)

    assert bench.sent() == ["d-0"]
    assert len(left) == 5
    assert set((await bench.states()).values()) == {"abandoned"}
    assert bench.outbox.depth == Depth(0, 0, 0)
    assert await bench.entries(EntryKind.ATTEMPT) == []


async def test_stop_of_an_idle_outbox_returns_at_once(bench: Bench) -> None:
    async with asyncio.timeout(5):
        assert await bench.outbox.stop(60) == []


async def test_nothing_is_sent_after_the_stop(bench: Bench) -> None:
    await bench.outbox.stop(0)

    await bench.add("d-1")
    await bench.advance(_DAY_S)

    assert bench.sent() == []
    assert (await bench.delivery("d-1")).state is DeliveryState.ABANDONED


# Mistakes of ours


@contextmanager
def _loop_tells(told: list[dict[str, Any]]) -> Iterator[None]:
    """Note what the event loop is told of, such as exceptions of tasks that nobody waits for."""
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: told.append(context))
    try:
        yield
    finally:
        loop.set_exception_handler(before)


async def test_a_mistake_of_ours_is_logged_and_holds_up_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    broken = never()
    broken.set_exception(ZeroDivisionError("broken on purpose"))
    bench.poster.answer(_HOOK, broken)

    told: list[dict[str, Any]] = []

    with caplog.at_level(logging.ERROR, "mockserver"), _loop_tells(told):
        await bench.add("d-1")
        await bench.add("d-2")
        await bench.outbox.settle()
        await asyncio.sleep(0)

    assert [str(each["exception"]) for each in told] == ["broken on purpose"]
    assert bench.sent() == ["d-1", "d-2"]
    assert await bench.states() == {"d-1": "abandoned", "d-2": "delivered"}
    [record] = [each for each in caplog.records if each.name == "mockserver.delivery"]
    assert "sending webhook d-1 failed by a mistake of ours" in record.message
    assert await bench.outbox.stop(0) == []


async def test_forgetting_an_account_clears_its_line_and_leaves_the_others(make_bench: MakeBench) -> None:
    bench = make_bench(deliveries_per_target=1, delivery_queue=10)
    first = never()
    bench.poster.answer(_HOOK, first)
    for number in range(4):
        await bench.add(f"d-{number}", f"m-{number % 2}")
    assert bench.outbox.depth.queued == 3

    bench.outbox.forget("key")

    assert bench.outbox.depth.queued == 0
    assert bench.outbox.room("key") == 10
    first.set_result(204)
    await bench.outbox.settle()
    assert bench.sent() == ["d-0"]


# Pausing


async def test_a_paused_account_sends_nothing_and_then_all_in_order(bench: Bench) -> None:
    bench.outbox.pause("key")
    for message, each in (("m-1", "d-1"), ("m-1", "d-2"), ("m-2", "d-3"), ("m-1", "d-4")):
        await bench.add(each, message)
    async with asyncio.timeout(5):
        await bench.outbox.settle()
        await bench.outbox.settle("key")
    before = (bench.sent(), bench.outbox.held("key"), bench.outbox.paused, bench.outbox.depth.queued)
    released = bench.outbox.release("key")
    await bench.outbox.settle()

    assert ([], 4, ("key",), 4) == before
    assert (4, None, ()) == (released, bench.outbox.held("key"), bench.outbox.paused)
    assert ["d-1", "d-2", "d-4"] == [each for each in bench.sent() if each != "d-3"]
    assert set(bench.sent()) == {"d-1", "d-2", "d-3", "d-4"}
    assert bench.outbox.depth == Depth(0, 0, 0)


async def test_what_is_in_line_is_held_and_what_is_with_its_receiver_is_finished(make_bench: MakeBench) -> None:
    bench = make_bench(deliveries_per_target=1)
    await bench.store.put_account(Account("key"))
    answer = never()
    bench.poster.answer(_HOOK, answer)
    await bench.add("d-1", "m-1")
    await bench.add("d-2", "m-2")
    await bench.add("d-3", "m-3")
    await bench.poster.arrived(1)

    bench.outbox.pause("key")
    bench.outbox.pause("key")
    answer.set_result(204)
    await bench.outbox.settle()
    held = (await bench.states(), bench.outbox.held("key"))
    bench.outbox.release("key")
    await bench.outbox.settle()

    assert ({"d-1": "delivered", "d-2": "pending", "d-3": "pending"}, 2) == held
    assert ["d-1", "d-2", "d-3"] == bench.sent()


async def test_a_next_try_waits_as_well_while_paused(bench: Bench) -> None:
    bench.poster.answer(_HOOK, 500)
    await bench.add("d-1")
    await bench.outbox.settle()
    bench.outbox.pause("key")

    await bench.advance(3600)
    held = (len(bench.sent()), bench.outbox.held("key"))
    bench.outbox.release("key")
    await bench.outbox.settle()

    assert ((1, 1), 2) == (held, len(bench.sent()))
    assert {"d-1": "delivered"} == await bench.states()


async def test_forgetting_an_account_ends_its_pause(bench: Bench) -> None:
    bench.outbox.pause("key")
    await bench.add("d-1")
    await bench.store.clear("key", "messages")
    bench.outbox.forget("key")
    await bench.add("d-2")
    await bench.outbox.settle()

    assert (["d-2"], ()) == (bench.sent(), bench.outbox.paused)
    assert bench.outbox.depth == Depth(0, 0, 0)


async def test_what_is_held_at_the_stop_is_abandoned(bench: Bench) -> None:
    bench.outbox.pause("key")
    await bench.add("d-1")

    async with asyncio.timeout(5):
        left = await bench.outbox.stop(60)

    assert ["d-1"] == [each.id for each in left]
    assert {"d-1": "abandoned"} == await bench.states()


async def test_other_accounts_send_while_one_is_paused(bench: Bench) -> None:
    bench.outbox.pause("other")
    await bench.add("d-1")
    await bench.outbox.settle()

    assert (["d-1"], 0) == (bench.sent(), bench.outbox.release("other"))


async def test_a_try_lasts_as_long_as_its_receiver_takes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [0.0]
    monkeypatch.setattr("mockserver.delivery.time", SimpleNamespace(perf_counter=lambda: now_s[0], time=time.time))
    answer = asyncio.get_running_loop().create_future()
    bench.poster.answer(_HOOK, answer)

    await bench.add("d-1")
    await bench.poster.arrived(1)
    now_s[0] = 0.0123456
    answer.set_result(200)
    await bench.outbox.settle()

    assert [each.duration_ms for each in (await bench.delivery("d-1")).attempts] == [12.345]


async def test_a_try_that_fails_at_once_is_not_charged_with_the_turn_of_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [0.0]
    monkeypatch.setattr("mockserver.delivery.time", SimpleNamespace(perf_counter=lambda: now_s[0], time=time.time))
    bench.poster.answer(_HOOK, "no such host")

    await bench.add("d-1")
    asyncio.get_running_loop().call_soon(now_s.__setitem__, 0, 5.0)
    await bench.outbox.settle()

    delivery = await bench.store.delivery("key", "d-1")
    assert delivery is not None
    assert [(each.error, each.duration_ms) for each in delivery.attempts] == [("no such host", 0.0)]
