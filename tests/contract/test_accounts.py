"""The contract of the External Accounts API: its operations, and its verdicts against openapi-core's."""

import json
from collections.abc import Iterator
from dataclasses import replace

import jsonschema_rs
import msgspec
import pytest

from mockserver.contract.accounts import PREFIX, AccountsContract, Found, Operation, Provider
from mockserver.contract.oracle import Oracle
from mockserver.contract.specs import Specs, load_specs
from mockserver.model import Json
from mockserver.problem import Violation
from tests.contract import corpus

CONTRACT = AccountsContract(load_specs())
OPERATIONS = {each.id: each for each in CONTRACT.operations}
WITH_BODY = [each.id for each in CONTRACT.operations if each.body is not None]
PATHS = {
    "createMessengerAccount": f"{PREFIX}/messenger",
    "updateMessengerAccount": f"{PREFIX}/messenger/104",
    "linkApplication": f"{PREFIX}/whatsapp/104/applications",
}
SAID_TWICE = {"updateMessengerAccount": ["type"]}
"""What is no object has no required members, and so is refused by the ``not`` already; readers need the type."""
LISTS: list[Json] = [[], ["a"], ["a", "b"], [7], [None], [""]]


@pytest.fixture(scope="session")
def oracle(specs: Specs) -> Oracle:
    """Return openapi-core's view of this document."""
    return Oracle(specs.documents["external-accounts"])


def bodies(operation: Operation) -> Iterator[Json]:
    """Yield different bodies for an operation: those of the corpus, and some with lists."""
    made = [each.body for each in corpus.cases(operation.body)]
    whole = {"external_id": "1", "access_token": "t", "application": "a", "name": "n"}
    made += [whole | {"applications": each} for each in LISTS]
    made += [{"applications": each} for each in LISTS]
    made += [{}, {"name": "n"}, {"external_id": None}, {"access_token": ""}]
    yield from {json.dumps(each, sort_keys=True): each for each in made}.values()


@pytest.mark.parametrize("name", WITH_BODY)
def test_verdict_on_a_body_agrees_with_openapi_core(name: str, oracle: Oracle) -> None:
    operation = OPERATIONS[name]
    judged = [
        (body, not oracle.request_errors(json.dumps(body).encode(), path=PATHS[name], method=operation.method.lower()))
        for body in bodies(operation)
    ]

    differences = [body for body, verdict in judged if (not CONTRACT.body_violations(operation, body)) is not verdict]

    assert [] == differences
    assert {True, False} == {verdict for _, verdict in judged}


@pytest.mark.parametrize("name", WITH_BODY)
def test_no_keyword_of_a_body_can_go_unnoticed(name: str) -> None:
    """Taken out of the schema, each keyword changes a verdict, but for those that only say it again."""
    schema: Json = OPERATIONS[name].body
    found = list(bodies(OPERATIONS[name]))
    whole = jsonschema_rs.Draft202012Validator(schema)
    verdicts = [whole.is_valid(each) for each in found]

    unnoticed = [
        place
        for place, weaker in corpus.keywords(schema)
        if verdicts == [jsonschema_rs.Draft202012Validator(weaker).is_valid(each) for each in found]
    ]

    assert SAID_TWICE.get(name, []) == unnoticed


