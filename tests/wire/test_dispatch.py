"""The spelling of Dispatch: what is read, and what is written, key by key."""

from datetime import UTC, datetime

import msgspec
import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.dispatch import DispatchContract
from mockserver.contract.specs import Specs
from mockserver.core.capabilities import ChannelRow
from mockserver.core.failover import Outcome, Rule
from mockserver.model import Direction, Json, Message, Move, Status
from mockserver.problem import Problem
from mockserver.wire import dispatch, v0_1
from tests.bodies import CELLS, body_of

AT = datetime(2020, 5, 20, 10, 0, 3, 911000, UTC)
WORKFLOW = "7bd0e915-c42f-4a68-9e3d-20f8b6a17c54"
FIRST, SECOND, THIRD = (f"f2a60c8b-19d7-4e53-8b40-6c7de1539a0{number}" for number in range(3))


@pytest.fixture(scope="module")
def contract(specs: Specs) -> DispatchContract:
    """Return the contract of Dispatch."""
    return DispatchContract(specs, MessagesContract(specs))


def sent(uuid: str, channel: str, *statuses: Status, text: str = "Hi", **changes: Json) -> Message:
    """Return a message that took these statuses."""
    message = Message(
        uuid=uuid,
        account="mockkey1",
        direction=Direction.OUTBOUND,
        dialect="v0.1",
        channel=channel,
        kind="text",
        sender="54321",
        recipient="447700900111",
        content={"text": text},
        at=AT,
        status=statuses[-1],
        moves=tuple(Move(each, AT) for each in statuses),
        workflow=WORKFLOW,
        step=0,
    )
    return msgspec.structs.replace(message, **changes)


def report(specs: Specs, *messages: Message, outcome: Outcome = Outcome.COMPLETED, **prices: str) -> Json:
    """Return the report on messages; ``prices`` are those of channels that differ."""
    return dispatch.report_body(WORKFLOW, outcome, AT, [(each, channel(specs, each, prices)) for each in messages])


def channel(specs: Specs, message: Message, prices: dict[str, str]) -> ChannelRow:
    """Return the channel of a message at its price."""
    row = specs.capabilities.channels[message.channel]
    return msgspec.structs.replace(row, price=prices.get(row.name, row.price))


@pytest.mark.parametrize("cell", CELLS, ids="-".join)
def test_step_is_read_as_messages_would_take_it(cell: tuple[str, str], specs: Specs) -> None:
    body = body_of(*cell)
    step = {**body, "failover": {"expiry_time": 60, "condition_status": "read"}, "client_ref": "r"}

    asked = dispatch.read_workflow({"template": "failover", "workflow": [step, body]})

    assert (body, body) == asked.steps
    assert (Rule(Status.READ, 60), Rule()) == asked.rules
    assert dispatch.channel_of(asked.steps[0], specs.capabilities).name == cell[0]


@pytest.mark.parametrize(
    ("failover", "rule"),
    [
        ({"expiry_time": 600, "condition_status": "delivered"}, Rule(Status.DELIVERED, 600)),
        ({"expiry_time": 600.0}, Rule(Status.DELIVERED, 600)),
        ({"condition_status": "read"}, Rule(Status.READ, None)),
        ({"expiry_time": None, "condition_status": None}, Rule(Status.DELIVERED, None)),
        ({}, Rule()),
        (None, Rule()),
    ],
)
def test_failover_is_read_with_its_defaults(failover: Json, rule: Rule) -> None:
    asked = dispatch.read_workflow({"workflow": [{**body_of("sms", "text"), "failover": failover}]})

    assert (rule,) == asked.rules


def test_channel_that_nobody_knows_is_a_mistake_of_ours(specs: Specs) -> None:
    with pytest.raises(ValueError, match="no channel is called 'pigeon'"):
        dispatch.channel_of({"to": {"type": "pigeon"}}, specs.capabilities)


def test_answer_names_the_workflow_and_nothing_else(contract: DispatchContract) -> None:
    body = dispatch.accepted(WORKFLOW)

    assert {"dispatch_uuid": WORKFLOW} == body
    assert () == contract.answer_violations(202, body)


def test_status_links_to_its_workflow() -> None:
    links = dispatch.status_links(sent(FIRST, "sms", Status.SUBMITTED))

    assert {"_links": {"workflow": {"dispatch_uuid": WORKFLOW, "href": f"/workflows/{WORKFLOW}"}}} == links


def test_status_of_any_other_message_has_no_links() -> None:
    assert {} == dispatch.status_links(sent(FIRST, "sms", Status.SUBMITTED, workflow=None, step=None))


