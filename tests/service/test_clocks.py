"""Each account goes by a clock of its own that can be set and moved, and nothing planned is lost or done twice."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import jwt
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.clock import ManualClock, SystemClock, at
from mockserver.contract.specs import Specs, load_specs
from mockserver.errors import ConflictError, UsageError
from mockserver.model import Account, Attempt, Delivery, DeliveryState, Entry, EntryKind, Provider, Rate, Rates
from mockserver.service.accounts import Caller
from mockserver.service.messages import Arrival
from mockserver.service.runtime import Runtime
from mockserver.settings import Settings
from tests.bodies import body_of
from tests.fakes import FakePoster, Turn, never
from tests.service.conftest import INBOUND_URL, KEY, START_S, STATUS_URL, World

_DAY_S = 86_400.0
_OTHER = "bbbb2222"
_CELLS = (("sms", "text"), ("whatsapp", "image"), ("viber", "text"), ("messenger", "text"))


# Reading and setting


async def test_a_clock_is_the_servers_until_it_is_set(world: World) -> None:
    before = world.runtime.clocks.read(KEY)
    await world.runtime.clocks.set(KEY, "60x")

    after = world.runtime.clocks.read(KEY)

    assert (before.mode, before.is_own, before.now) == ("manual", False, at(START_S))
    assert (after.mode, after.is_own) == ("60x", True)


async def test_a_clock_set_without_a_moment_goes_on_from_where_the_account_is(world: World) -> None:
    await world.advance(3600)

    set_to = await world.runtime.clocks.set(KEY, "manual")

    assert set_to.now == at(START_S + 3600)


async def test_a_clock_that_jumps_takes_along_what_waits(world: World) -> None:
    world.poster.then = 500
    sent = await world.send()
    await world.advance(1)
    jump_s = 7 * _DAY_S

    reading = await world.runtime.clocks.set(KEY, "manual", START_S + 1 + jump_s)

    waiting = (await world.deliveries(sent.uuid))[0]
    assert reading.now == at(START_S + 1 + jump_s)
    assert reading.next_at == waiting.next_at == at(START_S + 5.05 + jump_s)
    assert len(world.poster.posts) == 1


async def test_a_clock_may_be_set_back(world: World) -> None:
    await world.send()

    await world.runtime.clocks.set(KEY, "manual", START_S - _DAY_S)
    await world.runtime.advance(1, KEY)

    moves = [each.move.at for each in await world.entries(EntryKind.STATUS) if each.move is not None]
    assert moves == [at(START_S - _DAY_S + 0.05), at(START_S - _DAY_S + 0.4)]


@pytest.mark.parametrize("moment_s", [-1.0, 1e12, float("nan")])
async def test_a_clock_keeps_to_the_years_that_can_be_told(world: World, moment_s: float) -> None:
    with pytest.raises(UsageError, match="the clock would leave the years 1970 to 2999"):
        await world.runtime.clocks.set(KEY, "manual", moment_s)


async def test_a_real_clock_catches_up_with_the_machine_but_never_goes_back(specs: Specs) -> None:
    runtime = Runtime(Settings(), specs=specs)
    await runtime.start()
    machine = SystemClock()
    await runtime.clocks.set(KEY, "manual", machine.seconds() - 3600)

    caught_up = await runtime.clocks.set(KEY, "real")
    await runtime.clocks.set(KEY, "manual")
    await runtime.advance(_DAY_S)
    ahead = await runtime.clocks.set(KEY, "real")
    back = await runtime.clocks.reset(KEY)
    await runtime.stop(0)

    assert abs(caught_up.now.timestamp() - machine.seconds()) < 60
    assert ahead.now.timestamp() > machine.seconds() + _DAY_S - 60
    assert (back.mode, back.is_own) == ("real", False)
    assert abs(back.now.timestamp() - machine.seconds()) < 60


async def test_a_fast_clock_runs_by_itself(specs: Specs) -> None:
    poster = FakePoster(SystemClock())
    runtime = Runtime(Settings(status_url=STATUS_URL, delivered_after_s=300, seed=7), specs=specs, poster=poster)
    await runtime.start()
    await runtime.clocks.set(KEY, "100000x")
    account = await runtime.accounts.find(None)
    assert account is not None

    await runtime.messages.send(Caller(account), "sms", body_of("sms", "text"))
    await poster.arrived(2)
    await runtime.stop(0)

    assert [each["status"] for each in poster.bodies()] == ["submitted", "delivered"]


async def test_the_servers_own_clock_is_a_setting(specs: Specs) -> None:
    runtime = Runtime(Settings(clock="manual"), specs=specs)
    fast = Runtime(Settings(clock="60x"), specs=specs)

    assert runtime.clocks.read(KEY).mode == "manual"
    assert fast.clocks.read(KEY).mode == "60x"


# Advancing


async def test_an_advance_tells_what_happened(world: World) -> None:
    world.poster.answer(STATUS_URL, 500)
    await world.send()

    advanced = await world.runtime.advance(10)

    assert (advanced.account, advanced.began, advanced.ended) == (KEY, at(START_S), at(START_S + 10))
    assert advanced.counts == {"status": 2, "attempt": 3}
    assert advanced.total == 5
    assert advanced.after == 0


@pytest.mark.parametrize("mode", ["real", "60x"])
async def test_a_clock_that_runs_by_itself_cannot_be_advanced(world: World, mode: str) -> None:
    await world.runtime.clocks.set(KEY, mode)

    with pytest.raises(ConflictError, match="the clock of account mockkey1 runs by itself") as caught:
        await world.runtime.advance(1)

    assert caught.value.fix == 'Set it first: PUT /_mock/clock {"mode": "manual"}, or `mockserver clock manual`.'


async def test_advances_at_once_add_up(world: World) -> None:
    await world.send()

    await asyncio.gather(*(world.runtime.advance(3600, KEY) for _ in range(3)))

    assert world.runtime.clocks.read(KEY).now == at(START_S + 3 * 3600)
    assert len(world.poster.posts) == 2


async def test_a_clock_set_during_an_advance_waits_for_its_end(world: World) -> None:
    hanging: asyncio.Future[int] = never()
    world.poster.answer(STATUS_URL, hanging)
    await world.send()
    advancing = asyncio.create_task(world.runtime.advance(60, KEY))
    await world.poster.arrived(1)

    setting = asyncio.create_task(world.runtime.clocks.set(KEY, "manual", START_S + _DAY_S))
    await asyncio.sleep(0)
    is_waiting = not setting.done()
    hanging.set_result(204)
    advanced = await advancing

    assert is_waiting
    assert advanced.ended == at(START_S + 60)
    assert (await setting).now == at(START_S + _DAY_S)


async def test_a_named_account_is_advanced_by_itself(world: World) -> None:
    await world.runtime.accounts.put(Account(_OTHER))
    mine, other = await world.send(), await world.send(key=_OTHER)

    await world.runtime.advance(_DAY_S, _OTHER)

    assert world.runtime.clocks.read(_OTHER).now == at(START_S + _DAY_S)
    assert world.runtime.clocks.read(KEY).now == at(START_S)
    assert world.statuses(other.uuid) == ["submitted", "delivered"]
    assert world.statuses(mine.uuid) == []


async def test_the_servers_clock_moves_every_account_without_one_of_its_own(world: World) -> None:
    await world.runtime.accounts.put(Account(_OTHER))
    await world.runtime.accounts.put(Account("cccc3333"))
    await world.runtime.clocks.set("cccc3333", "manual")
    shared, apart = await world.send(key=_OTHER), await world.send(key="cccc3333")

    await world.runtime.advance(60)

    assert world.statuses(shared.uuid) == ["submitted", "delivered"]
    assert world.statuses(apart.uuid) == []


@pytest.mark.parametrize("named", [None, KEY])
async def test_an_advance_does_not_wait_for_the_receivers_of_other_clocks(world: World, named: str | None) -> None:
    await world.runtime.accounts.put(Account(_OTHER, status_url="http://slow.test/"))
    world.poster.answer("http://slow.test/", never())
    await world.runtime.clocks.set(_OTHER, "100000x")
    await world.send(key=_OTHER)
    await world.poster.arrived(1)
    world.poster.then = 500
    mine = await world.send()

    async with asyncio.timeout(20):
        await world.runtime.advance(_DAY_S, named)

    assert len((await world.deliveries(mine.uuid))[0].attempts) == 103


@dataclass
class _Strict:
    """A receiver that takes only tokens of the last minute, signed with the account's secret over the body it got."""

    taken: int = 0

    async def post(self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, over_s: float = 0.0) -> int:
        """See ``Poster.post``; refuse the first tries, so that there are later ones to judge."""
        del method, url, over_s
        token = headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, Settings().signature_secret, algorithms=["HS256"])  # also refuses a future iat
        assert SystemClock().seconds() - 60 < claims["iat"]
        assert claims["payload_hash"] == hashlib.sha256(body).hexdigest()
        self.taken += 1
        return 500 if self.taken < 10 else 204

    async def close(self) -> None:
        """See ``Poster.close``."""


