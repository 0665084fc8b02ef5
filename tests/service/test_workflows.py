"""Workflows in a whole runtime: what is sent when, what webhooks tell, and how they end."""

from itertools import product

import pytest

from mockserver.model import Account, Application, DeliveryState, EntryKind, Json, Message, Provider, Status
from mockserver.service.accounts import Caller
from mockserver.service.workflows import Started
from tests.bodies import body_of
from tests.service.conftest import KEY, STATUS_URL, OpenWorld, World

APPLICATION = "6c1e0d74-9a2b-4f85-b3d6-e07f1a5c8924"
REJECTED = "99900001300"
"""A magic recipient, whom messages never reach: rejected with 1300."""
UNHEARD_OF = "99900009002"
"""A magic recipient of whom nothing is heard after submitted."""


def failing(recipient: str = "447700900111", **failover: Json) -> Json:
    """Return an SMS step that another follows."""
    return {**sms(recipient), "failover": {"expiry_time": 60, "condition_status": "delivered"} | failover}


def sms(recipient: str = "447700900111") -> Json:
    """Return an SMS step."""
    return body_of("sms", "text", to={"type": "sms", "number": recipient})


def until_read(channel: str = "messenger") -> Json:
    """Return a step that waits a minute for the user to read it."""
    return {**body_of(channel, "text"), "failover": {"expiry_time": 60, "condition_status": "read"}}


async def start(world: World, *steps: Json, application: str | None = None) -> Started:
    """Start a workflow."""
    caller = Caller(await world.account(), application)
    body = {"template": "failover", "workflow": list(steps)}
    assert world.runtime.dispatch_contract.check(body).is_valid
    return await world.runtime.workflows.start(caller, body)


async def sent(world: World) -> list[Message]:
    """Return the messages of the account, oldest first."""
    return [each async for each in world.runtime.store.messages(KEY)][::-1]


def reports(world: World) -> list[Json]:
    """Return the final reports that were posted."""
    return [each for each in world.poster.bodies() if "message_uuid" not in each]


def told(world: World) -> list[tuple[str, str]]:
    """Return what webhooks told, in order: the channel and status of messages, and of workflows the end."""
    return [
        (each["to"]["type"], each["status"]) if "message_uuid" in each else ("report", each["status"])
        for each in world.poster.bodies()
    ]


async def test_first_step_is_sent_at_once_and_alone(world: World) -> None:
    started = await start(world, failing(), sms("447700900112"))

    [message] = await sent(world)
    assert message == started.message
    assert (started.workflow, 0, "447700900111") == (message.workflow, message.step, message.recipient)


async def test_condition_met_ends_the_workflow(world: World) -> None:
    started = await start(world, failing(), sms("447700900112"))

    await world.advance(86400)

    assert [("sms", "submitted"), ("sms", "delivered"), ("report", "completed")] == told(world)
    [report] = reports(world)
    assert started.workflow == report["dispatch_uuid"]
    assert ["447700900111"] == [each.recipient for each in await sent(world)]


async def test_every_status_links_to_the_workflow(world: World) -> None:
    started = await start(world, failing(REJECTED), sms("447700900112"))

    await world.advance(86400)

    links = [each["_links"] for each in world.poster.bodies() if "message_uuid" in each]
    assert [{"dispatch_uuid": started.workflow, "href": f"/workflows/{started.workflow}"}] * 3 == [
        each["workflow"] for each in links
    ]


async def test_message_of_no_workflow_has_no_link_and_ends_without_a_report(world: World) -> None:
    await world.send("sms")

    await world.advance(86400)

    assert 2 == len(world.poster.bodies())
    assert not any("_links" in each for each in world.poster.bodies())


async def test_failure_sends_the_next_step_at_once(world: World) -> None:
    await start(world, failing(REJECTED), sms("447700900112"))

    await world.advance(86400)

    first, second = await sent(world)
    assert second.at == first.moves[-1].at
    assert (1, first.workflow) == (second.step, second.workflow)
    assert [("sms", "rejected"), ("sms", "submitted"), ("sms", "delivered"), ("report", "completed")] == told(world)


