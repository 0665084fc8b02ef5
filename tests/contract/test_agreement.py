"""The compiled validators against openapi-core, on thousands of bodies; and the proof that a difference would show."""

import json
from functools import cache

import jsonschema_rs
import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.oracle import Oracle
from mockserver.contract.schemas import Schemas
from mockserver.contract.specs import load_specs
from mockserver.model import Json
from tests.contract import corpus

_SCHEMAS = load_specs().schemas("v0.1")
OUTBOUND = _SCHEMAS.outbound()
WEBHOOKS = [(hook, name) for hook in ("inboundMessage", "messageStatus") for name in _SCHEMAS.webhook(hook)]


class Judged:
    """Bodies made from a branch, each with openapi-core's verdict, which is slow and so asked for once."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle
        self.outbound = cache(self._outbound)
        self.webhook = cache(self._webhook)

    def _outbound(self, name: str) -> list[tuple[Json, bool]]:
        return [(body, self._oracle.accepts(body)) for body in bodies(name)]

    def _webhook(self, hook: str, name: str) -> list[tuple[Json, bool]]:
        return [(body, not self._oracle.webhook_errors(hook, body)) for body in bodies(name)]


@pytest.fixture(scope="session")
def judged(oracle: Oracle) -> Judged:
    return Judged(oracle)


def bodies(name: str) -> list[Json]:
    """Return the different bodies made from a branch."""
    found = {json.dumps(each.body, sort_keys=True): each.body for each in corpus.cases(_SCHEMAS.component(name))}
    return list(found.values())


def differences(schema: Json, judged_bodies: list[tuple[Json, bool]]) -> list[Json]:
    """Return the bodies on which a compiled schema and the oracle differ."""
    validator = jsonschema_rs.Draft202012Validator(schema)
    return [body for body, verdict in judged_bodies if validator.is_valid(body) is not verdict]


def unnoticed(schema: Json, judged_bodies: list[tuple[Json, bool]]) -> list[str]:
    """Return the places that can be taken out of a schema without a difference to the oracle."""
    return [place for place, weaker in corpus.keywords(schema) if not differences(weaker, judged_bodies)]


def test_corpus_holds_thousands_of_bodies() -> None:
    assert sum(len(bodies(name)) for name in OUTBOUND) >= 5000


@pytest.mark.parametrize("name", OUTBOUND)
def test_branch_agrees_with_openapi_core(name: str, judged: Judged, schemas: Schemas) -> None:
    found = judged.outbound(name)

    assert [] == differences(schemas.component(name), found)
    assert len({verdict for _, verdict in found}) == 2


@pytest.mark.parametrize("name", OUTBOUND)
def test_contract_agrees_with_openapi_core(name: str, judged: Judged, contract: MessagesContract) -> None:
    """The whole check, dispatch and words included, comes to the same verdict on every body."""
    found = judged.outbound(name)

    assert [] == [body for body, verdict in found if contract.check(body).is_valid is not verdict]


@pytest.mark.parametrize("name", OUTBOUND)
def test_no_keyword_of_a_branch_can_go_unnoticed(name: str, judged: Judged, schemas: Schemas) -> None:
    assert [] == unnoticed(schemas.component(name), judged.outbound(name))


@pytest.mark.parametrize(("hook", "name"), WEBHOOKS)
def test_webhook_branch_agrees_with_openapi_core(hook: str, name: str, judged: Judged, schemas: Schemas) -> None:
    found = judged.webhook(hook, name)

    assert [] == differences(schemas.component(name), found)
    assert len({verdict for _, verdict in found}) == 2


@pytest.mark.parametrize(("hook", "name"), WEBHOOKS)
def test_no_keyword_of_a_webhook_can_go_unnoticed(hook: str, name: str, judged: Judged, schemas: Schemas) -> None:
    assert [] == unnoticed(schemas.component(name), judged.webhook(hook, name))


def test_a_weaker_schema_is_noticed(judged: Judged, schemas: Schemas) -> None:
    """The comparison itself can fail: without its upper limit, a text one character too long makes the difference."""
    schema = schemas.component("SmsText")
    text = schema["properties"]["message"]["properties"]["content"]["properties"]["text"]
    del text["maxLength"]

    found = differences(schema, judged.outbound("SmsText"))

    lengths = {len(body["message"]["content"]["text"]) for body in found}
    assert {1001} == lengths