@pytest.mark.parametrize("days", [-365, 0, 365])
async def test_tokens_keep_the_real_time_for_strict_receivers(specs: Specs, days: int) -> None:
    receiver = _Strict()
    runtime = Runtime(Settings(status_url=STATUS_URL, seed=7), specs=specs, poster=receiver)
    await runtime.start()
    account = await runtime.accounts.find(None)
    assert account is not None
    await runtime.clocks.set(KEY, "manual", SystemClock().seconds() + days * _DAY_S)
    await runtime.messages.send(Caller(account), "sms", body_of("sms", "text"))

    await runtime.advance(_DAY_S)

    states = [each.state async for each in runtime.store.deliveries(KEY)]
    await runtime.stop(0)
    assert states == [DeliveryState.DELIVERED, DeliveryState.DELIVERED]
    assert receiver.taken == 11


# What follows the clock


async def test_a_reply_window_closes_by_the_accounts_clock(world: World) -> None:
    await world.runtime.clocks.set(KEY, "manual", START_S - 30 * _DAY_S)
    account = await world.account()
    body = body_of("whatsapp", "text")
    arrival = Arrival("whatsapp", "text", body["to"]["number"], body["from"]["number"], {"text": "Hello"})

    await world.runtime.messages.receive(account, arrival)
    await world.runtime.advance(23 * 3600, KEY)
    inside = await world.send("whatsapp", "text")
    await world.runtime.advance(2 * 3600, KEY)
    outside = await world.send("whatsapp", "text")
    await world.runtime.advance(60, KEY)

    assert (await world.message(inside.uuid)).status == "delivered"
    assert [each.code for each in (await world.message(outside.uuid)).moves] == [1340]