async def test_next_step_is_sent_when_the_time_from_submitted_is_over(world: World) -> None:
    await start(world, until_read(), sms())

    await world.advance(60)
    assert 1 == len(await sent(world))
    await world.advance(86400)

    first, second = await sent(world)
    submitted_at = next(each.at for each in first.moves if each.status is Status.SUBMITTED)
    assert 60 == (second.at - submitted_at).total_seconds()
    assert ("report", "completed") == told(world)[-1]


async def test_read_in_time_ends_the_workflow(open_world: OpenWorld) -> None:
    world = await open_world(read=True)
    await start(world, until_read(), sms())

    await world.advance(86400)

    assert ["submitted", "delivered", "read", "completed"] == [status for _, status in told(world)]


async def test_last_step_that_fails_ends_it_with_an_error(world: World) -> None:
    await start(world, failing(REJECTED), sms(REJECTED))

    await world.advance(86400)

    [report] = reports(world)
    assert ("error", {"price": "0.0000", "currency": "EUR"}) == (report["status"], report["usage"])
    assert ["rejected", "rejected"] == [each["status"] for each in report["_links"]["messages"]]


async def test_late_success_is_told_with_its_link_and_cancels_nothing(world: World) -> None:
    await start(world, until_read(), sms())
    await world.advance(60.06)
    first, _ = await sent(world)

    await world.runtime.messages.move(first, Status.READ)
    await world.advance(86400)

    late = next(each for each in world.poster.bodies() if each["status"] == "read")
    assert {"workflow"} == set(late["_links"])
    assert 2 == len(await sent(world))
    [report] = reports(world)
    assert ["read", "delivered"] == [each["status"] for each in report["_links"]["messages"]]
    assert "0.0666" == report["usage"]["price"]


async def test_late_success_after_the_report_is_told_but_not_charged(world: World) -> None:
    await start(world, failing(UNHEARD_OF), sms())
    await world.advance(3600)
    first = (await sent(world))[0]

    await world.runtime.messages.move(await world.message(first.uuid), Status.DELIVERED)
    await world.advance(86400)

    [report] = reports(world)
    assert "0.0333" == report["usage"]["price"]
    assert ["submitted", "delivered"] == [each["status"] for each in report["_links"]["messages"]]
    assert ("sms", "delivered") == told(world)[-1]


async def test_last_step_that_never_ends_makes_no_report(world: World) -> None:
    await start(world, failing(REJECTED), sms(UNHEARD_OF))

    await world.advance(10 * 86400)

    assert [] == reports(world)
    assert 2 == len(await sent(world))


async def test_forced_move_counts_like_any_other(world: World) -> None:
    """A tester moves a message by hand through the control API."""
    await start(world, failing(UNHEARD_OF), sms())
    [first] = await sent(world)

    await world.runtime.messages.move(first, Status.UNDELIVERABLE, 1360)

    assert 2 == len(await sent(world))


async def test_report_follows_the_last_status_to_the_same_url(world: World) -> None:
    await start(world, failing(), sms())

    await world.advance(86400)

    assert [STATUS_URL] * 3 == [each.url for each in world.poster.posts]
    *_, status, report = await world.deliveries((await sent(world))[0].uuid)
    assert ("delivered", "report") == (status.event, report.event)
    assert DeliveryState.DELIVERED is report.state


async def test_report_goes_where_the_application_of_the_token_wants_statuses(open_world: OpenWorld) -> None:
    application = Application(APPLICATION, status_url="http://sut.test/application")
    world = await open_world(Account(KEY, applications=(application,)))
    await start(world, failing(REJECTED), sms(), application=APPLICATION)

    await world.advance(86400)

    assert {"http://sut.test/application"} == {each.url for each in world.poster.posts}
    assert {APPLICATION} == {each.claims["application_id"] for each in world.poster.posts}
    assert 1 == len(reports(world))
    assert {APPLICATION} == {each.application for each in await sent(world)}


async def test_report_is_no_receipt_where_the_account_wants_those(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, sms_receipt_url="http://sut.test/receipt"))
    await start(world, failing(), sms())

    await world.advance(86400)

    assert ["GET", "GET", "POST"] == [each.method for each in world.poster.posts]
    assert STATUS_URL == world.poster.posts[-1].url
    assert "completed" == world.poster.posts[-1].json["status"]


