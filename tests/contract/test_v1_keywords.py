"""Every keyword of Messages v1 counts, and the quick contract agrees with openapi-core, on thousands of bodies."""

import json
from itertools import chain
from typing import Final

import jsonschema_rs
import pytest

from mockserver.contract.failover import FailoverContract
from mockserver.contract.oracle import Oracle
from mockserver.contract.specs import load_specs
from mockserver.model import Json
from tests.contract import corpus
from tests.contract.test_agreement import unnoticed

SPECS = load_specs()
SCHEMAS = SPECS.schemas("v1")
CONTRACT = FailoverContract(SPECS)
OUTBOUND = SCHEMAS.outbound()
WEBHOOKS = [(hook, name) for hook in ("inboundMessage", "messageStatus") for name in SCHEMAS.webhook(hook)]
JUDGED: Final = 60
"""Bodies a branch that the slow authority judges, evenly picked; all of them would take minutes."""

# What is no object fits any list of required members: all of several, so not one of them, and never none.
# So the type beside them is there for the words only.
SAID_TWICE: dict[str, list[str]] = {
    "WhatsappSticker": ["properties/sticker/type"],
    "WhatsappStatus": ["type"],
    **{
        name: ["properties/whatsapp/type"]
        for name in SCHEMAS.webhook("inboundMessage")
        if name.startswith("InboundWhatsapp")
    },
}
SMS = {"channel": "sms", "message_type": "text", "to": "447700900151", "from": "TRATTORIA", "text": "Ciao"}
VIBER = SMS | {"channel": "viber_service", "text": "Ciao da noi", "viber_service": {"ttl": 60}}


@pytest.fixture(scope="module")
def oracle_v1() -> Oracle:
    return Oracle(SPECS.documents["messages-v1"])


def bodies(name: str) -> list[Json]:
    """Return the different bodies made from a branch."""
    found = {json.dumps(each.body, sort_keys=True): each.body for each in corpus.cases(SCHEMAS.component(name))}
    return list(found.values())


def judged(name: str) -> list[Json]:
    """Return some of the bodies made from a branch, and those that are valid among the others a second time around."""
    found = [settled(each) for each in bodies(name)]
    validator = jsonschema_rs.Draft202012Validator(SCHEMAS.component(name))
    sides = ([each for each in found if validator.is_valid(each) is side] for side in (True, False))
    return list(chain.from_iterable(side[:: max(1, 2 * len(side) // JUDGED)] for side in sides))


def settled(body: Json) -> Json:
    """Return a body without the failover of an empty object, which only a branch alone lets pass."""
    if isinstance(body, dict) and body.get("failover") == [{}]:
        return {name: each for name, each in body.items() if name != "failover"}
    return body


def test_corpus_holds_tens_of_thousands_of_bodies() -> None:
    assert 10_000 <= sum(len(bodies(name)) for name in OUTBOUND)
    assert 20_000 <= sum(len(bodies(name)) for _, name in WEBHOOKS)


@pytest.mark.parametrize("name", [*OUTBOUND, *(name for _, name in WEBHOOKS)])
def test_no_keyword_of_a_branch_can_go_unnoticed(name: str) -> None:
    """The verdicts are the whole branch's own; that they are right is said by the agreement below."""
    schema = SCHEMAS.component(name)
    validator = jsonschema_rs.Draft202012Validator(schema)
    found = [(body, validator.is_valid(body)) for body in bodies(name)]

    assert SAID_TWICE.get(name, []) == unnoticed(schema, found)
    assert {True, False} == {verdict for _, verdict in found}


@pytest.mark.parametrize("name", OUTBOUND)
def test_contract_agrees_with_openapi_core(name: str, oracle_v1: Oracle) -> None:
    """The whole check, dispatch and words included, comes to the same verdict."""
    found = judged(name)
    verdicts = [oracle_v1.accepts(body) for body in found]

    assert [] == [
        body for body, verdict in zip(found, verdicts, strict=True) if CONTRACT.check(body).is_valid is not verdict
    ]
    assert {True, False} == set(verdicts)


@pytest.mark.parametrize(("hook", "name"), WEBHOOKS)
def test_webhook_branches_agree_with_openapi_core(hook: str, name: str, oracle_v1: Oracle) -> None:
    """A body made from one branch may well be one of another."""
    branches = [jsonschema_rs.Draft202012Validator(SCHEMAS.component(each)) for each in SCHEMAS.webhook(hook)]
    verdicts = {index: not oracle_v1.webhook_errors(hook, body) for index, body in enumerate(judged(name))}

    found = {index: any(each.is_valid(body) for each in branches) for index, body in enumerate(judged(name))}

    assert verdicts == found
    assert {True, False} == set(verdicts.values())


@pytest.mark.parametrize(
    ("failover", "expected"),
    [
        ([], True),
        ([VIBER], True),
        ([VIBER, SMS], True),
        ([SMS | {"anything": 7}], True),
        ([{}], False),
        ([VIBER, {}], False),
        ([VIBER, SMS | {"text": ""}], False),
        ([SMS | {"channel": "fax"}], False),
        ([SMS | {"message_type": "image"}], False),
        ([SMS | {"viber_service": 7}], True),
        ([VIBER | {"viber_service": 7}], False),
        ([None], False),
        ("sms", False),
        (SMS, False),
        (None, True),
    ],
    ids=repr,
)
def test_failover_agrees_with_openapi_core(failover: Json, expected: bool, oracle_v1: Oracle) -> None:
    body = SMS | {"failover": failover}

    assert (expected, expected) == (oracle_v1.accepts(body), CONTRACT.check(body).is_valid)