async def test_a_workflow_goes_on_by_the_accounts_clock(world: World) -> None:
    await world.runtime.clocks.set(KEY, "manual", START_S + 30 * _DAY_S)
    first = body_of("sms", "text", to={"type": "sms", "number": "99900009002"})  # nothing is heard after submitted
    first["failover"] = {"expiry_time": 600, "condition_status": "delivered"}
    body = {"template": "failover", "workflow": [first, body_of("sms", "text")]}
    await world.runtime.workflows.start(Caller(await world.account()), body)

    await world.runtime.advance(599, KEY)
    before = [each.recipient async for each in world.runtime.store.messages(KEY)]
    await world.runtime.advance(2, KEY)  # the time of a step begins once it is submitted
    after = [each.recipient async for each in world.runtime.store.messages(KEY)]

    assert (before, after) == (["99900009002"], ["447700900111", "99900009002"])


async def test_rates_are_those_of_the_accounts_clock(world: World) -> None:
    await world.runtime.accounts.put(Account(KEY, provider=Provider(rates=Rates(key=Rate(1 / 3600)))))
    await world.runtime.clocks.set(KEY, "manual")
    await world.send()
    caller = Caller(await world.account())

    refused = await world.runtime.messages.send(caller, "sms", body_of("sms", "text"))
    await world.runtime.advance(3600, KEY)
    taken = await world.runtime.messages.send(caller, "sms", body_of("sms", "text"))
    await world.runtime.clocks.set(KEY, "manual", START_S - _DAY_S)
    set_back = await world.runtime.messages.send(caller, "sms", body_of("sms", "text"))

    assert [each.message is None for each in (refused, taken, set_back)] == [True, False, False]