async def test_report_without_a_url_is_journalled_as_dropped(open_world: OpenWorld) -> None:
    world = await open_world(status_url=None)
    await start(world, failing(), sms())

    await world.advance(86400)

    assert [] == world.poster.posts
    *_, last = await world.entries(EntryKind.DROPPED)
    assert last.about.startswith("report webhook dropped: no status URL is set")


async def test_report_has_the_prices_of_the_account(open_world: OpenWorld) -> None:
    world = await open_world(Account(KEY, provider=Provider(prices={"sms": "0.0100", "messenger": "0.0020"})))
    await start(world, until_read(), sms())

    await world.advance(86400)

    [report] = reports(world)
    assert "0.0120" == report["usage"]["price"]
    statuses = [each["usage"]["price"] for each in world.poster.bodies() if each["status"] == "delivered"]
    assert statuses == [each["usage"]["price"] for each in report["_links"]["messages"]]


async def test_problem_of_the_first_step_is_the_answer_and_nothing_is_kept(world: World) -> None:
    started = await start(world, failing("99900000429"), sms())

    await world.advance(86400)

    assert (None, None) == (started.workflow, started.message)
    assert started.fate.problem is not None
    assert 429 == started.fate.problem.status
    assert ([], [], {}) == (await sent(world), told(world), await world.runtime.store.documents(KEY, "workflow"))


@pytest.mark.parametrize(
    ("digits", "code"),
    [
        ("0400", 1070),
        ("0401", 1110),
        ("0402", 1070),
        ("0403", 1140),
        ("0422", 1020),
        ("0429", 1000),
        ("0500", 1030),
        ("0503", 1030),
    ],
)
async def test_problem_of_a_later_step_becomes_a_rejection_with_the_nearest_code(
    digits: str, code: int, world: World
) -> None:
    await start(world, failing(REJECTED), failing(f"9990000{digits}"), sms())

    await world.advance(86400)

    second = (await sent(world))[1]
    assert [(Status.REJECTED, code)] == [(each.status, each.code) for each in second.moves]
    assert ["rejected", "rejected", "submitted", "delivered", "completed"] == [status for _, status in told(world)]
    about = [each.about for each in await world.entries(EntryKind.WORKFLOW)]
    assert f"would be answered {int(digits)}" in about[0]


async def test_duplicate_webhooks_do_not_repeat_what_follows(world: World) -> None:
    """A magic recipient asks for two of each webhook; the message moves once all the same."""
    await start(world, failing("99900009004"), sms())

    await world.advance(86400)

    assert ["submitted", "submitted", "delivered", "delivered", "completed"] == [status for _, status in told(world)]
    assert 1 == len(await sent(world))


async def test_journal_tells_why_each_step_goes_out_and_how_it_ends(world: World) -> None:
    started = await start(world, failing(REJECTED), failing("99900009003", expiry_time=15), sms())

    await world.advance(86400)

    flow = f"workflow {started.workflow}"
    abouts = [each.about.partition(". ")[0] for each in await world.entries(EntryKind.WORKFLOW)]
    assert [
        f"{flow}: step 1 is rejected; step 2 goes out, sms text to 99900009003",
        f"{flow}: the time of step 2 is over; step 3 goes out, sms text to 447700900111",
        f"{flow} ends with completed: step 3 is delivered",
    ] == abouts
    uuids = [each.uuid for each in await sent(world)]
    assert [*uuids[1:], uuids[-1]] == [each.message for each in await world.entries(EntryKind.WORKFLOW)]


async def test_journal_tells_what_was_found_of_a_later_step(world: World) -> None:
    """Nobody has told of a user who wrote first, so the step is sent with a finding."""
    await start(world, failing(REJECTED), body_of("whatsapp", "text"))

    await world.advance(86400)

    first, *_ = await world.entries(EntryKind.WORKFLOW)
    assert "step 2 goes out, whatsapp text to 447700900113. The real API " in first.about


async def test_reset_forgets_workflows_under_way(world: World) -> None:
    await start(world, until_read(), sms())
    await world.advance(1)

    await world.runtime.reset(await world.account(), "messages")
    await world.advance(86400)

    assert [] == await sent(world)
    assert [] == reports(world)


async def test_removed_account_takes_its_workflows_along(world: World) -> None:
    await start(world, until_read(), sms())
    await world.advance(1)

    await world.runtime.accounts.remove(KEY)
    await world.advance(86400)

    assert [] == reports(world)


