"""What the contract of Dispatch takes, refuses and remarks upon.

Source: domain facts, messages-v0.1 parts 7.1 and 10.2, with values of our own.
"""

from typing import Any

import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.dispatch import EMPTY, DispatchContract, is_workflow
from mockserver.contract.oracle import Oracle
from mockserver.contract.specs import Specs
from mockserver.model import Json
from mockserver.problem import Verdict
from tests.bodies import CELLS, body_of

FAILOVER = {"expiry_time": 600, "condition_status": "delivered"}


@pytest.fixture(scope="module")
def dispatch(specs: Specs, contract: MessagesContract) -> DispatchContract:
    """Return the contract of Dispatch."""
    return DispatchContract(specs, contract)


def workflow(*steps: Json, **changes: Json) -> Json:
    """Return a workflow of bodies; all but the last get a failover."""
    failing = [{**each, "failover": FAILOVER} for each in steps[:-1]]
    return {"template": "failover", "workflow": [*failing, *steps[-1:]], **changes}


def failing(**changes: Json) -> Json:
    """Return a workflow of two steps whose first has another failover."""
    body = workflow(body_of("sms", "text"), body_of("mms", "image"))
    body["workflow"][0]["failover"] = {**FAILOVER, **changes}
    return body


def names(verdict: Verdict) -> list[str]:
    """Return the fields that broke a rule."""
    return [each.name for each in verdict.violations]


def remarks(verdict: Verdict) -> list[tuple[str, str]]:
    """Return the fields remarked upon, each with the rule."""
    return [(each.name, each.rule) for each in verdict.findings]


@pytest.mark.parametrize("cell", CELLS, ids="-".join)
def test_message_of_every_cell_can_be_any_step(cell: tuple[str, str], dispatch: DispatchContract) -> None:
    body = body_of(*cell)

    verdict = dispatch.check(workflow(body, body, body))

    assert () == verdict.violations
    assert (*cell, "Workflow") == (verdict.channel, verdict.kind, verdict.branch)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_workflow_may_have_any_number_of_steps(steps: int, dispatch: DispatchContract) -> None:
    assert dispatch.check(workflow(*[body_of("sms", "text")] * steps)).is_valid


@pytest.mark.parametrize(
    "failover",
    [
        pytest.param({"expiry_time": 15}, id="shortest time"),
        pytest.param({"expiry_time": 86400}, id="longest time"),
        pytest.param({"expiry_time": 600.0}, id="whole number with a point"),
        pytest.param({"condition_status": "read"}, id="read"),
    ],
)
def test_failover_is_taken(failover: Json, dispatch: DispatchContract) -> None:
    assert dispatch.check(failing(**failover)).is_valid


@pytest.mark.parametrize("body", [None, {}], ids=["null", "no members"])
def test_empty_body_is_refused_in_the_known_words(body: Json, dispatch: DispatchContract) -> None:
    [violation] = dispatch.check(body).violations

    assert ("body", EMPTY) == (violation.name, violation.reason)


@pytest.mark.parametrize(
    ("body", "broken"),
    [
        pytest.param([], ["body"], id="a list"),
        pytest.param("x", ["body"], id="a string"),
        pytest.param({"workflow": [body_of("sms", "text")]}, ["template"], id="no template"),
        pytest.param(workflow(body_of("sms", "text"), template="failOver"), ["template"], id="another template"),
        pytest.param({"template": "failover"}, ["workflow"], id="no workflow"),
        pytest.param({"template": "failover", "workflow": {}}, ["workflow"], id="workflow is an object"),
        pytest.param({"template": "failover", "workflow": []}, ["workflow"], id="no steps"),
        pytest.param({"template": "failover", "workflow": ["x"]}, ["workflow[0]"], id="step is a string"),
        pytest.param({"template": None, "workflow": None}, ["template", "workflow"], id="nulls"),
        pytest.param(failing(expiry_time=14), ["workflow[0].failover.expiry_time"], id="too short"),
        pytest.param(failing(expiry_time=86401), ["workflow[0].failover.expiry_time"], id="too long"),
        pytest.param(failing(expiry_time=20.5), ["workflow[0].failover.expiry_time"], id="no whole number"),
        pytest.param(failing(expiry_time=True), ["workflow[0].failover.expiry_time"], id="boolean"),
        pytest.param(failing(condition_status="seen"), ["workflow[0].failover.condition_status"], id="seen"),
        pytest.param(failing(condition_status="submitted"), ["workflow[0].failover.condition_status"], id="submitted"),
    ],
)
def test_what_breaks_the_envelope_is_refused(body: Json, broken: list[str], dispatch: DispatchContract) -> None:
    assert broken == names(dispatch.check(body))