@pytest.mark.parametrize(
    ("method", "path", "operation", "values", "provider"),
    [
        ("GET", "", "listAccounts", {}, None),
        ("POST", "/messenger", "createMessengerAccount", {}, "messenger"),
        ("GET", "/messenger/1", "getMessengerAccount", {"external_id": "1"}, "messenger"),
        ("PATCH", "/messenger/1", "updateMessengerAccount", {"external_id": "1"}, "messenger"),
        ("DELETE", "/messenger/1", "deleteMessengerAccount", {"external_id": "1"}, "messenger"),
        ("GET", "/viber_service_msg/a b", "getViberAccount", {"external_id": "a b"}, "viber_service_msg"),
        ("GET", "/whatsapp/applications", "getWhatsappAccount", {"external_id": "applications"}, "whatsapp"),
        (
            "POST",
            "/whatsapp/1/applications",
            "linkApplication",
            {"provider": "whatsapp", "external_id": "1"},
            "whatsapp",
        ),
        (
            "DELETE",
            "/messenger/1/applications/app",
            "unlinkApplication",
            {"provider": "messenger", "external_id": "1", "application_id": "app"},
            "messenger",
        ),
    ],
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_operation_is_found_by_its_path(
    method: str, path: str, operation: str, values: dict[str, str], provider: str | None, slash: str
) -> None:
    found = CONTRACT.find(method, PREFIX + path + slash)

    assert isinstance(found, Found)
    assert (operation, values, provider) == (found.operation.id, found.values, found.provider)


@pytest.mark.parametrize(
    "path", ["/sms/1", "/viber/1", "/whatsapp", "/messenger/1/2", "/messenger/1/applications/a/b", "//", "x", "/"]
)
def test_what_is_no_path_finds_nothing(path: str) -> None:
    found = CONTRACT.find("GET", PREFIX + path + ("/" if path == "/" else ""))

    assert found is None


def test_another_verb_finds_those_of_the_path() -> None:
    assert ("GET", "PATCH", "DELETE") == CONTRACT.find("POST", f"{PREFIX}/messenger/1")


def test_providers_are_the_names_of_channels_in_the_dialect() -> None:
    assert {
        "messenger": Provider("messenger", "messenger", has_token=True),
        "viber_service_msg": Provider("viber_service_msg", "viber", has_token=False),
        "whatsapp": Provider("whatsapp", "whatsapp", has_token=False),
    } == CONTRACT.providers


def test_provider_that_no_channel_bears_is_a_mistake_of_ours(specs: Specs) -> None:
    channels = {name: each for name, each in specs.capabilities.channels.items() if name != "viber"}
    capabilities = msgspec.structs.replace(specs.capabilities, channels=channels)

    with pytest.raises(KeyError, match="no channel is called 'viber_service_msg'"):
        AccountsContract(replace(specs, capabilities=capabilities))


@pytest.mark.parametrize(
    ("operation", "status", "body", "complaint"),
    [
        ("getViberAccount", 404, None, None),
        ("getViberAccount", 404, {}, "A 404 has a body, or lacks one."),
        ("getViberAccount", 200, None, "A 200 has a body, or lacks one."),
        ("getViberAccount", 409, {}, "No answer of status 409 is documented."),
        ("getViberAccount", 200, {"provider": "viber_service_msg", "external_id": "1", "api_key": "k"}, None),
        (
            "getViberAccount",
            200,
            {"provider": "viber_service_msg", "external_id": "1", "api_key": "k", "access_token": "t"},
            "`body` holds `access_token`, which is not documented.",
        ),
        (None, 404, {"type": "about:blank", "title": "t", "detail": "d", "instance": None}, None),
        (None, 404, {"type": "about:blank", "title": "t", "detail": "d"}, "Missing `instance` field."),
    ],
)
def test_answer_of_ours_is_held_against_the_document(
    operation: str | None, status: int, body: Json, complaint: str | None
) -> None:
    found = CONTRACT.answer_violations(OPERATIONS[operation] if operation else None, status, body)

    assert ([] if complaint is None else [complaint]) == [each.reason for each in found]


def test_secret_is_not_quoted_nor_offered_for_another_member() -> None:
    create = OPERATIONS["createMessengerAccount"]

    found = CONTRACT.body_violations(create, {"page": "page-token-1", "access_token": 7654321})

    assert ["external_id", "access_token"] == [each.name for each in found]
    assert [(None, None)] * 2 == [(each.found, each.nearest) for each in found]
    assert not any("7654321" in each.reason or "page-token-1" in each.reason for each in found)


def test_whole_number_of_a_query_is_read_as_one_and_nothing_else() -> None:
    values, found = CONTRACT.query_violations(
        OPERATIONS["listAccounts"], {"page_number": "2", "page_size": "٣", "x": "1"}
    )

    assert {"page_number": 2, "page_size": "٣"} == values
    assert ["page_size"] == [each.name for each in found]


def test_query_of_an_operation_without_one_is_no_mistake() -> None:
    assert ({}, ()) == CONTRACT.query_violations(OPERATIONS["getViberAccount"], {"x": "1"})
    assert ["x"] == [each.name for each in CONTRACT.query_findings(OPERATIONS["getViberAccount"], {"x": "1"})]


def test_what_is_no_object_has_no_oddities() -> None:
    assert () == CONTRACT.body_findings(OPERATIONS["linkApplication"], [])


def test_body_that_is_no_object_is_told_what_was_expected() -> None:
    assert (
        Violation(
            "body",
            "not_object",
            "The body is a list of 0; expected an object with `application`.",
            "an object with `application`",
        ),
    ) == CONTRACT.body_violations(OPERATIONS["linkApplication"], [])
