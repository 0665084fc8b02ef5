"""The corpus of bodies with known verdicts: ours agrees with all of them, and names the rule that was broken."""

import json
import subprocess
import sys
from collections import Counter
from itertools import islice
from typing import Final

import pytest

from mockserver.contract.check import MessagesContract
from mockserver.contract.failover import FailoverContract
from mockserver.contract.oracle import Oracle
from mockserver.contract.specs import Specs, load_specs
from mockserver.core.forms import V0_1, V1
from mockserver.problem import Verdict
from tests.contract import differential
from tests.contract.differential import BROKEN, ODD, VALID, Case

CASES: Final = differential.cases(load_specs())
REFUSED: Final = [each for each in CASES if not each.accept]
NAMED_AT_LEAST: Final = 0.99
JUDGED: Final = 400
"""Bodies of each version that the slow authority judges, evenly picked; all of them would take minutes."""
_SHOWN: Final = 20


@pytest.fixture(scope="module")
def verdicts(specs: Specs) -> list[Verdict]:
    """Return our verdict on each body, in order."""
    v1 = FailoverContract(specs)
    judges = {(V0_1, "POST"): MessagesContract(specs).check, (V1, "POST"): v1.check, (V1, "PATCH"): v1.check_update}
    return [judges[each.version, each.method](each.body) for each in CASES]


def told(case: Case, verdict: Verdict) -> str:
    """Return in a line what was expected of a body and what came."""
    came = ", ".join(f"{each.name} ({each.rule})" for each in verdict.violations[:4]) or "accepted"
    expected = f"{case.field} ({case.rule})" if case.rule else "accepted"
    return f"{case.version} {case.branch}: expected {expected}, was {came}: {json.dumps(case.body)[:300]}"


def share(part: int, whole: int) -> str:
    """Return a share in words."""
    return f"{part} of {whole}, {100 * part / whole:.2f} %"


def test_corpus_holds_thousands_of_bodies_of_each_sort() -> None:
    counts = Counter((each.version, each.sort) for each in CASES)

    assert 2000 <= len(CASES)
    assert all(counts[version, sort] >= 100 for version in (V0_1, V1) for sort in (VALID, ODD, BROKEN)), counts


def test_corpus_is_the_same_every_time(specs: Specs) -> None:
    assert CASES == differential.cases(specs)


def test_corpus_breaks_every_rule_of_every_branch_it_can(specs: Specs) -> None:
    broken = {(each.version, each.branch) for each in REFUSED}
    branches = {(version, name) for version in (V0_1, V1) for name in specs.schemas(version).outbound()}

    assert branches <= broken
    assert {
        "required",
        "type",
        "pattern",
        "enum",
        "range",
        "min_length",
        "max_length",
        "one_of",
        "mixed_parameters",
    } <= {each.rule for each in REFUSED}


def test_every_verdict_is_the_one_expected(verdicts: list[Verdict]) -> None:
    wrong = [pair for pair in zip(CASES, verdicts, strict=True) if pair[0].accept is not pair[1].is_valid]

    assert [] == [told(*pair) for pair in wrong[:_SHOWN]]


def test_verdict_names_the_field_and_the_rule_that_was_broken(
    verdicts: list[Verdict], capsys: pytest.CaptureFixture[str]
) -> None:
    refused = [pair for pair in zip(CASES, verdicts, strict=True) if not pair[0].accept]
    named = [
        any((each.name, each.rule) == (case.field, case.rule) for each in verdict.violations)
        for case, verdict in refused
    ]
    alone = [is_named and len(pair[1].violations) == 1 for is_named, pair in zip(named, refused, strict=True)]
    missed = [pair for is_named, pair in zip(named, refused, strict=True) if not is_named]

    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(CASES)} bodies; broken rule named in {share(sum(named), len(refused))};"
            f" and nothing else in {share(sum(alone), len(refused))}\n"
        )
    assert sum(named) / len(refused) >= NAMED_AT_LEAST, "\n".join(told(*pair) for pair in missed[:_SHOWN])


@pytest.mark.parametrize("version", [V0_1, V1])
def test_openapi_core_comes_to_the_expected_verdict_too(version: str, specs: Specs) -> None:
    """On an even sample; what only our rows say, of custom objects, is no matter of the document."""
    oracle = Oracle(specs.documents[f"messages-{version}"])
    judged = [
        each for each in CASES if (each.version, each.method) == (version, "POST") and not _is_said_by_rows_only(each)
    ]
    sample = list(islice(judged, 0, None, len(judged) // JUDGED))

    wrong = [each for each in sample if oracle.accepts(each.body) is not each.accept]

    assert [] == [f"{each.branch} {each.rule} {each.field}: {each.body}" for each in wrong[:_SHOWN]]
    assert len({each.accept for each in sample}) == 2
    assert len(sample) >= JUDGED


def _is_said_by_rows_only(case: Case) -> bool:
    return case.rule == "capability" and (case.field or "").endswith("custom")


def test_corpus_can_be_had_as_json_lines() -> None:
    command = [sys.executable, "-m", "tests.contract.differential"]

    done = subprocess.run(command, check=True, capture_output=True)

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(CASES) == len(lines)
    assert {"version", "method", "path", "sort", "branch", "body", "rule", "field", "accept"} == set(lines[0])
    assert [each.accept for each in CASES] == [line["accept"] for line in lines]