@pytest.mark.parametrize("jump_days", [30, -30])
async def test_a_jump_leaves_a_webhook_the_hours_it_had_left(world: World, jump_days: int) -> None:
    world.poster.then = 500
    sent = await world.send()
    await world.runtime.clocks.set(KEY, "manual")
    await world.runtime.advance(_DAY_S / 2, KEY)

    await world.runtime.clocks.set(KEY, "manual", START_S + jump_days * _DAY_S)
    await world.runtime.advance(_DAY_S / 2 + 900, KEY)

    submitted = (await world.deliveries(sent.uuid))[0]
    assert (submitted.state, len(submitted.attempts)) == (DeliveryState.GAVE_UP, 103)


# Resetting


async def test_reset_gives_the_servers_clock_back(world: World) -> None:
    await world.runtime.advance(_DAY_S, KEY)

    await world.runtime.reset(await world.account(), "clock")

    assert world.runtime.clocks.read(KEY).now == at(START_S)


async def test_reset_takes_several_parts(world: World) -> None:
    sent = await world.send()
    await world.runtime.advance(60, KEY)

    await world.runtime.reset(await world.account(), "journal,clock")

    assert await world.entries() == []
    assert (await world.message(sent.uuid)).status == "delivered"
    assert not world.runtime.clocks.read(KEY).is_own


async def test_reset_of_accounts_and_removal_give_the_servers_clock_back(world: World) -> None:
    await world.runtime.accounts.put(Account(_OTHER))
    await world.runtime.clocks.set(KEY, "60x")
    await world.runtime.clocks.set(_OTHER, "60x")

    await world.runtime.remove_account(_OTHER)
    await world.runtime.reset(None, "accounts")

    assert not any(world.runtime.times.has_own(each) for each in (KEY, _OTHER))


# Laws


@dataclass(frozen=True)
class _Run:
    """A world without a test around it: two accounts with messages of their own, receivers that answer by turns."""

    runtime: Runtime
    poster: FakePoster

    async def transcript(self, account: str) -> bytes:
        """Return all that happened in an account; how long real answers took is no part of it."""
        entries = [_timeless_entry(each) for each in await self.runtime.store.entries(account, limit=100_000)]
        deliveries = [_timeless(each) async for each in self.runtime.store.deliveries(account)]
        messages = [each async for each in self.runtime.store.messages(account)]
        return msgspec.json.encode([entries, deliveries, messages])


def _timeless_entry(entry: Entry) -> Entry:
    attempt = None if entry.attempt is None else msgspec.structs.replace(entry.attempt, duration_ms=0)
    return msgspec.structs.replace(entry, attempt=attempt)


def _timeless(delivery: Delivery) -> Delivery:
    attempts: tuple[Attempt, ...] = tuple(msgspec.structs.replace(each, duration_ms=0) for each in delivery.attempts)
    return msgspec.structs.replace(delivery, attempts=attempts)


@pytest.fixture(scope="module")
def documents() -> Specs:
    """Read the documents once."""
    return load_specs()


async def _started(documents: Specs, turns: list[Turn]) -> _Run:
    clock = ManualClock(START_S)
    poster = FakePoster(clock)
    poster.answer(STATUS_URL, *turns)
    known = Settings(status_url=STATUS_URL, inbound_url=INBOUND_URL, seed=7, read=True)
    runtime = Runtime(known, specs=documents, clock=clock, poster=poster)
    await runtime.start()
    await runtime.accounts.put(Account(_OTHER))
    return _Run(runtime, poster)


async def _send(run: _Run, cells: list[tuple[str, str]], key: str = KEY) -> None:
    account = await run.runtime.accounts.find(key)
    assert account is not None
    for channel, kind in cells:
        await run.runtime.messages.send(Caller(account), channel, body_of(channel, kind))


_cells = st.lists(st.sampled_from(_CELLS), min_size=1, max_size=3)
_turns: st.SearchStrategy[list[Turn]] = st.lists(st.sampled_from((204, 500, 302, "no answer")), max_size=12)
_cuts = st.lists(st.integers(0, 90_000), max_size=5).map(sorted)
_law = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_law
@given(cells=_cells, turns=_turns, cuts=_cuts)
def test_an_advance_in_pieces_equals_a_whole_one(
    documents: Specs, cells: list[tuple[str, str]], turns: list[Turn], cuts: list[int]
) -> None:
    async def run_through(marks: list[int]) -> tuple[bytes, list[bytes]]:
        run = await _started(documents, turns)
        await _send(run, cells)
        for before, after in pairwise((0, *marks, 90_000)):
            await run.runtime.advance(after - before, KEY)
        transcript = await run.transcript(KEY)
        await run.runtime.stop(0)
        return transcript, [each.body for each in run.poster.posts]

    async def both() -> None:
        assert await run_through([]) == await run_through(cuts)

    asyncio.run(both())