def test_time_written_as_text_is_refused_with_the_number_meant(dispatch: DispatchContract) -> None:
    """A published tutorial sends it so."""
    [violation] = dispatch.check(failing(expiry_time="600")).violations

    assert ("workflow[0].failover.expiry_time", "type", 600) == (violation.name, violation.rule, violation.nearest)
    assert violation.reason.endswith("a whole number of seconds from 15 to 86400. Try 600.")


def test_last_step_with_a_failover_is_refused(dispatch: DispatchContract) -> None:
    body = workflow(body_of("sms", "text"), {**body_of("mms", "image"), "failover": {"condition_status": "read"}})

    verdict = dispatch.check(body)

    [violation] = verdict.violations
    assert [] == remarks(verdict), "what must go needs no remarks"

    assert ("workflow[1].failover", "last_step") == (violation.name, violation.rule)
    assert "`workflow[1].failover` stands on the last step, after which nothing comes; leave it out." == (
        violation.reason
    )


def test_only_step_with_a_failover_is_refused(dispatch: DispatchContract) -> None:
    assert ["workflow[0].failover"] == names(dispatch.check(workflow({**body_of("sms", "text"), "failover": FAILOVER})))


@pytest.mark.parametrize("failover", [{}, {"failover": None}], ids=["missing", "null"])
def test_step_before_another_needs_a_failover(failover: Json, dispatch: DispatchContract) -> None:
    body = {"template": "failover", "workflow": [{**body_of("sms", "text"), **failover}, body_of("sms", "text")]}

    [violation] = dispatch.check(body).violations

    assert ("workflow[0].failover", "required") == (violation.name, violation.rule)
    assert {"expiry_time": 600, "condition_status": "delivered"} == violation.nearest


def test_every_violation_of_every_step_is_named_by_its_step(dispatch: DispatchContract) -> None:
    body = workflow(
        body_of("sms", "text", to={"type": "sms", "number": "+447700900111"}),
        body_of("messenger", "text", message={"content": {"type": "text", "text": ""}}),
    )

    verdict = dispatch.check(body)

    assert ["workflow[0].to.number", "workflow[1].message.content.text"] == names(verdict)
    assert all(f"`{each.name}`" in each.reason for each in verdict.violations)
    assert "447700900111" == verdict.violations[0].nearest


def test_step_without_a_message_says_what_is_missing(dispatch: DispatchContract) -> None:
    verdict = dispatch.check({"template": "failover", "workflow": [{}]})

    assert {"workflow[0].from", "workflow[0].to", "workflow[0].message"} == set(names(verdict))
    assert 3 == len(verdict.violations)


def viber(ttl: Json) -> Json:
    """Return a Viber step that gives up after so many seconds."""
    message = {"content": {"type": "text", "text": "Near"}, "viber_service_msg": {"ttl": ttl}}
    return body_of("viber", "text", message=message)


def test_viber_ttl_ends_sooner_than_in_messages(dispatch: DispatchContract, contract: MessagesContract) -> None:
    assert contract.check(viber(86401)).is_valid
    assert dispatch.check(workflow(viber(86400))).is_valid

    [violation] = dispatch.check(workflow(viber(86401))).violations

    assert ("workflow[0].message.viber_service_msg.ttl", "range", 86400) == (
        violation.name,
        violation.rule,
        violation.nearest,
    )
    assert violation.reason == (
        "`workflow[0].message.viber_service_msg.ttl` is the number 86401; expected at most 86400 in a workflow."
        " Try 86400."
    )