@pytest.mark.parametrize("name", ["sms", "mms", "viber", "messenger", "whatsapp"])
def test_status_with_links_passes_both_documents(name: str, specs: Specs, contract: DispatchContract) -> None:
    message = sent(FIRST, name, Status.DELIVERED, client_ref="r")
    body = v0_1.status_body(message, specs.capabilities.channels[name], message.moves[0], None)

    body |= dispatch.status_links(message)

    assert "_links" == list(body)[-1]
    assert () == MessagesContract(specs).webhook_violations("message-status", body)
    assert () == contract.webhook_violations("message-status", body)


def test_report_tells_all_in_the_order_seen_on_the_wire(specs: Specs, contract: DispatchContract) -> None:
    first = sent(FIRST, "messenger", Status.REJECTED)
    second = sent(SECOND, "sms", Status.SUBMITTED, Status.DELIVERED)

    body = report(specs, first, second)

    assert ["template", "status", "timestamp", "usage", "dispatch_uuid", "_links"] == list(body)
    assert [
        ["message_uuid", "href", "channel", "status"],
        ["message_uuid", "href", "channel", "usage", "status"],
    ] == [list(each) for each in body["_links"]["messages"]]
    assert {
        "template": "failover",
        "status": "completed",
        "timestamp": "2020-05-20T10:00:03.911Z",
        "usage": {"price": "0.0333", "currency": "EUR"},
        "dispatch_uuid": WORKFLOW,
        "_links": {
            "messages": [
                {
                    "message_uuid": FIRST,
                    "href": f"v0.1/messages/{FIRST}",
                    "channel": "messenger",
                    "status": "rejected",
                },
                {
                    "message_uuid": SECOND,
                    "href": f"v0.1/messages/{SECOND}",
                    "channel": "sms",
                    "usage": {"price": "0.0333", "currency": "EUR"},
                    "status": "delivered",
                },
            ]
        },
    } == body
    assert () == contract.webhook_violations("final-report", body)


def test_report_spells_viber_as_messages_does(specs: Specs, contract: DispatchContract) -> None:
    """An old specification has it wrong in its list of channels and right in its example."""
    body = report(specs, sent(FIRST, "viber", Status.DELIVERED))

    assert "viber_service_msg" == body["_links"]["messages"][0]["channel"]
    assert () == contract.webhook_violations("final-report", body)


def test_report_adds_up_what_was_delivered(specs: Specs, contract: DispatchContract) -> None:
    messages = [
        sent(FIRST, "whatsapp", Status.SUBMITTED, Status.DELIVERED, Status.READ),
        sent(SECOND, "messenger", Status.SUBMITTED),
        sent(THIRD, "sms", Status.SUBMITTED, Status.DELIVERED, text="x" * 161),
    ]

    body = report(specs, *messages, whatsapp="0.0500", sms="0.0100")

    assert {"price": "0.0700", "currency": "EUR"} == body["usage"]
    assert ["0.0500", None, "0.0200"] == [each.get("usage", {}).get("price") for each in body["_links"]["messages"]]
    assert ["read", "submitted", "delivered"] == [each["status"] for each in body["_links"]["messages"]]
    assert () == contract.webhook_violations("final-report", body)


def test_report_on_nothing_delivered_costs_nothing(specs: Specs, contract: DispatchContract) -> None:
    body = report(specs, sent(FIRST, "sms", Status.REJECTED), outcome=Outcome.ERROR)

    assert ("error", {"price": "0.0000", "currency": "EUR"}) == (body["status"], body["usage"])
    assert () == contract.webhook_violations("final-report", body)


LOW = "https://developer.vonage.com/api-errors#low-balance"


def test_want_of_credit_is_a_parameter_here(contract: DispatchContract) -> None:
    """Source: domain facts, messages-v0.1 part 1.5."""
    detail = "Insufficient balance, please check your nexmo account."

    body = v0_1.problem_body(dispatch.spelled(Problem(400, "Bad Request", detail, type=LOW)), "0" * 32)

    assert {
        "type": "https://developer.vonage.com/api-errors",
        "title": "Your request parameters didn't validate.",
        "detail": "Found errors validating 1 of your submitted parameters.",
        "instance": "0" * 32,
        "invalid_parameters": [{"name": "balance", "reason": detail}],
    } == body
    assert () == contract.answer_violations(400, body)


@pytest.mark.parametrize(
    "problem",
    [
        Problem(401, "Unauthorised", "Invalid Token"),
        Problem(402, "Low balance", "No credit.", type=LOW),
        Problem(429, "Rate Limit Hit", "Wait.", type="https://developer.nexmo.com/api-errors#throttled"),
    ],
    ids=["401", "402", "429"],
)
def test_other_problems_are_worded_as_in_messages(problem: Problem) -> None:
    assert problem == dispatch.spelled(problem)