async def test_stop_abandons_a_workflow_that_had_time_left(world: World) -> None:
    started = await start(world, until_read(), sms())
    await world.advance(1)

    report = await world.runtime.stop(0)

    about = f"workflow {started.workflow} abandoned: the server stopped while step 1 had time left"
    assert (f"{about} (account {KEY})",) == report.abandoned
    [entry] = await world.entries(EntryKind.ABANDONED)
    assert (about, (await sent(world))[0].uuid) == (entry.about, entry.message)


@pytest.mark.parametrize("ended", ["completed", "reset"])
async def test_stop_says_nothing_of_a_workflow_that_no_longer_waits(ended: str, world: World) -> None:
    await start(world, failing(), sms())
    await world.advance(1)
    if ended == "reset":
        await world.runtime.reset(await world.account(), "messages")

    report = await world.runtime.stop(0)

    assert () == report.abandoned


async def test_stop_says_nothing_of_the_time_of_a_step_that_is_over(world: World) -> None:
    await start(world, failing(UNHEARD_OF), sms(UNHEARD_OF))
    await world.advance(1)
    [first] = await sent(world)
    await world.runtime.messages.move(first, Status.UNDELIVERABLE)
    await world.advance(1)

    report = await world.runtime.stop(0)

    assert () == report.abandoned
    assert 2 == len(await sent(world))


async def test_same_seed_gives_the_same_workflow(open_world: OpenWorld) -> None:
    first, second = [await start(await open_world(), failing(), sms()) for _ in range(2)]

    assert first.workflow == second.workflow


async def test_two_workflows_do_not_mix(world: World) -> None:
    one = await start(world, failing(REJECTED), sms("447700900112"))
    two = await start(world, until_read(), sms("447700900113"))

    await world.advance(86400)

    by_workflow = {each["dispatch_uuid"]: each for each in reports(world)}
    assert {one.workflow, two.workflow} == set(by_workflow)
    uuids = {each.uuid: each.workflow for each in await sent(world)}
    for workflow, report in by_workflow.items():
        assert {workflow} == {uuids[each["message_uuid"]] for each in report["_links"]["messages"]}


OUTCOMES = {
    "99900001300": ("rejected",),
    "99900001180": ("submitted", "undeliverable"),
    "99900009000": ("submitted", "delivered"),
    UNHEARD_OF: ("submitted",),
    "99900009005": (),
}
"""Magic recipients, and the statuses their messages take."""
ENDING = {"99900009000", "99900009005"}
"""Those after whom nothing is sent: one has got the message, of the other it is never submitted, so no time runs."""
ENDS = {"delivered": "completed", "rejected": "error", "undeliverable": "error"}
"""The last status of a message, and what the report says if it ends a workflow."""


@pytest.mark.parametrize("recipients", [*product(OUTCOMES, repeat=2), *product(OUTCOMES, repeat=3)], ids="-".join)
async def test_workflow_of_any_outcomes_goes_as_far_as_it_must(recipients: tuple[str, ...], world: World) -> None:
    """With a day for everything, what is told follows from what becomes of each message alone."""
    expected: list[str] = []
    for recipient in recipients:
        expected += OUTCOMES[recipient]
        if recipient in ENDING:
            break
    expected += [ENDS[status] for status in OUTCOMES[recipient][-1:] if status in ENDS]

    await start(world, *map(failing, recipients[:-1]), sms(recipients[-1]))
    await world.advance(86400)

    assert expected == [status for _, status in told(world)]
    assert len(reports(world)) <= 1


@pytest.mark.parametrize(
    ("steps", "kept"),
    [
        ((failing(), sms()), 0),
        ((failing(REJECTED), sms(REJECTED)), 0),
        ((failing(REJECTED), sms(UNHEARD_OF)), 1),
    ],
    ids=["completed", "error", "not ended"],
)
async def test_a_workflow_is_forgotten_once_it_has_ended(world: World, steps: tuple[Json, ...], kept: int) -> None:
    await start(world, *steps)
    before = await world.runtime.store.documents(KEY, "workflow")

    await world.advance(100)

    assert len(before) == 1
    assert len(await world.runtime.store.documents(KEY, "workflow")) == kept