@pytest.mark.parametrize("ttl", [10, 259201, 600.5, "600", True])
def test_bad_viber_ttl_is_refused_once(ttl: Json, dispatch: DispatchContract) -> None:
    assert ["workflow[0].message.viber_service_msg.ttl"] == names(dispatch.check(workflow(viber(ttl))))


@pytest.mark.parametrize("options", [None, "x", {"ttl": None}], ids=["null", "string", "null ttl"])
def test_viber_options_of_any_form_are_judged_without_a_mistake(options: Json, dispatch: DispatchContract) -> None:
    message = {"content": {"type": "text", "text": "Near"}, "viber_service_msg": options}

    verdict = dispatch.check(workflow(body_of("viber", "text", message=message)))

    assert verdict.is_valid == (options != "x")


@pytest.mark.parametrize(("channel", "kind"), [("sms", "text"), ("mms", "image")])
def test_read_on_a_channel_that_never_reports_it_is_remarked_upon(
    channel: str, kind: str, dispatch: DispatchContract
) -> None:
    """Official samples do it; the step always fails over."""
    body = workflow(body_of(channel, kind), body_of("sms", "text"))
    body["workflow"][0]["failover"] = {"expiry_time": 60, "condition_status": "read"}

    verdict = dispatch.check(body)

    assert verdict.is_valid
    assert [("workflow[0].failover.condition_status", "condition")] == remarks(verdict)


@pytest.mark.parametrize("channel", ["viber", "messenger", "whatsapp"])
def test_read_on_a_channel_that_reports_it_is_not(channel: str, dispatch: DispatchContract) -> None:
    body = workflow(body_of(channel, "text"), body_of("sms", "text"))
    body["workflow"][0]["failover"] = {"expiry_time": 60, "condition_status": "read"}

    assert [] == remarks(dispatch.check(body))


def test_missing_members_of_a_failover_are_remarked_upon(dispatch: DispatchContract) -> None:
    body = workflow(body_of("sms", "text"), body_of("sms", "text"))
    body["workflow"][0]["failover"] = {}

    verdict = dispatch.check(body)

    assert verdict.is_valid
    assert [
        ("workflow[0].failover.expiry_time", "no_expiry"),
        ("workflow[0].failover.condition_status", "no_condition"),
    ] == remarks(verdict)


def test_unknown_members_are_remarked_upon_wherever_they_stand(dispatch: DispatchContract) -> None:
    body = workflow({**body_of("sms", "text"), "client_ref": "r"}, body_of("sms", "text", fallover={}), ref=1)
    body["workflow"][0]["failover"] = {**FAILOVER, "retries": 2}
    body["workflow"][0]["message"] = {**body["workflow"][0]["message"], "lang": "en"}

    verdict = dispatch.check(body)

    assert verdict.is_valid
    assert [
        ("ref", "unknown_member"),
        ("workflow[0].client_ref", "unknown_member"),
        ("workflow[0].failover.retries", "unknown_member"),
        ("workflow[0].message.lang", "unknown_member"),
        ("workflow[1].fallover", "unknown_member"),
    ] == remarks(verdict)
    assert verdict.findings[-1].detail.endswith("Did you mean `failover`?")
    assert all(f"`{each.name}`" in each.detail for each in verdict.findings)


def test_null_failover_of_the_last_step_is_remarked_upon(dispatch: DispatchContract) -> None:
    verdict = dispatch.check(workflow({**body_of("sms", "text"), "failover": None}))

    assert verdict.is_valid
    assert [("workflow[0].failover", "null_member")] == remarks(verdict)