@_law
@given(cells=_cells, turns=_turns)
def test_the_same_seed_gives_the_same_transcript(
    documents: Specs, cells: list[tuple[str, str]], turns: list[Turn]
) -> None:
    async def run_through() -> bytes:
        run = await _started(documents, turns)
        await _send(run, cells)
        await run.runtime.advance(_DAY_S)
        transcript = await run.transcript(KEY)
        await run.runtime.stop(0)
        return transcript

    async def both() -> None:
        assert await run_through() == await run_through()

    asyncio.run(both())


async def _turn_real(run: _Run) -> None:
    await run.runtime.clocks.set(KEY, "real")


async def _turn_fast(run: _Run) -> None:
    await run.runtime.clocks.set(KEY, "60x")


async def _freeze(run: _Run) -> None:
    await run.runtime.clocks.set(KEY, "manual")


async def _jump(run: _Run) -> None:
    await run.runtime.clocks.set(KEY, "manual", START_S + 30 * _DAY_S)


async def _jump_back(run: _Run) -> None:
    await run.runtime.clocks.set(KEY, "manual", START_S - 30 * _DAY_S)


async def _reset(run: _Run) -> None:
    await run.runtime.clocks.reset(KEY)


async def _advance(run: _Run) -> None:
    await run.runtime.clocks.set(KEY, "manual")
    await run.runtime.advance(7, KEY)


_SWITCHES: tuple[Callable[[_Run], Awaitable[None]], ...] = (
    _turn_real,
    _turn_fast,
    _freeze,
    _jump,
    _jump_back,
    _reset,
    _advance,
)


@_law
@given(cells=_cells, switches=st.lists(st.sampled_from(_SWITCHES), max_size=6))
def test_switching_clocks_loses_and_doubles_nothing(
    documents: Specs, cells: list[tuple[str, str]], switches: list[Callable[[_Run], Awaitable[None]]]
) -> None:
    async def run_through() -> None:
        run = await _started(documents, [500])
        await _send(run, cells)
        for switch in switches:
            await switch(run)
        await run.runtime.clocks.set(KEY, "manual")
        await run.runtime.advance(_DAY_S, KEY)
        deliveries = [each async for each in run.runtime.store.deliveries(KEY)]
        await run.runtime.stop(0)
        assert all(each.state is DeliveryState.DELIVERED for each in deliveries)
        told = Counter((each.message, each.event) for each in deliveries)
        assert set(told.values()) == {1}
        assert {event for _, event in told} >= {"submitted", "delivered"}
        assert len({message for message, _ in told}) == len(cells)

    asyncio.run(run_through())


@_law
@given(cells=_cells, turns=_turns, cuts=_cuts)
def test_accounts_of_different_clocks_do_not_disturb_each_other(
    documents: Specs, cells: list[tuple[str, str]], turns: list[Turn], cuts: list[int]
) -> None:
    async def run_through(*, with_other: bool) -> bytes:
        run = await _started(documents, turns if not with_other else [])
        await run.runtime.accounts.put(Account(KEY, status_url="http://mine.test/"))
        run.poster.answer("http://mine.test/", *turns)
        await _send(run, cells)
        for before, after in pairwise((0, *cuts, 90_000)):
            if with_other:
                await _send(run, cells[:1], _OTHER)
                await run.runtime.clocks.set(_OTHER, "manual", START_S + 5 * after)
                await run.runtime.advance(before + 100, _OTHER)
            await run.runtime.advance(after - before, KEY)
        transcript = await run.transcript(KEY)
        await run.runtime.stop(0)
        return transcript

    async def both() -> None:
        assert await run_through(with_other=False) == await run_through(with_other=True)

    asyncio.run(both())
