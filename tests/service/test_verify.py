"""What happened is held against what was expected: at once, or as soon as it holds, with what came nearest."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable

import pytest
from msgspec.structs import replace

from mockserver.core.asking import About
from mockserver.core.scenario_values import Arrived, Bounds, Expect, Fired, Sequence, Total, wanted
from mockserver.model import Account, EntryKind, Exchange, Json, Status
from mockserver.problem import Finding, Violation
from mockserver.service.subjects import Found, Subjects
from mockserver.service.verify import SHOWN, Outcome, Report
from mockserver.store.tags import Where
from tests.fakes import never
from tests.service.conftest import KEY, START_S, STATUS_URL, OpenWorld, World

_LONG_S = 60.0
"""Longer than any test: what waits so long was not woken."""
_SOON_S = 0.01
"""A time that is to run out."""


def _messages(*, within_s: float = 0.0, bounds: Bounds | None = None, **fields: Json) -> Expect:
    return Expect(wanted("messages", fields), bounds or Bounds(), within_s)


def _deliveries(*, acknowledged: bool | None = None, bounds: Bounds | None = None, **fields: Json) -> Expect:
    return Expect(wanted("deliveries", fields), bounds or Bounds(), 0.0, acknowledged)


async def _outcome(world: World, asked: Expect | Sequence | Total, **more: Json) -> Outcome:
    report = await world.runtime.verifier.verify(KEY, [asked], **more)
    return report.outcomes[0]


async def _waiting(asked: Awaitable[Report]) -> "asyncio.Task[Report]":
    """Let something run until it waits; a few turns of the loop suffice for that."""
    task = asyncio.ensure_future(asked)
    for _ in range(20):
        await asyncio.sleep(0)
    assert not task.done()
    return task


async def _refuse(world: World, *names: str, findings: tuple[Finding, ...] = ()) -> None:
    violations = tuple(Violation(each, "required", f"{each} is missing") for each in names)
    exchange = Exchange("POST", "/v0.1/messages", 422, "refused", violations=violations, findings=findings)
    await world.runtime.journal.write(KEY, EntryKind.REQUEST, "refused", exchange=exchange)


# At once


async def test_what_is_there_is_counted_and_listed(world: World) -> None:
    sent = [await world.send() for _ in range(2)]

    outcome = await _outcome(world, _messages(channel="sms", bounds=Bounds(2, 2)))

    assert (outcome.passed, outcome.count, outcome.expected) == (True, 2, "exactly 2")
    assert [each.id for each in outcome.matching] == [each.uuid for each in sent]
    assert outcome.nearest == ()
    assert outcome.line() == 'messages with channel "sms": 2 found, expected exactly 2'


async def test_too_few_are_told_with_the_differences_to_the_nearest(world: World) -> None:
    await world.send("viber", "text")
    near = await world.send("sms", "text", client_ref="order-7")

    outcome = await _outcome(world, _messages(channel="sms", client_ref="order-8", to={"starts_with": "4477"}))

    assert (outcome.passed, outcome.count) == (False, 0)
    assert outcome.line().endswith(": none found, expected at least 1")
    assert outcome.nearest[0].found.id == near.uuid
    assert [each.line() for each in outcome.nearest[0].misses] == ['client_ref is "order-7"; expected "order-8"']
    assert len(outcome.nearest) == 2


async def test_of_many_near_ones_the_newest_three_are_told(world: World) -> None:
    sent = [await world.send() for _ in range(5)]

    outcome = await _outcome(world, _messages(channel="mms"))

    assert [each.found.id for each in outcome.nearest] == [each.uuid for each in sent[:1:-1]]


async def test_too_many_are_listed_without_near_ones(world: World) -> None:
    for _ in range(SHOWN + 2):
        await world.send()
    await world.send("viber", "text")

    outcome = await _outcome(world, _messages(channel="sms", bounds=Bounds(0, 1)))

    assert (outcome.passed, outcome.count, len(outcome.matching)) == (False, SHOWN + 2, SHOWN)
    assert outcome.nearest == ()


async def test_nothing_at_all_is_said_so(world: World) -> None:
    outcome = await _outcome(world, _messages(channel="sms", bounds=Bounds(1, 1)))

    assert outcome.line() == 'messages with channel "sms": there are no messages at all, expected exactly 1'


async def test_absence_of_anything_holds(world: World) -> None:
    outcome = await _outcome(world, _messages(bounds=Bounds(0, 0)))

    assert (outcome.passed, outcome.line()) == (True, "messages: none found, expected none")


async def test_acknowledged_webhooks_are_told_from_others(world: World) -> None:
    world.poster.answer(STATUS_URL, 204, 500)
    await world.send()
    await world.advance(1)

    acknowledged = await _outcome(world, _deliveries(acknowledged=True, bounds=Bounds(1, 1)))
    unacknowledged = await _outcome(world, _deliveries(acknowledged=False, status="delivered"))

    assert (acknowledged.passed, unacknowledged.passed) == (True, True)
    assert "acknowledged false" in unacknowledged.asked


async def test_totals_count_what_was_wrong_with_requests(world: World) -> None:
    await _refuse(world, "to.number", "to.type", findings=(Finding("x", "unknown_member", "odd"),))
    await _refuse(world, "from")

    violations = await _outcome(world, Total("violations", Bounds(0, 0)))
    findings = await _outcome(world, Total("findings", Bounds(0, 1)))

    assert (violations.passed, violations.count) == (False, 3)
    assert [each.subject["violations"] for each in violations.matching] == [
        ["to.number", "required", "to.type"],
        ["from", "required"],
    ]
    assert violations.line() == "violations: 3 found, expected none"
    assert (findings.passed, findings.count) == (True, 1)


async def test_what_happened_before_an_entry_can_be_left_out(world: World) -> None:
    await world.send()
    await _refuse(world, "to")
    await world.advance(1)
    last = await world.runtime.store.last_number(KEY)
    await world.send()
    await world.advance(1)

    messages = await _outcome(world, _messages(bounds=Bounds(1, 1)), after=last)
    deliveries = await _outcome(world, _deliveries(bounds=Bounds(2, 2)), after=last)
    violations = await _outcome(world, Total("violations", Bounds(0, 0)), after=last)

    assert (messages.passed, deliveries.passed, violations.passed) == (True, True, True)


async def test_expressions_stand_for_what_the_context_says(world: World) -> None:
    sent = await world.send()
    asked = _messages(uuid="${uuid}")

    known = await _outcome(world, asked, context={"uuid": sent.uuid})
    unknown = await _outcome(world, asked)

    assert known.passed
    assert (unknown.passed, unknown.line()) == (
        False,
        "messages: ${uuid} stands for nothing: there is no uuid.",
    )


# Sequences


async def test_a_sequence_holds_if_things_followed_each_other(world: World) -> None:
    await world.send()
    await world.advance(1)
    items = (wanted("messages", {}), wanted("deliveries", {"status": "submitted"}), wanted("deliveries", {}))

    outcome = await _outcome(world, Sequence(items))

    assert (outcome.passed, outcome.count) == (True, 3)
    assert [each.about for each in outcome.matching] == ["messages", "deliveries", "deliveries"]


async def test_a_sequence_out_of_order_names_what_did_not_follow(world: World) -> None:
    await world.send()
    await world.advance(1)
    late, early = ({"status": "delivered"}, {"status": "submitted"})

    outcome = await _outcome(world, Sequence((wanted("deliveries", late), wanted("deliveries", early))))

    assert (outcome.passed, outcome.count) == (False, 1)
    assert outcome.detail == 'number 2, deliveries with status "submitted", did not follow'
    assert [each.misses[0].line() for each in outcome.nearest] == ['status is "delivered"; expected "submitted"']


async def test_one_thing_counts_once_in_a_sequence(world: World) -> None:
    await world.send()
    await world.advance(1)
    twice = Sequence((wanted("messages", {}), wanted("messages", {})))

    alone = await _outcome(world, twice)
    await world.send()
    await world.advance(1)

    assert not alone.passed
    assert (await _outcome(world, twice)).passed


async def test_a_sequence_knows_rules_and_arrivals_by_their_marks(world: World) -> None:
    await world.send()
    await world.advance(1)

    def marks(item: Fired | Arrived) -> Iterable[int]:
        return [1] if isinstance(item, Fired) else [3]

    held = await _outcome(world, Sequence((Fired("hello"), Arrived(0))), marks=marks)
    broken = await _outcome(world, Sequence((Arrived(0), Fired("hello"))), marks=marks)

    assert (held.passed, held.asked) == (True, "rule:hello then the message of step 1")
    assert (broken.passed, broken.detail) == (False, "number 2, rule:hello, did not follow")


# Waiting


async def test_an_expectation_is_met_as_soon_as_it_holds(world: World) -> None:
    waiting = await _waiting(world.runtime.verifier.verify(KEY, [_messages(status="delivered", within_s=_LONG_S)]))
    await world.send()

    await world.advance(1)

    async with asyncio.timeout(5):
        report = await waiting
    assert (report.passed, report.is_cut) == (True, False)
    assert report.outcomes[0].waited_s < _LONG_S


async def test_an_expectation_fails_when_its_time_is_over(world: World) -> None:
    outcome = await _outcome(world, _messages(within_s=_SOON_S))

    assert not outcome.passed
    assert outcome.waited_s >= _SOON_S


async def test_an_upper_end_is_watched_for_all_of_its_time(world: World) -> None:
    await world.send()

    outcome = await _outcome(world, _messages(bounds=Bounds(1, 1), within_s=_SOON_S))

    assert outcome.passed
    assert outcome.waited_s >= _SOON_S


async def test_an_upper_end_that_is_passed_ends_the_watch(world: World) -> None:
    asked = [_messages(bounds=Bounds(0, 0), within_s=_LONG_S)]
    waiting = await _waiting(world.runtime.verifier.verify(KEY, asked))

    await world.send()
    await world.advance(1)

    async with asyncio.timeout(5):
        report = await waiting
    assert (report.passed, report.outcomes[0].count) == (False, 1)


async def test_a_wait_ends_once_there_are_enough_though_more_may_come(world: World) -> None:
    await world.send()

    async with asyncio.timeout(5):
        outcome = await world.runtime.verifier.wait(KEY, _messages(bounds=Bounds(1, 1), within_s=_LONG_S))

    assert outcome.passed


async def test_what_has_no_time_of_its_own_is_looked_at_last(world: World) -> None:
    asked = [_messages(status="delivered", bounds=Bounds(1, 1)), _messages(status="delivered", within_s=_LONG_S)]
    waiting = await _waiting(world.runtime.verifier.verify(KEY, asked))
    await world.send()

    await world.advance(1)

    async with asyncio.timeout(5):
        assert (await waiting).passed


async def test_a_sequence_can_be_waited_for(world: World) -> None:
    items = (wanted("deliveries", {"status": "submitted"}), wanted("deliveries", {"status": "delivered"}))
    waiting = await _waiting(world.runtime.verifier.verify(KEY, [Sequence(items, _LONG_S)]))
    await world.send()

    await world.advance(1)

    async with asyncio.timeout(5):
        assert (await waiting).passed


async def test_waiting_moves_no_clock(world: World) -> None:
    await world.send()

    outcome = await _outcome(world, _messages(status="delivered", within_s=_SOON_S))

    assert not outcome.passed
    assert world.clock.seconds() == START_S


async def test_other_accounts_are_not_looked_at(world: World) -> None:
    await world.runtime.accounts.put(Account("bbbb2222"))
    await world.send(key="bbbb2222")

    assert (await _outcome(world, _messages(bounds=Bounds(0, 0)))).passed


async def test_the_end_of_the_server_releases_whoever_waits(world: World) -> None:
    waiting = await _waiting(world.runtime.verifier.verify(KEY, [_messages(within_s=_LONG_S)]))

    await world.runtime.stop(0)

    async with asyncio.timeout(5):
        report = await waiting
    assert (report.passed, report.is_cut) == (False, True)


async def test_a_stopping_server_does_not_hold_whoever_waits_for_its_deliveries(world: World) -> None:
    world.poster.answer(STATUS_URL, never())
    await world.send()
    advancing = asyncio.create_task(world.advance(1))
    await world.poster.arrived(1)
    waiting = asyncio.create_task(world.runtime.verifier.verify(KEY, [_messages(status="read", within_s=_LONG_S)]))

    stopping = asyncio.create_task(world.runtime.stop(5))

    async with asyncio.timeout(2):
        assert (await waiting).is_cut
    assert not stopping.done()
    stopping.cancel()
    advancing.cancel()
    await asyncio.gather(stopping, advancing, return_exceptions=True)


@pytest.mark.parametrize("passed", [True, False])
def test_a_report_passes_if_all_of_it_does(passed: bool) -> None:
    good = Outcome("messages", "at least 1", passed=True, count=1)
    other = Outcome("messages", "at least 1", passed=passed, count=int(passed))

    assert Report((good, other)).passed is passed


async def test_many_messages_are_read_without_holding_up_others(world: World) -> None:
    for _ in range(450):
        await world.send()
    looking = asyncio.create_task(_outcome(world, _messages(bounds=Bounds(450, 450))))
    turns = 0
    while not looking.done():
        await asyncio.sleep(0)
        turns += 1

    assert (await looking).passed
    assert turns >= 3


async def test_a_message_moved_meanwhile_is_seen(world: World) -> None:
    sent = await world.send()
    waiting = await _waiting(world.runtime.verifier.verify(KEY, [_messages(status="rejected", within_s=_LONG_S)]))

    await world.runtime.messages.move(sent, Status.REJECTED, 1300)

    async with asyncio.timeout(5):
        assert (await waiting).passed


async def test_a_webhook_on_its_way_is_seen(open_world: OpenWorld) -> None:
    world = await open_world(status_url=None)
    asked = [Expect(wanted("deliveries", {"state": "dropped"}), Bounds(), _LONG_S)]
    waiting = await _waiting(world.runtime.verifier.verify(KEY, asked))
    await world.send()

    await world.advance(1)

    async with asyncio.timeout(5):
        assert (await waiting).passed


async def test_a_refused_request_is_waited_for(world: World) -> None:
    asked = [Expect(wanted("requests", {"verdict": "refused"}), Bounds(2, None), _LONG_S)]
    waiting = await _waiting(world.runtime.verifier.verify(KEY, asked))

    await _refuse(world, "to")
    await _refuse(world, "from")

    async with asyncio.timeout(5):
        assert (await waiting).passed


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[About]:
    """Return what was looked through, as it grows."""
    found: list[About] = []
    usual = Subjects.all

    def counted(self: Subjects, account: str, about: About, where: Where = ()) -> AsyncIterator[Found]:
        found.append(about)
        return usual(self, account, about, where)

    monkeypatch.setattr(Subjects, "all", counted)
    return found


async def test_what_cannot_decide_anything_is_not_looked_for(world: World, looks: list[About]) -> None:
    """Of a million messages each look takes milliseconds, and under load an entry comes more often than that."""
    waiting = await _waiting(world.runtime.verifier.verify(KEY, [_messages(to="447700900999", within_s=_LONG_S)]))
    before = len(looks)
    for _ in range(10):
        await world.send()
        await world.advance(1)
        await asyncio.sleep(0)

    assert len(looks) == before
    await world.send(to={"type": "sms", "number": "447700900999"})
    await world.advance(1)
    async with asyncio.timeout(5):
        assert (await waiting).passed
    assert len(looks) == before


@pytest.mark.parametrize(
    "asked",
    [
        _messages(to="447700900999", within_s=_LONG_S),
        Expect(wanted("deliveries", {"to": "447700900999"}), Bounds(), _LONG_S),
        Expect(wanted("requests", {"verdict": "refused"}), Bounds(), _LONG_S),
    ],
    ids=lambda asked: asked.wanted.about,
)
async def test_what_the_journal_tells_is_what_another_look_would_find(
    world: World, looks: list[About], asked: Expect
) -> None:
    await world.send()
    waiting = await _waiting(world.runtime.verifier.verify(KEY, [asked]))
    before = len(looks)
    await world.send(to={"type": "sms", "number": "447700900999"})
    await world.advance(1)
    await _refuse(world, "to")

    async with asyncio.timeout(5):
        heard = (await waiting).outcomes[0]

    # Webhooks may change without an entry that tells of it.
    assert asked.wanted.about == "deliveries" or len(looks) == before
    seen = await _outcome(world, replace(asked, within_s=0.0))
    assert heard.passed
    assert (heard.line(), heard.count, heard.matching) == (seen.line(), seen.count, seen.matching)


async def test_where_something_fitted_already_all_is_looked_at_again(world: World, looks: list[About]) -> None:
    sent = [await world.send()]
    asked = _messages(channel="sms", within_s=_LONG_S, bounds=Bounds(2, None))
    waiting = await _waiting(world.runtime.verifier.verify(KEY, [asked]))
    before = len(looks)

    sent.append(await world.send())
    await world.advance(1)

    async with asyncio.timeout(5):
        outcome = (await waiting).outcomes[0]
    assert [each.id for each in outcome.matching] == [each.uuid for each in sent]
    assert len(looks) > before


async def test_what_began_before_does_not_count_when_it_changes(world: World) -> None:
    old = await world.send()
    await world.advance(1)
    after = await world.runtime.journal.last_number(KEY)
    asked = _messages(channel="sms", within_s=_LONG_S)
    waiting = await _waiting(world.runtime.verifier.verify(KEY, [asked], after=after))

    await world.runtime.messages.move(old, Status.REJECTED, 1300)
    for _ in range(20):
        await asyncio.sleep(0)
    was_over = waiting.done()
    new = await world.send()
    await world.advance(1)

    assert not was_over
    async with asyncio.timeout(5):
        outcome = (await waiting).outcomes[0]
    assert [each.id for each in outcome.matching] == [new.uuid]


async def test_of_several_told_at_once_the_oldest_comes_first(world: World) -> None:
    sent = [await world.send() for _ in range(SHOWN + 10)]
    asked = _messages(status="delivered", bounds=Bounds(len(sent)), within_s=_LONG_S)
    waiting = await _waiting(world.runtime.verifier.verify(KEY, [asked]))

    for each in reversed(sent):
        await world.runtime.messages.move(each, Status.DELIVERED)

    async with asyncio.timeout(5):
        outcome = (await waiting).outcomes[0]
    assert [each.id for each in outcome.matching] == [each.uuid for each in sent[-SHOWN:]]


async def test_a_webhook_that_is_sent_once_more_counts_though_nothing_tells_of_it(world: World) -> None:
    account = await world.runtime.store.account(KEY)
    assert account is not None
    await world.send()
    await world.advance(1)
    old, *_ = [each async for each in world.runtime.store.deliveries(KEY)]
    asked = Expect(wanted("deliveries", {"state": "pending"}), Bounds(1, 1), _LONG_S)
    waiting = asyncio.ensure_future(world.runtime.verifier.wait(KEY, asked))
    await asyncio.sleep(0)
    world.runtime.outbox.pause(KEY)

    await world.runtime.messages.webhooks.redeliver(account, old.id)
    await world.runtime.messages.move(await world.send(), Status.SUBMITTED)

    async with asyncio.timeout(5):
        outcome = await waiting
    assert (outcome.passed, outcome.count) == (False, 2)


async def test_what_is_told_does_not_end_the_watch_of_an_upper_end(world: World) -> None:
    waiting = await _waiting(
        world.runtime.verifier.verify(KEY, [_messages(channel="sms", within_s=_LONG_S, bounds=Bounds(1, 1))])
    )

    await world.send()
    await world.advance(1)
    for _ in range(20):
        await asyncio.sleep(0)
    was_over = waiting.done()
    await world.send()
    await world.advance(1)

    assert not was_over
    async with asyncio.timeout(5):
        outcome = (await waiting).outcomes[0]
    assert (outcome.passed, outcome.count) == (False, 2)


async def test_webhooks_are_counted_by_a_look_and_not_by_what_is_told(world: World) -> None:
    account = await world.runtime.store.account(KEY)
    assert account is not None
    await world.send()
    await world.advance(1)
    old, *_ = [each async for each in world.runtime.store.deliveries(KEY)]
    asked = Expect(wanted("deliveries", {"state": "pending"}), Bounds(), _LONG_S)
    waiting = asyncio.ensure_future(world.runtime.verifier.wait(KEY, asked))
    await asyncio.sleep(0)
    world.runtime.outbox.pause(KEY)

    await world.runtime.messages.webhooks.redeliver(account, old.id)
    await world.runtime.messages.move(await world.send(), Status.SUBMITTED)

    async with asyncio.timeout(5):
        outcome = await waiting
    assert (outcome.passed, outcome.count) == (True, 2)
