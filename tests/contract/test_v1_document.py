"""The document of Messages v1: free of the published one's traps, as the facts have it, and one with its rows."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import jsonschema_rs
import pytest
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError
from ruamel.yaml import YAML

from mockserver.contract import lint
from mockserver.contract.failover import FailoverContract
from mockserver.contract.oracle import Oracle
from mockserver.contract.reasons import dotted
from mockserver.contract.schemas import Schemas, expanded
from mockserver.contract.specs import load_specs
from mockserver.core.capabilities import Row
from mockserver.model import Json

SPECS = load_specs()
DOCUMENT = SPECS.documents["messages-v1"]
SCHEMAS = SPECS.schemas("v1")
CONTRACT = FailoverContract(SPECS)
ROWS = SPECS.capabilities.rows_in("v1")
SAMPLES: Json = YAML(typ="safe", pure=True).load(Path(__file__).with_name("samples_v1.yaml"))
HOOKS = {"inbound": "inboundMessage", "status": "messageStatus"}
BRANCHES = {
    "outbound": SCHEMAS.outbound(),
    **{direction: SCHEMAS.webhook(hook) for direction, hook in HOOKS.items()},
}
VALIDATORS = {
    name: jsonschema_rs.Draft202012Validator(SCHEMAS.component(name)) for names in BRANCHES.values() for name in names
}
API = "https://developer.vonage.com/api-errors"


@pytest.fixture(scope="module")
def oracle_v1() -> Oracle:
    return Oracle(DOCUMENT)


def sampled(direction: str) -> list[object]:
    """Return the samples of a direction as parameters: the body, and the branch it belongs to."""
    return [pytest.param(each["body"], each["branch"], id=each["about"]) for each in SAMPLES[direction]]


def fitting(direction: str, body: Json) -> list[str]:
    """Return the branches of a direction that a body is valid for."""
    return [name for name in BRANCHES[direction] if VALIDATORS[name].is_valid(body)]


# The four traps of the published document. Source: peers part 3.


def server_mistakes(document: Json) -> Iterator[str]:
    """Yield the server variables whose default is none of their own choices."""
    for server in document["servers"]:
        for name, variable in server.get("variables", {}).items():
            if "enum" in variable and variable["default"] not in variable["enum"]:
                yield f"{server['url']}: {name}"


def objects(node: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, Json]]:
    """Yield every object of a document with its dotted place."""
    if isinstance(node, dict):
        yield dotted(path), node
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, each in inner:
        yield from objects(each, (*path, key))


def beside_references(document: Json) -> list[str]:
    """Return where a reference has company that judges something."""
    annotations = {"$ref", "description", "examples"}
    return [place for place, node in objects(document) if "$ref" in node and set(node) - annotations]


def joined(document: Json) -> list[str]:
    """Return where schemas are joined by ``allOf``, whose overrides tools read differently."""
    return [place for place, node in objects(document) if "allOf" in node]


def wrong_examples(document: Json) -> list[str]:
    """Return where an example does not fit the schema it stands in."""
    return [
        place
        for place, node in exemplified(document)
        if not all(jsonschema_rs.Draft202012Validator(expanded(document, node)).is_valid(x) for x in node["examples"])
    ]


def exemplified(document: Json) -> list[tuple[str, Json]]:
    """Return every schema that has examples."""
    return [(place, node) for place, node in objects(document) if isinstance(node.get("examples"), list)]


def test_document_falls_into_no_trap_of_the_published_one() -> None:
    assert [] == list(server_mistakes(DOCUMENT))
    assert [] == beside_references(DOCUMENT)
    assert [] == joined(DOCUMENT)
    assert [] == wrong_examples(DOCUMENT)
    assert 100 <= len(exemplified(DOCUMENT))


def test_every_trap_would_be_noticed() -> None:
    spoiled = deepcopy(DOCUMENT)
    region = {"default": "n/a", "enum": ["api-eu", "api-us"]}
    spoiled["servers"].append({"url": "https://{region}.example.org", "variables": {"region": region}})
    schemas = spoiled["components"]["schemas"]
    schemas["SmsText"]["properties"]["text"]["maxLength"] = 9
    schemas["Text640"]["examples"] = [""]
    schemas["Id"] = {"allOf": [{"$ref": "#/components/schemas/Words"}, {"description": "an id"}]}

    assert ["https://{region}.example.org: region"] == list(server_mistakes(spoiled))
    assert ["components.schemas.SmsText.properties.text"] == beside_references(spoiled)
    assert ["components.schemas.Id"] == joined(spoiled)
    assert ["components.schemas.Text640"] == wrong_examples(spoiled)


def test_document_is_openapi_and_a_broken_one_is_not(oracle_v1: Oracle) -> None:
    [sms, *_] = SAMPLES["outbound"]
    broken = {name: each for name, each in DOCUMENT.items() if name != "info"}

    assert oracle_v1.accepts(sms["body"])
    with pytest.raises(OpenAPIValidationError, match=r"info.* is a required property"):
        Oracle(broken)


def test_lint_takes_notes_for_the_code_and_nothing_else() -> None:
    schemas = {"A": {"type": "string", "x-status": 422}, "B": {"status": 422}}

    found = list(lint.document_mistakes({"openapi": "3.1.0", "components": {"schemas": schemas}}))

    assert [("#/components/schemas/B/status", "The schema keyword 'status' is not known here.")] == found


# The bodies the facts show.


@pytest.mark.parametrize(("body", "branch"), sampled("outbound"))
def test_outbound_sample_fits_its_branch_only(body: Json, branch: str, oracle_v1: Oracle) -> None:
    verdict = CONTRACT.check(body)

    assert [branch] == fitting("outbound", body)
    assert (branch, ()) == (verdict.branch, verdict.violations)
    assert oracle_v1.accepts(body)


@pytest.mark.parametrize(("body", "branch"), sampled("inbound"))
def test_inbound_sample_fits_its_branch_only(body: Json, branch: str, oracle_v1: Oracle) -> None:
    assert [branch] == fitting("inbound", body)
    assert [] == oracle_v1.webhook_errors("inboundMessage", body)
    assert () == CONTRACT.webhook_violations("inbound-message", body)


@pytest.mark.parametrize(("body", "branch"), sampled("status"))
def test_status_sample_fits_its_branch_only(body: Json, branch: str, oracle_v1: Oracle) -> None:
    assert [branch] == fitting("status", body)
    assert [] == oracle_v1.webhook_errors("messageStatus", body)


@pytest.mark.parametrize("direction", BRANCHES)
def test_every_branch_has_a_sample(direction: str) -> None:
    assert set(BRANCHES[direction]) == {each["branch"] for each in SAMPLES[direction]}


# Rows and branches.


def test_rows_and_branches_go_in_pairs() -> None:
    """31 outbound cells are documented; cards and carousels come from newer clients."""
    rows = {direction: [str(row.schema) for row in ROWS if row.direction == direction] for direction in BRANCHES}

    assert sorted(rows["outbound"]) == sorted(BRANCHES["outbound"])
    assert sorted(rows["inbound"]) == sorted(BRANCHES["inbound"])
    assert (31 + 2, 39, 6) == tuple(len(names) for names in BRANCHES.values())
    assert {"supported"} == {row.state for row in ROWS}


def limits(schema: Json) -> tuple[int | None, int | None]:
    """Return the lengths a schema allows."""
    return schema.get("minLength"), schema.get("maxLength")


@pytest.mark.parametrize("row", [pytest.param(row, id=str(row.schema)) for row in ROWS])
def test_limits_of_a_row_are_those_of_its_branch(row: Row) -> None:
    content = SCHEMAS.component(str(row.schema))["properties"].get(row.kind, {})
    inner = content.get("properties", {})
    text = content if row.kind == "text" else {}

    assert (row.text_min_chars, row.text_max_chars) == limits(text)
    assert (row.url_min_chars, row.url_max_chars) == limits(inner.get("url", {}))
    assert (row.caption_min_chars, row.caption_max_chars) == limits(inner.get("caption", {}))


@pytest.mark.parametrize("name", SPECS.capabilities.channels)
def test_options_of_a_channel_are_those_of_its_branches(name: str) -> None:
    """Which kinds take an option, whether they need it, its values and limits: the rows say what the document does."""
    channel = SPECS.capabilities.channels[name]
    for row in SPECS.capabilities.rows_of(name, "outbound", "v1"):
        branch = SCHEMAS.component(str(row.schema))
        block = branch["properties"].get(channel.names["v1"], {})
        known = block.get("properties", {}) | branch["properties"]
        needed = {*block.get("required", ()), *branch["required"]}
        expected = {
            option for option, each in channel.options_in("v1").items() if not each.kinds or row.kind in each.kinds
        }

        assert expected == {option for option in channel.options_in("v1") if option in known}
        assert set(row.options_needed) == expected & needed
        for option in expected:
            schema, each = known[option], channel.options[option]
            assert each.values == tuple(value for value in schema.get("enum", ()) if value is not None)
            assert (each.min_s, each.max_s) == (schema.get("minimum"), schema.get("maximum"))


@pytest.mark.parametrize("row", [pytest.param(row, id=str(row.schema)) for row in ROWS if row.direction == "outbound"])
def test_recipient_of_a_branch_has_the_shape_of_its_row(row: Row) -> None:
    capabilities = SPECS.capabilities
    address = capabilities.channels[row.channel].addresses["outbound"].recipient
    shape = capabilities.shapes[address.shape_in("v1")]
    recipient = jsonschema_rs.Draft202012Validator(SCHEMAS.component(str(row.schema))["properties"]["to"])

    assert recipient.is_valid(shape.example)
    assert (recipient.is_valid("+447700900151"), recipient.is_valid("1" * 16)) == (
        (True, True) if address.shape_in("v1") == "psid" else (False, False)
    )


# Answers.

# Source: messages-v1 part 7; written out as an independent fact, oddities included.
ERRORS = {
    "ErrorUnauthorizedMissingCredentials": (
        401,
        f"{API}/#unathorized",
        "You did not provide correct credentials.",
        "Check that you're using the correct credentials, and that your account has this feature enabled",
    ),
    "ErrorUnauthorizedInvalidApplication": (
        401,
        f"{API}/#unprovisioned",
        "The crendentials provided do not have access to the requested product",
        "Check your API key is correct and has been whitelisted",
    ),
    "ErrorPaymentRequired": (
        402,
        f"{API}/#low-balance",
        "Low balance",
        "This request could not be performed due to your account balance being low.",
    ),
    "ErrorNotFound": (404, f"{API}#not-found", "Not Found", "External Id not found for message unknown_id."),
    "ErrorInvalidJson": (422, f"{API}#invalid-json", "The request body did not contain valid JSON", "Anything"),
    "ErrorChannel": (
        422,
        f"{API}/messages#1100",
        "Unsupported channel",
        "The specified channel is not supported.",
    ),
    "ErrorMessageType": (
        422,
        f"{API}/messages#1140",
        "Invalid message type",
        "The `to` parameter is invalid for the given channel.",
    ),
    "ErrorSender": (
        422,
        f"{API}/messages#1120",
        "Invalid sender",
        "The `from` parameter is invalid for the given channel.",
    ),
    "ErrorRecipient": (
        422,
        f"{API}/messages#110",
        "Invalid recipient",
        "The `to` parameter is invalid for the given channel.",
    ),
    "ErrorClientReference": (
        422,
        f"{API}/messages#1060",
        "Invalid client reference",
        "The client reference can be a string of up to 40 characters.",
    ),
    "ErrorChannelParams": (
        422,
        f"{API}/messages#1110",
        "Invalid channel parameters",
        "The value of one or more parameters is invalid.",
    ),
    "ErrorMessageParams": (
        422,
        f"{API}/messages#1150",
        "Invalid params",
        "The value of one or more parameters is invalid.",
    ),
    "ErrorUnsupportedOperation": (
        422,
        "",
        "Operation not supported",
        "This operation is not supported for this channel.",
    ),
    "ErrorThrottled": (429, f"{API}/messages#1000", "Rate Limit Hit", "Please wait, then retry your request"),
    "ErrorInternal": (
        500,
        f"{API}/messages#1000",
        "Internal error",
        "There was an error processing your request in the Platform.",
    ),
}
FIELDS = {
    "ErrorChannel": ["channel"],
    "ErrorMessageType": ["message_type"],
    "ErrorSender": ["from"],
    "ErrorRecipient": ["to"],
    "ErrorClientReference": ["client_ref"],
    "ErrorChannelParams": ["<block>"],
    "ErrorMessageParams": ["messenger.tag", "*"],
}
OURS = [400, 403, 405, 413, 415, 503]
ANSWERS = {"post": [202, 401, 402, 404, 422, 429, 500, *OURS], "patch": [202, 401, 402, 404, 422, 429, 500, *OURS]}


def error_body(name: str) -> dict[str, Json]:
    """Return an error as it should look."""
    _, type_, title, detail = ERRORS[name]
    return {"type": type_, "title": title, "detail": detail, "instance": "5c0e7a91d3b248f6a07c1e9b34d8f256"}


def test_errors_stand_in_the_order_of_precedence() -> None:
    names = [name for name, schema in SCHEMAS.components().items() if "x-status" in schema]

    assert list(ERRORS) == names
    assert FIELDS == {
        name: SCHEMAS.components()[name]["x-fields"] for name in names if "x-fields" in SCHEMAS.components()[name]
    }


@pytest.mark.parametrize("name", ERRORS)
def test_error_has_its_words_and_no_others(name: str) -> None:
    schema = SCHEMAS.component(name)
    judge = jsonschema_rs.Draft202012Validator(schema)
    body = error_body(name)

    assert ERRORS[name][0] == schema["x-status"]
    assert judge.is_valid(body)
    for member in ("type", "title", "instance"):
        assert not judge.is_valid(body | {member: f"{body[member]}?"})
    assert judge.is_valid(body | {"detail": "?"}) is (name == "ErrorInvalidJson")
    assert judge.is_valid(body | {"details": body["detail"]}) is (ERRORS[name][0] == 401)
    reasons = [{"name": "image.url", "reason": "is required."}]
    assert judge.is_valid(body | {"invalid_parameters": reasons}) is (name in FIELDS)


@pytest.mark.parametrize("method", ANSWERS)
def test_every_answer_is_documented_and_no_other(method: str) -> None:
    found = [status for status in range(200, 600) if SCHEMAS.has_answer(status, method)]

    assert sorted(ANSWERS[method]) == found


@pytest.mark.parametrize("name", ERRORS)
def test_error_is_an_answer_of_its_operations(name: str, oracle_v1: Oracle) -> None:
    """What cannot be done belongs to updating only; what is wrong with a member of a message, to sending only.

    A 402 to an update, and a 404 of these words to a send, are not documented; something asked for may be so answered.
    """
    status = ERRORS[name][0]
    operations = {
        method: not oracle_v1.answer_errors(
            status,
            error_body(name),
            content_type="application/json",
            headers={"X-Nexmo-Trace-Id": "0" * 32},
            path=path,
            method=method,
        )
        for method, path in (("post", "/v1/messages"), ("patch", "/v1/messages/unknown_id"))
    }

    about_bodies = FIELDS.keys() - {"ErrorMessageParams"}
    sends = name != "ErrorUnsupportedOperation"
    updates = name not in about_bodies
    assert {"post": sends, "patch": updates} == operations


def test_answer_to_a_send_may_name_the_workflow_and_to_an_update_is_empty() -> None:
    accepted = jsonschema_rs.Draft202012Validator(SCHEMAS.answer(202))
    told = {"message_uuid": "d4a9f1c3-6b2e-4f70-8c15-9e3a7b0d2f46"}
    workflow = SAMPLES["status"][0]["body"]["workflow"]["workflow_id"]

    assert accepted.is_valid(told)
    assert accepted.is_valid(told | {"workflow_id": workflow})
    assert not accepted.is_valid({"workflow_id": workflow})
    assert not accepted.is_valid(told | {"workflow_id": workflow[1:]})
    assert SCHEMAS.answer(202, "patch") is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"status": "revoked"}, True),
        ({"status": "read"}, True),
        ({"status": "read", "replying_indicator": {"show": True, "type": "text"}}, True),
        ({"status": "read", "replying_indicator": {"show": True}}, False),
        ({"status": "read", "replying_indicator": {"show": "yes", "type": "text"}}, False),
        ({"status": "read", "replying_indicator": {"show": True, "type": "voice"}}, False),
        ({"status": "delivered"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_update_is_revoked_or_read(body: Json, expected: bool) -> None:
    assert expected is jsonschema_rs.Draft202012Validator(SCHEMAS.component("Update")).is_valid(body)


# Rules that stand in prose only, and those of newer clients.

OUTBOUND = {each["about"]: each["body"] for each in SAMPLES["outbound"]}
URL = "https://files.example.org/"
SUGGESTIONS = OUTBOUND["rcs text with every suggestion"]["suggestions"]
CARDS = OUTBOUND["rcs carousel"]["carousel"]["cards"]
CARD = CARDS[0]
ACTION = {"action": {"url": "https://trattoria.example.org", "text": "t" * 30}}
VIDEO = OUTBOUND["viber_service video"]["viber_service"]


@pytest.mark.parametrize(
    ("about", "changes"),
    [
        ("sms text", {"text": "t" * 1000}),
        ("sms text", {"client_ref": "r" * 100}),
        ("sms text", {"ttl": 1}),
        ("sms text", {"ttl": 10**9}),
        ("sms text", {"from": "a name of any length, since none is documented for v1"}),
        ("sms text", {"webhook_url": "http://127.0.0.1:9/s", "webhook_version": "v0.1"}),
        ("sms text", {"anything": None}),
        ("sms text", {"client_ref": None, "sms": None, "ttl": None, "webhook_url": None, "failover": None}),
        ("whatsapp text", {"context": None, "whatsapp": {"locale": None, "policy": None}}),
        ("mms text", {"text": "t" * 9999, "ttl": 300}),
        ("mms text", {"ttl": 259200, "trusted_recipient": False}),
        ("rcs text", {"text": "t" * 3072, "ttl": 2592000}),
        ("rcs text", {"suggestions": SUGGESTIONS[:1] * 11}),
        ("rcs text", {"webhook_version": "v7"}),
        ("rcs card", {"card": CARD | {"suggestions": SUGGESTIONS[:4]}, "rcs": {"card_orientation": "VERTICAL"}}),
        ("rcs carousel", {"carousel": {"cards": CARDS * 5}}),
        ("whatsapp text", {"text": "t" * 4096}),
        ("whatsapp text", {"context": {"message_uuid": "2f7c9b104d3ea61b"}}),
        ("whatsapp audio", {"audio": {"url": URL + "a" * (2000 - len(URL))}}),
        ("whatsapp image", {"image": {"url": "http://a", "caption": "c" * 3000}}),
        ("whatsapp file", {"file": {"url": URL, "caption": "c" * 3001, "name": "n" * 99}}),
        ("messenger text", {"text": "t" * 640}),
        ("messenger text", {"messenger": {"category": "message_tag", "tag": "ACCOUNT_UPDATE"}}),
        ("viber_service text", {"text": "t" * 1000, "viber_service": ACTION}),
        ("viber_service image", {"image": {"url": URL, "caption": "c"}, "viber_service": ACTION}),
        ("viber_service image", {"viber_service": {"ttl": 30, "type": "anything"}}),
        ("viber_service video", {"viber_service": {"duration": "600", "file_size": "200"}}),
        ("viber_service video", {"viber_service": {"duration": "1", "file_size": "1"}}),
        ("viber_service file", {"file": {"url": "bills/12.pdf", "name": "n" * 21 + ".pdf"}}),
        ("viber_service file", {"file": {"url": URL}}),
    ],
)
def test_change_within_the_rules_is_valid(about: str, changes: Json) -> None:
    assert () == CONTRACT.check(OUTBOUND[about] | changes).violations


@pytest.mark.parametrize(
    ("about", "changes", "name"),
    [
        ("sms text", {"to": "+447700900151"}, "to"),
        ("sms text", {"to": "00447700900151"}, "to"),
        ("sms text", {"to": "123456"}, "to"),
        ("sms text", {"from": ""}, "from"),
        ("sms text", {"text": ""}, "text"),
        ("sms text", {"text": "t" * 1001}, "text"),
        ("sms text", {"client_ref": "r" * 101}, "client_ref"),
        ("sms text", {"ttl": 0}, "ttl"),
        ("sms text", {"sms": {"encoding_type": "utf8"}}, "sms.encoding_type"),
        ("sms text", {"webhook_url": "files.example.org"}, "webhook_url"),
        ("sms text", {"webhook_version": "v2"}, "webhook_version"),
        ("mms text", {"ttl": 299}, "ttl"),
        ("mms text", {"ttl": 259201}, "ttl"),
        ("mms content", {"content": []}, "content"),
        ("mms content", {"content": [{"type": "text", "url": URL}]}, "content[0].type"),
        ("mms image", {"image": {"url": URL, "caption": "c" * 3001}}, "image.caption"),
        ("rcs text", {"text": "t" * 3073}, "text"),
        ("rcs text", {"ttl": 299}, "ttl"),
        ("rcs text", {"ttl": 2592001}, "ttl"),
        ("rcs text", {"rcs": {"category": "advert"}}, "rcs.category"),
        ("rcs text", {"suggestions": []}, "suggestions"),
        ("rcs text", {"suggestions": SUGGESTIONS[:1] * 12}, "suggestions"),
        ("rcs card", {"card": CARD | {"suggestions": SUGGESTIONS[:5]}}, "card.suggestions"),
        ("rcs card", {"card": CARD | {"title": "t" * 201}}, "card.title"),
        ("rcs card", {"card": CARD | {"text": "t" * 2001}}, "card.text"),
        ("rcs card", {"card": CARD | {"media_height": "HUGE"}}, "card.media_height"),
        ("rcs card", {"rcs": {"card_orientation": "HORIZONTAL"}}, "rcs.image_alignment"),
        ("rcs carousel", {"carousel": {"cards": CARDS[:1]}}, "carousel.cards"),
        ("rcs carousel", {"carousel": {"cards": CARDS * 5 + CARDS[:1]}}, "carousel.cards"),
        ("rcs carousel", {"rcs": {}}, "rcs.card_width"),
        ("whatsapp text", {"to": "us.1349120"}, "to"),
        ("whatsapp text", {"text": "t" * 4097}, "text"),
        ("whatsapp text", {"context": {}}, "context.message_uuid"),
        ("whatsapp audio", {"audio": {"url": "http://a"}}, "audio.url"),
        ("whatsapp audio", {"audio": {"url": URL + "a" * (2001 - len(URL))}}, "audio.url"),
        ("whatsapp template", {"whatsapp": {"policy": "deterministic"}}, "whatsapp.locale"),
        ("whatsapp template", {"whatsapp": {"policy": "fallback", "locale": "en-GB"}}, "whatsapp.policy"),
        (
            "whatsapp template",
            {"template": {"name": "a:b", "parameters": [{"default": "a"}]}},
            "template.parameters[0]",
        ),
        ("whatsapp sticker (url)", {"sticker": {}}, "sticker"),
        ("whatsapp sticker (url)", {"sticker": {"url": URL, "id": "6e2b"}}, "sticker"),
        ("whatsapp reaction (react)", {"reaction": {"action": "react"}}, "reaction.emoji"),
        ("whatsapp reaction (react)", {"context": None}, "context"),
        ("messenger text", {"text": "t" * 641}, "text"),
        ("messenger text", {"to": "1" * 51}, "to"),
        ("messenger text", {"messenger": {"category": "message_tag"}}, "messenger.tag"),
        ("viber_service text", {"viber_service": {"action": {"url": URL}}}, "viber_service.action.text"),
        (
            "viber_service text",
            {"viber_service": {"action": {"url": URL, "text": "t" * 31}}},
            "viber_service.action.text",
        ),
        ("viber_service text", {"viber_service": {"ttl": 29}}, "viber_service.ttl"),
        ("viber_service image", {"viber_service": ACTION}, "image.caption"),
        ("viber_service video", {"viber_service": VIDEO | {"duration": 35}}, "viber_service.duration"),
        ("viber_service video", {"viber_service": VIDEO | {"duration": "601"}}, "viber_service.duration"),
        ("viber_service video", {"viber_service": VIDEO | {"duration": "0"}}, "viber_service.duration"),
        ("viber_service video", {"viber_service": VIDEO | {"file_size": "201"}}, "viber_service.file_size"),
        ("viber_service video", {"viber_service": {"duration": "35"}}, "viber_service.file_size"),
        (
            "viber_service video",
            {"video": {"url": URL, "thumb_url": URL + "t" * (1001 - len(URL))}},
            "video.thumb_url",
        ),
        ("viber_service file", {"file": {"url": "bills/12.pdf"}}, "file.url"),
        ("viber_service file", {"file": {"url": URL, "name": "bill"}}, "file.name"),
        ("viber_service file", {"file": {"url": URL, "name": "n" * 22 + ".pdf"}}, "file.name"),
    ],
)
def test_change_beyond_the_rules_is_refused_for_that_member(about: str, changes: Json, name: str) -> None:
    assert [name] == [each.name for each in CONTRACT.check(OUTBOUND[about] | changes).violations]


# Statuses and inbound messages say no more than they should.

TOLD = {each["about"]: each["body"] for direction in HOOKS for each in SAMPLES[direction]}
ERROR = TOLD["sms rejected"]["error"]
DETAILS = TOLD["whatsapp delivered"]["whatsapp"]


@pytest.mark.parametrize("name", BRANCHES["status"])
@pytest.mark.parametrize("status", ["submitted", "delivered", "read", "rejected", "undeliverable"])
def test_status_is_known_to_its_channel_and_carries_an_error_when_failed(name: str, status: str) -> None:
    [body, *_] = [each["body"] for each in SAMPLES["status"] if each["branch"] == name]
    plain = {member: each for member, each in body.items() if member not in {"whatsapp", "error"}} | {"status": status}
    known = status != "read" or name not in {"SmsStatus", "MmsStatus"}

    assert known is VALIDATORS[name].is_valid(plain)
    failed = status in {"rejected", "undeliverable"}
    assert failed is VALIDATORS[name].is_valid(plain | {"error": ERROR})


@pytest.mark.parametrize("status", ["submitted", "delivered", "read", "rejected", "undeliverable"])
def test_whatsapp_details_come_with_delivered_only(status: str) -> None:
    body = TOLD["whatsapp delivered"] | {"status": status}

    assert (status == "delivered") is VALIDATORS["WhatsappStatus"].is_valid(body)
    assert not VALIDATORS["WhatsappStatus"].is_valid(body | {"error": ERROR})


@pytest.mark.parametrize(
    ("about", "changes"),
    [
        ("sms rejected", {"error": ERROR | {"type": "https://developer.vonage.com/api-errors/messages#13"}}),
        ("sms rejected", {"error": ERROR | {"title": "Expired"}}),
        ("sms rejected", {"timestamp": "2025-11-12T13:14:15.000Z"}),
        ("sms rejected", {"client_ref": "r" * 101}),
        ("sms rejected", {"to": {"type": "sms", "number": "447700900151"}}),
        ("rcs read", {"usage": {"currency": "EUR", "price": "0.01"}}),
        ("rcs read", {"stranger": 1}),
        ("messenger read", {"destination": {"network_code": "23410"}}),
        ("whatsapp delivered", {"whatsapp": DETAILS | {"pricing": {"type": "free"}}}),
        ("mms submitted", {"workflow": {"workflow_id": "1", "items_number": "1", "items_total": "2"}}),
        ("sms text", {"message_type": "image"}),
        ("mms text", {"text": "t" * 641}),
        ("mms image, multi-attachment", {"content": [{"type": "image", "url": URL}]}),
        ("mms audio", {"audio": {"url": "http://a"}}),
        ("rcs text", {"text": "t" * 3073}),
        ("rcs text", {"context_status": "available"}),
        ("rcs location", {"location": {"lat": "53.7997", "long": "-1.5492"}}),
        ("rcs location", {"location": {"lat": 90.5, "long": 0}}),
        ("rcs button", {"button": {"payload": {}, "text": "Go"}}),
        ("whatsapp text", {"context_status": "sometimes"}),
        ("whatsapp text quoting another", {"context_status": "none"}),
        ("whatsapp text from an ad", {"whatsapp": {}}),
        ("whatsapp button (flow)", {"button": {"payload": "go"}}),
        ("whatsapp reaction", {"reaction": {"action": "react"}}),
        ("whatsapp reaction", {"_self": {"href": URL}}),
        ("whatsapp unsupported", {"_self": {"href": URL}}),
        ("whatsapp contacts", {"contacts": []}),
        ("whatsapp order", {"order": {"catalog_id": "3", "product_items": [{"quantity": 2}]}}),
        ("messenger text", {"profile": {"name": "Ida Bo"}}),
        ("viber_service image", {"image": {"url": URL, "name": "board.jpg"}}),
    ],
)
def test_webhook_beyond_the_rules_is_noticed(about: str, changes: Json) -> None:
    assert VALIDATORS_OF[about].is_valid(TOLD[about])
    assert not VALIDATORS_OF[about].is_valid(TOLD[about] | changes)


VALIDATORS_OF = {each["about"]: VALIDATORS[each["branch"]] for direction in HOOKS for each in SAMPLES[direction]}
"""The validator of each sample's branch."""


@pytest.mark.parametrize("count", [1, 2, 5])
def test_failover_is_judged_apart_but_must_be_objects(count: int) -> None:
    schema = Schemas(DOCUMENT).component("SmsText")["properties"]["failover"]
    judge = jsonschema_rs.Draft202012Validator(schema)

    assert judge.is_valid([{}] * count)
    assert not judge.is_valid([{}] * count + [7])
    assert {"type", "description"} == set(schema["items"])