IMAGE = {"type": "img", "image": {"url": "https://files.example.org/a.png"}}
DEFECTS: list[Any] = [
    pytest.param(
        body_of("viber", "text", to={"type": "viber_service_message", "id": "447700900112"}),
        ["workflow[1].to.type", "workflow[1].to.number"],
        id="Viber: to.type misspelt, id for number",
    ),
    pytest.param(
        body_of("mms", "image", message={"content": IMAGE}), ["workflow[1].message.content.type"], id="MMS: img"
    ),
    pytest.param(
        body_of("sms", "text", to={"type": "sms", "number": 447700900111}),
        ["workflow[1].to.number"],
        id="number without quotes",
    ),
    pytest.param(
        body_of("messenger", "text", to={"type": "messenger", "id": 9988776655443322}),
        ["workflow[1].to.id"],
        id="id without quotes",
    ),
    pytest.param(None, ["workflow[1]"], id="the callback inside the workflow"),
    pytest.param(
        body_of("whatsapp", "text", **{"from": {"type": "whatsapp", "id": "447700900199"}}),
        ["workflow[1].from.number"],
        id="WhatsApp: from.id",
    ),
]


@pytest.mark.parametrize(("step", "broken"), DEFECTS)
def test_defect_of_an_official_sample_is_named_where_it_stands(
    step: Json, broken: list[str], dispatch: DispatchContract
) -> None:
    body = workflow(body_of("messenger", "text"), step)
    if step is None:
        del body["workflow"][0]["failover"]

    assert broken == names(dispatch.check(body))


@pytest.mark.parametrize(("step", "_broken"), DEFECTS)
def test_nearest_form_of_a_defect_is_accepted(step: Json, _broken: list[str], dispatch: DispatchContract) -> None:
    nearest = dispatch.nearest(workflow(body_of("messenger", "text"), step))

    assert nearest is not None
    assert dispatch.check(nearest).is_valid


def test_nearest_mends_the_envelope_and_keeps_what_was_sound(dispatch: DispatchContract) -> None:
    first, last = {**body_of("sms", "text"), "failover": {"expiry_time": "600"}, "tag": "a"}, viber(90000)

    nearest = dispatch.nearest({"template": "fail", "workflow": [first, {**last, "failover": FAILOVER}], "note": 1})

    assert {
        "template": "failover",
        "workflow": [{**first, "failover": {"expiry_time": 600}}, viber(86400)],
        "note": 1,
    } == nearest


@pytest.mark.parametrize("step", [{}, {"failover": 7}], ids=["missing", "a number"])
def test_nearest_fills_in_a_failover(step: Json, dispatch: DispatchContract) -> None:
    body = {"template": "failover", "workflow": [{**body_of("sms", "text"), **step}, body_of("sms", "text")]}

    nearest = dispatch.nearest(body)

    assert nearest is not None
    assert FAILOVER == nearest["workflow"][0]["failover"]


@pytest.mark.parametrize("body", [None, 7, {}, {"workflow": []}, {"workflow": [{}]}, {"workflow": {"a": 1}}])
def test_nearest_gives_up_where_nothing_can_be_made_out(body: Json, dispatch: DispatchContract) -> None:
    assert dispatch.nearest(body) is None


def test_torn_characters_are_judged_without_a_mistake(dispatch: DispatchContract) -> None:
    message = {"content": {"type": "text", "text": "\ud83d"}}

    verdict = dispatch.check(workflow(body_of("sms", "text", message=message), template="\udc00"))

    assert ["template", "workflow[0].message.content.text"] == names(verdict)


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        ({"workflow": []}, True),
        ({"template": "failover", "workflow": 1}, True),
        ({"workflow": [], "message": {}}, False),
        ({"template": "failover"}, False),
        ([], False),
        (None, False),
    ],
)
def test_workflow_is_told_from_a_message_by_its_members(body: Json, is_one: bool) -> None:
    assert is_workflow(body) is is_one


UUID = "7bd0e915-c42f-4a68-9e3d-20f8b6a17c54"
ENTRY = {"message_uuid": UUID, "href": f"v0.1/messages/{UUID}", "channel": "viber_service_msg", "status": "rejected"}
REPORT = {
    "template": "failover",
    "status": "completed",
    "timestamp": "2020-05-20T10:00:03.911Z",
    "usage": {"price": "0.0333", "currency": "EUR"},
    "dispatch_uuid": UUID,
    "_links": {"messages": [ENTRY]},
}


