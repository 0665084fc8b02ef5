"""What peers are given: our document of v1, and a lock that names no host."""

import json
from typing import Any

from jsonschema_rs import Draft202012Validator

from bench.peers import FOLDER_OF_PEERS, document, stubs
from bench.request import FAILOVER, V1, V1_GATE, V1_PATH


def test_lock_names_no_host_and_hashes_all() -> None:
    text = (FOLDER_OF_PEERS / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]

    assert "://" not in text
    assert [] == [name for name, package in packages.items() if name and "integrity" not in package]


def test_document_is_of_sending_alone() -> None:
    found = document()

    assert list(found["paths"]) == [V1_PATH]
    assert "webhooks" not in found


def schema_of_stubs() -> Any:
    """Return the schema that WireMock is to judge bodies by."""
    first = stubs(document())["mappings"][0]
    return json.loads(first["request"]["bodyPatterns"][0]["matchesJsonSchema"])


def test_stubs_hold_a_schema_that_judges_as_ours() -> None:
    validator = Draft202012Validator(schema_of_stubs())
    spoilt = [json.loads(body) for body in V1_GATE.bad[1:]]

    assert validator.is_valid(json.loads(V1.body))
    assert validator.is_valid(json.loads(FAILOVER.body))
    assert [False, False] == [validator.is_valid(body) for body in spoilt]


def test_stubs_refuse_who_brings_no_credentials_and_then_all_else() -> None:
    statuses = [each["response"]["status"] for each in stubs(document())["mappings"]]

    assert statuses == [202, 401, 422]