def test_final_report_is_sound(dispatch: DispatchContract) -> None:
    assert () == dispatch.webhook_violations("final-report", REPORT)


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"status": "delivered"}, "status"),
        ({"usage": {"price": 0.0333, "currency": "EUR"}}, "usage.price"),
        ({"template": "x"}, "template"),
        ({"_links": {"messages": []}}, "_links.messages"),
        ({"_links": {"messages": [{**ENTRY, "channel": "viber_sevice_msg"}]}}, "_links.messages[0].channel"),
        ({"_links": {"messages": [{**ENTRY, "status": "accepted"}]}}, "_links.messages[0].status"),
        ({"_links": {"messages": [{**ENTRY, "href": UUID}]}}, "_links.messages[0].href"),
        ({"extra": 1}, "body"),
    ],
)
def test_final_report_of_another_shape_is_not(changes: Json, broken: str, dispatch: DispatchContract) -> None:
    assert [broken] == [each.name for each in dispatch.webhook_violations("final-report", {**REPORT, **changes})]


def test_status_of_a_workflow_has_its_link(dispatch: DispatchContract) -> None:
    status = {
        "message_uuid": UUID,
        "to": {"type": "sms", "number": "447700900111"},
        "from": {"type": "sms", "number": "BISTRO"},
        "timestamp": "2020-05-20T10:00:03.911Z",
        "status": "delivered",
    }
    link = {"workflow": {"dispatch_uuid": UUID, "href": f"/workflows/{UUID}"}}

    assert () == dispatch.webhook_violations("message-status", {**status, "_links": link})
    assert ["_links"] == [each.name for each in dispatch.webhook_violations("message-status", status)]


def test_answers_are_those_documented(dispatch: DispatchContract) -> None:
    assert () == dispatch.answer_violations(202, {"dispatch_uuid": UUID})
    assert ["body"] == [each.name for each in dispatch.answer_violations(202, {"dispatch_uuid": UUID, "more": 1})]
    assert ["body"] == [each.name for each in dispatch.answer_violations(418, {})]


def test_document_names_both_paths_and_both_webhooks(specs: Specs) -> None:
    document = specs.documents["dispatch-v0.1"]

    assert {"/v0.1/dispatch": ["/beta/workflows"]} == {
        path: item["x-aliases"] for path, item in document["paths"].items()
    }
    assert ["messageStatus", "finalReport"] == list(document["webhooks"])
    assert [{"basic": []}, {"bearer": []}] == document["security"]


@pytest.fixture(scope="module")
def authority(specs: Specs) -> Oracle:
    """Return what openapi-core makes of the document."""
    return Oracle(specs.documents["dispatch-v0.1"])


@pytest.mark.parametrize("cell", CELLS, ids="-".join)
def test_authority_takes_what_is_taken(cell: tuple[str, str], authority: Oracle, dispatch: DispatchContract) -> None:
    body = workflow(body_of(*cell), body_of("sms", "text"))

    assert dispatch.check(body).is_valid
    assert authority.accepts(body)


@pytest.mark.parametrize(
    "body",
    [
        {"workflow": [body_of("sms", "text")]},
        workflow(body_of("sms", "text"), template="failOver"),
        {"template": "failover"},
        {"template": "failover", "workflow": []},
        {"template": "failover", "workflow": [None]},
        {"template": "failover", "workflow": [{}]},
        failing(expiry_time=14),
        failing(expiry_time=86401),
        failing(expiry_time="600"),
        failing(condition_status="seen"),
    ],
)
def test_authority_refuses_a_broken_envelope_too(body: Json, authority: Oracle, dispatch: DispatchContract) -> None:
    assert not dispatch.check(body).is_valid
    assert not authority.accepts(body)


def test_authority_takes_our_report(authority: Oracle) -> None:
    assert [] == authority.webhook_errors("finalReport", REPORT)
    assert [] != authority.webhook_errors("finalReport", {**REPORT, "status": "delivered"})
